"""The calendar of changes: days across; freezes, windows and changes as bars, what has a conflict marked."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from tui_ops.model.changes import LIVE_STATES, ChangeState, Start
from tui_ops.model.changing import Window
from tui_ops.model.clock import local_time
from tui_ops.model.states import Look as Colour
from tui_ops.model.states import StateSign
from tui_ops.practices.changes.calendar import openings
from tui_ops.practices.changes.conflicts import LENGTH_S
from tui_ops.store.views.changerows import ChangeRow, FreezeRow
from tui_ops.ui.cells import Signs, fit, safe
from tui_ops.ui.changes.days import Bar, Days, cells_for, drawn, heading, month_of, week_of
from tui_ops.ui.changes.signs import change_sign, state_word
from tui_ops.ui.changes.words import day_time
from tui_ops.ui.columns import GUTTER, Column, Look
from tui_ops.ui.desk import Desk
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, labelled, wrapped
from tui_ops.ui.views.changes import PlannedPane
from tui_ops.ui.views.incidents import MINUTE_S
from tui_ops.ui.views.items import Item, text_fact

FREEZE = StateSign("◆", "m", Colour.HELD, 0, "freeze", "")
WINDOW = StateSign("·", "-", Colour.MUTED, 0, "window", "")
CONFLICT = StateSign("▲", "!", Colour.WARN, 0, "conflict", "")
BLOCKED = StateSign("✖", "X", Colour.BAD, 0, "blocked", "")

NAME, TITLE_LEAST = 8, 15
"""Cells of a name, and of a title at least; the days have the others."""

CALENDAR_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "NAME", NAME, ink=Ink.TEXT), text_fact("title", "TITLE", TITLE_LEAST, most=40),
    text_fact("when", "WHEN", 12, most=24), text_fact("kind", "KIND", 7),
)  # fmt: skip
"""What it can be sorted and narrowed by; the days themselves are drawn."""


class CalendarPane(PlannedPane):
    """The calendar.

    Args:
        desk: that knows changes, windows and freezes.
    """

    name = "calendar"
    one = "line"
    triage = "conflict, kind, time"
    columns_of = CALENDAR_COLUMNS
    also = ("state", "host", "conflict", "owner")
    nouns = ("change", "freeze")
    well = "no conflict in these days"
    nothing = "nothing in these days: no change has a time here, and the inventory has no window and no freeze"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.offset = 0
        """Weeks or months from the present one."""
        self.by_month = False
        self._bars: dict[Key, list[Bar]] = {}
        self._cells, self._title = 1, TITLE_LEAST

    @property
    def days(self) -> Days:
        """The days that are shown."""
        return (month_of if self.by_month else week_of)(self.desk.present.at, self.offset)

    def move(self, by: int) -> None:
        """Show other weeks or months: so many later; 0 goes back to the present one."""
        self.offset = self.offset + by if by else 0
        self.take((), self.desk)

    def turn(self) -> None:
        """Show a month in the place of a week, or a week again."""
        self.by_month, self.offset = not self.by_month, 0
        self.take((), self.desk)

    # The lines ----------------------------------------------------------------------------------------------------

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Make the lines anew."""
        del found
        self._bars = {}
        edges = self.days.edges
        items = [*self._frozen(edges[0], edges[-1]), *self._windows(edges[0], edges[-1]),
                 *self._changes(edges[0], edges[-1])]  # fmt: skip
        super().take(items, desk)

    def _frozen(self, begin: float, end: float) -> Iterator[Item]:
        marks, spec = self.desk.signs, self.desk.around.spec
        for window in spec.windows:
            if window.freeze:
                spans = openings(window, begin, end, spec.holidays, spec.timezone)
                yield from self._spans(("freeze", window.name), window, spans, FREEZE, _thick(marks), Ink.HELD)
        for row in self.desk.around.freezes:
            if row.begins_at < end and row.ends_at > begin:
                ink = Ink.DIM if row.proposed else Ink.HELD
                self._bars[("made", row.id)] = [Bar(row.begins_at, row.ends_at, _thick(marks), ink)]
                yield self._made(row)

    def _made(self, row: FreezeRow) -> Item:
        word = "proposed" if row.proposed else "freeze"
        when = f"{_span(row.begins_at, row.ends_at, self.desk.present.at)}"
        facts: dict[str, Any] = {"name": row.name, "title": row.title, "when": when, "kind": word, "state": word,
                                 "owner": row.by, "reason": row.reason}  # fmt: skip
        return Item(("made", row.id), FREEZE, facts, order=(0, row.begins_at, row.id),
                    words=f"{row.name} {row.title} {word} {row.by}")  # fmt: skip

    def _windows(self, begin: float, end: float) -> Iterator[Item]:
        spec, marks = self.desk.around.spec, self.desk.signs
        for window in spec.windows:
            if not window.freeze:
                spans = openings(window, begin, end, spec.holidays, spec.timezone)
                yield from self._spans(("window", window.name), window, spans, WINDOW, marks.rule, Ink.GOOD)

    def _spans(
        self, key: Key, window: Window, spans: Sequence[tuple[float, float]], sign: StateSign, fill: str, ink: Ink
    ) -> Iterator[Item]:  # fmt: skip
        if not spans:
            return
        self._bars[key] = [Bar(first, last, fill, ink) for first, last in spans]
        of = "all hosts" if not window.hosts else f"{len(window.hosts)} hosts"
        facts: dict[str, Any] = {
            "name": sign.summary, "title": f"{window.name}", "when": _span(*spans[0], self.desk.present.at),
            "kind": sign.summary, "state": sign.summary, "host": tuple(sorted(window.hosts)),
            "reason": window.reason, "of": of,
        }  # fmt: skip
        yield Item(key, sign, facts, order=(0 if window.freeze else 1, spans[0][0], window.name),
                   words=f"{window.name} {sign.summary} {window.reason}")  # fmt: skip

    def _changes(self, begin: float, end: float) -> Iterator[Item]:
        for row in self.desk.changes.rows.values():
            span = self._time_of(row)
            if span is not None and span[0] < end and span[1] > begin and row.state is not ChangeState.CANCELLED:
                yield self._change(row, *span)

    def _time_of(self, row: ChangeRow) -> tuple[float, float] | None:
        """Return when a change runs, or ran; None where that is not known."""
        at = self.desk.present.at
        if row.began_at is not None:
            return row.began_at, row.ended_at or max(at, row.ends_at or at)
        if row.starts_at is not None:
            return row.starts_at, row.ends_at or row.starts_at + LENGTH_S
        window = next((one for one in self.desk.around.spec.windows if one.name == row.window), None)
        if row.start is not Start.WINDOW or window is None or not row.is_open:
            return None
        edges = self.days.edges
        spans = openings(window, max(at, edges[0]), max(at, edges[-1]), self.desk.around.spec.holidays)
        return spans[0] if spans else None

    def _change(self, row: ChangeRow, begins_at: float, ends_at: float) -> Item:
        live, open_ = row.state in LIVE_STATES, row.is_open and row.began_at is None
        blocked = open_ and any(one.blocks for one in row.conflicts)
        sign = BLOCKED if blocked else CONFLICT if open_ and row.conflicts else change_sign(row)
        ink = LOOK_INK[sign.look] if sign in (BLOCKED, CONFLICT) or live or not open_ else Ink.ACCENT
        if row.state is ChangeState.DRAFT and not row.conflicts:
            ink = Ink.DIM
        fill = self.desk.signs.bars[-1]
        self._bars[("change", row.id)] = [Bar(begins_at, ends_at, fill, ink)]
        facts: dict[str, Any] = {
            "name": row.name, "title": row.title, "when": _span(begins_at, ends_at, self.desk.present.at),
            "kind": "change", "state": state_word(row), "host": row.hosts, "owner": row.owner,
            "conflict": "yes" if row.conflicts else "no",
        }  # fmt: skip
        words = " ".join((row.name, row.title, row.owner, *row.hosts, *row.services))
        return Item(("change", row.id), sign, facts, in_need=bool(open_ and row.conflicts),
                    order=(2, begins_at, row.id), words=words)  # fmt: skip

    # Drawing ------------------------------------------------------------------------------------------------------

    def lay_out(self, width: int) -> None:
        """Give the days what the names leave."""
        room = width - GUTTER - NAME - 2 - TITLE_LEAST
        self._cells = cells_for(self.days, room)
        self._title = max(TITLE_LEAST, width - GUTTER - NAME - 2 - self._cells * self.days.count)

    def heading(self) -> Line:
        """Return the days."""
        title = (fit(self.days.title, NAME + 1 + self._title), Ink.TITLE)
        free = {day for text in self.desk.around.spec.holidays if (day := _day(text)) is not None}
        today = local_time(self.desk.present.at).date()
        return line((" " * GUTTER, Ink.TEXT), title, " ", *heading(self.days, self._cells, today, free))

    def draw(self, key: Key, look: Look, here: bool, marked: bool) -> Line:
        """Return the line of something in these days."""
        item, marks = self.items.rows[key], look.signs
        sign = marks.both if here and marked else marks.cursor if here else marks.mark if marked else " "
        front: Line = (
            (sign, Ink.ACCENT), sign_span(item.sign, look.ascii), (" ", Ink.TEXT),
            (fit(str(item.facts["name"]), NAME), Ink.TITLE if here else Ink.TEXT), (" ", Ink.TEXT),
            (fit(str(item.facts["title"]), self._title), Ink.DIM), (" ", Ink.TEXT),
        )  # fmt: skip
        at = self.desk.present.at // MINUTE_S * MINUTE_S
        return (*front, *drawn(self._bars.get(key, ()), self.days, self._cells, at, marks))

    # What it is about ---------------------------------------------------------------------------------------------

    @property
    def here(self) -> ChangeRow | None:
        """The change under the cursor."""
        item = self.items.here
        return self._row(item.key) if item is not None else None

    def _row(self, key: Key) -> ChangeRow | None:
        return self.desk.changes.rows.get(key[1]) if isinstance(key, tuple) and key[0] == "change" else None

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the chosen changes, or the chosen freezes that were made on the desk."""
        keys = [item.key for item in self.items.chosen() if isinstance(item.key, tuple)]
        if noun == "change":
            return [row for key in keys if (row := self._row(key)) is not None]
        made = {key[1] for key in keys if key[0] == "made"}
        return [row for row in self.desk.around.freezes if row.id in made] if noun == "freeze" else ()

    def told(self, pen: Pen) -> list[Line]:
        """Return what is known of the window or freeze under the cursor."""
        item = self.items.here
        if item is None:
            return []
        facts = item.facts
        lines = [line(sign_span(item.sign, pen.look.ascii), (f" {safe(str(facts['title']))}", Ink.TITLE),
                      (f"  {facts['kind']}", Ink.DIM))]  # fmt: skip
        lines.append(labelled("When", str(facts["when"])))
        for label, key in (("For", "of"), ("By", "owner")):
            lines += [labelled(label, safe(str(facts[key])))] if facts.get(key) else []
        return [*lines, *(wrapped(str(facts["reason"]), pen.width, Ink.TEXT) if facts.get("reason") else ())]


def _thick(marks: Signs) -> str:
    return marks.bars[3]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _span(begins_at: float, ends_at: float, present: float) -> str:
    first, last = local_time(begins_at), local_time(ends_at)
    until = f"{last:%H:%M}" if first.date() == last.date() else day_time(ends_at, present)
    return f"{day_time(begins_at, present)} to {until}"
