"""What a change costs beyond its commands: run ``python benchmarks/steps.py``.

One real sshd on a loopback address, 200 steps that do nothing, one after the other, as a run does them. Beside it the
least that SSH takes for the same words: a channel of its own on an open connection. The engine's CPU is this process's
own; the host's is that of sshd and all that it started: the claim, the keeper, what is kept of the output.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from kit.account import Group, open_groups
from kit.hosts import Hosts
from kit.table import TITLES, line, percentile

from tui_ops.engine.change.hands import SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.fleet import HostSpec
from tui_ops.model.plans import Part, Step, StepKind
from tui_ops.transport.base import Link
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.ssh import SshTransport

STEPS = 200
"""Two seconds of work: long beside the clock's steps."""

WARM = 10
"""Steps before it counts: modules load and the connection opens with the first."""

MUST_MS = 5.0
"""What the engine may add to a step, in milliseconds."""

TOKEN = "benchmarksteps"


async def timed(work: Callable[[int], Awaitable[None]], hosts: Group) -> tuple[list[float], float, float]:
    """Return the milliseconds of each step, and the CPU milliseconds a step of the engine and of the host.

    Args:
        work: does the step of a number.
        hosts: where the server's CPU is counted.
    """
    for number in range(1, WARM + 1):
        await work(number)
    took = []
    ours, theirs = time.process_time(), hosts.cpu_s()
    for number in range(WARM + 1, WARM + STEPS + 1):
        began = time.perf_counter()
        await work(number)
        took.append(1e3 * (time.perf_counter() - began))
    return took, 1e3 * (time.process_time() - ours) / STEPS, 1e3 * (hosts.cpu_s() - theirs) / STEPS


async def measure(folder: Path, group: Group) -> None:
    """Print the lines of the table."""
    hosts = Hosts(folder, 1, group)
    spec = HostSpec("one", "one", hosts.addresses[0], hosts.port, hosts.user)
    transport = SshTransport(KeyBook([folder / "known_hosts"], []), [hosts.config])
    hands = SshHands(lambda _name: transport.connect(spec), TOKEN)
    link: Link = await transport.connect(spec)

    async def alone(_number: int) -> None:
        assert (await link.run(("true",), timeout_s=10)).exit_status == 0

    async def step(number: int) -> None:
        one = Step(StepKind.COMMAND, Part.STEP, number, "", {"words": ("true",)})
        assert (await hands.perform("one", one, 1)).state is CellState.CHANGED

    try:
        least, cpu, host_cpu = await timed(alone, group)
        line("the command alone, a channel of its own, p50", percentile(least, 0.5), "ms")
        line("the engine's CPU for it", cpu, "ms")
        line("the host's CPU for it", host_cpu, "ms")
        took, cpu, host_cpu = await timed(step, group)
        line("a step of a change, p50", percentile(took, 0.5), "ms", None, "claimed, kept, fetched")
        line("a step of a change, p95", percentile(took, 0.95), "ms")
        line("the engine's CPU for it", cpu, "ms", MUST_MS)
        line("the host's CPU for it", host_cpu, "ms")
        line(
            "a step beyond the command, p50",
            percentile(took, 0.5) - percentile(least, 0.5),
            "ms",
            MUST_MS,
            "the host's own work in it",
        )
    finally:
        await hands.forget("one")
        await hands.close()
        await link.close()
        await transport.close()
        hosts.close()


def main() -> None:
    """Print the table."""
    os.environ.pop("SSH_AUTH_SOCK", None)
    how, client, group = open_groups()
    try:
        print(
            f"CPU: {how}. {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} at the start.\n\n{TITLES}", flush=True
        )
        with tempfile.TemporaryDirectory(prefix="tob-") as name:
            asyncio.run(measure(Path(name), group))
    finally:
        client.close()
        group.close()


if __name__ == "__main__":
    main()
