"""Markdown as lines of the terminal: what the reports write, and no more of it. Pure."""

import re
from collections.abc import Iterator, Sequence

from tui_ops.ui.cells import fit, safe, width_of
from tui_ops.ui.paint import EMPTY, Ink, Line, Span, line
from tui_ops.ui.panels import wrapped

LINES_MOST = 3000
"""Lines of a text that are drawn: a review of the longest timeline has a sixth of it."""

CELL_MOST = 22
"""Cells of a table's column at most, but for the one that has the rest: a moment in full."""

REST_LEAST = 24
"""Cells that the widest column of a table has left at least; columns after it go where there is no room for both."""

_INLINE = re.compile(r"\\([^\w\s]|_)|\*\*(.+?)(?<!\\)\*\*|`([^`]+)`")
_ESCAPED = re.compile(r"\\([^\w\s]|_)")
_LISTED = re.compile(r"(\s*)- (\[[ x]\] )?(.*)")
_RULED = re.compile(r"\|[-|: ]+\|")
_CELLS = re.compile(r"(?<!\\)\|")


def markdown_lines(text: str, width: int, marks: str = "-") -> list[Line]:
    """Return a text in Markdown as lines, none wider than so many cells.

    Args:
        text: headings, paragraphs, lists, tables, bold, code; every other sign stands as it is.
        width: cells.
        marks: the sign before a point of a list.
    """
    found: list[Line] = []
    table: list[list[str]] = []
    for raw in [*text.split("\n")[:LINES_MOST], ""]:
        if raw.startswith("|"):
            if not _RULED.fullmatch(raw.strip()):
                table.append([cell.strip() for cell in _CELLS.split(raw.strip().strip("|"))])
            continue
        if table:
            found += _table(table, width)
            table = []
        found += _block(raw, width, marks)
    while found and not found[-1]:
        found.pop()
    return found


def _block(raw: str, width: int, marks: str) -> Iterator[Line]:
    if not raw.strip():
        yield EMPTY
    elif raw.startswith("#"):
        yield from wrapped(bare(raw.lstrip("#").strip()), width, Ink.TITLE, "")
    elif (listed := _LISTED.fullmatch(raw)) is not None:
        indent, box, rest = listed[1], listed[2] or "", listed[3]
        head = line((f"{indent}{marks} ", Ink.DIM), (box, Ink.GOOD if "x" in box else Ink.DIM))
        yield from _flowing(rest, width, head)
    else:
        yield from _flowing(raw.strip(), width, ())


def _flowing(text: str, width: int, head: Line) -> Iterator[Line]:
    """Yield a text broken between words, after a head; further lines are indented as wide as that."""
    indent = sum(width_of(part) for part, _ in head)
    room = max(10, width - indent)
    now: list[Span] = []
    used = 0
    first = head
    for word, ink in _words(text):
        wide = width_of(word)
        if now and used + 1 + wide > room:
            yield (*first, *now)
            first, now, used = ((" " * indent, Ink.TEXT),) if indent else (), [], 0
        if now:
            now.append((" ", Ink.TEXT))
            used += 1
        now.append((word, ink))
        used += wide
    yield (*first, *now)


def _words(text: str) -> Iterator[Span]:
    for part, ink in _inline(text):
        for word in safe(part).split():
            yield word, ink


def _inline(text: str) -> Iterator[Span]:
    """Yield the parts of a line with their colours; what is escaped stands for itself."""
    at, plain_ = 0, ""
    for found in _INLINE.finditer(text):
        plain_ += text[at : found.start()]
        at = found.end()
        if found[1]:
            plain_ += found[1]
            continue
        if plain_:
            yield plain_, Ink.TEXT
            plain_ = ""
        yield (bare(found[2]), Ink.TITLE) if found[2] else (found[3], Ink.ACCENT)
    plain_ += text[at:]
    if plain_:
        yield plain_, Ink.TEXT


def bare(text: str) -> str:
    """Return a text without the backslashes before its signs."""
    return _ESCAPED.sub(r"\1", text)


def _table(rows: Sequence[Sequence[str]], width: int) -> Iterator[Line]:
    """Yield a table: narrow columns as wide as they need, the widest has the rest and is broken between words."""
    count = max(len(row) for row in rows)
    cells = [[safe(bare(row[at])) if at < len(row) else "" for at in range(count)] for row in rows]
    wide = [max(width_of(row[at]) for row in cells) for at in range(count)]
    rest = max(range(count), key=lambda at: wide[at])
    widths = [min(one, CELL_MOST) for one in wide]
    shown = [at for at in range(count) if wide[at]]
    while len(shown) > 1 and width - sum(widths[at] + 2 for at in shown if at != rest) < REST_LEAST:
        dropped = next((at for at in reversed(shown) if at != rest), None)
        if dropped is None:
            break
        shown.remove(dropped)
    widths[rest] = max(10, width - sum(widths[at] + 2 for at in shown if at != rest))
    for number, row in enumerate(cells):
        ink = Ink.DIM if number == 0 else Ink.TEXT
        broken = wrapped(row[rest], widths[rest], ink, "") or [EMPTY]
        for below, part in enumerate(broken):
            spans: list[Span] = []
            for at in shown:
                if at == rest:
                    text = "".join(one for one, _ in part)
                    spans.append((fit(text, widths[at]), ink))
                else:
                    spans.append((fit(row[at] if below == 0 else "", widths[at]), Ink.DIM))
                spans.append(("  ", Ink.TEXT))
            yield tuple(spans[:-1])
