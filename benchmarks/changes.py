"""What a desk takes while a change runs: the grid of 200 hosts by 10 steps, cells changing as a real run changes them.

The real program in a pseudo terminal; the engine's side in a process of its own writes each cell as its step begins
and ends, and tells news four times a second. No host is asked.
"""

import argparse
import os
import random
import tempfile
from pathlib import Path

from kit.desk_pty import SIZE, Desk
from kit.hands import CURSOR, MOST_S, PAUSES_S
from kit.run_side import RunSide, Work
from kit.table import TITLES, line, spread

HOSTS, STEPS = 200, 10

PRESSES = 200

SETTLE_S = 3.0
"""After the screen stands, until nothing of its start is left to be done."""

WATCHED_S = 20.0
"""How long bytes and CPU are counted."""

KEY_MS = 30.0
"""A key to its paint, as for a thousand hosts in a list."""


class Grid:
    """Hands on the grid.

    Args:
        desk: that shows it.
        hosts: how many there are.
        steps: of each.
    """

    def __init__(self, desk: Desk, hosts: int, steps: int) -> None:
        self._desk, self._hosts, self._steps = desk, hosts, steps
        self._row = self._column = 0
        self._dice = random.Random(5)

    def open(self) -> float:
        """Open the run, every host on a line of its own; return the milliseconds until it stood."""
        began = self._desk.type(":changerun CHG-1\r")
        took = 1000 * (self._desk.until(b"batch 1 of", MOST_S, fresh=True) - began)
        self._desk.read_for(SETTLE_S)
        self._desk.type("Z")
        self._desk.read_for(SETTLE_S)
        self._desk.type("g")
        self._desk.read_for(SETTLE_S)
        return took

    def press(self) -> float:
        """Press a key that moves the cursor; return the milliseconds until it was painted."""
        key = self._dice.choice(self._possible())
        down, right = {"j": (1, 0), "k": (-1, 0), "l": (0, 1), "h": (0, -1), "g": (-self._hosts, 0),
                       "G": (self._hosts, 0)}[key]  # fmt: skip
        self._row = max(0, min(self._hosts - 1, self._row + down))
        self._column = max(0, min(self._steps - 1, self._column + right))
        began = self._desk.type(key)
        took = 1000 * (self._desk.until(CURSOR, MOST_S, fresh=True) - began)
        self._desk.read_for(self._dice.uniform(*PAUSES_S))
        return took

    def _possible(self) -> str:
        return (
            ("jjj" if self._row < self._hosts - 1 else "") + ("kk" if self._row else "")
            + ("ll" if self._column < self._steps - 1 else "") + ("h" if self._column else "")
            + ("g" if self._row else "") + ("G" if self._row < self._hosts - 1 else "")
        )  # fmt: skip


def watched(side: RunSide, desk: Desk, what: str, work: Work) -> None:
    """Count bytes and CPU while nobody types."""
    side.does(work)
    before, written = desk.cpu_s(), desk.written
    desk.read_for(WATCHED_S)
    bytes_s, cpu = (desk.written - written) / WATCHED_S, 100 * (desk.cpu_s() - before) / WATCHED_S
    cells = side.does(work) / WATCHED_S
    line(f"bytes a second, {what}", bytes_s, "bytes", note=f"{cells:.0f} cells change a second")
    line(f"CPU, {what}", cpu, "%", note="of a core")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=HOSTS)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--presses", type=int, default=PRESSES)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{options.hosts} hosts by {options.steps} steps, terminal {SIZE[0]}x{SIZE[1]}, load {load:.2f}.\n\n{TITLES}")
    with tempfile.TemporaryDirectory(prefix="tob-") as folder:
        inventory = Path(folder) / "inventory.yaml"
        inventory.write_text("name: bench\nhosts:\n  one: {address: 192.0.2.1}\n")
        state = Path(folder) / "state"
        with RunSide(state, options.hosts, options.steps) as side, Desk(state, inventory) as desk:
            desk.until(b"api-0")
            desk.read_for(SETTLE_S)
            grid = Grid(desk, options.hosts, options.steps)
            written = desk.written
            line("the run opened", grid.open(), "ms", note="from the address to the grid, folded")
            line("bytes until every host stood on its line", desk.written - written, "bytes", note="typing included")
            watched(side, desk, "nothing moves", Work.NOTHING)
            before = desk.cpu_s()
            still = [grid.press() for _ in range(options.presses // 2)]
            line(
                "CPU of a key", 1000 * (desk.cpu_s() - before) / len(still), "ms", note="nothing moves; its output read"
            )
            side.does(Work.RUNS)
            took = [grid.press() for _ in range(options.presses)]
            spread("key to paint", took, 0.99, KEY_MS, f"{options.presses} of h j k l g G while cells change")
            watched(side, desk, "while it runs", Work.RUNS)
            line("memory", desk.memory_mb(), "MiB", note="RSS")


if __name__ == "__main__":
    main()
