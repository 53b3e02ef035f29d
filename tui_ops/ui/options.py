"""What the command line says about the desk."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class UiOptions:
    """How the desk is to be opened."""

    state: Path
    """The state directory: the database is read there, the engine listens there."""
    fleet_name: str
    """Shown until the store tells the fleet's own name."""
    inventory_hint: str = ""
    """How to add hosts, where no inventory was found; empty otherwise."""
    read_only: bool = False
    """Give up acting for this session."""
    ascii: bool | None = None
    """Draw with ASCII signs only; None leaves it to the locale."""
    theme: str | None = None
    """Name of a theme; None takes the one that was chosen last, or ``dark``."""
    config: Path | None = None
    """The operator's own configuration folder: preferences and themes. None neither reads nor keeps any."""
    mouse: bool = True
