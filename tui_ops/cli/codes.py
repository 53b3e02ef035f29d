"""The exit codes, which scripts rely on."""

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended. ``status`` alone speaks Nagios instead: 0 ok, 1 warning, 2 critical, 3 unknown."""

    OK = 0
    """Done; the answer is yes."""
    NO = 1
    """The answer is no: a check failed, a file has mistakes, a host is not known, something went wrong."""
    USAGE = 2
    """The command line itself is wrong; nothing was tried."""
    AWAY = 3
    """There is no engine to ask, or no state to read."""
    REFUSED = 4
    """The engine was asked and refused; nothing was changed."""
    INTERRUPTED = 130
    """Ended by ctrl+c."""


EXIT_TEXTS: dict[Exit, str] = {
    Exit.OK: "done; the answer is yes",
    Exit.NO: "the answer is no: a check failed, a file has mistakes, a host is not known, something went wrong",
    Exit.USAGE: "the command line is wrong; nothing was tried",
    Exit.AWAY: "there is no engine to ask, or no state to read",
    Exit.REFUSED: "the engine refused; nothing was changed",
    Exit.INTERRUPTED: "ended by ctrl+c",
}
"""For ``--help`` and the docs."""
