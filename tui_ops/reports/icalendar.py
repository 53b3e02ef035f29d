"""The calendar of changes, windows and freezes as iCalendar (RFC 5545), for the calendars that people have already.

A thing keeps its UID however often it is written; of a change ``SEQUENCE`` grows with its revision, so that a calendar
that is subscribed takes the newer one. Windows and freezes that recur are written one by one, in UTC: what the days
that jump do to them is worked out here, and no calendar has to know a zone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from tui_ops import __version__
from tui_ops.model.changes import ChangeState
from tui_ops.model.changing import ChangingSpec, Window
from tui_ops.model.clean import clean
from tui_ops.practices.changes.calendar import openings
from tui_ops.practices.changes.conflicts import time_of
from tui_ops.store.views.changerows import ChangeRow, FreezeRow

FOLD_OCTETS = 75
"""Octets of a line, without its end (RFC 5545, 3.1)."""

TEXT_LIMIT = 1000
"""Characters of a text: a paragraph."""

HOSTS_SHOWN = 20
"""Hosts that a description names; the count says how many more."""

REFRESH = "PT15M"
"""How often a subscribed calendar may ask: a plan that moves is known in time, and nobody is flooded."""

STATUS = {
    ChangeState.DRAFT: "TENTATIVE",
    ChangeState.SUBMITTED: "TENTATIVE",
    ChangeState.CANCELLED: "CANCELLED",
}
"""What is only wished for is tentative; everything else happens, or did."""

_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Calendar:
    """What goes into a calendar."""

    fleet: str
    changes: Sequence[ChangeRow]
    freezes: Sequence[FreezeRow]
    spec: ChangingSpec
    begin: float
    """From when on, epoch seconds."""
    end: float
    at: float
    """The moment of writing, epoch seconds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a calendar."""

    uid: str
    """Without the fleet, which is added."""
    begin: float
    end: float
    summary: str
    description: str = ""
    category: str = ""
    status: str = "CONFIRMED"
    sequence: int = 0
    busy: bool = True
    """Whether the time of who subscribes is taken by it."""


def icalendar(calendar: Calendar) -> str:
    """Return a calendar as text with CRLF at the end of each line, UTF-8 when it is written."""
    return "".join(f"{part}\r\n" for line in _lines(calendar) for part in fold(line))


def entries(calendar: Calendar) -> list[Entry]:
    """Return what a calendar holds in its time, the first first."""
    found = [*_changes(calendar), *_made(calendar), *_windows(calendar)]
    inside = [one for one in found if one.begin < calendar.end and calendar.begin < one.end]
    return sorted(inside, key=lambda one: (one.begin, one.uid))


def fold(line: str) -> Iterator[str]:
    """Yield a content line in pieces of at most 75 octets, each but the first with a space before it; no character is
    cut in two.
    """
    piece, size = "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > FOLD_OCTETS:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + octets
    yield piece


def escaped(text: str) -> str:
    """Return a text as a TEXT value: one line, with what has a meaning there escaped."""
    return "\n".join(clean(part, TEXT_LIMIT) for part in text.split("\n")).translate(_ESCAPES)


def utc(at: float) -> str:
    """Return a moment as a date with UTC time."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y%m%dT%H%M%SZ")


def _lines(calendar: Calendar) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:-//tui-ops//{escaped(__version__)}//EN"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield f"X-WR-CALNAME:{escaped(f'Changes of {calendar.fleet}')}"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"
    for entry in entries(calendar):
        yield from _event(entry, calendar)
    yield "END:VCALENDAR"


def _event(entry: Entry, calendar: Calendar) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}@{_digest(calendar.fleet)}.tui-ops.invalid"
    yield f"DTSTAMP:{utc(calendar.at)}"
    yield f"DTSTART:{utc(entry.begin)}"
    yield f"DTEND:{utc(entry.end)}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"STATUS:{entry.status}"
    yield f"SUMMARY:{escaped(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{escaped(entry.description)}"
    yield f"CATEGORIES:{escaped(entry.category)}"
    yield f"TRANSP:{'OPAQUE' if entry.busy else 'TRANSPARENT'}"
    yield "END:VEVENT"


def _digest(text: str) -> str:
    """Return a name for a text that holds nothing but letters and digits."""
    return sha256(text.encode()).hexdigest()[:12]


def _changes(calendar: Calendar) -> Iterator[Entry]:
    for row in calendar.changes:
        starts = row.began_at if row.began_at is not None else row.starts_at
        if starts is None:
            continue
        begin, end = time_of(starts, row.ended_at if row.ended_at is not None else row.ends_at, calendar.at)
        yield Entry(
            row.name, begin, end, f"{row.name} {row.title}", "\n".join(_told(row)), f"change {row.kind}",
            STATUS.get(row.state, "CONFIRMED"), row.revision,
        )  # fmt: skip


def _told(row: ChangeRow) -> Iterator[str]:
    who = f"; {row.implementer} carries it out" if row.implementer and row.implementer != row.owner else ""
    yield f"{row.kind}, {row.outcome or row.state}; {row.owner} looks after it{who}"
    if row.reason:
        yield row.reason
    if row.risk is not None:
        yield f"risk {row.risk} of 100"
    more = f" and {len(row.hosts) - HOSTS_SHOWN} more" if len(row.hosts) > HOSTS_SHOWN else ""
    if row.hosts:
        yield f"hosts: {', '.join(row.hosts[:HOSTS_SHOWN])}{more}"
    for conflict in row.conflicts:
        yield f"conflict: {conflict.said}"


def _made(calendar: Calendar) -> Iterator[Entry]:
    for row in calendar.freezes:
        if row.proposed:
            status = "TENTATIVE"
        else:
            status = "CANCELLED" if row.ended_at is not None and row.ended_at <= row.begins_at else "CONFIRMED"
        end = row.ended_at if row.ended_at is not None and row.ended_at > row.begins_at else row.ends_at
        what = ", ".join(row.matcher) or "every host"
        said = [f"no changes on {what}", *([row.reason] if row.reason else [])]
        yield Entry(
            row.name, row.begins_at, end, f"freeze: {row.title}", "\n".join(said), "freeze", status, row.revision, False
        )


def _windows(calendar: Calendar) -> Iterator[Entry]:
    spec = calendar.spec
    for window in spec.windows:
        kind = "freeze" if window.freeze else "window"
        name = _digest(f"{kind} {window.name}")
        for begin, end in openings(window, calendar.begin, calendar.end, spec.holidays, spec.timezone):
            yield Entry(
                f"{name}-{int(begin)}", begin, end, f"{kind}: {window.name}", "\n".join(_of_window(window)), kind,
                busy=False,
            )  # fmt: skip


def _of_window(window: Window) -> Iterator[str]:
    if window.reason:
        yield window.reason
    hosts = sorted(window.hosts)
    more = f" and {len(hosts) - HOSTS_SHOWN} more" if len(hosts) > HOSTS_SHOWN else ""
    yield f"hosts: {', '.join(hosts[:HOSTS_SHOWN])}{more}" if hosts else "every host"
