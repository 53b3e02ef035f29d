"""Setting aside takes two people and a day, and runs out loudly."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from support.finding_world import BOB, CAT, DAN, DAY, FindingWorld

from tui_ops.actions.errors import ActError
from tui_ops.model.clock import iso
from tui_ops.model.people import Role, Who
from tui_ops.practices.asked import Refused
from tui_ops.store.views.findingnumbers import counts
from tui_ops.store.views.findings import acceptances, finding, findings, folded

ASK = {"reason": "the vendor is gone", "control": "it stands alone", "for_": "30d"}


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        world.sweep("alice")
        yield world


def test_one_asks_and_another_approves(world: FindingWorld) -> None:
    world.act("finding.accept", "FND-1", who=BOB, **ASK)
    assert world.finding().state == "open", "asking changes nothing yet"
    world.act("finding.approve", "FND-1", who=CAT, text="until the new one is there")
    one, (row,) = world.finding(), world.acceptances()
    assert one.state == "accepted"
    assert (row.asked_by, row.approved_by, row.control, row.answer) == (
        "bob", "cat", "it stands alone", "until the new one is there"
    )  # fmt: skip
    assert row.expires_at == world.at + 30 * DAY


def test_who_asked_can_not_approve_by_his_name_or_by_his_account(world: FindingWorld) -> None:
    world.act("finding.accept", "FND-1", who=CAT, **ASK)
    with pytest.raises(Refused, match="four eyes"):
        world.act("finding.approve", "FND-1", who=CAT)
    with pytest.raises(Refused, match="four eyes"):
        world.act("finding.approve", "FND-1", who=Who("other", Role.ADMIN, CAT.uid))
    with pytest.raises(Refused, match="four eyes"):
        world.act("finding.approve", "FND-1", who=Who("cat", Role.ADMIN, 4711))
    with pytest.raises(PermissionError):
        world.act("finding.approve", "FND-1", who=BOB)
    assert world.finding().state == "open"
    world.act("finding.approve", "FND-1", who=DAN)
    assert world.finding().state == "accepted"


def test_a_team_of_one_may_and_it_is_said(world: FindingWorld) -> None:
    world.solo = True
    world.act("finding.accept", "FND-1", who=CAT, **ASK)
    world.act("finding.approve", "FND-1", who=CAT)
    assert world.acceptances()[0].solo
    assert "by the one who asked" in world.texts()[-1]


def test_without_a_word_on_it_three_months_are_asked_for_and_a_day_counts_before_them(world: FindingWorld) -> None:
    world.act("finding.accept", "FND-1", who=BOB, reason="r", control="c")
    first = world.acceptances()[0]
    assert first.expires_at - first.asked_at == 90 * 86400.0
    world.act("finding.revoke", "FND-1", who=BOB, reason="no")
    world.act("finding.accept", "FND-1", who=BOB, reason="r", control="c", for_="30d", until="2023-12-01")
    assert iso(world.acceptances()[-1].expires_at).startswith("2023-12-01")


@pytest.mark.parametrize("given", [{"until": "soon"}, {"until": "2023-02-30"}, {"until": "2022-01-01"},
                                   {"until": "2999-01-01"}])  # fmt: skip
def test_a_day_that_is_none_is_refused_and_nothing_is_kept(world: FindingWorld, given: dict[str, str]) -> None:
    with pytest.raises(Refused):
        world.act("finding.accept", "FND-1", who=BOB, reason="r", control="c", **given)
    assert world.acceptances() == []


def test_reason_and_control_have_to_be_given(world: FindingWorld) -> None:
    with pytest.raises(ValueError, match="control"):
        world.act("finding.accept", "FND-1", who=BOB, reason="r", for_="30d")


def test_a_false_positive_takes_two_as_well(world: FindingWorld) -> None:
    world.act("finding.false_positive", "FND-1", who=CAT, reason="it is a test account", for_="90d")
    with pytest.raises(Refused, match="four eyes"):
        world.act("finding.approve", "FND-1", who=CAT)
    world.act("finding.approve", "FND-1", who=DAN)
    assert world.finding().state == "false positive"


def test_it_runs_out_loudly_with_its_old_day(world: FindingWorld) -> None:
    first, due = world.finding().first_seen_at, world.finding().due_at
    world.accepted()
    assert world.pass_time(30 * DAY - 1) == []
    assert world.pass_time(1) == [1]
    one = world.finding()
    assert (one.state, one.first_seen_at, one.due_at) == ("open", first, due)
    assert "acceptance expired" in world.texts()[-1]
    with world.reader() as reader:
        page = finding(reader, 1)
        assert page is not None
        assert page.row.expired
        assert page.row.overdue(world.at + 1)
        assert acceptances(reader) == []
        assert acceptances(reader, everything=True)[0].state == "expired"


def test_a_new_day_where_that_was_chosen(world: FindingWorld) -> None:
    world.accepted(restart="yes")
    world.pass_time(31 * DAY)
    assert world.finding().due_at == world.at + 30 * DAY


@pytest.mark.parametrize("broken", ["'soon'", "'NaN'", "9e999", "-9e999", "1e300", "''"])
def test_a_day_that_can_not_be_read_fails_open(world: FindingWorld, broken: str) -> None:
    world.accepted()
    world.do(lambda session: session.execute(text(f"UPDATE acceptance SET expires_at = {broken}")))
    assert world.pass_time(1) == [1]
    assert world.finding().state == "open"
    with world.reader() as reader:
        assert len(findings(reader)) == 1
        assert acceptances(reader, everything=True)[0].state == "expired"


def test_only_what_is_marked_is_approved(world: FindingWorld) -> None:
    world.sweep("alice", host="web-2")
    world.sweep("alice", host="db-1")
    world.act("finding.accept", "FND-1", "FND-2", "FND-3", who=BOB, **ASK)
    assert len(world.acceptances()) == 1, "one for the same check on three hosts"
    world.act("finding.approve", "FND-1", "FND-3", who=CAT)
    assert [one.state for one in world.findings()] == ["accepted", "open", "accepted"]
    with world.reader() as reader:
        assert [(row.state, row.findings) for row in acceptances(reader)] == [("waiting", (2,)), ("in force", (1, 3))]
        assert counts(reader, world.at).waiting == 1
    world.act("finding.reject", "FND-2", who=CAT, reason="mend it")
    assert world.finding(2).acceptance_id is None


def test_a_rejection_leaves_it_open_and_it_can_be_asked_again(world: FindingWorld) -> None:
    world.act("finding.accept", "FND-1", who=BOB, **ASK)
    with pytest.raises(ActError, match="waits for an approver already"):
        world.act("finding.accept", "FND-1", who=BOB, **ASK)
    world.act("finding.reject", "FND-1", who=CAT, reason="no")
    with pytest.raises(ActError, match="nobody asks"):
        world.act("finding.approve", "FND-1", who=CAT)
    world.act("finding.accept", "FND-1", who=BOB, **ASK)


def test_asking_can_be_taken_back_but_not_once_it_was_approved(world: FindingWorld) -> None:
    world.act("finding.accept", "FND-1", who=BOB, **ASK)
    world.act("finding.undo", "FND-1", who=BOB)
    assert world.finding().acceptance_id is None
    world.act("finding.accept", "FND-1", who=BOB, **ASK)
    world.act("finding.approve", "FND-1", who=CAT)
    with pytest.raises(Refused, match="accepted by now"):
        world.act("finding.undo", "FND-1", who=BOB)
    world.act("finding.revoke", "FND-1", who=BOB, reason="it was a mistake")
    assert world.finding().state == "open"
    assert world.acceptances()[-1].ended_by == "bob"


def test_what_was_asked_for_and_never_answered_runs_out_too(world: FindingWorld) -> None:
    world.act("finding.accept", "FND-1", who=BOB, **ASK)
    assert world.pass_time(31 * DAY) == []
    assert world.finding().acceptance_id is None
    assert world.finding().state == "open"
    with pytest.raises(ActError, match="nobody asks"):
        world.act("finding.approve", "FND-1", who=CAT)


def test_the_list_folds_over_hosts(world: FindingWorld) -> None:
    world.sweep("alice", "bob", host="web-2")
    world.sweep("alice", host="db-1")
    world.accepted("FND-4")
    with world.reader() as reader:
        alice = next(one for one in folded(reader, world.at) if one.object == "alice")
        assert (alice.findings, alice.hosts) == (2, 2)
        everyone = next(one for one in folded(reader, world.at, everything=True) if one.object == "alice")
        assert (everyone.findings, everyone.hosts, len(everyone.states)) == (3, 3, 2)
