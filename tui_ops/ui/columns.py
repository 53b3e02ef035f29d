"""The columns of the fleet table: what each shows, how wide it is, and which go first when room is short."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from tui_ops.model.ageing import STALE_AFTER_PERIODS
from tui_ops.model.clock import Stamp
from tui_ops.model.readings import SPARK_VALUES
from tui_ops.model.sparks import spark_series
from tui_ops.model.states import HostState, sign_of
from tui_ops.model.units import format_age, format_duration
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import Signs, fit, number, percent, rate, signs, spark, width_of
from tui_ops.ui.paint import LOOK_INK, Ink, Line, Span, sign_span

NAME_LEAST, NAME_MOST = 11, 30
"""A host's name takes what the longest of the fleet needs, within these."""

STATE_LEAST, STATE_MOST = 14, 44
"""A quarter of the width and what is left over: the reason is the one column that is read as a sentence."""

STATE_WISH, ESSENTIAL = 26, 6
"""Columns of a higher priority than this give way until a reason has so many cells: three or four words."""

SPARK_LEAST, SPARK_MOST = 5, 15
"""Cells of an hour: from twelve minutes a bar to four."""

REASON_LEAST = 14
"""Cells beside the state from which a reason that is cut still says something; with less the state stands alone."""

FULL_PERCENT = 100.0
GUTTER = 3
"""Cursor or mark, state glyph, a blank."""

NAMES_KEPT = 50_000
"""Names whose order is kept: ten thousand hosts and their parts are put in order again and again."""

TROUBLE_RANK = sign_of(HostState.STALE).rank
"""Hosts of this rank or lower ask for someone; ``z`` shows only those."""

Key = tuple[object, ...]

T = TypeVar("T")

MORE = 5
"""The priority from which on a column only tells more: what a list is about has its room before it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a cell needs to know besides its row."""

    ascii: bool
    minute: int
    """The present minute, where sparklines end."""

    @property
    def signs(self) -> Signs:
        """The signs of this terminal."""
        return signs(self.ascii)


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column of a list."""

    id: str
    """As in an address: ``sort=-cpu``, ``cpu>80``."""
    title: str
    least: int
    """Cells."""
    cell: Callable[[T, int, Look], Span]
    """Text and ink for a row, given the cells it may take."""
    key: Callable[[T], Key]
    """What it is sorted by, ascending; unknown values sort last either way."""
    priority: int = 0
    """Higher ones are dropped first; 0 is never dropped."""
    most: int = 0
    """Cells it may grow to; 0 leaves it at the least."""
    early: int = 0
    """Cells it may grow to before columns come that only tell more: those of :data:`MORE`."""
    right: bool = False
    wanted: Callable[[T], object] | None = None
    """Whether a row has something to show here; where no row has, the column is not drawn. None: always."""
    falling: bool = False
    """Whether the first sort on it has the highest value on top."""


def is_dim(row: HostRow) -> bool:
    """Return whether a row's numbers are late, so that they are dimmed."""
    return row.state not in (HostState.UP, HostState.MAINTENANCE)


def state_text(row: HostRow) -> str:
    """Return the state, or for what needs attention the reason beside it, in one text."""
    if row.state is HostState.UP:
        return row.reason or str(row.state)
    if not row.reason or row.reason == str(row.state):
        return str(row.state)
    return f"{row.state}: {row.reason}"


def triage(row: HostRow) -> int:
    """Return the rank of a row: the lowest is looked at first."""
    return sign_of(row.state, row.severity).rank


def needs_action(row: HostRow) -> bool:
    """Return whether someone should look at this host."""
    return triage(row) <= TROUBLE_RANK


def is_late(row: HostRow) -> bool:
    """Return whether the last reading has missed its turn, or there was none."""
    return row.age_s is None or row.age_s >= row.period_s * STALE_AFTER_PERIODS


def age_text(row: HostRow) -> str:
    """Return the age of a late reading in coarse steps; empty while it is fresh or was never taken."""
    return format_age(row.age_s) if row.age_s is not None and is_late(row) else ""


def _name(row: HostRow, width: int, _look: Look) -> Span:
    return fit(row.name, width), Ink.TEXT


def _state(row: HostRow, width: int, _look: Look) -> Span:
    sign = sign_of(row.state, row.severity)
    quiet = row.state is HostState.UP and not row.reason
    text = state_text(row)
    if width_of(text) > width and row.state is not HostState.UP and width - len(row.state) < REASON_LEAST:
        text = str(row.state)
    return fit(text, width), Ink.DIM if quiet else LOOK_INK[sign.look]


def _value(name: str, show: Callable[[float | None], str]) -> Callable[[HostRow, int, Look], Span]:
    def cell(row: HostRow, width: int, look: Look) -> Span:
        value = row.values.get(name)
        text = look.signs.unknown if value is None else show(value)
        return fit(text, width, right=True), Ink.DIM if value is None or is_dim(row) else Ink.TEXT

    return cell


def _net(row: HostRow, width: int, look: Look) -> Span:
    both = [row.values[name] for name in ("net_rx", "net_tx") if name in row.values]
    text = rate(sum(both)) if both else look.signs.unknown
    return fit(text, width, right=True), Ink.DIM if not both or is_dim(row) else Ink.TEXT


def spark_of(row: HostRow, name: str, width: int, look: Look, top: float = FULL_PERCENT) -> str:
    """Return the last hour of a headline value as bars; ``top`` 0 scales to the hour's own maximum."""
    if name not in SPARK_VALUES or not row.sparks:
        return look.signs.gap * width
    # While readings come in time, a line moves with them and not with the minute, when every line would be painted.
    end = max(look.minute, row.sparks_minute) if is_late(row) else row.sparks_minute
    series = spark_series(row.sparks, row.sparks_minute, name, end)
    highest = top or max((value for value in series if value == value), default=0.0)
    return spark(series, width, highest, look.signs)


def _hour(row: HostRow, width: int, look: Look) -> Span:
    return spark_of(row, "cpu", width, look), Ink.DIM


def _age(row: HostRow, width: int, _look: Look) -> Span:
    return fit(age_text(row), width, right=True), Ink.DIM


def _text(get: Callable[[HostRow], str]) -> Callable[[HostRow, int, Look], Span]:
    return lambda row, width, _look: (fit(get(row), width), Ink.DIM)


def _uptime(row: HostRow, width: int, look: Look) -> Span:
    up = row.values.get("uptime_s")
    return fit(look.signs.unknown if up is None else format_duration(up).split()[0], width, right=True), Ink.DIM


def _number_key(get: Callable[[HostRow], float | None]) -> Callable[[HostRow], Key]:
    def key(row: HostRow) -> Key:
        value = get(row)
        return (value is None, value or 0.0)

    return key


def _value_key(name: str) -> Callable[[HostRow], Key]:
    return _number_key(lambda row: row.values.get(name))


def _text_key(get: Callable[[HostRow], str]) -> Callable[[HostRow], Key]:
    return lambda row: (not get(row), get(row).lower())


@lru_cache(maxsize=NAMES_KEPT)
def natural(text: str) -> Key:
    """Return a sort key in which ``web-2`` comes before ``web-10``."""
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for char in text.lower() + "\0":
        if char.isdecimal() and char.isascii():
            digits += char
            continue
        if digits:
            parts.append((0, int(digits[:18]), ""))
            digits = ""
        parts.append((1, 0, char))
    return tuple(parts)


def by_name(row: HostRow) -> tuple[bool, Key]:
    """Return what hosts are ordered by where nothing else decides: their name, the engine itself at the end."""
    return row.is_engine, natural(row.name)


def _groups(row: HostRow) -> str:
    return ",".join(row.groups)


def _net_sum(row: HostRow) -> float | None:
    both = [row.values[name] for name in ("net_rx", "net_tx") if name in row.values]
    return sum(both) if both else None


COLUMNS: tuple[Column[HostRow], ...] = (
    Column("name", "HOST", NAME_LEAST, _name, lambda row: natural(row.name), most=NAME_MOST),
    Column("state", "STATE", STATE_LEAST, _state, lambda row: (triage(row),), most=STATE_MOST),
    Column("cpu", "CPU", 5, _value("cpu", percent), _value_key("cpu"), 1, right=True, falling=True),
    Column("hour", "1h", SPARK_LEAST, _hour, _value_key("cpu"), 6, most=SPARK_MOST, falling=True),
    Column("memory", "MEM", 5, _value("memory", percent), _value_key("memory"), 2, right=True, falling=True),
    Column("load", "LOAD", 5, _value("load1", number), _value_key("load1"), 5, right=True, falling=True),
    Column("disk", "DISK", 5, _value("disk", percent), _value_key("disk"), 3, right=True, falling=True,
           wanted=lambda row: "disk" in row.values),
    Column("net", "NET b/s", 7, _net, _number_key(_net_sum), 7, right=True, falling=True,
           wanted=lambda row: "net_rx" in row.values),
    Column("age", "AGE", 4, _age, _number_key(lambda row: row.age_s), 4, right=True, falling=True),
    Column("site", "SITE", 5, _text(lambda row: row.site), _text_key(lambda row: row.site), 8, most=12,
           wanted=lambda row: row.site),
    Column("uptime", "UP", 4, _uptime, _value_key("uptime_s"), 9, right=True,
           wanted=lambda row: "uptime_s" in row.values),
    Column("groups", "GROUPS", 8, _text(_groups), _text_key(_groups), 10, most=22, wanted=lambda row: row.groups),
    Column("os", "SYSTEM", 9, _text(lambda row: row.os), _text_key(lambda row: row.os), 11, most=26,
           wanted=lambda row: row.os),
    Column("address", "ADDRESS", 9, _text(lambda row: row.address), _text_key(lambda row: row.address), 12, most=24),
)  # fmt: skip
"""In the order in which they stand. HOST and STATE are never dropped."""

ALWAYS_SHOWN = frozenset({"name", "state"})
"""Columns that are neither dropped nor hidden."""

BY_ID: dict[str, Column[HostRow]] = {column.id: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A column with the width it got."""

    column: Column[T]
    width: int


def place(
    width: int, rows: Sequence[HostRow], name_width: int, hidden: Collection[str] = ()
) -> tuple[Placed[HostRow], ...]:
    """Return the columns that fit, in order, with their widths.

    Args:
        width: cells of the table.
        rows: all rows of the fleet, for what no host has.
        name_width: cells of the longest name.
        hidden: columns that the operator doesn't want; host and state always stand.
    """
    name = max(NAME_LEAST, min(NAME_MOST, name_width, max(NAME_LEAST, width // 4)))
    state = max(STATE_LEAST, min(STATE_MOST, width // 4))
    usable = [
        column
        for column in COLUMNS
        if column.id not in hidden and (column.wanted is None or any(map(column.wanted, rows)))
    ]
    room = width - GUTTER - name - state - 1
    chosen = {"name": name, "state": state}
    for column in sorted(usable, key=lambda one: one.priority):
        if column.id in chosen:
            continue
        spare = STATE_WISH - state if column.priority > ESSENTIAL else 0
        if room < column.least + 1 + max(0, spare):
            break
        chosen[column.id] = column.least
        room -= column.least + 1
    kept = [column for column in usable if column.id in chosen]
    for column in sorted(kept, key=lambda one: one.priority):
        if column.most and column.id != "name":
            extra = min(room, column.most - chosen[column.id])
            chosen[column.id] += extra
            room -= extra
    return tuple(Placed(column, chosen[column.id]) for column in kept)


def heading(placed: Sequence[Placed[T]], ink: Ink = Ink.DIM) -> Line:
    """Return the line of titles."""
    spans: list[Span] = [(" " * GUTTER, ink)]
    for one in placed:
        spans.append((fit(one.column.title, one.width, right=one.column.right), ink))
        spans.append((" ", ink))
    return tuple(spans)


def draw(row: HostRow, placed: Sequence[Placed[HostRow]], look: Look, here: bool, marked: bool) -> Line:
    """Return the line of a host."""
    marks = look.signs
    sign = marks.both if here and marked else marks.cursor if here else marks.mark if marked else " "
    spans: list[Span] = [(sign, Ink.ACCENT), sign_span(sign_of(row.state, row.severity), look.ascii), (" ", Ink.TEXT)]
    for one in placed:
        text, ink = one.column.cell(row, one.width, look)
        spans.append((text, Ink.TITLE if here and one.column.id == "name" else ink))
        spans.append((" ", Ink.TEXT))
    return tuple(spans)


def minute_of(present: Stamp) -> int:
    """Return the epoch minute of a moment."""
    return int(present.at // 60)


def longest_name(rows: Sequence[HostRow]) -> int:
    """Return the cells of the longest host name."""
    return max((width_of(row.name) for row in rows), default=NAME_LEAST)
