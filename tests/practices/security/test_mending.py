"""From findings to a change and back: one plan for many hosts, and its end makes them claimed."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import select
from support.finding_world import BOB, FindingWorld

from tui_ops.actions.errors import ActError
from tui_ops.cli.selftest import all_cases, judge_case
from tui_ops.model.security import FindingKind
from tui_ops.plans import read_plan
from tui_ops.practices.asked import Refused
from tui_ops.practices.security.mending import mend_of
from tui_ops.store.tables import Change, ChangeLink, Finding

FEED = {"source": "feed", "kind": FindingKind.VULNERABILITY}


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


def vulnerable(world: FindingWorld, cve: str = "CVE-2024-1", **data: object) -> None:
    for host in ("web-1", "web-2"):
        given = {"package": "openssl", "fixed": "3.0.2", "binaries": ["libssl3", "openssl"], **data}
        world.sweep("openssl", check=cve, host=host, data=given, **FEED)  # type: ignore[arg-type]


def test_all_hosts_of_the_same_plan_go_into_one_change(world: FindingWorld) -> None:
    vulnerable(world)
    kept = world.act("finding.fix", "FND-1", "FND-2", who=BOB)
    change = world.change()
    assert json.loads(change.hosts) == ["web-1", "web-2"]
    assert (change.state, change.kind, change.requested_by) == ("draft", "normal", "bob")
    assert [one.state for one in world.findings()] == ["in progress"] * 2
    assert [one.change_id for one in world.findings()] == [1, 1]
    links = world.do(lambda session: [(one.kind, one.other) for one in session.exec(select(ChangeLink)).all()])
    assert links == [("finding", "FND-1"), ("finding", "FND-2")]
    assert "CHG-1 made" in kept.done.message
    plan = read_plan(change.plan, {})
    assert len(plan.steps) == 2


def test_other_packages_are_another_change(world: FindingWorld) -> None:
    vulnerable(world)
    vulnerable(world, "CVE-2024-2", package="bash", binaries=["bash"])
    world.act("finding.fix", "FND-1", "FND-3", who=BOB)
    assert "bash" in world.change(2).plan


def test_a_name_of_a_package_that_is_none_never_gets_into_a_plan(world: FindingWorld) -> None:
    vulnerable(world, package="a b; rm -rf /", binaries=["x\n- command: reboot"])
    with pytest.raises(Refused):
        world.act("finding.fix", "FND-1", who=BOB)


def test_what_no_machine_mends_says_what_to_do(world: FindingWorld) -> None:
    vulnerable(world, fixed="")
    with pytest.raises(Refused, match="no version that mends it is known"):
        world.act("finding.fix", "FND-1", who=BOB)
    world.sweep("x", check="nobody-knows-this")
    with pytest.raises(Refused, match="it has no plan"):
        world.act("finding.fix", "FND-3", who=BOB)
    assert world.finding(3).state == "open"


def over(world: FindingWorld, state: str, outcome: str) -> list[int]:
    def end(session: object) -> None:
        row = session.get_one(Change, 1)  # type: ignore[attr-defined]
        row.state, row.outcome, row.ended_at = state, outcome, world.at

    world.do(end)
    return world.changes_over()


@pytest.mark.parametrize("outcome", ["successful", "with issues"])
def test_a_change_that_ended_well_makes_them_claimed_until_the_host_is_read(world: FindingWorld, outcome: str) -> None:
    vulnerable(world)
    world.act("finding.fix", "FND-1", "FND-2", who=BOB)
    read_at = world.at
    world.at += 600
    assert over(world, "ended", outcome) == [1, 2]
    assert world.finding().state == "resolved"
    world.at += 1
    world.sweep(check="CVE-2024-1", at=read_at + 5, **FEED)  # type: ignore[arg-type]
    assert world.finding().state == "resolved", "that was read before the change"
    world.sweep(check="CVE-2024-1", **FEED)  # type: ignore[arg-type]
    assert world.finding().state == "verified"


@pytest.mark.parametrize(("state", "outcome"), [("ended", "failed"), ("closed", "rolled back"), ("cancelled", "")])
def test_one_that_did_not_leaves_them_to_be_taken_on(world: FindingWorld, state: str, outcome: str) -> None:
    vulnerable(world)
    world.act("finding.fix", "FND-1", who=BOB)
    assert over(world, state, outcome) == []
    assert (world.finding().state, world.finding().change_id) == ("acknowledged", None)


def test_every_check_with_a_plan_gives_one_that_can_be_read() -> None:
    """With its own fixtures' findings: the parameters that they give are those that the plan takes."""
    read = 0
    for check, case in all_cases():
        for seen in judge_case(check, case).seen if case.kind == "fail" and check.remedy.plan else ():
            if seen.data.get("by_hand"):
                continue
            finding = Finding(
                id=1, check=check.id, object=seen.object, text=seen.text, severity=str(check.severity),
                kind=str(check.kind), title=check.title, data=json.dumps(dict(seen.data)),
            )  # fmt: skip
            mend = mend_of(finding)
            read_plan(mend.plan, dict(mend.values) if mend.values else None)
            read += 1
    assert read


def test_beginning_the_fix_can_be_taken_back_and_the_draft_stays(world: FindingWorld) -> None:
    vulnerable(world)
    world.act("finding.fix", "FND-1", who=BOB)
    world.act("finding.undo", "FND-1", who=BOB)
    assert (world.finding().state, world.finding().change_id) == ("open", None)
    assert world.change().state == "draft"


def test_nothing_is_mended_while_it_is_asked_to_accept_it(world: FindingWorld) -> None:
    vulnerable(world)
    world.act("finding.accept", "FND-1", who=BOB, reason="r", control="c", for_="7d")
    with pytest.raises(ActError, match="approve or reject that first"):
        world.act("finding.fix", "FND-1", who=BOB)


def test_more_findings_than_a_change_has_links_are_in_it_all_the_same(world: FindingWorld) -> None:
    data = {"package": "openssl", "fixed": "3.0.2"}
    world.sweep(*[f"source-{number}" for number in range(60)], check="CVE-2024-3", data=data, **FEED)  # type: ignore[arg-type]
    world.act("finding.fix", *[f"FND-{number}" for number in range(1, 61)], who=BOB)
    assert {one.change_id for one in world.findings()} == {1}
