"""The words by which an address asks for a host: every column of ``show hosts``, and a few more."""

from collections.abc import Iterable

from tui_ops.model.address import Value
from tui_ops.model.readings import VALUES
from tui_ops.store.views.rows import HostRow

TEXT_KEYS = ("name", "address", "site", "rack", "state", "reason", "os", "kernel", "user", "key", "severity")
NUMBER_KEYS = ("age", "age_s", "period", "port", "load", *VALUES)
LIST_KEYS = ("group", "groups", "via", "labels")

KEYS: tuple[str, ...] = (*TEXT_KEYS, *NUMBER_KEYS, *LIST_KEYS)
"""What an address may name; ``label.NAME`` besides."""


INCIDENT_KEYS: tuple[str, ...] = (
    "priority", "name", "state", "title", "ack", "age", "hosts", "alerts", "service", "owner", "site", "host", "rule",
    "severity", "services", "acked", "hold", "major", "policy", "impact", "urgency",
)  # fmt: skip
"""What an address of the incidents may name."""

CHANGE_KEYS: tuple[str, ...] = (
    "name", "state", "risk", "title", "hosts", "when", "waits", "owner", "release", "kind", "host", "services",
    "requester", "implementer", "window", "outcome", "target", "age", "mine", "unauthorised", "environment",
)  # fmt: skip
"""What an address of the changes may name."""

FINDING_KEYS: tuple[str, ...] = (
    "finding", "name", "state", "severity", "priority", "what", "check", "host", "object", "text", "title", "due",
    "overdue", "owner", "kind", "source", "pkg", "installed", "fixed", "kev", "epss", "cvss", "ticket", "change",
    "waits", "flag", "until", "age", "returned", "retired", "site", "group",
)  # fmt: skip
"""What an address of findings may name: what ``show findings`` has, times as seconds that are left or gone by."""

AUDIT_KEYS: tuple[str, ...] = ("id", "who", "action", "target", "outcome", "params", "uid", "origin", "age")
"""What an address of the audit may name."""


def value_of(row: HostRow, key: str) -> Value:
    """Return a host's value for a key of an address; None where it is unknown.

    Args:
        row: the host.
        key: one of :data:`KEYS`, ``label.NAME``, or empty for the text in which bare words are looked for.
    """
    if not key:
        return " ".join((row.name, row.address, row.site, row.rack, row.state, row.reason, row.os, *row.groups,
                         *row.labels.values()))  # fmt: skip
    if key in row.values:
        return row.values[key]
    if key in TEXT_KEYS:
        return str(getattr(row, key))
    if key in ("group", "groups"):
        return row.groups
    if key.startswith("label."):
        return row.labels.get(key[6:])
    if key == "labels":
        return tuple(f"{name}={value}" for name, value in row.labels.items())
    if key == "via":
        return row.via
    numbers = {"age": row.age_s, "age_s": row.age_s, "period": row.period_s, "port": row.port,
               "load": row.values.get("load1")}  # fmt: skip
    return numbers.get(key)


VALUES_MOST = 200
"""Values that a completion offers: nobody steps through more."""


def known_values(rows: Iterable[HostRow], key: str) -> list[str]:
    """Return the texts that hosts have for a key of an address, sorted; nothing for a key of numbers."""
    if key not in (*TEXT_KEYS, *LIST_KEYS):
        return []
    found: set[str] = set()
    for row in rows:
        value = value_of(row, key)
        found.update(value if isinstance(value, tuple) else (str(value),) if value else ())
        if len(found) > VALUES_MOST:
            break
    return sorted(found)
