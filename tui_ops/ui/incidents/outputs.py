"""What commands wrote, below their lines on the timeline of an incident."""

from collections.abc import Mapping

from tui_ops.store.views.incidents import TimelineRow
from tui_ops.ui.cells import safe
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import counted

OUTPUTS = "outputs"
"""The name under which a line has them, and the key of their being unfolded."""

FEW = 5
"""Lines of one output that are shown folded, the last ones: an error stands at the end."""

NAMED = 3
"""Hosts of one output that are named."""


def output_lines(row: TimelineRow, unfolded: bool) -> list[Line]:
    """Return what a command wrote on its hosts: its last lines, or all that was kept.

    Args:
        row: a line of the timeline; most have none.
        unfolded: whether all is shown.
    """
    found = row.data.get(OUTPUTS)
    lines: list[Line] = []
    for one in found if isinstance(found, list) else ():
        if isinstance(one, Mapping):
            lines += _output(one, unfolded)
    return lines


def _output(one: Mapping[str, object], unfolded: bool) -> list[Line]:
    texts = _texts(one.get("lines"))
    if not texts:
        return []
    hosts, more = _texts(one.get("hosts")), one.get("more")
    others = max(0, len(hosts) - NAMED) + (more if isinstance(more, int) else 0)
    named = ", ".join(safe(name) for name in hosts[:NAMED]) + (f" and {others} more" if others else "")
    shown = texts if unfolded else texts[-FEW:]
    hidden = len(texts) - len(shown)
    before = [f"{counted(hidden, 'line')} before: Z"] if hidden else []
    before += ["what came before was not kept"] if one.get("cut") and not hidden else []
    head = line(
        (f"{named}, {safe(str(one.get('ended', '')))}", Ink.TITLE), *((f"  {said}", Ink.DIM) for said in before)
    )
    return [head, *(line(("  ", Ink.TEXT), (safe(text), Ink.DIM)) for text in shown)]


def _texts(found: object) -> list[str]:
    return [str(one) for one in found] if isinstance(found, list) else []
