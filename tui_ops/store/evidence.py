"""Writing what was seen on the hosts of an incident, and letting go of what is old."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from tui_ops.model.evidence import Moment
from tui_ops.model.incidents import Happening
from tui_ops.store.incidents import hosts_of
from tui_ops.store.tables import Evidence, Incident, Timeline

SQUEEZE = 6
"""Of zlib: a journal of two hundred lines becomes a seventh in a millisecond, and is read for months."""

BODY_LIMIT = 96 * 1024
"""Bytes of one section's text: three hundred lines of three hundred characters fit."""

NOWS_KEPT = 8
"""Takings on demand that are kept of one host and incident; the first of all stays in any case."""

KEPT_S = 180 * 86400.0
"""How long evidence is kept after its incident was closed: half a year, in which a review looks at it."""

DELETE_CHUNK = 500
"""Rows removed in one transaction: each is some kilobytes, and polls are never held up."""


@dataclass(frozen=True, slots=True)
class EvidenceWrite:
    """One section of what was seen of one host."""

    host_id: int
    at: float
    """Epoch seconds."""
    moment: Moment
    section: str
    lines: tuple[str, ...]
    """Cleaned, secrets struck out."""
    why: str = ""
    """Why there are none; empty where there are."""
    cut: bool = False
    """Whether there was more."""


def squeezed(lines: Sequence[str]) -> tuple[bytes, int, bool]:
    """Return lines as they are kept, how many these are, and whether some were left out at the end."""
    size, count = 0, 0
    for line in lines:
        size += len(line.encode("utf-8", "replace")) + 1
        if size > BODY_LIMIT:
            break
        count += 1
    body = "\n".join(lines[:count]).encode("utf-8", "replace")
    return zlib.compress(body, SQUEEZE) if body else b"", count, count < len(lines)


def write_evidence(session: Session, incident_id: int, rows: Sequence[EvidenceWrite]) -> None:
    """Keep what was seen. Of what was asked for again, only the last takings of each host stay.

    Args:
        session: any.
        incident_id: whose.
        rows: of one or several hosts.
    """
    for row in rows:
        body, count, cut = squeezed(row.lines)
        session.add(
            Evidence(
                incident_id=incident_id, host_id=row.host_id, at=row.at, moment=str(row.moment), section=row.section,
                text=row.why, count=count, cut=cut or row.cut, body=body,
            )
        )  # fmt: skip
    session.flush()
    for host_id in sorted({row.host_id for row in rows}):
        _trim_host(session, incident_id, host_id)


def _trim_host(session: Session, incident_id: int, host_id: int) -> None:
    of_host = (Evidence.incident_id == incident_id, Evidence.host_id == host_id, Evidence.moment != str(Moment.THEN))
    for moment in (Moment.NOW, Moment.BEFORE, Moment.BESIDE):
        times = session.exec(
            select(Evidence.at)
            .where(*of_host, Evidence.moment == str(moment))
            .group_by(col(Evidence.at))
            .order_by(col(Evidence.at).desc())
        ).all()
        old = times[NOWS_KEPT:]
        if moment is not Moment.NOW:
            # The first black box is that of the moment when it happened.
            old = old[:-1]
        if old:
            session.execute(
                delete(Evidence).where(*of_host, Evidence.moment == str(moment), col(Evidence.at).in_(old))  # type: ignore[arg-type]
            )


def trim_evidence(session: Session, before: float) -> int:
    """Remove evidence of incidents that were closed before ``before`` (epoch seconds), at most a chunk of it.

    Returns:
        How many rows were removed; to be called again until there are none.
    """
    ended = func.coalesce(Incident.closed_at, Incident.resolved_at)
    over = ("closed", "cancelled", "merged")
    old = session.exec(
        select(Evidence.id)
        .join(Incident, col(Incident.id) == col(Evidence.incident_id))
        .where(col(Incident.state).in_(over), func.coalesce(ended, Incident.opened_at) < before)
        .limit(DELETE_CHUNK)
    ).all()
    if old:
        session.execute(delete(Evidence).where(col(Evidence.id).in_(old)))
    return len(old)


def hosts_and_onset(session: Session, incident_id: int) -> tuple[list[int], float]:
    """Return the hosts that an incident is about, and when it began (epoch seconds): first those where it is still
    so, of them the first found first.
    """
    incident = session.get_one(Incident, incident_id)
    found = sorted(hosts_of(session, incident_id), key=lambda one: one.over)
    return [one.host_id for one in found], incident.started_at


def has_matched(session: Session, incident_id: int, known_id: int, host: str = "") -> bool:
    """Return whether an incident's timeline says already that a known error is true, of this host or of any."""
    rows = session.exec(
        select(Timeline.data).where(Timeline.incident_id == incident_id, Timeline.kind == str(Happening.MATCHED))
    ).all()
    told = [json.loads(data) for data in rows]
    return any(one.get("known_error") == known_id and host in ("", one.get("host")) for one in told)
