"""The panels beside a list: the host that the cursor stands on, and what happened last in the fleet."""

from collections.abc import Callable

from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.rows import EventRow, HostPage
from tui_ops.ui import hostpage
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.panels import Pen
from tui_ops.ui.screens.viewing import Viewing
from tui_ops.ui.widgets.lines import desk_app
from tui_ops.ui.work import in_background

DETAIL_FROM = 110
"""Columns from which the detail panel stands beside the list."""

EVENTS_FROM_WIDTH, EVENTS_FROM_HEIGHT = 180, 40
"""Size from which the fleet's events stand beside both."""

DETAIL_DELAY_S = 0.08
"""The panels follow the cursor when it rests: no read, and no drawing, for each host that is passed over."""

PANEL_TOPICS = frozenset({"events", "fleet", "age"})
"""News after which the panels are read again, whatever host they show: a reading tells by the version of its host."""


class Beside(Viewing):
    """A list with its panels."""

    def __init__(self) -> None:
        super().__init__()
        self._page: HostPage | None = None
        self._events: list[EventRow] = []
        self._drawn_for: dict[str, tuple[object, ...]] = {}
        """Panels with what they were drawn from last."""
        self._resting = True
        """Whether the panels show what the cursor stands on; not while it moves."""
        self._alone = False
        """Whether an operator wants the list without its panels."""

    def size_classes(self, width: int, height: int) -> set[str]:
        """Return the classes of a size, with the panels that it has room for."""
        detail = width >= DETAIL_FROM and not self._alone
        events = width >= EVENTS_FROM_WIDTH and height >= EVENTS_FROM_HEIGHT and not self._alone
        panels = {name for name, fits in (("-detail", detail), ("-events", events)) if fits}
        return super().size_classes(width, height) | panels

    def news_of_panels(self, topics: frozenset[str]) -> None:
        """Read the panels again where what changed concerns them."""
        row, page = self.pane.host_here(), self._page
        old = row is not None and (page is None or (page.host.id, page.host.version) != (row.id, row.version))
        if topics & PANEL_TOPICS or old:
            self.read_panels()

    def cursor_moves(self) -> None:
        """Let the panels stand until the cursor rests."""
        self._resting = not self.has_class("-detail")

    def refresh_detail(self) -> None:
        """Draw the panels, unless the cursor has just moved on."""
        if not self._resting:
            return
        row, page = self.pane.host_here(), self._page
        if row is None or page is None or page.host.id != row.id:
            page = None
        thing = self.listing.here or object()
        self._draw("detail", (thing, row, page), lambda pen, height: self.pane.detail(page, pen, height))
        events = self._events
        self._draw("events", (events,), lambda pen, height: hostpage.fleet_events(events, pen, height))

    def _draw(self, id: str, sources: tuple[object, ...], draw: Callable[[Pen, int], list[Line]]) -> None:
        """Draw a panel where there is room for it, unless all that it is drawn from is as it was."""
        desk, panel = desk_app(self).desk, self.part(id)
        drawn_for = (*sources, self.pane, panel.size, desk.look, desk.aged)
        if self.has_class(f"-{id}") and panel.size.width and self._drawn_for.get(id) != drawn_for:
            self._drawn_for[id] = drawn_for
            panel.show(draw(Pen(panel.inner_width, desk.look, desk.present), panel.size.height))

    def read_panels(self) -> None:
        """Read what the panels show, when the cursor rests."""
        if self.drawable and self.has_class("-detail"):
            in_background(self, self._read_panels, "panels", exclusive=True)

    async def _read_panels(self) -> None:
        app = desk_app(self)
        row = self.pane.host_here()
        await app.pause_for(DETAIL_DELAY_S)
        try:
            if row is not None:
                self._page = await app.from_store(lambda feed: feed.page(row.name))
            if self.has_class("-events"):
                self._events = await app.from_store(lambda feed: feed.events())
        except TuiOpsError as error:
            app.tell(str(error), Ink.WARN)
        self._resting = True
        if self.drawable:
            self.refresh_detail()
