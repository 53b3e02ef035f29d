"""Topics that come from slow sections which are read anyway: their documents as items.

What such a document holds beside it (rates, states that change by themselves, process ids) is declared noise by being
left out here.
"""

import re
from collections.abc import Iterator, Mapping

from tui_ops.collectors.facts.body import Items, text, texts
from tui_ops.model.facts import FactReading, Field, Fields
from tui_ops.model.readings import SectionReading

ITEMS_LIMIT = 1_000
"""Items of one topic: more than any section's document has."""

EPHEMERAL_PORTS = range(32_768, 61_000)
"""Ports that Linux gives to programs which ask for any. A UDP socket on one only waits for an answer; one of TCP that
listens there for the host itself comes and goes with its program: both are declared noise. What listens there for
others is one item for each owner and address, ``tcp 0.0.0.0:32768-60999 uid 1000``, with the programs: a port that is
drawn anew at each start is no difference, and somebody new who listens is one."""

LOOPBACK = ("127.", "[::1]", "[::ffff:127.")
"""Beginnings of the addresses at which only the host itself can ask."""

NOISE_LINKS = re.compile(r"(?:veth|cali|lxc|tap|vnet|fw|ifb|dummy).*", re.ASCII)
"""The ends of containers' and virtual machines' links, which come and go with them."""

NOISE_UNITS = re.compile(
    r"(?:run-|session-|user@|user-runtime-dir@|dbus-:|systemd-fsck@|snap-|var-lib-docker).*", re.ASCII
)
"""Units that come and go with logins and programs."""


def sockets(found: SectionReading) -> FactReading:
    """Return what listens: ``tcp 0.0.0.0:22``, with program and owner. Needs privilege for others' programs."""
    items = Items(ITEMS_LIMIT)
    is_known = True
    drawn: dict[str, tuple[Fields, set[str]]] = {}
    for row in _rows(found, "sockets"):
        address, port, process = str(row.get("address")), row.get("port"), row.get("process")
        is_drawn = isinstance(port, int) and port in EPHEMERAL_PORTS
        if is_drawn and (row.get("proto") == "udp" or address.startswith(LOOPBACK)):
            continue
        is_known = is_known and bool(process)
        fields: Fields = {"owner": _plain(row.get("owner"))}
        if is_drawn:
            name = f"{row.get('proto')} {address}:{EPHEMERAL_PORTS[0]}-{EPHEMERAL_PORTS[-1]} {fields['owner']}"
            drawn.setdefault(name.rstrip(), (fields, set()))[1].update([str(process)] if process else [])
            continue
        if process:
            fields["process"] = _plain(process)
        items.add_another(f"{row.get('proto')} {address}:{port}", fields)
    for name, (fields, programs) in drawn.items():
        items.add(name, fields | ({"process": text(", ".join(texts(list(programs))))} if programs else {}))
    is_all = found.document.get("state") == "ok" and not found.document.get("cut") and not items.cut
    return FactReading(
        "sockets",
        items.found,
        unread=() if is_all else ("",),
        unread_fields=() if is_known else ("process",),
        needs=() if is_known else ("programs of listening sockets",),
        cut=items.cut,
    )


def hardware(found: SectionReading) -> FactReading:
    """Return what the machine is made of and what runs on it: ``machine``, ``system`` and ``disk NAME``."""
    items = Items(ITEMS_LIMIT)
    facts = found.document.get("facts")
    machine = ("vendor", "product", "version", "serial", "board", "bios", "chassis", "virtual", "cpu", "sockets",
               "cores", "threads", "arch", "memory")  # fmt: skip
    items.add("machine", {name: _plain(found.document.get(name)) for name in machine})
    if isinstance(facts, Mapping):
        items.add("system", {one: _plain(facts.get(one)) for one in ("hostname", "os", "kernel", "init", "timezone")})
    for row in _rows(found, "disks"):
        if not row.get("removable"):
            items.add(f"disk {row.get('name')}", {one: _plain(row.get(one)) for one in ("size", "model", "rotational")})
    return FactReading("hardware", items.found)


def interfaces(found: SectionReading) -> FactReading:
    """Return the links, without those of containers, with their addresses. A link that is down is a difference."""
    items = Items(ITEMS_LIMIT)
    for row in _rows(found, "interfaces"):
        name = str(row.get("name"))
        if NOISE_LINKS.fullmatch(name):
            continue
        fields: Fields = {one: _plain(row.get(one)) for one in ("kind", "state", "mac", "mtu", "speed_mbit", "duplex")}
        addresses = row.get("addresses")
        fields["addresses"] = texts([str(one) for one in addresses]) if isinstance(addresses, list) else []
        items.add(name, fields)
    return FactReading("interfaces", items.found)


CLOCK_NOISE = frozenset({"offset_s", "source", "reachable"})
"""How far a clock is off, and after whom it goes, changes with every look."""


def clock(found: SectionReading) -> FactReading:
    """Return which program keeps the clock, whether it is synchronised, and how far off it says it is, in seconds."""
    document = found.document
    sources = [row for row in _rows(found, "sources") if row.get("state") != "not reached"]
    fields: Fields = {
        "program": _plain(document.get("program")) or "",
        "state": _plain(document.get("state")),
        "synchronised": _plain(document.get("synchronised")),
        "offset_s": _plain(document.get("offset")),
        "source": _plain(document.get("source")),
        "reachable": len(sources),
    }
    return FactReading("clock", {"clock": fields}, unread=() if document.get("state") in ("ok", "none") else ("",))


def units(found: SectionReading) -> FactReading:
    """Return the services and sockets that are not inactive, and whether they run."""
    items = Items(ITEMS_LIMIT)
    rows = list(_rows(found, "units"))
    for row in rows:
        name = str(row.get("name"))
        if name.endswith((".service", ".socket")) and not NOISE_UNITS.match(name):
            active = row.get("active")
            # Between two states for a moment.
            steady = "active" if active in ("activating", "reloading", "refreshing", "deactivating") else active
            items.add(name, {"active": _plain(steady)})
    is_all = found.document.get("manager") == "systemd" and sum(_counts(found)) <= len(rows)
    return FactReading("units", items.found, unread=() if is_all else ("",))


def _counts(found: SectionReading) -> Iterator[int]:
    """Count all units that the document should list."""
    counts = found.document.get("counts")
    if isinstance(counts, Mapping):
        yield from (int(number) for name, number in counts.items() if name != "inactive")


def _rows(found: SectionReading, name: str) -> Iterator[Mapping[str, object]]:
    rows = found.document.get(name)
    if isinstance(rows, list):
        yield from (row for row in rows if isinstance(row, Mapping))


def _plain(value: object) -> Field:
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
