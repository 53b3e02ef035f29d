"""Verdicts, score and coverage of any small fleet, counted by the store and counted by hand, host by host."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, delete
from support.compliance_world import DAY, ComplianceWorld

from tui_ops.model.compliance import WEIGHTS, Assessment, CellState, Control, ControlKind, ControlState, Framework
from tui_ops.model.security import CheckResult, FindingState
from tui_ops.practices.compliance.assessing import weight_of
from tui_ops.practices.compliance.reading import with_parts
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.store.tables import Acceptance, CheckVerdict, Finding
from tui_ops.store.views.compliance import place_tallies, scope_hosts

PASS, FAIL, ACCEPTED, UNKNOWN, NOT = CellState
CHECKS = ("fs-mount", "fw-deny", "acct-uid0")
"""A check of weight 1, one of 5, one of 10."""

CONTROLS = {
    "tmp": Control("tmp", "t", ControlKind.AUTOMATED, ("fs-mount",), {"fs-mount": ("/tmp a", "/tmp b")}),
    "tmp-a": Control("tmp-a", "t", ControlKind.AUTOMATED, ("fs-mount",), {"fs-mount": ("/tmp a",)}),
    "ufw": Control("ufw", "t", ControlKind.AUTOMATED, ("fw-deny",), in_use=("ufw",)),
    "both": Control("both", "t", ControlKind.AUTOMATED, ("fw-deny", "acct-uid0")),
}
FRAMEWORK = Framework("f", "F", "f", CONTROLS)
ASKED = {"fs-mount": {"/tmp a", "/tmp b"}}
"""What the framework asks of a check, where it is not all of it."""

MEANT = {"tmp": {"/tmp a", "/tmp b"}, "tmp-a": {"/tmp a"}}


@dataclass(frozen=True)
class Thing:
    """Something wrong: its object, its parts, and what became of it."""

    about: str
    parts: tuple[str, ...]
    state: FindingState
    expires: str = ""
    """``later`` or ``past`` of its acceptance; empty where it has none."""

    @property
    def aside(self) -> bool:
        return self.state in (FindingState.ACCEPTED, FindingState.FALSE_POSITIVE) and self.expires != "past"


@dataclass(frozen=True)
class Said:
    """What a check said of a host."""

    result: CheckResult
    things: tuple[Thing, ...]
    unread: tuple[str, ...]
    in_use: tuple[str, ...] | None
    old: bool

    @property
    def state(self) -> CellState:
        if self.old or self.result in (CheckResult.UNKNOWN, CheckResult.ERROR, CheckResult.STALE):
            return UNKNOWN
        if self.result is CheckResult.FAIL:
            return ACCEPTED if all(one.aside for one in self.things) else FAIL
        return PASS if self.result is CheckResult.PASS else NOT

    def about(self, names: set[str] | None) -> CellState:
        """What it says of some names; of all without any."""
        if names is None or self.old or self.state in (PASS, NOT):
            return self.state
        if self.result in (CheckResult.ERROR, CheckResult.STALE):
            return UNKNOWN
        hidden = any(name.startswith(start) or start.startswith(name) for name in names for start in self.unread)
        if self.result is CheckResult.UNKNOWN:
            return PASS if self.unread and not hidden else UNKNOWN
        mine = [one for one in self.things if not one.about or {f"{one.about} {part}" for part in one.parts} & names]
        if mine:
            return ACCEPTED if all(one.aside for one in mine) else FAIL
        return UNKNOWN if hidden else PASS


NEVER = Said(CheckResult.UNKNOWN, (), (), None, False)
THINGS = st.builds(
    Thing, st.sampled_from(["/tmp", "/dev/shm", ""]),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True).map(tuple),
    st.sampled_from([FindingState.OPEN, FindingState.IN_PROGRESS, FindingState.ACCEPTED, FindingState.FALSE_POSITIVE]),
    st.sampled_from(["later", "later", "past", ""]),
)  # fmt: skip
SAID = st.builds(
    lambda result, things, unread, in_use, old: Said(
        result, things if result is CheckResult.FAIL else (), unread if result in PARTLY else (), in_use, old
    ),
    st.sampled_from(list(CheckResult)),
    st.lists(THINGS, min_size=1, max_size=3, unique_by=lambda one: one.about).map(tuple),
    st.sampled_from([(), (), ("/tmp",), ("/dev",), ("",)]), st.sampled_from([None, (), ("ufw",), ("nftables",)]),
    st.sampled_from([False, False, False, True]),
)  # fmt: skip
PARTLY = (CheckResult.FAIL, CheckResult.UNKNOWN)
HOSTS = ("web-1", "web-2", "db-1")
FLEETS = st.dictionaries(st.tuples(st.sampled_from(HOSTS), st.sampled_from(CHECKS)), SAID, max_size=9)


@pytest.fixture(scope="module")
def world() -> Iterator[ComplianceWorld]:
    with ComplianceWorld() as world:
        yield world


def lay_down(session: Session, world: ComplianceWorld, fleet: dict[tuple[str, str], Said]) -> None:
    """Write a fleet in the place of the one before."""
    for table in (CheckVerdict, Finding, Acceptance):
        session.exec(delete(table))
    ends = {"later": world.at + DAY, "past": world.at - 1}
    for number, when in enumerate(ends, 1):
        session.add(Acceptance(id=number, check="x", reason="x", asked_by="bob", asked_at=0.0, expires_at=ends[when]))
    session.flush()
    for (host, check), said in fleet.items():
        evidence = {"unread": list(said.unread), **({"in_use": list(said.in_use)} if said.in_use is not None else {})}
        at = world.at - 2 * DAY if said.old else world.at
        session.add(CheckVerdict(host_id=world.ids[host], check=check, result=str(said.result), judged_at=at,
                                 evidence=json.dumps(evidence)))  # fmt: skip
        for one in said.things:
            session.add(Finding(
                check=check, host_id=world.ids[host], object=one.about, kind="configuration", severity="low", title="t",
                state=str(one.state), data=json.dumps({"parts": list(one.parts)} if one.about else {}),
                acceptance_id=[*ends].index(one.expires) + 1 if one.expires else None,
            ))  # fmt: skip


def read(world: ComplianceWorld, scope: str) -> Assessment:
    with world.reader() as reader:
        return reader.read(lambda connection: with_parts(connection, FRAMEWORK, scope, world.at))[0]


def by_hand(fleet: dict[tuple[str, str], Said], control: Control, host: str) -> list[CellState]:
    """What each check of a control says of a host, for the control."""
    found = []
    for check in control.checks:
        said = fleet.get((host, check), NEVER)
        other = control.in_use and said.in_use is not None and not set(control.in_use) & set(said.in_use)
        told = not said.old and said.result not in (CheckResult.ERROR, CheckResult.STALE)
        found.append(NOT if other and told else said.about(MEANT.get(control.id)))
    return found


def verdict_of(states: list[CellState]) -> ControlState:
    for one in (FAIL, UNKNOWN, ACCEPTED, PASS):
        if one in states:
            return ControlState(str(one))
    return ControlState.NOT_APPLICABLE


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FLEETS, st.sampled_from(["", "group:web", "site:par", "host:db-1"]))
def test_what_the_store_counts_is_what_one_counts_by_hand(
    world: ComplianceWorld, fleet: dict[tuple[str, str], Said], scope: str
) -> None:
    world.run(lambda session: lay_down(session, world, fleet))
    found = read(world, scope)
    everybody = {"": {"db-1", "far-1", "far-2", "gw", "web-1", "web-2"}, "group:web": {"web-1", "web-2"},
                 "site:par": {"gw", "web-1", "web-2"}, "host:db-1": {"db-1"}}  # fmt: skip
    hosts = sorted(everybody[scope])
    assert list(found.hosts) == hosts
    known = []
    for verdict in found.verdicts:
        states = [one for host in hosts for one in by_hand(fleet, verdict.control, host)]
        assert verdict.state is verdict_of(states), verdict.control.id
        assert {one: many for one, many in verdict.tally.items() if many} == {
            one: states.count(one) for one in CellState if one in states
        }
        if verdict.state is not ControlState.NOT_APPLICABLE:
            applying = [one for one in states if one is not NOT]
            known.append(sum(one is not UNKNOWN for one in applying) / len(applying))
    assert found.score.coverage == pytest.approx(sum(known) / len(known) if known else 0.0)
    points = dict.fromkeys(CellState, 0)
    for check in CHECKS:
        for host in hosts:
            points[fleet.get((host, check), NEVER).about(ASKED.get(check))] += weight_of(BY_ID[check])
    after, before = points[PASS] + points[FAIL], points[PASS] + points[FAIL] + points[ACCEPTED]
    assert found.score.after == (pytest.approx(points[PASS] / after) if after else None)
    assert found.score.before == (pytest.approx(points[PASS] / before) if before else None)


@pytest.mark.parametrize("first", HOSTS[:2])
def test_a_host_that_fails_is_not_taken_for_one_whose_findings_are_all_accepted(
    world: ComplianceWorld, first: str
) -> None:
    """Each has one accepted finding; one of them has another beside it."""
    mine = Thing("/tmp", ("a",), FindingState.ACCEPTED, "later")
    more = Thing("/dev/shm", ("a",), FindingState.OPEN)
    said = {host: Said(CheckResult.FAIL, (mine,) if host == first else (mine, more), (), None, False)
            for host in HOSTS[:2]}  # fmt: skip
    world.run(lambda session: lay_down(session, world, {(host, "acct-uid0"): one for host, one in said.items()}))
    found = read(world, "")
    assert (found.cells[FAIL], found.cells[ACCEPTED]) == (1, 1)
    with world.reader() as reader:
        rows = reader.read(lambda connection: place_tallies(connection, world.at))
    assert sorted((str(state), count) for *_, state, count in rows) == [("accepted", 1), ("fail", 1)]


def test_the_weights_are_those_of_the_severities() -> None:
    assert [weight_of(BY_ID[one]) for one in CHECKS] == [1, 5, 10]
    assert sorted(WEIGHTS.values()) == [0, 1, 2, 5, 10]


def test_places_add_up_to_the_whole(world: ComplianceWorld) -> None:
    """What groups and sites are counted from holds each verdict once."""
    said = Said(CheckResult.FAIL, (Thing("/tmp", ("a",), FindingState.OPEN),), (), None, False)
    world.run(lambda session: lay_down(session, world, {(host, "fs-mount"): said for host in HOSTS}))
    with world.reader() as reader:
        rows = reader.read(lambda connection: place_tallies(connection, world.at))
        hosts = reader.read(lambda connection: scope_hosts(connection, ""))
    assert sum(count for *_, count in rows) == len(HOSTS)
    assert {(site, groups) for site, groups, *_ in rows} == {(h.site, h.groups) for h in hosts if h.name in HOSTS}
