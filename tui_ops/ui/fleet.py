"""The hosts as the table shows them: filtered, sorted, grouped, with a cursor and marks that stay with their host."""

import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from typing import cast

from tui_ops.model.address import Value
from tui_ops.model.clock import Stamp
from tui_ops.model.states import HostState, Severity, StateSign, sign_of
from tui_ops.store.views.hosts import reage
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.columns import BY_ID, TROUBLE_RANK, age_text, by_name, longest_name, needs_action
from tui_ops.ui.facts import value_of
from tui_ops.ui.groups import Group, Grouping, grouped, home_of, kinds_of
from tui_ops.ui.listing import Key, Listing, sort_stable

AGES = frozenset({"age", "age_s"})
"""Keys of an address whose values change while nothing is read."""

REORDER_S = 2.0
"""Where numbers decide, hosts change places at most so often: a list that is read has to stand for a moment, and on a
slow line every change of places paints all of it. What changes its state does so at once."""

Way = tuple[Callable[[HostRow], tuple[object, ...]], bool]
"""What hosts are sorted by, and whether the highest stands first."""


class FleetModel(Listing[HostRow]):
    """Hosts by id, in the order of their names.

    Readings that change nothing of what decides where a host stands leave the list as it is, and cost next to nothing.
    In triage no number decides, so that rows stand still until a state changes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.name_width = longest_name(())
        self.counts: list[tuple[StateSign, int]] = []
        """How many hosts there are of each kind, those that are up first and then the worst first."""
        self._kinds: Counter[tuple[HostState, Severity]] = Counter()
        self.in_trouble = 0
        """Hosts that need action."""
        self.hidden: set[str] = set()
        """Columns that the operator doesn't want."""
        self.grouping = Grouping.NONE
        self.groups: dict[Key, Group] = {}
        """The group rows that stand in the list, by their line."""
        self._toggled: set[Key] = set()
        """Groups that an operator folded, or unfolded where they begin folded."""
        self._named: dict[str, Key] = {}
        self._homes: dict[Key, Key] = {}
        """Host to the group row it stands under."""
        self._stirred = False
        """Whether hosts would stand elsewhere by the numbers that were read since they were put in their places."""
        self._stood_at = 0.0
        """When that was, by the monotonic clock."""

    def take(self, rows: Iterable[HostRow], whole: bool) -> None:
        """Take in rows that were read.

        Args:
            rows: those that changed, or all of them.
            whole: whether they are all of the fleet, so that others have left it.
        """
        taken: dict[Key, HostRow] = {row.id: row for row in rows}
        known = self.rows
        self.version = max((row.version for row in taken.values()), default=self.version)
        if whole or any(key not in known or known[key].name != row.name for key, row in taken.items()):
            self._take_names(taken if whole else {**known, **taken})
            return
        pairs = [(known[key], row) for key, row in taken.items()]
        told = any(self._tells(before) != self._tells(row) for before, row in pairs)
        self._stirred = self._stirred or any(self._ranks(before) != self._ranks(row) for before, row in pairs)
        known.update(taken)
        if told:
            self._count()
        if told or (self._stirred and time.monotonic() - self._stood_at >= REORDER_S):
            self.arrange()

    def _take_names(self, rows: dict[Key, HostRow]) -> None:
        """Take in all hosts there are now: some have come, gone or another name."""
        self.rows = dict(sorted(rows.items(), key=lambda one: by_name(one[1])))
        self._named = {row.name: key for key, row in self.rows.items()}
        self.marks &= rows.keys()
        self.anchor = self.anchor if self.anchor in rows else None
        self.name_width = longest_name(tuple(rows.values()))
        self._count()
        self.arrange()

    def stand(self, found: list[Key]) -> None:
        """Let hosts stand in the list in this order."""
        self._stirred, self._stood_at = False, time.monotonic()
        super().stand(found)

    def _tells(self, row: HostRow) -> tuple[object, ...]:
        """Return how a host is counted, and under what it stands: where that changes, the list changes at once."""
        home = self._home(row)
        return (row.state, row.severity, home, row.reason if home and self.grouping is Grouping.NONE else "")

    def _ranks(self, row: HostRow) -> tuple[object, ...]:
        """Return whether the filter lets a host through, and what it is sorted by."""
        return (self.passes(row), *(way(row) for way, _ in self._ways()))

    def grow_older(self, present: Stamp) -> None:
        """Let time pass: hosts grow stale, maintenances begin and end, all ages are others."""
        changed = reage(self.rows.values(), present)
        if changed:
            self._count()
        if changed or self._stirred or not AGES.isdisjoint(self._keys()):
            self.arrange()

    def _keys(self) -> set[str]:
        """Return the keys that decide by the filter and the order."""
        order = {self.sort.id} if self.sort is not None else {key for key, _ in self.query.sort}
        return order | {term.key for term in self.query.terms}

    def _count(self) -> None:
        self._kinds = Counter([(row.state, row.severity) for row in self.rows.values() if row.counts])
        self.in_trouble = sum(count for kind, count in self._kinds.items() if sign_of(*kind).rank <= TROUBLE_RANK)
        self.counts = sorted(kinds_of(self._kinds), key=lambda one: one[0].summary != "up")

    @property
    def with_engine(self) -> bool:
        """Whether the engine itself is one of the rows; it is not one of the hosts that are counted."""
        last = next(reversed(self.rows.values()), None)
        return last is not None and last.is_engine

    def in_state(self, *states: HostState) -> int:
        """Return how many hosts are in one of these states."""
        return sum(count for (state, _severity), count in self._kinds.items() if state in states)

    def in_need(self, row: HostRow) -> bool:
        """Return whether someone should look at this host."""
        return needs_action(row)

    def look_of(self, row: HostRow) -> Hashable:
        """Return what of a host time alone changes."""
        return (row.state, row.reason, row.severity, not row.values, age_text(row))

    def value(self, row: HostRow, key: str) -> Value:
        """Return what a host has for a key of an address."""
        return value_of(row, key)

    def order(self, found: list[Key]) -> None:
        """Put hosts, which come by name, in order: by the column that was chosen, by the filter, or by triage."""
        rows = self.rows
        for way, falling in reversed(self._ways()):
            sort_stable(found, lambda host, way=way: way(rows[host]), falling)  # type: ignore[misc]

    def _ways(self) -> list[Way]:
        if self.sort is not None:
            return [(self.sort.key, self.reversed)]
        if self.query.sort:
            return [(BY_ID[name].key, falling) for name, falling in self.query.sort if name in BY_ID]
        return [(urgency, self.reversed)]

    # Groups -------------------------------------------------------------------------------------------------------

    def laid_out(self) -> list[Key]:
        """Return the lines: hosts, and the rows of their groups."""
        self.groups, self._homes = {}, {}
        if self.grouping is Grouping.NONE and not self.in_state(HostState.UNREACHABLE):
            return self.shown
        homes = {host: self._home(self.rows[host]) for host in self.shown}
        parts = grouped(self.shown, self.rows, homes, self.grouping)
        self.groups = {part.key: part for part in parts if isinstance(part, Group)}
        lines: list[Key] = []
        for part in parts:
            if not isinstance(part, Group):
                lines.append(part)
                continue
            lines.append(part.key)
            self._homes.update(dict.fromkeys(part.hosts, part.key))
            if not self.is_folded(part):
                lines += part.hosts
        return lines

    def _home(self, row: HostRow) -> str:
        return home_of(row, self.grouping, bool(self.query.terms))

    def behind(self, line: Key) -> Sequence[Key]:
        """Return the hosts that a line stands for."""
        group = self.groups.get(line)
        return (line,) if group is None else group.hosts

    def instead(self, cursor: Key) -> Key | None:
        """Return the group row of a host that is folded away."""
        return self._homes.get(cursor)

    def is_folded(self, group: Group) -> bool:
        """Return whether only the group's row is shown."""
        return group.begins_folded != (group.key in self._toggled)

    @property
    def group_here(self) -> Group | None:
        """The group row under the cursor."""
        return None if self.cursor is None else self.groups.get(self.cursor)

    def group_by(self, grouping: Grouping) -> None:
        """Stand the hosts in groups, all of them unfolded, or in none."""
        self.grouping = grouping
        self._toggled.clear()
        self.arrange()

    def fold(self, folded: bool | None = None) -> bool:
        """Fold or unfold the group under the cursor, or the one its host stands in; tell whether there is one.

        Args:
            folded: what it shall be; None turns it.
        """
        home = self._homes.get(self.cursor) if self.group_here is None and self.cursor is not None else self.cursor
        group = self.groups.get(home) if home is not None else None
        if group is None:
            return False
        if folded is None or folded != self.is_folded(group):
            self._toggled ^= {group.key}
        self.lay_lines()
        return True

    def fold_all(self) -> None:
        """Fold every group, or unfold all where all are folded."""
        wanted = not all(map(self.is_folded, self.groups.values()))
        for group in self.groups.values():
            if self.is_folded(group) != wanted:
                self._toggled ^= {group.key}
        self.lay_lines()

    # What the desk asks -------------------------------------------------------------------------------------------

    def row_at(self, index: int) -> HostRow | None:
        """Return the host on a line of the list; None where a group stands, or nothing."""
        return self.rows.get(self.lines[index]) if 0 <= index < len(self.lines) else None

    def named(self, name: str) -> HostRow | None:
        """Return the host of a name; None where there is none."""
        key = self._named.get(name)
        return None if key is None else self.rows.get(key)

    def go_to_name(self, name: str) -> bool:
        """Put the cursor on a host, unfolding its group; tell whether it is in the list."""
        found = next((host for host in self.shown if self.rows[host].name == name), None)
        if found is None:
            return False
        home = self._homes.get(found)
        if home is not None and self.is_folded(self.groups[home]):
            self._toggled ^= {home}
            self.lay_lines()
        self.cursor = found
        return True

    def targets(self) -> list[HostRow]:
        """Return what an act would work on: the marks in list order, or what the cursor's line stands for."""
        return self.chosen()

    def ids(self) -> list[int]:
        """Return the hosts that the filter shows, in order."""
        return cast("list[int]", self.shown)


def urgency(row: HostRow) -> tuple[object, ...]:
    """Return what triage sorts by: the sooner someone should look, the lower."""
    return _urgency(row.state, row.severity)


@lru_cache(maxsize=64)
def _urgency(state: HostState, severity: Severity) -> tuple[object, ...]:
    return (False, sign_of(state, severity).rank, severity is not Severity.CRITICAL)
