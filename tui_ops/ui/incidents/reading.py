"""What the store tells of one incident, as its page and the panel beside the list take it."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime

from tui_ops.model.budgets import Budget
from tui_ops.model.changed import ChangedRow
from tui_ops.model.clock import now
from tui_ops.model.evidence import Panel as Evidence
from tui_ops.store.views import incidents, lists, problems
from tui_ops.store.views.budgets import budgets
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.incidents import AlertRow, IncidentRow, TimelineRow
from tui_ops.store.views.problems import Before, KnownErrorRow, ProblemRow
from tui_ops.store.views.rows import ServiceRow
from tui_ops.store.views.weakpoints import WeakPoints, weak_points
from tui_ops.ui.incidents.marks import Mark, marks_of
from tui_ops.ui.incidents.metrics import HostMetrics
from tui_ops.ui.incidents.runbook import Step, steps_of

BESIDE_LINES = 60
"""Lines of a timeline that are read for the panels beside the list: more than the tallest terminal shows."""


@dataclass(slots=True)
class IncidentPage:
    """One incident with what belongs to it, and what an operator looks at of it."""

    row: IncidentRow
    alerts: list[AlertRow] = field(default_factory=list)
    """Those that fire first, the newest first."""
    timeline: list[TimelineRow] = field(default_factory=list)
    """The newest last."""
    evidence: list[Evidence] = field(default_factory=list)
    changes: list[ChangedRow] = field(default_factory=list)
    """What changed on its hosts and upstream, the likeliest cause first."""
    before: Before | None = None
    problem: ProblemRow | None = None
    known: list[KnownErrorRow] = field(default_factory=list)
    """Known errors whose signature was true on its hosts."""
    services: list[ServiceRow] = field(default_factory=list)
    standing: dict[str, str] = field(default_factory=dict)
    """Host name to its state, for the tree of services; the desk fills it in."""
    next_told: str = ""
    """The next notification, and why; empty where none is known of."""
    steps: list[Step] = field(default_factory=list)
    """Of its runbook."""
    metrics: list[HostMetrics] | None = None
    """Around the onset; None before they were asked for."""
    marks: tuple[Mark, ...] = ()
    """What is marked above the metrics."""
    height: int = 0
    """Lines of the screen."""
    room: int = 12
    """Lines that the timeline may take."""
    budget: Budget | None = None
    """The error budget of which the least is left, of the services that it hurts; None where none has one."""
    weak: list[WeakPoints] = field(default_factory=list)
    """Its hosts with findings that are critical or high, the weakest first."""
    beside: tuple[str, ...] = ()
    """Who else looks at it now; the desk fills it in."""
    cursor: Hashable = None
    """The row of a panel that fills the screen; None before there is one."""
    unfolded: frozenset[Hashable] = frozenset()
    """Blocks of evidence that are open."""


def read_page(reader: Reader, number: int, whole: bool) -> IncidentPage | None:
    """Return what belongs to an incident; None where there is none of this number.

    Args:
        reader: of ``ops.db``.
        number: of the incident.
        whole: whether it is for its page; beside the list alerts and the last lines are enough.
    """
    row = incidents.incident(reader, number)
    if row is None:
        return None
    alerts = sorted(incidents.alerts_of(reader, number), key=lambda one: one.ended_at is not None)
    limit = incidents.TIMELINE_LIMIT if whole else BESIDE_LINES
    page = IncidentPage(row, alerts, incidents.timeline(reader, number, limit))
    if whole:
        # Loaded with the first page: the desk opens sooner without.
        from tui_ops.practices.incidents.changed import ranked
        from tui_ops.store.views import changed, evidence

        page.steps = steps_of(row.runbook)
        page.evidence = evidence.evidence_of(reader, number)
        page.changes = ranked(changed.what_changed(reader, number))
        page.marks = marks_of(row, page.timeline, page.changes)
        page.before = problems.like_before(reader, number)
        page.next_told = _next_told(reader, number)
        page.services = lists.services(reader)
        page.budget = _budget(reader, row)
        page.known = _known(reader, page)
        page.weak = weak_points(reader, row.hosts)
        if row.problem_id is not None:
            page.problem = problems.problem(reader, row.problem_id)
    return page


def _next_told(reader: Reader, number: int) -> str:
    """Return who is called next, when and why; or why nobody is."""
    from tui_ops.practices.oncall import escalation
    from tui_ops.practices.oncall.localtime import local
    from tui_ops.store.views import oncall

    at = now().at
    found = oncall.replayed(reader, number, at)
    if found is None:
        return ""
    fact, lines, known = found
    settings = escalation.Settings(known.spec, known.alerting, known.overrides)
    due = escalation.ahead(escalation.policy_of(known.spec, fact), fact, lines, settings, at)
    zone = known.spec.timezone
    return escalation.explained(due, zone, at, named=local(at, zone) != datetime.fromtimestamp(at))


def _budget(reader: Reader, row: IncidentRow) -> Budget | None:
    hurt = {row.service, *row.services}
    several = [one for one in budgets(reader) if one.service in hurt and one.coverage]
    return min(several, key=lambda one: (one.left_s / one.allowed_s, one.service), default=None)


def _known(reader: Reader, page: IncidentPage) -> list[KnownErrorRow]:
    """Return the known errors that its timeline says were found on its hosts."""
    named = {line.data.get("known_error") for line in page.timeline if line.data.get("known_error") is not None}
    rows = problems.known_errors(reader, everything=True) if named or page.row.problem_id is not None else []
    return [row for row in rows if row.id in named or row.name in named]
