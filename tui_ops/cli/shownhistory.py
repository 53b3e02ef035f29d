"""The rows of ``tui-ops show history``: what was read of hosts over a time, in the resolution that covers it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tui_ops.cli.columns import number
from tui_ops.cli.context import say, shown
from tui_ops.cli.failures import UsageError
from tui_ops.cli.output import Record
from tui_ops.cli.shownfacts import wanted
from tui_ops.model.address import Query
from tui_ops.model.clock import iso
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.metrics import METRICS
from tui_ops.model.units import format_duration, parse_duration

if TYPE_CHECKING:
    from tui_ops.store.history.tracks import SeriesKey
    from tui_ops.store.views.connect import Reader
    from tui_ops.store.views.history import Series

HISTORY_COLUMNS = ("at", "host", "metric", "label", "low", "mean", "high", "readings", "unit", "step")
"""``step`` is how long the span of a row is, in seconds, from ``at`` on; 0 for a single reading, whose ``low``,
``mean`` and ``high`` are one number. A counter is told as its rate, CPU time and pressure in percent."""

LAST_S = 3600.0
"""How far back it goes unless it is said: what the panel of a host's page shows."""

POINTS_MAX = 100_000
"""More than a week of single readings; what is wider than any chart is better read as it is."""

LABELS_NAMED = 8
"""Labels that a failure offers: a line or two of a terminal."""

EXAMPLE = "tui-ops show history host=NAME metric=load.1 last=6h"

_OWN = re.compile(r"(from|until|last|points)(!=|>=|<=|!~|=|>|<|~)(.*)", re.DOTALL)
_CALLED = {0: "single readings", 60: "minutes", 3600: "hours"}
"""What a resolution is called, by its seconds."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is asked for, in epoch seconds, and how many rows of each series at most."""

    start: float
    end: float
    points: int | None = None

    def __str__(self) -> str:
        return f"{iso(self.start)} to {iso(self.end)}"


def take_span(words: Sequence[str], present: float) -> tuple[Span, list[str]]:
    """Return the time that some words ask for, and the other words.

    Args:
        words: as they were typed; ``from=``, ``until=``, ``last=`` and ``points=`` are taken.
        present: the moment of looking, epoch seconds.

    Raises:
        UsageError: one of them can't be read, is there twice, or they do not fit together.
    """
    own: dict[str, str] = {}
    rest: list[str] = []
    for word in words:
        found = _OWN.fullmatch(word)
        if found is None:
            rest.append(word)
        elif found[2] != "=" or found[1] in own:
            raise UsageError(f"{shown(word, 40)}: {found[1]} is said once, with =", EXAMPLE)
        else:
            own[found[1]] = found[3]
    if "from" in own and "last" in own:
        raise UsageError("from= and last= both say where it begins", "leave one away")
    end = _moment("until", own["until"], present) if "until" in own else present
    start = _moment("from", own["from"], present) if "from" in own else end - _length(own.get("last"))
    if start >= end:
        raise UsageError(f"nothing lies between {iso(start)} and {iso(end)}", "from= has to be before until=")
    return Span(max(0.0, start), end, _points(own.get("points"))), rest


def _moment(name: str, text: str, present: float) -> float:
    """Return a moment: ISO 8601, in UTC where it names no zone as everything that is shown, or so long ago."""
    try:
        at = datetime.fromisoformat(text)
        return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        pass
    try:
        return max(0.0, present - parse_duration(text))
    except ValueError as error:
        raise UsageError(
            f"{name}={shown(text, 40)} is no time", f"write {name}=2026-03-01T08:00:00Z, or {name}=2d for so long ago"
        ) from error


def _length(text: str | None) -> float:
    if text is None:
        return LAST_S
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"last={shown(text, 40)} is no length of time", "write last=6h, 30m or 14d") from error


def _points(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:9]) <= POINTS_MAX:
        raise UsageError(f"points={shown(text, 40)} is no number of rows", f"write 1 to {POINTS_MAX}")
    return int(text[:9])


def records(ops: "Reader", samples: "Reader", span: Span, query: Query) -> Iterator[Record]:
    """Give the rows of each series that is asked for, by host, metric and label, oldest first.

    Args:
        ops: reader of ``ops.db``.
        samples: reader of ``samples.db``.
        span: the time.
        query: conditions; those for host, metric and label say which series are read.

    Raises:
        UsageError: no host or no metric is named.
        TuiOpsError: there is no such host, metric or label.
        StoreError: it can't be read.
    """
    from tui_ops.store.views.history import series

    asked = {term.key for term in query.terms}
    if not {"host", "metric"} <= asked:
        raise UsageError("show history takes a host and a metric", EXAMPLE)
    told: set[str] = set()
    for name, host_id, key in _chosen(ops, samples, span, query):
        found = series(samples, host_id, key[0], key[1], span.start, span.end, span.points)
        if found.at:
            how = _how(found)
            if how not in told:
                say(f"note: {how}, {span}")
            told.add(how)
            yield from _rows(name, found)
    if not told:
        say(f"note: nothing was read from {span}; from=, until= and last= ask for another time")


def _how(found: "Series") -> str:
    """Return in which resolution a series was read, in words."""
    said = f"from {_CALLED[int(found.resolution)]}"
    if found.step_s > found.resolution:
        step = format_duration(found.step_s) if found.step_s >= 1 else f"{found.step_s:.2g}s"
        said += f" put together to {step} a row"
    return said


def _rows(host: str, found: "Series") -> Iterator[Record]:
    for one in found.spans():
        yield {
            "at": iso(one.at),
            "host": host,
            "metric": found.metric,
            "label": found.label,
            "low": number(one.low, 6),
            "mean": number(one.mean, 6),
            "high": number(one.high, 6),
            "readings": one.readings,
            "unit": found.unit,
            "step": number(found.step_s, 3),
        }


def _chosen(ops: "Reader", samples: "Reader", span: Span, query: Query) -> "list[tuple[str, int, SeriesKey]]":
    """Return the series that fulfil the conditions: the host's name and number, and the series."""
    from tui_ops.store.views.historynames import known_series

    chosen, labels, metrics = [], set(), set(METRICS)
    is_metric, is_label = wanted(query, "metric"), wanted(query, "label")
    for name, host_id in _hosts(ops, query):
        for key in sorted(known_series(samples, host_id, span.start, span.end)):
            metrics.add(key[0])
            if is_metric(key[0]):
                labels.add(key[1])
                if is_label(key[1]):
                    chosen.append((name, host_id, key))
    if not any(map(is_metric, metrics)):
        raise _unknown("metric", query, metrics, "tui-ops show metrics host=NAME")
    if labels and not chosen:
        raise _unknown("label", query, labels, f"there are: {', '.join(sorted(labels)[:LABELS_NAMED])}")
    return chosen


def _hosts(ops: "Reader", query: Query) -> list[tuple[str, int]]:
    from tui_ops.store.views.hosts import hosts

    is_host = wanted(query, "host")
    rows = hosts(ops)
    found = sorted((row.name, row.id) for row in rows if is_host(row.name))
    if not found:
        raise _unknown("host", query, {row.name for row in rows}, "tui-ops show hosts")
    return found


def _unknown(key: str, query: Query, known: set[str], else_: str) -> TuiOpsError:
    """Return what says that nothing is called so, with what was meant perhaps."""
    terms = [term for term in query.terms if term.key == key]
    text = terms[0].text if terms else ""
    if [term.operator for term in terms] != ["="] or set(text) & set("*?["):
        return TuiOpsError(f"no {key} fulfils {shown(' '.join(map(str, terms)), 80)}", shown(else_))
    near = get_close_matches(text, sorted(known), 1)
    return TuiOpsError(
        f"there is no {key} {shown(text, 80)!r}", shown(f"did you mean {near[0]!r}? {else_}" if near else else_)
    )
