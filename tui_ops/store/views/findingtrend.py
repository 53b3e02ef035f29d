"""How findings went over the last days, by severity: what the desk's trend and ``tui-ops show trend`` tell."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.security import SEVERITIES
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.findingnumbers import DAY_S, DayRow, time_to_fix, trend, trend_of_today

DAYS = 90
"""Days that are looked at: longer than what is medium may take."""

ALL = "all"


@dataclass(frozen=True, slots=True)
class Went:
    """How one severity went, the oldest day first."""

    name: str
    live: tuple[float, ...]
    overdue: tuple[float, ...]
    aside: tuple[float, ...]
    opened: int
    closed: int
    took_s: float | None
    """From opening to verified gone, on average; None where nothing was mended."""
    mended: int
    days: tuple[str, ...]


def read_trend(reader: Reader, at: float) -> list[Went]:
    """Return how findings went over the last days, by severity and in all.

    Args:
        reader: of ``ops.db``.
        at: now, epoch seconds.

    Raises:
        StoreError: it can't be read.
    """
    now, took = trend_of_today(reader, at), time_to_fix(reader, at - DAYS * DAY_S)
    # Each day is kept as it was at its end; what is kept of this one may be an hour old.
    rows = [*(row for row in trend(reader, DAYS) if all(row.day < one.day for one in now)), *now]
    days = tuple(sorted({row.day for row in rows}))
    if not days:
        return []
    made = [_went(str(one), [row for row in rows if row.severity is one], days, took.get(one)) for one in SEVERITIES]
    count = sum(many for _, many in took.values())
    mean = sum(lasted * many for lasted, many in took.values()) / count if count else None
    whole = _went(ALL, rows, days, (mean, count) if mean is not None else None)
    return [*(one for one in made if any(one.live) or one.opened or one.closed or any(one.aside)), whole]


def _went(name: str, rows: Sequence[DayRow], days: tuple[str, ...], took: tuple[float, int] | None) -> Went:
    def series(get: str) -> tuple[float, ...]:
        found = dict.fromkeys(days, 0.0)
        for row in rows:
            found[row.day] += getattr(row, get)
        return tuple(found.values())

    return Went(
        name, series("live"), series("overdue"), series("aside"), sum(row.opened for row in rows),
        sum(row.closed for row in rows), took[0] if took else None, took[1] if took else 0, days,
    )  # fmt: skip
