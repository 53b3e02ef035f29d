"""Attesting, withdrawing and keeping, as the engine does it on a store of its own."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import select
from support.compliance_world import BOB, DAY, ComplianceWorld

from tui_ops.actions.errors import ActError
from tui_ops.model.compliance import Assessment, CellState, ControlState, ControlVerdict
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.security import CheckResult
from tui_ops.practices.asked import Refused
from tui_ops.practices.compliance.frameworks import shipped
from tui_ops.practices.compliance.reading import assessed, assessed_by_scope, assessments
from tui_ops.practices.compliance.snapshot import cells_moved, compared, holds
from tui_ops.store.tables import Acceptance, AuditEntry, Host
from tui_ops.store.views.compliance import attestations, audit, audits, cells


@pytest.fixture
def world() -> Iterator[ComplianceWorld]:
    with ComplianceWorld() as world:
        yield world


def now(world: ComplianceWorld, name: str = "pci-dss-4.0.1", scope: str = "") -> Assessment:
    with world.reader() as reader:
        return reader.read(lambda connection: assessed(connection, shipped()[name], scope, world.at))


def verdict(world: ComplianceWorld, control: str, name: str = "pci-dss-4.0.1", scope: str = "") -> ControlVerdict:
    return next(one for one in now(world, name, scope).verdicts if one.control.id == control)


def all_say(world: ComplianceWorld, check: str, result: CheckResult = CheckResult.PASS) -> None:
    for host in now(world).hosts:
        world.says(check, host, result)


def test_a_control_is_what_its_checks_say_of_every_host(world: ComplianceWorld) -> None:
    assert verdict(world, "8.3.6").state is ControlState.UNKNOWN, "nothing was read yet"
    all_say(world, "pam-length")
    assert verdict(world, "8.3.6").state is ControlState.PASS
    world.says("pam-length", "web-1", CheckResult.FAIL)
    found = verdict(world, "8.3.6")
    assert (found.state, found.tally[CellState.FAIL]) == (ControlState.FAIL, 1)


def test_a_control_about_tmp_is_met_where_only_shm_is_wrong(world: ComplianceWorld) -> None:
    name = "cis-server-level-1"
    all_say(world, "fs-mount")
    world.says("fs-mount", "web-1", CheckResult.FAIL, objects=("/dev/shm",), parts=("mounted",))
    assert verdict(world, "1.1.2.1.1", name).state is ControlState.PASS
    assert verdict(world, "1.1.2.2.1", name).state is ControlState.FAIL
    with world.reader() as reader:
        (all_hosts,) = assessments(reader, "", world.at, name)
        places = {one.scope: one for one in assessed_by_scope(reader, name, world.at)}
    states = {one.control.id: one.state for one in all_hosts.verdicts}
    assert (states["1.1.2.1.1"], states["1.1.2.2.1"]) == (ControlState.PASS, ControlState.FAIL)
    for one in places.values():
        mine = {verdict.control.id: verdict for verdict in one.verdicts}
        assert mine["1.1.2.1.1"].state is ControlState.PASS, one.scope
        assert (mine["1.1.2.2.1"].state is ControlState.FAIL) is ("web-1" in one.hosts), one.scope


def test_the_engine_itself_is_no_host_of_a_scope(world: ComplianceWorld) -> None:
    """Nor is what it says of itself counted."""
    own = Host(key="engine", name="engine", address=ENGINE_ADDRESS)
    world.run(lambda session: session.add(own))
    before = now(world)
    assert "engine" not in before.hosts
    world.says("pam-length", "engine", CheckResult.PASS)
    assert now(world).cells == before.cells


def test_what_was_said_long_ago_is_not_so_today(world: ComplianceWorld) -> None:
    all_say(world, "pam-length")
    world.at += 2 * DAY
    found = now(world)
    assert found.score.after is None
    assert next(one for one in found.verdicts if one.control.id == "8.3.6").state is ControlState.UNKNOWN


def test_an_accepted_risk_is_its_own_share_until_it_ends(world: ComplianceWorld) -> None:
    all_say(world, "pam-length")
    world.says("pam-length", "web-1", CheckResult.FAIL)
    world.accepted("FND-1")
    found = now(world)
    assert (found.score.after, found.cells[CellState.ACCEPTED]) == (1.0, 1)
    assert found.score.before is not None
    assert found.score.before < 1
    assert verdict(world, "8.3.6").state is ControlState.ACCEPTED


def test_an_acceptance_that_ran_out_counts_no_more_though_the_engine_was_away(world: ComplianceWorld) -> None:
    all_say(world, "pam-length")
    world.says("pam-length", "web-1", CheckResult.FAIL)
    world.accepted("FND-1")

    def end(session: object, until: object) -> None:
        row = session.get_one(Acceptance, 1)  # type: ignore[attr-defined]
        row.expires_at = until
        session.add(row)  # type: ignore[attr-defined]

    world.run(lambda session: end(session, world.at - 1))
    assert verdict(world, "8.3.6").state is ControlState.FAIL


def test_a_second_finding_beside_an_accepted_one_fails(world: ComplianceWorld) -> None:
    all_say(world, "sudo-members")
    world.says("sudo-members", "web-1", CheckResult.FAIL)
    world.accepted("FND-1")
    world.sweep("", "eve", check="sudo-members", host="web-1")
    assert now(world).cells[CellState.FAIL] == 1


def test_a_scope_holds_only_its_hosts(world: ComplianceWorld) -> None:
    hosts = now(world).hosts
    all_say(world, "pam-length")
    world.says("pam-length", hosts[0], CheckResult.FAIL)
    assert verdict(world, "8.3.6", scope=f"host:{hosts[0]}").state is ControlState.FAIL
    assert verdict(world, "8.3.6", scope=f"host:{hosts[1]}").state is ControlState.PASS
    assert verdict(world, "8.3.6", scope="group:nobody").state is ControlState.UNKNOWN


# --- attesting --------------------------------------------------------------------------------------------------------


def test_a_word_holds_until_its_review_and_then_does_not(world: ComplianceWorld) -> None:
    name = world.attest("12.10.1", owner="ann", file="plan.pdf", sha256="A" * 64, dated="2023-11-02")
    found = verdict(world, "12.10.1")
    assert (found.state, name) == (ControlState.ATTESTED, "ATT-1")
    assert found.attestation is not None
    assert (found.attestation.file_sha, found.attestation.owner) == ("a" * 64, "ann")
    world.at += 181 * DAY
    assert verdict(world, "12.10.1").state is ControlState.UNKNOWN


def test_a_new_word_takes_the_place_of_the_one_before(world: ComplianceWorld) -> None:
    world.attest("12.10.1")
    world.attest("12.10.1", says="not met")
    assert verdict(world, "12.10.1").state is ControlState.FAIL
    with world.reader() as reader:
        assert [one.id for one in reader.read(attestations)] == [2]
        assert [one.id for one in reader.read(lambda connection: attestations(connection, True))] == [1, 2]


def test_one_that_is_withdrawn_counts_no_more_and_can_not_be_withdrawn_twice(world: ComplianceWorld) -> None:
    name = world.attest("12.10.1")
    world.comply("attestation.withdraw", name)
    assert verdict(world, "12.10.1").state is ControlState.UNKNOWN
    with pytest.raises(ActError, match="withdrawn or replaced already"):
        world.comply("attestation.withdraw", name)
    with pytest.raises(ActError, match="no attestation 'ATT-9'"):
        world.comply("attestation.withdraw", "ATT-9")


@pytest.mark.parametrize(("given", "said"), [
    ({"control": "99.1"}, "has no control '99.1'"), ({"framework": "hipaa"}, "no framework 'hipaa'"),
    ({"control": "8.3.6"}, "nobody's word counts"), ({"scope": "group:nobody"}, "no host is in group:nobody"),
    ({"scope": "web"}, "is no scope"), ({"sha256": "abc"}, "is no SHA-256"), ({"for_": "400d"}, "between 1s and 366d"),
    ({"until": "2027-01-01"}, "both say when"), ({"dated": "2999-01-01"}, "still to come"), ({"dated": "x"}, "no day"),
    ({"until": "2024-12-31", "for_": None}, "within a year"), ({"until": "2023-01-01", "for_": None}, "within a year"),
])  # fmt: skip
def test_a_word_that_can_not_be_is_refused_and_nothing_is_kept(
    world: ComplianceWorld, given: dict[str, object], said: str
) -> None:
    with pytest.raises((Refused, ActError, ValueError), match=said):
        world.attest(**{"control": "12.10.1", **given})  # type: ignore[arg-type]
    with world.reader() as reader:
        assert reader.read(attestations) == []


def test_operators_can_not_attest(world: ComplianceWorld) -> None:
    with pytest.raises(PermissionError):
        world.comply("compliance.attest", who=BOB, framework="pci", control="12.10.1", text="x", for_="30d")


def test_every_word_is_in_the_audit(world: ComplianceWorld) -> None:
    world.attest("12.10.1")
    world.comply("compliance.keep", framework="pci")
    rows = world.run(lambda session: [row.action for row in session.exec(select(AuditEntry)).all()])
    assert rows[-2:] == ["compliance.attest", "compliance.keep"]


# --- keeping ----------------------------------------------------------------------------------------------------------


def kept(world: ComplianceWorld, number: int) -> dict[str, object]:
    with world.reader() as reader:
        found = reader.read(lambda connection: audit(connection, number))
    assert found is not None
    row, body = found
    assert holds(body, row.sha)
    assert not holds(body + b" ", row.sha)
    return json.loads(body)  # type: ignore[no-any-return]


def test_a_kept_audit_leads_from_a_control_to_the_reading(world: ComplianceWorld) -> None:
    all_say(world, "pam-length")
    world.says("pam-length", "web-1", CheckResult.FAIL, "seven characters are enough")
    world.comply("compliance.keep", framework="pci", who=BOB)
    document = kept(world, 1)
    (control,) = [one for one in document["controls"] if one["id"] == "8.3.6"]  # type: ignore[index,attr-defined]
    (row,) = [one for one in document["evidence"]  # type: ignore[attr-defined]
              if one["check"] in control["checks"] and one["host"] == "web-1"]  # fmt: skip
    assert row["text"] == "seven characters are enough"
    assert row["readings"] == {"sshdconf": row["read_at"]}
    assert (row["check_version"], row["findings"]) == ("1", ["FND-1"])
    with world.reader() as reader:
        (kept_row,) = reader.read(audits)
    assert kept_row.by == "bob"


def test_the_digest_of_a_kept_audit_stands_in_the_chain(world: ComplianceWorld) -> None:
    world.comply("compliance.keep", framework="pci")
    with world.reader() as reader:
        (row,) = reader.read(audits)
    outcome = world.run(lambda session: session.exec(select(AuditEntry)).all()[-1].outcome)
    assert row.sha in outcome


def test_a_kept_audit_stays_as_it_was_and_two_are_compared(world: ComplianceWorld) -> None:
    all_say(world, "pam-length")
    world.comply("compliance.keep", framework="pci")
    world.says("pam-length", "web-1", CheckResult.FAIL)
    world.attest("12.10.1")
    world.comply("compliance.keep", framework="pci")
    before, after = kept(world, 1), kept(world, 2)
    moved = {(one.control, one.before, one.after) for one in compared(before, after)}
    assert moved == {("8.3.6", "pass", "fail"), ("12.10.1", "unknown", "attested")}
    assert cells_moved(before, after) == [("pam-length", "web-1", "pass", "fail")]
    with world.reader() as reader:
        assert [row.name for row in reader.read(audits)] == ["AUD-2", "AUD-1"]


def test_a_host_that_fails_names_its_findings(world: ComplianceWorld) -> None:
    world.says("pam-length", "web-1", CheckResult.FAIL)
    with world.reader() as reader:
        (row,) = reader.read(lambda connection: cells(connection, "", world.at, ("pam-length",)))
    assert (row.findings, row.state) == ((1,), CellState.FAIL)
