"""Rules of alerts that a plan names: one that nothing raises is a mistake that nobody would hear of. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

from tui_ops.model.budgets import BUDGET_RULE
from tui_ops.model.changes import Conflict, ConflictKind
from tui_ops.model.clean import clean
from tui_ops.model.fleet import Fleet
from tui_ops.model.plans import Plan
from tui_ops.practices.intake.heartbeats import RULE as HEARTBEAT

NAME_SHOWN = 80
"""Characters of a rule's name in a sentence."""

MEANS = {
    "abort_if": "it would never end the run", "expected_alerts": "it would never keep an alert quiet",
}  # fmt: skip
"""What comes of a name that stands for nothing, by the plan's key."""


def rules_in_force(fleet: Fleet) -> frozenset[str]:
    """Return the names of the rules that raise alerts on at least some hosts, that of jobs that do not report, and that
    of error budgets.
    """
    rules = {
        one.name
        for one in fleet.alerting.rules
        if one.on or any(("on", True) in other.changes for other in one.overrides)
    }
    rules |= {HEARTBEAT} if fleet.heartbeats else set()
    return frozenset(rules | ({BUDGET_RULE} if any(one.slo is not None for one in fleet.services) else set()))


def unknown_rules(plan: Plan, known: Collection[str]) -> tuple[Conflict, ...]:
    """Return what is to be said of the rules that a plan names and nothing raises; none of it blocks.

    Args:
        plan: whose ``abort_if`` and ``expected_alerts`` are looked at.
        known: names of the rules in force, and of those of alerts that came from elsewhere.
    """
    return tuple(Conflict(ConflictKind.RULE, said, False) for said in _said(plan, known))


def placed(found: Iterable[Conflict], places: Mapping[tuple[str, str], tuple[int, int]]) -> tuple[str, ...]:
    """Return what is said of rules for whoever writes the plan, each with line and column: ``24:12: abort_if: no …``.

    Args:
        found: as :func:`unknown_rules` returns it.
        places: of the rules that the plan names, as :func:`tui_ops.plans.rulesat.rules_at` finds them.
    """
    at = {_begins(key, name): f"{line}:{column}: " for (key, name), (line, column) in places.items()}
    return tuple(f"{at.get(one.said.partition(',')[0], '')}{one.said}" for one in found)


def _begins(key: str, name: str) -> str:
    return f"{key}: no rule {clean(name, NAME_SHOWN)} is in force"


def _said(plan: Plan, known: Collection[str]) -> Iterator[str]:
    for key, names in (("abort_if", plan.abort_if), ("expected_alerts", plan.expected_alerts)):
        for name in dict.fromkeys(names):
            if name not in known:
                near = get_close_matches(name, known, 1)
                meant = f"; did you mean {clean(near[0], NAME_SHOWN)}?" if near else ""
                yield f"{_begins(key, name)}, {MEANS[key]}{meant}"
