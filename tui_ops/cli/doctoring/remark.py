"""What a check has to say."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How much a remark matters."""

    OK = 0
    """As it should be."""
    LOOK = 1
    """It works, but something will surprise."""
    BAD = 2
    """Something does not work because of this."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was looked at."""

    level: Level
    subject: str
    """Two words at most: ``state``, ``ssh config``."""
    text: str
    """What was found."""
    advice: str = ""
    """What to do, a command where there is one; never empty unless all is well."""


def ok(subject: str, text: str) -> Remark:
    """Return a remark on something that is as it should be."""
    return Remark(Level.OK, subject, text)


def look(subject: str, text: str, advice: str) -> Remark:
    """Return a remark on something that will surprise."""
    return Remark(Level.LOOK, subject, text, advice)


def bad(subject: str, text: str, advice: str) -> Remark:
    """Return a remark on something that does not work."""
    return Remark(Level.BAD, subject, text, advice)
