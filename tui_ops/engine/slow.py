"""What the slow sections of one host said last: which are due, what they judge, and how full its disks are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tui_ops.engine.schedule import phase_of
from tui_ops.model.metrics import Key
from tui_ops.model.readings import SectionReading
from tui_ops.model.states import Severity
from tui_ops.practices.performance.rules import FINE, Judgement

KEPT_PERIODS = 5
"""A section older than this many of its periods judges nothing any more, and says no longer how full a disk is."""

RETRY_PERIODS = 5
"""A section that failed is tried again after so many slow periods, or after its own where that is shorter: one that
comes round once an hour must not be missing for an hour."""

RETRY_MOST = 60
"""Slow periods: each failure after the first doubles the wait up to this. What a dying disk holds fast on a host can't
be killed, so it must not be asked again and again."""

RANK = {Severity.CRITICAL: 2, Severity.WARNING: 1}
"""How bad; what is not here asks for nobody."""


@dataclass(slots=True)
class Disks:
    """The filesystems, as the vitals want to know them."""

    gauges: dict[Key, float] = field(default_factory=dict)
    table: list[tuple[str, float, float]] = field(default_factory=list)
    """Mount, percent used, bytes available."""

    @classmethod
    def of(cls, gauges: dict[Key, float]) -> "Disks":
        """Return what the gauges of the section say."""
        table = []
        for (metric, mount), used in gauges.items():
            free = gauges.get(("fs.available", mount))
            if metric == "fs.used" and free is not None and used + free > 0:
                table.append((mount, 100 * used / (used + free), free))
        return cls(gauges, table)


@dataclass(slots=True)
class _Last:
    """The last run of one section."""

    turn: int
    good: float = 0.0
    """By the monotonic clock: when it was read; 0 where it never was."""
    retry: float = 0.0
    """By the same: not tried before, after a failure."""
    failures: int = 0
    """Since the last good run."""
    worst: Judgement = FINE


class Turn(Protocol):
    """What comes round: a slow section, or a topic of facts."""

    @property
    def name(self) -> str:
        """Its own among all that come round with it."""

    @property
    def periods(self) -> float:
        """How often, in multiples of the host's slow period."""


T = TypeVar("T", bound=Turn)


class Slow(Generic[T]):
    """What comes round slowly on one host: its sections, or its facts.

    Args:
        name: of the host, by which its hourly sections are spread over the hour.
        turns: what comes round, in the order in which it is read at first.
    """

    def __init__(self, name: str, turns: Sequence[T]) -> None:
        self._name = name
        self._turns = turns
        self._last: dict[str, _Last] = {}
        self._disks = Disks()

    def due(self, mono: float, slow_period_s: float) -> list[T]:
        """Return the sections to be read now.

        Args:
            mono: now, by the monotonic clock.
            slow_period_s: of the host; this is asked once in each.
        """
        found = []
        for section in self._turns:
            last = self._last.get(section.name)
            if last is None or self._comes(section, last, mono, slow_period_s):
                found.append(section)
        return found

    def _comes(self, section: T, last: _Last, mono: float, slow_period_s: float) -> bool:
        if last.retry:
            return mono >= last.retry
        return section.periods <= 1 or self._turn(section, mono, slow_period_s) != last.turn

    def _turn(self, section: T, mono: float, slow_period_s: float) -> int:
        """Return the number of the section's period, whose edge lies elsewhere for each host."""
        period = section.periods * slow_period_s
        return int((mono + phase_of(f"{self._name} {section.name}", period)) // period)

    def took(self, section: T, mono: float, slow_period_s: float, found: SectionReading | None = None) -> None:
        """Take note of a run. The judgement is the worst of the statuses of ``found``."""
        worst = worst_of(found) if found is not None else FINE
        self._last[section.name] = _Last(self._turn(section, mono, slow_period_s), mono, worst=worst)
        if found is not None and section.name == "filesystems":
            self._disks = Disks.of(found.gauges)

    def failed(self, section: T, mono: float, slow_period_s: float) -> None:
        """Take note that a section could not be read."""
        last = self._last.setdefault(section.name, _Last(self._turn(section, mono, slow_period_s)))
        last.failures += 1
        wait = min(section.periods, RETRY_PERIODS) * 2 ** min(last.failures - 1, 10)
        last.retry = mono + min(wait, RETRY_MOST) * slow_period_s

    def all_due(self) -> None:
        """Let every section be due at the next look, whatever it waits for."""
        for last in self._last.values():
            last.turn, last.retry = -1, 0.0

    def disks(self, mono: float, slow_period_s: float) -> Disks:
        """Return the filesystems as far as they are still true."""
        last = self._last.get("filesystems")
        if last is None or mono - last.good > KEPT_PERIODS * slow_period_s:
            self._disks = Disks()
        return self._disks

    def worst(self, mono: float, slow_period_s: float) -> Judgement:
        """Return the worst judgement of all sections that are still true; the first of equals."""
        worst = FINE
        for section in self._turns:
            last = self._last.get(section.name)
            if last is None or mono - last.good > KEPT_PERIODS * section.periods * slow_period_s:
                continue
            if RANK.get(last.worst.severity, 0) > RANK.get(worst.severity, 0):
                worst = last.worst
        return worst


def worst_of(found: SectionReading) -> Judgement:
    """Return the worst of a reading's statuses, the first of equals; fine where none asks for anybody."""
    worst = FINE
    for status in found.statuses:
        if RANK.get(status.severity, 0) > RANK.get(worst.severity, 0):
            worst = Judgement(status.severity, status.text)
    return worst
