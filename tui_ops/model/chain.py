"""The audit chain: how an entry is bound to the one before, and how a broken chain is told apart.

An entry's hash covers its number, all its fields and the hash before it. So a change shows in the entry itself,
and a removed, inserted or moved one shows between its neighbours. What no chain shows by itself is a cut-off
end: the :class:`Head`, which is kept apart from the database, says how long the chain is.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

GENESIS = "0" * 64
"""What the first entry is bound to."""


@dataclass(frozen=True, slots=True)
class Link:
    """An audit entry as it stands in the store."""

    id: int
    at: float
    """Epoch seconds, UTC."""
    who: str
    uid: int
    origin: str
    action: str
    target: str
    params: str
    outcome: str
    previous: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is: as it was when the last act had ended, and as it will be after the running one."""

    count: int = 0
    hash: str = GENESIS
    next_count: int = 0
    next_hash: str = GENESIS


def entry_hash(link: Link, as_id: int | None = None) -> str:
    """Return the hash that an entry must carry, 64 hex digits.

    Args:
        link: the entry; its own ``hash`` plays no part.
        as_id: the number it is hashed under; None takes its own.
    """
    number = link.id if as_id is None else as_id
    fields = [
        number, float(link.at), link.who, link.uid, link.origin, link.action, link.target, link.params,
        link.outcome, link.previous,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


BreakKind = Literal["changed", "removed", "inserted", "reordered"]


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold."""

    id: int
    """Number of the entry as it stands, or as it stood when it was removed."""
    kind: BreakKind
    text: str
