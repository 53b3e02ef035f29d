"""Temporary folders that nobody has to remember: each is locked while in use, and the next demo removes those
that a killed one left behind.
"""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "tui-ops-demo-"

SHARED_MEMORY = Path("/dev/shm")
"""Preferred for what is rewritten at every poll: it needs no disk."""

YOUNG_S = 60.0
"""A folder younger than this is left alone: it may have been made this moment, and not be locked yet."""


@contextmanager
def temporary_folder(in_memory: bool = False) -> Iterator[Path]:
    """Give a new folder, 0700, which is removed at the end.

    Args:
        in_memory: make it in shared memory where there is some.
    """
    place = SHARED_MEMORY if in_memory and SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def sweep(place: Path, older_than_s: float = YOUNG_S) -> list[Path]:
    """Remove the folders of demos that were killed.

    Args:
        place: where to look; only folders of this user count.
        older_than_s: younger ones are left alone.

    Returns:
        What was removed.
    """
    removed = []
    for folder in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            found = folder.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
            if ours and time.time() - found.st_mtime >= older_than_s and _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder)
    return removed


def _is_left(folder: Path) -> bool:
    """Return whether no process holds the folder."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(held)
    return True
