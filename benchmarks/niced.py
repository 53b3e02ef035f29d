"""What it costs that facts give way to a host's own work, and what that gains: run ``python benchmarks/niced.py``.

The first table is CPU of the shell and of all that it started, by the kernel's account. For the second, a program that
wants a whole processor runs on one core together with a probe that reads facts without a break, each in a session of
its own, as on a real host: how much CPU each of the two gets of what both get, and how long a topic takes.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from probe_cost import SHELLS, run

from tui_ops.collectors.frame import FrameReader, ask_section, new_marker, script

TOPIC, RUNS = "sysctl", 20
"""One that the host answers quickly, so that what is added shows; and how often it is read."""

WINDOW_S, WINDOWS = 6.0, 3
"""How long the two run beside each other, seconds, and how often: the middle counts."""

DEADLINE_S = 120

WORK = f"""
import time
until = time.perf_counter() + {WINDOW_S}
while time.perf_counter() < until:
    sum(range(20_000))
print(time.process_time())
"""

_ANSWER = 1 << 16
_TIMES = slice(11, 15)
"""In what the kernel tells of a process behind its name: its own CPU, and that of those it has waited for, in ticks."""


class Reader:
    """A probe in a session of its own that reads facts, one after the other.

    Args:
        nicely: whether they give way.
    """

    def __init__(self, nicely: bool) -> None:
        self._nicely = nicely
        self._marker = new_marker()
        self._frames = FrameReader(self._marker)
        self._process = subprocess.Popen(
            ["/bin/sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True
        )
        self._ask(script(self._marker))

    def _ask(self, order: bytes) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(order)
        while not self._frames.feed(os.read(self._process.stdout.fileno(), _ANSWER)):
            pass

    def read(self, name: str) -> float:
        """Read a topic and return the seconds."""
        began = time.perf_counter()
        self._ask(ask_section(name, 1, DEADLINE_S, nicely=self._nicely))
        return time.perf_counter() - began

    def used_s(self) -> float:
        """Return the CPU that it and all that it has started have used, seconds."""
        said = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(") ")[2].split()
        return sum(map(int, said[_TIMES])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def beside(nicely: bool) -> tuple[float, float]:
    """Return which part of the CPU the facts get, and the mean seconds of a topic."""
    reader, took = Reader(nicely), []
    try:
        before = reader.used_s()
        with subprocess.Popen(
            [sys.executable, "-c", WORK], stdout=subprocess.PIPE, start_new_session=True
        ) as process:  # fmt: skip
            while process.poll() is None:
                took.append(reader.read(TOPIC))
            mine = reader.used_s() - before
            assert process.stdout is not None
            return mine / (mine + float(process.stdout.read())), sum(took) / len(took)
    finally:
        reader.close()


def middle(values: list[float]) -> float:
    """Return the middle one."""
    return sorted(values)[len(values) // 2]


def main() -> None:
    """Print the two tables."""
    print(f"load {os.getloadavg()[0]:.2f} at the start")
    print(f"\n{'shell':<14}{'plain ms':>10}{'nicely ms':>11}   one reading of {TOPIC}")
    for name, shell in SHELLS.items():
        if not shutil.which(shell[0]):
            print(f"{name}: not installed")
            continue
        start = run(shell, [])[0]
        costs = [
            run(shell, [ask_section(TOPIC, number, DEADLINE_S, nicely=nicely) for number in range(RUNS)])[0] - start
            for nicely in (False, True)
        ]
        print(f"{name:<14}" + f"{costs[0] / RUNS * 1e3:>10.2f}{costs[1] / RUNS * 1e3:>11.2f}", flush=True)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"\n{'facts are read':<16}{'facts get':>10}{'work gets':>10}{'a topic ms':>12}   on one core")
    for words, nicely in (("plainly", False), ("nicely", True)):
        found = [beside(nicely) for _ in range(WINDOWS)]
        share, took = middle([one[0] for one in found]), middle([one[1] for one in found])
        print(f"{words:<16}{share:>9.0%} {1 - share:>9.0%} {took * 1e3:>11.0f}", flush=True)


if __name__ == "__main__":
    main()
