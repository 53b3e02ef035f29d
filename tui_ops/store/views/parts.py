"""Parts of hosts over the whole fleet: network interfaces, filesystems, checks. Each is one row."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from tui_ops.model.clock import Stamp, age_s, now
from tui_ops.model.states import Severity
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.hosts import is_same_boot

CHUNK = 200
"""Hosts read at once: no long read holds the engine's WAL back."""

MOST = 50_000
"""Rows given at most: five parts of each of ten thousand hosts, more than anyone looks through."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InterfaceRow:
    """A network interface of a host. Rates are per second, of bytes and of packets."""

    host_id: int
    name: str
    age_s: float | None
    rx: float
    tx: float
    packets: float
    """Received and sent."""
    errors: float
    drops: float


@dataclass(frozen=True, slots=True)
class FilesystemRow:
    """A filesystem of a host."""

    host_id: int
    mount: str
    age_s: float | None
    period_s: float
    device: str
    type: str
    size: float | None
    """Bytes; None where it did not answer, as below."""
    available: float | None
    percent: float | None
    inodes_percent: float | None
    state: str
    """``ok``, or what is wrong with it."""
    text: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A section of a host's readings with its judgement."""

    host_id: int
    check: str
    age_s: float | None
    period_s: float
    severity: Severity
    text: str


def interfaces(reader: Reader, present: Stamp | None = None) -> list[InterfaceRow]:
    """Return the network interfaces of all hosts that are watched, by host and then by name.

    Args:
        reader: of ``ops.db``.
        present: the moment of looking; None for now.

    Raises:
        StoreError: it can't be read.
    """
    statement = (
        "SELECT l.host_id, l.at, l.mono, l.detail FROM host_latest AS l JOIN host AS h ON h.id = l.host_id"
        " WHERE h.retired_at IS NULL AND l.host_id > ? ORDER BY l.host_id LIMIT ?"
    )
    return _rows(reader, statement, _interfaces, present or now())


def filesystems(reader: Reader, present: Stamp | None = None) -> list[FilesystemRow]:
    """Return the filesystems of all hosts that are watched. Arguments and errors as :func:`interfaces`."""
    statement = (
        "SELECT s.host_id, s.at, s.mono, s.period_s, s.document FROM section_latest AS s JOIN host AS h"
        " ON h.id = s.host_id WHERE s.section = 'filesystems' AND h.retired_at IS NULL AND s.host_id > ?"
        " ORDER BY s.host_id LIMIT ?"
    )
    return _rows(reader, statement, _filesystems, present or now())


def checks(reader: Reader, present: Stamp | None = None) -> list[CheckRow]:
    """Return the judged sections of all hosts that are watched. Arguments and errors as :func:`interfaces`."""
    statement = (
        "SELECT s.host_id, s.at, s.mono, s.period_s, s.section, s.severity, s.text FROM section_latest AS s"
        " WHERE s.host_id IN (SELECT id FROM host WHERE retired_at IS NULL AND id > ? ORDER BY id LIMIT ?)"
        " ORDER BY s.host_id, s.section"
    )
    return _rows(reader, statement, _check, present or now())


Ageing = Callable[[float | None, float | None], float | None]
"""Gives the age in seconds of what was read at a time and by a boot clock."""


def _rows(
    reader: Reader, statement: str, make: Callable[[tuple[Any, ...], Ageing], Iterator[T]], present: Stamp
) -> list[T]:
    """Read in chunks of hosts: the statement takes the last host's id and a number of hosts, and gives id first."""
    out: list[T] = []
    last = -1
    while len(out) < MOST:
        same_boot, end, found = reader.read(partial(_chunk, statement=statement, after=last))

        def age(at: float | None, mono: float | None, same_boot: bool = same_boot) -> float | None:
            return None if at is None else age_s(Stamp(at, mono or 0.0), present, same_boot and mono is not None)

        for one in found:
            out.extend(islice(make(one, age), MOST - len(out)))
        if end is None:
            break
        last = end
    return out


def _chunk(
    connection: sqlite3.Connection, statement: str, after: int
) -> tuple[bool, int | None, list[tuple[Any, ...]]]:
    """Return whether the boot is ours, the last host looked at (None: there are no more), and what was found."""
    ids = connection.execute(
        "SELECT id FROM host WHERE retired_at IS NULL AND id > ? ORDER BY id LIMIT ?", (after, CHUNK)
    ).fetchall()
    found = connection.execute(statement, (after, CHUNK)).fetchall()
    if len(ids) < CHUNK:
        return is_same_boot(connection), None, found
    end = ids[-1][0]
    return is_same_boot(connection), end, [one for one in found if one[0] <= end]


def _interfaces(found: tuple[Any, ...], age: Ageing) -> Iterator[InterfaceRow]:
    host_id, at, mono, text = found
    seen: dict[str, dict[str, float]] = {}
    for series, value in json.loads(text).items():
        if series.startswith("net."):
            metric, _, label = series.partition(" ")
            seen.setdefault(label, {})[metric[4:]] = value
    for name in sorted(seen):
        get = seen[name].get
        yield InterfaceRow(
            host_id, name, age(at, mono), get("rx_bytes", 0.0), get("tx_bytes", 0.0),
            get("rx_packets", 0.0) + get("tx_packets", 0.0), get("rx_errors", 0.0) + get("tx_errors", 0.0),
            get("rx_drops", 0.0) + get("tx_drops", 0.0),
        )  # fmt: skip


def _filesystems(found: tuple[Any, ...], age: Ageing) -> Iterator[FilesystemRow]:
    host_id, at, mono, period_s, text = found
    listed = json.loads(text).get("filesystems")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield FilesystemRow(
                host_id, str(one.get("mount", "?")), age(at, mono), period_s, str(one.get("device") or ""),
                str(one.get("type") or ""), _number(one.get("size")), _number(one.get("available")),
                _number(one.get("percent")), _number(one.get("inodes_percent")), str(one.get("state") or "ok"),
                str(one.get("text") or ""),
            )  # fmt: skip


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _check(found: tuple[Any, ...], age: Ageing) -> Iterator[CheckRow]:
    host_id, at, mono, period_s, section, severity, text = found
    yield CheckRow(host_id, section, age(at, mono), period_s, Severity(severity), text)
