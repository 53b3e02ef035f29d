"""What mends a finding: the plan of its check, a better version of its packages, or a boot. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.model.errors import TuiOpsError
from tui_ops.model.facts import Field
from tui_ops.model.security import FindingKind, Seen
from tui_ops.plans import read_plan
from tui_ops.practices.security.checks.base import Way
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.upgrading import REBOOT, Hole, Release, hole_of, plan_of


class NoPlan(TuiOpsError):
    """No machine mends it; the hint says what a person does."""


@dataclass(frozen=True, slots=True)
class Mend:
    """What mends a finding."""

    plan: str
    """YAML, a model."""
    values: tuple[tuple[str, str], ...] = ()
    """Of its parameters."""


def asked(what: Mend) -> tuple[tuple[str, str], ...]:
    """Return the parameters that a person has to say before a plan is one, each with what it is.

    Raises:
        PlanWrong: the plan can't be read.
    """
    given = {name for name, value in what.values if value}
    found = read_plan(what.plan).parameters
    return tuple((one.name, one.help) for one in found if one.default is None and one.name not in given)


def hole(host: str, check: str, kind: FindingKind, data: Mapping[str, Field]) -> Hole | None:
    """Return what a better version mends; None where something else does, or nothing.

    Args:
        host: its name.
        check: that saw it.
        kind: of the finding.
        data: of the finding.
    """
    if kind is not FindingKind.VULNERABILITY or check in BY_ID or data.get("boot"):
        return None
    return hole_of(host, data)


def mend(check: str, kind: FindingKind, seen: Seen, advice: str = "") -> Mend:
    """Return what mends a finding on its own.

    Better versions are those of one release: the change that is made fetches its lists first, and puts back what was
    there before.

    Args:
        check: that saw it.
        kind: of the finding.
        seen: what it saw, with all it knows of it.
        advice: what the source says is to be done.

    Raises:
        NoPlan: nobody has written a plan for it, or none that a machine may carry out.
    """
    data, known = seen.data, BY_ID.get(check)
    way = known.remedy.way(seen) if known is not None else Way()
    if way.plan:
        values = way.values(seen) if way.values is not None else {}
        return Mend(way.plan, tuple(sorted(values.items())))
    better = hole("", check, kind, data)
    if better is not None:
        return Mend(plan_of(Release("", [better])))
    if way.by_hand:
        what = f"no machine mends it: {way.by_hand}"
    elif kind is not FindingKind.VULNERABILITY or known is not None:
        what = "it has no plan"
    elif data.get("boot"):
        return Mend(REBOOT)
    elif data.get("elsewhere"):
        what = f"this release has no fix of {seen.object} yet; {data['elsewhere']} of another one has it"
    else:
        what = "no version that mends it is known"
    told = advice or (known.remedy.advice if known is not None else "")
    raise NoPlan(what, told or "make a change by hand, and link it with change.link")
