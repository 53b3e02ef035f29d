"""A file that a client sends, on its way to the disk: piece by piece, within bounds."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from tui_ops.actions.protocol import decode
from tui_ops.actions.streaming import unpack
from tui_ops.model.errors import TuiOpsError
from tui_ops.practices.asked import Asked

IDLE_S = 60.0
"""Seconds within which the next piece of a file has to come: one that reads it from a slow disk takes some."""

ROOM = 256 << 20
"""Bytes that stay free on the filesystem of the state: readings of hosts come first."""


class FileRefused(TuiOpsError):
    """A file was not taken."""


def made(path: Path) -> BinaryIO:
    """Make a file that was not there, for us alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "wb")


def dated_of(asked: Asked) -> float | None:
    """Return of when the file is that an act brings, epoch seconds; None where that is not said.

    Raises:
        FileRefused: it is no number.
    """
    dated = asked.text("dated")
    try:
        return float(dated) if dated else None
    except ValueError as error:
        raise FileRefused("dated is no number of seconds", "leave it out") from error


async def spool(reader: asyncio.StreamReader, file: BinaryIO, folder: Path, limit: int) -> None:
    """Write what a client sends into a file, up to its end.

    Args:
        reader: of the client's lines.
        file: that is written.
        folder: on the filesystem that must keep room.
        limit: bytes that it may have.

    Raises:
        FileRefused: it is too large, does not come, or there is no room for it.
        ActError: what came is no piece of a file.
    """
    size = 0
    while True:
        try:
            async with asyncio.timeout(IDLE_S):
                line = await reader.readline()
        except TimeoutError as error:
            raise FileRefused(f"nothing of it came for {IDLE_S:.0f} s", "send it again") from error
        except ValueError as error:
            raise FileRefused("a piece of it is too long", "send it with tui-ops") from error
        if not line:
            raise FileRefused("the file did not come to its end", "send it again")
        message = decode(line)
        if message.get("done") is True:
            return
        data = unpack(message.get("in", ""))
        size += len(data)
        if size > limit:
            raise FileRefused(f"it is larger than {limit >> 20} MiB", "check what this file is")
        if shutil.disk_usage(folder).free < ROOM + len(data):
            raise FileRefused("the filesystem of the state has no room for it", "free some space, then send it again")
        await asyncio.to_thread(file.write, data)
