"""The section ``sockets``: what listens on a host, on which address, and which process it belongs to.

The body says first where it is from. From ss, which knows the processes, its own lines follow::

    source ss
    tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=812,fd=3)) uid:106 ino:1 sk:1

else the rows of the kernel's tables below /proc/net, each with its table's name before it::

    source proc
    tcp6 0: 00000000000000000000000001000000:0019 … 0A … UID …
"""

import re
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading

SECTION = "sockets"

SOCKETS_LIMIT = 300
"""Sockets of one host that are kept: ten times what an ordinary server listens on. Where there are more it is said that
not all of them are here: who does not see one must not take it for gone.
"""

BODY_LIMIT = 120_000
"""Bytes that the section takes of what ss says."""

LINES_LIMIT = 2_000
"""Lines of one body: more than the probe writes at its own limits."""

LINE_LIMIT = 8_000
"""Bytes of one line: ss names every process of a socket, and a web server has a hundred workers."""

ADDRESS_LIMIT = 64
"""Characters of an address: the longest has 45, and an interface's name can follow."""

NAME_LIMIT = 32
"""Characters of a process: the kernel keeps 15, before cleaning."""

PROCESS_LIMIT = 2**22
"""The largest process id that Linux gives."""

WORKERS_LIMIT = 256
"""Processes of one socket that are looked at."""

OWNER_LIMIT = 2**32
"""User ids are below it."""

EVERYWHERE = "*"
"""The address of a socket that listens on all addresses of both kinds."""

_WILDCARDS = (EVERYWHERE, "0.0.0.0", "[::]")  # noqa: S104 - read here, never listened on
_USERS = b"users:(("
_USER = re.compile(rb'\(?"(.{0,15})",pid=([0-9]{1,10}),fd=[0-9]{1,10}\)[,)]', re.DOTALL)
"""As long a name as can be, since quotes may be part of it: with more than 15 bytes it would reach into the next."""

_OLD_USER = re.compile(rb'\(?"(.{0,15}?)",([0-9]{1,10}),[0-9]{1,10}\)[,)]', re.DOTALL)
_UID = re.compile(rb"\suid:([0-9]+)(?:\s|$)")
_HEX = re.compile(rb"[0-9A-F]{8}(?:[0-9A-F]{24})?")
_STATES = {b"tcp": b"0A", b"udp": b"07"}


@dataclass(frozen=True, slots=True)
class _Socket:
    proto: str
    address: str
    port: int
    process: str = ""
    pid: int | None = None
    owner: str = ""


def parse_sockets(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A document with what listens, by port, and ``cut`` where that is not all. What listens on all addresses of both
        kinds by two sockets of one process is one entry.

    Raises:
        NothingUsable: it is no run of this section.
    """
    first, _, rest = body.partition(b"\n")
    sources = {b"source ss": "ss", b"source proc": "proc", b"source none": "proc"}
    if first not in sources:
        raise NothingUsable("the host does not tell what listens", "run ss -ltun there and see what it says")
    read = _read_ss if first == b"source ss" else _read_proc
    told = rest.split(b"\n", LINES_LIMIT)
    lines = [line for line in told[:LINES_LIMIT] if len(line) <= LINE_LIMIT]
    # The shell takes line ends off what it keeps.
    is_cut = len(rest) + len(b"\n\n") >= BODY_LIMIT or len(told) > LINES_LIMIT or len(lines) < len(told)
    sockets = sorted(_fold(read(lines)), key=lambda one: (one.port, one.proto, one.address, one.process, one.owner))
    return SectionReading(
        section=SECTION,
        document={
            "state": "failed" if first == b"source none" else "ok",
            "source": sources[first],
            "sockets": [asdict(one) for one in sockets[:SOCKETS_LIMIT]],
            **({"cut": True} if is_cut or len(sockets) > SOCKETS_LIMIT else {}),
        },
    )


def _read_ss(lines: list[bytes]) -> Iterator[_Socket]:
    for line in lines:
        fields = line.partition(b"users:")[0].split()
        if len(fields) < 5 or fields[0] not in _STATES or fields[1] not in (b"LISTEN", b"UNCONN"):
            continue
        host, _, number = fields[4].rpartition(b":")
        port = whole(number)
        if not host or port is None or not 0 < port < 65536:
            continue
        process, pid = _user(line)
        yield _Socket(fields[0].decode(), _spelt(host), port, process, pid, _owner_of(line))


def _spelt(host: bytes) -> str:
    """Return an address in one spelling: older ones leave out the brackets, and the interface may stand outside."""
    host, percent, interface = host.replace(b"]", b"").replace(b"[", b"").partition(b"%")
    address = clean(host + percent + interface, ADDRESS_LIMIT)
    return f"[{address}]" if b":" in host else address


def _user(line: bytes) -> tuple[str, int | None]:
    """Return the process of a socket; of several of one name the eldest, which has started the others."""
    at = line.find(_USERS) + len(_USERS)
    if at < len(_USERS):
        return "", None
    name = b""
    pids: list[int] = []
    while (found := _USER.match(line, at) or _OLD_USER.match(line, at)) and len(pids) < WORKERS_LIMIT:
        at = found.end()
        name = found[1] if not pids else name
        if found[1] == name:
            pids.append(int(found[2]))
    pid = min(pids, default=None)
    return clean(name, NAME_LIMIT), pid if pid is not None and pid <= PROCESS_LIMIT else None


def _owner_of(line: bytes) -> str:
    """Return whose socket it is; ss tells it only where it is not root's, in the part that begins with the inode."""
    words = line.rpartition(b"))")[2]
    found = _UID.search(words)
    if found is not None:
        return _owner(found[1])
    return "uid 0" if b" ino:" in words else ""


def _owner(text: bytes) -> str:
    uid = whole(text)
    return f"uid {uid}" if uid is not None and uid < OWNER_LIMIT else ""


def _read_proc(lines: list[bytes]) -> Iterator[_Socket]:
    for line in lines:
        fields = line.split()
        # Table, slot, local, remote, state, queues, timer, retransmits, uid.
        if len(fields) < 9 or fields[0] not in (b"tcp", b"tcp6", b"udp", b"udp6"):
            continue
        proto = fields[0][:3]
        host, _, number = fields[2].partition(b":")
        if fields[4] != _STATES[proto] or not _HEX.fullmatch(host) or not re.fullmatch(rb"[0-9A-F]{4}", number):
            continue
        port = int(number, 16)
        if port:
            yield _Socket(proto.decode(), _decoded(host), port, owner=_owner(fields[8]))


def _decoded(host: bytes) -> str:
    """Return the address that the kernel tells as 32-bit words of a little-endian machine."""
    text = host.decode()
    packed = b"".join(bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8))
    if len(packed) == 4:
        return socket.inet_ntop(socket.AF_INET, packed)
    return f"[{socket.inet_ntop(socket.AF_INET6, packed)}]"


def _fold(sockets: Iterator[_Socket]) -> list[_Socket]:
    """Leave one of several that are alike (workers share a port), and one of the twins of both kinds of address."""
    kept: dict[tuple[str, int, str, str, str], _Socket] = {}
    for one in sockets:
        kept.setdefault((one.proto, one.port, one.process, one.owner, one.address), one)
    for proto, port, process, owner, address in list(kept):
        twins = [(proto, port, process, owner, wildcard) for wildcard in _WILDCARDS]
        found = [twin for twin in twins if twin in kept]
        if address in _WILDCARDS and len(found) > 1:
            both = replace(kept[found[0]], address=EVERYWHERE)
            for twin in found:
                del kept[twin]
            kept[twins[0]] = both
    return list(kept.values())
