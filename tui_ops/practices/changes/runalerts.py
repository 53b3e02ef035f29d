"""What alerts mean for the changes that run: expected, an end as the plan says, or a reason to wait and ask."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session

from tui_ops.model.alerts import LIVE, AlertState, Suppressor
from tui_ops.model.changes import ChangeHappening, RunKind, RunState, change_name
from tui_ops.model.clean import clean
from tui_ops.model.fleet import ENGINE_NAME
from tui_ops.model.incidents import Happened
from tui_ops.model.plans import StepKind
from tui_ops.practices.changes import steering
from tui_ops.practices.changes.cell import FLYING
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.courses import follow, load, save
from tui_ops.practices.changes.running import Back, apply, by_policy
from tui_ops.store.changeruns import RunAlert, alerts_of, carriers_of, runs_under_way, told_alerts
from tui_ops.store.tables.changes import Change, ChangeRun
from tui_ops.store.timeline import add_change_line

HEEDED = frozenset({AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.SUPPRESSED})
"""States in which an alert says something about a run; what somebody put aside does not."""

STEERABLE = (RunState.RUNNING, RunState.SOAKING)
"""The states in which an alert changes what comes next: what is taken back goes on being taken back."""


@dataclass(frozen=True, slots=True)
class Live:
    """A run that is under way, with its change."""

    change: Change
    run: ChangeRun
    course: Course


def heed(session: Session, ids: Collection[int], at: float) -> set[int]:
    """Hold alerts that changed against every run that is under way.

    An alert of an ``abort_if`` rule, on any host of the targets or of their services, ends the run as ``on_failure``
    says; so does one that belongs to no host, see :func:`_near`. One that the plan expects, or of a host that a step
    reboots just now, is written down. Any other that began since the run did, on a host of the change or by name about
    one of its services, pauses it: nobody knows whether the change is what hurts.

    Args:
        session: of the transaction.
        ids: of the alerts.
        at: epoch seconds.

    Returns:
        The numbers of the runs that are to look at once.
    """
    moved: set[int] = set()
    lives = [one for run in runs_under_way(session) if (one := live_of(session, run)) is not None]
    if not lives:
        return moved
    alerts = [one for one in alerts_of(session, ids) if one.state in HEEDED and one.state in LIVE]
    for live in lives:
        assert live.run.id is not None
        for alert in alerts:
            if _hold_against(session, live, alert, at):
                moved.add(live.run.id)
    return moved


def live_of(session: Session, run: ChangeRun) -> Live | None:
    """Return a run with its change; None where nothing holds it up: a dry one, or one that nobody can read."""
    if run.kind != RunKind.REAL or run.state in (RunState.INTERRUPTED, RunState.ABORTED):
        return None
    try:
        return Live(session.get_one(Change, run.change_id), run, load(session, run))
    except ValueError:
        return None


def _hold_against(session: Session, live: Live, alert: RunAlert, at: float) -> bool:
    change, plan = live.change, live.course.plan
    assert change.id is not None
    services = frozenset(json.loads(change.services))
    near, about = _near(alert, services)
    own = alert.host in live.course.hosts or about
    aborts = alert.rule in plan.abort_if and (own or near or alert.host in carriers_of(session, services))
    by_change = alert.suppressed_by == Suppressor.CHANGE and alert.suppressed_ref == change_name(change.id)
    expected = alert.rule in plan.expected_alerts or by_change or reboots(live.course, alert.host)
    if not (own or aborts) or alert.started_at < live.run.begun_at:
        return False
    if alert.state is AlertState.SUPPRESSED and not (aborts or expected):
        return False
    key = f"{alert.id} {alert.episode}"
    if key in told_alerts(session, change.id, live.run.begun_at):
        return False
    where = f" on {alert.host}" if alert.host else ""
    text = clean(f"{alert.rule}{where}: {alert.text}", 300)
    unexpected = aborts or not expected
    said = f"{'' if unexpected else 'expected '}alert {text}"
    data = (("alert", key), ("unexpected", unexpected))
    add_change_line(session, change.id, Happened(ChangeHappening.ALERT, said, "", data), at)
    if aborts:
        end_by_policy(session, live, f"alert {text}", at)
    elif unexpected:
        pause_for(session, live.change, live.run, live.course, f"alert {text}", at)
    return True


def _near(alert: RunAlert, services: Collection[str]) -> tuple[bool, bool]:
    """Return whether an alert that belongs to no host may be about a change, and whether it says so itself.

    A check of an address belongs to no host and stands under the engine's own; what other programs tell may name no
    host at all. Such an alert is about a change where it names one of its services. Where it names none it may be about
    any: then a plan that names its rule means it. Where it names only others it is about something else.
    """
    if alert.host not in ("", ENGINE_NAME):
        return False, False
    about = not set(services).isdisjoint(alert.services)
    return about or not alert.services, about


def reboots(course: Course, host: str) -> bool:
    """Return whether a step that reboots a host is under way: it is away then because it was told to be."""
    steps = (step for step in (*course.plan.steps, *course.plan.rollback) if step.kind is StepKind.REBOOT)
    cells = (course.cells.get((host, step.key)) for step in steps)
    return any(cell is not None and cell.state in FLYING for cell in cells)


def end_by_policy(session: Session, live: Live, why: str, at: float) -> None:
    """Let a run go on as its plan says that it goes on after a failure: wait, or be taken back.

    Args:
        session: of the transaction.
        live: the run.
        why: what failed, for everyone who looks.
        at: epoch seconds.
    """
    if live.course.state not in STEERABLE and live.course.state is not RunState.PAUSED:
        return
    assert live.change.id is not None
    move = by_policy(live.course, why)
    if isinstance(move, Back) and not steering.may_roll_back(live.course, move.first):
        steering.abort(live.course, why)
    else:
        apply(live.course, move)
    live.change.stopped = clean(why, 500)
    said = f"taken back: {why}" if live.course.state is RunState.ROLLING_BACK else f"{live.course.state}: {why}"
    add_change_line(session, live.change.id, Happened(ChangeHappening.RUN, said), at)
    save(session, live.run, live.course, at)
    follow(session, live.change, live.course, decided=False)


def pause_for(session: Session, change: Change, run: ChangeRun, course: Course, why: str, at: float) -> bool:
    """Pause a run without a person, where it goes forward by itself; return whether it did.

    Args:
        session: of the transaction.
        change: whose run it is.
        run: its row.
        course: as it is kept.
        why: what for, for everyone who looks.
        at: epoch seconds.
    """
    if course.ended or course.state not in STEERABLE:
        return False
    assert change.id is not None
    steering.pause(course, why)
    change.stopped = clean(why, 500)
    add_change_line(session, change.id, Happened(ChangeHappening.RUN, f"paused: {why}"), at)
    save(session, run, course, at)
    follow(session, change, course, decided=False)
    return True
