"""The panels of a host: each turns a page of the store into lines, and says which nothing it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.clock import Stamp, local_time
from tui_ops.model.states import HostState, Severity, sign_of
from tui_ops.model.units import format_age, format_bytes, format_duration, format_rate
from tui_ops.store.views.rows import EventRow, HostPage, HostRow, KeyRow, SectionRow
from tui_ops.ui.cells import fit, number, percent, safe, width_of
from tui_ops.ui.columns import Look, age_text, spark_of
from tui_ops.ui.paint import LOOK_INK, Ink, Line, Span, joined, line, sign_span, spread

LABEL = 10
"""Cells of a label at the left of a panel's line."""

SIZES_FROM = 46
"""Cells beside a mount's name from which its whole size is said too."""

VALUE = 10
"""Cells of a headline value."""

SEVERITY_INK = {
    Severity.OK: Ink.TEXT,
    Severity.WARNING: Ink.WARN,
    Severity.CRITICAL: Ink.BAD,
    Severity.UNKNOWN: Ink.DIM,
}

STALE_PERIODS = 1.5
"""A section older than this many of its periods shows its age."""


@dataclass(frozen=True, slots=True)
class Pen:
    """What a panel draws with."""

    width: int
    look: Look
    present: Stamp

    @property
    def dot(self) -> Span:
        """Between two facts."""
        return (f" {self.look.signs.dot} ", Ink.FAINT)


def labelled(label: str, *parts: str | Span) -> Line:
    """Return a line with its label at the left."""
    return line((fit(label, LABEL), Ink.DIM), *parts)


def heading(title: str, pen: Pen, note: str = "", ink: Ink = Ink.DIM, row: HostRow | None = None) -> Line:
    """Return a panel's title, with a note at its right; with ``row`` also the age of its reading where it is late."""
    late = age_text(row) if row is not None else ""
    return spread(line((title, Ink.TITLE), (f"  {late} old" if late else "", Ink.WARN)), line((note, ink)), pen.width)


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
        safe(row.os), safe(row.kernel),
        f"{values['cpus']:.0f} CPU" if "cpus" in values else "",
    ]  # fmt: skip
    told = joined([line((part, Ink.DIM)) for part in parts if part], f" {pen.look.signs.dot} ")
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


def vitals(row: HostRow, detail: dict[str, float], pen: Pen) -> list[Line]:
    """Return the headline values with an hour of each; or why there are none."""
    if not row.values:
        return [nothing(row)]
    spark_width = max(8, min(30, pen.width - LABEL - 36))
    known = row.values
    room = pen.width - LABEL - VALUE - spark_width - 2

    def entry(label: str, shown: str, name: str, top: float, *extra: str) -> Line:
        told = ""
        for part in filter(None, extra):
            if len(told) + len(part) + 3 <= room:
                told += f"   {part}" if told else part
        bars = spark_of(row, name, spark_width, pen.look, top)
        return labelled(label, fit(shown, VALUE), (bars, Ink.DIM), (f"  {told}", Ink.DIM))

    def share(word: str, name: str) -> str:
        return f"{word} {known[name]:.0f}" if name in known else ""

    swap = share("swap", "swap") + (" %" if "swap" in known else "")
    available = detail.get("memory.available")
    lines = [
        entry(
            "CPU",
            percent(known.get("cpu")),
            "cpu",
            100,
            share("iowait", "iowait"),
            share("steal", "steal"),
            share("user", "user"),
        ),
        entry(
            "Memory",
            percent(known.get("memory")),
            "memory",
            100,
            f"{format_bytes(available)} free" if available is not None else "",
            swap,
        ),
        entry(
            "Load",
            number(known.get("load1")),
            "load1",
            max(known.get("cpus", 1.0), 1.0),
            *(number(known[name]) for name in ("load5", "load15") if name in known),
        ),
    ]
    if "disk" in known or "disk_busy" in known:
        busy = f"busy {known['disk_busy']:.0f} %" if "disk_busy" in known else ""
        lines.append(entry("Disk", percent(known.get("disk")), "disk", 100, busy))
    if "net_rx" in known:
        sent = f"out {format_rate(known['net_tx'])}" if "net_tx" in known else ""
        resent = f"resent {known['retransmits']:.1f} %" if known.get("retransmits") else ""
        lines.append(entry("Network", f"in {format_rate(known['net_rx'])}", "net_rx", 0, sent, resent))
    if "psi_io" in known:
        lines.append(
            entry(
                "Pressure",
                f"io {known['psi_io']:.0f} %",
                "psi_io",
                100,
                share("cpu", "psi_cpu"),
                share("memory", "psi_memory"),
            )
        )
    return lines


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
    return f"{format_age(found.age_s) or '30s'} old"


def filesystems(page: HostPage, pen: Pen) -> list[Line]:
    """Return the filesystems, the fullest first."""
    found = section(page, "filesystems")
    lines = [heading("Filesystems", pen, section_note(found), Ink.WARN)]
    listed = found.document.get("filesystems") if found is not None else None
    entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if not entries:
        return [*lines, _empty_section(page, found, "no filesystems of its own")]
    entries.sort(key=lambda one: -_float(one.get("percent")))
    wide = max(12, min(28, pen.width - 48))
    for one in entries:
        lines.append(_filesystem(one, wide, pen))
    if found is not None and found.text and found.severity is not Severity.OK:
        lines += wrapped(found.text, pen.width, SEVERITY_INK[found.severity])
    return lines


def _filesystem(one: dict[str, object], wide: int, pen: Pen) -> Line:
    mount = str(one.get("mount", "?"))
    state = str(one.get("state", "") or "ok")
    if state not in ("ok", ""):
        return line(f"{fit(mount, wide)}  ", (safe(state), Ink.BAD))
    used = _float(one.get("percent"))
    bars = pen.look.signs
    full = max(0, min(10, round(used / 10)))
    ink = Ink.BAD if used >= 98 else Ink.WARN if used >= 90 else Ink.DIM
    free = f"{format_bytes(_float(one.get('available')))} left"
    if pen.width >= wide + SIZES_FROM:
        free += f" of {format_bytes(_float(one.get('size')))}"
    return line(
        f"{fit(mount, wide)} {fit(percent(used), 6, right=True)}  ",
        (bars.bars[5] * full + bars.bars[0] * (10 - full), ink),
        f"  {free}",
    )


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _empty_section(page: HostPage, found: SectionRow | None, nothing_text: str) -> Line:
    if found is not None and found.text and found.severity is not Severity.OK:
        return line((safe(found.text), SEVERITY_INK[found.severity]))
    if found is None or found.age_s is None:
        if page.host.age_s is None:
            return line((_never_read(page.host), Ink.DIM))
        if page.host.state is HostState.UP:
            return line(("waiting for the first reading", Ink.DIM))
        return line((f"not read: the host is {page.host.state}", Ink.DIM))
    return line((nothing_text, Ink.DIM))


def events(found: Sequence[EventRow], pen: Pen, most: int, with_host: bool = False) -> list[Line]:
    """Return what happened, newest first."""
    lines = [heading("Events", pen)]
    if not found:
        return [*lines, line(("nothing has happened yet", Ink.DIM))]
    for one in found[:most]:
        host = ((fit(one.host, 12) + " ", Ink.TEXT),) if with_host else ()
        lines.append(line((f"{moment(one.at, pen.present)}  ", Ink.DIM), *host, safe(one.text)))
    return lines


def moment(at: float, present: Stamp) -> str:
    """Return a moment of the past: the time of day, and the day where it was another."""
    then, today = local_time(at), local_time(present.at)
    return f"{then:%H:%M}" if then.date() == today.date() else f"{then:%d %b}"


def keys(found: Sequence[KeyRow], pen: Pen) -> list[Line]:
    """Return the host keys and what was decided about them, those that wait first."""
    lines = [heading("Host keys", pen)]
    if not found:
        return [*lines, line(("none was offered or trusted yet", Ink.DIM))]
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
    """Return what the host carries; nothing at all where it carries nothing."""
    if not page.carries:
        return []
    needed = f"  {'<-' if pen.look.ascii else '←'} {safe(', '.join(page.needed_by))}" if page.needed_by else ""
    return [labelled("Carries", safe(", ".join(page.carries)), (needed, Ink.DIM))]
