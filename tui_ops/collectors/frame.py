"""Talking with the probe: the lines that go in, and the frames that come out.

A frame stands between two lines that begin with a random marker of ours, each with an empty line's
newline before it; so a banner, an rc file's output or a host's own text can't be taken for one::

    MARKER begin KIND NUMBER NAME
    … body …
    MARKER end KIND NUMBER NAME
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.collectors.errors import BadFrame, FrameTooLarge, ProbeError, TooMuchNoise
from tui_ops.model.filepaths import is_file_path
from tui_ops.probes import text

FRAME_LIMIT = 1 << 20
"""Bytes of a frame's body: fifty times the vitals of a 64-core host, small beside what a flood could send."""

NOISE_LIMIT = 1 << 20
"""Bytes between two frames: no banner or rc file comes near; a host that sends more never comes to its frames."""

HEADER_LIMIT = 100
"""Bytes of a begin line after the marker: the longest that the probe can write has 59."""

PIECE = 1 << 16
"""Bytes taken in at once, so that a huge chunk is not held twice."""

READY = "ready"
TICK = "tick"
SECTION = "section"
ERROR = "error"

_MARKER = re.compile(r"[0-9a-f]{16,64}", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_HEADER = re.compile(rb"(ready|tick|section|error) (0|[1-9][0-9]{0,9}) ([a-z][a-z0-9-]{0,39})")
_LARGEST_NUMBER = 9_999_999_999
"""The probe takes numbers of at most ten digits."""


def new_marker() -> str:
    """Return a fresh random marker, one for each channel."""
    return secrets.token_hex(16)


def script(marker: str, sudo: bool = True, sections: bool = True) -> bytes:
    """Return what is written on the stdin of ``/bin/sh``; nothing more may be sent before READY was seen.

    Args:
        marker: 16 to 64 hexadecimal digits, best from :func:`new_marker`.
        sudo: whether the probe may ask sudo for what only root may read.
        sections: whether it can run the slow sections, beside the ticks.

    Raises:
        ValueError: for any other marker, since it becomes part of a command line.
    """
    if not _MARKER.fullmatch(marker):
        raise ValueError(f"{marker!r} is not a marker of 16 to 64 hexadecimal digits")
    return f"{text(sections)}\ntui_ops_probe {marker} go{'' if sudo else ' nosudo'}\n".encode()


def tick(number: int) -> bytes:
    """Return the line that asks for one frame of vitals, which will carry ``number``."""
    return f"tick {_checked(number)}\n".encode()


def ask_section(
    name: str, number: int, deadline_s: int, words: Sequence[int] = (), paths: Sequence[str] = (), nicely: bool = False
) -> bytes:
    """Return the line that asks for one run of a slow section.

    Args:
        name: of the section, such as ``filesystems``.
        number: comes back with the frame.
        deadline_s: seconds in which the host shall have answered; it stays a second below.
        words: numbers that the section takes besides, such as processes.
        paths: files that it takes besides, as the inventory names them. The probe reads the line as words that it
            never evaluates, and these hold no blank and nothing else that would mean something to a shell.
        nicely: whether it gives way to whatever else runs on the host.

    Raises:
        ValueError: for a name, a number or a path that the probe would refuse.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a section")
    if bad := [path for path in paths if not is_file_path(path)]:
        raise ValueError(f"{bad[0]!r} is not a path that a probe may be asked for")
    numbers = [str(_checked(one)) for one in (number, deadline_s, *words)]
    return f"{'nicely' if nicely else 'section'} {name} {' '.join([*numbers, *paths])}\n".encode()


def ask_sudo_anew() -> bytes:
    """Return the line that lets sudo be asked once more about what it refused before; nothing comes back."""
    return b"sudo\n"


def ask_resident() -> bytes:
    """Return the line that lets awk answer the ticks; a ready frame named ``awk`` comes back, or ``shell``."""
    return b"awk\n"


def end_resident() -> bytes:
    """Return the line that ends awk again; a ready frame named ``shell`` comes back."""
    return b"shell\n"


def leave() -> bytes:
    """Return the line that ends the probe; the end of its stdin does the same."""
    return b"quit\n"


def _checked(number: int) -> int:
    if not 0 <= number <= _LARGEST_NUMBER:
        raise ValueError(f"{number} is not a number from 0 to {_LARGEST_NUMBER}")
    return number


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole answer of a probe."""

    kind: str
    """``ready``, ``tick``, ``section`` or ``error``."""
    number: int
    """As asked; with ``ready`` 1 for the probe, 2 for awk, 3 for the shell again; 0 with an ``error`` about a line
    without a number."""
    name: str
    """``hello``, ``vitals``, the section's name, or an error's reason (``unknown-word``, ``bad-order``, …)."""
    body: bytes
    """What stands between the two lines, foreign and not cleaned."""


class FrameReader:
    """Takes in what a channel brings, in chunks of any size, and gives whole frames.

    Holds never more than one frame's limit. After an error it stays closed: the channel is of no use any more.

    Args:
        marker: the one that the script was called with.
        limit: bytes of the largest body.
        noise_limit: bytes that may come between two frames.
    """

    def __init__(self, marker: str, limit: int = FRAME_LIMIT, noise_limit: int = NOISE_LIMIT) -> None:
        self._begin = f"\n{marker} begin ".encode()
        self._marker = marker.encode()
        self._limit = limit
        self._noise_limit = noise_limit
        self._buffer = bytearray()
        self._searched = 0
        self._noise = 0
        self._header: tuple[str, int, str] | None = None
        self._end = b""
        self._failure: ProbeError | None = None
        self.dropped = 0
        """Bytes outside of frames so far."""

    @property
    def inside(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._header is not None

    @property
    def held(self) -> int:
        """Bytes held at present."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """Take in a chunk and return the frames that it completes, in order.

        Raises:
            ProbeError: what came is not a probe's answer. Frames that were whole before it are returned first;
                the error comes with the next call.
        """
        frames: list[Frame] = []
        if self._failure is None:
            try:
                for start in range(0, len(data), PIECE):
                    self._buffer += data[start : start + PIECE]
                    while self._open() if self._header is None else self._close(frames):
                        pass
            except ProbeError as error:
                self._failure = error
                self._buffer.clear()
        if self._failure is not None and not frames:
            raise self._failure
        return frames

    def _open(self) -> bool:
        """Look for the beginning of a frame; drop what stands before it."""
        at = self._buffer.find(self._begin)
        if at < 0:
            self._drop(max(0, len(self._buffer) - len(self._begin) + 1))
            return False
        self._drop(at)
        start = len(self._begin)
        stop = self._buffer.find(b"\n", start, start + HEADER_LIMIT)
        if stop < 0:
            if len(self._buffer) >= start + HEADER_LIMIT:
                raise BadFrame("the probe's answer begins with an endless line")
            return False
        line = bytes(self._buffer[start:stop])
        found = _HEADER.fullmatch(line)
        if found is None:
            raise BadFrame("the probe's answer begins with a line of another protocol")
        self._header = (found[1].decode(), int(found[2]), found[3].decode())
        self._end = b"\n" + self._marker + b" end " + line + b"\n"
        del self._buffer[: stop + 1]
        self._searched = 0
        self._noise = 0
        return True

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self.dropped += count
        self._noise += count
        if self._noise > self._noise_limit:
            raise TooMuchNoise(
                f"the host sent more than {self._noise_limit} bytes that are no answer",
                "log in by hand and look at what its login shell prints",
            )

    def _close(self, frames: list[Frame]) -> bool:
        """Look for the end of the frame that has begun."""
        at = self._buffer.find(self._end, self._searched)
        if at > self._limit or (at < 0 and len(self._buffer) >= self._limit + len(self._end)):
            raise FrameTooLarge(f"an answer of the probe is larger than {self._limit} bytes")
        if at < 0:
            self._searched = max(0, len(self._buffer) - len(self._end) + 1)
            return False
        assert self._header is not None
        frames.append(Frame(*self._header, bytes(self._buffer[:at])))
        self._header = None
        del self._buffer[: at + len(self._end)]
        return True
