"""What a hand-over tells of changes: those that run or stand still, those that begin soon, and freezes."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui_ops.model.changes import LIVE_STATES, ChangeState
from tui_ops.model.units import format_duration
from tui_ops.reports.escaping import md
from tui_ops.reports.icalendar import Calendar, Entry, entries
from tui_ops.reports.reviewed import day, moment
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.store.views.changes import changes
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.planned import changing, freezes

FREEZES_AHEAD_S = 7 * 86400.0
"""Freezes are told a week ahead: who plans something has to know of them before they begin."""

WAITS = "waits for approval"


@dataclass(frozen=True, slots=True)
class ShiftChanges:
    """The changes that the next shift has to know of."""

    under_way: tuple[ChangeRow, ...] = ()
    soon: tuple[ChangeRow, ...] = ()
    waiting: tuple[ChangeRow, ...] = ()
    """Submitted, not approved."""
    unauthorised: tuple[ChangeRow, ...] = ()
    reviews: tuple[ChangeRow, ...] = ()
    """Emergencies that ran before anybody approved them."""
    freezes: tuple[Entry, ...] = ()


def read_changes(reader: Reader, at: float, ahead_s: float) -> ShiftChanges:
    """Read them.

    Args:
        reader: of ``ops.db``.
        at: the moment of looking, epoch seconds.
        ahead_s: how far the next shift goes.
    """
    rows = [row for row in changes(reader) if row.is_open]
    calendar = Calendar("", (), freezes(reader, at=at), changing(reader), at, at + FREEZES_AHEAD_S, at)
    by_start = sorted(rows, key=lambda row: (row.starts_at or 0.0, row.id))
    return ShiftChanges(
        under_way=tuple(row for row in rows if row.state in LIVE_STATES),
        soon=tuple(
            row for row in by_start
            if row.state in (ChangeState.SUBMITTED, ChangeState.APPROVED, ChangeState.SCHEDULED)
            and row.starts_at is not None and row.starts_at <= at + ahead_s
        ),
        waiting=tuple(row for row in rows if row.state is ChangeState.SUBMITTED),
        unauthorised=tuple(row for row in rows if row.unauthorised and row.state is ChangeState.DRAFT),
        reviews=tuple(row for row in rows if row.review_due_at is not None and not row.reviewed_by),
        freezes=tuple(one for one in entries(calendar) if one.category == "freeze"),
    )  # fmt: skip


def change_lines(found: ShiftChanges, at: float) -> Iterator[str]:
    """Yield them as items of Markdown, what is under way first."""
    for row in found.under_way:
        yield _item(row, str(row.state), *_how_far(row, at))
    for row in found.soon:
        assert row.starts_at is not None
        late = "should have begun" if row.starts_at < at else "begins"
        state = WAITS if row.state is ChangeState.SUBMITTED else str(row.state)
        yield _item(row, state, f"{late} {_when(row.starts_at, at)}", _hosts(row))
    soon = {row.id for row in found.soon}
    for row in found.waiting:
        if row.id not in soon:
            yield _item(row, WAITS, _hosts(row))
    for row in found.unauthorised:
        yield _item(row, "nobody planned it: adopt it or take it back", ", ".join(row.hosts))
    for row in found.reviews:
        assert row.review_due_at is not None
        yield _item(row, f"ran unapproved: its review is due {_when(row.review_due_at, at)}")
    for entry in found.freezes:
        begins = "since" if entry.begin <= at else "from"
        what = entry.description.split("\n")[0]
        proposed = " (proposed)" if entry.status == "TENTATIVE" else ""
        yield (
            f"- **{md(entry.summary)}**{proposed} {begins} {_when(entry.begin, at)} until {_when(entry.end, at)}:"
            f" {md(what)}"
        )


def _item(row: ChangeRow, *said: str) -> str:
    who = f"{row.owner} has it" if row.owner else "nobody has it"
    return f"- **{row.name}** {md(row.title)}: {md('; '.join([*filter(None, said), who]))}"


def _how_far(row: ChangeRow, at: float) -> Iterator[str]:
    if row.began_at is not None:
        yield f"for {format_duration(max(0.0, at - row.began_at))}"
    if row.progress is not None:
        yield f"batch {row.progress.batch} of {row.progress.batches}, {row.progress.done} of {row.progress.hosts} hosts"
    if row.stopped:
        yield row.stopped


def _hosts(row: ChangeRow) -> str:
    return f"{len(row.hosts)} host{'s' if len(row.hosts) != 1 else ''}"


def _when(at: float, now: float) -> str:
    """Return a moment, with its day where that is not today."""
    return moment(at)[11:16] if day(at) == day(now) else moment(at)[:16]
