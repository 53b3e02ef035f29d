"""What every screen of the desk has: the grammar's keys, the acts, the view it shows, the prompt."""

from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_ops.actions.action import Action
from tui_ops.actions.declared import REGISTRY
from tui_ops.ui import acts
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import Export
from tui_ops.ui.grammar import GRAMMAR, NOT_YET, TEXTUAL_NAMES
from tui_ops.ui.history import View
from tui_ops.ui.paint import Ink, Line, line, plain
from tui_ops.ui.screens import SCREENS
from tui_ops.ui.screens.framed import Framed
from tui_ops.ui.themes import ThemeError
from tui_ops.ui.widgets.lines import LineScroll, desk_app
from tui_ops.ui.widgets.prompt import Prompt

TO_THE_END = 10**9
"""More lines than any list has."""

PROBLEM_CHANGE = "problem.change"
"""The act that names a change; its letter offers to make one first."""

OFFERS_SHOWN = 12
"""Completions in the footer: what a wide terminal has room for."""


def grammar_bindings() -> list[BindingType]:
    """Return the bindings of the grammar and of every act's letter.

    They have priority, so that the application answers one key wholly before it looks at the next: keys that come
    in a burst then find the prompt or the dialog that the first of them opened.
    """
    found: list[BindingType] = [
        Binding(",".join(entry.keys), entry.action, entry.label, show=False, system=True, priority=True)
        for entry in GRAMMAR
    ]
    for key in dict.fromkeys(action.key for action in REGISTRY if action.key):
        name = TEXTUAL_NAMES.get(key, key)
        found.append(Binding(name, f"letter({key!r})", show=False, system=True, priority=True))
    for spec in SCREENS:
        found.append(Binding(spec.key, f"go_screen('{spec.name}')", spec.title, show=False, system=True, priority=True))
    for sign, meaning in NOT_YET.items():
        found.append(
            Binding(
                TEXTUAL_NAMES.get(sign, sign), f"not_yet('{meaning}')", meaning, show=False, system=True, priority=True
            )
        )
    return found


class DeskScreen(Framed):
    """A screen of the desk: the frame, and what the grammar's keys do. A child composes its body."""

    BINDINGS: ClassVar[list[BindingType]] = grammar_bindings()
    plain_filter = False
    """Whether ``/`` takes plain words here, and no keys of an address."""
    own_keys: tuple[tuple[str, str], ...] = ()
    """Keys that only this screen has, with their meaning, for ``?``."""
    pending: str | None = None
    """A query that is taken up when the screen has been drawn for the first time."""

    def on_mount(self) -> None:
        """Draw for the first time."""
        super().on_mount()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Take up what was asked for before there was anything to draw on."""
        if self.pending is not None:
            wanted, self.pending = self.pending, None
            self.filter_done(wanted)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hold every key while something is typed or a dialog is about to open: none of it must act here."""
        del action, parameters
        return not self._asking and not desk_app(self).doer.about_to_ask

    # What keys do -------------------------------------------------------------------------------------------------

    def go(self, lines: int) -> None:
        """Move by lines, stopping at the ends."""

    @property
    def page_lines(self) -> int:
        """How many lines are seen at once."""
        return 1

    def action_down(self) -> None:
        """Go down a line."""
        self.go(1)

    def action_up(self) -> None:
        """Go up a line."""
        self.go(-1)

    def action_first(self) -> None:
        """Go to the top."""
        self.go(-TO_THE_END)

    def action_last(self) -> None:
        """Go to the end."""
        self.go(TO_THE_END)

    def action_page_down(self) -> None:
        """Go down a page."""
        self.go(max(1, self.page_lines - 1))

    def action_page_up(self) -> None:
        """Go up a page."""
        self.go(-max(1, self.page_lines - 1))

    def action_half_down(self) -> None:
        """Go down half a page."""
        self.go(max(1, self.page_lines // 2))

    def action_half_up(self) -> None:
        """Go up half a page."""
        self.go(-max(1, self.page_lines // 2))

    def do(self, action: Action) -> None:
        """Do an act on what is chosen."""
        desk_app(self).doer.start(action, self.chosen(action.noun), self.given(action))

    def action_letter(self, key: str) -> None:
        """Do the act that has this letter here; say where it works if it has none."""
        own = [action for noun in self.nouns for action in REGISTRY.on(noun) if action.key == key]
        if own and own[0].id == PROBLEM_CHANGE and (problems := self.chosen("problem")):
            from tui_ops.ui.changes.beginning import fix_problem

            fix_problem(desk_app(self), problems[0], lambda: self.do(own[0]))
            return
        if own:
            twins = [action for action in own if action.noun == own[0].noun]
            self.do(acts.of_letter(twins, self.chosen(own[0].noun), desk_app(self).desk))
            return
        if key == "F":
            from tui_ops.ui.changes.beginning import begin_for

            begin_for(desk_app(self), {noun: self.chosen(noun) for noun in self.nouns})
            return
        other = next(action for action in REGISTRY if action.key == key)
        if other.noun == acts.NO_TARGET:
            self.do(other)
            return
        desk_app(self).tell(f"{other.label}: works on {other.noun}s, of which there are none here")

    def action_acts(self) -> None:
        """Show every act with why it can't be done where it can't."""
        from tui_ops.ui.screens.menu import acts_menu

        def chosen(action: Action | None) -> None:
            if action is not None:
                self.do(action)

        choice = {noun: self.chosen(noun) for noun in self.nouns}
        self.app.push_screen(acts_menu(desk_app(self).desk, choice), chosen)

    def action_go_screen(self, name: str) -> None:
        """Go to another screen, or to the first page of this one."""
        desk_app(self).go_screen(name)

    def action_not_yet(self, meaning: str) -> None:
        """Say that a key of the grammar has nothing to do here."""
        desk_app(self).tell(f"{meaning}: not on this screen")

    def action_help(self) -> None:
        """Show the keys."""
        from tui_ops.ui.screens.help import Help

        self.app.push_screen(Help(desk_app(self).nouns, self.own_keys))

    def action_theme(self) -> None:
        """Choose the colours, seeing each as the cursor passes over it."""
        from tui_ops.ui.screens.menu import theme_menu

        app = desk_app(self)
        before = app.look.name

        def chosen(name: str | None) -> None:
            try:
                app.choose_look(name or before)
            except ThemeError as error:
                app.tell(str(error), Ink.WARN)

        app.push_screen(theme_menu(before, app.set_look, app.desk.own_themes), chosen)

    def action_undo(self) -> None:
        """Take back the last act that can be taken back."""
        desk_app(self).doer.undo()

    def action_pause(self) -> None:
        """Hold the display still, or go on."""
        desk_app(self).pause()

    def action_leave(self) -> None:
        """Leave the desk."""
        self.app.exit()

    def action_suspend(self) -> None:
        """Go back to the shell for a while."""
        self.app.action_suspend_process()

    def action_palette(self) -> None:
        """Open the palette."""
        self.app.action_command_palette()

    def action_command(self) -> None:
        """Type an address or a command."""
        self.open_prompt(":")

    def action_back(self) -> None:
        """Go back."""

    # The view -----------------------------------------------------------------------------------------------------

    def view(self) -> View | None:
        """Return where this screen is, so that it can be gone to again."""
        return next((View(spec.name, spec.noun) for spec in SCREENS if spec.name == self.spec_name), None)

    def show_view(self, view: View) -> None:
        """Show a view again."""
        self.show_query(view.query)

    def show_query(self, query: str) -> None:
        """Narrow the list to a query that comes from elsewhere."""
        if self.drawable:
            self.filter_done(query)
        else:
            self.pending = query

    def show_noun(self, noun: str, query: str) -> bool:
        """Show one of this screen's further views, narrowed to a query; tell whether it has one of this name."""
        del noun, query
        return False

    def known_values(self, key: str) -> list[str]:
        """Return the values that a key of an address has here."""
        del key
        return []

    def export(self) -> Export:
        """Return what this screen shows, to be saved or copied; a child that has columns gives them."""
        shown: list[str] = []
        for body in self.query(".body").results(LineScroll):
            shown += [plain(body.line_at(index)[0]).rstrip() for index in range(body.line_count())]
        return Export(self.spec_name, ("line",), [(text,) for text in shown], shown)

    def copies(self) -> list[Choice]:
        """Return what can be copied here; a child puts before it what stands under the cursor."""
        view = self.view()
        address = [("a", "address of this view", view.address)] if view is not None else []
        return [*address, ("v", "this view as text", "\n".join(self.export().lines))]

    def action_copy(self) -> None:
        """Choose what is copied to the terminal's clipboard."""
        desk_app(self).copying.choose(self.copies())

    def action_save(self) -> None:
        """Ask for the file that this view is saved to."""
        view = self.view()
        self.open_prompt(">", desk_app(self).copying.suggested(view.address if view is not None else self.spec_name))

    def save_as(self, name: str) -> None:
        """Save this view to a file, or ask for one."""
        if name.strip():
            desk_app(self).copying.save(self.export(), name)
        else:
            self.action_save()

    def action_last_view(self) -> None:
        """Go to the view that was looked at before this one."""
        desk_app(self).travel.last()

    def action_history_back(self) -> None:
        """Go back through the views."""
        desk_app(self).travel.step(-1)

    def action_history_forward(self) -> None:
        """Go forward through the views."""
        desk_app(self).travel.step(1)

    def action_mine(self) -> None:
        """Show what I did: my entries of the audit."""
        desk_app(self).travel.show_list("audit", f"who={desk_app(self).desk.me}")

    def _not_here(self) -> None:
        desk_app(self).tell("that works on a list of hosts: 1 goes there")

    action_open = action_mark = action_mark_range = action_mark_all = action_clear_marks = _not_here
    action_filter = action_trouble = action_sort = action_reverse = action_full = _not_here
    action_next_view = action_previous_view = action_group = action_fold = _not_here
    action_unfold = action_fold_all = action_columns = _not_here

    def action_time_range(self) -> None:
        """Choose how far back."""
        desk_app(self).tell("a time range: not on this screen")

    # The prompt ---------------------------------------------------------------------------------------------------

    def prompt_keys(self, sign: str) -> Line:
        """Return what is said below the prompt."""
        return Prompt.KEYS[sign]

    def open_prompt(self, sign: str, text: str = "") -> None:
        """Let the operator type in place of the rule."""
        self._ask(True)
        self.part("sign").show([line((sign, Ink.ACCENT))])
        self.part("sign").refresh()
        self.part("footer").show([self.prompt_keys(sign)])
        prompt = self.query_one(Prompt)
        prompt.open(sign, text)
        self.set_focus(prompt, scroll_visible=False)

    def _ask(self, asking: bool) -> None:
        """Show the prompt or the rule, at once: the next key may be in the queue already."""
        self._asking = asking
        self.query_one("#ask").display = asking
        self.part("rule").display = not asking

    def close_prompt(self) -> None:
        """Put the rule back."""
        self.query_one(Prompt).close()
        self.focus_body()
        self._ask(False)
        self.refresh_frame()

    def focus_body(self) -> None:
        """Give the keys back to the body."""
        body = [widget for widget in self.query(".body").results(Widget) if widget.can_focus]
        if body:
            self.set_focus(body[0], scroll_visible=False)

    def on_prompt_edited(self, event: Prompt.Edited) -> None:
        """React while a text is typed."""
        self.show_offers()
        if event.sign == "/":
            self.filter_typed(event.text)

    def show_offers(self) -> None:
        """Show in the footer what the text could become, or which keys there are."""
        prompt = self.query_one(Prompt)
        if not prompt.is_open:
            return
        found = prompt.offers(OFFERS_SHOWN)
        if not found:
            self.part("footer").show([self.prompt_keys(prompt.sign)])
            return
        words = [(text.rpartition(" ")[2] or text, Ink.ACCENT if at == 0 else Ink.DIM) for at, text in enumerate(found)]
        self.part("footer").show(
            [line(("tab ", Ink.FAINT), *(span for word in words for span in (word, ("  ", Ink.DIM))))]
        )

    def on_prompt_done(self, event: Prompt.Done) -> None:
        """React to a text that is complete, or given up."""
        self.close_prompt()
        if event.sign == "/":
            self.filter_done(event.text)
        elif event.sign == ">":
            if event.text:
                self.save_as(event.text)
        elif event.text:
            desk_app(self).commands.run(event.text)

    def filter_typed(self, text: str) -> None:
        """Narrow the list while a filter is typed."""
        del text

    def filter_done(self, text: str | None) -> None:
        """Keep a filter, or clear it where it was given up (None)."""
        del text


def own_screen(widget: Widget) -> DeskScreen:
    """Return the desk's screen that a widget stands on."""
    return cast("DeskScreen", widget.screen)


def hint_line(parts: Sequence[tuple[str, str]]) -> Line:
    """Return keys with their meanings."""
    return tuple(span for key, text in parts for span in ((key, Ink.ACCENT), (f" {text}   ", Ink.DIM)))
