"""A host as a whole page, and the same in short beside the list."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tui_ops.model.states import HostState
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import EventRow, HostPage, HostRow
from tui_ops.ui import devices, paging, panels, saturation, vitals
from tui_ops.ui.paging import Panel, stacked
from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.sections import (
    changed,
    checks,
    containers,
    engine,
    filesystems,
    interfaces,
    journal,
    machine,
    processes,
    scope,
    security,
    sockets,
    storage,
    timesync,
    units,
    volumes,
)
from tui_ops.ui.sections.panel import stands, was_tried

Draw = Callable[[HostPage, panels.Pen], list[Line]]


@dataclass(frozen=True, slots=True)
class Optional:
    """A section that not every host has anything for."""

    section: str
    word: str
    """What a host without it has not."""
    has_any: Callable[[Record], bool]
    """Whether its document has anything to show."""
    waits: bool = False
    """Whether its panel stands before the first reading, and says that it waits."""


OPTIONAL: tuple[Optional, ...] = (
    Optional(units.SECTION, "systemd", units.has_any, waits=True),
    Optional(containers.SECTION, "containers", containers.has_any),
    Optional(storage.ARRAYS, "arrays", storage.has_arrays),
    Optional(volumes.SECTION, "volumes", volumes.has_any),
    Optional(storage.SMART, "disk health", storage.has_smart),
    Optional(machine.SENSORS, "sensors", machine.has_sensors),
    Optional(timesync.SECTION, "time synchronisation", timesync.has_any),
    Optional(journal.SECTION, "journal", journal.has_any),
    Optional(scope.SECTION, "limits", scope.has_any),
    Optional(sockets.SECTION, "what listens", lambda _found: True),
    Optional(machine.HARDWARE, "hardware", lambda _found: True),
)
"""What is not there is named in the last line of the facts."""


def _if_there(name: str, draw: Draw) -> Draw:
    """Return a panel that stands only where its section has something to tell, or is waited for."""
    one = next(optional for optional in OPTIONAL if optional.section == name)

    def drawn(page: HostPage, pen: panels.Pen) -> list[Line]:
        awaited = one.waits and not was_tried(page, name)
        return draw(page, pen) if awaited or stands(page, name, one.has_any) else []

    return drawn


def _state(page: HostPage, pen: panels.Pen) -> list[Line]:
    lines = [*panels.identity(page.host, pen), *panels.services(page, pen)]
    return [*lines, EMPTY, *panels.addresses(page.host, pen)] if pen.whole else lines


def _address(page: HostPage, pen: panels.Pen) -> list[Line]:
    return panels.addresses(page.host, pen)


def _facts(page: HostPage, pen: panels.Pen) -> list[Line]:
    tried = {one.section: was_tried(page, one.section) for one in OPTIONAL}
    absent = [one.word for one in OPTIONAL if tried[one.section] and not stands(page, one.section, one.has_any)]
    awaited = [one.word for one in OPTIONAL if not tried[one.section] and not one.waits]
    return machine.facts(page, pen, absent, awaited if page.host.age_s is not None else [])


def _keys(page: HostPage, pen: panels.Pen) -> list[Line]:
    return panels.keys(page.keys, pen)


PANELS: tuple[Panel[HostPage], ...] = (
    Panel("state", _state),
    Panel("maintenance", panels.maintenances),
    Panel("vitals", vitals.panel),
    Panel("work", engine.panel, 1, 1),
    Panel("top", processes.panel),
    Panel("units", _if_there(units.SECTION, units.panel)),
    Panel("filesystems", filesystems.panel, 1, 1),
    Panel("saturation", saturation.saturation, 0, 1),
    Panel("interfaces", interfaces.panel, 1, 1),
    Panel("containers", _if_there(containers.SECTION, containers.panel), 1, 1),
    Panel("arrays", _if_there(storage.ARRAYS, storage.arrays), 1, 1),
    Panel("volumes", _if_there(volumes.SECTION, volumes.panel), 1, 1),
    Panel("disk health", _if_there(storage.SMART, storage.smart), 1, 1),
    Panel("disks", devices.disks, 1, 1),
    Panel("checks", checks.panel),
    Panel("security", security.panel, 1, 2),
    Panel("clock", _if_there(timesync.SECTION, timesync.panel), 0, 2),
    Panel("errors logged", _if_there(journal.SECTION, journal.panel), 0, 2),
    Panel("limits", _if_there(scope.SECTION, scope.panel), 1, 1),
    Panel("events", lambda page, pen: panels.events(page.events, pen), 0, 2),
    Panel("changed", changed.panel, 0, 2),
    Panel("listening", _if_there(sockets.SECTION, sockets.panel), 1, 2),
    Panel("sensors", _if_there(machine.SENSORS, machine.sensors), 1, 2),
    Panel("the last hour", saturation.hour),
    Panel("host keys", _keys, 1, 2),
    Panel("address", _address, 1, 2),
    Panel("hardware", _if_there(machine.HARDWARE, machine.hardware), 1, 2),
    Panel("facts", _facts, 1, 2),
)
"""In the order in which they stand in one column."""

STATE, *_ = PANELS

OF_ENGINE = frozenset({"state", "maintenance", "vitals", "work", "checks", "events", "the last hour"})
"""The panels of the host that is the engine itself: it has no disks and no units of its own."""


def ordered(page: HostPage) -> list[Panel[HostPage]]:
    """Return the panels in order: what a host in this state waits for stands right below its state.

    A key that nobody trusted yet stands there, and where the host is looked for if it is not up.
    """
    urgent: list[str] = []
    if any(key.trusted_at is None and key.revoked_at is None for key in page.keys):
        urgent.append("host keys")
    if page.host.underlying is not HostState.UP and page.host.state is not HostState.UP:
        urgent.append("address")
    if page.host.is_engine:
        return [panel for panel in PANELS if panel.name in OF_ENGINE]
    first = [replace(panel, of_two=0, of_three=0) for panel in PANELS if panel.name in urgent]
    rest = [panel for panel in PANELS[1:] if panel.name not in urgent]
    return [STATE, *first, *rest]


def shown_panels(page: HostPage, pen: panels.Pen) -> list[Panel[HostPage]]:
    """Return the panels that have anything to say, in the order in which the focus goes through them."""
    return paging.shown(ordered(page), page, pen)


def whole(page: HostPage, pen: panels.Pen, focus: str = "") -> list[Line]:
    """Return the whole page, in columns where there is room."""
    return laid_out(page, pen, focus)[0]


def laid_out(page: HostPage, pen: panels.Pen, focus: str = "") -> tuple[list[Line], range]:
    """Return the page, and the lines on which the focused panel stands.

    Args:
        page: from the store.
        pen: as wide as the page.
        focus: name of the panel that has the focus; empty for none.
    """
    return paging.laid_out(ordered(page), page, pen, focus)


def alone(page: HostPage, pen: panels.Pen, name: str) -> list[Line]:
    """Return one panel as wide as the screen and with all it has, under the host's name and state."""
    panel = next(panel for panel in PANELS if panel.name == name)
    head = panels.trimmed(panels.identity(page.host, pen)[:2], pen.width) if panel is not STATE else []
    block = panel.draw(page, replace(pen, whole=True))
    return stacked(head, [block or [line((f"nothing to show of {name}", Ink.DIM))]])


def detail(row: HostRow, page: HostPage | None, pen: panels.Pen, height: int) -> list[Line]:
    """Return the panel beside the list.

    Args:
        row: of the list; shown at once.
        page: from the store; None as long as it is being read.
        pen: width and signs.
        height: lines there are; what does not fit is left to the page.
    """
    lines = [*panels.identity(row, pen), EMPTY, *vitals.vitals(row, page.detail if page else {}, pen)]
    if page is None:
        return panels.trimmed(lines, pen.width)[:height]
    if row.is_engine:
        return panels.trimmed(stacked(lines, [engine.panel(page, pen), panels.events(page.events, pen)]), pen.width)[
            :height
        ]
    told = [*processes.summary(page, pen), *units.summary(page, pen), *panels.services(page, pen)]
    blocks = [told, panels.maintenances(page, pen), filesystems.panel(page, pen)]
    if any(key.trusted_at is None for key in page.keys):
        blocks.insert(0, panels.keys(page.keys, pen))
    blocks += [security.summary(page, pen), panels.events(page.events, pen)]
    return panels.trimmed(stacked(lines, blocks), pen.width)[:height]


def fleet_events(found: list[EventRow], pen: panels.Pen, height: int) -> list[Line]:
    """Return the third panel of a large screen: what happened in the fleet."""
    return panels.events(found, pen, height - 1, with_host=True)


def gone(name: str) -> list[Line]:
    """Return the page of a host that is not in the inventory any more."""
    return [
        line((f"{name} is not in the inventory any more", Ink.DIM)),
        line(("its history is kept; q goes back", Ink.DIM)),
    ]
