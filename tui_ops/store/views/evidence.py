"""What was seen on the hosts of an incident, as it is shown: then and now side by side."""

import zlib
from collections import defaultdict

from tui_ops.model.evidence import Moment, Panel, Seen, order_of
from tui_ops.store.views.connect import Reader

BODY_BYTES = 1 << 20
"""Bytes that one section may unpack to: ten times what is ever written."""

Row = tuple[str, float, str, str, str, int, bytes]
"""Host, time, moment, section, why, whether it was cut, body."""


def evidence_of(reader: Reader, number: int) -> list[Panel]:
    """Return the evidence of an incident, by host (the first that was seen first) and section.

    Args:
        reader: of ``ops.db``.
        number: of the incident.

    Returns:
        A panel for each section of each host. What was seen first of a section is its *then*, with the moment that
        says how; the last that was asked for is its *now*.
    """
    found: list[Row] = reader.read(
        lambda connection: connection.execute(
            "SELECT coalesce(h.name, ''), e.at, e.moment, e.section, e.text, e.cut, e.body FROM evidence AS e"
            " LEFT JOIN host AS h ON h.id = e.host_id WHERE e.incident_id = ? ORDER BY e.at, e.id",
            (number,),
        ).fetchall()
    )
    hosts: dict[str, dict[str, list[Row]]] = {}
    for row in found:
        hosts.setdefault(row[0], defaultdict(list))[row[3]].append(row)
    return [
        _panel(host, section, sections[section])
        for host, sections in hosts.items()
        for section in sorted(sections, key=order_of)
    ]


def _panel(host: str, section: str, rows: list[Row]) -> Panel:
    """Make one panel of what was seen of a section, the first first."""
    then = next((row for row in rows if row[2] == Moment.THEN), None)
    then = then or next((row for row in rows if row[2] != Moment.NOW), None)
    later = [row for row in rows if row is not then]
    return Panel(host, section, _seen(then) if then else None, _seen(later[-1]) if later else None)


def _seen(row: Row) -> Seen:
    _host, at, moment, _section, why, cut, body = row
    return Seen(at, Moment(moment), unsqueezed(body), why, bool(cut))


def unsqueezed(body: bytes) -> tuple[str, ...]:
    """Return lines as they were written; none for bytes that are no such thing."""
    if not body:
        return ()
    try:
        text = zlib.decompressobj().decompress(body, BODY_BYTES)
    except zlib.error:
        return ()
    return tuple(text.decode("utf-8", "replace").split("\n")) if text else ()
