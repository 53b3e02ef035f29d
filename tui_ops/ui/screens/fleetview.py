"""The list of hosts as a view: gone to again, copied, saved."""

from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import BY_ID
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import HOST_COLUMNS, Export, host_rows
from tui_ops.ui.history import View
from tui_ops.ui.paint import plain
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.widgets.lines import LineScroll, desk_app


def host_choices(rows: list[HostRow]) -> list[Choice]:
    """Return what can be copied of hosts: their names, their addresses."""
    many = "s" if len(rows) > 1 else ""
    names = "\n".join(safe(row.name) for row in rows)
    addresses = "\n".join(safe(row.address) for row in rows)
    return [("n", f"name{many}", names), ("h", f"host address{'es' if many else ''}", addresses)]


class FleetView(DeskScreen):
    """A screen over the desk's fleet."""

    def view(self) -> View:
        """Return filter and order."""
        fleet = desk_app(self).desk.fleet
        order = ("-" if fleet.reversed else "") + (fleet.sort.id if fleet.sort is not None else "")
        return View("infrastructure", "hosts", fleet.query.text, "", order, fleet.trouble_only)

    def show_view(self, view: View) -> None:
        """Show a filter with its order."""
        fleet = desk_app(self).desk.fleet
        name = view.order.removeprefix("-")
        fleet.sort, fleet.reversed = BY_ID.get(name), view.order.startswith("-")
        fleet.trouble_only = view.trouble_only
        self.show_query(view.query)

    def export(self) -> Export:
        """Return the hosts that the filter lets through, whatever columns are shown, and the list as it stands."""
        fleet = desk_app(self).desk.fleet
        rows = [row for row in (fleet.rows.get(key) for key in fleet.shown) if row is not None]
        body = next(iter(self.query(".body").results(LineScroll)), None)
        lines = [plain(one) for one in self.part("heading").lines]
        if body is not None:
            lines += [plain(body.line_at(index)[0]) for index in range(body.line_count())]
        return Export("hosts", HOST_COLUMNS, host_rows(rows), lines)

    def copies(self) -> list[Choice]:
        """Return the chosen hosts, then what every screen has."""
        targets = self.targets()
        return [*(host_choices(targets) if targets else ()), *super().copies()]
