"""The authorities that checks trust: read from their file in a thread, and again when it has changed."""

import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from tui_ops.model.clean import clean
from tui_ops.transport.ends.seen import CantTell
from tui_ops.transport.threads import in_thread

KEPT_MOST = 32
"""Files of authorities that are kept ready, the system's among them: a bundle takes half a megabyte of memory."""

T = TypeVar("T")

Stamp = tuple[tuple[int, int, int] | None, ...]
"""Time of change, size and inode of each place where authorities are read; None where there is nothing."""


class Kept(Generic[T]):
    """What is made of authorities, kept until their file changes.

    Args:
        make: takes a path, empty for the system's, and raises CantTell where it can't be read. It runs in a thread.
    """

    def __init__(self, make: Callable[[str], T]) -> None:
        self._make = make
        self._kept: dict[str, tuple[Stamp, T]] = {}
        self._one = threading.Lock()

    async def of(self, ca: str) -> T:
        """Return what is made of a file.

        Args:
            ca: its path; empty for the system's authorities.

        Raises:
            CantTell: it can't be read.
        """
        stamp = _stamp(ca)
        kept = self._kept.get(ca)
        return kept[1] if kept is not None and kept[0] == stamp else await in_thread(
            lambda: self._made(ca, stamp), "authorities"
        )  # fmt: skip

    def _made(self, ca: str, stamp: Stamp) -> T:
        # One at a time: sixty checks that begin together read a changed file once.
        with self._one:
            kept = self._kept.get(ca)
            if kept is not None and kept[0] == stamp:
                return kept[1]
            made = self._make(ca)
            self._kept.pop(ca, None)
            while len(self._kept) >= KEPT_MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[ca] = (stamp, made)
            return made


def take_in(context: ssl.SSLContext, ca: str) -> None:
    """Let a context trust the authorities of a file.

    Args:
        context: of a client.
        ca: path; empty for the system's authorities.

    Raises:
        CantTell: it can't be read.
    """
    try:
        if ca:
            context.load_verify_locations(ca)
        else:
            context.load_default_certs()
    except (OSError, ssl.SSLError) as error:
        raise CantTell(f"the authorities in {clean(ca, 120)} can't be read", "write a file in PEM") from error


def _stamp(ca: str) -> Stamp:
    """Return what changes when the file does, or what the system trusts."""
    if ca:
        try:
            return (_of(Path(ca)),)
        except OSError as error:
            raise CantTell(f"the authorities in {clean(ca, 120)} can't be read: {error.strerror}") from error
    places = ssl.get_default_verify_paths()
    return tuple(_of_any(place) for place in (places.cafile, places.capath))


def _of_any(place: str | None) -> tuple[int, int, int] | None:
    try:
        return _of(Path(place)) if place else None
    except OSError:
        return None


def _of(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino
