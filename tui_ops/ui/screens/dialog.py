"""The dialog before an act: what exactly is meant, what must be said, and a way out that has the focus."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input

from tui_ops.actions.action import TEXT_LIMIT, Param
from tui_ops.ui.acts import Question
from tui_ops.ui.paint import Ground, Ink, line
from tui_ops.ui.widgets.lines import Lines

WIDEST = 84
"""Cells of a dialog: a fingerprint with its words fits."""


class Dialog(ModalScreen[dict[str, object] | None]):
    """Asks; gives the parameters, or None when nothing shall be done.

    Args:
        asked: what to show and to ask.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False, priority=True),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, asked: Question) -> None:
        super().__init__()
        self.asked = asked

    def compose(self) -> ComposeResult:
        """Return title, facts, fields and buttons."""
        with Vertical(id="dialog"):
            yield Lines("dialog-title", ground=Ground.RAISED)
            with VerticalScroll(id="dialog-facts", can_focus=False):
                yield Lines("facts", ground=Ground.RAISED)
            for param in self.asked.fields:
                yield from self._field(f"field-{param.name}", param)
            if self.asked.word:
                # Without an example: the word itself would look as if it had been typed already.
                yield from self._field("word")
            yield Lines("wrong", ground=Ground.RAISED)
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                if self.asked.button:
                    yield Button(self.asked.button.capitalize(), id="go", compact=True)

    def _field(self, id: str, param: Param | None = None) -> ComposeResult:
        choices = param.choices if param is not None else ()
        with Horizontal(classes="field"):
            yield Lines(f"{id}-label", ground=Ground.RAISED)
            field = Input(
                param.default if param is not None else "", id=id, compact=True, max_length=TEXT_LIMIT,
                placeholder=(param.help or ", ".join(choices)) if param is not None else "", select_on_focus=False,
                suggester=SuggestFromList(choices, case_sensitive=False) if choices else None,
            )  # fmt: skip
            field.cursor_blink = False
            yield field

    def on_mount(self) -> None:
        """Draw, and put the focus where no harm is done."""
        asked = self.asked
        facts = self.query_one("#facts", Lines)
        facts.styles.height = len(asked.facts)
        for param in asked.fields:
            self._label(f"field-{param.name}", param.label)
        if asked.word:
            self._label("word", f"type {asked.word}")
        self.set_class(asked.grave, "-grave")
        self.call_after_refresh(self._draw)
        first = "#cancel" if asked.grave or not asked.fields else f"#field-{self._first_empty().name}"
        first = "#go" if asked.ready and not asked.fields else first
        self.query_one(first).focus()

    def _first_empty(self) -> Param:
        return next((param for param in self.asked.fields if not param.default), self.asked.fields[0])

    def _label(self, id: str, text: str) -> None:
        self.query_one(f"#{id}-label", Lines).show([line((text, Ink.DIM))])

    def _draw(self) -> None:
        self.query_one("#dialog-title", Lines).show(
            [line((self.asked.title, Ink.BAD if self.asked.grave else Ink.TITLE))]
        )
        self.query_one("#facts", Lines).show(list(self.asked.facts))

    def on_key(self, event: events.Key) -> None:
        """Let what is typed while a button has the focus be what has to be said: there is no other place for it."""
        wanted = next((f"#field-{param.name}" for param in self.asked.fields if param.required), "")
        wanted = wanted or ("#word" if self.asked.word else "")
        if wanted and isinstance(self.focused, Button) and event.is_printable and event.key != "space":
            event.stop()
            field = self.query_one(wanted, Input)
            field.focus()
            field.insert_text_at_cursor(event.character or "")

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """Enter goes to the next field that has to be filled in, and after the last one to the button's work; tab goes
        to those that may be left empty.
        """
        inputs = list(self.query(Input))
        needed = {f"field-{param.name}" for param in self.asked.fields if param.required} | {"word"}
        after = inputs[inputs.index(event.input) + 1 :]
        if any(one.id in needed for one in after):
            after[0].focus()
        else:
            self._go()

    @on(Button.Pressed, "#go")
    def _pressed(self) -> None:
        self._go()

    def _go(self) -> None:
        if self.asked.word and self.query_one("#word", Input).value.strip() != self.asked.word:
            self._wrong(f"type {self.asked.word} to go on", "#word")
            return
        given: dict[str, object] = {}
        for param in self.asked.fields:
            text = meant(param, self.query_one(f"#field-{param.name}", Input).value)
            if not text.strip() and not param.required:
                continue
            try:
                given[param.name] = param.read(text)
            except ValueError as error:
                self._wrong(str(error), f"#field-{param.name}")
                return
        self.dismiss(given)

    def _wrong(self, text: str, field: str) -> None:
        self.query_one("#wrong", Lines).show([line((text, Ink.WARN))])
        self.query_one(field).focus()


def meant(param: Param, typed: str) -> str:
    """Return what a typed text means: of a few choices the only one that begins with it."""
    text = typed.strip().lower()
    found = [one for one in param.choices if one.startswith(text)] if text else []
    return found[0] if len(found) == 1 and typed.strip() not in param.choices else typed
