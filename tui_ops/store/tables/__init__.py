"""The tables of ``ops.db``, as SQLModel classes. Only the engine and its acts load this package.

Times are epoch seconds in UTC (``*_at``) or of the machine's boot clock (``mono``). Lists and documents
are JSON text. ``revision`` grows with every change of a record, so that a change made from an older view
of it is refused.
"""

from tui_ops.store.tables.alerts import Alert, Heartbeat, PastAlert, Silence
from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.changes import (
    Approval,
    Change,
    ChangeCell,
    ChangeLine,
    ChangeLink,
    ChangeModel,
    ChangePlan,
    ChangeRun,
    ChangingPlan,
    Delegation,
    Freeze,
    Release,
)
from tui_ops.store.tables.facts import Fact, FactDifference
from tui_ops.store.tables.fleet import Host, HostKey, Maintenance, Operator, Service, Site
from tui_ops.store.tables.incidents import Evidence, Incident, Notification, OnCallOverride, OnCallPlan, Timeline
from tui_ops.store.tables.live import EngineInfo, Event, HostLatest, SectionLatest
from tui_ops.store.tables.problems import ActionItem, KnownError, Problem, ProblemLine, Review

__all__ = [
    "ActionItem", "Alert", "Approval", "AuditEntry", "Change", "ChangeCell", "ChangeLine", "ChangeLink",
    "ChangeModel", "ChangePlan", "ChangeRun", "ChangingPlan", "Delegation", "EngineInfo", "Event", "Evidence", "Fact",
    "FactDifference", "Freeze", "Heartbeat", "Host", "HostKey", "HostLatest", "Incident", "KnownError", "Maintenance",
    "Notification", "OnCallOverride", "OnCallPlan", "Operator", "PastAlert", "Problem", "ProblemLine", "Release",
    "Review", "SectionLatest", "Service", "Silence", "Site", "Timeline",
]  # fmt: skip
