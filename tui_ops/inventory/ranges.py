"""Names with ranges: ``web-[01:20]``, ``node-[a:f]``, ``[1:9:2]``, ``db-[a,b,x1]``, several in one name."""

import re
from functools import reduce

from tui_ops.inventory.errors import quoted
from tui_ops.inventory.wrong import Wrong

TEXT_LIMIT = 4000
"""Characters of a name with ranges: a list of some hundred names."""

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_NUMBERS = re.compile(r"(\d{1,9}):(\d{1,9})(?::(\d{1,9}))?", re.ASCII)
_LETTERS = re.compile(r"([a-z]):([a-z])(?::(\d{1,9}))?|([A-Z]):([A-Z])(?::(\d{1,9}))?", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_HINT = "a range is written [01:20], [1:9:2], [a:f] or [a,b,c]"


def has_range(text: str) -> bool:
    """Return whether ``text`` holds a bracket, right or wrong."""
    return "[" in text or "]" in text


def count(text: str) -> int:
    """Return how many names ``text`` stands for, without making them.

    Raises:
        Wrong: where a range in it is not right.
    """
    return reduce(lambda total, part: total * _part_count(part), _parts(text)[1::2], 1)


def expand(text: str) -> list[str]:
    """Return the names that ``text`` stands for; the last range turns fastest. Bound it by :func:`count` first.

    Raises:
        Wrong: where a range in it is not right.
    """
    parts = _parts(text)
    names = [parts[0]]
    for inside, after in zip(parts[1::2], parts[2::2], strict=True):
        values = [value for item in inside.split(",") for value in _values(item)]
        names = [name + value + after for name in names for value in values]
    return names


def _parts(text: str) -> list[str]:
    """Return the texts outside and inside brackets in turns, beginning and ending outside."""
    if len(text) > TEXT_LIMIT:
        raise Wrong(f"{quoted(text)} is longer than {TEXT_LIMIT} characters", "split it into several entries")
    parts = _BRACKETS.split(text)
    if any(has_range(part) for part in parts):
        raise Wrong(f"the brackets in {quoted(text)} do not match", _HINT)
    return parts


def _part_count(inside: str) -> int:
    return sum(len(_span(item) or (item,)) for item in inside.split(","))


def _span(item: str) -> range | None:
    """Return the numbers or letter codes of a range; None for a plain word."""
    numbers, letters = _NUMBERS.fullmatch(item), _LETTERS.fullmatch(item)
    if numbers is not None:
        start, stop, step = int(numbers[1]), int(numbers[2]), int(numbers[3] or 1)
    elif letters is not None:
        first, last, by = letters.group(1, 2, 3) if letters[1] else letters.group(4, 5, 6)
        start, stop, step = ord(first), ord(last), int(by or 1)
    elif _WORD.fullmatch(item):
        return None
    else:
        raise Wrong(f"{quoted('[' + item + ']')} is not a range", _HINT)
    if step == 0 or stop < start:
        raise Wrong(f"the range {quoted('[' + item + ']')} is empty", "write the smaller end first, and a step above 0")
    return range(start, stop + 1, step)


def _values(item: str) -> list[str]:
    """Return the texts of one item; ``01`` as the first number keeps its width."""
    span = _span(item)
    if span is None:
        return [item]
    if not item[0].isdigit():
        return [chr(code) for code in span]
    start = item.partition(":")[0]
    width = len(start) if start.startswith("0") else 0
    return [f"{number:0{width}d}" if width else str(number) for number in span]
