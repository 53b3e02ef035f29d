"""What mends a finding: the plan of its check, or a better version of its packages. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.model.errors import TuiOpsError
from tui_ops.model.facts import Field
from tui_ops.model.security import FindingKind, Seen
from tui_ops.practices.security.checks.declared import BY_ID

PACKAGE = re.compile(r"[a-z0-9][a-z0-9+._-]{0,99}", re.ASCII)
"""Names of packages that go into a plan: what a host says is never more than a name there."""

PACKAGES_MAX = 20
"""Packages of one source that one plan names."""


class NoPlan(TuiOpsError):
    """No machine mends it; the hint says what a person does."""


@dataclass(frozen=True, slots=True)
class Mend:
    """What mends a finding."""

    plan: str
    """YAML, a model; of packages only what it will be about, as comments."""
    values: tuple[tuple[str, str], ...] = ()
    """Of its parameters."""


def mend(check: str, kind: FindingKind, seen: Seen, advice: str = "") -> Mend:
    """Return what mends a finding.

    Args:
        check: that saw it.
        kind: of the finding.
        seen: what it saw, with all it knows of it.
        advice: what the source says is to be done.

    Raises:
        NoPlan: nobody has written a plan for it, or none that a machine may carry out.
    """
    data: Mapping[str, Field] = seen.data
    known = BY_ID.get(check)
    if known is not None and known.remedy.plan and not data.get("by_hand"):
        values = known.remedy.values(seen) if known.remedy.values is not None else {}
        return Mend(known.remedy.plan, tuple(sorted(values.items())))
    packages = _packages(data) if kind is FindingKind.VULNERABILITY and data.get("fixed") else []
    if packages:
        # Which versions those are differs from release to release: the draft has a plan for each.
        return Mend(
            "".join(f"# {name}: to the version that mends it, a change for each release\n" for name in packages)
        )
    told = advice or (known.remedy.advice if known is not None else "")
    what = "no version that mends it is known" if kind is FindingKind.VULNERABILITY else "it has no plan"
    raise NoPlan(what, told or "make a change by hand, and link it with change.link")


def _packages(data: Mapping[str, Field]) -> list[str]:
    """Return the packages that a better version mends: those that are installed of a source, or the one of its name."""
    binaries = data.get("binaries")
    names = binaries if isinstance(binaries, list) and binaries else [str(data.get("package", ""))]
    return sorted({name for name in names if PACKAGE.fullmatch(name)})[:PACKAGES_MAX]
