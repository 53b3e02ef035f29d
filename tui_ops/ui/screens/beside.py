"""The panels beside a list: what the cursor stands on, and what happened last. They follow when the cursor rests."""

from collections.abc import Callable

from tui_ops.model.errors import TuiOpsError
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.panels import Pen
from tui_ops.ui.screens.paned import Paned
from tui_ops.ui.widgets.lines import desk_app
from tui_ops.ui.work import in_background

DETAIL_FROM = 110
"""Columns from which the detail panel stands beside the list."""

EVENTS_FROM_WIDTH, EVENTS_FROM_HEIGHT = 180, 40
"""Size from which a third panel stands beside both."""

DETAIL_DELAY_S = 0.08
"""The panels follow the cursor when it rests: no read, and no drawing, for each thing that is passed over."""


class Beside(Paned):
    """A list with its panels. A child says what is read for them and what they show."""

    def __init__(self) -> None:
        super().__init__()
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

    def cursor_moves(self) -> None:
        """Let the panels stand until the cursor rests."""
        self._resting = not self.has_class("-detail")

    def refresh_detail(self) -> None:
        """Draw the panels, unless the cursor has just moved on."""
        if self._resting:
            self.draw_panels()

    def draw_panels(self) -> None:
        """Draw the panels: :meth:`draw_panel` for each."""

    def draw_panel(self, id: str, sources: tuple[object, ...], draw: Callable[[Pen, int], list[Line]]) -> None:
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
        key = self.listing.cursor
        await app.pause_for(DETAIL_DELAY_S)
        try:
            if key == self.listing.cursor:
                await self.load_panels()
        except TuiOpsError as error:
            app.tell(str(error), Ink.WARN)
        self._resting = True
        if self.drawable:
            self.refresh_detail()

    async def load_panels(self) -> None:
        """Read what the panels show.

        Raises:
            TuiOpsError: it can't be read.
        """
