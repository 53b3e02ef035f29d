"""Series of one host in memory: their times, which many share, and their numbers."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_ops.store.history.codec import Numbers

SeriesKey = tuple[str, str, bool]
"""Metric, label, and whether it is a counter."""

Row = tuple[int, int, int, int, bytes, bytes]
"""A packed row: time in ms, layout, boot, uptime in ms, counters, gauges."""

Keys = tuple[tuple[SeriesKey, ...], tuple[SeriesKey, ...]]
"""What the numbers of a layout are: its counters and its gauges."""

ITEM = 8
"""Bytes of a number in a packed row."""


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """When something was read; ascending, each time once."""

    at: "Numbers"
    """Epoch milliseconds."""
    uptime: "Numbers"
    """Of the host by its own clock, in milliseconds."""
    boot: "Numbers"
    """Number of the boot; 0 where it is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The numbers of one series."""

    times: Times
    values: "Numbers"
    """Of a counter int64, of a gauge float64."""


Tracks = dict[SeriesKey, Track]


def keys_of(text: str) -> Keys:
    """Return what a layout's text in the file names."""
    counters, gauges = json.loads(text)
    return tuple((name, label, True) for name, label in counters), tuple((name, label, False) for name, label in gauges)


def layouts(connection: sqlite3.Connection, wanted: Iterable[int]) -> dict[int, Keys]:
    """Return the layouts of these numbers, as far as the file has them."""
    found: dict[int, Keys] = {}
    for number in wanted:
        row = connection.execute("SELECT keys FROM layout WHERE id = ?", (number,)).fetchone()
        if row is not None:
            found[number] = keys_of(row[0])
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring numbers of a packed row."""

    keys: tuple[SeriesKey, ...]
    first: int
    """Byte at which they begin, counted from 1 as SQL does."""
    length: int
    """In bytes."""


def run_of(keys: tuple[SeriesKey, ...], wanted: Collection[SeriesKey]) -> Run:
    """Return the shortest run of a layout's numbers that has all that are wanted of them."""
    places = [place for place, key in enumerate(keys) if key in wanted]
    if not places:
        return Run((), 1, 0)
    first, last = places[0], places[-1] + 1
    return Run(keys[first:last], ITEM * first + 1, ITEM * (last - first))


def of_rows(rows: Sequence[Row], known: Mapping[int, Keys]) -> Tracks:
    """Return the series that packed rows hold. Series that are in the same rows share their times.

    Args:
        rows: of one host, in the order of time.
        known: layouts; a row of another, or of another length than its layout, is left out.
    """
    by_layout: dict[int, list[Row]] = {}
    for row in rows:
        keys = known.get(row[1])
        if keys is not None and len(row[4]) == ITEM * len(keys[0]) and len(row[5]) == ITEM * len(keys[1]):
            by_layout.setdefault(row[1], []).append(row)
    tables = {layout: _table(found, known[layout]) for layout, found in by_layout.items()}
    where: dict[SeriesKey, tuple[int, ...]] = {}
    for layout in tables:
        for key in (*known[layout][0], *known[layout][1]):
            where[key] = (*where.get(key, ()), layout)
    merged: dict[tuple[int, ...], tuple[Times, Numbers | slice]] = {}
    tracks: Tracks = {}
    for key, members in where.items():
        if members not in merged:
            merged[members] = _merged([tables[layout][0] for layout in members])
        times, order = merged[members]
        tracks[key] = Track(times, _joined([tables[layout][1][key] for layout in members])[order])
    return tracks


def join(pieces: Sequence[Tracks]) -> Tracks:
    """Return several times' series as one. Where two pieces have the same moment, the later piece is taken."""
    if len(pieces) == 1:
        return pieces[0]
    found: dict[SeriesKey, list[Track]] = {}
    for piece in pieces:
        for key, track in piece.items():
            found.setdefault(key, []).append(track)
    merged: dict[tuple[int, ...], tuple[Times, Numbers | slice]] = {}
    tracks: Tracks = {}
    for key, members in found.items():
        same = tuple(id(track.times) for track in members)
        if same not in merged:
            merged[same] = _merged([track.times for track in members])
        times, order = merged[same]
        tracks[key] = Track(times, _joined([track.values for track in members])[order])
    return tracks


def _table(rows: list[Row], keys: Keys) -> tuple[Times, "dict[SeriesKey, Numbers]"]:
    """Return the times of some rows of one layout, and the column of each series."""
    import numpy as np

    at, _, boot, uptime, counters, gauges = zip(*rows, strict=True)
    times = Times(*(np.array(numbers, "<i8") for numbers in (at, uptime, boot)))
    columns: dict[SeriesKey, Numbers] = {}
    for packed, kind, names in ((counters, "<i8", keys[0]), (gauges, "<f8", keys[1])):
        table = np.frombuffer(b"".join(packed), kind).reshape(len(rows), len(names)).T
        columns.update(zip(names, np.ascontiguousarray(table), strict=True))
    return times, columns


def _merged(members: list[Times]) -> "tuple[Times, Numbers | slice]":
    """Return several times as one, and which of their moments, one after another, it takes in which order. Mostly
    one follows the other, and it takes them as they are.
    """
    import numpy as np

    at = _joined([times.at for times in members])
    order: Numbers | slice = slice(None)
    if not (at[1:] > at[:-1]).all():
        places = np.argsort(at, kind="stable")
        order = places[np.append(np.diff(at[places]) != 0, True)]
    uptime, boot = (_joined([getattr(times, name) for times in members])[order] for name in ("uptime", "boot"))
    return Times(at[order], uptime, boot), order


def _joined(arrays: "list[Numbers]") -> "Numbers":
    import numpy as np

    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
