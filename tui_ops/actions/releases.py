"""The acts on releases, declared."""

from collections.abc import Callable
from typing import Any

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.actions.declaring import opt as _opt
from tui_ops.model.changes import ReleaseState
from tui_ops.model.people import Role
from tui_ops.model.verdict import YES, Verdict, no


def _in(*states: ReleaseState) -> Callable[[Any], Verdict]:
    def rule(row: Any) -> Verdict:
        return YES if row.state in states else no(f"it is {row.state}")

    return rule


_UNDECIDED = (ReleaseState.DRAFT, ReleaseState.GO, ReleaseState.NO_GO)
_OPEN = (*_UNDECIDED, ReleaseState.ROLLING_OUT)


_SAID = (
    _opt("service", "the service that it is for"),
    _opt("versions", "what it brings", help="component=version …: nginx=1.26.3 app=2.3"),
    _opt("environments", "where it goes, in order", help="such as: staging production"),
    _opt("notes", "release notes, Markdown", kind=ParamKind.DOCUMENT),
    _opt("committed", "when the first of it was committed", help="such as 2026-12-01T09:30, for the lead time"),
)
_CHANGE = Param("change", "the change, CHG-7")
_REASON = Param("reason", "why, for everyone who looks")

CREATE = Action(
    id="release.create", label="new release", noun="fleet", role=Role.OPERATOR, danger=Danger.NONE,
    params=(Param("name", "what it is called"), *_SAID), words=("bundle", "deploy", "version"),
    help="Begins a release: changes that belong together, with what they bring and in which order.",
)  # fmt: skip

EDIT = Action(
    id="release.edit", label="change", noun="release", role=Role.OPERATOR, danger=Danger.NONE, key="e", alone=True,
    rule=_in(*_UNDECIDED), params=(_opt("name", "what it is called"), *_SAID),
    help="Says otherwise what it brings. A go that was said before no longer counts.",
)  # fmt: skip

ADD = Action(
    id="release.add", label="put in", noun="release", role=Role.OPERATOR, danger=Danger.NONE, key="A", alone=True,
    rule=_in(*_OPEN), words=("add",),
    params=(_CHANGE, _opt("environment", "where; empty: the last one"), _opt("place", "in the order; empty: the next")),
    help="Puts a change into it. It begins after those before it, and after the same plan in the environment before.",
)  # fmt: skip

REMOVE = Action(
    id="release.remove", label="take out", noun="release", role=Role.OPERATOR, danger=Danger.NONE, alone=True,
    rule=_in(*_OPEN), params=(_CHANGE,), help="Takes a change out of it that has not begun.",
)  # fmt: skip

GO = Action(
    id="release.go", label="go", noun="release", role=Role.APPROVER, danger=Danger.NONE, key="y", alone=True,
    rule=_in(ReleaseState.DRAFT, ReleaseState.NO_GO), params=(_opt("reason", "what it rests on"),), words=("approve",),
    help="Says that it may be rolled out. Each of its changes is approved by itself as well.",
)  # fmt: skip

NO_GO = Action(
    id="release.no_go", label="no-go", noun="release", role=Role.APPROVER, danger=Danger.NONE, key="n", alone=True,
    rule=_in(ReleaseState.DRAFT, ReleaseState.GO), params=(_REASON,), words=("reject", "stop"),
    help="Says that it may not: none of its changes begins.",
)  # fmt: skip

CANCEL = Action(
    id="release.cancel", label="cancel", noun="release", role=Role.OPERATOR, danger=Danger.NONE, key="X",
    rule=_in(*_OPEN), params=(_REASON,), help="Gives it up; its changes stay as they are.",
)  # fmt: skip

ACTS: tuple[Action, ...] = (CREATE, EDIT, ADD, REMOVE, GO, NO_GO, CANCEL)
"""In the order in which menus have them."""
