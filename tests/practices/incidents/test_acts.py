"""What operators do with incidents: each act with its line, its audit entry and its undo."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import select

from tests.support.incident_world import ANN, BEGIN, BOB, IncidentWorld
from tui_ops.actions.errors import ActError, Code
from tui_ops.model.incidents import IncidentState
from tui_ops.model.states import Severity
from tui_ops.practices.asked import Refused
from tui_ops.store.tables import Silence


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """An incident with two alerts."""
    with IncidentWorld() as made:
        made.fires("web-1")
        made.fires("web-2")
        yield made


def test_acknowledging_takes_it_on(world: IncidentWorld) -> None:
    """Owner, state, stamp and alerts; the line names the audit entry that wrote it."""
    kept = world.act("incident.acknowledge", "INC-1")
    incident = world.incident()
    assert (incident.acked_by, incident.owner, incident.state) == ("ann", "ann", "investigating")
    assert (incident.acked_at, incident.ack_until) == (BEGIN, BEGIN + 1800)
    assert {alert.state for alert in world.alerts()} == {"acknowledged"}
    line = world.lines()[-1]
    assert (line.kind, line.who, line.audit_id) == ("acknowledged", "ann", kept.audit)
    assert world.audit()[-1].target == "incident:INC-1"


def test_the_first_acknowledgement_is_the_one_that_counts(world: IncidentWorld) -> None:
    """Figures are of the first person, whoever has it later."""
    world.act("incident.acknowledge", "INC-1", who=BOB)
    world.at += 60
    world.act("incident.acknowledge", "INC-1", who=ANN, for_="2h")
    incident = world.incident()
    assert (incident.acked_at, incident.acked_by, incident.owner) == (BEGIN, "ann", "bob")
    assert incident.ack_until == BEGIN + 60 + 7200


def test_undo_restores_everything_that_an_act_changed(world: IncidentWorld) -> None:
    """Incident and alerts are as before; the act and its undoing both stay on the timeline."""
    before = (world.incident().model_dump(), [one.model_dump() for one in world.alerts()])
    world.act("incident.acknowledge", "INC-1")
    world.act("incident.undo", "INC-1")
    after = (world.incident().model_dump(), [one.model_dump() for one in world.alerts()])
    for row in (before[0], after[0], *before[1], *after[1]):
        row.pop("version"), row.pop("revision")
    assert before == after
    assert [line.kind for line in world.lines()][-2:] == ["acknowledged", "undone"]


def test_undo_goes_back_one_act_at_a_time(world: IncidentWorld) -> None:
    """The one that was undone is not undone again; then there is nothing left."""
    world.act("incident.priority", "INC-1", priority="1", reason="the shop is down")
    world.act("incident.assign", "INC-1", to="bob")
    world.act("incident.undo", "INC-1")
    assert (world.incident().owner, world.incident().priority) == ("", 1)
    world.act("incident.undo", "INC-1")
    assert world.incident().priority == 2
    with pytest.raises(Refused, match="nothing of yours"):
        world.act("incident.undo", "INC-1")


def test_undoing_an_act_that_changed_nothing_leaves_the_act_before(world: IncidentWorld) -> None:
    """It is the last act, though there is nothing to take back."""
    world.act("incident.assign", "INC-1", to="bob")
    world.act("incident.assign", "INC-1", to="bob")
    world.act("incident.undo", "INC-1")
    assert world.incident().owner == "bob"
    world.act("incident.undo", "INC-1")
    assert world.incident().owner == ""


def test_nobody_undoes_what_another_did_over_it(world: IncidentWorld) -> None:
    """An undo that would take back a later decision is refused, and changes nothing."""
    world.act("incident.priority", "INC-1", priority="1", reason="the shop is down")
    world.act("incident.priority", "INC-1", who=BOB, priority="3", reason="it is not")
    with pytest.raises(Refused, match="changed again"):
        world.act("incident.undo", "INC-1")
    assert world.incident().priority == 3


def test_a_priority_by_hand_stays(world: IncidentWorld) -> None:
    """The table does not set it again when another alert joins."""
    world.act("incident.priority", "INC-1", priority="5", reason="a test")
    world.fires("web-2", item="other")
    assert (world.incident().priority, world.incident().priority_by) == (5, "ann")


def test_resolving_says_what_helped_and_ends_what_hangs_on_it(world: IncidentWorld) -> None:
    """Acknowledgement, hold, snooze and the silences that last as long; stamps of the first time."""
    world.act("incident.silence", "INC-1", reason="known")
    assert {one.state for one in world.alerts()} == {"suppressed"}
    world.at += 100
    world.act("incident.resolve", "INC-1", cause="software", helped="a restart", text="a leak")
    incident = world.incident()
    assert (incident.state, incident.cause, incident.helped, incident.resolved_by) == (
        "resolved", "software", "a restart", "ann",
    )  # fmt: skip
    assert (incident.resolved_at, incident.mitigated_at) == (BEGIN + 100, BEGIN + 100)
    world.later(1)
    assert {one.suppressed_by for one in world.alerts()} == {""}, "the silence ended with it"


def test_a_silence_covers_alerts_to_come(world: IncidentWorld) -> None:
    """For as long as it lasts; an undo of it lets them ask for somebody at the next look."""
    world.act("incident.silence", "INC-1", for_="1h", reason="known")
    world.act("incident.undo", "INC-1")
    world.later(5)
    assert {one.state for one in world.alerts()} == {"firing"}
    world.act("silence.add", match="site=lon rule=~disk.*", reason="move", for_="1h")
    world.fires("db-1", rule="disk-full")
    assert (world.alert("db-1", "disk-full").state, len(world.incidents())) == ("suppressed", 1)
    world.act("silence.end", silence="2")
    world.later(5)
    assert (world.alert("db-1", "disk-full").state, len(world.incidents())) == ("firing", 2)


@pytest.mark.parametrize("match", ["", "site", "=x", "site=~(a+)+$", "site=~[a-", " ".join(["a=b"] * 17)])
def test_a_silence_that_can_not_be_read_is_refused(world: IncidentWorld, match: str) -> None:
    """A pattern that could take for ever as well."""
    with pytest.raises((Refused, ValueError)):
        world.act("silence.add", match=match, reason="x")


def test_shelving_comes_back_by_itself(world: IncidentWorld) -> None:
    """One alert is put aside; the other still asks for somebody."""
    world.act("alert.shelve", "ALR-1", for_="1h", reason="tomorrow")
    world.later(3599)
    assert [one.state for one in world.alerts()] == ["shelved", "firing"]
    world.later(2)
    assert [one.state for one in world.alerts()] == ["firing", "firing"]


def test_merging_moves_alerts_and_story_and_can_be_undone(world: IncidentWorld) -> None:
    """The one that stays is as old and as bad as both."""
    world.at += 10
    world.fires("db-1")
    world.act("incident.merge", "INC-1", into="INC-2")
    assert (world.incident(1).state, world.incident(1).merged_into) == ("merged", 2)
    assert {one.incident_id for one in world.alerts()} == {2}
    assert world.incident(2).started_at == BEGIN
    world.act("incident.undo", "INC-1")
    assert [one.incident_id for one in world.alerts()] == [1, 1, 2]
    assert world.incident(1).state == "triage"


def test_what_is_merged_makes_the_other_as_bad(world: IncidentWorld) -> None:
    """Severity, priority and the services that are hurt; nothing goes into one that is over."""
    world.fires("db-1", severity=Severity.WARNING)
    before = world.incident(2)
    assert (before.severity, before.services, before.priority) == ("warning", '["shop-db", "shop"]', 2)
    world.act("incident.merge", "INC-1", into="INC-2")
    after = world.incident(2)
    assert (after.severity, after.urgency) == ("critical", 1)
    assert json.loads(after.services) == ["shop-db", "shop"]
    world.act("incident.cancel", "INC-2", reason="a test")
    world.fires("far-1")
    with pytest.raises(Refused, match="it is cancelled"):
        world.act("incident.merge", "INC-3", into="INC-2")


@pytest.mark.parametrize("how", ["cancel", "merge"])
def test_a_silence_until_the_end_ends_with_every_end(world: IncidentWorld, how: str) -> None:
    """Not only where it is resolved."""
    world.fires("db-1")
    world.act("incident.silence", "INC-1", reason="known")
    params = {"reason": "a test"} if how == "cancel" else {"into": "INC-2"}
    world.act(f"incident.{how}", "INC-1", **params)
    ended = world.run(lambda session: session.exec(select(Silence.ended_at)).all())
    assert ended == [world.at]
    world.act("incident.undo", "INC-1")
    assert world.run(lambda session: session.exec(select(Silence.ended_at)).all()) == [None]


def test_one_that_was_opened_again_ends_when_it_ends_again(world: IncidentWorld) -> None:
    """Until then it has no end, and its week until the closing begins with the last one."""
    world.act("incident.resolve", "INC-1", cause="software", helped="a restart")
    for alert in ("web-1", "web-2"):
        world.clears(alert)
    world.later(6 * 86400)
    world.act("incident.reopen", "INC-1", reason="it is not")
    assert (world.incident().resolved_at, world.incident().mitigated_at) == (None, BEGIN)
    world.at += 2 * 86400
    world.act("incident.resolve", "INC-1", cause="software", helped="a new version")
    assert world.incident().resolved_at == world.at
    world.later(5)
    assert world.incident().state == "resolved"
    world.act("incident.close", "INC-1")
    world.act("incident.reopen", "INC-1", reason="no")
    assert world.incident().closed_at is None


def test_an_alert_of_a_merged_incident_comes_back_to_the_other(world: IncidentWorld) -> None:
    """A new episode follows where the old one went."""
    world.fires("db-1")
    world.act("incident.merge", "INC-1", into="INC-2")
    world.clears("web-1")
    world.at += 5
    world.fires("web-1")
    assert world.alert("web-1").incident_id == 2


def test_an_incident_can_not_be_merged_into_itself(world: IncidentWorld) -> None:
    """Nor into one that is not there."""
    for into in ("INC-1", "INC-99", "x"):
        with pytest.raises(Refused):
            world.act("incident.merge", "INC-1", into=into)


def test_splitting_gives_alerts_an_incident_of_their_own(world: IncidentWorld) -> None:
    """It can't take all of them, nor those of another; an undo brings them back."""
    for wrong in ("ALR-1 ALR-2", "ALR-9", "", "x"):
        with pytest.raises((Refused, ValueError)):
            world.act("incident.split", "INC-1", alerts=wrong)
    world.act("incident.split", "INC-1", alerts="ALR-2", title="web-2 alone")
    assert [one.incident_id for one in world.alerts()] == [1, 2]
    assert (world.incident(2).title, world.incident(2).owner) == ("web-2 alone", "ann")
    assert world.incident(2).acked_at is None, "nobody has acknowledged what it comes from"
    world.act("incident.undo", "INC-1")
    assert [one.incident_id for one in world.alerts()] == [1, 1]
    assert world.incident(2).state == "cancelled"


def test_cancelling_says_that_its_alerts_were_seen(world: IncidentWorld) -> None:
    """Nobody is called about what a person called nothing; opened again, somebody has to look again."""
    world.act("incident.acknowledge", "INC-1")
    world.act("incident.cancel", "INC-1", reason="a test")
    assert (world.incident().state, world.incident().acked_by) == ("cancelled", "")
    assert {one.state for one in world.alerts()} == {"acknowledged"}
    world.act("incident.reopen", "INC-1", reason="no test")
    assert world.incident().state == "triage"


def test_a_hold_says_what_it_waits_for(world: IncidentWorld) -> None:
    """And goes on again."""
    world.act("incident.hold", "INC-1", for_="vendor", reason="ticket 4711")
    assert (world.incident().on_hold, world.incident().hold_reason) == ("vendor", "ticket 4711")
    world.act("incident.hold", "INC-1", for_="nothing")
    assert (world.incident().on_hold, world.incident().hold_reason) == ("", "")


def test_a_major_incident_has_a_commander(world: IncidentWorld) -> None:
    """Only operators take parts."""
    with pytest.raises(Refused, match="no operator"):
        world.act("incident.major", "INC-1", commander="mallory")
    world.act("incident.major", "INC-1", commander="bob", scribe="ann")
    assert json.loads(world.incident().roles) == {"commander": "bob", "scribe": "ann"}
    with pytest.raises(ActError, match="it is a major incident"):
        world.act("incident.major", "INC-1", commander="ann")
    world.act("incident.demote", "INC-1")
    assert not world.incident().major


def test_steps_of_a_runbook_are_checked_off(world: IncidentWorld) -> None:
    """Twice takes the tick away."""
    for step in ("2", "1", "2"):
        world.act("incident.tick", "INC-1", step=step)
    assert world.incident().ticked == "[1]"
    with pytest.raises(Refused):
        world.act("incident.tick", "INC-1", step="0")


def test_acts_work_on_all_that_are_marked(world: IncidentWorld) -> None:
    """Each has its own line; the audit entry names all."""
    world.fires("db-1")
    world.act("incident.acknowledge", "INC-1", "INC-2")
    assert world.audit()[-1].target == "incident:INC-1 incident:INC-2"
    assert [world.lines(number)[-1].kind for number in (1, 2)] == ["acknowledged", "acknowledged"]


def test_an_act_on_an_older_view_is_refused(world: IncidentWorld) -> None:
    """Somebody was faster."""
    seen = world.incident().revision
    world.act("incident.assign", "INC-1", who=BOB, to="bob")
    with pytest.raises(ActError) as refused:
        world.act("incident.assign", "INC-1", to="ann", expect={"INC-1": seen})
    assert refused.value.code is Code.CONFLICT


def test_what_the_engine_adds_meanwhile_refuses_nobody(world: IncidentWorld) -> None:
    """In a storm an incident grows several times a second; the reader still sees it grow."""
    seen, version = world.incident().revision, world.incident().version
    world.fires("web-2", item="another")
    assert world.incident().version > version
    world.act("incident.acknowledge", "INC-1", expect={"INC-1": seen})
    assert world.incident().acked_by == "ann"


def test_what_is_not_there_is_refused(world: IncidentWorld) -> None:
    """With the name, and nothing is written."""
    entries = len(world.audit())
    with pytest.raises(ActError, match="INC-77"):
        world.act("incident.acknowledge", "INC-1", "INC-77")
    assert (len(world.audit()), world.incident().acked_by) == (entries, "")


def test_an_incident_opened_by_hand_is_its_openers(world: IncidentWorld) -> None:
    """It never ends by itself: no alert says that it is over."""
    world.act("incident.open", title="customers say it is slow", host="db-1", priority="2")
    incident = world.incident(2)
    assert (incident.title, incident.owner, incident.priority) == ("customers say it is slow", "ann", 2)
    world.later(86400)
    assert world.incident(2).state == str(IncidentState.INVESTIGATING)


def test_an_acknowledgement_runs_out_without_work(world: IncidentWorld) -> None:
    """A note makes it last; so does a shell on one of its hosts."""
    world.act("incident.acknowledge", "INC-1")
    world.at += 1200
    world.act("incident.note", "INC-1", text="looking at the load balancer")
    world.later(700)
    assert (world.incident().acked_by, world.incident().ack_until) == ("ann", BEGIN + 3000)
    world.later(1101)
    assert (world.incident().acked_by, world.alerts()[0].state) == ("", "firing")
    assert world.lines()[-1].kind == "unacknowledged"
    assert world.incident().owner == "ann", "it is still hers"


def test_work_on_a_host_of_it_counts_as_work(world: IncidentWorld) -> None:
    """What the audit says of the host, and no other host."""
    world.act("incident.acknowledge", "INC-1")
    world.act("incident.acknowledge", "INC-1", who=BOB)
    world.at += 1500
    world.audit_host("db-1", BOB)
    world.later(301)
    assert world.incident().acked_by == ""
    world.act("incident.acknowledge", "INC-1", who=BOB)
    world.at += 1500
    world.audit_host("web-1", BOB)
    world.later(301)
    assert world.incident().acked_by == "bob"


def test_a_short_acknowledgement_is_short(world: IncidentWorld) -> None:
    """The acknowledging itself is no work that makes it last."""
    world.act("incident.acknowledge", "INC-1", for_="5m")
    world.later(301)
    assert world.incident().acked_by == ""


def test_an_incident_that_is_quiet_is_resolved_by_itself(world: IncidentWorld) -> None:
    """If nobody owns it, ten minutes after its last alert; and closed after a week."""
    world.clears("web-1")
    world.later(900)
    assert world.incident().state == "triage"
    world.clears("web-2")
    world.later(599)
    assert world.incident().state == "triage"
    world.later(2)
    incident = world.incident()
    assert (incident.state, incident.resolved_by, incident.acked_at) == ("resolved", "", None)
    assert incident.mitigated_at == BEGIN + 900
    world.later(7 * 86400)
    assert world.incident().state == "closed"


def test_an_incident_that_somebody_owns_waits_for_him(world: IncidentWorld) -> None:
    """He says what it was."""
    world.act("incident.take", "INC-1", who=BOB)
    world.clears("web-1")
    world.clears("web-2")
    world.later(86400)
    assert world.incident().state == "triage"


@pytest.mark.parametrize(
    "given",
    [
        ("incident.assign", {"to": "mallory"}),
        ("incident.priority", {"priority": "0", "reason": "x"}),
        ("incident.resolve", {"cause": "magic", "helped": "x"}),
        ("incident.resolve", {"cause": "change", "helped": ""}),
        ("incident.note", {"text": ""}),
        ("incident.snooze", {"for": "-1h"}),
    ],
)
def test_wrong_parameters_change_nothing(world: IncidentWorld, given: tuple[str, dict[str, str]]) -> None:
    """And leave no audit entry."""
    before, entries = world.incident().model_dump(), len(world.audit())
    with pytest.raises((Refused, ValueError)):
        world.act(given[0], "INC-1", **given[1])
    assert (world.incident().model_dump(), len(world.audit())) == (before, entries)


def test_acknowledging_an_alert_takes_its_incident_on(world: IncidentWorld) -> None:
    """Of one that nobody holds, with its other alerts; an undo on the incident takes it back."""
    kept = world.act("alert.acknowledge", "ALR-1")
    assert kept.done.message == "ALR-1 acknowledged, and INC-1 for 30m"
    incident = world.incident()
    assert (incident.acked_by, incident.owner, incident.state) == ("ann", "ann", "investigating")
    assert (incident.acked_at, incident.ack_until) == (BEGIN, BEGIN + 1800)
    assert {one.state for one in world.alerts()} == {"acknowledged"}
    world.act("incident.undo", "INC-1")
    assert (world.incident().acked_by, {one.state for one in world.alerts()}) == ("", {"firing"})


def test_acknowledging_an_alert_takes_nothing_from_another(world: IncidentWorld) -> None:
    """An incident that somebody holds stays his, and one that is over is left alone."""
    world.act("incident.acknowledge", "INC-1", who=BOB)
    world.fires("db-1")
    world.clears("db-1")
    assert world.act("alert.acknowledge", "ALR-3").done.message == "ALR-3 acknowledged"
    assert (world.incident(1).acked_by, world.incident(2).acked_by) == ("bob", "")
    assert world.alert("db-1").state == "resolved"


def test_what_is_taken_up_again_is_its_incidents(world: IncidentWorld) -> None:
    """An alert whose incident somebody holds does not ask for anybody after its shelving."""
    world.act("incident.acknowledge", "INC-1")
    world.act("alert.shelve", "ALR-1", for_="1h", reason="tomorrow")
    world.act("alert.unshelve", "ALR-1")
    assert world.alert("web-1").state == "acknowledged"


def test_resolving_tells_what_is_still_true(world: IncidentWorld) -> None:
    """Who resolves hears that an alert goes on, and what follows from that."""
    said = world.act("incident.resolve", "INC-1", cause="software", helped="a restart").done
    assert said.message == (
        "INC-1 is resolved, though still true: cpu on web-1, cpu on web-2; nobody is called for that before it was"
        " well, unless it is opened again"
    )
    assert said.outcomes == {}
    world.fires("db-1")
    world.fires("far-1")
    world.clears("db-1")
    world.fires("far-2", rule="other")
    world.act("alert.shelve", "ALR-5", for_="1h", reason="tomorrow")
    world.act("incident.merge", "INC-4", into="INC-3")
    done = world.act("incident.resolve", "INC-2", "INC-3", cause="software", helped="a restart").done
    assert done.outcomes == {"INC-3": "still true: cpu on far-1"}
    assert done.message.startswith("2 incidents are resolved, though of 1 still true;")
