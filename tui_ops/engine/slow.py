"""What the slow sections of one host said last: which are due, what they judge, and how full its disks are."""

from array import array
from collections.abc import Collection, Sequence
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

RARE_PERIODS = 24 * 60
"""What comes round less than once in so many slow periods, a day as a rule, costs its host minutes: it is not read when
a host answers for the first time, nor when somebody asks for everything, but in its own time, or by its name."""

RARE_WITHIN_S = 6 * 3600.0
"""Within so long after the start each host reads it for the first time: spread over it, a fleet's storage does not feel
it."""

SELDOM_PERIODS = 4 * 60
"""What comes round less often than this many slow periods, every four hours as a rule, costs its host seconds of CPU:
`apt-get -s dist-upgrade` takes three. When a fleet answers for the first time it does not begin with that, on every
host at once."""

SELDOM_WITHIN_S = 600.0
"""Within so long after the start each host reads it for the first time. On the first day somebody waits for it."""

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


_TURN, _GOOD, _RETRY, _FAILURES = range(4)
"""What is kept of the last run of each that comes round: the number of its period; by the monotonic clock when it was
read, 0 where it never was, and before when it is not tried again; how often it has failed since the last good run."""

_WIDTH = 4

_NEVER = -2.0
"""In place of the number of a period: it was never tried."""

_DUE = -1.0
"""The same: whatever its period, it is due."""


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

    A fleet of a thousand hosts has thirty thousand of them, so their numbers stand side by side.

    Args:
        name: of the host, by which its hourly sections are spread over the hour.
        turns: what comes round, in the order in which it is read at first.
    """

    __slots__ = ("_bad", "_disks", "_disks_at", "_name", "_numbers", "_turns")

    def __init__(self, name: str, turns: Sequence[T]) -> None:
        self._name = name
        self._turns = turns
        self._numbers = array("d", (_NEVER, 0.0, 0.0, 0.0)) * len(turns)
        self._bad: dict[str, Judgement] = {}
        """By name, of those alone that ask for somebody."""
        self._disks = Disks()
        self._disks_at = 0.0

    def due(self, mono: float, slow_period_s: float) -> list[T]:
        """Return the sections to be read now.

        Args:
            mono: now, by the monotonic clock.
            slow_period_s: of the host; this is asked once in each.
        """
        return [
            section for at, section in enumerate(self._turns) if self._comes(section, at * _WIDTH, mono, slow_period_s)
        ]

    def _comes(self, section: T, row: int, mono: float, slow_period_s: float) -> bool:
        turn, retry = self._numbers[row + _TURN], self._numbers[row + _RETRY]
        if turn == _NEVER:
            return section.periods < SELDOM_PERIODS or self._in_its_time(section, mono, slow_period_s)
        if retry:
            return mono >= retry
        return section.periods <= 1 or self._turn(section, mono, slow_period_s) != turn

    def _in_its_time(self, section: T, mono: float, slow_period_s: float) -> bool:
        """Whether this is the look at which the host reads what is costly for the first time."""
        within_s = SELDOM_WITHIN_S if section.periods < RARE_PERIODS else RARE_WITHIN_S
        return (mono + phase_of(f"{self._name} {section.name}", within_s)) % within_s < slow_period_s

    def _turn(self, section: T, mono: float, slow_period_s: float) -> int:
        """Return the number of the section's period, whose edge lies elsewhere for each host."""
        period = section.periods * slow_period_s
        return int((mono + phase_of(f"{self._name} {section.name}", period)) // period)

    def _row(self, section: T) -> int:
        """Return where the numbers of a section begin."""
        return next(at for at, one in enumerate(self._turns) if one.name == section.name) * _WIDTH

    def took(self, section: T, mono: float, slow_period_s: float, found: SectionReading | None = None) -> None:
        """Take note of a run. The judgement is the worst of the statuses of ``found``."""
        row = self._row(section)
        self._numbers[row : row + _WIDTH] = array("d", (self._turn(section, mono, slow_period_s), mono, 0.0, 0.0))
        worst = worst_of(found) if found is not None else FINE
        if worst.severity in RANK:
            self._bad[section.name] = worst
        else:
            self._bad.pop(section.name, None)
        if found is not None and section.name == "filesystems":
            self._disks, self._disks_at = Disks.of(found.gauges), mono

    def failed(self, section: T, mono: float, slow_period_s: float) -> None:
        """Take note that a section could not be read."""
        row = self._row(section)
        if self._numbers[row + _TURN] == _NEVER:
            self._numbers[row + _TURN] = self._turn(section, mono, slow_period_s)
        failures = self._numbers[row + _FAILURES]
        wait = min(section.periods, RETRY_PERIODS) * 2 ** min(failures, 10)
        self._numbers[row + _RETRY] = mono + min(wait, RETRY_MOST) * slow_period_s
        self._numbers[row + _FAILURES] = failures + 1

    def all_due(self) -> None:
        """Let every section but the rare ones be due at the next look, whatever it waits for."""
        self.let_come([one.name for one in self._turns if one.periods < RARE_PERIODS])

    def let_come(self, names: Collection[str]) -> None:
        """Let those of these names be due at the next look, whatever they wait for."""
        for at, one in enumerate(self._turns):
            if one.name in names:
                self._numbers[at * _WIDTH + _TURN], self._numbers[at * _WIDTH + _RETRY] = _DUE, 0.0

    def disks(self, mono: float, slow_period_s: float) -> Disks:
        """Return the filesystems as far as they are still true."""
        if self._disks.gauges and mono - self._disks_at > KEPT_PERIODS * slow_period_s:
            self._disks = Disks()
        return self._disks

    def worst(self, mono: float, slow_period_s: float) -> Judgement:
        """Return the worst judgement of all sections that are still true; the first of equals."""
        worst = FINE
        for at, section in enumerate(self._turns) if self._bad else ():
            said = self._bad.get(section.name)
            good = self._numbers[at * _WIDTH + _GOOD]
            if said is None or mono - good > KEPT_PERIODS * section.periods * slow_period_s:
                continue
            if RANK[said.severity] > RANK.get(worst.severity, 0):
                worst = said
        return worst


def worst_of(found: SectionReading) -> Judgement:
    """Return the worst of a reading's statuses, the first of equals with how many more there are; fine where none asks
    for anybody.
    """
    worst, more = FINE, 0
    for status in found.statuses:
        if RANK.get(status.severity, 0) > RANK.get(worst.severity, 0):
            worst, more = Judgement(status.severity, status.text), 0
        elif worst is not FINE and status.severity is worst.severity:
            more += 1
    return Judgement(worst.severity, f"{worst.reason}, and {more} more") if more else worst
