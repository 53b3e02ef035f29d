"""ZFS pools, as the kernel, ``zpool list`` and ``zpool status -x`` tell them."""

import re
from dataclasses import dataclass, field

from tui_ops.collectors.mdstat import DEVICES_LIMIT, Array, Device
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean

POOLS_LIMIT = 64
"""Pools of one host: large file servers have a handful."""

NAME_LIMIT = 64
"""Characters of a pool or a disk: ids of disks have fifty."""

TEXT_LIMIT = 160
"""Characters of what zpool says of a pool: its sentences have a hundred."""

HEALTHS = frozenset({"ONLINE", "DEGRADED", "FAULTED", "OFFLINE", "UNAVAIL", "REMOVED", "SUSPENDED"})
"""The words of ZFS for a pool and its parts."""

TIMED_OUT = frozenset({b"124", b"137", b"143"})
"""Codes with which a command ends that had to be ended."""

SILENT = "zpool gives no answer: a pool may be suspended"
"""What is said then."""

_PART = re.compile(rb"[ \t]*(\S+)[ \t]+([A-Z]{2,12})(?:[ \t].*)?", re.ASCII)
_FIELD = re.compile(rb" *(pool|state|status|action|scan|see|config|errors): *(.*)", re.ASCII)
_DONE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)% done", re.ASCII)
_TO_GO = re.compile(r"([0-9][0-9a-z: ]{0,30}) to go", re.ASCII)
_GROUP = re.compile(r"(mirror|raidz[1-3]?|draid[1-3]?)(?:[-:].*)?", re.ASCII)
_NOT_DISKS = ("replacing-", "spare-")
_DENIED = "permission denied"


@dataclass(slots=True)
class _Said:
    """What ``zpool status`` says of one pool."""

    texts: dict[str, str] = field(default_factory=dict)
    """By field: ``status`` and ``scan``, each of which may take several lines."""
    parts: list[tuple[str, str]] = field(default_factory=list)
    """Names and states of what the pool is made of, with groups of disks among the disks."""


@dataclass(slots=True)
class Pools:
    """The pools of a host in the making, line by line."""

    complaint: str = ""
    """What stands in the way of reading them, empty where nothing does."""
    is_silent: bool = False
    """Whether zpool had to be ended."""
    _found: dict[str, Array] = field(default_factory=dict)
    _said: dict[str, _Said] = field(default_factory=dict)
    _pool: str = ""
    _field: str = ""

    def note_state(self, text: bytes) -> None:
        """Take ``STATE NAME``, from the kernel."""
        state, _, name = text.partition(b" ")
        if name:
            self._add(name, state)

    def note_list(self, text: bytes) -> None:
        """Take a line of ``zpool list -Hp -o name,size,allocated,free,health``."""
        fields = text.split(b"\t")
        if len(fields) == 5:
            pool = self._add(fields[0], fields[4])
            if pool is not None:
                pool.size, pool.used = whole(fields[1]), whole(fields[2])
            return
        word, _, code = text.partition(b" ")
        if word == b"exit":
            self.is_silent = code in TIMED_OUT
            if self.is_silent:
                self.complaint = SILENT
        elif _DENIED in clean(text).lower():
            self.complaint = "needs privilege"

    def note_status(self, text: bytes) -> None:
        """Take a line of ``zpool status -x``."""
        found = _FIELD.fullmatch(text)
        if found is not None:
            self._field, value = found[1].decode("ascii"), clean(found[2].strip(), TEXT_LIMIT)
            if self._field == "pool":
                self._pool = clean(found[2].strip(), NAME_LIMIT)
                if len(self._said) < POOLS_LIMIT:
                    self._said.setdefault(self._pool, _Said())
        else:
            value = clean(text.strip(), TEXT_LIMIT)
        said = self._said.get(self._pool)
        if said is None:
            return
        if self._field in ("status", "scan"):
            said.texts[self._field] = f"{said.texts.get(self._field, '')} {value}".strip()[: 2 * TEXT_LIMIT]
        elif self._field == "config":
            self._note_part(text, said)

    def arrays(self) -> list[Array]:
        """Return what was found, by name."""
        for name, said in self._said.items():
            pool = self._found.get(name)
            if pool is not None:
                _complete(pool, said)
        if any(pool.state == "SUSPENDED" for pool in self._found.values()):
            self.complaint = self.complaint or "zpool was not asked: it would wait for the suspended pool"
        return sorted(self._found.values(), key=lambda pool: pool.name)

    def _add(self, name: bytes, state: bytes) -> Array | None:
        label, health = clean(name, NAME_LIMIT), clean(state, NAME_LIMIT)
        if health not in HEALTHS:
            health = "UNKNOWN"
        if label not in self._found and len(self._found) >= POOLS_LIMIT:
            return None
        pool = self._found.setdefault(label, Array(label, "zfs", health))
        pool.state = health
        return pool

    def _note_part(self, text: bytes, said: _Said) -> None:
        found = _PART.fullmatch(text)
        if found is not None and found[1] != b"NAME" and len(said.parts) < 2 * DEVICES_LIMIT:
            state = "rebuilding" if b"(resilvering)" in text else _device_state(found[2])
            said.parts.append((clean(found[1], NAME_LIMIT), state))


def _complete(pool: Array, said: _Said) -> None:
    """Add to a pool what ``zpool status`` says of it, which it does only of those that are not well."""
    for name, state in said.parts:
        group = _GROUP.fullmatch(name)
        if group is not None:
            pool.level = pool.level or group[1]
        elif name != pool.name and not name.startswith(_NOT_DISKS) and len(pool.devices) < DEVICES_LIMIT:
            pool.devices.append(Device(name, state))
    pool.missing = sum(device.state == "failed" for device in pool.devices)
    sentence, scan = said.texts.get("status", "").split(". ")[0].rstrip("."), said.texts.get("scan", "")
    done = _DONE.search(scan)
    pool.is_doubtful = pool.state == "ONLINE" and ("error" in sentence or "corrupt" in sentence)
    pool.text = clean(sentence, TEXT_LIMIT)
    if done is not None:
        pool.progress = min(float(done[1]), 100.0)
        work, to_go = "resilver" if "resilver" in scan else "scrub", _TO_GO.search(scan)
        pool.text = f"{work} {pool.progress:.1f} %" + (f", {to_go[1]} left" if to_go else "")
        pool.is_doubtful |= pool.state == "ONLINE" and work == "resilver"


def _device_state(state: bytes) -> str:
    return {b"ONLINE": "ok", b"AVAIL": "spare", b"INUSE": "spare"}.get(state, "failed")
