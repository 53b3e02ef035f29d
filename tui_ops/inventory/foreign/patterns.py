"""How Ansible writes hosts: ``web[01:20].example.org:2222``, ``[a:f]``, ``[1:9:2]``."""

import ipaddress
import re
import string

from tui_ops.inventory.errors import quoted
from tui_ops.inventory.hosts import HOSTS_MAX
from tui_ops.inventory.wrong import Wrong

PATTERN_LIMIT = 1000
"""Characters of one pattern: a name has 253 at most."""

_RANGE = re.compile(r"\[([^\[\]:]*):([^\[\]:]*)(?::([^\[\]:]*))?\]")
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\](?::([0-9]{1,5}))?", re.ASCII)
_HINT = "a range is written [01:20], [1:9:2] or [a:f]"


def hosts_of(pattern: str) -> tuple[list[str], str | None]:
    """Return the names that a pattern stands for, and the port after them where there is one.

    Raises:
        Wrong: it is not one, or stands for too many.
    """
    if len(pattern) > PATTERN_LIMIT:
        raise Wrong(f"{quoted(pattern)} is longer than {PATTERN_LIMIT} characters", "split it into several lines")
    six = _BRACKETED.fullmatch(pattern)
    if six is not None and is_ipv6(six[1]):
        return [six[1]], six[2]
    name, colon, port = pattern.rpartition(":")
    if not colon or not _PORT.fullmatch(port) or ":" in _RANGE.sub("", name):
        name, port = pattern, ""
    if not name or name.endswith(":") or "," in name:
        raise Wrong(f"{quoted(pattern)} can't be a host", "write one name a line; a ',' or a ':' at the end is no part")
    return _expanded(name), port or None


def is_ipv6(text: str) -> bool:
    """Return whether ``text`` is an IPv6 address without brackets."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _expanded(text: str) -> list[str]:
    """Return the names that a text with ranges stands for; the last range turns fastest."""
    names = [""]
    at = 0
    for found in _RANGE.finditer(text):
        if "[" in text[at : found.start()] or "]" in text[at : found.start()]:
            break
        values = _values(found)
        if len(names) * len(values) > HOSTS_MAX:
            raise Wrong(f"{quoted(text)} stands for more than {HOSTS_MAX:,} hosts", "write a smaller range")
        before = text[at : found.start()]
        names = [name + before + value for name in names for value in values]
        at = found.end()
    rest = text[at:]
    if "[" in rest or "]" in rest:
        raise Wrong(f"the range in {quoted(text)} is not one", _HINT)
    return [name + rest for name in names]


def _values(found: "re.Match[str]") -> list[str]:
    """Return the texts of one range, its end included."""
    first, last, step_text = found[1] or "0", found[2], found[3]
    step = int(step_text) if step_text and _NUMBER.fullmatch(step_text) else 1
    if not last or step < 1 or (step_text is not None and not _NUMBER.fullmatch(step_text)):
        raise Wrong(f"the range {quoted(found[0])} is not one", _HINT)
    letters = string.ascii_letters
    if first in letters and last in letters and len(first) == len(last) == 1:
        values = list(letters[letters.index(first) : letters.index(last) + 1 : step])
    elif _NUMBER.fullmatch(first) and _NUMBER.fullmatch(last):
        values = _numbers(first, last, step)
    else:
        raise Wrong(f"the range {quoted(found[0])} is not one", _HINT)
    if not values:
        raise Wrong(f"the range {quoted(found[0])} is empty", "write the smaller end first")
    return values


def _numbers(first: str, last: str, step: int) -> list[str]:
    padded = len(first) > 1 and first.startswith("0")
    if padded and len(first) != len(last):
        raise Wrong(f"the ends {quoted(first)} and {quoted(last)} differ in length", "write both with leading zeros")
    if (int(last) - int(first)) // step > HOSTS_MAX:
        raise Wrong(f"the range from {first} to {last} is too long", f"{HOSTS_MAX:,} hosts are the most")
    width = len(first) if padded else 0
    return [f"{number:0{width}d}" if width else str(number) for number in range(int(first), int(last) + 1, step)]
