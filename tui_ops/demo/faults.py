"""What goes wrong in the demo, and when: plain data, to which later chapters are added."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MINUTE = 60.0
ALWAYS = float("inf")

MENDED_S, BACK_S = 100.0, 150.0
"""When somebody sets the kernel right by hand, and when one of the settings is wrong again: hosts are first judged
within a minute and a half."""


class FaultKind(StrEnum):
    """What can happen to a host."""

    DISK_FILLS = "disk fills"
    """A filesystem grows until nothing is left; then somebody tidies up."""
    MEMORY = "memory"
    """A process takes ever more memory, the host begins to swap; then the process is restarted."""
    IO_STALL = "io stall"
    """A disk is slow: iowait, pressure, blocked tasks."""
    HANGS = "hangs"
    """SSH still answers, but nothing that runs on the host does."""
    VANISHES = "vanishes"
    """Its address refuses; it comes back as after a crash, with a new boot."""
    FLAPS = "comes and goes"
    """Its address refuses for moments, as behind a bad switch; it runs on meanwhile."""
    KEY_UNKNOWN = "key unknown"
    """Nobody has trusted its host key yet."""
    LOGIN_REFUSED = "login refused"
    """It does not accept our key."""
    UNIT_FAILS = "unit fails"
    """A service has failed and stays so."""
    CONTAINER_RESTARTS = "container restarts"
    """A container ends at once whenever it is started."""
    ARRAY_REBUILDS = "array rebuilds"
    """A disk of an array was replaced and is written anew."""
    DISK_AGES = "disk ages"
    """A disk says of itself that it is nearly worn."""
    LINK_LOST = "link lost"
    """An interface has no carrier."""
    OOM_KILLS = "oom kills"
    """The kernel kills a process for want of memory when it begins."""
    CLOCK_ADRIFT = "clock adrift"
    """No time server answers, the clock runs by itself."""
    TIMER_MISSED = "timer missed"
    """A timer was due hours ago and did not run."""
    POOL_FILLS = "pool fills"
    """A thin pool of LVM is nearly full."""
    LINK_SLOW = "link slow"
    """An interface runs at 100 Mbit/s and half duplex, as with a bad cable or switch port."""
    PACKAGE_UPGRADED = "package upgraded"
    """Somebody upgrades a package."""
    SETTING_SET = "setting set"
    """Somebody sets the kernel otherwise."""
    KEY_ADDED = "key added"
    """Somebody adds a key by which one can log in."""
    FILE_EDITED = "file edited"
    """Somebody writes a line into a file by hand."""
    PORT_OPENED = "port opened"
    """A program that nobody knows of begins to listen."""
    CAME_IN = "came in"
    """Somebody logs in from where he never had."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. Times are seconds since the story began."""

    kind: FaultKind
    host: str
    begin_s: float = 0.0
    until_s: float = ALWAYS
    rise_s: float = 1.0
    """How long it takes to become as bad as it gets."""
    height: float = 0.0
    """How bad that is: a share of the filesystem, of memory, of CPU time."""
    mount: str = ""
    """The filesystem that fills."""
    subject: str = ""
    """What it is about, where a host has several: a unit, a container, a disk, an interface."""

    def on(self, t: float) -> bool:
        """Return whether it is so at ``t`` seconds."""
        return self.begin_s <= t < self.until_s


def _again(kind: FaultKind, host: str, begins: Iterable[float], lasts_s: float, rise_s: float = 1.0,
           height: float = 0.0, mount: str = "") -> tuple[Fault, ...]:  # fmt: skip
    """Return a fault that happens at each of these moments, and lasts for a while."""
    return tuple(Fault(kind, host, begin, begin + lasts_s, rise_s, height, mount) for begin in begins)


FAULTS: tuple[Fault, ...] = (
    Fault(FaultKind.KEY_UNKNOWN, "ci-02.nyc"),
    Fault(FaultKind.LOGIN_REFUSED, "mq-1.nyc", until_s=20 * MINUTE),
    # From 71 % to 99.5 % in 20 minutes: it warns after 13 minutes and can't wait after 19.
    Fault(FaultKind.DISK_FILLS, "mq-1.lon", 0, 35 * MINUTE, 20 * MINUTE, 0.285, "/var/lib/rabbitmq"),
    # A deploy that leaks: the new version of the shop's program takes all memory within minutes.
    Fault(FaultKind.PACKAGE_UPGRADED, "web-03.lon", MINUTE, subject="shop-app=4.18.0"),
    Fault(FaultKind.MEMORY, "web-03.lon", 1.25 * MINUTE, 25 * MINUTE, 3.5 * MINUTE, 0.49),
    # The same trouble three times: nobody has looked for what writes so much.
    *_again(
        FaultKind.DISK_FILLS,
        "web-01.nyc",
        (3 * MINUTE, 11 * MINUTE, 19 * MINUTE),
        4 * MINUTE,
        2 * MINUTE,
        0.575,
        "/var/log",
    ),
    *_again(FaultKind.FLAPS, "cache-1.par", (5 * MINUTE + 50.0 * turn for turn in range(12)), 12.0),
    Fault(FaultKind.VANISHES, "web-02.lon", 2 * MINUTE, 4.5 * MINUTE),
    Fault(FaultKind.HANGS, "cache-1.lon", 3 * MINUTE, 6 * MINUTE),
    Fault(FaultKind.IO_STALL, "db-2.lon", 5 * MINUTE, 15 * MINUTE, 20, 0.44),
    Fault(FaultKind.VANISHES, "par-gw", 10 * MINUTE, 12 * MINUTE),
    # What is so from the beginning and is found by a closer look: seven hosts with a warning, two with a bad link; and
    # one whose kernel kills a process after three minutes.
    Fault(FaultKind.UNIT_FAILS, "web-02.par", subject="certbot.service"),
    Fault(FaultKind.CONTAINER_RESTARTS, "ci-01.nyc", subject="ci-registry-mirror"),
    Fault(FaultKind.ARRAY_REBUILDS, "backup-1.lon", until_s=140 * MINUTE, subject="sdd"),
    Fault(FaultKind.DISK_AGES, "db-1.nyc", subject="nvme0n1"),
    Fault(FaultKind.CLOCK_ADRIFT, "cache-1.nyc"),
    Fault(FaultKind.TIMER_MISSED, "mq-1.par", subject="logrotate.timer"),
    Fault(FaultKind.POOL_FILLS, "db-1.par", subject="vg0/snapshots"),
    Fault(FaultKind.OOM_KILLS, "web-02.nyc", 3 * MINUTE, subject="app"),
    Fault(FaultKind.LINK_LOST, "nas-1.lon", subject="eno2"),
    Fault(FaultKind.LINK_SLOW, "backup-1.par", subject="eno1"),
    # What no measure shows, and the list of differences does: within six minutes, at the period of these hosts.
    Fault(FaultKind.PACKAGE_UPGRADED, "db-1.lon", MINUTE, subject="openssl=3.0.17-1~deb12u2"),
    Fault(FaultKind.KEY_ADDED, "db-1.lon", MINUTE, subject="bert=bert@new-laptop"),
    # Mended once, and back after a minute; and what is mended for good.
    Fault(FaultKind.SETTING_SET, "web-01.lon", 0, MENDED_S, subject="net.ipv4.tcp_syncookies=0"),
    Fault(FaultKind.SETTING_SET, "web-01.lon", BACK_S, subject="net.ipv4.tcp_syncookies=0"),
    Fault(FaultKind.SETTING_SET, "web-03.lon", 0, MENDED_S, subject="net.ipv4.conf.all.accept_redirects=1"),
    Fault(FaultKind.FILE_EDITED, "db-1.nyc", MINUTE, subject="/etc/hosts=10.10.1.9 db-1.lon # until the DNS is mended"),
    Fault(FaultKind.PORT_OPENED, "web-01.lon", MINUTE, subject="ncat=4444"),
    Fault(FaultKind.CAME_IN, "db-2.lon", MINUTE, subject="anna=198.51.100.23"),
)
"""The story. A fault of a host that is not in the fleet does not happen."""
