"""How far a run is: hosts by what became of them, and how long it may take. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from tui_ops.model.changes import OVER_CELLS, CellState
from tui_ops.model.plans import Batching, Part
from tui_ops.ui.changerun.grid import GridModel
from tui_ops.ui.changerun.signs import LIVE


@dataclass(frozen=True, slots=True)
class Progress:
    """Hosts by what became of them; each is counted once, by the worst."""

    hosts: int = 0
    done: int = 0
    failed: int = 0
    unknown: int = 0
    asking: int = 0
    running: int = 0
    """Those on which a step is under way."""
    begun: int = 0
    """Those that are between two steps."""
    waiting: int = 0
    back: int = 0
    """Those on which something is taken back, or was."""
    differ: int = 0
    """Of those that are done, the ones that differ for it; in a dry run: that would."""


def progress(model: GridModel, hosts: Iterable[str] | None = None) -> Progress:
    """Return how far a run is, over all hosts or over some."""
    counts: defaultdict[str, int] = defaultdict(int)
    # Steps that take back stand last.
    forward = sum(column.part is not Part.ROLLBACK for column in model.columns)
    whose = model.hosts if hosts is None else tuple(hosts)
    for host in whose:
        word, differs = _standing(model.states[host], forward)
        counts[word] += 1
        counts["differ"] += differs
    return Progress(len(whose), **counts)


def together(parts: Iterable[Progress]) -> Progress:
    """Return how far several batches are as one."""
    found = list(parts)
    return Progress(*(sum(getattr(one, field.name) for one in found) for field in fields(Progress)))


@lru_cache(maxsize=4096)
def _standing(states: tuple[CellState | None, ...], forward: int) -> tuple[str, bool]:
    """Return what a host is counted as, and whether it differs: of many hosts most are alike."""
    there, back = states[:forward], states[forward:]
    differs = CellState.CHANGED in there
    if any(state is not None for state in back):
        return "back", differs
    for state, word in ((CellState.FAILED, "failed"), (CellState.UNKNOWN, "unknown"), (CellState.ASKING, "asking")):
        if state in there:
            return word, differs
    if all(state in OVER_CELLS for state in there):
        return "done", differs
    if any(state in LIVE for state in there):
        return "running", differs
    return "begun" if any(state in OVER_CELLS for state in there) else "waiting", differs


def time_left_s(model: GridModel, batch: int, at: float) -> float | None:
    """Return about how many seconds a run still takes; None where nothing is known to tell it by.

    A step takes as long as it took on the hosts that are through with it, the mean of all steps where none is yet.
    The hosts of a batch go side by side, as many as the plan says; a batch waits for the one before it, and for its
    soak.

    Args:
        model: what is known of its cells.
        batch: the one that is worked on, from 0.
        at: the present, epoch seconds.
    """
    if not model.took:
        return None
    means = {step: sum(found.values()) / len(found) for step, found in model.took.items()}
    usual = sum(means.values()) / len(means)
    terms, left = model.plan.batching, 0.0
    alike: dict[object, float] = {}
    for number in range(max(0, batch), len(model.batches)):
        rests = []
        for host in model.batches[number]:
            states = model.states[host]
            rest = alike.get(states)
            if rest is None:
                rest = _rest_s(model, host, means, usual, at)
                if LIVE.isdisjoint(states):
                    alike[states] = rest
            rests.append(rest)
        left += _side_by_side_s(rests, terms)
        if number + 1 < len(model.batches):
            left += terms.soak_s
    return left


def _rest_s(model: GridModel, host: str, means: dict[str, float], usual: float, at: float) -> float:
    """Return the seconds that a host still takes; none where it failed, since it goes no further."""
    rest = 0.0
    for column, state in zip(model.columns, model.states[host], strict=True):
        if column.part is Part.ROLLBACK or state in OVER_CELLS:
            if state is CellState.FAILED:
                return 0.0
            continue
        whole = means.get(column.key, usual)
        cell = model.cell(host, column.key)
        begun = cell.begun_at if cell is not None else None
        rest += max(0.0, whole - (at - begun)) if begun is not None else whole
    return rest


def _side_by_side_s(rests: Sequence[float], terms: Batching) -> float:
    """Return the seconds for hosts that go side by side: as long as the slowest, and as all of them in their lanes."""
    lanes = max(1, min(terms.parallel, sum(rest > 0 for rest in rests)))
    return max(max(rests, default=0.0), sum(rests) / lanes)
