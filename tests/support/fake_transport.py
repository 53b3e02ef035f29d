"""A transport without a network: a test says what each host answers, or why it can't be reached."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tui_ops.model.fleet import HostSpec
from tui_ops.transport.base import Channel, Finished, OnClose, OnData
from tui_ops.transport.errors import Gone, TransportError

Handler = Callable[[Sequence[str], bytes], bytes]
"""Gets the command and one write to its input; returns what it prints (``b""`` for nothing)."""


@dataclass
class FakeChannel:
    argv: Sequence[str]
    handler: Handler
    on_data: OnData
    on_close: OnClose
    stderr_tail: str = ""
    is_open: bool = True

    def write(self, data: bytes) -> None:
        if self.is_open and (answer := self.handler(self.argv, data)):
            asyncio.get_running_loop().call_soon(self.on_data, answer)

    def end(self, status: int | None) -> None:
        """End the command, as the host would."""
        if self.is_open:
            self.is_open = False
            asyncio.get_running_loop().call_soon(self.on_close, status)

    def end_input(self) -> None:
        self.end(0)

    def close(self) -> None:
        self.end(None)

    def pause(self) -> None: ...

    def resume(self) -> None: ...


@dataclass
class FakeLink:
    handler: Handler
    peer: str
    why: TransportError | None = None
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    channels: list[FakeChannel] = field(default_factory=list)
    refusal: TransportError | None = None
    """Raised by the next ``open``, for one that has no further channel."""

    async def open(self, argv: Sequence[str], on_data: OnData, on_close: OnClose) -> Channel:
        if refusal := self.refusal or self.why:
            raise refusal
        self.channels.append(FakeChannel(argv, self.handler, on_data, on_close))
        return self.channels[-1]

    async def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float, limit: int = 1 << 20) -> Finished:
        if refusal := self.refusal or self.why:
            raise refusal
        output = self.handler(argv, stdin)
        return Finished(0, output[:limit], "", len(output) > limit)

    async def close(self) -> None:
        for channel in self.channels:
            channel.end(None)
        self.closed.set()

    def break_off(self) -> None:
        """Break, as when the host vanishes."""
        self.why = Gone(f"the connection to {self.peer} broke")
        for channel in self.channels:
            channel.end(None)
        self.closed.set()


@dataclass
class FakeTransport:
    """Give ``answers`` a handler or an error for each host name; ``connects`` counts what was asked for."""

    answers: dict[str, Handler | TransportError] = field(default_factory=dict)
    links: dict[str, FakeLink] = field(default_factory=dict)
    connects: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    async def connect(self, host: HostSpec) -> FakeLink:
        self.connects.append(host.name)
        answer = self.answers.get(host.name, lambda _argv, _data: b"")
        if isinstance(answer, TransportError):
            raise answer
        self.links[host.name] = FakeLink(answer, host.address)
        return self.links[host.name]

    def forget(self, host_name: str) -> None:
        self.forgotten.append(host_name)

    async def close(self) -> None:
        for link in self.links.values():
            await link.close()
