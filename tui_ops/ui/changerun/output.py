"""What the selected cell wrote, as lines. The engine keeps it in the store while it is being written. Pure."""

from dataclasses import dataclass

from tui_ops.model.changes import CellState
from tui_ops.model.clean import clean
from tui_ops.model.clock import Stamp
from tui_ops.model.units import format_bytes, format_duration
from tui_ops.store.views.changeruns import RunCell
from tui_ops.ui.cells import safe, width_of
from tui_ops.ui.changerun.signs import LIVE, sign_of_cell
from tui_ops.ui.changerun.stepcolumns import StepColumn
from tui_ops.ui.columns import Look
from tui_ops.ui.paint import EMPTY, Ink, Line, joined, line
from tui_ops.ui.panels import wrapped

CellKey = tuple[str, str]
"""Host and step."""

LINES_MOST = 2000
"""Lines of an output that can be looked at: the end of it, as much as the store keeps of ordinary lines."""

LINE_CHARS = 4000
"""Characters of one line: what tools write for people is shorter."""


@dataclass(frozen=True, slots=True)
class CellOutput:
    """What the store keeps of what one cell wrote: its end, while it runs too."""

    key: CellKey
    text: bytes
    whole: int
    """Bytes of all that it wrote."""

    @property
    def cut(self) -> int:
        """Bytes of the beginning that are not kept."""
        return max(0, self.whole - len(self.text))


def text_lines(text: bytes) -> list[str]:
    """Return an output as harmless lines, the last ones; what was written over on the same line stands as it ended."""
    raw = text.rstrip(b"\n").split(b"\n")[-LINES_MOST:] if text.strip(b"\n") else []
    return [clean(one.rstrip(b"\r").rpartition(b"\r")[2].replace(b"\t", b"    "), LINE_CHARS) for one in raw]


def broken(text: str, width: int) -> list[str]:
    """Return a line in as many as it needs, broken where the room ends: nothing of an output is left out."""
    if width_of(text) <= width:
        return [text]
    out, at, room = [], "", 0
    for char in text:
        cells = width_of(char)
        if room + cells > width:
            out.append(at)
            at, room = "", 0
        at, room = at + char, room + cells
    return [*out, at]


def head_lines(
    host: str, column: StepColumn | None, cell: RunCell | None, alike: int, dry: bool, look: Look, present: Stamp,
    width: int,
) -> list[Line]:  # fmt: skip
    """Return whose output it is and what came of the step: ``web-19 · post · exit 1 · 31.0 s``.

    Args:
        host: its name.
        column: the step.
        cell: what is known of it; None where nothing was begun.
        alike: hosts that its row stands for.
        dry: whether it is a dry run.
        look: of this terminal.
        present: the present.
        width: cells.
    """
    dot = f" {look.signs.dot} "
    if column is None:
        return []
    state = cell.state if cell is not None else CellState.WAITING
    sign = sign_of_cell(state, dry)
    told: list[Line] = [line((safe(host), Ink.TITLE)), line((column.word, Ink.DIM)), line((sign.word, sign.ink))]
    if cell is not None:
        told += [line((text, Ink.DIM)) for text in _figures(cell, present)]
    if alike > 1:
        told.append(line((f"{alike} alike", Ink.DIM)))
    out = [joined(told, dot), *wrapped(column.name, width, Ink.DIM, "")]
    if cell is not None and cell.said:
        ink = sign.ink if state in (CellState.FAILED, CellState.ASKING, CellState.UNKNOWN) else Ink.TEXT
        out += wrapped(cell.said, width, ink, "")
    return out


def _figures(cell: RunCell, present: Stamp) -> list[str]:
    found = []
    if cell.exit_status is not None:
        found.append(f"exit {cell.exit_status}")
    if cell.seconds is not None:
        found.append(took(cell.seconds))
    elif cell.begun_at is not None and cell.state in LIVE:
        found.append(f"for {format_duration(present.at - cell.begun_at)}")
    if cell.attempt > 1:
        found.append(f"attempt {cell.attempt}")
    return found


def took(seconds: float) -> str:
    """Return how long a step took: ``31.0 s``, from ten minutes on without seconds."""
    return f"{seconds:.1f} s" if seconds < 600 else format_duration(seconds)


def body_lines(output: CellOutput | None, cell: RunCell | None, width: int, look: Look) -> list[Line]:
    """Return what a cell wrote, or why there is nothing.

    Args:
        output: what came; None where it was not read yet.
        cell: what is known of it.
        width: cells.
        look: of this terminal.
    """
    if cell is None or cell.state is CellState.WAITING:
        return [line(("nothing was begun here yet", Ink.DIM))]
    lines = text_lines(output.text) if output is not None else []
    if not lines:
        return [line((_nothing(output, cell), Ink.DIM))]
    out: list[Line] = [EMPTY]
    if output is not None and output.cut:
        out.append(line((f"{look.signs.cut} {format_bytes(output.cut)} before this are not kept", Ink.DIM)))
    return [*out, *(line(part) for text in lines for part in broken(text, max(1, width)))]


def _nothing(output: CellOutput | None, cell: RunCell) -> str:
    if output is None and cell.output_bytes:
        return "reading what it wrote"
    if cell.state in LIVE:
        return "it has written nothing yet"
    if cell.state is CellState.ASKING:
        return "a person does it, and says here that it is done"
    return "it wrote nothing"
