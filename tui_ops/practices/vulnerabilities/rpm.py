"""The order of rpm's versions: epoch, version and release, each as rpm's own ``vercmp`` orders them.

Parts are runs of digits and runs of letters, whatever stands between them. ``~`` sorts before the end, ``^`` right
behind it (rpm 4.15), letters before numbers.
"""

import re
from functools import lru_cache
from typing import TypeAlias

from tui_ops.practices.vulnerabilities.dpkg import KEYS_KEPT

Piece: TypeAlias = tuple[int, int, str]
Key: TypeAlias = tuple[int, tuple[Piece, ...], tuple[Piece, ...]]

_PIECES = re.compile(r"[0-9]+|[A-Za-z]+|[~^]", re.ASCII)

_TILDE, _END, _CARET, _LETTERS, _NUMBER = range(5)


@lru_cache(KEYS_KEPT)
def rpm_key(version: str) -> Key:
    """Return what a version is compared by; it takes any text, at most 4,000 digits in a row.

    Args:
        version: ``[EPOCH:]VERSION[-RELEASE]``; no epoch is 0.
    """
    epoch, colon, rest = version.strip().partition(":")
    if not colon:
        epoch, rest = "0", epoch
    upstream, dash, release = rest.rpartition("-")
    if not dash:
        upstream, release = release, ""
    return int(epoch) if epoch.isascii() and epoch.isdigit() else 0, rpm_pieces(upstream), rpm_pieces(release)


def rpm_pieces(part: str) -> tuple[Piece, ...]:
    """Return what a version or a release alone is compared by."""
    found: list[Piece] = []
    for piece in _PIECES.findall(part):
        if piece == "~":
            found.append((_TILDE, 0, ""))
        elif piece == "^":
            found.append((_CARET, 0, ""))
        elif piece[0].isdigit():
            found.append((_NUMBER, int(piece), ""))
        else:
            found.append((_LETTERS, 0, piece))
    found.append((_END, 0, ""))
    return tuple(found)
