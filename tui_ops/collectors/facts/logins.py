"""The topic ``logins``: who has logged in when and from where, and what sshd said of tries in the last day.

Parts: ``passwd`` (who may log in), ``last`` (``lslogins``: account, time, address, terminal), ``journal`` (what sshd
wrote in the last 24 hours, the newest 2,000 lines of it, as root reads them) or ``bad`` (``lastb``, where there is no
journal).

Items: ``account NAME`` for each that may log in, with ``last`` in epoch seconds (None: never), ``from`` and ``tty``;
``failures`` with how many there were and ``sources``, each ``ADDRESS COUNT ACCOUNT,ACCOUNT…``, the most first;
``accepted`` with ``logins``, each ``ACCOUNT ADDRESS METHOD TIME FINGERPRINT``, the newest first. All of it changes by
itself, and so none of it is a difference.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from tui_ops.collectors.facts.accounts import may_login
from tui_ops.collectors.facts.body import LIST_LIMIT, Body, Items, Part, read_body, reading, text
from tui_ops.model.facts import FactReading, Field

TOPIC, WHAT = "logins", "logins"

ACCOUNTS_LIMIT = 2_000
"""Accounts of one host that are kept: as many as the probe tells."""

SOURCES_LIMIT = 200
"""Addresses that are told: whoever guesses in earnest is among the first ten."""

TRIED_LIMIT = 5
"""Accounts that are told of one address: the rest are of one list of names."""

NAME_LIMIT = 64
"""Characters of an account's name, and of an address."""

LATEST = 2**33
"""Epoch seconds that are believed: until the year 2242."""

NOISE = frozenset({"last", "from", "tty", "count", "sources", "logins"})
"""That somebody logs in is no difference of the host."""

_LAST = re.compile(r"(\S{1,64}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d) (\S{0,200}) ?(\S{0,40})", re.ASCII)
_ROW = re.compile(r"(\d{9,11})(?:\.\d+)? \S{1,255} sshd(?:-session)?\[\d+\]: (.*)", re.ASCII)
_FAILED = re.compile(r"Failed \S{1,40} for (?:invalid user )?(.{0,300}) from (\S{1,64}) port (\d{1,5})(?: ssh2.*)?")
_CLOSED = re.compile(
    r"(?:Connection (?:closed|reset) by|Disconnected from) (?:authenticating|invalid) user (.{0,300}) "
    r"(\S{1,64}) port (\d{1,5})(?: \[preauth\])?"
)
_ACCEPTED = re.compile(
    r"Accepted (\S{1,40}) for (\S{1,64}) from (\S{1,64}) port \d{1,5}(?: ssh2)?"
    r"(?:: \S{1,40} (SHA256:[A-Za-z0-9+/]{43})(?: ID .{1,400} CA \S{1,20} (SHA256:[A-Za-z0-9+/]{43}))?.*)?",
    re.ASCII,
)
"""The last of it is the authority of a certificate: that is what stands on the host, and so counts as the key."""
_BAD = re.compile(r"(?:(\S{1,64}) +)?ssh\S* +(\S{1,64}) +\d{4}-", re.ASCII)


@dataclass(slots=True)
class _Source:
    count: int = 0
    tried: dict[str, None] = field(default_factory=dict)


def parse_logins(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(ACCOUNTS_LIMIT)
    if found.is_whole("last"):
        last = _last(found)
        for name in _may_log_in(found):
            at, source, tty = last.get(name, (None, "", ""))
            items.add(f"account {name}", {"last": at, "from": source, "tty": tty})
    is_told = found.is_whole("journal") or found.is_whole("bad")
    if is_told:
        sources, accepted = _journal(found)
        _bad(found, sources)
        ranked = sorted(sources.items(), key=lambda one: (-one[1].count, one[0]))[:SOURCES_LIMIT]
        told: list[str] = [f"{address} {one.count} {','.join(one.tried)}".strip() for address, one in ranked]
        items.add("failures", {"count": sum(one.count for one in sources.values()), "sources": told})
        items.add("accepted", {"logins": list(accepted)})
    parts = {"passwd": Part(("account ",)), "last": Part(("account ",))}
    if not is_told:
        need = "tries to log in"
        parts["journal" if "journal" in found.refused else "bad"] = Part(("failures", "accepted"), need)
    return reading(TOPIC, WHAT, found, items, parts)


def _may_log_in(found: Body) -> list[str]:
    names = []
    for line in found.of("passwd"):
        fields = line.split(b":")
        if len(fields) == 7 and fields[0][:1] not in (b"", b"+", b"-") and may_login(text(fields[6])):
            names.append(text(fields[0], NAME_LIMIT))
    return names


def _last(found: Body) -> dict[str, tuple[Field, str, str]]:
    logins: dict[str, tuple[Field, str, str]] = {}
    for line in found.of("last"):
        said = _LAST.fullmatch(text(line, 400))
        if said is not None:
            at = _epoch(said[2])
            logins.setdefault(text(said[1], NAME_LIMIT), (at, text(said[3], NAME_LIMIT), said[4]))
    return logins


def _epoch(said: str) -> int | None:
    try:
        at = int(datetime.fromisoformat(said).timestamp())
    except (ValueError, OverflowError):
        return None
    return at if 0 < at <= LATEST else None


def _journal(found: Body) -> tuple[dict[str, _Source], list[str]]:
    """Return tries by address, and who came in. A connection is counted once, or once for each try that it made."""
    sources: dict[str, _Source] = {}
    accepted: list[str] = []
    seen: set[tuple[str, str]] = set()
    closed: dict[tuple[str, str], str] = {}
    for line in found.of("journal"):
        row = _ROW.fullmatch(text(line, 1_000))
        if row is None:
            continue
        # What stands last is the address: the name before it is whatever the other side sent.
        if said := _FAILED.fullmatch(row[2]):
            seen.add((said[2], said[3]))
            _count(sources, said[2], said[1])
        elif said := _CLOSED.fullmatch(row[2]):
            closed.setdefault((said[2], said[3]), said[1])
        elif (said := _ACCEPTED.fullmatch(row[2])) and len(accepted) < LIST_LIMIT * 5:
            accepted.append(text(f"{said[2]} {said[3]} {said[1]} {row[1]} {said[5] or said[4] or ''}"))
    for (address, port), name in closed.items():
        if (address, port) not in seen:
            _count(sources, address, name)
    return sources, accepted[::-1][:LIST_LIMIT]


def _bad(found: Body, sources: dict[str, _Source]) -> None:
    for line in found.of("bad"):
        said = _BAD.match(text(line, 400))
        if said is not None:
            _count(sources, said[2], said[1] or "")


def _count(sources: dict[str, _Source], address: str, name: str) -> None:
    one = sources.setdefault(text(address, NAME_LIMIT), _Source())
    one.count += 1
    name = text(name, 32).replace(" ", "_").replace(",", "_")
    if len(one.tried) < TRIED_LIMIT and name:
        one.tried.setdefault(name)
