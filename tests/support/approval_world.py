"""A store with a fleet and people, in which changes are written, submitted, approved and given up."""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from unittest.mock import patch

from sqlmodel import Session, SQLModel, col, select

from support.incident_world import ANN, BEGIN, BOB, HOSTS, SERVICES
from support.problem_world import DAY, ProblemWorld
from tui_ops.actions.declared import REGISTRY
from tui_ops.actions.protocol import Request
from tui_ops.engine import acting
from tui_ops.engine.acting import Kept
from tui_ops.engine.changedoings import CHANGE_ACTS
from tui_ops.engine.finders import FINDERS
from tui_ops.model.changes import ChangeState, Outcome
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.fleet import Fleet, OperatorSpec
from tui_ops.model.people import Role, Who
from tui_ops.practices.changes import approving
from tui_ops.practices.changes.assessing import assess
from tui_ops.practices.changes.work import Assess, Terms
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.tables import Approval, Change, ChangeLine, ChangeLink, ChangeModel, ChangePlan, Incident, Problem
from tui_ops.store.timeline import changed

CAT = Who("cat", Role.APPROVER, 1003)
DAN = Who("dan", Role.APPROVER, 1004)
EVE = Who("eve", Role.VIEWER, 1005)

OPERATORS = (
    OperatorSpec("ann", Role.ADMIN, "ann"),
    OperatorSpec("bob", Role.OPERATOR, "bob"),
    OperatorSpec("cat", Role.APPROVER, "cat"),
    OperatorSpec("dan", Role.APPROVER, "dan"),
    OperatorSpec("eve", Role.VIEWER, "eve"),
)

PLAN = """\
steps:
  - command: [systemctl, reload, nginx]
rollback:
  - command: [systemctl, reload, nginx]
"""

OTHER_PLAN = PLAN.replace("reload", "restart")

MODEL = """\
parameters:
  unit: {type: text}
steps:
  - command: [systemctl, reload, "{{unit}}"]
"""

RESTORED = (Change, ChangeLink, ChangeModel, Approval, Problem, Incident)
"""The tables that an undo brings back to what they were."""

_COUNTED = {
    "version", "revision", "edited_by", "risk", "risk_factors", "conflicts", "assessed_at", "services",
}  # fmt: skip
"""Columns that only say that there was a change, what the engine found of it, and who wrote on it, which stays."""


class ApprovalWorld(ProblemWorld):
    """A store with a fleet, in which changes are made.

    Args:
        spec: what the inventory says of changes.
        weigh: how a change's risk is found; by default the real assessment.
    """

    def __init__(self, spec: ChangingSpec | None = None, weigh: Assess = assess) -> None:
        super().__init__()
        self.terms = Terms(spec or ChangingSpec(), weigh)
        self.operators(*OPERATORS)

    def operators(self, *operators: OperatorSpec) -> None:
        """Let an inventory with these people come into force."""
        fleet = Fleet("shop", HOSTS, services=SERVICES, operators=operators, changing=self.terms.spec)
        self.run(lambda session: sync_fleet(session, fleet, self.at))

    def say(self, **spec: object) -> None:
        """Let the inventory say something else of changes."""
        self.terms = replace(self.terms, spec=replace(self.terms.spec, **spec))  # type: ignore[arg-type]

    def act(
        self, action_id: str, *targets: str, who: Who = ANN, expect: Mapping[str, int] | None = None, **params: object
    ) -> Kept:
        """Do an act as the engine does it, with its audit entry; one of problems and incidents too."""
        if action_id not in CHANGE_ACTS:
            return super().act(action_id, *targets, who=who, expect=expect, **params)
        action = REGISTRY.get(action_id)
        assert action is not None
        given = {name.removesuffix("_"): value for name, value in params.items()}
        read = action.read_params(copy.deepcopy(given))
        request = Request(1, "act", action_id, targets, given, dict(expect or {}))
        if not who.role.may(action.role):
            raise PermissionError(f"{action_id} takes the role {action.role}")
        act, finder = CHANGE_ACTS[action_id], FINDERS.get(action.noun)
        with patch.object(acting.time, "time", lambda: self.at):
            return self.run(
                lambda session: acting._do(
                    session, action, lambda session, asked: act(session, asked, self.terms), who, request, read, finder
                )
            )[1]

    def make(self, who: Who = BOB, plan: str = PLAN, targets: str = "web-1", **params: object) -> str:
        """Make a change; return its name."""
        given = {"title": "reload nginx", "targets": targets, **({"plan": plan} if plan else {}), **params}
        self.act("change.create", who=who, **given)
        return f"CHG-{self.changes()[-1].id}"

    def submitted(self, who: Who = BOB, **params: object) -> str:
        """Make a change and submit it."""
        name = self.make(who, **params)  # type: ignore[arg-type]
        self.act("change.submit", name, who=who)
        return name

    def settle(self) -> list[int]:
        """Let the engine look at what time and the inventory did to approvals."""
        return self.run(lambda session: approving.settle_all(session, self.at, self.terms.spec))

    def clear_to_start(self, name: str) -> approving.Authority:
        """Return by what a change may begin now; raises where it may not."""
        number, spec = int(name[4:]), self.terms.spec
        return self.run(
            lambda session: approving.must_be_approved(session, session.get_one(Change, number), self.at, spec)
        )

    def put(self, name: str, state: ChangeState, outcome: Outcome | None = None, **more: object) -> None:
        """Put a change where its run would."""

        def write(session: Session) -> None:
            change = session.get_one(Change, int(name[4:]))
            change.state, change.outcome = str(state), str(outcome or "")
            for column, value in more.items():
                setattr(change, column, value)
            changed(session, [change])

        self.run(write)

    def change(self, name: str = "CHG-1") -> Change:
        """Return one change."""
        return self.run(lambda session: session.get_one(Change, int(name[4:])))

    def state(self, name: str = "CHG-1") -> ChangeState:
        """Return how far one is."""
        return ChangeState(self.change(name).state)

    def changes(self) -> list[Change]:
        """Return every change, the first first."""
        return self.run(lambda session: list(session.exec(select(Change).order_by(col(Change.id))).all()))

    def change_lines(self, name: str = "CHG-1") -> list[ChangeLine]:
        """Return what happened to a change."""
        query = select(ChangeLine).where(ChangeLine.change_id == int(name[4:])).order_by(col(ChangeLine.id))
        return self.run(lambda session: list(session.exec(query).all()))

    def texts(self, name: str = "CHG-1") -> list[str]:
        """Return what its lines say."""
        return [line.text for line in self.change_lines(name)]

    def approvals(self, name: str = "CHG-1") -> list[Approval]:
        """Return what was said of it."""
        query = select(Approval).where(Approval.change_id == int(name[4:])).order_by(col(Approval.id))
        return self.run(lambda session: list(session.exec(query).all()))

    def plans(self, name: str = "CHG-1") -> list[ChangePlan]:
        """Return the versions of its plan."""
        query = select(ChangePlan).where(ChangePlan.change_id == int(name[4:])).order_by(col(ChangePlan.number))
        return self.run(lambda session: list(session.exec(query).all()))

    def model(self, name: str) -> ChangeModel:
        """Return a model."""
        return self.run(lambda session: session.exec(select(ChangeModel).where(ChangeModel.name == name)).one())

    def snapshot(self) -> dict[str, dict[str, object]]:
        """Return everything that an undo has to bring back: every row of those tables by its name."""

        def read(session: Session) -> dict[str, dict[str, object]]:
            return {
                f"{kind.__tablename__} {row.model_dump()['id']}": _values(row)
                for kind in RESTORED
                for row in session.exec(select(kind)).all()
            }

        return self.run(read)


def _values(row: SQLModel) -> dict[str, object]:
    return {name: value for name, value in row.model_dump().items() if name not in _COUNTED}


def risk_of(points: int) -> Callable[[Session, Change, float, ChangingSpec], object]:
    """Return an assessment that finds the same risk whatever it looks at."""

    def weigh(session: Session, change: Change, at: float, _spec: ChangingSpec) -> None:
        change.risk, change.assessed_at, change.risk_factors = points, at, json.dumps([])
        session.add(change)

    return weigh


__all__ = ["ANN", "BEGIN", "BOB", "CAT", "DAN", "DAY", "EVE", "MODEL", "OTHER_PLAN", "PLAN", "ApprovalWorld", "risk_of"]
