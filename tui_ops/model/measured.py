"""An incident as the figures look at it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """An incident by the stamps of what happened to it first; moments are epoch seconds."""

    name: str
    title: str
    rule: str
    service: str
    priority: int
    shape: str
    started_at: float
    detected_at: float
    acked_at: float | None
    """The first acknowledgement by a person."""
    mitigated_at: float | None
    resolved_at: float | None
    by_itself: bool
    """Whether it came to its end without a person resolving it."""
    cause: str
    acted: bool
    """Whether a person did anything on it before it was over."""
