"""A store with a small fleet, in which signals are taken in, acts are done and time passes as the test says."""

import copy
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

from sqlmodel import Session, col, select

from tui_ops.actions.declared import REGISTRY
from tui_ops.actions.protocol import Request
from tui_ops.engine import acting
from tui_ops.engine.acting import Kept
from tui_ops.engine.finders import FINDERS
from tui_ops.engine.incidentdoings import IncidentDoings
from tui_ops.engine.news import News
from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.alerts import Around, Signal, Source
from tui_ops.model.fleet import Fleet, HostSpec, OperatorSpec, ServiceSpec
from tui_ops.model.people import Role, Who
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.incidents.intake import Intake, Outcome
from tui_ops.practices.incidents.passing import Passing
from tui_ops.practices.incidents.world import World
from tui_ops.store.audit import append_audit
from tui_ops.store.database import Database
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.tables import Alert, AuditEntry, Incident, Timeline
from tui_ops.store.upgrade import upgrade

T = TypeVar("T")

BEGIN = 1_700_000_000.0
"""When these stories begin."""

HOSTS = (
    HostSpec("gw", "gw", "10.0.0.1", site="par"),
    HostSpec("web-1", "web-1", "10.0.0.2", site="par", via=("gw",), groups=("web",)),
    HostSpec("web-2", "web-2", "10.0.0.3", site="par", via=("gw",), groups=("web",)),
    HostSpec("db-1", "db-1", "10.0.0.4", site="lon"),
    HostSpec("far-1", "far-1", "10.0.0.5", site="rom", via=("elsewhere",)),
    HostSpec("far-2", "far-2", "10.0.0.6", site="rom", via=("elsewhere",)),
)
SERVICES = (
    ServiceSpec("shop", hosts=("web-1", "web-2"), depends_on=("shop-db",)),
    ServiceSpec("shop-db", hosts=("db-1",)),
)
OPERATORS = (
    OperatorSpec("ann", Role.ADMIN, "ann"),
    OperatorSpec("bob", Role.OPERATOR, "bob"),
)
ANN, BOB = Who("ann", Role.ADMIN, 1001), Who("bob", Role.OPERATOR, 1002)

_MADE: list[Path] = []


def _template() -> Path:
    """Return a state directory with the schema in it, made once."""
    if not _MADE:
        folder = Path(tempfile.mkdtemp(prefix="tui-ops-incidents-"))
        upgrade(prepare(folder / "state"))
        _MADE.append(folder / "state")
    return _MADE[0]


class IncidentWorld(AbstractContextManager["IncidentWorld"]):
    """A store and a fleet.

    Args:
        spec: how alerts are gathered.
    """

    def __init__(self, spec: AlertingSpec | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tui-ops-incident-")
        shutil.copytree(_template(), Path(self._folder.name) / "state")
        self.paths = StatePaths(Path(self._folder.name) / "state")
        self.at = BEGIN
        self.shells: Collection[tuple[str, str]] = ()
        """Who has a shell open on which host."""
        self.states: dict[str, HostState] = {host.name: HostState.UP for host in HOSTS}
        self._database = Database(self.paths.ops_db)
        fleet = Fleet("shop", HOSTS, services=SERVICES, operators=OPERATORS)
        found = self.run(lambda session: sync_fleet(session, fleet, self.at)).hosts
        carried: dict[str, tuple[str, ...]] = {
            host.name: tuple(one.name for one in SERVICES if host.name in one.hosts) for host in HOSTS
        }
        self.ids = {host.name: host_id for host, host_id in found}
        around = {
            host.name: Around(host_id, host.site, host.groups, carried[host.name], host.via, host.labels)
            for host, host_id in found
        }
        self.world = World(
            lambda name: around.get(name) or Around(), self.states.get, {one.name: one for one in SERVICES},
            spec or AlertingSpec(), lambda _service, priority: f"policy-{priority}",
        )  # fmt: skip
        doings = IncidentDoings(News(), lambda: self.world, lambda: None, lambda *_: None)
        self._doings = {name: doing.act for name, doing in doings.by_id().items()}

    def __exit__(self, *_: object) -> None:
        self._database.close()
        self._folder.cleanup()

    def run(self, fn: Callable[[Session], T]) -> T:
        """Run something in one transaction."""
        with self._database.session(durable=False) as session:
            return fn(session)

    def later(self, seconds: float) -> Outcome:
        """Let time pass, and the engine look once at its end."""
        self.at += seconds
        return self.run(lambda session: Passing(session, self.world, self.at, self.shells).look())

    def take(self, *signals: Signal) -> Outcome:
        """Take signals in."""
        return self.run(lambda session: Intake(session, self.world, self.at).take(signals))

    def fires(self, host: str, rule: str = "cpu", severity: Severity = Severity.CRITICAL, item: str = "") -> Outcome:
        """Let a rule of ours fire on a host."""
        return self.take(self.signal(host, rule, severity, item))

    def clears(self, host: str, rule: str = "cpu", item: str = "") -> Outcome:
        """Let it be over."""
        return self.take(self.signal(host, rule, Severity.OK, item))

    def signal(self, host: str, rule: str, severity: Severity, item: str = "") -> Signal:
        """Return a signal of a rule of ours."""
        subject = f"{host} {item}" if item else host
        return Signal(Source.RULE, rule, subject, severity, f"{rule} is {severity}", self.at, host=host, item=item)

    def act(
        self, action_id: str, *targets: str, who: Who = ANN, expect: Mapping[str, int] | None = None, **params: object
    ) -> Kept:
        """Do an act as the engine does it, with its audit entry."""
        action = REGISTRY.get(action_id)
        assert action is not None
        given = {name.removesuffix("_"): value for name, value in params.items()}
        read = action.read_params(copy.deepcopy(given))
        request = Request(1, "act", action_id, targets, given, dict(expect or {}))
        act, finder = self._doings[action_id], FINDERS.get(action.noun)
        with patch.object(acting.time, "time", lambda: self.at):
            return self.run(lambda session: acting._do(session, action, act, who, request, read, finder))[1]

    def audit_host(self, host: str, who: Who) -> None:
        """Write an audit entry of work on a host."""
        self.run(lambda session: append_audit(session, who, "host.shell", f"host:{host}", {}, "shell", self.at))

    # What is there ------------------------------------------------------------------------------------------------

    def incidents(self) -> list[Incident]:
        """Return every incident, the first first."""
        return self.run(lambda session: list(session.exec(select(Incident).order_by(col(Incident.id))).all()))

    def incident(self, number: int = 1) -> Incident:
        """Return one incident."""
        return self.run(lambda session: session.get_one(Incident, number))

    def alerts(self) -> list[Alert]:
        """Return every alert, the first first."""
        return self.run(lambda session: list(session.exec(select(Alert).order_by(col(Alert.id))).all()))

    def alert(self, host: str, rule: str = "cpu") -> Alert:
        """Return the alert of a rule on a host."""
        return next(one for one in self.alerts() if one.rule == rule and one.subject.split(" ")[0] == host)

    def lines(self, number: int = 1) -> list[Timeline]:
        """Return the timeline of an incident."""
        query = select(Timeline).where(Timeline.incident_id == number).order_by(col(Timeline.id))
        return self.run(lambda session: list(session.exec(query).all()))

    def texts(self, number: int = 1) -> Sequence[str]:
        """Return the texts of a timeline."""
        return [line.text for line in self.lines(number)]

    def audit(self) -> list[AuditEntry]:
        """Return the audit entries."""
        return self.run(lambda session: list(session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()))
