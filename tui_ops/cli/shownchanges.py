"""The rows of ``tui-ops show`` about changes: changes, models, freezes, releases, what happened to one."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment
from tui_ops.cli.output import Record
from tui_ops.model.address import Query
from tui_ops.model.changes import change_name, release_name, weighed
from tui_ops.model.clock import now
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import number_in

if TYPE_CHECKING:
    from tui_ops.model.changing import Window
    from tui_ops.store.views.changerows import ChangeRow
    from tui_ops.store.views.connect import Reader

CHANGE_COLUMNS = (
    "name", "kind", "state", "risk", "title", "hosts", "starts_at", "ends_at", "owner", "implementer", "requester",
    "outcome", "start", "window", "on_hold", "stopped", "conflicts", "blocked", "approved", "targets", "services",
    "sha", "self_approved", "release", "environment", "model", "began_at", "ended_at", "submitted_at", "approved_at",
    "closed_at", "opened_at", "review_due_at", "reviewed_by", "unauthorised", "reason", "factors", "revision",
)  # fmt: skip
"""``approved`` is who approved exactly what would run now; ``sha`` is the digest that approvals are bound to;
``blocked`` whether a conflict keeps it from starting."""

CHANGE_TEXT = ("name", "kind", "state", "risk", "title", "hosts", "starts_at", "owner", "outcome")

MODEL_COLUMNS = (
    "name", "title", "standard", "approved_by", "approved_at", "limits", "used", "successful", "by", "created_at",
    "retired_at", "sha", "revision",
)  # fmt: skip
"""``standard`` is whether standard changes are made of it: exactly its present text was approved."""

MODEL_TEXT = ("name", "title", "standard", "approved_by", "used", "successful", "by")
FREEZE_COLUMNS = (
    "name", "title", "kind", "state", "begins_at", "ends_at", "for", "reason", "by", "ended_at", "revision",
)  # fmt: skip
"""Those that were made on the desk, then those of the inventory with the next time that they are in force, then
windows."""

FREEZE_TEXT = ("name", "title", "kind", "state", "begins_at", "ends_at", "for")
RELEASE_COLUMNS = (
    "name", "title", "state", "service", "versions", "environments", "changes", "successful", "owner", "decided_by",
    "decided_at", "committed_at", "opened_at", "ended_at", "notes", "revision",
)  # fmt: skip
RELEASE_TEXT = ("name", "title", "state", "service", "changes", "successful", "owner")
LINE_COLUMNS = ("at", "change", "kind", "who", "text", "data", "audit", "id")
LINE_TEXT = ("at", "kind", "who", "text")

AHEAD_S = 400 * 86400.0
"""So far ahead the next time of a freeze or window of the inventory is looked for: a yearly one has one within."""


def take_change(words: Sequence[str]) -> tuple[int | None, list[str]]:
    """Return the number of the change that the first of some words names, and the others; None where it names none."""
    number = number_in(words[0], "CHG") if words and words[0].upper().startswith("CHG-") else None
    return number, list(words[1:] if number is not None else words)


def lines(reader: "Reader", number: int) -> Iterator[Record]:
    """Give what happened to a change, the first first.

    Raises:
        TuiOpsError: there is none of this number.
    """
    from tui_ops.store.views.changes import change, change_lines

    if change(reader, number) is None:
        raise TuiOpsError(f"there is no {change_name(number)}", "tui-ops show changes")
    for row in change_lines(reader, number, limit=-1):
        yield {
            "at": moment(row.at),
            "change": change_name(row.change_id),
            "kind": str(row.kind),
            "who": row.who,
            "text": row.text,
            "data": row.data,
            "audit": row.audit_id,
            "id": row.id,
        }


def changes(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the changes, the newest first; old ones where a name, a state, an outcome or a number is asked for."""
    from tui_ops.store.views.changes import changes as read
    from tui_ops.store.views.planned import models as read_models

    named = query.limit is not None or any(one.key in ("state", "name", "outcome", "closed_at") for one in query.terms)
    models = {one.id: one.name for one in read_models(reader, everything=True)}
    for row in read(reader, everything=named):
        yield _change(row, models.get(row.model_id) if row.model_id is not None else None)


def _change(row: "ChangeRow", model: str | None) -> Record:
    return {
        "name": row.name,
        "kind": str(row.kind),
        "state": str(row.state),
        "risk": row.risk,
        "title": row.title,
        "hosts": list(row.hosts),
        "starts_at": moment(row.starts_at),
        "ends_at": moment(row.ends_at),
        "owner": row.owner or None,
        "implementer": row.implementer or None,
        "requester": row.requested_by or None,
        "outcome": row.outcome or None,
        "start": str(row.start),
        "window": row.window or None,
        "on_hold": row.on_hold or None,
        "stopped": row.stopped or None,
        "conflicts": [one.said for one in row.conflicts],
        "blocked": any(one.blocks for one in row.conflicts),
        "approved": [one.who for one in row.votes if one.vote == "approve"],
        "targets": list(row.targets),
        "services": list(row.services),
        "sha": row.frozen_sha or None,
        "self_approved": row.self_approved,
        "release": release_name(row.release_id) if row.release_id is not None else None,
        "environment": row.environment or None,
        "model": model,
        "began_at": moment(row.began_at),
        "ended_at": moment(row.ended_at),
        "submitted_at": moment(row.submitted_at),
        "approved_at": moment(row.approved_at),
        "closed_at": moment(row.closed_at),
        "opened_at": moment(row.opened_at),
        "review_due_at": moment(row.review_due_at),
        "reviewed_by": row.reviewed_by or None,
        "unauthorised": row.unauthorised,
        "reason": row.reason or None,
        "factors": [weighed(one) for one in row.risk_factors],
        "revision": row.revision,
    }


def models(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the models by name; retired ones where a condition asks for them."""
    from tui_ops.store.views.planned import models as read

    named = any(one.key in ("retired_at", "name") for one in query.terms)
    for row in read(reader, everything=named):
        yield {
            "name": row.name,
            "title": row.title,
            "standard": row.is_standard,
            "approved_by": row.approved_by or None,
            "approved_at": moment(row.approved_at),
            "limits": dict(row.limits),
            "used": row.used,
            "successful": row.successful,
            "by": row.by,
            "created_at": moment(row.created_at),
            "retired_at": moment(row.retired_at),
            "sha": row.sha,
            "revision": row.revision,
        }


def freezes(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give freezes and windows; those of the desk that are over where a condition asks for them."""
    from tui_ops.practices.changes.calendar import openings
    from tui_ops.store.views.planned import changing
    from tui_ops.store.views.planned import freezes as read

    at = now().at
    named = any(one.key in ("ended_at", "name", "state") for one in query.terms)
    for row in read(reader, everything=named):
        over = row.ended_at is not None or row.ends_at <= at
        state = "over" if over else "proposed" if row.proposed else "in force" if row.begins_at <= at else "to come"
        yield {
            "name": row.name,
            "title": row.title,
            "kind": "freeze",
            "state": state,
            "begins_at": moment(row.begins_at),
            "ends_at": moment(row.ends_at),
            "for": list(row.matcher),
            "reason": row.reason or None,
            "by": row.by,
            "ended_at": moment(row.ended_at),
            "revision": row.revision,
        }
    spec = changing(reader)
    for window in sorted(spec.windows, key=lambda one: not one.freeze):
        spans = openings(window, at, at + AHEAD_S, spec.holidays, spec.timezone)
        yield _window(window, spans[0] if spans else None, at)


def _window(window: "Window", span: tuple[float, float] | None, at: float) -> Record:
    """Return a window or a freeze of the inventory with the next time that it is open."""
    begins, ends = span or (None, None)
    now_ = "in force" if window.freeze else "open"
    return {
        "name": window.name,
        "title": window.name,
        "kind": "freeze" if window.freeze else "window",
        "state": "over" if begins is None else now_ if begins <= at else "to come",
        "begins_at": moment(begins),
        "ends_at": moment(ends),
        "for": sorted(window.hosts),
        "reason": window.reason or None,
        "by": "inventory",
        "ended_at": None,
        "revision": None,
    }


def releases(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the releases, the newest first; old ones where a name or a state is asked for."""
    from tui_ops.store.views.planned import releases as read

    named = any(one.key in ("name", "state", "ended_at") for one in query.terms)
    for row in read(reader, everything=named):
        yield {
            "name": row.name,
            "title": row.title,
            "state": str(row.state),
            "service": row.service or None,
            "versions": dict(row.versions),
            "environments": list(row.environments),
            "changes": row.changes,
            "successful": row.done,
            "owner": row.owner or None,
            "decided_by": row.decided_by or None,
            "decided_at": moment(row.decided_at),
            "committed_at": moment(row.committed_at),
            "opened_at": moment(row.opened_at),
            "ended_at": moment(row.ended_at),
            "notes": row.notes or None,
            "revision": row.revision,
        }
