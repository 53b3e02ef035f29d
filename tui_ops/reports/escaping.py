"""Foreign text in Markdown and HTML: what a host, a file or a person wrote is shown, and never obeyed.

Text for Markdown loses no sign: every one that could begin emphasis, code, a link, an image, a table's cell or markup
gets a backslash. Addresses do not become links, since the reader did not ask for them.
"""

import html
import re

from tui_ops.model.clean import clean, clean_lines

TEXT_LIMIT = 1000
"""Characters of one text: a line of a timeline."""

PARAGRAPHS = 200
"""Lines of one section."""

_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&$@]|:(?=//)|(?<=\bwww)\.|^(?:[-+=]|[0-9]{1,9}[.)](?=\s|$))", re.IGNORECASE)


def md(text: object, limit: int = TEXT_LIMIT) -> str:
    """Return one line of foreign text for Markdown, at most ``limit`` characters of it."""
    return _MARKUP.sub(_escaped, clean(str(text), limit).strip())


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    return f"{sign[:-1]}\\{sign[-1]}"


def md_lines(text: str) -> str:
    """Return foreign text of several lines for Markdown, each line a paragraph's line of its own."""
    return "  \n".join(md(line) for line in clean_lines(text, PARAGRAPHS, TEXT_LIMIT) if line.strip())


def ht(text: object, limit: int = TEXT_LIMIT) -> str:
    """Return one line of foreign text for HTML, in an element or in a quoted attribute."""
    return html.escape(clean(str(text), limit), quote=True)


def ht_lines(text: str) -> str:
    """Return foreign text of several lines for HTML."""
    return "<br>\n".join(ht(line) for line in clean_lines(text, PARAGRAPHS, TEXT_LIMIT) if line.strip())
