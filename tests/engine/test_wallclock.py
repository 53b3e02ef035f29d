"""A clock that goes ahead: nothing is removed as too old before somebody could see it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tui_ops.engine import keeping as upkeep
from tui_ops.engine.keeping import Keeping
from tui_ops.engine.wallclock import AHEAD_S, BELIEVED_S, WallClock
from tui_ops.model.fleet import HistorySpec
from tui_ops.model.readings import Reading
from tui_ops.store.paths import prepare
from tui_ops.store.samples import SampleWrite
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.history import open_history, series
from tui_ops.store.writer import Writer

DAY = 86400.0
BEGIN = 20_000 * DAY
YEARS = 30 * 365 * DAY


@dataclass
class Machine:
    """A machine whose clocks a test sets."""

    at: float = BEGIN
    up: float = 1000.0

    def pass_by(self, seconds: float) -> None:
        self.at += seconds
        self.up += seconds

    def clock(self) -> WallClock:
        return WallClock(lambda: self.at, lambda: self.up)


def test_time_that_passes_is_believed() -> None:
    """However long nobody asked, and with the steps of a clock that is set right."""
    machine = Machine()
    clock = machine.clock()
    for seconds in (600.0, 400 * DAY, 0.0):
        machine.pass_by(seconds)
        assert clock.is_believed()
    machine.at += AHEAD_S
    assert clock.is_believed()
    machine.at -= 5 * DAY
    assert clock.is_believed()


def test_a_step_forward_is_believed_after_a_day() -> None:
    """And at once where the clock comes back; a second step counts anew."""
    machine = Machine()
    clock = machine.clock()
    machine.at += YEARS
    assert not clock.is_believed()
    machine.pass_by(BELIEVED_S - 1)
    assert not clock.is_believed()
    machine.at -= YEARS
    assert clock.is_believed()
    machine.at += YEARS
    assert not clock.is_believed()
    machine.pass_by(BELIEVED_S)
    assert clock.is_believed()
    machine.at += YEARS
    assert not clock.is_believed()


async def test_a_history_outlives_a_clock_that_was_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is there when the clock is right again; what is old by a clock that stays goes."""
    monkeypatch.setattr(upkeep, "REST", 0.0)
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    machine = Machine()
    keeping = Keeping(writer, paths, HistorySpec, lambda: machine.at, lambda: machine.up)
    await writer.samples(
        [SampleWrite(BEGIN + 60 * n, 1, Reading(60.0 * n, "b", None, {}, {("load.1", ""): 1.0})) for n in range(300)]
    )

    def kept() -> int:
        with open_history(paths) as reader:
            return len(series(reader, 1, "load.1", "", BEGIN, BEGIN + DAY).mean)

    machine.pass_by(0.5 * DAY)
    await keeping.look()
    before = kept()
    assert before > 0
    machine.at += YEARS
    await keeping.look()
    machine.at -= YEARS
    await keeping.look()
    assert kept() == before
    machine.at += YEARS
    for _ in range(3):
        await keeping.look()
        machine.pass_by(BELIEVED_S)
    assert kept() == 0
    await writer.close()
