"""Runs of changes as they are shown: their head, their batches, what became of each step on each host, its output."""

import json
import sqlite3
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tui_ops.model.alerts import Suppressor
from tui_ops.model.changes import CellState, LinkKind, RunKind, RunState, change_name
from tui_ops.model.orders import OUTPUT_KEPT
from tui_ops.store.views.connect import Reader

NAMES_AT_ONCE = 500
"""Host names in one query: SQLite and PostgreSQL take far more, and most changes have fewer hosts."""


@dataclass(frozen=True, slots=True)
class RunHead:
    """How a run stands."""

    id: int
    version: int
    change_id: int
    kind: RunKind
    state: RunState
    by: str
    batch: int
    """The one that is worked on, from 0."""
    back_from: int | None
    """While it is rolled back: the first batch of those that are."""
    held: str
    """Why it waits; empty while it does not."""
    begun_at: float
    ended_at: float | None
    sha: str
    """Of a dry run: SHA-256 of what would differ."""
    frozen_sha: str

    @property
    def name(self) -> str:
        """The change, as people say it: ``CHG-7``."""
        return change_name(self.change_id)

    @property
    def dry(self) -> bool:
        """Whether it touches nothing."""
        return self.kind is RunKind.DRY


@dataclass(frozen=True, slots=True)
class RunFixed:
    """What of a run stays the same as long as it is."""

    frozen: str
    """JSON: exactly what runs."""
    batches: tuple[tuple[str, ...], ...]
    """Names of hosts, in the order in which they come."""


@dataclass(frozen=True, slots=True)
class RunCell:
    """One step on one host."""

    host: str
    step: str
    """Which one: ``steps-2``."""
    version: int
    state: CellState
    attempt: int
    begun_at: float | None
    ended_at: float | None
    exit_status: int | None
    said: str
    output_sha: str
    output_bytes: int
    """Bytes of all that it wrote; what the store keeps of it may be less."""
    result: str
    """What differs, or of a dry run would."""
    by: str
    """Who answered it, skipped it, or went on in spite of it; empty for the engine."""

    @property
    def seconds(self) -> float | None:
        """How long it took; None where it is not over."""
        return None if self.begun_at is None or self.ended_at is None else max(0.0, self.ended_at - self.begun_at)


@dataclass(frozen=True, slots=True)
class RunAround:
    """What happened on the hosts of a run since it began."""

    new_alerts: int = 0
    """Alerts that nobody expected."""
    expected_alerts: int = 0
    """Those that the plan declares."""
    caused: tuple[str, ...] = ()
    """Incidents that are linked as caused by the change: ``INC-12``."""


_HEAD = (
    "id", "version", "change_id", "kind", "state", "by", "batch", "back_from", "held", "begun_at", "ended_at", "sha",
    "frozen_sha",
)  # fmt: skip

_CELL = (
    "host", "step", "version", "state", "attempt", "begun_at", "ended_at", "exit_status", "said", "output_sha",
    "output_bytes", "result", "by",
)  # fmt: skip


def runs_of(reader: Reader, change_id: int) -> list[RunHead]:
    """Return every run of a change, dry ones too, the newest first."""
    found = reader.read(
        lambda connection: connection.execute(
            f"SELECT {', '.join(_HEAD)} FROM change_run WHERE change_id = ? ORDER BY id DESC",  # noqa: S608
            (change_id,),
        ).fetchall()
    )
    return [RunHead(*row[:3], RunKind(row[3]), RunState(row[4]), *row[5:]) for row in found]  # type: ignore[call-arg]


def run_fixed(reader: Reader, run_id: int) -> RunFixed | None:
    """Return what of a run never changes; None where there is no such run."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT frozen, batches FROM change_run WHERE id = ?", (run_id,)
        ).fetchone()
    )
    if found is None:
        return None
    return RunFixed(found[0], tuple(tuple(map(str, one)) for one in json.loads(found[1])))


def run_cells(reader: Reader, run_id: int, since_version: int = 0) -> list[RunCell]:
    """Return the cells of a run that changed after a version, without their outputs.

    Args:
        reader: of ``ops.db``.
        run_id: of the run.
        since_version: the newest that is known already; 0 for all of them.
    """
    found = reader.read(
        lambda connection: connection.execute(
            f"SELECT {', '.join(_CELL)} FROM change_cell WHERE run_id = ? AND version > ? ORDER BY version, id",  # noqa: S608
            (run_id, since_version),
        ).fetchall()
    )
    return [RunCell(*row[:3], CellState(row[3]), *row[4:]) for row in found]  # type: ignore[call-arg]


def cell_output(reader: Reader, run_id: int, host: str, step: str) -> bytes:
    """Return the end of what a step wrote on a host; empty where it wrote nothing, or nothing is kept."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT output FROM change_cell WHERE run_id = ? AND host = ? AND step = ?", (run_id, host, step)
        ).fetchone()
    )
    return unpacked(found[0]) if found is not None else b""


def unpacked(kept: bytes) -> bytes:
    """Return an output that the store keeps compressed, never more than it may keep; what is damaged gives nothing."""
    if not kept:
        return b""
    try:
        return zlib.decompressobj().decompress(kept, OUTPUT_KEPT)
    except zlib.error:
        return b""


def run_around(reader: Reader, head: RunHead, hosts: Sequence[str], expected: Collection[str] = ()) -> RunAround:
    """Return what happened on a run's hosts from its beginning to its end.

    Args:
        reader: of ``ops.db``.
        head: of the run.
        hosts: their names.
        expected: rules of alerts that the plan declares.
    """

    def read(connection: sqlite3.Connection) -> RunAround:
        alerts: list[tuple[str, str, str]] = []
        for start in range(0, len(hosts), NAMES_AT_ONCE):
            names = tuple(hosts[start : start + NAMES_AT_ONCE])
            alerts += connection.execute(
                "SELECT a.rule, a.suppressed_by, a.suppressed_ref FROM alert AS a JOIN host AS h ON h.id = a.host_id"  # noqa: S608
                " WHERE a.detected_at >= ? AND (? IS NULL OR a.detected_at <= ?)"
                f" AND h.name IN ({', '.join('?' * len(names))})",
                (head.begun_at, head.ended_at, head.ended_at, *names),
            ).fetchall()
        mine = [rule in expected or (by, ref) == (Suppressor.CHANGE, head.name) for rule, by, ref in alerts]
        caused = connection.execute(
            "SELECT other FROM change_link WHERE change_id = ? AND kind = ? ORDER BY id",
            (head.change_id, str(LinkKind.CAUSED)),
        ).fetchall()
        return RunAround(len(mine) - sum(mine), sum(mine), tuple(str(row[0]) for row in caused))

    return reader.read(read)
