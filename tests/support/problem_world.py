"""A store with incidents in it, on which the acts of problems, known errors and reviews are done."""

import copy
from collections.abc import Mapping
from unittest.mock import patch

from sqlmodel import Session, SQLModel, col, select

from support.incident_world import ANN, BEGIN, BOB, IncidentWorld
from tui_ops.actions.problems import ACTS
from tui_ops.actions.protocol import Request
from tui_ops.engine import acting
from tui_ops.engine.acting import Kept
from tui_ops.engine.finders import FINDERS as OTHERS
from tui_ops.model.people import Role, Who
from tui_ops.practices.problems import proposing
from tui_ops.practices.problems.doings import PROBLEM_ACTS
from tui_ops.practices.problems.finding import FINDERS
from tui_ops.store.tables import ActionItem, Incident, KnownError, Problem, ProblemLine, Review
from tui_ops.store.views.connect import Reader, open_reader

CAT = Who("cat", Role.APPROVER, 1003)
"""She approves what others ask for."""

DAY = 86400.0

RESTORED = (Problem, Incident, KnownError, Review, ActionItem)
"""The tables that an undo brings back to what they were."""

_COUNTED = {"version", "revision", "undo"}
"""Columns that only say that there was a change."""


class ProblemWorld(IncidentWorld):
    """A store with a fleet, in which incidents open and problems are worked on."""

    def act(
        self, action_id: str, *targets: str, who: Who = ANN, expect: Mapping[str, int] | None = None, **params: object
    ) -> Kept:
        """Do an act as the engine does it, with its audit entry; one of incidents too."""
        action = next((one for one in ACTS if one.id == action_id), None)
        if action is None:
            return super().act(action_id, *targets, who=who, expect=expect, **params)
        given = {name.removesuffix("_"): value for name, value in params.items()}
        read = action.read_params(copy.deepcopy(given))
        request = Request(1, "act", action_id, targets, given, dict(expect or {}))
        finder = {**OTHERS, **FINDERS}.get(action.noun)
        if not who.role.may(action.role):
            raise PermissionError(f"{action_id} takes the role {action.role}")
        with patch.object(acting.time, "time", lambda: self.at):
            doing = PROBLEM_ACTS[action_id]
            return self.run(lambda session: acting._do(session, action, doing, who, request, read, finder))[1]

    def happen(self, times: int = 1, host: str = "web-1", rule: str = "disk-full", item: str = "/var") -> list[int]:
        """Let an incident open and be over so often, an hour apart; return their numbers."""
        numbers = []
        for _ in range(times):
            self.at += 3600.0
            self.fires(host, rule, item=item)
            self.notice()
            number = self.incidents()[-1].id
            assert number is not None
            numbers.append(number)
            self.at += 60.0
            self.act("incident.resolve", f"INC-{number}", cause="capacity", helped="logs were removed")
            self.clears(host, rule, item=item)
            self.at += 3600.0
        return numbers

    def open_one(self, host: str = "web-1", rule: str = "cpu") -> int:
        """Let an incident open and stay so; return its number."""
        self.at += 10.0
        self.fires(host, rule)
        self.notice()
        number = self.incidents()[-1].id
        assert number is not None
        return number

    def notice(self) -> list[str]:
        """Let the engine look for what recurs."""
        return self.run(lambda session: proposing.notice(session, self.at))

    def problem(self, number: int = 1) -> Problem:
        """Return one problem."""
        return self.run(lambda session: session.get_one(Problem, number))

    def problems(self) -> list[Problem]:
        """Return every problem, the first first."""
        return self.run(lambda session: list(session.exec(select(Problem).order_by(col(Problem.id))).all()))

    def problem_lines(self, number: int = 1) -> list[ProblemLine]:
        """Return what happened to a problem."""
        query = select(ProblemLine).where(ProblemLine.problem_id == number).order_by(col(ProblemLine.id))
        return self.run(lambda session: list(session.exec(query).all()))

    def snapshot(self) -> dict[str, dict[str, object]]:
        """Return everything that an undo has to bring back: every row of those tables by its name."""

        def read(session: Session) -> dict[str, dict[str, object]]:
            return {
                f"{kind.__tablename__} {_id(row)}": _values(row) for kind in RESTORED for row in _all(session, kind)
            }

        return self.run(read)

    def reader(self) -> Reader:
        """Open the store as a dashboard does."""
        return open_reader(self.paths)


def _all(session: Session, kind: type[SQLModel]) -> list[SQLModel]:
    return list(session.exec(select(kind)).all())


def _id(row: SQLModel) -> object:
    return row.model_dump()["id"]


def _values(row: SQLModel) -> dict[str, object]:
    return {name: value for name, value in row.model_dump().items() if name not in _COUNTED}


__all__ = ["ANN", "BEGIN", "BOB", "CAT", "DAY", "ProblemWorld"]
