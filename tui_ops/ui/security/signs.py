"""The signs of findings: a glyph, its twin in ASCII, a colour; a word stands beside them everywhere."""

from tui_ops.model.security import CheckResult, FindingSeverity, FindingState
from tui_ops.model.states import Look, StateSign
from tui_ops.store.views.findings import FindingRow


def _sign(glyph: str, twin: str, look: Look, rank: int, word: str) -> StateSign:
    return StateSign(glyph, twin, look, rank, word, "")


SEVERITY_SIGNS = {
    FindingSeverity.CRITICAL: _sign("✖", "X", Look.BAD, 0, "critical"),
    FindingSeverity.HIGH: _sign("▲", "!", Look.BAD, 1, "high"),
    FindingSeverity.MEDIUM: _sign("▲", "!", Look.WARN, 2, "medium"),
    FindingSeverity.LOW: _sign("·", "-", Look.MUTED, 3, "low"),
    FindingSeverity.INFO: _sign("·", "-", Look.MUTED, 4, "info"),
}
"""How bad it is."""

SEVERITY_SHORT = {
    FindingSeverity.CRITICAL: "crit", FindingSeverity.HIGH: "high", FindingSeverity.MEDIUM: "med",
    FindingSeverity.LOW: "low", FindingSeverity.INFO: "info",
}  # fmt: skip
"""The same in four cells."""

STATE_SIGNS = {
    FindingState.OPEN: _sign("◌", "o", Look.WARN, 0, "open"),
    FindingState.ACKNOWLEDGED: _sign("●", "*", Look.MUTED, 0, "acknowledged"),
    FindingState.IN_PROGRESS: _sign("→", ">", Look.GOOD, 0, "in progress"),
    FindingState.CLAIMED: _sign("?", "?", Look.MUTED, 0, "resolved"),
    FindingState.VERIFIED: _sign("●", "*", Look.GOOD, 0, "verified"),
    FindingState.ACCEPTED: _sign("◆", "m", Look.HELD, 0, "accepted"),
    FindingState.FALSE_POSITIVE: _sign("◆", "m", Look.HELD, 0, "false positive"),
    FindingState.NOT_APPLICABLE: _sign("·", "-", Look.MUTED, 0, "not applicable"),
    FindingState.SUPPRESSED: _sign("◆", "m", Look.HELD, 0, "suppressed"),
}
"""How far it is."""

ASKED = _sign("◆", "m", Look.WARN, 0, "to approve")
"""Somebody asks to set it aside."""

EXPIRED = _sign("✖", "X", Look.BAD, 0, "expired")
"""It was set aside, and that has run out."""

RETURNED = _sign("↻", "<", Look.WARN, 0, "came back")
"""It was verified gone, and is open again."""

RESULT_SIGNS = {
    CheckResult.FAIL: _sign("✖", "X", Look.BAD, 0, "fail"),
    CheckResult.ERROR: _sign("▲", "!", Look.WARN, 1, "error"),
    CheckResult.UNKNOWN: _sign("?", "?", Look.WARN, 2, "unknown"),
    CheckResult.STALE: _sign("?", "?", Look.MUTED, 3, "stale"),
    CheckResult.PASS: _sign("●", "*", Look.GOOD, 4, "pass"),
    CheckResult.NOT_APPLICABLE: _sign("·", "-", Look.MUTED, 5, "not applicable"),
}
"""What a check says, what needs somebody first."""


def state_sign(row: FindingRow) -> StateSign:
    """Return how far a finding is, as it is drawn."""
    if row.is_live and row.waits:
        return ASKED
    if row.is_live and row.expired and row.state is FindingState.OPEN:
        return EXPIRED
    if row.returned and row.state is FindingState.OPEN:
        return RETURNED
    return STATE_SIGNS[row.state]
