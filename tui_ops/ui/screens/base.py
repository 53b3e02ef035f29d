"""What every screen of the desk has: the lines around it, the prompt, the grammar's keys, the acts."""

from collections.abc import Sequence
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widget import Widget

from tui_ops.actions.action import Action
from tui_ops.actions.declared import REGISTRY
from tui_ops.store.views.rows import HostRow
from tui_ops.ui import acts, frame
from tui_ops.ui.grammar import GRAMMAR, NOT_YET, TEXTUAL_NAMES
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen
from tui_ops.ui.screens import SCREENS
from tui_ops.ui.terminal import LEAST_HEIGHT, LEAST_WIDTH
from tui_ops.ui.widgets.lines import Lines, desk_app
from tui_ops.ui.widgets.prompt import Prompt

TO_THE_END = 10**9
"""More lines than any list has."""

TALL = 30
"""From here on a rule stands below the header."""


def grammar_bindings() -> list[BindingType]:
    """Return the bindings of the grammar and of every act's letter.

    They have priority, so that the application answers one key wholly before it looks at the next: keys that come
    in a burst then find the prompt or the dialog that the first of them opened.
    """
    found: list[BindingType] = [
        Binding(",".join(entry.keys), entry.action, entry.label, show=False, system=True, priority=True)
        for entry in GRAMMAR
    ]
    for action in REGISTRY:
        if action.key:
            found.append(
                Binding(action.key, f"act('{action.id}')", action.label, show=False, system=True, priority=True)
            )
    for spec in SCREENS:
        found.append(Binding(spec.key, f"go_screen('{spec.name}')", spec.title, show=False, system=True, priority=True))
    for sign, meaning in NOT_YET.items():
        found.append(
            Binding(
                TEXTUAL_NAMES.get(sign, sign), f"not_yet('{meaning}')", meaning, show=False, system=True, priority=True
            )
        )
    return found


class DeskScreen(Screen[None]):
    """A screen of the desk. A child composes its body and says what its keys work on."""

    BINDINGS: ClassVar[list[BindingType]] = grammar_bindings()
    spec_name = ""
    HELP_TITLE = ""
    _asking = False

    def compose(self) -> ComposeResult:
        """Return the frame with the body inside."""
        yield Lines("header")
        yield Lines("tabs")
        yield Lines("toprule")
        yield from self.compose_body()
        yield Lines("rule")
        with Horizontal(id="ask"):
            yield Lines("sign")
            yield Prompt()
        yield Lines("footer")
        yield Lines("small")

    def compose_body(self) -> ComposeResult:
        """Return what stands between header and rule."""
        yield from ()

    @property
    def pen_look(self) -> "Pen":
        """What panels draw with, as wide as the screen."""
        desk = desk_app(self).desk
        return Pen(self.size.width, desk.look, desk.present)

    def part(self, id: str) -> Lines:
        """Return a part of the frame."""
        return self.query_one(f"#{id}", Lines)

    def targets(self) -> list[HostRow]:
        """Return what an act would work on."""
        return []

    def hints(self) -> list[frame.Hint]:
        """Return the keys for the footer."""
        return []

    def act_hints(self) -> list[frame.Hint]:
        """Return the acts' part of the footer: absent where the session can't act, dimmed where it can't now."""
        desk = desk_app(self).desk
        targets = self.targets()
        return [
            frame.Hint(action.key, action.label, bool(acts.plan(action, targets, desk).verdict))
            for action in acts.offered(desk)
            if action.key
        ]

    def on_mount(self) -> None:
        """Draw for the first time."""
        self.fit_size()

    def on_screen_resume(self) -> None:
        """Draw what changed while another screen was in front."""
        self.fit_size()
        self.refresh_all()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.fit_size()
        self.call_after_refresh(self.refresh_all)

    def fit_size(self) -> None:
        """Choose what is shown at this size."""
        width, height = self.app.size
        small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        self.set_class(small, "-small")
        self.set_class(height >= TALL, "-tall")
        text = f"{width}x{height} is too small: the desk needs {LEAST_WIDTH}x{LEAST_HEIGHT}. Q leaves"
        self.part("small").show([line((text, Ink.WARN))] if small else [])

    def refresh_all(self) -> None:
        """Draw frame and body; what has not changed costs nothing."""
        if self.drawable:
            self.refresh_frame()
            self.refresh_body()

    @property
    def drawable(self) -> bool:
        """Whether all parts are there: not before the first drawing, and not while the desk is left."""
        return bool(self.is_mounted and self.size.width and len(self.query("#header, #rule, #footer")) == 3)

    def refresh_body(self) -> None:
        """Draw the body."""

    def show_news(self, topics: frozenset[str]) -> None:
        """React to what changed; called on the visible screen only, at most four times a second."""
        del topics
        self.refresh_all()

    def refresh_frame(self) -> None:
        """Draw header, screens, rule and footer."""
        if not self.drawable:
            return
        app = desk_app(self)
        width = self.size.width
        tabs = [frame.Tab(spec.key, spec.title, spec.count(app.desk), spec.name == self.spec_name) for spec in SCREENS]
        self.part("header").show([frame.header(app.desk, width)])
        self.part("tabs").show([frame.tabs_line(app.desk, tabs, width)])
        self.part("toprule").show([frame.rule(width, app.desk.signs)])
        self.part("rule").show([frame.rule(width, app.desk.signs, self.said())])
        self.refresh_footer()

    def refresh_footer(self) -> None:
        """Draw the keys."""
        if not self.query_one(Prompt).is_open:
            self.part("footer").show([frame.footer(self.hints(), self.size.width)])

    def said(self) -> Line:
        """Return what stands in the rule: a message, the pause, or what is wrong with the desk's sources."""
        app = desk_app(self)
        if app.message:
            return app.message
        if app.desk.paused:
            return line(("paused: the display is held still", Ink.HELD), ("  p goes on", Ink.DIM))
        if app.desk.problem is not None and not app.desk.engine_away:
            return line((str(app.desk.problem), Ink.WARN))
        trouble = app.desk.trouble()
        return line((trouble, Ink.WARN)) if trouble else ()

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

    def action_act(self, action_id: str) -> None:
        """Do an act on what is chosen."""
        action = REGISTRY.get(action_id)
        if action is not None:
            desk_app(self).doer.start(action, self.targets())

    def action_acts(self) -> None:
        """Show every act with why it can't be done where it can't."""
        from tui_ops.ui.screens.menu import acts_menu

        app = desk_app(self)
        targets = self.targets()

        def chosen(action: Action | None) -> None:
            if action is not None:
                app.doer.start(action, targets)

        app.push_screen(acts_menu(app.desk, targets), chosen)

    def action_go_screen(self, name: str) -> None:
        """Go to another screen, or to the first page of this one."""
        desk_app(self).go_screen(name)

    def action_not_yet(self, meaning: str) -> None:
        """Say that a key of the grammar has nothing to do here."""
        desk_app(self).tell(f"{meaning}: not on this screen")

    def action_help(self) -> None:
        """Show the keys."""
        from tui_ops.ui.screens.help import Help

        self.app.push_screen(Help())

    def action_theme(self) -> None:
        """Choose the colours, seeing each as the cursor passes over it."""
        from tui_ops.ui.screens.menu import theme_menu

        app = desk_app(self)
        before = app.look.name

        def chosen(name: str | None) -> None:
            app.set_look(name or before)

        app.push_screen(theme_menu(before, app.set_look), chosen)

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
        from textual.command import CommandPalette

        if not CommandPalette.is_open(self.app):
            self.app.push_screen(CommandPalette(placeholder="an act, a key or a host", id="--command-palette"))

    def action_command(self) -> None:
        """Type an address or a command."""
        self.open_prompt(":")

    def action_back(self) -> None:
        """Go back."""

    # The prompt ---------------------------------------------------------------------------------------------------

    def open_prompt(self, sign: str, text: str = "") -> None:
        """Let the operator type in place of the rule."""
        self.part("sign").show([line((sign, Ink.ACCENT))])
        self.part("footer").show([Prompt.KEYS[sign]])
        self._ask(True)
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
        if event.sign == "/":
            self.filter_typed(event.text)

    def on_prompt_done(self, event: Prompt.Done) -> None:
        """React to a text that is complete, or given up."""
        self.close_prompt()
        if event.sign == "/":
            self.filter_done(event.text)
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
