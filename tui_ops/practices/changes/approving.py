"""Saying yes or no to a change, and whether what was said is enough for it to run: bound to what is frozen."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from tui_ops.model.changes import ChangeHappening, ChangeKind, ChangeState, Start, Vote
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened
from tui_ops.model.people import Role
from tui_ops.model.verdict import YES
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes import models, policies
from tui_ops.practices.changes.freezing import sha, thaw
from tui_ops.practices.changes.policies import Standing, Voice
from tui_ops.practices.changes.states import Event, after
from tui_ops.practices.changes.work import (
    NOT_FROZEN,
    Terms,
    changes_of,
    move,
    name_of,
    names_of,
    people_for,
    said_of,
    subject_of,
    tell,
    voices_of,
    void,
)
from tui_ops.practices.saying import text_of
from tui_ops.store.changes import changes_in
from tui_ops.store.tables.changes import Approval, Change
from tui_ops.store.timeline import add_change_line
from tui_ops.store.undoing import Changes

REVIEW_S = 86400.0
"""Until when an emergency that ran without approval is looked at by another: ITIL's tools ask for the next day."""

SHA_LEAST = 8
"""Digits of a digest that say which plan was seen."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Whether a change may run as far as people go, and by what."""

    ok: bool
    said: str
    """What is missing, or by what it is authorised."""
    self_approved: bool = False


# --- whether it is enough ---------------------------------------------------------------------------------------------


def standing_of(session: Session, change: Change, at: float, spec: ChangingSpec) -> Standing:
    """Return how far the approvals of a change are at epoch second ``at``."""
    people = people_for(session, change, spec)
    return policies.standing(spec, subject_of(change), voices_of(session, change), people, at)


def authority(session: Session, change: Change, at: float, spec: ChangingSpec) -> Authority:
    """Return whether exactly what is frozen is authorised at epoch second ``at``, whatever state it is in."""
    if not change.frozen or sha(change.frozen) != change.frozen_sha:
        return Authority(False, "what is frozen does not fit its digest: withdraw it and submit it anew")
    if change.kind == ChangeKind.STANDARD:
        why = models.against(session, change, spec.solo)
        return Authority(not why, why or "made from an approved model")
    found = standing_of(session, change, at, spec)
    if found.satisfied:
        names = ", ".join(f"{one.who} for {one.behalf}" if one.behalf else one.who for one in found.counting)
        return Authority(True, f"approved by {names}", found.self_approved)
    lost = "; ".join(f"{voice.who}'s does not count: {why}" for voice, why in found.dropped if not voice.void)
    return Authority(False, found.said + (f" ({lost})" if lost else ""))


def must_be_approved(session: Session, change: Change, at: float, spec: ChangingSpec) -> Authority:
    """Return by what a change may begin now; called at the moment of its start, for people and for the engine alike.

    Args:
        session: of the transaction in which it begins.
        change: the row.
        at: now, epoch seconds.
        spec: what the inventory in force says of changes.

    Raises:
        Refused: it is not approved as it would run, it is on hold, or it is not its time.
    """
    name = name_of(change)
    if change.state not in (ChangeState.APPROVED, ChangeState.SCHEDULED):
        raise Refused(f"{name} is {change.state}", "it begins once it is approved")
    _must_be_whole(change)
    found = authority(session, change, at, spec)
    if not found.ok:
        raise Refused(f"{name} is not approved as it would run: {found.said}", "withdraw it, or ask those who may")
    frozen = thaw(change.frozen)
    if frozen.starts_at is not None and at < frozen.starts_at:
        raise Refused(
            f"{name} is approved for {iso(frozen.starts_at)} and later", "wait, or submit it for another time"
        )
    if frozen.ends_at is not None and at >= frozen.ends_at:
        raise Refused(f"{name} was to begin before {iso(frozen.ends_at)}", "withdraw it and submit it for another time")
    return found


def may_run_now(session: Session, change: Change, at: float) -> float:
    """Return until when an emergency has to be looked at by another if it runs now without enough approvals.

    Args:
        session: of the transaction in which it begins.
        change: the row.
        at: now, epoch seconds.

    Returns:
        Epoch seconds, for ``Change.review_due_at``.

    Raises:
        Refused: it is no emergency that waits for approval, or it is on hold.
    """
    del session
    if change.kind != ChangeKind.EMERGENCY or change.state != ChangeState.SUBMITTED:
        said = f"{name_of(change)} is a {change.kind} change that is {change.state}"
        raise Refused(said, "only an emergency that is submitted runs before it is approved")
    _must_be_whole(change)
    return at + REVIEW_S


def _must_be_whole(change: Change) -> None:
    if change.on_hold:
        raise Refused(f"{name_of(change)} is on hold: {change.on_hold}", "take it off hold first")
    if not change.frozen or sha(change.frozen) != change.frozen_sha or thaw(change.frozen).change != change.id:
        raise Refused(f"{name_of(change)}: what is frozen does not fit its digest", "withdraw it and submit it anew")


def settle(session: Session, change: Change, at: float, spec: ChangingSpec, changes: Changes) -> Iterator[Happened]:
    """Move a change to where its approvals put it, and yield a line for each move.

    Args:
        session: of the act, or of the engine.
        change: the row.
        at: now, epoch seconds.
        spec: what the inventory in force says of changes.
        changes: remembers it.
    """
    state = ChangeState(change.state)
    if state not in (ChangeState.SUBMITTED, ChangeState.APPROVED, ChangeState.SCHEDULED):
        return
    found = authority(session, change, at, spec)
    if found.ok and state is ChangeState.SUBMITTED:
        state = after(state, Event.ENOUGH)
        changes.set(change, state=str(state), approved_at=at, self_approved=found.self_approved)
        self_said = " (self-approved)" if found.self_approved else ""
        yield Happened(ChangeHappening.STATE, f"{state}: {found.said}{self_said}")
        if change.start != Start.HAND:
            changes.set(change, state=str(after(state, Event.SCHEDULE)))
            yield Happened(ChangeHappening.STATE, f"{change.state}: it begins {change.start}")
    elif not found.ok and state is not ChangeState.SUBMITTED:
        changes.set(change, state=str(after(state, Event.LAPSE)), approved_at=None, self_approved=False)
        yield Happened(ChangeHappening.VOIDED, f"{change.state} again: {found.said}")


def settle_all(session: Session, at: float, spec: ChangingSpec) -> list[int]:
    """Move every waiting change to where its approvals put it: time passes, roles and policies change.

    Args:
        session: of the engine.
        at: now, epoch seconds.
        spec: what the inventory in force says of changes.

    Returns:
        The numbers of those that moved.
    """
    moved = []
    for change in changes_in(session, (ChangeState.SUBMITTED, ChangeState.APPROVED, ChangeState.SCHEDULED)):
        assert change.id is not None
        changes = Changes(session)
        lines = list(settle(session, change, at, spec, changes))
        for happened in lines:
            add_change_line(session, change.id, happened, at)
        if lines:
            changes.kept()
            moved.append(change.id)
    return moved


def settled(session: Session, done: Done, change: Change, at: float, terms: Terms, changes: Changes) -> None:
    """Settle a change within an act. What it tells goes with the act's own lines."""
    assert change.id is not None
    done.change_lines += [(change.id, happened) for happened in settle(session, change, at, terms.spec, changes)]


# --- the acts ---------------------------------------------------------------------------------------------------------


def approve(session: Session, asked: Asked, terms: Terms) -> Done:
    """Say yes to exactly what is frozen."""
    done = Done("")
    rows = changes_of(session, asked)
    for change in rows:
        _must_wait(change)
        # The world may have moved since it was submitted: who says yes is held against the risk of today.
        terms.weigh(session, change, asked.at)
        changes = Changes(session)
        row = _vote(session, done, asked, terms, change, Vote.APPROVE, changes)
        moves = Done("")
        settled(session, moves, change, asked.at, terms, changes)
        own = ", who asked for it" if row.who in (change.requested_by, change.owner) else ""
        text = f"approved by {said_of(row)}{own}" + (f": {row.reason}" if row.reason else "")
        tell(done, asked, change, ChangeHappening.VOTE, text, changes, Role.APPROVER, sha=change.frozen_sha)
        done.change_lines += moves.change_lines
    done.message = "; ".join(_after_vote(session, change, asked.at, terms) for change in rows)
    return done


def _after_vote(session: Session, change: Change, at: float, terms: Terms) -> str:
    if change.state == ChangeState.SUBMITTED:
        return f"{name_of(change)}: yes, and it still waits for {standing_of(session, change, at, terms.spec).said}"
    return f"{name_of(change)} is {change.state}"


def reject(session: Session, asked: Asked, terms: Terms) -> Done:
    """Say no: it is a draft again, and every approval of it is void."""
    done, reason = Done(""), text_of(asked, "reason")
    rows = changes_of(session, asked)
    for change in rows:
        _must_be_seen(change, asked)
        changes = Changes(session)
        _check_vote(session, asked, terms, change, Vote.REJECT)
        void(session, done, asked, change, f"{asked.who.name} rejected it")
        _vote(session, done, asked, terms, change, Vote.REJECT, changes)
        move(changes, change, Event.REJECT, asked, **NOT_FROZEN)
        # It is not taken back: what was voided by it stays void; who thinks better of it says yes the next time.
        changes.kept()
        tell(done, asked, change, ChangeHappening.VOTE, f"rejected: {reason}")
    done.message = f"{names_of(rows)} rejected, and a draft again: {reason}"
    return done


def abstain(session: Session, asked: Asked, terms: Terms) -> Done:
    """Say neither yes nor no, and that one has looked."""
    done, reason = Done(""), text_of(asked, "reason")
    rows = changes_of(session, asked)
    for change in rows:
        _must_wait(change)
        changes = Changes(session)
        _vote(session, done, asked, terms, change, Vote.ABSTAIN, changes)
        text = "abstained" + (f": {reason}" if reason else "")
        tell(done, asked, change, ChangeHappening.VOTE, text, changes, Role.APPROVER)
    done.message = f"{names_of(rows)}: abstained"
    return done


def _must_wait(change: Change) -> None:
    if change.on_hold:
        raise Refused(f"{name_of(change)} is on hold: {change.on_hold}", "take it off hold first")
    if change.state != ChangeState.SUBMITTED:
        raise Refused(f"{name_of(change)} is {change.state}: it does not wait for approval", "nothing was changed")


def _must_be_seen(change: Change, asked: Asked) -> None:
    """Refuse where what was looked at is not what is frozen now.

    Raises:
        Refused: the digest that came with the act is another.
    """
    seen = text_of(asked, "sha", 64).lower()
    if seen and (len(seen) < SHA_LEAST or not change.frozen_sha.startswith(seen)):
        said = f"{name_of(change)} is {change.frozen_sha[:12]} now, and {seen[:12]} was looked at"
        raise Refused(said, "look at it again: its plan, targets or time were changed")


def _vote(
    session: Session, done: Done, asked: Asked, terms: Terms, change: Change, vote: Vote, changes: Changes
) -> Approval:
    """Write down what somebody says, where he may.

    Raises:
        Refused: he may not, or he looked at something else.
    """
    assert change.id is not None
    wanted = _check_vote(session, asked, terms, change, vote)
    row = Approval(
        change_id=change.id, at=asked.at, who=wanted.who, uid=wanted.uid, behalf=wanted.behalf, vote=str(vote),
        reason=text_of(asked, "reason"), frozen_sha=change.frozen_sha,
    )  # fmt: skip
    session.add(row)
    changes.made(row, void_at=asked.at, void_why="taken back")
    done.audited.append(row)
    return row


def _check_vote(session: Session, asked: Asked, terms: Terms, change: Change, vote: Vote) -> Voice:
    """Return what somebody says, where he may. See :func:`_vote`."""
    _must_be_seen(change, asked)
    who, behalf = asked.who, text_of(asked, "for", 100)
    if behalf == who.name:
        raise Refused(f"{who.name} can't stand for himself", "leave for= out")
    people = people_for(session, change, terms.spec, [(who.name, who.uid)])
    voices = voices_of(session, change)
    wanted = Voice(who.name, who.uid, vote, change.frozen_sha, asked.at, behalf)
    verdict = policies.may_vote(terms.spec, subject_of(change), voices, people, wanted)
    if not verdict and not behalf and vote is not Vote.REJECT:
        # Whoever stands for somebody who is asked need not say so.
        for giver in sorted(one.giver for one in people.delegations if one.taker == who.name and one.holds(asked.at)):
            other = Voice(who.name, who.uid, vote, change.frozen_sha, asked.at, giver)
            if policies.may_vote(terms.spec, subject_of(change), voices, people, other):
                wanted, verdict = other, YES
                break
    if not verdict:
        raise Refused(f"{name_of(change)}: {verdict.why}", _way_out(terms, verdict.why))
    return wanted


def _way_out(terms: Terms, why: str) -> str:
    if "four eyes" in why and not terms.spec.solo:
        return "another approver has to; in a team of one write 'changes: {team: solo}' into the inventory"
    return "nothing was changed"
