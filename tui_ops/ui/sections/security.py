"""The panel of a host's findings: how many there are, how bad the worst is, and the most urgent of them."""

from collections import Counter

from tui_ops.model.security import SEVERITIES, FindingSeverity, finding_name
from tui_ops.store.views.rows import HostPage, WeakRow
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.paint import LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, heading, trimmed
from tui_ops.ui.security.signs import SEVERITY_SHORT, SEVERITY_SIGNS
from tui_ops.ui.security.words import clock_told

ON_PAGE = 5
"""Findings beside other panels; the panel as a whole screen has all."""


def _severity(row: WeakRow) -> FindingSeverity:
    return FindingSeverity(row.severity)


def counted(page: HostPage) -> str:
    """Return how many findings of each severity there are: ``1 critical, 3 high``."""
    found = Counter(_severity(row) for row in page.weak)
    return ", ".join(f"{found[one]} {one}" for one in SEVERITIES if found[one])


def summary(page: HostPage, pen: Pen) -> list[Line]:
    """Return one line beside the list of hosts, with the worst; nothing where there is no finding."""
    if not page.weak:
        return []
    worst = min(map(_severity, page.weak), key=SEVERITIES.index)
    sign = SEVERITY_SIGNS[worst]
    told = line(sign_span(sign, pen.look.ascii), (f" {counted(page)}", LOOK_INK[sign.look]))
    return trimmed([heading("Security", pen), told], pen.width)


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the most urgent findings; nothing where there are none."""
    if not page.weak:
        return []
    late = sum(row.due_at is not None and row.due_at < pen.present.at for row in page.weak)
    note = counted(page) + (f", {late} overdue" if late else "")
    lines = [heading("Security", pen, note, Ink.BAD if late else Ink.DIM)]
    shown = pen.few(page.weak, ON_PAGE)
    for row in shown:
        sign = SEVERITY_SIGNS[_severity(row)]
        due = clock_told(None if row.due_at is None else row.due_at - pen.present.at)
        lines.append(line(
            sign_span(sign, pen.look.ascii), (f" {SEVERITY_SHORT[_severity(row)]:<4} ", LOOK_INK[sign.look]),
            (f"{fit(finding_name(row.id), 8)} ", Ink.DIM), (f"{fit(due.text, 8)} ", due.ink), safe(row.text),
        ))  # fmt: skip
    more = len(page.weak) - len(shown)
    where = f"{more} more: :findings host={safe(page.host.name)}"
    return trimmed([*lines, *([line((where, Ink.DIM))] if more > 0 else [])], pen.width)
