"""One command on many hosts: some at a time, each with its own end, told as they come."""

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import decode, encode
from tui_ops.actions.streaming import pack
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.practices.incidents.outputs import GOOD, tail
from tui_ops.store.records import HostRecord
from tui_ops.transport.base import Link

if TYPE_CHECKING:
    from tui_ops.engine.streams import Call, Over

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Hosts at the same time: beyond this our own core and the jump hosts are what is waited for."""

OUTPUT_MOST = 256 * 1024
"""Bytes kept of what a command writes on one host; it is killed when it writes more."""

GRACE_S = 2
"""Seconds after our own time-out at which the host ends a command: not every sshd ends one whose channel closes."""

_BOTH = 'exec 2>&1; command -v timeout >/dev/null && exec timeout -k 5 "$2" /bin/sh -c "$1"; eval "$1"'
"""Errors stand where they happened, between the output; the host keeps the time too, where it can."""


def command_line(command: str, timeout_s: float) -> list[str]:
    """Return the argument list for a command that a person typed: one word of it, untouched."""
    return ["/bin/sh", "-c", _BOTH, "sh", command, str(math.ceil(timeout_s) + GRACE_S)]


async def run_everywhere(call: "Call", over: "Over", link_to: Callable[[HostRecord], Awaitable[Link]]) -> None:
    """Run a command on every target.

    A client that goes away ends nothing: what was begun goes on and is written down. One that says stop does.

    Args:
        call: who asked, and for what.
        over: is given the outcome of each host.
        link_to: the connection to a host.
    """
    call.opened()
    hosts = call.hosts
    places = asyncio.Semaphore(AT_ONCE)
    tasks = [asyncio.create_task(_one(call, over, host, link_to, places)) for host in hosts]
    stopping = asyncio.create_task(_stopped(call))
    everything = asyncio.gather(*tasks)
    either: set[asyncio.Future[Any]] = {everything, stopping}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not everything.done():
            over.why = "stopped"
    finally:
        everything.cancel()
        stopping.cancel()
        await asyncio.gather(everything, stopping, *tasks, return_exceptions=True)
        for host in hosts:
            over.outcomes.setdefault(host.name, "not run to its end")
    counts = Counter(over.outcomes.values())
    said = ", ".join(f"{count} {what}" for what, count in counts.most_common(4))
    over.why = f"{over.why}: {said}" if over.why else said
    statuses = set(over.outcomes.values())
    over.status = 0 if statuses == {GOOD} else 1


async def _stopped(call: "Call") -> None:
    """Wait until the client says stop; for ever where it just goes away."""
    try:
        while True:
            if decode(await call.reader.readuntil(b"\n")).get("stop") is True:
                return
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ActError):
        await asyncio.Event().wait()


async def _one(
    call: "Call",
    over: "Over",
    host: HostRecord,
    link_to: Callable[[HostRecord], Awaitable[Link]],
    places: asyncio.Semaphore,
) -> None:
    params = call.kept.asked.params
    timeout_s = float(str(params["timeout"]))
    async with places:
        began = time.monotonic()
        message: dict[str, object] = {"host": host.name, "out": "", "status": None, "why": ""}
        try:
            link = await link_to(host)
            done = await link.run(
                command_line(str(params["command"]), timeout_s), timeout_s=timeout_s, limit=OUTPUT_MOST
            )
        except TuiOpsError as error:
            message["why"] = over.outcomes[host.name] = clean(error.message)
        except Exception:  # the boundary of one host: the others go on
            log.exception("running a command on %s failed", host.name)
            message["why"] = over.outcomes[host.name] = "the engine failed: see its log"
        else:
            message |= {"out": pack(done.stdout), "status": done.exit_status}
            ended = f"status {done.exit_status}" if done.exit_status is not None else "killed by a signal"
            if done.truncated:
                message["why"] = f"it wrote more than {OUTPUT_MOST // 1024} kB and was killed"
            over.outcomes[host.name] = str(message["why"]) or ended
            if params.get("incident"):
                over.tails[host.name] = await asyncio.to_thread(tail, done.stdout)
        message["seconds"] = round(time.monotonic() - began, 3)
        if not call.writer.transport.is_closing():
            call.writer.write(encode(message))
            try:
                await call.writer.drain()
            except ConnectionError:
                log.info("who asked for %s has gone; it goes on", call.kept.action.id)
