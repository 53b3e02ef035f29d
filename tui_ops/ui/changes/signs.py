"""The signs of changes: a glyph, its twin in ASCII, a colour; a word stands beside them everywhere."""

from tui_ops.model.changes import ChangeState, Outcome, ReleaseState
from tui_ops.model.states import Look, StateSign
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.ui.paint import Ink


def _sign(glyph: str, twin: str, look: Look, word: str) -> StateSign:
    # One rank for all: which stands first is the list's own order.
    return StateSign(glyph, twin, look, 0, word, "")


_BY_STATE = {
    ChangeState.DRAFT: _sign("·", "-", Look.MUTED, "draft"),
    ChangeState.SUBMITTED: _sign("◌", "o", Look.WARN, "submitted"),
    ChangeState.APPROVED: _sign("●", "*", Look.MUTED, "approved"),
    ChangeState.SCHEDULED: _sign("●", "*", Look.MUTED, "scheduled"),
    ChangeState.RUNNING: _sign("→", ">", Look.GOOD, "running"),
    ChangeState.PAUSED: _sign("▲", "!", Look.WARN, "paused"),
    ChangeState.INTERRUPTED: _sign("✖", "X", Look.BAD, "interrupted"),
    ChangeState.ROLLING_BACK: _sign("←", "<", Look.WARN, "rolling back"),
    ChangeState.CANCELLED: _sign("·", "-", Look.MUTED, "cancelled"),
}

_BY_OUTCOME = {
    Outcome.SUCCESSFUL: _sign("●", "*", Look.GOOD, "successful"),
    Outcome.ISSUES: _sign("▲", "!", Look.WARN, "with issues"),
    Outcome.ROLLED_BACK: _sign("←", "<", Look.WARN, "rolled back"),
    Outcome.FAILED: _sign("✖", "X", Look.BAD, "failed"),
}

HELD = _sign("◆", "m", Look.HELD, "on hold")
DONE = _sign("·", "-", Look.MUTED, "done")

RELEASE_SIGNS = {
    ReleaseState.DRAFT: StateSign("·", "-", Look.MUTED, 0, "draft", ""),
    ReleaseState.GO: StateSign("●", "*", Look.GOOD, 0, "go", ""),
    ReleaseState.NO_GO: StateSign("✖", "X", Look.BAD, 0, "no-go", ""),
    ReleaseState.ROLLING_OUT: StateSign("→", ">", Look.GOOD, 0, "rolling out", ""),
    ReleaseState.DONE: StateSign("●", "*", Look.MUTED, 0, "done", ""),
    ReleaseState.CANCELLED: StateSign("·", "-", Look.MUTED, 0, "cancelled", ""),
}
"""How a release is drawn."""

RISK_INK = {"low": Ink.DIM, "medium": Ink.WARN, "high": Ink.BAD}
"""By the word for a level of risk."""


def change_sign(row: ChangeRow) -> StateSign:
    """Return how a change is drawn."""
    if row.on_hold and row.is_open:
        return HELD
    if row.state in _BY_STATE:
        return _BY_STATE[row.state]
    return _BY_OUTCOME[Outcome(row.outcome)] if row.outcome in set(Outcome) else DONE


def state_word(row: ChangeRow) -> str:
    """Return how far a change is, in a word or two: its outcome once that is known."""
    if row.on_hold and row.is_open:
        return "on hold"
    ended = row.state in (ChangeState.ENDED, ChangeState.CLOSED)
    return row.outcome if ended and row.outcome else str(row.state)
