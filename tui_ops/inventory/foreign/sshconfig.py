"""The named hosts of an ssh_config. How they are reached stays with the file itself, which the transport reads."""

import glob
import itertools
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tui_ops.inventory import fields
from tui_ops.inventory.errors import InventoryError, ordinary, quoted
from tui_ops.inventory.foreign.notes import Notes
from tui_ops.inventory.hosts import HOSTS_MAX
from tui_ops.inventory.recognise import Kind, foreign_name
from tui_ops.inventory.watched import Files, stamp
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import LOCAL_ADDRESS, Fleet, HostSpec, Place

INCLUDES_DEEP = 16
"""Includes within includes, as many as OpenSSH follows."""

INCLUDES_MAX = 1000
"""Files of one ``Include`` line."""

LINE_LIMIT = 20_000
"""Characters of one line that are looked at."""

GIT_USER = "git"
"""An entry that logs in so is a repository: it gives nobody a shell."""

_PATTERN_SIGNS = "*?!"


@dataclass(slots=True)
class _Alias:
    """One name of a ``Host`` line."""

    name: str
    place: Place
    settings: dict[str, str] = field(default_factory=dict)
    """What its block says, the first of each; shared by the names of one line."""


def read(path: Path, text: str, files: Files) -> Fleet:
    """Return the fleet of the named hosts in an ssh_config and in what it includes.

    Args:
        path: the file.
        text: its content.
        files: reads what it includes.

    Raises:
        InventoryError: it names no host, or too many.
    """
    reading = _Reading(files)
    reading.file(path, text, 1)
    hosts, places = reading.hosts()
    if not hosts:
        hint = "a host is watched where it has a line such as 'Host web-1', without '*'"
        raise reading.notes.nothing_left(path, "the file names no host that can be watched", hint)
    return Fleet(
        name=foreign_name(Kind.SSH_CONFIG, path),
        hosts=hosts,
        source=str(path),
        digest=files.digest,
        places=places,
        format=str(Kind.SSH_CONFIG),
        notes=reading.notes.all(),
        files=files.stamps,
    )


def is_users_own(path: str | Path) -> bool:
    """Return whether a file is the ssh_config that OpenSSH reads for this user anyway."""
    try:
        return os.path.realpath(path) == os.path.realpath(Path.home() / ".ssh" / "config")
    except (OSError, RuntimeError, ValueError):
        return False


class _Reading:
    """One ssh_config with its includes."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.notes = Notes()
        self._aliases: dict[str, _Alias] = {}
        self._block: dict[str, str] = {}
        """The settings of the block that is being read."""
        self._for_all = True
        """Whether the block holds for every host, so that what it includes does too."""

    def file(self, path: Path, text: str, depth: int) -> None:
        """Read one file."""
        for number, line in enumerate(text.split("\n"), 1):
            keyword, words = _parts(line[:LINE_LIMIT])
            place = Place(str(path), number, len(line) - len(line.lstrip()) + 1)
            if keyword == "host":
                self._host(words, place)
            elif keyword == "match":
                self._block, self._for_all = {}, [word.lower() for word in words] == ["all"]
            elif keyword == "include":
                self._include(words, place, depth)
            elif keyword and words:
                self._block.setdefault(keyword, words[0])

    def _host(self, patterns: list[str], place: Place) -> None:
        self._block = {}
        self._for_all = patterns == ["*"]
        for name in patterns:
            if any(sign in name for sign in _PATTERN_SIGNS) or name in self._aliases:
                continue
            if len(self._aliases) >= HOSTS_MAX:
                raise ordinary(place.file, f"it names more than {HOSTS_MAX:,} hosts", "split it into several files")
            self._aliases[name] = _Alias(name, place, self._block)

    def _include(self, patterns: list[str], place: Place, depth: int) -> None:
        if not self._for_all:
            self.notes.add(place, "an Include within Host or Match is passed over", "move it to the top of the file")
            return
        if depth >= INCLUDES_DEEP:
            raise ordinary(
                place.file, f"it includes files more than {INCLUDES_DEEP} deep", "do they include each other?"
            )
        for pattern in patterns:
            for path in self._included(pattern):
                try:
                    text = self._files.read(path).text
                except InventoryError as error:
                    if path.is_file():
                        raise
                    # OpenSSH passes over what is not there as well.
                    self.notes.add(place, f"{quoted(str(path))} is passed over: {error.message}")
                    continue
                self.file(path, text, depth + 1)
                self._block, self._for_all = {}, True

    def _included(self, pattern: str) -> Iterator[Path]:
        """Return the files that one word of an ``Include`` names; a relative one counts from ``~/.ssh``."""
        whole = os.path.join(Path.home(), ".ssh", os.path.expanduser(pattern))  # noqa: PTH111, PTH118 - never raises
        if not glob.has_magic(whole):
            self._files.stamps[whole] = stamp(whole)
        else:
            self._files.names(Path(whole).parent)
        found = itertools.islice(glob.iglob(whole), INCLUDES_MAX)  # noqa: PTH207 - an absolute pattern
        return (Path(path) for path in sorted(found))

    def hosts(self) -> tuple[tuple[HostSpec, ...], dict[str, Place]]:
        """Return the hosts and where each is named."""
        good: dict[str, Place] = {}
        for alias in self._aliases.values():
            said = f"the host {quoted(alias.name)} is left out"
            try:
                fields.host_name(alias.name)
            except Wrong as wrong:
                self.notes.add(alias.place, f"{said}: its name can't be one here", wrong.hint)
                continue
            if alias.settings.get("user") == GIT_USER:
                self.notes.add(alias.place, f"{said}: it logs in as {GIT_USER}, which gives no shell")
            elif alias.name == LOCAL_ADDRESS:
                self.notes.add(alias.place, f"{said}: the name is a word of tui-ops", "give it another name too")
            else:
                good[alias.name] = alias.place
        return tuple(HostSpec(name=name, key=name, address=name) for name in good), good


def _parts(line: str) -> tuple[str, list[str]]:
    """Return the keyword in lower case and the words after it; nothing of a comment or an empty line."""
    line = line.strip()
    if not line or line.startswith("#"):
        return "", []
    keyword = line.split(maxsplit=1)[0].partition("=")[0]
    rest = line[len(keyword) :].lstrip()
    rest = rest[1:].lstrip() if rest.startswith("=") else rest
    try:
        words = shlex.split(rest, comments=True)
    except ValueError:
        words = rest.split()
    return keyword.lower(), words
