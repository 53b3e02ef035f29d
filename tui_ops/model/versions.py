"""Which of two versions is the later one, as Debian orders them; other systems order theirs the same nearly always."""

import re

VERSION_LIMIT = 200
"""Characters of a version that are looked at."""

_PIECE = re.compile(r"(\D*)(\d*)", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def compare_versions(left: str, right: str) -> int:
    """Return a number below, at or above nought as ``left`` is earlier, the same or later.

    An epoch (``1:``) weighs most, then the version, then what stands behind the last hyphen. Numbers in it are compared
    as numbers, ``~`` comes before the end of the text, letters before other signs.
    """
    ours, theirs = _split(left[:VERSION_LIMIT]), _split(right[:VERSION_LIMIT])
    if ours[0] != theirs[0]:
        return -1 if ours[0] < theirs[0] else 1
    return _compare(ours[1], theirs[1]) or _compare(ours[2], theirs[2])


def _split(version: str) -> tuple[int, str, str]:
    epoch, colon, rest = version.strip().partition(":")
    if not colon or _NUMBER.fullmatch(epoch) is None:
        epoch, rest = "0", version.strip()
    upstream, hyphen, revision = rest.rpartition("-")
    return int(epoch), upstream if hyphen else rest, revision if hyphen else ""


def _compare(left: str, right: str) -> int:
    ours, theirs = _PIECE.findall(left), _PIECE.findall(right)
    for place in range(max(len(ours), len(theirs))):
        text, number = ours[place] if place < len(ours) else ("", "")
        other_text, other_number = theirs[place] if place < len(theirs) else ("", "")
        order = _compare_text(text, other_text) or (int(number or 0) > int(other_number or 0)) - (
            int(number or 0) < int(other_number or 0)
        )
        if order:
            return order
    return 0


def _compare_text(left: str, right: str) -> int:
    for place in range(max(len(left), len(right))):
        ours, theirs = (_weight(text[place] if place < len(text) else "") for text in (left, right))
        if ours != theirs:
            return -1 if ours < theirs else 1
    return 0


def _weight(sign: str) -> int:
    if sign == "~":
        return -1
    if not sign:
        return 0
    return ord(sign) if sign.isascii() and sign.isalpha() else ord(sign) + 256
