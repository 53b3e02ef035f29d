"""Writing a change: making one, editing it, submitting it to those who approve, and taking it back from them."""

import json
import shlex

from sqlmodel import Session

from tui_ops.model.changes import ChangeHappening, ChangeKind, ChangeState, ConflictKind, RunKind, Start
from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.plans import read_plan, sha_of
from tui_ops.plans.errors import PlanWrong
from tui_ops.plans.rulesat import rules_at
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes import linking, models
from tui_ops.practices.changes.approving import settled, standing_of
from tui_ops.practices.changes.assessing import kept_conflicts
from tui_ops.practices.changes.freezing import Frozen, freeze, sha, thaw, work_sha
from tui_ops.practices.changes.rulesnamed import placed
from tui_ops.practices.changes.states import Event
from tui_ops.practices.changes.work import (
    NOT_FROZEN,
    TITLE_LIMIT,
    Terms,
    changes_of,
    frozen_now,
    move,
    name_of,
    names_of,
    resolved,
    tell,
    texts_in,
    values_in,
    void,
)
from tui_ops.practices.saying import text_of
from tui_ops.store.changes import last_plan_number, run_of, services_of
from tui_ops.store.tables.changes import Change, ChangeModel, ChangePlan
from tui_ops.store.timeline import changed, to_json
from tui_ops.store.undoing import Changes

VALUES_MAX = 100
"""Values of one plan."""

TARGETS_MAX = 1000
"""Addresses that one change names: what is more is a group."""

RULES_SHOWN = 3
"""Rules that nothing raises, in the sentence of a submission; all of them are among its conflicts."""

PLAN_COLUMNS = ("plan", "plan_values", "targets")
"""What an edit keeps the version before of."""


def values_given(text: str) -> dict[str, str]:
    """Return values as they are given: ``version=1.26.3 'greeting=good day'``, or a JSON object.

    Raises:
        Refused: it is neither.
    """
    try:
        if text.lstrip().startswith("{"):
            said = {str(name): value for name, value in json.loads(text).items()}
            found = {name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()}
        else:
            found = {}
            for word in shlex.split(text):
                name, equals, value = word.partition("=")
                if not equals or not name:
                    raise ValueError(f"{word!r} is no NAME=VALUE")
                found[name] = value
    except (ValueError, AttributeError, RecursionError) as error:
        raise Refused(
            f"the values can't be read: {clean(str(error), 100)}", "write NAME=VALUE NAME='A VALUE'"
        ) from error
    if len(found) > VALUES_MAX:
        raise Refused(f"{len(found)} values are too many", f"{VALUES_MAX} are the most")
    return found


def targets_given(text: str) -> list[str]:
    """Return addresses that are separated by spaces or commas.

    Raises:
        Refused: there are too many.
    """
    found = models.words_in(text)
    if len(found) > TARGETS_MAX:
        raise Refused(f"{len(found)} targets are too many", f"{TARGETS_MAX} are the most: use groups")
    return found


# --- making one -------------------------------------------------------------------------------------------------------


def create(session: Session, asked: Asked, terms: Terms) -> Done:
    """Make a change: a draft, whose plan may still have mistakes."""
    model = models.usable(session, asked.text("model").strip()) if asked.text("model") else None
    if model is not None and asked.text("plan"):
        raise Refused("a change has a plan of its own or a model's", "leave plan= or model= out")
    title = text_of(asked, "title", TITLE_LIMIT) or (model.title if model is not None else "")
    if not title:
        raise Refused("the change has no title", "say with title= what it does")
    targets = targets_given(asked.text("targets"))
    hosts = resolved(session, targets, "the change")
    change = Change(
        title=title, kind=str(_kind(asked, model, terms.spec.solo)), reason=text_of(asked, "reason"),
        owner=asked.who.name, requested_by=asked.who.name, edited_by=to_json([asked.who.name]),
        plan=model.plan if model is not None else asked.text("plan"),
        plan_values=to_json(values_given(asked.text("values"))), targets=to_json(targets), hosts=to_json(hosts),
        services=to_json(services_of(session, hosts)), model_id=model.id if model is not None else None,
        environment=text_of(asked, "environment", 60), opened_at=asked.at,
    )  # fmt: skip
    session.add(change)
    changed(session, [change])
    _keep_plan(session, change, asked)
    done, changes = Done(""), Changes(session)
    changes.made(change, state=str(ChangeState.CANCELLED), closed_at=asked.at)
    _weigh(session, change, asked.at, terms)
    tell(done, asked, change, ChangeHappening.OPENED, f"opened: {title}", changes)
    for other in models.words_in(asked.text("links")):
        linking.add(session, done, asked, change, other)
    done.outcomes[name_of(change)] = change.state
    done.message = f"{name_of(change)} made, a draft: {title}{_state_of_plan(change)}"
    return done


def _kind(asked: Asked, model: ChangeModel | None, solo: bool) -> ChangeKind:
    given = asked.text("kind")
    kind = ChangeKind(given) if given else ChangeKind.NORMAL
    approved = model is not None and not models.not_approved(model, solo)
    if not given and approved:
        return ChangeKind.STANDARD
    if kind is ChangeKind.STANDARD and not approved:
        why = models.not_approved(model, solo) if model is not None else "no model is named"
        raise Refused(
            f"a standard change is made from an approved model: {why}", "name one with model=, or kind=normal"
        )
    return kind


def _keep_plan(session: Session, change: Change, asked: Asked) -> None:
    assert change.id is not None
    session.add(
        ChangePlan(
            change_id=change.id, number=last_plan_number(session, change.id) + 1, at=asked.at, who=asked.who.name,
            plan=change.plan, plan_values=change.plan_values, targets=change.targets, sha=sha_of(change.plan),
        )
    )  # fmt: skip


def _state_of_plan(change: Change) -> str:
    """Return what is still missing of a draft, for the sentence of an act: nothing that was written is lost by it."""
    if not change.plan.strip():
        return "; it has no plan yet"
    try:
        plan = read_plan(change.plan, values_in(change.plan_values))
    except PlanWrong as wrong:
        return f"; kept, and {clean(wrong.message, 200)}"
    return _rules_said(change) if plan.steps else "; its plan has no steps yet"


def _rules_said(change: Change) -> str:
    """Return which rules its plan names that nothing raises, with their places, for whoever has just written it.

    Which are in force was looked at when it was weighed: without hosts it was not.
    """
    unknown = [one for one in kept_conflicts(change) if one.kind is ConflictKind.RULE]
    found = placed(unknown[:RULES_SHOWN], rules_at(change.plan)) if unknown else ()
    return "".join(f"; {said}" for said in found)


def _weigh(session: Session, change: Change, at: float, terms: Terms) -> None:
    if texts_in(change.hosts):
        terms.weigh(session, change, at)


# --- editing ----------------------------------------------------------------------------------------------------------


def edit(session: Session, asked: Asked, terms: Terms) -> Done:
    """Write on changes. Whoever does is none of those who approve it, and what was approved is void."""
    done = Done("")
    rows = changes_of(session, asked)
    for change in rows:
        _edit(session, done, asked, change, terms)
    done.message = f"{names_of(rows)} edited, a draft{_state_of_plan(rows[0]) if len(rows) == 1 else ''}"
    return done


def _edit(session: Session, done: Done, asked: Asked, change: Change, terms: Terms) -> None:
    given = _given(session, asked, change)
    other = {name: value for name, value in given.items() if getattr(change, name) != value}
    if not other:
        raise Refused(f"{name_of(change)}: that is what it says already", "nothing was changed")
    changes = Changes(session)
    # Who wrote on it once is never an approver of it, whatever is taken back.
    change.edited_by = to_json(list(dict.fromkeys([*texts_in(change.edited_by), asked.who.name])))
    role = move(changes, change, Event.EDIT, asked, **NOT_FROZEN, **other)
    change.services = to_json(services_of(session, texts_in(change.hosts)))
    if any(name in other for name in PLAN_COLUMNS):
        _keep_plan(session, change, asked)
    _weigh(session, change, asked.at, terms)
    said = _said(other)
    void(session, done, asked, change, f"{asked.who.name} edited {said}")
    tell(done, asked, change, ChangeHappening.EDITED, f"edited: {said}", changes, role)


def _given(session: Session, asked: Asked, change: Change) -> dict[str, object]:
    given: dict[str, object] = {
        name: text for name, limit in (("title", TITLE_LIMIT), ("reason", 500), ("environment", 60))
        if (text := text_of(asked, name, limit))
    }  # fmt: skip
    if asked.text("kind"):
        given["kind"] = asked.text("kind")
    if asked.text("model"):
        model = models.usable(session, asked.text("model").strip())
        given |= {"model_id": model.id, "plan": model.plan}
    if asked.text("plan"):
        given["plan"] = asked.text("plan")
        if asked.text("plan") != change.plan and given.get("kind", change.kind) == ChangeKind.STANDARD:
            raise Refused(
                f"{name_of(change)} is a standard change: its plan is its model's",
                "give other values, or make it a normal one with kind=normal",
            )
    if "values" in asked.params:
        given["plan_values"] = to_json(values_given(asked.text("values")))
    if asked.text("targets"):
        targets = targets_given(asked.text("targets"))
        hosts = resolved(session, targets, name_of(change))
        given |= {"targets": to_json(targets), "hosts": to_json(hosts)}
    if given.get("kind") == ChangeKind.STANDARD and given.get("model_id", change.model_id) is None:
        raise Refused("a standard change is made from an approved model", "name one with model=")
    return given


def _said(other: dict[str, object]) -> str:
    words = {"plan_values": "values", "model_id": "model"}
    names = [words.get(name, name) for name in other if name != "hosts"]
    return ", ".join(names or ["hosts"])


# --- submitting -------------------------------------------------------------------------------------------------------


def submit(session: Session, asked: Asked, terms: Terms) -> Done:
    """Freeze changes as they are, have them assessed, and ask those who approve."""
    done, said = Done(""), []
    for change in changes_of(session, asked):
        said.append(_submit(session, done, asked, change, terms))
    done.message = "; ".join(said)
    return done


def _submit(session: Session, done: Done, asked: Asked, change: Change, terms: Terms) -> str:
    if change.on_hold:
        raise Refused(f"{name_of(change)} is on hold: {change.on_hold}", "take it off hold first")
    frozen = frozen_now(session, change)
    _must_be_to_come(frozen, change, asked.at)
    dry = _dry_sha(session, change, frozen)
    text = freeze(Frozen(**{name: getattr(frozen, name) for name in frozen.__slots__} | {"dry_sha": dry}))
    changes = Changes(session)
    hosts = list(frozen.hosts)
    move(
        changes, change, Event.SUBMIT, asked, frozen=text, frozen_sha=sha(text), frozen_at=asked.at,
        submitted_at=asked.at, hosts=to_json(hosts), dry_run_id=change.dry_run_id if dry else None,
    )  # fmt: skip
    change.services = to_json(services_of(session, hosts))
    terms.weigh(session, change, asked.at)
    many = f"{len(hosts)} host{'s' if len(hosts) != 1 else ''}"
    line = f"submitted as {change.frozen_sha[:12]}: {many}" + ("" if dry else ", without a dry run")
    tell(done, asked, change, ChangeHappening.STATE, line, sha=change.frozen_sha)
    settled(session, done, change, asked.at, terms, changes)
    changes.kept()
    if change.kind == ChangeKind.STANDARD and change.state == ChangeState.SUBMITTED:
        raise Refused(
            f"{name_of(change)}: {models.against(session, change, terms.spec.solo)}", "mend it, or make it a normal one"
        )
    said = f"{name_of(change)} is {change.state}" + (f", risk {change.risk}" if change.risk is not None else "")
    if change.state == ChangeState.SUBMITTED:
        said += f", and waits for {standing_of(session, change, asked.at, terms.spec).said}"
    unknown = [one.said for one in kept_conflicts(change) if one.kind is ConflictKind.RULE]
    return "; ".join([said, *unknown[:RULES_SHOWN]])


def _must_be_to_come(frozen: Frozen, change: Change, at: float) -> None:
    if frozen.start is Start.TIME and frozen.starts_at is None:
        raise Refused(f"{name_of(change)} is to begin at a time, and none is set", "set one with change.schedule")
    if frozen.start is Start.WINDOW and not change.window:
        raise Refused(f"{name_of(change)} is to begin with a window, and none is set", "set one with change.schedule")
    last = frozen.ends_at if frozen.ends_at is not None else None
    if last is not None and last <= at:
        raise Refused(f"{name_of(change)} was to begin before {iso(last)}", "set another time with change.schedule")


def _dry_sha(session: Session, change: Change, frozen: Frozen) -> str:
    """Return the digest of the dry run that was of exactly this; empty where there was none."""
    run = run_of(session, change.dry_run_id)
    if run is None or run.kind != RunKind.DRY or run.ended_at is None or not run.sha:
        return ""
    try:
        same = work_sha(thaw(run.frozen)) == work_sha(frozen)
    except (ValueError, KeyError):
        return ""
    return run.sha if same else ""


def withdraw(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Take changes back from those who approve: drafts again."""
    done, reason = Done(""), text_of(asked, "reason")
    rows = changes_of(session, asked)
    text = "withdrawn" + (f": {reason}" if reason else "")
    for change in rows:
        changes = Changes(session)
        move(changes, change, Event.WITHDRAW, asked, **NOT_FROZEN)
        changes.kept()
        void(session, done, asked, change, f"{asked.who.name} withdrew it")
        tell(done, asked, change, ChangeHappening.STATE, text)
    done.message = f"{names_of(rows)} {text}"
    return done
