"""What the palette (ctrl+p) finds: acts, keys of the grammar, hosts, themes."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from tui_ops.ui.acts import offered, plan
from tui_ops.ui.grammar import GRAMMAR
from tui_ops.ui.screens import SCREENS
from tui_ops.ui.themes import theme_names

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

HOSTS_MOST = 2000
"""Hosts that the palette looks through; ``/`` has no limit."""


class Finder(CommandPalette):
    """The palette. Its escape is answered wholly before the next key is looked at, which is then the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "escape", show=False, priority=True)]

    def __init__(self) -> None:
        super().__init__(placeholder="an act, a key or a host", id="--command-palette")


class PaletteProvider(Provider):
    """Everything that can be done or gone to, by its words."""

    @property
    def _app(self) -> "DeskApp":
        return cast("DeskApp", self.app)

    def _entries(self) -> Iterator[tuple[str, str, Callable[[], object], str]]:
        """Yield label, text to look in, what it does, and help."""
        app = self._app
        front = app.front
        for noun in app.nouns:
            targets = front.chosen(noun) if front is not None else ()
            for action in offered(app.desk, noun):
                verdict = plan(action, targets, app.desk).verdict
                about = action.help if verdict else f"not now: {verdict.why}"
                text = " ".join((action.label, action.id, *action.words))
                yield f"{action.label}", text, partial(app.do, action), about
        for entry in GRAMMAR:
            if entry.action not in ("palette", "up", "down"):
                yield (
                    f"{entry.label} ({entry.shown})",
                    f"{entry.label} {entry.help}",
                    partial(app.call_action, entry.action),
                    entry.help,
                )
        for spec in SCREENS:
            text = f"{spec.title} {spec.noun}"
            yield f"go to {spec.title} ({spec.key})", text, partial(app.go_screen, spec.name), spec.help
            for view in spec.views:
                yield f"go to {view}", f"{view} {text}", partial(app.commands.run, view), f"a view of {spec.title}"
        for name in theme_names(app.desk.own_themes):
            yield f"theme {name}", f"theme {name}", partial(app.commands.run, f"theme {name}"), "the colours"
        yield (
            "hand-over",
            "hand-over handover shift",
            partial(app.commands.run, "handover"),
            "what the next shift needs",
        )
        for name, about in (("bell", "rings when an incident asks for somebody"), ("title", "counts what needs you")):
            yield (
                f"{name} on",
                f"{name} on terminal",
                partial(app.commands.run, f"{name} on"),
                f"the terminal's: {about}",
            )
        yield "messages", "messages log said", partial(app.commands.run, "messages"), "what the desk said"

    async def discover(self) -> Hits:
        """Offer what there is before anything is typed."""
        for label, _, do, about in self._entries():
            yield DiscoveryHit(label, do, help=about)

    async def search(self, query: str) -> Hits:
        """Offer what fits."""
        matcher = self.matcher(query)
        for label, text, do, about in self._entries():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, label, do, help=about)
        for row in list(self._app.desk.fleet.rows.values())[:HOSTS_MOST]:
            score = matcher.match(row.name)
            if score > 0:
                yield Hit(score, f"host {row.name}", partial(self._app.open_host, row.name), help="its page")
