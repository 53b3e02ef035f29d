"""Going from view to view: to a screen, a host, an address, back, forward, to the one before."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_ops.model.incidents import number_in
from tui_ops.model.units import parse_duration
from tui_ops.ui.history import Trail, View
from tui_ops.ui.paint import Ink, Line, joined, line

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp
    from tui_ops.ui.groups import Grouping
    from tui_ops.ui.screens.base import DeskScreen

CRUMB_MOST = 40
"""Characters of a query among the crumbs."""

MINUTE_H = 1 / 60
"""The shortest shift, in hours."""


class Travel:
    """Moves the desk, and keeps the trail of where it was.

    Args:
        app: that is moved.
    """

    def __init__(self, app: "DeskApp") -> None:
        self._app = app
        self.trail = Trail()
        self._going = False
        self._openers: dict[str, tuple[Callable[[int], None], str]] = {
            "incident": (self.open_incident, "INC"), "review": (self.open_review, "INC"),
            "problem": (self.open_problem, "PRB"), "knownerror": (self.open_known_error, "KE"),
            "changerun": (self.open_change_run, "CHG"), "change": (self.open_change, "CHG"),
            "release": (self.open_release, "REL"), "finding": (self.open_finding, "FND"),
        }  # fmt: skip
        """What opens a page by its number, and how its name begins."""

    def note(self) -> None:
        """Take note of the view in front; a view on the way to another one is none."""
        front = self._app.front
        if self._going or front is None or front.pending is not None:
            return
        view = front.view()
        if view is not None:
            self.trail.note(view)

    def crumbs(self) -> Line:
        """Return where the desk is: ``hosts site=lon > db-1.lon``."""
        view = self.trail.here
        if view is None or not (view.query or view.page):
            return ()
        first = f"{view.noun} {view.query[:CRUMB_MOST]}".strip()
        marks = self._app.desk.signs
        parts = [line((first, Ink.DIM))] + ([line((view.page, Ink.TEXT))] if view.page else [])
        return joined(parts, f" {marks.arrow} ")

    def open_host(self, name: str) -> None:
        """Open the page of a host."""
        from tui_ops.ui.screens.host import Host

        if isinstance(self._app.screen, Host):
            self._app.pop_screen()
        self._app.push_screen(Host(name))

    def open_page(self, noun: str, name: str) -> None:
        """Open the page of a thing by its name: ``incident`` ``INC-12``, ``handover`` ``8h``; of a host by its own."""
        opener, prefix = self._openers.get(noun, (None, ""))
        number = number_in(name, prefix) if prefix else None
        if noun == "handover":
            self.open_handover(name)
        elif opener is not None and number is not None:
            opener(number)
        else:
            self.open_host(name)

    def open_incident(self, number: int) -> None:
        """Open the page of an incident, over the list of incidents."""
        from tui_ops.ui.screens.incident import IncidentScreen

        self._open("incidents", IncidentScreen(number))

    def open_change_run(self, number: int) -> None:
        """Open the run of a change, live."""
        from tui_ops.ui.screens.changerun import ChangeRun

        self._open("changes", ChangeRun(number))

    def open_change(self, number: int, edit: bool = False) -> None:
        """Open the page of a change; with its plan in the editor where ``edit`` says so."""
        from tui_ops.ui.screens.change import ChangeScreen

        self._open("changes", ChangeScreen(number, edit))

    def open_release(self, number: int) -> None:
        """Open the page of a release."""
        from tui_ops.ui.screens.release import ReleaseScreen

        self._open("changes", ReleaseScreen(number))

    def open_finding(self, number: int) -> None:
        """Open the page of a finding, over the list of findings."""
        from tui_ops.ui.screens.finding import FindingScreen

        self._open("security", FindingScreen(number))

    def open_problem(self, number: int) -> None:
        """Open the page of a problem."""
        from tui_ops.ui.screens.learnt import ProblemScreen

        self._open("incidents", ProblemScreen(number))

    def open_known_error(self, number: int) -> None:
        """Open the page of a known error."""
        from tui_ops.ui.screens.learnt import KnownErrorScreen

        self._open("incidents", KnownErrorScreen(number))

    def open_review(self, number: int) -> None:
        """Open the review of an incident."""
        from tui_ops.ui.screens.document import ReviewScreen

        self._open("incidents", ReviewScreen(number))

    def open_handover(self, since: str) -> None:
        """Open the hand-over of a shift, over the first screen.

        Args:
            since: how far back it tells what happened, such as ``8h``; what is no length of time means a shift.
        """
        from tui_ops.ui.screens.document import SHIFT_H, SHIFTS_H, HandoverScreen

        try:
            hours = parse_duration(since) / 3600.0 if since else SHIFT_H
        except ValueError:
            hours = SHIFT_H
        self._open("now", HandoverScreen(min(max(hours, MINUTE_H), max(SHIFTS_H) * 5)))

    def _open(self, mode: str, page: "DeskScreen") -> None:
        """Open a page over the pages of its mode; those that stand above one of its kind are left first."""
        if self._app.current_mode != mode:
            self.go_screen(mode)
        while any(type(one) is type(page) for one in self._app.screen_stack):
            self._app.pop_screen()
        self._app.push_screen(page)

    def go_screen(self, name: str) -> None:
        """Go to the first page of a screen."""
        if self._app.current_mode != name:
            self._app.switch_mode(name)
        while len(self._app.screen_stack) > 1:
            self._app.pop_screen()

    def show_list(self, screen: str, query: str) -> None:
        """Go to the list of a screen, narrowed to a query."""
        from tui_ops.ui.screens.base import DeskScreen

        self.go_screen(screen)
        root = self._app.screen_stack[0]
        if isinstance(root, DeskScreen):
            root.show_query(query)

    def known_values(self, screen: str, key: str) -> list[str]:
        """Return the values that a key of an address has on a screen, as far as that screen is open."""
        front = self._app.front
        return front.known_values(key) if front is not None and front.spec_name == screen else []

    def show_noun(self, screen: str, noun: str, query: str) -> None:
        """Go to one of a screen's further views (network, storage), narrowed to a query."""
        from tui_ops.ui.screens.base import DeskScreen

        self.go_screen(screen)
        root = self._app.screen_stack[0]
        if isinstance(root, DeskScreen):
            root.show_noun(noun, query)

    def group_hosts(self, grouping: "Grouping") -> None:
        """Go to the hosts, standing in groups."""
        from tui_ops.ui.screens.infrastructure import Infrastructure

        self.go_screen("infrastructure")
        root = self._app.screen_stack[0]
        if isinstance(root, Infrastructure):
            root.group_by(grouping)

    def step(self, by: int) -> None:
        """Go back (-1) or forward (1) in the history."""
        self._go(self.trail.step(by), "nothing was looked at before" if by < 0 else "nothing was looked at after")

    def last(self) -> None:
        """Go to the view that was looked at before this one."""
        self._go(self.trail.last(), "there is no view before this one")

    def _go(self, view: View | None, otherwise: str) -> None:
        from tui_ops.ui.screens.base import DeskScreen

        if view is None:
            self._app.tell(otherwise)
            return
        self._going = True
        try:
            self.go_screen(view.screen)
            root = self._app.screen_stack[0]
            if isinstance(root, DeskScreen):
                root.show_view(view)
            if view.page:
                self.open_page(view.page_noun, view.page)
        finally:
            self._going = False
        self._app.draw()
