"""What time does to findings, as far as it is SQL: acceptances that run out, what is overdue, the days of the trend."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from tui_ops.model.security import ASIDE_FINDINGS, LIVE_FINDINGS, SEVERITIES, FindingState
from tui_ops.store.findings import findings_with
from tui_ops.store.tables.changes import Change
from tui_ops.store.tables.security import Acceptance, Finding, FindingDay

DAY_S = 86400.0

_LIVE = [str(state) for state in LIVE_FINDINGS]
_ASIDE = [str(state) for state in ASIDE_FINDINGS]


def run_out(session: Session, is_over: Callable[[object], bool]) -> list[tuple[Acceptance, list[Finding]]]:
    """Return the acceptances that have not ended and whose time is over, each with its findings.

    Args:
        session: of the transaction.
        is_over: tells by the moment as it is kept, which may be no number.
    """
    return [(row, findings_with(session, row.id)) for row in going(session) if row.id and is_over(row.expires_at)]


def going(session: Session) -> list[Acceptance]:
    """Return the acceptances that are in force or asked for."""
    query = select(Acceptance).where(col(Acceptance.ended_at).is_(None), col(Acceptance.rejected_at).is_(None))
    return list(session.exec(query).all())


def awaiting_changes(session: Session) -> list[tuple[Finding, Change]]:
    """Return the findings in progress by a change, each with its change, the oldest first."""
    query = (
        select(Finding, Change)
        .join(Change, col(Change.id) == Finding.change_id)
        .where(Finding.state == str(FindingState.IN_PROGRESS))
        .order_by(col(Finding.id))
    )
    return list(session.exec(query).all())


def newly_due(session: Session, since: float, until: float) -> int:
    """Return how many live findings became overdue after an epoch second, up to another one."""
    query = select(func.count()).where(
        col(Finding.state).in_(_LIVE), col(Finding.due_at) > since, col(Finding.due_at) <= until
    )
    return session.exec(query).one()


def live_of(session: Session, after: int, limit: int) -> list[Finding]:
    """Return live findings after a number, the first first: what is weighed anew, chunk by chunk."""
    query = select(Finding).where(col(Finding.id) > after, col(Finding.state).in_(_LIVE))
    return list(session.exec(query.order_by(col(Finding.id)).limit(limit)).all())


@dataclass(slots=True)
class _Count:
    live: int = 0
    aside: int = 0
    overdue: int = 0
    opened: int = 0
    closed: int = 0


def write_day(session: Session, day: str, begins: float, at: float, before: str = "") -> None:
    """Write how many findings of each severity there are, for the trend, in the place of what was written of the day.

    Args:
        session: of the transaction.
        day: ``2026-11-29``, UTC.
        begins: epoch second at which it began.
        at: now, epoch seconds.
        before: the day before, where it is to get what opened and closed after it was counted last.
    """
    counts = {str(severity): _Count() for severity in SEVERITIES}

    def add(name: str, *where: object) -> None:
        query = select(Finding.severity, func.count()).where(*where).group_by(Finding.severity)  # type: ignore[arg-type]
        for severity, count in session.exec(query).all():
            if severity in counts:
                setattr(counts[severity], name, count)

    live = col(Finding.state).in_(_LIVE)
    add("live", live)
    add("aside", col(Finding.state).in_(_ASIDE))
    add("overdue", live, col(Finding.due_at) <= at)
    add("opened", col(Finding.opened_at) >= begins, col(Finding.opened_at) <= at)
    add("closed", col(Finding.closed_at) >= begins, col(Finding.closed_at) <= at)
    if before:
        _complete(session, before, begins)
    for severity, count in counts.items():
        session.merge(
            FindingDay(
                day=day, severity=severity, live=count.live, aside=count.aside, overdue=count.overdue,
                opened=count.opened, closed=count.closed,
            )
        )  # fmt: skip


def _complete(session: Session, day: str, ended: float) -> None:
    """Add to a day that was counted what opened and closed between its last count and its end.

    What was counted stays where more was counted than is to be found now: what came back has another time of opening.
    """

    def count(moment: object) -> dict[str, int]:
        query = (
            select(Finding.severity, func.count())
            .where(col(moment) >= ended - DAY_S, col(moment) < ended)
            .group_by(Finding.severity)
        )
        return dict(session.exec(query).all())

    opened, closed = count(Finding.opened_at), count(Finding.closed_at)
    for row in session.exec(select(FindingDay).where(FindingDay.day == day)).all():
        row.opened = max(row.opened, opened.get(row.severity, 0))
        row.closed = max(row.closed, closed.get(row.severity, 0))
        session.add(row)


def findings_numbered(session: Session, numbers: Collection[int]) -> list[Finding]:
    """Return findings by their numbers, those that there are."""
    return list(session.exec(select(Finding).where(col(Finding.id).in_(numbers))).all())
