"""The topic ``routes``: where packets go.

Parts: ``inet`` and ``inet6`` (lines of ``ip route show``), ``rule`` and ``rule6`` (of ``ip rule show``); or ``table``,
the kernel's own of IPv4, on a host without ip.
"""

import ipaddress
import re
from itertools import pairwise

from tui_ops.collectors.facts.body import LIST_LIMIT, Body, Items, Part, read_body, reading, words
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "routes", "routes"

ROUTES_LIMIT = 1_000
"""Routes of one host that are kept; of a router with more, nothing is said to be gone."""

NOISE_LINKS = re.compile(r"(?:veth|cali|lxc|tap|vnet|fw|ifb|cni|flannel|docker|br-|virbr|podman).*", re.ASCII)
"""Links that come and go with containers and virtual machines: declared noise."""

_DESTINATION = re.compile(r"(?:default|[0-9a-fA-F.:]{1,45}(?:/[0-9]{1,3})?)", re.ASCII)
_KINDS = frozenset({"unicast", "blackhole", "unreachable", "prohibit", "throw", "local", "broadcast", "multicast",
                    "anycast", "nat"})  # fmt: skip
_HEX = re.compile(r"[0-9A-F]{8}", re.ASCII)
_KEPT = frozenset({"via", "dev", "src", "metric", "proto", "scope", "table", "mtu"})
"""Words of ip whose value is kept; what else it says, such as ``expires 1799sec``, changes by itself."""


def parse_routes(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(ROUTES_LIMIT)
    for family in ("inet", "inet6"):
        ways: list[str] = []
        for line in found.of(family):
            ways = _note(family, words(line).split(" "), items, ways)
    for part in ("rule", "rule6"):
        for line in found.of(part):
            rule = words(line)
            if rule[:1].isdigit() and items.has_room():
                items.add(f"{part} {rule}", {"rule": rule.partition(":")[2].strip()})
    if found.is_whole("table"):
        _read_table(found, items)
        return reading(TOPIC, WHAT, found, items, {"table": Part()}, ("inet6 ", "rule"))
    parts = {name: Part((f"{name} ",)) for name in ("inet", "inet6", "rule", "rule6")}
    return reading(TOPIC, WHAT, found, items, parts)


def _note(family: str, said: list[str], items: Items, ways: list[str]) -> list[str]:
    """Take one line of ip; return where the ways of this route go, which may follow in lines of their own."""
    if said[0] == "nexthop":
        if len(ways) < LIST_LIMIT:
            ways.append(" ".join(said[1:]))
        return ways
    kind = said.pop(0) if said[0] in _KINDS else ""
    if not said or not _DESTINATION.fullmatch(said[0]) or not items.has_room():
        return []
    fields: Fields = {"kind": kind} if kind else {}
    for word, value in pairwise(said[1:]):
        if word in _KEPT:
            fields.setdefault(word, value)
    if "dev" not in fields and not kind:
        fields["ways"] = ways = []
    _add(family, said[0], fields, items)
    return ways


def _add(family: str, destination: str, fields: Fields, items: Items) -> None:
    link = str(fields.get("dev", ""))
    if NOISE_LINKS.fullmatch(link):
        return
    name = f"{family} {destination}{f' dev {link}' if link else ''}"
    items.add_another(f"{name} metric {fields['metric']}" if "metric" in fields else name, fields)


def _read_table(found: Body, items: Items) -> None:
    """Read /proc/net/route: link, destination, gateway, flags …, metric, mask, in the kernel's own order of bytes."""
    for line in found.of("table"):
        row = words(line).split(" ")
        if len(row) < 8 or not all(_HEX.fullmatch(row[at]) for at in (1, 2, 7)) or not items.has_room():
            continue
        target, gateway, mask = (int.from_bytes(bytes.fromhex(row[at]), "little") for at in (1, 2, 7))
        prefix = bin(mask).count("1")
        where = "default" if not target and not prefix else f"{ipaddress.IPv4Address(target)}/{prefix}"
        fields: Fields = {"dev": row[0]}
        if gateway:
            fields["via"] = str(ipaddress.IPv4Address(gateway))
        if row[6] != "0" and row[6].isdigit():
            fields["metric"] = row[6]
        _add("inet", where, fields, items)
