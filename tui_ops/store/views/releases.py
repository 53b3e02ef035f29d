"""One release with its changes, and what was said and done about it."""

import json
from dataclasses import dataclass

from tui_ops.model.changes import release_name
from tui_ops.model.clean import clean
from tui_ops.store.views import changes, planned
from tui_ops.store.views.changerows import ChangeRow, ReleaseRow
from tui_ops.store.views.connect import Reader

LINES_LIMIT = 200
"""What was done about one release: a dozen changes put in, taken out and put in again."""

TEXT_LIMIT = 500
"""Characters of one line: those of a reason."""


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """Something that was done about a release."""

    at: float
    who: str
    act: str
    """The rest of the act's id: ``go``, ``add``."""
    text: str
    """What came of it, without the release's name."""
    reason: str
    """Why, where it was said."""


@dataclass(frozen=True, slots=True)
class InRelease:
    """A change of a release."""

    row: ChangeRow
    plan: str
    """The same for the same plan with the same values."""


def release_changes(reader: Reader, number: int) -> list[InRelease]:
    """Return the changes of a release in its order; those that were cancelled are none of it any more.

    Args:
        reader: of ``ops.db``.
        number: of the release.
    """
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, plan, plan_values FROM change WHERE release_id = ? AND state != 'cancelled'"
            " ORDER BY release_place, id",
            (number,),
        ).fetchall()
    )
    rows = ((changes.change(reader, id_), json.dumps((plan, values))) for id_, plan, values in found)
    return [InRelease(row, plan) for row, plan in rows if row is not None]


def release_lines(reader: Reader, number: int, since: float) -> list[ReleaseLine]:
    """Return what was done about a release as the audit has it, the first first; of very much the last.

    Args:
        reader: of ``ops.db``.
        number: of the release.
        since: when it was made, epoch seconds: what is older is not looked through.
    """
    name = release_name(number)
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT at, who, action, params, outcome FROM audit WHERE at >= ? AND action LIKE 'release.%' AND ("
            "instr(' ' || target || ' ', ' release:' || ? || ' ') > 0 OR outcome LIKE ? || ' is a draft%')"
            " ORDER BY id DESC LIMIT ?",
            (since, name, name, LINES_LIMIT),
        ).fetchall()
    )
    return [
        ReleaseLine(at, who, action.removeprefix("release."), _told(outcome, name), _reason(params))
        for at, who, action, params, outcome in reversed(found)
    ]


def release(reader: Reader, number: int) -> ReleaseRow | None:
    """Return a release, however old; None where there is none of this number."""
    return next((row for row in planned.releases(reader, everything=True) if row.id == number), None)


def _told(outcome: str, name: str) -> str:
    return clean(outcome.removeprefix(name).lstrip(": "), TEXT_LIMIT)


def _reason(params: str) -> str:
    try:
        given = json.loads(params)
    except ValueError:
        return ""
    return clean(str(given.get("reason") or ""), TEXT_LIMIT) if isinstance(given, dict) else ""
