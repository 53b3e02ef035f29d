"""The section ``filesystems``: space and inodes of what is mounted, and network mounts that hang.

The body is a list of lines, each beginning with a word that says what it is::

    table mountinfo             which mount table follows
    mountinfo LINE              one mount, as the kernel tells it (``mounts LINE`` where the kernel is older)
    local MOUNT                 looked at by the jobs k (space) and i (inodes), in this order
    job nI MOUNT                looked at by a job of its own
    skipped MOUNT               not looked at, there were too many
    df LINE                     one line of df where there is no mount table (``table df``)
    JOB - TEXT                  one line of what df said in a job
    hanging MOUNT|k|i PID AGE   a look that has not returned, with its process and its age in seconds

Mounts are in the kernel's spelling, blanks and backslashes as ``\\ooo``.
"""

import re
from dataclasses import dataclass, field

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.posix import df_rows
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.metrics import Key
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity
from tui_ops.model.units import format_duration

SECTION = "filesystems"

ROW_LIMIT = 9000
"""Bytes of one row of df: two paths of the longest kind that Linux has, and the numbers."""

PROCESS_LIMIT = 2**22
"""The largest process id that Linux gives."""

AGE_LIMIT_S = 10 * 366 * 86400
"""Seconds that a look can have hung: no machine runs longer."""

COMPLAINTS_LIMIT = 64
"""Complaints of df that are looked through for each mount: a host has a handful, a hostile one any number."""

MOUNTS_LIMIT = 300
"""Filesystems of one host that are kept: more than the probe looks at."""

LINES_LIMIT = 5_000
"""Lines of one body: ten times as many as the probe writes at its own limits."""

LABEL_LIMIT = 120
"""Characters of a mount or device: paths of Kubernetes volumes have a hundred."""

_OCTAL = re.compile(rb"\\([0-3][0-7][0-7])", re.ASCII)
_CONTROLS = bytes(range(0x20)) + b"\x7f"
_HIDDEN = bytes.maketrans(_CONTROLS, b"?" * len(_CONTROLS))
_KIB = 1024
_DENIED = "permission denied"


@dataclass(slots=True)
class _Usage:
    """One row of df: total, used and available, in its own unit."""

    total: int
    used: int
    available: int

    @property
    def percent(self) -> float | None:
        """As df counts: of what an ordinary user can reach."""
        reach = self.used + self.available
        return self.used / reach * 100 if reach else None


@dataclass(slots=True)
class _Mount:
    path: bytes
    device: bytes
    type: bytes
    options: bytes
    state: str = "unknown"
    """``ok``, ``hanging``, ``failed``, ``needs privilege`` or ``unknown`` (it was not looked at)."""
    text: str = ""
    is_local: bool = False
    space: _Usage | None = None
    inodes: _Usage | None = None

    @property
    def label(self) -> str:
        return clean(self.path, LABEL_LIMIT)


@dataclass(slots=True)
class _Body:
    """The body's lines, sorted by what they are."""

    has_table: bool = False
    mounts: dict[bytes, _Mount] = field(default_factory=dict)
    """By path, decoded. The last one of a path is the one that is seen there."""
    locals: list[bytes] = field(default_factory=list)
    jobs: dict[bytes, bytes] = field(default_factory=dict)
    skipped: list[bytes] = field(default_factory=list)
    said: dict[bytes, list[bytes]] = field(default_factory=dict)
    hanging: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    rows: list[bytes] = field(default_factory=list)
    """Of df, where there is no mount table."""


def parse_filesystems(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        Gauges ``fs.*`` for every filesystem that answered; a critical status for every one that hangs; a document
        with one entry a filesystem.

    Raises:
        NothingUsable: the host has no mount table, or it is not a run of this section.
    """
    found = _read(body)
    if not found.has_table:
        raise NothingUsable("the host does not tell its mounts", "look whether /proc is mounted and readable there")
    for device, path, total, used, available in df_rows(found.rows, MOUNTS_LIMIT):
        space = _Usage(total, used, available)
        found.mounts[path] = _Mount(path, device, b"", b"", "ok", is_local=True, space=space)
    _judge_locals(found)
    _judge_networks(found)
    mounts = sorted(found.mounts.values(), key=lambda mount: mount.path)[:MOUNTS_LIMIT]
    gauges: dict[Key, float] = {}
    for mount in mounts:
        gauges.update(_gauges(mount))
    return SectionReading(
        section=SECTION,
        gauges=gauges,
        statuses=tuple(_statuses(mounts, found)),
        document={"filesystems": [_entry(mount) for mount in mounts]},
    )


def fullest(gauges: dict[Key, float]) -> float | None:
    """Return the use of the fullest filesystem in percent: the headline value ``disk``; None without any."""
    worst: float | None = None
    for (name, label), used in gauges.items():
        if name != "fs.used":
            continue
        reach = used + gauges.get(("fs.available", label), 0.0)
        if reach > 0:
            worst = max(worst or 0.0, used / reach * 100)
    return worst


def _decode(word: bytes) -> bytes:
    return _OCTAL.sub(lambda found: bytes([int(found[1], 8)]), word)


def _read(body: bytes) -> _Body:
    found = _Body()
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if word == b"table":
            found.has_table = text in (b"mountinfo", b"mounts", b"df")
        elif word in (b"mountinfo", b"mounts"):
            mount = _mount(text, word == b"mountinfo")
            if mount is not None and len(found.mounts) < MOUNTS_LIMIT:
                found.mounts[mount.path] = mount
        elif word == b"df":
            found.rows.append(text[:ROW_LIMIT])
        elif word == b"local":
            found.locals.append(_decode(text))
        elif word == b"job":
            job, _, path = text.partition(b" ")
            found.jobs[job] = _decode(path)
        elif word == b"skipped":
            found.skipped.append(_decode(text))
        elif word == b"hanging":
            _note_hanging(text, found)
        elif text.startswith(b"- "):
            found.said.setdefault(word, []).append(text[2:])
    return found


def _mount(line: bytes, is_mountinfo: bool) -> _Mount | None:
    fields = line.split(b" ")
    if not is_mountinfo:
        return _Mount(_decode(fields[1]), _decode(fields[0]), fields[2], fields[3]) if len(fields) > 3 else None
    try:
        dash = fields.index(b"-", 6)
        return _Mount(_decode(fields[4]), _decode(fields[dash + 2]), fields[dash + 1], fields[5])
    except (ValueError, IndexError):
        return None


def _note_hanging(text: bytes, found: _Body) -> None:
    fields = text.split(b" ")
    if len(fields) == 3:
        process, age_s = whole(fields[1]) or 0, whole(fields[2]) or 0
        found.hanging[_decode(fields[0])] = (min(process, PROCESS_LIMIT), min(age_s, AGE_LIMIT_S))


def _row(line: bytes) -> tuple[_Usage, bytes] | None:
    """Read one row of ``df -P``: a name that may hold blanks, three numbers, a percentage, a path."""
    if len(line) > ROW_LIMIT:
        return None
    fields = line.translate(_HIDDEN).split()
    for at in range(1, len(fields) - 4):
        if fields[at + 3].endswith((b"%", b"-")):
            total, used, available = (whole(text.lstrip(b"-")) for text in fields[at : at + 3])
            if total is not None and used is not None and available is not None:
                # An available below zero is space reserved for root that is in use.
                is_negative = fields[at + 2].startswith(b"-")
                return _Usage(total, used, 0 if is_negative else available), b" ".join(fields[at + 4 :])
    return None


def _rows(lines: list[bytes], paths: list[bytes]) -> dict[bytes, _Usage]:
    """Assign the rows of one df to the paths that it was asked for: same order, but a path may have failed."""
    rows = [row for row in map(_row, lines) if row is not None]
    if len(rows) == len(paths):
        return {path: usage for path, (usage, _) in zip(paths, rows, strict=True)}
    assigned: dict[bytes, _Usage] = {}
    left = iter(paths)
    for usage, name in rows:
        for path in left:
            if b" ".join(path.translate(_HIDDEN).split()) == name:
                assigned[path] = usage
                break
    return assigned


def _complaint(lines: list[bytes], path: bytes | None = None) -> str:
    """Return what df complained of, without the names before it."""
    shown = b"" if path is None else path.translate(_HIDDEN)
    for line in [line for line in lines if line.startswith(b"df:")][:COMPLAINTS_LIMIT]:
        if path is None or shown in line:
            return clean(line.rpartition(b": ")[2], LABEL_LIMIT)
    return ""


def _fail(mount: _Mount, complaint: str) -> None:
    mount.text = complaint
    mount.state = "needs privilege" if _DENIED in complaint.lower() else "failed"


def _judge_locals(found: _Body) -> None:
    space = _rows(found.said.get(b"k", []), found.locals)
    inodes = _rows(found.said.get(b"i", []), found.locals)
    for path in list(dict.fromkeys(found.locals))[:MOUNTS_LIMIT]:
        mount = found.mounts.get(path)
        if mount is None:
            continue
        mount.is_local = True
        mount.space, mount.inodes = space.get(path), inodes.get(path)
        if mount.space is not None:
            mount.state = "ok"
        elif b"k" in found.hanging:
            mount.state = "hanging"
        else:
            _fail(mount, _complaint(found.said.get(b"k", []), path))


def _judge_networks(found: _Body) -> None:
    for job, path in found.jobs.items():
        mount = found.mounts.get(path)
        if mount is None:
            continue
        lines = found.said.get(job, [])
        rows = [row for row in map(_row, lines) if row is not None]
        if rows:
            mount.state, mount.space = "ok", rows[0][0]
        else:
            _fail(mount, _complaint(lines))
    for path in found.hanging:
        mount = found.mounts.get(path)
        if mount is not None:
            mount.state = "hanging"


def _gauges(mount: _Mount) -> dict[Key, float]:
    label = mount.label
    gauges: dict[Key, float] = {}
    if mount.space is not None and mount.space.total:
        gauges["fs.size", label] = float(mount.space.total * _KIB)
        gauges["fs.used", label] = float(mount.space.used * _KIB)
        gauges["fs.available", label] = float(mount.space.available * _KIB)
    if mount.inodes is not None and mount.inodes.total:
        gauges["fs.inodes", label] = float(mount.inodes.total)
        gauges["fs.inodes_used", label] = float(mount.inodes.used)
    return gauges


def _statuses(mounts: list[_Mount], found: _Body) -> list[Status]:
    statuses = []
    if b"k" in found.hanging:
        statuses.append(_hanging("local filesystems", found.hanging[b"k"]))
    for mount in mounts:
        if mount.state == "hanging" and mount.path in found.hanging:
            statuses.append(_hanging(mount.label, found.hanging[mount.path]))
        elif mount.state == "failed":
            severity = Severity.UNKNOWN if mount.is_local else Severity.CRITICAL
            statuses.append(Status(mount.label, severity, mount.text or "df says nothing of it"))
    return statuses


def _hanging(subject: str, look: tuple[int, int]) -> Status:
    pid, age = look
    return Status(subject, Severity.CRITICAL, f"hanging: no answer for {format_duration(age)}, process {pid} waits")


def _entry(mount: _Mount) -> dict[str, object]:
    space, inodes = mount.space, mount.inodes
    return {
        "mount": mount.label,
        "device": clean(mount.device, LABEL_LIMIT),
        "type": clean(mount.type, LABEL_LIMIT),
        "options": clean(mount.options, LABEL_LIMIT),
        "size": space.total * _KIB if space else None,
        "used": space.used * _KIB if space else None,
        "available": space.available * _KIB if space else None,
        "percent": round(space.percent, 1) if space and space.percent is not None else None,
        "inodes_percent": round(inodes.percent, 1) if inodes and inodes.percent is not None else None,
        "state": mount.state,
        "text": mount.text,
    }
