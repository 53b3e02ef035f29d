"""The topic ``packages``: what is installed, in which version, and where it is from.

Parts: ``dpkg`` (name, architecture, version, state, source and its version), ``rpm`` (name, architecture, version,
source, vendor), ``apk`` (name, architecture, version, source) and ``pacman`` (name version), parted by tabs; and
``archive``, in which apt says where packages can be had: ``* * ARCHIVES`` of most of them, then a line for each other.
"""

import re

from tui_ops.collectors.facts.body import Body, Items, Part, nothing, read_body, reading, text
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "packages", "packages"

PACKAGES_LIMIT = 6_000
"""Packages of one host that are kept: as many as the probe tells."""

VERSION_LIMIT = 120
"""Characters of a version, or of several of one package, such as a kernel's."""

STATES = {
    "n": "not installed",
    "c": "configuration left",
    "H": "half installed",
    "U": "unpacked",
    "F": "half configured",
    "W": "triggers awaited",
    "t": "triggers pending",
    "i": "installed",
}
"""The second letter of dpkg's state."""

_PARTS = ("dpkg", "rpm", "apk", "pacman")
_SOURCE = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm", re.ASCII)


def parse_packages(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic, or the host has no package manager that is known.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(PACKAGES_LIMIT)
    present = [part for part in _PARTS if any(True for _ in found.of(part)) or found.is_whole(part)]
    if not present and not found.is_same:
        raise nothing(WHAT)
    for line in found.of("dpkg"):
        _note_dpkg([text(one, VERSION_LIMIT) for one in line.split(b"\t")], items)
    for line in found.of("rpm"):
        _note_rpm([text(one, VERSION_LIMIT) for one in line.split(b"\t")], items)
    for line in found.of("apk"):
        _note_apk([text(one, VERSION_LIMIT) for one in line.split(b"\t")], items)
    for line in found.of("pacman"):
        name, _, version = text(line).partition(" ")
        items.add(name, {"version": version, "arch": "", "source": name, "source_version": version, "origin": ""})
    parts = {part: Part() for part in present}
    if "dpkg" in present:
        _note_archives(found, items)
        parts["archive"] = Part(unread=(), fields=("origin",))
    return reading(TOPIC, WHAT, found, items, parts)


def _note_dpkg(fields: list[str], items: Items) -> None:
    if len(fields) != 6 or not fields[0]:
        return
    name, arch, version, state, source, source_version = fields
    word = STATES.get(state[1:2], state)
    if word in ("not installed", "configuration left"):
        return
    entry: Fields = {"version": version, "arch": arch, "source": source or name, "source_version": source_version}
    if word != "installed":
        entry["state"] = word
    if state.startswith("h"):
        entry["held"] = True
    items.add(name, entry)


def _note_rpm(fields: list[str], items: Items) -> None:
    if len(fields) != 5 or not fields[0]:
        return
    name, arch, version, source, vendor = ("" if one == "(none)" else one for one in fields)
    version = version.removeprefix("0:")
    made_of = _SOURCE.fullmatch(source)
    entry: Fields = {
        "version": version,
        "arch": arch,
        "source": made_of[1] if made_of else name,
        "source_version": made_of[2] if made_of else version,
        "origin": vendor,
    }
    kept = items.add(f"{name}.{arch}" if arch else f"{name}-{version}", entry)
    if kept is not None and kept is not entry:
        # Kernels are kept beside each other; so are the keys of archives, whose version names them.
        both = sorted({*str(kept["version"]).split(", "), version})
        kept["version"] = text(", ".join(both), VERSION_LIMIT)


def _note_apk(fields: list[str], items: Items) -> None:
    if len(fields) == 4 and fields[0]:
        name, arch, version, source = fields
        items.add(
            name,
            {"version": version, "arch": arch, "source": source or name, "source_version": version, "origin": ""},
        )


def _note_archives(found: Body, items: Items) -> None:
    """Say of each package where it can be had. apt names one of the host's own architecture without it."""
    common, others = "", {}
    for line in found.of("archive"):
        fields = text(line).split(" ")
        if len(fields) == 3 and fields[0] == "*":
            common = fields[2]
        elif len(fields) == 3:
            others[fields[0], fields[1]] = fields[2]
    if not found.is_whole("archive") or not common:
        return
    for name, entry in items.found.items():
        bare = name.partition(":")[0]
        entry["origin"] = others.get((bare, str(entry["arch"])), common)
