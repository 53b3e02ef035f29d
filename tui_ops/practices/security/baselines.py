"""What is meant to be on a host: listeners, keys, programs that lend rights, sources of logins. Pure.

The first whole reading of a host sets it; afterwards only a person takes something into it. A program that lends rights
and that no package brought is taken by a person alone: whoever put it there may have been before us.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from tui_ops.model.facts import Fields
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.verdict import YES, Verdict, no
from tui_ops.practices.security import reach

LISTENERS, KEYS, SUID, SOURCES = "listeners", "keys", "suid", "sources"

KINDS: Mapping[str, str] = {LISTENERS: "sockets", KEYS: "authkeys", SUID: "suid", SOURCES: "logins"}
"""Each kind to the topic that it is made of."""

ITEMS_MOST = 2_000
"""Names of one baseline: as many as the largest topic has."""

_SUID = "suid "


@dataclass(frozen=True, slots=True)
class Whole:
    """A topic as it was read."""

    items: Mapping[str, Fields]
    unread: tuple[str, ...] = ()
    cut: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all of it was looked at."""
        return not self.unread and not self.cut


def names_in(kind: str, items: Iterable[str]) -> list[str]:
    """Return the names that a baseline of some kind takes from the items of its topic; not of sources, which are rows.

    Args:
        kind: of the baseline.
        items: names of the items.
    """
    if kind == LISTENERS:
        found = [name for name in items if (told := reach.parse_socket(name)) and reach.is_outer(told[1])]
    elif kind == SUID:
        found = [name.removeprefix(_SUID) for name in items if name.startswith(_SUID)]
    else:
        found = list(items)
    return sorted(found)[:ITEMS_MOST]


def first_names_in(kind: str, items: Mapping[str, Fields]) -> list[str] | None:
    """Return the names that the first whole reading sets a baseline to.

    Args:
        kind: of the baseline; not of sources, which are rows.
        items: of its topic.

    Returns:
        Of programs that lend rights, those that a package brought; None, and so no baseline, where the host does not
        say of each whether one did.
    """
    if kind != SUID:
        return names_in(kind, items)
    brought = {name: fields.get("packaged") for name, fields in items.items() if name.startswith(_SUID)}
    if not all(isinstance(one, bool) for one in brought.values()):
        return None
    return names_in(kind, (name for name, is_brought in brought.items() if is_brought))


def differing(before: Iterable[str], now: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what would be new in a baseline, and what would go."""
    old, new = set(before), set(now)
    return sorted(new - old), sorted(old - new)


ALL = "all"

WHICH = (*KINDS, ALL)
"""What of a host can be taken as it is."""


class Addressed(Protocol):
    """What the rule looks at; a row of the fleet table is one."""

    @property
    def address(self) -> str:
        """``local``, a name or an address."""


def may_take(host: Addressed) -> Verdict:
    """Whatever is read of a host can be taken as it is; of the engine itself no such facts are read."""
    return no("this is the engine itself") if host.address == ENGINE_ADDRESS else YES
