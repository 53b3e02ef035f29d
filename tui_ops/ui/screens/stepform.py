"""One step of a plan as a form: its fields below each other, what is wrong with each of them as it is typed."""

from collections.abc import Iterator
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Button, Input, TextArea

from tui_ops.inventory.tree import Mapping
from tui_ops.model.plans import Part
from tui_ops.plans.stepform import KIND, Checked, Field, FieldKey, Filled, Form, Reader, forms_of
from tui_ops.plans.values import CONTENT_LIMIT
from tui_ops.ui.cells import safe
from tui_ops.ui.paint import Ground, Ink, Line, line
from tui_ops.ui.panels import wrapped
from tui_ops.ui.screens.menu import Item, Menu
from tui_ops.ui.widgets.lines import Lines

LETTERS = "abcdefghilmnoprstuvwxyz"
"""By which a kind is chosen: those that do not move the cursor or leave."""

AROUND = 10
"""Lines of the screen that are not the fields': title, help, buttons, what is empty around them."""

WRONG_MOST = 2
"""Lines in which a field says what is wrong with it."""


def kind_menu(part: Part) -> Menu[Form]:
    """Return the kinds of steps that may stand in a part."""
    items = [Item(form.name, form, letter, _takes(form)) for form, letter in zip(forms_of(part), LETTERS, strict=False)]
    return Menu(f" a step of {part}: what does it do?", items)


def _takes(form: Form) -> str:
    return ", ".join(form.takes.args) or "nothing"


class StepForm(ModalScreen[Mapping | None]):
    """Asks for one step; gives it as a plan has it, or None where it shall stay as it was.

    Args:
        title: says which step it is.
        filled: the form, with what stands in it.
        reader: of the plan.
        part: where the step stands.
        number: from 1, in its part.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False, priority=True),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, filled: Filled, reader: Reader, part: Part, number: int) -> None:
        super().__init__()
        self._title = title
        self.filled = filled
        self._reader = reader
        self._part = part
        self._number = number
        self._touched: set[FieldKey] = set(filled.texts)
        """Fields that say what is wrong with them: not those to which nobody has come yet."""
        self.checked: Checked | None = None

    def compose(self) -> ComposeResult:
        """Return title, fields and buttons."""
        with Vertical(id="step-form"):
            yield Lines("step-title", ground=Ground.RAISED)
            yield VerticalScroll(id="step-fields", can_focus=False)
            yield Lines("step-help", ground=Ground.RAISED)
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Another kind", id="kind", compact=True)
                yield Button("Keep", id="go", compact=True)

    def on_resize(self) -> None:
        """Leave room for title, help and buttons, whatever the form has."""
        self.query_one("#step-fields").styles.max_height = max(4, self.app.size.height - AROUND)
        self.call_after_refresh(self._draw)

    async def on_mount(self) -> None:
        """Draw the fields of the kind."""
        await self._lay_out()

    async def _lay_out(self) -> None:
        """Put the fields of the kind in the place of those that there were."""
        body = self.query_one("#step-fields", VerticalScroll)
        await body.remove_children()
        await body.mount_all(list(self._widgets()))
        self._check()
        self.call_after_refresh(self._begin)

    def _widgets(self) -> Iterator[Widget]:
        for one in self.filled.form.fields:
            text, name = self.filled.texts.get(one.key, ""), _id(one.key)
            label = Lines(f"{name}-label", ground=Ground.RAISED)
            yield Horizontal(label, _entry(one, text), classes="field -lines" if _is_long(one, text) else "field")
            yield Lines(f"{name}-wrong", ground=Ground.RAISED)

    def _begin(self) -> None:
        for one in self.filled.form.fields:
            sign = "*" if one.needed else " "
            self.query_one(f"#{_id(one.key)}-label", Lines).show([line((f"{sign} {one.label}", Ink.DIM))])
        first = next(
            (one for one in self.filled.form.fields if one.needed and not self.filled.texts.get(one.key)), None
        )
        wanted = self.query_one(f"#{_id((first or self.filled.form.fields[0]).key)}")
        wanted.focus()
        self._draw()

    # Reading what is typed ----------------------------------------------------------------------------------------

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self, event: Input.Changed | TextArea.Changed) -> None:
        """Read the form anew; what can't be seen does not get into it."""
        widget = event.input if isinstance(event, Input.Changed) else event.text_area
        text = widget.value if isinstance(widget, Input) else widget.text
        key = self._key_of(widget)
        if key is None or widget.disabled:
            return
        clean = "".join(char for char in text if char.isprintable() or char in "\n\t")
        if clean != text and isinstance(widget, Input):
            widget.value = clean
        elif clean != text and isinstance(widget, TextArea):
            widget.text = clean
        if clean != self.filled.texts.get(key, ""):
            self._touched.add(key)
            self.filled.texts[key] = clean
            self._check()
            self._draw()

    def _key_of(self, widget: Widget) -> FieldKey | None:
        return next((one.key for one in self.filled.form.fields if _id(one.key) == widget.id), None)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what may stand in the field."""
        del event
        self._draw()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """From now on say what is wrong with a field that was left."""
        key = self._key_of(event.widget)
        if key is not None:
            self._touched.add(key)

    def _check(self) -> None:
        self.checked = self._reader.check(self.filled, self._part, self._number)

    # Drawing ------------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self.checked is None or not self.query("#step-title"):
            return
        title = self.query_one("#step-title", Lines)
        title.show([line((self._title, Ink.TITLE), (f"  {self.filled.form.name}", Ink.ACCENT))])
        for one in self.filled.form.fields:
            for found in self.query(f"#{_id(one.key)}-wrong").results(Lines):
                wrong = self.checked.wrong.get(one.key, "") if one.key in self._touched else ""
                lines = wrapped(wrong, max(20, found.size.width - 4), Ink.WARN, "")[:WRONG_MOST] if wrong else []
                found.styles.height = len(lines)
                found.show([line(("    ", Ink.WARN), *each) for each in lines])
        self.query_one("#step-help", Lines).show(self._help())

    def _help(self) -> list[Line]:
        wrong = self.checked.wrong.get(KIND, "") if self.checked is not None and self._touched else ""
        if wrong:
            return wrapped(wrong, max(20, self.query_one("#step-help").size.width), Ink.WARN, "")[:WRONG_MOST]
        here = next((one for one in self.filled.form.fields
                     if self.focused is not None and _id(one.key) == self.focused.id), None)  # fmt: skip
        if here is None:
            return [line(("tab and arrows go from field to field, enter keeps the step", Ink.DIM))]
        how = "tab goes on" if isinstance(self.focused, TextArea) else "enter keeps the step"
        said = f"{here.label}: {here.help}; {how}" if here.help else f"{here.label}; {how}"
        return wrapped(said, max(20, self.query_one("#step-help").size.width), Ink.DIM, "")[:WRONG_MOST]

    # What keys do -------------------------------------------------------------------------------------------------

    def action_cancel(self) -> None:
        """Leave the step as it was."""
        self.dismiss(None)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#kind")
    def _other_kind(self) -> None:
        """Ask for another kind; what every step has stays."""

        def chosen(form: Form | None) -> None:
            if form is not None and form != self.filled.form:
                self.run_worker(self._become(form), exclusive=True)

        self.app.push_screen(kind_menu(self._part), chosen)

    async def _become(self, form: Form) -> None:
        keys = {one.key for one in form.fields}
        texts = {key: text for key, text in self.filled.texts.items() if key[0] == "step" and key in keys}
        kept = {key: one for key, one in self.filled.kept.items() if key in texts}
        self.filled = Filled(form, texts, kept)
        self._touched = set(texts)
        await self._lay_out()

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def _go(self) -> None:
        """Give the step, once nothing is wrong with it; else go to the first field with which something is."""
        self._check()
        checked = self.checked
        if checked is None:
            return
        if checked.step is not None:
            self.dismiss(checked.node)
            return
        self._touched |= {one.key for one in self.filled.form.fields}
        self._draw()
        first = next((one.key for one in self.filled.form.fields if one.key in checked.wrong), None)
        if first is not None:
            self.query_one(f"#{_id(first)}").focus()


def _id(key: FieldKey) -> str:
    return f"{key[0]}-{key[1]}"


def _is_long(one: Field, text: str) -> bool:
    return one.lines or "\n" in text


def _entry(one: Field, text: str) -> Input | TextArea:
    """Return the widget in which a field is written; what can't be shown as it is can only be looked at."""
    hidden = any(not char.isprintable() and char not in "\n\t" for char in text)
    if _is_long(one, text):
        shown = "\n".join(map(safe, text.split("\n"))) if hidden else text
        area = TextArea(shown, id=_id(one.key), compact=True, tab_behavior="focus", theme="css", disabled=hidden,
                        show_line_numbers=False)  # fmt: skip
        area.cursor_blink = False
        return area
    field = Input(
        safe(text) if hidden else text, id=_id(one.key), compact=True, max_length=CONTENT_LIMIT, disabled=hidden,
        placeholder=one.help, select_on_focus=False,
        suggester=SuggestFromList(one.choices, case_sensitive=False) if one.choices else None,
    )  # fmt: skip
    field.cursor_blink = False
    return field
