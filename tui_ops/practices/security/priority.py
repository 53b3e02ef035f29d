"""How urgent a finding is, 0 to 100, with what it is made of: a sum of parts that each can be shown and argued about.

Known use of a weakness (CISA's KEV) beats any forecast of it (EPSS), as Grype weighs them: where a weakness is known to
be used, what is forecast says nothing more.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.model.facts import Field
from tui_ops.model.security import Factor, FindingSeverity

BASE: Mapping[FindingSeverity, int] = {
    FindingSeverity.CRITICAL: 50, FindingSeverity.HIGH: 38, FindingSeverity.MEDIUM: 22, FindingSeverity.LOW: 10,
    FindingSeverity.INFO: 2,
}  # fmt: skip
"""What a severity alone is worth: half of all, since where it stands and whether it is used are the other half."""

KEV_POINTS, RANSOM_POINTS = 25, 3
"""It is used by attackers, and by those who extort: Grype's factors 1.05 and 1.1 on top of a certain threat."""

EPSS_POINTS = 20
"""At a forecast of 1; the forecast itself is a likelihood, so it counts by its share and less than known use."""

EPSS_UNLIKELY, UNLIKELY_POINTS = 0.01, -6
"""Less than one in a hundred to be tried within a month: nine tenths of all CVEs, which must not drown the others."""

INTERNET_POINTS, REACHED_POINTS, EXPOSED_POINTS = 14, 5, 8
"""The host is reached from outside; it listens to others at all; what is found is itself within others' reach."""

CRITICALITY_POINTS: Mapping[str, int] = {"critical": 12, "high": 8, "medium": 3, "low": -4}
"""By the host's label ``criticality`` …"""

TIERS: Mapping[str, str] = {"1": "critical", "2": "high", "3": "medium", "4": "low"}
"""… or by its label ``tier``, by which changes are weighed, where it has no other."""

SERVICE_POINTS = 5
"""It carries a service of the inventory, and nothing is said of how much that is worth."""

FIXED_POINTS = 4
"""A version that mends it is there: what can be done comes before what can't."""

OVERDUE_POINTS, HALF_POINTS = 10, 3
"""Past its day; past the half of its time."""

MOST = 100

INTERNET_LABELS = ("internet", "exposure", "zone")
"""Labels by which a host is said to be reached from outside …"""

INTERNET_VALUES = frozenset({"internet", "internet-facing", "public", "external", "dmz", "yes", "true"})
"""… and their values."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands: what is known of its host."""

    internet: bool = False
    """Whether the inventory says that it is reached from outside."""
    listens: bool | None = None
    """Whether it listens on addresses that others reach; None where nobody has looked."""
    criticality: str = ""
    """Of its label; empty without one."""
    services: tuple[str, ...] = ()
    """That it carries, or that depend on one that it carries."""


def place_of(labels: Mapping[str, str], services: tuple[str, ...], listens: bool | None) -> Place:
    """Return a place by what the inventory says of a host.

    Args:
        labels: of the host.
        services: that hang on it.
        listens: whether it listens to others, by its facts.
    """
    internet = any(labels.get(name, "").lower() in INTERNET_VALUES for name in INTERNET_LABELS)
    worth = labels.get("criticality", "").lower() or TIERS.get(labels.get("tier", ""), "")
    return Place(internet, listens, worth, services)


def weigh(
    severity: FindingSeverity,
    data: Mapping[str, Field],
    place: Place,
    opened_at: float,
    due_at: float | None,
    at: float,
) -> tuple[int, tuple[Factor, ...]]:
    """Return a finding's priority, and its parts, whose sum it is.

    Args:
        severity: of the finding.
        data: ``kev``, ``ransomware``, ``epss``, ``fixed``, ``exposed``, as far as they are known.
        place: where it stands.
        opened_at: epoch seconds.
        due_at: epoch seconds; None where it is never due.
        at: now, epoch seconds.
    """
    factors = [Factor(f"severity {severity}", BASE[severity])]
    factors += _threat(data)
    factors += _reach(data, place)
    factors += _worth(place)
    if data.get("fixed"):
        factors.append(Factor("a version that mends it is there", FIXED_POINTS))
    factors += _time(opened_at, due_at, at)
    total = sum(factor.points for factor in factors)
    if not 0 <= total <= MOST:
        bound = min(MOST, max(0, total))
        factors.append(Factor("at most 100" if total > MOST else "at least 0", bound - total))
        total = bound
    return total, tuple(factors)


def _threat(data: Mapping[str, Field]) -> list[Factor]:
    if data.get("kev"):
        ransom = [Factor("used by those who extort", RANSOM_POINTS)] if data.get("ransomware") else []
        return [Factor("known to be used by attackers (KEV)", KEV_POINTS), *ransom]
    epss = data.get("epss")
    if isinstance(epss, bool) or not isinstance(epss, int | float) or not 0 <= epss <= 1:
        return []
    if epss < EPSS_UNLIKELY:
        return [Factor(f"unlikely to be used (EPSS {epss:.2%})", UNLIKELY_POINTS)]
    return [Factor(f"forecast of its use (EPSS {epss:.0%})", round(EPSS_POINTS * epss))]


def _reach(data: Mapping[str, Field], place: Place) -> list[Factor]:
    found = []
    if place.internet:
        found.append(Factor("the host is reached from outside", INTERNET_POINTS))
    elif place.listens:
        found.append(Factor("the host listens to others", REACHED_POINTS))
    if data.get("exposed") is True:
        found.append(Factor("within reach of others", EXPOSED_POINTS))
    return found


def _worth(place: Place) -> list[Factor]:
    points = CRITICALITY_POINTS.get(place.criticality)
    if points is not None:
        return [Factor(f"criticality {place.criticality}", points)]
    if place.services:
        more = f" and {len(place.services) - 1} more" if len(place.services) > 1 else ""
        return [Factor(f"carries {place.services[0]}{more}", SERVICE_POINTS)]
    return []


def _time(opened_at: float, due_at: float | None, at: float) -> list[Factor]:
    if due_at is None:
        return []
    if at >= due_at:
        return [Factor("overdue", OVERDUE_POINTS)]
    if at - opened_at >= (due_at - opened_at) / 2:
        return [Factor("half of its time is over", HALF_POINTS)]
    return []
