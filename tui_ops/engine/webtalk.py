"""What is said over the webhook door: one request, one answer, in the forms that the senders know."""

import asyncio
import base64
import binascii
import hmac
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tui_ops.engine.taking import Acknowledge, Beat, Take
from tui_ops.model.alerts import Source
from tui_ops.model.clean import clean
from tui_ops.model.states import Severity
from tui_ops.practices.intake.alertmanager import read_webhook
from tui_ops.practices.intake.formats import Form, read
from tui_ops.practices.intake.hosts import HostNames
from tui_ops.practices.intake.nagios import read_icinga
from tui_ops.practices.intake.pagerduty import read_event, routing_key
from tui_ops.practices.intake.reading import BODY_LIMIT, parse
from tui_ops.practices.intake.taken import Around, NotTaken, Taken
from tui_ops.store.errors import StoreError
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)

quiet = logging.getLogger(f"{__name__}.http")
quiet.setLevel(logging.CRITICAL)
"""The library's own words: a traceback for each connection that sends noise, with the noise in it."""

BODY_S = 10.0
"""Seconds in which a body has to arrive: Alertmanager waits ten for the whole answer."""

KEEP_S = 20.0
"""Seconds in which a message has to be on disk; the sender is told to come again after that."""

RATE_PER_S, BURST = 20.0, 600
"""Requests that are taken in the long run, and at once: a thousand jobs report at the full hour within a minute, and
PagerDuty itself takes two a second of one sender."""

AGAIN_S = 5
"""Seconds after which a sender that came too often, or at a bad moment, is told to come again."""

INLINE_BYTES = 64 * 1024
"""A larger body is read in a thread of its own, so that polls are not held up."""

WRONG_TOLD_S = 60.0
"""Wrong tokens are logged once in so many seconds, with their number."""

PATHS: dict[str, Form | None] = {
    "/alerts": None,
    "/alertmanager": Form.ALERTMANAGER,
    "/grafana": Form.GRAFANA,
    "/v2/enqueue": Form.PAGERDUTY,
    "/nagios": Form.NAGIOS,
    "/v1/actions/process-check-result": Form.ICINGA,
}
"""Where each format is taken; ``/alerts`` tells it by the content."""

_BEAT = re.compile(r"/beat/([A-Za-z0-9][A-Za-z0-9._-]{0,62})(?:/(fail|[0-9]{1,3}))?", re.ASCII)


@dataclass(slots=True)
class Bucket:
    """Counts how often something happens.

    Args:
        per_s: how often in the long run.
        burst: how often at once.
        clock: seconds that only go forward.
    """

    per_s: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = self.burst, self.clock()

    def take(self) -> bool:
        """Return whether it may happen once more now."""
        now = self.clock()
        self._left = min(self.burst, self._left + (now - self._at) * self.per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class _Visitor(web.RequestHandler):
    """Speaks with one connection."""

    __slots__ = ()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:  # fmt: skip
        """Answer what is no request that can be read. The library would say what it was, in the answer and the log."""
        said = message if message is None else "the request can't be read"
        return super().handle_error(request, status, exc, said)


class WatchedServer(web.Server):
    """An HTTP server that says when a connection has gone.

    Args:
        handler: answers requests.
        gone: is called with what spoke with the connection.
        rest: what the library takes for a connection.
    """

    def __init__(
        self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], gone: Callable[[object], None],
        **rest: Any,
    ) -> None:  # fmt: skip
        super().__init__(handler)
        self._gone = gone
        self._rest = rest

    def __call__(self) -> web.RequestHandler:
        """Return what speaks with a new connection."""
        return _Visitor(self, loop=asyncio.get_running_loop(), logger=quiet, **self._rest)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Take note that a connection has ended."""
        super().connection_lost(handler, exc)
        self._gone(handler)


class _Answer(Exception):
    """A request that ends before it was done."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class WebTalk:
    """Answers requests.

    Args:
        take: keeps what is said of alerts.
        acknowledge: keeps that alerts were taken on where they come from.
        beat: keeps the report of a job.
        hosts: gives by what the hosts of the inventory in force are known.
    """

    def __init__(self, take: Take, acknowledge: Acknowledge, beat: Beat, hosts: Callable[[], HostNames]) -> None:
        self._take = take
        self._acknowledge = acknowledge
        self._beat = beat
        self._hosts = hosts
        self._known, self._strangers = Bucket(RATE_PER_S, BURST), Bucket(RATE_PER_S, BURST)
        self._wrong, self._wrong_told_at = 0, -WRONG_TOLD_S
        self.prefix = ""
        self.severity = Severity.CRITICAL
        self.token = b""
        """What a sender has to know; nobody is let in while it is empty."""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Return the answer to a request. Whatever happens, it ends the connection."""
        try:
            response = await self._answer(request)
        except _Answer as early:
            response = _json(early.status, {"status": "error", "message": early.message}, early.headers)
        except NotTaken as error:
            told = f"{error.message} ({error.hint})" if error.hint else error.message
            log.info("a message to %s was refused: %s", _form_of(request, self.prefix), error.message)
            body: dict[str, object] = {
                "status": "invalid event",
                "message": "the message was not taken",
                "errors": [told],
            }
            response = _json(400, body)
        except (StoreError, TimeoutError) as error:
            log.error("a message through the door was not kept: %s", error or "it took too long")
            response = _json(503, {"status": "error", "message": "not kept, send it again"}, _again())
        except Exception:  # the boundary of one request: the others and the engine go on
            log.exception("a request at the door failed")
            response = _json(500, {"status": "error", "message": "the engine failed, its log says how"})
        response.force_close()
        return response

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if not path.startswith(self.prefix):
            raise _Answer(404, "there is nothing here")
        path = path[len(self.prefix) :].rstrip("/")
        job = _BEAT.fullmatch(path)
        if job is None and path not in PATHS:
            raise _Answer(404, "there is nothing here")
        allowed = ("GET", "POST") if job else ("POST",)
        if request.method not in allowed:
            raise _Answer(405, f"{' and '.join(allowed)} only", Allow=", ".join(allowed))
        known = self._is_known(_credential(request.headers.get("Authorization", "")))
        # Who does not know the token can't use up what those may send who do.
        if not (self._known if known else self._strangers).take():
            raise _Answer(429, "too many requests, send it again later", **_again())
        if not known and path != "/v2/enqueue":
            raise self._refused(request)
        if job:
            return await self._report(request, job[1], job[2] or "0")
        body = await _body(request)
        if not known and not self._is_known(routing_key(parse(body)).encode()):
            raise self._refused(request)
        return await self._message(request, PATHS[path], body)

    def _is_known(self, credential: bytes) -> bool:
        return bool(self.token) and hmac.compare_digest(credential, self.token)

    def _refused(self, request: web.BaseRequest) -> _Answer:
        self._wrong += 1
        if time.monotonic() - self._wrong_told_at >= WRONG_TOLD_S:
            who = clean(str(request.remote or "somebody"), 60)
            log.warning(
                "a wrong token was shown at the door, %d in all since it was last told; by %s", self._wrong, who
            )
            self._wrong, self._wrong_told_at = 0, time.monotonic()
        return _Answer(401, "the token is missing or wrong", WWW_Authenticate='Bearer, Basic realm="tui-ops"')

    async def _report(self, request: web.BaseRequest, name: str, code: str) -> web.StreamResponse:
        text = request.query.get("text", "")
        if request.method == "POST":
            said = (await _body(request)).decode("utf-8", "replace").strip()
            # A program that reports in its own format, as Alertmanager's Watchdog does, has nothing to say to people.
            text = text if request.content_type == "application/json" else said or text
        if code not in ("0", "fail") and not text:
            text = f"exit code {code}"
        async with asyncio.timeout(KEEP_S):
            await self._beat(name, code == "0", text)
        return _json(200, {"status": "success"})

    async def _message(self, request: web.BaseRequest, form: Form | None, body: bytes) -> web.StreamResponse:
        around = Around(time.time(), self._hosts(), self.severity)
        query = {name: value for name, value in request.query.items() if name in ("host", "service")}

        def understood() -> tuple[Taken, str]:
            return _understand(form, body, around, query)

        taken, key = await in_thread(understood, "a message") if len(body) > INLINE_BYTES else understood()
        async with asyncio.timeout(KEEP_S):
            if taken.signals:
                await self._take(taken.signals)
            if taken.acknowledged:
                await self._acknowledge(taken.acknowledged)
        for note in taken.notes:
            log.warning("%s", note)
        if form is Form.PAGERDUTY:
            return _json(202, {"status": "success", "message": "Event processed", "dedup_key": key})
        if form is Form.ICINGA:
            return _json(200, {"results": [{"code": 200.0, "status": "Successfully processed check result."}]})
        return _json(200, {"status": "success", "alerts": len(taken.signals)})


def _understand(form: Form | None, body: bytes, around: Around, query: dict[str, str]) -> tuple[Taken, str]:
    """Return what a message says, and the key with which PagerDuty would answer."""
    if form is Form.PAGERDUTY:
        return read_event(parse(body), around)
    if form is Form.ICINGA:
        return read_icinga(parse(body), around, query), ""
    if form is Form.GRAFANA:
        return read_webhook(parse(body), around, Source.GRAFANA), ""
    return read(body.decode("utf-8", "replace"), around, form), ""


def _form_of(request: web.BaseRequest, prefix: str) -> str:
    """Return the path of a request for the log; only those that there are get so far."""
    return clean(request.path.removeprefix(prefix), 100)


async def _body(request: web.BaseRequest) -> bytes:
    """Return the body of a request.

    Raises:
        _Answer: it is too large, too slow, or packed.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _Answer(415, "send the body as it is, without Content-Encoding")
    too_large = _Answer(413, f"a body may have {BODY_LIMIT} bytes")
    if (request.content_length or 0) > BODY_LIMIT:
        raise too_large
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise too_large
    except TimeoutError as error:
        raise _Answer(408, f"a body has to arrive within {BODY_S:.0f} s") from error
    except web.RequestPayloadError as error:
        raise _Answer(400, "the body did not arrive as a whole") from error
    return bytes(body)


def _credential(header: str) -> bytes:
    """Return the token in the header ``Authorization``: as Bearer, or as the password of Basic; else nothing."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip().encode("utf-8", "surrogateescape")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).partition(b":")[2]
        except (binascii.Error, ValueError):
            return b""
    return b""


def _again() -> dict[str, str]:
    return {"Retry_After": str(AGAIN_S)}


def _json(status: int, body: Mapping[str, object], headers: dict[str, str] | None = None) -> web.Response:
    found = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
    return web.json_response(body, status=status, headers={**found, "X-Content-Type-Options": "nosniff"})
