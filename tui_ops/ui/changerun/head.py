"""The first lines of a run: how it stands, how far it is, how long it may take, what is new on its hosts. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_ops.model.changes import Outcome, RunState
from tui_ops.model.units import format_duration
from tui_ops.store.views.changeruns import RunAround, RunHead
from tui_ops.ui.cells import Signs, fit, safe, width_of
from tui_ops.ui.changerun.progress import Progress
from tui_ops.ui.paint import Ink, Line, Span, joined, line, line_width, spread
from tui_ops.ui.panels import counted, fitting, wrapped

STATE_INK = {
    RunState.RUNNING: Ink.ACCENT, RunState.SOAKING: Ink.ACCENT, RunState.PAUSED: Ink.WARN,
    RunState.ROLLING_BACK: Ink.WARN, RunState.INTERRUPTED: Ink.BAD, RunState.DONE: Ink.GOOD,
    RunState.ABORTED: Ink.BAD,
}  # fmt: skip

GOES_ON = frozenset({RunState.RUNNING, RunState.SOAKING})
"""A run of these states gets on by itself."""

AT_WORK = GOES_ON | {RunState.ROLLING_BACK}
"""In the others a host between two of its steps only waits."""

TITLE_LEAST = 16
"""Cells from which the change's title says something."""

HELD_LINES = 3
"""Lines of why a run waits; the change's own page has all of it."""

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True)
class Stand:
    """All that the first lines are made of."""

    head: RunHead
    title: str
    """Of the change."""
    outcome: str
    """An :class:`~tui_ops.model.changes.Outcome` of the change, or empty."""
    stopped: str
    """Why the change does not go on."""
    far: Progress
    batches: int
    left_s: float | None
    around: RunAround


def title_lines(stand: Stand, width: int, signs: Signs) -> list[Line]:
    """Return the first lines: one where all of it fits, else two."""
    head = stand.head
    name = line((head.name, Ink.TITLE), "  ", *((("dry run ", Ink.DIM),) if head.dry else ()), _state(stand))
    facts = [part for part in (_batch(stand), _counts(stand, signs), *_around(stand), _left(stand)) if part]
    one = joined([name, *facts], "   ")
    if line_width(one) <= width:
        room = width - line_width(one) - 3
        title = fit(stand.title, min(room, width_of(safe(stand.title)))) if room >= TITLE_LEAST else ""
        return [spread(one, line((title, Ink.DIM)), width) if title else one]
    return [_fitted([name, line((safe(stand.title), Ink.DIM))], width), _fitted(facts, width)]


def _fitted(parts: Sequence[Line], width: int) -> Line:
    """Return as many parts as fit whole, the first ones, closer together where that helps."""
    close = joined(parts, "  ")
    return joined(parts, "   ") if line_width(close) + len(parts) <= width else fitting(parts, width, "  ")


def _state(stand: Stand) -> Span:
    head = stand.head
    if head.state is RunState.DONE and stand.outcome and not head.dry:
        ink = {Outcome.SUCCESSFUL: Ink.GOOD, Outcome.FAILED: Ink.BAD}.get(Outcome(stand.outcome), Ink.WARN)
        return (stand.outcome, ink)
    if head.state is RunState.DONE and stand.far.failed:
        return (str(head.state), Ink.WARN)
    return (str(head.state), STATE_INK[head.state])


def _batch(stand: Stand) -> Line:
    head = stand.head
    if stand.batches < 2 or head.state is RunState.DONE:
        return ()
    return line(f"batch {min(head.batch + 1, stand.batches)} of {stand.batches}")


def _counts(stand: Stand, signs: Signs) -> Line:
    far = stand.far
    parts = [line(f"{far.done} of {far.hosts} done")]
    between, at_work = far.begun, stand.head.state in AT_WORK
    if stand.head.dry:
        parts.append(line((f"{far.differ} would differ", Ink.ACCENT if far.differ else Ink.DIM)))
    for count, word, ink in (
        (far.failed, "failed", Ink.BAD), (far.unknown, "unknown", Ink.WARN), (far.asking, "asking", Ink.WARN),
        (far.back, "back" if stand.head.state is not RunState.ROLLING_BACK else "taken back", Ink.WARN),
        (far.running + between * at_work, "running", Ink.TEXT), (between * (not at_work), "begun", Ink.TEXT),
        (far.waiting, "waiting", Ink.DIM),
    ):  # fmt: skip
        if count:
            parts.append(line((f"{count} {word}", ink)))
    return joined(parts, f" {signs.dot} ")


def _left(stand: Stand) -> Line:
    head = stand.head
    if head.ended_at is not None:
        return line((f"took {format_duration(head.ended_at - head.begun_at)}", Ink.DIM))
    if head.state not in GOES_ON or stand.left_s is None or stand.far.asking:
        # How long a person takes nobody knows.
        return ()
    return line((f"about {format_duration(max(1.0, stand.left_s))} left", Ink.DIM))


def _around(stand: Stand) -> list[Line]:
    around = stand.around
    if stand.head.dry:
        return []
    found = [line((f"new alerts {around.new_alerts}", Ink.WARN if around.new_alerts else Ink.DIM))]
    if around.expected_alerts:
        found.append(line((f"{around.expected_alerts} expected", Ink.DIM)))
    if around.caused:
        found.append(line((f"caused {', '.join(around.caused)}", Ink.BAD)))
    return found


def held_lines(stand: Stand, width: int) -> list[Line]:
    """Return why it does not go on and what to do, or what asks for somebody; nothing where it does."""
    head = stand.head
    why = head.held or (stand.stopped if head.ended_at is None else "")
    if head.state is RunState.INTERRUPTED:
        said = "interrupted: " + (why or "the engine ended while it ran; what the last steps came to is not known")
    elif why and head.state is RunState.SOAKING:
        return wrapped(_UTC.sub(_here, why), width, Ink.DIM)[:HELD_LINES]
    elif why:
        said = f"held: {why}"
    elif stand.far.asking and head.ended_at is None:
        said = f"{counted(stand.far.asking, 'host')} asked for: a person does the step, then y is done, n is not"
    else:
        return []
    return wrapped(said, width, Ink.BAD if head.state is RunState.INTERRUPTED else Ink.WARN)[:HELD_LINES]


def _here(found: re.Match[str]) -> str:
    """Return a moment in UTC as this desk's clock has it."""
    return f"{datetime.fromisoformat(found[0]).astimezone():%H:%M:%S}"


def batch_word(number: int, far: Progress, head: RunHead) -> Span:
    """Return in a word how a batch stands.

    Args:
        number: of the batch, from 0.
        far: how far its hosts are.
        head: of the run.
    """
    if far.back:
        return (f"{far.back} taken back", Ink.WARN)
    if far.failed:
        return (f"{far.failed} failed", Ink.BAD)
    if far.unknown:
        return (f"{far.unknown} unknown", Ink.WARN)
    if far.done == far.hosts:
        soaks = head.state is RunState.SOAKING and number == head.batch
        return ("soaking", Ink.ACCENT) if soaks else ("done", Ink.GOOD)
    if far.asking:
        return ("asks", Ink.WARN)
    return ("running", Ink.ACCENT) if far.running or far.begun or far.done else ("waiting", Ink.DIM)
