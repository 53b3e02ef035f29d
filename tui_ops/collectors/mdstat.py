"""Linux software RAID, as /proc/mdstat tells it."""

import re
from dataclasses import dataclass, field

from tui_ops.model.clean import clean
from tui_ops.model.units import format_duration

DEVICES_LIMIT = 64
"""Devices of one array: twice as many as anyone builds."""

NAME_LIMIT = 64
"""Characters of a name: the kernel allows 31."""

SIZE_LIMIT = 2**63 - 1
"""Bytes: more than any array holds."""

TIME_LIMIT_MIN = 366 * 24 * 60
"""Minutes that a rebuild may still take: a larger number means that it stands still."""

LINE_LIMIT = 4_000
"""Bytes of one line: an array of sixty disks writes two thousand."""

TOLERATED = {"raid0": 0, "linear": 0, "raid4": 1, "raid5": 1, "raid6": 2}
"""Disks that a level can lose. raid1 needs one, and raid10 depends on which."""

_ARRAY = re.compile(rb"(\S+) : (active|inactive)(?: +\([a-z-]+\))?((?: +\S+)*) *", re.ASCII)
_DEVICE = re.compile(rb"(\S+)\[([0-9]{1,5})\]((?:\([A-Z]\))*)", re.ASCII)
_BLOCKS = re.compile(rb" *([0-9]{1,18}) blocks", re.ASCII)
_DISKS = re.compile(rb"\[([0-9]{1,5})/([0-9]{1,5})\] \[([U_]+)\]", re.ASCII)
_WORK = re.compile(rb"(recovery|resync|check|reshape) *= *([0-9]{1,3}(?:\.[0-9]{1,2})?)%", re.ASCII)
_FINISH = re.compile(rb"finish=([0-9]{1,9}(?:\.[0-9]{1,3})?)min", re.ASCII)
_WAITING = re.compile(rb"(recovery|resync|check|reshape) *= *(DELAYED|PENDING|REMOTE)", re.ASCII)
_CONTAINER = re.compile(rb"super external:[a-z]", re.ASCII)
_KIB = 1024


@dataclass(slots=True)
class Device:
    """A part of an array."""

    name: str
    state: str
    """``ok``, ``failed``, ``spare`` or ``rebuilding``."""
    number: int = 0
    """Its number in the array: what came last has the largest."""


@dataclass(slots=True)
class Array:
    """A RAID array or a ZFS pool."""

    name: str
    kind: str
    """``md`` or ``zfs``."""
    state: str
    level: str = ""
    size: int | None = None
    """In bytes."""
    used: int | None = None
    """In bytes; None where only the filesystem on it knows."""
    devices: list[Device] = field(default_factory=list)
    missing: int = 0
    """Disks that should be there and are not, or don't work."""
    progress: float | None = None
    """Percent of the work that is under way."""
    text: str = ""
    is_doubtful: bool = False
    """Whole, but with errors that ask for a look."""


@dataclass(slots=True)
class _Draft:
    """An array in the making."""

    array: Array
    is_container: bool = False
    """Only the frame around other arrays, as some firmware builds it: never active, and nothing is wrong with it."""
    total: int = 0
    up: int = 0
    work: str = ""
    left_s: float | None = None
    waiting: str = ""


def read_mdstat(lines: list[bytes]) -> list[Array]:
    """Return the arrays in the lines of /proc/mdstat, by name. Bytes of any kind give a list."""
    drafts: list[_Draft] = []
    for line in (line[:LINE_LIMIT] for line in lines):
        found = _ARRAY.fullmatch(line)
        if found is not None:
            drafts.append(_Draft(_array(found)))
        elif line[:1] in (b" ", b"\t") and drafts:
            _note(line, drafts[-1])
    for draft in drafts:
        _finish(draft)
    return sorted((draft.array for draft in drafts if not draft.is_container), key=lambda array: array.name)


def _array(found: re.Match[bytes]) -> Array:
    words = found[3].split()
    level = ""
    if words and not _DEVICE.fullmatch(words[0]):
        level = clean(words.pop(0), NAME_LIMIT)
    devices = [device for device in map(_device, words[:DEVICES_LIMIT]) if device is not None]
    return Array(clean(found[1], NAME_LIMIT), "md", found[2].decode("ascii"), level, devices=devices)


def _device(word: bytes) -> Device | None:
    found = _DEVICE.fullmatch(word)
    if found is None:
        return None
    state = "ok"
    if b"(F)" in found[3]:
        state = "failed"
    elif b"(S)" in found[3]:
        state = "spare"
    return Device(clean(found[1], NAME_LIMIT), state, int(found[2]))


def _note(line: bytes, draft: _Draft) -> None:
    """Take one of the indented lines below an array's first."""
    array = draft.array
    blocks = _BLOCKS.match(line)
    if blocks is not None:
        array.size = min(int(blocks[1]) * _KIB, SIZE_LIMIT)
        draft.is_container = array.state == "inactive" and _CONTAINER.search(line) is not None
        disks = _DISKS.search(line)
        if disks is not None:
            draft.total, draft.up = int(disks[1]), int(disks[2])
        return
    work, waiting = _WORK.search(line), _WAITING.search(line)
    if work is not None:
        draft.work = work[1].decode("ascii")
        array.progress = min(float(work[2]), 100.0)
        finish = _FINISH.search(line)
        minutes = float(finish[1]) if finish else None
        draft.left_s = minutes * 60 if minutes is not None and minutes <= TIME_LIMIT_MIN else None
    elif waiting is not None:
        what = {b"DELAYED": "waits for another", b"PENDING": "waits for the first write"}
        draft.waiting = f"{waiting[1].decode('ascii')} {what.get(waiting[2], 'runs on another host')}"


def _finish(draft: _Draft) -> None:
    """Judge an array when all of its lines were seen."""
    array = draft.array
    array.missing = max(0, draft.total - draft.up)
    array.text = _work_text(draft) if draft.work else draft.waiting
    if array.state != "active":
        return
    failed = sum(device.state == "failed" for device in array.devices)
    lost = array.missing or (failed if array.level in ("raid0", "linear") else 0)
    tolerated = draft.total - 1 if array.level == "raid1" else TOLERATED.get(array.level)
    if lost and tolerated is not None and lost > tolerated:
        array.state, array.missing = "failed", lost
    elif draft.work in ("recovery", "resync", "reshape"):
        array.state = "rebuilding"
        _mark_newcomers(array, draft.up)
    elif array.missing:
        array.state = "degraded"
    elif draft.work == "check":
        array.state = "checking"


def _mark_newcomers(array: Array, up: int) -> None:
    """Tell the disks that are being filled from those that work: they came last, so their numbers are the largest."""
    working = sorted((device for device in array.devices if device.state == "ok"), key=lambda device: device.number)
    for device in working[up:] if array.missing else []:
        device.state = "rebuilding"


def _work_text(draft: _Draft) -> str:
    text = f"{draft.work} {draft.array.progress:.1f} %"
    return text if draft.left_s is None else f"{text}, {format_duration(draft.left_s)} left"
