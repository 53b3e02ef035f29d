"""What incidents took: how soon they were seen, taken on, mitigated and over; which rules make noise, and what to do.

Every figure is between stamps of the first time, and told as median and 90th percentile: a mean is one bad night. An
incident that was opened again was not over: it is measured to its last end.
Merged and cancelled incidents count nowhere; only a person's acknowledgement counts as one.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from tui_ops.model.incidents import Cause
from tui_ops.model.measured import Measured
from tui_ops.model.units import format_duration

WEEK_S = 7 * 86400.0
"""The step of what is told over time: a day of the week has no weight in it."""

NOISY_TIMES = 3
"""Incidents of a rule in the time that is looked at before anything is advised: fewer say nothing of the rule."""

SHORT_S = 600.0
"""What ended by itself within so long asked a person for nothing that would not have come by itself: a night's
telephone call takes longer than that to answer."""

MOST = 0.6
"""Share from which something is true of a rule: clearly more than half, so that one incident more changes no advice."""

ONE_SHAPE = 0.8
"""Share of one shape from which a rule tells of one trouble, and not of many."""


class Figure(StrEnum):
    """What is measured."""

    TTD = "ttd"
    """To detect: from the onset until we knew."""
    TTA = "tta"
    """To acknowledge: until a person had taken it on, from when we knew."""
    TTM = "ttm"
    """To mitigate: until nobody was hurt any more, from when we knew."""
    TTR = "ttr"
    """To resolve: until it was over, from the onset."""


def taken_s(one: Measured, figure: Figure) -> float | None:
    """Return what one incident took, in seconds; None where it has not come to that."""
    ends = {
        Figure.TTD: (one.started_at, one.detected_at),
        Figure.TTA: (one.detected_at, one.acked_at),
        Figure.TTM: (one.detected_at, one.mitigated_at),
        Figure.TTR: (one.started_at, one.resolved_at),
    }
    begin, end = ends[figure]
    return None if end is None else max(0.0, end - begin)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in seconds."""

    count: int
    """Incidents that it was measured on."""
    median_s: float
    p90_s: float
    """Nine of ten took no longer: the nearest rank, so that it is a time that one of them really took."""


def spread(values: Iterable[float]) -> Spread | None:
    """Return median and 90th percentile; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    rank = max(1, math.ceil(0.9 * len(ordered)))
    return Spread(len(ordered), float(median(ordered)), ordered[rank - 1])


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of some incidents."""

    by: str
    """``all``, ``priority`` or ``service``."""
    name: str
    """Which one: ``P1``, ``shop``; empty for all."""
    incidents: int
    spreads: dict[Figure, Spread | None]
    weeks: tuple[int, ...]
    """Incidents of each week, the oldest first."""
    ttr_weeks: tuple[float | None, ...]
    """Median time to resolve of each week, in seconds; None where none was resolved."""


def figures(measured: Sequence[Measured], now: float, days: float) -> list[FigureRow]:
    """Return the figures of all incidents, then by priority, then by service.

    Args:
        measured: incidents that were detected in the time that is looked at.
        now: its end, epoch seconds.
        days: its length.
    """
    rows = [_row("all", "", measured, now, days)]
    for by, key in _KEYS:
        names = sorted({key(one) for one in measured})
        rows += [_row(by, name, [one for one in measured if key(one) == name], now, days) for name in names]
    return rows


_KEYS: tuple[tuple[str, Callable[[Measured], str]], ...] = (
    ("priority", lambda one: f"P{one.priority}"),
    ("service", lambda one: one.service or "none"),
)


def _row(by: str, name: str, measured: Sequence[Measured], now: float, days: float) -> FigureRow:
    weeks = max(1, math.ceil(days * 86400.0 / WEEK_S))
    buckets: list[list[Measured]] = [[] for _ in range(weeks)]
    for one in measured:
        back = int(max(0.0, now - one.detected_at) // WEEK_S)
        if back < weeks:
            buckets[weeks - 1 - back].append(one)
    spreads = {figure: spread(_known(measured, figure)) for figure in Figure}
    by_week = [spread(_known(bucket, Figure.TTR)) for bucket in buckets]
    return FigureRow(
        by, name, len(measured), spreads, tuple(len(bucket) for bucket in buckets),
        tuple(one.median_s if one is not None else None for one in by_week),
    )  # fmt: skip


def _known(measured: Iterable[Measured], figure: Figure) -> list[float]:
    return [taken for one in measured if (taken := taken_s(one, figure)) is not None]


@dataclass(frozen=True, slots=True)
class Noise:
    """A rule, how often it made an incident, and what may be done about it."""

    rule: str
    incidents: int
    acted: int
    """Those on which a person did something."""
    short: int
    """Those that ended by themselves within :data:`SHORT_S`."""
    nothing: int
    """Those whose resolver said that nothing was wrong."""
    shape: str
    """The shape that most of them have."""
    of_shape: int
    advice: str
    """What to do, one sentence; empty where there is nothing to advise."""


def noisiest(measured: Iterable[Measured]) -> list[Noise]:
    """Return every rule that made incidents, the noisiest first, with advice where there is one."""
    by_rule: dict[str, list[Measured]] = {}
    for one in measured:
        if one.rule:
            by_rule.setdefault(one.rule, []).append(one)
    found = [_noise(rule, those) for rule, those in by_rule.items()]
    return sorted(found, key=lambda one: (-one.incidents, one.acted, one.rule))


def _noise(rule: str, those: Sequence[Measured]) -> Noise:
    shapes: dict[str, int] = {}
    for one in those:
        shapes[one.shape] = shapes.get(one.shape, 0) + 1
    shape = max(shapes, key=lambda name: (shapes[name], name))
    found = Noise(
        rule, len(those),
        acted=sum(one.acted for one in those),
        short=sum(one.by_itself and _within(one, SHORT_S) for one in those),
        nothing=sum(one.cause == Cause.NOTHING for one in those),
        shape=shape, of_shape=shapes[shape], advice="",
    )  # fmt: skip
    return Noise(
        rule, found.incidents, found.acted, found.short, found.nothing, found.shape, found.of_shape, advice(found)
    )


def _within(one: Measured, seconds: float) -> bool:
    taken = taken_s(one, Figure.TTR)
    return taken is not None and taken <= seconds


def advice(noise: Noise) -> str:
    """Return what to do about a rule, with the reason in its numbers; empty where nothing is to be done.

    The first that is true is said: a rule that is wrong is mended before one that is hasty, and that before its cause.
    """
    count = noise.incidents
    if count < NOISY_TIMES:
        return ""
    if noise.nothing >= MOST * count:
        return f"raise its level: of {count} incidents {noise.nothing} were nothing wrong"
    if noise.short >= MOST * count:
        return (
            f"add a duration (for: {format_duration(SHORT_S)}): of {count} incidents {noise.short} ended by themselves"
            f" within {format_duration(SHORT_S)}"
        )
    if noise.acted == 0:
        return f"remove it, or let it call nobody: nobody did anything about any of its {count} incidents"
    if noise.shape and noise.of_shape >= ONE_SHAPE * count:
        return f"fix the cause (open a problem): {noise.of_shape} of {count} incidents are {noise.shape}"
    return ""


def nobody_acted(measured: Iterable[Measured]) -> list[Measured]:
    """Return the incidents that are over and on which no person did anything, the newest first."""
    found = [one for one in measured if one.resolved_at is not None and not one.acted]
    return sorted(found, key=lambda one: -one.detected_at)


_BARS = "▁▂▃▄▅▆▇█"
_ASCII_BARS = "_.:-=+*#"


def bars(values: Sequence[float | None], ascii_only: bool = False) -> str:
    """Return numbers as a line of bars, the highest as a full one; a gap where there is none.

    Args:
        values: none of them negative.
        ascii_only: whether the terminal has no others.
    """
    signs, gap = (_ASCII_BARS, " ") if ascii_only else (_BARS, "·")
    top = max((value for value in values if value is not None), default=0.0) or 1.0
    return "".join(gap if value is None else signs[round(value / top * (len(signs) - 1))] for value in values)
