"""Killed in the middle: what a sweep of hosts, or a report, has written is whole, whenever the end comes."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from support.finding_world import FindingWorld
from support.incident_world import HOSTS
from support.reports import as_json, grype
from support.waiting import until_sync

from tui_ops.practices.security.checks.declared import CHECKS
from tui_ops.store.paths import StatePaths

WITHIN_S = 60.0

JUDGES = """
import asyncio, sys, time
from pathlib import Path
from tui_ops.cli.selftest import cases_of, scene_of
from tui_ops.engine.security.judging import Judging
from tui_ops.model.facts import FactReading
from tui_ops.model.fleet import Fleet
from tui_ops.practices.security.checks.declared import BY_ID, CHECKS
from tui_ops.store.facts import FactWrite
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

async def main():
    paths, hosts = StatePaths(Path(sys.argv[1])), range(1, int(sys.argv[2]) + 1)
    writer = await Writer.open(paths)
    judging = Judging(writer, paths, lambda: Fleet("shop", ()), CHECKS)
    check = BY_ID["acct-uid0"]
    scenes = {case.kind: scene_of(check, case) for case in cases_of(check.id)}
    while True:
        for kind in ("fail", "pass"):
            at = time.time()
            await writer.facts([
                FactWrite(host, topic, 3600.0, at, FactReading(topic, dict(read.items)))
                for host in hosts for topic, read in scenes[kind].reads.items()
            ])
            await judging.judge_all()

asyncio.run(main())
"""
"""Hosts are read and judged for ever: one check fails on all of them, passes, fails again."""

BRINGS_IN = """
import asyncio, sys, time
from pathlib import Path
from tui_ops.engine.security.importing import Importing
from tui_ops.model.people import Role, Who
from tui_ops.model.securing import SecuritySpec
from tui_ops.practices.scans.imports import Report
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

async def main():
    paths = StatePaths(Path(sys.argv[1]))
    writer = await Writer.open(paths)
    importing = Importing(writer, paths, SecuritySpec, [])
    importing.begin()
    who = Who("ann", Role.ADMIN, 1001)
    await importing.take_bytes(Path(sys.argv[2]).read_bytes(), lambda sha: Report("r", sha, who, time.time(), "web-1"))
    await writer.close()

asyncio.run(main())
"""
"""A report is brought in as the engine does it, with its reader in a process of its own."""

MANY = 2000
"""Findings of a report: 3 MB of the database, which are written for some time."""


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


def rows(paths: StatePaths, query: str) -> list[tuple[Any, ...]]:
    """Read the database as it lies on the disk."""
    with closing(sqlite3.connect(f"file:{paths.ops_db}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def run_and_kill(paths: StatePaths, text: str, words: Sequence[str], when: Callable[[], bool]) -> None:
    """Run something, and kill it as soon as something holds; where it was done by then, it is done."""
    process = subprocess.Popen([sys.executable, "-c", text, str(paths.root), *words], stderr=subprocess.PIPE)
    try:
        until_sync(lambda: process.poll() is not None or when(), WITHIN_S, "there is something to be killed")
        assert process.returncode in (None, 0), process.stderr.read() if process.stderr else ""
    finally:
        process.kill()
        process.wait()


def told(paths: StatePaths, query: str) -> bool:
    """Return whether a query has something to tell."""
    with suppress(sqlite3.OperationalError):
        return bool(rows(paths, query)[0][0])
    return False


@pytest.mark.parametrize("when", [
    "SELECT count(*) FROM check_verdict",
    "SELECT count(*) FROM finding WHERE returned > 0",
], ids=["at first", "while they return"])  # fmt: skip
def test_a_host_is_judged_by_all_checks_or_by_none(world: FindingWorld, when: str) -> None:
    """Verdicts, findings and what happened to them say the same."""
    run_and_kill(world.paths, JUDGES, [str(len(HOSTS))], lambda: told(world.paths, when))
    assert rows(world.paths, "PRAGMA integrity_check") == [("ok",)]
    judged = rows(world.paths, "SELECT host_id, count(*) FROM check_verdict GROUP BY host_id")
    assert judged
    assert {count for _, count in judged} == {len(CHECKS)}
    results = dict(rows(world.paths, "SELECT host_id, result FROM check_verdict WHERE \"check\" = 'acct-uid0'"))
    states = dict(rows(world.paths, "SELECT host_id, state FROM finding WHERE \"check\" = 'acct-uid0'"))
    assert set(states) == set(results)
    for host, result in results.items():
        assert (result, states[host]) in {("fail", "open"), ("pass", "verified")}
    lines = rows(
        world.paths,
        "SELECT f.state, f.returned, sum(l.kind = 'seen'), sum(l.kind = 'gone'), sum(l.kind = 'returned')"
        " FROM finding AS f LEFT JOIN finding_line AS l ON l.finding_id = f.id GROUP BY f.id",
    )
    for state, returned, seen, gone, back in lines:
        assert (seen, gone, back) == (1, returned + (state == "verified"), returned)


def test_a_report_is_in_or_is_not(world: FindingWorld, tmp_path: Path) -> None:
    """With its row among the imports; what is left of it goes at the next start, and it can come in again.

    It is killed while it is read, and once more while its findings are written.
    """
    weak = [(f"CVE-2026-{number}", "openssl", "3.0.11-1", "") for number in range(10_000, 10_000 + MANY)]
    report = tmp_path / "report.json"
    report.write_bytes(as_json(grype(weak)))
    log = world.paths.ops_db.with_name(f"{world.paths.ops_db.name}-wal")
    before = log.stat().st_size
    run_and_kill(world.paths, BRINGS_IN, [str(report)], lambda: bool(left(world.paths)))
    assert left(world.paths)
    assert counted(world.paths) == (0, [])
    run_and_kill(world.paths, BRINGS_IN, [str(report)], lambda: log.stat().st_size > before)
    found, imports = counted(world.paths)
    assert (found, imports) in [(0, []), (MANY, [MANY])]
    subprocess.run([sys.executable, "-c", BRINGS_IN, str(world.paths.root), str(report)], check=True, timeout=WITHIN_S)
    assert not left(world.paths)
    found, imports = counted(world.paths)
    assert found == MANY
    assert set(imports) == {MANY}
    seen = rows(world.paths, "SELECT count(*) FROM finding_line WHERE kind = 'seen'")
    assert seen == [(MANY,)]
    assert rows(world.paths, "PRAGMA integrity_check") == [("ok",)]


def counted(paths: StatePaths) -> tuple[int, list[int]]:
    """Return how many findings there are, and what each import says that it found."""
    found = rows(paths, "SELECT count(*) FROM finding")[0][0]
    return int(found), [count for (count,) in rows(paths, "SELECT found FROM scan_import")]


def left(paths: StatePaths) -> list[Path]:
    """Return what is left of reports that did not come in."""
    return list(paths.root.glob("scan-incoming-*"))
