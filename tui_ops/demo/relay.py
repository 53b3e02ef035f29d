"""Passing bytes between a client's channel and a process on a host of the demo."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable

import asyncssh

CHUNK = 65536
"""Bytes taken from a pipe or a channel at a time."""

GRACE_S = 0.5
"""What a process has to end by itself once it says nothing more, before it is killed."""

Ready = Callable[[], Awaitable[None]]
"""Awaited before anything passes: it returns at once unless the host hangs."""


async def relay(channel: "asyncssh.SSHServerProcess[bytes]", process: Process, ready: Ready) -> None:
    """Pass bytes both ways until the process has ended or its client has gone.

    Args:
        channel: the client's side.
        process: with pipes for input, output and errors.
        ready: awaited before each piece, either way.
    """
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ValueError("the process has no pipes")
    inward = asyncio.create_task(_inward(channel.stdin, process.stdin, ready))
    outward = [
        asyncio.create_task(_outward(process.stdout, channel.stdout, ready)),
        asyncio.create_task(_outward(process.stderr, channel.stderr, ready)),
    ]
    said = asyncio.create_task(_all(outward))
    leaving = asyncio.create_task(channel.channel.wait_closed())
    try:
        await asyncio.wait((said, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not leaving.done():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE_S)
    finally:
        tasks = (inward, *outward, said, leaving)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _all(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks)


async def _inward(source: "asyncssh.SSHReader[bytes]", sink: asyncio.StreamWriter, ready: Ready) -> None:
    # A channel that broke, or a process that ended, is the end of its input and no error.
    with contextlib.suppress(OSError, asyncssh.Error):
        while data := await source.read(CHUNK):
            await ready()
            sink.write(data)
            await sink.drain()
    sink.close()


async def _outward(source: asyncio.StreamReader, sink: "asyncssh.SSHWriter[bytes]", ready: Ready) -> None:
    with contextlib.suppress(OSError, asyncssh.Error):
        while data := await source.read(CHUNK):
            await ready()
            sink.write(data)
            await sink.drain()


def kill(process: Process) -> None:
    """Kill a process with everything it started; it leads a group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
