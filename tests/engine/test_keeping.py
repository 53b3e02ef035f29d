"""The history's upkeep as the engine does it: what is kept how long, the limit, damage, and polls that go on."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tui_ops.engine import keeping as upkeep
from tui_ops.engine.keeping import Keeping
from tui_ops.model.fleet import HistorySpec
from tui_ops.model.readings import Reading
from tui_ops.store.history import keeper as writing
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.history.retention import bytes_in_use
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.samples import SampleWrite
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.history import Resolution, Series, open_history, series
from tui_ops.store.writer import Writer

DAY = 86400.0
BEGIN = 20_000 * DAY
"""Midnight."""

SPEC = HistorySpec(full_s=2 * DAY, minutes_s=4 * DAY, hours_s=60 * DAY)


@pytest.fixture
async def paths(tmp_path: Path) -> StatePaths:
    found = prepare(tmp_path / "state")
    upgrade(found)
    return found


@pytest.fixture
async def writer(paths: StatePaths) -> AsyncIterator[Writer]:
    made = await Writer.open(paths)
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests have nobody to make room for."""
    monkeypatch.setattr(upkeep, "REST", 0.0)


def poll(at: float, host: int) -> SampleWrite:
    counters = {("net.rx_bytes", "eth0"): round(100 * (at - BEGIN))}
    gauges = {("load.1", ""): at % 977 / 7, ("memory.available", ""): 4096.0 * round(at % 9973)}
    return SampleWrite(at, host, Reading(at - BEGIN + 1000, "b", None, counters, gauges))


async def fill(writer: Writer, first_day: float, last_day: float, hosts: tuple[int, ...] = (1, 2)) -> None:
    """Write a reading a minute."""
    minutes = range(round(first_day * 1440), round(last_day * 1440))
    await writer.samples([poll(BEGIN + 60 * minute, host) for minute in minutes for host in hosts])


def keeping_at(writer: Writer, paths: StatePaths, day: float, spec: HistorySpec = SPEC) -> Keeping:
    return Keeping(writer, paths, lambda: spec, lambda: BEGIN + day * DAY)


def load(paths: StatePaths, first_day: float, last_day: float, host: int = 1) -> Series:
    with open_history(paths) as reader:
        return series(reader, host, "load.1", "", BEGIN + first_day * DAY, BEGIN + last_day * DAY)


def counts(paths: StatePaths) -> dict[str, int]:
    with closing(sqlite3.connect(paths.samples_db)) as connection:
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("sample", "chunk", "part", "block")
        }


async def test_a_week_is_kept_as_the_inventory_says(writer: Writer, paths: StatePaths) -> None:
    """Two days in full, four in minutes, the rest in hours, and the last hours as rows."""
    for day in range(7):
        await fill(writer, day, day + 1)
        await keeping_at(writer, paths, day + 1).look()
    assert 0 < counts(paths)["sample"] <= 2 * 150
    assert load(paths, 5.1, 7).resolution is Resolution.FULL
    assert len(load(paths, 5.1, 7).at) == round(1.9 * 1440)
    assert load(paths, 4, 7).resolution is Resolution.MINUTES
    assert load(paths, 0, 7).resolution is Resolution.HOURS
    assert sum(load(paths, 0, 7).readings) == 7 * 1440
    with closing(sqlite3.connect(paths.samples_db)) as connection:
        oldest_chunk, oldest_minute = (
            connection.execute(query).fetchone()[0]
            for query in ("SELECT min(start_ms) / 1000 FROM chunk", "SELECT min(start_s) FROM block WHERE step = 60")
        )
    assert oldest_chunk == BEGIN + 5 * DAY
    assert oldest_minute == BEGIN + 3 * DAY - DAY


async def test_a_look_again_changes_nothing(writer: Writer, paths: StatePaths) -> None:
    """An engine that starts anew finds nothing to do."""
    await fill(writer, 0, 2)
    await keeping_at(writer, paths, 2).look()
    before = counts(paths)
    await keeping_at(writer, paths, 2).look()
    assert counts(paths) == before


async def test_an_engine_that_was_away_for_a_week_loses_no_hour(writer: Writer, paths: StatePaths) -> None:
    """Rows that are older than full resolution is kept become minutes and hours before they go."""
    await fill(writer, 0, 1.3)
    await keeping_at(writer, paths, 8).look()
    assert counts(paths)["sample"] == counts(paths)["chunk"] == 0
    found = load(paths, 0, 9)
    assert found.resolution is Resolution.HOURS
    assert sum(found.readings) == round(1.3 * 1440)


async def test_hours_go_when_their_time_has_come(writer: Writer, paths: StatePaths) -> None:
    """With the names that only they had."""
    await fill(writer, 0, 1)
    await keeping_at(writer, paths, 1.2).look()
    await keeping_at(writer, paths, 200).look()
    assert counts(paths) == {"sample": 0, "chunk": 0, "part": 0, "block": 0}
    with closing(sqlite3.connect(paths.samples_db)) as connection:
        assert connection.execute("SELECT count(*) FROM series").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM layout").fetchone() == (0,)


async def size_of(writer: Writer) -> int:
    return await writer.keep(lambda _keeper, connection: bytes_in_use(connection))


async def test_the_limit_cuts_the_oldest_full_resolution_first(
    writer: Writer, paths: StatePaths, caplog: pytest.LogCaptureFixture
) -> None:
    """Not a reading more than needed, and what is cut is in minutes first, also of the day that is not over."""
    await fill(writer, 0, 1.9)
    await keeping_at(writer, paths, 1.9).look()
    limit = await size_of(writer) - 10_000
    before = counts(paths)
    with caplog.at_level(logging.INFO):
        await keeping_at(writer, paths, 1.9, HistorySpec(limit_bytes=limit)).look()
    after = counts(paths)
    assert await size_of(writer) <= limit
    assert 0 < after["chunk"] < before["chunk"]
    assert after["block"] >= before["block"]
    assert "over its limit" in caplog.text
    for host in (1, 2):
        found = load(paths, 0, 1.9, host)
        assert found.resolution is Resolution.MINUTES
        assert sum(found.readings) == round(1.9 * 1440), "every reading is still counted"


async def test_a_limit_below_everything_is_told(
    writer: Writer, paths: StatePaths, caplog: pytest.LogCaptureFixture
) -> None:
    """Minutes go after the last chunk, hours after the last minute; rows stay, and the look ends."""
    await fill(writer, 0, 1.5)
    await keeping_at(writer, paths, 1.5, HistorySpec(limit_bytes=1)).look()
    after = counts(paths)
    assert (after["chunk"], after["block"]) == (0, 0)
    assert after["sample"] > 0
    assert "nothing more of it can be cut" in caplog.text


async def test_space_that_became_free_is_given_back(
    writer: Writer, paths: StatePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose limit was lowered becomes smaller, not only emptier."""
    monkeypatch.setattr(writing, "PAGES_A_STEP", 16)
    await fill(writer, 0, 3, tuple(range(1, 9)))
    await keeping_at(writer, paths, 2).look()
    await writer.close()
    before = paths.samples_db.stat().st_size
    again = await Writer.open(paths)
    await keeping_at(again, paths, 3.2, HistorySpec(limit_bytes=600_000)).look()
    await again.close()
    assert paths.samples_db.stat().st_size < before / 2


async def test_damage_is_told_and_all_else_goes_on(
    writer: Writer, paths: StatePaths, caplog: pytest.LogCaptureFixture
) -> None:
    """A chunk that can't be read costs the minutes around it, not the day, and stays until its time has come."""
    await fill(writer, 0, 1)
    await keeping_at(writer, paths, 0.5).look()
    await writer.keep(
        lambda _keeper, c: c.execute(
            "UPDATE chunk SET at = x'7000' WHERE host_id = 1 AND start_ms = ?", (BEGIN * 1000,)
        )
    )
    await writer.samples([poll(BEGIN + 5, 1)])
    await keeping_at(writer, paths, 1.2).look()
    assert "the history of host 1 has no minutes and hours of 2024-10-04T00:00:00Z" in caplog.text
    assert "tui-ops db check" in caplog.text
    assert counts(paths)["sample"] == 0
    await keeping_at(writer, paths, 3.2).look()
    assert counts(paths)["chunk"] == 0
    assert sum(load(paths, 0, 1, 2).readings) == 1440
    assert sum(load(paths, 0, 1, 1).readings) >= 1440 * 3 // 4


async def test_polls_are_written_while_the_history_is_looked_after(writer: Writer, paths: StatePaths) -> None:
    """No row waits long for the upkeep: each step holds the store's thread for some milliseconds."""
    await fill(writer, 0, 2, tuple(range(1, 7)))
    look = asyncio.create_task(keeping_at(writer, paths, 2.2).look())
    waits = []
    while not look.done():
        began = time.perf_counter()
        await writer.samples([poll(BEGIN + 3 * DAY + len(waits), 9)])
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0)
    await look
    assert len(waits) > 50
    assert sorted(waits)[len(waits) * 95 // 100] < 0.1
    assert load(paths, 3, 4, 9).at[: len(waits)] == [BEGIN + 3 * DAY + n for n in range(len(waits))]


async def test_a_step_that_fails_leaves_nothing_behind(
    writer: Writer, paths: StatePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full in the middle of a move: the rows stay, and the next look does all of it."""
    await fill(writer, 0, 0.5)
    before = counts(paths)
    number = HistoryKeeper._number
    calls = iter(range(100))

    def full(self: HistoryKeeper, *rest: object) -> int:
        if next(calls) == 2:
            raise sqlite3.OperationalError("database or disk is full")
        return number(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(HistoryKeeper, "_number", full)
    with pytest.raises(Exception, match="full"):
        await keeping_at(writer, paths, 0.6).look()
    assert counts(paths) == before
    monkeypatch.undo()
    await keeping_at(writer, paths, 0.6).look()
    assert counts(paths)["chunk"] == 12
    assert len(load(paths, 0, 0.6).at) == 720
