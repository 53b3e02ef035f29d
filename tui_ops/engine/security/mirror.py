"""A folder into which somebody, or another machine, lays feeds: looked at once a day."""

import logging
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

MIRROR_S, MIRROR_FIRST_S = 86400.0, 120.0
"""Feeds are made once a day; the start of the engine has other things to do first."""

FILES_MOST = 50
"""Files of the folder that are looked at: every feed of every release of a large fleet."""

SUITES = ("bullseye", "bookworm", "trixie", "forky", "duke", "sid", "buster", "generic")
"""Releases of debsecan's files that are told by their names: ``debsecan-bookworm``, ``bookworm``."""

_SUITE = re.compile(rf"(?:^|[^a-z])({'|'.join(SUITES)})(?:[^a-z]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A file of the folder."""

    path: Path
    stamp: tuple[int, int]
    """Size, and time in nanoseconds: the same is the same file."""
    at: float
    """When it was written, epoch seconds; what mirrors keeps the publisher's time."""
    suite: str


def files_of(folder: Path) -> list[Mirrored]:
    """Return the files of a folder that may be feeds, by name. Links are followed: a mirror may consist of them."""
    found = []
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if not entry.name.startswith("."))
    except OSError as error:
        log.warning("the folder of feeds %s can't be read: %s", folder, error.strerror or error)
        return []
    for name in names[:FILES_MOST]:
        path = folder / name
        try:
            about = path.stat()
        except OSError:
            continue
        if stat.S_ISREG(about.st_mode):
            suite = suite_of(name)
            found.append(Mirrored(path, (about.st_size, about.st_mtime_ns), about.st_mtime, suite))
    return found


def suite_of(name: str) -> str:
    """Return the release that the name of a file speaks of; empty where it speaks of none."""
    found = _SUITE.search(name)
    return found[1].lower() if found is not None else ""
