"""Jobs that have to report: when the next report is due, and what is said of a job."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tui_ops.model.alerts import TEXT_LIMIT, Signal, Source
from tui_ops.model.doors import HeartbeatSpec
from tui_ops.model.states import Severity
from tui_ops.model.units import format_duration

RULE = "heartbeat"
"""The rule of every alert about a job; its subject is the job's name."""

EARLY_S = 60.0
"""A report that comes at most so long before a slot is that of the slot: two clocks are never the same."""

EARLY_PART = 4
"""Only where slots are more than so many times :data:`EARLY_S` apart: else the report is that of the slot before."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job stands."""

    spec: HeartbeatSpec
    due_at: float
    """When the next report is missed, grace included, epoch seconds."""
    last_at: float | None = None
    """When it reported last; None where it never did."""
    last_ok: bool = True
    last_text: str = ""
    missed: bool = False
    """Its time passed without a report."""
    doubtful: bool = False
    """Its time passed while no engine was there to take a report."""


def due_after(spec: HeartbeatSpec, anchor: float) -> float:
    """Return when the report is missed that follows on a moment.

    Args:
        spec: the job.
        anchor: when it reported last, or since when it is waited for; epoch seconds.
    """
    if not spec.cron:
        return anchor + spec.every_s + spec.grace_s
    slot = next_slot(spec, anchor)
    if slot - anchor <= EARLY_S:
        following = next_slot(spec, slot)
        if following - slot > EARLY_PART * EARLY_S:
            slot = following
    return slot + spec.grace_s


def next_slot(spec: HeartbeatSpec, after: float) -> float:
    """Return the first moment after another at which a job with a cron expression begins, epoch seconds.

    Where the clocks are changed it goes by Debian's cron: a slot that is left out comes right after the change, one
    that would come twice comes once.
    """
    from cronsim import CronSim

    return next(CronSim(spec.cron, datetime.fromtimestamp(after, ZoneInfo(spec.timezone)))).timestamp()


def word_of(standing: Standing, at: float) -> Signal:
    """Return what is said of a job at a moment.

    Args:
        standing: how it stands.
        at: epoch seconds.
    """
    spec, name = standing.spec, standing.spec.title or standing.spec.name
    labels = [("heartbeat", spec.name), *([("service", spec.service)] if spec.service else [])]
    severity, text, began = Severity.OK, f"{name} reported in time", standing.last_at or 0.0
    if standing.missed:
        severity, began = spec.severity, standing.due_at
        text = f"{name} did not report by {_clock(spec, standing.due_at)}; {_last(standing, at)}"
    elif not standing.last_ok:
        severity = spec.severity
        text = f"{name} reported that it failed" + (f": {standing.last_text}" if standing.last_text else "")
    elif standing.doubtful:
        severity, began = Severity.UNKNOWN, standing.due_at
        text = f"{name} had to report by {_clock(spec, standing.due_at)}, when no engine ran: look whether it did"
    elif standing.last_at is None:
        text = f"{name} has time until {_clock(spec, standing.due_at)}"
    return Signal(
        Source.HEARTBEAT, RULE, spec.name, severity, text[:TEXT_LIMIT], at, began, host=spec.host,
        labels=tuple(labels),
    )  # fmt: skip


def over(name: str, at: float) -> Signal:
    """Return the word of a job that is no longer waited for."""
    return Signal(Source.HEARTBEAT, RULE, name, Severity.OK, f"the inventory no longer names {name}", at)


def _clock(spec: HeartbeatSpec, at: float) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(spec.timezone)).strftime("%Y-%m-%d %H:%M %Z")


def _last(standing: Standing, at: float) -> str:
    if standing.last_at is None:
        return "it never did"
    said = "" if standing.last_ok else ", a failure"
    return f"it did last {format_duration(at - standing.last_at)} ago{said}"
