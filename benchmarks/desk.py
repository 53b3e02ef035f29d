"""What the dashboard costs a terminal and a core: run ``python benchmarks/desk.py``.

A seeded store of 1,000 hosts, the real program in a pseudo terminal of 160x50 in 256 colours, and the engine's side
of the socket: its beats and news come as from an engine, but nothing is polled, so all CPU is the dashboard's.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from kit.desk_pty import SIZE, Desk
from kit.seeded import Door, Seeded

STARTS = 5
KEYS = 20
KEY_REST_S = 0.3
"""Between two keys: the one before is painted, and a hand is no faster."""

ROUND_S = 10.0
"""One poll of every host."""

TICK_S = 0.25
"""News comes four times a second at most."""

BEAT_S = 5.0
"""The engine says so often that it lives."""

IDLE_S = 20.0
SETTLE_S = 3.0


def line(what: str, value: float, unit: str, note: str = "") -> None:
    """Print one line of the table."""
    print(f"| {what:<52} | {value:>10,.2f} | {unit:<5} | {note} |", flush=True)


async def beats(seeded: Seeded, door: Door, seconds: float) -> None:
    """Be an engine with nothing to tell for some seconds."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        await seeded.beat()
        door.news("engine")
        await asyncio.sleep(min(BEAT_S, left))


async def polls(seeded: Seeded, door: Door) -> None:
    """Be an engine that reads every host once, spread over a period."""
    began, steps = time.monotonic(), int(ROUND_S / TICK_S)
    for step in range(steps):
        await seeded.poll(seeded.ids[step::steps])
        door.news("hosts")
        await asyncio.sleep(max(0.0, began + (step + 1) * TICK_S - time.monotonic()))


async def starts(seeded: Seeded, inventory: Path) -> None:
    """Measure from the command to the screen."""
    firsts, rows, whole, sizes = [], [], [], []
    for _ in range(STARTS):
        await seeded.poll(seeded.ids)
        desk = Desk(seeded.paths.root, inventory)
        try:
            at, _ = await asyncio.to_thread(desk.read, 10.0)
            firsts.append(at - desk.began)
            rows.append(await asyncio.to_thread(desk.until, b"api-00") - desk.began)
            _, last, _ = await asyncio.to_thread(desk.until_quiet)
            whole.append(max(last - desk.began, rows[-1]))
            sizes.append(desk.written)
        finally:
            await asyncio.to_thread(desk.close)
    line("command to the first byte", median(firsts), "s", f"median of {STARTS}")
    line("command to the rows of hosts", median(rows), "s", f"median; slowest {max(rows):.2f}")
    line("command to the whole screen", median(whole), "s", f"median; slowest {max(whole):.2f}")
    line("bytes of the first screen", median(sizes), "bytes", "all that was written until it stood")


def shows(seeded: Seeded, inventory: Path) -> None:
    """Measure the command line beside it."""
    program = [sys.executable, "-m", "tui_ops"]
    here = ["-i", str(inventory), "--state-dir", str(seeded.paths.root)]
    for what, words in (
        ("--help", ["--help"]),
        ("show hosts", [*here, "show", "hosts"]),
        ("status", [*here, "status"]),
    ):
        took = []
        for _ in range(STARTS):
            began = time.perf_counter()
            done = subprocess.run([*program, *words], stdout=subprocess.DEVNULL, check=False)
            took.append(time.perf_counter() - began)
            # The engine that is told of here is none, which `status` may find critical, but not unknown.
            if done.returncode > (2 if words[-1] == "status" else 0):
                raise RuntimeError(f"tui-ops {what} ended with {done.returncode}")
        line(f"tui-ops {what}", median(took), "s", f"median of {STARTS}")


async def open_desk(seeded: Seeded, door: Door, inventory: Path) -> None:
    """Measure a desk that stands."""
    await seeded.poll(seeded.ids)
    desk = Desk(seeded.paths.root, inventory)
    try:
        await asyncio.to_thread(desk.until, b"api-00")
        await asyncio.to_thread(desk.read_for, SETTLE_S)
        line("memory", desk.memory_mb(), "MiB", "RSS")
        await quiet(seeded, door, desk)
        await a_round(seeded, door, desk)
        await keys(desk)
    finally:
        await asyncio.to_thread(desk.close)


async def quiet(seeded: Seeded, door: Door, desk: Desk) -> None:
    """Measure the desk while nothing is new but the engine's beat."""
    before = desk.cpu_s()
    counted, _ = await asyncio.gather(asyncio.to_thread(desk.read_for, IDLE_S), beats(seeded, door, IDLE_S))
    line(f"bytes in {IDLE_S:.0f} s with nothing new", counted, "bytes", f"the engine beats every {BEAT_S:.0f} s")
    line("CPU meanwhile", 100 * (desk.cpu_s() - before) / IDLE_S, "%", "of a core")


async def a_round(seeded: Seeded, door: Door, desk: Desk) -> None:
    """Measure the desk while every host is polled once, twice over."""
    for note in ("a round; those in view are painted", "the next"):
        before = desk.cpu_s()
        counted, _ = await asyncio.gather(asyncio.to_thread(desk.read_for, ROUND_S), polls(seeded, door))
        line(f"bytes in {ROUND_S:.0f} s, every host read once", counted, "bytes", note)
        line("CPU meanwhile", 100 * (desk.cpu_s() - before) / ROUND_S, "%", "of a core")


async def keys(desk: Desk) -> None:
    """Measure one step of the cursor."""
    firsts, lasts, sizes = [], [], []
    for _ in range(KEYS):
        at = desk.type("j")
        first, last, count = await asyncio.to_thread(desk.until_quiet)
        firsts.append(1000 * (first - at))
        lasts.append(1000 * (last - at))
        sizes.append(count)
        await asyncio.sleep(KEY_REST_S)
    line("key j to its first byte", median(firsts), "ms", f"median of {KEYS}; slowest {max(firsts):.0f}")
    line("key j to its last byte", median(lasts), "ms", f"slowest {max(lasts):.0f}")
    line("bytes of key j", median(sizes), "bytes", f"most {max(sizes):,}")


async def measure(count: int) -> None:
    """Measure on a fleet of so many hosts."""
    with tempfile.TemporaryDirectory(prefix="tob-") as folder:
        inventory = Path(folder) / "inventory.yaml"
        inventory.write_text("name: bench\nhosts:\n  one: {address: 192.0.2.1}\n")
        seeded = await Seeded(Path(folder) / "state", count).build()
        door = await Door(seeded.paths.socket).open()
        try:
            await asyncio.to_thread(shows, seeded, inventory)
            await starts(seeded, inventory)
            await open_desk(seeded, door, inventory)
        finally:
            await door.close()
            await seeded.close()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=1_000)
    options = parser.parse_args()
    print(f"{options.hosts:,} hosts, terminal {SIZE[0]}x{SIZE[1]}, load {os.getloadavg()[0]:.2f} at the start.\n")
    print("| what | value | unit | |\n|---|---|---|---|")
    asyncio.run(measure(options.hosts))


if __name__ == "__main__":
    main()
