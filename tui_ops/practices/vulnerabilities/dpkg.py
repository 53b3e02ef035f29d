"""The order of Debian's versions, as dpkg has it (Debian policy, 5.6.12).

A version becomes a tuple once, and tuples are compared: a fleet has few versions and many comparisons.
"""

import re
from functools import lru_cache
from typing import TypeAlias

Key: TypeAlias = tuple[tuple[int, ...], ...]
"""Sorts as the version does: epoch, upstream version, revision."""

KEYS_KEPT = 200_000
"""Keys that are remembered: all versions of a full feed of one release, 40 MB at most."""

_PARTS = re.compile(r"([^0-9]*)([0-9]*)", re.ASCII)

_TILDE, _END = -1, 0
"""A tilde sorts before the end of a part, and that before anything else."""

_OTHER = 0x110000
"""Is added to what is no letter: those sort behind all letters."""


@lru_cache(KEYS_KEPT)
def dpkg_key(version: str) -> Key:
    """Return what a version is compared by; it takes any text, at most 4,000 digits in a row.

    Args:
        version: ``[EPOCH:]UPSTREAM[-REVISION]``.
    """
    epoch, colon, rest = version.strip().partition(":")
    if not colon:
        epoch, rest = "", epoch
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = revision, ""
    return _flat(epoch), _flat(upstream), _flat(revision)


def _flat(part: str) -> tuple[int, ...]:
    found: list[int] = []
    for text, digits in _PARTS.findall(part):
        if not text and not digits and found:
            break
        found += [_weight(char) for char in text]
        found += (_END, int(digits or "0"))
    found.append(_END)
    return tuple(found)


def _weight(char: str) -> int:
    if char == "~":
        return _TILDE
    return ord(char) if char.isascii() and char.isalpha() else ord(char) + _OTHER
