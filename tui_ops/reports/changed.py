"""The evidence of a change, read at one moment: what was frozen, who approved it, what ran and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from tui_ops.model.changes import CellState, LinkKind
from tui_ops.model.incidents import number_in
from tui_ops.model.plans import Part, Plan, Step
from tui_ops.plans import from_document
from tui_ops.store.views.changerows import ApprovalRow, ChangeLineRow, ChangeRow, LinkRow, WrittenRow
from tui_ops.store.views.changeruns import RunCell, RunHead, cell_output, run_cells, run_fixed, runs_of
from tui_ops.store.views.changes import approvals, change, change_lines, links, written
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.dryruns import frozen_plan
from tui_ops.store.views.incidents import incident

OUTPUTS_MOST = 2000
"""Outputs of checks that are printed: two checks on a thousand hosts. Of all others the digest stands."""

OUTPUT_CHARS = 4000
"""Characters of one output that is printed, of its end."""


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """A run with everything that came of it."""

    head: RunHead
    batches: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]
    cells: tuple[RunCell, ...]
    """In the order of the batches and of the plan; those that were never begun are not among them."""
    outputs: Mapping[tuple[str, str], str]
    """What the checks before and after wrote, by host and step."""
    sha: str
    """SHA-256 of what ran, worked out anew from what the store keeps."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names of its hosts, in the order of the batches."""
        return tuple(host for batch in self.batches for host in batch)

    def name_of(self, key: str) -> str:
        """Return a step in one line."""
        return next((step.name for step in self.steps if step.key == key), key)

    def of_part(self, *parts: Part) -> list[RunCell]:
        """Return the cells of some parts of the plan."""
        keys = {step.key for step in self.steps if step.part in parts}
        return [cell for cell in self.cells if cell.step in keys]


@dataclass(frozen=True, slots=True)
class Changed:
    """A change with all the evidence of it."""

    change: ChangeRow
    written: WrittenRow
    sha: str
    """SHA-256 of what is frozen, worked out anew; empty where nothing is."""
    approvals: tuple[ApprovalRow, ...]
    runs: tuple[RunEvidence, ...]
    """The oldest first, dry ones too."""
    links: tuple[LinkRow, ...]
    caused: tuple[tuple[str, str], ...]
    """Incidents that it caused: name and title."""
    lines: tuple[ChangeLineRow, ...]
    at: float
    """When it was read, epoch seconds."""

    @property
    def real(self) -> tuple[RunEvidence, ...]:
        """The runs that touched something."""
        return tuple(run for run in self.runs if not run.head.dry)

    @property
    def dry(self) -> RunEvidence | None:
        """The dry run that was approved along with the plan, else the last one."""
        found = [run for run in self.runs if run.head.dry]
        bound = [run for run in found if run.head.id == self.change.dry_run_id]
        return next(iter(bound or found[-1:]), None)

    @property
    def holds(self) -> bool | None:
        """Whether what is frozen has the digest that approvals are bound to; None where nothing is frozen."""
        return None if not self.change.frozen_sha else self.sha == self.change.frozen_sha


def read_changed(reader: Reader, number: int, at: float) -> Changed | None:
    """Return a change with its evidence; None where there is no such change.

    Args:
        reader: of ``ops.db``.
        number: of the change.
        at: the moment of looking, epoch seconds.
    """
    row, said = change(reader, number), written(reader, number)
    if row is None or said is None:
        return None
    found = links(reader, number)
    return Changed(
        row, said, digest(said.frozen), tuple(approvals(reader, number)),
        tuple(_run(reader, head) for head in reversed(runs_of(reader, number))), tuple(found),
        tuple((link.other, _title(reader, link.other)) for link in found if link.kind is LinkKind.CAUSED),
        tuple(change_lines(reader, number)), at,
    )  # fmt: skip


def digest(frozen: str) -> str:
    """Return the SHA-256 of a frozen text; empty where there is none."""
    return sha256(frozen.encode()).hexdigest() if frozen else ""


def plan_in(frozen: str) -> Plan:
    """Return the plan of what is frozen; an empty one where it can't be read, as of another version."""
    document = frozen_plan(frozen)
    try:
        return from_document(document) if document else Plan()
    except (KeyError, TypeError, ValueError):
        return Plan()


def _title(reader: Reader, name: str) -> str:
    number = number_in(name, "INC")
    row = incident(reader, number) if number is not None else None
    return row.title if row is not None else ""


def _run(reader: Reader, head: RunHead) -> RunEvidence:
    fixed = run_fixed(reader, head.id)
    batches = fixed.batches if fixed is not None else ()
    frozen = fixed.frozen if fixed is not None else ""
    steps = plan_in(frozen).all_steps()
    cells = _ordered(run_cells(reader, head.id), batches, steps)
    checks = {step.key for step in steps if step.part in (Part.PRE, Part.POST)}
    wanted = [] if head.dry else [cell for cell in cells if cell.step in checks and cell.output_bytes][:OUTPUTS_MOST]
    outputs = {
        (cell.host, cell.step): cell_output(reader, head.id, cell.host, cell.step).decode("utf-8", "replace")
        for cell in wanted
    }
    return RunEvidence(
        head, batches, steps, tuple(cells), {key: text[-OUTPUT_CHARS:] for key, text in outputs.items()}, digest(frozen)
    )


def _ordered(cells: Iterable[RunCell], batches: tuple[tuple[str, ...], ...], steps: tuple[Step, ...]) -> list[RunCell]:
    places = {host: at for at, host in enumerate(host for batch in batches for host in batch)}
    order = {step.key: at for at, step in enumerate(steps)}
    begun = [cell for cell in cells if cell.state is not CellState.WAITING]
    return sorted(begun, key=lambda cell: (places.get(cell.host, len(places)), order.get(cell.step, len(order))))


def post_verdict(run: RunEvidence) -> str:
    """Return what the checks after a run came to, in words."""
    cells = run.of_part(Part.POST)
    if not any(step.part is Part.POST for step in run.steps):
        return "the plan has no check that decides whether it worked"
    hosts = {cell.host for cell in cells}
    well = {
        host for host in hosts
        if all(cell.state in (CellState.OK, CellState.CHANGED) for cell in cells if cell.host == host)
    }  # fmt: skip
    never = len(run.hosts) - len(hosts)
    parts = [f"{len(well)} of {len(run.hosts)} hosts passed every check"]
    if len(hosts) - len(well):
        parts.append(f"{len(hosts) - len(well)} did not: {', '.join(sorted(hosts - well)[:20])}")
    if never:
        parts.append(f"{never} were never checked")
    return "; ".join(parts)
