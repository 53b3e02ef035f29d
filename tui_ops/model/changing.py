"""How changes are authorised and when they may run, as the inventory says it: the section ``changes``."""

from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.changes import ChangeKind


class Quorum(StrEnum):
    """How many of a policy's people have to approve."""

    FIRST = "first"
    ALL = "all"
    COUNT = "count"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """Who approves which changes. Every policy that fits a change has to be satisfied."""

    name: str
    people: tuple[str, ...] = ()
    """Operators who count, if their role may approve; empty: everybody whose role may."""
    mandatory: tuple[str, ...] = ()
    """Operators of whom each has to approve, whatever the quorum."""
    quorum: Quorum = Quorum.FIRST
    number: float = 1
    """Approvals, or per cent of the people, rounded to the nearest person, at least one."""
    kinds: tuple[ChangeKind, ...] = ()
    """Which changes it fits; empty: all kinds."""
    risk_from: int = 0
    """The lowest risk that it fits, of 100."""
    hosts: frozenset[str] = frozenset()
    """Fits changes that touch one of these; empty: any."""
    expires_s: float = 7 * 86400.0
    """An approval counts no longer than this."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """When a window or a freeze is open: once, or again and again."""

    begins: str = ""
    """``2026-12-20`` or ``2026-12-20 18:00``, for one that happens once."""
    ends: str = ""
    days: tuple[int, ...] = ()
    """Weekdays, 0 for Monday; empty with ``cron`` or ``begins``."""
    from_min: int = 0
    """Minutes after midnight."""
    to_min: int = 0
    """May be lower than ``from_min``: it goes over midnight."""
    month_days: tuple[int, ...] = ()
    """Days of the month; -1 is the last one."""
    months: tuple[int, ...] = ()
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Window:
    """When hosts may be changed, or (a freeze) may not."""

    name: str
    times: tuple[Recurring, ...]
    hosts: frozenset[str] = frozenset()
    """Hosts that it holds for; empty: all."""
    freeze: bool = False
    reason: str = ""
    holidays: bool = False
    """Whether it also covers the days that are holidays."""


@dataclass(frozen=True, slots=True)
class ChangingSpec:
    """The section ``changes``."""

    solo: bool = False
    """Whether one person may approve their own change (``team: solo``); each record says so."""
    policies: tuple[ApprovalPolicy, ...] = ()
    """Empty: one approval by anybody whose role may, and by two for a risk from 60 on."""
    windows: tuple[Window, ...] = ()
    holidays: tuple[str, ...] = ()
    """Days such as ``2026-12-25``."""
    business_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    business_from_min: int = 8 * 60
    business_to_min: int = 18 * 60
    timezone: str = "UTC"
    noise: tuple[str, ...] = ()
    """Facts whose differences are no unauthorised change, each as ``topic`` or ``topic:item`` with ``*``."""
