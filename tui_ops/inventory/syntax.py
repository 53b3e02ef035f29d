"""A YAML parser's complaints in plain words."""

import yaml

from tui_ops.inventory.errors import LINE_END
from tui_ops.model.clean import clean

QUOTE_HINT = "put the value in quotes if it holds one of : # [ ] { } , * & ! | > ' \" % @ `"
"""What mends most lines that a person would call correct."""

_INDENT_HINT = "indent the lines of one level alike, with spaces"

_PLAIN_WORDS = (
    ("character '\\t'", "a tab can't be used here", "indent with spaces"),
    ("found a tab character", "a tab can't be used here", "indent with spaces"),
    ("that cannot start any token", "a value can't begin with this character", QUOTE_HINT),
    ("mapping values are not allowed", "a ':' stands where no key can be", f"{_INDENT_HINT}; {QUOTE_HINT}"),
    ("block sequence entries are not allowed", "a '- ' stands where no list can be", _INDENT_HINT),
    ("could not find expected ':'", "a key without a ':' after it", "write it as 'key: value'"),
    ("did not find expected key", "this does not fit the lines above", _INDENT_HINT),
    ("did not find expected '-' indicator", "this does not fit the list above", _INDENT_HINT),
    ("but found '<block mapping start>'", "this does not fit the lines above", _INDENT_HINT),
    ("expected <block end>", "this does not fit the lines above", _INDENT_HINT),
    ("expected ',' or ']'", "a '[' is not closed, or a ',' is missing", f"close it with ']'; {QUOTE_HINT}"),
    ("expected ',' or '}'", "a '{' is not closed, or a ',' is missing", f"close it with '}}'; {QUOTE_HINT}"),
    ("unexpected end of stream", "a quoted text does not end", "close it with the same quote"),
    ("unexpected document indicator", "a quoted text does not end", "close it with the same quote"),
    ("unknown escape character", "an unknown escape after '\\'", "write '\\\\' for a backslash, or use single quotes"),
    ("expected <document start>", "this does not belong to what stands above", _INDENT_HINT),
    ("expected alphabetic or numeric character", "a lone '*' or '&'", QUOTE_HINT),
    ("undefined tag handle", "an unknown tag", "tags are !env, !file and !command"),
    ("did not find expected node content", "a value is missing here", QUOTE_HINT),
)
"""What the parsers say (libyaml and PyYAML's own differ), what is meant, and what to do."""


_NOTICED_LATE = ("',' or", "unexpected end of stream", "could not find expected ':'")
"""Problems that a parser notices lines below the bracket, quote or key that they are about."""


def explain(error: yaml.YAMLError, text: str) -> tuple[str, str, int, int]:
    """Return message, hint, line and column (from 1) of the parser's error about ``text``."""
    mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if began is not None and (mark is None or _is_late(problem, mark, began)):
        mark = began
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    lines = LINE_END.split(text)
    if "cannot start any token" in problem and line <= len(lines) and lines[line - 1][column - 1 :].startswith("\t"):
        problem = "found a tab character"
    for said, message, hint in _PLAIN_WORDS:
        if said in problem:
            return message, hint, line, column
    return f"this is not YAML: {clean(LINE_END.split(problem)[0], 120)}", QUOTE_HINT, line, column


def _is_late(problem: str, mark: yaml.Mark, began: yaml.Mark) -> bool:
    elsewhere = mark.line != began.line or "end of stream" in problem
    return elsewhere and any(said in problem for said in _NOTICED_LATE)
