"""From where people log in to a host, out of the topic ``logins``: what is remembered of each source, what is new, and
who has guessed. Pure.

The topic tells the last 24 hours; what is remembered beyond them are rows, one for an address with an account that got
in, and one for an address alone that only tried.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tui_ops.model.facts import Fields

GUESSES = 10
"""The rule ``brute force``: so many tries from one address within 24 hours are no forgotten password. PCI-DSS 4.0.1
(8.3.4) locks after ten; a person gives up, or asks, before."""

ROWS_MOST = 500
"""Rows of one host: addresses that only tried go first, the oldest of them, for whoever guesses has many."""

NETWORK_BITS = {4: 24, 6: 48}
"""Of the network by which a source is known: the address of a person at home changes by the day, its network hardly."""

ALONE = ""
"""The account of a row that is about an address alone."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What is remembered of a source."""

    source: str
    """The address."""
    account: str
    """:data:`ALONE` for what it tried, whatever the accounts."""
    first_at: float
    last_at: float
    good: int = 0
    """Logins of the account; of an address alone, those that came while it guessed."""
    failed: int = 0
    """Tries that failed, at least so many: each reading tells those of a day, and readings overlap."""
    failed_day: int = 0


@dataclass(frozen=True, slots=True)
class Login:
    """One login, as sshd wrote it down."""

    account: str
    source: str
    method: str
    at: float
    fingerprint: str = ""


def logins_in(items: Mapping[str, Fields]) -> list[Login]:
    """Return the logins of a reading, the newest first; what is none is passed over."""
    told = (items.get("accepted") or {}).get("logins")
    found = []
    for one in told if isinstance(told, list) else ():
        words = str(one).split(" ")
        if len(words) >= 4 and words[3].isdecimal() and len(words[3]) <= 11:
            found.append(Login(words[0], words[1], words[2], float(words[3]), words[4] if len(words) > 4 else ""))
    return found


def tries_in(items: Mapping[str, Fields]) -> dict[str, int]:
    """Return by address how many tries of the last 24 hours failed."""
    told = (items.get("failures") or {}).get("sources")
    found = {}
    for one in told if isinstance(told, list) else ():
        words = str(one).split(" ")
        if len(words) >= 2 and words[1].isdecimal():
            found[words[0]] = min(int(words[1]), 10**9)
    return found


def merged(
    known: Iterable[SourceRow], items: Mapping[str, Fields], at: float
) -> list[SourceRow]:  # fmt: skip
    """Return the rows of a host after a reading.

    Args:
        known: as they are.
        items: of the topic.
        at: when it was read, epoch seconds.
    """
    rows = {(one.source, one.account): one for one in known}
    tries = tries_in(items)
    if "failures" in items:
        rows = {key: replace(one, failed_day=0) if key[1] == ALONE else one for key, one in rows.items()}
        before = {one.source: one.failed_day for one in known if one.account == ALONE}
        for source, count in tries.items():
            row = rows.get((source, ALONE), SourceRow(source, ALONE, at, at))
            more = max(0, count - before.get(source, 0))
            last = at if more else row.last_at
            rows[source, ALONE] = replace(row, last_at=last, failed=row.failed + more, failed_day=count)
    for login in sorted(logins_in(items), key=lambda one: one.at):
        row = rows.get((login.source, login.account), SourceRow(login.source, login.account, login.at, 0.0))
        if login.at <= row.last_at:
            continue
        rows[login.source, login.account] = replace(row, last_at=login.at, good=row.good + 1)
        guessed = rows.get((login.source, ALONE))
        if guessed is not None and is_guessing(guessed) and login.method != "publickey":
            rows[login.source, ALONE] = replace(guessed, good=guessed.good + 1, last_at=max(guessed.last_at, login.at))
    return _kept(list(rows.values()))


def _kept(rows: list[SourceRow]) -> list[SourceRow]:
    if len(rows) <= ROWS_MOST:
        return rows
    return sorted(rows, key=lambda one: (one.good == 0, -one.last_at))[:ROWS_MOST]


def is_guessing(row: SourceRow) -> bool:
    """Return whether an address has guessed within the last day, by the rule ``brute force``."""
    return row.failed_day >= GUESSES


def has_got_in(row: SourceRow) -> bool:
    """Return whether somebody logged in by password from an address while it guessed."""
    return row.account == ALONE and row.good > 0


def network_of(source: str) -> str:
    """Return the network by which a source is known; the source itself where it is no address."""
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return source
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return str(ipaddress.ip_network((address, NETWORK_BITS[address.version]), strict=False))


def name_of(row: SourceRow) -> str:
    """Return how a source is named in a baseline: ``anna 203.0.113.0/24``, or ``guessed 203.0.113.7``."""
    return f"guessed {row.source}" if row.account == ALONE else f"{row.account} {network_of(row.source)}"


def names_of(rows: Iterable[SourceRow]) -> list[str]:
    """Return the names of sources that somebody came in from, for a baseline."""
    return sorted({name_of(one) for one in rows if one.good > 0})
