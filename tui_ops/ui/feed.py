"""What the desk reads from the store: all of it in one thread, none of it in the way of a key."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tui_ops.model.clock import now
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views import changes, connect, facts, hosts, incidents, lists, pages, parts, problems
from tui_ops.store.views.audit import audit
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.store.views.changeruns import cell_output
from tui_ops.store.views.incidents import AlertRow, IncidentRow, SilenceRow
from tui_ops.store.views.problems import KnownErrorRow
from tui_ops.store.views.rows import AuditRow, EngineRow, EventRow, HostPage, HostRow, KeyRow
from tui_ops.ui.changerun.reading import Known, RunNews, read_run
from tui_ops.ui.changes.reading import Around, ChangePage, read_around, read_change
from tui_ops.ui.changes.release import ReleasePage, read_release
from tui_ops.ui.columns import by_name
from tui_ops.ui.documents import Written, read_handover, read_review
from tui_ops.ui.incidents.figured import Figured, read_figures
from tui_ops.ui.incidents.lately import Happened, read_since
from tui_ops.ui.incidents.metrics import HostMetrics, read_metrics
from tui_ops.ui.incidents.reading import IncidentPage, read_page
from tui_ops.ui.incidents.todo import Todo, read_todo
from tui_ops.ui.learnt.reading import KnownPage, ProblemPage, read_known, read_problem
from tui_ops.ui.security.needs import Needs, read_needs

EVENTS_SHOWN = 60
"""Events in the third panel: more than the tallest terminal shows."""

DIFFERENCES_SHOWN = 2000
"""Differences in their view: an upgrade of one whole system; `tui-ops show differences` has the rest."""

AUDIT_CHUNK = 500
"""Audit entries that are read at once: what came since the last look is nearly always fewer."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one look at the store brought."""

    rows: list[HostRow]
    whole: bool
    """Whether ``rows`` is the whole fleet."""
    engine: EngineRow | None
    problem: TuiOpsError | None = None
    """Why nothing could be read."""
    incidents: list[IncidentRow] = field(default_factory=list)
    """Those that changed, or where ``whole`` all that the desk shows."""
    todo: Todo | None = None
    """What is to be done besides; None where it was not asked for."""
    changes: list[ChangeRow] = field(default_factory=list)
    """Those that changed, or where ``whole`` all that the desk shows."""
    around: Around | None = None
    """What stands around changes; None where it was not asked for."""
    security: Needs | None = None
    """What of all findings needs somebody; None where it was not asked for."""


class Feed:
    """The store as the desk reads it; opens it when it appears, and again when it moves.

    Args:
        state: the state directory.
    """

    def __init__(self, state: Path) -> None:
        self._paths = StatePaths(state)
        self._reader: connect.Reader | None = None
        self._seen: tuple[int, ...] | None = None
        self.pool = ThreadPoolExecutor(1, "store")
        """The one thread that reads."""

    def _open(self) -> connect.Reader:
        if self._reader is None:
            self._reader = connect.open_reader(self._paths)
        return self._reader

    def snapshot(
        self, since_version: int, since_incident: int = 0, with_todo: bool = True, since_change: int | None = 0,
        with_security: bool = True,
    ) -> Snapshot:  # fmt: skip
        """Return hosts and incidents that changed after their versions, and what is known of the engine.

        Args:
            since_version: of the hosts; 0 reads all of them, and all incidents as well.
            since_incident: of the incidents.
            with_todo: whether action items and problems are read as well.
            since_change: version of the changes; None where none of them has changed.
            with_security: whether what needs somebody of the findings is read as well.
        """
        try:
            reader = self._open()
            # The engine's word first: hosts that it takes in between the two are then read again, not missed.
            engine = pages.engine(reader)
            rows = hosts.hosts(reader, since_version)
            if since_version == 0:
                # Here it holds up no key: whoever orders them by name later finds the work done.
                rows.sort(key=by_name)
            whole = since_version == 0
            found = incidents.incidents(reader, 0 if whole else since_incident)
            todo = read_todo(reader) if with_todo else None
            security = read_needs(reader, now().at) if with_security or whole else None
            if since_change is None and not whole:
                return Snapshot(rows, whole, engine, None, found, todo, security=security)
            planned = changes.changes(reader, 0 if whole else since_change or 0)
            return Snapshot(rows, whole, engine, None, found, todo, planned, read_around(reader), security)
        except TuiOpsError as error:
            self.close_reader()
            return Snapshot([], False, None, error)

    def reading(self, read: Callable[[connect.Reader], T]) -> T:
        """Return what a function reads, for views whose own it is. Raises as :meth:`page` does."""
        return read(self._open())

    def moved(self) -> bool:
        """Return whether the store changed since the last time this was asked, for when no engine tells."""
        try:
            found = self._open().data_version()
        except TuiOpsError:
            self.close_reader()
            return False
        before, self._seen = self._seen, found
        return before != found

    def page(self, name: str) -> HostPage | None:
        """Return everything about one host.

        Raises:
            TuiOpsError: it can't be read.
        """
        return pages.host(self._open(), name)

    def events(self) -> list[EventRow]:
        """Return the last events of the fleet.

        Raises:
            TuiOpsError: they can't be read.
        """
        return lists.events(self._open(), None, EVENTS_SHOWN)

    def audit(self, newest: int, most: int) -> list[AuditRow]:
        """Return the audit entries after number ``newest``, newest first, at most so many.

        Raises:
            TuiOpsError: they can't be read.
        """
        found: list[AuditRow] = []
        before: int | None = None
        while len(found) < most:
            rows = audit(self._open(), min(AUDIT_CHUNK, most - len(found)), before)
            fresh = [row for row in rows if row.id > newest]
            found += fresh
            if not rows or len(fresh) < len(rows):
                break
            before = rows[-1].id
        return found

    def alerts(self, since_version: int) -> list[AlertRow]:
        """Return the alerts that changed after a version (0: all that are shown). Raises as :meth:`page` does."""
        return incidents.alerts(self._open(), since_version)

    def incident(self, number: int, whole: bool) -> IncidentPage | None:
        """Return everything about one incident. Raises as :meth:`page` does.

        Args:
            number: of the incident.
            whole: whether it is for its page; beside the list the last lines are enough.
        """
        return read_page(self._open(), number, whole)

    def incident_row(self, number: int) -> IncidentRow | None:
        """Return an incident, however old; None where there is none. Raises as :meth:`page` does."""
        return incidents.incident(self._open(), number)

    def change(self, number: int) -> ChangePage | None:
        """Return everything about one change. Raises as :meth:`page` does."""
        return read_change(self._open(), number)

    def release(self, number: int) -> ReleasePage | None:
        """Return everything about one release. Raises as :meth:`page` does."""
        return read_release(self._open(), number)

    def run(self, number: int, known: Known) -> RunNews | None:
        """Return what is new of a run of a change. Raises as :meth:`page` does."""
        return read_run(self._open(), number, known)

    def run_output(self, run_id: int, host: str, step: str) -> bytes:
        """Return the end of what a step of a run wrote on a host. Raises as :meth:`page` does."""
        return cell_output(self._open(), run_id, host, step)

    def problem(self, number: int) -> ProblemPage | None:
        """Return everything about one problem. Raises as :meth:`page` does."""
        return read_problem(self._open(), number)

    def known_error(self, number: int) -> KnownPage | None:
        """Return everything about one known error. Raises as :meth:`page` does."""
        return read_known(self._open(), number)

    def review(self, number: int) -> Written | None:
        """Return the review of an incident. Raises as :meth:`page` does."""
        return read_review(self._open(), number)

    def handover(self, hours: float, fleet: str) -> Written:
        """Return the hand-over of the last hours. Raises as :meth:`page` does."""
        return read_handover(self._open(), hours, fleet)

    def figures(self, days: int) -> list[Figured]:
        """Return what the incidents of the last days took. Raises as :meth:`page` does."""
        return read_figures(self._open(), days)

    def silences(self) -> list[SilenceRow]:
        """Return the silences in force. Raises as :meth:`page` does."""
        return incidents.silences(self._open())

    def known_errors(self) -> list[KnownErrorRow]:
        """Return the known errors that are looked for. Raises as :meth:`page` does."""
        return problems.known_errors(self._open())

    def since(self, at: float) -> list[Happened]:
        """Return what happened after an epoch second, the newest first. Raises as :meth:`page` does."""
        return read_since(self._open(), at)

    def metrics(
        self, hosts_: Sequence[HostRow], onset: float, present: float, alerts: Sequence[AlertRow] = ()
    ) -> list[HostMetrics]:
        """Return the metrics of hosts around an onset, first what the rules of some alerts name. Raises as
        :meth:`page` does.
        """
        return read_metrics(self._paths, hosts_, onset, present, alerts)

    def interfaces(self) -> list[parts.InterfaceRow]:
        """Return the network interfaces of the fleet. Raises as :meth:`page` does."""
        return parts.interfaces(self._open())

    def filesystems(self) -> list[parts.FilesystemRow]:
        """Return the filesystems of the fleet. Raises as :meth:`page` does."""
        return parts.filesystems(self._open())

    def checks(self) -> list[parts.CheckRow]:
        """Return the checks of the fleet. Raises as :meth:`page` does."""
        return parts.checks(self._open())

    def differences(self) -> list[facts.DifferenceRow]:
        """Return what differed on the hosts of the fleet, the newest first. Raises as :meth:`page` does."""
        return facts.differences(self._open(), limit=DIFFERENCES_SHOWN)

    def keys(self, names: Iterable[str]) -> list[KeyRow]:
        """Return the host keys of these hosts.

        Raises:
            TuiOpsError: they can't be read.
        """
        wanted = set(names)
        return [key for key in lists.keys(self._open()) if key.host in wanted]

    def close_reader(self) -> None:
        """Let go of the file; the next read opens it again."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def close(self) -> None:
        """End the thread and let go of the file."""
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.close_reader()
