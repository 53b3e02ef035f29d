"""Texts in cells: foreign text made harmless, cut and filled by the cells it takes; numbers; sparklines."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from tui_ops.model.clean import clean
from tui_ops.model.units import format_rate

UNKNOWN = "–"
"""Stands where a value is not known: never a zero."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs that are not letters; each is one cell wide in every font."""

    bars: str
    gap: str
    """In a sparkline, a time without a reading."""
    rule: str
    wall: str
    cursor: str
    mark: str
    both: str
    """Cursor and mark in one cell."""
    cut: str
    unknown: str
    dot: str
    """Between two facts on a line."""
    good: str
    bad: str
    down: str
    up: str
    arrow: str
    folded: str
    open: str


UNICODE = Signs("▁▂▃▄▅▆▇█", "·", "─", "│", "▸", "+", "‡", "…", UNKNOWN, "·", "●", "✖", "↓", "↑", "→", "▸", "▾")
ASCII = Signs("_.:-=+*#", " ", "-", "|", ">", "+", "#", "~", "-", "-", "*", "X", "v", "^", "->", ">", "v")

_TWINS = str.maketrans("–…·●▲✖◌◆↑↓→←▸▾‡│─" + UNICODE.bars, "-~-*!Xom^v><>v#|-" + ASCII.bars)
"""Every sign of ours in ASCII, cell by cell."""


def signs(ascii_only: bool) -> Signs:
    """Return the signs that this terminal can draw."""
    return ASCII if ascii_only else UNICODE


def to_ascii(text: str) -> str:
    """Return a text of ours or of a host in ASCII: known signs by their twins, the rest as ``?``."""
    return text if text.isascii() else text.translate(_TWINS).encode("ascii", "replace").decode()


def safe(text: str) -> str:
    """Return a text without anything that could leave its cell."""
    return text if text.isascii() and text.isprintable() else clean(text)


def width_of(text: str) -> int:
    """Return the cells that a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int, right: bool = False, cut: str = "…") -> str:
    """Return ``text`` in exactly ``width`` cells.

    Args:
        text: harmless or not; what could leave the cell is made visible.
        width: in cells.
        right: align to the right, for numbers.
        cut: the sign at the end of a text that was cut, one cell wide.
    """
    if width <= 0:
        return ""
    text = safe(text)
    cells = width_of(text)
    if cells > width:
        return set_cell_size(text, width - 1) + cut
    blank = " " * (width - cells)
    return blank + text if right else text + blank


def percent(value: float | None) -> str:
    """Return a percentage for a column: ``38 %``."""
    return UNKNOWN if value is None else f"{value:.0f} %"


def number(value: float | None, digits: int = 1) -> str:
    """Return a plain number: ``14.2``; without decimals from 100 on."""
    if value is None:
        return UNKNOWN
    return f"{value:.{digits}f}" if abs(value) < 99.95 else f"{value:.0f}"


def rate(bytes_per_s: float | None) -> str:
    """Return a network rate in bits per second: ``210M``."""
    return UNKNOWN if bytes_per_s is None else format_rate(bytes_per_s)


def spark(series: Sequence[float], width: int, top: float, marks: Signs) -> str:
    """Return a series as a line of bars, the newest at the right.

    Args:
        series: oldest first; NaN is a gap.
        width: in cells; neighbouring values share one by their mean.
        top: the value of a full bar.
        marks: the bars of this terminal.
    """
    if width <= 0 or not series:
        return ""
    out = []
    last, count = len(marks.bars) - 1, len(series)
    for cell in range(width):
        start = cell * count // width
        known = series[start : max((cell + 1) * count // width, start + 1)]
        total = sum(known)
        if math.isnan(total):
            known = [value for value in known if not math.isnan(value)]
            total = sum(known)
        if not known:
            out.append(marks.gap)
            continue
        share = total / len(known) / top if top > 0 else 0.0
        out.append(marks.bars[min(last, max(0, int(min(1.0, share) * (last + 1))))])
    return "".join(out)
