"""What the screen of a run reads from the store: all of it once, then only what moved."""

from dataclasses import dataclass

from tui_ops.model.plans import Plan
from tui_ops.plans import from_document
from tui_ops.store.views.changerows import ChangeLineRow, ChangeRow
from tui_ops.store.views.changeruns import (
    RunAround,
    RunCell,
    RunFixed,
    RunHead,
    run_around,
    run_cells,
    run_fixed,
    runs_of,
)
from tui_ops.store.views.changes import change, change_lines
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.dryruns import frozen_plan

LINES_SHOWN = 60
"""Lines of the change in the third panel: more than the tallest terminal shows."""


@dataclass(frozen=True, slots=True)
class Known:
    """What of a run is known already."""

    run_id: int | None = None
    """The run that is looked at; None for the one that counts."""
    loaded: int | None = None
    """The run whose plan and batches are known."""
    version: int = 0
    """Its newest cell that is known."""
    with_lines: bool = False
    """Whether the lines of the change are shown."""
    hosts: tuple[str, ...] = ()
    """Of the run that is loaded."""
    expected: tuple[str, ...] = ()
    """Rules of alerts that its plan declares."""


@dataclass(frozen=True, slots=True)
class RunNews:
    """A change with one of its runs, as far as it was not known."""

    change: ChangeRow
    runs: tuple[RunHead, ...]
    """Every run of the change, the newest first."""
    head: RunHead | None
    """The run that is looked at; None where the change never ran."""
    plan: Plan
    fixed: RunFixed | None
    """None where it is known already."""
    cells: tuple[RunCell, ...]
    around: RunAround
    lines: tuple[ChangeLineRow, ...]


def read_run(reader: Reader, number: int, known: Known) -> RunNews | None:
    """Return what is new of a run; None where there is no such change.

    Args:
        reader: of ``ops.db``.
        number: of the change.
        known: what need not be read again.
    """
    row = change(reader, number)
    if row is None:
        return None
    runs = tuple(runs_of(reader, number))
    head = chosen(runs, known.run_id, row)
    lines = tuple(change_lines(reader, number, LINES_SHOWN)) if known.with_lines else ()
    if head is None:
        return RunNews(row, runs, None, Plan(), None, (), RunAround(), lines)
    fresh = known.loaded != head.id
    fixed = run_fixed(reader, head.id) if fresh else None
    plan = plan_of(fixed.frozen) if fixed is not None else Plan()
    hosts = tuple(host for batch in fixed.batches for host in batch) if fixed is not None else known.hosts
    expected = plan.expected_alerts if fixed is not None else known.expected
    cells = tuple(run_cells(reader, head.id, 0 if fresh else known.version))
    return RunNews(row, runs, head, plan, fixed, cells, run_around(reader, head, hosts, expected), lines)


def chosen(runs: tuple[RunHead, ...], run_id: int | None, row: ChangeRow) -> RunHead | None:
    """Return the run that is looked at: the one that was asked for, the one that counts, the newest."""
    by_id = {run.id: run for run in runs}
    return by_id.get(run_id or 0) or by_id.get(row.run_id or 0) or (runs[0] if runs else None)


def plan_of(frozen: str) -> Plan:
    """Return the plan inside of what is frozen; an empty one where it can't be read."""
    document = frozen_plan(frozen)
    try:
        return from_document(document) if document else Plan()
    except (KeyError, TypeError, ValueError):
        return Plan()
