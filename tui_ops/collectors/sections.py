"""The slow sections: what each is called, how often it is read, how long it may take, and who understands it.

A section is a shell function in ``probes/sections/NAME.sh`` and a pure parser in a module of this package. A new one
adds its file, its module and a row here; schedule, store, ages, checks and panels take it from this table.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tui_ops.collectors.arrays import parse_arrays
from tui_ops.collectors.containers import parse_containers
from tui_ops.collectors.filesystems import parse_filesystems
from tui_ops.collectors.hardware import parse_hardware
from tui_ops.collectors.interfaces import parse_interfaces
from tui_ops.collectors.journal import parse_journal
from tui_ops.collectors.processes import parse_processes
from tui_ops.collectors.rights import parse_rights
from tui_ops.collectors.scope import parse_scope
from tui_ops.collectors.sensors import parse_sensors
from tui_ops.collectors.smart import parse_smart
from tui_ops.collectors.sockets import parse_sockets
from tui_ops.collectors.timesync import parse_timesync
from tui_ops.collectors.units import parse_units
from tui_ops.collectors.volumes import parse_volumes
from tui_ops.model.readings import SectionReading

MINUTES, HOURS = 1.0, 60.0
"""Periods in multiples of a host's slow period, which is a minute unless the inventory says otherwise."""


@dataclass(frozen=True, slots=True)
class Section:
    """A slow section."""

    name: str
    """As the probe knows it; the name of its file and of its rows in the store."""
    parse: Callable[[bytes], SectionReading]
    """From a frame's body to a reading.

    Raises:
        NothingUsable: the body is no run of this section.
    """
    periods: float
    """How often, in multiples of the host's slow period."""
    deadline_s: int
    """What the host may take for it."""


SECTIONS: tuple[Section, ...] = (
    # Three network mounts may take their 5 s each.
    Section("filesystems", parse_filesystems, MINUTES, 20),
    Section("processes", parse_processes, MINUTES, 10),
    # systemctl is asked four times, for 2, 7, 5 and 5 s.
    Section("units", parse_units, 5 * MINUTES, 20),
    Section("interfaces", parse_interfaces, MINUTES, 10),
    Section("sensors", parse_sensors, MINUTES, 10),
    Section("sockets", parse_sockets, 5 * MINUTES, 10),
    # Two engines may take their 8 s each.
    Section("containers", parse_containers, 5 * MINUTES, 20),
    # zpool is asked twice, for 5 and for 3 s.
    Section("arrays", parse_arrays, 5 * MINUTES, 10),
    # Up to five questions of 3 s each.
    Section("timesync", parse_timesync, 5 * MINUTES, 20),
    # LVM is asked twice, for 5 s each, and sudo before it three times.
    Section("volumes", parse_volumes, 5 * MINUTES, 30),
    Section("scope", parse_scope, 5 * MINUTES, 10),
    # The journal is asked for 8 s, and sudo before it twice.
    Section("journal", parse_journal, 5 * MINUTES, 20),
    # Disks are asked one after the other, each for at most 10 s, until the time is over.
    Section("smart", parse_smart, HOURS, 60),
    Section("hardware", parse_hardware, HOURS, 20),
    # sudo is asked once for each of some thirty lines.
    Section("privilege", parse_rights, HOURS, 30),
)
"""In the order in which they are read when a host answers for the first time: what an alert needs comes first."""

BY_NAME: dict[str, Section] = {section.name: section for section in SECTIONS}
