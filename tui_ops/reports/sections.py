"""A document as sections of facts, tables and texts, written as Markdown or as one HTML page that needs nothing else.

Whoever makes one says things once, as they are: each form escapes them in its own way.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_ops.model.clean import clean_lines
from tui_ops.reports.escaping import ht, md
from tui_ops.reports.review import STYLE

BLOCK_LINES = 2000
"""Lines of a text that stands as it was written: more than a plan or an output that the store keeps."""

BLOCK_CHARS = 2000
"""Characters of one of its lines."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

FACT_CHARS = 100_000
"""Characters of one fact: the names of a thousand hosts, which evidence has to name."""

_PRE = """
pre { font-size: .8rem; background: #f6f7f8; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere }
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with what they say."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A text as it was written, with every blank of it."""

    title: str
    text: str


Part = Facts | Rows | Words | Block


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document with a title."""

    title: str
    parts: Sequence[Part]
    empty: str = "Nothing."
    """What is said where there is no part."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document."""

    title: str
    under: str
    """One line below the title: what it is, as of when."""
    facts: Facts
    sections: Sequence[Section]


def markdown(document: Document) -> str:
    """Return a document as Markdown."""
    return "\n".join(_markdown(document)).rstrip() + "\n"


def _markdown(document: Document) -> Iterator[str]:
    yield from (f"# {md(document.title)}", "", md(document.under), "")
    yield from _md_part(document.facts)
    for section in document.sections:
        yield from ("", f"## {md(section.title)}", "")
        if not section.parts:
            yield section.empty
        for number, part in enumerate(section.parts):
            if number:
                yield ""
            yield from _md_part(part)


def _md_part(part: Part) -> Iterator[str]:
    if isinstance(part, Facts):
        yield from (f"- **{md(label)}:** {md(text, FACT_CHARS)}" for label, text in part.rows)
    elif isinstance(part, Rows):
        yield f"| {' | '.join(part.titles)} |"
        yield "|" + "---|" * len(part.titles)
        yield from (f"| {' | '.join(md(cell) for cell in row)} |" for row in part.rows)
    elif isinstance(part, Words):
        yield md(part.text)
    else:
        lines = _block_lines(part.text)
        longest = max((len(found) for line in lines for found in re.findall("`+", line)), default=0)
        # A fence that is longer than any run of its sign inside can't be closed from there.
        fence = "`" * max(3, longest + 1)
        yield from (f"**{md(part.title)}**", "", f"{fence}text", *lines, fence)


def _block_lines(text: str) -> list[str]:
    return clean_lines(text.rstrip("\n").replace("\t", "    "), BLOCK_LINES, BLOCK_CHARS)


def page(document: Document) -> str:
    """Return a document as one HTML page."""
    body = "\n".join(_body(document))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{ht(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{ht(document.title)}</title>\n<style>{STYLE}{_PRE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _body(document: Document) -> Iterator[str]:
    yield f"<h1>{ht(document.title)}</h1>"
    yield f'<p class="of">{ht(document.under)}</p>'
    yield from _ht_part(document.facts)
    for section in document.sections:
        yield f"<h2>{ht(section.title)}</h2>"
        if not section.parts:
            yield f'<p class="none">{ht(section.empty)}</p>'
        for part in section.parts:
            yield from _ht_part(part)


def _ht_part(part: Part) -> Iterator[str]:
    if isinstance(part, Facts):
        yield "<dl>"
        yield from (f"<dt>{ht(label)}</dt><dd>{ht(text, FACT_CHARS)}</dd>" for label, text in part.rows)
        yield "</dl>"
    elif isinstance(part, Rows):
        titles = "".join(f"<th>{ht(title)}</th>" for title in part.titles)
        yield f"<table><thead><tr>{titles}</tr></thead><tbody>"
        yield from ("<tr>" + "".join(f"<td>{ht(cell)}</td>" for cell in row) + "</tr>" for row in part.rows)
        yield "</tbody></table>"
    elif isinstance(part, Words):
        yield f"<p>{ht(part.text)}</p>"
    else:
        lines = "\n".join(ht(line, BLOCK_CHARS) for line in _block_lines(part.text))
        yield f"<p><b>{ht(part.title)}</b></p>\n<pre>{lines}</pre>"
