"""How a run begins: a dry one of any plan, a real one only of what was approved, on hosts that are free."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from tui_ops.model.changes import LIVE_STATES, Conflict, RunKind, Start, change_name
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.clean import clean
from tui_ops.practices.asked import ReasonNeeded, Refused
from tui_ops.practices.changes.approving import Authority, may_run_now, must_be_approved
from tui_ops.practices.changes.assessing import conflicts_now
from tui_ops.practices.changes.batches import Placed, batches_of
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.courses import follow, save
from tui_ops.practices.changes.freezing import Frozen, freeze, sha, thaw
from tui_ops.practices.changes.work import frozen_now, name_of
from tui_ops.store.changeruns import live_changes, places_of, run_under_way, tell_of_run
from tui_ops.store.tables.changes import Change, ChangeRun

TOKEN_BYTES = 16
"""Of a run's token: it names folders on hosts, and nobody there should be able to guess it."""

SHOWN = 3
"""Conflicts told in one refusal; the change's page has all of them."""


def begin_dry(session: Session, change: Change, who: str, at: float) -> ChangeRun:
    """Begin to find out what a change would differ, as it is now.

    Raises:
        Refused: its plan or targets are not right, or a dry run of it is under way.
    """
    assert change.id is not None
    if run_under_way(session, change.id) is not None:
        raise Refused(f"{name_of(change)} is tried already", "look at its run")
    # What a dry run says is about the work, not about its time: by this text it is found again.
    frozen = replace(frozen_now(session, change), start=Start.HAND, starts_at=None, ends_at=None, dry_sha="")
    return _begin(session, change, frozen, freeze(frozen), RunKind.DRY, who, at)


def begin(
    session: Session,
    change: Change,
    spec: ChangingSpec,
    who: str,
    at: float,
    reason: str = "",
    unapproved: bool = False,
) -> tuple[ChangeRun, str]:
    """Begin a change: exactly what was frozen, if it is approved, its hosts are free and nothing stands against it.

    Args:
        session: of the act, or of the engine at a change's time.
        change: its row.
        spec: what the inventory in force says of changes.
        who: whose start it is.
        at: epoch seconds.
        reason: why it may begin in spite of what asks for a reason.
        unapproved: whether it is an emergency that runs first and is looked at by another afterwards.

    Returns:
        The run, and by what it is authorised.

    Raises:
        Refused: with what stands against it.
    """
    assert change.id is not None
    if unapproved:
        change.review_due_at = may_run_now(session, change, at)
        authority = Authority(True, "not approved: an emergency, to be reviewed within a day")
    else:
        authority = must_be_approved(session, change, at, spec)
    if sha(change.frozen) != change.frozen_sha:
        raise Refused(f"{name_of(change)}: what is frozen is not what was approved", "withdraw it and submit it again")
    if run_under_way(session, change.id) is not None:
        raise Refused(f"{name_of(change)} is tried dry just now", "wait until that is over")
    frozen = thaw(change.frozen)
    _must_be_known(session, change, frozen)
    must_be_free(session, change)
    _must_be_clear(session, change, spec, at, reason)
    run = _begin(session, change, frozen, change.frozen, RunKind.REAL, who, at)
    change.run_id, change.began_at, change.stopped, change.outcome = run.id, at, "", ""
    change.self_approved = change.self_approved or authority.self_approved
    if not change.implementer:
        change.implementer = who
    return run, authority.said


def _must_be_known(session: Session, change: Change, frozen: Frozen) -> None:
    known = places_of(session, frozen.hosts)
    gone = [host for host in frozen.hosts if host not in known]
    if gone:
        said = f"{name_of(change)}: the inventory has no {', '.join(gone[:SHOWN])} any more"
        raise Refused(said, "withdraw it and edit its targets")


def must_be_free(session: Session, change: Change) -> None:
    """Refuse where a host belongs to another change: one lock a host, across all of them, in the store.

    Raises:
        Refused: with which host and which change.
    """
    wanted = set(json.loads(change.hosts))
    for other in live_changes(session, [str(state) for state in LIVE_STATES]):
        shared = sorted(wanted & set(json.loads(other.hosts))) if other.id != change.id else []
        if shared:
            assert other.id is not None
            more = f" and {len(shared) - SHOWN} more" if len(shared) > SHOWN else ""
            raise Refused(
                f"{', '.join(shared[:SHOWN])}{more} belong{'s' if len(shared) == 1 else ''} to"
                f" {change_name(other.id)}, which is {other.state}",
                "wait until that is over",
            )


def _must_be_clear(session: Session, change: Change, spec: ChangingSpec, at: float, reason: str) -> None:
    found = conflicts_now(session, change, at, spec)
    blocks = [one for one in found if one.blocks]
    if blocks:
        raise Refused(f"{name_of(change)} can't begin now: {_said(blocks)}", "nothing was changed")
    if found and not reason:
        raise ReasonNeeded(f"{name_of(change)}: {_said(found)}", "reason= says why it may begin all the same")


def _said(found: Sequence[Conflict]) -> str:
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return "; ".join(clean(one.said, 200) for one in found[:SHOWN]) + more


def _begin(
    session: Session, change: Change, frozen: Frozen, text: str, kind: RunKind, who: str, at: float
) -> ChangeRun:  # fmt: skip
    assert change.id is not None
    known = places_of(session, frozen.hosts)
    hosts = [Placed(host, known[host].site, known[host].rack) for host in frozen.hosts if host in known]
    digest = sha(text)
    real = kind is RunKind.REAL
    batches = batches_of(frozen.plan.batching, hosts, digest) if real else (tuple(host.name for host in hosts),)
    run = ChangeRun(
        change_id=change.id, kind=str(kind), token=secrets.token_hex(TOKEN_BYTES), by=who, frozen=text,
        frozen_sha=digest, batches=json.dumps(batches), begun_at=at,
    )  # fmt: skip
    session.add(run)
    session.flush()
    course = Course.fresh(frozen.plan, batches, kind)
    save(session, run, course, at)
    tell_of_run(session, run)
    follow(session, change, course, decided=True)
    return run
