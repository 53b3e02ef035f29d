"""Changes and who approves them, as they are read."""

import json
import sqlite3
from typing import Any

from tui_ops.model.changes import (
    LIVE_STATES,
    OPEN_STATES,
    ChangeHappening,
    ChangeKind,
    ChangeState,
    Conflict,
    ConflictKind,
    Factor,
    LinkKind,
    RunState,
    Start,
    Vote,
)
from tui_ops.model.clock import now
from tui_ops.model.differing import difference_text
from tui_ops.model.security import LIVE_FINDINGS, FindingState
from tui_ops.store.views.changerows import (
    ApprovalRow,
    ChangeLineRow,
    ChangeRow,
    LinkRow,
    PlanRow,
    ProgressRow,
    WrittenRow,
)
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.hosts import texts

DONE_DAYS = 14
"""Changes that are done with are listed for so long: two weeks of a team that meets once a week."""

_OVER = frozenset({ChangeState.ENDED, ChangeState.CLOSED})

LINES_LIMIT = 1000
"""Lines of one change that are read: a run of hundreds of hosts; ``tui-ops show timeline`` has the rest."""

_CHANGE = (
    "id", "version", "revision", "title", "kind", "state", "outcome", "reason", "owner", "implementer",
    "requested_by", "edited_by", "targets", "hosts", "services", "model_id", "release_id", "release_place",
    "environment", "start", "starts_at", "ends_at", "window", "on_hold", "frozen_sha", "frozen_at", "dry_run_id",
    "risk", "risk_factors", "conflicts", "assessed_at", "self_approved", "run_id", "stopped", "review",
    "review_due_at", "reviewed_by", "unauthorised", "difference", "opened_at", "submitted_at", "approved_at",
    "began_at", "ended_at", "closed_at",
)  # fmt: skip

_CHANGES = f"SELECT {', '.join(f'c.{name}' for name in _CHANGE)} FROM change AS c"  # noqa: S608

_APPROVALS = (
    "SELECT a.id, a.change_id, a.at, a.who, a.uid, a.behalf, a.vote, a.reason, a.frozen_sha, a.void_at, a.void_why,"
    " a.audit_id FROM approval AS a"
)


def _differed(text: str) -> tuple[tuple[str, str], ...]:
    """Return what differed as topic and words, then who was there meanwhile."""
    found = json.loads(text or "{}")
    rows = [_difference_row(one) for one in found.get("items", ())]
    more = len(found.get("ids", ())) - len(rows)
    if more > 0:
        rows.append(("", f"and {more} more: tui-ops show differences"))
    return (*rows, *(("there", str(who)) for who in found.get("who", ())))


def _difference_row(one: dict[str, Any]) -> tuple[str, str]:
    before, after = one.get("before"), one.get("after")
    how = "is new: " if before is None else "is gone: " if after is None else ""
    return str(one.get("topic", "")), f"{one.get('item', '')} {how}{difference_text(before, after)}"


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return a JSON object as names with their values in words; nothing of what is none."""
    found = json.loads(text)
    return tuple((str(name), _word(value)) for name, value in found.items()) if isinstance(found, dict) else ()


def _word(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def factors_in(text: str) -> tuple[Factor, ...]:
    """Return the factors of a risk as the store keeps them; none where it keeps something else."""
    return tuple(
        Factor(str(one[0]), str(one[1]), int(one[2])) for one in map(_listed, json.loads(text)) if len(one) > 2
    )


def conflicts_in(text: str) -> tuple[Conflict, ...]:
    """Return what stands against a change as the store keeps it."""
    return tuple(
        Conflict(ConflictKind(one[0]), str(one[1]), bool(one[2]), tuple(map(str, one[3] if len(one) > 3 else ())))
        for one in map(_listed, json.loads(text))
        if len(one) > 2
    )


def _listed(one: Any) -> list[Any]:
    """Return a record as a list, whether it is kept as one or by name."""
    return list(one.values()) if isinstance(one, dict) else list(one)


def _approval(row: tuple[Any, ...]) -> ApprovalRow:
    return ApprovalRow(*row[:6], Vote(row[6]), *row[7:])  # type: ignore[call-arg]


def _change(row: tuple[Any, ...], votes: list[ApprovalRow], progress: ProgressRow | None) -> ChangeRow:
    found = dict(zip(_CHANGE, row, strict=True))
    found |= {
        "kind": ChangeKind(found["kind"]), "state": ChangeState(found["state"]), "start": Start(found["start"]),
        **{name: texts(found[name]) for name in ("edited_by", "targets", "hosts", "services")},
        "risk_factors": factors_in(found["risk_factors"]), "conflicts": conflicts_in(found["conflicts"]),
        "difference": _differed(found["difference"]),
        **{name: bool(found[name]) for name in ("self_approved", "unauthorised")},
    }  # fmt: skip
    said = tuple(one for one in votes if one.void_at is None and one.frozen_sha == found["frozen_sha"])
    return ChangeRow(**found, votes=said, progress=progress)


def _read_changes(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> list[ChangeRow]:
    rows = connection.execute(f"{_CHANGES} WHERE {where} ORDER BY c.id DESC", params).fetchall()
    inside = f"IN (SELECT c.id FROM change AS c WHERE {where})"  # noqa: S608
    votes: dict[int, list[ApprovalRow]] = {}
    for one in map(_approval, connection.execute(f"{_APPROVALS} WHERE a.change_id {inside} ORDER BY a.id", params)):
        votes.setdefault(one.change_id, []).append(one)
    runs = _progress(connection, where, params)
    return [_change(row, votes.get(row[0], []), runs.get(row[0])) for row in rows]


def _progress(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> dict[int, ProgressRow]:
    """Return how far the runs that count are, by the change's number."""
    found = connection.execute(
        "SELECT r.change_id, r.id, r.state, r.batch, r.batches, r.held, r.begun_at, r.ended_at,"  # noqa: S608
        " (SELECT count(DISTINCT k.host) FROM change_cell AS k WHERE k.run_id = r.id AND k.state = 'failed'),"
        " (SELECT count(*) FROM change_cell AS k WHERE k.run_id = r.id AND k.state = 'asking')"
        f" FROM change_run AS r JOIN change AS c ON c.run_id = r.id WHERE {where}",
        params,
    )
    return {row[0]: _how_far(*row[1:]) for row in found}


def _how_far(
    run: int, state: str, at: int, batches: str, held: str, begun_at: float, ended_at: float | None, failed: int,
    asking: int,
) -> ProgressRow:  # fmt: skip
    sizes = [len(one) for one in json.loads(batches)]
    done = sum(sizes) if state == RunState.DONE else sum(sizes[:at])
    batch = min(at + 1, len(sizes))
    return ProgressRow(
        run, RunState(state), batch, len(sizes), sum(sizes), done, failed, asking, held, begun_at, ended_at
    )


def changes(reader: Reader, since_version: int = 0, everything: bool = False) -> list[ChangeRow]:
    """Return changes, the newest first: the open ones, and those that were done with in the last days.

    Args:
        reader: of ``ops.db``.
        since_version: only what changed after this version, one that is done and old among them, and what runs: how
            far it is changes without it.
        everything: whether old ones are given as well.
    """
    where: tuple[str, tuple[object, ...]] = ("1 = 1", ())
    if since_version:
        live = ", ".join(f"'{state}'" for state in LIVE_STATES)
        where = (f"(c.version > ? OR c.state IN ({live}))", (since_version,))
    elif not everything:
        states = ", ".join(f"'{state}'" for state in OPEN_STATES)
        edge = now().at - DONE_DAYS * 86400
        where = (f"(c.state IN ({states}) OR coalesce(c.closed_at, c.ended_at, c.opened_at) >= ?)", (edge,))
    return reader.read(lambda connection: _read_changes(connection, *where))


def change(reader: Reader, number: int) -> ChangeRow | None:
    """Return one change; None where there is none of this number."""
    found = reader.read(lambda connection: _read_changes(connection, "c.id = ?", (number,)))
    return found[0] if found else None


def written(reader: Reader, number: int) -> WrittenRow | None:
    """Return the plan of a change as it was written, its values, and what is frozen of it."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT plan, plan_values, frozen FROM change WHERE id = ?", (number,)
        ).fetchone()
    )
    return WrittenRow(found[0], pairs(found[1]), found[2]) if found is not None else None


def change_lines(reader: Reader, number: int, limit: int = LINES_LIMIT) -> list[ChangeLineRow]:
    """Return what happened to a change, the first first; of more than ``limit`` lines the last ones."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, change_id, at, kind, who, text, data, audit_id FROM ("
            "SELECT * FROM change_line WHERE change_id = ? ORDER BY at DESC, id DESC LIMIT ?) ORDER BY at, id",
            (number, limit),
        ).fetchall()
    )
    return [ChangeLineRow(*row[:3], ChangeHappening(row[3]), row[4], row[5], json.loads(row[6]), row[7])  # type: ignore[call-arg]
            for row in found]  # fmt: skip


def approvals(reader: Reader, number: int) -> list[ApprovalRow]:
    """Return what everybody said of a change, void or not, the first first."""
    found = reader.read(
        lambda connection: connection.execute(f"{_APPROVALS} WHERE a.change_id = ? ORDER BY a.id", (number,)).fetchall()
    )
    return list(map(_approval, found))


def plan_versions(reader: Reader, number: int) -> list[PlanRow]:
    """Return the plans that a change had, the first first."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, change_id, number, at, who, plan, plan_values, targets, sha FROM change_plan"
            " WHERE change_id = ? ORDER BY number",
            (number,),
        ).fetchall()
    )
    return [PlanRow(*row[:6], pairs(row[6]), texts(row[7]), row[8]) for row in found]  # type: ignore[call-arg]


def links(reader: Reader, number: int) -> list[LinkRow]:
    """Return what a change is linked to, the first first."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT l.id, l.change_id, l.kind, l.other, l.at, l.who, f.state, f.title, c.state FROM change_link AS l"
            " JOIN change AS c ON c.id = l.change_id"
            " LEFT JOIN finding AS f ON l.kind = 'finding' AND f.id = CAST(substr(l.other, 5) AS INTEGER)"
            " WHERE l.change_id = ? ORDER BY l.id",
            (number,),
        ).fetchall()
    )
    return [LinkRow(*row[:2], LinkKind(row[2]), *row[3:6], _finding_said(*row[6:])) for row in found]  # type: ignore[call-arg]


def _finding_said(state: str | None, title: str, change: str) -> str:
    """Return how a linked finding stands: of a change that is over, whether it is gone."""
    if state is None:
        return ""
    found = FindingState(state)
    if ChangeState(change) not in _OVER:
        word = str(found)
    elif found is FindingState.CLAIMED:
        word = "not read anew yet"
    else:
        word = f"still there, {found}" if found in LIVE_FINDINGS else str(found)
    return f"{word}: {title}"
