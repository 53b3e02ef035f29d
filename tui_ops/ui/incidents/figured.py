"""What incidents took, as the view of figures takes it: of all, of each priority and service, of each rule."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_ops.model.clock import now
from tui_ops.store.views.connect import Reader

if TYPE_CHECKING:
    from tui_ops.practices.incidents.figures import FigureRow, Noise

DAYS = 30
"""Days that are looked at unless others are chosen: four weeks and a bit, so that no weekday weighs more."""

DAYS_OFFERED = (7, 30, 90, 365)
"""What t offers."""

NOBODY_SHOWN = 8
"""Incidents that nobody acted on which are named; `tui-ops figures` has all."""


@dataclass(frozen=True, slots=True)
class Figured:
    """The figures of some incidents."""

    kind: str
    """``all``, ``priority``, ``service`` or ``rule``."""
    name: str
    row: "FigureRow"
    noise: "Noise | None" = None
    """How much noise a rule makes, and what may be done about it."""
    nobody: tuple[str, ...] = ()
    """Of all: the incidents that nobody acted on, with their titles, the newest first."""


def read_figures(reader: Reader, days: int) -> list[Figured]:
    """Return the figures of all incidents, by priority, by service, then by rule, the noisiest first.

    Args:
        reader: of ``ops.db``.
        days: how far back.

    Raises:
        StoreError: they can't be read.
    """
    # Loaded with the first look: the desk opens sooner without.
    from tui_ops.practices.incidents import figures
    from tui_ops.store.views.figures import measured

    at = now().at
    found = measured(reader, at - days * 86400.0, at)
    nobody = tuple(f"{one.name} {one.title}" for one in figures.nobody_acted(found))
    rows = [Figured(row.by, row.name or "all", row, nobody=nobody if row.by == "all" else ())
            for row in figures.figures(found, at, days)]  # fmt: skip
    for noise in figures.noisiest(found):
        of_rule = figures.figures([one for one in found if one.rule == noise.rule], at, days)[0]
        rows.append(Figured("rule", noise.rule, of_rule, noise))
    return rows
