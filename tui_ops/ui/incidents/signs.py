"""The signs of incidents and alerts: a glyph, its twin in ASCII, a colour; a word stands beside them everywhere."""

from tui_ops.model.alerts import AlertState
from tui_ops.model.incidents import IncidentState
from tui_ops.model.states import Look, Severity, StateSign
from tui_ops.store.views.incidents import AlertRow, IncidentRow

_OPEN = {
    1: StateSign("✖", "X", Look.BAD, 0, "P1", ""),
    2: StateSign("▲", "!", Look.BAD, 0, "P2", ""),
    3: StateSign("▲", "!", Look.WARN, 0, "P3", ""),
    4: StateSign("▲", "!", Look.MUTED, 0, "P4", ""),
    5: StateSign("▲", "!", Look.MUTED, 0, "P5", ""),
}
"""By priority. The order within is the list's own, so that every open one has the same rank."""

HELD = StateSign("◆", "m", Look.HELD, 1, "on hold", "")
DONE = StateSign("●", "*", Look.GOOD, 2, "done", "")
NONE = StateSign("·", "-", Look.MUTED, 2, "none", "")
"""It was cancelled, or lives on in another."""

_FIRING = {
    Severity.CRITICAL: StateSign("✖", "X", Look.BAD, 0, "critical", ""),
    Severity.WARNING: StateSign("▲", "!", Look.WARN, 1, "warning", ""),
    Severity.UNKNOWN: StateSign("?", "?", Look.WARN, 2, "unknown", ""),
    Severity.OK: StateSign("●", "*", Look.GOOD, 5, "well", ""),
}
_UNSEEN = StateSign("○", "o", Look.WARN, 3, "cleared unseen", "")
_HELD = StateSign("◆", "m", Look.HELD, 4, "put aside", "")
_OVER = StateSign("●", "*", Look.GOOD, 5, "over", "")


def incident_sign(row: IncidentRow) -> StateSign:
    """Return how an incident is drawn."""
    if row.is_open:
        return HELD if row.on_hold else _OPEN.get(row.priority, _OPEN[5])
    return NONE if row.state in (IncidentState.CANCELLED, IncidentState.MERGED) else DONE


def alert_sign(row: AlertRow) -> StateSign:
    """Return how an alert is drawn: by its severity while it asks for somebody."""
    if row.state in (AlertState.FIRING, AlertState.ACKNOWLEDGED):
        return _FIRING[row.severity]
    if row.state is AlertState.CLEARED:
        return _UNSEEN
    return _OVER if row.state is AlertState.RESOLVED else _HELD
