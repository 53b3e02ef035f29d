"""Alerts that somebody has taken on where they come from."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from tui_ops.model.alerts import AlertState
from tui_ops.model.incidents import Happened, Happening
from tui_ops.practices.intake.keyed import KEYED
from tui_ops.practices.intake.taken import Identity
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.timeline import add_line, changed


def acknowledge(session: Session, identities: Sequence[Identity], at: float) -> int:
    """Take note that alerts were acknowledged elsewhere. Who did it is not told, so their incidents stay nobody's.

    While all that ask in one are acknowledged so, nobody is called for it: :mod:`tui_ops.practices.oncall.escalation`.

    Args:
        session: of the transaction.
        identities: which; those without an alert that fires are left alone.
        at: now, epoch seconds.

    Returns:
        How many alerts changed.
    """
    count = 0
    for identity in identities:
        query = select(Alert).where(Alert.source == str(identity.source), Alert.rule == identity.rule)
        if identity.source not in KEYED:
            query = query.where(Alert.subject == identity.subject)
        alert = session.exec(query.order_by(col(Alert.id))).first()
        if alert is None or alert.state != AlertState.FIRING:
            continue
        alert.state, alert.acked_at, alert.acked_by = str(AlertState.ACKNOWLEDGED), at, str(identity.source)
        changed(session, [alert])
        count += 1
        if alert.incident_id is not None:
            said = f"{alert.rule} was acknowledged in {identity.source}"
            add_line(session, alert.incident_id, Happened(Happening.ALERT, said), at)
    return count
