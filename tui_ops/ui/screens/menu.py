"""A menu: lines to choose from, by cursor or by letter. Those that can't be chosen say why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters, digits
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen

from tui_ops.actions.action import Action
from tui_ops.ui.acts import NO_TARGET, Target, offered, plan
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.grammar import TEXTUAL_NAMES
from tui_ops.ui.paint import Ground, Ink, Line, line
from tui_ops.ui.themes import ThemeError, load_palette, theme_names
from tui_ops.ui.widgets.lines import Drawn, Lines, LineScroll

T = TypeVar("T")

LABEL = 22
"""Cells of a label."""

LETTERS = (*ascii_letters, *digits, *TEXTUAL_NAMES)
"""What may choose an item."""


@dataclass(frozen=True)
class Item(Generic[T]):
    """A line of a menu."""

    label: str
    value: T
    key: str = ""
    note: str = ""
    why_not: str = ""
    """Why it can't be chosen; empty where it can."""


class MenuList(LineScroll):
    """The lines of a menu."""

    @dataclass
    class Clicked(Message):
        """A line was clicked on."""

        index: int

    def __init__(self, items: Sequence[Item[T]], at: int) -> None:
        super().__init__("menu-list")
        self.items = items
        self.at = at

    def line_count(self) -> int:
        """Return how many there are."""
        return len(self.items)

    def line_at(self, index: int) -> Drawn:
        """Return a line."""
        item = self.items[index]
        possible = not item.why_not
        drawn: Line = line(
            (f" {item.key or ' '} ", Ink.ACCENT if possible else Ink.FAINT),
            (fit(item.label, LABEL) + " ", Ink.TEXT if possible else Ink.DIM),
            (item.note if possible else item.why_not, Ink.DIM if possible else Ink.WARN),
        )
        return drawn, Ground.CURSOR if index == self.at else Ground.RAISED

    def on_click(self, event: events.Click) -> None:
        """Choose what the mouse points at."""
        index = self.top + event.y
        if index < len(self.items):
            self.post_message(self.Clicked(index))


class Menu(ModalScreen[T | None]):
    """Gives what was chosen, or None. A key is answered wholly before the next one, which may be the list's again.

    Args:
        title: what is chosen.
        items: to choose from.
        at: where the cursor stands first.
        preview: told what the cursor stands on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(TEXTUAL_NAMES.get(sign, sign), f"letter({sign!r})", show=False, priority=True) for sign in LETTERS),
        Binding("escape,backspace", "cancel", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up,ctrl+p", "move(-1)", show=False),
        Binding("enter,space", "choose", show=False, priority=True),
    ]

    def __init__(
        self, title: str, items: Sequence[Item[T]], at: int = 0, preview: Callable[[T], None] | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._items = items
        self._at = at
        self._preview = preview
        self._letters = {item.key: index for index, item in enumerate(items) if item.key}

    def compose(self) -> ComposeResult:
        """Return the title and the lines."""
        with Vertical(id="menu"):
            yield Lines("menu-title", ground=Ground.RAISED)
            yield MenuList(self._items, self._at)
            yield Lines("menu-why", ground=Ground.RAISED)

    @property
    def list(self) -> MenuList:
        """The lines."""
        return self.query_one(MenuList)

    def on_mount(self) -> None:
        """Draw."""
        self.list.styles.height = max(1, min(len(self._items), self.app.size.height - 8))
        self.query_one("#menu-title", Lines).show([line((self._title, Ink.TITLE))])
        self.list.focus()

    def action_letter(self, letter: str) -> None:
        """Choose by letter; j, k and q do what they do everywhere unless an item has that letter."""
        index = self._letters.get(letter)
        if index is not None:
            self._take(index)
        elif letter in ("j", "k"):
            self.action_move(1 if letter == "j" else -1)
        elif letter == "q":
            self.dismiss(None)

    def on_menu_list_clicked(self, event: MenuList.Clicked) -> None:
        """Choose what was clicked on."""
        self._take(event.index)

    def _take(self, index: int) -> None:
        """Put the cursor on an item, and choose it."""
        self._at = self.list.at = index
        self.list.compare()
        self.action_choose()

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        if self._items:
            self._at = self.list.at = (self._at + lines) % len(self._items)
            self.list.reveal(self._at)
            self.list.compare()
            item = self._items[self._at]
            if self._preview is not None and not item.why_not:
                self._preview(item.value)

    def action_choose(self) -> None:
        """Give what the cursor stands on, or say why that can't be."""
        if not self._items:
            self.dismiss(None)
            return
        item = self._items[self._at]
        if item.why_not:
            self.query_one("#menu-why", Lines).show([line((f" {item.label}: {item.why_not}", Ink.WARN))])
        else:
            self.dismiss(item.value)

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)


def acts_menu(desk: Desk, chosen: Mapping[str, Sequence[Target]]) -> Menu[Action]:
    """Return every act, on what is chosen and on the fleet, with why it can't be done where it can't.

    Args:
        desk: what is known.
        chosen: what an act would work on, by its noun; the letters are those of the first that has them.
    """
    items = []
    taken: set[str] = set()
    for noun in (*chosen, NO_TARGET):
        for action in offered(desk, noun):
            verdict = plan(action, chosen.get(noun, ()), desk).verdict
            key = action.key if action.key not in taken else ""
            taken.add(key)
            items.append(Item(action.label, action, key, action.help.split(". ")[0], "" if verdict else verdict.why))
    on = next((f"{_counted(targets, noun)}" for noun, targets in chosen.items() if targets), "the fleet")
    if items:
        return Menu(f" acts on {on}", items)
    why = "this session is read-only" if desk.options.read_only else "the role viewer changes nothing"
    return Menu(f" no acts: {why}", items)


def _counted(targets: Sequence[Target], noun: str) -> str:
    return safe(targets[0].name) if len(targets) == 1 else f"{len(targets)} {noun}s"


def sort_menu(
    columns: Sequence[Column[T]], now: Column[T] | None, usual: str = "state, name"
) -> Menu[tuple[Column[T] | None]]:
    """Return the columns to sort by.

    Args:
        columns: of the view.
        now: the one that is sorted by; None for the usual order.
        usual: that order in words.
    """
    items: list[Item[tuple[Column[T] | None]]] = [Item(usual, (None,), "", "the worst first")]
    items += [
        Item(
            column.title.lower() if column.id != "hour" else "hour",
            (column,),
            "",
            "the highest first" if column.falling else "",
        )
        for column in columns
    ]
    at = next((index for index, item in enumerate(items) if item.value[0] is now), 0)
    return Menu(" sort by", items, at)


def theme_menu(now: str, preview: Callable[[str], None], own: Path | None) -> Menu[str]:
    """Return the themes, each seen while the cursor is on it; one with a mistake says where it is."""
    names = theme_names(own)
    items = [Item(name, name, "", *_about_theme(name, own)) for name in names]
    return Menu(" theme", items, names.index(now) if now in names else 0, preview)


def _about_theme(name: str, own: Path | None) -> tuple[str, str]:
    """Return a note and why it can't be chosen."""
    if own is None or not (own / f"{name}.yaml").is_file():
        return "", ""
    try:
        load_palette(name, own)
    except ThemeError as error:
        return "", safe(error.message.replace(f"{own}/", ""))
    return "your own", ""
