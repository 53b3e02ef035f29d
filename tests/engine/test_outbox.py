"""What can't be written, and what that means for the rest."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from support.waiting import until

from tui_ops.engine import outbox as outbox_module
from tui_ops.engine.news import News
from tui_ops.engine.outbox import DOCUMENTS_WAIT, Batch, Outbox
from tui_ops.model.clock import now
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.readings import Reading, SectionReading
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.history import open_history, series
from tui_ops.store.views.lists import events
from tui_ops.store.views.parts import checks
from tui_ops.store.writer import Writer

HOST = HostSpec("web-1", "web-1", "10.0.0.1")


@pytest.fixture
async def paths(tmp_path: Path) -> StatePaths:
    found = prepare(tmp_path / "state")
    upgrade(found)
    return found


@pytest.fixture
async def writer(paths: StatePaths) -> AsyncIterator[Writer]:
    made = await Writer.open(paths)
    await made.act(lambda session: sync_fleet(session, Fleet("t", (HOST,)), 1.0))
    yield made
    await made.close()


def reading(uptime_s: float = 10.0) -> Reading:
    return Reading(uptime_s, "boot", None, {("cpu.user", ""): 5}, {("load.1", ""): 1.0})


def samples_in(paths: StatePaths) -> int:
    with closing(sqlite3.connect(paths.samples_db)) as connection:
        return int(connection.execute("SELECT count(*) FROM sample").fetchone()[0])


def stored_sections(paths: StatePaths) -> int:
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        return int(connection.execute("SELECT count(*) FROM section_latest").fetchone()[0])


async def test_a_reading_that_no_number_holds_hurts_no_other(paths: StatePaths, writer: Writer) -> None:
    """One host's absurd uptime is left out; the rows beside it are on disk, and the engine goes on."""
    outbox = Outbox(writer, News())
    outbox.sample(1, now(), reading(1e300))
    outbox.sample(1, now(), reading(10.0))
    await outbox.flush()
    assert outbox.error == ""
    assert samples_in(paths) == 1


async def test_the_gauges_of_a_slow_section_become_history(paths: StatePaths, writer: Writer) -> None:
    """A row of their own at the moment of the vitals' row, and of the known metrics only."""
    outbox, at = Outbox(writer, News()), now()
    outbox.sample(1, at, reading())
    gauges = {("fs.used", "/"): 5e9, ("fs.size", "/"): 1e10, ("no.such", ""): 1.0}
    outbox.section(1, 60.0, at, SectionReading("filesystems", gauges))
    outbox.section(1, 60.0, at, SectionReading("units"))
    await outbox.flush()
    assert samples_in(paths) == 2
    with open_history(paths) as reader:
        for metric, label, expected in (("fs.used", "/", [5e9]), ("load.1", "", [1.0]), ("no.such", "", [])):
            assert series(reader, 1, metric, label, at.at - 9, at.at + 9).mean == expected


async def test_what_waits_of_a_check_that_is_no_more_is_given_up(paths: StatePaths, writer: Writer) -> None:
    """Also what came back since it could not be written; the other checks and the sections stay."""
    outbox = Outbox(writer, News())

    def wait_for_all() -> None:
        for name in ("check:gone", "check:stays", "units"):
            outbox.section(1, 60.0, now(), SectionReading(name))

    with closing(sqlite3.connect(paths.ops_db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        wait_for_all()
        under_way = asyncio.create_task(outbox.flush())
        await asyncio.sleep(0)
        outbox.drop_checks({(1, "check:stays")})
        await under_way
        assert outbox.error
        assert outbox.waiting == 2
        other.execute("ROLLBACK")
    await outbox.flush()
    with open_reader(paths) as reader:
        assert {row.check for row in checks(reader)} == {"check:stays", "units"}
    wait_for_all()
    outbox.drop_checks(set())
    assert outbox.waiting == 1


async def test_a_busy_file_of_samples_writes_nothing_twice(paths: StatePaths, writer: Writer) -> None:
    """While samples can't be written, events stand once, and the samples follow when they can."""
    outbox = Outbox(writer, News())
    with closing(sqlite3.connect(paths.samples_db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        outbox.event(1, 5.0, "state", "up → down")
        outbox.sample(1, now(), reading())
        await outbox.flush()
        assert outbox.error
        other.execute("ROLLBACK")
    await outbox.flush()
    assert outbox.error == ""
    assert samples_in(paths) == 1
    with open_reader(paths) as reader:
        assert [row.text for row in events(reader)].count("up → down") == 1


async def test_a_stop_waits_for_no_reader(paths: StatePaths, writer: Writer) -> None:
    """Someone holds a read open for minutes: the store closes at once all the same."""
    with closing(sqlite3.connect(paths.ops_db, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM host").fetchone()
        await writer.act(lambda session: sync_fleet(session, Fleet("t", (HOST,)), 2.0))
        async with asyncio.timeout(4):
            await writer.close()


async def test_many_documents_do_not_wait_for_each_other(
    paths: StatePaths, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a fleet is read first, they are written as they come; a few wait for their turn."""
    monkeypatch.setattr(outbox_module, "FLUSH_S", 3600.0)
    monkeypatch.setattr(outbox_module, "EARLY_S", 0.0)
    outbox = Outbox(writer, News())
    running = asyncio.create_task(outbox.run())
    outbox.section(1, 60.0, now(), SectionReading("s0"))
    await until(lambda: not outbox.waiting and stored_sections(paths) == 1)
    for number in range(1, DOCUMENTS_WAIT):
        outbox.section(1, 60.0, now(), SectionReading(f"s{number}"))
    assert not outbox._crowded.is_set()
    outbox.section(1, 60.0, now(), SectionReading("last"))
    await until(lambda: stored_sections(paths) == DOCUMENTS_WAIT + 1)
    running.cancel()


async def test_many_documents_do_not_hurry_a_disk_that_takes_nothing(
    paths: StatePaths, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are tried again at the usual pace, however many wait."""
    outbox, tries = Outbox(writer, News()), []
    write = outbox._write

    async def counted(batch: Batch) -> None:
        tries.append(outbox.waiting)
        await write(batch)

    monkeypatch.setattr(outbox, "_write", counted)
    with closing(sqlite3.connect(paths.ops_db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        outbox.section(1, 60.0, now(), SectionReading("s"))
        await outbox.flush()
        assert outbox.error
        running = asyncio.create_task(outbox.run())
        await until(lambda: len(tries) == 2)
        for number in range(10 * DOCUMENTS_WAIT):
            outbox.section(1, 60.0, now(), SectionReading(f"s{number}"))
        assert not outbox._crowded.is_set()
        other.execute("ROLLBACK")
    await until(lambda: stored_sections(paths) == 10 * DOCUMENTS_WAIT + 1)
    running.cancel()
