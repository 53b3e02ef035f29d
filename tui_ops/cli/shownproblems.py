"""The rows of ``tui-ops show`` about problems, known errors and what is to be done."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment
from tui_ops.cli.output import Record
from tui_ops.cli.shownfacts import wanted
from tui_ops.model.address import Query
from tui_ops.model.clock import now
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import number_in, problem_name
from tui_ops.model.problems import SIGNATURE

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

PROBLEM_COLUMNS = (
    "problem", "state", "priority", "title", "owner", "services", "incidents", "open", "workaround", "changes",
    "proposed", "risk_until", "root_cause", "whys", "factors", "fix", "statement", "resolution", "duplicate_of",
    "shape", "opened", "opened_by", "resolved", "closed", "revision",
)  # fmt: skip
PROBLEM_TEXT = ("problem", "state", "priority", "title", "owner", "incidents", "open", "workaround")

KNOWN_ERROR_COLUMNS = (
    "known_error", "title", *SIGNATURE, "workaround", "solution", "symptom", "problem", "matched", "matched_at",
    "by", "created", "valid_until", "retired", "revision",
)  # fmt: skip
KNOWN_ERROR_TEXT = ("known_error", "title", "rule", "log", "unit", "package", "version", "workaround", "matched")

ACTION_COLUMNS = (
    "item", "due", "owner", "what", "of", "kind", "overdue", "done", "done_by", "created", "created_by", "revision",
)  # fmt: skip
ACTION_TEXT = ("item", "due", "overdue", "owner", "what", "of", "kind", "done")

LINE_COLUMNS = ("at", "problem", "kind", "who", "text", "audit", "id")
LINE_TEXT = ("at", "kind", "who", "text")


def take_problem(words: Sequence[str]) -> tuple[int | None, list[str]]:
    """Return the number of the problem that the first of some words names, and the others; None where it names none."""
    number = number_in(words[0], "PRB") if words and words[0].upper().startswith("PRB-") else None
    return number, list(words[1:] if number is not None else words)


def lines(reader: "Reader", number: int) -> Iterator[Record]:
    """Give what happened to a problem, the first first.

    Raises:
        TuiOpsError: there is none of this number.
    """
    from tui_ops.store.views.problems import problem, problem_lines

    if problem(reader, number) is None:
        raise TuiOpsError(f"there is no {problem_name(number)}", "tui-ops show problems")
    for row in problem_lines(reader, number):
        yield {
            "at": moment(row.at),
            "problem": problem_name(row.problem_id),
            "kind": str(row.kind),
            "who": row.who,
            "text": row.text,
            "audit": row.audit_id,
            "id": row.id,
        }


def problems(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the problems; closed ones of long ago only where a condition names a state or a problem."""
    from tui_ops.store.views.problems import problems as read

    named = any(term.key in {"state", "problem", "closed", "resolution"} for term in query.terms)
    for row in read(reader, everything=named):
        yield {
            "problem": row.name,
            "state": "proposed" if row.proposed and row.is_open else str(row.state),
            "priority": row.priority,
            "title": row.title,
            "owner": row.owner or None,
            "services": list(row.services),
            "incidents": row.incidents,
            "open": row.open_incidents,
            "workaround": row.workaround or None,
            "changes": list(row.changes),
            "proposed": row.proposed,
            "risk_until": moment(row.risk_until),
            "root_cause": row.root_cause or None,
            "whys": list(row.whys),
            "factors": list(row.factors),
            "fix": row.fix or None,
            "statement": row.statement or None,
            "resolution": row.resolution or None,
            "duplicate_of": problem_name(row.duplicate_of) if row.duplicate_of is not None else None,
            "shape": row.shape or None,
            "opened": moment(row.opened_at),
            "opened_by": row.opened_by or None,
            "resolved": moment(row.resolved_at),
            "closed": moment(row.closed_at),
            "revision": row.revision,
        }


def known_errors(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the known errors; those that are no longer looked for only where a condition asks for them."""
    from tui_ops.store.views.problems import known_errors as read

    named = any(term.key in {"retired", "known_error", "valid_until"} for term in query.terms)
    for row in read(reader, everything=named):
        signature = dict(row.signature)
        yield {
            "known_error": row.name,
            "title": row.title,
            **{name: signature.get(name) for name in SIGNATURE},
            "workaround": row.workaround or None,
            "solution": row.solution or None,
            "symptom": row.symptom or None,
            "problem": problem_name(row.problem_id) if row.problem_id is not None else None,
            "matched": row.matched,
            "matched_at": moment(row.matched_at),
            "by": row.by,
            "created": moment(row.created_at),
            "valid_until": moment(row.valid_until),
            "retired": row.retired,
            "revision": row.revision,
        }


def actions(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the action items; those that are done only where a condition asks for them."""
    from tui_ops.store.views.problems import action_items

    named = any(term.key in {"done", "done_by", "item"} for term in query.terms)
    known, at = wanted(query, "of"), now().at
    for row in action_items(reader, open_only=not named):
        if known(row.of):
            yield {
                "item": row.name,
                "due": moment(row.due_at),
                "owner": row.owner,
                "what": row.text,
                "of": row.of,
                "kind": str(row.kind),
                "overdue": row.overdue(at),
                "done": moment(row.done_at),
                "done_by": row.done_by or None,
                "created": moment(row.created_at),
                "created_by": row.created_by,
                "revision": row.revision,
            }
