"""When a finding is due, and until when something is set aside."""

import math

from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import FindingSeverity

FAR_S = 10 * 366 * 86400.0
"""A day that is further away than ten years is no day that anybody meant."""


def due_at(severity: FindingSeverity, opened_at: float, spec: SecuritySpec) -> float | None:
    """Return when a finding is due.

    Args:
        severity: of it.
        opened_at: epoch seconds of its opening.
        spec: what the inventory says.

    Returns:
        Epoch seconds; None for severities that are never due.
    """
    within_s = spec.due_s.get(severity)
    return None if within_s is None else opened_at + within_s


def has_run_out(expires_at: object, at: float) -> bool:
    """Return whether what was set aside until a moment is to be looked at again.

    A moment that is none runs out at once: a finding must not stay aside because of a mistake in a number.

    Args:
        expires_at: epoch seconds, as it is kept.
        at: now, epoch seconds.
    """
    if isinstance(expires_at, bool) or not isinstance(expires_at, int | float) or not math.isfinite(expires_at):
        return True
    return expires_at <= at or expires_at > at + FAR_S
