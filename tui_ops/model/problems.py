"""The words of problems, known errors, reviews, and of what is to be done after them."""

from enum import StrEnum

from tui_ops.model.incidents import ProblemState

OPEN_PROBLEMS = (ProblemState.NEW, ProblemState.ASSESS, ProblemState.ROOT_CAUSE, ProblemState.FIX)
"""The states in which somebody has something to do, in the order of the work."""

WHYS = 5
"""Answers to *why* that a problem keeps: the fifth is where people usually meet a cause that they can mend."""

RECUR_S = 14 * 86400.0
"""So far back incidents of one shape are one trouble: two weeks hold the same weekday twice, and a change that was
meant to help is remembered."""

TITLE_LIMIT = 200
"""Characters of a title: a line on the widest terminal."""


class Resolution(StrEnum):
    """How a problem came to its end."""

    FIXED = "fix applied"
    DUPLICATE = "duplicate"
    CANCELLED = "was none"
    DISMISSED = "dismissed"
    """It was only proposed, and a person wants none of it."""
    OVER = "no longer there"
    """Its risk was accepted, and what it threatened is gone."""


class ReviewState(StrEnum):
    """How far the review of an incident is."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    """Others read it."""
    REVIEWED = "reviewed"
    """Somebody else has agreed to it."""
    CLOSED = "closed"


class ItemKind(StrEnum):
    """What doing an action item is good for."""

    MITIGATE = "mitigate"
    """It hurts less the next time."""
    PREVENT = "prevent"
    """There is no next time."""
    PROCESS = "process"
    """People find, tell or decide sooner."""


SIGNATURE = ("rule", "log", "unit", "package", "version")
"""What a known error can be found by; all that are given must be true."""


def item_name(number: int) -> str:
    """Return an action item's number as people say it, ``TODO-4``."""
    return f"TODO-{number}"


def known_error_name(number: int) -> str:
    """Return a known error's number as people say it, ``KE-3``."""
    return f"KE-{number}"
