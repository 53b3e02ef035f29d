"""The dry run of a change, its hosts grouped by equal result."""

import json
import sqlite3
import zlib
from dataclasses import dataclass

from tui_ops.model.changes import CellState, RunState
from tui_ops.store.views.connect import Reader

OUTPUT_READ = 8 * 1024
"""Bytes of one step's output that are shown of a dry run: a diff of a page or two."""


@dataclass(frozen=True, slots=True)
class DryCell:
    """What one step would do."""

    step: str
    """Which one: ``steps-2``."""
    state: CellState
    said: str
    result: str
    """What would differ: hosts with the same stand in one group."""
    output: str
    """The end of what it wrote, of the first host of the group."""


@dataclass(frozen=True, slots=True)
class DryGroup:
    """Hosts on which the same would happen."""

    hosts: tuple[str, ...]
    cells: tuple[DryCell, ...]
    """Those that would change something, failed or are not known; the others do nothing."""

    @property
    def fails(self) -> bool:
        """Whether a step failed there, or nobody can say."""
        return any(cell.state in (CellState.FAILED, CellState.UNKNOWN) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class DryRun:
    """A dry run."""

    id: int
    state: RunState
    by: str
    begun_at: float
    ended_at: float | None
    sha: str
    frozen_sha: str
    groups: tuple[DryGroup, ...]
    """The most hosts first; those with a failure before them."""


_TELLING = (CellState.CHANGED, CellState.FAILED, CellState.UNKNOWN)


def dry_run(reader: Reader, number: int) -> DryRun | None:
    """Return the newest dry run of a change; None where there was none.

    Args:
        reader: of ``ops.db``.
        number: of the change.
    """
    return reader.read(lambda connection: _dry_run(connection, number))


def _dry_run(connection: sqlite3.Connection, number: int) -> DryRun | None:
    run = connection.execute(
        "SELECT id, state, by, begun_at, ended_at, sha, frozen_sha FROM change_run"
        " WHERE change_id = ? AND kind = 'dry run' ORDER BY id DESC LIMIT 1",
        (number,),
    ).fetchone()
    if run is None:
        return None
    cells = connection.execute(
        "SELECT id, host, step, state, said, result FROM change_cell WHERE run_id = ? ORDER BY host, id", (run[0],)
    ).fetchall()
    results: dict[str, list[tuple[int, str, str, str, str]]] = {}
    for cell, host, step, state, said, result in cells:
        found = results.setdefault(host, [])
        if state in _TELLING:
            found.append((cell, step, state, said, result))
    groups: dict[tuple[tuple[str, str, str], ...], list[str]] = {}
    for host, found in results.items():
        # What a step says may name the host; what differs does not.
        alike = tuple((step, state, result or said) for _, step, state, said, result in found)
        groups.setdefault(alike, []).append(host)
    made = [_group(connection, hosts, results[hosts[0]]) for hosts in groups.values()]
    made.sort(key=lambda group: (not group.fails, -len(group.hosts), group.hosts))
    return DryRun(run[0], RunState(run[1]), *run[2:], tuple(made))  # type: ignore[call-arg]


def _group(connection: sqlite3.Connection, hosts: list[str], cells: list[tuple[int, str, str, str, str]]) -> DryGroup:
    shown = tuple(
        DryCell(step, CellState(state), said, result, _output(connection, cell))
        for cell, step, state, said, result in cells
    )
    return DryGroup(tuple(hosts), shown)


def _output(connection: sqlite3.Connection, cell: int) -> str:
    row = connection.execute("SELECT output FROM change_cell WHERE id = ?", (cell,)).fetchone()
    return unpacked(row[0], OUTPUT_READ) if row is not None else ""


def unpacked(output: bytes, most: int) -> str:
    """Return the begin of an output as the store keeps it, at most so many bytes; empty where it can't be read."""
    try:
        return zlib.decompressobj().decompress(output, most).decode("utf-8", "replace") if output else ""
    except zlib.error:
        return ""


def frozen_plan(text: str) -> dict[str, object]:
    """Return the plan's document inside of what is frozen; empty where nothing is."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    plan = found.get("plan") if isinstance(found, dict) else None
    return plan if isinstance(plan, dict) else {}
