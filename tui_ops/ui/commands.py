"""What can be typed after ``:``, and how it is completed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui_ops.actions.declared import REGISTRY
from tui_ops.model.address import split_address
from tui_ops.ui.acts import offered
from tui_ops.ui.facts import KEYS
from tui_ops.ui.look import NAMES, ThemeError
from tui_ops.ui.paint import Ink

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

PLAIN = ("hosts", "host ", "theme ", "help", "quit", "reload")


class Commands:
    """Runs a typed line.

    Args:
        app: on which it works.
    """

    def __init__(self, app: "DeskApp") -> None:
        self._app = app

    def run(self, text: str) -> None:
        """Do what a line says; say what would be right where it can't be read."""
        noun, rest = split_address(text)
        if noun in ("quit", "q", "q!"):
            self._app.exit()
        elif noun in ("hosts", "1"):
            self._app.show_hosts(rest)
        elif noun == "host":
            self._host(rest)
        elif noun == "theme":
            self._theme(rest)
        elif noun in ("help", "?"):
            self._app.call_action("help")
        elif noun == "reload":
            self._act("fleet.reload")
        elif not self._act(noun):
            self._app.tell(f"there is no :{text[:60]}  try hosts, host NAME, theme NAME, reload, quit", Ink.WARN)

    def _theme(self, name: str) -> None:
        try:
            self._app.set_look(name)
        except ThemeError as error:
            self._app.tell(str(error), Ink.WARN)

    def _act(self, text: str) -> bool:
        action = REGISTRY.get(text)
        if action is None:
            return False
        self._app.doer.start(action, self._app.chosen_targets())
        return True

    def _host(self, name: str) -> None:
        if any(row.name == name for row in self._app.desk.fleet.rows.values()):
            self._app.open_host(name)
        else:
            self._app.tell(f"there is no host {name[:60]!r}", Ink.WARN)

    def completions(self, sign: str, value: str) -> Iterable[str]:
        """Return what a text could become."""
        head, _, last = value.rpartition(" ")
        before = f"{head} " if head else ""
        if sign == ":" and not before:
            yield from PLAIN
            for noun in ("host", "fleet"):
                yield from (action.id for action in offered(self._app.desk, noun))
            return
        if sign == ":" and head == "theme":
            yield from (before + name for name in NAMES)
        if sign == ":" and head == "host":
            yield from (before + row.name for row in self._app.desk.fleet.rows.values())
        elif last:
            yield from (f"{before}{key}=" for key in KEYS)
