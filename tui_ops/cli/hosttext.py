"""One host as text: what its page on the desk shows, for pipes and for a terminal without room."""

import sys
from collections.abc import Iterable

from tui_ops.cli.columns import (
    EVENT_TEXT,
    KEY_TEXT,
    event_record,
    key_record,
    maintenance_record,
    moment,
    section_record,
)
from tui_ops.cli.output import Format, Record, Table, print_record, print_table
from tui_ops.model.states import sign_of
from tui_ops.model.units import format_bytes, format_duration, format_rate
from tui_ops.store.views.rows import HostPage, HostRow

PERCENT = ("cpu", "iowait", "steal", "memory", "swap", "disk", "disk_busy", "psi_cpu", "psi_io", "psi_memory")
"""Headline values that are shares of a hundred, in the order in which they are told."""


def print_page(page: HostPage) -> None:
    """Print what is known of a host: facts, headline values, and below them what has rows."""
    print_record(_facts(page), Format.TEXT)
    numbers = _numbers(page.host.values)
    if numbers:
        print()
        print_record(numbers, Format.TEXT)
    _block("sections", ("section", "severity", "age_s", "text"), map(section_record, page.sections))
    _block("filesystems", ("mount", "size", "used", "available", "percent"), _filesystems(page.detail))
    _block("maintenance", ("starts", "ends", "by", "reason"), map(maintenance_record, page.maintenance))
    _block("keys", KEY_TEXT[1:], map(key_record, page.keys))
    _block("events", tuple(name for name in EVENT_TEXT if name != "host"), map(event_record, page.events))


def _facts(page: HostPage) -> Record:
    row = page.host
    facts: Record = {
        "host": row.name,
        "state": _state(row),
        "next step": sign_of(row.state, row.severity).advice,
        "since": moment(row.since_at),
        "last reading": None if row.age_s is None else f"{format_duration(row.age_s)} ago",
        "address": _address(row),
        "via": list(row.via),
        "site": " ".join(filter(None, (row.site, row.rack))),
        "groups": list(row.groups),
        "labels": row.labels,
        "os": " ".join(filter(None, (row.os, row.kernel))),
        "carries": page.carries,
        "needed by": page.needed_by,
    }
    return {name: value for name, value in facts.items() if value not in ("", None, [], {})}


def _state(row: HostRow) -> str:
    said = str(row.state) if row.severity == "ok" else f"{row.state}, {row.severity}"
    return f"{said}: {row.reason}" if row.reason else said


def _address(row: HostRow) -> str:
    address = f"{row.user}@{row.address}" if row.user else row.address
    return f"{address} port {row.port}" if row.port is not None else address


def _numbers(values: dict[str, float]) -> Record:
    """Return the headline values with their units; what is not known is left away."""
    found: Record = {name: f"{values[name]:.1f} %" for name in PERCENT if name in values}
    loads = [f"{values[name]:.2f}" for name in ("load1", "load5", "load15") if name in values]
    if loads:
        cpus = f" on {values['cpus']:.0f} CPUs" if "cpus" in values else ""
        found["load"] = " ".join(loads) + cpus
    if "net_rx" in values and "net_tx" in values:
        found["network"] = f"{format_rate(values['net_rx'])} in, {format_rate(values['net_tx'])} out, bit/s"
    if "uptime_s" in values:
        found["uptime"] = format_duration(values["uptime_s"])
    return found


def _filesystems(detail: dict[str, float]) -> Iterable[Record]:
    mounts = [name.partition(" ")[2] for name in detail if name.startswith("fs.size ")]
    for mount in mounts:
        size, used, available = (detail.get(f"{metric} {mount}") for metric in ("fs.size", "fs.used", "fs.available"))
        if size is None or used is None or available is None:
            continue
        percent = 100 * used / (used + available) if used + available else 0.0
        yield {
            "mount": mount,
            "size": format_bytes(size),
            "used": format_bytes(used),
            "available": format_bytes(available),
            "percent": f"{percent:.0f} %",
        }


def _block(title: str, names: tuple[str, ...], records: Iterable[Record]) -> None:
    rows = list(records)
    if rows:
        sys.stdout.write(f"\n{title}\n")
        print_table(Table(names, rows), Format.TEXT)
