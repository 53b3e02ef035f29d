"""Alerts of which the sender's key alone says which is meant: what they are about is told by the trigger only."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from tui_ops.model.alerts import Signal, Source
from tui_ops.model.clean import clean
from tui_ops.model.states import Severity
from tui_ops.store.tables.alerts import Alert

KEYED = frozenset({Source.PAGERDUTY})
"""Sources whose rule is a key of the sender: the end of an alert brings the key, and not what the alert is about."""

ASKED_AT_ONCE = 1000
"""Keys of one query: SQLite takes 32,766 values, and a message of PagerDuty's has one."""


def keyed(session: Session, signals: Sequence[Signal]) -> Sequence[Signal]:
    """Return signals with the subjects under which their keys are kept; a new key keeps what its trigger names.

    Args:
        session: of the transaction.
        signals: in their order; those of other sources stay as they are.
    """
    rules = list({clean(one.rule, 200) for one in signals if one.source in KEYED})
    if not rules:
        return signals
    known: dict[tuple[str, str], str] = {}
    for start in range(0, len(rules), ASKED_AT_ONCE):
        some = rules[start : start + ASKED_AT_ONCE]
        query = select(Alert).where(col(Alert.source).in_(sorted(map(str, KEYED))), col(Alert.rule).in_(some))
        for alert in session.exec(query.order_by(col(Alert.id))).all():
            known.setdefault((alert.source, alert.rule), alert.subject)
    return [_named(one, known) if one.source in KEYED else one for one in signals]


def _named(signal: Signal, known: dict[tuple[str, str], str]) -> Signal:
    key = (str(signal.source), clean(signal.rule, 200))
    if signal.severity is not Severity.OK:
        known.setdefault(key, signal.subject)
    return replace(signal, subject=known.get(key, signal.subject))
