"""Incidents walked at random: every act has its audit entry and its line, undo restores, and nothing gets stuck."""

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.incident_world import ANN, BOB, IncidentWorld
from tui_ops.actions.errors import ActError
from tui_ops.model.alerts import AlertState
from tui_ops.model.incidents import OPEN_STATES, Cause, Hold, IncidentState
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.asked import Refused

HOSTS = st.sampled_from(["gw", "web-1", "web-2", "db-1", "far-1"])
RULES = st.sampled_from(["cpu", "disk", "host-down", "host-unreachable"])
PEOPLE = st.sampled_from([ANN, BOB])

ACTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "incident.acknowledge": st.sampled_from([{}, {"for_": "5m"}, {"for_": "4h"}]),
    "incident.unacknowledge": st.just({}),
    "incident.take": st.just({}),
    "incident.assign": st.sampled_from([{"to": "ann"}, {"to": "bob"}, {"to": "nobody"}]),
    "incident.priority": st.sampled_from([{"priority": str(one), "reason": "so"} for one in range(1, 6)]),
    "incident.investigate": st.just({}), "incident.identify": st.just({}), "incident.mitigate": st.just({}),
    "incident.watch": st.just({}),
    "incident.hold": st.sampled_from([{"for_": str(one), "reason": "so"} for one in (*Hold, "nothing")]),
    "incident.snooze": st.just({"for_": "1h"}),
    "incident.silence": st.sampled_from([{"reason": "so"}, {"for_": "10m", "reason": "so"}]),
    "incident.escalate": st.just({"reason": "so"}), "incident.note": st.just({"text": "a line"}),
    "incident.resolve": st.sampled_from([{"cause": str(one), "helped": "that"} for one in Cause]),
    "incident.reopen": st.just({"reason": "so"}), "incident.close": st.just({}),
    "incident.cancel": st.just({"reason": "so"}), "incident.major": st.just({"commander": "ann"}),
    "incident.demote": st.just({}), "incident.merge": st.sampled_from([{"into": "INC-1"}, {"into": "INC-2"}]),
    "incident.split": st.sampled_from([{"alerts": "ALR-1"}, {"alerts": "ALR-2 ALR-3"}]),
}  # fmt: skip

UNDONE = {"version", "revision"}
"""What an undo does not set back: it is a change as well."""


class Walk(RuleBasedStateMachine):
    """An operator, another operator, the engine and the fleet, in any order."""

    @initialize()
    def begin(self) -> None:
        """A fleet without trouble."""
        self.world = IncidentWorld()

    def teardown(self) -> None:
        """Let go of the store."""
        self.world.__exit__(None, None, None)

    @rule(host=HOSTS, name=RULES, severity=st.sampled_from([Severity.OK, Severity.WARNING, Severity.CRITICAL]))
    def signal(self, host: str, name: str, severity: Severity) -> None:
        """Something is told."""
        self.world.take(self.world.signal(host, name, severity))

    @rule(host=HOSTS, state=st.sampled_from([HostState.UP, HostState.DOWN, HostState.UNREACHABLE]))
    def state(self, host: str, state: HostState) -> None:
        """A host is otherwise."""
        self.world.states[host] = state

    @rule(seconds=st.sampled_from([1, 61, 301, 601, 1801, 8 * 86400]))
    def time(self, seconds: int) -> None:
        """Time passes."""
        self.world.later(seconds)

    @precondition(lambda self: self.world.incidents())
    @rule(data=st.data(), name=st.sampled_from(sorted(ACTS)), who=PEOPLE, undo=st.booleans())
    def act(self, data: st.DataObject, name: str, who: Any, undo: bool) -> None:
        """Somebody acts on one of the incidents; what is done is written down whole, and what is refused not at all."""
        incidents = self.world.incidents()
        number = data.draw(st.integers(1, len(incidents)))
        before = self._picture()
        entries, lines = len(self.world.audit()), self._lines()
        try:
            kept = self.world.act(name, f"INC-{number}", who=who, **data.draw(ACTS[name]))
        except (Refused, ActError):
            assert (self._picture(), len(self.world.audit()), self._lines()) == (before, entries, lines)
            return
        assert len(self.world.audit()) == entries + 1
        assert any(line.audit_id == kept.audit for line in self.world.lines(number))
        self.world.at += 1
        undoable = any(
            "undo" in json.loads(line.data) for line in self.world.lines(number) if line.audit_id == kept.audit
        )
        if undo and undoable:
            made = len(self.world.incidents())
            self.world.act("incident.undo", f"INC-{number}", who=who)
            assert len(self.world.audit()) == entries + 2
            after = self._picture()
            known = {key: row for key, row in after.items() if key in before}
            assert known == before, name
            assert made == len(self.world.incidents())

    def _picture(self) -> dict[tuple[str, int | None], dict[str, object]]:
        rows = [("incident", one) for one in self.world.incidents()] + [("alert", one) for one in self.world.alerts()]
        return {
            (kind, row.id): {name: value for name, value in row.model_dump().items() if name not in UNDONE}
            for kind, row in rows
        }

    def _lines(self) -> int:
        return sum(len(self.world.lines(one.id or 0)) for one in self.world.incidents())

    @invariant()
    def nothing_is_lost(self) -> None:
        """An alert that asks for somebody belongs to an incident that is open or over by a person's word; an identity
        has one row; whoever holds an incident holds it until a moment.
        """
        if not hasattr(self, "world"):
            return
        incidents = {one.id: one for one in self.world.incidents()}
        identities = [(one.source, one.rule, one.subject) for one in self.world.alerts()]
        assert len(identities) == len(set(identities))
        for alert in self.world.alerts():
            if alert.state == AlertState.FIRING:
                assert alert.incident_id is not None
                assert incidents[alert.incident_id].state != IncidentState.MERGED
                assert alert.ended_at is None
        for incident in incidents.values():
            assert (incident.ack_until is None) is (not incident.acked_by)
            assert not incident.acked_by or IncidentState(incident.state) in OPEN_STATES


Walk.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
TestWalk = Walk.TestCase
