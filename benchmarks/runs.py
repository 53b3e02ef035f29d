"""What deciding and writing down costs a run: run ``python benchmarks/runs.py``.

Hands that do nothing stand in for hosts, so that all of it is the engine's own: each step is written down before it is
sent, and its end afterwards. With the hosts it is measured by ``benchmarks/steps.py``. Below it what deciding alone
costs a turn, without the store, in which one step is over and another is begun.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"

SHAPES = ((1, 190), (10, 20), (200, 10))
"""Hosts and steps: one after the other, a batch, the size that the grid is promised for."""

TURNS = ((200, 10, 10), (200, 10, 200), (1000, 10, 200))
"""Hosts, steps and how many hosts at the same time, where deciding alone is measured."""

PLAIN_EVERY = 50
"""Of so many turns one is looked at by every cell as well: all of them would take minutes."""

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


def decide(hosts: int, steps: int, parallel: int) -> None:
    """Print what it takes to say what comes next, as it is done and by a look at every cell."""
    from support.plain_running import plain_moves  # type: ignore[import-not-found]

    from tui_ops.model.changes import CellState
    from tui_ops.model.plans import Batching, Part, Plan, Step, StepKind
    from tui_ops.practices.changes.course import Course
    from tui_ops.practices.changes.running import Send, apply, ended, next_moves, wakes_at

    made = tuple(Step(StepKind.COMMAND, Part.STEP, number, "", {}) for number in range(1, steps + 1))
    plan = Plan(steps=made, batching=Batching(sizes=("100%",), parallel=parallel))
    course = Course.fresh(plan, (tuple(f"web-{number}" for number in range(hosts)),))
    spent, plain, turns = 0.0, 0.0, 0
    while not course.ended:
        began = time.thread_time()
        moves = next_moves(course, 0.0)
        for move in moves:
            apply(course, move)
        flying = course.flying()
        course.knowable(), wakes_at(course, 0.0)
        spent, turns = spent + time.thread_time() - began, turns + 1
        if turns % PLAIN_EVERY == 0:
            began = time.thread_time()
            plain_moves(course, 0.0)
            plain += time.thread_time() - began
        course.touched.clear()
        if flying:
            key = flying[turns % len(flying)]
            assert ended(course, key, 1, CellState.CHANGED, 0.0)
        else:
            assert not any(isinstance(move, Send) for move in moves)
    each = 1e3 * plain * PLAIN_EVERY / turns
    print(f"{hosts:5} {steps:5} {parallel:9} {1e3 * spent / turns:10.3f} {each:16.3f}")


def main() -> None:
    """Print the tables."""
    sys.path.insert(0, str(TESTS))
    print("hosts steps  start, ms  ms a step    CPU ms   (a step on one host must stay below 5 ms)")
    for hosts, steps in SHAPES:
        with tempfile.TemporaryDirectory() as name:
            asyncio.run(measure(Path(name), hosts, steps))
    print("\nhosts steps  parallel  CPU, ms a turn  by every cell")
    for hosts, steps, parallel in TURNS:
        decide(hosts, steps, parallel)


if __name__ == "__main__":
    main()
