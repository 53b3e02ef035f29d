"""The topics of facts: what each is called, how often it is read, how long it may take, and who understands it.

A topic is a shell function in ``probes/sections/NAME.sh`` with a parser here, or it is made of what a slow section has
read anyway. A new one adds its module and a row here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tui_ops.collectors.facts import accounts, derived, logins, patches, protections, sshdconf
from tui_ops.collectors.facts.accounts import parse_accounts
from tui_ops.collectors.facts.authkeys import parse_authkeys
from tui_ops.collectors.facts.authpolicy import parse_authpolicy
from tui_ops.collectors.facts.certfiles import parse_certfiles
from tui_ops.collectors.facts.firewall import parse_firewall
from tui_ops.collectors.facts.logins import parse_logins
from tui_ops.collectors.facts.modes import parse_modes
from tui_ops.collectors.facts.mounts import parse_mounts
from tui_ops.collectors.facts.packages import parse_packages
from tui_ops.collectors.facts.patches import parse_patches
from tui_ops.collectors.facts.protections import parse_protections
from tui_ops.collectors.facts.repositories import parse_repositories
from tui_ops.collectors.facts.routes import parse_routes
from tui_ops.collectors.facts.schedules import parse_schedules
from tui_ops.collectors.facts.sshdconf import parse_sshdconf
from tui_ops.collectors.facts.sudoers import parse_sudoers
from tui_ops.collectors.facts.suid import parse_suid
from tui_ops.collectors.facts.sysctl import parse_sysctl
from tui_ops.collectors.facts.unitfiles import parse_unitfiles
from tui_ops.model.facts import FactReading
from tui_ops.model.readings import SectionReading

OFTEN, HOURS = 5.0, 60.0
"""Periods in multiples of a host's slow period, which is a minute unless the inventory says otherwise."""

FILES = "files"
"""The topic that is asked with the paths of the inventory: see :func:`tui_ops.collectors.facts.files.parse_files`."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of facts. Of ``parse`` and ``derive`` it has one; :data:`FILES` has neither."""

    name: str
    """As the store knows it, and the probe where it has a section of its own."""
    title: str
    """In plain words, as it begins a sentence."""
    periods: float
    """How often, in multiples of the host's slow period."""
    deadline_s: int
    """What the host may take for it; 0 where it is made of a section's document."""
    parse: Callable[[bytes], FactReading] | None = None
    """From a frame's body to a reading.

    Raises:
        NothingUsable: the body is no run of this topic.
    """
    derive: Callable[[SectionReading], FactReading] | None = None
    """From the reading of a slow section."""
    from_section: str | None = None
    """The slow section that it is derived from."""
    noise: frozenset[str] = frozenset()
    """Fields whose change is no difference."""


TOPICS: tuple[Topic, ...] = (
    Topic("hardware", "Hardware and system", HOURS, 0, derive=derived.hardware, from_section="hardware"),
    # apt and dpkg are asked for 10 s each.
    Topic("packages", "Packages", HOURS, 25, parse_packages),
    Topic("repositories", "Sources of packages", HOURS, 10, parse_repositories),
    Topic("unitfiles", "Units and their files", HOURS, 15, parse_unitfiles),
    Topic("units", "Services that run", OFTEN, 0, derive=derived.units, from_section="units"),
    Topic("accounts", "Accounts and groups", HOURS, 15, parse_accounts, noise=accounts.NOISE),
    Topic("authkeys", "Authorised keys", HOURS, 20, parse_authkeys),
    Topic("sudoers", "Sudo rules", HOURS, 10, parse_sudoers),
    Topic("sshdconf", "Settings of sshd", HOURS, 10, parse_sshdconf, noise=sshdconf.NOISE),
    Topic("authpolicy", "Rules of logins", HOURS, 15, parse_authpolicy),
    # Twice root looks through folders, for 5 s and for 10.
    Topic("modes", "Modes of files", HOURS, 25, parse_modes),
    Topic("logins", "Logins and tries", HOURS, 25, parse_logins, noise=logins.NOISE),
    Topic("sockets", "Listening sockets", OFTEN, 0, derive=derived.sockets, from_section="sockets"),
    Topic("mounts", "Mounts", HOURS, 10, parse_mounts),
    Topic("interfaces", "Interfaces", OFTEN, 0, derive=derived.interfaces, from_section="interfaces"),
    Topic("routes", "Routes", HOURS, 20, parse_routes),
    Topic("sysctl", "Settings of the kernel", HOURS, 10, parse_sysctl),
    Topic("schedules", "Schedules", HOURS, 20, parse_schedules),
    # Three programs may take their 5 s each.
    Topic("firewall", "Packet filter", HOURS, 20, parse_firewall),
    # Six lines of root may take their 5 s each.
    Topic("protections", "Protections", HOURS, 40, parse_protections, noise=protections.NOISE),
    # apt and needrestart may take 15 s and 25 s; an index that is renewed once a day does not change by the hour.
    Topic("patches", "Updates that wait", 4 * HOURS, 50, parse_patches, noise=patches.NOISE),
    Topic("certfiles", "Certificates in files", 4 * HOURS, 25, parse_certfiles),
    Topic(
        "clock",
        "How the clock is kept",
        OFTEN,
        0,
        derive=derived.clock,
        from_section="timesync",
        noise=derived.CLOCK_NOISE,
    ),
    # All files are looked at, at the least priority; on a large host that does not end in time, and is said.
    Topic("suid", "Files with rights of others", 7 * 24 * HOURS, 150, parse_suid),
    # A file may take the host 15 s where it lies on what does not answer; it is ended with the deadline.
    Topic(FILES, "Named files", OFTEN, 30),
)
"""In the order in which they are shown."""

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
