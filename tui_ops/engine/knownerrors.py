"""Which known errors are true of a host just now, by what was seen there."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from tui_ops.collectors.evidence import Block, failed_units
from tui_ops.engine.watch import HostWatch
from tui_ops.model.incidents import Happened, Happening, problem_name
from tui_ops.model.problems import known_error_name
from tui_ops.practices.incidents.redact import redacted_line
from tui_ops.practices.problems.signatures import HostNow, SignatureWrong, matched, read_signature
from tui_ops.store.evidence import has_matched
from tui_ops.store.tables import KnownError
from tui_ops.store.timeline import add_line
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.documents import Record
from tui_ops.store.views.facts import unpacked

log = logging.getLogger(__name__)

LOGS = ("journal", "lately", "dmesg", "errors")
"""The blocks in which a signature's log pattern is looked for."""

KNOWN_MOST = 500
"""Known errors that are looked for, the youngest first: each takes a millisecond of one host."""


@dataclass(frozen=True, slots=True)
class Found:
    """A known error that is true of a host."""

    known_id: int
    problem_id: int | None
    title: str
    host: str
    why: tuple[str, ...]
    """A reason for each part of its signature, secrets struck out."""
    fresh: bool
    """Whether the host was asked just now; else it is by what was last known of it."""


def known_here(
    reader: Reader, incident_id: int, watch: HostWatch, blocks: Sequence[Block], fresh: bool, at: float
) -> list[Found]:
    """Return the known errors whose signature is true of a host.

    Args:
        reader: of ``ops.db``.
        incident_id: whose rules are looked at.
        watch: the host.
        blocks: what was seen of it.
        fresh: whether that is of now.
        at: epoch seconds: what is not valid any more is not looked for.
    """
    known = reader.read(
        lambda connection: connection.execute(
            "SELECT id, problem_id, title, signature FROM known_error"
            " WHERE valid_until IS NULL OR valid_until > ? ORDER BY id DESC LIMIT ?",
            (at, KNOWN_MOST),
        ).fetchall()
    )
    if not known:
        return []
    host = _host_now(reader, incident_id, watch.host_id, blocks)
    found = []
    for known_id, problem_id, title, signature in known:
        try:
            why = matched(read_signature(signature), host)
        except SignatureWrong as error:
            log.warning("known error %d can't be looked for: %s", known_id, error)
            continue
        if why is not None:
            reasons = tuple(redacted_line(one) for one in why)
            found.append(Found(known_id, problem_id, title, watch.spec.name, reasons, fresh))
    return found


def _host_now(reader: Reader, incident_id: int, host_id: int, blocks: Sequence[Block]) -> HostNow:
    rules, units, packages, kernel = reader.read(
        lambda connection: (
            connection.execute(
                "SELECT rule FROM alert WHERE incident_id = ? UNION SELECT a.rule FROM past_alert AS p"
                " JOIN alert AS a ON a.id = p.alert_id WHERE p.incident_id = ? ORDER BY rule",
                (incident_id, incident_id),
            ).fetchall(),
            connection.execute(
                "SELECT document FROM section_latest WHERE host_id = ? AND section = 'units'", (host_id,)
            ).fetchone(),
            connection.execute(
                "SELECT items FROM fact WHERE host_id = ? AND topic = 'packages' AND at IS NOT NULL", (host_id,)
            ).fetchone(),
            connection.execute("SELECT kernel FROM host_latest WHERE host_id = ?", (host_id,)).fetchone(),
        )
    )
    document = Record(json.loads(units[0])) if units is not None else Record({})
    states = {one.text("name"): one.text("active") for one in document.records("units")}
    items = unpacked(packages[0]) if packages is not None else {}
    return HostNow(
        rules=tuple(row[0] for row in rules),
        log=[line for block in blocks if block.name in LOGS for line in block.lines],
        units={**states, **failed_units(blocks)},
        packages={name: str(fields.get("version") or "") for name, fields in items.items()},
        kernel=kernel[0] if kernel is not None else "",
    )


def note_matches(session: Session, incident_id: int, matches: Sequence[Found], at: float) -> None:
    """Write what was found to be true: a line of the timeline for each, and once an incident how often it was so.

    Args:
        session: of the transaction that keeps the evidence's line.
        incident_id: whose.
        matches: as :func:`known_here` gave them, of all hosts.
        at: epoch seconds.
    """
    counted: set[int] = set()
    for one in matches:
        known = session.get(KnownError, one.known_id)
        if known is None or has_matched(session, incident_id, one.known_id, one.host):
            continue
        of = f" of {problem_name(one.problem_id)}" if one.problem_id is not None else ""
        by = "" if one.fresh else ", by what was last known of it"
        text = f"{known_error_name(one.known_id)}{of} “{one.title}” is true of {one.host}{by}: {'; '.join(one.why)}"
        data = (("known_error", one.known_id), ("problem", one.problem_id), ("host", one.host), ("why", list(one.why)))
        if one.known_id not in counted and not has_matched(session, incident_id, one.known_id):
            known.matched += 1
        counted.add(one.known_id)
        known.matched_at = at
        session.add(known)
        add_line(session, incident_id, Happened(Happening.MATCHED, text, data=data), at)
