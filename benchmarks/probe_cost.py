"""What a tick and each slow section cost the host, by shell: run ``python benchmarks/probe_cost.py``.

CPU of the shell and of all that it started, from the kernel's own account when the probe has ended;
the start of the probe, measured the same way, is taken off.
"""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tui_ops.collectors.frame import FrameReader, ask_resident, ask_section, new_marker, script, tick
from tui_ops.collectors.sections import SECTIONS
from tui_ops.engine.facts import ASKED
from tui_ops.engine.slow import SELDOM_PERIODS, Turn

SHELLS: dict[str, list[str]] = {
    "dash": ["dash"],
    "bash": ["bash"],
    "bash --posix": ["bash", "--posix"],
    "busybox ash": ["busybox", "sh"],
    "mksh": ["mksh"],
}
AWKS: dict[str, list[str]] = {"mawk": ["mawk"], "gawk": ["gawk"], "busybox awk": ["busybox", "awk"]}
"""What may answer the ticks, in dash; each stands in for the host's awk."""

TICKS = 300
"""Half a second of work: long beside the clock's steps."""
RUNS = 20
"""Runs of each section."""

DEADLINE_S = 60


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(shell: list[str], orders: list[bytes], root: Path | None = None) -> tuple[float, float]:
    """Return the CPU seconds of a whole run, and the mean seconds until an answer was there.

    Args:
        shell: its words.
        orders: lines for the probe, each with one answer.
        root: of a tree that stands in for the host's own; None for this machine.
    """
    before = _children_s()
    marker = new_marker()
    reader = FrameReader(marker)
    waited = 0.0
    given = {**os.environ, **({"TUI_OPS_ROOT": str(root)} if root else {})}
    with subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=given) as process:
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


@contextmanager
def tree_with(awk: list[str]) -> Iterator[Path]:
    """Give a root with this machine's /proc, in which ``awk`` is the one that is named."""
    with TemporaryDirectory(prefix="tui-ops-awk-") as folder:
        root = Path(folder)
        (root / "bin").mkdir()
        program = root / "bin" / "awk"
        program.write_text(f'#!/bin/sh\nexec {shutil.which(awk[0])} {" ".join(awk[1:])} "$@"\n')
        program.chmod(0o755)
        (root / "proc").symlink_to("/proc")
        yield root


def _resident() -> None:
    """Print what a tick costs that awk answers."""
    for name, awk in AWKS.items():
        if not shutil.which(awk[0]):
            print(f"{name}: not installed")
            continue
        with tree_with(awk) as root:
            start, _ = run(["dash"], [ask_resident()], root)
            ticks, answer = run(["dash"], [ask_resident(), *(tick(number) for number in range(TICKS))], root)
        print(f"{name:<14}{start * 1e3:>10.2f}{(ticks - start) / TICKS * 1e3:>10.2f}{answer * 1e3:>11.2f}")


def main() -> None:
    """Print the two tables."""
    present = {name: shell for name, shell in SHELLS.items() if shutil.which(shell[0])}
    starts = {name: run(shell, [])[0] for name, shell in present.items()}
    print(f"{'shell':<14}{'start ms':>10}{'tick ms':>10}{'answer ms':>11}")
    for name, shell in present.items():
        ticks, answer = run(shell, [tick(number) for number in range(TICKS)])
        cost = (ticks - starts[name]) / TICKS
        print(f"{name:<14}{starts[name] * 1e3:>10.2f}{cost * 1e3:>10.2f}{answer * 1e3:>11.2f}")
    _resident()
    print(f"\n{'ms a run':<14}{'every':>7}" + "".join(f"{name:>14}" for name in present))
    turns: list[Turn] = [*SECTIONS, *ASKED]
    for turn in turns:
        costs = []
        runs = RUNS if turn.periods < SELDOM_PERIODS else 1
        for name, shell in present.items():
            cost, _ = run(shell, [ask_section(turn.name, number, DEADLINE_S) for number in range(runs)])
            costs.append(f"{(cost - starts[name]) / runs * 1e3:>14.2f}")
        print(f"{turn.name:<14}{turn.periods:>5.0f} m" + "".join(costs))
    for name in SHELLS.keys() - present.keys():
        print(f"{name}: not installed")


if __name__ == "__main__":
    main()
