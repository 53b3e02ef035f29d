"""How risky a change is: the highest of what rules say and what a score adds up to, 0 to 100. Pure.

Each thing that is weighed stands in the list with its number, also where it is nothing, so that an approver sees what
was looked at. The numbers follow published practice: a score of service criticality, business hours, an untested
rollback and the requester's record of the last 90 days (2 × criticality, 3, 5, 10 × (1 − share of successes), of 28
in all), doubled for a scale of 100 beside the factors that only a program can know; and a success score of 3 for each
success, −2 for each with issues, −5 for each that failed.
"""

from collections.abc import Iterable
from typing import NamedTuple

from tui_ops.model.assessing import Record, RiskFacts
from tui_ops.model.budgets import percent
from tui_ops.model.changes import FLOOR, ChangeKind, Factor
from tui_ops.model.units import format_duration

RULE = FLOOR

MEDIUM, HIGH, MOST = 30, 60, 100
"""Below the first it is low, from the second on high: thirds of the scale, the upper one wider."""


class Level(NamedTuple):
    """What a risk is called."""

    word: str
    least: int


LEVELS = (Level("high", HIGH), Level("medium", MEDIUM), Level("low", 0))

HOSTS = ((100, 20), (20, 15), (5, 10), (1, 5))
"""More hosts than the first number weigh the second: each step is a fleet that one person no longer looks through."""
ONE_HOST = 2

SHARES = ((1.0, 20), (0.5, 15), (1 / 3, 10), (0.0, 5))
"""From this share of a service at once on, or for the last above it. All of it is an outage; half leaves no room."""

USER_POINTS, USERS_MOST = 2, 10
"""A service on which others depend hurts them all: 2 each, up to the published 2 × 5."""
TIERS = {1: 10, 2: 6, 3: 2}
"""What the label ``tier`` of a host weighs: 1 is what the business stands still without."""

BUSINESS = 6
"""3 of 28 as published, doubled."""

NO_DRY_RUN = 10
"""Nobody knows what would differ."""
DRY_FAILED = 10
"""What failed dry fails wet."""
DRY_SIZES = ((100, 8), (10, 5), (0, 2))
"""More steps on hosts that would change something than the first number weigh the second: a screenful, and a page."""

NO_ROLLBACK = 20
"""There is no way back; twice one that was never tried."""
UNTRIED_ROLLBACK = 10
"""5 of 28 as published, doubled."""

GOOD, ISSUES, BAD = 3, 2, 5
"""Weights of the success score."""
PROVED_MOST, DOUBTED_MOST = 15, 20
"""How far success takes the risk down, and failure up."""
NEVER_RAN = 5

REQUESTER = 20
"""10 of 28 as published, doubled, times the share that did not succeed."""
NEW_REQUESTER = 5
"""A quarter of it: nothing speaks against somebody new, and nothing for."""

INCIDENT, GRAVE_INCIDENT, INCIDENTS_MOST = 4, 8, 20
"""Work where something is broken hides what it breaks; of priority 1 or 2 twice."""
GRAVE_PRIORITY = 2

BUDGETS = ((0.0, 20), (0.25, 10), (0.5, 5))
"""With no more than this share of the error budget left. A spent one is a service that had enough trouble."""

BACKUP_LATE = 10
"""Nothing can be restored of what was done since."""


def weigh(facts: RiskFacts) -> tuple[Factor, ...]:
    """Return each thing that is weighed with its points; rules that hold come first."""
    return (
        *_rules(facts), _hosts(facts), _share(facts), _criticality(facts), _business(facts), _dry_run(facts),
        _rollback(facts), _proved(facts), _requester(facts), _incidents(facts), _budget(facts), _backup(facts),
    )  # fmt: skip


def total(factors: Iterable[Factor]) -> int:
    """Return the risk, 0 to 100: the sum of the factors, or what the strictest rule says where that is higher."""
    several = tuple(factors)
    score = sum(one.points for one in several if one.name != RULE)
    rule = max((one.points for one in several if one.name == RULE), default=0)
    return min(MOST, max(0, score, rule))


def level(risk: int) -> str:
    """Return what a risk is called: low, medium or high."""
    return next(one.word for one in LEVELS if risk >= one.least)


def _rules(facts: RiskFacts) -> Iterable[Factor]:
    """Yield the rules that hold, each with the risk that it says at least."""
    others = [name for name in facts.stops if name not in facts.carried_stop]
    if others:
        said = f"nothing of {_names(facts.carried_stop)} stays up, and {_names(others)} needs it"
        yield Factor(RULE, f"at least high: {said}", HIGH)
    elif facts.carried_stop:
        yield Factor(RULE, f"at least medium: nothing of {_names(facts.carried_stop)} stays up", MEDIUM)
    if facts.touches and not facts.rollback_steps:
        emergency = facts.kind is ChangeKind.EMERGENCY
        said = "no rollback" + (" in an emergency" if emergency else "")
        yield Factor(RULE, f"at least {'high' if emergency else 'medium'}: {said}", HIGH if emergency else MEDIUM)
    if facts.history.dry is not None and facts.history.dry.failed:
        yield Factor(RULE, "at least medium: the dry run failed", MEDIUM)
    worst = [one.name for one in facts.incidents if one.priority == 1]
    if worst:
        yield Factor(RULE, f"at least high: {_names(worst)} is open there", HIGH)


def _hosts(facts: RiskFacts) -> Factor:
    points = next((points for more, points in HOSTS if facts.hosts > more), ONE_HOST if facts.hosts else 0)
    return Factor("hosts touched", _count(facts.hosts, "host"), points)


def _share(facts: RiskFacts) -> Factor:
    if not facts.share_said:
        return Factor("redundancy", "no service is touched", 0)
    points = next((points for least, points in SHARES if facts.share >= least), 0)
    return Factor("redundancy", f"{facts.share_said}, {facts.share:.0%} at once", points)


def _criticality(facts: RiskFacts) -> Factor:
    by_users = min(USERS_MOST, USER_POINTS * facts.users)
    by_tier = TIERS.get(facts.tier, 0) if facts.tier is not None else 0
    needs = "service depends" if facts.users == 1 else "services depend"
    said = f"{facts.users or 'no'} {needs} on what is touched"
    said += f"; tier {facts.tier}" if facts.tier is not None else ""
    return Factor("criticality", said, max(by_users, by_tier))


def _business(facts: RiskFacts) -> Factor:
    if facts.business is None:
        return Factor("business hours", "its time is not set: taken as in business hours", BUSINESS)
    said = "in business hours" if facts.business else "outside business hours"
    return Factor("business hours", said, BUSINESS if facts.business else 0)


def _dry_run(facts: RiskFacts) -> Factor:
    dry = facts.history.dry
    if dry is None:
        return Factor("dry run", "no dry run", NO_DRY_RUN)
    said = f"{_count(dry.changes, 'step')} would change something on {_count(dry.hosts, 'host')}"
    points = next((points for more, points in DRY_SIZES if dry.changes > more), 0)
    if dry.failed:
        said, points = f"{said}; {dry.failed} failed", points + DRY_FAILED
    return Factor("dry run", said, points)


def _rollback(facts: RiskFacts) -> Factor:
    if not facts.touches:
        return Factor("rollback", "not needed: the plan only reads", 0)
    if not facts.rollback_steps:
        return Factor("rollback", "nothing takes it back", NO_ROLLBACK)
    said = _count(facts.rollback_steps, "step")
    if facts.history.rehearsed:
        return Factor("rollback", f"{said}, has run to its end before", 0)
    return Factor("rollback", f"{said}, never tried", UNTRIED_ROLLBACK)


def _proved(facts: RiskFacts) -> Factor:
    same = facts.history.same
    if not same.all:
        return Factor("same plan before", "never ran", NEVER_RAN)
    score = GOOD * same.successful - ISSUES * same.issues - BAD * same.bad
    return Factor("same plan before", _record(same), max(-PROVED_MOST, min(DOUBTED_MOST, -score)))


def _requester(facts: RiskFacts) -> Factor:
    record = facts.history.requester
    if not record.all:
        return Factor("requester", "no change in 90 days", NEW_REQUESTER)
    share = 1 - record.successful / record.all
    return Factor("requester", f"{_record(record)} in 90 days", round(REQUESTER * share))


def _incidents(facts: RiskFacts) -> Factor:
    if not facts.incidents:
        return Factor("open incidents", "none on the targets", 0)
    points = sum(GRAVE_INCIDENT if one.priority <= GRAVE_PRIORITY else INCIDENT for one in facts.incidents)
    return Factor("open incidents", _names([one.name for one in facts.incidents]), min(INCIDENTS_MOST, points))


def _budget(facts: RiskFacts) -> Factor:
    budget = facts.budget
    if budget is None:
        return Factor("error budget", "not known: nothing that is touched has an slo in the inventory", 0)
    points = next((points for most, points in BUDGETS if budget.left <= most), 0)
    return Factor("error budget", f"budget of {budget.service} {percent(budget.target)}: {budget.said}", points)


def _backup(facts: RiskFacts) -> Factor:
    if not facts.backups:
        return Factor(
            "last backup", "not known: no heartbeat of the inventory says backup: {rpo: …} for these hosts", 0
        )
    late = [one for one in facts.backups if one.late(facts.at)]
    worst = max(late or facts.backups, key=lambda one: (one.at is None, facts.at - (one.at or 0.0), one.host))
    rpo = f"RPO {format_duration(worst.rpo_s)}"
    if worst.at is None:
        said = f"no good backup of {worst.host} was reported yet, {rpo}"
    else:
        said = f"last good backup of {worst.host} is {format_duration(facts.at - worst.at)} old, {rpo}"
    said += f"; {len(late) - 1} more late" if len(late) > 1 else ""
    bare = facts.hosts - len(facts.backups)
    said += f"; {_count(bare, 'host')} without one declared" if bare > 0 else ""
    return Factor("last backup", said, BACKUP_LATE if late else 0)


def _record(record: Record) -> str:
    parts = [f"{record.successful} of {record.all} successful"]
    parts += [f"{record.issues} with issues"] if record.issues else []
    parts += [f"{record.bad} failed"] if record.bad else []
    return ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


NAMES_SHOWN = 3
"""Names in a sentence; the count says how many more."""


def _names(names: Iterable[str]) -> str:
    several = list(names)
    more = f" and {len(several) - NAMES_SHOWN} more" if len(several) > NAMES_SHOWN else ""
    return ", ".join(several[:NAMES_SHOWN]) + more
