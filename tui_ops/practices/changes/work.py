"""What every act on changes does: find its rows, move them on, freeze them, void what was approved, tell of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from tui_ops.model.changes import ChangeHappening, ChangeKind, ChangeState, Start, Vote, change_name
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.clean import clean
from tui_ops.model.people import Role
from tui_ops.model.plans import Plan
from tui_ops.plans import read_plan
from tui_ops.plans.errors import PlanWrong
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes.freezing import Frozen
from tui_ops.practices.changes.policies import Given, People, Subject, Voice
from tui_ops.practices.changes.states import TABLE, Event, may, own_events
from tui_ops.practices.saying import happened, must_move, named
from tui_ops.store.changes import (
    UnknownTarget,
    accounts_that_wrote,
    approvals_of,
    called,
    delegations,
    hosts_of,
    roles_in,
)
from tui_ops.store.tables.changes import Approval, Change
from tui_ops.store.undoing import Changes

TITLE_LIMIT = 120
"""Characters of a title: what a wide screen shows on one line."""

MISTAKES_SHOWN = 20
"""Mistakes of a plan in one refusal: nobody mends more at a time."""

NOT_FROZEN: Mapping[str, object] = {
    "frozen": "", "frozen_sha": "", "frozen_at": None, "submitted_at": None, "approved_at": None,
    "self_approved": False,
}  # fmt: skip
"""The columns of a change that is a draft again."""

Assess = Callable[[Session, Change, float, ChangingSpec], object]
"""Writes a change's risk and conflicts as they are at an epoch second, with what the inventory says of changes."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms the acts are done: what the inventory in force says, and how a change is assessed."""

    spec: ChangingSpec = field(default_factory=ChangingSpec)
    assess: Assess | None = None

    def weigh(self, session: Session, change: Change, at: float) -> None:
        """Have a change assessed at epoch second ``at``."""
        if self.assess is not None:
            self.assess(session, change, at, self.spec)


def changes_of(session: Session, asked: Asked) -> list[Change]:
    """Return the changes that an act is on."""
    return [session.get_one(Change, target.id) for target in asked.targets]


def name_of(change: Change) -> str:
    """Return a change's name, ``CHG-7``."""
    assert change.id is not None
    return change_name(change.id)


def names_of(changes: Sequence[Change]) -> str:
    """Return the names of changes for a sentence."""
    return named([name_of(change) for change in changes])


def move(changes: Changes, change: Change, event: Event, asked: Asked, **more: object) -> Role:
    """Move a change on by an event of a person, and set what goes with it.

    Args:
        changes: what remembers it.
        change: the row.
        event: of the table.
        asked: the act.
        more: columns and their new values.

    Returns:
        The role that it takes, and that taking it back takes too.

    Raises:
        Refused: its state does not allow it, or who asks has not the role.
    """
    state = ChangeState(change.state)
    step = TABLE.get((state, event))
    verdict = may(state, event, own_events(ChangeKind(change.kind), change.unauthorised))
    role = must_move(asked, name_of(change), verdict, event, step.who if step is not None else None)
    changes.set(change, state=str(TABLE[state, event].to), **more)
    return role


def tell(
    done: Done, asked: Asked, change: Change, kind: ChangeHappening, text: str, changes: Changes | None = None,
    role: Role = Role.OPERATOR, **more: object,
) -> None:  # fmt: skip
    """Write a line of an act on a change's list, with how it is taken back and what else is to be known of it."""
    assert change.id is not None
    done.change_lines.append((change.id, happened(asked, kind, text, changes, role, more)))


# --- what would run ---------------------------------------------------------------------------------------------------


def texts_in(kept: str) -> list[str]:
    """Return a kept JSON list of texts."""
    return [str(one) for one in json.loads(kept)]


def values_in(kept: str) -> dict[str, str]:
    """Return a kept JSON object of texts."""
    return {str(name): str(value) for name, value in json.loads(kept).items()}


def plan_of(text: str, values: Mapping[str, str] | None, what: str) -> Plan:
    """Return a plan's text checked.

    Args:
        text: YAML.
        values: of its parameters; None checks a model, whose parameters are open.
        what: whose plan it is, for the refusal.

    Raises:
        Refused: with every mistake at its line and column.
    """
    try:
        return read_plan(text, values)
    except PlanWrong as wrong:
        said = "\n".join(wrong.report().splitlines()[:MISTAKES_SHOWN])
        raise Refused(f"{what}: its plan can't be used\n{said}", "mend it; nothing was changed") from wrong


def frozen_now(session: Session, change: Change, dry_sha: str = "") -> Frozen:
    """Return what would run if it were frozen now; a dry run goes by it as well.

    Args:
        session: of the act.
        change: whatever state it is in.
        dry_sha: digest of the dry run that belongs to it.

    Raises:
        Refused: its plan or its targets are not right, or it has none.
    """
    assert change.id is not None
    name, values, targets = name_of(change), values_in(change.plan_values), texts_in(change.targets)
    if not change.plan.strip():
        raise Refused(f"{name} has no plan", "write one with change.edit, or make the change from a model")
    if not targets:
        raise Refused(f"{name} has no targets", "name hosts, group:, site: or service: with change.edit")
    plan = plan_of(change.plan, values, name)
    if not plan.steps:
        raise Refused(f"{name}: its plan has no steps", "write what is done below 'steps:'")
    return Frozen(
        change.id, ChangeKind(change.kind), plan, tuple(resolved(session, targets, name)), values,
        Start(change.start), change.starts_at, change.ends_at, dry_sha,
    )  # fmt: skip


def resolved(session: Session, targets: Sequence[str], what: str) -> list[str]:
    """Return the hosts that targets mean.

    Raises:
        Refused: one of them means none.
    """
    try:
        return hosts_of(session, targets)
    except UnknownTarget as error:
        raise Refused(f"{what}: {clean(error.message, 200)}", error.hint) from error


# --- who said what of it ----------------------------------------------------------------------------------------------


def subject_of(change: Change) -> Subject:
    """Return a change as policies look at it."""
    return Subject(
        ChangeKind(change.kind), change.risk, frozenset(texts_in(change.hosts)), change.frozen_sha
    )  # fmt: skip


def voices_of(session: Session, change: Change) -> list[Voice]:
    """Return everything that was said of a change."""
    assert change.id is not None
    return [
        Voice(one.who, one.uid, Vote(one.vote), one.frozen_sha, one.at, one.behalf, one.void_at is not None)
        for one in approvals_of(session, change.id)
    ]


def people_for(session: Session, change: Change, spec: ChangingSpec, more: Sequence[tuple[str, int]] = ()) -> People:
    """Return who is there, and who may not approve this change.

    Args:
        session: of the act.
        change: the row.
        spec: what the inventory says of changes.
        more: names and user ids of those who speak now.
    """
    assert change.id is not None
    accounts = accounts_that_wrote(session, change.id)
    barred = {change.requested_by, change.owner, *texts_in(change.edited_by), *called(session, accounts)} - {""}
    voters = [(one.who, one.uid) for one in approvals_of(session, change.id)]
    given = tuple(
        Given(one.giver, one.taker, one.begins_at, one.ends_at if one.ended_at is None else one.ended_at)
        for one in delegations(session)
    )
    return People(roles_in(session, [*voters, *more]), frozenset(barred), accounts, given, spec.solo)


def void(session: Session, done: Done, asked: Asked, change: Change, why: str) -> int:
    """Void what was said of a change, for what it was said of is no longer what would run.

    It is never taken back with the act: who approved has to say so again.

    Returns:
        How many approvals were voided.
    """
    assert change.id is not None
    found = [one for one in approvals_of(session, change.id) if one.void_at is None]
    for one in found:
        one.void_at, one.void_why = asked.at, why
        session.add(one)
    approved = [one.who for one in found if one.vote == Vote.APPROVE]
    if approved:
        many = "approval" if len(approved) == 1 else "approvals"
        text = f"{len(approved)} {many} voided, of {named(approved)}: {why}"
        tell(done, asked, change, ChangeHappening.VOIDED, text)
    return len(approved)


def said_of(row: Approval) -> str:
    """Return who spoke, for a sentence: ``ann`` or ``ann for bob``."""
    return f"{row.who} for {row.behalf}" if row.behalf else row.who
