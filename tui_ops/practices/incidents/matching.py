"""Matchers of silences: read from what an operator types, and held against alerts."""

import re
from collections.abc import Mapping, Sequence

from tui_ops.model.alerts import Matcher

MATCHERS_MOST = 16
"""Conditions of one silence; more than a few are a mistake."""

VALUE_LIMIT = 200
"""Characters of a value or pattern."""

SUBJECT_MOST = 300
"""Characters of a label that a pattern looks at."""

_MATCHER = re.compile(r"([a-zA-Z_][a-zA-Z0-9_.-]{0,63})(=~|!~|!=|=)(\S*)")

_PLAIN = re.compile(r"(?:[^\\()\[\]{}*+?|^$.]|\\[^\dA-Za-z]|\.\*?|\|)*")
"""Patterns of letters, ``.``, ``.*`` and ``|``: they take no longer than their text is long, so no pattern of an
operator can hold the engine up."""


class MatcherError(ValueError):
    """A matcher that can't be read; the text says what would be right."""


def read_matchers(text: str) -> tuple[Matcher, ...]:
    """Return the matchers that a text says: words of ``name=value``, ``!=``, ``=~`` and ``!~``, all of which must hold.

    Raises:
        MatcherError: it has none, too many, or one that can't be read.
    """
    words = text.split()
    if not words or len(words) > MATCHERS_MOST:
        raise MatcherError(f"write one to {MATCHERS_MOST} conditions, such as site=lon rule=~disk.*")
    found = []
    for word in words:
        parts = _MATCHER.fullmatch(word)
        if parts is None or len(parts[3]) > VALUE_LIMIT:
            raise MatcherError(f"{word!r:.60} is no condition: write name=value, name!=value or name=~pattern")
        if parts[2] in ("=~", "!~") and not _PLAIN.fullmatch(parts[3]):
            raise MatcherError(f"{parts[3]!r:.60} is no pattern that is taken: letters, '.', '.*' and '|'")
        found.append(Matcher(parts[1], parts[2], parts[3]))
    return tuple(found)


def holds(matchers: Sequence[Matcher], words: Mapping[str, Sequence[str]]) -> bool:
    """Return whether all matchers hold for an alert.

    Args:
        matchers: at least one; none match nothing.
        words: what the alert has under each name: one text, or several (``group``, ``service``).
    """
    return bool(matchers) and all(_one(matcher, words.get(matcher.name, ("",)) or ("",)) for matcher in matchers)


def _one(matcher: Matcher, values: Sequence[str]) -> bool:
    if matcher.op in ("=", "!="):
        return (matcher.value in values) is (matcher.op == "=")
    pattern = re.compile(matcher.value)
    fits = any(pattern.fullmatch(value[:SUBJECT_MOST]) is not None for value in values)
    return fits is (matcher.op == "=~")
