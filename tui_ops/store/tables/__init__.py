"""The tables of ``ops.db``, as SQLModel classes. Only the engine and its acts load this package.

Times are epoch seconds in UTC (``*_at``) or of the machine's boot clock (``mono``). Lists and documents
are JSON text. ``revision`` grows with every change of a record, so that a change made from an older view
of it is refused.
"""

from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.facts import Fact, FactDifference
from tui_ops.store.tables.fleet import Host, HostKey, Maintenance, Operator, Service, Site
from tui_ops.store.tables.live import EngineInfo, Event, HostLatest, SectionLatest

__all__ = [
    "AuditEntry", "EngineInfo", "Event", "Fact", "FactDifference", "Host", "HostKey", "HostLatest", "Maintenance",
    "Operator", "SectionLatest", "Service", "Site",
]  # fmt: skip
