"""What systemd does by itself: services that it restarts again and again, and timers that were due and did not run."""

import re
from calendar import timegm
from dataclasses import dataclass, field

from tui_ops.collectors.vitals import real, whole
from tui_ops.model.clean import clean

RESTARTS_LIMIT, TIMERS_LIMIT = 200, 200
"""Services and timers of one host that are kept: ten times what an ordinary server has."""

NAME_LIMIT = 120
"""Characters of a unit's name."""

RESTARTS_MOST, RESTARTS_OVER_S = 2, 300.0
"""More restarts than these within five minutes are no mishap any more, as the node mixin has it: the service does
not come up."""

LATE_S = 60.0
"""A timer may be late by this and its own accuracy: systemd lets timers wait for one another to save wake-ups."""

COUNT_LIMIT = 10**9
"""Restarts that are believed: one a second for thirty years."""

SPAN_LIMIT_S = 1e10
"""Seconds that are believed of a span: three centuries."""

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0,
          "month": 2_629_800.0, "y": 31_557_600.0}  # fmt: skip
_SPAN = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(us|ms|s|min|h|d|w|month|y)", re.ASCII)
_MOMENT = re.compile(r"(?:[A-Z][a-z]{2} )?(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d{1,9})? UTC", re.ASCII)


@dataclass(slots=True)
class Work:
    """What a body says of restarts and timers."""

    before_s: float | None = None
    """Uptime at which the run before counted, on the same channel; None where there was none."""
    counted_s: float | None = None
    """Uptime at which this one did; None where it could not."""
    before: dict[str, int] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    now: float | None = None
    timers: list[dict[str, str]] = field(default_factory=list)
    """The properties of each timer."""
    is_open: bool = False
    """Whether the last of them goes on in the next line."""

    def note(self, word: bytes, text: bytes) -> None:
        """Take one line of the body."""
        if word == b"timer":
            self._timer(text)
        elif word in (b"r", b"b"):
            number, _, name = text.partition(b" ")
            counts = self.restarts if word == b"r" else self.before
            value = whole(number)
            if value is not None and name and len(counts) < RESTARTS_LIMIT:
                counts[clean(name.strip(), NAME_LIMIT)] = min(value, COUNT_LIMIT)
        elif word == b"now":
            self.now = real(text)
        elif word == b"before":
            self.before_s = real(text)
        elif word == b"counted":
            self.counted_s = real(text)

    def _timer(self, text: bytes) -> None:
        """Take one property; an empty line ends those of a timer, whose name comes last with many versions."""
        name, equals, value = text.partition(b"=")
        if not equals:
            self.is_open = False
            return
        if not self.is_open:
            self.is_open = True
            self.timers.append({})
        if len(self.timers) <= TIMERS_LIMIT and len(name) <= NAME_LIMIT:
            self.timers[-1].setdefault(clean(name, NAME_LIMIT), clean(value, NAME_LIMIT))


def restarted(work: Work) -> list[dict[str, object]]:
    """Return the services that systemd has restarted: name, how often, how often since the last run and over what."""
    over = None
    if work.before_s is not None and work.counted_s is not None and work.counted_s > work.before_s:
        over = work.counted_s - work.before_s
    rows: list[dict[str, object]] = []
    for name, count in work.restarts.items():
        recent = None if over is None else max(0, count - work.before.get(name, 0))
        rows.append({"name": name, "restarts": count, "recent": recent, "over_s": over})
    return sorted(rows, key=lambda row: (-_number(row["recent"]), -_number(row["restarts"]), str(row["name"])))


def is_restless(row: dict[str, object]) -> bool:
    """Return whether a service was restarted more often than twice in five minutes."""
    over, recent = _number(row["over_s"]), _number(row["recent"])
    return over > 0 and recent * RESTARTS_OVER_S / max(over, RESTARTS_OVER_S) > RESTARTS_MOST


def timers(work: Work) -> list[dict[str, object]]:
    """Return the timers: name, unit, state, seconds until it is due, by which it is late, and since it ran."""
    rows: list[dict[str, object]] = []
    for told in work.timers:
        if not told.get("Id", "").endswith(".timer"):
            continue
        due = _due(told, work)
        late = _seconds(told.get("AccuracyUSec", "")) or 0.0
        last = moment(told.get("LastTriggerUSec", ""))
        waits = told.get("ActiveState") == "active" and told.get("SubState") == "waiting"
        rows.append(
            {
                "name": told["Id"],
                "unit": told.get("Unit", ""),
                "state": told.get("SubState", ""),
                "due_s": max(0.0, due) if due is not None else None,
                "late_s": max(0.0, -due) if due is not None else None,
                "ran_s": max(0.0, work.now - last) if last is not None and work.now is not None else None,
                "missed": waits and due is not None and due < -(LATE_S + late),
            }
        )
    return rows


def moment(text: str) -> float | None:
    """Return the epoch seconds of ``Sat 2026-11-28 14:33:09 UTC``; None for anything else, such as ``n/a``."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups())
    if not (year >= 1970 and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    return float(timegm((year, month, 1, hour, minute, second)) + (day - 1) * 86400)


def _due(told: dict[str, str], work: Work) -> float | None:
    """Return the seconds until a timer is due, by its earlier reason; None where it has none."""
    found = []
    at = moment(told.get("NextElapseUSecRealtime", ""))
    if at is not None and work.now is not None:
        found.append(at - work.now)
    up = _seconds(told.get("NextElapseUSecMonotonic", ""))
    if up and work.counted_s is not None:
        found.append(up - work.counted_s)
    return min(found) if found else None


def _seconds(text: str) -> float | None:
    """Return a span as systemd writes it: ``1min 30s``, ``0``; None for ``infinity``."""
    if text == "0":
        return 0.0
    total = 0.0
    for word in text.split()[:8]:
        found = _SPAN.fullmatch(word)
        if found is None:
            return None
        total += float(found[1]) * _UNITS[found[2]]
    return total if 0 < total <= SPAN_LIMIT_S else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
