"""A small fleet of the demo with a clock that the test sets."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from tui_ops.collectors.frame import Frame, FrameReader, new_marker, script, tick
from tui_ops.demo.inventory import USER, DemoFiles
from tui_ops.demo.server import FleetServer

EPOCH = 1_790_000_000.0
"""When the story began, in these tests."""

ANSWER_S = 10.0
"""No frame takes this long, however busy the machine is."""


@dataclass
class Clock:
    """Seconds of the story, moved by the test."""

    t: float = 0.0

    def __call__(self) -> float:
        return self.t


@dataclass
class World:
    """A fleet in this process, and a client for it."""

    fleet: FleetServer
    files: DemoFiles
    clock: Clock
    base: Path
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def at(self, t: float) -> None:
        """Move the clock, and let the hosts behave as the story says."""
        self.clock.t = t
        await self.fleet.conduct()

    async def connect(self, name: str, tunnel: object = (), **options: object) -> asyncssh.SSHClientConnection:
        """Log in to a host as the engine does: by the demo's key, trusting only its known_hosts."""
        host = self.fleet.story.host(name)
        settings: dict[str, object] = {
            "username": USER,
            "client_keys": [str(self.files.client_key)],
            "known_hosts": str(self.files.known_hosts),
            "agent_path": None,
            "config": None,
            "tunnel": tunnel,
            **options,
        }
        connection = await asyncssh.connect(host.address, self.fleet.port, **settings)  # type: ignore[arg-type]
        return await self.closing.enter_async_context(connection)

    async def probe(self, connection: asyncssh.SSHClientConnection) -> "Probe":
        """Start the real probe and wait until it is ready."""
        process = await connection.create_process("/bin/sh", encoding=None)
        probe = Probe(process, new_marker())
        await probe.begin()
        return probe


class Probe:
    """The probe on one channel, asked and answered one frame at a time."""

    def __init__(self, process: "asyncssh.SSHClientProcess[bytes]", marker: str) -> None:
        self.process = process
        self.reader = FrameReader(marker)
        self.marker = marker
        self.hello = b""
        self._number = 0

    async def begin(self) -> None:
        """Send the script and take in its first frame."""
        self.process.stdin.write(script(self.marker))
        self.hello = (await self.answer()).body

    async def answer(self) -> Frame:
        """Return the next frame."""
        async with asyncio.timeout(ANSWER_S):
            while True:
                if frames := self.reader.feed(await self.process.stdout.read(65536)):
                    return frames[0]
                if self.process.stdout.at_eof():
                    raise EOFError("the probe has ended")

    async def tick(self) -> bytes:
        """Return the body of one frame of vitals."""
        self._number += 1
        self.process.stdin.write(tick(self._number))
        frame = await self.answer()
        assert (frame.kind, frame.number) == ("tick", self._number)
        return frame.body


MakeWorld = Callable[..., Awaitable[World]]
"""Starts a fleet: ``await make_world(hosts=8, faults=FAULTS, t=0.0)``."""
