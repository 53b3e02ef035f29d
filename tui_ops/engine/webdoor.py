"""The webhook door: where other programs bring their alerts, and jobs report."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_ops.engine.taking import Acknowledge, Beat, Take, nobody_acknowledges
from tui_ops.inventory.watched import stamp
from tui_ops.model.doors import TOKEN_LEAST, DoorSpec
from tui_ops.practices.intake.hosts import HostNames
from tui_ops.transport.errors import TransportError
from tui_ops.transport.secrets import Secrets

if TYPE_CHECKING:
    from aiohttp import web

    from tui_ops.engine.webtalk import WebTalk

log = logging.getLogger(__name__)

CONNECTIONS_MOST = 64
"""Connections at once: each request is done in milliseconds, and each may hold half a megabyte."""

HEADER_S = 10.0
"""Seconds in which a connection has to have said what it wants; each is for one request."""

RETRY_S = 10.0
"""Seconds after which it is tried again to open a door that could not be opened."""

RENEW_S = 60.0
"""How often it is looked whether token and certificate were renewed: they are without a change of the inventory."""

LINGER_S = 2.0
"""Seconds in which a sender may finish a body that is not wanted, so that he reads why."""

BACKLOG = 100


class _TurnedAway(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """End it at once."""
        if isinstance(transport, asyncio.Transport):
            transport.abort()


class WebDoor:
    """Listens.

    Args:
        take: keeps what is said of alerts; an answer of success leaves only after it has returned. It raises
            StoreError where nothing was kept, and the sender is told to come again.
        beat: keeps the report of a job: name, whether it went well, text.
        acknowledge: keeps that alerts were taken on where they come from.
        hosts: gives by what the hosts of the inventory in force are known.
        retry_s: seconds between two tries to open; a test brings its own.
    """

    def __init__(
        self, take: Take, beat: Beat, acknowledge: Acknowledge = nobody_acknowledges,
        hosts: Callable[[], HostNames] = HostNames, retry_s: float = RETRY_S,
    ) -> None:  # fmt: skip
        self._callees = (take, acknowledge, beat, hosts)
        self._retry_s = retry_s
        self._secrets = Secrets()
        self._spec: DoorSpec | None = None
        self._listening: asyncio.Server | None = None
        self._server: web.Server | None = None
        self._made: WebTalk | None = None
        self._tls: ssl.SSLContext | None = None
        self._stamps: tuple[str, ...] = ()
        self._young: set[object] = set()
        """Connections that have not asked yet, and have time to."""
        self._one = asyncio.Lock()
        self._work: asyncio.Task[None] | None = None
        self.trouble = ""
        """Why the door is not open as it should be; empty while all is well, or none is wanted."""

    @property
    def _talk(self) -> "WebTalk":
        """What answers. The HTTP server is loaded with it, so an engine without a door is the smaller by that."""
        if self._made is None:
            from tui_ops.engine.webtalk import WebTalk

            self._made = WebTalk(*self._callees)
        return self._made

    @property
    def port(self) -> int:
        """The port it listens at; 0 while it does not."""
        return int(self._listening.sockets[0].getsockname()[1]) if self._listening and self._listening.sockets else 0

    async def heed(self, spec: DoorSpec | None) -> None:
        """Open, move or close, as the inventory says. What stands in the way is told, and tried again."""
        async with self._one:
            before, self._spec = self._spec, spec
            if spec is None or _place(before) != _place(spec):
                await self._shut()
            if before is not None and (spec is None or before.token != spec.token):
                self._talk.token = b""
            await self._settle()
        if spec is not None and self._work is None:
            self._work = asyncio.create_task(self._look_after(), name="door")

    async def close(self) -> None:
        """Close the door; requests that are under way are ended."""
        work, self._work = self._work, None
        if work is not None:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
        async with self._one:
            self._spec = None
            await self._shut()

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(self._retry_s if self.trouble else RENEW_S)
            try:
                async with self._one:
                    await self._settle()
            except Exception:  # the boundary of one look: the next one comes
                log.exception("the door could not be looked after")

    async def _settle(self) -> None:
        """Bring the door to where it should be, as far as possible."""
        spec, said = self._spec, ""
        if spec is not None:
            self._talk.prefix, self._talk.severity = spec.prefix, spec.severity
            said = await self._renew_token(spec)
            if self._talk.token:
                said = (await self._open(spec) if self._listening is None else self._renew_tls(spec)) or said
            else:
                await self._shut()
        if said and said != self.trouble:
            log.error("%s", said)
        elif self.trouble and not said:
            log.info("the door is as it should be again")
        self.trouble = said

    async def _renew_token(self, spec: DoorSpec) -> str:
        """Fetch the token; where it can't be had, the one before stays. Returns what is wrong."""
        try:
            found = await self._secrets.fetch(spec.token, "the door (door: token)") or ""
        except TransportError as error:
            return f"the door's token: {error.message}"
        if len(found) < TOKEN_LEAST:
            self._talk.token = b""
            return f"the door stays closed: its token has less than {TOKEN_LEAST} characters, write a longer one"
        self._talk.token = found.encode()
        return ""

    async def _open(self, spec: DoorSpec) -> str:
        """Begin to listen. Returns what is wrong."""
        where = f"[{spec.host}]:{spec.port}" if ":" in spec.host else f"{spec.host}:{spec.port}"
        try:
            self._stamps = _stamps(spec)
            self._tls = _context(spec)
        except (OSError, ssl.SSLError, ValueError) as error:
            return f"the door stays closed: its certificate can't be used: {_why(error)}"
        from tui_ops.engine.webtalk import WatchedServer

        self._server = WatchedServer(
            self._answer, self._young.discard, access_log=None, auto_decompress=False, lingering_time=LINGER_S
        )
        try:
            self._listening = await asyncio.get_running_loop().create_server(
                self._meet, spec.host, spec.port, ssl=self._tls, backlog=BACKLOG, reuse_address=True,
                ssl_handshake_timeout=HEADER_S if self._tls else None,
            )  # fmt: skip
        except OSError as error:
            self._server = None
            return f"the door can't listen at {where}: {_why(error)}; it is tried again every {self._retry_s:.0f} s"
        log.info("the door listens at %s%s", where, "" if self._tls else ", without TLS")
        return ""

    def _renew_tls(self, spec: DoorSpec) -> str:
        """Take over a certificate that was renewed; connections that are made from now on get it."""
        found = _stamps(spec)
        if self._tls is None or found == self._stamps:
            return ""
        try:
            self._tls.load_cert_chain(spec.certificate, spec.key or None, password=_no_password)
        except (OSError, ssl.SSLError, ValueError) as error:
            return f"the door's new certificate can't be used, it goes on with the old one: {_why(error)}"
        self._stamps = found
        log.info("the door has a new certificate")
        return ""

    async def _shut(self) -> None:
        listening, server = self._listening, self._server
        self._listening = self._server = self._tls = None
        if listening is not None:
            listening.close()
        if server is not None:
            await server.shutdown(LINGER_S)

    # --- connections ---

    def _meet(self) -> asyncio.BaseProtocol:
        """Return what speaks with a new connection. It is given a time in which it has to ask."""
        server = self._server
        if server is None or len({*server.connections, *self._young}) >= CONNECTIONS_MOST:
            return _TurnedAway()
        found = server()
        self._young.add(found)

        def time_is_up() -> None:
            if found in self._young:
                self._young.discard(found)
                found.force_close()

        asyncio.get_running_loop().call_later(HEADER_S, time_is_up)
        return found

    async def _answer(self, request: "web.BaseRequest") -> "web.StreamResponse":
        self._young.discard(request.protocol)
        return await self._talk.answer(request)


def _place(spec: DoorSpec | None) -> tuple[object, ...]:
    """Return what can't be changed while it listens."""
    return () if spec is None else (spec.host, spec.port, spec.certificate, spec.key)


def _stamps(spec: DoorSpec) -> tuple[str, ...]:
    return tuple(stamp(path) for path in (spec.certificate, spec.key) if path)


def _context(spec: DoorSpec) -> ssl.SSLContext | None:
    if not spec.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(spec.certificate, spec.key or None, password=_no_password)
    return context


def _no_password() -> str:
    """Refuse a key that is locked: without this the terminal would be asked."""
    raise ValueError("its key is locked with a password, use one without")


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
