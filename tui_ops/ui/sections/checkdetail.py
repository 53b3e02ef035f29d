"""What one check saw, a fact a line: its target, the time of each step, certificates, answers, a plugin's values."""

from collections.abc import Iterable

from tui_ops.model.units import format_bytes
from tui_ops.store.views.documents import Record
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import LABEL, Pen, labelled, wrapped
from tui_ops.ui.sections.checks import format_seconds

SHOWN_MOST = 12
"""Certificates, answers, values and lines of output of each kind that are shown: what half a screen holds."""

STEPS = (("dns", "name"), ("connect", "connect"), ("tls", "TLS"), ("first_byte", "first byte"), ("total", "in all"))
"""The steps of a connection in their order, and what each is called."""


def detail(found: Record, pen: Pen) -> list[Line]:
    """Return what a check saw.

    Args:
        found: its document.
        pen: how wide the lines are.
    """
    lines = [
        *_told("Target", found.text("target"), pen),
        *_told("Runs", "on the host" if found.text("on") == "host" else "", pen),
        *_told("Steps", _steps(found.record("steps")), pen),
        *_told("Levels", _levels(found), pen),
        *_told("Answers", ", ".join(found.texts("answers")[:SHOWN_MOST]), pen),
    ]
    for at, one in enumerate(found.records("chain")[:SHOWN_MOST]):
        said = f"{one.text('subject')}, by {one.text('issuer')}, until {one.text('until')[:10]}"
        lines += _told("Shows" if at == 0 else "", said, pen)
    lines += _told("Names", ", ".join(found.texts("names")[:SHOWN_MOST]), pen)
    lines += _told("Values", "  ".join(map(_value, found.records("perfdata")[:SHOWN_MOST])), pen)
    for at, text in enumerate(found.texts("lines")[:SHOWN_MOST]):
        lines += _told("Output" if at == 0 else "", text, pen)
    return [*lines, *_told("Next", found.text("hint"), pen)]


def _told(label: str, text: str, pen: Pen) -> Iterable[Line]:
    """Give a fact in as many lines as it needs; none where there is nothing to say."""
    rest = wrapped(text, max(20, pen.width - LABEL), Ink.TEXT, "") if text else []
    for at, one in enumerate(rest):
        yield labelled(label, *one) if at == 0 else line(" " * LABEL, *one)


def _steps(found: Record) -> str:
    taken = ((word, found.number(name)) for name, word in STEPS)
    return "  ".join(f"{word} {format_seconds(value)}" for word, value in taken if value is not None)


def _levels(found: Record) -> str:
    return "  ".join(
        f"{word} {found.text(key)}" for key, word in (("warn", "warning"), ("crit", "critical")) if found.text(key)
    )


def _value(one: Record) -> str:
    value, unit = one.number("value"), one.text("unit")
    if value is None:
        return ""
    shown = (
        format_seconds(value) if unit == "s" else format_bytes(value) if unit == "B" else f"{value:.6g} {unit}".rstrip()
    )
    return f"{one.text('label')} {shown}"
