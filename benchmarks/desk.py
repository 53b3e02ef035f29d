"""What the dashboard costs a terminal, a core and a hand: run ``python benchmarks/desk.py``.

A seeded store of 1,000 hosts, then one of 10,000; the real program in a pseudo terminal of 160x50 in 256 colours; and
the engine's side in a process of its own. Its beats and news come as from an engine, but no host is asked.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from kit.desk_pty import SIZE, Desk, Empty
from kit.engine_side import FLOOD, ROUND_S, EngineSide, Work
from kit.hands import PATTERN, Hands
from kit.table import TITLES, line, spread
from kit.troubled import AT_FIRST

STARTS = 5
SHOWS = 3
IDLE_S = 20.0
SETTLE_S = 3.0
"""After the start, until nothing of it is left to be done."""

ROUNDS = 2
PRESSES = 200
CHANGES = 20
"""Of the screen, there and back; the first opens what no look has opened before."""

FILTERS = 3

LARGE = 10_000

FLOODS = 3
"""One after the other: a single one has too few keys for a hundredth of them."""

FIRST = b"api-0"
"""The host on the first line."""

EARLY = b"INC-20"
"""An incident that stands before the flood, on the first screen of them."""


def starts(engine: EngineSide, state: Path, inventory: Path) -> None:
    """Measure from the command to the screen."""
    firsts, rows, whole, sizes = [], [], [], []
    for _ in range(STARTS):
        engine.does(Work.ONCE)
        with Desk(state, inventory) as desk:
            firsts.append(desk.read(10.0)[0] - desk.began)
            rows.append(desk.until(FIRST) - desk.began)
            whole.append(max(desk.until_quiet() - desk.began, rows[-1]))
            sizes.append(desk.written)
    line("command to the first byte", median(firsts), "s", note=f"median of {STARTS}")
    line("command to the last known state", median(rows), "s", 0.6, f"median; slowest {max(rows):.2f}")
    line("command to the whole screen", median(whole), "s", note=f"median; slowest {max(whole):.2f}")
    line("bytes of the first screen", median(sizes), "bytes", note="all that was written until it stood")


def shows(state: Path, inventory: Path) -> None:
    """Measure the command line beside it."""
    program = [sys.executable, "-m", "tui_ops"]
    here = ["-i", str(inventory), "--state-dir", str(state)]
    for what, words in (
        ("--help", ["--help"]),
        ("show hosts", [*here, "show", "hosts"]),
        ("status", [*here, "status"]),
    ):
        took = []
        for _ in range(SHOWS):
            began = time.perf_counter()
            done = subprocess.run([*program, *words], stdout=subprocess.DEVNULL, check=False)
            took.append(time.perf_counter() - began)
            # The engine that is told of here is none, which `status` may find critical, but not unknown.
            if done.returncode > (2 if words[-1] == "status" else 0):
                raise RuntimeError(f"tui-ops {what} ended with {done.returncode}")
        line(f"tui-ops {what}", median(took), "s", note=f"median of {SHOWS}")


def idle(engine: EngineSide, desk: Desk) -> None:
    """Measure the desk while nothing is new but the engine's beat, and an empty program on Textual beside it."""
    with Empty() as empty:
        empty.read_for(SETTLE_S)
        engine.does(Work.BEATS)
        before, empty_before, written = desk.cpu_s(), empty.cpu_s(), desk.written
        desk.read_for(IDLE_S)
        line("bytes a second, nothing new", (desk.written - written) / IDLE_S, "bytes", 0, f"in {IDLE_S:.0f} s")
        line("CPU, nothing new", 100 * (desk.cpu_s() - before) / IDLE_S, "%", 0.5, "of a core")
        line("CPU of an empty program on Textual meanwhile", 100 * (empty.cpu_s() - empty_before) / IDLE_S, "%")


def rounds(engine: EngineSide, desk: Desk) -> None:
    """Measure the desk while every host is polled once, several times over."""
    engine.does(Work.POLLS)
    for number in range(1, ROUNDS + 1):
        before, written = desk.cpu_s(), desk.written
        desk.read_for(ROUND_S)
        note = f"round {number}: {engine.count:,} hosts read in {ROUND_S:.0f} s"
        line("bytes a second, all readings new", (desk.written - written) / ROUND_S, "bytes", 2000, note)
        line("CPU, all readings new", 100 * (desk.cpu_s() - before) / ROUND_S, "%", 3, "of a core")


def keys(engine: EngineSide, desk: Desk, must_ms: float) -> None:
    """Measure the keys of a list while readings arrive."""
    engine.does(Work.POLLS)
    hands = Hands(desk, engine.count)
    spread("key to paint", hands.walk(PRESSES), 0.99, must_ms, f"{PRESSES} of j k g G PgDn while readings arrive")


def flood(engine: EngineSide, desk: Desk, must_ms: float) -> None:
    """Measure the keys of the list of incidents while alerts flood in."""
    engine.does(Work.TROUBLES)
    desk.type("2")
    desk.until(EARLY)
    desk.read_for(SETTLE_S)
    hands = Hands(desk, AT_FIRST)
    took: list[float] = []
    for _ in range(FLOODS):
        engine.does(Work.FLOOD)
        began = time.monotonic()
        while time.monotonic() < began + ROUND_S:
            took += hands.walk(1)
    note = f"{len(took)} of j k g G PgDn on incidents while {FLOOD} alerts come in {ROUND_S:.0f} s, {FLOODS} times"
    spread("key to paint in a flood", took, 0.99, must_ms, note)
    desk.type("1")


def small(state: Path, inventory: Path, count: int) -> None:
    """Measure all that was promised of a thousand hosts."""
    with EngineSide(state, count) as engine:
        shows(state, inventory)
        starts(engine, state, inventory)
        engine.does(Work.ONCE)
        with Desk(state, inventory) as desk:
            desk.until(FIRST)
            desk.read_for(SETTLE_S)
            idle(engine, desk)
            rounds(engine, desk)
            line("memory", desk.memory_mb(), "MiB", 90, "RSS, after the rounds")
            keys(engine, desk, 30)
            flood(engine, desk, 30)
            engine.does(Work.POLLS)
            desk.until(FIRST)
            spread(
                "change of screen", Hands(desk, count).screens(CHANGES), 0.95, 100, f"1 to 9 and back, {CHANGES} times"
            )


def large(state: Path, inventory: Path) -> None:
    """Measure keys on ten thousand hosts."""
    print(f"\n{LARGE:,} hosts.\n\n{TITLES}")
    with EngineSide(state, LARGE) as engine, Desk(state, inventory) as desk:
        desk.until(FIRST)
        desk.read_for(SETTLE_S)
        keys(engine, desk, 50)
        hands = Hands(desk, LARGE)
        letters, narrowed = [], []
        for _ in range(FILTERS):
            typed, found = hands.filter()
            letters += typed
            narrowed.append(found)
        spread("letter of a filter to its paint", letters, 0.95, 50, f"{PATTERN}, {FILTERS} times")
        line("last letter to the narrowed list, p50", median(narrowed), "ms", note="0.15 s say that typing is over")
        orders = hands.commands()
        line("sort, reverse, mark all, clear, G, p50", median(orders), "ms", 50, "each key to its paint")
        line("the slowest of them", max(orders), "ms", note="a menu goes, and all lines are others")
        line("memory", desk.memory_mb(), "MiB", note="RSS")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=1_000)
    parser.add_argument("--only-flood", action="store_true", help="only the keys while alerts flood in")
    parser.add_argument("--only-small", action="store_true", help=f"leave out the {LARGE:,} hosts")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{options.hosts:,} hosts, terminal {SIZE[0]}x{SIZE[1]}, load {load:.2f} at the start.\n\n{TITLES}")
    with tempfile.TemporaryDirectory(prefix="tob-") as folder:
        inventory = Path(folder) / "inventory.yaml"
        inventory.write_text("name: bench\nhosts:\n  one: {address: 192.0.2.1}\n")
        if options.only_flood:
            with EngineSide(Path(folder) / "small", options.hosts) as engine:
                engine.does(Work.ONCE)
                with Desk(Path(folder) / "small", inventory) as desk:
                    desk.until(FIRST)
                    flood(engine, desk, 30)
            return
        small(Path(folder) / "small", inventory, options.hosts)
        if not options.only_small:
            large(Path(folder) / "large", inventory)


if __name__ == "__main__":
    main()
