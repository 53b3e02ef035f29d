"""The black box: the last ten minutes of every host, kept in memory for when it can't be asked any more."""

import logging
import math
import struct
from collections import OrderedDict
from collections.abc import Collection, Mapping
from itertools import pairwise

from tui_ops.collectors.rates import derive
from tui_ops.engine.observing import NOBODY, Observer
from tui_ops.model.facts import FactReading
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Derived, Reading, SectionReading
from tui_ops.model.states import HostState
from tui_ops.practices.incidents.frames import NAMES, Frame
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.frames import readings
from tui_ops.store.views.history import open_history

log = logging.getLogger(__name__)

KEPT_S = 600.0
"""How far back it goes: in ten minutes a leak, a runaway or a failing disk shows."""

FRAMES = 60
"""Frames of one host: one each ten seconds, which is the period of the vitals unless the inventory says otherwise."""

STEP_S = KEPT_S / FRAMES - 0.5
"""Frames that follow faster take the place of the one before, so that the last is always there and ten minutes fit.
Half a second less than a period, since polls are not to the second."""

HOSTS_MOST = 10_000
"""Hosts that are kept: ten times the largest fleet. The one that was not heard of longest goes first."""

AFTER_START_S = 120.0
"""Where less than this is in memory, since the engine was started just before, the store is asked for the rest."""


_UNITS = tuple((name, {"net_rx": 1e6, "net_tx": 1e6, "tcp": 1e3}.get(name, 1.0)) for name in NAMES)
"""The values of a frame, and in which unit each is kept: sixteen bits tell a number up to sixty-five thousand to half a
thousandth, which is a sixteenth of a percent where a host is full. In bytes a second that would be no traffic at all.
"""

_ROW = struct.Struct(f"<f{len(NAMES)}e")
"""A frame: the moment in seconds, and its values; one that was not told is no number."""

_MOMENT = struct.Struct("<f")

_LARGEST = 65_000.0
"""Numbers beyond it are kept as this."""


class _Ring:
    """The frames of one host: 32 bytes each."""

    __slots__ = ("base", "count", "next", "rows")

    def __init__(self, at: float) -> None:
        self.base = at
        self.rows = bytearray(FRAMES * _ROW.size)
        self.next = 0
        self.count = 0

    def _time(self, back: int) -> float:
        (after_s,) = _MOMENT.unpack_from(self.rows, (self.next - back) % FRAMES * _ROW.size)
        return float(after_s)

    def put(self, at: float, values: dict[str, float]) -> None:
        """Take in a frame, in the place of the last where that followed the one before too fast."""
        after_s = at - self.base
        if self.count >= 2 and 0 <= self._time(1) - self._time(2) < STEP_S:
            self.next, self.count = (self.next - 1) % FRAMES, self.count - 1
        slot = self.next
        told = [values.get(name, math.nan) / unit for name, unit in _UNITS]
        try:
            _ROW.pack_into(self.rows, slot * _ROW.size, after_s, *told)
        except OverflowError:
            bounded = (value if math.isnan(value) else max(-_LARGEST, min(value, _LARGEST)) for value in told)
            _ROW.pack_into(self.rows, slot * _ROW.size, after_s, *bounded)
        self.next = (slot + 1) % FRAMES
        self.count = min(self.count + 1, FRAMES)
        if after_s > 86400:
            self._move_base(after_s)

    def _move_base(self, by_s: float) -> None:
        """Count from now on: a short number of seconds is told to the hundredth, a long one is not."""
        self.base += by_s
        for place in range(0, len(self.rows), _ROW.size):
            _MOMENT.pack_into(self.rows, place, _MOMENT.unpack_from(self.rows, place)[0] - by_s)

    def frames(self) -> list[Frame]:
        """Return them, the oldest first."""
        found = []
        for back in range(self.count, 0, -1):
            after_s, *row = _ROW.unpack_from(self.rows, (self.next - back) % FRAMES * _ROW.size)
            told = {
                name: value * unit for (name, unit), value in zip(_UNITS, row, strict=True) if not math.isnan(value)
            }
            found.append(Frame(self.base + after_s, told))
        return found


class BlackBox:
    """Keeps the last frames of each host."""

    def __init__(self) -> None:
        self._rings: OrderedDict[int, _Ring] = OrderedDict()

    def note(self, host_id: int, at: float, reading: Reading, derived: Derived) -> None:
        """Take in a reading of a host.

        Args:
            host_id: its identity in the store.
            at: epoch seconds.
            reading: as it was read; it is not kept.
            derived: what it says together with the one before.
        """
        del reading
        ring = self._rings.get(host_id)
        if ring is None or at < ring.base - KEPT_S:
            # A clock that was set back by more than this would mix up what was when.
            ring = self._rings[host_id] = _Ring(at)
        self._rings.move_to_end(host_id)
        ring.put(at, derived.values)
        if len(self._rings) > HOSTS_MOST:
            self._rings.popitem(last=False)

    def keep_only(self, host_ids: Collection[int]) -> None:
        """Forget the hosts that are not watched any more."""
        for host_id in [one for one in self._rings if one not in host_ids]:
            del self._rings[host_id]

    def frames(self, host_id: int, until: float) -> list[Frame]:
        """Return the last ten minutes before a moment, or before the last reading where that is older.

        Args:
            host_id: of the host.
            until: epoch seconds.
        """
        ring = self._rings.get(host_id)
        found = [frame for frame in ring.frames() if frame.at <= until] if ring is not None else []
        return [frame for frame in found if frame.at >= found[-1].at - KEPT_S]

    def with_stored(self, host_id: int, until: float, paths: StatePaths) -> list[Frame]:
        """Return the same with what the store has, where the engine was started just before.

        To be called in a thread: it reads a file.

        Args:
            host_id: of the host.
            until: epoch seconds.
            paths: the state directory.
        """
        kept = self.frames(host_id, until)
        if kept and kept[-1].at - kept[0].at >= AFTER_START_S:
            return kept
        first = kept[0].at if kept else until
        try:
            with open_history(paths) as reader:
                told = readings(reader, host_id, until - 2 * KEPT_S if not kept else first - KEPT_S, first)
        except StoreError as error:
            log.warning("the black box of host %d lacks what was before the start: %s", host_id, error)
            return kept
        return _within([*_of_readings(told), *kept])


class Recorder:
    """Notes every reading in a black box, and hands it on.

    Args:
        box: the black box.
        after: who judges the readings.
    """

    def __init__(self, box: BlackBox, after: Observer = NOBODY) -> None:
        self._box = box
        self._after = after

    def vitals(self, host_id: int, at: float, reading: Reading, derived: Derived, disks: Mapping[Key, float]) -> None:
        """Take a reading of the vitals."""
        self._box.note(host_id, at, reading, derived)
        self._after.vitals(host_id, at, reading, derived, disks)

    def section(self, host_id: int, at: float, found: SectionReading) -> None:
        """Take a run of a slow section, or of a check."""
        self._after.section(host_id, at, found)

    def facts(
        self, host_id: int, at: float, topic: str, found: FactReading | None, noise: frozenset[str]
    ) -> None:  # fmt: skip
        """Take a reading of a topic of facts."""
        self._after.facts(host_id, at, topic, found, noise)

    def state(self, host_id: int, at: float, state: HostState, reason: str) -> None:
        """Take the outcome of an attempt to read a host."""
        self._after.state(host_id, at, state, reason)


def _of_readings(told: list[tuple[float, Reading]]) -> list[Frame]:
    """Return frames of readings, at most one each period."""
    frames: list[Frame] = []
    for (_, before), (at, reading) in pairwise(told):
        values = derive(before, reading).values
        frame = Frame(at, {name: values[name] for name in NAMES if name in values})
        if len(frames) >= 2 and frames[-1].at - frames[-2].at < STEP_S:
            frames.pop()
        frames.append(frame)
    return frames


def _within(frames: list[Frame]) -> list[Frame]:
    """Return the frames of the last ten minutes, each moment once."""
    by_time = {round(frame.at, 1): frame for frame in frames}
    ordered = [by_time[at] for at in sorted(by_time)]
    return [frame for frame in ordered if frame.at >= ordered[-1].at - KEPT_S][-FRAMES:]
