"""The page of one incident: reading it, and drawing it as it is looked at."""

from collections.abc import Hashable
from dataclasses import replace

from tui_ops.model.address import EVERYTHING, Query
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import incident_name
from tui_ops.store.views.incidents import TimelineRow
from tui_ops.ui.incidents import layout
from tui_ops.ui.incidents.metrics import HostMetrics
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paint import Ink, line
from tui_ops.ui.screens.cursored import Cursored
from tui_ops.ui.widgets.lines import desk_app
from tui_ops.ui.work import in_background

PAGE_TOPICS = frozenset({"incidents", "fleet"})
"""News after which the page is read again."""


class IncidentReading(Cursored):
    """What is known of an incident, as it is looked at.

    Args:
        number: of the incident.
    """

    spec_name = "incidents"
    read_after = PAGE_TOPICS

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.page: IncidentPage | None = None
        self.unfolded: frozenset[Hashable] = frozenset()
        self.metrics: list[HostMetrics] | None = None
        self.narrowed: Query = EVERYTHING
        """What narrows the timeline."""

    @property
    def incident(self) -> str:
        """Its name."""
        return incident_name(self.number)

    def on_screen_resume(self) -> None:
        """Have those who look at it too told, and be told of them."""
        desk_app(self).client.look_at_incident(self.incident)

    def on_screen_suspend(self) -> None:
        """It is not looked at any more; unless only a dialog stands over it, or another one came meanwhile."""
        app = desk_app(self)
        if app.client.incident == self.incident and app.front is not self:
            app.client.look_at_incident("")

    def on_unmount(self) -> None:
        """It is not looked at any more."""
        client = desk_app(self).client
        if client.incident == self.incident:
            client.look_at_incident("")

    async def fetch(self) -> None:
        """Fetch the incident with all that hangs on it, and its metrics where they are looked at."""
        self.page = await desk_app(self).from_store(lambda feed: feed.incident(self.number, True))
        if self.is_alone and self.focused_panel == "metrics" and self.metrics is None:
            self.read_metrics()

    def read_metrics(self) -> None:
        """Read the metrics of its hosts around the onset."""
        in_background(self, self._load_metrics, "metrics", exclusive=True)

    async def _load_metrics(self) -> None:
        app, page = desk_app(self), self.page
        if page is None:
            return
        hosts = [row for name in page.row.hosts if (row := app.desk.fleet.named(name)) is not None]
        onset, present = page.row.started_at or page.row.opened_at, app.desk.present.at
        try:
            self.metrics = await app.from_store(lambda feed: feed.metrics(hosts, onset, present, page.alerts))
        except TuiOpsError as error:
            app.tell(str(error), Ink.WARN)
        self.refresh_all()

    def refresh_body(self) -> None:
        """Draw the page."""
        page = self._looked_at()
        if page is None:
            said = f"there is no {self.incident}: q goes back" if self.was_read else "reading the store"
            self.text.show([line((said, Ink.DIM))])
            return
        pen = self.pen_look
        if self.is_alone:
            self.text.show(layout.alone(page, pen, self.focused_panel))
        else:
            self.text.show(layout.whole(page, pen, self.focused_panel))

    def _looked_at(self) -> IncidentPage | None:
        """Return the page as it is looked at: with the row as the desk knows it, the cursor, what is unfolded."""
        page = self.page
        if page is None:
            return None
        desk = desk_app(self).desk
        cursor = self.placed_cursor()
        hosts = {name for service in page.services for name in service.hosts} | set(page.row.hosts)
        standing = {name: str(row.underlying) for name in hosts if (row := desk.fleet.named(name)) is not None}
        lines = page.timeline
        if self.narrowed.terms:
            lines = [row for row in lines if self.narrowed.matches(lambda key, row=row: self._value(row, key))]  # type: ignore[misc]
        return replace(
            page, row=desk.incidents.rows.get(self.number, page.row), cursor=cursor,
            unfolded=self.unfolded, standing=standing, beside=desk_app(self).client.beside, timeline=lines,
            metrics=self.metrics, height=self.text.size.height,
        )  # fmt: skip

    def _value(self, row: TimelineRow, key: str) -> str | float:
        if key == "age":
            return max(0.0, desk_app(self).desk.present.at - row.at)
        name = incident_name(row.incident_id)
        values = {"kind": str(row.kind), "who": row.who, "text": row.text, "incident": name}
        return values.get(key, f"{row.kind} {row.who} {row.text} {name if row.incident_id != self.number else ''}")

    def names(self) -> list[str]:
        """Return the panels that have anything to say."""
        return layout.shown(self.page, self.pen_look) if self.page is not None else []

    def place(self) -> range:
        """Return the lines on which the focused panel stands."""
        page = self._looked_at()
        return layout.laid_out(page, self.pen_look, self.focused_panel)[1] if page is not None else range(0)

    def row_keys(self) -> list[Hashable]:
        """Return the rows that the cursor goes through in the panel that fills the screen."""
        page = self.page
        return layout.keys_of(page, self.pen_look, self.focused_panel) if page is not None and self.is_alone else []
