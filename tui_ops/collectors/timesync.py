"""The section ``timesync``: whether a host's clock is kept right, by what, and how far off it says it is.

The body is a list of lines, each beginning with a word that says what it is::

    time read
    now SECONDS         the host's clock
    up SECONDS          since it booted
    chrony LINE         of ``chronyc -n tracking``, ``exit CODE`` at its end; source LINE of its sources
    ntp LINE            the same of ``ntpq -c rv``; peer LINE of its peers
    systemd LINE        of timedatectl; timesyncd LINE of what it says of systemd-timesyncd
    synced SECONDS      when systemd-timesyncd last set the clock
"""

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.timeprograms import TimeSaid, read_chrony, read_ntp, read_systemd
from tui_ops.collectors.vitals import real, whole
from tui_ops.model.metrics import Key
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

SECTION = "timesync"

LINES_LIMIT = 400
"""Lines of one body: the probe writes at most 210."""

SETTLED_S = 17 * 60
"""A clock may be unsynchronised for so long after a boot: ntpd takes up to a quarter of an hour to believe anyone."""

WARN_S, CRITICAL_S = 0.05, 1.0
"""Offsets that a program which works never lets stand: logs of two hosts can't be compared any more, and above a
second tickets and one-time passwords begin to fail."""

_WORDS = (b"chrony", b"source", b"ntp", b"peer", b"systemd", b"timesyncd")
_DENIED = ("not authorised", "permission denied", "access denied")


def parse_timesync(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A warning for a clock that is not synchronised 17 minutes after the boot or is 50 ms off, a critical status
        for one that is a second off. A host without any program that keeps its clock is left alone: in a container
        the clock is the machine's matter.

    Raises:
        NothingUsable: it is no run of this section.
    """
    lines: dict[bytes, list[bytes]] = {word: [] for word in _WORDS}
    single: dict[bytes, bytes] = {}
    is_run = False
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if line == b"time read":
            is_run = True
        elif word in lines:
            lines[word].append(text)
        elif word in (b"now", b"up", b"synced"):
            single.setdefault(word, text)
    if not is_run:
        raise NothingUsable("the host does not tell how its clock is kept", "ask it again with R")
    said = _answer(lines, single.get(b"synced", b""))
    now, up = whole(single.get(b"now", b"").strip()), real(single.get(b"up", b""))
    age = None if said.updated_at is None or now is None else max(0.0, now - said.updated_at)
    return SectionReading(
        section=SECTION,
        gauges=_gauges(said),
        statuses=_statuses(said, up),
        document=_document(said, age),
    )


def _document(said: TimeSaid, age: float | None) -> dict[str, object]:
    return {
            "program": said.program,
            "state": _state(said),
            "text": "" if said.answered else said.complaint,
            "synchronised": said.synchronised,
            "source": said.source,
            "stratum": said.stratum,
            "offset": said.offset_s,
            "dispersion": said.dispersion_s,
            "age": age,
            "drift": said.drift_ppm,
            "sources": [
                {"name": one.name, "state": one.state, "stratum": one.stratum, "reach": one.reach,
                 "offset": one.offset_s}
                for one in said.sources
            ],
    }  # fmt: skip


def _answer(lines: dict[bytes, list[bytes]], synced: bytes) -> TimeSaid:
    """Return what the first program says that answered; else the first that is there and did not."""
    found: list[TimeSaid] = []
    if lines[b"chrony"]:
        found.append(read_chrony(lines[b"chrony"], lines[b"source"]))
    if lines[b"ntp"]:
        found.append(read_ntp(lines[b"ntp"], lines[b"peer"]))
    if lines[b"systemd"] or lines[b"timesyncd"]:
        found.append(read_systemd(lines[b"systemd"], lines[b"timesyncd"], synced))
    # systemd tells of the clock even where nothing keeps it: that is no program.
    answered = [one for one in found if one.answered and one.program]
    silent = [one for one in found if not one.answered and one.program]
    said = (answered or silent or [TimeSaid()])[0]
    if said.synchronised is False:
        # What a clock that nobody sets is off by is not known; the programs tell zeros or what once was.
        said.source, said.stratum, said.offset_s, said.dispersion_s = "", None, None, None
    return said


def _state(said: TimeSaid) -> str:
    if not said.program:
        return "none"
    if said.answered:
        return "ok"
    return "needs privilege" if any(word in said.complaint.lower() for word in _DENIED) else "failed"


def _gauges(said: TimeSaid) -> dict[Key, float]:
    told = {"time.offset": said.offset_s, "time.dispersion": said.dispersion_s, "time.drift": said.drift_ppm}
    return {(name, ""): value for name, value in told.items() if value is not None}


def _statuses(said: TimeSaid, up: float | None) -> tuple[Status, ...]:
    state = _state(said)
    if state == "failed":
        why = said.complaint or "it does not answer"
        return (Status(SECTION, Severity.UNKNOWN, f"{said.program} tells nothing of the clock: {why}"),)
    if state != "ok":
        return ()
    off = abs(said.offset_s) if said.offset_s is not None else 0.0
    if said.synchronised is False and (up is None or up >= SETTLED_S):
        reached = [one for one in said.sources if one.state != "not reached"]
        why = f": none of its {len(said.sources)} sources is reached" if said.sources and not reached else ""
        return (Status(SECTION, Severity.WARNING, f"the clock is not synchronised by {said.program}{why}"),)
    if off > WARN_S:
        text = f"the clock is {_span(off)} {'ahead' if (said.offset_s or 0) > 0 else 'behind'}, says {said.program}"
        return (Status(SECTION, Severity.CRITICAL if off > CRITICAL_S else Severity.WARNING, text),)
    return ()


def _span(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
