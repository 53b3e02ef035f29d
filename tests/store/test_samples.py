"""Raw readings: packed without loss, read back as gauges and rates, removed when they are old."""

import math
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.model.readings import Reading
from tui_ops.store.paths import StatePaths
from tui_ops.store.samples import SampleWrite, pack, unpack
from tui_ops.store.views.connect import open_samples
from tui_ops.store.views.samples import raw_series, read_series
from tui_ops.store.writer import Writer

RX, LOAD = ("net.rx_bytes", "eth0"), ("load.1", "")


def poll(
    at: float, rx: int | None = None, load: float | None = None, boot: str = "b", uptime: float | None = None
) -> SampleWrite:
    counters = {} if rx is None else {("cpu.user", ""): 5, RX: rx}
    gauges = {} if load is None else {LOAD: load}
    return SampleWrite(at, 1, Reading(at if uptime is None else uptime, boot, None, counters, gauges))


KEYS = st.tuples(st.text(max_size=8), st.text(max_size=8))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(KEYS, st.integers(-(2**63), 2**63 - 1), max_size=20),
    st.dictionaries(KEYS, st.floats(), max_size=20),
)
def test_packing_loses_nothing(counters: dict[tuple[str, str], int], gauges: dict[tuple[str, str], float]) -> None:
    """By property: every counter and every gauge comes back as it was, NaN and infinities too."""
    packed = pack(Reading(1.0, "b", None, counters, gauges))
    whole, parts = unpack(packed)
    assert whole == counters
    assert parts.keys() == gauges.keys()
    assert all(parts[key] == gauges[key] or math.isnan(gauges[key]) for key in gauges)
    assert len(packed.counters) + len(packed.gauges) == 8 * (len(counters) + len(gauges))


def test_a_counter_that_does_not_fit_is_left_out() -> None:
    """The others are kept."""
    whole, _ = unpack(pack(Reading(1.0, "b", None, {("a", ""): 2**63, ("b", ""): 7}, {})))
    assert whole == {("b", ""): 7}


async def test_gauges_come_back_as_they_are_and_counters_as_rates(writer: Writer, paths: StatePaths) -> None:
    """The first rate of a time has its base before it."""
    await writer.samples([poll(10 * n, rx=1000 * n * n, load=n / 4) for n in range(6)])
    with open_samples(paths) as reader:
        assert read_series(reader, 1, *LOAD, 20, 40) == [(20.0, 0.5), (30.0, 0.75)]
        assert read_series(reader, 1, *RX, 20, 40) == [(20.0, 300.0), (30.0, 500.0)]
        assert [point.value for point in raw_series(reader, 1, *RX, 20, 40)] == [4000, 9000]
        assert read_series(reader, 2, *RX, 0, 99) == []
        assert read_series(reader, 1, "no.such", "", 0, 99) == []


async def test_reboots_and_resets_give_no_spike(writer: Writer, paths: StatePaths) -> None:
    """Another boot, a counter that went back, an uptime that stood still: a gap, never a rate."""
    await writer.samples([
        poll(10, rx=100), poll(20, rx=200),
        poll(30, rx=900, boot="c", uptime=5), poll(40, rx=1000, boot="c", uptime=15),
        poll(50, rx=3, boot="c", uptime=25), poll(60, rx=13, boot="c", uptime=25), poll(70, rx=23, boot="c", uptime=35),
    ])  # fmt: skip
    with open_samples(paths) as reader:
        assert read_series(reader, 1, *RX, 0, 99) == [(20.0, 10.0), (40.0, 10.0), (70.0, 1.0)]


async def test_a_layout_that_changes_leaves_a_gap(writer: Writer, paths: StatePaths) -> None:
    """An interface that was away for one poll has no point there; its rate then spans the gap."""
    await writer.samples([poll(10, rx=100, load=1), poll(20, load=2), poll(30, rx=300, load=3)])
    with open_samples(paths) as reader:
        assert read_series(reader, 1, *RX, 0, 99) == [(30.0, 10.0)]
        assert [at for at, _ in read_series(reader, 1, *LOAD, 0, 99)] == [10.0, 20.0, 30.0]


async def test_layouts_are_shared(writer: Writer, paths: StatePaths) -> None:
    """Names are stored once, whoever uses them, and found again by the next engine."""
    batch = [SampleWrite(10, host, Reading(10, f"b{host}", None, {RX: 1}, {LOAD: 1.0})) for host in range(50)]
    await writer.samples(batch)
    await writer.close()
    again = await Writer.open(paths)
    await again.samples([SampleWrite(20, one.host_id, one.reading) for one in batch])
    await again.close()
    with closing(sqlite3.connect(paths.samples_db)) as connection:
        assert connection.execute("SELECT count(*) FROM layout").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM boot").fetchone() == (50,)
        assert connection.execute("SELECT count(*), count(DISTINCT layout) FROM sample").fetchone() == (100, 1)


async def test_a_batch_is_kept_or_not(writer: Writer, paths: StatePaths) -> None:
    """An error in the middle keeps none of it, and what was learned in it is forgotten."""
    broken = SampleWrite(20, 1, Reading(1, "b", None, {}, {LOAD: "text"}))  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        await writer.samples([poll(10, load=1), broken])
    await writer.samples([poll(10, load=2)])
    with open_samples(paths) as reader:
        assert read_series(reader, 1, *LOAD, 0, 99) == [(10.0, 2.0)]
