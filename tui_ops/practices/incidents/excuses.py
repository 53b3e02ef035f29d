"""Why a true alert asks for nobody: what it hangs on is in trouble, work goes on there, a change said that it would
come, or somebody silenced it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, select

from tui_ops.model.ageing import NEVER_COVERED
from tui_ops.model.alerts import Matcher, Suppressor
from tui_ops.model.incidents import incident_name
from tui_ops.practices.incidents.matching import holds
from tui_ops.practices.incidents.world import STATE_RULES, World
from tui_ops.store.changesaround import excuse_of, expecting
from tui_ops.store.incidents import silences_at
from tui_ops.store.records import set_going
from tui_ops.store.tables.alerts import Alert, Silence
from tui_ops.store.tables.fleet import Host, Maintenance

Seen = Alert | Row[Any]
"""An alert, or a row with its columns: of ten thousand few are read as a whole."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why, and by what."""

    by: Suppressor
    ref: str


class Excuses:
    """The excuses in force at one moment, read once.

    Args:
        session: of the transaction.
        world: what the engine knows.
        at: epoch seconds.
    """

    def __init__(self, session: Session, world: World, at: float) -> None:
        self._world = world
        self._at = at
        running = select(Maintenance).where(
            Maintenance.starts_at <= at, Maintenance.ends_at > at, col(Maintenance.ended_at).is_(None)
        )
        found = session.exec(running).all()
        self._maintenances = {row.host_id: row for row in found if row.lasts_s is None}
        self._waiting = {row.host_id: row for row in found if row.lasts_s is not None}
        self._silences = [(row, _matchers(row)) for row in silences_at(session, at)]
        self._changes = expecting(session, at)
        self._names: dict[int, str] | None = None
        self._session = session

    def of(self, alert: Seen) -> Excuse | None:
        """Return the first excuse of an alert; None where it has none.

        An alert without one is the first problem for which a flexible maintenance of its host waits: that begins then.
        """
        host = self.host_name(alert.host_id)
        parent = self._world.parent(alert.rule, host, tuple(json.loads(alert.services)))
        if parent:
            return Excuse(Suppressor.PARENT, parent)
        maintenance = self._maintenance(alert)
        if maintenance is not None:
            return Excuse(Suppressor.MAINTENANCE, f"maintenance {maintenance.id}")
        change = excuse_of(self._changes, host, alert.rule) if self._changes else ""
        if change and not self._is_never_covered(alert):
            return Excuse(Suppressor.CHANGE, change)
        words = self._words(alert, host) if self._silences else {}
        for silence, matchers in self._silences:
            if holds(matchers, words):
                return Excuse(Suppressor.SILENCE, f"silence {silence.id}")
        return None

    def _maintenance(self, alert: Seen) -> Maintenance | None:
        """Return the maintenance that goes on at an alert's host, or begins with it."""
        if alert.host_id is None or self._is_never_covered(alert):
            return None
        waits = self._waiting.get(alert.host_id)
        if waits is None or alert.host_id in self._maintenances:
            return self._maintenances.get(alert.host_id)
        del self._waiting[alert.host_id]
        set_going(self._session, waits, self._at, f"{alert.rule} on {alert.subject}")
        self._maintenances[alert.host_id] = waits
        return waits

    def _is_never_covered(self, alert: Seen) -> bool:
        state = self._world.state(self.host_name(alert.host_id)) if alert.rule.startswith(STATE_RULES) else None
        return state in NEVER_COVERED

    def host_name(self, host_id: int | None) -> str:
        """Return the name of a host; empty for none."""
        if host_id is None:
            return ""
        if self._names is None:
            self._names = dict(self._session.exec(select(Host.id, Host.name)).all())  # type: ignore[arg-type]
        return self._names.get(host_id, "")

    def _words(self, alert: Seen, host: str) -> Mapping[str, tuple[str, ...]]:
        around = self._world.around(host)
        labels = {str(name): (str(value),) for name, value in json.loads(alert.labels).items()}
        return {
            **{name: (value,) for name, value in around.labels}, **labels,
            "rule": (alert.rule,), "host": (host,), "site": (alert.site,), "group": around.groups,
            "service": tuple(json.loads(alert.services)), "severity": (alert.severity,), "source": (alert.source,),
            "subject": (alert.subject,), "item": (alert.item,),
            "incident": (incident_name(alert.incident_id),) if alert.incident_id is not None else (),
        }  # fmt: skip


def _matchers(row: Silence) -> tuple[Matcher, ...]:
    return tuple(Matcher(str(name), str(op), str(value)) for name, op, value in json.loads(row.matchers))
