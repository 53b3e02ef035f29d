"""A real mail server and a real HTTP service on loopback that take messages, refuse them, or never answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailSink:
    """Takes mail. ``answer`` is what it says to the next one: a reply, ``hang`` (it has the mail and says nothing) or
    ``drop`` (it has it and hangs up).
    """

    answer: str = "250 OK"
    port: int = 0
    kept: list[Message] = field(default_factory=list)
    """What arrived whole, whatever was answered."""
    recipients: list[str] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    """Ends what hangs."""

    async def handle_RCPT(self, server: SMTP, _s: Session, envelope: Envelope, to: str, _o: list[str]) -> str:  # noqa: N802
        if self.answer.startswith("rcpt "):
            return self.answer.removeprefix("rcpt ")
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.kept.append(message_from_bytes(content))
        self.recipients += envelope.rcpt_tos
        if self.answer == "hang":
            await self.done.wait()
        if self.answer == "drop":
            assert server.transport is not None
            server.transport.abort()
        return self.answer if self.answer[0].isdigit() else "250 OK"

    @property
    def ids(self) -> list[str]:
        """Message-IDs in the order in which they came."""
        return [str(one["Message-ID"]) for one in self.kept]

    @property
    def subjects(self) -> list[str]:
        return [str(one["Subject"]) for one in self.kept]


@asynccontextmanager
async def mail_sink() -> AsyncIterator[MailSink]:
    """A mail server on a free port."""
    sink = MailSink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, loop=loop, hostname="sink"), "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        sink.done.set()
        server.close()


@dataclass
class HttpSink:
    """Takes messages by HTTP. ``status`` is its next answer; 0 hangs up, -1 never answers."""

    status: int = 200
    port: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        self.kept.append(await request.json())
        self.keys.append(request.headers.get("Idempotency-Key", ""))
        if self.status == -1:
            await self.done.wait()
        if self.status <= 0:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=max(self.status, 200))


@asynccontextmanager
async def http_sink() -> AsyncIterator[HttpSink]:
    """A service on a free port."""
    sink = HttpSink()
    app = web.Application()
    app.router.add_post("/{rest:.*}", sink.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sink.port = runner.addresses[0][1]
    try:
        yield sink
    finally:
        sink.done.set()
        await runner.cleanup()
