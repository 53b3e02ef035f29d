"""A host as a whole page, and the same in short beside the list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui_ops.store.views.rows import EventRow, HostPage, HostRow
from tui_ops.ui import devices, panels, saturation
from tui_ops.ui.paint import EMPTY, Ink, Line, beside, cut_line, line

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


Draw = Callable[[HostPage, panels.Pen], list[Line]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page that can be focused and fill the screen."""

    name: str
    draw: Draw
    second: bool = False
    """Whether it stands in the second column."""


def _address(page: HostPage, pen: panels.Pen) -> list[Line]:
    return [*panels.addresses(page.host, pen), *panels.services(page, pen)]


def _vitals(page: HostPage, pen: panels.Pen) -> list[Line]:
    title = panels.heading("Vitals", pen, "the last hour", row=page.host)
    return [title, *panels.vitals(page.host, page.detail, pen)]


PANELS: tuple[Panel, ...] = (
    Panel("state", lambda page, pen: panels.identity(page.host, pen)),
    Panel("address", _address),
    Panel("vitals", _vitals),
    Panel("filesystems", panels.filesystems),
    Panel("disks", devices.disks, second=True),
    Panel("interfaces", devices.interfaces, second=True),
    Panel("saturation", saturation.saturation),
    Panel("maintenance", panels.maintenances, second=True),
    Panel("host keys", lambda page, pen: panels.keys(page.keys, pen), second=True),
    Panel("the last hour", saturation.hour, second=True),
    Panel("events", lambda page, pen: panels.events(page.events, pen, len(page.events)), second=True),
)
"""In the order in which they stand in one column."""


def shown_panels(page: HostPage, pen: panels.Pen) -> list[Panel]:
    """Return the panels that have anything to say, in the order in which the focus goes through them."""
    found = [panel for panel in PANELS if panel.draw(page, pen)]
    return found if pen.width < TWO_COLUMNS else sorted(found, key=lambda panel: panel.second)


def whole(page: HostPage, pen: panels.Pen, focus: str = "") -> list[Line]:
    """Return the whole page, in two columns where there is room."""
    return laid_out(page, pen, focus)[0]


def laid_out(page: HostPage, pen: panels.Pen, focus: str = "") -> tuple[list[Line], range]:
    """Return the page, and the lines on which the focused panel stands.

    Args:
        page: from the store.
        pen: as wide as the page.
        focus: name of the panel that has the focus; empty for none.
    """
    if pen.width < TWO_COLUMNS:
        return _column(page, pen, PANELS, focus)
    wall = f"  {pen.look.signs.wall}  "
    left_width = (pen.width - len(wall)) // 2
    left_pen = panels.Pen(left_width, pen.look, pen.present)
    right_pen = panels.Pen(pen.width - len(wall) - left_width, pen.look, pen.present)
    left, in_left = _column(page, left_pen, [panel for panel in PANELS if not panel.second], focus)
    right, in_right = _column(page, right_pen, [panel for panel in PANELS if panel.second], focus)
    return beside(left, right, left_width, (wall, Ink.FAINT)), in_left or in_right


def _column(page: HostPage, pen: panels.Pen, chosen: Sequence[Panel], focus: str) -> tuple[list[Line], range]:
    lines: list[Line] = []
    place = range(0)
    for panel in chosen:
        block = panel.draw(page, pen)
        if not block:
            continue
        if lines:
            lines.append(EMPTY)
        if panel.name == focus:
            block = [_focused(block[0], pen), *block[1:]]
            place = range(len(lines), len(lines) + len(block))
        lines += block
    return lines, place


def _focused(first: Line, pen: panels.Pen) -> Line:
    """Return a panel's first line with the sign of the focus."""
    marked = ((f"{pen.look.signs.cursor} ", Ink.ACCENT), (first[0][0], Ink.ACCENT), *first[1:])
    return cut_line(marked, pen.width)


def alone(page: HostPage, pen: panels.Pen, name: str) -> list[Line]:
    """Return one panel as wide as the screen, under the host's name and state."""
    panel = next(panel for panel in PANELS if panel.name == name)
    head = panels.identity(page.host, pen)[:2] if panel is not PANELS[0] else []
    return _stacked(head, [panel.draw(page, pen)])


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
