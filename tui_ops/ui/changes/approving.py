"""Who still has to approve a change, and whether this operator may, in words. The engine decides again by the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_ops.actions.client import Hello
from tui_ops.model.changes import ChangeState, Vote
from tui_ops.model.people import Role
from tui_ops.practices.changes import policies
from tui_ops.practices.changes.policies import Given, Need, People, Subject, Voice
from tui_ops.store.views.changerows import ApprovalRow, ChangeRow

if TYPE_CHECKING:
    from tui_ops.ui.desk import Desk

NO_UID = -1
"""The account of a person at the desk: only the engine knows it, from the kernel."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the approval of a change is, as one operator sees it."""

    may: bool = False
    """Whether this operator may approve it now."""
    why_not: str = ""
    """Why this operator may not; empty where he may, or where nothing waits."""
    behalf: str = ""
    """In whose place he would; empty for himself."""
    given: int = 0
    needed: int = 0
    wants: tuple[str, ...] = ()
    """What is still missing, a policy each: ``1 of web-leads``."""
    needs: tuple[Need, ...] = ()
    """The policies, met or not."""


def standing_of(row: ChangeRow, desk: "Desk") -> Standing:
    """Return how far the approval of a change is, as the operator of a desk sees it.

    Args:
        row: the change.
        desk: with what stands around changes, who sits there and in which role.
    """
    if row.state is not ChangeState.SUBMITTED:
        return Standing()
    spec, at = desk.around.spec, desk.present.at
    subject = Subject(row.kind, row.risk, frozenset(row.hosts), row.frozen_sha)
    people, voices = _people(row, desk), [_voice(one) for one in row.votes]
    found = policies.standing(spec, subject, voices, people, at)
    missing = tuple(f"{need.needed - need.have} of {need.policy}" for need in found.needs if not need.met)
    counts = (sum(need.have for need in found.needs), sum(need.needed for need in found.needs))
    why, behalf = _why_not(row, desk, subject, voices, people)
    return Standing(not why, why, behalf, *counts, missing, found.needs)


def _why_not(
    row: ChangeRow, desk: "Desk", subject: Subject, voices: Sequence[Voice], people: People
) -> tuple[str, str]:
    """Return why this operator may not approve, and in whose place he may; for himself first."""
    if desk.options.read_only:
        return "this session is read-only", ""
    if not isinstance(desk.link, Hello):
        return "no engine answers", ""
    if not desk.link.role.may(Role.APPROVER):
        return f"it takes the role {Role.APPROVER}; you are {desk.link.role}", ""
    if row.on_hold:
        return f"it is on hold: {row.on_hold}", ""
    first, at, me = "", desk.present.at, desk.me
    for giver in ("", *(one.giver for one in people.delegations if one.taker == me and one.holds(at))):
        said = Voice(me, NO_UID, Vote.APPROVE, row.frozen_sha, at, giver)
        verdict = policies.may_vote(desk.around.spec, subject, voices, people, said)
        if verdict:
            return "", giver
        first = first or verdict.why
    return first.replace(f"{me} ", "you ").replace("you asks", "you ask").replace("you is", "you are"), ""


def _people(row: ChangeRow, desk: "Desk") -> People:
    roles = {one.name: one.role for one in desk.around.operators}
    if isinstance(desk.link, Hello):
        roles[desk.me] = desk.link.role
    barred = {row.requested_by, row.owner, *row.edited_by} - {""}
    return People(roles, frozenset(barred), frozenset(), _delegations(desk), desk.around.spec.solo)


def _delegations(desk: "Desk") -> tuple[Given, ...]:
    return tuple(Given(one.giver, one.taker, one.begins_at, _end(one.ends_at, one.ended_at))
                 for one in desk.around.delegations)  # fmt: skip


def _end(planned: float, ended: float | None) -> float:
    return planned if ended is None else min(planned, ended)


def _voice(one: ApprovalRow) -> Voice:
    return Voice(one.who, one.uid, one.vote, one.frozen_sha, one.at, one.behalf, one.void_at is not None)


def to_approve(rows: Iterable[ChangeRow], desk: "Desk") -> list[ChangeRow]:
    """Return the changes that this operator may approve now."""
    return [row for row in rows if row.state is ChangeState.SUBMITTED and standing_of(row, desk).may]
