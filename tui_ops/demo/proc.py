"""A host's files as its kernel would write them, from what the host is like."""

from tui_ops.demo.rates import TICKS_PER_S
from tui_ops.demo.worlds import Cpu, Filesystem, HostWorld, Memory, Pressure, Process

SECTOR = 512
"""Bytes of a sector in /proc/diskstats, whatever the disk has."""

PAGE = 4096
"""Bytes that /proc/PID/stat counts memory in."""

TRACKED = 262_144
"""Connections that a kernel tracks by default on a machine with 4 GiB and more."""

_TITLED = ("nginx: ", "postgres: ", "sshd: ", "smbd: ", "gunicorn: ", "bazel(")
"""How command lines begin that are one text: the program has written it over its arguments."""


def changing_files(world: HostWorld, epoch: float) -> dict[str, str]:
    """Return the files that a poll reads, by path below the root.

    Args:
        world: the host at this moment.
        epoch: epoch seconds at which the story began, for the time of boot.
    """
    files = {
        "proc/stat": _stat(world, epoch),
        "proc/meminfo": _meminfo(world.memory),
        "proc/loadavg": _loadavg(world),
        "proc/diskstats": _diskstats(world),
        "proc/net/dev": _net_dev(world),
        "proc/net/snmp": _snmp(world),
        "proc/net/sockstat": _sockstat(world),
        "proc/net/netstat": _netstat(world),
        "proc/vmstat": _vmstat(world),
        "proc/sys/net/netfilter/nf_conntrack_count": f"{world.tcp.established * 2 + 90}\n",
        "proc/sys/fs/file-nr": f"{world.files_open}\t0\t{world.files_max}\n",
        "proc/uptime": f"{world.uptime_s:.2f} {world.cpu.idle / TICKS_PER_S:.2f}\n",
        "proc/sys/kernel/random/boot_id": f"{world.boot_id}\n",
        "table/blocks": _df_rows(world.filesystems, inodes=False),
        "table/inodes": _df_rows(world.filesystems, inodes=True),
    }
    for name in ("cpu", "io", "memory"):
        lines = [_psi(kind, one) for kind in ("some", "full") if (one := world.pressure.get(f"{name} {kind}"))]
        if lines:
            files[f"proc/pressure/{name}"] = "".join(lines)
    return files


def standing_files(world: HostWorld) -> dict[str, str]:
    """Return the files that never change, by path below the root."""
    system, name = world.host.role.system, world.host.name
    mounts = [*_PSEUDO, *((one.device, one.path, one.kind) for one in world.filesystems)]
    return {
        "etc/os-release": (
            f'PRETTY_NAME="{system.pretty}"\nNAME="{system.pretty.split(" (")[0]}"\n'
            f'ID={system.ident}\nVERSION_ID="{system.version}"\n'
        ),
        "proc/sys/net/netfilter/nf_conntrack_max": f"{TRACKED}\n",
        "etc/hostname": f"{name}\n",
        "proc/sys/kernel/hostname": f"{name}\n",
        "proc/sys/kernel/osrelease": f"{system.kernel}\n",
        "proc/sys/kernel/ostype": "Linux\n",
        "proc/1/comm": "systemd\n",
        "proc/mounts": "".join(f"{device} {path} {kind} rw,relatime 0 0\n" for device, path, kind in mounts),
        "proc/self/mountinfo": "".join(
            f"{22 + number} 1 8:{number} / {path} rw,{_options(path)} shared:{number + 1} - {kind} {device} rw\n"
            for number, (device, path, kind) in enumerate(mounts)
        ),
    }


_PSEUDO = (
    ("proc", "/proc", "proc"),
    ("sysfs", "/sys", "sysfs"),
    ("udev", "/dev", "devtmpfs"),
    ("tmpfs", "/run", "tmpfs"),
    ("tmpfs", "/tmp", "tmpfs"),
    ("tmpfs", "/dev/shm", "tmpfs"),
    ("cgroup2", "/sys/fs/cgroup", "cgroup2"),
)
"""What every Linux has mounted besides its filesystems."""


def _options(path: str) -> str:
    """Return how a place is mounted: nothing is run from where everybody may write."""
    return "nosuid,nodev,noexec,relatime" if path in ("/tmp", "/dev/shm") else "relatime"


def _stat(world: HostWorld, epoch: float) -> str:
    cpus = world.host.role.cpus
    lines = [_cpu_line("cpu ", world.cpu, 1, 0)]
    lines += [_cpu_line(f"cpu{number}", world.cpu, cpus, number) for number in range(cpus)]
    return "".join(lines) + (
        f"intr {world.switches // 2} 0 0\nctxt {world.switches}\nbtime {int(epoch + world.booted_s)}\n"
        f"processes {world.forks + world.tasks}\nprocs_running {world.running}\nprocs_blocked {world.blocked}\n"
        f"softirq {world.switches // 3} 0 0\n"
    )


def _cpu_line(name: str, cpu: Cpu, cpus: int, number: int) -> str:
    """Return one CPU's share; the floors of (n + 0..cpus-1) / cpus sum to n and never go back."""
    modes = (cpu.user, cpu.nice, cpu.system, cpu.idle, cpu.iowait, cpu.irq, cpu.softirq, cpu.steal, 0, 0)
    return f"{name} {' '.join(str((ticks + number) // cpus) for ticks in modes)}\n"


def _meminfo(memory: Memory) -> str:
    rows = {
        "MemTotal": memory.total,
        "MemFree": memory.free,
        "MemAvailable": memory.available,
        "Buffers": memory.buffers,
        "Cached": memory.cached,
        "SwapCached": 0,
        "SwapTotal": memory.swap_total,
        "SwapFree": memory.swap_free,
        "Dirty": memory.dirty,
        "Writeback": 0,
        "SReclaimable": memory.cached // 9,
        "SUnreclaim": memory.total // 60,
        "CommitLimit": memory.total // 2 + memory.swap_total,
        "Committed_AS": memory.total - memory.available,
    }
    return "".join(f"{name + ':':<16}{size // 1024:>8} kB\n" for name, size in rows.items())


def _loadavg(world: HostWorld) -> str:
    one, five, fifteen = world.load
    last = 1000 + world.forks % 30000
    return f"{one:.2f} {five:.2f} {fifteen:.2f} {world.running}/{world.tasks} {last}\n"


def _diskstats(world: HostWorld) -> str:
    rows = []
    for number, disk in enumerate(world.disks):
        fields = (
            disk.reads, disk.reads // 9, disk.read_bytes // SECTOR, disk.read_ms,
            disk.writes, disk.writes // 5, disk.write_bytes // SECTOR, disk.write_ms,
            world.blocked, disk.busy_ms, disk.read_ms + disk.write_ms, 0, 0, 0, 0, 0, 0,
        )  # fmt: skip
        rows.append(f"{8:4d} {16 * number:7d} {disk.name} {' '.join(map(str, fields))}\n")
    return "".join(rows)


def _net_dev(world: HostWorld) -> str:
    head = (
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast"
        "|bytes    packets errs drop fifo colls carrier compressed\n"
    )
    return head + "".join(
        f"{one.name:>6}: {one.rx_bytes} {one.rx_packets} 0 0 0 0 0 0 {one.tx_bytes} {one.tx_packets} 0 0 0 0 0 0\n"
        for one in world.interfaces
    )


def _snmp(world: HostWorld) -> str:
    tcp = world.tcp
    opened = tcp.segments_in // 40
    return (
        "Ip: Forwarding DefaultTTL InReceives\n"
        f"Ip: 2 64 {tcp.segments_in}\n"
        "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs"
        " OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
        f"Tcp: 1 200 120000 -1 {opened // 3} {opened} 3 41 {tcp.established} {tcp.segments_in}"
        f" {tcp.segments_out} {tcp.retransmits} 0 {opened // 90} 0\n"
        "Udp: InDatagrams NoPorts InErrors OutDatagrams\n"
        f"Udp: {tcp.segments_in // 50} 3 0 {tcp.segments_out // 50}\n"
    )


def _netstat(world: HostWorld) -> str:
    tcp = world.tcp
    timeouts = tcp.retransmits // 4
    return (
        "TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPTimeouts TCPBacklogDrop TCPSynRetrans\n"
        f"TcpExt: 0 0 0 {timeouts} 0 {timeouts // 3}\n"
        f"IpExt: InOctets OutOctets\nIpExt: {tcp.segments_in * 900} {tcp.segments_out * 900}\n"
    )


def _vmstat(world: HostWorld) -> str:
    return (
        f"nr_free_pages {world.memory.free // PAGE}\npswpin {world.swapped // 3}\npswpout {world.swapped}\n"
        f"pgmajfault {world.forks // 8}\noom_kill {world.oom_kills}\n"
    )


def _sockstat(world: HostWorld) -> str:
    tcp = world.tcp
    return (
        f"sockets: used {tcp.established + 160}\n"
        f"TCP: inuse {tcp.established + 9} orphan 0 tw {tcp.time_wait} alloc {tcp.established + 14} mem 60\n"
        "UDP: inuse 6 mem 2\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n"
    )


def _psi(kind: str, pressure: Pressure) -> str:
    ten, sixty, long = pressure.averages
    return f"{kind} avg10={ten:.2f} avg60={sixty:.2f} avg300={long:.2f} total={pressure.total_us}\n"


def _df_rows(filesystems: tuple[Filesystem, ...], inodes: bool) -> str:
    rows = []
    for one in filesystems:
        size, used, left = (
            (one.inodes, one.inodes_used, one.inodes - one.inodes_used)
            if inodes
            else (one.size // 1024, one.used // 1024, one.available // 1024)
        )
        percent = -(-100 * used // max(1, used + left))
        rows.append(f"{one.device} {size} {used} {left} {percent}% {one.path}\n")
    return "".join(rows)


def stat_of(process: Process) -> str:
    """Return the line of /proc/PID/stat."""
    pages = process.rss // PAGE
    before = f"{process.pid} ({process.name}) {process.state} {process.parent} {process.pid} {process.pid} 0 -1 4194560"
    after = f"{pages} 0 12 0 {process.user} {process.system} 0 0 20 0 {process.threads} 0 {process.start}"
    return f"{before} {after} {process.rss * 3} {pages} 18446744073709551615 {'0 ' * 26}0\n"


def command_of(process: Process) -> str:
    """Return what /proc/PID/cmdline holds: each word with a NUL at its end, nothing for a thread of the kernel."""
    if not process.command:
        return ""
    is_title = process.command.startswith(_TITLED)
    return (process.command if is_title else process.command.replace(" ", "\0")) + "\0"
