"""What happened since an operator looked last: incidents, hosts, what others did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_ops.store.views import audit, incidents, lists
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.rows import EventRow

MOST = 200
"""Lines of each kind: what a person reads after a night."""


TOGETHER_S = 60.0
"""The same on several hosts within this time is told once: a jump host takes all behind it away within a period."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened."""

    at: float
    """Epoch seconds."""
    kind: str
    """``opened``, ``resolved``, ``host`` or ``did``."""
    name: str
    """What it happened to: an incident, a host, a person."""
    text: str
    number: int = 0
    """Of the incident or the audit entry."""


def read_since(reader: Reader, at: float) -> list[Happened]:
    """Return what happened after an epoch second, the newest first.

    Raises:
        StoreError: it can't be read.
    """
    found: list[Happened] = []
    for row in incidents.incidents(reader):
        if row.opened_at > at:
            found.append(Happened(row.opened_at, "opened", row.name, f"P{row.priority} {row.title}", row.id))
        if row.resolved_at is not None and row.resolved_at > at:
            by = row.resolved_by or "itself"
            helped = f": {row.helped}" if row.helped else ""
            found.append(Happened(row.resolved_at, "resolved", row.name, f"by {by}{helped}", row.id))
    found += _hosts([row for row in lists.events(reader, None, MOST) if row.at > at])
    found += [
        Happened(row.at, "did", row.who, f"{row.action} {row.target}: {row.outcome}", row.id)
        for row in audit.audit(reader, MOST, None, {"since": at})
        if not row.action.endswith(".end")
    ]
    return sorted(found, key=lambda one: -one.at)


def _hosts(rows: Sequence[EventRow]) -> Iterator[Happened]:
    """Yield events of hosts, the same of several hosts at one time as one."""
    alike: dict[str, list[EventRow]] = {}
    for row in rows:
        same = alike.setdefault(row.text, [])
        if same and same[0].at - row.at > TOGETHER_S:
            yield _together(same)
            same.clear()
        same.append(row)
    for same in alike.values():
        yield _together(same)


def _together(same: Sequence[EventRow]) -> Happened:
    name = same[0].host if len(same) == 1 else f"{len(same)} hosts"
    return Happened(same[0].at, "host", name, same[0].text)
