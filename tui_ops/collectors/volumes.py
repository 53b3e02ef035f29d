"""The section ``volumes``: LVM's groups, pools and snapshots, and btrfs: what fills, and what lacks a disk.

The body is a list of lines, each beginning with a word that says what it is::

    volumes read
    lvm none|denied         it is not installed, or takes privilege
    vgs LINE                of ``vgs --nameprefixes``: NAME='value' pairs; ``exit CODE`` at its end
    lvs LINE                the same of ``lvs``
    btrfs UUID LABEL        a filesystem; what follows is of it
    space KIND USED TOTAL   bytes used of those given to data, metadata or system
    device ID MISSING NAME NUMBER ...   a device with its counters of errors
"""

import re
from dataclasses import dataclass, field

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.metrics import Key
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity
from tui_ops.model.units import format_bytes

SECTION = "volumes"

LINES_LIMIT = 4_000
"""Lines of one body: more than the probe writes at its own limits."""

GROUPS_LIMIT, VOLUMES_LIMIT, BTRFS_LIMIT = 64, 200, 32
"""Groups, volumes and filesystems of one host that are kept; of volumes those that can fill come first."""

DEVICES_LIMIT = 64
"""Devices of one filesystem that are counted: as many as the probe tells."""

NAME_LIMIT = 80
"""Characters of a name: LVM allows 127, btrfs 255; people write twenty."""

WARN_PERCENT, CRITICAL_PERCENT = 80.0, 90.0
"""Of the data or metadata of a thin pool, and of a snapshot: one that is full stops every volume in it, and metadata
can't be extended any more when it is."""

_PAIR = re.compile(rb"LVM2_([A-Z_]{1,40})='([^']{0,200})'")
_BYTES = re.compile(rb"(\d{1,18})B?")
_HEALTH = {
    "p": ("lacks a physical volume", Severity.CRITICAL),
    "F": ("has failed", Severity.CRITICAL),
    "D": ("is out of data space", Severity.CRITICAL),
    "M": ("has metadata that may only be read", Severity.CRITICAL),
    "X": ("is in an unknown state", Severity.WARNING),
    "r": ("needs a refresh", Severity.WARNING),
    "m": ("has mismatches", Severity.WARNING),
}
"""The ninth letter of a volume's attributes."""

_INVALID = "IS"
"""The fifth letter of a snapshot that lost what it was made for."""

_KINDS = {"t": "thin pool", "V": "thin", "s": "snapshot", "S": "snapshot", "r": "raid", "R": "raid", "m": "mirror",
          "M": "mirror", "C": "cache", "d": "vdo pool", "v": "vdo", "o": "origin", "O": "origin"}  # fmt: skip
_DENIED = ("permission denied", "operation not permitted", "are you root", "requires root")


@dataclass(slots=True)
class _Volume:
    group: str
    name: str
    kind: str
    size: int | None
    data: float | None
    metadata: float | None
    origin: str
    pool: str
    health: str
    is_invalid: bool

    @property
    def fills(self) -> bool:
        """Whether it can run full: a thin volume's percentage is only how much of it was ever written."""
        return self.kind in ("thin pool", "snapshot")


@dataclass(slots=True)
class _Btrfs:
    uuid: str
    label: str
    space: dict[str, tuple[int, int]] = field(default_factory=dict)
    devices: int = 0
    missing: int = 0
    errors: int = 0

    @property
    def name(self) -> str:
        return self.label or self.uuid[:8]


@dataclass(slots=True)
class _Body:
    is_run: bool = False
    lvm: str = ""
    codes: dict[bytes, int] = field(default_factory=dict)
    said: list[bytes] = field(default_factory=list)
    groups: list[dict[str, object]] = field(default_factory=list)
    volumes: list[_Volume] = field(default_factory=list)
    btrfs: list[_Btrfs] = field(default_factory=list)


def parse_volumes(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A critical status for what lacks a disk, has failed or is 90 % full, a warning for a pool or snapshot at 80 %
        and for errors that btrfs counted. Where LVM takes privilege, the document says so and nothing is judged.

    Raises:
        NothingUsable: it is no run of this section.
    """
    found = _read(body)
    if not found.is_run:
        raise NothingUsable("the host does not tell its volumes", "ask it again with R")
    state, text = _lvm_state(found)
    volumes = sorted(found.volumes, key=lambda one: not (one.fills or one.health))[:VOLUMES_LIMIT]
    statuses = [status for group in found.groups for status in _judge_group(group)]
    statuses += [status for volume in volumes for status in _judge_volume(volume)]
    statuses += [status for one in found.btrfs for status in _judge_btrfs(one)]
    if state == "failed":
        statuses.append(Status("lvm", Severity.UNKNOWN, f"LVM does not tell its volumes: {text}"))
    return SectionReading(
        section=SECTION,
        gauges=_gauges(volumes),
        statuses=tuple(statuses),
        document={
            "lvm": state,
            "text": text,
            "groups": found.groups,
            "volumes": [_entry(volume) for volume in volumes],
            "btrfs": [_btrfs_entry(one) for one in found.btrfs],
        },
    )


def _read(body: bytes) -> _Body:
    found = _Body()
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if line == b"volumes read":
            found.is_run = True
        elif word == b"lvm":
            found.lvm = text.decode("ascii", "replace")
        elif word in (b"vgs", b"lvs"):
            _note_lvm(word, text, found)
        elif word == b"btrfs" and len(found.btrfs) < BTRFS_LIMIT:
            uuid, _, label = text.partition(b" ")
            found.btrfs.append(_Btrfs(clean(uuid, 40), clean(label, NAME_LIMIT)))
        elif word in (b"space", b"device") and found.btrfs:
            _note_btrfs(word, text.split(b" ", 24), found.btrfs[-1])
    return found


def _note_lvm(word: bytes, text: bytes, found: _Body) -> None:
    told = dict(_PAIR.findall(text[:2000]))
    if not told:
        kind, _, code = text.partition(b" ")
        number = whole(code) if kind == b"exit" else None
        if number is not None:
            found.codes[word] = min(number, 255)
        elif len(found.said) < 5:
            found.said.append(text)
    elif word == b"vgs" and len(found.groups) < GROUPS_LIMIT:
        found.groups.append(
            {
                "name": clean(told.get(b"VG_NAME", b""), NAME_LIMIT),
                "size": _bytes(told.get(b"VG_SIZE", b"")),
                "free": _bytes(told.get(b"VG_FREE", b"")),
                "missing": min(whole(told.get(b"VG_MISSING_PV_COUNT", b"")) or 0, 9999),
                "volumes": min(whole(told.get(b"LV_COUNT", b"")) or 0, 99_999),
            }
        )
    elif word == b"lvs" and len(found.volumes) < LINES_LIMIT:
        found.volumes.append(_volume(told))


def _volume(told: dict[bytes, bytes]) -> _Volume:
    attributes = clean(told.get(b"LV_ATTR", b""), 16).ljust(10, "-")
    kind = _KINDS.get(attributes[0], "")
    return _Volume(
        group=clean(told.get(b"VG_NAME", b""), NAME_LIMIT),
        name=clean(told.get(b"LV_NAME", b""), NAME_LIMIT),
        kind=kind,
        size=_bytes(told.get(b"LV_SIZE", b"")),
        data=_percent(told.get(b"DATA_PERCENT", b"")),
        metadata=_percent(told.get(b"METADATA_PERCENT", b"")),
        origin=clean(told.get(b"ORIGIN", b""), NAME_LIMIT),
        pool=clean(told.get(b"POOL_LV", b""), NAME_LIMIT),
        health=attributes[8] if attributes[8] in _HEALTH else "",
        is_invalid=kind == "snapshot" and attributes[4] in _INVALID,
    )


def _note_btrfs(word: bytes, fields: list[bytes], one: _Btrfs) -> None:
    if word == b"space" and len(fields) == 3:
        used, total = whole(fields[1]), whole(fields[2])
        if fields[0] in (b"data", b"metadata", b"system") and used is not None and total is not None:
            one.space[fields[0].decode()] = (used, total)
    elif word == b"device" and len(fields) >= 2 and one.devices < DEVICES_LIMIT:
        one.devices += 1
        one.missing += fields[1] == b"1"
        one.errors = min(one.errors + sum(whole(text) or 0 for text in fields[3::2]), 2**53)


def _bytes(text: bytes) -> int | None:
    found = _BYTES.fullmatch(text)
    return int(found[1]) if found else None


def _percent(text: bytes) -> float | None:
    if not re.fullmatch(rb"\d{1,3}(\.\d{1,4})?", text):
        return None
    return min(100.0, float(text))


def _lvm_state(found: _Body) -> tuple[str, str]:
    if found.lvm == "denied":
        return "needs privilege", "LVM tells its volumes to root alone"
    if found.lvm == "none":
        return "none", ""
    if any(found.codes.values()):
        text = next((clean(line.strip(), 160) for line in found.said if line.strip()), "")
        if any(word in text.lower() for word in _DENIED):
            return "needs privilege", text
        timed_out = any(code == 124 or code > 128 for code in found.codes.values())
        return "failed", "no answer within 5 s" if timed_out else text or "it gives no reason"
    return "ok", ""


def _judge_group(group: dict[str, object]) -> list[Status]:
    missing = group["missing"]
    if not missing:
        return []
    plural = "physical volume" if missing == 1 else "physical volumes"
    return [
        Status(f"group {group['name']}", Severity.CRITICAL, f"volume group {group['name']}: {missing} {plural} missing")
    ]


def _judge_volume(volume: _Volume) -> list[Status]:
    name = f"{volume.kind or 'volume'} {volume.group}/{volume.name}"
    if volume.is_invalid:
        return [Status(name, Severity.CRITICAL, f"{name} has run full and is lost")]
    if volume.health:
        text, severity = _HEALTH[volume.health]
        return [Status(name, severity, f"{name} {text}")]
    if not volume.fills:
        return []
    full = max(volume.data or 0.0, volume.metadata or 0.0)
    if full < WARN_PERCENT:
        return []
    parts = [("data", volume.data), ("metadata", volume.metadata)]
    told = ", ".join(f"{word} {value:.0f} % full" for word, value in parts if value is not None)
    return [Status(name, Severity.CRITICAL if full >= CRITICAL_PERCENT else Severity.WARNING, f"{name}: {told}")]


def _judge_btrfs(one: _Btrfs) -> list[Status]:
    name = f"btrfs {one.name}"
    if one.missing:
        devices = "device" if one.missing == 1 else "devices"
        return [Status(name, Severity.CRITICAL, f"{name}: {one.missing} {devices} missing")]
    if one.errors:
        return [Status(name, Severity.WARNING, f"{name}: {one.errors} errors since they were last reset")]
    return []


def _gauges(volumes: list[_Volume]) -> dict[Key, float]:
    gauges: dict[Key, float] = {}
    for volume in volumes:
        if volume.fills and len(gauges) < GROUPS_LIMIT:
            label = clean(f"{volume.group}/{volume.name}", NAME_LIMIT)
            for name, value in (("volume.data", volume.data), ("volume.metadata", volume.metadata)):
                if value is not None:
                    gauges[name, label] = value
    return gauges


def _entry(volume: _Volume) -> dict[str, object]:
    return {
        "group": volume.group,
        "name": volume.name,
        "kind": volume.kind,
        "size": volume.size,
        "data": volume.data,
        "metadata": volume.metadata,
        "origin": volume.origin,
        "pool": volume.pool,
        "text": "has run full and is lost" if volume.is_invalid else _HEALTH[volume.health][0] if volume.health else "",
    }


def _btrfs_entry(one: _Btrfs) -> dict[str, object]:
    told = [
        f"{kind} {format_bytes(used)} of {format_bytes(total)}" for kind, (used, total) in one.space.items() if total
    ]
    return {
        "name": one.name,
        "uuid": one.uuid,
        "devices": one.devices,
        "missing": one.missing,
        "errors": one.errors,
        "used": sum(used for used, _ in one.space.values()),
        "allocated": sum(total for _, total in one.space.values()),
        "text": ", ".join(told),
    }
