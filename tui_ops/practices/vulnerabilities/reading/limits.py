"""What every reader keeps to, and what it tells of what it left out."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError

UNPACKED_LIMIT = 1 << 30
"""Bytes that a packed file may unpack to: the largest one that is no archive, the tracker's, has a tenth."""

LINE_LIMIT = 64 * 1024
"""Bytes of one line: the longest one in a real feed has 4 kB."""

ENTRIES_LIMIT = 4_000_000
"""Entries of one feed: ten times those of the largest."""

CHUNK = 256 * 1024

NAME_LIMIT = 120
"""Characters of a package's or a vulnerability's name."""

TEXT_LIMIT = 300
"""Characters of a description that are kept: two lines of a wide screen."""

NAMED = 3
"""Entries that were not understood which the note names; it counts the others."""


class FeedBroken(TuiOpsError):
    """A file that can't be used as a feed; nothing of it is kept."""


class Left:
    """What was left out of a feed, for its note."""

    def __init__(self) -> None:
        self.count = 0
        self._named: list[str] = []

    def out(self, what: str, why: str) -> None:
        """Take note of an entry.

        Args:
            what: where it is, or what it is called; it may hold anything.
            why: what is wrong with it.
        """
        self.count += 1
        if len(self._named) < NAMED:
            self._named.append(f"{clean(what, 60)} ({clean(why, 80)})")

    @property
    def note(self) -> str:
        """One sentence; empty where everything was understood."""
        if not self.count:
            return ""
        more = self.count - len(self._named)
        return f"{self.count} not understood: {', '.join(self._named)}{f' and {more} more' if more else ''}"


class Budget:
    """Counts entries up to the limit."""

    def __init__(self, most: int = ENTRIES_LIMIT) -> None:
        self._left = most

    def spend(self) -> None:
        """Count one.

        Raises:
            FeedBroken: there are too many.
        """
        self._left -= 1
        if self._left < 0:
            raise FeedBroken("it has more entries than any feed", "check where it is from")


def unpacked(file: BinaryIO, wbits: int, what: str, most: int = UNPACKED_LIMIT) -> Iterator[bytes]:
    """Give what a zlib or gzip file holds, piece by piece.

    Args:
        file: at its beginning.
        wbits: as zlib has it: 15 for zlib, 31 for gzip.
        what: the file's form, for messages.
        most: bytes that it may unpack to.

    Raises:
        FeedBroken: it is no such file, ends too early, or unpacks to too much.
    """
    machine = zlib.decompressobj(wbits)
    total = 0
    try:
        while not machine.eof:
            packed = machine.unconsumed_tail or file.read(CHUNK)
            if not packed:
                raise FeedBroken(f"the {what} file ends too early", "fetch it again")
            piece = machine.decompress(packed, CHUNK)
            total += len(piece)
            if total > most:
                raise FeedBroken(f"it unpacks to more than {most >> 20} MiB", "check where it is from")
            yield piece
    except zlib.error as error:
        raise FeedBroken(f"it is no {what} file, or a damaged one", "fetch it again") from error


def plain(file: BinaryIO, most: int = UNPACKED_LIMIT) -> Iterator[bytes]:
    """Give what a file holds, piece by piece.

    Raises:
        FeedBroken: it is too long.
    """
    total = 0
    while piece := file.read(CHUNK):
        total += len(piece)
        if total > most:
            raise FeedBroken(f"it is larger than {most >> 20} MiB", "check where it is from")
        yield piece


def lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """Give the lines of a text, without their ends.

    Raises:
        FeedBroken: one is too long.
    """
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        if len(rest) > LINE_LIMIT or any(len(line) > LINE_LIMIT for line in whole):
            raise FeedBroken(f"a line is longer than {LINE_LIMIT >> 10} KiB", "check what this file is")
        for line in whole:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
