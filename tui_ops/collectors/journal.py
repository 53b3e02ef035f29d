"""The section ``journal``: how many errors a host's journal has of the last minutes, and who wrote them.

The body is a list of lines, each beginning with a word that says what it is::

    journal read
    state none|denied   there is no journal, or it takes privilege
    now SECONDS         the host's clock
    e LINE              of ``journalctl -p err -o short-unix``; ``exit CODE`` at its end
"""

import re
from dataclasses import dataclass, field

from tui_ops.collectors.commands import without_secrets
from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import real, whole
from tui_ops.model.clean import clean
from tui_ops.model.metrics import Key
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

SECTION = "journal"

WINDOW_S = 300.0
"""Seconds that the probe asks for; the section comes round as often."""

LEAST_S = 1.0
"""A flood that fills the answer within less is told as one of this length."""

LINES_LIMIT = 600
"""Lines of one body: the probe asks for 500."""

ASKED = 500
"""Errors that the probe asks for, the latest ones."""

WRITERS_LIMIT = 10
"""Writers of one host that are kept, the busiest first; the others are counted together."""

NAMES_LIMIT = 200
"""Writers that are told apart at all."""

NAME_LIMIT, TEXT_LIMIT = 60, 160
"""Characters of a writer and of a message: a line of a panel has no more room."""

_LINE = re.compile(rb"(\d{1,12}\.\d{1,9}) \S{1,255} ([^:\[]{1,200})(?:\[\d{0,10}\])?: (.*)", re.DOTALL)
_DENIED = ("permission denied", "not seeing messages", "insufficient permissions", "operation not permitted")


@dataclass(slots=True)
class _Writer:
    name: str
    count: int = 0
    at: float = 0.0
    text: str = ""


@dataclass(slots=True)
class _Body:
    is_run: bool = False
    state: str = ""
    now: float | None = None
    code: int | None = None
    said: str = ""
    count: int = 0
    oldest: float | None = None
    writers: dict[bytes, _Writer] = field(default_factory=dict)


def parse_journal(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        The errors a minute as a gauge; a document with who wrote them and each one's last message, its secrets left
        out. No status: what is much differs by host.

    Raises:
        NothingUsable: it is no run of this section.
    """
    found = _read(body)
    if not found.is_run:
        raise NothingUsable("the host does not tell its journal", "ask it again with R")
    state = _state(found)
    gauges: dict[Key, float] = {("journal.errors", ""): found.count * 60 / _over(found)} if state == "ok" else {}
    statuses: tuple[Status, ...] = ()
    if state == "failed":
        statuses = (Status(SECTION, Severity.UNKNOWN, f"journalctl fails: {found.said or 'it gives no reason'}"),)
    return SectionReading(
        section=SECTION,
        gauges=gauges,
        statuses=statuses,
        document=_document(found, state),
    )


def _document(found: _Body, state: str) -> dict[str, object]:
    over_s = _over(found)
    writers = sorted(found.writers.values(), key=lambda one: (-one.count, one.name))
    kept = writers[:WRITERS_LIMIT] if state == "ok" else []
    return {
        "state": state,
        "text": found.said if state in ("failed", "needs privilege") else "",
        "count": found.count if state == "ok" else None,
        "over_s": over_s if state == "ok" else None,
        "per_minute": found.count * 60 / over_s if state == "ok" else None,
        "writers": [
            {
                "name": one.name,
                "count": one.count,
                "age": max(0.0, found.now - one.at) if found.now is not None else None,
                "text": one.text,
            }
            for one in kept
        ],
        "others": sum(one.count for one in writers[len(kept) :]) if state == "ok" else 0,
    }


def _read(body: bytes) -> _Body:
    found = _Body()
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if line == b"journal read":
            found.is_run = True
        elif word == b"state":
            found.state = text.decode("ascii", "replace")
        elif word == b"now":
            found.now = real(text)
        elif word == b"e":
            _note(text, found)
    return found


def _note(text: bytes, found: _Body) -> None:
    said = _LINE.fullmatch(text[:1000])
    if said is None:
        kind, _, code = text.partition(b" ")
        number = whole(code) if kind == b"exit" else None
        if number is not None:
            found.code = min(number, 255)
        elif not found.said and not found.count:
            found.said = clean(text.strip(), TEXT_LIMIT)
        # Any other line is the rest of a message.
        return
    at = float(said[1])
    found.count += 1
    found.oldest = at if found.oldest is None else min(found.oldest, at)
    name = said[2].strip()
    if name not in found.writers and len(found.writers) >= NAMES_LIMIT:
        name = b"others"
    writer = found.writers.setdefault(name, _Writer(clean(name, NAME_LIMIT)))
    writer.count += 1
    if at >= writer.at:
        writer.at = at
        writer.text = clean(without_secrets(clean(said[3], 1000)), TEXT_LIMIT)


def _over(found: _Body) -> float:
    """Return the seconds that the errors are of: five minutes, or less where only the latest were told."""
    if found.count >= ASKED and found.oldest is not None and found.now is not None:
        return min(WINDOW_S, max(LEAST_S, found.now - found.oldest))
    return WINDOW_S


def _state(found: _Body) -> str:
    if found.state == "none":
        return "none"
    if found.state == "denied" or any(word in found.said.lower() for word in _DENIED):
        return "needs privilege"
    return "failed" if found.code else "ok"
