"""The audit entries as a list: filtered, with a cursor that stays with its entry; and whether their chain is whole."""

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from tui_ops.model.address import EVERYTHING, Query, Value
from tui_ops.model.chain import Break, Link
from tui_ops.model.clock import Stamp, iso, local_time
from tui_ops.model.units import format_age
from tui_ops.practices.audit.rules import verify_log
from tui_ops.store.head import read_head
from tui_ops.store.paths import StatePaths
from tui_ops.store.views import connect
from tui_ops.store.views.audit import audit_links
from tui_ops.store.views.rows import AuditRow
from tui_ops.ui.cells import Signs, fit, safe
from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.panels import wrapped

ENTRIES_MOST = 5000
"""Newest entries that the list holds: weeks of a team's work; ``tui-ops show audit`` gives them all."""

_TITLES = ("ID", "WHEN", "WHO", "ACTION", "TARGET", "OUTCOME")
_USUAL, _NARROW, _ROOMY = (6, 12, 12, 20, 26), (5, 12, 8, 16, 14), 110
"""Cells of all columns but the last, which takes what is left; and the width from which there is room."""


def entry_value(row: AuditRow, key: str, present: Stamp) -> Value:
    """Return what an entry has for a key of an address; the empty key gives all its words."""
    if not key:
        return " ".join((row.who, row.action, row.target, row.outcome, row.params, row.origin))
    if key == "age":
        return max(0.0, present.at - row.at)
    if key in ("id", "uid"):
        return float(getattr(row, key))
    if key == "target":
        return (row.target, *row.target.split(), *(one.partition(":")[2] for one in row.target.split()))
    return str(getattr(row, key))


class AuditModel:
    """Entries by number, newest first, and what of them is shown. Knows nothing of the terminal."""

    def __init__(self) -> None:
        self.rows: list[AuditRow] = []
        self.shown: list[AuditRow] = []
        self.query: Query = EVERYTHING
        self.cursor: int | None = None
        """Number of the entry that the cursor stands on."""

    @property
    def newest(self) -> int:
        """Number of the newest entry that is known; 0 where there is none."""
        return self.rows[0].id if self.rows else 0

    def take(self, rows: Iterable[AuditRow], present: Stamp) -> None:
        """Take in entries that were read, newest first, all newer than those that are known."""
        self.rows = [*rows, *self.rows][:ENTRIES_MOST]
        self.arrange(present)

    def arrange(self, present: Stamp) -> None:
        """Filter again; the cursor stays with its entry, or goes to the nearest line."""
        line_before = self.line
        terms = self.query.terms
        self.shown = [
            row for row in self.rows
            if not terms or self.query.matches(lambda key, row=row: entry_value(row, key, present))  # type: ignore[misc]
        ]  # fmt: skip
        for key, falling in reversed(self.query.sort):
            self.shown.sort(key=lambda row, key=key: _order(entry_value(row, key, present)), reverse=falling)  # type: ignore[misc]
        if not any(row.id == self.cursor for row in self.shown):
            self.cursor = self.shown[min(line_before, len(self.shown) - 1)].id if self.shown else None

    @property
    def line(self) -> int:
        """The cursor's line in the list."""
        return next((index for index, row in enumerate(self.shown) if row.id == self.cursor), 0)

    @property
    def here(self) -> AuditRow | None:
        """The entry under the cursor."""
        return next((row for row in self.shown if row.id == self.cursor), None)

    def go(self, index: int) -> None:
        """Put the cursor on a line, or on the nearest there is."""
        if self.shown:
            self.cursor = self.shown[max(0, min(len(self.shown) - 1, index))].id


def _order(value: Value) -> tuple[bool, object]:
    return (isinstance(value, str), value)


# The chain -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChainState:
    """What the last look at the chain found."""

    entries: int
    breaks: tuple[Break, ...]
    full: bool
    """Whether there may be more breaks than are told."""
    at: Stamp
    """When it was looked at."""


class _GivenUp(Exception):
    """The desk is being left."""


@dataclass(slots=True)
class ChainCheck:
    """Verifies the whole chain, in a thread of its own and with its own connection.

    Args:
        paths: of the state.
        stopped: set to give up in the middle.
    """

    paths: StatePaths
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, present: Stamp) -> ChainState | None:
        """Return what was found; None where it was given up.

        Raises:
            StoreError: it can't be read.
        """
        reader = connect.open_reader(self.paths)
        try:
            found = verify_log(partial(self._links, reader), partial(read_head, self.paths.audit_head))
        except _GivenUp:
            return None
        finally:
            reader.close()
        return ChainState(found.entries, tuple(found.breaks), found.full, present)

    def _links(self, reader: connect.Reader, after: int) -> Iterator[Link]:
        for link in audit_links(reader, after):
            if self.stopped.is_set():
                raise _GivenUp
            yield link


def chain_line(state: ChainState | None, present: Stamp, marks: Signs) -> Line:
    """Return how the chain is: ``chain ● whole, 1,204 entries``."""
    if state is None:
        return line(("chain: being verified", Ink.DIM))
    age = format_age(max(0.0, present.mono - state.at.mono))
    ago = f" {age} ago" if age else ""
    if state.breaks:
        more = " or more" if state.full else ""
        many = "break" if len(state.breaks) == 1 else "breaks"
        said = f" {len(state.breaks)}{more} {many}, the first at entry {state.breaks[0].id}"
        return line(("chain ", Ink.DIM), (marks.bad + said, Ink.BAD), (ago, Ink.DIM))
    return line(("chain ", Ink.DIM), (marks.good, Ink.GOOD), (f" whole, {state.entries:,} entries{ago}", Ink.DIM))


# Drawing ---------------------------------------------------------------------------------------------------------


def _widths(width: int) -> list[int]:
    cells = list(_NARROW if width < _ROOMY else _USUAL)
    return [*cells, max(8, width - 3 - sum(cells) - len(cells) - 1)]


def heading(width: int) -> Line:
    """Return the line of titles."""
    titles = [fit(title, cells) for title, cells in zip(_TITLES, _widths(width), strict=True)]
    return line(("   " + " ".join(titles), Ink.DIM))


def moment(at: float) -> str:
    """Return an epoch time as the operator's clock shows it: ``22 Nov 16:40``."""
    return f"{local_time(at):%d %b %H:%M}"


def entry_line(row: AuditRow, width: int, here: bool, broken: bool, marks: Signs) -> Line:
    """Return an entry on one line; one at which the chain breaks has a sign and a colour."""
    cells = _widths(width)
    texts = (str(row.id), moment(row.at), row.who, row.action, row.target, row.outcome)
    inks = (Ink.DIM, Ink.DIM, Ink.TITLE if here else Ink.TEXT, Ink.TEXT, Ink.TEXT, Ink.DIM)
    parts = [((marks.cursor if here else " "), Ink.ACCENT), (marks.bad if broken else " ", Ink.BAD), (" ", Ink.TEXT)]
    for text, room, ink in zip(texts, cells, inks, strict=True):
        parts += [(fit(text, room, cut=marks.cut), Ink.BAD if broken else ink), (" ", Ink.TEXT)]
    return tuple(parts)


def entry_page(row: AuditRow, breaks: Iterable[Break], width: int) -> list[Line]:
    """Return an entry whole."""
    facts = (
        ("when", f"{local_time(row.at):%Y-%m-%d %H:%M:%S %z}   {iso(row.at)}"), ("who", f"{row.who}  (uid {row.uid})"),
        ("from", row.origin), ("action", row.action), ("target", row.target), ("outcome", row.outcome),
        ("hash", row.hash),
    )  # fmt: skip
    lines: list[Line] = []
    for broken in breaks:
        lines += [line((f"the chain does not hold here: {broken.kind}: {safe(broken.text)}", Ink.BAD)), EMPTY]
    for name, text in facts:
        found = wrapped(text, max(20, width - 9), Ink.TEXT, "") or [line(("-", Ink.DIM))]
        lines.append(line((fit(name, 9), Ink.DIM), *found[0]))
        lines += [line((" " * 9, Ink.TEXT), *more) for more in found[1:]]
    lines += [EMPTY, line(("parameters", Ink.TITLE))]
    return [*lines, *(line(f"  {safe(text)}") for text in _document(row.params).splitlines())]


def _document(params: str) -> str:
    try:
        found = json.loads(params)
    except (ValueError, RecursionError):
        return params
    return json.dumps(found, indent=2, ensure_ascii=False) if found else "none"
