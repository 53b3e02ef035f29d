"""Which host keys could be trusted: what hosts offer, held against what a file says. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui_ops.cli.columns import decision
from tui_ops.cli.context import shown
from tui_ops.cli.failures import UsageError
from tui_ops.cli.fingerprints import Given
from tui_ops.model.states import HostState
from tui_ops.practices.security.rules import may_trust
from tui_ops.store.views.rows import HostRow, KeyRow

SSH_PORT = 22
"""Where sshd listens unless the inventory says otherwise; known_hosts names no port then."""

Keys = dict[str, list[KeyRow]]
"""Host name to its keys, whatever was decided about them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The keys of one host that are about to be trusted."""

    host: str
    address: str
    fingerprints: tuple[str, ...]
    offered: tuple[KeyRow, ...] = ()
    """Keys that the host offered and that nobody decided about; empty where it was never asked."""
    trusted: tuple[KeyRow, ...] = ()
    """Keys that are trusted so far; trusting another one gives them up."""
    changed: bool = False
    """Whether the host offers another key than the one it was known by."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What could be trusted, and why the rest can't."""

    possible: tuple[Choice, ...]
    refused: tuple[str, ...] = ()
    """One sentence a host."""


def select(rows: Iterable[HostRow], words: Iterable[str]) -> list[HostRow]:
    """Return the hosts that are meant; all of them where no words are given.

    Raises:
        UsageError: a word names no host, group or site.
    """
    rows, words = list(rows), list(words)
    if not words:
        return rows
    found: dict[int, HostRow] = {}
    for word in words:
        noun, colon, name = word.partition(":")
        if colon and noun == "group":
            meant = [row for row in rows if name in row.groups]
        elif colon and noun == "site":
            meant = [row for row in rows if row.site == name]
        else:
            meant = [row for row in rows if row.name == word]
        if not meant:
            raise UsageError(f"{shown(word, 80)!r} names no host here", "tui-ops show hosts")
        found.update((row.id, row) for row in meant)
    return list(found.values())


def offered(rows: Iterable[HostRow], keys: Keys, named: bool) -> Choices:
    """Return what hosts offer and nobody decided about.

    Args:
        rows: the hosts that are meant.
        keys: what is known of their keys.
        named: whether they were named. Without it a changed key is refused: it asks for a look at this very host.
    """
    possible, refused = [], []
    for row in rows:
        choice = _choice(row, keys)
        if choice.changed and not named:
            refused.append(f"{shown(row.name)}: its key has changed; name the host to decide about it")
        elif choice.offered and not may_trust(row):
            refused.append(f"{shown(row.name)}: {may_trust(row).why}")
        elif choice.offered:
            possible.append(replace(choice, fingerprints=tuple(key.fingerprint for key in choice.offered)))
    return Choices(tuple(possible), tuple(refused))


def compared(rows: Iterable[HostRow], keys: Keys, given: Given) -> Choices:
    """Return what a file lets trust.

    A host that was never asked is trusted beforehand. One that offers a key which the file does not have is
    refused, and so is a name of the file that no host has.
    """
    rows = list(rows)
    possible, refused = [], []
    for row in rows:
        wanted = tuple(dict.fromkeys(one for name in names_of(row) for one in given.by_host.get(name, [])))
        choice = _choice(row, keys)
        other = next((key for key in choice.offered if key.fingerprint not in wanted), None)
        if wanted and other is not None:
            said = f"{shown(other.kind, 60)} {other.fingerprint}"
            refused.append(f"{shown(row.name)}: it offers {said}, which the file does not have")
            continue
        known = {key.fingerprint for key in choice.trusted}
        if not set(wanted) - known:
            continue
        verdict = may_trust(row)
        if not verdict:
            refused.append(f"{shown(row.name)}: {verdict.why}")
            continue
        # What was compared is what the host has shown; a file may name its keys of other types besides.
        seen = known | {key.fingerprint for key in keys.get(row.name, []) if key.seen_at is not None}
        sent = tuple(one for one in wanted if one in seen) if choice.offered else wanted
        # A further key beside a trusted one that the file names as well is no change of key.
        given_up = tuple(key for key in choice.trusted if key.fingerprint not in wanted)
        possible.append(replace(choice, fingerprints=sent, trusted=given_up))
    return Choices(tuple(possible), tuple(refused))


def strangers(rows: Iterable[HostRow], given: Given) -> list[str]:
    """Return a sentence for every name of a file that no host of the fleet has."""
    known = {name for row in rows for name in names_of(row)}
    return [
        f"{shown(name, 80)}: the file names it, the inventory does not" for name in given.by_host if name not in known
    ]


def without_replacing(choices: Choices) -> Choices:
    """Refuse every choice that would give up a trusted key."""
    refused = [
        f"{shown(one.host)}: it is known by another key{_known_by(one)}; find out why it changed, then --replace"
        for one in choices.possible
        if _replaces(one)
    ]
    return Choices(tuple(one for one in choices.possible if not _replaces(one)), (*choices.refused, *refused))


def _replaces(choice: Choice) -> bool:
    return choice.changed or bool(choice.trusted)


def _known_by(choice: Choice) -> str:
    return f", {choice.trusted[0].fingerprint}" if choice.trusted else ""


def names_of(row: HostRow) -> list[str]:
    """Return how a file may call a host: by name or address, with the port where it is not 22."""
    plain = list(dict.fromkeys((row.name, row.address)))
    if row.port is None or row.port == SSH_PORT:
        return plain
    return [row.name, *(f"[{name}]:{row.port}" for name in plain)]


def _choice(row: HostRow, keys: Keys) -> Choice:
    known = keys.get(row.name, [])
    # A key that was offered once and is offered no more is none of today's business.
    latest = max((key.seen_at for key in known if key.seen_at is not None), default=None)
    return Choice(
        row.name,
        row.address,
        (),
        offered=tuple(
            key for key in known if decision(key) == "open" and key.seen_at is not None and key.seen_at == latest
        ),
        trusted=tuple(key for key in known if decision(key) == "trusted"),
        changed=row.state is HostState.KEY_CHANGED,
    )
