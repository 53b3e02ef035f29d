"""A host as a whole page, and the same in short beside the list."""

from tui_ops.store.views.rows import EventRow, HostPage, HostRow
from tui_ops.ui import panels
from tui_ops.ui.paint import EMPTY, Ink, Line, beside, line

TWO_COLUMNS = 116
"""From here on the page stands in two columns: each still holds a fingerprint."""

EVENTS_IN_DETAIL = 8
"""The list's detail panel shows as many; the page shows all."""


def detail(row: HostRow, page: HostPage | None, pen: panels.Pen, height: int) -> list[Line]:
    """Return the panel beside the list.

    Args:
        row: of the list; shown at once.
        page: from the store; None as long as it is being read.
        pen: width and signs.
        height: lines there are; what does not fit is left to the page.
    """
    lines = [*panels.identity(row, pen), EMPTY, *panels.vitals(row, page.detail if page else {}, pen)]
    if page is None:
        return lines[:height]
    lines += [*panels.services(page, pen)]
    blocks = [panels.filesystems(page, pen), panels.maintenances(page, pen)]
    if any(key.trusted_at is None for key in page.keys):
        blocks.insert(0, panels.keys(page.keys, pen))
    blocks.append(panels.events(page.events, pen, EVENTS_IN_DETAIL))
    return _stacked(lines, blocks)[:height]


def whole(page: HostPage, pen: panels.Pen) -> list[Line]:
    """Return the whole page, in two columns where there is room."""
    if pen.width < TWO_COLUMNS:
        first, second = _halves(page, pen)
        return _stacked([], [*first, *second])
    wall = f"  {pen.look.signs.wall}  "
    left_width = (pen.width - len(wall)) // 2
    left_pen = panels.Pen(left_width, pen.look, pen.present)
    right_pen = panels.Pen(pen.width - len(wall) - left_width, pen.look, pen.present)
    left = _stacked([], _halves(page, left_pen)[0])
    right = _stacked([], _halves(page, right_pen)[1])
    return beside(left, right, left_width, (wall, Ink.FAINT))


def _halves(page: HostPage, pen: panels.Pen) -> tuple[list[list[Line]], list[list[Line]]]:
    row = page.host
    first = [
        panels.identity(row, pen),
        [*panels.addresses(row, pen), *panels.services(page, pen)],
        [panels.heading("Vitals", pen, "the last hour"), *panels.vitals(row, page.detail, pen)],
        panels.filesystems(page, pen),
    ]
    second = [
        panels.disks(page, pen),
        panels.interfaces(page, pen),
        panels.maintenances(page, pen),
        panels.keys(page.keys, pen),
        panels.events(page.events, pen, len(page.events)),
    ]
    return first, second


def fleet_events(found: list[EventRow], pen: panels.Pen, height: int) -> list[Line]:
    """Return the third panel of a large screen: what happened in the fleet."""
    return panels.events(found, pen, height - 1, with_host=True)


def gone(name: str) -> list[Line]:
    """Return the page of a host that is not in the inventory any more."""
    return [
        line((f"{name} is not in the inventory any more", Ink.DIM)),
        line(("its history is kept; q goes back", Ink.DIM)),
    ]


def _stacked(lines: list[Line], blocks: list[list[Line]]) -> list[Line]:
    out = list(lines)
    for block in blocks:
        if block:
            if out:
                out.append(EMPTY)
            out += block
    return out
