"""Rows on standard output: aligned text for people, JSON and CSV for programs.

A cell is a number, a text, a bool, a list of texts, an object or None; None is unknown: ``null`` in JSON,
nothing in CSV, ``–`` in text. What a host wrote was made harmless when it came in; text for a terminal is
cleaned once more here.
"""

import csv
import json
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from tui_ops.model.clean import CUT_SIGN, clean

Record = dict[str, object]
"""One row: column name to cell, in the order of the columns."""

GAP = "  "
"""Between two columns of text."""

NARROWEST = 6
"""Cells that a text column keeps when the terminal is too narrow: still enough to tell names apart."""

TEXT_LIMIT = 400
"""Characters of one cell of text; the store keeps no longer lines."""

CELL_LIMIT = 1024 * 1024
"""Characters of one cell for a program: the longest request that the engine takes, as the audit keeps it."""

_UNKNOWN = "–"
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula; a host may have written the cell."""


class Format(StrEnum):
    """How rows are printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to print."""

    columns: tuple[str, ...]
    records: Iterable[Record]
    text_columns: tuple[str, ...] = ()
    """Those that text shows; all of them where empty. JSON and CSV always have all."""


def print_table(table: Table, form: Format, header: bool = True, out: TextIO | None = None) -> None:
    """Print rows.

    Args:
        table: what to print.
        form: how.
        header: whether text and CSV begin with the names of the columns.
        out: where to; standard output where None.
    """
    out = out or sys.stdout
    if form is Format.JSON:
        _print_json(table.records, out)
    elif form is Format.CSV:
        _print_csv(table, header, out)
    else:
        _print_text(table, header, out)


def print_record(record: Record, form: Format, out: TextIO | None = None) -> None:
    """Print one object: names and values below each other, or one JSON object; CSV has no shape for it."""
    out = out or sys.stdout
    if form is Format.JSON:
        json.dump(_harmless(record), out, indent=2)
        out.write("\n")
        return
    width = max(map(len, record), default=0)
    for name, value in record.items():
        out.write(_cut(f"{name:<{width}}{GAP}{text_cell(value)}", terminal_width(out)) + "\n")


def _print_json(records: Iterable[Record], out: TextIO) -> None:
    """One record a line, so that a long answer can be read as it comes and compared by line."""
    separator = "["
    for record in records:
        out.write(separator + "\n  " + json.dumps(_harmless(record)))
        separator = ","
    out.write("[]\n" if separator == "[" else "\n]\n")


def _harmless(value: object) -> object:
    """Return JSON data whose texts may be printed by whoever decodes it."""
    if isinstance(value, str):
        return clean(value, CELL_LIMIT)
    if isinstance(value, dict):
        return {clean(str(name)): _harmless(one) for name, one in value.items()}
    return [_harmless(one) for one in value] if isinstance(value, list | tuple) else value


def _print_csv(table: Table, header: bool, out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    if header:
        writer.writerow(table.columns)
    writer.writerows([csv_cell(record.get(name)) for name in table.columns] for record in table.records)


def _print_text(table: Table, header: bool, out: TextIO) -> None:
    names = table.text_columns or table.columns
    records = list(table.records)
    rows = [[text_cell(record.get(name)) for name in names] for record in records]
    right = [any(_is_number(record.get(name)) for record in records) for name in names]
    if header:
        rows.insert(0, [name.upper() for name in names])
    widths = [max((cells(row[at]) for row in rows), default=0) for at in range(len(names))]
    limit = terminal_width(out)
    if limit is not None:
        _narrow(widths, right, limit)
    for row in rows:
        line = GAP.join(_fit(text, width, flush) for text, width, flush in zip(row, widths, right, strict=True))
        out.write(_cut(line.rstrip(), limit) + "\n")


def _narrow(widths: list[int], right: Sequence[bool], limit: int) -> None:
    """Take cells from the widest text columns until the line fits, numbers never."""
    over = sum(widths) + len(GAP) * (len(widths) - 1) - limit
    flexible = [at for at, flush in enumerate(right) if not flush]
    while over > 0 and flexible:
        widest = max(flexible, key=lambda at: widths[at])
        if widths[widest] <= NARROWEST:
            return
        widths[widest] -= 1
        over -= 1


def terminal_width(out: TextIO) -> int | None:
    """Return how many cells a line has; None where ``out`` is no terminal and nothing is cut."""
    return shutil.get_terminal_size().columns if out.isatty() else None


def cells(text: str) -> int:
    """Return how many cells of a terminal a cleaned text takes."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _cut(text: str, width: int | None) -> str:
    if width is None or cells(text) <= width:
        return text
    kept, used = "", len(CUT_SIGN)
    for char in text:
        used += cells(char)
        if used > width:
            break
        kept += char
    return kept + CUT_SIGN


def _fit(text: str, width: int, flush_right: bool) -> str:
    text = _cut(text, width)
    padding = " " * (width - cells(text))
    return padding + text if flush_right else text + padding


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def text_cell(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a cell as a person reads it, at most ``limit`` characters long."""
    if value is None:
        return _UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list | tuple):
        return clean(" ".join(str(one) for one in value), limit)
    if isinstance(value, dict):
        return clean(" ".join(f"{name}={one}" for name, one in value.items()), limit)
    return clean(str(value), limit)


def _number(value: float) -> str:
    """Return a number with as many decimals as its size leaves of use, never in powers of ten."""
    if abs(value) >= 1000 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def csv_cell(value: object) -> object:
    """Return a cell for CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return text_cell(value) if isinstance(value, bool) else value
    text = json.dumps(_harmless(value)) if isinstance(value, dict) else text_cell(value, CELL_LIMIT)
    return "'" + text if text.startswith(_FORMULA_START) else text
