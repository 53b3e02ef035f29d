"""The one writer: what was answered is kept, what failed leaves nothing, and the thread goes on."""

import asyncio
import sqlite3

import pytest
from sqlmodel import Session, select

from tui_ops.model.clock import Stamp, boot_id, now
from tui_ops.model.people import Who
from tui_ops.model.readings import Reading
from tui_ops.model.states import HostState, Severity
from tui_ops.store.audit import append_audit
from tui_ops.store.errors import StoreClosed, StoreError, StoreFull, StoreGone, StoreReadOnly, StoreRefused
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.live import EventWrite, LatestWrite, SectionWrite, tell_engine, touch, trim_events
from tui_ops.store.paths import StatePaths
from tui_ops.store.samples import SampleWrite
from tui_ops.store.tables import EngineInfo, Host, HostLatest
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.history import open_history, series
from tui_ops.store.views.hosts import hosts, max_version
from tui_ops.store.views.lists import events
from tui_ops.store.views.pages import engine, host
from tui_ops.store.writer import Writer

SPARKS = bytes(range(256))


def add(name: str) -> Host:
    return Host(key=name, name=name, address="192.0.2.1")


def good(host_id: int, at: float = 100.0, **changes: object) -> LatestWrite:
    fields: dict[str, object] = {
        "state": HostState.UP, "reason": "", "severity": Severity.OK, "since_at": 50.0, "tried": Stamp(at, at),
        "good": Stamp(at, at), "boot_id": "b", "os": "Debian", "kernel": "6.1", "poll_ms": 3.5,
        "values": {"cpu": 12.5, "memory": 40.0}, "detail": {"cpu.user": 1.0, "net.rx_bytes eth0": 2.0},
        "sparks": SPARKS, "sparks_minute": 7,
    }  # fmt: skip
    return LatestWrite(host_id, **{**fields, **changes})  # type: ignore[arg-type]


async def test_an_act_is_kept_and_its_result_can_be_read_afterwards(writer: Writer) -> None:
    """What an act returns has its id and its columns after the transaction has ended."""

    def act(session: Session) -> Host:
        row = add("web-1")
        session.add(row)
        return row

    row = await writer.act(act)
    assert (row.id, row.name, row.period_s) == (1, "web-1", 10.0)


async def test_an_act_that_raises_leaves_nothing(writer: Writer) -> None:
    """Its own exception comes out unchanged; the next act finds nothing of it."""

    def act(session: Session) -> None:
        session.add(add("web-1"))
        session.flush()
        raise ZeroDivisionError("changed my mind")

    with pytest.raises(ZeroDivisionError):
        await writer.act(act)
    assert await writer.act(lambda session: session.exec(select(Host)).all()) == []


async def test_an_act_that_breaks_a_rule_of_the_database_is_refused(writer: Writer) -> None:
    """A constraint is told as a StoreRefused, and the writer goes on."""
    await writer.act(lambda session: session.add(add("web-1")))
    with pytest.raises(StoreRefused, match="UNIQUE"):
        await writer.act(lambda session: session.add(add("web-1")))
    with pytest.raises(StoreRefused, match="FOREIGN KEY"):
        await writer.write_latest([good(99)])
    await writer.act(lambda session: session.add(add("web-2")))


async def test_acts_are_fully_synchronous_and_notes_are_not(writer: Writer) -> None:
    """PRAGMA synchronous is FULL (2) inside an act and NORMAL (1) inside a note, whatever ran before."""

    def level(session: Session) -> int:
        return int(session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one())

    assert [await writer.act(level), await writer.note(level), await writer.act(level)] == [2, 1, 2]


@pytest.mark.parametrize("end", ["commit", "rollback"])
async def test_an_act_that_ends_its_own_transaction_is_not_kept(writer: Writer, end: str) -> None:
    """A commit in the middle would keep the act without its audit entry."""

    def act(session: Session) -> None:
        session.add(add("web-1"))
        session.flush()
        getattr(session, end)()
        session.flush()

    with pytest.raises(StoreError, match="end its own transaction"):
        await writer.act(act)
    assert await writer.act(lambda session: session.exec(select(Host)).all()) == []


async def test_many_at_once_are_done_in_order(writer: Writer) -> None:
    """Fifty concurrent acts do not disturb one another."""
    await asyncio.gather(*(writer.act(lambda session, n=n: session.add(add(f"h{n:02}"))) for n in range(50)))
    names = await writer.act(lambda session: [row.name for row in session.exec(select(Host).order_by(Host.id))])
    assert names == [f"h{n:02}" for n in range(50)]


async def test_a_failed_poll_keeps_the_last_reading_with_its_age(writer: Writer, paths: StatePaths) -> None:
    """State, reason and the attempt change; values, details, sparks and the time of the reading stay."""
    await writer.act(lambda session: session.add(add("web-1")))
    await writer.write_latest([good(1, 100.0)])
    await writer.write_latest(
        [
            good(
                1,
                110.0,
                good=None,
                state=HostState.DOWN,
                reason="port 22 refuses",
                next_at=140.0,
                values={},
                sparks=b"",
            )
        ]
    )
    row = await writer.act(lambda session: session.get(HostLatest, 1))
    assert row is not None
    assert (row.state, row.reason, row.tried_at, row.next_at) == ("down", "port 22 refuses", 110.0, 140.0)
    assert (row.at, row.cpu, row.sparks, row.sparks_minute, row.os) == (100.0, 12.5, SPARKS, 7, "Debian")
    await writer.write_latest([good(1, 150.0, values={"cpu": 1.0})])
    row = await writer.act(lambda session: session.get(HostLatest, 1))
    assert row is not None
    assert (row.state, row.cpu, row.memory, row.next_at) == ("up", 1.0, None, None)


async def test_a_failed_first_poll_has_no_reading(writer: Writer) -> None:
    """A host that never answered has a state and no numbers."""
    await writer.act(lambda session: session.add(add("web-1")))
    await writer.write_latest([good(1, 5.0, good=None, state=HostState.DOWN)])
    row = await writer.act(lambda session: session.get(HostLatest, 1))
    assert row is not None
    assert (row.state, row.at, row.cpu, row.detail) == ("down", None, None, "{}")


async def test_versions_grow_over_all_hosts(writer: Writer, paths: StatePaths) -> None:
    """A reader asks for what is newer than it knows, and gets just that."""
    await writer.act(lambda session: session.add_all([add("a"), add("b"), add("c")]))
    first = await writer.write_latest([good(1), good(2), good(3)])
    second = await writer.write_latest([good(2), good(2, reason="twice in one batch")])
    with open_reader(paths) as reader:
        assert (first, second, max_version(reader)) == (3, 4, 4)
        assert [row.name for row in hosts(reader, since_version=first)] == ["b"]
        assert hosts(reader, since_version=second) == []
        await writer.act(lambda session: touch(session, [3]))
        assert [row.name for row in hosts(reader, since_version=second)] == ["c"]


async def test_sections_and_events_come_with_the_poll(writer: Writer, paths: StatePaths) -> None:
    """One transaction for what one poll found; a section that failed keeps its document."""
    await writer.act(lambda session: session.add(add("a")))
    ok = SectionWrite(
        1,
        "filesystems",
        60,
        Stamp(1, 1),
        Stamp(1, 1),
        Severity.WARNING,
        "/ 91 %",
        {"filesystems": []},
        {"fs.used /": 5.0},
    )
    failed = SectionWrite(1, "filesystems", 60, Stamp(2, 2), None, Severity.UNKNOWN, "df hangs")
    await writer.write_latest([good(1)], [ok], [EventWrite(1, 9.0, "state", "pending → up")])
    await writer.write_latest([], [failed])
    with open_reader(paths) as reader:
        page = host(reader, "a", Stamp(10.0, 10.0))
        assert page is not None
        section = page.sections[0]
        assert (section.text, section.document, section.age_s) == ("df hangs", {"filesystems": []}, 9.0)
        assert page.detail == {"cpu.user": 1.0, "net.rx_bytes eth0": 2.0, "fs.used /": 5.0}
        assert [event.text for event in events(reader, "a")] == ["pending → up"]
        assert await writer.note(lambda session: trim_events(session, 10.0)) == 1
        assert events(reader) == []


async def test_the_engine_tells_of_itself(writer: Writer, paths: StatePaths) -> None:
    """Its age is by the boot clock of this machine, so a wall clock that was set back does not matter."""
    moment = now()
    said = {"fleet": "shop", "pid": 7, "boot_id": boot_id(), "beat_at": moment.at + 9999, "beat_mono": moment.mono}
    await writer.note(lambda session: tell_engine(session, **said))
    await writer.note(lambda session: tell_engine(session, lag_ms=2.5))
    with open_reader(paths) as reader:
        row = engine(reader, Stamp(moment.at, moment.mono + 3))
        assert (row.fleet, row.pid, row.lag_ms) == ("shop", 7, 2.5)
        assert row.age_s == pytest.approx(3)
    with pytest.raises(AttributeError, match="colour"):
        await writer.note(lambda session: tell_engine(session, colour="red"))


async def test_a_full_disk_refuses_and_recovers(writer: Writer) -> None:
    """SQLITE_FULL is told in words; when there is space again, the same writer goes on."""
    await writer._run(lambda: writer._ops.raw.execute("PRAGMA max_page_count = 1"))
    await writer._run(lambda: writer._ops.raw.execute("PRAGMA max_page_count"))
    with pytest.raises(StoreFull, match="no space is left"):
        await writer.act(lambda session: session.add_all(add(f"{'x' * 2000}{n}") for n in range(50)))
    await writer.act(lambda session: session.add(add("web-1")))
    assert await writer.act(lambda session: len(session.exec(select(Host)).all())) == 1


async def test_a_file_that_may_not_be_written_is_told(writer: Writer) -> None:
    """SQLITE_READONLY becomes StoreReadOnly."""
    await writer._run(lambda: writer._ops.raw.execute("PRAGMA query_only = ON"))
    with pytest.raises(StoreReadOnly, match="may not be written"):
        await writer.act(lambda session: session.add(add("web-1")))
    await writer.act(lambda session: session.add(add("web-1")))


async def test_closing_leaves_clean_files(paths: StatePaths, alice: Who) -> None:
    """After a clean stop no WAL is left, everything is in the files, and the writer says that it is closed."""
    writer = await Writer.open(paths)
    await writer.act(lambda session: append_audit(session, alice, "read-now", "host:a", {}, "done", 1.0))
    await writer.note(lambda session: tell_engine(session, fleet="shop"))
    await writer.close()
    await writer.close()
    assert sorted(path.name for path in paths.root.iterdir() if path.name.endswith(("-wal", "-shm"))) == []
    with pytest.raises(StoreClosed):
        await writer.note(lambda session: None)
    found = sqlite3.connect(f"file:{paths.ops_db}?immutable=1", uri=True)
    assert found.execute("SELECT fleet FROM engine_info").fetchone() == ("shop",)
    found.close()
    assert EngineInfo.__tablename__ == "engine_info"


async def test_a_batch_of_polls_is_kept_whole_or_not_at_all(writer: Writer) -> None:
    """An event that the database refuses takes the rows of its batch back with it."""
    await writer.act(lambda session: session.add(add("web-1")))
    with pytest.raises(StoreRefused):
        await writer.write_latest([good(1)], events=[EventWrite(99, 1.0, "state", "of nobody")])
    assert await writer.act(lambda session: session.get(HostLatest, 1)) is None


async def test_a_database_that_was_removed_takes_no_more(writer: Writer, paths: StatePaths) -> None:
    """What would be written into a file without a name is refused, and no empty file takes its place."""
    await writer.act(lambda session: session.add(add("web-1")))
    paths.ops_db.unlink()
    for _ in range(2):
        with pytest.raises(StoreGone, match="removed or replaced"):
            await writer.act(lambda session: session.add(add("web-2")))
    assert not paths.ops_db.exists()


@pytest.mark.parametrize("first", ["samples", "keeping"])
async def test_a_history_that_was_removed_is_said_and_begun_anew(writer: Writer, paths: StatePaths, first: str) -> None:
    """One batch is refused; the next is in a new file, in which names have numbers of their own."""
    batch = [SampleWrite(100.0, 1, Reading(1.0, "b", None, {}, {("load.1", ""): 1.0}))]
    await writer.samples([SampleWrite(99.0, 1, Reading(1.0, "b", None, {}, {("load.5", ""): 1.0}))])
    await writer.samples(batch)
    for name in ("samples.db", "samples.db-wal", "samples.db-shm"):
        (paths.root / name).unlink()
    with pytest.raises(StoreGone, match=r"samples\.db was removed or replaced"):
        await (writer.samples(batch) if first == "samples" else writer.keep(HistoryKeeper.give_back))
    await writer.samples(batch)
    with open_history(paths) as reader:
        assert series(reader, 1, "load.1", "", 0, 1e9).mean == [1.0]
