"""The review after an incident: when it is due, and its first draft, written from the timeline.

What is drafted is only what the record says; what people thought, they add. Nobody is blamed: the draft names what
happened, not who should have known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui_ops.model.incidents import Happening
from tui_ops.model.units import format_duration

DUE_DAYS_P1 = 3
"""Calendar days for the review of a P1: while people still remember, weekend or not."""

DUE_WORK_DAYS_P2 = 5
"""Days from Monday to Friday for a P2: within a week, and nobody works a weekend for it."""

SOON_DETECTED_S = 60.0
"""Detected within so long is worth saying: nobody outside can have noticed before."""

LATE_DETECTED_S = 600.0
"""Detected only after so long: users knew before we did."""

SOON_ACKED_S = 300.0
"""Acknowledged within so long: before the second step of most escalation policies."""

LATE_ACKED_S = 900.0
"""Acknowledged only after so long: half of what an acknowledgement lasts."""

STORY_LINES = 12
"""Lines of the timeline that the draft retells; the timeline itself stands below it."""

FACTORS_LIMIT = 20
"""Contributing factors that a review keeps."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline."""

    at: float
    kind: str
    who: str
    """Empty for the engine."""
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """An incident as its review looks at it; moments are epoch seconds."""

    name: str
    title: str
    priority: int
    services: tuple[str, ...]
    started_at: float
    detected_at: float
    acked_at: float | None
    """The first acknowledgement by a person."""
    mitigated_at: float | None
    resolved_at: float | None
    cause: str
    cause_text: str
    helped: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the record says already, by section."""

    what_happened: str
    impact: str
    went_well: str
    went_badly: str
    factors: tuple[str, ...]


def due_at(priority: int, at: float) -> float | None:
    """Return until when what follows an incident is to be done.

    Args:
        priority: of the incident, 1 first.
        at: when it was asked for, epoch seconds.

    Returns:
        Epoch seconds: three days on for P1, five working days for P2; None for the others, whose review nobody owes.
    """
    if priority <= 1:
        return at + DUE_DAYS_P1 * 86400.0
    if priority > 2:
        return None
    day = datetime.fromtimestamp(at, UTC)
    left = DUE_WORK_DAYS_P2
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day.timestamp()


def hurt_s(story: Story, now: float) -> float:
    """Return for how long it hurt, in seconds: from the onset to the mitigation, or to the end, or until now."""
    ends = [at for at in (story.mitigated_at, story.resolved_at) if at is not None]
    return max(0.0, (min(ends) if ends else now) - story.started_at)


def draft(story: Story, now: float) -> Draft:
    """Write the first draft of a review.

    Args:
        story: the incident with its timeline.
        now: epoch seconds, for what has not come to its end.
    """
    well, badly = _judged(story)
    return Draft(
        what_happened="\n".join(_retold(story)),
        impact=_impact(story, now),
        went_well="\n".join(well),
        went_badly="\n".join(badly),
        factors=tuple(_factors(story)),
    )


def _impact(story: Story, now: float) -> str:
    minutes = max(1, round(hurt_s(story, now) / 60))
    whom = ", ".join(story.services) if story.services else "no service that the inventory names"
    return f"{minutes} minute{'s' if minutes != 1 else ''}: {whom}"


_TOLD = frozenset({
    Happening.OPENED, Happening.STATE, Happening.ACKNOWLEDGED, Happening.ESCALATED, Happening.COMMAND, Happening.MERGED,
    Happening.MATCHED,
})  # fmt: skip
"""The kinds of lines that make the story; the others are its details."""


def _retold(story: Story) -> list[str]:
    told = [line for line in story.lines if line.kind in _TOLD]
    first = told[:STORY_LINES]
    lines = [f"{_clock(line.at)} {line.text}" + (f" ({line.who})" if line.who else "") for line in first]
    if len(told) > len(first):
        lines.append(f"{len(told) - len(first)} more such lines are on the timeline.")
    if story.helped:
        lines.append(f"What helped: {story.helped}")
    return lines or [f"{story.title}."]


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")


def _judged(story: Story) -> tuple[list[str], list[str]]:
    well, badly = [], []
    found = story.detected_at - story.started_at
    if found <= SOON_DETECTED_S:
        well.append(f"It was detected {_within(found)}.")
    elif found >= LATE_DETECTED_S:
        badly.append(f"It was detected only after {format_duration(found)}.")
    if story.acked_at is None:
        badly.append("No person acknowledged it.")
    else:
        taken = story.acked_at - story.detected_at
        if taken <= SOON_ACKED_S:
            well.append(f"It was acknowledged {_within(taken)}.")
        elif taken >= LATE_ACKED_S:
            badly.append(f"It was acknowledged only after {format_duration(taken)}.")
    for kind, wanted, text in _COUNTED:
        count = sum(line.kind == kind and wanted(line) for line in story.lines)
        if count:
            badly.append(text.format(times="once" if count == 1 else f"{count} times"))
    return well, badly


def _within(seconds: float) -> str:
    return "at once" if seconds < 1 else f"within {format_duration(seconds)}"


_COUNTED: tuple[tuple[Happening, Callable[[Line], bool], str], ...] = (
    (Happening.ESCALATED, lambda _line: True, "It was escalated {times}."),
    (Happening.UNACKNOWLEDGED, lambda line: not line.who, "An acknowledgement ran out {times}."),
    (Happening.NOTIFIED, lambda line: "failed" in line.text, "A notification failed {times}."),
    (Happening.NOTIFIED, lambda line: "nobody is on call" in line.text, "Nobody was on call {times}."),
)  # fmt: skip
"""What the timeline says against us: kind of line, which of them, and how it is told."""


def _factors(story: Story) -> list[str]:
    found = [f"{story.cause}: {story.cause_text}" if story.cause_text else story.cause] if story.cause else []
    found += [line.text for line in story.lines if line.kind == Happening.MATCHED]
    return list(dict.fromkeys(found))[:FACTORS_LIMIT]
