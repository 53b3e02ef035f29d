"""Patterns that stand for hosts: a name, a range, ``web-*``, ``group:web``, ``site:lon1``, ``label:tier=1``."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate

from tui_ops.inventory.errors import quoted
from tui_ops.inventory.ranges import count, expand
from tui_ops.inventory.wrong import Wrong

EXPANSIONS_MAX = 100_000
"""Names that the patterns of one file may stand for: every host in ten groups or services."""

COMPARISONS_MAX = 3_000_000
"""Names that are held against wildcards in one file, about a second."""

_JOIN_HINTS = {
    "group": "a host joins by 'groups: [NAME]'",
    "site": "a host says where it is by 'site: NAME'",
    "label": "write 'label:NAME=VALUE'; a host has it by 'labels: {NAME: VALUE}'",
}
"""What may stand before the colon, and how a host comes to belong to it."""


class Matcher:
    """Finds hosts by pattern.

    Args:
        names: all hosts, in the order of the file.
        suggest: gives a "did you mean" for a word and the options.
    """

    def __init__(self, names: Iterable[str], suggest: Callable[[str, Iterable[str]], str]) -> None:
        self._order = {name: at for at, name in enumerate(names)}
        self._suggest = suggest
        self._sets: dict[str, dict[str, list[str]]] = {kind: {} for kind in _JOIN_HINTS}
        self._expansions_left = EXPANSIONS_MAX
        self._comparisons_left = COMPARISONS_MAX

    def join(self, kind: str, name: str, host: str) -> None:
        """Note that ``host`` belongs to a ``group`` or ``site``, or has a ``label`` (``NAME=VALUE``)."""
        self._sets[kind].setdefault(name, []).append(host)

    def match(self, pattern: str) -> list[str]:
        """Return the hosts that ``pattern`` stands for, at least one.

        Raises:
            Wrong: where there is none, or the pattern is not right.
        """
        kind, colon, name = pattern.partition(":")
        if colon and kind in _JOIN_HINTS:
            return self._of_set(kind, name)
        self._spend(count(pattern))
        found: list[str] = []
        for text in expand(pattern):
            if "*" in text or "?" in text:
                found.extend(self._by_wildcard(text))
            elif text in self._order:
                found.append(text)
            else:
                hint = self._suggest(text, self._order) or "hosts are declared below 'hosts:'"
                raise Wrong(f"there is no host {quoted(text)}", hint)
        return found

    def ordered(self, found: Iterable[str]) -> tuple[str, ...]:
        """Return each host once, in the order of the file."""
        return tuple(sorted(set(found), key=self._order.__getitem__))

    def _of_set(self, kind: str, name: str) -> list[str]:
        members = self._sets[kind].get(name)
        if not members:
            hint = self._suggest(name, self._sets[kind]) or _JOIN_HINTS[kind]
            verb = "has" if kind == "label" else "belongs to"
            raise Wrong(f"no host {verb} the {kind} {quoted(name)}", hint)
        self._spend(len(members))
        return members

    def _by_wildcard(self, text: str) -> list[str]:
        self._comparisons_left -= len(self._order)
        if self._comparisons_left < 0:
            raise Wrong("there are too many patterns with '*' in this file", "use groups: 'group:NAME'")
        fits = re.compile(translate(text)).match
        found = [name for name in self._order if fits(name)]
        if not found:
            raise Wrong(f"no host fits {quoted(text)}", "hosts are declared below 'hosts:'")
        self._spend(len(found))
        return found

    def _spend(self, names: int) -> None:
        self._expansions_left -= names
        if self._expansions_left < 0:
            raise Wrong(
                f"the patterns of this file stand for more than {EXPANSIONS_MAX:,} hosts",
                "use wider patterns, fewer times",
            )
