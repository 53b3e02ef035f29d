"""Vulnerabilities as they are shown: by host, one by one, by CVE over all hosts; and the feeds that say so."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui_ops.model.clock import Stamp, age_s, now
from tui_ops.model.facts import Fields
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.security import SEVERITIES
from tui_ops.store.views.connect import Reader

ITEM_BYTES = 64 << 20
"""Bytes that a document may unpack to: many times what the largest has."""

STALE_PERIODS = 3.0
"""Periods of the topic ``packages`` after which what was made of it says nothing of the host any more, as with checks
of a host."""

PATCHES = "patches"
"""The topic in which a host tells itself what of it waits to be updated, restarted and rebooted."""


@dataclass(frozen=True, slots=True)
class HostVulnerable:
    """One host, and how much of it is vulnerable."""

    host: str
    state: str
    """``ok``, ``partial``, ``unknown``, ``stale``, or ``pending`` where it has not been judged yet."""
    text: str
    """Why, in words."""
    fixable: int | None
    """With a fix here; None where nobody knows."""
    waiting: int | None
    """Known, without a fix here."""
    unimportant: int | None
    kev: int | None
    """Used by attackers, of all."""
    worst: str
    """The worst severity of those with a fix here."""
    place: str
    feed: str
    feed_age_s: float | None
    age_s: float | None
    """Of the list of its packages."""
    patches: dict[str, Fields]
    """What the host tells itself, without any feed: items of the topic ``patches``."""


@dataclass(frozen=True, slots=True)
class VulnerableRow:
    """One vulnerability of one source package on one host."""

    host: str
    cve: str
    package: str
    installed: str
    fixed: str
    """The version that mends it, here or elsewhere; empty where none is known."""
    here: bool
    severity: str
    cvss: float | None
    epss: float | None
    kev: str
    ransomware: bool
    urgency: str
    remote: bool | None
    note: str
    boot: bool
    binaries: tuple[str, ...]
    text: str


@dataclass(slots=True)
class CveRow:
    """One vulnerability over all hosts."""

    cve: str
    severity: str
    cvss: float | None
    epss: float | None
    kev: str
    ransomware: bool
    text: str
    packages: tuple[str, ...]
    hosts: int
    fixable: int
    """Hosts on which it can be mended."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed."""

    name: str
    kind: str
    dated_at: float | None
    imported_at: float
    imported_by: str
    sha: str
    size: int
    count: int
    note: str
    age_s: float
    """Since its publisher made it; since it came in where that is not known."""


@dataclass(frozen=True, slots=True)
class PatchWords:
    """What a host tells itself of its patches; None where it does not."""

    updates: int | None
    """Updates of security that wait."""
    reboot: bool | None
    """Whether it asks to be rebooted, or has a newer kernel than the one that runs."""
    restart: int | None
    """Services and programs that run with libraries that are deleted."""


def patch_words(patches: Mapping[str, Fields]) -> PatchWords:
    """Return what the topic ``patches`` says in three words.

    Args:
        patches: its items; none where it was never read.
    """
    # apk tells updates and not which of them are of security.
    tells = patches.get("manager", {}).get("name") not in (None, "apk")
    updates = sum(name.startswith("update ") and one.get("security") is True for name, one in patches.items())
    reboot, kernel = patches.get("reboot", {}), patches.get("kernel", {})
    newer = bool(kernel.get("newest")) and kernel.get("newest") != kernel.get("running")
    known = reboot.get("required") is not None or bool(kernel)
    services = patches.get("needrestart", {}).get("services")
    stale = sum(name.startswith("stale ") for name in patches)
    restart = len(services) if isinstance(services, list) else stale if patches else None
    return PatchWords(
        updates if tells else None, (reboot.get("required") is True or newer) if known else None, restart
    )  # fmt: skip


Wanted = Callable[[str], bool]
"""Tells by its name whether a host is asked for."""


def everything(_name: str) -> bool:
    """Ask for all."""
    return True


def feeds(reader: Reader, present: Stamp | None = None) -> list[FeedRow]:
    """Return the feeds, by name."""
    moment = (present or now()).at
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT name, kind, dated_at, imported_at, imported_by, sha, size, count, note FROM feed ORDER BY name"
        ).fetchall()
    )
    return [
        FeedRow(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], _feed_age(row, moment))
        for row in rows
    ]


def _feed_age(row: Sequence[Any], moment: float) -> float:
    dated_at, imported_at = row[2], row[3]
    return max(0.0, moment - float(imported_at if dated_at is None else min(dated_at, imported_at)))


def hosts(reader: Reader, host: Wanted = everything, present: Stamp | None = None) -> list[HostVulnerable]:
    """Return the hosts, by name, with how much of each is vulnerable.

    Args:
        reader: of ``ops.db``.
        host: which hosts.
        present: the moment of looking; None for now.
    """
    moment = present or now()
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT h.name, v.state, v.text, v.fixable, v.waiting, v.unimportant, v.kev, v.worst, v.place, v.feed,"
            " v.feed_at, f.at, f.period_s, f.text, p.items"
            " FROM host AS h LEFT JOIN host_vulnerabilities AS v ON v.host_id = h.id"
            " LEFT JOIN fact AS f ON f.host_id = h.id AND f.topic = 'packages'"
            " LEFT JOIN fact AS p ON p.host_id = h.id AND p.topic = ? AND p.at IS NOT NULL"
            " WHERE h.retired_at IS NULL AND h.address != ? ORDER BY h.name",
            (PATCHES, ENGINE_ADDRESS),
        ).fetchall()
    )
    return [_host(row, moment) for row in rows if host(row[0])]


def _host(row: tuple[object, ...], moment: Stamp) -> HostVulnerable:
    (
        name,
        state,
        text,
        fixable,
        waiting,
        unimportant,
        kev,
        worst,
        place,
        feed,
        feed_at,
        at,
        period_s,
        failed,
        patches,
    ) = row
    read = None if at is None else age_s(Stamp(_number(at), 0.0), moment, False)
    told = {} if patches is None else _unpacked(patches)
    if state is None:
        why = f"its packages are not read: {failed}" if failed else "its packages have not been read yet"
        state, text = "pending", "it has not been judged yet" if at is not None else why
    elif read is not None and read > STALE_PERIODS * _number(period_s):
        state, text = "stale", "its packages were read too long ago"
    known = state in ("ok", "partial", "stale")
    counts = [int(_number(one)) if known else None for one in (fixable, waiting, unimportant, kev)]
    return HostVulnerable(
        str(name), str(state), str(text), counts[0], counts[1], counts[2], counts[3], str(worst or ""),
        str(place or ""), str(feed or ""), None if feed_at is None else max(0.0, moment.at - _number(feed_at)), read,
        told if isinstance(told, dict) else {},
    )  # fmt: skip


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _unpacked(packed: object) -> object:
    if not isinstance(packed, bytes) or not packed:
        return []
    machine = zlib.decompressobj()
    text = machine.decompress(packed, ITEM_BYTES)
    return json.loads(text) if machine.eof else []


def judged_stamp(reader: Reader) -> tuple[int, float, int]:
    """Return what differs once any host was judged anew: how many are, when last, how much there is in all."""
    hosts_, last, rows = reader.read(
        lambda connection: connection.execute(
            "SELECT count(*), coalesce(max(matched_at), 0), coalesce(sum(fixable + waiting), 0)"
            " FROM host_vulnerabilities"
        ).fetchone()
    )
    return int(hosts_), float(last), int(rows)


def vulnerabilities(reader: Reader, host: Wanted = everything) -> Iterator[VulnerableRow]:
    """Give what each host is vulnerable to, by host, the worst first; one host's document is unpacked at a time.

    Args:
        reader: of ``ops.db``.
        host: which hosts.
    """
    keys = reader.read(
        lambda connection: connection.execute(
            "SELECT h.name, v.host_id FROM host_vulnerabilities AS v JOIN host AS h ON h.id = v.host_id"
            " WHERE h.retired_at IS NULL ORDER BY h.name"
        ).fetchall()
    )
    for name, host_id in keys:
        if not host(name):
            continue
        row = reader.read(
            lambda connection, host_id=host_id: connection.execute(  # type: ignore[misc]
                "SELECT items FROM host_vulnerabilities WHERE host_id = ?", (host_id,)
            ).fetchone()
        )
        rows = _unpacked(row[0]) if row is not None else []
        if isinstance(rows, list):
            found = [_row(name, one) for one in rows]
            yield from sorted(found, key=_order)


def _row(host: str, row: list[object]) -> VulnerableRow:
    (cve, package, installed, fixed, here, severity, cvss, epss, kev, ransomware, urgency, remote, note, boot, binaries,
     text) = row  # fmt: skip
    return VulnerableRow(
        host, str(cve), str(package), str(installed), str(fixed), here is True, str(severity),
        cvss if isinstance(cvss, float | int) else None, epss if isinstance(epss, float | int) else None, str(kev),
        ransomware is True, str(urgency), remote if isinstance(remote, bool) else None, str(note), boot is True,
        tuple(str(one) for one in binaries) if isinstance(binaries, list) else (), str(text),
    )  # fmt: skip


_RANK = {str(severity): at for at, severity in enumerate(SEVERITIES)}


def _order(row: VulnerableRow) -> tuple[bool, bool, int, float, str, str]:
    return not row.kev, not row.here, _RANK.get(row.severity, 9), -(row.epss or 0.0), row.cve, row.package


def cves(reader: Reader, host: Wanted = everything) -> list[CveRow]:
    """Return the vulnerabilities over all hosts, the worst first: used ones, those that can be mended, by severity.

    Args:
        reader: of ``ops.db``.
        host: which hosts.
    """
    found: dict[str, CveRow] = {}
    on: dict[str, dict[str, bool]] = {}
    for row in vulnerabilities(reader, host):
        before = found.get(row.cve)
        if before is None:
            found[row.cve] = CveRow(
                row.cve, row.severity, row.cvss, row.epss, row.kev, row.ransomware, row.text, (row.package,), 0, 0
            )
        else:
            before.severity = min(before.severity, row.severity, key=lambda one: _RANK.get(one, 9))
            if row.package not in before.packages:
                before.packages = (*before.packages, row.package)
        hosts_of = on.setdefault(row.cve, {})
        hosts_of[row.host] = hosts_of.get(row.host, False) or row.here
    for cve, hosts_of in on.items():
        found[cve].hosts, found[cve].fixable = len(hosts_of), sum(hosts_of.values())
    return sorted(
        found.values(),
        key=lambda one: (
            not one.kev,
            not one.fixable,
            _RANK.get(one.severity, 9),
            -(one.epss or 0.0),
            -one.hosts,
            one.cve,
        ),
    )
