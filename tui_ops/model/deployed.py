"""A change that was brought to where people work, as the figures of deliveries look at it."""

from dataclasses import dataclass

from tui_ops.model.changes import Outcome


@dataclass(frozen=True, slots=True)
class Deployed:
    """One change that ran to its end."""

    name: str
    """``CHG-7``."""
    services: tuple[str, ...]
    """What it was for: the services that its hosts carry themselves."""
    outcome: Outcome
    committed_at: float
    """When what it brings was committed, epoch seconds: of its release, else when the change was opened."""
    ended_at: float
    began_at: float | None = None
    """None where it is not known."""
    caused: tuple[tuple[float, float | None], ...] = ()
    """When each incident that it caused was opened and resolved."""
    mends: bool = False
    """Whether it was unplanned work because of an incident."""
