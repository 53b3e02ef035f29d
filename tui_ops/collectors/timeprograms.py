"""What chrony, ntpd and systemd-timesyncd say of the clock, in their own words, made one."""

import re
from calendar import timegm
from dataclasses import dataclass, field

from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean

SOURCES_LIMIT = 32
"""Sources of one host that are kept: a time server asks twenty."""

NAME_LIMIT = 80
"""Characters of a source: an IPv6 address has 39, a name of a pool some thirty."""

SECONDS_LIMIT = 1e10
"""Seconds that are believed of any figure: three centuries."""

NTP_EPOCH_S = 2_208_988_800
"""Seconds between 1900, from which NTP counts, and 1970."""

FREQUENCY_UNIT = 65536.0
"""The kernel's steps in one part per million, in which timesyncd tells the frequency."""

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_SPAN = re.compile(r"([+-]?\d{1,12}(?:\.\d{1,12})?)(ns|us|µs|ms|min|s|h|d)?", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STATES = {
    "*": "selected", "+": "combined", "-": "not used", "?": "not reached", "x": "wrong", "~": "unsteady",
    "#": "spare", "o": "selected", ".": "not used", " ": "not used",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One source of time."""

    name: str
    state: str
    """``selected``, ``combined``, ``not used``, ``not reached``, ``wrong``, ``unsteady``, ``spare``."""
    stratum: int | None
    reach: int | None
    """The last eight polls as the bits of a number: 255 for eight answers."""
    offset_s: float | None


@dataclass(slots=True)
class TimeSaid:
    """What is known of a host's clock. Seconds; positive offsets are of a clock that is ahead."""

    program: str = ""
    answered: bool = False
    complaint: str = ""
    synchronised: bool | None = None
    source: str = ""
    stratum: int | None = None
    offset_s: float | None = None
    dispersion_s: float | None = None
    updated_at: float | None = None
    """Epoch seconds by the host's clock."""
    drift_ppm: float | None = None
    """Positive for a clock that runs fast by itself."""
    sources: list[Source] = field(default_factory=list)


def seconds(text: str) -> float | None:
    """Return a span of time in seconds: ``+4.523ms``, ``8min 32s``; None for anything else."""
    total, known = 0.0, False
    for word in text.split()[:4]:
        found = _SPAN.fullmatch(word)
        if found is None:
            return None
        total += float(found[1]) * _UNITS[found[2] or "s"]
        known = True
    return round(total, 9) if known and abs(total) <= SECONDS_LIMIT else None


def number(text: str) -> float | None:
    """Return a number with sign and point, or None for anything else."""
    found = _SPAN.fullmatch(text)
    return float(found[1]) if found is not None and not found[2] else None


def read_chrony(lines: list[bytes], rows: list[bytes]) -> TimeSaid:
    """Read ``chronyc -n tracking`` and ``chronyc -n sources``."""
    said = TimeSaid("chrony")
    told = _named(lines, b":")
    if "Stratum" not in told:
        said.complaint = _complaint(lines)
        return said
    said.answered = True
    said.stratum = _small(told["Stratum"])
    reference = told.get("Reference ID", "")
    said.source = reference.partition("(")[2].rstrip(")") or reference.partition(" ")[0]
    leap = told.get("Leap status", "")
    said.synchronised = leap.lower().startswith(("normal", "insert", "delete")) and said.stratum != 0
    said.offset_s = _directed(told.get("System time", ""), "fast", "slow")
    said.drift_ppm = _directed(told.get("Frequency", ""), "fast", "slow")
    said.dispersion_s = number(told.get("Root dispersion", "").partition(" ")[0])
    if said.synchronised:
        said.updated_at = _chrony_date(told.get("Ref time (UTC)", ""))
    said.sources = [source for row in rows[: 2 * SOURCES_LIMIT] for source in _chrony_source(row)][:SOURCES_LIMIT]
    return said


def _chrony_source(row: bytes) -> list[Source]:
    fields = row.split(None, 6)
    if len(fields) < 7 or len(fields[0]) != 2 or fields[0][:1] not in b"^=#" or whole(fields[2]) is None:
        return []
    found = re.match(r"([+-]?\d{1,9}(?:ns|us|ms|s))\[", fields[6].decode("ascii", "replace"))
    state = _STATES.get(fields[0][1:].decode("ascii", "replace"), "")
    offset = seconds(found[1]) if found else None
    return [Source(clean(fields[1], NAME_LIMIT), state, _small(_text(fields[2])), _octal(fields[4]), offset)]


def read_ntp(lines: list[bytes], rows: list[bytes]) -> TimeSaid:
    """Read ``ntpq -c rv`` and ``ntpq -pn``, whose figures are milliseconds."""
    said = TimeSaid("ntpd")
    whole_text = b" ".join(lines[:40])
    told: dict[str, str] = {}
    for part in whole_text.split(b",")[:60]:
        name, equals, value = part.strip().partition(b"=")
        if equals:
            told.setdefault(_text(name), _text(value))
    if "stratum" not in told:
        said.complaint = _complaint(lines)
        return said
    said.answered = True
    said.stratum = _small(told["stratum"])
    alarm = b"leap_alarm" in whole_text or told.get("leap") in ("11", "3")
    said.synchronised = not alarm and said.stratum is not None and said.stratum < 16
    said.offset_s = _milli(told.get("offset", ""), -1)
    said.dispersion_s = _milli(told.get("rootdisp", ""))
    correction = number(told.get("frequency", ""))
    said.drift_ppm = 0.0 - correction if correction is not None else None
    stamp = told.get("reftime", "").removeprefix("0x").partition(".")[0]
    if said.synchronised and re.fullmatch("[0-9a-fA-F]{8}", stamp):
        said.updated_at = float(int(stamp, 16) - NTP_EPOCH_S)
    said.sources = [source for row in rows[: 2 * SOURCES_LIMIT] for source in _ntp_source(row)][:SOURCES_LIMIT]
    chosen = next((one.name for one in said.sources if one.state == "selected"), "")
    said.source = chosen or told.get("refid", "")
    return said


def _ntp_source(row: bytes) -> list[Source]:
    fields = row[1:].split()
    if len(fields) < 10 or whole(fields[2]) is None:
        return []
    state = _STATES.get(row[:1].decode("ascii", "replace"), "")
    reach = _octal(fields[6])
    if not reach:
        state = "not reached"
    offset = _milli(_text(fields[8]), -1)
    return [Source(clean(fields[0], NAME_LIMIT), state, _small(_text(fields[2])), reach, offset)]


def read_systemd(lines: list[bytes], more: list[bytes], synced: bytes) -> TimeSaid:
    """Read what timedatectl says: of the clock, of timesyncd (properties and words), and when it was set last."""
    said = TimeSaid()
    told = {**_named(lines, b":"), **_named(lines, b"=")}
    ours = {**_named(more, b":"), **_named(more, b"=")}
    synchronised = told.get("NTPSynchronized") or told.get("System clock synchronized") or told.get("NTP synchronized")
    if synchronised is None and "ServerName" not in ours:
        said.complaint = _complaint(lines)
        return said
    said.answered = True
    said.synchronised = {"yes": True, "no": False}.get(synchronised or "")
    message = dict(pair.partition("=")[::2] for pair in re.split(r"[ ,{}]+", ours.get("NTPMessage", ""))[:60])
    enabled = told.get("NTP") or told.get("NTP service") or told.get("Network time on") or told.get("NTP enabled")
    if more and ("ServerName" in ours or "Server" in ours):
        said.program = "timesyncd"
    elif enabled in ("yes", "active"):
        said.program = "systemd"
    said.source = ours.get("ServerName") or ours.get("Server", "")
    said.stratum = _small(message.get("Stratum") or ours.get("Stratum", ""))
    said.dispersion_s = seconds(message.get("RootDispersion", ""))
    offset = seconds(ours.get("Offset", ""))
    said.offset_s = 0.0 - offset if offset is not None else None
    frequency = whole(ours.get("Frequency", "").removeprefix("-").encode())
    if frequency is not None and frequency <= 2**32:
        sign = 1 if ours["Frequency"].startswith("-") else -1
        said.drift_ppm = sign * frequency / FREQUENCY_UNIT + 0.0
    at = whole(synced.strip())
    said.updated_at = float(at) if at is not None and said.synchronised else None
    return said


def _named(lines: list[bytes], mark: bytes) -> dict[str, str]:
    """Return ``name MARK value`` lines; the first of a name counts."""
    told: dict[str, str] = {}
    for line in lines[:80]:
        name, found, value = line.partition(mark)
        if found and len(name) <= NAME_LIMIT:
            told.setdefault(_text(name.strip()), clean(value.strip()[:400], 400))
    return told


def _directed(text: str, plus: str, minus: str) -> float | None:
    """Return ``0.000001 seconds fast of NTP time`` as a signed number."""
    words = text.split()
    value = number(words[0]) if words else None
    if value is None:
        return None
    return value if plus in words else 0.0 - value if minus in words else None


def _chrony_date(text: str) -> float | None:
    """Return the epoch seconds of ``Sat Nov 28 14:33:09 2026``; None before anything was set."""
    found = re.fullmatch(r"\w{3} (\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})", text, re.ASCII)
    if found is None or found[1] not in _MONTHS or int(found[6]) <= 1970:
        return None
    day, hours, minutes, secs, year = (int(found[place]) for place in (2, 3, 4, 5, 6))
    if not 1 <= day <= 31:
        return None
    return float(timegm((year, _MONTHS.index(found[1]) + 1, 1, hours, minutes, secs)) + (day - 1) * 86400)


def _milli(text: str, sign: int = 1) -> float | None:
    value = number(text)
    return round(sign * value / 1000, 9) + 0.0 if value is not None else None


def _small(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None


def _octal(text: bytes) -> int | None:
    return int(text, 8) if re.fullmatch(rb"[0-7]{1,3}", text) else None


def _text(data: bytes) -> str:
    return clean(data[:400], 400)


def _complaint(lines: list[bytes]) -> str:
    return next((_text(line.strip()) for line in lines if line.strip() and not line.startswith(b"exit ")), "")[:160]
