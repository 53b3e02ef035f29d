"""The section ``evidence``: what a host in trouble shows, block by block, as text that a person reads.

It does not come round by itself. It is asked for in three parts, whose bodies are lists of lines::

    run evidence
    now SECONDS, up SECONDS, zone +0100     the host's clock, its uptime, and its zone
    WORD LINE                               a line of what a file or a program of the host says
    whole WORD, broken WORD                 it was told to its end, or not: it failed, took too long or was too much
    none WORD, privilege WORD, late WORD    the host has no such thing, only root may read it, no time was left

Times of logs become UTC, as everywhere, so that lines of several hosts can be laid beside each other.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import real
from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.units import format_bytes

SECTION = "evidence"

LINES_LIMIT = 3_000
"""Lines of one body: more than the probe writes at its own limits."""

BLOCK_LINES = 300
"""Lines of one block that are kept: a journal of 200 lines fits."""

LINE_LIMIT = 400
"""Characters of a line, the time before it not counted."""

LATEST = 253_402_300_000.0
"""Epoch seconds of the last moment that can be written as a date."""

PROCESSES = "processes"
"""The block that is made of two looks at the processes."""

BLOCKS: dict[str, tuple[str, ...]] = {
    "load": ("load",),
    "memory": ("memory",),
    "disks": ("disks", "inodes"),
    "sockets": ("sockets", "connections", "listening"),
    "units": ("units",),
    "journal": ("journal", "errors"),
    "lately": ("lately",),
    "dmesg": ("dmesg",),
    "acts": ("acts",),
    "starts": ("starts",),
    "logins": ("who", "logins"),
    "packages": ("packages",),
}
"""Block to the words of its lines, in the order in which they are shown."""

OPTIONAL = frozenset({"lately", "acts", "starts", "errors"})
"""What is not missed where the host says nothing of it."""

WHY = {
    "privilege": "only root may read it there; logs are open to the group systemd-journal too",
    "late": "no time was left for it: the host answers slowly",
    "broken": "it failed, or took too long",
    "none": "this host has no such thing",
}
"""Why a block is empty, the word that weighs most first."""

EMPTY = "there is nothing to tell"
"""The same where it was read to its end."""

NOTHING_FAILED = "no unit has failed"
"""What the block of units says where all is well."""

_JOURNAL = re.compile(r"(\d{1,12})\.\d{1,9} \S{1,255} (.*)", re.DOTALL)
_KERNEL = re.compile(r"\[ *(\d{1,12})\.\d{1,9}\] (.*)", re.DOTALL)
_DPKG = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (.*)", re.DOTALL)
_RPM = re.compile(r"(\d{1,12}) (\S+) (\S+)")
_ZONE = re.compile(r"([+-])(\d\d)(\d\d)")


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the evidence of a host."""

    name: str
    lines: tuple[str, ...]
    """Cleaned, without ends of lines; secrets are still in them."""
    why: str = ""
    """Why there are none; empty where there are."""
    cut: bool = False
    """Whether there was more than is kept."""


@dataclass(slots=True)
class _Told:
    """The lines of the bodies by word, and how each went."""

    now: float | None = None
    up: float | None = None
    zone: timezone = UTC
    lines: dict[str, list[str]] = field(default_factory=dict)
    went: dict[str, set[str]] = field(default_factory=dict)


def parse_evidence(bodies: Sequence[bytes]) -> list[Block]:
    """Read what the parts of one taking of evidence say.

    Args:
        bodies: of the frames, as the host sent them; those that did not come are left out.

    Returns:
        The blocks in the order of :data:`BLOCKS`.

    Raises:
        NothingUsable: none of them is of this section.
    """
    told = _Told()
    usable = [body for body in bodies if body.startswith(b"run evidence\n")]
    if not usable:
        raise NothingUsable("the host tells nothing of what it does", "take the evidence again")
    for body in usable:
        _sort(body, told)
    made = [_block(name, words, told) for name, words in BLOCKS.items()]
    return [block for block in made if block is not None]


def _sort(body: bytes, told: _Told) -> None:
    for line in body.split(b"\n", LINES_LIMIT)[1:LINES_LIMIT]:
        head, _, rest = line.partition(b" ")
        word = head.decode("ascii", "replace")
        if word == "now":
            told.now = _number(rest, LATEST)
        elif word == "up":
            told.up = _number(rest, LATEST)
        elif word == "zone":
            told.zone = _zone(rest)
        elif word in ("whole", *WHY):
            told.went.setdefault(clean(rest, 20), set()).add(word)
        elif rest.strip():
            lines = told.lines.setdefault(word, [])
            lines.append(rest[: 4 * LINE_LIMIT].decode("utf-8", "replace").expandtabs().rstrip())


def _number(text: bytes, most: float) -> float | None:
    number = real(text)
    return number if number is not None and 0 <= number < most else None


def _zone(text: bytes) -> timezone:
    found = _ZONE.fullmatch(text[:10].decode("ascii", "replace").strip())
    if found is None or int(found[2]) > 15 or int(found[3]) > 59:
        return UTC
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset)


def _block(name: str, words: Iterable[str], told: _Told) -> Block | None:
    """Make one block; None where it is nothing that anybody would miss."""
    make = _READERS.get(name, _plain)
    lines: list[str] = []
    went: set[str] = set()
    cut = False
    for word in words:
        found = told.lines.get(word, [])
        if word == "units":
            found = [line for line in found if " failed " in line]
        if found and lines:
            lines.append("")
        lines += [make(line, told) for line in found[-BLOCK_LINES:]]
        cut = cut or len(found) > BLOCK_LINES or (bool(found) and "broken" in told.went.get(word, set()))
        went |= told.went.get(word, set())
    if lines:
        return Block(name, tuple(lines), cut=cut)
    if not went:
        return None if name in OPTIONAL else Block(name, (), WHY["broken"])
    if name == "units" and "whole" in went:
        return Block(name, (NOTHING_FAILED,))
    why = next((WHY[word] for word in WHY if word in went), "")
    if name in OPTIONAL and not why:
        return None
    return Block(name, (), why or EMPTY)


def _plain(line: str, _told: _Told) -> str:
    return clean(line, LINE_LIMIT)


def _file(line: str, _told: _Told) -> str:
    """Return a line of ``grep -H`` without the folder of the kernel's files."""
    return clean(line.removeprefix("/proc/").replace(":", ": ", 1) if line.startswith("/proc/") else line, LINE_LIMIT)


def _log(line: str, _told: _Told) -> str:
    """Return a line of the journal; one of a log file stays as it is."""
    found = _JOURNAL.fullmatch(line)
    return clean(line, LINE_LIMIT) if found is None else _at(float(found[1]), found[2])


def _kernel(line: str, told: _Told) -> str:
    """Return a line of the kernel's log, whose clock counts from the boot."""
    found = _KERNEL.fullmatch(line)
    if found is None or told.now is None or told.up is None:
        return _log(line, told)
    return _at(told.now - told.up + float(found[1]), found[2])


def _package(line: str, told: _Told) -> str:
    """Return a line of dpkg's log, in the host's own zone, or one of rpm's list."""
    found = _RPM.fullmatch(line)
    if found is not None:
        return _at(float(found[1]), f"install {found[2]} {found[3]}")
    found = _DPKG.fullmatch(line)
    if found is None:
        return clean(line, LINE_LIMIT)
    try:
        at = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=told.zone).timestamp()
    except (ValueError, OverflowError):
        return clean(line, LINE_LIMIT)
    return _at(at, found[2])


def _at(at: float, text: str) -> str:
    """Return a text behind its time in UTC."""
    return f"{iso(at)} {clean(text, LINE_LIMIT)}" if 0 <= at < LATEST else clean(text, LINE_LIMIT)


_READERS: dict[str, Callable[[str, _Told], str]] = {
    "load": _file, "journal": _log, "lately": _log, "acts": _log, "starts": _log, "dmesg": _kernel,
    "packages": _package,
}  # fmt: skip


def processes_block(document: dict[str, object]) -> Block:
    """Return the busiest and largest processes as text.

    Args:
        document: the *top* document, as :func:`tui_ops.collectors.processes.derive_top` makes it.
    """
    rows = document.get("top")
    over_s = document.get("over_s")
    first = (
        f"{document.get('count')} processes, CPU over {over_s} s" if over_s else f"{document.get('count')} processes"
    )
    lines = [first, f"{'PID':>7} {'USER':<12} {'S':1} {'CPU %':>7} {'MEMORY':>10} {'THREADS':>7}  COMMAND"]
    for row in rows if isinstance(rows, list) else ():
        cpu = "–" if row["cpu"] is None else f"{row['cpu']:.1f}"
        lines.append(
            f"{row['pid']:>7} {row['user'] or '–':<12} {row['state']:1} {cpu:>7} {format_bytes(row['rss']):>10}"
            f" {row['threads']:>7}  {row['command'] or row['name']}"
        )
    return Block(PROCESSES, tuple(clean(line, LINE_LIMIT) for line in lines))


def failed_units(blocks: Iterable[Block]) -> dict[str, str]:
    """Return the units that the block of units names, each with its state."""
    found = {}
    for block in blocks:
        for line in block.lines if block.name == "units" else ():
            fields = line.lstrip("●*× ").split()
            if len(fields) >= 4 and "." in fields[0]:
                found[fields[0]] = fields[2]
    return found
