"""A store with a small fleet, in which hosts are swept, acts are done and time passes as the test says."""

import copy
from collections.abc import Mapping
from unittest.mock import patch

from sqlmodel import Session, col, select

from support.incident_world import ANN, BEGIN, BOB, IncidentWorld
from tui_ops.actions.findings import ACTS
from tui_ops.actions.protocol import Request
from tui_ops.engine import acting
from tui_ops.engine.acting import Kept
from tui_ops.engine.finders import FINDERS
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.facts import Field
from tui_ops.model.people import Role, Who
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen, Sweep
from tui_ops.practices.changes.work import Terms as ChangeTerms
from tui_ops.practices.security import accepting, mending
from tui_ops.practices.security.doings import FINDING_ACTS
from tui_ops.practices.security.findings import Taken, Whole, take_sweeps
from tui_ops.practices.security.work import Terms
from tui_ops.store.tables import Acceptance, Change, Finding, FindingLine
from tui_ops.store.views.connect import Reader, open_reader

CAT, DAN = Who("cat", Role.APPROVER, 1003), Who("dan", Role.APPROVER, 1004)
"""They approve what others ask for."""

DAY = 86400.0


class FindingWorld(IncidentWorld):
    """A store with a fleet, whose hosts are read and judged by hand."""

    spec = SecuritySpec()
    solo = False

    def sweep(
        self, *objects: str, check: str = "ssh-root", host: str = "web-1", result: CheckResult | None = None,
        at: float | None = None, severity: FindingSeverity = FindingSeverity.HIGH, text: str = "root may log in",
        version: str = "1", unread: tuple[str, ...] = (), source: str = "check",
        kind: FindingKind = FindingKind.CONFIGURATION, data: Mapping[str, Field] | None = None, whole: bool = False,
    ) -> Taken:  # fmt: skip
        """Let a source say something of a host: it fails with these objects, or passes without any."""
        said = result or (CheckResult.FAIL if objects else CheckResult.PASS)
        read_at = self.at if at is None else at
        number = self.host_id(host)
        sweep = Sweep(
            source, check, number, kind, severity, f"title of {check}", said, read_at,
            tuple(Seen(one, text, data=data or {}) for one in objects), text, version, unread,
        )  # fmt: skip
        all_named = [Whole(source, number, read_at)] if whole else []
        return self.run(lambda session: take_sweeps(session, [sweep], self.at, self.spec, whole=all_named))

    def host_id(self, name: str) -> int:
        """Return a host's identity."""
        from tui_ops.store.tables import Host

        return self.run(lambda session: session.exec(select(Host.id).where(Host.name == name)).one()) or 0

    def act(
        self, action_id: str, *targets: str, who: Who = ANN, expect: Mapping[str, int] | None = None, **params: object
    ) -> Kept:
        """Do an act as the engine does it, with its audit entry; one of others too."""
        action = next((one for one in ACTS if one.id == action_id), None)
        if action is None:
            return super().act(action_id, *targets, who=who, expect=expect, **params)
        given = {name.removesuffix("_"): value for name, value in params.items()}
        read = action.read_params(copy.deepcopy(given))
        request = Request(1, "act", action_id, targets, given, dict(expect or {}))
        if not who.role.may(action.role):
            raise PermissionError(f"{action_id} takes the role {action.role}")
        terms = Terms(self.spec, ChangeTerms(ChangingSpec(solo=self.solo)))
        doing, finder = FINDING_ACTS[action_id], FINDERS["finding"]
        with patch.object(acting.time, "time", lambda: self.at):
            return self.run(
                lambda session: acting._do(
                    session, action, lambda one, asked: doing(one, asked, terms), who, request, read, finder
                )
            )[1]

    def pass_time(self, seconds: float) -> list[int]:
        """Let time pass and the engine look; return what ran out."""
        self.at += seconds
        return self.run(lambda session: accepting.expire(session, self.at, self.spec))

    def changes_over(self) -> list[int]:
        """Let the engine take note of changes that are over."""
        return self.run(lambda session: mending.changes_over(session, self.at))

    def finding(self, number: int = 1) -> Finding:
        """Return one finding."""
        return self.run(lambda session: session.get_one(Finding, number))

    def findings(self) -> list[Finding]:
        """Return every finding, the first first."""
        return self.run(lambda session: list(session.exec(select(Finding).order_by(col(Finding.id))).all()))

    def finding_lines(self, number: int = 1) -> list[FindingLine]:
        """Return what happened to a finding."""
        query = select(FindingLine).where(FindingLine.finding_id == number).order_by(col(FindingLine.id))
        return self.run(lambda session: list(session.exec(query).all()))

    def texts(self, number: int = 1) -> list[str]:
        """Return the lines of a finding's list."""
        return [line.text for line in self.finding_lines(number)]

    def acceptances(self) -> list[Acceptance]:
        """Return every acceptance, the first first."""
        return self.run(lambda session: list(session.exec(select(Acceptance).order_by(col(Acceptance.id))).all()))

    def change(self, number: int = 1) -> Change:
        """Return one change."""
        return self.run(lambda session: session.get_one(Change, number))

    def accepted(self, name: str = "FND-1", **params: object) -> None:
        """Have a finding accepted: one asks, another says yes."""
        given: dict[str, object] = {"reason": "it is old", "control": "a firewall", "for_": "30d", **params}
        self.act("finding.accept", name, who=BOB, **given)
        self.act("finding.approve", name, who=CAT)

    def do(self, fn: object) -> object:
        """Run something in a session of its own."""
        return self.run(fn)  # type: ignore[arg-type]

    def reader(self) -> Reader:
        """Open the store as a dashboard does."""
        return open_reader(self.paths)


__all__ = ["ANN", "BEGIN", "BOB", "CAT", "DAN", "DAY", "FindingWorld", "Session"]
