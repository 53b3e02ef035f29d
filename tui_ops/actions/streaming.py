"""What goes over a connection after ``open``, and the client's way to open one.

The engine answers as to an act, with the audit entry's number. Then, line by line, it sends ``{"out":BASE64}`` as
the host writes, for a command ``{"host":…,"out":…,"status":…,"why":…}`` once for each host, and at last
``{"end":{"status":…,"why":…}}``. The client sends ``{"in":BASE64}`` and ``{"size":[columns,rows]}`` to a shell,
and ``{"stop":true}`` to end what runs; a file goes to the engine as ``{"in":BASE64}``, with ``{"done":true}``
behind it, and what came of it is in the end. Who takes no output stops the host: nothing piles up.
"""

import base64
import binascii
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui_ops.actions.client import Answer, Hello
from tui_ops.actions.errors import ActError, Code, EngineAway
from tui_ops.actions.protocol import LINE_LIMIT, Request, decode, encode, write_request

OPEN_S = 30.0
"""How long opening may take: a host short of memory needs 10 s to fork, and the engine tries more than once."""


@dataclass(frozen=True, slots=True)
class End:
    """How a stream ended."""

    status: int | None = None
    """The exit status; None where there is none."""
    why: str = ""
    """What ended it, where it did not end by itself."""
    recording: str = ""
    """The name of its recording."""
    seconds: float = 0.0
    """How long it was open."""
    said: str = ""
    """What came of a file that was sent."""

    @classmethod
    def read(cls, body: object) -> "End":
        """Return the end in a message."""
        found = body if isinstance(body, dict) else {}
        status, seconds = found.get("status"), found.get("seconds")
        return cls(
            status if isinstance(status, int) else None,
            str(found.get("why", "")),
            str(found.get("recording", "")),
            float(seconds) if isinstance(seconds, int | float) else 0.0,
            str(found.get("said", "")),
        )


def pack(data: bytes) -> str:
    """Return bytes as a text for a message."""
    return base64.b64encode(data).decode("ascii")


def unpack(value: object) -> bytes:
    """Return the bytes of a text that :func:`pack` made.

    Raises:
        ActError: it is none.
    """
    try:
        return base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ActError(Code.MALFORMED, "what should be base64 is not") from error


def typed(data: bytes) -> bytes:
    """Return the line that sends input to a shell."""
    return encode({"in": pack(data)})


def sized(columns: int, rows: int) -> bytes:
    """Return the line that tells a shell its size."""
    return encode({"size": [columns, rows]})


def stop() -> bytes:
    """Return the line that ends what runs."""
    return encode({"stop": True})


def done() -> bytes:
    """Return the line that ends a file."""
    return encode({"done": True})


class Lines:
    """Puts messages together from what a socket gives. Pure."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[dict[str, object]]:
        """Take bytes in and return the messages that are whole.

        Raises:
            ActError: a message that is too long, or none.
        """
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LINE_LIMIT:
            raise ActError(Code.TOO_LARGE, "the engine sends a message without an end")
        return [decode(line) for line in whole]


def open_stream(path: Path, request: Request) -> tuple[Hello, Answer, socket.socket]:
    """Connect and open a stream; blocks until the engine has answered.

    Args:
        path: of the engine's socket.
        request: asks ``open``.

    Returns:
        The greeting, the answer, and the connection on which the stream begins with the next byte.

    Raises:
        ActError: no engine, or it refused.
    """
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        link.settimeout(OPEN_S)
        link.connect(str(path))
        # Unbuffered, so that no byte of the stream is taken with the answer.
        lines = link.makefile("rb", buffering=0)
        hello = Hello.read(decode(_line(lines.readline(LINE_LIMIT + 1))))
        with suppress(BrokenPipeError):
            link.sendall(write_request(request))
        answer = Answer.read(decode(_line(lines.readline(LINE_LIMIT + 1))))
        link.settimeout(None)
    except TimeoutError as error:
        link.close()
        raise ActError(Code.BUSY, f"the engine did not answer within {OPEN_S:.0f} s") from error
    except PermissionError as error:
        link.close()
        raise ActError(Code.NOBODY, f"no permission for {path}") from error
    except OSError as error:
        link.close()
        raise EngineAway from error
    except BaseException:
        link.close()
        raise
    return hello, answer, link


def _line(found: bytes | None) -> bytes:
    if not found:
        raise EngineAway("the engine went away")
    return found
