"""The steps of a plan while they are worked on in forms: its text, what was done to it, and its lines. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui_ops.inventory.tree import Mapping as StepNode
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.plans import Part, Step
from tui_ops.plans import PlanWrong, read_plan, rewriting
from tui_ops.plans.stepform import Filled, Reader, filled_from
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import counted

KIND = 9
"""Cells of a kind of step: the longest but one fits."""

PART_SAYS = {
    Part.PRE: "has to hold before anything is touched", Part.STEP: "what is done, in this order",
    Part.POST: "decides whether it worked", Part.ROLLBACK: "takes it back",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepRow:
    """A line of the list: a step, or the name of a part."""

    part: Part
    at: int | None
    """Which step of its part, from 0; None on the name of the part."""
    step: Step | None = None
    """None also where something is wrong with it."""
    said: str = ""
    """What it is where it can't be read."""


@dataclass
class StepList:
    """A plan that is being worked on.

    Args:
        text: the plan's.
        given: values of its parameters; None leaves them open.

    Raises:
        PlanWrong: the text is no YAML: its steps can't be told from each other.
    """

    text: str
    given: Mapping[str, str] | None
    cursor: int = 0
    first: str = field(init=False)
    """The text as it was at the beginning."""
    rows: list[StepRow] = field(init=False, default_factory=list)
    wrong: tuple[str, ...] = field(init=False, default=())
    """What is wrong with the plan, a mistake each."""
    _before: list[tuple[str, int]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.first = self.text
        self._read()
        self.cursor = next((index for index, row in enumerate(self.rows) if row.part is Part.STEP), 0)

    def begin_with(self, text: str) -> None:
        """Go on with a text that was worked on before; ``u`` goes back to what there is.

        Raises:
            PlanWrong: it is no YAML.
        """
        Reader(text, self.given)
        self._take(text, Part.STEP, 0)

    @property
    def is_changed(self) -> bool:
        """Whether anything was done to it."""
        return self.text != self.first

    @property
    def here(self) -> StepRow:
        """The line under the cursor."""
        return self.rows[self.cursor]

    @property
    def reader(self) -> Reader:
        """What reads the forms of its steps."""
        return self._reader

    def go(self, lines: int) -> None:
        """Move the cursor, stopping at the ends."""
        self.cursor = max(0, min(len(self.rows) - 1, self.cursor + lines))

    def filled(self) -> Filled | None:
        """Return the form of the step under the cursor; None where no form can show it."""
        row = self.here
        return filled_from(self._reader.steps(row.part)[row.at]) if row.at is not None else None

    # What is done to it -------------------------------------------------------------------------------------------

    def add(self, step: StepNode) -> None:
        """Put a step behind the one under the cursor, first in its part where that stands on the part's name.

        Raises:
            NotByForm: the text does not allow it.
        """
        row = self.here
        at = 0 if row.at is None else row.at + 1
        self._take(rewriting.put_in(self.text, row.part, at, step), row.part, at)

    def change(self, step: StepNode) -> None:
        """Put a step in the place of the one under the cursor.

        Raises:
            NotByForm: the text does not allow it.
        """
        row = self.here
        if row.at is not None:
            self._take(rewriting.change(self.text, row.part, row.at, step), row.part, row.at)

    def remove(self) -> None:
        """Take the step under the cursor out.

        Raises:
            NotByForm: the text does not allow it, or the cursor stands on none.
        """
        row = self.here
        if row.at is None:
            raise NotChosen("no step is chosen")
        self._take(rewriting.take_out(self.text, row.part, row.at), row.part, row.at)

    def move(self, by: int) -> None:
        """Let the step under the cursor change places with its neighbour; ``by`` is 1 or -1.

        Raises:
            NotByForm: the text does not allow it, or there is no neighbour.
        """
        row = self.here
        if row.at is None:
            raise NotChosen("no step is chosen")
        if not 0 <= row.at + by < len(self._reader.steps(row.part)):
            raise NotChosen(f"it is the {'last' if by > 0 else 'first'} of {row.part}: a step stays in its part")
        self._take(rewriting.move(self.text, row.part, row.at, by), row.part, row.at + by)

    def undo(self) -> bool:
        """Take the last thing back that was done; tell whether there was one."""
        if not self._before:
            return False
        self.text, self.cursor = self._before.pop()
        self._read()
        return True

    def _take(self, text: str, part: Part, at: int) -> None:
        if text == self.text:
            return
        self._before.append((self.text, self.cursor))
        self.text = text
        self._read()
        of_part = [index for index, row in enumerate(self.rows) if row.part is part]
        self.cursor = of_part[min(at + 1, len(of_part) - 1)]

    def _read(self) -> None:
        self._reader = Reader(self.text, self.given)
        self.rows = []
        for part in Part:
            self.rows.append(StepRow(part, None))
            for at, node in enumerate(self._reader.steps(part)):
                step = self._reader.step(node, part, at + 1)
                names = ", ".join(node.entries) if isinstance(node, StepNode) else "no step"
                self.rows.append(StepRow(part, at, step, names))
        self.cursor = min(self.cursor, len(self.rows) - 1)
        try:
            read_plan(self.text, self.given)
            self.wrong = ()
        except PlanWrong as error:
            self.wrong = tuple(f"line {one.place.line}: {one.message}" + (f" ({one.hint})" if one.hint else "")
                               for one in error.mistakes)  # fmt: skip


class NotChosen(TuiOpsError):
    """What was asked for has nothing to work on."""


def row_line(row: StepRow, count: int, bad: str) -> Line:
    """Return a line of the list.

    Args:
        row: the line.
        count: steps of its part.
        bad: the sign of what is wrong.
    """
    if row.at is None:
        note = PART_SAYS[row.part] if count else f"{PART_SAYS[row.part]}: none yet, + adds one"
        return line((f" {fit(str(row.part), KIND)}", Ink.TITLE), (note, Ink.DIM))
    number = (f"{row.at + 1:3} ", Ink.DIM)
    if row.step is None:
        return line(number, (f"{bad} ", Ink.BAD), (f"{safe(row.said)}: something is wrong with it", Ink.WARN))
    step = row.step
    name = safe(step.name).removeprefix(f"{step.kind} ")
    terms = ("  as root" if step.become else "") + (f"  when {safe(step.when)}" if step.when else "")
    return line(number, (f"{fit(str(step.kind), KIND)} ", Ink.ACCENT), (name, Ink.TEXT), (terms, Ink.DIM))


def state_line(steps: StepList) -> Line:
    """Return in a line what is wrong with the plan, or that nothing is."""
    if not steps.wrong:
        return line(("nothing is wrong with the plan", Ink.DIM))
    more = len(steps.wrong) - 1
    told = f" and {counted(more, 'more mistake')}" if more else ""
    return line((safe(steps.wrong[0]), Ink.WARN), (told, Ink.DIM))
