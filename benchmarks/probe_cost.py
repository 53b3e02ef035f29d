"""What a tick and each slow section cost the host, by shell: run ``python benchmarks/probe_cost.py``.

CPU of the shell and of all that it started, from the kernel's own account when the probe has ended;
the start of the probe, measured the same way, is taken off.
"""

import os
import resource
import shutil
import subprocess
import time

from tui_ops.collectors.frame import FrameReader, ask_section, new_marker, script, tick
from tui_ops.collectors.sections import SECTIONS

SHELLS: dict[str, list[str]] = {
    "dash": ["dash"],
    "bash": ["bash"],
    "bash --posix": ["bash", "--posix"],
    "busybox ash": ["busybox", "sh"],
    "mksh": ["mksh"],
}
TICKS = 300
"""Half a second of work: long beside the clock's steps."""
RUNS = 20
"""Runs of each section."""

DEADLINE_S = 60


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(shell: list[str], orders: list[bytes]) -> tuple[float, float]:
    """Return the CPU seconds of a whole run, and the mean seconds until an answer was there."""
    before = _children_s()
    marker = new_marker()
    reader = FrameReader(marker)
    waited = 0.0
    with subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for order in [script(marker), *orders]:
            start = time.perf_counter()
            process.stdin.write(order)
            while not reader.feed(os.read(process.stdout.fileno(), 65536)):
                pass
            waited += time.perf_counter() - start if order in orders else 0.0
        process.stdin.close()
        process.wait()
    return _children_s() - before, waited / max(1, len(orders))


def main() -> None:
    """Print the two tables."""
    present = {name: shell for name, shell in SHELLS.items() if shutil.which(shell[0])}
    starts = {name: run(shell, [])[0] for name, shell in present.items()}
    print(f"{'shell':<14}{'start ms':>10}{'tick ms':>10}{'answer ms':>11}")
    for name, shell in present.items():
        ticks, answer = run(shell, [tick(number) for number in range(TICKS)])
        cost = (ticks - starts[name]) / TICKS
        print(f"{name:<14}{starts[name] * 1e3:>10.2f}{cost * 1e3:>10.2f}{answer * 1e3:>11.2f}")
    print(f"\n{'ms a run':<14}{'every':>7}" + "".join(f"{name:>14}" for name in present))
    for section in SECTIONS:
        costs = []
        for name, shell in present.items():
            cost, _ = run(shell, [ask_section(section.name, number, DEADLINE_S) for number in range(RUNS)])
            costs.append(f"{(cost - starts[name]) / RUNS * 1e3:>14.2f}")
        print(f"{section.name:<14}{section.periods:>5.0f} m" + "".join(costs))
    for name in SHELLS.keys() - present.keys():
        print(f"{name}: not installed")


if __name__ == "__main__":
    main()
