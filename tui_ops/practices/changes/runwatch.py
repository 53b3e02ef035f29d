"""What nobody could see of a batch while it was watched: a watch that saw nothing proves nothing."""

from collections.abc import Sequence

from sqlmodel import Session

from tui_ops.model.budgets import BUDGET_RULE
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.runburn import OLD_S, Burning, burning_of, said_of
from tui_ops.practices.changes.running import Unseen
from tui_ops.store.changeruns import in_maintenance_since, unread_since
from tui_ops.store.tables.changes import ChangeRun


def unseen_of(session: Session, run: ChangeRun, course: Course, hosts: Sequence[str], since: float) -> Unseen:
    """Return what was not seen of hosts of a run.

    Args:
        session: of the transaction.
        run: its row.
        course: the run; alerts that its plan expects are not missed.
        hosts: that were watched.
        since: when the watch began, epoch seconds.
    """
    kept = in_maintenance_since(session, hosts, run.begun_at)
    masked = tuple(f"{rule} on {host}" for host, rule in kept if rule not in course.plan.expected_alerts)
    expected = BUDGET_RULE in course.plan.expected_alerts
    burning = Burning() if expected else burning_of(session, run, course, since - OLD_S)
    return Unseen(
        tuple(unread_since(session, hosts, since)), masked,
        tuple(map(said_of, burning.since)), tuple(one.service for one in burning.before),
    )  # fmt: skip
