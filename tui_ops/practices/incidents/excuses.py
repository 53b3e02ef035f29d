"""Why a true alert asks for nobody: what it hangs on is in trouble, work goes on there, or somebody silenced it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tui_ops.model.alerts import Matcher, Suppressor
from tui_ops.model.incidents import incident_name
from tui_ops.practices.incidents.matching import holds
from tui_ops.practices.incidents.world import World
from tui_ops.store.incidents import silences_at
from tui_ops.store.tables.alerts import Alert, Silence
from tui_ops.store.tables.fleet import Host, Maintenance


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
        running = select(Maintenance).where(
            Maintenance.starts_at <= at, Maintenance.ends_at > at, col(Maintenance.ended_at).is_(None)
        )
        self._maintenances = {row.host_id: row for row in session.exec(running).all()}
        self._silences = [(row, _matchers(row)) for row in silences_at(session, at)]
        self._names: dict[int, str] | None = None
        self._session = session

    def of(self, alert: Alert) -> Excuse | None:
        """Return the first excuse of an alert; None where it has none."""
        host = self.host_name(alert.host_id)
        parent = self._world.parent(alert.rule, host)
        if parent:
            return Excuse(Suppressor.PARENT, parent)
        maintenance = self._maintenances.get(alert.host_id) if alert.host_id is not None else None
        if maintenance is not None:
            return Excuse(Suppressor.MAINTENANCE, f"maintenance {maintenance.id}")
        words = self._words(alert, host) if self._silences else {}
        for silence, matchers in self._silences:
            if holds(matchers, words):
                return Excuse(Suppressor.SILENCE, f"silence {silence.id}")
        return None

    def host_name(self, host_id: int | None) -> str:
        """Return the name of a host; empty for none."""
        if host_id is None:
            return ""
        if self._names is None:
            self._names = dict(self._session.exec(select(Host.id, Host.name)).all())  # type: ignore[arg-type]
        return self._names.get(host_id, "")

    def _words(self, alert: Alert, host: str) -> Mapping[str, tuple[str, ...]]:
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
