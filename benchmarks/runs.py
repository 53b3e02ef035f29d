"""What deciding and writing down costs a run: run ``python benchmarks/runs.py``.

Hands that do nothing stand in for hosts, so that all of it is the engine's own: each step is written down before it is
sent, and its end afterwards. With the hosts it is measured by ``benchmarks/steps.py``.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"

SHAPES = ((1, 190), (10, 20), (200, 10))
"""Hosts and steps: one after the other, a batch, the size that the grid is promised for."""

MUST_MS = 5.0
"""What the engine may add to a step, in milliseconds; this is a part of it."""


async def measure(folder: Path, hosts: int, steps: int) -> None:
    """Print the line of one shape."""
    from support.run_world import run_world  # type: ignore[import-not-found]

    plan = "steps:\n" + "  - command: [make, it]\n" * steps + "post:\n  - check: {port: 80, listens: yes}\n"
    async with run_world(folder, hosts) as world:
        await world.approved(plan + f"batches: [100%]\nparallel: {hosts}\n", [f"web-{n + 1}" for n in range(hosts)])
        cells = hosts * (steps + 1)
        began, cpu = time.perf_counter(), time.process_time()
        await world.act("start")
        started = time.perf_counter()
        await world.changing.idle()
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        print(
            f"{hosts:5} {steps:5} {1e3 * (started - began):10.0f} {1e3 * wall / cells:12.2f} {1e3 * cpu / cells:9.2f}"
        )
        assert (await world.change()).outcome == "successful"


def main() -> None:
    """Print the table."""
    sys.path.insert(0, str(TESTS))
    print("hosts steps  start, ms  ms a step    CPU ms   (a step on one host must stay below 5 ms)")
    for hosts, steps in SHAPES:
        with tempfile.TemporaryDirectory() as name:
            asyncio.run(measure(Path(name), hosts, steps))


if __name__ == "__main__":
    main()
