"""One seed, one story: what every host of the demo is like at any moment since it began.

A story is a function of time. What it keeps is only to save work, so two of the same seed agree whenever and in
whatever order they are asked.
"""

from dataclasses import dataclass
from random import Random
from uuid import UUID

from tui_ops.demo.addresses import HOSTS_MAX
from tui_ops.demo.crew import Crew
from tui_ops.demo.errors import DemoError
from tui_ops.demo.faults import FAULTS, Fault, FaultKind
from tui_ops.demo.hosts import DemoHost, make_hosts
from tui_ops.demo.model import Moment
from tui_ops.demo.rates import TICK_S, make_rates
from tui_ops.demo.worlds import HostWorld

SEED = 1
"""The story that is told where none is asked for."""

HOSTS = 24
"""A fleet that fills a screen and no more."""

UP_BEFORE_S = (2 * 86400.0, 60 * 86400.0)
"""Hosts have been up for two days to two months when the story begins."""

BOOT_S = 20.0
"""Between coming back and having booted: a host that answers again says that it has been up for this long."""

REBOOT_S = 8.0
"""For how long a host is away that somebody reboots: a spectator waits for it."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a host meets those who connect to it."""

    gone: bool = False
    """Its address refuses."""
    hangs: bool = False
    """What runs on it stands still."""
    refuses: bool = False
    """It accepts no login."""


class Story:
    """The fleet of one seed.

    Args:
        seed: any integer.
        hosts: how many hosts, 1 to :data:`~tui_ops.demo.addresses.HOSTS_MAX`.
        faults: what goes wrong.

    Raises:
        DemoError: there can't be so many hosts.
    """

    def __init__(self, seed: int = SEED, hosts: int = HOSTS, faults: tuple[Fault, ...] = FAULTS) -> None:
        if not 1 <= hosts <= HOSTS_MAX:
            raise DemoError(f"the demo can't have {hosts} hosts", f"ask for 1 to {HOSTS_MAX}")
        self.seed = seed
        self.hosts: tuple[DemoHost, ...] = make_hosts(hosts)
        self._by_name = {host.name: host for host in self.hosts}
        self._faults = {host.name: tuple(one for one in faults if one.host == host.name) for host in self.hosts}
        self._rates = {
            host.name: make_rates(host, self._random(host.name, "rates"), self._faults[host.name])
            for host in self.hosts
        }
        self._crews: dict[str, tuple[int, Crew]] = {}
        self._up_before = {host.name: self._random(host.name, "uptime").uniform(*UP_BEFORE_S) for host in self.hosts}

    def _random(self, *what: object) -> Random:
        return Random("/".join(map(str, (self.seed, *what))))

    def host(self, name: str) -> DemoHost:
        """Return a host by name."""
        return self._by_name[name]

    def faults(self, name: str) -> tuple[Fault, ...]:
        """Return what goes wrong with a host, in the order of the list."""
        return self._faults[name]

    def conduct(self, name: str, t: float) -> Conduct:
        """Return how a host meets a connection at ``t`` seconds."""
        kinds = {fault.kind for fault in self._faults[name] if fault.on(t)}
        gone = FaultKind.VANISHES in kinds or FaultKind.FLAPS in kinds
        return Conduct(gone, FaultKind.HANGS in kinds, FaultKind.LOGIN_REFUSED in kinds)

    def reboot(self, name: str, t: float) -> None:
        """Let a host go down at ``t`` seconds and come back with another boot: somebody said so, the story did not."""
        faults = (*self._faults[name], Fault(FaultKind.VANISHES, name, t, t + REBOOT_S))
        self._faults[name] = tuple(sorted(faults, key=lambda fault: fault.begin_s))

    def key_known(self, name: str) -> bool:
        """Return whether somebody has trusted the host's key before the story began."""
        return all(fault.kind is not FaultKind.KEY_UNKNOWN for fault in self._faults[name])

    def world(self, name: str, t: float) -> HostWorld:
        """Return what a host is like.

        Args:
            name: of the host.
            t: seconds since the story began, not negative; rounded down to hundredths.
        """
        t = int(t / TICK_S + 1e-6) * TICK_S
        host = self._by_name[name]
        number, booted_s = self._boot(name, t)
        boot_id = str(UUID(int=self._random(name, "boot", number).getrandbits(128), version=4))
        crew = self._crew(name, number, booted_s)
        return Moment(host, self._rates[name], self._faults[name], crew, booted_s, t).world(boot_id)

    def _crew(self, name: str, number: int, booted_s: float) -> Crew:
        """Return the processes of a boot; the last one's of each host is kept, since it is asked for at every poll."""
        kept = self._crews.get(name)
        if kept is None or kept[0] != number:
            random = self._random(name, "processes", number)
            kept = number, Crew(self._by_name[name], self._rates[name], self._faults[name], booted_s, random)
            self._crews[name] = kept
        return kept[1]

    def _boot(self, name: str, t: float) -> tuple[int, float]:
        number, booted_s = 0, -self._up_before[name]
        for fault in self._faults[name]:
            if fault.kind is FaultKind.VANISHES and fault.until_s <= t:
                number, booted_s = number + 1, fault.until_s - BOOT_S
        return number, booted_s
