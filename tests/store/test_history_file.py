"""The file of the history: brought over from its older schema, refused when it is newer, and whole after a crash."""

import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tui_ops.model.readings import Reading
from tui_ops.store.errors import NoState, SchemaNewer, SchemaOlder
from tui_ops.store.history.condensing import DAY_MS
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.history.rolling import prepare_move
from tui_ops.store.history.schema import SCHEMA, make_tables
from tui_ops.store.paths import StatePaths
from tui_ops.store.samples import SampleWrite
from tui_ops.store.views.history import open_history, series
from tui_ops.store.writer import Writer

LIGHT = """
import sys
import tui_ops.store.views.history, tui_ops.store.history.sizes, tui_ops.store.history.spot, tui_ops.store.backup
import tui_ops.engine.keeping
print([name for name in ("numpy", "pcodec") if name in sys.modules])
"""


def test_numpy_comes_with_the_first_question_not_with_the_modules() -> None:
    """The desk and the engine start without it."""
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


OLD = Path(__file__).parent / "schemas" / "samples_1.sql"
"""What the code of schema 1 made and wrote."""

HOUR_2_MS = 7_200_000


def shape(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())


async def test_an_old_file_is_brought_over_in_place(paths: StatePaths, root: Path) -> None:
    """Every row is there afterwards, its rates too, and the tables are those of a new file."""
    with closing(sqlite3.connect(paths.samples_db)) as connection:
        connection.executescript(OLD.read_text())
    with pytest.raises(SchemaOlder, match="restart the engine"), open_history(paths):
        pass
    writer = await Writer.open(paths)
    with open_history(paths) as reader:
        for host in (1, 2):
            load = series(reader, host, "load.1", "", 0, 2e9)
            assert list(zip(load.at, load.mean, strict=True)) == [
                (1700000000 + host / 8, 0.0), (1700000020 + host / 8, 0.5),
            ]  # fmt: skip
            rates = series(reader, host, "net.rx_bytes", "eth0", 0, 2e9)
            assert rates.mean == [100.0 * host] * 2
        move = reader.read(partial(prepare_move, host_id=1, start_ms=1700000000125 // HOUR_2_MS * HOUR_2_MS))
        assert await writer.keep(partial(HistoryKeeper.move, move=move))
        assert series(reader, 1, "net.rx_bytes", "eth0", 0, 2e9).mean == [100.0] * 2
    await writer.close()
    new = root / "new.db"
    with closing(sqlite3.connect(new, isolation_level=None)) as connection:
        make_tables(connection)
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    assert [name for name, _ in shape(paths.samples_db)] == [name for name, _ in shape(new)]


async def test_a_new_file_can_become_smaller(writer: Writer, paths: StatePaths) -> None:
    """Set before the first table, or never."""
    await writer.samples([poll(10.0, 1.0)])
    with closing(sqlite3.connect(paths.samples_db)) as connection:
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)


async def test_an_upgrade_that_fails_changes_nothing(paths: StatePaths) -> None:
    """A row that can't be brought over leaves the old file as it was."""
    with closing(sqlite3.connect(paths.samples_db, isolation_level=None)) as connection:
        connection.executescript(OLD.read_text())
        connection.execute("CREATE TABLE sample_1 (x)")
        before = connection.execute("SELECT count(*) FROM sample").fetchone()
        with pytest.raises(sqlite3.Error):
            make_tables(connection)
        assert connection.execute("SELECT count(*) FROM sample").fetchone() == before
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


async def test_a_newer_file_is_refused_by_both_sides(writer: Writer, paths: StatePaths) -> None:
    """Neither the engine nor a reader guesses at it; an empty one is no history yet."""
    await writer.close()
    with closing(sqlite3.connect(paths.samples_db)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(SchemaNewer):
        await Writer.open(paths)
    with pytest.raises(SchemaNewer), open_history(paths):
        pass
    paths.samples_db.unlink()
    with pytest.raises(NoState), open_history(paths):
        pass


def poll(at: float, load: float, host: int = 1) -> SampleWrite:
    return SampleWrite(at, host, Reading(at, "b", None, {("net.rx_bytes", "e"): int(at)}, {("load.1", ""): load}))


async def test_a_row_that_comes_while_a_window_is_packed_is_not_lost(writer: Writer, paths: StatePaths) -> None:
    """The move that did not see it is refused; the next one takes it along. So with what is condensed."""
    await writer.samples([poll(10.0, 1.0), poll(20.0, 2.0)])
    with open_history(paths) as reader:
        stale = reader.read(partial(prepare_move, host_id=1, start_ms=0))
        await writer.samples([poll(15.0, 1.5)])
        assert not await writer.keep(partial(HistoryKeeper.move, move=stale))
        assert series(reader, 1, "load.1", "", 0, 99).mean == [1.0, 1.5, 2.0]
        move = reader.read(partial(prepare_move, host_id=1, start_ms=0))
        assert await writer.keep(partial(HistoryKeeper.move, move=move))
        assert not await writer.keep(partial(HistoryKeeper.move, move=move)), "twice is refused"
        assert series(reader, 1, "load.1", "", 0, 99).mean == [1.0, 1.5, 2.0]


async def test_no_chunk_goes_before_its_minutes_are_written(writer: Writer, paths: StatePaths) -> None:
    """However old it is."""
    await writer.samples([poll(10.0, 1.0)])
    with open_history(paths) as reader:
        move = reader.read(partial(prepare_move, host_id=1, start_ms=0))
        await writer.keep(partial(HistoryKeeper.move, move=move))
        assert await writer.keep(partial(HistoryKeeper.drop_chunks, before_ms=10 * DAY_MS)) == 0
        assert series(reader, 1, "load.1", "", 0, 99).mean == [1.0]


KEEPER = """
import asyncio, sys
from functools import partial
from pathlib import Path
from tui_ops.model.readings import Reading
from tui_ops.store.history.condensing import prepare_condensed
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.history.rolling import hosts_with_rows, oldest_window, prepare_move
from tui_ops.store.paths import StatePaths
from tui_ops.store.samples import SampleWrite
from tui_ops.store.views.history import open_history
from tui_ops.store.writer import Writer

def poll(at, host):
    return SampleWrite(at, host, Reading(at, "b", None, {("net.rx_bytes", "e"): 100 * at}, {("load.1", ""): at % 97}))

async def main():
    paths, start = StatePaths(Path(sys.argv[1])), int(sys.argv[2])
    writer = await Writer.open(paths)
    reader = open_history(paths)
    async def keep():
        while True:
            for host in reader.read(hosts_with_rows):
                while (window := reader.read(partial(oldest_window, host_id=host, until_ms=2**50))) is not None:
                    move = reader.read(partial(prepare_move, host_id=host, start_ms=window))
                    await writer.keep(partial(HistoryKeeper.move, move=move))
                found = reader.read(partial(prepare_condensed, host_id=host, until_ms=7_200_000_000_000))
                if found is not None:
                    await writer.keep(partial(HistoryKeeper.condense, found=found))
            await asyncio.sleep(0)
    keeping = asyncio.create_task(keep())
    for n in range(start, start + 10**9):
        await writer.samples([poll(600 * n + 60 * m, host) for m in range(10) for host in (1, 2, 3)])
        print(n, flush=True)
        await asyncio.sleep(0)

asyncio.run(main())
"""


def run_and_kill(root: Path, start: int, chance: random.Random) -> int:
    """Let rows be written and moved, kill it a random moment later; returns the last batch that was written."""
    process = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(root), str(start)], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout is not None
    last = start - 1
    for _ in range(chance.randrange(5, 40)):
        last = int(process.stdout.readline())
    moment = time.perf_counter() + chance.random() * 0.02
    while time.perf_counter() < moment:
        pass
    process.kill()
    rest = process.communicate(timeout=30)[0].split("\n")[:-1]
    return int(rest[-1]) if rest else last


def test_killed_in_the_middle_it_repairs_itself(paths: StatePaths) -> None:
    """``kill -9`` while rows are moved and condensed: every reading that was written stands there once."""
    chance = random.Random(7)
    start, written = 0, 0
    for _ in range(4):
        written = run_and_kill(paths.root, start, chance)
        with open_history(paths) as reader:
            assert reader.read(lambda c: c.execute("PRAGMA integrity_check").fetchall()) == [("ok",)]
            for host in (1, 2, 3):
                found = series(reader, host, "load.1", "", 0, 1e11)
                expected = [float(at) for at in range(0, 600 * written + 600, 60)]
                assert found.at[: len(expected)] == expected
                assert Counter(found.at).most_common(1)[0][1] == 1
                assert all(value == at % 97 for at, value in zip(found.at, found.mean, strict=True))
        # What was begun after the last answer may be there too: it is written again, and is one with it.
        start = written + 1
