"""Assessing a change: what it reaches, how risky it is, what stands against its time; written onto its record."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from tui_ops import plans
from tui_ops.model.assessing import Around, RiskFacts
from tui_ops.model.budgets import Budget
from tui_ops.model.changes import (
    ChangeHappening,
    ChangeKind,
    Conflict,
    ConflictKind,
    Factor,
    Start,
)
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import Happened
from tui_ops.model.plans import READ_ONLY, Plan
from tui_ops.practices.changes import conflicts, risk
from tui_ops.practices.changes.affected import Affected, affected
from tui_ops.practices.changes.batches import Placed, batches_of
from tui_ops.practices.changes.calendar import touches_business
from tui_ops.practices.changes.conflicts import Wish, find, time_of
from tui_ops.practices.changes.planned import planned_start
from tui_ops.practices.changes.releases import stands_against
from tui_ops.practices.changes.rulesnamed import unknown_rules
from tui_ops.practices.changes.slots import next_slot
from tui_ops.practices.changes.spans import Span
from tui_ops.store.assessing import KnownFleet, common_facts, facts_for, history_of, known_fleet, rules_from_elsewhere
from tui_ops.store.changestarts import weighed
from tui_ops.store.tables.changes import Change
from tui_ops.store.timeline import add_change_line, changed, to_json

LINES_MOST = 10
"""Lines that one assessment writes about conflicts: a list of what happened is for reading."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found of a change."""

    affected: Affected
    factors: tuple[Factor, ...]
    risk: int
    conflicts: tuple[Conflict, ...]
    around: Around
    wish: Wish

    @property
    def blocks(self) -> tuple[Conflict, ...]:
        """The conflicts with which it does not start."""
        return tuple(one for one in self.conflicts if one.blocks)


def look_at(
    session: Session, change: Change, at: float, spec: ChangingSpec, fleet: KnownFleet | None = None,
    common: Around | None = None, rules: Collection[str] | None = None,
) -> Assessment:  # fmt: skip
    """Return what is to be known of a change, without writing anything.

    Args:
        session: of the transaction; it reads only.
        change: with its hosts resolved.
        at: now, epoch seconds.
        spec: what the inventory says of changes.
        fleet: hosts and services, where they were read already.
        common: what stands around all changes, where it was read already.
        rules: names of the rules in force, against which those of the plan are held; None leaves that out.
    """
    fleet = fleet or known_fleet(session)
    hosts = _hosts(change)
    common = common or common_facts(session, at, fleet, weighed=True)
    around = facts_for(session, hosts, at, change, fleet, common)
    plan = plan_of(change)
    reach = affected(hosts, fleet.services, around.up, _batches(plan, hosts, fleet, change.frozen_sha))
    wish = wish_of(change, at, spec)
    worst = max(reach.redundancy, key=lambda one: (one.share, -one.stay), default=None)
    known = change.starts_at is not None or change.start != Start.HAND
    facts = RiskFacts(
        kind=ChangeKind(change.kind), hosts=len(hosts), stops=reach.stops, users=len(reach.above),
        carried_stop=tuple(name for name in reach.stops if name in reach.carried), share=worst.share if worst else 0.0,
        share_said=worst.said if worst else "",
        tier=min(around.tiers.values(), default=None),
        business=touches_business(*wish.span, spec) if known else None,
        rollback_steps=len(plan.rollback) if plan is not None else 0, touches=_touches(plan),
        history=history_of(session, change, at),
        incidents=tuple(
            one for one in around.incidents if one.hosts & frozenset(hosts) and one.name not in around.to_mend
        ),
        budget=_least(around, (*reach.carried, *reach.above)), at=at,
        backups=tuple(one for one in around.backups if one.host in frozenset(hosts)),
    )  # fmt: skip
    factors = risk.weigh(facts)
    found = (*find(wish, around, spec), *stands_against(session, change, spec.solo))
    if not known:
        # Whether a person begins it within a window is asked when he does: until then it would come and go every day.
        found = tuple(one for one in found if one.kind is not ConflictKind.WINDOW)
    if plan is not None and rules is not None:
        found += unknown_rules(plan, {*rules, *rules_from_elsewhere(session, {*plan.abort_if, *plan.expected_alerts})})
    return Assessment(reach, factors, risk.total(factors), found, around, wish)


def assess(
    session: Session, change: Change, at: float, spec: ChangingSpec, rules: Collection[str] | None = None
) -> Assessment:
    """Weigh a change, look at its time, and write what was found onto its record.

    Where the risk or the conflicts are not what they were, a line on its list says so. What its revision says is left
    as it is: nobody decided anything.

    Args:
        session: of the transaction.
        change: with its hosts resolved.
        at: now, epoch seconds.
        spec: what the inventory says of changes.
        rules: names of the rules in force, against which those of its plan are held; None leaves that out.
    """
    found = look_at(session, change, at, spec, rules=rules)
    _keep(session, change, found, at)
    return found


def assess_all(
    session: Session, at: float, spec: ChangingSpec, numbers: Sequence[int], rules: Collection[str] | None = None
) -> int:
    """Assess some changes together; return how many are not what they were. Those that no longer wait are left out.

    Args:
        session: of the engine.
        at: now, epoch seconds.
        spec: what the inventory says of changes.
        numbers: of the changes.
        rules: names of the rules in force, as :func:`assess` takes them.
    """
    fleet = known_fleet(session)
    common = common_facts(session, at, fleet, weighed=True)
    return sum(
        [_keep(session, change, look_at(session, change, at, spec, fleet, common, rules), at, only_news=True)
         for change in weighed(session, numbers)]
    )  # fmt: skip


def _keep(session: Session, change: Change, found: Assessment, at: float, only_news: bool = False) -> bool:
    """Write what was found onto a change; return whether its risk or its conflicts are not what they were.

    Args:
        session: of the transaction.
        change: the row.
        found: of it.
        at: now, epoch seconds.
        only_news: whether it is left as it is where nothing differs, so that readers need not read it again.
    """
    before_risk, before = change.risk, kept_conflicts(change)
    differs = found.risk != before_risk or found.conflicts != before
    if only_news and not differs:
        return False
    change.services = to_json(list(found.affected.services))
    change.risk, change.assessed_at = found.risk, at
    change.risk_factors = to_json([{"name": one.name, "said": one.said, "points": one.points} for one in found.factors])
    change.conflicts = to_json([_as_json(one) for one in found.conflicts])
    session.add(change)
    changed(session, [change], decided=False)
    assert change.id is not None
    if found.risk != before_risk:
        was = f", it was {before_risk}" if before_risk is not None else ""
        text = f"risk {found.risk} of 100, {risk.level(found.risk)}{was}; {_reach(found.affected)}"
        add_change_line(session, change.id, Happened(ChangeHappening.ASSESSED, text), at)
    for line in _differences(before, found.conflicts):
        add_change_line(session, change.id, Happened(ChangeHappening.CONFLICT, line), at)
    return differs


def conflicts_now(session: Session, change: Change, at: float, spec: ChangingSpec) -> tuple[Conflict, ...]:
    """Return everything that stands against the start of a change now.

    Args:
        session: of the transaction; it reads only.
        change: with its hosts resolved.
        at: now, epoch seconds: it is looked at as if it began now, and took as long as it is planned to.
        spec: what the inventory says of changes.
    """
    hosts = _hosts(change)
    around = facts_for(session, hosts, at, change, known_fleet(session))
    # Which rules are in force the engine knows, and looks again and again: its last look counts.
    rules = [one for one in kept_conflicts(change) if one.kind is ConflictKind.RULE]
    return (*find(wish_of(change, at, spec).at(at), around, spec), *stands_against(session, change, spec.solo), *rules)


def free_slot(
    session: Session, change: Change, at: float, spec: ChangingSpec, after: float | None = None,
    length_s: float | None = None,
) -> Span | None:  # fmt: skip
    """Return the next time at which nothing stands against a change.

    Args:
        session: of the transaction; it reads only.
        change: with its hosts resolved.
        at: now, epoch seconds.
        spec: what the inventory says of changes.
        after: not before this, epoch seconds; now where None.
        length_s: how long; as long as it is planned to take where None.
    """
    around = facts_for(session, _hosts(change), at, change, known_fleet(session))
    wish = wish_of(change, at, spec)
    if length_s is not None:
        wish = replace(wish, ends_at=wish.begins_at + length_s)
    return next_slot(wish, around, spec, at if after is None else after)


def wish_of(change: Change, at: float, spec: ChangingSpec) -> Wish:
    """Return what a change wants: its planned time, or an hour from now on where it has none."""
    starts = change.starts_at
    if change.start == Start.WINDOW:
        starts = planned_start(change, spec, at) or starts
    begins, ends = time_of(starts, change.ends_at, at)
    people = frozenset({change.owner, change.implementer} - {""})
    return Wish(tuple(_hosts(change)), begins, ends, change.id, ChangeKind(change.kind), people)


def plan_of(change: Change) -> Plan | None:
    """Return a change's plan; None as long as it is none."""
    try:
        values: dict[str, str] = {name: str(value) for name, value in json.loads(change.plan_values or "{}").items()}
        return plans.read_plan(change.plan, values)
    except (TuiOpsError, ValueError):
        return None


def kept_conflicts(change: Change) -> tuple[Conflict, ...]:
    """Return the conflicts that were found when a change was assessed last."""
    return tuple(
        Conflict(ConflictKind(one["kind"]), str(one["said"]), bool(one["blocks"]), tuple(one["hosts"]))
        for one in json.loads(change.conflicts or "[]")
    )


def new_conflicts(before: Sequence[Conflict], now: Sequence[Conflict]) -> tuple[Conflict, ...]:
    """Return those of some conflicts that were not there before, by what they say."""
    known = {(one.kind, one.said) for one in before}
    return tuple(one for one in now if (one.kind, one.said) not in known)


def _differences(before: Sequence[Conflict], now: Sequence[Conflict]) -> list[str]:
    come = [
        f"{one.said} ({'it blocks' if one.blocks else 'it asks for a reason'})" for one in new_conflicts(before, now)
    ]
    gone = [f"no longer: {one.said}" for one in new_conflicts(now, before)]
    said = come + gone
    more = [f"and {len(said) - LINES_MOST} more differences, see its conflicts"] if len(said) > LINES_MOST else []
    return said[:LINES_MOST] + more


def _as_json(one: Conflict) -> dict[str, object]:
    return {"kind": str(one.kind), "said": one.said, "blocks": one.blocks, "hosts": list(one.hosts)}


def _hosts(change: Change) -> list[str]:
    return [str(one) for one in json.loads(change.hosts or "[]")]


def _touches(plan: Plan | None) -> int:
    """Return how many steps may change something. A plan that can't be read may change anything."""
    return 1 if plan is None else sum(step.kind not in READ_ONLY for step in plan.steps)


def _batches(plan: Plan | None, hosts: Sequence[str], fleet: KnownFleet, digest: str) -> tuple[tuple[str, ...], ...]:
    if plan is None:
        return ()
    wanted = frozenset(hosts)
    placed = [Placed(one.name, one.site, one.rack) for one in fleet.hosts if one.name in wanted]
    try:
        return batches_of(plan.batching, placed, digest)
    except ValueError:
        return ()


def _least(around: Around, services: Collection[str]) -> Budget | None:
    """Return the error budget of some services of which the smallest share is left; the most overspent of several."""
    several = [one for one in around.budgets if one.service in services and one.coverage]
    return min(several, key=lambda one: (one.left, one.left_s / one.allowed_s, one.service), default=None)


def _reach(reach: Affected) -> str:
    parts = [f"{len(reach.hosts)} host{'s' * (len(reach.hosts) != 1)}"]
    parts += [one.said for one in reach.redundancy[: conflicts.NAMES_SHOWN]]
    parts += [f"above it {', '.join(reach.above[: conflicts.NAMES_SHOWN])}"] if reach.above else []
    return "; ".join(parts)
