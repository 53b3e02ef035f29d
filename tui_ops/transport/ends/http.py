"""An answer by HTTP or HTTPS, with the time of each step."""

import asyncio
import socket
import ssl
import time
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tui_ops import __version__
from tui_ops.model.checks import HttpWish
from tui_ops.model.clean import clean
from tui_ops.transport.ends.reach import addresses, overdue, refused
from tui_ops.transport.ends.seen import EndError, HttpSeen, NotReached, Times
from tui_ops.transport.ends.trust import Kept, take_in

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import ResolveResult

BODY_LIMIT = 64 * 1024
"""Bytes of an answer that are read: a login page is half of that."""

HEADER_LIMIT = 16 * 1024
"""Bytes of one line of its head."""

_handshake: ContextVar["list[float] | None"] = ContextVar("handshake", default=None)
"""Is given the moment when the TLS handshake of this check begins."""


class _TimedContext(ssl.SSLContext):
    """Notes when a handshake begins, which is when its connection stands."""

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        begun = _handshake.get()
        if begun is not None:
            begun.append(time.monotonic())
        return super().wrap_bio(*args, **kwargs)


def _trusting(ca: str) -> ssl.SSLContext:
    context = _TimedContext(ssl.PROTOCOL_TLS_CLIENT)
    take_in(context, ca)
    return context


_contexts = Kept(_trusting)


@lru_cache(maxsize=1)
def _trusting_all() -> ssl.SSLContext:
    context = _TimedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class _Resolver:
    """Asks for names as the other checks do. aiohttp takes whatever has these two methods."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> "list[ResolveResult]":
        """Return the addresses of a name."""
        found = await addresses(host)
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": known,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for known, address in found
            if family in (socket.AF_UNSPEC, known)
        ]

    async def close(self) -> None:
        """Nothing is held open."""


class _Steps:
    """The moments of one request, noted by aiohttp's hooks."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.handshake: list[float] = []
        self.moments: dict[str, float] = {}

    def hooks(self) -> "aiohttp.TraceConfig":
        """Return the hooks."""
        import aiohttp

        config = aiohttp.TraceConfig()
        config.on_dns_resolvehost_start.append(self._note("dns start"))
        config.on_dns_resolvehost_end.append(self._note("dns end"))
        config.on_connection_create_end.append(self._note("connected"))
        config.on_request_headers_sent.append(self._note("sent"))
        return config

    def _note(self, name: str) -> Any:
        async def note(*_: object) -> None:
            self.moments[name] = time.monotonic()

        return note

    def times(self, first_byte: float, end: float) -> Times:
        """Return the time of each step.

        Args:
            first_byte: the moment when the head of the answer was there.
            end: the moment when it was read.
        """
        at = self.moments
        resolved = at.get("dns end", self.began)
        connected = at.get("connected", resolved)
        shaking = self.handshake[-1] if self.handshake else connected
        return Times(
            dns=at["dns end"] - at["dns start"] if "dns start" in at and "dns end" in at else None,
            connect=max(0.0, shaking - resolved),
            tls=connected - shaking if self.handshake else None,
            first_byte=first_byte - at.get("sent", connected),
            total=end - self.began,
        )


async def ask_http(url: str, wish: HttpWish, headers: dict[str, str], timeout_s: float) -> HttpSeen:
    """Ask for a page. Redirections are answers, and not followed.

    Args:
        url: http or https.
        wish: method, and whether its certificate must be trusted.
        headers: to send, secrets filled in.
        timeout_s: seconds for all of it.

    Raises:
        NotReached: nothing answers, or not with HTTP, or with a certificate that is not trusted.
        CantTell: the authorities can't be read.
    """
    import aiohttp

    steps = _Steps()
    _handshake.set(steps.handshake)
    try:
        async with asyncio.timeout(timeout_s):
            return await _ask(url, wish, headers, steps)
    except TimeoutError as error:
        raise overdue(url, timeout_s) from error
    except aiohttp.ClientError as error:
        raise _translated(error, url) from error
    except EndError:
        raise
    except (OSError, ValueError) as error:
        raise NotReached(f"{clean(url, 160)} can't be asked: {clean(str(error), 120)}") from error


async def _ask(url: str, wish: HttpWish, headers: dict[str, str], steps: _Steps) -> HttpSeen:
    import aiohttp
    from yarl import URL

    tls: ssl.SSLContext | bool = True
    if url.lower().startswith("https:"):
        tls = await _contexts.of(wish.ca) if wish.verify else _trusting_all()
    # Reading authorities anew is no time of the answer.
    steps.began = time.monotonic()
    connector = aiohttp.TCPConnector(
        ssl=tls,
        resolver=_Resolver(),  # type: ignore[arg-type]
        use_dns_cache=False,
        force_close=True,
    )
    sent = {"User-Agent": f"tui-ops/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity", **headers}
    session = aiohttp.ClientSession(
        connector=connector, trace_configs=[steps.hooks()], auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None), max_line_size=HEADER_LIMIT, max_field_size=HEADER_LIMIT,
    )  # fmt: skip
    async with session:
        # Its text is taken as it is written: what is escaped there stays so.
        request = session.request(wish.method, URL(url, encoded=url.isascii()), headers=sent, allow_redirects=False)
        async with request as answer:
            first_byte = time.monotonic()
            body, cut = await _beginning(answer.content)
            end = time.monotonic()
            answer.close()
            reason = clean(answer.reason or "", 60)
            return HttpSeen(answer.status, reason, steps.times(first_byte, end), body, cut)


async def _beginning(content: "aiohttp.StreamReader") -> tuple[bytes, bool]:
    """Return the first part of an answer, and whether there is more."""
    found = bytearray()
    while len(found) <= BODY_LIMIT:
        piece = await content.read(BODY_LIMIT + 1 - len(found))
        if not piece:
            break
        found += piece
    return bytes(found[:BODY_LIMIT]), len(found) > BODY_LIMIT


def _translated(error: "aiohttp.ClientError", url: str) -> EndError:
    import aiohttp

    shown = clean(url, 160)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, EndError):
            return cause
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
        why = getattr(inner, "verify_message", "") or str(inner)
        return NotReached(f"the certificate of {shown} is not trusted: {clean(why, 120)}", "see a tls check of it")
    if isinstance(error, aiohttp.ClientConnectorError):
        # aiohttp writes its own text over the system's.
        inner_os = error.os_error
        if isinstance(inner_os, ssl.SSLError):
            why = (inner_os.reason or "no handshake").replace("_", " ").lower()
            return NotReached(f"{shown} shakes no hands by TLS: {clean(why, 80)}", "see a tls check of it")
        return refused(inner_os, shown)
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError):
        return NotReached(f"{shown} ended the connection without an answer", "look at the log of the service")
    return NotReached(f"{shown} does not answer by HTTP: {clean(str(error), 120)}", "see what listens at this port")
