"""From a path to text: the file's bytes, bounded, and only if they are text."""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from tui_ops.inventory.errors import InventoryError, Mistake, ordinary
from tui_ops.model.clean import clean
from tui_ops.model.fleet import Place

FILE_LIMIT = 16 * 1024 * 1024
"""Bytes of an inventory: ten thousand hosts written out in full take about two million."""

_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not allow in a file, not even within quotes."""

_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True, slots=True)
class Source:
    """An inventory's text and the bytes it came from."""

    text: str
    data: bytes


def read_source(path: Path, text: str | None = None) -> Source:
    """Return the content of ``path``, or ``text`` as if it stood there.

    Raises:
        InventoryError: where there is no such file, or it is no text in UTF-8.
    """
    data = _read(path) if text is None else text.encode("utf-8", "surrogatepass")
    if len(data) > FILE_LIMIT:
        raise ordinary(path, f"the file is larger than {FILE_LIMIT // 1024**2} MiB", "an inventory is far smaller")
    decoded = _decode(path, data)
    wrong = _NOT_TEXT.search(decoded)
    if wrong is not None:
        before = decoded[: wrong.start()]
        place = Place(str(path), before.count("\n") + 1, wrong.start() - before.rfind("\n"))
        said = f"the character {clean(wrong[0])} can't stand in a YAML file"
        raise InventoryError([Mistake(place, said, "remove it")], decoded)
    return Source(decoded, data)


def _read(path: Path) -> bytes:
    """Return the file's bytes, one more than allowed at most."""
    try:
        # Without O_NONBLOCK the opening of a FIFO that nobody writes to would never return.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISREG(mode):
                return file.read(FILE_LIMIT + 1)
    except IsADirectoryError:
        mode = stat.S_IFDIR
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = "check the path" if isinstance(error, FileNotFoundError) else "check the path and its permissions"
        raise ordinary(path, f"the file can't be read: {clean(reason)}", hint) from error
    kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
    raise ordinary(path, f"this is {kind}", "name the inventory file itself")


def _decode(path: Path, data: bytes) -> str:
    encoding = _OTHER_ENCODINGS.get(data[:2])
    if encoding is not None:
        raise ordinary(path, f"the file is {encoding}", "save it as UTF-8")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        place = Place(str(path), before.count(b"\n") + 1, column)
        said = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        raise InventoryError([Mistake(place, said, "save the file as UTF-8")]) from error
