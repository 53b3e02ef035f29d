"""Beginning a change: what, where and why in a dialog, the plan in the editor, or the values of a model in another."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tui_ops.actions.action import Param
from tui_ops.actions.client import Answer
from tui_ops.actions.declared import REGISTRY
from tui_ops.actions.errors import ActError
from tui_ops.model.changes import ChangeKind
from tui_ops.model.incidents import number_in
from tui_ops.model.plans import Parameter, Plan
from tui_ops.store.views.changerows import ModelRow
from tui_ops.ui.acts import Question, plan
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.editing import mistakes, write
from tui_ops.ui.paint import Ink, line
from tui_ops.ui.work import in_background

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

CREATE, CREATE_MODEL, EDIT_MODEL = "change.create", "changemodel.create", "changemodel.edit"

TITLE_MOST = 120
"""Characters of a title that is made of an incident's."""

HOSTS_NAMED = 40
"""Hosts whose names are put into the field of targets: a field holds 500 characters."""

NAMED = re.compile(r"CHG-\d+")


def by_act(app: "DeskApp", action_id: str) -> None:
    """Do an act whose document is written in the editor: a new change, or a new model."""
    if action_id == CREATE:
        begin(app)
    else:
        begin_model(app)


def begin_for(app: "DeskApp", chosen: Mapping[str, Sequence[Any]]) -> None:
    """Begin a change for what is chosen: to mend an incident, or on some hosts.

    Args:
        app: on which it asks.
        chosen: incidents and hosts, by noun.
    """
    incidents, hosts = chosen.get("incident", ()), chosen.get("host", ())
    if incidents:
        names = dict.fromkeys(host for row in incidents for host in row.hosts)
        begin(app, list(names), " ".join(row.name for row in incidents), f"mend {incidents[0].title}"[:TITLE_MOST])
    elif hosts:
        begin(app, [row.name for row in hosts])
    else:
        app.tell("fix: makes a change for incidents or hosts, of which none is chosen")


def fix_problem(app: "DeskApp", problem: Any, name_one: Callable[[], None]) -> None:
    """Ask whether a problem is to be mended by a new change or by one that there is.

    Args:
        app: on which it asks.
        problem: its row.
        name_one: asks for the name of one that there is.
    """
    from tui_ops.ui.screens.menu import Item, Menu

    items = [Item("a new change", True, "n", f"its plan is written next, for {problem.name}"),
             Item("one that there is", False, "c", "by its name, CHG-7")]  # fmt: skip

    def chosen(new: bool | None) -> None:
        if new:
            begin(app, (), problem.name, f"fix {problem.title}"[:TITLE_MOST])
        elif new is not None:
            name_one()

    app.push_screen(Menu(f" mend {problem.name} by", items), chosen)


def begin_model(app: "DeskApp") -> None:
    """Ask what a new model is called, then for its plan, and make it."""
    from tui_ops.plans.forms import FORMS
    from tui_ops.ui.screens.dialog import Dialog

    action = REGISTRY.get(CREATE_MODEL)
    verdict = plan(action, (), app.desk).verdict if action is not None else None
    if not verdict:
        app.tell(f"new model: {verdict.why if verdict is not None else 'there is no such act'}", Ink.WARN)
        return
    asked = Question(
        "new model", (line((f"its plan begins as: {', '.join(FORMS)}", Ink.DIM)),),
        (
            Param("name", "name", help="such as nginx-patch"), Param("title", "what it does"),
            Param("hosts", "most hosts", required=False), Param("targets", "only on", required=False, help="group:web"),
            Param("from", "plan from", required=False, default="restart", choices=tuple(FORMS)),
        ),
        button="go on",
    )  # fmt: skip

    def answered(given: dict[str, object] | None) -> None:
        if given is None:
            app.tell("new model: nothing was made")
            return
        said = {name: str(value) for name, value in given.items() if value and name != "from"}
        text = FORMS[str(given.get("from", "restart"))].text

        async def send(written: str) -> str:
            answer = await app.client.act(CREATE_MODEL, (), {**said, "plan": written}, {})
            return answer.message

        in_background(app, lambda: write(app, f"model-{said['name']}", text, mistakes, send), "editor")

    app.push_screen(Dialog(asked), answered)


def edit_model(app: "DeskApp", model: ModelRow) -> None:
    """Let the operator write the plan of a model anew; it has to be approved again then."""

    async def send(written: str) -> str:
        answer = await app.client.act(EDIT_MODEL, (model.name,), {"plan": written}, {model.name: model.revision})
        return answer.message

    in_background(app, lambda: write(app, f"model-{model.name}", model.plan, mistakes, send), "editor")


def begin(app: "DeskApp", targets: Sequence[str] = (), links: str = "", title: str = "") -> None:
    """Ask what a new change is, then for its plan, and make it.

    Args:
        app: on which it asks.
        targets: addresses that are filled in.
        links: what it is for, by its name.
        title: that is filled in.
    """
    action = REGISTRY.get(CREATE)
    verdict = plan(action, (), app.desk).verdict if action is not None else None
    if not verdict:
        app.tell(f"new change: {verdict.why if verdict is not None else 'there is no such act'}", Ink.WARN)
        return
    from tui_ops.plans.forms import FORMS
    from tui_ops.ui.screens.dialog import Dialog

    models = {one.name: one for one in app.desk.around.models if one.retired_at is None}
    if len(targets) > HOSTS_NAMED:
        app.tell(f"{len(targets)} hosts are more than a field holds: name a group, a site or a service", Ink.WARN)
        targets = ()
    asked = _asked([*FORMS, *models], targets, links, title)

    def answered(given: dict[str, object] | None) -> None:
        if given is None:
            app.tell("new change: nothing was made")
            return
        said = {name: str(value) for name, value in given.items() if value and name != "from"}
        said |= {"links": links} if links else {}
        source = str(given.get("from", "empty"))
        if source in models:
            _with_values(app, models[source], said)
        else:
            in_background(app, partial(_with_plan, app, FORMS[source].text, said), "editor")

    app.push_screen(Dialog(asked), answered)


def _asked(sources: Sequence[str], targets: Sequence[str], links: str, title: str) -> Question:
    """Return what is asked of a new change; its plan begins as one of ``sources``."""
    return Question(
        "new change", (line((f"its plan begins as: {', '.join(sources)}", Ink.DIM)),
                       *([line((f"for {links}", Ink.ACCENT))] if links else [])),
        (
            Param("title", "what it does", default=title), Param("targets", "on what", default=" ".join(targets),
                                                                 help="hosts, group:web, site:lon, service:shop"),
            Param("reason", "why", required=False),
            Param("kind", "kind", required=False, default=str(ChangeKind.NORMAL), choices=tuple(map(str, ChangeKind))),
            Param("from", "plan from", required=False, default="empty", choices=tuple(sources)),
        ),
        button="go on",
    )  # fmt: skip


async def _with_plan(app: "DeskApp", text: str, said: dict[str, str]) -> None:
    """Let the plan be written, then make the change."""

    async def send(written: str) -> str:
        answer = await app.client.act(CREATE, (), {**said, "plan": written}, {})
        _open(app, answer)
        return answer.message

    await write(app, "new", text, partial(mistakes, values={}), send)


def _with_values(app: "DeskApp", model: ModelRow, said: dict[str, str]) -> None:
    """Ask for the values of a model's parameters, then make the change."""
    from tui_ops.ui.screens.dialog import Dialog

    found = _parameters(model)
    if not found:
        in_background(app, partial(_make, app, model, said, {}), "act")
        return
    fields = tuple(
        Param(one.name, one.name, required=one.default is None, default=one.default or "", choices=one.choices,
              help=one.help or str(one.type))
        for one in found
    )  # fmt: skip
    asked = Question(f"{model.name} with", (line((safe(model.title), Ink.DIM)),), fields, button="make it")

    def answered(given: dict[str, object] | None) -> None:
        if given is None:
            app.tell("new change: nothing was made")
            return
        in_background(app, partial(_make, app, model, said, given), "act")

    app.push_screen(Dialog(asked), answered)


def _parameters(model: ModelRow) -> tuple[Parameter, ...]:
    from tui_ops.plans import PlanWrong, read_plan

    try:
        found: Plan = read_plan(model.plan)
    except PlanWrong:
        return ()
    return found.parameters


async def _make(app: "DeskApp", model: ModelRow, said: dict[str, str], values: Mapping[str, Any]) -> None:
    given: dict[str, object] = {**said, "model": model.name}
    if values:
        given["values"] = json.dumps({name: str(value) for name, value in values.items()})
    try:
        answer = await app.client.act(CREATE, (), given, {})
    except ActError as error:
        app.tell(f"new change: {safe(str(error))}", Ink.BAD)
        return
    app.tell(safe(answer.message))
    _open(app, answer)


def _open(app: "DeskApp", answer: Answer) -> None:
    """Open the change that was made."""
    names = [*answer.outcomes, *NAMED.findall(answer.message)]
    number = next((found for name in names if (found := number_in(name, "CHG")) is not None), None)
    if number is not None:
        app.travel.open_change(number)
