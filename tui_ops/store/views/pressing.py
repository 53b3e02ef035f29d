"""Findings that can't wait, and the alerts that tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.alerts import LIVE, AlertState, Source
from tui_ops.model.security import LIVE_FINDINGS, FindingSeverity, FindingState
from tui_ops.store.views.connect import Reader

ROWS_MOST = 20_000
"""Findings that are looked at: a feed may bring so many at once, and the most urgent say enough."""

_LIVE = tuple(str(state) for state in LIVE_FINDINGS)
_ALERTS = tuple(sorted(str(state) for state in LIVE))


@dataclass(frozen=True, slots=True)
class PressingRow:
    """A live finding that can't wait."""

    id: int
    check: str
    host: str
    severity: FindingSeverity
    title: str
    kev: bool
    """Attackers are known to use it."""
    state: FindingState
    opened_at: float


@dataclass(frozen=True, slots=True)
class ToldRow:
    """An alert of findings that is true."""

    subject: str
    severity: str
    text: str
    state: AlertState


def pressing(reader: Reader, severities: Sequence[FindingSeverity], but_source: str) -> list[PressingRow]:
    """Return the live findings of some severities, and those that attackers are known to use; the most urgent first.

    Args:
        reader: of ``ops.db``.
        severities: whose.
        but_source: of which source none are: something else tells of them.
    """
    query = (
        'SELECT f.id, f."check", coalesce(h.name, \'\'), f.severity, f.title, f.data LIKE \'%"kev":"%\', f.state,'  # noqa: S608
        " f.opened_at FROM finding AS f LEFT JOIN host AS h ON h.id = f.host_id"
        f" WHERE f.state IN ({', '.join('?' * len(_LIVE))}) AND f.source != ? AND h.retired_at IS NULL"
        f' AND (f.severity IN ({", ".join("?" * len(severities))}) OR f.data LIKE \'%"kev":"%\')'
        " ORDER BY f.priority DESC, f.id LIMIT ?"
    )
    given = (*_LIVE, but_source, *map(str, severities), ROWS_MOST)
    rows = reader.read(lambda connection: connection.execute(query, given).fetchall())
    return [
        PressingRow(number, check, host, FindingSeverity(severity), title, bool(kev), FindingState(state), opened_at)
        for number, check, host, severity, title, kev, state, opened_at in rows
    ]


def told(reader: Reader) -> list[ToldRow]:
    """Return the alerts of findings that are true."""
    query = f"SELECT subject, severity, text, state FROM alert WHERE source = ? AND state IN ({', '.join('?' * len(_ALERTS))})"  # noqa: E501, S608
    given = (str(Source.FINDINGS), *_ALERTS)
    rows = reader.read(lambda connection: connection.execute(query, given).fetchall())
    return [ToldRow(subject, severity, text, AlertState(state)) for subject, severity, text, state in rows]
