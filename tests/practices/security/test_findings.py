"""Sweeps: what opens, stays, comes back and is verified; nothing else does."""

from collections.abc import Iterator

import pytest
from support.finding_world import BOB, CAT, DAY, FindingWorld

from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, FindingState
from tui_ops.practices.security.findings import object_of

NOTHING = (CheckResult.UNKNOWN, CheckResult.ERROR, CheckResult.STALE)


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


def test_a_failing_check_opens_one_finding_for_each_object_with_a_day_by_its_severity(world: FindingWorld) -> None:
    taken = world.sweep("alice", "bob")
    assert taken.opened == [1, 2]
    one = world.finding(1)
    assert (one.state, one.object, one.first_seen_at) == ("open", "alice", world.at)
    assert one.due_at == world.at + 30 * DAY
    assert one.priority > 0
    assert "severity high" in one.reasons
    assert world.texts(1) == ["seen: root may log in"]


def test_a_second_look_that_sees_the_same_makes_no_line_and_no_second_finding(world: FindingWorld) -> None:
    world.sweep("alice")
    world.at += 600
    taken = world.sweep("alice")
    assert (taken.opened, taken.changed) == ([], [])
    one = world.finding()
    assert one.last_seen_at == one.looked_at == world.at
    assert len(world.texts()) == 1


def test_another_text_and_severity_are_lines_of_the_same_finding(world: FindingWorld) -> None:
    world.sweep("alice")
    first = world.finding().first_seen_at
    world.at += 600
    world.sweep("alice", text="root logs in", severity=FindingSeverity.CRITICAL)
    one = world.finding()
    assert len(world.findings()) == 1
    assert (one.severity, one.text, one.first_seen_at) == ("critical", "root logs in", first)
    assert one.due_at == first + 7 * DAY, "the day goes by the first opening"
    assert "severity: high → critical" in world.texts()


def test_a_pass_verifies(world: FindingWorld) -> None:
    world.sweep("alice")
    world.at += 600
    assert world.sweep().verified == [1]
    one = world.finding()
    assert (one.state, one.closed_at) == ("verified", world.at)
    assert "verified" in world.texts()[-1]


def test_a_fail_with_others_verifies_what_it_no_longer_names(world: FindingWorld) -> None:
    world.sweep("alice", "bob")
    world.at += 600
    assert world.sweep("bob").verified == [1]


@pytest.mark.parametrize("result", NOTHING)
def test_what_could_not_be_judged_closes_nothing(world: FindingWorld, result: CheckResult) -> None:
    world.sweep("alice")
    before = world.finding().model_dump()
    world.at += 600
    world.sweep(result=result)
    assert world.finding().model_dump() == before


def test_a_fail_that_names_nothing_closes_nothing(world: FindingWorld) -> None:
    world.sweep("alice")
    world.at += 600
    assert world.sweep(result=CheckResult.FAIL).verified == []


def test_an_older_reading_closes_nothing_and_says_nothing(world: FindingWorld) -> None:
    world.sweep("alice")
    assert world.sweep(at=world.at - 1).verified == []
    world.sweep("alice", at=world.at - 1, text="older")
    assert world.finding().text == "root may log in"


def test_an_older_version_of_the_check_closes_nothing_and_a_later_one_does(world: FindingWorld) -> None:
    world.sweep("alice", version="2")
    world.at += 600
    assert world.sweep(version="1").verified == []
    assert world.sweep(version="10").verified == [1]


def test_a_clock_that_was_set_back_hides_nothing_and_closes_nothing_by_an_older_reading(world: FindingWorld) -> None:
    """A look of 2040 would be the last one until then: neither a return nor an end would be heard of."""
    now = world.at
    world.at += 14 * 365 * DAY
    world.sweep("alice", "bob")
    world.at += 600
    assert world.sweep("bob").verified == [1]
    world.at = now
    world.sweep("alice", at=now - 30)
    assert world.finding(1).state == "open", "that it is there is believed at once"
    assert world.finding(2).state == "open", "a reading from before it was known that the clock is right"
    world.at += 600
    world.sweep("alice")
    assert world.finding(2).state == "verified"
    assert world.finding(1).looked_at == world.at


def test_another_source_and_another_host_close_nothing(world: FindingWorld) -> None:
    world.sweep("alice")
    world.at += 600
    assert world.sweep(source="import:lynis").verified == []
    assert world.sweep(host="web-2").verified == []


def test_what_was_not_looked_at_stays(world: FindingWorld) -> None:
    world.sweep("alice SHA256:1", "bob SHA256:2")
    world.at += 600
    assert world.sweep(unread=("alice ",)).verified == [2]
    assert world.finding(1).state == "open"
    assert world.sweep(unread=("",)).verified == []


def test_what_comes_back_is_the_same_finding_with_its_history_and_a_new_day(world: FindingWorld) -> None:
    world.sweep("alice")
    first = world.finding().first_seen_at
    world.at += DAY
    world.sweep()
    world.at += DAY
    assert world.sweep("alice").returned == [1]
    one = world.finding()
    assert (one.state, one.returned, one.first_seen_at) == ("open", 1, first)
    assert (one.opened_at, one.due_at, one.closed_at) == (world.at, world.at + 30 * DAY, None)
    assert [line.kind for line in world.finding_lines()][-2:] == ["returned", "field"]


def test_a_claim_is_decided_by_the_next_reading_alone(world: FindingWorld) -> None:
    world.sweep("alice")
    read_at = world.at
    world.at += 600
    world.act("finding.claim", "FND-1", who=BOB)
    world.sweep(at=read_at + 1)
    assert world.finding().state == "resolved", "a reading from before says nothing"
    world.sweep("alice", at=read_at + 2)
    assert world.finding().state == "resolved"
    due = world.finding().due_at
    world.at += 60
    assert world.sweep("alice").returned == [1]
    assert (world.finding().state, world.finding().returned, world.finding().due_at) == ("open", 0, due)
    world.act("finding.claim", "FND-1", who=BOB)
    world.at += 60
    world.sweep()
    assert world.finding().state == "verified"


def test_a_rule_sets_aside_and_a_later_fail_brings_back(world: FindingWorld) -> None:
    world.sweep("alice")
    world.at += 60
    world.sweep(result=CheckResult.NOT_APPLICABLE, text="the inventory excepts this host: a bastion")
    assert world.finding().state == "not applicable"
    assert "a bastion" in world.texts()[-1]
    world.at += 60
    world.sweep("alice")
    assert world.finding().state == "open"
    assert world.finding().closed_at is None


def test_what_is_accepted_stays_aside_while_it_is_seen_and_is_verified_when_it_is_gone(world: FindingWorld) -> None:
    world.sweep("alice")
    world.accepted()
    world.at += 60
    world.sweep("alice")
    assert world.finding().state == "accepted"
    world.at += 60
    world.sweep()
    assert world.finding().state == "verified"
    assert world.acceptances()[0].ended_by == "gone"
    world.at += 60
    world.sweep("alice")
    assert world.finding().state == "open", "what was accepted once is asked for anew"


def test_what_was_accepted_is_open_again_once_it_is_worse(world: FindingWorld) -> None:
    """Root by key alone was accepted, and now root logs in by password: nobody has accepted that."""
    world.sweep("root", severity=FindingSeverity.MEDIUM)
    world.accepted()
    world.at += 600
    world.sweep("root", severity=FindingSeverity.LOW)
    assert world.finding().state == "accepted", "that it is less of a danger ends nothing"
    world.sweep("root", severity=FindingSeverity.CRITICAL)
    one = world.finding()
    assert (one.state, one.acceptance_id) == ("open", None)
    assert "open again: it is worse than what was accepted" in world.texts()
    assert world.acceptances()[0].ended_by == "worse"


def test_a_source_that_names_all_closes_what_it_does_not_name(world: FindingWorld) -> None:
    kind = FindingKind.VULNERABILITY
    world.sweep("openssl", check="CVE-2024-1", source="feed", kind=kind)
    world.sweep("bash", check="CVE-2024-2", source="feed", kind=kind)
    world.sweep("alice")
    world.at += 60
    taken = world.sweep("openssl", check="CVE-2024-1", source="feed", kind=kind, whole=True)
    assert taken.verified == [2]
    assert world.finding(3).state == "open", "what another source sees stays"


def test_objects_that_differ_only_far_out_are_two_findings() -> None:
    long = "/srv/" + "x" * 300
    assert object_of(long + "a") != object_of(long + "b")
    assert object_of("a\x1b[2Jb") != object_of("a\x1b[2Jc")
    assert object_of("alice") == "alice"


def test_a_retired_hosts_findings_are_not_closed(world: FindingWorld) -> None:
    from tui_ops.store.tables import Host

    world.sweep("alice")
    number = world.host_id("web-1")

    def retire(session: object) -> None:
        session.get_one(Host, number).retired_at = world.at  # type: ignore[attr-defined]

    world.do(retire)
    world.pass_time(400 * DAY)
    assert world.finding().state == FindingState.OPEN


def test_severity_info_is_never_due(world: FindingWorld) -> None:
    world.sweep("alice", severity=FindingSeverity.INFO)
    assert world.finding().due_at is None


def test_evidence_data_and_texts_from_a_host_are_bounded_and_harmless(world: FindingWorld) -> None:
    world.sweep("al\x1b]0;x\x07ice", text="t\x1b[2J" + "y" * 5000, data={"package": "p" * 10_000})
    one = world.finding()
    assert "\x1b" not in one.object + one.text + one.data
    assert len(one.text) <= 300
    assert one.data == '{"cut":true}'


def test_approver_is_another(world: FindingWorld) -> None:
    world.sweep("alice")
    world.act("finding.accept", "FND-1", who=CAT, reason="r", control="c", for_="30d")
    assert world.finding().state == "open"
