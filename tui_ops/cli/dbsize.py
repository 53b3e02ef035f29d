"""``tui-ops db size``: what the state takes now, and what the settings come to for this fleet."""

import shutil
import time
from functools import partial
from pathlib import Path

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, counted
from tui_ops.cli.output import Format, Record, Table, print_table
from tui_ops.model.fleet import ENGINE_ADDRESS, HistorySpec
from tui_ops.model.units import format_bytes, format_duration
from tui_ops.store.errors import NoState
from tui_ops.store.factsizes import DIFFERENCES_KEPT_S, FactSizes, fact_sizes
from tui_ops.store.history.sizes import DAY_S, Estimate, Kind, Load, estimate, kinds, loads, pages_by_table
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.history import open_history
from tui_ops.store.views.hosts import hosts

COLUMNS = ("data", "bytes", "count", "bytes_each", "kept_s", "expected_bytes", "host_bytes")
"""``host_bytes`` is the part of one host of the fleet now."""

WORDS = ("data", "now", "count", "bytes each", "kept", "comes to", "a host")
"""The same for people."""

TABLES = 5
"""Tables of ``ops.db`` that are named: the largest ones are those that grow."""

TITLES = {"rows": "rows of the last hours", "chunks": "full resolution", "minutes": "minutes", "hours": "hours",
          "names": "names of series"}  # fmt: skip
"""What a kind of data is called, by its name in the file."""


def print_sizes(context: Context, form: str) -> int:
    """Print a line for each kind of data, and for people what it comes to."""
    with context.read() as reader:
        fleet = hosts(reader)
        tables = reader.read(pages_by_table)
        facts = reader.read(partial(fact_sizes, pages=tables, now=time.time()))
    periods = {row.id: row.period_s for row in fleet}
    count = sum(row.address != ENGINE_ADDRESS for row in fleet)
    spec = _spec(context)
    found, known = _history(context.state)
    each = {kind.name: kind.each for kind in found}
    expected = estimate(spec, periods, known, each)
    records = [_record(kind, spec, expected) for kind in found]
    records += _of_facts(facts, count)
    others = tables.keys() - {"fact", "difference"}
    largest = sorted(others, key=lambda name: -tables[name])[:TABLES]
    records += [{"data": f"ops.db: {name}", "bytes": tables[name]} for name in largest]
    for path in (context.state.ops_db, context.state.samples_db, context.state.audit_head):
        records.append({"data": path.name, "bytes": size_of(path)})
    records.append({"data": "all files", "bytes": sum(_files(context.state))})
    full = [_whole(record, count) for record in records]
    if form != Format.TEXT:
        print_table(Table(COLUMNS, full), Format(form))
        return Exit.OK
    print_table(Table(WORDS, [_for_people(record) for record in full]), Format.TEXT)
    print()
    for sentence in sentences(spec, expected, count, len(known), _free(context.state), facts):
        print(sentence)
    return Exit.OK


def _whole(record: Record, fleet: int) -> Record:
    """Return a record with all columns."""
    size = record["bytes"]
    share = round(size / fleet) if isinstance(size, int) and fleet else None
    return {**{name: record.get(name) for name in COLUMNS}, "host_bytes": share}


def _of_facts(facts: FactSizes, fleet: int) -> list[Record]:
    """Return the lines of what hosts are made of, which is in ``ops.db``."""
    comes, grown = facts.facts_come_to(fleet), facts.differences_come_to()
    return [
        {
            "data": "facts of the hosts",
            "bytes": facts.bytes,
            "count": facts.topics or None,
            "bytes_each": round(facts.bytes / facts.topics, 2) if facts.topics else None,
            "expected_bytes": None if comes is None else round(comes),
        },
        {
            "data": "differences of facts",
            "bytes": facts.differences_bytes,
            "count": facts.differences or None,
            "bytes_each": round(facts.each_difference, 2) if facts.differences else None,
            "kept_s": DIFFERENCES_KEPT_S,
            "expected_bytes": None if grown is None else round(grown),
        },
    ]


def _spec(context: Context) -> HistorySpec:
    """Return what the inventory in use says; without one, what holds without one."""
    if context.inventory is None:
        return HistorySpec()
    from tui_ops.inventory import load

    return load(context.inventory).history


def _history(paths: StatePaths) -> tuple[list[Kind], dict[int, Load]]:
    try:
        with open_history(paths) as reader:
            return reader.read(kinds), reader.read(loads)
    except NoState:
        return [], {}


def _record(kind: Kind, spec: HistorySpec, expected: Estimate) -> Record:
    kept = {"chunks": spec.full_s, "minutes": spec.minutes_s, "hours": spec.hours_s}
    comes = {"rows": expected.rows, "chunks": expected.full, "minutes": expected.minutes, "hours": expected.hours}
    return {
        "data": TITLES[kind.name],
        "bytes": kind.bytes,
        "count": kind.count or None,
        "bytes_each": round(kind.each, 2) if kind.each is not None else None,
        "kept_s": kept.get(kind.name),
        "expected_bytes": round(comes[kind.name]) if kind.name in comes else None,
    }


def _for_people(record: Record) -> Record:
    """Return sizes and times in words."""
    size, kept, comes, share = (record[name] for name in ("bytes", "kept_s", "expected_bytes", "host_bytes"))
    cells = (
        record["data"],
        format_bytes(size) if isinstance(size, int) else None,
        record["count"],
        record["bytes_each"],
        format_duration(kept) if isinstance(kept, float) else None,
        format_bytes(comes) if isinstance(comes, int) else None,
        format_bytes(share) if isinstance(share, int) else None,
    )
    return dict(zip(WORDS, cells, strict=True))


def sentences(
    spec: HistorySpec, expected: Estimate, fleet: int, seen: int, free: int, facts: FactSizes | None = None
) -> list[str]:
    """Return what the figures mean.

    Args:
        spec: the settings.
        expected: what they come to.
        fleet: hosts of the inventory.
        seen: hosts by whose readings it was worked out.
        free: bytes left on the filesystem of the state.
        facts: what facts and differences take; None leaves them away.
    """
    by = "by what they give now" if seen else "at 90 series a host every 10 s, since there are no readings yet"
    found = [f"For {counted(fleet, 'host')}, {by}, the history comes to about {format_bytes(expected.total)}."]
    if spec.limit_bytes is not None:
        found.append(_limit(spec, expected))
    most = min(expected.total, spec.limit_bytes or expected.total)
    if facts is not None:
        found.append(_facts(facts, fleet))
        most += (facts.facts_come_to(fleet) or 0) + (facts.differences_come_to() or 0)
    if most > free:
        found.append(
            f"Only {format_bytes(free)} are free on its filesystem: set a limit (history: {{limit: …}}), or make room."
        )
    return found


def _facts(facts: FactSizes, fleet: int) -> str:
    """Return what facts and differences come to, which no limit cuts."""
    comes, grown = facts.facts_come_to(fleet), facts.differences_come_to()
    if comes is None:
        return "Of facts nothing can be said yet: none were read so far."
    said = f"Facts come to about {format_bytes(comes)}; "
    if grown is None:
        return f"{said}nothing about them has changed yet, so nobody can say what {_KEPT} of differences come to."
    rate = facts.per_day / fleet if fleet else 0.0
    return (
        f"{said}{_KEPT} of differences to about {format_bytes(grown)}, at {rate:.2g} a host and day as in the last "
        f"{format_duration(facts.over_s)}. No limit cuts these."
    )


_KEPT = f"{DIFFERENCES_KEPT_S / DAY_S:.0f} days"


def _limit(spec: HistorySpec, expected: Estimate) -> str:
    """Return what the limit will cut."""
    limit = spec.limit_bytes or 0
    said = f"The limit of {format_bytes(limit)}"
    if expected.total <= limit:
        return f"{said} cuts nothing of it."
    left = limit - expected.rows - expected.minutes - expected.hours
    if left > 0 and expected.full_per_day:
        return f"{said} cuts full resolution to about {format_duration(left / expected.full_per_day * DAY_S)}."
    left = limit - expected.rows - expected.hours
    if left > 0 and expected.minutes:
        kept = format_duration(left / expected.minutes * spec.minutes_s)
        return f"{said} leaves the last hours in full resolution, and cuts the minutes to about {kept}."
    left = max(0.0, limit - expected.rows)
    kept = format_duration(left / expected.hours * spec.hours_s) if expected.hours else "0s"
    return f"{said} leaves no room for minutes, and cuts the hours to about {kept}: raise it."


def size_of(path: Path) -> int:
    """Return the bytes of a database with what is not yet moved into it; 0 where it is not there."""
    total = 0
    for side in ("", "-wal"):
        try:
            total += path.with_name(path.name + side).stat().st_size
        except OSError:
            continue
    return total


def _files(paths: StatePaths) -> list[int]:
    return [size_of(path) for path in (paths.ops_db, paths.samples_db, paths.audit_head)]


def _free(paths: StatePaths) -> int:
    try:
        return shutil.disk_usage(paths.root).free
    except OSError:
        return 0
