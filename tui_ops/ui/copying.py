"""Copying and saving what is seen, and saying what came of it."""

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import safe
from tui_ops.ui.clipboard import COPY_LIMIT, TooLarge, copy_sequence
from tui_ops.ui.export import FORMS, Export, another, export_folder, save, suggested_path
from tui_ops.ui.paint import Ink
from tui_ops.ui.work import in_background

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

SAID_S = 12.0
"""How long it is told where a file lies: long enough to write it down."""

Choice = tuple[str, str, str]
"""Something to copy: its letter, what it is, the text."""


def host_choices(rows: Sequence[HostRow]) -> list[Choice]:
    """Return what can be copied of hosts: their names, their addresses."""
    many = "s" if len(rows) > 1 else ""
    names = "\n".join(safe(row.name) for row in rows)
    addresses = "\n".join(safe(row.address) for row in rows)
    return [("n", f"name{many}", names), ("h", f"host address{'es' if many else ''}", addresses)]


def _glance(text: str) -> str:
    """Return what a text is, for the menu: itself, or how long it is."""
    lines = text.count("\n") + 1
    return safe(text)[:60] if lines == 1 else f"{lines:,} lines"


class Copying:
    """Copies and saves for the screens.

    Args:
        app: on which it asks and tells.
    """

    def __init__(self, app: "DeskApp") -> None:
        self._app = app

    def choose(self, choices: Sequence[Choice]) -> None:
        """Let the operator choose what is copied."""
        from tui_ops.ui.screens.menu import Item, Menu

        items = [Item(label, (label, text), key, _glance(text)) for key, label, text in choices if text]

        def chosen(choice: tuple[str, str] | None) -> None:
            if choice is not None:
                self.copy(*choice)

        if items:
            self._app.push_screen(Menu(" copy", items), chosen)
        else:
            self._app.tell("there is nothing to copy here")

    def copy(self, label: str, text: str) -> None:
        """Send a text to the terminal's clipboard. Terminals never answer, so it is not said that it arrived."""
        if not self._app.terminal.clipboard:
            self._app.tell(f"{label}: this terminal has no clipboard: E saves to a file", Ink.WARN)
            return
        try:
            sequence = copy_sequence(text, os.environ)
        except TooLarge as error:
            size = error.args[0]
            self._app.tell(f"{label}: {size:,} bytes, a terminal takes {COPY_LIMIT:,}: E saves it to a file", Ink.WARN)
            return
        self._app.write_terminal(sequence)
        self._app.tell(f"{label}: {len(text):,} characters sent to the terminal's clipboard (E saves to a file)")

    def suggested(self, what: str, form: str = FORMS[0]) -> str:
        """Return the file that a view would be saved to, by the ending of its name."""
        return str(suggested_path(export_folder(os.environ), what, self._app.desk.present, form))

    def save(self, what: Export, name: str) -> None:
        """Save a view to a file; where the name is taken, ask for another one."""
        in_background(self._app, partial(self._save, what, Path(name.strip())), "save")

    async def _save(self, what: Export, path: Path) -> None:
        try:
            path = path.expanduser().absolute()
            count = await asyncio.to_thread(save, what, path)
        except FileExistsError:
            self._app.tell(f"{path} is there already and stays as it is", Ink.WARN, SAID_S)
            if self._app.front is not None and self._app.front is self._app.screen:
                self._app.front.open_prompt(">", str(another(path)))
        except (TuiOpsError, RuntimeError) as error:
            self._app.tell(str(error), Ink.WARN, SAID_S)
        else:
            word = "line" if path.suffix.removeprefix(".").lower() in what.texts else "row"
            self._app.tell(f"saved {count:,} {word}{'' if count == 1 else 's'} to {path}", Ink.GOOD, SAID_S)
