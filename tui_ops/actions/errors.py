"""What can become of an act that was not done.

ActError            carries a code that a program can tell apart
└── EngineAway      no engine listens: nothing was asked, nothing was done
"""

from enum import StrEnum

from tui_ops.model.errors import TuiOpsError


class Code(StrEnum):
    """Why a request was refused; part of the socket's protocol."""

    MALFORMED = "malformed"
    """Not one JSON object on one line, or a field of the wrong type."""
    TOO_LARGE = "too large"
    VERSION = "version"
    """The two sides speak different protocols."""
    NOBODY = "nobody"
    """The kernel names an account that no operator of the inventory has."""
    UNKNOWN_ACTION = "unknown action"
    NOT_FOUND = "not found"
    """A target that does not exist."""
    BAD_PARAMETER = "bad parameter"
    FORBIDDEN = "forbidden"
    """The role does not cover it, or the session is read-only."""
    REFUSED = "refused"
    """The state of the target does not allow it now."""
    REASON = "reason needed"
    """Something stands against it; with a reason it is done."""
    CONFLICT = "conflict"
    """The record was changed by someone else since it was looked at."""
    BUSY = "busy"
    FAILED = "failed"
    """The engine tried and could not; nothing was changed."""
    AWAY = "away"


class ActError(TuiOpsError):
    """An act that was not done.

    Args:
        code: which of the reasons.
        message: what happened and to what.
        hint: what to do next.
    """

    def __init__(self, code: Code, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


class EngineAway(ActError):
    """No engine listens at the socket."""

    def __init__(self, message: str = "no engine is running", hint: str = "start one: tui-ops engine") -> None:
        super().__init__(Code.AWAY, message, hint)
