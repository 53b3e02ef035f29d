"""What one host sees of another: whether it answers pings, whether its sshd takes a connection, who it is on the wire.

The script is ``probes/beside.sh``; its answer is a list of lines::

    run beside
    ping LINE           the summary of ping; empty where it said nothing
    tcp CODE TEXT       exit code of what tried the port, and what it said
    neighbour LINE      of ``ip neigh``; route LINE of ``ip route get``
    none ping|tcp       the host has no program for it
    whole beside
"""

import re
from functools import lru_cache
from importlib.resources import files

from tui_ops.collectors.errors import NothingUsable
from tui_ops.model.clean import clean

LINES_LIMIT = 20
"""Lines of one answer: the script writes eight."""

LINE_LIMIT = 200
"""Characters of a line."""

_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:%_-]{0,252}", re.ASCII)
_PING = re.compile(r"(\d{1,9}) packets transmitted, (\d{1,9}) (?:packets )?received")
_WHY = re.compile(r"(?i)refused|no route to host|unreachable|timed out|not known|could not resolve|not permitted")


@lru_cache(maxsize=1)
def _text() -> str:
    return files("tui_ops.probes").joinpath("beside.sh").read_text("utf-8")


def script(address: str, port: int) -> bytes:
    """Return what is written on the stdin of ``/bin/sh`` of the host that shall look.

    Args:
        address: a name or an address.
        port: TCP.

    Raises:
        ValueError: for anything else, since both become part of a command line.
    """
    if not _ADDRESS.fullmatch(address) or not 0 < port < 65536:
        raise ValueError(f"{clean(address, 60)!r}:{port} is not an address that a host may be asked for")
    return f"{_text()}\ntui_ops_beside {address} {port} go\n".encode()


def parse_beside(body: bytes, where: str) -> tuple[str, ...]:
    """Return an answer as sentences.

    Args:
        body: as the host sent it.
        where: address and port that were asked for, for people.

    Raises:
        NothingUsable: it is no answer of this script.
    """
    lines = body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]
    if b"run beside" not in lines:
        raise NothingUsable("the host does not say what it sees", "take the evidence again")
    found = []
    for line in lines[lines.index(b"run beside") + 1 :]:
        word, _, rest = clean(line, LINE_LIMIT).rstrip().partition(" ")
        if word == "ping":
            found.append(_ping(rest))
        elif word == "tcp":
            found.append(f"{where}: {_tcp(rest)}")
        elif word == "none" and rest in ("ping", "tcp"):
            found.append(f"{rest}: there is no program for it here")
        elif word in ("neighbour", "route") and rest:
            found.append(f"{word}: {rest.strip()}")
    return tuple(found)


def _ping(said: str) -> str:
    counts = _PING.search(said)
    if counts is None:
        return f"ping: {said.strip() or 'no answer'}"
    sent, back = int(counts[1]), int(counts[2])
    return f"ping: {'answers' if back else 'no answer'} ({back} of {sent})"


def _tcp(said: str) -> str:
    code, _, text = said.partition(" ")
    if code == "0":
        return "takes connections"
    why = _WHY.search(text)
    if code == "124" or (why is not None and why[0].lower() == "timed out"):
        return "no answer in time"
    if why is not None:
        return "refuses connections" if why[0].lower() == "refused" else f"can't be reached: {why[0].lower()}"
    return "does not take connections" if code == "1" else "could not be tried"
