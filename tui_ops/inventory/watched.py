"""What was looked at while an inventory was read, so that a change of it can be noticed, and bounds for all of it."""

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from tui_ops.inventory.errors import ordinary
from tui_ops.inventory.source import FILE_LIMIT, Source, read_source

FILES_MAX = 25_000
"""Files of one inventory: one of variables for each host of the largest fleet, and as many again."""

NAMES_MAX = 50_000
"""Entries of one folder that are looked at."""

BYTES_MAX = 4 * FILE_LIMIT
"""Bytes of all files together."""


def stamp(path: str | Path) -> str:
    """Return a short text that changes when the file, or the names in the folder, does; empty where nothing is."""
    try:
        found = os.stat(path)  # noqa: PTH116 - thousands of paths are looked at each time
        if stat.S_ISDIR(found.st_mode):
            return hashlib.sha256("/".join(visible_names(path)).encode("utf-8", "surrogateescape")).hexdigest()
    except (OSError, ValueError):
        return ""
    return f"{found.st_dev}.{found.st_ino}.{found.st_size}.{found.st_mtime_ns}"


def stamps(paths: Iterable[str]) -> dict[str, str]:
    """Return the stamp of each path; blocks on the disk."""
    return {path: stamp(path) for path in paths}


def visible_names(folder: str | Path) -> list[str]:
    """Return the names in a folder in their order, without hidden ones and editors' backups.

    Raises:
        OSError: it can't be read.
    """
    names: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and not entry.name.endswith("~"):
                names.append(entry.name)
            if len(names) > NAMES_MAX:
                break
    return sorted(names)


class Files:
    """The files of one inventory, as they are read.

    Stamps are taken before reading: what changes meanwhile is seen as a change afterwards.
    """

    def __init__(self) -> None:
        self.stamps: dict[str, str] = {}
        self._hash = hashlib.sha256()
        self._read = 0
        self._bytes_left = BYTES_MAX

    def read(self, path: Path, text: str | None = None) -> Source:
        """Return a file's text.

        Args:
            path: the file.
            text: its content where the caller has it; the disk is left alone then.

        Raises:
            InventoryError: it can't be read, it is no text, or all files together are too much.
        """
        if text is None:
            self.stamps[str(path)] = stamp(path)
        if len(self.stamps) > FILES_MAX:
            raise ordinary(path, f"the inventory has more than {FILES_MAX:,} files", "split it into several")
        source = read_source(path, text)
        self._bytes_left -= len(source.data)
        if self._bytes_left < 0:
            said = f"the files of the inventory are larger than {BYTES_MAX // 1024**2} MiB in all"
            raise ordinary(path, said, "split it into several")
        self._read += 1
        if self._read > 1:
            self._hash.update(f"\0{path}\0{len(source.data)}\0".encode("utf-8", "surrogateescape"))
        self._hash.update(source.data)
        return source

    def names(self, folder: Path) -> list[str]:
        """Return the names in a folder; none where there is no such folder. It is followed either way.

        Raises:
            InventoryError: it is there and can't be read, or it holds too much.
        """
        self.stamps[str(folder)] = stamp(folder)
        try:
            names = visible_names(folder)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it can't be read"
            raise ordinary(folder, f"the folder can't be read: {reason}", "check its permissions") from error
        if len(names) > NAMES_MAX:
            raise ordinary(folder, f"the folder holds more than {NAMES_MAX:,} files", "name another folder")
        return names

    @property
    def digest(self) -> str:
        """SHA-256 of what was read: of one file its bytes, of several the others' paths too."""
        return self._hash.hexdigest()
