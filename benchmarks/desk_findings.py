"""What 50,000 findings cost a hand on the dashboard: run ``python benchmarks/desk_findings.py``.

A store of 1,000 hosts with fifty vulnerabilities each, of a hundred kinds; the real program in a pseudo terminal of
160x50. The keys are those of the other lists, first on the folded list, then on all fifty thousand lines unfolded,
while every host is read once in ten seconds and findings change beside it.
"""

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from kit.desk_pty import Desk
from kit.engine_side import EngineSide, Work
from kit.hands import CURSOR, Hands
from kit.table import TITLES, line, spread

from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen, Sweep
from tui_ops.practices.security.findings import take_sweeps
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

HOSTS, EACH, KINDS = 1000, 50, 100

PRESSES = 200
SETTLE_S = 4.0

MUST_MS = 30
"""The budget from a key to its paint, as for every list."""

CHANGED_HOSTS, CHANGE_GAP_S = 1, 1.0
"""Hosts of which every finding becomes another, and how often. Of a fleet of a thousand one host is read in four
seconds, and hardly one brings anything new."""


def sweeps(first: int, hosts: int, at: float, round_: int = 0) -> list[Sweep]:
    """Return what a feed sees on some hosts. No two kinds read alike: a line must be painted where a list scrolls."""
    severities = tuple(FindingSeverity)
    return [
        Sweep(
            "feed", f"CVE-2026-{1000 + (number * 7 + cve) % KINDS}", number, FindingKind.VULNERABILITY,
            severities[cve % len(severities)], f"weakness {(number * 7 + cve) % KINDS}", CheckResult.FAIL, at,
            (Seen("openssl", f"{(number * 7 + cve) % KINDS}: 3.0.{1 + round_} is here, 3.1 mends it", data={
                "package": "openssl", "installed": f"3.0.{1 + round_}", "fixed": "3.1", "epss": 0.02,
            }),),
        )
        for number in range(first, first + hosts) for cve in range(EACH)
    ]  # fmt: skip


async def seed(root: Path) -> int:
    """Write the findings; return how many there are."""
    writer, at = await Writer.open(StatePaths(root)), time.time()
    try:
        for first in range(1, HOSTS + 1, 20):
            given = sweeps(first, 20, at)
            await writer.note(lambda session, given=given: take_sweeps(session, given, at, SecuritySpec()))  # type: ignore[misc]
    finally:
        await writer.close()
    return HOSTS * EACH


class Changing:
    """Lets findings become others, a few hosts at a time, until it is ended: in a process of its own, since what it
    computes must not hold up who measures.
    """

    def __init__(self, root: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._begun, self._ends = context.Event(), context.Event()
        self._process = context.Process(target=_change, args=(root, self._begun, self._ends), daemon=True)

    def __enter__(self) -> "Changing":
        self._process.start()
        self._begun.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._process.join()


def _change(root: Path, begun: Event, ends: Event) -> None:
    asyncio.run(_write(root, begun, ends))


async def _write(root: Path, begun: Event, ends: Event) -> None:
    writer, round_ = await Writer.open(StatePaths(root)), 1
    try:
        while not ends.wait(CHANGE_GAP_S):
            at = time.time()
            given = sweeps(1 + (round_ * CHANGED_HOSTS) % (HOSTS - CHANGED_HOSTS), CHANGED_HOSTS, at, round_)
            await writer.note(lambda session, given=given, at=at: take_sweeps(session, given, at, SecuritySpec()))  # type: ignore[misc]
            begun.set()
            round_ += 1
    finally:
        await writer.close()


def main(root: Path) -> None:
    """Measure, and print the table."""
    inventory = root / "inventory.yaml"
    inventory.write_text("fleet: bench\nhosts: {}\n", encoding="utf-8")
    state = root / "state"
    print(TITLES)
    with EngineSide(state, HOSTS) as engine:
        began = time.monotonic()
        count = asyncio.run(seed(state))
        line("findings written", time.monotonic() - began, "s", None, f"{count:,}")
        with Desk(state, inventory) as desk:
            desk.until(b"api-0")
            desk.read_for(SETTLE_S)
            began = desk.type("4")
            shown = desk.until(f"{count}".encode(), 30.0)
            line("from the key 4 to the list", shown - began, "s", None, "the first time: all of it is read")
            desk.read_for(SETTLE_S)
            engine.does(Work.POLLS)
            with Changing(state):
                _keys(desk, count)
            line("memory", desk.memory_mb(), "MiB", None, "RSS, at the end")


def _keys(desk: Desk, count: int) -> None:
    spread("key to paint, folded", Hands(desk, KINDS).walk(PRESSES), 0.99, MUST_MS, f"{KINDS} lines of {count:,}")
    desk.type("g")
    desk.read_for(0.5)
    began = desk.type("O")
    desk.until(b"fold by", 10.0)
    desk.type("n")
    unfolded = desk.until(CURSOR, 30.0, fresh=True)
    line("unfolded", unfolded - began, "s", None, "O n, with the menu between")
    desk.read_for(SETTLE_S)
    spread("key to paint, unfolded", Hands(desk, count).walk(PRESSES), 0.99, MUST_MS, f"{count:,} lines")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        main(Path(folder))
    sys.exit(0)
