"""What stands around changes: who approves for whom, freezes, models, releases, the section of the inventory."""

from tui_ops.model.changes import ReleaseState
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.clock import now
from tui_ops.store.changingplan import PLAN_ID, from_text
from tui_ops.store.views.changerows import DelegationRow, FreezeRow, ModelRow, ReleaseRow
from tui_ops.store.views.changes import DONE_DAYS, pairs
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.hosts import texts


def delegations(reader: Reader, at: float) -> list[DelegationRow]:
    """Return who approves in whose place at an epoch second."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, giver, taker, begins_at, ends_at, reason, at, ended_at FROM delegation"
            " WHERE begins_at <= ? AND ends_at > ? AND (ended_at IS NULL OR ended_at > ?) ORDER BY id",
            (at, at, at),
        ).fetchall()
    )
    return [DelegationRow(*row) for row in found]


def freezes(reader: Reader, everything: bool = False, at: float | None = None) -> list[FreezeRow]:
    """Return the freezes that were made on the desk, the soonest first; those of the inventory are in its section.

    Args:
        reader: of ``ops.db``.
        everything: whether those that are over are given as well.
        at: the moment of looking, epoch seconds; None for now.
    """
    moment = now().at if at is None else at
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, title, reason, matcher, begins_at, ends_at, by, proposed, at, ended_at, revision FROM freeze"
            " WHERE ? OR (ends_at > ? AND ended_at IS NULL) ORDER BY begins_at, id",
            (everything, moment),
        ).fetchall()
    )
    return [FreezeRow(*row[:3], texts(row[3]), *row[4:7], bool(row[7]), *row[8:]) for row in found]  # type: ignore[call-arg]


def models(reader: Reader, everything: bool = False) -> list[ModelRow]:
    """Return the models of changes by name.

    Args:
        reader: of ``ops.db``.
        everything: whether those that are retired are given as well.
    """
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT m.id, m.name, m.title, m.plan, m.sha, m.limits, m.by, m.created_at, m.approved_by, m.approved_sha,"
            " m.approved_at, m.retired_at, m.revision, m.edited_by,"
            " (SELECT count(*) FROM change AS c WHERE c.model_id = m.id),"
            " (SELECT count(*) FROM change AS c WHERE c.model_id = m.id AND c.outcome = 'successful')"
            " FROM change_model AS m WHERE ? OR m.retired_at IS NULL ORDER BY m.name",
            (everything,),
        ).fetchall()
    )
    return [ModelRow(*row[:5], pairs(row[5]), *row[6:13], texts(row[13]), *row[14:]) for row in found]  # type: ignore[call-arg]


def releases(reader: Reader, everything: bool = False) -> list[ReleaseRow]:
    """Return releases, the newest first.

    Args:
        reader: of ``ops.db``.
        everything: whether those that were over days ago are given as well.
    """
    edge = now().at - DONE_DAYS * 86400
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT r.id, r.version, r.name, r.service, r.versions, r.environments, r.state, r.notes, r.committed_at,"
            " r.decided_by, r.decided_at, r.owner, r.opened_at, r.ended_at, r.revision,"
            " (SELECT count(*) FROM change AS c WHERE c.release_id = r.id),"
            " (SELECT count(*) FROM change AS c WHERE c.release_id = r.id AND c.outcome = 'successful')"
            " FROM release AS r WHERE ? OR r.ended_at IS NULL OR r.ended_at >= ? ORDER BY r.id DESC",
            (everything, edge),
        ).fetchall()
    )
    return [ReleaseRow(*row[:4], pairs(row[4]), texts(row[5]), ReleaseState(row[6]), *row[7:]) for row in found]  # type: ignore[call-arg]


def changing(reader: Reader) -> ChangingSpec:
    """Return the section ``changes`` of the inventory in force; an empty one where no engine kept any."""
    found = reader.read(
        lambda connection: connection.execute("SELECT body FROM changing_plan WHERE id = ?", (PLAN_ID,)).fetchone()
    )
    return from_text(str(found[0])) if found is not None else ChangingSpec()
