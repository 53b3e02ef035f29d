"""The panel of what listens."""

from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.paint import Ink, Line, Span, line
from tui_ops.ui.panels import Pen, wrapped
from tui_ops.ui.sections.grid import Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, of_section

SECTION = "sockets"

ROWS = 8
"""Sockets beside other panels: those that can be reached from outside first."""

_FIELDS = (Field("", 5, 3), Field("ADDRESS", 46, 9), Field("PORT", 5, right=True), Field("WHOSE", 40, 8, priority=1),
           Field("PID", 8, right=True, priority=2))  # fmt: skip


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the sockets that wait for someone: reachable ones first, by port."""
    return of_section(page, pen, SECTION, "Listening", _body, "nothing listens")


def _body(found: Record, pen: Pen) -> Body:
    if found.text("state") == "failed":
        return Body(wrapped("? not read: neither ss nor /proc/net answered", pen.width, Ink.WARN))
    listed = sorted(
        found.records("sockets"), key=lambda one: (is_local(one.text("address")), one.number("port") or 0.0)
    )
    kept = pen.few(listed, ROWS)
    grid = laid_out(_FIELDS if pen.whole else _FIELDS[:-1], [_row(one, pen) for one in kept], pen.width)
    more = pen.more(listed, kept)
    if listed and not any(one.text("process") for one in listed):
        more.append(line(("whose they are needs privilege", Ink.DIM)))
    return Body([*grid.rows, *more], _note(listed), grid.titles if pen.whole and kept else (), grid.first)


def is_local(address: str) -> bool:
    """Return whether a socket is for the host itself only."""
    bare = address.strip("[]").lower()
    return bare.startswith(("127.", "::ffff:127.")) or bare in ("::1", "localhost")


def _note(listed: list[Record]) -> Span:
    outside = sum(not is_local(one.text("address")) for one in listed)
    return (f"{outside} reachable, {len(listed) - outside} local" if listed else "", Ink.DIM)


def _row(one: Record, pen: Pen) -> list[Cell]:
    local = is_local(one.text("address"))
    port, pid = one.number("port"), one.number("pid")
    ink = Ink.DIM if local else Ink.TEXT
    cells: list[Cell] = [
        (one.text("proto"), Ink.DIM), (one.text("address") or "?", ink), ("" if port is None else f"{port:.0f}", ink),
        (one.text("process") or one.text("owner"), ink if one.text("process") else Ink.DIM),
    ]  # fmt: skip
    return [*cells, ("" if pid is None else f"{pid:.0f}", Ink.DIM)] if pen.whole else cells
