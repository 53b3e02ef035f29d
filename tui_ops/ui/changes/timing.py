"""Asking when a change begins: the time that is free is offered first."""

from typing import TYPE_CHECKING

from tui_ops.actions.declared import REGISTRY
from tui_ops.model.changes import WAITING_STATES
from tui_ops.ui.changes import slot
from tui_ops.ui.changes.reading import ChangePage
from tui_ops.ui.screens.menu import Item, Menu

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

SCHEDULE = "change.schedule"


def ask_time(app: "DeskApp", page: ChangePage) -> None:
    """Ask for the time of a change; where there is a free one, that is offered first.

    Args:
        app: on which it asks.
        page: of the change, as it was seen.
    """
    row, action = page.row, REGISTRY.get(SCHEDULE)
    if action is None:
        return
    is_possible = row.state in WAITING_STATES and bool(row.hosts)
    free = (page.free or slot.free_slot(row, page.services, app.desk)) if is_possible else None
    if free is None:
        app.doer.start(action, [row])
        return
    said = slot.told(free, app.desk.present.at)
    items = [Item(f"free: {said}", True, "f", "nothing that is known stands against it"),
             Item("another time", False, "o", "by hand, at a time, or with a window")]  # fmt: skip

    def chosen(takes: bool | None) -> None:
        if takes:
            app.doer.confirm(action, [row], slot.taking(free, row, app.desk), slot.asked(row, said))
        elif takes is not None:
            app.doer.start(action, [row])

    app.push_screen(Menu(f" when does {row.name} begin?", items), chosen)
