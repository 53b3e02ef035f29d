"""The view of alerts: one an identity, those that fire first, the worst first."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.alerts import AlertState
from tui_ops.model.incidents import incident_name
from tui_ops.model.states import Severity
from tui_ops.store.views.incidents import AlertRow, IncidentRow
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.columns import Column, natural
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.incidents.clocks import alert_lasted_s, alert_word, short
from tui_ops.ui.incidents.signs import alert_sign
from tui_ops.ui.paint import LOOK_INK, Ink
from tui_ops.ui.views.incidents import MINUTE_S, told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact
from tui_ops.ui.views.itemspane import ItemsPane

WANTS = frozenset({AlertState.FIRING, AlertState.CLEARED})
"""States of an alert that nobody has looked at."""

ALERT_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("subject", "SUBJECT", 14, most=36, ink=Ink.TEXT),
    told_fact("state", "STATE", 14, most=22, priority=1),
    text_fact("text", "WHAT", 24, most=80, priority=2, ink=Ink.TEXT),
    text_fact("rule", "RULE", 10, most=22, priority=4),
    number_fact("age", "AGE", 4, short, priority=1),
    text_fact("incident", "INCIDENT", 8, priority=3),
    number_fact("times", "TIMES", 5, lambda value: f"{value:.0f}", priority=7),
    text_fact("site", "SITE", 5, most=10, priority=6),
    text_fact("source", "SOURCE", 6, most=12, priority=8),
)  # fmt: skip
"""In the order in which they stand."""

ALERT_KEYS = (*(column.id for column in ALERT_COLUMNS), "host", "item", "severity", "service", "services", "name",
              "acked", "value", "labels")  # fmt: skip
"""What an address of alerts may name."""


def alert_item(row: AlertRow, at: float) -> Item:
    """Return an alert as an item.

    Args:
        row: the alert.
        at: the present, epoch seconds, of a full minute.
    """
    sign = alert_sign(row)
    facts: dict[str, Any] = {
        "subject": row.subject, "state": alert_word(row, at), "text": row.text, "rule": row.rule,
        "age": alert_lasted_s(row, at), "incident": incident_name(row.incident_id) if row.incident_id else "",
        "times": float(row.episode), "site": row.site, "source": str(row.source), "host": row.host, "item": row.item,
        "severity": str(row.severity), "service": row.services, "services": row.services, "name": row.name,
        "acked": row.acked_by, "value": row.value, "labels": tuple(f"{name}={value}" for name, value in row.labels),
    }  # fmt: skip
    wants = row.state in WANTS
    words = " ".join((row.name, row.subject, row.text, row.rule, row.host, row.site, *row.services,
                      *(f"{name}={value}" for name, value in row.labels)))  # fmt: skip
    order = (row.severity is not Severity.CRITICAL, -(row.started_at or row.detected_at), natural(row.subject))
    return Item(
        ("alert", row.id), sign, facts, in_need=wants, order=order, words=words,
        inks={"state": LOOK_INK[sign.look] if wants else Ink.DIM},
    )  # fmt: skip


class AlertsPane(ItemsPane):
    """The alerts.

    Args:
        desk: that knows hosts and incidents.
    """

    name = "alerts"
    one = "alert"
    reads = True
    gap_s = 1.0
    triage = "severity, age"
    columns_of = ALERT_COLUMNS
    also = ALERT_KEYS
    nouns = ("alert", "incident", "host")
    well = "nothing needs action: no alert fires that nobody has seen"
    nothing = "no alerts: nothing fires, and everything that did was seen"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._known: dict[int, AlertRow] = {}
        self._version = 0

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the alerts that are shown; what changed since the last look is read, and nothing else."""
        del desk
        since = self._version
        return feed.alerts(since)

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read; what is over and was seen goes."""
        for row in found:
            self._version = max(self._version, row.version)
            self._known[row.id] = row
            if row.state is AlertState.RESOLVED:
                del self._known[row.id]
        shown = self._known.values()
        at = desk.present.at // MINUTE_S * MINUTE_S
        super().take([alert_item(row, at) for row in shown], desk)

    def _rows(self) -> list[AlertRow]:
        chosen = (item.key for item in self.items.chosen())
        return [self._known[key[1]] for key in chosen if isinstance(key, tuple) and key[1] in self._known]

    @property
    def here(self) -> AlertRow | None:
        """The alert under the cursor."""
        item = self.items.here
        return self._known.get(item.key[1]) if item is not None and isinstance(item.key, tuple) else None

    def host_here(self) -> HostRow | None:
        """Return the host that the alert under the cursor is about."""
        return self._desk.fleet.named(self.here.host) if self.here is not None and self.here.host else None

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the chosen alerts, or the incidents or hosts that they belong to, each once."""
        rows = self._rows()
        if noun == "alert":
            return rows
        if noun == "incident":
            found: dict[int, IncidentRow] = self._desk.incidents.rows
            return [found[number] for number in dict.fromkeys(row.incident_id for row in rows) if number in found]
        hosts = (self._desk.fleet.named(row.host) for row in rows)
        return list({host.id: host for host in hosts if host is not None}.values())
