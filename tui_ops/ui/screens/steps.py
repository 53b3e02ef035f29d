"""The steps of a plan in a list: added, changed, moved and taken out in forms, then sent together."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui_ops.inventory.tree import Mapping
from tui_ops.model.errors import TuiOpsError
from tui_ops.plans.rewriting import BY_EDITOR
from tui_ops.plans.stepform import Filled, Form
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.steplist import StepList, row_line, state_line
from tui_ops.ui.paint import Ground, Ink, line
from tui_ops.ui.screens.menu import Item, Menu
from tui_ops.ui.screens.stepform import StepForm, kind_menu
from tui_ops.ui.widgets.lines import Drawn, Lines, LineScroll, desk_app
from tui_ops.ui.work import in_background

AROUND = 11
"""Lines of the screen that are not the list's: title, what is said, keys, and what shows of the page below."""

KEYS = (("+", "add"), ("enter", "change"), ("< >", "move"), ("X", "take out"), ("u", "undo"), ("s", "send"),
        ("e", "editor"))  # fmt: skip

Keep = Callable[[str], None]
"""Keeps a text that is not sent yet."""

Send = Callable[[str], Awaitable[bool]]
"""Sends a text; tells whether it was taken."""


class StepRows(LineScroll):
    """The lines of the list."""

    def __init__(self, steps: StepList) -> None:
        super().__init__("step-rows")
        self.steps = steps

    def line_count(self) -> int:
        """Return how many there are."""
        return len(self.steps.rows)

    def line_at(self, index: int) -> Drawn:
        """Return a line."""
        row = self.steps.rows[index]
        count = sum(one.part is row.part for one in self.steps.rows) - 1
        drawn = row_line(row, count, desk_app(self).desk.signs.bad)
        return drawn, Ground.CURSOR if index == self.steps.cursor else Ground.RAISED


class Steps(ModalScreen[str]):
    """Lets a plan be worked on. It gives ``editor`` where the operator wants to go on there, else an empty text.

    Args:
        name: of what the plan belongs to, ``CHG-7``.
        steps: the plan.
        keep: keeps the text after each step.
        send: takes the text in the end.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,backspace", "leave", show=False, priority=True),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("g,home", "move(-1000)", show=False),
        Binding("G,end", "move(1000)", show=False),
        Binding("plus,a", "add", show=False),
        Binding("enter", "change", show=False, priority=True),
        Binding("less_than_sign,shift+up", "shift(-1)", show=False),
        Binding("greater_than_sign,shift+down", "shift(1)", show=False),
        Binding("X,delete", "take_out", show=False),
        Binding("u", "undo", show=False),
        Binding("s", "send", show=False),
        Binding("e", "editor", show=False),
    ]

    def __init__(self, name: str, steps: StepList, keep: Keep, send: Send) -> None:
        super().__init__()
        self.called = name
        self.steps = steps
        self._keep = keep
        self._send = send
        self._said = ""
        self._is_sending = False

    def compose(self) -> ComposeResult:
        """Return the list with what is said of it."""
        with Vertical(id="steps"):
            yield Lines("steps-title", ground=Ground.RAISED)
            yield StepRows(self.steps)
            yield Lines("steps-said", ground=Ground.RAISED)
            yield Lines("steps-keys", ground=Ground.RAISED)

    def on_mount(self) -> None:
        """Draw."""
        self.query_one(StepRows).focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if not self.query("#steps"):
            return
        steps, rows = self.steps, self.query_one(StepRows)
        rows.styles.height = max(3, min(len(steps.rows), self.app.size.height - AROUND))
        note = "  not sent yet" if steps.is_changed else ""
        self.query_one("#steps-title", Lines).show(
            [line((f" steps of {safe(self.called)}", Ink.TITLE), (note, Ink.WARN))]
        )
        said = line((f" {safe(self._said)}", Ink.WARN)) if self._said else line(" ", *state_line(steps))
        self.query_one("#steps-said", Lines).show([line(), said])
        self.query_one("#steps-keys", Lines).show(
            [line(" ", *(span for key, text in KEYS for span in ((key, Ink.ACCENT), (f" {text}  ", Ink.DIM))))]
        )
        rows.measure()
        rows.reveal(steps.cursor)
        rows.compare()

    def _do(self, what: Callable[[], None]) -> None:
        """Do something to the plan; what can't be done says why."""
        before, self._said = self.steps.text, ""
        try:
            what()
        except TuiOpsError as error:
            self._said = str(error)
        if self.steps.text != before:
            self._keep(self.steps.text)
        self._draw()

    # What keys do -------------------------------------------------------------------------------------------------

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        self._said = ""
        self.steps.go(lines)
        self._draw()

    def action_add(self) -> None:
        """Ask for the kind of a new step, then for the step."""
        row = self.steps.here
        number = 1 if row.at is None else row.at + 2

        def chosen(form: Form | None) -> None:
            if form is not None:
                self._ask(f"{row.part} {number}, new", Filled(form), number, self.steps.add)

        self.app.push_screen(kind_menu(row.part), chosen)

    def action_change(self) -> None:
        """Change the step under the cursor; on the name of a part add one."""
        row = self.steps.here
        if row.at is None:
            self.action_add()
            return
        filled = self.steps.filled()
        if filled is None:
            self._said = f"this step is written as no form can show it: {BY_EDITOR}"
            self._draw()
        else:
            self._ask(f"{row.part} {row.at + 1}", filled, row.at + 1, self.steps.change)

    def _ask(self, title: str, filled: Filled, number: int, take: Callable[[Mapping], None]) -> None:
        def answered(step: Mapping | None) -> None:
            if step is not None:
                self._do(lambda: take(step))

        part = self.steps.here.part
        self.app.push_screen(StepForm(title, filled, self.steps.reader, part, number), answered)

    def action_shift(self, by: int) -> None:
        """Move the step under the cursor within its part."""
        self._do(lambda: self.steps.move(by))

    def action_take_out(self) -> None:
        """Take the step under the cursor out; u brings it back."""
        self._do(self.steps.remove)

    def action_undo(self) -> None:
        """Take back the last thing that was done here."""
        self._do(lambda: None if self.steps.undo() else self._tell("there is nothing to take back"))

    def _tell(self, text: str) -> None:
        self._said = text

    def action_send(self) -> None:
        """Send the plan as it is now."""
        if not self.steps.is_changed:
            self._said = "nothing was changed"
            self._draw()
        elif not self._is_sending:
            self._is_sending = True
            in_background(self, self._sent, "act")

    async def _sent(self) -> None:
        taken = await self._send(self.steps.text)
        self._is_sending = False
        if taken:
            self.dismiss("")
        else:
            self._said = "it was not sent, and is kept: q, and + on the page as it is now goes on with it"
            self._draw()

    def action_editor(self) -> None:
        """Go on in the editor, with the text as it is now."""
        self.dismiss("editor")

    def action_leave(self) -> None:
        """Go back; what was changed and not sent is asked about first."""
        if not self.steps.is_changed:
            self.dismiss("")
            return
        items = [
            Item("send it", "send", "s", "the plan as it is now"),
            Item("keep it", "keep", "k", "+ or e goes on with it later"),
            Item("give it up", "drop", "g", "the plan stays as it was"),
        ]

        def chosen(what: str | None) -> None:
            if what == "send":
                self.action_send()
            elif what == "drop":
                self._keep("")
                self.dismiss("")
            elif what == "keep":
                self.dismiss("")

        self.app.push_screen(Menu(f" {self.called} was changed and not sent", items), chosen)
