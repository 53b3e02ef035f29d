"""What error budgets mean for the changes that run: one that is spent fast since a run began speaks against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from sqlmodel import Session

from tui_ops.model.budgets import BUDGET_RULE, HOUR_S, MINUTE_S, Budget
from tui_ops.model.changes import ChangeHappening
from tui_ops.model.clean import clean
from tui_ops.model.fleet import ServiceSpec
from tui_ops.model.incidents import Happened
from tui_ops.model.plans import StepKind
from tui_ops.practices.changes.affected import above
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.runalerts import STEERABLE, end_by_policy, live_of
from tui_ops.practices.services.slo import Masks, Minutes, minute_of
from tui_ops.store.assessing import known_fleet
from tui_ops.store.budgets import budgets, days_of
from tui_ops.store.changeruns import ends_of_steps, runs_under_way, told_alerts
from tui_ops.store.tables.changes import ChangeRun
from tui_ops.store.timeline import add_change_line

COMES_UP_S = 180.0
"""How long after a reboot its services may still be bad: they start, and a check is tried until it counts."""

OLD_S = 300.0
"""A budget that nobody looked at for so long says nothing of now."""


@dataclass(frozen=True, slots=True)
class Burning:
    """Services of hosts on which a run was begun, whose budgets are spent fast."""

    since: tuple[Budget, ...] = ()
    """It began after the run did."""
    before: tuple[Budget, ...] = ()
    """They burnt before already: what the change did to them nobody can tell."""


def burning_of(session: Session, run: ChangeRun, course: Course, since: float) -> Burning:
    """Return the budgets that are spent fast, of the services on the batches that were begun and of those above.

    Only what was bad in a minute that began after the run counts.

    Args:
        session: of the transaction.
        run: its row.
        course: the run.
        since: epoch seconds; a budget that nobody looked at since then says nothing.
    """
    first = ceil(run.begun_at / MINUTE_S)
    fast = [
        one for one in budgets(session)
        if one.burns_fast and one.at >= since and one.bad_at is not None and minute_of(one.bad_at) >= first
    ]  # fmt: skip
    if not fast:
        return Burning()
    begun = {host for batch in course.batches[: course.batch + 1] for host in batch}
    services, rebooted = known_fleet(session).services, _rebooted(session, run, course)
    fast = [
        one for one in fast
        if one.service in _reached(services, {host for host in begun if not _excused(rebooted, host, one)})
    ]  # fmt: skip
    before = tuple(one for one in fast if _burnt(session, one, run.begun_at))
    return Burning(tuple(one for one in fast if one not in before), before)


def _rebooted(session: Session, run: ChangeRun, course: Course) -> dict[str, float | None]:
    """Return the hosts that a step of a run rebooted, and when it was over; None while it is under way."""
    assert run.id is not None
    steps = [one.key for one in (*course.plan.steps, *course.plan.rollback) if one.kind is StepKind.REBOOT]
    return ends_of_steps(session, run.id, steps) if steps else {}


def _excused(rebooted: Mapping[str, float | None], host: str, budget: Budget) -> bool:
    """Whether what was bad last came while a host was told to be away, or just after."""
    if host not in rebooted or budget.bad_at is None:
        return False
    ended = rebooted[host]
    return ended is None or budget.bad_at <= ended + COMES_UP_S


def _reached(services: Sequence[ServiceSpec], hosts: set[str]) -> set[str]:
    carried = [one.name for one in services if hosts & set(one.hosts)]
    return {*carried, *above(carried, {one.name: one for one in services})}


def _burnt(session: Session, budget: Budget, begun_at: float) -> bool:
    """Whether a budget was spent fast already in the hour before a run began."""
    until = minute_of(begun_at)
    minutes = Minutes({day: Masks(*one) for day, one in days_of(session, budget.service).items()})
    _, bad = minutes.count(until - round(HOUR_S / MINUTE_S), until)
    return bad * MINUTE_S / (HOUR_S * (1.0 - budget.target)) >= budget.fast


def said_of(budget: Budget) -> str:
    """Return what is said of it: ``the error budget of shop burns: 31m left of 43m, burning ×17``."""
    return f"the error budget of {budget.service} burns: {budget.said}"


def heed_burn(session: Session, at: float) -> set[int]:
    """Hold budgets that are spent fast against every run that goes forward: it ends as its plan says, each once.

    Args:
        session: of the transaction.
        at: epoch seconds.

    Returns:
        The numbers of the runs that are to look at once.
    """
    moved: set[int] = set()
    for run in runs_under_way(session):
        live = live_of(session, run)
        if live is None or live.course.ended or live.course.state not in STEERABLE:
            continue
        assert live.change.id is not None
        assert run.id is not None
        told = told_alerts(session, live.change.id, run.begun_at)
        expected = BUDGET_RULE in live.course.plan.expected_alerts
        for budget in burning_of(session, run, live.course, at - OLD_S).since:
            key, text = f"budget {budget.service}", clean(said_of(budget), 300)
            if key in told:
                continue
            data = (("alert", key), ("unexpected", not expected))
            said = f"expected: {text}" if expected else text
            add_change_line(session, live.change.id, Happened(ChangeHappening.ALERT, said, "", data), at)
            if not expected:
                end_by_policy(session, live, text, at)
                moved.add(run.id)
    return moved
