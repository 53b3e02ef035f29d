"""The panels of a host: each turns a page of the store into lines, and says which nothing it shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tui_ops.model.clock import Stamp, local_time
from tui_ops.model.states import HostState, Severity, sign_of
from tui_ops.model.units import format_age, format_duration
from tui_ops.store.views.rows import EventRow, HostPage, HostRow, KeyRow, SectionRow
from tui_ops.ui.cells import fit, safe, width_of
from tui_ops.ui.columns import Look, age_text
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, Span, cut_line, line, line_width, sign_span, spread

LABEL = 10
"""Cells of a label at the left of a panel's line."""

SEVERITY_INK = {
    Severity.OK: Ink.TEXT,
    Severity.WARNING: Ink.WARN,
    Severity.CRITICAL: Ink.BAD,
    Severity.UNKNOWN: Ink.DIM,
}

URGENCY = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.UNKNOWN: 2, Severity.OK: 3}
"""In which order judgements are looked at."""

STALE_PERIODS = 1.5
"""A section older than this many of its periods shows its age."""

EVENTS_ON_PAGE = 8
"""Events beside the other panels; the filled screen shows all."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pen:
    """What a panel draws with."""

    width: int
    look: Look
    present: Stamp
    whole: bool = False
    """Whether the panel fills the screen, and shows all it has."""
    spare: int = 0
    """Further rows that a panel may have, where the screen has room for all."""

    def few(self, rows: Sequence[T], most: int) -> Sequence[T]:
        """Return as many rows as the panel has room for: all where it fills the screen, at most so many elsewhere."""
        most += self.spare
        return rows if self.whole or len(rows) <= most else rows[:most]

    def more(self, rows: Sequence[T], shown: Sequence[T]) -> list[Line]:
        """Return a line that says how many rows were left out; nothing where none was."""
        left = len(rows) - len(shown)
        return [line((f"{left} more", Ink.DIM))] if left > 0 else []

    @property
    def dot(self) -> Span:
        """Between two facts."""
        return (f" {self.look.signs.dot} ", Ink.FAINT)


def labelled(label: str, *parts: str | Span) -> Line:
    """Return a line with its label at the left."""
    return line((fit(label, LABEL), Ink.DIM), *parts)


def told_whole(label: str, text: str, pen: Pen, ink: Ink = Ink.TEXT) -> list[Line]:
    """Return a text beside its label, in as many lines as it needs."""
    first, *rest = wrapped(text, max(10, pen.width - LABEL), ink, "") or [EMPTY]
    return [labelled(label, *first), *(labelled("", *one) for one in rest)]


def heading(
    title: str, pen: Pen, note: str = "", ink: Ink = Ink.DIM, row: HostRow | None = None, late: str = ""
) -> Line:
    """Return a panel's title.

    Args:
        title: of the panel.
        pen: how wide it is.
        note: at its right.
        ink: of the note.
        row: the host, where the panel's numbers come with its readings: a late one says its age.
        late: what is said of the age otherwise.
    """
    age = age_text(row) if row is not None else ""
    late = f"{age} old" if age else late
    return spread(line((title, Ink.TITLE), (f"  {late}" if late else "", Ink.WARN)), line((note, ink)), pen.width)


def trimmed(lines: Iterable[Line], width: int) -> list[Line]:
    """Return lines of which none is wider than its panel: what is cut ends with a sign."""
    return [cut_line(one, width) if line_width(one) > width else one for one in lines]


def fitting(parts: Iterable[Line], width: int, gap: str = "   ") -> Line:
    """Return as many parts in one line as fit whole; the first stands in any case."""
    out: Line = ()
    for part in parts:
        longer = (*out, (gap, Ink.TEXT), *part) if out else part
        if out and line_width(longer) > width:
            break
        out = longer
    return out


def dimmed(lines: Iterable[Line]) -> list[Line]:
    """Return lines whose ordinary texts are dim: they tell of what was, not of what is."""
    return [tuple((text, Ink.DIM if ink is Ink.TEXT else ink) for text, ink in one) for one in lines]


def mark(severity: Severity, pen: Pen) -> Span:
    """Return the sign of a judgement; a word stands beside it wherever it is used."""
    if severity is Severity.UNKNOWN:
        return ("?", Ink.DIM)
    return sign_span(sign_of(HostState.UP, severity), pen.look.ascii)


def counted(count: float, one: str, many: str = "") -> str:
    """Return a number with its word: ``1 process``, ``3 processes``."""
    return f"{count:.0f} {one if count == 1 else many or one + 's'}"


def identity(row: HostRow, pen: Pen) -> list[Line]:
    """Return who the host is and how it is, in three or four lines."""
    sign = sign_of(row.state, row.severity)
    where = [part for part in (row.site, f"rack {row.rack}" if row.rack else "", ", ".join(row.groups)) if part]
    dot = f" {pen.look.signs.dot} "
    word = row.reason if row.state is HostState.UP and row.reason else str(row.state)
    because = f": {row.reason}" if row.reason and word != row.reason else ""
    since = f"  for {format_duration(pen.present.at - row.since_at)}" if row.since_at else ""
    lines = [
        spread(line((safe(row.name), Ink.TITLE)), line((safe(dot.join(where)), Ink.DIM)), pen.width),
        *_state_lines(sign_span(sign, pen.look.ascii), f"{safe(word)}{safe(because)}", since, _word_ink(row), pen),
    ]
    if row.state is HostState.MAINTENANCE and row.underlying not in (HostState.UP, HostState.PENDING):
        lines.append(line((f"  underneath it is {row.underlying}", Ink.WARN)))
    if sign.advice:
        lines += wrapped(f"{pen.look.signs.arrow} {sign.advice}", pen.width, Ink.ACCENT)
    lines += system_line(row, pen)
    return lines


def _state_lines(glyph: Span, told: str, since: str, ink: Ink, pen: Pen) -> list[Line]:
    if width_of(told) + len(since) + 2 <= pen.width:
        return [line(glyph, (f" {told}", ink), (since, Ink.DIM))]
    first, *rest = wrapped(told, pen.width - 2, ink)
    return [line(glyph, " ", *first), *rest]


def _word_ink(row: HostRow) -> Ink:
    sign = sign_of(row.state, row.severity)
    return Ink.TEXT if row.state is HostState.UP and not row.reason else LOOK_INK[sign.look]


def system_line(row: HostRow, pen: Pen) -> list[Line]:
    """Return uptime, kernel, system and size; nothing where none is known."""
    values = row.values
    parts = [
        f"up {format_duration(values['uptime_s'])}" if "uptime_s" in values else "",
        f"{values['cpus']:.0f} CPU" if "cpus" in values else "",
        safe(row.os.partition(" (")[0]), safe(row.kernel),
    ]  # fmt: skip
    told = fitting([line((part, Ink.DIM)) for part in parts if part], pen.width, f" {pen.look.signs.dot} ")
    return [told] if told else []


def wrapped(text: str, width: int, ink: Ink, indent: str = "  ") -> list[Line]:
    """Return a text of ours in as many lines as it needs, broken between words."""
    lines: list[Line] = []
    at = ""
    for word in safe(text).split(" "):
        if at and width_of(at) + 1 + width_of(word) > width:
            lines.append(line((at, ink)))
            at = indent + word
        else:
            at = f"{at} {word}" if at else word
    return [*lines, line((at, ink))] if at else lines


def addresses(row: HostRow, pen: Pen) -> list[Line]:
    """Return how the host is reached, and its labels."""
    port = f":{row.port}" if row.port else ""
    user = f"{safe(row.user)}@" if row.user else ""
    lines = [labelled("Address", f"{user}{safe(row.address)}{port}", _via(row))]
    if row.labels:
        lines.append(labelled("Labels", safe("  ".join(f"{name}={value}" for name, value in row.labels.items()))))
    poll = f"took {row.poll_ms:.0f} ms" if row.poll_ms is not None else "not yet"
    late = age_text(row)
    lines.append(
        labelled(
            "Read",
            f"every {format_duration(row.period_s)}",
            (f", {poll}", Ink.DIM),
            (f", {late} ago" if late else "", Ink.WARN),
        )
    )
    if row.next_at and row.next_at > pen.present.at and row.state not in (HostState.UP, HostState.MAINTENANCE):
        lines.append(
            labelled("Next try", f"in {format_duration(row.next_at - pen.present.at)}", ("  R tries now", Ink.DIM))
        )
    return lines


def _via(row: HostRow) -> Span:
    return (f"  via {safe(', '.join(row.via))}" if row.via else "", Ink.DIM)


def nothing(row: HostRow) -> Line:
    """Return why a host has no values: it waits for its first reading, or the last is too old."""
    if row.age_s is None:
        return line((_never_read(row), Ink.DIM))
    return line((f"unknown: the last reading is {format_age(row.age_s) or 'moments'} old", Ink.DIM))


def _never_read(row: HostRow) -> str:
    """Say why there is no reading yet: none was due, or what stands in its way."""
    if row.underlying in (HostState.PENDING, HostState.UP):
        return "waiting for the first reading"
    return f"never read: {row.underlying}"


def section(page: HostPage, name: str) -> SectionRow | None:
    """Return a slow section of a page."""
    return next((one for one in page.sections if one.section == name), None)


def section_note(found: SectionRow | None) -> str:
    """Return the age of a section that is late; empty while it is fresh."""
    if found is None or found.age_s is None or found.age_s < found.period_s * STALE_PERIODS:
        return ""
    age = format_age(found.age_s)
    return f"{age} old" if age else "late"


def why_nothing(page: HostPage) -> Line:
    """Return why a section of a host was never read."""
    if page.host.age_s is None:
        return line((_never_read(page.host), Ink.DIM))
    if page.host.state is HostState.UP:
        return line(("waiting for the first reading", Ink.DIM))
    return line((f"not read: the host is {page.host.state}", Ink.DIM))


def events(found: Sequence[EventRow], pen: Pen, most: int = EVENTS_ON_PAGE, with_host: bool = False) -> list[Line]:
    """Return what happened, newest first."""
    lines = [heading("Events", pen)]
    if not found:
        return [*lines, line(("nothing has happened yet", Ink.DIM))]
    for one in pen.few(found, most):
        host = ((fit(one.host, 12) + " ", Ink.TEXT),) if with_host else ()
        lines.append(line((f"{moment(one.at, pen.present)}  ", Ink.DIM), *host, safe(one.text)))
    return lines


def moment(at: float, present: Stamp) -> str:
    """Return a moment of the past: the time of day, and the day where it was another."""
    then, today = local_time(at), local_time(present.at)
    return f"{then:%H:%M}" if then.date() == today.date() else f"{then:%d %b}"


def keys(found: Sequence[KeyRow], pen: Pen) -> list[Line]:
    """Return the host keys and what was decided about them, those that wait first; nothing where none is kept."""
    if not found:
        return []
    lines = [heading("Host keys", pen)]
    for key in sorted(
        found, key=lambda one: (one.trusted_at is not None, one.revoked_at is not None, -(one.seen_at or 0))
    ):
        if key.revoked_at is not None:
            word: Span = ("given up", Ink.DIM)
        elif key.trusted_at is not None:
            word = (f"trusted by {safe(key.trusted_by)}", Ink.GOOD)
        else:
            word = ("offered, not trusted: y", Ink.WARN)
        kind = f"{fit(key.kind.removeprefix('ssh-'), 9)} "
        if pen.width < len(kind) + width_of(key.fingerprint) + width_of(word[0]) + 2:
            lines += [line(kind, word), line(fingerprint_in(key.fingerprint, pen.width))]
        else:
            lines.append(line(f"{kind}{safe(key.fingerprint)}  ", word))
    return lines


def fingerprint_in(fingerprint: str, width: int) -> str:
    """Return a fingerprint, without its prefix where the whole would not fit: it is compared by its other end."""
    whole = safe(fingerprint)
    return whole if width_of(whole) <= width else whole.removeprefix("SHA256:")


def maintenances(page: HostPage, pen: Pen) -> list[Line]:
    """Return the maintenances that run or wait; nothing at all where there are none."""
    if not page.maintenance:
        return []
    lines = [heading("Maintenance", pen)]
    for one in page.maintenance:
        until = f"{local_time(one.starts_at):%H:%M}{pen.look.signs.unknown}{local_time(one.ends_at):%d %b %H:%M %Z}"
        lines.append(line((f"{until}  ", Ink.HELD), safe(one.reason), (f"  {safe(one.by)}", Ink.DIM)))
    return lines


def services(page: HostPage, pen: Pen) -> list[Line]:
    """Return what the host carries and who needs it; nothing at all where it carries nothing."""
    if not page.carries:
        return []
    told: list[str | Span] = []
    for name in page.carries:
        up, hosts = page.standing.get(name, (0, 0))
        few = Ink.DIM if up == hosts else Ink.WARN if up else Ink.BAD
        told += [f"{', ' if told else ''}{safe(name)}", (f" ({up} of {hosts} up)" if hosts else "", few)]
    if not page.needed_by:
        return [labelled("Carries", *told)]
    needed = (f"{'<-' if pen.look.ascii else '←'} {safe(', '.join(page.needed_by))}", Ink.DIM)
    both = labelled("Carries", *told, "  ", needed)
    return [both] if line_width(both) <= pen.width else [labelled("Carries", *told), labelled("", needed)]
