"""The tables of ``ops.db``, as SQLModel classes. Only the engine and its acts load this package.

Times are epoch seconds in UTC (``*_at``) or of the machine's boot clock (``mono``). Lists and documents
are JSON text. ``revision`` grows with every change of a record, so that a change made from an older view
of it is refused.
"""

from tui_ops.store.tables.alerts import Alert, Heartbeat, PastAlert, Silence
from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.budgets import Slo, SloDay
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
from tui_ops.store.tables.security import (
    Acceptance,
    Attestation,
    AuditRun,
    Baseline,
    CheckVerdict,
    Feed,
    Finding,
    FindingDay,
    FindingLine,
    FrameworkText,
    HostVulnerabilities,
    LoginSource,
    ScanImport,
    VexStatement,
)

__all__ = [
    "Acceptance", "ActionItem", "Alert", "Approval", "Attestation", "AuditEntry", "AuditRun", "Baseline", "Change",
    "ChangeCell", "ChangeLine", "ChangeLink", "ChangeModel", "ChangePlan", "ChangeRun", "ChangingPlan",
    "CheckVerdict", "Delegation", "EngineInfo", "Event", "Evidence", "Fact", "FactDifference", "Feed", "Finding",
    "FindingDay", "FindingLine", "FrameworkText", "Freeze", "Heartbeat", "Host", "HostKey", "HostLatest",
    "HostVulnerabilities", "Incident", "KnownError", "LoginSource", "Maintenance", "Notification", "OnCallOverride",
    "OnCallPlan", "Operator", "PastAlert", "Problem", "ProblemLine", "Release", "Review", "ScanImport",
    "SectionLatest", "Service", "Silence", "Site", "Slo", "SloDay", "Timeline", "VexStatement",
]  # fmt: skip
