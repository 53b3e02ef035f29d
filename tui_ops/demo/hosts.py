"""Who lives in the demo's fleet: roles, sites, racks and systems as data, and the hosts drawn from them.

The host at place *n* is the same however large the fleet is, so a larger fleet only adds hosts.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import islice

from tui_ops.demo.addresses import address_of

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Site:
    """A site, with what time it is there when the story begins."""

    name: str
    title: str
    racks: tuple[str, ...]
    day_at_s: float
    """Seconds since local midnight when the story begins."""
    timezone: str
    gateway: str = ""
    """The jump host in front of it; empty where its hosts are reached directly."""


@dataclass(frozen=True, slots=True)
class System:
    """A distribution as a host shows it."""

    pretty: str
    ident: str
    version: str
    kernel: str
    has_psi: bool
    """Whether the kernel tells pressure; the RHEL family leaves it off."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A filesystem of a role."""

    path: str
    device: str
    kind: str
    size: int
    """Bytes."""
    used: float
    """Share that is in use when the story begins."""
    growth_per_day: float = 0.002
    """Share of the size by which it grows in a day."""


@dataclass(frozen=True, slots=True)
class Role:
    """What hosts of one role have in common: their size and how hard they work."""

    name: str
    title: str
    system: System
    cpus: int
    memory: int
    """Bytes."""
    user: float
    """Mean share of CPU time in user mode; the other modes follow from it."""
    iowait: float
    memory_used: float
    """Mean share of memory in use."""
    rx: float
    tx: float
    """Mean bytes per second."""
    reads: float
    writes: float
    """Mean disk requests per second."""
    connections: int
    interface: str
    mounts: tuple[Mount, ...]
    swap: int = 2 * GIB
    digits: int = 1
    """Digits of the number in a host's name."""


DEBIAN = System("Debian GNU/Linux 12 (bookworm)", "debian", "12", "6.1.0-28-amd64", True)
UBUNTU = System("Ubuntu 24.04.1 LTS", "ubuntu", "24.04", "6.8.0-49-generic", True)
ROCKY = System("Rocky Linux 9.4 (Blue Onyx)", "rocky", "9.4", "5.14.0-427.42.1.el9_4.x86_64", False)

STORY_BEGINS_S = 10 * 3600.0
"""The story begins at ten in the morning in London, when load climbs and is worth a look."""

SITES: tuple[Site, ...] = (
    Site("lon", "London", ("a1", "a2", "b4"), STORY_BEGINS_S, "Europe/London"),
    Site("par", "Paris", ("r1", "r2"), STORY_BEGINS_S + 3600, "Europe/Paris", gateway="par-gw"),
    Site("nyc", "New York", ("n1", "n2"), STORY_BEGINS_S - 5 * 3600, "America/New_York"),
)


def _root(size: int = 40 * GIB, used: float = 0.34, device: str = "/dev/sda2") -> Mount:
    return Mount("/", device, "ext4", size, used)


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role("web", "web server", UBUNTU, 4, 8 * GIB, 0.22, 0.004, 0.44, 9e5, 4.2e6, 2, 14, 420, "ens3",
             (_root(), Mount("/var/log", "/dev/sda3", "ext4", 20 * GIB, 0.41, 0.01)), digits=2),
        Role("db", "PostgreSQL", DEBIAN, 16, 64 * GIB, 0.19, 0.03, 0.68, 3.1e6, 7.5e6, 180, 320, 140, "eno1",
             (_root(), Mount("/var/lib/postgresql", "/dev/nvme0n1p1", "xfs", 800 * GIB, 0.57, 0.004))),
        Role("mq", "RabbitMQ", DEBIAN, 4, 16 * GIB, 0.11, 0.01, 0.38, 2.2e6, 2.4e6, 6, 90, 260, "ens3",
             (_root(), Mount("/var/lib/rabbitmq", "/dev/sdb1", "xfs", 80 * GIB, 0.71))),
        Role("cache", "Redis", DEBIAN, 2, 32 * GIB, 0.13, 0.001, 0.71, 5.4e6, 8.8e6, 1, 4, 510, "ens3", (_root(),)),
        Role("nas", "file server", ROCKY, 8, 32 * GIB, 0.04, 0.05, 0.35, 1.9e7, 2.6e7, 240, 210, 48, "bond0",
             (_root(), Mount("/srv/share", "/dev/sdb1", "xfs", 12288 * GIB, 0.73, 0.003))),
        Role("gw", "jump host", DEBIAN, 2, 4 * GIB, 0.03, 0.001, 0.22, 2.1e5, 2.3e5, 1, 3, 34, "ens3", (_root(),)),
        Role("backup", "backup server", ROCKY, 4, 16 * GIB, 0.06, 0.06, 0.27, 8.5e6, 9e5, 20, 260, 12, "eno1",
             (_root(), Mount("/srv/backup", "/dev/md0", "xfs", 24576 * GIB, 0.62, 0.006))),
        Role("ci", "build runner", UBUNTU, 8, 16 * GIB, 0.41, 0.02, 0.52, 2.8e6, 1.1e6, 60, 190, 60, "ens3",
             (_root(), Mount("/var/lib/docker", "/dev/sdb1", "ext4", 200 * GIB, 0.66, 0.02)), digits=2),
    )
}  # fmt: skip

_FIRST = (
    "web lon,db lon,web lon,mq lon,cache lon,gw par,web par,db par,web nyc,db lon,web lon,nas lon,"
    "mq nyc,cache par,web par,backup lon,web nyc,db nyc,ci nyc,ci nyc,mq par,web lon,cache nyc,backup par"
)
"""Roles and sites of the first 24 hosts: any number of them makes sense, a gateway comes before its site."""

_MORE = "web lon,web nyc,web par,cache lon,db nyc,ci nyc,web lon,mq par"
"""What a larger fleet goes on with, again and again."""


@dataclass(frozen=True, slots=True)
class DemoHost:
    """One host of the demo."""

    name: str
    address: str
    role: Role
    site: Site
    rack: str
    via: str
    """Name of its jump host; empty where it is reached directly."""


@dataclass(frozen=True, slots=True)
class DemoService:
    """A business service of the demo: a role's hosts at some sites, and the services it stands on."""

    name: str
    title: str
    role: str
    sites: tuple[str, ...]
    depends_on: tuple[str, ...] = ()
    slo: str = ""
    """What it is to be worth, as the inventory says it; empty where nobody aims at anything."""


SERVICES: tuple[DemoService, ...] = (
    DemoService("shop", "The shop", "web", ("lon", "par"), ("shop-db", "queue", "sessions"), "99.9"),
    DemoService("billing", "Billing", "web", ("nyc",), ("billing-db", "queue")),
    DemoService("shop-db", "Database of the shop", "db", ("lon", "par"), ("files",)),
    DemoService("billing-db", "Database of billing", "db", ("nyc",)),
    DemoService("queue", "Message queue", "mq", ("lon", "par", "nyc")),
    DemoService("sessions", "Session cache", "cache", ("lon", "par", "nyc")),
    DemoService("files", "Shared files", "nas", ("lon",)),
    DemoService("backups", "Backups", "backup", ("lon", "par")),
    DemoService("builds", "Builds", "ci", ("nyc",)),
    # Its only host vanishes for two minutes, and 18 s an hour are allowed.
    DemoService("line-par", "The line to Paris", "gw", ("par",), slo="{target: 99.5, over: 1h}"),
)


def make_hosts(count: int) -> tuple[DemoHost, ...]:
    """Return the first ``count`` hosts of the fleet."""
    sites = {site.name: site for site in SITES}
    plan = _FIRST.split(",")
    rounds = max(0, count - len(plan)) // len(_MORE.split(",")) + 1
    numbers: Counter[str] = Counter()
    found: list[DemoHost] = []
    for index, text in enumerate(islice(plan + _MORE.split(",") * rounds, count)):
        role_name, site_name = text.split()
        role, site = ROLES[role_name], sites[site_name]
        numbers[text] += 1
        name = site.gateway if role_name == "gw" else f"{role_name}-{numbers[text]:0{role.digits}}.{site_name}"
        via = "" if name == site.gateway else site.gateway
        rack = site.racks[(numbers[text] + len(role_name)) % len(site.racks)]
        found.append(DemoHost(name, address_of(index), role, site, rack, via))
    return tuple(found)
