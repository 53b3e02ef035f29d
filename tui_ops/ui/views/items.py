"""Lists of parts of hosts: each part is one row with its facts, drawn in columns that say which fact they show."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from tui_ops.model.address import Value
from tui_ops.model.ageing import STALE_AFTER_PERIODS, UNKNOWN_AFTER_PERIODS
from tui_ops.model.states import STATE_SIGNS, HostState, Severity, StateSign, sign_of
from tui_ops.model.units import format_age
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import fit, width_of
from tui_ops.ui.columns import GUTTER, MORE, Column, Look, Placed, is_dim, natural
from tui_ops.ui.facts import value_of
from tui_ops.ui.listing import Key, Listing, sort_stable
from tui_ops.ui.paint import LOOK_INK, Ink, Line, Span, sign_span

UNKNOWN_SIGN = replace(STATE_SIGNS[HostState.STALE], advice="")
"""A part of a host that is up, of which nothing is known: it could not be read, or so long ago that it says nothing."""

NAME_SHARE = 5
"""The part of a line, its fifth, that a name takes at least if it needs it."""


@dataclass(slots=True)
class Item:
    """A part of a host, or a place with hosts."""

    key: Key
    sign: StateSign
    facts: dict[str, Value]
    """By the ids of the columns; what is unknown is None."""
    row: HostRow | None = None
    """The host it is a part of."""
    rows: tuple[HostRow, ...] = ()
    """The hosts that acts on it work on."""
    in_need: bool = False
    """Whether someone should look at it."""
    order: tuple[object, ...] = ()
    """Where it stands among items of one sign."""
    late: bool = False
    """Whether its numbers are old."""
    words: str = field(default="", repr=False)
    """Its texts, in which bare words are looked for."""
    inks: dict[str, Ink] = field(default_factory=dict, repr=False)
    """Colours of facts that were chosen with them, by the column."""


def of_host(
    row: HostRow, part: str, severity: Severity, facts: dict[str, Value], age_s: float | None, period_s: float,
    order: tuple[object, ...],
) -> Item:  # fmt: skip
    """Return a part of a host as an item.

    A host that is not up gives its own sign: what is known of its parts is what was read last. What is older than
    thirty periods says nothing any more, and is never shown as good.

    Args:
        row: the host.
        part: its name within the host.
        severity: judgement of the part.
        facts: by column.
        age_s: of its reading in seconds; None where it was never read.
        period_s: how often it is read, in seconds.
        order: where it stands among its like.
    """
    known = age_s is not None and age_s <= UNKNOWN_AFTER_PERIODS * period_s
    late = age_s is None or age_s > STALE_AFTER_PERIODS * period_s
    bad = severity in (Severity.WARNING, Severity.CRITICAL)
    judged = severity if known else Severity.UNKNOWN
    own = UNKNOWN_SIGN if row.state is HostState.UP and judged is Severity.UNKNOWN else sign_of(row.state, judged)
    shown: dict[str, Value] = {
        "host": row.name, "site": row.site, **(facts if known else {key: _kept(facts[key]) for key in facts}),
        "age": age_s,
    }  # fmt: skip
    return Item(
        (row.id, part), own, shown, row, (row,), bad and known, (*order, natural(row.name), natural(part)), late,
        " ".join(str(value) for value in shown.values() if isinstance(value, str)),
    )  # fmt: skip


def _kept(value: Value) -> Value:
    """Return what of a part stays known when its reading is too old: its names."""
    return value if isinstance(value, str) else None


class ItemList(Listing[Item]):
    """Items by key.

    Args:
        columns: that they can be sorted by.
        triage: the order in words where no column was chosen.
    """

    def __init__(self, columns: Sequence[Column[Item]], triage: str) -> None:
        super().__init__()
        self.triage = triage
        self.taken = 0
        """How often items were taken in: what is worked out over all of them holds until the next time."""
        self.columns = {column.id: column for column in columns}

    def take(self, items: Sequence[Item]) -> None:
        """Take in all items that there are now."""
        self.rows = {item.key: item for item in items}
        self.marks &= self.rows.keys()
        self.taken += 1
        self.arrange()

    def in_need(self, row: Item) -> bool:
        """Return whether someone should look at it."""
        return row.in_need

    def value(self, row: Item, key: str) -> Value:
        """Return a fact of the item, or what its host has for the key."""
        if not key:
            return f"{row.words} {value_of(row.row, '')}" if row.row is not None else row.words
        if key in row.facts:
            return row.facts[key]
        return value_of(row.row, key) if row.row is not None else None

    def order(self, found: list[Key]) -> None:
        """Put items in order: by the column that was chosen, by what the filter says, or the worst first."""
        rows = self.rows
        found.sort(key=lambda key: rows[key].order)
        if self.sort is not None:
            column = self.sort
            sort_stable(found, lambda key: column.key(rows[key]), self.reversed)
        elif self.query.sort:
            for name, falling in reversed(self.query.sort):
                if name in self.columns:
                    by = self.columns[name]
                    sort_stable(found, lambda key, by=by: by.key(rows[key]), falling)  # type: ignore[misc]
        else:
            found.sort(key=lambda key: (not rows[key].in_need, rows[key].sign.rank), reverse=self.reversed)

    def targets(self) -> list[HostRow]:
        """Return the hosts of what is chosen, each once."""
        return list({row.id: row for item in self.chosen() for row in item.rows}.values())


# Columns --------------------------------------------------------------------------------------------------------------


def number_fact(
    id: str, title: str, width: int, show: Callable[[float], str], priority: int = 0, warn: float | None = None,
    soon: float | None = None,
) -> Column[Item]:  # fmt: skip
    """Return a column of numbers, aligned to the right, the highest first when it is sorted by.

    An item that has no such fact shows nothing there; one whose fact is not known (None) says so.

    Args:
        id: of the fact.
        title: over the column.
        width: cells.
        show: the number as people read it.
        priority: higher ones are dropped first; 0 is never dropped.
        warn: from this value on it is coloured.
        soon: up to this value it is coloured.
    """

    def cell(item: Item, width: int, look: Look) -> Span:
        value = item.facts.get(id)
        if not isinstance(value, int | float):
            return fit(look.signs.unknown if id in item.facts else "", width, right=True), Ink.DIM
        tells = (warn is not None and value >= warn) or (soon is not None and value <= soon)
        ink = Ink.WARN if tells else Ink.DIM if is_old(item) or not value else Ink.TEXT
        return fit(show(value), width, right=True), ink

    def key(item: Item) -> tuple[object, ...]:
        value = item.facts.get(id)
        return (not isinstance(value, int | float), value if isinstance(value, int | float) else 0.0)

    return Column(id, title, width, cell, key, priority, right=True, falling=True)


def text_fact(
    id: str, title: str, least: int, most: int = 0, priority: int = 0, ink: Ink | None = Ink.DIM, early: int = 0
) -> Column[Item]:
    """Return a column of texts.

    Args:
        id: of the fact.
        title: over the column.
        least: cells.
        most: cells it may grow to.
        priority: higher ones are dropped first; 0 is never dropped.
        ink: None takes the colour of the item's sign where it needs someone.
        early: cells it may grow to before columns come that only tell more.
    """

    def cell(item: Item, width: int, _look: Look) -> Span:
        text = str(item.facts.get(id) or "")
        own = ink if ink is not None else LOOK_INK[item.sign.look] if item.in_need else Ink.DIM
        return fit(text, width), own

    def key(item: Item) -> tuple[object, ...]:
        text = str(item.facts.get(id) or "")
        return (not text, natural(text))

    return Column(id, title, least, cell, key, priority, most=most, early=early, wanted=lambda item: item.facts.get(id))


def age_fact(priority: int) -> Column[Item]:
    """Return the column of ages: empty while fresh."""

    def cell(item: Item, width: int, _look: Look) -> Span:
        age = item.facts.get("age")
        return fit(format_age(age) if item.late and isinstance(age, int | float) else "", width, right=True), Ink.DIM

    shown = number_fact("age", "AGE", 4, format_age, priority)
    return Column("age", "AGE", 4, cell, shown.key, priority, right=True, falling=True)


def is_old(item: Item) -> bool:
    """Return whether an item's numbers are dimmed."""
    return item.late or (item.row is not None and is_dim(item.row))


def place_items(width: int, columns: Sequence[Column[Item]], items: Sequence[Item]) -> tuple[Placed[Item], ...]:
    """Return the columns that fit, in order, with their widths; texts take what the longest needs."""
    usable = [column for column in columns if column.wanted is None or any(map(column.wanted, items)) or not items]
    longest = {
        column.id: max((width_of(str(item.facts.get(column.id) or "")) for item in items), default=0)
        for column in usable
        if column.most
    }
    chosen: dict[str, int] = {}
    room = width - GUTTER
    ordered = sorted(usable, key=lambda one: one.priority)
    for column in ordered:
        if column.priority >= MORE:
            room -= _grow(chosen, ((one, min(one.early, longest.get(one.id, 0))) for one in ordered), room)
        if column.priority and room < column.least + 1:
            break
        # What names a thing has its whole name before further columns come, up to a share of the line.
        names = not column.priority and column.most
        wish = min(longest[column.id], column.most, width // NAME_SHARE) if names else 0
        chosen[column.id] = max(column.least, wish)
        room -= chosen[column.id] + 1
    _grow(chosen, ((one, min(one.most, longest.get(one.id, 0))) for one in ordered), room)
    return tuple(Placed(column, chosen[column.id]) for column in usable if column.id in chosen)


def _grow(chosen: dict[str, int], wishes: Iterable[tuple[Column[Item], int]], room: int) -> int:
    """Let columns that were chosen have as many cells as they wish and as there is room; return how many that took."""
    taken = 0
    for column, wish in wishes:
        if column.id in chosen:
            extra = max(0, min(room - taken, wish - chosen[column.id]))
            chosen[column.id] += extra
            taken += extra
    return taken


def draw_item(item: Item, placed: Sequence[Placed[Item]], look: Look, here: bool, marked: bool) -> Line:
    """Return the line of an item."""
    marks = look.signs
    sign = marks.both if here and marked else marks.cursor if here else marks.mark if marked else " "
    spans: list[Span] = [(sign, Ink.ACCENT), sign_span(item.sign, look.ascii), (" ", Ink.TEXT)]
    for index, one in enumerate(placed):
        text, ink = one.column.cell(item, one.width, look)
        spans.append((text, Ink.TITLE if here and index == 0 else ink))
        spans.append((" ", Ink.TEXT))
    return tuple(spans)
