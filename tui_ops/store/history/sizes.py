"""What the history takes now, and what it will come to."""

import sqlite3
from dataclasses import dataclass

from tui_ops.model.fleet import HistorySpec
from tui_ops.store.history.blocks import HOUR_S, MINUTE_S, spans_in
from tui_ops.store.history.chunks import WINDOW_MS
from tui_ops.store.history.rolling import hosts_with_rows
from tui_ops.store.history.schema import SERIES_BITS
from tui_ops.store.history.tracks import layouts

ROW_BYTES, NUMBER_BYTES = 48, 8
"""Of a packed row, and of each number in it; pages that are not full included."""

USUAL_FULL, USUAL_MINUTE, USUAL_HOUR = 1.4, 4.0, 6.0
"""Bytes of a reading in a chunk, of a minute and of an hour in a block: more than ``benchmarks/history.py`` measures,
since busy hosts pack worse; they stand for a file that has none yet."""

USUAL_SERIES, USUAL_PERIOD_S = 90, 10.0
"""What a host is taken for from which there is no reading: a small server at the usual period."""

SAMPLED = 4000
"""Blocks of each step that are looked at: the newest, as the fleet is now."""

RECENT_MS = 900_000
"""How far a host's rows are looked at for how many numbers it gives: the slow sections have come round by then."""

DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data in the file."""

    name: str
    bytes: int
    """Pages that it takes."""
    count: int
    """Rows, readings, minutes or hours."""

    @property
    def each(self) -> float | None:
        """Bytes of one; None where there is none."""
        return self.bytes / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Load:
    """What one host gives."""

    series: float
    readings_per_s: float
    rows_per_s: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the settings come to, in bytes, once everything is as old as it gets."""

    rows: float
    full: float
    minutes: float
    hours: float
    full_per_day: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.rows + self.full + self.minutes + self.hours


def kinds(connection: sqlite3.Connection) -> list[Kind]:
    """Return what the file holds. Reads all of it once, where SQLite can tell pages apart.

    Args:
        connection: of ``samples.db``.
    """
    pages = pages_by_table(connection)
    rows = int(connection.execute("SELECT count(*) FROM sample").fetchone()[0])
    readings = connection.execute(
        "SELECT coalesce(sum(count * (SELECT count(*) FROM part WHERE part.id >= chunk.id << ?1"
        " AND part.id < (chunk.id + 1) << ?1)), 0) FROM chunk",
        (SERIES_BITS,),
    ).fetchone()[0]
    blocks = {step: _blocks(connection, step) for step in (MINUTE_S, HOUR_S)}
    data = sum(size for size, _ in blocks.values()) or 1
    found = [
        Kind("rows", pages.get("sample", 0), rows),
        Kind("chunks", pages.get("chunk", 0) + pages.get("part", 0), int(readings)),
    ]
    for name, step in (("minutes", MINUTE_S), ("hours", HOUR_S)):
        size, spans = blocks[step]
        found.append(Kind(name, round(pages.get("block", 0) * size / data), spans))
    named = sum(pages.get(name, 0) for name in ("layout", "boot", "series", "progress", "other"))
    return [*found, Kind("names", named, 0)]


def pages_by_table(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the bytes of each table of a database, with its indexes; ``other`` is SQLite's own."""
    owner = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master").fetchall())
    found: dict[str, int] = {}
    try:
        rows = connection.execute("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE").fetchall()
    except sqlite3.OperationalError:
        # An SQLite without dbstat: the numbers alone, without what pages leave empty.
        queries = (
            ("part", "length(data)"),
            ("block", "length(data)"),
            ("sample", "length(counters) + length(gauges)"),
            ("fact", "length(items)"),
            ("difference", "length(item) + coalesce(length(before), 0) + coalesce(length(after), 0)"),
        )
        rows = [
            (table, connection.execute(f"SELECT coalesce(sum({size}), 0) FROM {table}").fetchone()[0])  # noqa: S608
            for table, size in queries
            if table in owner
        ]
    for name, size in rows:
        table = owner.get(name, "other")
        found[table] = found.get(table, 0) + int(size)
    return found


def _blocks(connection: sqlite3.Connection, step: int) -> tuple[int, int]:
    """Return the bytes of the numbers of a step's blocks, and about how many minutes or hours are in them."""
    size, count = connection.execute(
        "SELECT coalesce(sum(length(data)), 0), count(*) FROM block WHERE step = ?", (step,)
    ).fetchone()
    rows = connection.execute(
        "SELECT data FROM block WHERE step = ? ORDER BY id DESC LIMIT ?", (step, SAMPLED)
    ).fetchall()
    spans = sum(spans_in(row[0]) for row in rows)
    return int(size), round(spans * count / len(rows)) if rows else 0


def loads(connection: sqlite3.Connection) -> dict[int, Load]:
    """Return what each host that has rows gives, by its last quarter of an hour."""
    found: dict[int, Load] = {}
    for host_id in hosts_with_rows(connection):
        rows = connection.execute(
            "SELECT layout, count(*), max(at_ms) - min(at_ms) FROM sample WHERE host_id = ?1 AND at_ms >="
            " (SELECT max(at_ms) FROM sample WHERE host_id = ?1) - ?2 GROUP BY layout",
            (host_id, RECENT_MS),
        ).fetchall()
        known = layouts(connection, [row[0] for row in rows])
        series, readings, polls = 0.0, 0.0, 0.0
        for layout, count, took_ms in rows:
            if layout in known and count > 1 and took_ms:
                numbers = len(known[layout][0]) + len(known[layout][1])
                per_s = (count - 1) * 1000 / took_ms
                series, readings, polls = series + numbers, readings + numbers * per_s, polls + per_s
        if series:
            found[host_id] = Load(series, readings, polls)
    return found


def estimate(
    spec: HistorySpec, hosts: dict[int, float], known: dict[int, Load], each: dict[str, float | None]
) -> Estimate:
    """Return what the settings come to for a fleet.

    Args:
        spec: the settings.
        hosts: of each host its period in seconds.
        known: what hosts give, as far as it was seen; the others are taken for their average.
        each: bytes of one row, reading, minute and hour of this very file, by the names of :func:`kinds`.
    """
    seen = [known[host] for host in hosts if host in known]
    usual = sum(load.series for load in seen) / len(seen) if seen else float(USUAL_SERIES)
    every = [known.get(host) or Load(usual, usual / period, 1 / period) for host, period in hosts.items()]
    series, readings = sum(load.series for load in every), sum(load.readings_per_s for load in every)
    rows_s = WINDOW_MS / 1000 * 1.5
    full_per_day = readings * DAY_S * (each.get("chunks") or USUAL_FULL)
    return Estimate(
        rows=rows_s * sum(load.rows_per_s * ROW_BYTES + load.readings_per_s * NUMBER_BYTES for load in every),
        full=full_per_day * spec.full_s / DAY_S,
        minutes=series * spec.minutes_s / MINUTE_S * (each.get("minutes") or USUAL_MINUTE),
        hours=series * spec.hours_s / HOUR_S * (each.get("hours") or USUAL_HOUR),
        full_per_day=full_per_day,
    )
