"""The services of a host as systemctl, ss and docker list them, from what runs there."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tui_ops.demo.faults import FaultKind
from tui_ops.demo.hardened import UNITS, is_rocky
from tui_ops.demo.programs import GREEDY, Program, programs_of, runs_containers
from tui_ops.demo.worlds import HostWorld, Process

FIRST_INODE = 18_000
"""Sockets of a young kernel begin about here."""

EVERYWHERE = ("0.0.0.0", "[::]")  # noqa: S104
"""The addresses of both families that stand for all: nothing is bound to them, they are only shown."""

FIRST_USER = 101
"""The user id of the first account that is a program's."""


@dataclass(frozen=True, slots=True)
class Container:
    """One container."""

    name: str
    image: str
    status: str
    ports: str = ""
    state: str = "running"


_CI = (
    Container("ci-registry-mirror", "registry:2.8.3", "Up 38 hours", "127.0.0.1:5000->5000/tcp"),
    Container("ci-postgres", "postgres:16.4-alpine", "Up 3 hours (healthy)", "5432/tcp"),
    Container("ci-buildkitd", "moby/buildkit:v0.17.1", "Up 38 hours"),
    Container("shop-test-1841", "registry.example.net/shop/app:1841", "Exited (0) 25 minutes ago", state="exited"),
)  # fmt: skip

_BILLING_IMAGE = "registry.example.net/billing/api:2.31.0"

_BILLING = (
    Container("billing-api", _BILLING_IMAGE, "Up 38 hours (healthy)", "127.0.0.1:9001->9000/tcp"),
    Container("billing-worker", _BILLING_IMAGE, "Up 38 hours (healthy)"),
    Container("billing-pdf", "gotenberg/gotenberg:8.14", "Up 38 hours (healthy)", "3000/tcp"),
    Container("billing-migrate", _BILLING_IMAGE, "Exited (0) 38 hours ago", state="exited"),
)  # fmt: skip

RESTARTING = "Restarting (1) 23 seconds ago"
"""The status of a container that does not stay up."""

_ALWAYS = (
    ("-.mount", "mounted", "Root Mount"),
    ("proc-sys-fs-binfmt_misc.automount", "waiting", "Arbitrary Executable File Formats File System Automount Point"),
    ("systemd-ask-password-wall.path", "waiting", "Forward Password Requests to Wall Directory Watch"),
    ("kmod-static-nodes.service", "exited", "Create List of Static Device Nodes"),
    ("systemd-modules-load.service", "exited", "Load Kernel Modules"),
    ("systemd-random-seed.service", "exited", "Load/Save OS Random Seed"),
    ("systemd-remount-fs.service", "exited", "Remount Root and Kernel File Systems"),
    ("systemd-sysctl.service", "exited", "Apply Kernel Variables"),
    ("systemd-tmpfiles-setup.service", "exited", "Create System Files and Directories"),
    ("systemd-user-sessions.service", "exited", "Permit User Sessions"),
    ("dbus.socket", "running", "D-Bus System Message Bus Socket"),
    ("systemd-journald.socket", "running", "Journal Socket"),
    ("systemd-udevd-kernel.socket", "running", "udev Kernel Socket"),
    ("basic.target", "active", "Basic System"),
    ("multi-user.target", "active", "Multi-User System"),
    ("network-online.target", "active", "Network is Online"),
    ("timers.target", "active", "Timer Units"),
    ("logrotate.timer", "waiting", "Daily rotation of log files"),
    ("systemd-tmpfiles-clean.timer", "waiting", "Daily Cleanup of Temporary Directories"),
)
"""Units that are active on every host, with what they do at present."""

_BY_SYSTEM = {
    "rocky": (("dnf-makecache.timer", "waiting", "dnf makecache --timer"),),
    "": (
        ("apt-daily.timer", "waiting", "Daily apt download activities"),
        ("apt-daily-upgrade.timer", "waiting", "Daily apt upgrade and clean activities"),
        ("fstrim.timer", "waiting", "Discard unused filesystem blocks once a week"),
    ),
}
"""The same by distribution; the empty one stands for Debian's family."""

_BY_ROLE = {
    "web": (("certbot.timer", "waiting", "Run certbot twice daily"),),
    "db": (("pgbackrest.timer", "waiting", "Nightly backup of the database"),),
    "backup": (
        ("restic-prune.timer", "waiting", "Weekly prune of the repositories"),
        ("raid-check.timer", "waiting", "Weekly RAID setup health check"),
    ),
    "nas": (("snapshots.timer", "waiting", "Hourly snapshots of the share"),),
}
"""Besides, by role."""

_RESTING = (
    ("apt-daily.service", "Daily apt download activities"),
    ("emergency.service", "Emergency Shell"),
    ("fsck-root.service", "File System Check on Root Device"),
    ("initrd-cleanup.service", "Cleaning Up and Shutting Down Daemons"),
    ("logrotate.service", "Rotate log files"),
    ("modprobe@drm.service", "Load Kernel Module drm"),
    ("rescue.service", "Rescue Shell"),
    ("systemd-fsckd.service", "File System Check Daemon to report status"),
    ("systemd-tmpfiles-clean.service", "Cleanup of Temporary Directories"),
    ("shutdown.target", "System Shutdown"),
)
"""Units that are loaded and inactive."""

_RESTING_BY_ROLE = {
    "web": (("certbot.service", "Certbot"),),
    "db": (("pgbackrest.service", "Nightly backup of the database"),),
    "backup": (("restic-prune.service", "Weekly prune of the repositories"),),
    "nas": (("snapshots.service", "Hourly snapshots of the share"),),
}
"""Besides, by role."""


def service_files(world: HostWorld) -> dict[str, str]:
    """Return what systemctl and docker list, by path below the root; it stands while the host is up."""
    failed = {fault.subject for fault in world.faults if fault.kind is FaultKind.UNIT_FAILS}
    rows = sorted(_units(world, failed))
    width = max(len(name) for name, *_ in rows)
    files = {
        "run/systemd/system/": "",
        "table/system": "degraded\n" if failed else "running\n",
        "table/units": "".join(
            f"{name:<{width}} loaded {active:<8} {sub:<9} {text}\n" for name, active, sub, text in rows
        ),
    }
    if runs_containers(world.host):
        files["table/containers"] = "".join(_containers(world))
    return files


def _units(world: HostWorld, failed: set[str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, active, sub and description of every unit."""
    role = world.host.role
    programs = list(programs_of(world.host))
    if any(process.name == GREEDY.name for process in world.processes):
        programs.append(GREEDY)
    for program in programs:
        if program.unit:
            yield f"{program.unit}.service", "active", "running", program.title
    system = _BY_SYSTEM.get(role.system.ident, _BY_SYSTEM[""])
    guards = UNITS["rocky" if is_rocky(world.host) else ""]
    for name, sub, text in (*_ALWAYS, *system, *_BY_ROLE.get(role.name, ()), *guards):
        yield name, "active", sub, text
    for mount in role.mounts[1:]:
        yield f"{mount.path.strip('/').replace('/', '-')}.mount", "active", "mounted", mount.path
    for name, text in (*_RESTING, *_RESTING_BY_ROLE.get(role.name, ())):
        active, sub = ("failed", "failed") if name in failed else ("inactive", "dead")
        yield name, active, sub, text


def timers_of(world: HostWorld) -> list[str]:
    """Return the names of a host's timers."""
    return sorted(name for name, *_ in _units(world, set()) if name.endswith(".timer"))


def _containers(world: HostWorld) -> Iterator[str]:
    random = Random(f"{world.host.name}/containers")
    broken = {fault.subject for fault in world.faults if fault.kind is FaultKind.CONTAINER_RESTARTS}
    for one in _CI if world.host.role.name == "ci" else _BILLING:
        state, status, ports = one.state, one.status, one.ports
        if one.name in broken:
            state, status, ports = "restarting", RESTARTING, ""
        words = (f"{random.getrandbits(48):012x}", one.name, one.image, state, status, ports)
        yield "\t".join(words) + "\n"


def listeners(world: HostWorld) -> str:
    """Return what ss says of listening sockets; it stands for one boot."""
    owners: dict[tuple[str, str], Process] = {}
    for process in world.processes:
        owners.setdefault((process.name, process.command), process)
    rows = ["Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess\n"]
    inode = FIRST_INODE
    programs = programs_of(world.host)
    accounts = list(dict.fromkeys(program.owner for program in programs if program.owner != "root"))
    for program in programs:
        found = owners.get((program.name, program.command))
        for port in program.ports if found else ():
            proto, _, place = port.partition(" ")
            address, _, number = place.rpartition(":")
            for host in EVERYWHERE if address == "*" else (address,):
                inode += 3
                user = "" if program.owner == "root" else f" uid:{FIRST_USER + accounts.index(program.owner)}"
                rows.append(_listener(proto, f"{host}:{number}", program, found, inode, user))
    return "".join(rows)


def _listener(proto: str, local: str, program: Program, process: Process | None, inode: int, user: str) -> str:
    state, queue = ("LISTEN", 511) if proto == "tcp" else ("UNCONN", 0)
    peer = "[::]:*" if local.startswith("[") else "0.0.0.0:*"
    who = f'users:(("{program.name}",pid={process.pid if process else 0},fd={3 + inode % 9}))'
    more = f"{user} ino:{inode} sk:{inode % 4096:x} cgroup:/system.slice/{program.unit or program.parent}.service"
    return f"{proto}   {state} 0      {queue:<4} {local:>20} {peer:>12} {who}{more}\n"
