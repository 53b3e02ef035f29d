"""Parts of hosts over the whole fleet: network interfaces, filesystems, arrays, disks, checks. Each is one row."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from tui_ops.model.ageing import UNKNOWN_AFTER_PERIODS
from tui_ops.model.alerts import LIVE
from tui_ops.model.clock import Stamp, age_s, now
from tui_ops.model.states import Severity
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.documents import Record, number_of, run_failed
from tui_ops.store.views.hosts import is_same_boot

CHUNK = 200
"""Hosts read at once: no long read holds the engine's WAL back."""

MOST = 50_000
"""Rows given at most: five parts of each of ten thousand hosts, more than anyone looks through."""

T = TypeVar("T")

NO_LINK = Record(None)
"""What is known of a link where nothing is."""


@dataclass(frozen=True, slots=True)
class InterfaceRow:
    """A network interface of a host. Rates are per second, of bytes and of packets; None where there is none yet."""

    host_id: int
    name: str
    age_s: float | None
    rx: float | None
    tx: float | None
    packets: float | None
    """Received and sent."""
    errors: float | None
    drops: float | None
    link: Record = NO_LINK
    """What the slow section tells of it; without fields where it tells nothing, or did so too long ago."""


@dataclass(frozen=True, slots=True)
class FilesystemRow:
    """A filesystem of a host, or what lies below one: an array, or a disk with what it says of its health."""

    host_id: int
    kind: str
    """``fs``, ``md``, ``zfs`` or ``disk``."""
    age_s: float | None
    period_s: float
    entry: Record
    """Of the section's document."""
    alert: Severity = Severity.OK
    """The worst alert of a rule about this filesystem that is true."""

    @property
    def name(self) -> str:
        """Its mount, or the name of the array or device."""
        return self.entry.text("mount" if self.kind == "fs" else "device" if self.kind == "disk" else "name") or "?"


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A section of a host's readings with its judgement."""

    host_id: int
    check: str
    age_s: float | None
    period_s: float
    severity: Severity
    text: str
    failed: bool = False
    """Whether the last run failed: then ``text`` says why."""
    document: Record = NO_LINK
    """Of a check of the inventory; sections have panels of their own."""


def interfaces(reader: Reader, present: Stamp | None = None) -> list[InterfaceRow]:
    """Return the network interfaces of all hosts that are watched, by host and then by name.

    Args:
        reader: of ``ops.db``.
        present: the moment of looking; None for now.

    Raises:
        StoreError: it can't be read.
    """
    statement = (
        "SELECT l.host_id, l.at, l.mono, l.detail, s.at, s.mono, s.period_s, s.document FROM host_latest AS l"
        " JOIN host AS h ON h.id = l.host_id"
        " LEFT JOIN section_latest AS s ON s.host_id = l.host_id AND s.section = 'interfaces'"
        " WHERE h.retired_at IS NULL AND l.host_id > ? ORDER BY l.host_id LIMIT ?"
    )
    return _rows(reader, statement, _interfaces, present or now())


def filesystems(reader: Reader, present: Stamp | None = None) -> list[FilesystemRow]:
    """Return the filesystems, arrays and disks of all hosts that are watched.

    Arguments and errors as :func:`interfaces`.
    """
    statement = (
        "SELECT s.host_id, s.at, s.mono, s.period_s, s.section, s.document FROM section_latest AS s"
        " WHERE s.host_id IN (SELECT id FROM host WHERE retired_at IS NULL AND id > ? ORDER BY id LIMIT ?)"
        " AND s.section IN ('filesystems', 'arrays', 'smart') ORDER BY s.host_id, s.section"
    )
    alerts = reader.read(_of_filesystems)
    return [
        replace(row, alert=alerts[row.host_id, row.name]) if (row.host_id, row.name) in alerts else row
        for row in _rows(reader, statement, _filesystems, present or now())
    ]


def _of_filesystems(connection: sqlite3.Connection) -> dict[tuple[int, str], Severity]:
    """Return the worst alert of our rules by host and mount. Only a mount begins with a slash."""
    states = ", ".join(f"'{state}'" for state in LIVE)
    found = connection.execute(
        "SELECT host_id, item, severity FROM alert WHERE source = 'rule' AND host_id IS NOT NULL"  # noqa: S608
        f" AND item LIKE '/%' AND state IN ({states}) ORDER BY severity = 'critical'"
    )
    return {(host_id, item): Severity(severity) for host_id, item, severity in found}


def checks(reader: Reader, present: Stamp | None = None) -> list[CheckRow]:
    """Return the judged sections of all hosts that are watched. Arguments and errors as :func:`interfaces`."""
    statement = (
        "SELECT s.host_id, s.at, s.mono, s.tried_at, s.period_s, s.section, s.severity, s.text,"
        " CASE WHEN s.section LIKE 'check:%' THEN s.document END FROM section_latest AS s"
        " WHERE s.host_id IN (SELECT id FROM host WHERE retired_at IS NULL AND id > ? ORDER BY id LIMIT ?)"
        " ORDER BY s.host_id, s.section"
    )
    return _rows(reader, statement, _check, present or now())


def kept_checks(reader: Reader, present: Stamp | None = None) -> list[CheckRow]:
    """Return what is kept of the checks of the inventory alone, as an engine takes them over.

    Arguments and errors as :func:`interfaces`.
    """
    statement = (
        "SELECT s.host_id, s.at, s.mono, s.tried_at, s.period_s, s.section, s.severity, s.text, s.document"
        " FROM section_latest AS s"
        " WHERE s.host_id IN (SELECT id FROM host WHERE retired_at IS NULL AND id > ? ORDER BY id LIMIT ?)"
        # Not LIKE, which uses no index; a semicolon is what follows a colon.
        " AND s.section >= 'check:' AND s.section < 'check;' ORDER BY s.host_id, s.section"
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
    host_id, at, mono, text, link_at, link_mono, period_s, document = found
    seen: dict[str, dict[str, float]] = {}
    for series, value in json.loads(text).items():
        if series.startswith("net."):
            metric, _, label = series.partition(" ")
            seen.setdefault(label, {})[metric[4:]] = number_of(value) or 0.0
    link_age = age(link_at, link_mono)
    links: dict[str, Record] = {}
    if link_age is not None and link_age <= UNKNOWN_AFTER_PERIODS * period_s:
        links = {one.text("name"): one for one in Record(json.loads(document)).records("interfaces")}
    for name in sorted({*seen, *links}):
        rates = seen.get(name)
        yield InterfaceRow(
            host_id, name, age(at, mono), _sum(rates, "rx_bytes"), _sum(rates, "tx_bytes"),
            _sum(rates, "rx_packets", "tx_packets"), _sum(rates, "rx_errors", "tx_errors"),
            _sum(rates, "rx_drops", "tx_drops"), links.get(name, NO_LINK),
        )  # fmt: skip


def _sum(rates: dict[str, float] | None, *names: str) -> float | None:
    return None if rates is None else sum(rates.get(name, 0.0) for name in names)


_LISTS = {"filesystems": "filesystems", "arrays": "arrays", "smart": "disks"}
"""Where a section's document has its entries."""


def _filesystems(found: tuple[Any, ...], age: Ageing) -> Iterator[FilesystemRow]:
    host_id, at, mono, period_s, section, document = found
    for entry in Record(json.loads(document)).records(_LISTS[section]):
        kind = "fs" if section == "filesystems" else "disk" if section == "smart" else entry.text("kind") or "md"
        yield FilesystemRow(host_id, kind, age(at, mono), period_s, entry)


def _check(found: tuple[Any, ...], age: Ageing) -> Iterator[CheckRow]:
    host_id, at, mono, tried_at, period_s, section, severity, text, document = found
    failed = run_failed(severity, tried_at, at)
    shown = NO_LINK if document is None else Record(json.loads(document))
    yield CheckRow(host_id, section, age(at, mono), period_s, Severity(severity), text, failed, shown)
