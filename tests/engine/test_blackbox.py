"""The black box: the last ten minutes of every host, in little memory, and what the store has after a restart."""

import math
import random
import time
import tracemalloc
from pathlib import Path

import pytest

from tui_ops.collectors.rates import derive
from tui_ops.engine.blackbox import FRAMES, HOSTS_MOST, KEPT_S, BlackBox
from tui_ops.model.readings import VALUES, Derived, Reading
from tui_ops.practices.incidents.frames import NAMES, Frame, moved, table
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.samples import SampleWrite
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

NOTHING = Reading(0.0, "", None)
START = 1_800_000_000.0


def note(box: BlackBox, host_id: int, at: float, **values: float) -> None:
    box.note(host_id, at, NOTHING, Derived(values))


class TestRing:
    def test_ten_minutes_and_no_more(self) -> None:
        """One frame a period, the oldest go."""
        box = BlackBox()
        for number in range(200):
            note(box, 1, START + number * 10, cpu=float(number))
        frames = box.frames(1, START + 1e6)
        assert [frame.values["cpu"] for frame in frames] == [float(one) for one in range(140, 200)]
        assert frames[-1].at - frames[0].at <= KEPT_S

    @pytest.mark.parametrize("period_s", [0.5, 1.0, 2.0, 5.0])
    def test_a_host_that_is_read_often_is_kept_as_long(self, period_s: float) -> None:
        """And its very last reading is there, which says most."""
        box = BlackBox()
        count = int(1200 / period_s)
        for number in range(count):
            note(box, 1, START + number * period_s, load1=float(number))
        frames = box.frames(1, START + 1e6)
        assert frames[-1].values["load1"] == pytest.approx(count - 1, rel=6e-4)
        assert 540 <= frames[-1].at - frames[0].at <= KEPT_S
        assert len(frames) <= FRAMES

    def test_a_moment_is_told_to_the_tenth_after_days(self) -> None:
        """Times are kept as small numbers that are counted anew each day."""
        box = BlackBox()
        for number in range(10_000):
            note(box, 1, START + number * 1000.3)
        for number in range(FRAMES):
            note(box, 1, START + 10_003_000 + number * 10.1)
        frames = box.frames(1, START + 1e9)
        assert [frame.at for frame in frames] == pytest.approx(
            [START + 10_003_000 + number * 10.1 for number in range(FRAMES)], abs=0.1, rel=0
        )

    def test_only_what_was_before_the_moment(self) -> None:
        box = BlackBox()
        for number in range(10):
            note(box, 1, START + number * 10, cpu=1.0)
        assert len(box.frames(1, START + 45)) == 5

    def test_what_a_host_does_not_tell_is_not_nought(self) -> None:
        box = BlackBox()
        note(box, 1, START, cpu=5.0)
        (frame,) = box.frames(1, START + 1)
        assert frame.values == {"cpu": 5.0}

    def test_hosts_that_are_not_watched_any_more_are_forgotten(self) -> None:
        box = BlackBox()
        for host_id in (1, 2, 3):
            note(box, host_id, START)
        box.keep_only({2})
        assert [len(box.frames(host_id, START + 1)) for host_id in (1, 2, 3)] == [0, 1, 0]

    def test_a_clock_that_was_set_back_begins_anew(self) -> None:
        """Frames of two times would say nothing together."""
        box = BlackBox()
        note(box, 1, START, cpu=1.0)
        note(box, 1, START - 5000, cpu=2.0)
        assert [frame.values["cpu"] for frame in box.frames(1, START + 1)] == [2.0]

    def test_values_are_told_as_well_as_anyone_reads_them(self) -> None:
        """Half a thousandth of the least traffic and of the most; beyond all measure it is very much still."""
        box = BlackBox()
        told = {"cpu": 99.97, "load1": 0.01, "memory": 87.3, "net_rx": 100.0, "net_tx": 12.5e9, "tcp": 1_000_000.0}
        note(box, 1, START, **told)
        assert box.frames(1, START + 1)[0].values == pytest.approx(told, rel=1e-3)
        assert box.frames(1, START + 1)[0].values["memory"] == pytest.approx(87.3, rel=6e-4)
        note(box, 2, START, cpu=1.0, load1=1e300, tcp=math.inf)
        extreme = box.frames(2, START + 1)[0].values
        assert set(extreme) == {"cpu", "load1", "tcp"}
        assert extreme["cpu"] == 1.0
        assert extreme["load1"] > 60_000
        assert extreme["tcp"] > 60_000

    def test_a_thousand_hosts_take_less_than_two_megabytes_and_a_half(self) -> None:
        """Full rings, each value another."""
        random.seed(1)
        box = BlackBox()
        tracemalloc.start()
        for number in range(70):
            for host_id in range(1000):
                note(box, host_id, START + number * 10, **{name: random.random() for name in NAMES})
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"{taken / 1e6:.2f} MB, {taken / 1000:.0f} bytes a host")
        assert taken < 2_500_000

    def test_no_more_hosts_than_so_many(self) -> None:
        box = BlackBox()
        for host_id in range(HOSTS_MOST + 5):
            note(box, host_id, START)
        assert [len(box.frames(host_id, START + 1)) for host_id in (0, 4, 5, HOSTS_MOST + 4)] == [0, 0, 1, 1]

    def test_its_values_are_headline_values(self) -> None:
        assert set(NAMES) <= set(VALUES)


def reading(uptime_s: float, busy: int, load: float) -> Reading:
    counters = {("cpu.user", ""): busy, ("cpu.idle", ""): round(uptime_s * 100) - busy}
    return Reading(uptime_s, "boot-1", None, counters, {("load.1", ""): load, ("memory.total", ""): 100.0})


class TestAfterARestart:
    async def test_the_history_has_what_memory_has_not(self, tmp_path: Path) -> None:
        """The same numbers, as near as they are kept."""
        paths = prepare(tmp_path / "state")
        upgrade(paths)
        writer = await Writer.open(paths)
        now = round(time.time())
        told = [(now - 300.0 + 10 * at, reading(1000.0 + 10 * at, 500 * at, float(at))) for at in range(30)]
        await writer.samples([SampleWrite(at, 7, one) for at, one in told])
        expected = derive(told[-2][1], told[-1][1]).values
        assert expected["cpu"] > 0
        frames = BlackBox().with_stored(7, float(now), paths)
        assert len(frames) == 29
        assert frames[-1].at == told[-1][0]
        assert frames[-1].values == {name: expected[name] for name in NAMES if name in expected}
        box = BlackBox()
        note(box, 7, now - 2.0, load1=99.0)
        both = box.with_stored(7, float(now), paths)
        assert [frame.values["load1"] for frame in both[-2:]] == [29.0, 99.0]
        await writer.close()

    def test_without_a_history_there_is_what_is_in_memory(self, tmp_path: Path) -> None:
        box = BlackBox()
        note(box, 1, START, cpu=1.0)
        assert len(box.with_stored(1, START + 1, StatePaths(tmp_path / "none"))) == 1


class TestInWords:
    FRAMES = tuple(
        Frame(START + 10 * at, {"cpu": 10.0, "load1": load, "memory": 40.0, "net_rx": 1e6})
        for at, load in enumerate((1.2, 1.1, 1.2, 4.0, 9.0, 15.0, 19.4))
    )

    def test_what_moved(self) -> None:
        """From where it began to rise, in how long; what stood still is not told."""
        assert moved(self.FRAMES) == ["load 1.1 → 19.4 in 50s"]

    def test_what_fell(self) -> None:
        frames = [Frame(START + at, {"memory": value}) for at, value in ((0, 90.0), (10, 91.0), (20, 30.0))]
        assert moved(frames) == ["memory % 91.0 → 30.0 in 10s"]

    def test_a_table(self) -> None:
        """Columns of what was told, and of nothing else."""
        lines = table(self.FRAMES)
        assert lines[0].split() == ["UTC", "cpu", "%", "load", "memory", "%", "in", "MB/s"]
        assert lines[-1].split() == ["08:01:00", "10.0", "19.4", "40.0", "1.0"]
        assert len({len(line) for line in lines}) == 1

    def test_nothing_at_all(self) -> None:
        assert (table([]), moved([])) == ([], [])
        assert moved([Frame(START, {"cpu": 99.0})]) == []
