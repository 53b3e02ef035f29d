"""An Ansible inventory in INI: sections ``[group]``, ``[group:children]`` and ``[group:vars]``."""

import re
import shlex

from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.foreign.patterns import hosts_of
from tui_ops.inventory.foreign.scalars import of_ini
from tui_ops.inventory.foreign.world import Owner, World, is_wanted
from tui_ops.inventory.tree import Scalar
from tui_ops.inventory.wrong import Wrong

LINE_LIMIT = 20_000
"""Characters of one line: a host with a hundred variables."""

SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?")
"""The heading of a section."""

_GROUP_LINE = re.compile(r"([^:\]\s]+)\s*(?:#.*)?")
_KINDS = ("hosts", "children", "vars")
_NEEDS_SHLEX = re.compile(r"[\"'\\#]")
_SECRET = re.compile(r"pass|secret|token", re.IGNORECASE)


def read_ini(text: str, world: World, mistakes: Mistakes) -> None:
    """Add what a file says to the world.

    Args:
        text: the file's text.
        world: takes hosts, groups and variables.
        mistakes: receives what is wrong; the world is of no use then.
    """
    _Reader(world, mistakes).read(text)


class _Reader:
    """One file, line by line."""

    def __init__(self, world: World, mistakes: Mistakes) -> None:
        self._world = world
        self._mistakes = mistakes
        self._group = world.ungrouped
        self._kind = "hosts"
        self._declared = set(world.groups)
        self._mentioned: dict[str, tuple[Scalar, str]] = {}
        """Groups that have to be declared somewhere in this file, with the place where that is said."""

    def read(self, text: str) -> None:
        for number, line in enumerate(text.split("\n"), 1):
            stripped = line.strip()
            if not stripped or stripped[0] in "#;":
                continue
            at = Scalar(number, line.index(stripped[0]) + 1, "")
            try:
                self._line(stripped, at)
            except Wrong as wrong:
                shows = wrong.shows_line and not _SECRET.search(line)
                self._mistakes.add(at, wrong.message, wrong.hint, shows)
        for name, (at, said) in self._mentioned.items():
            if name not in self._declared:
                hint = self._mistakes.suggest(name, self._declared) or f"add a section [{name}]"
                self._mistakes.add(at, said, hint)

    def _line(self, line: str, at: Scalar) -> None:
        if len(line) > LINE_LIMIT:
            raise Wrong(f"the line is longer than {LINE_LIMIT:,} characters", "split it")
        section = SECTION.fullmatch(line)
        if section is not None:
            self._section(section[1], section[2] or "hosts", at)
        elif line.startswith("[") and line.partition("#")[0].rstrip().endswith("]"):
            hint = "write [group], [group:children] or [group:vars]; a name holds no spaces"
            raise Wrong(f"{quoted(line)} is no section", hint)
        elif self._kind == "hosts":
            self._host(line, at)
        elif self._kind == "children":
            self._child(line, at)
        else:
            self._variable(self._group, line, at)

    def _section(self, name: str, kind: str, at: Scalar) -> None:
        if kind not in _KINDS:
            raise Wrong(f"the section has the unknown kind {quoted(kind)}", "write [group:children] or [group:vars]")
        self._kind = kind
        self._group = self._world.group(name, self._mistakes.place(at))
        if kind == "vars":
            said = f"the section gives variables to {quoted(name)}, and there is no such group"
            self._mentioned.setdefault(name, (at, said))
        else:
            self._declared.add(name)

    def _host(self, line: str, at: Scalar) -> None:
        words = self._words(line)
        if not words:
            return
        names, port = hosts_of(words[0])
        place = self._mistakes.place(at)
        for name in names:
            owner = self._world.host(name, self._group, place)
            if port is not None:
                owner.values["ansible_port"] = of_ini("ansible_port", port, place)
            for word in words[1:]:
                self._variable(owner, word, at)

    @staticmethod
    def _words(line: str) -> list[str]:
        if not _NEEDS_SHLEX.search(line):
            return line.split()
        try:
            return shlex.split(line, comments=True)
        except ValueError:
            raise Wrong("a quote in this line is not closed", "close it with the same quote") from None

    def _child(self, line: str, at: Scalar) -> None:
        found = _GROUP_LINE.fullmatch(line)
        if found is None:
            raise Wrong(f"{quoted(line)} can't be a group's name", "write one group a line")
        name = found[1]
        place = self._mistakes.place(at)
        if name == "all":
            raise Wrong("'all' can't be part of another group", "leave it out: it holds every group")
        self._mentioned.setdefault(name, (at, f"there is no group {quoted(name)}"))
        self._world.group(name, place)
        self._group.children.setdefault(name, place)

    def _variable(self, owner: Owner, text: str, at: Scalar) -> None:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals:
            # The word is not quoted: it may be the second half of a password.
            hint = "write name=value, with quotes around a value that holds spaces"
            raise Wrong("a word in this line is no variable with a value", hint)
        if is_wanted(name):
            owner.values[name] = of_ini(name, value.strip(), self._mistakes.place(at))
