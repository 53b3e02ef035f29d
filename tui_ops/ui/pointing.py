"""What a click on a line of keys means: the key that stands there."""

from textual import events

from tui_ops.ui.grammar import TEXTUAL_NAMES
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.widgets.lines import Lines

KEY_LINES = ("tabs", "footer")
"""The lines that show keys with what they do."""

KEY_INKS = (Ink.ACCENT, Ink.FAINT)
"""A key that acts, and one that can't now, which says why."""

_NAMES = {
    "esc": "escape", "space": "space", "enter": "enter", "tab": "tab",
    "←": "left", "→": "right", "↑": "up", "↓": "down", **TEXTUAL_NAMES,
}  # fmt: skip


def key_at(spans: Line, x: int) -> str:
    """Return the key whose item is at a cell of a line, as it is written there; empty where none is.

    An item is a key with the words after it. Where two keys are written for one thing (``j k``), the first counts.

    Args:
        spans: the line.
        x: the cell.
    """
    key, at = "", 0
    for text, ink in spans:
        if ink in KEY_INKS and not text.startswith(" "):
            key = text.split()[0] if text.strip() else ""
        elif text.isspace() and ink is Ink.TEXT:
            key = ""
        at += len(text)
        if x < at:
            return key
    return ""


def clicked_key(event: events.Click) -> events.Key | None:
    """Return the key that a click on the line of screens or on the footer stands for."""
    where = event.widget
    if not isinstance(where, Lines) or where.id not in KEY_LINES or not where.lines:
        return None
    key = key_at(where.lines[0], event.x)
    name = _NAMES.get(key, key if len(key) == 1 else "")
    return events.Key(name, key if len(key) == 1 else None) if name else None
