"""What it costs us to turn a frame into a reading and rates: run ``python benchmarks/parse.py``."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from tui_ops.collectors.frame import FrameReader, new_marker
from tui_ops.collectors.rates import derive
from tui_ops.collectors.vitals import parse_vitals

DATA = Path(__file__).parent.parent / "tests" / "collectors" / "data"
CASES = ("alpine-container", "debian-12-vm", "server-64-cpus")
REPEATS = 5
"""The best of so many runs: the others show the machine's other work."""
CALLS = 1_000


def best_us(call: Callable[[], object]) -> float:
    """Return the microseconds of one call, in the best of the runs."""
    runs = []
    for _ in range(REPEATS):
        start = time.process_time()
        for _ in range(CALLS):
            call()
        runs.append(time.process_time() - start)
    return min(runs) / CALLS * 1e6


def measure(case: str) -> tuple[int, int, float, float, float]:
    """Return a case's bytes, series, and microseconds of framing, parsing and deriving."""
    body = (DATA / case / "vitals.txt").read_bytes()
    marker = new_marker()
    wire = f"\n{marker} begin tick 1 vitals\n".encode() + body + f"\n{marker} end tick 1 vitals\n".encode()
    reader = FrameReader(marker)
    before = parse_vitals(body, 0.0)
    later = re.sub(rb"(/proc/uptime <==\n)\d+", lambda found: found[1] + b"99999999", body)
    after = parse_vitals(later, 0.0)
    return (
        len(body),
        len(before.counters) + len(before.gauges),
        best_us(lambda: reader.feed(wire)),
        best_us(lambda: parse_vitals(body, 0.0)),
        best_us(lambda: derive(before, after)),
    )


def main() -> None:
    """Print the table."""
    print(f"{'frame':<18}{'bytes':>8}{'series':>8}{'frame us':>10}{'parse us':>10}{'derive us':>11}{'sum us':>9}")
    for case in CASES:
        size, series, framed, parsed, derived = measure(case)
        total = framed + parsed + derived
        print(f"{case:<18}{size:>8}{series:>8}{framed:>10.1f}{parsed:>10.1f}{derived:>11.1f}{total:>9.1f}")


if __name__ == "__main__":
    main()
