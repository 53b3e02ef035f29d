"""The words of alert rules: what a rule looks at, when it raises, and for which hosts it says something else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tui_ops.model.ruleast import Node

ATTEMPTS_MAX = 20
"""Readings in a row until an alert counts; at the usual period twenty are more than three minutes."""

FLAP_START, FLAP_STOP = 20.0, 5.0
"""Percent of weighted changes at which an alert begins and ceases to flap: Nagios' own sample has this gap."""


@dataclass(frozen=True, slots=True)
class Scoped:
    """Which hosts something is for: those that fit all of it."""

    hosts: frozenset[str] | None = None
    """Names; None for every host."""
    labels: tuple[tuple[str, str], ...] = ()
    """Labels that the host must have, with these values."""
    services: frozenset[str] = frozenset()
    """Services of which it must carry one; empty for no matter."""

    def fits(self, name: str, labels: Mapping[str, str], services: Iterable[str]) -> bool:
        """Return whether a host belongs to it."""
        if self.hosts is not None and name not in self.hosts:
            return False
        if any(labels.get(label) != value for label, value in self.labels):
            return False
        return not self.services or not self.services.isdisjoint(services)


EVERY_HOST = Scoped()


@dataclass(frozen=True, slots=True)
class Override:
    """What a rule says otherwise for some hosts."""

    scope: Scoped
    changes: tuple[tuple[str, object], ...]
    """Fields of :class:`RuleSpec` with their values there."""


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One rule, every expression parsed and checked."""

    name: str
    title: str = ""
    """What it finds, for a list of rules."""
    on: bool = True
    value: Node | None = None
    """The number that the alert shows, and that a level compares."""
    warn: Node | None = None
    crit: Node | None = None
    status: str = ""
    """Pattern of the sections or checks whose statuses it passes on (``arrays``, ``check:*``)."""
    fact: str = ""
    """The topic of facts at whose items it looks (``packages``)."""
    items: tuple[str, ...] = ()
    """Patterns of the labels or subjects that it looks at; empty for all, ``!`` before one leaves it out."""
    over: str = ""
    """``group:NAME``, ``group:*``, the same of ``site`` and ``service``, or ``all``: it counts hosts."""
    unit: str = ""
    """Of the value: ``%``, ``bytes``, ``s`` or a word that stands behind the number."""
    text: str = ""
    """What the alert says; ``{value}``, ``{label}`` and other expressions in braces are filled in."""
    for_s: float = 0.0
    """It must be true so long, in seconds."""
    keep_s: float = 0.0
    """An alert stands for so long after it was last true."""
    attempts: int = 1
    """It must be true in so many readings in a row."""
    retry_s: float = 0.0
    """Between two attempts; 0 looks again at once where the state of the host is looked at."""
    flap: tuple[float, float] | None = (FLAP_START, FLAP_STOP)
    """Percent at which flapping begins and ends; None never looks for it."""
    labels: tuple[tuple[str, str], ...] = ()
    """Go onto its alerts."""
    runbook: str = ""
    source: str = ""
    """Where its numbers come from."""
    scope: Scoped = EVERY_HOST
    overrides: tuple[Override, ...] = ()
    place: str = field(default="", compare=False)
    """Where it is written, ``inventory.yaml:12:3``; empty for a shipped one."""

    def chosen(self, name: str, labels: Mapping[str, str], services: Iterable[str]) -> tuple[int, ...]:
        """Return the numbers of the overrides that a host falls under, in their order."""
        found = list(services)
        return tuple(at for at, one in enumerate(self.overrides) if one.scope.fits(name, labels, found))

    def with_overrides(self, chosen: Iterable[int]) -> "RuleSpec":
        """Return the rule as some of its overrides make it; the later of two wins."""
        changes: dict[str, object] = {}
        for at in chosen:
            changes.update(self.overrides[at].changes)
        return replace(self, **changes) if changes else self  # type: ignore[arg-type]
