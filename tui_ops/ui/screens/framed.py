"""The frame around every screen: header, line of screens, rule with its message, prompt, footer."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen

from tui_ops.actions.action import Action
from tui_ops.store.views.rows import HostRow
from tui_ops.ui import acts, frame
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen, wrapped
from tui_ops.ui.pointing import clicked_key
from tui_ops.ui.screens import SCREENS
from tui_ops.ui.terminal import LEAST_HEIGHT, LEAST_WIDTH
from tui_ops.ui.widgets.lines import Lines, desk_app
from tui_ops.ui.widgets.prompt import Prompt

TALL = 30
"""From here on a rule stands below the header."""

BY_SIZE = frozenset({"-small", "-tall", "-detail", "-events"})
"""The classes that a size gives."""


class Framed(Screen[None]):
    """A screen with its frame. A child composes its body and says what its keys work on."""

    spec_name = ""
    HELP_TITLE = ""
    _asking = False
    _footer_for: tuple[list[frame.Hint], int] = ([], 0)
    """The keys and the width for which the footer was laid out last."""
    _footer: Line = ()

    def compose(self) -> ComposeResult:
        """Return the frame with the body inside."""
        self.fit_classes()
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
        """Return the hosts that an act on hosts would work on."""
        return []

    @property
    def nouns(self) -> tuple[str, ...]:
        """What acts here apply to; where two have a letter in common, it is the act's on the first of them."""
        return ("host",)

    def chosen(self, noun: str) -> Sequence[acts.Target]:
        """Return what an act on things of this noun would work on."""
        return self.targets() if noun == "host" else ()

    def given(self, action: Action) -> dict[str, object]:
        """Return the parameters of an act that are settled by where one is."""
        del action
        return {}

    def lettered(self) -> list[Action]:
        """Return the acts that a letter does here."""
        desk = desk_app(self).desk
        found: dict[str, list[Action]] = {}
        for action in (one for noun in self.nouns for one in acts.offered(desk, noun)):
            if action.key:
                twins = found.setdefault(action.key, [])
                twins += [action] if not twins or twins[0].noun == action.noun else []
        return [
            twins[0] if len(twins) == 1 else acts.of_letter(twins, self.chosen(twins[0].noun), desk)
            for twins in found.values()
        ]

    def hints(self) -> list[frame.Hint]:
        """Return the keys for the footer."""
        return []

    def act_hints(self) -> list[frame.Hint]:
        """Return the acts' part of the footer: absent where the session can't act, dimmed where it can't now."""
        desk, chosen = desk_app(self).desk, {noun: self.chosen(noun) for noun in self.nouns}
        return [
            frame.Hint(action.key, action.label, acts.seems_possible(action, chosen[action.noun], desk))
            for action in self.lettered()
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

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked on."""
        key = clicked_key(event)
        if key is not None:
            event.stop()
            self.app.post_message(key)

    def fit_size(self) -> None:
        """Choose what is shown at this size."""
        self.fit_classes()
        width, height = self.app.size
        text = f"{width}x{height} is too small: the desk needs {LEAST_WIDTH}x{LEAST_HEIGHT}. Q leaves"
        self.part("small").show(wrapped(text, width, Ink.WARN, "") if self.has_class("-small") else [])

    def fit_classes(self) -> None:
        """Take on the classes of this size, all at once: at each change Textual looks at the styles of every widget."""
        size = self.app.size
        self.classes = (self.classes - BY_SIZE) | self.size_classes(size.width, size.height)

    def size_classes(self, width: int, height: int) -> set[str]:
        """Return the classes of a size in cells; a child that has panels says which it has room for."""
        small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        return {name for name, fits in (("-small", small), ("-tall", height >= TALL)) if fits}

    def refresh_all(self) -> None:
        """Draw frame and body; what has not changed costs nothing."""
        if self.drawable:
            self.refresh_frame()
            self.refresh_body()

    @property
    def drawable(self) -> bool:
        """Whether all parts are there: not before the first drawing, and not while the desk is left."""
        if not self.is_mounted or not self.size.width:
            return False
        # One by its id is remembered by Textual; a selector of several would be matched against every widget.
        return all(self.query_one_optional(f"#{part}") is not None for part in ("header", "rule", "footer"))

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
        told = [spec.told for spec in SCREENS if spec.told is not None]
        mine = sum(spec.mine(app.desk) for spec in SCREENS)
        self.part("header").show([frame.header(app.desk, told, mine, width)])
        if not self._asking:
            app.travel.note()
        self.part("tabs").show([frame.tabs_line(app.desk, tabs, width, app.travel.crumbs())])
        self.part("toprule").show([frame.rule(width, app.desk.signs)])
        self.part("rule").show([frame.rule(width, app.desk.signs, self.said())])
        self.refresh_footer()

    def refresh_footer(self) -> None:
        """Draw the keys."""
        if self.query_one(Prompt).is_open:
            return
        hints, width = self.hints(), self.size.width
        if (hints, width) != self._footer_for:
            self._footer_for, self._footer = (hints, width), frame.footer(hints, width)
        self.part("footer").show([self._footer])

    def said(self) -> Line:
        """Return what stands in the rule: a message, the pause, or what is wrong with the desk's sources."""
        app = desk_app(self)
        if app.messages.standing:
            return app.messages.standing
        if app.desk.paused:
            return line(("paused: the display is held still", Ink.HELD), ("  p goes on", Ink.DIM))
        if app.desk.problem is not None and not app.desk.engine_away:
            return line((str(app.desk.problem), Ink.WARN))
        trouble = app.desk.trouble()
        return line((trouble, Ink.WARN)) if trouble else ()
