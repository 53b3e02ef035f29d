"""The words of *what changed*: a change on a host of an incident or on what it depends on, and when."""

from dataclasses import dataclass
from enum import StrEnum


class ChangedKind(StrEnum):
    """What sort of change it is. The value is the word that is shown."""

    CHANGE = "change"
    """One that was planned here, and ran."""
    PACKAGE = "package"
    CONFIG = "config"
    """A setting, a file, a mount, a rule of the packet filter: a fact that is another."""
    ACCESS = "access"
    """An account, a key, a sudo rule."""
    UNIT = "unit"
    """A service that started, stopped, was restarted or is new."""
    SOCKET = "socket"
    HARDWARE = "hardware"
    BOOT = "boot"
    ACT = "act"
    """Something that an operator did with this program."""
    SUDO = "sudo"
    LOGIN = "login"
    STATE = "state"
    """The host, or a check of it, went into another state."""
    INVENTORY = "inventory"


class Place(StrEnum):
    """Where it happened, as seen from the incident."""

    HERE = "here"
    """On a host that the incident is about."""
    WAY = "way"
    """On a jump host that leads there."""
    SERVICE = "service"
    """On a host of a service that the hurt one depends on."""


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One change."""

    host: str
    place: Place
    kind: ChangedKind
    text: str
    """One line: what, from what to what."""
    at: float
    """When it happened, or was first seen, epoch seconds."""
    since_at: float
    """The same where the moment is known; else the last moment at which it had not happened yet."""
    offset_s: float
    """Seconds from the onset of the incident, below nought before it."""
    who: str = ""
    """Who did it, where that is known."""
    count: int = 1
    """Changes that it stands for."""
