"""The operator's preferences at work: taken up when the desk opens, kept while it runs and when it is left."""

import asyncio
from copy import deepcopy
from typing import TYPE_CHECKING

from tui_ops.model.errors import TuiOpsError
from tui_ops.ui.columns import ALWAYS_SHOWN, BY_ID
from tui_ops.ui.history import PAGES
from tui_ops.ui.look import Palette
from tui_ops.ui.paint import Ink
from tui_ops.ui.preferences import Preferences, PreferencesError, as_text, read_preferences, write_preferences
from tui_ops.ui.themes import ThemeError, load_palette
from tui_ops.ui.work import in_background

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

USUAL_THEME = "dark"
"""Where neither the command line nor the preferences name one."""

TOLD_S = 15.0
"""How long a preference that could not be taken up is told: it comes while the first screen is still being read."""


class Habits:
    """Takes up preferences and keeps them. Without a configuration folder it does neither.

    Args:
        app: whose preferences they are.
    """

    def __init__(self, app: "DeskApp") -> None:
        self._app = app
        self._folder = app.desk.options.config
        self._wrong: list[TuiOpsError] = []
        self._given_up = self._folder is None
        self._begun = False
        """Whether the preferences were taken up: before that the desk knows nothing to keep."""
        try:
            self.kept = read_preferences(self._folder) if self._folder is not None else Preferences()
        except PreferencesError as error:
            self.kept = Preferences()
            self._wrong.append(error)
        self._written = deepcopy(self.kept)

    def first_look(self) -> Palette:
        """Return the theme to begin with; a preferred one that can't be used is told, and the usual one taken.

        Raises:
            ThemeError: the command line names one that can't be used.
        """
        asked = self._app.desk.options.theme
        own = self._app.desk.own_themes
        if asked is not None:
            return load_palette(asked, own)
        try:
            return load_palette(self.kept.theme or USUAL_THEME, own)
        except ThemeError as error:
            self._wrong.append(error)
            return load_palette(USUAL_THEME)

    def take_up(self) -> None:
        """Take up order and columns of last time: before the first key, which may change them."""
        fleet = self._app.desk.fleet
        name = self.kept.order.removeprefix("-")
        fleet.sort = BY_ID.get(name)
        fleet.reversed = self.kept.order.startswith("-") and (fleet.sort is not None or not name)
        fleet.trouble_only = self.kept.trouble_only
        shown = self.kept.columns.get("hosts", [])
        fleet.hidden = BY_ID.keys() - set(shown) - ALWAYS_SHOWN if shown else set()
        fleet.arrange()
        self._app.desk.looked_at = self.kept.looked.get(self._app.desk.options.fleet_name, 0.0)

    def begin(self) -> None:
        """Go to the view of last time; say what could not be taken up."""
        self._begun = True
        address = self.kept.last.get(self._app.desk.options.fleet_name, "")
        lists = self._app.commands.is_list(address)
        if address and (lists or address.split(" ")[0] in PAGES):
            self._app.commands.run(address)
            if " " in address and lists:
                self._app.tell(f"as you left it: {address}  (esc clears the filter)")
        for error in self._wrong:
            self._app.tell(str(error), Ink.WARN, TOLD_S)
        self._wrong.clear()
        self._app.draw()

    def look_chosen(self, name: str) -> None:
        """Keep a theme that was chosen."""
        self.kept.theme = name

    def _take_stock(self) -> bool:
        """Bring what is kept up to date; return whether it has to be written."""
        if not self._begun:
            return False
        fleet, trail = self._app.desk.fleet, self._app.travel.trail
        falling = "-" if fleet.reversed else ""
        self.kept.order = falling + (fleet.sort.id if fleet.sort is not None else "")
        self.kept.trouble_only = fleet.trouble_only
        self.kept.columns.pop("hosts", None)
        if fleet.hidden:
            self.kept.columns["hosts"] = [one for one in BY_ID if one not in fleet.hidden]
        if self._app.desk.looked_at:
            self.kept.looked[self._app.desk.options.fleet_name] = self._app.desk.looked_at
        if trail.here is not None:
            here = trail.here
            opened = here.page and here.page_noun in PAGES
            address = here.address if opened else f"{here.noun} {here.query}".strip()
            self.kept.remember(self._app.desk.options.fleet_name, address)
        return self.kept != self._written and not self._given_up

    def keep(self) -> None:
        """Write the preferences if they have changed, beside the keys."""
        if self._take_stock():
            in_background(self._app, self._keep, "preferences", exclusive=True)

    async def _keep(self) -> None:
        now_kept = deepcopy(self.kept)
        folder = self._folder
        if folder is None:
            return
        try:
            await asyncio.to_thread(write_preferences, folder, as_text(now_kept))
            self._written = now_kept
        except PreferencesError as error:
            self._given_up = True
            self._app.tell(str(error), Ink.WARN)

    def end(self) -> None:
        """Write the preferences when the desk is left; what can't be written was told before, or is lost."""
        if self._take_stock() and self._folder is not None:
            try:
                write_preferences(self._folder, as_text(self.kept))
            except PreferencesError:
                self._given_up = True
