"""Readers: the owner and another member of the group, while an engine runs, after it stopped, after it crashed."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session
from support.waiting import until_sync

from tui_ops.store.errors import NoState, StoreError
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.tables import Host
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.hosts import host_ids
from tui_ops.store.writer import Writer

GROUP, GROUP_ID = "daemon", 1
STRANGER = 65534

ENGINE = """
import asyncio, sys
from pathlib import Path
from tui_ops.store.paths import prepare
from tui_ops.store.tables import Host
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

async def main():
    paths = prepare(Path(sys.argv[1]), "daemon")
    upgrade(paths)
    writer = await Writer.open(paths)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        name = line.strip()
        await writer.act(lambda session: session.add(Host(key=name, name=name, address="")))
        print(name, flush=True)
    await writer.close()

asyncio.run(main())
"""


class EngineProcess:
    """A process that writes a host for each line it is given, and ends cleanly at the end of its input."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", ENGINE, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def add(self, name: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == name

    def stop(self) -> None:
        self.process.communicate(timeout=30)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


def as_other(groups: list[int], fn: Callable[[], object]) -> object:
    """Run ``fn`` in a child process as another user; returns what it returns, or the words of its StoreError."""
    assert os.geteuid() == 0, "other users need root: run the tests as root"
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups(groups)
            os.setresgid(STRANGER, STRANGER, STRANGER)
            os.setresuid(STRANGER, STRANGER, STRANGER)
            try:
                found = fn()
            except StoreError as error:
                found = f"{type(error).__name__}: {error.message}"
            os.write(write, json.dumps(found).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        data = answer.read()
    os.waitpid(child, 0)
    return json.loads(data)


def names(paths: StatePaths) -> list[str]:
    with open_reader(paths) as reader:
        return sorted(host_ids(reader))


@pytest.fixture
def team(root: Path) -> StatePaths:
    """A state directory that a group reads."""
    paths = prepare(root / "state", GROUP)
    upgrade(paths)
    return paths


@pytest.fixture
def engine(team: StatePaths):  # type: ignore[no-untyped-def]
    """An engine in a process of its own."""
    process = EngineProcess(team.root)
    process.add("first")
    yield process
    process.kill()


def sides(paths: StatePaths) -> set[str]:
    return {path.name.rpartition("-")[2] for path in paths.root.iterdir() if path.name.startswith("ops.db-")}


class TestAnotherMemberOfTheGroup:
    """Reads in every case, and never can write."""

    def test_while_an_engine_runs(self, team: StatePaths, engine: EngineProcess) -> None:
        """Sees what was answered a moment ago, though it is in the WAL only."""
        assert as_other([GROUP_ID], lambda: names(team)) == ["first"]

    def test_after_a_clean_stop(self, team: StatePaths, engine: EngineProcess) -> None:
        """No WAL is left and none can be made: the file is opened as immutable."""
        engine.stop()
        assert sides(team) == set()
        assert as_other([GROUP_ID], lambda: names(team)) == ["first"]
        assert sides(team) == set(), "a reader leaves nothing behind"

    def test_after_a_crash(self, team: StatePaths, engine: EngineProcess) -> None:
        """The WAL that a killed engine left is read, by a user who can't recover it."""
        engine.add("second")
        engine.kill()
        assert sides(team) == {"wal", "shm"}
        assert as_other([GROUP_ID], lambda: names(team)) == ["first", "second"]

    def test_who_was_reading_when_the_engine_stopped(self, team: StatePaths, engine: EngineProcess) -> None:
        """The same reader goes on through stop and start, and sees what comes."""
        with open_reader(team) as reader:
            assert sorted(host_ids(reader)) == ["first"]
            engine.stop()
            assert sorted(host_ids(reader)) == ["first"]
            assert as_other([GROUP_ID], lambda: names(team)) == ["first"]
            again = EngineProcess(team.root)
            again.add("second")
            assert sorted(host_ids(reader)) == ["first", "second"]
            again.stop()

    def test_can_change_nothing(self, team: StatePaths, engine: EngineProcess) -> None:
        """Neither through our reader nor with sqlite3 itself, nor by taking the lock."""
        team.lock.touch(0o600)

        def tries() -> list[str]:
            found = []
            with open_reader(team) as reader:
                try:
                    reader.read(lambda connection: connection.execute("DELETE FROM host"))
                except StoreError as error:
                    found.append(type(error).__name__)
            plain = sqlite3.connect(team.ops_db)
            try:
                plain.execute("DELETE FROM host")
            except sqlite3.OperationalError:
                found.append("refused")
            try:
                team.lock.open()
            except PermissionError:
                found.append("locked out")
            return found

        assert as_other([GROUP_ID], tries) == ["StoreReadOnly", "refused", "locked out"]


def test_a_stranger_is_told_why(team: StatePaths, engine: EngineProcess) -> None:
    """Who is not in the group reads nothing and is told what to ask for."""
    assert "may not be entered" in str(as_other([], lambda: names(team)))


def test_a_reader_notices_an_engine_that_comes(team: StatePaths) -> None:
    """Opened as immutable, it turns to the shared file as soon as an engine writes."""
    with open_reader(team) as reader:
        assert host_ids(reader) == {}
        before = reader.data_version()
        engine = EngineProcess(team.root)
        engine.add("first")
        assert reader.data_version() != before
        assert list(host_ids(reader)) == ["first"]
        engine.add("second")
        assert sorted(host_ids(reader)) == ["first", "second"]
        engine.stop()


def test_a_read_that_an_engine_overtakes_is_done_again(team: StatePaths) -> None:
    """What was read of a file thought to be still is thrown away when it was not."""
    runs = 0
    engine: list[EngineProcess] = []

    def slow(connection: sqlite3.Connection) -> int:
        nonlocal runs
        runs += 1
        if not engine:
            engine.append(EngineProcess(team.root))
            engine[0].add("first")
        return int(connection.execute("SELECT count(*) FROM host").fetchone()[0])

    with open_reader(team) as reader:
        assert reader.read(slow) == 1
    assert runs == 2
    engine[0].stop()


async def test_data_version_changes_with_every_write_and_only_then(writer: Writer, paths: StatePaths) -> None:
    """A dashboard without news watches it."""
    with open_reader(paths) as reader:
        first = reader.data_version()
        assert reader.data_version() == first
        await writer.act(lambda session: session.add(Host(key="a", name="a", address="")))
        second = reader.data_version()
        assert second != first
        assert reader.data_version() == second


async def test_no_read_outlives_its_call(writer: Writer, paths: StatePaths) -> None:
    """A reader that sits there does not hold the WAL back: it can be emptied completely."""
    with open_reader(paths) as reader:
        host_ids(reader)

        def fill(session: Session) -> None:
            session.add_all(Host(key=f"h{n}", name=f"h{n}", address="x" * 500) for n in range(200))

        await writer.act(fill)
        host_ids(reader)
        found = await writer._run(lambda: writer._ops.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
        assert found == (0, 0, 0)
        assert len(host_ids(reader)) == 200


@pytest.mark.parametrize("name", ["what?", "50%", "a#b", "mode=rwc&x", "ü ber", "%2e%2e"])
async def test_any_name_of_a_directory_will_do(root: Path, name: str) -> None:
    """Characters that mean something in a URI are quoted, and Alembic's too."""
    paths = prepare(root / name)
    upgrade(paths)
    assert names(paths) == []
    await (await Writer.open(paths)).close()
    assert sorted(path.name for path in root.iterdir()) == [name]


def test_where_nothing_is_and_where_it_goes_away(root: Path) -> None:
    """Nothing is made by a look; a database that is removed under a reader is missed, not invented."""
    paths = StatePaths(root / "state")
    with pytest.raises(NoState, match="start: tui-ops"):
        open_reader(paths)
    assert not paths.root.exists()
    prepare(paths.root)
    with pytest.raises(NoState):
        open_reader(paths)
    upgrade(paths)
    reader = open_reader(paths)
    paths.ops_db.unlink()
    with pytest.raises(NoState):
        host_ids(reader)
    upgrade(paths)
    assert until_sync(lambda: host_ids(reader) == {})
    reader.close()


def test_a_damaged_file_is_told(paths: StatePaths) -> None:
    """Random bytes in the middle give a StoreError, not a traceback."""
    data = bytearray(paths.ops_db.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    paths.ops_db.write_bytes(data)
    with pytest.raises(StoreError, match=r"damaged|not a database"):
        Reader(paths.ops_db).read(lambda connection: connection.execute("SELECT * FROM host").fetchall())
