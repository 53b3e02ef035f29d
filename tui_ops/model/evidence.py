"""The words of evidence: when something was seen, and what its sections are called."""

from dataclasses import dataclass
from enum import StrEnum


class Moment(StrEnum):
    """When something was seen, and by whom. The value is what is stored."""

    THEN = "then"
    """On the host itself when the incident opened."""
    NOW = "now"
    """The same when somebody asked."""
    BEFORE = "before"
    """By the engine in the minutes before: the black box."""
    BESIDE = "beside"
    """From another host."""


TITLES: dict[str, str] = {
    "moved": "what moved",
    "load": "load and pressure",
    "processes": "processes",
    "memory": "memory",
    "disks": "disks",
    "units": "failed units",
    "journal": "journal",
    "lately": "journal, the last lines",
    "dmesg": "kernel log",
    "starts": "units started and stopped",
    "acts": "logins and sudo",
    "logins": "who is logged in",
    "changes": "differences of facts",
    "packages": "package history",
    "sockets": "sockets",
    "frames": "the last minutes",
    "errors": "errors",
    "state": "state",
}
"""Section to what it is called, in the order in which they are shown. What another host sees is called by that host."""

SEEN_FROM = "seen from "
"""How the section begins that tells what another host sees."""


def title_of(section: str) -> str:
    """Return what a section is called."""
    return TITLES.get(section, section)


def order_of(section: str) -> tuple[int, str]:
    """Return where a section stands among the others: a key to sort by."""
    names = list(TITLES)
    return (names.index(section), "") if section in TITLES else (len(names), section)


@dataclass(frozen=True, slots=True)
class Seen:
    """One section as it was seen at one moment."""

    at: float
    """Epoch seconds."""
    moment: Moment
    lines: tuple[str, ...]
    why: str
    """Why there are none; empty where there are."""
    cut: bool
    """Whether there was more than was kept."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One section of one host: as it was then, and as it is now."""

    host: str
    section: str
    then: Seen | None
    """At the firing; of a host that could not be asked, what the engine or another host knew of it."""
    now: Seen | None
    """When somebody asked last; None where nobody has."""

    @property
    def title(self) -> str:
        """What it is called."""
        return title_of(self.section)
