"""``kill -9`` at any moment: the file is whole, every answered act is there, and the chain verifies."""

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tui_ops.practices.audit.rules import verify_log
from tui_ops.store.head import read_head
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.audit import audit, audit_links
from tui_ops.store.views.connect import open_reader

WRITER = """
import asyncio, sys
from pathlib import Path
from tui_ops.model.clock import Stamp
from tui_ops.model.people import Role, Who
from tui_ops.model.readings import Reading
from tui_ops.model.states import HostState, Severity
from tui_ops.store.audit import append_audit
from tui_ops.store.live import LatestWrite
from tui_ops.store.paths import prepare
from tui_ops.store.samples import SampleWrite
from tui_ops.store.tables import Host
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

async def polls(writer, start):
    for n in range(start, start + 10**9):
        stamp = Stamp(n, n)
        latest = LatestWrite(1, HostState.UP, "", Severity.OK, 1.0, stamp, stamp, sparks=bytes(1920))
        await writer.write_latest([latest])
        reading = Reading(n, "b", None, {("net.rx_bytes", "e"): n}, {("load.1", ""): 1.0})
        await writer.samples([SampleWrite(n, 1, reading)])

async def main():
    root, start = Path(sys.argv[1]), int(sys.argv[2])
    paths = prepare(root)
    upgrade(paths)
    writer = await Writer.open(paths)
    await writer.act(lambda s: s.get(Host, 1) or s.add(Host(key="a", name="a", address="")))
    background = asyncio.create_task(polls(writer, start))
    for n in range(start, start + 10**9):
        who = Who("alice", Role.ADMIN, 1)
        parts = ({"part": 1}, {"part": 2})
        await writer.act(lambda s: [append_audit(s, who, "note", f"n:{n}", part, "done", n) for part in parts])
        print(n, flush=True)

asyncio.run(main())
"""


def run_and_kill(root: Path, start: int, acts: int, chance: random.Random) -> int:
    """Let a writer answer some acts, kill it a random moment later; returns the last act that it answered."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), str(start)], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout is not None
    last = start - 1
    for _ in range(acts):
        last = int(process.stdout.readline())
    moment = time.perf_counter() + chance.random() * 0.02
    while time.perf_counter() < moment:
        pass
    process.kill()
    rest = process.communicate(timeout=30)[0].split("\n")[:-1]
    return int(rest[-1]) if rest else last


def assert_whole(paths: StatePaths, answered: list[int]) -> None:
    for path in (paths.ops_db, paths.samples_db):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with open_reader(paths) as reader:
        found = [int(row.target.removeprefix("n:")) for row in audit(reader, limit=10**6)]
        assert set(answered) <= set(found), "an answered act is lost"
        assert all(found.count(number) == 2 for number in found), "half an act was kept"
        verifier = verify_log(lambda after: audit_links(reader, after), lambda: read_head(paths.audit_head))
        assert verifier.breaks == []


def kill_in_a_loop(root: Path, rounds: int, seed: int) -> None:
    paths = StatePaths(root / "state")
    chance = random.Random(seed)
    answered: list[int] = []
    for _ in range(rounds):
        start = answered[-1] + 2 if answered else 1
        last = run_and_kill(paths.root, start, chance.randrange(1, 30), chance)
        answered.extend(range(start, last + 1))
        assert_whole(paths, answered)


def test_kill_in_a_loop(root: Path) -> None:
    """A few rounds with a fixed seed: samples and latest values are written all the while."""
    kill_in_a_loop(root, rounds=4, seed=2)


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_kill_in_a_long_loop(root: Path, request: pytest.FixtureRequest) -> None:
    """Many rounds; the seed of each is told when one fails."""
    for seed in range(10):
        print("seed", seed)
        kill_in_a_loop(root / str(seed), rounds=10, seed=seed)
