"""What findings take: judging a fleet by all checks, writing what comes of it, and reading a list of 50,000.

A thousand hosts with the facts of the checks' own failing cases, a real store. While they are judged, the event loop
is watched for the time in which nothing else had a turn, and the one writer for its longest transaction. Seconds of
judging and of reading are those of the processor; all else is by the clock.
"""

import argparse
import asyncio
import gc
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kit.table import TITLES, line
from sqlmodel import Session

from tui_ops.cli.selftest import all_cases, scene_of
from tui_ops.engine.security.judging import Judging
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen, Sweep
from tui_ops.practices.security.checks.base import Read, Scene, run_check
from tui_ops.practices.security.checks.declared import CHECKS
from tui_ops.practices.security.findings import take_sweeps
from tui_ops.store.facts import FactWrite
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findingnumbers import counts
from tui_ops.store.views.findings import findings, folded
from tui_ops.store.writer import Writer

HOSTS, FINDINGS = 1000, 50_000

T = TypeVar("T")

JUDGED_S, LOOP_MS, LONGEST_MS = 5.0, 20.0, 50.0
"""What is asked for: all hosts judged, the loop as good as never held for longer, and never for longer at all."""


def facts_of_cases() -> dict[str, Read]:
    """Return for each topic the facts of the largest failing case."""
    found: dict[str, Read] = {}
    for check, case in all_cases():
        if case.kind == "fail":
            for topic, read in scene_of(check, case).reads.items():
                if topic not in found or len(read.items) > len(found[topic].items):
                    found[topic] = read
    packages: dict[str, Fields] = {f"package-{number}": {"version": f"1.{number}"} for number in range(600)}
    found["packages"] = Read("packages", {**packages, **(found["packages"].items if "packages" in found else {})}, 0.0)
    return found


class Watched(Writer):
    """The writer, with its longest transaction."""

    longest_s = 0.0

    async def note(self, fn: Callable[[Session], T]) -> T:
        """Run ``fn``, and remember how long it took."""

        def timed(session: Session) -> T:
            began = time.perf_counter()
            try:
                return fn(session)
            finally:
                self.longest_s = max(self.longest_s, time.perf_counter() - began)

        return await super().note(timed)


async def gaps(found: list[tuple[float, float]]) -> None:
    """Take note of the times in which the loop did nothing else, by the clock and in this process's processor time,
    which other programs on the machine do not lengthen.
    """
    last, busy = time.perf_counter(), time.process_time()
    while True:
        await asyncio.sleep(0.001)
        now, worked = time.perf_counter(), time.process_time()
        found.append((now - last, worked - busy))
        last, busy = now, worked


async def main(hosts: int, many: int) -> None:
    """Measure, and print the table."""
    print(TITLES)
    with tempfile.TemporaryDirectory() as folder:
        paths = prepare(Path(folder) / "state")
        upgrade(paths)
        writer = await Watched.open(paths)
        assert isinstance(writer, Watched)
        try:
            await _judge(writer, paths, hosts)
            await _list(writer, paths, hosts, many)
        finally:
            await writer.close()
    line("memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


async def _judge(writer: Watched, paths: StatePaths, hosts: int) -> None:
    fleet = Fleet("bench", tuple(HostSpec(f"web-{n}", f"web-{n}", "192.0.2.1") for n in range(hosts)))
    await writer.act(lambda session: sync_fleet(session, fleet, 1.0))
    facts, at = facts_of_cases(), time.time()
    for number in range(1, hosts + 1):
        await writer.facts([
            FactWrite(number, topic, 3600.0, at, FactReading(topic, dict(read.items), read.unread, read.unread_fields))
            for topic, read in facts.items()
        ])  # fmt: skip
    scene = Scene("web-1", {topic: Read(topic, read.items, at) for topic, read in facts.items()}, at)
    began = time.process_time()
    for _ in range(hosts):
        for check in CHECKS:
            run_check(check, Scene(scene.host, scene.reads, at, check.parameters))
    line(f"{hosts} hosts × {len(CHECKS)} checks judged", time.process_time() - began, "s", JUDGED_S)
    judging = Judging(writer, paths, lambda: fleet, CHECKS)
    # As the engine does once it has begun: a full collection would go through all modules, and hold everything for it.
    gc.collect()
    gc.freeze()
    for what in ("first", "again, nothing new"):
        writer.longest_s = 0.0
        found: list[tuple[float, float]] = []
        watch = asyncio.create_task(gaps(found))
        began, busy = time.perf_counter(), time.process_time()
        await judging.judge_all()
        took = time.perf_counter() - began
        watch.cancel()
        line(f"{what}: read, judged, written", took, "s", None, f"{time.process_time() - busy:.1f} s of processor")
        line(f"{what}: longest transaction", 1000 * writer.longest_s, "ms")
        worst = sorted(clock for clock, _ in found)
        line(f"{what}: loop held, p99", 1000 * worst[int(0.99 * len(worst))], "ms", LOOP_MS)
        line(f"{what}: loop held, longest", 1000 * worst[-1], "ms", LONGEST_MS)
        line(f"{what}: loop held by ourselves, longest", 1000 * max(worked for _, worked in found), "ms", LONGEST_MS)
    await judging.close()


async def _list(writer: Watched, paths: StatePaths, hosts: int, many: int) -> None:
    at = time.time()
    each = many // hosts

    def sweeps(first: int) -> list[Sweep]:
        return [
            Sweep(
                "feed", f"CVE-2024-{cve}", number, FindingKind.VULNERABILITY, FindingSeverity.HIGH, "a weakness",
                CheckResult.FAIL, at, (Seen("openssl", "3.0.1 is installed, 3.0.2 mends it", data={
                    "package": "openssl", "installed": "3.0.1", "fixed": "3.0.2", "epss": 0.02,
                }),),
            )
            for number in range(first, first + 10) for cve in range(each)
        ]  # fmt: skip

    writer.longest_s = 0.0
    began, busy = time.perf_counter(), time.process_time()
    for first in range(1, hosts, 10):
        given = sweeps(first)
        await writer.note(lambda session, given=given: take_sweeps(session, given, at, Fleet("x").security))  # type: ignore[misc]
    line(
        f"{many} findings of feeds opened",
        time.perf_counter() - began,
        "s",
        None,
        f"{time.process_time() - busy:.1f} s of processor",
    )
    line("longest transaction, ten hosts", 1000 * writer.longest_s, "ms")
    with open_reader(paths) as reader:
        ways: tuple[tuple[str, Callable[[], int]], ...] = (
            ("list of all live findings", lambda: len(findings(reader))),
            ("those of one check", lambda: len(findings(reader, check="CVE-2024-1"))),
            ("folded over hosts", lambda: len(folded(reader, at))),
            ("counts for the tab", lambda: counts(reader, at).live),
        )
        for what, read in ways:
            began = time.process_time()
            rows = read()
            line(f"{what}: {rows}", 1000 * (time.process_time() - began), "ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, default=HOSTS)
    parser.add_argument("--findings", type=int, default=FINDINGS)
    options = parser.parse_args()
    asyncio.run(main(options.hosts, options.findings))
