"""How the page of a change stands on the screen, and the same in short beside the list."""

from tui_ops.store.views.changerows import ChangeRow
from tui_ops.ui.cells import safe
from tui_ops.ui.changes import panels
from tui_ops.ui.changes.head import head, title_line
from tui_ops.ui.changes.reading import ChangePage
from tui_ops.ui.changes.words import waits_for
from tui_ops.ui.learnt.layout import Layout
from tui_ops.ui.paging import Panel
from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.panels import Pen, labelled, trimmed, wrapped

LAYOUT: Layout[ChangePage] = Layout(
    head,
    (
        Panel("plan", panels.plan),
        Panel("difference", panels.difference),
        Panel("dry run", panels.dry_run, 1, 1),
        Panel("batches", panels.batches, 1, 1),
        Panel("rollback", panels.rollback, 1, 1),
        Panel("approvals", panels.approvals, 1, 2),
        Panel("reaches", panels.reach, 0, 1),
        Panel("links", panels.links, 0, 2),
        Panel("review", panels.review, 0, 2),
        Panel("timeline", panels.happened, 0, 2),
    ),
    {"plan": panels.text_rows, "dry run": panels.group_rows, "links": panels.link_rows},
)
"""How the page of a change stands on the screen."""


def detail(row: ChangeRow, page: ChangePage | None, pen: Pen, height: int) -> list[Line]:
    """Return the panel beside the list.

    Args:
        row: of the list; shown at once.
        page: from the store; None as long as it is being read.
        pen: width and signs.
        height: lines there are.
    """
    if page is None or page.row.id != row.id:
        waits = waits_for(row, page.standing, "") if page is not None else None
        lines = [title_line(row, pen), *wrapped(row.title, pen.width, Ink.TEXT)]
        lines += [labelled("Owner", safe(row.owner or row.requested_by or "nobody"))]
        return trimmed([*lines, *([line((waits.text, waits.ink))] if waits else [])], pen.width)[:height]
    lines = head(page, pen)
    for block in (panels.plan, panels.dry_run, panels.approvals, panels.batches, panels.links, panels.happened):
        found = block(page, pen)
        if found and len(lines) + len(found) + 1 <= height:
            lines += [EMPTY, *found]
    return trimmed(lines, pen.width)[:height]
