"""The order of Alpine's versions, as apk-tools 2.14 and later have it.

``DIGITS{.DIGITS}[LETTER]{_SUFFIX[DIGITS]}[~HASH][-rDIGITS]``. A number behind a point that begins with 0 is compared as
a text. Suffixes come before the version itself (alpha, beta, pre, rc) or behind it (cvs, svn, git, hg, p). Where one
version goes on and the other does not, the longer one is the later, unless it goes on with one of the former.
"""

import re
from functools import lru_cache
from typing import TypeAlias

from tui_ops.practices.vulnerabilities.dpkg import KEYS_KEPT

Piece: TypeAlias = tuple[int, int, int, str]
Key: TypeAlias = tuple[Piece, ...]

BEFORE = ("alpha", "beta", "pre", "rc")
AFTER = ("cvs", "svn", "git", "hg", "p")
_SUFFIXES = {name: at for at, name in enumerate((*BEFORE, *AFTER))}

_EARLIER, _INVALID, _END, _REVISION, _HASH, _SUFFIX_NUMBER, _LATER, _LETTER, _NUMBER = range(9)
"""Of two versions that differ in what comes next, that with the lower one is the earlier."""

_FIRST = re.compile(r"[0-9]+", re.ASCII)
_NEXT = re.compile(r"\.(?P<number>[0-9]+)|(?P<letter>[a-z])", re.ASCII)
_SUFFIX = re.compile(rf"_({'|'.join(sorted(_SUFFIXES, key=len, reverse=True))})(?![a-z])([0-9]*)", re.ASCII)
_TAIL = re.compile(r"~([0-9a-f]+)|-r([0-9]+)", re.ASCII)


@lru_cache(KEYS_KEPT)
def apk_key(version: str) -> Key:
    """Return what a version is compared by; it takes any text, at most 4,000 digits in a row: what is not of the form
    above ends it, right before one that ends there by itself.

    Args:
        version: as ``apk`` writes it: ``1.36.1-r5``.
    """
    version = version.strip()
    found: list[Piece] = []
    first = _FIRST.match(version)
    at = 0
    if first is not None:
        found.append((_NUMBER, 1, int(first[0]), ""))
        at = _numbers(version, first.end(), found)
        at = _suffixes(version, at, found)
        at = _tail(version, at, found)
    found.append((_END if first is not None and at == len(version) else _INVALID, 0, 0, ""))
    return tuple(found)


def _numbers(version: str, at: int, found: list[Piece]) -> int:
    """Take the numbers behind points and the letter; return where they end."""
    while (one := _NEXT.match(version, at)) is not None:
        at = one.end()
        if one["letter"]:
            found.append((_LETTER, 0, 0, one["letter"]))
            break
        number = one["number"]
        found.append((_NUMBER, 0, 0, number) if number[0] == "0" else (_NUMBER, 1, int(number), ""))
    return at


def _suffixes(version: str, at: int, found: list[Piece]) -> int:
    while (one := _SUFFIX.match(version, at)) is not None:
        at = one.end()
        found.append((_EARLIER if one[1] in BEFORE else _LATER, _SUFFIXES[one[1]], 0, ""))
        if one[2]:
            found.append((_SUFFIX_NUMBER, 0, int(one[2]), ""))
    return at


def _tail(version: str, at: int, found: list[Piece]) -> int:
    """Take the hash of a commit and the revision; return where they end."""
    while (one := _TAIL.match(version, at)) is not None:
        if found[-1][0] == _REVISION or (one[1] and found[-1][0] == _HASH):
            break
        at = one.end()
        found.append((_HASH, 0, 0, one[1]) if one[1] else (_REVISION, 0, int(one[2]), ""))
    return at
