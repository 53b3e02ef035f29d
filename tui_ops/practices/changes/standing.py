"""Where the hosts of a run stand, kept so that a turn looks only at those of which something changed.

A run of a thousand hosts takes a turn for each step that is over. To look at every cell in each of them would cost more
than all else that the engine does for it. Pure: the same as looking at all, which tests hold it to.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

from tui_ops.model.changes import OVER_CELLS, CellState, RunKind
from tui_ops.model.plans import Part, Step, StepKind
from tui_ops.practices.changes.cell import BAD, FLYING, KNOWABLE, Cell, Key

Parts = tuple[Part, ...]
"""Parts whose steps are taken together, in their order."""

OfHost = Callable[[str, Part], Sequence[tuple[Step, Cell]]]
"""Tells the steps of a part that a host has, with their cells."""

BACK: Parts = (Part.ROLLBACK,)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one host stands."""

    failed: bool = False
    """Whether a step forward failed, and nobody has said that it goes on in spite of it."""
    open: bool = False
    """The same, or nobody knows what came of one."""
    back_open: bool = False
    """The same of the way back."""
    out: bool = False
    """Whether it takes no further step forward."""
    begun: bool = False
    """Whether a step that changes something was begun on it, as far as can be known."""
    flying: tuple[Key, ...] = ()
    knowable: tuple[Key, ...] = ()
    ready_at: tuple[float, ...] = ()
    """When its steps that are tried again may be sent, epoch seconds."""
    following: tuple[tuple[Parts, Step, Cell], ...] = ()
    """The next step of each of the parts that it is not through with."""


@dataclass(slots=True)
class Group:
    """Hosts among which a run looks for its next steps: a batch, or of a dry run all."""

    rest: dict[Parts, set[str]] = field(default_factory=dict)
    """Hosts that are not through with these parts."""
    ready: dict[Parts, dict[str, tuple[Step, Cell]]] = field(default_factory=dict)
    """Those of them of which nothing is under way, with the step that they wait with."""
    asks: dict[Parts, dict[str, tuple[Step, Cell]]] = field(default_factory=dict)
    """The same, where a person does the step."""
    failed: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    back_open: set[str] = field(default_factory=set)


_NOBODY = Stand()


class Standing:
    """Where the hosts of a run stand.

    Args:
        batches: of the run, by the names of their hosts.
        kind: of the run; a dry one tries all its steps, whatever came of those before.
        parts: that go forward.
        of_host: tells what a host has.
    """

    def __init__(self, batches: Sequence[Sequence[str]], kind: RunKind, parts: Parts, of_host: OfHost) -> None:
        self._dry = kind is RunKind.DRY
        self._ways = (*((part, parts if self._dry else (part,)) for part in parts), (Part.ROLLBACK, BACK))
        self._of_host = of_host
        self._groups = [Group() for _ in (range(1) if self._dry else batches)]
        self._group: dict[str, Group] = {}
        self._rank: dict[str, int] = {}
        self._stands: dict[str, Stand] = {}
        self._flying: set[str] = set()
        self._knowable: set[str] = set()
        self._timed: set[str] = set()
        for number, batch in enumerate(batches):
            for host in batch:
                self._group[host] = self._groups[0 if self._dry else number]
                self._rank[host] = len(self._rank)
        self.renew(self._group)

    def renew(self, hosts: Iterable[str]) -> None:
        """Look at hosts anew."""
        for host in hosts:
            if host in self._group:
                new = self._look(host)
                self._leave(host, self._stands.get(host, _NOBODY))
                self._stands[host] = new
                self._enter(host, new)

    def of(self, host: str) -> Stand:
        """Return where a host stands."""
        return self._stands.get(host, _NOBODY)

    def group(self, batch: int) -> Group:
        """Return the hosts of a batch, by its number; of a dry run they are all one."""
        return self._groups[0 if self._dry else batch]

    def ordered(self, hosts: Iterable[str]) -> list[str]:
        """Return hosts in the order in which they come."""
        return sorted(hosts, key=self._rank.__getitem__)

    @property
    def busy(self) -> int:
        """On how many hosts something is, or may be, under way."""
        return len(self._flying)

    @property
    def waits(self) -> bool:
        """Whether a step waits for the time at which it is tried again."""
        return bool(self._timed)

    def flying(self) -> list[Key]:
        """Return the cells of which something is, or may be, under way, in the order of their hosts."""
        return [key for host in self.ordered(self._flying) for key in self._stands[host].flying]

    def knowable(self) -> list[Key]:
        """Return the cells whose end can be looked up, in the order of their hosts."""
        return [key for host in self.ordered(self._knowable) for key in self._stands[host].knowable]

    def wakes_at(self, now: float) -> float | None:
        """Return when the first step after ``now`` is to be tried again, epoch seconds; None where none is."""
        times = (at for host in self._timed for at in self._stands[host].ready_at if at > now)
        return min(times, default=None)

    def next_of(self, group: Group, parts: Parts, now: float, places: int) -> Iterator[tuple[Key, Cell, bool]]:
        """Yield the steps that come next, in the order in which they are begun, and of each whether a person does it.

        Hosts that were begun come first: a host half-way through is worse than one that waits.

        Args:
            group: among whose hosts.
            parts: whose steps.
            now: epoch seconds; a step that is tried again waits for its time.
            places: how many are sent at most; people are asked about any number.
        """
        ready = group.ready.get(parts, {})
        asks = group.asks.get(parts, {})
        if not asks and (places <= 0 or not ready):
            return
        early = {host for host in self._timed for found in (ready, asks)
                 if host in found and found[host][1].ready_at > now}  # fmt: skip
        sends = nsmallest(max(0, places), self._but(ready, early), key=self._turn)
        for host in sorted([*sends, *self._but(asks, early)], key=self._turn) if asks else sends:
            step, cell = asks[host] if host in asks else ready[host]
            yield (host, step.key), cell, host in asks

    def _turn(self, host: str) -> tuple[bool, int]:
        return not self._stands[host].begun, self._rank[host]

    @staticmethod
    def _but(found: Collection[str], early: Collection[str]) -> Collection[str]:
        return [host for host in found if host not in early] if early else found

    # One host -------------------------------------------------------------------------------------------------------

    def _look(self, host: str) -> Stand:
        failed = opened = out = back_open = stuck = begun = False
        flying: list[Key] = []
        knowable: list[Key] = []
        ready_at: list[float] = []
        left: dict[Parts, tuple[Step, Cell]] = {}
        for part, parts in self._ways:
            forward = parts is not BACK
            for step, cell in self._of_host(host, part):
                state = cell.state
                if state not in OVER_CELLS:
                    left.setdefault(parts, (step, cell))
                    if cell.ready_at and state is CellState.WAITING:
                        ready_at.append(cell.ready_at)
                elif state in BAD:
                    out, stuck = out or forward, stuck or not forward
                    opened, back_open = opened or (forward and cell.open), back_open or (not forward and cell.open)
                    failed = failed or (forward and cell.open and state is CellState.FAILED)
                if state in KNOWABLE:
                    knowable.append((host, step.key))
                    if state in FLYING:
                        flying.append((host, step.key))
                if part is Part.STEP and cell.attempt > 0 and (state is not CellState.SKIPPED or cell.by):
                    begun = True
        following = tuple(
            (parts, *found) for parts, found in left.items()
            if self._dry or not (stuck if parts is BACK else out)
        )  # fmt: skip
        return Stand(
            failed, opened, back_open, out, begun, tuple(flying), tuple(knowable), tuple(ready_at), following
        )  # fmt: skip

    def _enter(self, host: str, stand: Stand) -> None:
        group = self._group[host]
        for belongs, names in (
            (stand.failed, group.failed), (stand.open, group.open), (stand.back_open, group.back_open),
            (stand.flying, self._flying), (stand.knowable, self._knowable), (stand.ready_at, self._timed),
        ):  # fmt: skip
            if belongs:
                names.add(host)
        for parts, step, cell in stand.following:
            group.rest.setdefault(parts, set()).add(host)
            if cell.state is CellState.WAITING and not stand.flying:
                # With a condition it is sent as others are: only where that holds is anybody asked.
                asks = step.kind is StepKind.MANUAL and not self._dry and not step.when
                (group.asks if asks else group.ready).setdefault(parts, {})[host] = (step, cell)

    def _leave(self, host: str, stand: Stand) -> None:
        group = self._group[host]
        for names in (group.failed, group.open, group.back_open, self._flying, self._knowable, self._timed):
            names.discard(host)
        for parts, _, _ in stand.following:
            group.rest[parts].discard(host)
            for found in (group.ready, group.asks):
                if parts in found:
                    found[parts].pop(host, None)
