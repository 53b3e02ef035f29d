"""What the sshds of a host said to whoever asked them from outside, and which of them it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui_ops.practices.security.checks.base import Scene
from tui_ops.practices.security.checks.plain import known_mapping, word
from tui_ops.practices.security.checks.sshdothers import OTHER, TOPIC, others_of

PORT = "port "
"""How the name begins of an sshd of which only the port is known, at which it was asked."""

KNOWN = "outside.ssh"
"""The name by which checks ask for it."""

Lists = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """What was said, by whom it was."""

    is_asked: bool
    """Whether anybody has asked from outside."""
    usual: Lists | None = None
    """Of the sshd that reads the usual file; None where nobody has asked it."""
    others: Mapping[str, Lists] = field(default_factory=dict)
    """By ``-f FILE`` of those of which the port is known, by ``port N`` of those of which nothing else is."""
    silent: tuple[str, ...] = ()
    """Beginnings of objects of whom nothing was heard when they were asked last: ``port N ``, ``port `` for all."""


def told_of(scene: Scene) -> Told:
    """Return what sshds said to whoever asked from outside.

    A host's own sshds say in their settings where they listen; a port that none of them claims is told by its number.
    """
    known = known_mapping(scene, KNOWN)
    if known is None:
        return Told(False)
    by_port: dict[str, Lists] = {}
    if main := word(known, "port"):
        by_port[main] = known
    told = known.get("others")
    for port, lists in told.items() if isinstance(told, Mapping) else ():
        if isinstance(lists, Mapping):
            by_port.setdefault(str(port), lists)
    found: dict[str, Lists] = {}
    claimed: set[str] = set()
    for other in others_of(scene.reads.get(TOPIC)):
        mine = [by_port[port] for port in other.ports if port in by_port]
        claimed |= set(other.ports)
        if mine:
            found.setdefault(other.criteria, mine[0])
    left = {f"{PORT}{port}": lists for port, lists in by_port.items() if port not in claimed and port != main}
    mute = known.get("silent")
    silent = [f"{PORT}{port} " if port else PORT for port in mute] if isinstance(mute, list) else []
    usual = None if main and main in claimed else known
    return Told(True, usual, {**found, **left}, tuple(silent))


def which(who: str) -> str:
    """Return an sshd in words, by ``-f FILE`` or ``port N``; the usual one for an empty text."""
    if not who:
        return "sshd"
    return f"the sshd that runs with {who}" if who.startswith(OTHER) else f"the sshd at {who}"
