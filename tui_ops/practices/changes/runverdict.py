"""What came of a run: proved by the checks after it, never by exit codes alone."""

from collections.abc import Sequence

from tui_ops.model.changes import CellState, Outcome
from tui_ops.model.plans import Part
from tui_ops.practices.changes.course import Course

NAMES_SHOWN = 3
"""Hosts named in a reason; the count says how many more."""

PROVED = frozenset({CellState.OK, CellState.CHANGED})


def proved(course: Course, host: str) -> bool:
    """Return whether a host's own checks after the steps all held, and there was at least one.

    A check that a person skipped proves nothing, and neither does one whose ``when`` is not true there.
    """
    posts = [cell for _, cell in course.of_host(host, Part.POST)]
    through = not course.out(host) and all(cell.over for cell in course.way(host))
    by_hand = any(cell.state is CellState.SKIPPED and cell.by for cell in posts)
    return through and not by_hand and any(cell.state in PROVED for cell in posts)


def outcome_forward(course: Course, alerts: int = 0) -> tuple[Outcome, str]:
    """Return what came of a run that went through, and what speaks against it.

    Args:
        course: the run.
        alerts: how many alerts that nobody expected came while it ran.

    Returns:
        Successful only where every host is proved, nothing was left out, and no such alert came. Failed where no
        host is proved though the plan has checks for it. All else is *with issues*, with one sentence that says why.
    """
    hosts = course.hosts
    unproved = [host for host in hosts if not proved(course, host)]
    reasons = [reason for reason in (
        _counted("failed or is not known", [host for host in hosts if course.out(host)]),
        _counted("had steps skipped by hand", [host for host in hosts if _skipped(course, host)]),
        f"{alerts} alert{'s' if alerts != 1 else ''} came that nobody expected" if alerts else "",
    ) if reason]  # fmt: skip
    if not course.plan.post:
        reasons.append("the plan has no checks after the steps: nothing proves it")
    elif unproved and not reasons:
        reasons.append(_counted("has no check that proves it", unproved))
    if not unproved and not reasons:
        return Outcome.SUCCESSFUL, ""
    if course.plan.post and len(unproved) == len(hosts) and any(course.out(host) for host in hosts):
        return Outcome.FAILED, "; ".join(reasons)
    return (Outcome.ISSUES if hosts else Outcome.FAILED), "; ".join(reasons) or "it had no hosts"


def outcome_back(course: Course) -> tuple[Outcome, str]:
    """Return what came of a run that was taken back."""
    hosts = [host for host in course.hosts if course.of_host(host, Part.ROLLBACK)]
    if not hosts:
        return Outcome.FAILED, "no step was begun that would have to be taken back"
    cells = {host: [cell for _, cell in course.of_host(host, Part.ROLLBACK)] for host in hosts}
    left = [host for host in hosts if any(one.bad or (one.state is CellState.SKIPPED and one.by)
                                          for one in cells[host])]  # fmt: skip
    if left:
        return Outcome.FAILED, _counted("is not taken back", left)
    stays = [host for host in course.hosts if course.begun(host) and host not in cells]
    return Outcome.ROLLED_BACK, _counted("stays as the change left it", stays)


def _skipped(course: Course, host: str) -> bool:
    return any(cell.state is CellState.SKIPPED and cell.by for cell in course.way(host))


def _counted(what: str, hosts: Sequence[str]) -> str:
    if not hosts:
        return ""
    more = f" and {len(hosts) - NAMES_SHOWN} more" if len(hosts) > NAMES_SHOWN else ""
    return f"{', '.join(hosts[:NAMES_SHOWN])}{more}: {what}"
