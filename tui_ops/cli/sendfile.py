"""A file of the person's own, sent to the engine piece by piece by an act that takes one."""

import os
import socket
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tui_ops.actions.errors import ActError, Code, EngineAway
from tui_ops.actions.protocol import Request, read_error
from tui_ops.actions.streaming import End, Lines, done, open_stream, typed
from tui_ops.cli.context import shown
from tui_ops.model.errors import TuiOpsError

PIECE = 384 * 1024
"""Bytes of one message: as text two thirds of what a line over the socket may have."""


def send_file(engine: Path, action: str, name: str, params: Mapping[str, object], asks: str) -> str:
    """Send a file and return what came of it.

    Args:
        engine: its socket.
        action: the act that takes the file.
        name: path of the file.
        params: of the act, beside ``file`` and ``dated``.
        asks: what tells later whether it was taken.

    Raises:
        TuiOpsError: it can't be read, or was not taken.
    """
    with opened(name) as file:
        about = {"file": Path(name).name[:100], "dated": str(int(os.fstat(file.fileno()).st_mtime)), **params}
        _, _, link = open_stream(engine, Request(1, "open", action, (), about))
        try:
            # An engine that has refused it meanwhile has said why, which is read below.
            with suppress(BrokenPipeError, ConnectionResetError):
                while piece := file.read(PIECE):
                    link.sendall(typed(piece))
                link.sendall(done())
            return _outcome(link, asks)
        except OSError as error:
            raise TuiOpsError(f"it can't be sent: {error.strerror or error}", "check the file") from error
        finally:
            link.close()


def opened(name: str) -> BinaryIO:
    """Open a regular file for reading; nothing else, whatever its name leads to.

    Raises:
        TuiOpsError: it can't be read, or is none.
    """
    try:
        # A pipe that nobody writes would hold this up for ever.
        number = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise TuiOpsError(f"{shown(name)} can't be read: {why}", "check its path") from error
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise TuiOpsError(f"{shown(name)} is no file", "name the file itself")
    return os.fdopen(number, "rb")


def _outcome(link: socket.socket, asks: str) -> str:
    for message in _messages(link):
        if isinstance(message.get("error"), dict):
            raise read_error(message["error"])
        if "end" in message:
            end = End.read(message["end"])
            if end.said:
                return end.said
            raise ActError(Code.FAILED, end.why or "it was not taken", "look at the engine's log")
    raise EngineAway("the engine went away before it answered", f"{asks} says whether it was taken")


def _messages(link: socket.socket) -> Iterator[dict[str, object]]:
    lines = Lines()
    with suppress(ConnectionResetError):
        while data := link.recv(65536):
            yield from lines.feed(data)
