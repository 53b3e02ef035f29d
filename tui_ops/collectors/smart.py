"""The section ``smart``: what the disks say of their own health.

The body is a list of lines, each beginning with a word that says what it is::

    state read|none             whether the host has smartctl
    smart DEVICE TYPE JSON      what smartctl says of one disk, on one line; TYPE is ``-`` where it finds out itself
    skipped DEVICE TYPE         a disk that was not asked, since the time was over

A serial number is in what comes from the host, and is not kept.
"""

import json
import re
from dataclasses import dataclass

from tui_ops.collectors.diskhealth import Health, read_health
from tui_ops.collectors.errors import NothingUsable
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

SECTION = "smart"

DISKS_LIMIT = 48
"""Disks of one host that are kept: as many as the probe asks."""

LINES_LIMIT = 300
"""Lines of one body: the probe writes at most one a disk."""

NAME_LIMIT = 64
"""Characters of a device: controllers spell theirs with a type of twenty."""

JSON_LIMIT = 64_000
"""Bytes of one disk's answer: the probe passes on 20,000."""

WORN_PERCENT = 90.0
"""Of a disk's rated life: time to order another one."""

NEEDS_PRIVILEGE = "needs privilege"
"""The text of a disk that this user may not ask, and the state of a host where that holds for all of them."""

TOO_OLD = "smartctl is older than 7.0: it can't write JSON"
"""The state's text where smartctl answers, but in no way that can be read."""

_DEVICE = re.compile(rb"/dev/[A-Za-z0-9/_-]{1,120}", re.ASCII)
_OLD = re.compile(rb"^smartctl [0-6]\.|UNRECOGNIZED OPTION: j", re.ASCII)
_DENIED = re.compile(r"permission denied|operation not permitted|requires? (?:root|superuser)", re.IGNORECASE)
_ASLEEP = re.compile(r"\bin (?:STANDBY|SLEEP)\b", re.ASCII)


@dataclass(slots=True)
class _Disk:
    device: str
    health: Health


def parse_smart(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A critical status for every disk that says it is failing, a warning for sectors that can't be read and for
        flash that is nearly worn out; a document with one entry a disk.

    Raises:
        NothingUsable: it is not a run of this section.
    """
    disks: dict[str, _Disk] = {}
    state, is_old = "", False
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if line in (b"state read", b"state none"):
            state = text.decode("ascii")
        elif word in (b"smart", b"skipped"):
            fields = text.split(b" ", 2)
            device = _device(fields)
            if device and len(disks) < DISKS_LIMIT:
                answer = fields[2] if len(fields) > 2 else b""
                health = Health(text="not asked: the time was over") if word == b"skipped" else _health(answer)
                disks[device] = _Disk(device, health)
                is_old = is_old or _OLD.search(answer[:1000]) is not None
    if not state:
        raise NothingUsable("the host does not tell of its disks' health", "ask it again with R")
    found = list(disks.values())
    document = _state(state, is_old, found)
    document["disks"] = [] if is_old else [_entry(disk) for disk in found]
    return SectionReading(
        section=SECTION,
        statuses=tuple(status for disk in found for status in _judge(disk)),
        document=document,
    )


def _device(fields: list[bytes]) -> str:
    """Return the name of a disk, with its type where several share a device; empty for anything else."""
    if len(fields) < 2 or not _DEVICE.fullmatch(fields[0]):
        return ""
    name, kind = clean(fields[0], NAME_LIMIT), clean(fields[1], NAME_LIMIT)
    return f"{name} {kind}" if "," in kind else name


def _health(answer: bytes) -> Health:
    """Read what smartctl says of one disk. Bytes of any kind give a health, if only one with a text."""
    if not answer.strip():
        return Health(text="no answer in time")
    try:
        said = json.loads(answer[:JSON_LIMIT])
    except (ValueError, RecursionError):
        return Health(text="smartctl's answer can't be read")
    health = read_health(said)
    if health.is_told or not health.messages:
        return health
    if any(_ASLEEP.search(message) for message in health.messages):
        health.text = "asleep"
    elif any(_DENIED.search(message) for message in health.messages):
        health.text = NEEDS_PRIVILEGE
    else:
        health.text = health.messages[0]
    return health


def _state(state: str, is_old: bool, disks: list[_Disk]) -> dict[str, object]:
    if is_old:
        return {"state": "failed", "text": TOO_OLD}
    if state == "none":
        return {"state": "none", "text": "the host has no smartctl"}
    if not disks:
        return {"state": "none", "text": "smartctl finds no disk"}
    if all(disk.health.text == NEEDS_PRIVILEGE for disk in disks):
        return {"state": NEEDS_PRIVILEGE, "text": "only root may ask the disks"}
    return {"state": "ok", "text": ""}


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _judge(disk: _Disk) -> list[Status]:
    health = disk.health
    if health.passed is False:
        text = f"disk {disk.device} says that it is failing"
        return [Status(disk.device, Severity.CRITICAL, f"{text}: {health.text}" if health.text else text)]
    said = []
    if health.pending:
        said.append(_count(health.pending, "sector") + " pending")
    if health.uncorrectable:
        said.append(_count(health.uncorrectable, "uncorrectable error"))
    if health.wear is not None and health.wear >= WORN_PERCENT:
        said.append(f"{health.wear} % of its life used")
    return [Status(disk.device, Severity.WARNING, f"disk {disk.device}: {', '.join(said)}")] if said else []


def _entry(disk: _Disk) -> dict[str, object]:
    health = disk.health
    return {
        "device": disk.device,
        "model": health.model,
        "passed": health.passed,
        "temperature": health.temperature,
        "hours": health.hours,
        "reallocated": health.reallocated,
        "pending": health.pending,
        "uncorrectable": health.uncorrectable,
        "wear": health.wear,
        "text": health.text,
    }
