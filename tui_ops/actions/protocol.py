"""What goes over ``engine.sock``: one JSON object a line, versioned and bounded.

The engine greets first: ``{"v":1,"hello":{…}}``, or ``{"v":1,"error":{…}}`` and the end for an account that is
nobody here. The client then asks ``{"v":1,"id":7,"ask":"act"|"follow"|"status", …}`` and is answered
``{"v":1,"re":7,"ok":true, …}`` or ``{"v":1,"re":7,"ok":false,"error":{"code","message","hint"}}``. To a client
that follows, the engine tells ``{"v":1,"news":SEQ,"topics":[…]}``; a gap in SEQ means: read everything again.
To look at hosts (``targets``) has their processes read every two seconds until the client looks elsewhere or leaves.
To look at an incident (``action`` is :data:`LOOK_INCIDENT`, ``targets`` its name, or none for no more) has the engine
tell ``{"v":1,"beside":"INC-12","names":[…]}``: who else looks at it, now and whenever that changes.
What flows (a shell, a log, a command's output) is asked for by ``open`` on a connection of its own;
:mod:`tui_ops.actions.streaming` tells what goes over it then.
"""

import json
import re
from dataclasses import dataclass, field

from tui_ops.actions.errors import ActError, Code

PROTOCOL = 1
"""Grows with every change that an older side would misunderstand."""

LINE_LIMIT = 1024 * 1024
"""Bytes of one line: fingerprints of several thousand hosts fit, a flood does not."""

TARGET_LIMIT = 10_000
"""Targets of one act: the largest fleet that one inventory describes."""

_TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,39}|")
"""Names of terminals; it becomes a word of the environment on a host."""

LOOK_INCIDENT = "incident"
"""What a client that looks at an incident says in the place of an act."""

TOPICS = ("hosts", "events", "facts", "incidents", "problems", "changes", "security", "audit", "fleet", "engine")
"""What a client can follow."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks."""

    id: int
    ask: str
    """``act``, ``open``, ``follow``, ``look`` or ``status``."""
    action: str = ""
    targets: tuple[str, ...] = ()
    """Names of hosts, or ``group:NAME`` and ``site:NAME``, or of what else the act is on (``INC-12``); empty for an act
    on the fleet."""
    params: dict[str, object] = field(default_factory=dict)
    expect: dict[str, int] = field(default_factory=dict)
    """Target to the revision that the operator looked at; where it has moved on, the act is refused."""
    topics: tuple[str, ...] = ()
    read_only: bool = False
    """The session gives up acting: ``--read-only``."""
    term: str = ""
    """``TERM`` of a shell's terminal."""
    size: tuple[int, int] = (80, 24)
    """Its columns and rows."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The engine's answer to one request."""

    id: int | None
    ok: bool
    body: dict[str, object] = field(default_factory=dict)
    error: ActError | None = None


def encode(message: dict[str, object]) -> bytes:
    """Return one message as a line."""
    return json.dumps({"v": PROTOCOL, **message}, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> dict[str, object]:
    """Return one line as a message.

    Raises:
        ActError: malformed, too large, or of another protocol version.
    """
    if len(line) > LINE_LIMIT:
        raise ActError(Code.TOO_LARGE, f"a message may have {LINE_LIMIT} bytes, this one has more")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ActError(Code.MALFORMED, "the message is not one JSON object on one line") from error
    if not isinstance(message, dict):
        raise ActError(Code.MALFORMED, "the message is not a JSON object")
    version = message.get("v")
    if type(version) is not int or version != PROTOCOL:
        raise ActError(
            Code.VERSION,
            f"this side speaks protocol {PROTOCOL}, the other {message.get('v')!r:.20}",
            "restart the older side: both come from one installation",
        )
    return message


def _texts(value: object, name: str, most: int) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and len(one) <= 300 for one in value):
        raise ActError(Code.MALFORMED, f"{name} is not a list of short texts")
    if len(value) > most:
        raise ActError(Code.TOO_LARGE, f"{name} has {len(value)} entries, at most {most} are taken")
    return tuple(value)


def read_term(value: object) -> str:
    """Return the kind of a terminal.

    Raises:
        ActError: it is none that a terminal could have.
    """
    if not isinstance(value, str) or not _TERM.fullmatch(value):
        raise ActError(Code.MALFORMED, "term is not the name of a terminal")
    return value


def read_size(value: object) -> tuple[int, int]:
    """Return columns and rows.

    Raises:
        ActError: not two numbers that a terminal could have.
    """
    if isinstance(value, list) and len(value) == 2 and all(type(one) is int and 0 < one < 10_000 for one in value):
        return value[0], value[1]
    raise ActError(Code.MALFORMED, "size is not columns and rows")


def read_request(line: bytes) -> Request:
    """Return what a client asks.

    Raises:
        ActError: for anything that is not exactly a request of this protocol.
    """
    message = decode(line)
    number, ask = message.get("id"), message.get("ask")
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > 2**53:
        raise ActError(Code.MALFORMED, "id is not a number")
    if ask not in ("act", "open", "follow", "look", "status"):
        raise ActError(Code.MALFORMED, f"ask is {ask!r:.40}: it is act, open, follow, look or status")
    action, params, expect = message.get("action", ""), message.get("params", {}), message.get("expect", {})
    if not isinstance(action, str) or len(action) > 100:
        raise ActError(Code.MALFORMED, "action is not a short text")
    if not isinstance(params, dict) or len(params) > 50:
        raise ActError(Code.MALFORMED, "params is not a small object")
    if not isinstance(expect, dict) or not all(type(one) is int for one in expect.values()):
        raise ActError(Code.MALFORMED, "expect is not an object of revisions")
    return Request(
        id=number,
        ask=str(ask),
        action=action,
        targets=_texts(message.get("targets", []), "targets", TARGET_LIMIT),
        params=params,
        expect=expect,
        topics=_texts(message.get("topics", []), "topics", len(TOPICS)),
        read_only=message.get("read_only") is True,
        term=read_term(message.get("term", "")),
        size=read_size(message.get("size", [80, 24])),
    )


def write_request(request: Request) -> bytes:
    """Return a request as a line."""
    message: dict[str, object] = {"id": request.id, "ask": request.ask}
    if request.action or request.targets:
        message["targets"] = list(request.targets)
    if request.action:
        message |= {"action": request.action, "params": request.params}
    if request.expect:
        message["expect"] = request.expect
    if request.topics:
        message["topics"] = list(request.topics)
    if request.term:
        message |= {"term": request.term, "size": list(request.size)}
    if request.read_only:
        message["read_only"] = True
    return encode(message)


def refusal(error: ActError, request_id: int | None = None) -> bytes:
    """Return the line that tells a client why not."""
    body = {"code": str(error.code), "message": error.message, "hint": error.hint}
    if request_id is None:
        return encode({"error": body})
    return encode({"re": request_id, "ok": False, "error": body})


def read_error(body: object) -> ActError:
    """Rebuild the engine's error on the client's side."""
    if not isinstance(body, dict):
        return ActError(Code.MALFORMED, "the engine answered with something else than an error")
    try:
        code = Code(str(body.get("code")))
    except ValueError:
        code = Code.FAILED
    return ActError(code, str(body.get("message", "")), str(body.get("hint", "")))
