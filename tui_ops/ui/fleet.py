"""The hosts as the table shows them: filtered, sorted, grouped, with a cursor and marks that stay with their host."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import cast

from tui_ops.model.address import Value
from tui_ops.model.states import HostState, Look, Severity, StateSign, sign_of
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.columns import BY_ID, TROUBLE_RANK, longest_name, natural, needs_action
from tui_ops.ui.facts import value_of
from tui_ops.ui.groups import Group, Grouping, grouped
from tui_ops.ui.listing import Key, Listing, sort_stable


class FleetModel(Listing[HostRow]):
    """Hosts by id. In triage nothing that changes with every reading decides, so that rows stand still until a state
    changes."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.name_width = longest_name(())
        self.counts: list[tuple[StateSign, int]] = []
        """How many hosts there are of each kind, those that are up first and then the worst first."""
        self.in_trouble = 0
        """Hosts that need action."""
        self.hidden: set[str] = set()
        """Columns that the operator doesn't want."""
        self.grouping = Grouping.NONE
        self.groups: dict[Key, Group] = {}
        """The group rows that stand in the list, by their line."""
        self._toggled: set[Key] = set()
        """Groups that an operator folded, or unfolded where they begin folded."""
        self._homes: dict[Key, Key] = {}
        """Host to the group row it stands under."""
        self._places: dict[str, int] = {}
        """Host name to its place among all names, so that sorting compares whole numbers."""

    def take(self, rows: Iterable[HostRow], whole: bool) -> None:
        """Take in rows that were read.

        Args:
            rows: those that changed, or all of them.
            whole: whether they are all of the fleet, so that others have left it.
        """
        taken: dict[Key, HostRow] = {row.id: row for row in rows}
        if whole:
            self.rows = taken
            self.marks &= taken.keys()
            self.anchor = self.anchor if self.anchor in taken else None
        else:
            self.rows.update(taken)
        if any(row.name not in self._places for row in taken.values()) or len(self._places) > len(self.rows):
            names = sorted({row.name for row in self.rows.values()}, key=natural)
            self._places = {name: place for place, name in enumerate(names)}
        self.version = max((row.version for row in taken.values()), default=self.version)
        self.name_width = longest_name(tuple(self.rows.values()))
        self.arrange()

    def arrange(self) -> None:
        """Filter, sort and group again."""
        self._count()
        super().arrange()

    def _count(self) -> None:
        kinds = Counter((row.state, row.severity) for row in self.rows.values())
        counted: Counter[str] = Counter()
        worst: dict[str, StateSign] = {}
        self.in_trouble = 0
        for (state, severity), count in kinds.items():
            sign = sign_of(state, severity)
            counted[sign.summary] += count
            self.in_trouble += count if sign.rank <= TROUBLE_RANK else 0
            known = worst.setdefault(sign.summary, sign)
            if (sign.rank, sign.look is not Look.BAD) < (known.rank, known.look is not Look.BAD):
                worst[sign.summary] = sign
        order = sorted(counted, key=lambda name: (name != "up", worst[name].rank))
        self.counts = [(worst[name], counted[name]) for name in order]

    def in_need(self, row: HostRow) -> bool:
        """Return whether someone should look at this host."""
        return needs_action(row)

    def value(self, row: HostRow, key: str) -> Value:
        """Return what a host has for a key of an address."""
        return value_of(row, key)

    def order(self, found: list[Key]) -> None:
        """Put hosts in order: by the column that was chosen, by what the filter says, or by triage."""
        rows, places = self.rows, self._places
        if self.sort is not None or self.query.sort:
            found.sort(key=lambda host: places[rows[host].name])
        if self.sort is not None:
            column = self.sort
            sort_stable(found, lambda host: column.key(rows[host]), self.reversed)
            return
        if self.query.sort:
            for name, falling in reversed(self.query.sort):
                if name in BY_ID:
                    by = BY_ID[name]
                    sort_stable(found, lambda host, by=by: by.key(rows[host]), falling)  # type: ignore[misc]
            return
        sign = -1 if self.reversed else 1
        found.sort(key=lambda host: (sign * urgency(rows[host].state, rows[host].severity), places[rows[host].name]))

    # Groups -------------------------------------------------------------------------------------------------------

    def laid_out(self) -> list[Key]:
        """Return the lines: hosts, and the rows of their groups."""
        rows = [self.rows[host] for host in self.shown]
        parts = grouped(rows, self.grouping, searching=bool(self.query.terms))
        self.groups = {part.key: part for part in parts if isinstance(part, Group)}
        self._homes = {}
        if not self.groups:
            return self.shown
        lines: list[Key] = []
        for part in parts:
            if isinstance(part, HostRow):
                lines.append(part.id)
                continue
            lines.append(part.key)
            self._homes.update((row.id, part.key) for row in part.rows)
            if not self.is_folded(part):
                lines += [row.id for row in part.rows]
        return lines

    def behind(self, line: Key) -> Sequence[Key]:
        """Return the hosts that a line stands for."""
        group = self.groups.get(line)
        return (line,) if group is None else tuple(row.id for row in group.rows)

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
        self.arrange()
        return True

    def fold_all(self) -> None:
        """Fold every group, or unfold all where all are folded."""
        wanted = not all(map(self.is_folded, self.groups.values()))
        for group in self.groups.values():
            if self.is_folded(group) != wanted:
                self._toggled ^= {group.key}
        self.arrange()

    # What the desk asks -------------------------------------------------------------------------------------------

    def row_at(self, index: int) -> HostRow | None:
        """Return the host on a line of the list; None where a group stands, or nothing."""
        return self.rows.get(self.lines[index]) if 0 <= index < len(self.lines) else None

    def go_to_name(self, name: str) -> bool:
        """Put the cursor on a host, unfolding its group; tell whether it is in the list."""
        found = next((host for host in self.shown if self.rows[host].name == name), None)
        if found is None:
            return False
        home = self._homes.get(found)
        if home is not None and self.is_folded(self.groups[home]):
            self._toggled ^= {home}
            self.arrange()
        self.cursor = found
        return True

    def targets(self) -> list[HostRow]:
        """Return what an act would work on: the marks in list order, or what the cursor's line stands for."""
        return self.chosen()

    def ids(self) -> list[int]:
        """Return the hosts that the filter shows, in order."""
        return cast("list[int]", self.shown)


@lru_cache(maxsize=64)
def urgency(state: HostState, severity: Severity) -> int:
    """Return a number that is the lower, the sooner someone should look."""
    return 2 * sign_of(state, severity).rank + (severity is not Severity.CRITICAL)
