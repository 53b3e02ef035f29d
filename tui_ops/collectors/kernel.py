"""What the kernel counts of trouble: pages, processes killed for memory, queues that overflow, tracked connections.

/proc/vmstat and /proc/net/netstat hold some hundreds of numbers of which a handful is wanted: those are looked for,
the others never become text.
"""

import re
from functools import lru_cache

from tui_ops.model.metrics import Key

VMSTAT: dict[bytes, Key] = {
    b"oom_kill": ("kernel.oom_kills", ""),
    b"pgmajfault": ("kernel.major_faults", ""),
    b"pswpin": ("swap.pages_in", ""),
    b"pswpout": ("swap.pages_out", ""),
}
"""Lines of /proc/vmstat; ``oom_kill`` came with Linux 4.13."""

NETSTAT: dict[bytes, Key] = {
    b"ListenOverflows": ("tcp.listen_overflows", ""),
    b"ListenDrops": ("tcp.listen_drops", ""),
    b"TCPTimeouts": ("tcp.timeouts", ""),
    b"TCPBacklogDrop": ("tcp.backlog_drops", ""),
    b"TCPSynRetrans": ("tcp.syn_retransmits", ""),
}
"""Columns of the line ``TcpExt`` of /proc/net/netstat."""

HEAD_LIMIT = 8192
"""Bytes of a line of names that is remembered: Linux 6.12 has 2.5 kB; what is longer is no kernel's."""

CPUS_LIMIT = 4096
"""CPUs of one host that are compared: as many as Linux can be built for by default on its largest machines."""

_IDLE = re.compile(rb"\ncpu\d{1,5} \d{1,19} \d{1,19} \d{1,19} (\d{1,18}) (\d{1,18})")

_NEEDLES = tuple((b"\n" + name + b" ", key) for name, key in VMSTAT.items())

Found = list[tuple[Key, bytes]]
"""Keys with the text of each one's number."""


def read_vmstat(content: bytes) -> Found:
    """Return the wanted lines of /proc/vmstat."""
    found = []
    for needle, key in _NEEDLES:
        at = content.find(needle)
        if at >= 0:
            start = at + len(needle)
            end = content.find(b"\n", start)
            found.append((key, content[start : end if end >= 0 else None]))
    return found


def read_netstat(content: bytes) -> Found:
    """Return the wanted columns of /proc/net/netstat: a line of names, and below it one of numbers."""
    at = content.find(b"TcpExt: ")
    if at < 0:
        return []
    names_end = content.find(b"\n", at)
    if not 0 <= names_end - at <= HEAD_LIMIT:
        return []
    places = _places(content[at:names_end])
    if not places:
        return []
    end = content.find(b"\n", names_end + 1, names_end + 1 + HEAD_LIMIT)
    # What stands behind the last of the wanted ones is not split.
    texts = content[names_end + 1 : end if end >= 0 else names_end + HEAD_LIMIT].split(b" ", places[-1][0] + 1)
    if texts[0] != b"TcpExt:":
        return []
    return [(key, texts[place]) for place, key in places if place < len(texts)]


@lru_cache(maxsize=64)
def _places(head: bytes) -> tuple[tuple[int, Key], ...]:
    """Return where the wanted columns stand; a fleet has as many different lines of names as kernels."""
    return tuple((place, NETSTAT[name]) for place, name in enumerate(head.split(b" ")) if name in NETSTAT)


def read_idle(content: bytes) -> tuple[int, ...]:
    """Return the ticks in which each CPU had nothing to do, iowait included, from /proc/stat."""
    return tuple([int(idle) + int(iowait) for idle, iowait in _IDLE.findall(content)][:CPUS_LIMIT])
