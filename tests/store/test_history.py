"""The history by property, held against a slow obvious model: nothing is lost, nothing is invented."""

import contextlib
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.history_world import LATER_MS, World, end_of, told

from tui_ops.model.metrics import Key
from tui_ops.model.rates import CPU_KEYS
from tui_ops.model.readings import Reading
from tui_ops.store.errors import StoreCorrupt
from tui_ops.store.history import codec
from tui_ops.store.history.blocks import KEPT_BITS, Spans, first_of, pack_block, unpack_block
from tui_ops.store.history.condensing import DAY_MS
from tui_ops.store.samples import SampleWrite
from tui_ops.store.views.history import Resolution, series

BEGIN = 1_700_006_400.0
"""Midnight."""

RX, PSI, LOAD, USED = ("net.rx_bytes", "eth0"), ("psi.io.some", ""), ("load.1", ""), ("fs.used", "/")
COUNTERS: tuple[Key, ...] = (RX, PSI, *CPU_KEYS[:4])
SERIES = [(RX, True), (PSI, True), (CPU_KEYS[0], True), (CPU_KEYS[3], True), (LOAD, False), (USED, False)]
WITHIN = 2.0**-KEPT_BITS


@dataclass
class Step:
    """What happens from one poll to the next."""

    wait_s: float
    reboot: bool
    stands: bool
    grown: tuple[int | None, ...]
    """By counter; None where it is not there this time."""
    gauge: float | None
    slow: bool


STEPS = st.builds(
    Step,
    wait_s=st.sampled_from([10.0] * 12 + [9.99, 10.004, 20.0, 60.0, 600.0, 3600.0, 9000.0, 100_000.0]),
    reboot=st.sampled_from([False] * 15 + [True]),
    stands=st.sampled_from([False] * 15 + [True]),
    grown=st.tuples(*[st.sampled_from([0, 1, 5, 700, 12_345_678, -2, -100_000, None]) for _ in COUNTERS]),
    gauge=st.one_of(st.none(), st.floats(-1e9, 1e9), st.sampled_from([math.nan, math.inf, 0.0])),
    slow=st.booleans(),
)


def polls_of(steps: list[Step]) -> list[SampleWrite]:
    """Return the rows of one host that lives through these steps."""
    at, uptime, boot = BEGIN + 3.21, 500.0, 0
    standing = dict.fromkeys(COUNTERS, 10_000_000)
    polls = []
    for step in steps:
        at += step.wait_s
        if not step.stands:
            uptime += step.wait_s
        if step.reboot:
            # A boot after a short one may have a longer uptime and higher counters: nothing but its number tells.
            boot += 1
            if step.slow:
                uptime, standing = 5.0, dict.fromkeys(COUNTERS, 0)
        counters = {}
        for key, grown in zip(COUNTERS, step.grown, strict=True):
            if grown is not None:
                standing[key] = counters[key] = max(0, standing[key] + grown)
        gauges = {} if step.gauge is None else {LOAD: step.gauge}
        polls.append(SampleWrite(at, 1, Reading(uptime, f"b{boot}", None, counters, gauges)))
        if step.slow:
            polls.append(SampleWrite(at, 1, Reading(0.0, "", None, {}, {USED: at})))
    return polls


def read_full(world: World, key: Key) -> list[tuple[float, float]]:
    found = series(world, 1, *key, 0, 1e11)  # type: ignore[arg-type]
    assert found.resolution is Resolution.FULL
    return list(zip(found.at, found.mean, strict=True))


def assert_told(found: list[tuple[float, float]], expected: list[tuple[float, float]]) -> None:
    """The same moments; the same values but for the last digit of a float."""
    assert [at for at, _ in found] == [at for at, _ in expected]
    assert [value for _, value in found] == pytest.approx([value for _, value in expected], rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=60), st.integers(0, 60))
def test_what_is_in_chunks_is_what_was_read(steps: list[Step], cut: int) -> None:
    """Wherever the border between rows and chunks lies: every gauge, and every rate by the rules, not one more."""
    polls = polls_of(steps)
    world = World()
    world.write(polls)
    world.roll_up(end_of(polls[min(cut, len(polls) - 1)].at))
    for key, counter in SERIES:
        assert_told(read_full(world, key), told(polls, key, counter))


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=60), st.lists(st.integers(0, 60), max_size=3), st.integers(0, 60))
def test_aggregates_are_those_of_what_was_read(steps: list[Step], stops: list[int], cut: int) -> None:
    """Counts exact, lowest ≤ average ≤ highest, each as near as the bits that are kept, in however many steps."""
    polls = polls_of(steps)
    world = World()
    world.write(polls)
    until = 0
    for place in (*stops, cut):
        until = max(until, end_of(polls[min(place, len(polls) - 1)].at))
        world.roll_up(until)
        world.condense(1, until)
    for key, counter in SERIES:
        said = [one for one in told(polls, key, counter) if one[0] * 1000 < until]
        for step in (Resolution.MINUTES, Resolution.HOURS):
            assert_aggregates(world, key, step, said)


def assert_aggregates(world: World, key: Key, step: Resolution, said: list[tuple[float, float]]) -> None:
    expected: dict[float, list[float]] = {}
    for at, value in said:
        expected.setdefault(at // step * step, []).append(value)
    stored = stored_spans(world, key, step)
    assert stored.keys() == expected.keys()
    for at, (low, mean, high, count) in stored.items():
        values = expected[at]
        assert count == len(values)
        assert low <= mean <= high
        assert low == pytest.approx(min(values), rel=WITHIN, abs=1e-30)
        assert high == pytest.approx(max(values), rel=WITHIN, abs=1e-30)
        assert abs(mean - math.fsum(values) / count) <= max(map(abs, values)) * WITHIN + 1e-30


def stored_spans(world: World, key: Key, step: Resolution) -> dict[float, tuple[float, float, float, int]]:
    found = {}
    for start, data in world.connection.execute(
        "SELECT start_s, data FROM block JOIN series ON series.id = series WHERE step = ? AND metric = ? AND label = ?",
        (int(step), *key),
    ):
        spans = unpack_block(data, int(step), start)
        columns = [getattr(spans, name).tolist() for name in ("start_s", "low", "mean", "high", "count")]
        found.update({at: (low, mean, high, count) for at, low, mean, high, count in zip(*columns, strict=True)})
    return found


@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=40))
def test_doing_it_again_changes_nothing(steps: list[Step]) -> None:
    """Rolled up and condensed once more, from the beginning, the file is byte for byte the same."""
    polls = polls_of(steps)
    world = World()
    world.write(polls)
    world.roll_up()
    until = end_of(polls[-1].at)
    world.condense(1, until)
    before = world.dump()
    assert not before["sample"]
    assert world.roll_up() == world.condense(1, until) == 0
    world.connection.execute("UPDATE progress SET condensed_ms = 0")
    assert world.condense(1, until) > 0
    assert world.dump() == before


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=40), st.sets(st.integers(0, 39)))
def test_rows_that_come_late_are_taken_along(steps: list[Step], late: set[int]) -> None:
    """Written after their window was moved, they stand in it as if they had been there."""
    polls = polls_of(steps)
    world = World()
    world.write([poll for place, poll in enumerate(polls) if place not in late])
    until = end_of(polls[-1].at)
    world.roll_up()
    world.condense(1, until)
    world.write([poll for place, poll in enumerate(polls) if place in late])
    world.roll_up()
    world.condense(1, until)
    assert not world.dump()["sample"]
    for key, counter in SERIES:
        assert_told(read_full(world, key), told(polls, key, counter))
    for key in (LOAD, USED):
        assert_aggregates(world, key, Resolution.MINUTES, told(polls, key, False))


def polls_every(period_s: float, count: int, begin: float = BEGIN) -> list[SampleWrite]:
    """Return rows of a quiet host: 100 bytes a second, a load that counts the readings."""
    return [
        SampleWrite(
            begin + period_s * n, 1,
            Reading(1000 + period_s * n, "b", None, {RX: round(100 * period_s * n)}, {LOAD: float(n)}),
        )
        for n in range(count)
    ]  # fmt: skip


class TestReading:
    """The finest resolution that covers the question, and says which."""

    @pytest.fixture
    def world(self) -> World:
        """Three days at a reading a minute: the first in hours alone, the second in minutes, the third in chunks and
        rows.
        """
        world = World()
        world.write(polls_every(60, 3 * 1440))
        world.roll_up(round(BEGIN * 1000) + 3 * DAY_MS - 7_200_000)
        world.condense(1, round(BEGIN * 1000) + 2 * DAY_MS)
        world.connection.execute("DELETE FROM chunk WHERE start_ms < ?", (round(BEGIN * 1000) + 2 * DAY_MS,))
        world.connection.execute("DELETE FROM block WHERE step = 60 AND start_s < ?", (BEGIN + 86400,))
        return world

    @pytest.mark.parametrize(
        ("day", "resolution", "count"),
        [(2, Resolution.FULL, 1440), (1, Resolution.MINUTES, 2880), (0, Resolution.HOURS, 72)],
    )
    def test_the_resolution_is_that_which_goes_back_far_enough(
        self, world: World, day: int, resolution: Resolution, count: int
    ) -> None:
        """Up to the present in one resolution, whatever the newer part is kept in."""
        found = series(world, 1, *LOAD, BEGIN + day * 86400, BEGIN + 3 * 86400)  # type: ignore[arg-type]
        assert (found.resolution, len(found.at), sum(found.readings)) == (resolution, count, 1440 * (3 - day))
        assert found.at[0] == BEGIN + day * 86400
        assert found.unit == "tasks"
        assert [span.at for span in found.spans()] == found.at

    def test_before_the_beginning_the_finest_of_all_is_told(self) -> None:
        """A host that is new is not told in hours because a year was asked for."""
        world = World()
        world.write(polls_every(10, 2000, BEGIN + 5))
        world.roll_up()
        world.condense(1, end_of(BEGIN + 20_000))
        found = series(world, 1, *RX, BEGIN - 300 * 86400, BEGIN + 86400)  # type: ignore[arg-type]
        assert (found.resolution, len(found.at), found.unit) == (Resolution.FULL, 1999, "bytes/s")
        assert set(found.mean) == {100.0}

    def test_points_are_the_fewest_that_answer(self, world: World) -> None:
        """A chart of a hundred columns over three days is read from hours; the counts are all there."""
        found = series(world, 1, *LOAD, BEGIN, BEGIN + 3 * 86400, points=24)  # type: ignore[arg-type]
        assert (found.resolution, found.step_s, len(found.at)) == (Resolution.HOURS, 3 * 3600.0, 24)
        assert found.readings == [180] * 24
        assert found.low[0] == 0
        assert found.high[-1] == pytest.approx(3 * 1440 - 1, rel=WITHIN)
        some = series(world, 1, *LOAD, BEGIN + 2 * 86400, BEGIN + 3 * 86400, points=100)  # type: ignore[arg-type]
        assert len(some.at) == 100
        assert sum(some.readings) == 1440

    def test_nothing_is_told_of_what_was_never_read(self, world: World) -> None:
        """No host, no series, no time: no span and no error."""
        for host, key, start, end in (
            (2, LOAD, 0.0, 1e11), (1, ("no.such", ""), 0.0, 1e11), (1, LOAD, 0.0, 5.0), (1, LOAD, 9.0, 9.0),
        ):  # fmt: skip
            assert series(world, host, *key, start, end).at == []  # type: ignore[arg-type]
            assert series(world, host, *key, start, end, points=10).at == []  # type: ignore[arg-type]


def test_rows_of_two_layouts_at_one_moment_both_live() -> None:
    """A slow section's gauges stand beside the vitals; the same series twice is the later one."""
    world = World()
    at = BEGIN + 1
    world.write([
        SampleWrite(at, 1, Reading(9.0, "b", None, {RX: 1}, {LOAD: 1.0})),
        SampleWrite(at, 1, Reading(0.0, "", None, {}, {USED: 5.0})),
        SampleWrite(at, 1, Reading(9.0, "b", None, {RX: 2}, {LOAD: 2.0})),
    ])  # fmt: skip
    for _ in range(2):
        assert series(world, 1, *LOAD, 0, 1e11).mean == [2.0]  # type: ignore[arg-type]
        assert series(world, 1, *USED, 0, 1e11).mean == [5.0]  # type: ignore[arg-type]
        world.roll_up(LATER_MS)


class TestCodec:
    """Bytes and back."""

    @given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=50), st.lists(st.floats(), min_size=1))
    @settings(deadline=None)
    def test_nothing_is_lost(self, whole: list[int], parts: list[float]) -> None:
        """Every bit, NaN too."""
        for numbers, kind in ((whole, "<i8"), (parts, "<f8")):
            array = np.array(numbers, kind)
            assert codec.decode(codec.encode(array), kind, len(array)).tobytes() == array.tobytes()

    @given(st.binary(max_size=60), st.integers(1, 100))
    @settings(deadline=None)
    def test_bytes_that_are_none_of_ours_are_told_as_damage(self, data: bytes, count: int) -> None:
        """Or come to as many numbers as were asked for; nothing else."""
        for prefix in (b"", codec.PACKED, codec.PACKED + codec.encode(np.arange(40))[1:20]):
            with contextlib.suppress(StoreCorrupt):
                assert len(codec.decode(prefix + data, "<i8", count)) == count
        with pytest.raises(StoreCorrupt):
            unpack_block(b"\xff" + data, 60, 0)

    @given(st.lists(st.floats(width=32, allow_nan=False), min_size=3, max_size=3).map(sorted), st.integers(0, 1439))
    def test_a_block_keeps_the_order_of_its_values(self, values: list[float], place: int) -> None:
        """Lowest ≤ average ≤ highest, also of what no float of four bytes holds, and twice is as once."""
        low, mean, high = (np.array([value * 1e250]) for value in values)
        spans = Spans(np.array([86400.0 + 60 * place]), low, mean, high, np.array([7]))
        data = pack_block(spans, 60, 86400)
        found = unpack_block(data, 60, 86400)
        assert found.start_s.tolist() == [first_of(data, 60, 86400)] == [86400.0 + 60 * place]
        assert found.low[0] <= found.mean[0] <= found.high[0] < math.inf
        assert pack_block(found, 60, 86400) == data
