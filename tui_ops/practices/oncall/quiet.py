"""Quiet hours: when a person is told of what is not important."""

from tui_ops.model.oncall import Contact
from tui_ops.practices.oncall.localtime import span_at

LOOKED_PAST = 14
"""Spans of quiet hours that are looked past for their end: those of two weeks, which follow on each other."""


def quiet_until(contact: Contact, important: bool, at: float) -> float | None:
    """Return until when a person is not to be told, in epoch seconds; None where he may be told at once.

    Args:
        contact: how he is reached.
        important: whether the notification passes quiet hours.
        at: the moment.
    """
    if important or not contact.quiet:
        return None
    until = at
    for _ in range(LOOKED_PAST):
        span = span_at(contact.quiet, until)
        if span is None:
            break
        until = span[1]
    return until if until > at else None
