"""The one border for foreign text: what a host, a file or a person wrote becomes harmless text here.

Control characters (ANSI sequences begin with one), bidirectional marks and other invisible
characters are made visible; over-long text is cut with a sign. What comes out is safe to store
and to place in a cell. It is *not* markup-escaped: widgets never parse text as markup.
"""

import unicodedata

CUT_SIGN = "…"
"""Stands at the end of a text that was cut."""

LINE_LIMIT = 400
"""Characters of one line of text from a host: more than any screen shows, far less than a flood."""

COMMON = 0x3000
"""Characters below this are remembered: every alphabet, and twelve thousand entries at most."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"})
"""Unicode categories that can hide, reorder or overprint text: controls, formats (bidi, zero width),
surrogates, private use, unassigned, separators, and combining marks (which stack without end)."""

_SHORT_NAMES = {0x1B: "␛", 0x09: "␉", 0x0A: "␊", 0x0D: "␍", 0x00: "␀", 0x07: "␇", 0x08: "␈", 0x7F: "␡"}


def _visible(char: str) -> str:
    code = ord(char)
    return _SHORT_NAMES.get(code) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


class _Table(dict[int, str]):
    """Character to what it is shown as, found out when it first comes; kept for the common ones alone."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        shown = _visible(char) if unicodedata.category(char) in _HIDDEN_CATEGORIES else char
        if code < COMMON:
            self[code] = shown
        return shown


_TABLE = _Table()


def clean(text: str | bytes, limit: int = LINE_LIMIT) -> str:
    """Make one line of foreign text harmless.

    Args:
        text: what came in; bytes are decoded as UTF-8 with replacement.
        limit: most characters of the result, the cut sign included.

    Returns:
        Text without controls, line ends, invisible and combining characters, at most ``limit`` long.
    """
    if isinstance(text, bytes):
        text = text[: limit * 4 + 4].decode("utf-8", "replace")
    # No character becomes shorter, so that what follows would be cut anyway.
    text = text[: limit + 1]
    if not text.isascii() or not text.isprintable():
        text = text.translate(_TABLE)
    return text if len(text) <= limit else text[: limit - 1] + CUT_SIGN


def clean_lines(text: str | bytes, lines: int = 200, limit: int = LINE_LIMIT) -> list[str]:
    """Make a foreign text of several lines harmless, at most ``lines`` of them."""
    if isinstance(text, bytes):
        text = text[: lines * limit * 4].decode("utf-8", "replace")
    found = text.split("\n", lines)
    kept = [clean(line.rstrip("\r"), limit) for line in found[:lines]]
    if len(found) > lines and found[lines]:
        kept.append(CUT_SIGN)
    return kept
