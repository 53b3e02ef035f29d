"""What a printed review is made of: the incident, its review, its timeline and its action items, read at one moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tui_ops.model.incidents import incident_name
from tui_ops.model.units import format_duration
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.incidents import IncidentRow, TimelineRow, incident, timeline
from tui_ops.store.views.problems import ItemRow, ProblemRow, action_items, problem
from tui_ops.store.views.reviews import ReviewRow, review

LINES_SHOWN = 500
"""Lines of the timeline that are printed, the first ones: ten pages."""

DATA_SHOWN = 6
"""Values of a line's data that are printed beside it."""

_HIDDEN_DATA = frozenset({"undo", "role", "undoes", "told", "outputs"})
"""What lines keep for the program alone."""

EPOCHS_FROM = 1e9
"""Numbers from here on are moments: no reading of a host comes to it beside bytes, which are whole numbers."""

SECTIONS = (
    ("went_well", "What went well"), ("went_badly", "What went badly"), ("lucky", "Where we were lucky"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An incident with its review."""

    incident: IncidentRow
    review: ReviewRow | None
    """None where nobody has begun it: then the record alone is printed."""
    lines: tuple[TimelineRow, ...]
    left_out: int
    """Lines of the timeline beyond :data:`LINES_SHOWN`."""
    items: tuple[ItemRow, ...]
    problem: ProblemRow | None
    at: float
    """When it was read, epoch seconds."""


def read_review(reader: Reader, number: int, at: float) -> Reviewed | None:
    """Return an incident with its review; None where there is no such incident.

    Args:
        reader: of ``ops.db``.
        number: of the incident.
        at: the moment of looking, epoch seconds.
    """
    row = incident(reader, number)
    if row is None:
        return None
    lines = [_named(line, number) for line in timeline(reader, number) if "review" not in line.data]
    return Reviewed(
        row, review(reader, number), tuple(lines[:LINES_SHOWN]), max(0, len(lines) - LINES_SHOWN),
        tuple(action_items(reader, open_only=False, incident=number)),
        problem(reader, row.problem_id) if row.problem_id is not None else None, at,
    )  # fmt: skip


def _named(line: TimelineRow, number: int) -> TimelineRow:
    """Return a line as the review has it: one of an incident that was merged into it says from where it is."""
    if line.incident_id == number:
        return line
    return replace(line, text=f"{incident_name(line.incident_id)}: {line.text}")


def moment(at: float) -> str:
    """Return an epoch time for people: ``2026-03-01 14:18:03 UTC``."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def day(at: float | None) -> str:
    """Return a day, ``2026-03-01``; a dash where there is none."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d") if at is not None else "–"


def head(found: Reviewed) -> list[tuple[str, str]]:
    """Return the facts at the top, label and text; the texts are foreign and still to be escaped."""
    row, held = found.incident, found.review
    facts = [
        ("State", f"{row.state}, P{row.priority}, {row.severity}"),
        ("Impact", held.impact if held is not None and held.impact else _impact(found)),
        ("Services", ", ".join(row.services) or "none that the inventory names"),
        ("Hosts", ", ".join(row.hosts) or "none"),
        ("Began", moment(row.started_at)),
        ("Detected", _after(row.opened_at, row.started_at, "after the onset")),
        ("Acknowledged", _after(row.acked_at, row.opened_at, "after that")),
        ("Mitigated", _after(row.mitigated_at, row.opened_at, "after it was detected")),
        ("Resolved", _after(row.resolved_at, row.started_at, "after the onset")),
        ("Cause", f"{row.cause}: {row.cause_text}" if row.cause_text else row.cause or "not said"),
        ("What helped", row.helped or "not said"),
    ]
    if row.roles:
        facts.append(("Roles", ", ".join(f"{role}: {who}" for role, who in row.roles)))
    if found.problem is not None:
        facts.append(("Problem", f"{found.problem.name} ({found.problem.state}): {found.problem.title}"))
    if held is not None:
        due = f", due {day(held.due_at)}" if held.due_at is not None else ""
        facts.append(("Review", f"{held.state}, {held.owner}{due}"))
    return facts


def _impact(found: Reviewed) -> str:
    row = found.incident
    ends = [at for at in (row.mitigated_at, row.resolved_at) if at is not None]
    minutes = max(1, round(((min(ends) if ends else found.at) - row.started_at) / 60))
    return f"{minutes} minute{'s' if minutes != 1 else ''}" + ("" if ends else " so far")


def _after(at: float | None, begin: float, words: str) -> str:
    if at is None:
        return "not"
    taken = at - begin
    return f"{moment(at)}, {format_duration(taken)} {words}" if taken >= 1 else moment(at)


def said(line: TimelineRow) -> str:
    """Return the words of a line, with its kind where they do not begin with it."""
    return line.text if line.text.startswith(str(line.kind)) else f"{line.kind}: {line.text}"


def data_of(line: TimelineRow) -> str:
    """Return what a line has beside its words: its data, and the audit entry that proves it."""
    found = [f"{name}={_short(value)}" for name, value in line.data.items() if name not in _HIDDEN_DATA][:DATA_SHOWN]
    if line.audit_id is not None:
        found.append(f"audit {line.audit_id}")
    return ", ".join(found)


def _short(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{len(value)} values"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"{len(list(value))} values"
    if isinstance(value, float) and EPOCHS_FROM <= value < 1e11:
        return moment(value)
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def paragraphs(text: str) -> list[str]:
    """Return the lines of a section that say something."""
    return [line for line in text.split("\n") if line.strip()]
