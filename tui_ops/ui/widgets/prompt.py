"""The line in which a filter or a command is typed; it takes the place of the rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from tui_ops.model.address import ADDRESS_LIMIT
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.widgets.lines import desk_app

HISTORY = 50
"""Lines that are kept of each sign: what one shift types."""


OFFERS_MOST = 100
"""Completions that tab goes through."""


class Completer(Suggester):
    """Completes a command, a host's name, or a key of the address grammar."""

    def __init__(self, prompt: "Prompt") -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._prompt = prompt

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first text that goes on from ``value``."""
        if not value:
            return None
        return next((text for text in self._prompt.choices(value) if text.startswith(value) and text != value), None)


class Prompt(Input):
    """One line of typing with completion (tab, right arrow) and history (up, down)."""

    @dataclass
    class Edited(Message):
        """The text has changed."""

        sign: str
        text: str

    @dataclass
    class Done(Message):
        """The text is complete, or given up: then it is None."""

        sign: str
        text: str | None

    KEYS: ClassVar[dict[str, Line]] = {
        "/": line(
            ("words  !not  key=value  key!=value  cpu>80  key~regex   ", Ink.DIM),
            ("enter", Ink.ACCENT), (" keep  ", Ink.DIM), ("esc", Ink.ACCENT), (" clear", Ink.DIM),
        ),
        ":": line(
            ("an address, an act or a host   ", Ink.DIM),
            ("tab", Ink.ACCENT), (" complete  ", Ink.DIM), ("↑", Ink.ACCENT), (" history  ", Ink.DIM),
            ("esc", Ink.ACCENT), (" back", Ink.DIM),
        ),
        ">": line(
            ("save to a file: .csv .json .txt say how   ", Ink.DIM),
            ("enter", Ink.ACCENT), (" save  ", Ink.DIM), ("esc", Ink.ACCENT), (" back", Ink.DIM),
        ),
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", show=False),
        Binding("down", "newer", show=False),
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="prompt", compact=True, max_length=ADDRESS_LIMIT, suggester=Completer(self))
        self.cursor_blink = False
        self.sign = ""
        self._at = 0
        self._offered: list[str] = []
        """What it is completed to, one after the other."""

    @property
    def is_open(self) -> bool:
        """Whether something is being typed."""
        return bool(self.sign)

    def open(self, sign: str, text: str) -> None:
        """Begin with a text."""
        self.sign = sign
        self._at = len(self._history)
        self._offered = []
        with self.prevent(Input.Changed):
            self.value = text
        self.cursor_position = len(text)

    def close(self) -> None:
        """End."""
        self.sign = ""
        with self.prevent(Input.Changed):
            self.value = ""

    @property
    def _history(self) -> list[str]:
        """The lines that were typed after this sign, on any screen."""
        return desk_app(self).desk.typed.setdefault(self.sign, [])

    def offers(self, most: int) -> list[str]:
        """Return the first texts that go on from what is typed."""
        value = self.value
        found = (text for text in self.choices(value) if text.startswith(value) and text != value)
        return list(islice(found, most)) if value else []

    def choices(self, value: str) -> Iterable[str]:
        """Return the texts that could be meant."""
        return desk_app(self).commands.completions(self.sign, value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the screen."""
        event.stop()
        if self.sign:
            self.post_message(self.Edited(self.sign, event.value))

    def on_key(self, event: events.Key) -> None:
        """Take enter and escape in the order in which they were typed; what follows them is the screen's."""
        if self.is_open and event.key not in ("enter", "escape"):
            return
        event.stop()
        event.prevent_default()
        if not self.is_open:
            self.app.post_message(events.Key(event.key, event.character))
        elif event.key == "enter":
            self._submit()
        else:
            self._done(None)

    def _submit(self) -> None:
        kept = self._history
        if self.value and (not kept or kept[-1] != self.value):
            kept.append(self.value)
            del kept[:-HISTORY]
        self._done(self.value)

    def _done(self, text: str | None) -> None:
        sign, self.sign = self.sign, ""
        if sign:
            self.post_message(self.Done(sign, text))

    def action_older(self) -> None:
        """Bring back an older line."""
        self._recall(-1)

    def action_newer(self) -> None:
        """Bring back a newer line."""
        self._recall(1)

    def _recall(self, step: int) -> None:
        kept = self._history
        self._at = max(0, min(len(kept), self._at + step))
        self.value = kept[self._at] if self._at < len(kept) else ""
        self.cursor_position = len(self.value)

    def action_complete(self, step: int) -> None:
        """Complete to the next text that fits, or to the one before."""
        if self.value not in self._offered or self.value.endswith("="):
            self._offered = self.offers(OFFERS_MOST)
            at = 0 if step > 0 else -1
        else:
            at = (self._offered.index(self.value) + step) % len(self._offered)
        if self._offered:
            self.value = self._offered[at]
            self.cursor_position = len(self.value)

    def on_blur(self, event: events.Blur) -> None:
        """Leave when the keys go elsewhere, as by a click."""
        del event
        if self.is_open and self.app.screen is self.screen:
            self._done(self.value if self.sign == "/" else None)
