"""The words with which an sshd was started, or is started for a connection: which file it reads, and what wins over it.

They are read as sshd itself does it, by getopt: its options are those of ``main`` in OpenSSH's sshd.c. ``sshd -T``
knows of none of them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui_ops.collectors.facts.body import LINE_LIMIT, LIST_LIMIT, VALUE_LIMIT, words
from tui_ops.model.clean import clean

MAINS = ("/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config")
"""Where sshd begins to read: the second where the first is not there, as SUSE has it."""

STARTED_LIMIT = 16
"""Ways of starting an sshd that are told apart on one host: more than two are seldom. Beyond it not all are known."""

_ARGS_LIMIT = 1_500
"""Characters of one command line; what a longer one says is not known."""

_PROGRAMS = ("/usr/sbin/sshd", "/sbin/sshd", "/usr/bin/sshd", "/bin/sshd")
"""Where the system's own sshd lies; one from elsewhere was built with another place for its settings."""

_TITLE = "sshd: "
_TITLE_ENDS = " [listener]"
"""What sshd puts around the words of the process that listens."""

_TAKE = frozenset("CEbcfghkopu")
"""Options that take a value."""

_SETS: Mapping[str, str] = {"g": "LoginGraceTime", "h": "HostKey", "p": "Port"}
"""Options that are settings by another name."""

_VARIABLE = re.compile(r"\$\{?([A-Z_]{1,40})\}?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Started:
    """One way in which an sshd is started."""

    said: str
    """Its words."""
    file: str
    """The file that it reads; empty for the usual one, and where nobody knows."""
    settings: tuple[str, ...]
    """What it is given beside the file, as ``Name=value``."""
    is_own: bool
    """Whether the program is the system's own one."""
    for_one: bool = False
    """Whether it is started for each connection, by whoever listens in its place."""

    @property
    def is_usual(self) -> bool:
        """Return whether it reads what ``sshd -T`` reads."""
        return self.is_own and self.file in ("", *MAINS)


@dataclass(frozen=True, slots=True)
class Ways:
    """In which ways the sshds of a host are started."""

    told: tuple[Started, ...]
    """Each once, by their words."""
    is_all: bool
    """Whether there are no more: a process may call itself an sshd, and crowd out the one that counts."""


def started(lines: Iterable[bytes], environment: Iterable[bytes]) -> Ways:
    """Return the ways in which an sshd is started.

    Args:
        lines: words of processes, and of units that start one for a connection.
        environment: ``NAME="words"``, as the unit's file of them has it.
    """
    known = dict(_variable(line) for line in environment)
    found: dict[str, Started] = {}
    is_all = True
    for line in lines:
        said = words(line, LINE_LIMIT)
        said = said.removeprefix(_TITLE).partition(_TITLE_ENDS)[0]
        said = _VARIABLE.sub(lambda name: known.get(name[1], ""), said).strip()
        if not said.partition(" ")[0].endswith("/sshd"):
            continue
        if len(said) > _ARGS_LIMIT or (said not in found and len(found) >= STARTED_LIMIT):
            is_all = False
        else:
            found.setdefault(said, _read(said))
    return Ways(tuple(found[said] for said in sorted(found)), is_all)


def _variable(line: bytes) -> tuple[str, str]:
    name, _, value = words(line, LINE_LIMIT).partition("=")
    return name, value.strip("\"' ")


def _read(said: str) -> Started:
    program, *rest = said.split(" ")
    file, settings, at, for_one = "", dict[str, None](), 0, False
    while at < len(rest) and rest[at].startswith("-") and rest[at] not in ("-", "--"):
        letters, at = rest[at][1:], at + 1
        for place, letter in enumerate(letters):
            for_one = for_one or letter == "i"
            if letter == "q":
                settings["LogLevel=QUIET"] = None
            if letter not in _TAKE:
                continue
            value = letters[place + 1 :]
            if not value and at < len(rest):
                value, at = rest[at], at + 1
            if letter == "o" and "=" not in value and at < len(rest) and not rest[at].startswith("-"):
                # ``-o "NAME VALUE"``, of which the quotes are lost.
                value, at = f"{value} {rest[at]}", at + 1
            if letter == "f":
                file = value
            elif letter == "o" or letter in _SETS:
                settings[value if letter == "o" else f"{_SETS[letter]}={value}"] = None
            break
    told = tuple(clean(one, VALUE_LIMIT) for one in list(settings)[:LIST_LIMIT])
    return Started(said, clean(file, VALUE_LIMIT), told, program in _PROGRAMS, for_one)
