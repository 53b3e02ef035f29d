"""Models: plans with open parameters. Where one was approved, standard changes are made of it, within its limits."""

import json
import re
from typing import Any

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.people import Role
from tui_ops.plans import sha_of, to_document
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes.freezing import Frozen, thaw
from tui_ops.practices.changes.work import TITLE_LIMIT, Terms, plan_of, resolved, texts_in
from tui_ops.practices.saying import must_may, named, text_of
from tui_ops.store.changes import UnknownTarget, accounts_that_wrote_model, hosts_of, model_named
from tui_ops.store.tables.changes import Change, ChangeModel
from tui_ops.store.timeline import to_json

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}", re.ASCII)
"""Of a model: it is typed, and stands in addresses."""

HOSTS_MAX = 10_000
"""The highest limit of hosts: more than any fleet of one engine."""

NO_LIMIT = "-"
"""What takes a limit away."""


def words_in(text: str) -> list[str]:
    """Return words that are separated by spaces or commas, each once."""
    return list(dict.fromkeys(text.replace(",", " ").split()))


def limits_of(model: ChangeModel) -> tuple[int | None, list[str]]:
    """Return the most hosts that a change of a model may have, None for no limit, and the targets that are allowed,
    empty for all.
    """
    said: dict[str, Any] = json.loads(model.limits)
    return said.get("hosts"), [str(one) for one in said.get("targets", [])]


# --- whether a standard change is one ---------------------------------------------------------------------------------


def against(session: Session, change: Change, solo: bool = False) -> str:
    """Return why a frozen standard change is not authorised by its model; empty where it is.

    It is looked at when it is submitted and again when it begins: what runs has to be the plan that was approved, with
    these values, whatever became of the change's own text meanwhile.

    Args:
        session: of the act, or of the engine.
        change: the row.
        solo: whether the team is one person now.
    """
    model = session.get(ChangeModel, change.model_id) if change.model_id is not None else None
    if model is None:
        return "a standard change is made from a model, and it is from none"
    why = not_approved(model, solo)
    if why:
        return why
    frozen = thaw(change.frozen)
    try:
        plan = plan_of(model.plan, frozen.values, f"the model {model.name}")
    except Refused as wrong:
        return ": ".join(wrong.message.splitlines()[:2])
    if to_document(plan) != to_document(frozen.plan):
        return f"its plan is not that of the model {model.name}"
    return _beyond(session, model, frozen)


def not_approved(model: ChangeModel, solo: bool = False) -> str:
    """Return why no standard change is made of a model; empty where one is.

    Args:
        model: the row.
        solo: whether the team is one person now: in a larger one what he approved himself is to be approved by another.
    """
    if model.retired_at is not None:
        return f"the model {model.name} is retired"
    if not model.approved_sha:
        return f"the model {model.name} is not approved"
    if model.sha != model.approved_sha or sha_of(model.plan) != model.sha:
        return f"the model {model.name} was edited after its approval"
    if not solo and model.approved_by in {model.by, *texts_in(model.edited_by)}:
        return f"the model {model.name} was approved by {model.approved_by}, who wrote on it: let another approve it"
    return ""


def _beyond(session: Session, model: ChangeModel, frozen: Frozen) -> str:
    most, targets = limits_of(model)
    if most is not None and len(frozen.hosts) > most:
        return f"it touches {len(frozen.hosts)} hosts, and the model {model.name} is for at most {most}"
    if not targets:
        return ""
    try:
        allowed = set(hosts_of(session, targets))
    except UnknownTarget as error:
        return f"the model {model.name}: {error.message}"
    strange = [host for host in frozen.hosts if host not in allowed]
    return f"the model {model.name} is not for {named(strange)}" if strange else ""


def usable(session: Session, name: str) -> ChangeModel:
    """Return a model of which a change can be made.

    Raises:
        Refused: there is none of this name, or it is retired.
    """
    model = model_named(session, name)
    if model is None or model.id is None:
        raise Refused(f"there is no model {clean(name, 60)!r}", "tui-ops show models names them")
    if model.retired_at is not None:
        raise Refused(f"the model {model.name} is retired", "use another, or bring it back")
    return model


# --- the acts ---------------------------------------------------------------------------------------------------------


def _models_of(session: Session, asked: Asked) -> list[ChangeModel]:
    return [session.get_one(ChangeModel, target.id) for target in asked.targets]


def create(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Write down a plan with open parameters."""
    name, text = asked.text("name").strip(), asked.text("plan")
    if not NAME.fullmatch(name):
        raise Refused(
            f"{clean(name, 60)!r} can't be a model's name", "use a-z, 0-9, '.', '_' and '-', as in nginx-patch"
        )
    if model_named(session, name) is not None:
        raise Refused(f"there is a model {name!r} already", "edit it, or use another name")
    plan_of(text, None, name)
    model = ChangeModel(
        name=name, title=text_of(asked, "title", TITLE_LIMIT) or name, plan=text, sha=sha_of(text),
        limits=to_json(_limits(session, asked, name, {})), by=asked.who.name, edited_by=to_json([asked.who.name]),
        created_at=asked.at,
    )  # fmt: skip
    session.add(model)
    session.flush()
    return Done(f"model {name}: written down; standard changes are made of it once another has approved it")


def edit(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Change what a model says. It is to be approved anew, unless only its title changed."""
    (model,) = _models_of(session, asked)
    before = model.model_dump()
    model.title = text_of(asked, "title", TITLE_LIMIT) or model.title
    if asked.text("plan"):
        plan_of(asked.text("plan"), None, model.name)
        model.plan, model.sha = asked.text("plan"), sha_of(asked.text("plan"))
    model.limits = to_json(_limits(session, asked, model.name, json.loads(model.limits)))
    if model.model_dump() == before:
        raise Refused(f"model {model.name}: that is what it says already", "nothing was changed")
    said = ""
    if (model.plan, model.limits) != (before["plan"], before["limits"]):
        said = "; its approval is void" if model.approved_sha else ""
        model.by, model.approved_by, model.approved_sha, model.approved_at = asked.who.name, "", "", None
        model.edited_by = to_json(list(dict.fromkeys([*texts_in(model.edited_by), asked.who.name])))
    model.revision += 1
    session.add(model)
    return Done(f"model {model.name} changed{said}")


def _limits(session: Session, asked: Asked, name: str, present: dict[str, Any]) -> dict[str, Any]:
    found = dict(present)
    most, targets = text_of(asked, "hosts", 20), text_of(asked, "targets")
    if most == NO_LIMIT:
        found.pop("hosts", None)
    elif most:
        if not (most.isascii() and most.isdigit()) or not 1 <= int(most) <= HOSTS_MAX:
            raise Refused(f"{most!r} can't be the most hosts", f"write 1 to {HOSTS_MAX}, or {NO_LIMIT} for no limit")
        found["hosts"] = int(most)
    if targets == NO_LIMIT:
        found.pop("targets", None)
    elif targets:
        resolved(session, words_in(targets), f"model {name}")
        found["targets"] = words_in(targets)
    return found


def approve(session: Session, asked: Asked, terms: Terms) -> Done:
    """Allow standard changes of models as they stand."""
    models = _models_of(session, asked)
    seen = text_of(asked, "sha", 64).lower()
    for model in models:
        must_may(asked, Role.APPROVER, "to approve a model")
        wrote = asked.who.name in {model.by, *texts_in(model.edited_by)}
        wrote |= asked.who.uid in accounts_that_wrote_model(session, model.name)
        if wrote and not terms.spec.solo:
            raise Refused(f"model {model.name}: four eyes: {asked.who.name} wrote on it", "another approver has to")
        if seen and (len(seen) < 8 or not model.sha.startswith(seen)):
            raise Refused(f"model {model.name} is {model.sha[:12]} now, not {seen[:12]}", "look at it again")
        plan_of(model.plan, None, f"model {model.name}")
        model.approved_by, model.approved_sha, model.approved_at = asked.who.name, model.sha, asked.at
        model.revision += 1
        session.add(model)
    own = " (self-approved)" if any(one.by == asked.who.name for one in models) else ""
    return Done(f"{named([one.name for one in models])} approved{own}: standard changes can be made of it")


def withdraw(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Allow no standard changes of models any more, until they are approved anew."""
    models = _models_of(session, asked)
    for model in models:
        model.approved_by, model.approved_sha, model.approved_at = "", "", None
        model.revision += 1
        session.add(model)
    return Done(f"{named([one.name for one in models])}: no longer approved")


def retire(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Make no changes of models any more; those that have not begun are not authorised by them any more."""
    return _set_retired(session, asked, asked.at, "retired")


def bring_back(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Make changes of models again."""
    return _set_retired(session, asked, None, "in use again")


def _set_retired(session: Session, asked: Asked, at: float | None, said: str) -> Done:
    models = _models_of(session, asked)
    for model in models:
        model.retired_at = at
        model.revision += 1
        session.add(model)
    return Done(f"{named([one.name for one in models])}: {said}")
