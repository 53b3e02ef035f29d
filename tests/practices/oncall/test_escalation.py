"""Escalation by replay: who is due when and why, over acknowledgements, holds, restarts and a year of clocks."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.incidents import Happening, IncidentState
from tui_ops.model.oncall import (
    AlertFact,
    CallTarget,
    Due,
    Hours,
    IncidentFact,
    Layer,
    Line,
    Nothing,
    OnCallSpec,
    Override,
    Policy,
    Reason,
    Rotation,
    Schedule,
    Step,
    TargetKind,
    Use,
    When,
)
from tui_ops.practices.oncall.escalation import Settings, ahead, call_data, explained, plan, policy_of
from tui_ops.practices.oncall.replay import CALL, RESULT

T = datetime(2026, 11, 25, 14, 18, tzinfo=UTC).timestamp()
"""A Wednesday."""

MIN = 60.0
ANNA, BERND, CARL = (CallTarget(TargetKind.PERSON, name) for name in ("anna", "bernd", "carl"))
EMPTY = CallTarget(TargetKind.SCHEDULE, "empty")

POLICY = Policy("standard", (Step((ANNA,)), Step((BERND,), 15 * MIN), Step((CARL,), 30 * MIN)), 1, 20 * MIN)
SPEC = OnCallSpec(policies=(POLICY,), schedules=(Schedule("empty"),))
SETTINGS = Settings(SPEC, AlertingSpec())
TRIAGE = str(IncidentState.TRIAGE)

INCIDENT = IncidentFact(12, TRIAGE, 3, "shop-db degraded", opened_at=T, alerts=(AlertFact(1, True, text="db-1: down"),))
OPENED = Line(T, Happening.OPENED)


def called(due: Due, at: float, incident: IncidentFact = INCIDENT, keys: tuple[str, ...] = ()) -> Line:
    """The line that the engine writes of a call."""
    alerts = [alert.id for alert in incident.alerts if alert.firing and alert.asks]
    return Line(at, Happening.ESCALATED, data={CALL: call_data(due, keys, alerts)})


def run(
    lines: list[Line], until: float, policy: Policy = POLICY, incident: IncidentFact = INCIDENT,
    settings: Settings = SETTINGS, step_s: float = 5.0,
) -> list[tuple[float, Due]]:  # fmt: skip
    """Look every few seconds from the last line on, as the engine does; returns the calls, with their minutes."""
    at = max(line.at for line in lines)
    made = []
    while at <= until:
        found = plan(policy, incident, lines, settings, at)
        if isinstance(found, Due) and found.at <= at:
            lines.append(called(found, at, incident))
            made.append(((at - T) / MIN, found))
        else:
            at += step_s
    return made


def test_the_chain_goes_step_by_step_round_by_round_and_then_by_the_repeat_interval() -> None:
    """Group wait, delays, the pause between rounds, four hours; each with its reason."""
    made = run([OPENED], T + 8 * 3600)
    assert [(minute, due.people, due.reason) for minute, due in made] == [
        (0.5, ("anna",), Reason.FIRST), (15.5, ("bernd",), Reason.ESCALATED), (45.5, ("carl",), Reason.ESCALATED),
        (65.5, ("anna",), Reason.ESCALATED), (80.5, ("bernd",), Reason.ESCALATED), (110.5, ("carl",), Reason.ESCALATED),
        (350.5, ("anna",), Reason.REPEAT), (365.5, ("bernd",), Reason.ESCALATED), (395.5, ("carl",), Reason.ESCALATED),
    ]  # fmt: skip
    assert [(due.round, due.step) for _, due in made] == [(r, s) for r in range(3) for s in range(3)]


def test_an_acknowledgement_stops_the_chain_and_one_that_runs_out_starts_it_again() -> None:
    """From its first step, in another episode, without the wait of the beginning."""
    lines = [OPENED]
    run(lines, T + 10 * MIN)
    lines.append(Line(T + 12 * MIN, Happening.ACKNOWLEDGED, "dora"))
    acked = replace(INCIDENT, acked_by="dora")
    assert plan(POLICY, acked, lines, SETTINGS, T + 2 * 3600) == Nothing("dora has acknowledged it")
    lines.append(Line(T + 42 * MIN, Happening.UNACKNOWLEDGED))
    made = run(lines, T + 60 * MIN)
    assert [(minute, due.people, due.episode) for minute, due in made] == [(42, ("anna",), 2), (57, ("bernd",), 2)]
    assert made[0][1].why == "the acknowledgement ran out"
    assert made[0][1].reason is Reason.ESCALATED


def test_escalating_by_hand_calls_the_next_step_at_once_even_of_an_acknowledged_one() -> None:
    """And the chain goes on from there until somebody acknowledges it again."""
    lines = [OPENED]
    run(lines, T + MIN)
    lines.append(Line(T + 2 * MIN, Happening.ACKNOWLEDGED, "dora"))
    lines.append(Line(T + 3 * MIN, Happening.ESCALATED, "dora"))
    acked = replace(INCIDENT, acked_by="dora")
    made = run(lines, T + 40 * MIN, incident=acked)
    assert [(minute, due.people) for minute, due in made] == [(3, ("bernd",)), (33, ("carl",))]
    lines.append(Line(T + 41 * MIN, Happening.ACKNOWLEDGED, "dora"))
    assert isinstance(plan(POLICY, acked, lines, SETTINGS, T + 300 * MIN), Nothing)


def test_an_escalation_by_hand_that_was_undone_calls_nobody() -> None:
    """Who had it acknowledged has it again."""
    lines = [OPENED, Line(T + MIN, Happening.ACKNOWLEDGED, "dora", id=2)]
    lines.append(Line(T + 2 * MIN, Happening.ESCALATED, "dora", id=3))
    acked = replace(INCIDENT, acked_by="dora")
    assert isinstance(plan(POLICY, acked, lines, SETTINGS, T + 3 * MIN), Due)
    lines.append(Line(T + 3 * MIN, Happening.UNDONE, "dora", {"line": 3}, 4))
    assert plan(POLICY, acked, lines, SETTINGS, T + 300 * MIN) == Nothing("dora has acknowledged it")


def test_an_incident_that_comes_to_another_policy_begins_that_one_at_once() -> None:
    """Its priority was raised: the people of the urgent policy are called now, all its rounds through; and back."""
    urgent = Policy("urgent", (Step((CARL,)),), 1, 10 * MIN)
    lines = [OPENED]
    run(lines, T + MIN)
    lines.append(Line(T + 2 * MIN, Happening.NOTE))
    made = run(lines, T + 15 * MIN, urgent)
    assert [(minute, due.people, due.round) for minute, due in made] == [(2, ("carl",), 1), (12, ("carl",), 2)]
    assert [due.why for _, due in made] == [
        "it follows the policy urgent now", "nobody has acknowledged it: round 2 of 2",
    ]  # fmt: skip
    lines.append(Line(T + 16 * MIN, Happening.NOTE))
    back = run(lines, T + 17 * MIN)
    assert [(due.people, due.round) for _, due in back] == [(("anna",), 3)]


def test_a_restart_in_the_middle_changes_nothing() -> None:
    """What is due is the same for each prefix of the timeline, whenever it is asked: there is no counter to lose."""
    lines = [OPENED]
    run(lines, T + 3 * 3600)
    for length in range(1, len(lines) + 1):
        now = lines[length - 1].at + 1
        first, again = (plan(POLICY, INCIDENT, list(lines[:length]), SETTINGS, now) for _ in range(2))
        assert first == again
        if length < len(lines):
            assert isinstance(first, Due)
            assert abs(first.at - lines[length].at) <= 5


def test_an_engine_that_was_away_for_a_night_calls_one_step_and_not_all_that_it_missed() -> None:
    """Delays count from the step before, as it was really made."""
    lines = [OPENED]
    run(lines, T + MIN)
    lines.append(Line(T + 9 * 3600, Happening.NOTE))
    made = run(lines, T + 9 * 3600 + 20 * MIN)
    assert [due.people for _, due in made] == [("bernd",)]


def test_a_step_that_nobody_is_on_call_for_is_gone_past_at_once() -> None:
    """The line says so, and the next step is due at the same moment."""
    policy = Policy("p", (Step((EMPTY,)), Step((BERND,), 15 * MIN)))
    made = run([OPENED], T + 30 * MIN, policy)
    assert [(minute, due.people, due.why) for minute, due in made[:2]] == [
        (0.5, (), "nobody is on call"), (0.5, ("bernd",), "nobody has acknowledged it, and step 1 was called"),
    ]  # fmt: skip


def test_a_policy_that_reaches_nobody_waits_between_its_rounds() -> None:
    """No storm of lines: a round a pause, then one every four hours."""
    policy = Policy("p", (Step((EMPTY,)), Step((EMPTY,), 15 * MIN)), 2, 20 * MIN)
    made = run([OPENED], T + 7 * 3600, policy)
    assert [round(minute) for minute, _ in made] == [0, 0, 20, 20, 40, 40, 280, 280]


def test_a_step_whose_notifications_all_failed_is_not_waited_for() -> None:
    """As soon as it is known that nobody was reached, the next step is due."""
    lines = [OPENED]
    due = plan(POLICY, INCIDENT, lines, SETTINGS, T + 30)
    assert isinstance(due, Due)
    lines.append(called(due, T + 30, keys=("k1", "k2")))
    failed = {RESULT: "failed", "key": "k1"}
    lines.append(Line(T + 60, Happening.NOTIFIED, data=failed))
    waiting = plan(POLICY, INCIDENT, lines, SETTINGS, T + 61)
    assert isinstance(waiting, Due)
    assert waiting.at == T + 30 + 15 * MIN
    lines.append(Line(T + 90, Happening.NOTIFIED, data={**failed, "key": "k2"}))
    soon = plan(POLICY, INCIDENT, lines, SETTINGS, T + 91)
    assert isinstance(soon, Due)
    assert (soon.at, soon.people) == (T + 90, ("bernd",))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": "resolved"}, "it is resolved"),
        ({"state": "merged"}, "it is merged"),
        ({"on_hold": "vendor", "hold_reason": "ticket 7"}, "it is on hold, waiting for the vendor: ticket 7"),
        ({"snoozed_until": T + 600}, "it is snoozed until 14:28"),
        ({"alerts": (AlertFact(1, False),)}, "its alerts are over"),
        ({"alerts": (AlertFact(1, True, False, why_not="silence 4"), AlertFact(2, False))},
         "all its alerts are suppressed by silence 4"),
        ({"policy": "gone"}, "there is no policy gone in the inventory any more"),
    ],
)  # fmt: skip
def test_nothing_is_due_and_it_says_why(changes: dict[str, object], why: str) -> None:
    """Each reason in words; only a snooze comes to its end by itself."""
    incident = replace(INCIDENT, **changes)  # type: ignore[arg-type]
    policy = policy_of(SPEC, incident)
    found = plan(policy, incident, [OPENED], SETTINGS, T + 60)
    assert found == Nothing(why, T + 600 if "snoozed_until" in changes else None)
    assert explained(found, "UTC", T) == f"nobody is called: {why}"


def test_after_a_snooze_the_chain_goes_on_where_it_was() -> None:
    """What was due meanwhile is due then: one step, not all."""
    lines = [OPENED]
    run(lines, T + MIN)
    snoozed = replace(INCIDENT, snoozed_until=T + 3600)
    made = run(lines, T + 100 * MIN, incident=snoozed)
    assert [(minute, due.people) for minute, due in made] == [(60, ("bernd",)), (90, ("carl",))]


def test_those_who_were_told_hear_that_all_alerts_are_over_whoever_has_acknowledged_it() -> None:
    """Once, and not sooner than the group interval after what they heard last."""
    lines = [OPENED]
    run(lines, T + MIN)
    over = replace(INCIDENT, alerts=(AlertFact(1, False),), acked_by="dora")
    lines.append(Line(T + 2 * MIN, Happening.ACKNOWLEDGED, "dora"))
    made = run(lines, T + 60 * MIN, incident=over)
    assert [(minute, due.people, due.reason) for minute, due in made] == [(5.5, ("anna",), Reason.OVER)]
    resolved = replace(over, state="resolved")
    assert isinstance(plan(POLICY, resolved, lines, SETTINGS, T + 70 * MIN), Nothing)


def test_an_incident_that_was_over_before_anybody_was_told_is_told_to_nobody() -> None:
    """An alert that is over within the group wait wakes nobody, neither for it nor for its end."""
    over = replace(INCIDENT, alerts=(AlertFact(1, False),))
    assert plan(POLICY, over, [OPENED], SETTINGS, T + 60) == Nothing("its alerts are over")


def test_what_is_acknowledged_in_its_source_calls_nobody_until_another_joins_or_somebody_escalates() -> None:
    """All alerts that ask have to be, those that are suppressed do not count; it says where."""
    seen = AlertFact(1, True, acked_in="pagerduty")
    quiet = AlertFact(2, True, asks=False, why_not="maintenance")
    taken = replace(INCIDENT, alerts=(seen, quiet))
    assert plan(POLICY, taken, [OPENED], SETTINGS, T + MIN) == Nothing("acknowledged in pagerduty")
    assert isinstance(plan(POLICY, replace(taken, alerts=(seen, AlertFact(3, True))), [OPENED], SETTINGS, T + MIN), Due)
    forced = [OPENED, Line(T + MIN, Happening.ESCALATED, "dora")]
    assert isinstance(plan(POLICY, taken, forced, SETTINGS, T + 2 * MIN), Due)


def test_alerts_that_join_and_some_that_are_over_are_told_at_the_group_interval() -> None:
    """To those who were told; the steps of the policy go on beside them."""
    lines = [OPENED]
    run(lines, T + MIN)
    two = replace(INCIDENT, alerts=(AlertFact(1, True), AlertFact(2, True), AlertFact(3, True, False)))
    made = run(lines, T + 8 * MIN, incident=two)
    assert [(minute, due.people, due.reason, due.why) for minute, due in made] == [
        (5.5, ("anna",), Reason.NEW, "1 alert joined")
    ]
    one = replace(INCIDENT, alerts=(AlertFact(1, True), AlertFact(2, False), AlertFact(3, True, False)))
    made = run(lines, T + 16 * MIN, incident=one)
    assert [(minute, due.people, due.reason) for minute, due in made] == [
        (10.5, ("anna",), Reason.SOME), (15.5, ("bernd",), Reason.ESCALATED),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "priority", "at", "people"),
    [
        (Step((ANNA,), important=True), 2, "2026-11-25 12:00", ("anna",)),
        (Step((ANNA,), important=True), 3, "2026-11-25 12:00", ()),
        (Step((ANNA,), when=When.BUSINESS), 3, "2026-11-25 12:00", ("anna",)),
        (Step((ANNA,), when=When.BUSINESS), 3, "2026-11-25 22:00", ()),
        (Step((ANNA,), when=When.BUSINESS), 3, "2026-11-28 12:00", ()),
        (Step((ANNA,), when=When.OFF), 3, "2026-11-28 12:00", ("anna",)),
        (Step((ANNA,), when=When.OFF), 3, "2026-11-25 12:00", ()),
    ],
)
def test_a_step_counts_for_its_hours_and_importance(step: Step, priority: int, at: str, people: tuple[str]) -> None:
    """One that does not count calls nobody, says why, and the next is due at once."""
    begin = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    incident = replace(INCIDENT, priority=priority)
    policy = Policy("p", (step, Step((BERND,), 900)))
    lines = [Line(begin, Happening.OPENED)]
    first = plan(policy, incident, lines, SETTINGS, begin + 30)
    assert isinstance(first, Due)
    assert first.people == people
    assert people or first.why.startswith("this step")
    seen = ahead(policy, incident, lines, SETTINGS, begin + 30)
    assert isinstance(seen, Due)
    assert seen.people == (people or ("bernd",))


def test_the_head_of_the_incident_says_who_is_next_and_why() -> None:
    """In the words of the page, with the moment in the zone of the section."""
    lines = [OPENED]
    run(lines, T + MIN)
    found = ahead(POLICY, INCIDENT, lines, SETTINGS, T + 2 * MIN)
    said = explained(found, "Europe/Berlin", T + 2 * MIN)
    assert said == "next page 15:33 bernd, because nobody has acknowledged it, and step 1 was called"
    elsewhere = explained(found, "Europe/Berlin", T + 2 * MIN, named=True)
    assert elsewhere.startswith("next page 15:33 Europe/Berlin bernd"), "a reader in another zone is told which it is"
    nobody = Policy("p", (Step((EMPTY,)),))
    assert ahead(nobody, INCIDENT, [OPENED], SETTINGS, T) == Nothing(
        "no step of the policy calls anybody: nobody is on call"
    )


@pytest.mark.parametrize(
    ("priority", "services", "named", "policy"),
    [(1, (), "", "urgent"), (3, ("shop", "x"), "", "shop"), (3, (), "", "standard"), (5, (), "", None),
     (5, (), "shop", "shop"), (1, (), "gone", None)],
)  # fmt: skip
def test_the_first_rule_that_fits_chooses_the_policy(
    priority: int, services: tuple[str, ...], named: str, policy: str | None
) -> None:
    """One named by hand comes first; ``nobody`` is a choice as well."""
    uses = (Use("urgent", (1, 2)), Use("shop", (), ("shop",)), Use("", (5,)), Use("standard"))
    spec = OnCallSpec(policies=tuple(replace(POLICY, name=name) for name in ("standard", "urgent", "shop")), uses=uses)
    found = policy_of(spec, replace(INCIDENT, priority=priority, services=services, policy=named))
    assert (found.name if found else None) == policy


def test_a_clock_that_was_set_back_keeps_nobody_waiting_for_a_year() -> None:
    """A line of next year is from before; the next step is due now and the chain goes on from there."""
    lines = [Line(T + 365 * 86400, Happening.OPENED)]
    found = plan(POLICY, INCIDENT, lines, SETTINGS, T)
    assert isinstance(found, Due)
    assert found.at <= T
    assert found.why == "it was opened; the clock was set back since"
    lines.append(called(found, T))
    again = plan(POLICY, INCIDENT, lines, SETTINGS, T + 1)
    assert isinstance(again, Due)
    assert again.people == ("bernd",)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_over_a_year_of_incidents_each_step_calls_whoever_has_the_turn_then(zone: str) -> None:
    """An incident every 13 hours and 7 minutes of a year, the days on which clocks jump among them; acknowledged for
    half an hour after its second call, unless that is enough. Hand-over is at 09:00 on the wall, always.
    """
    rotation = Rotation("first", ("anna", "bernd", "carl"), 1440, datetime(2024, 1, 1, 9), zone)
    schedule = Schedule("line", layers=(Layer(rotation="first"),), timezone=zone)
    policy = Policy("p", (Step((CallTarget(TargetKind.SCHEDULE, "line"),)), Step((BERND,), 900)), 1, 900)
    business = (Hours((0, 1, 2, 3, 4), 540, 1020, zone),)
    settings = Settings(OnCallSpec(rotations=(rotation,), schedules=(schedule,), business=business))
    begin = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    for number in range(int(365 * 86400 / 47220)):
        opened = begin + number * 47220
        lines = [Line(opened, Happening.OPENED)]
        first = run(lines, opened + 16 * MIN, policy, settings=settings, step_s=30)
        assert [due.step for _, due in first] == [0, 1]
        lines.append(Line(opened + 16 * MIN, Happening.ACKNOWLEDGED, "carl"))
        lines.append(Line(opened + 46 * MIN, Happening.UNACKNOWLEDGED))
        second = run(lines, opened + 47 * MIN, policy, settings=settings, step_s=30)
        assert [(due.step, due.episode) for _, due in second] == [(0, 2)]
        for minute, due in (first[0], second[0]):
            assert due.people == (_turn(T + minute * MIN, zone),)


def _turn(at: float, zone: str) -> str:
    """Whose day it is by the calendar alone."""
    wall = datetime.fromtimestamp(at, ZoneInfo(zone))
    days = wall.date().toordinal() - datetime(2024, 1, 1).toordinal() - (wall.hour < 9)
    return ("anna", "bernd", "carl")[days % 3]


def test_an_override_changes_who_is_called_by_the_next_step() -> None:
    """Made while the chain runs, it counts for what is still to come."""
    lines = [OPENED]
    run(lines, T + MIN)
    swapped = replace(SETTINGS, overrides=(Override(1, "all", T, T + 3600, "zoe", "bernd"),))
    found = plan(POLICY, INCIDENT, lines, swapped, T + MIN)
    assert isinstance(found, Due)
    assert found.people == ("zoe",)
    assert found.who == "bernd: zoe"


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1e6), st.sampled_from([*map(str, Happening), "other"]), st.sampled_from(["", "anna"]),
            st.dictionaries(
                st.sampled_from([CALL, RESULT, "key", "from", "to", "line"]),
                st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["resolved", "triage"])
                | st.dictionaries(
                    st.sampled_from(["step", "round", "people", "keys", "alerts"]),
                    st.none() | st.text(max_size=3) | st.integers(-3, 9)
                    | st.lists(st.integers() | st.text(), max_size=3),
                ),
                max_size=3,
            ),
        ),
        max_size=12,
    ),
    st.floats(0, 2e6),
)  # fmt: skip
def test_whatever_a_timeline_holds_there_is_an_answer(
    said: list[tuple[float, str, str, dict[str, object]]], now: float
) -> None:
    """Lines of others, of older versions or of a mistake never stop the calls of an incident that was opened."""
    lines = [Line(0.0, Happening.OPENED), *(Line(*one) for one in said)]
    found = plan(POLICY, INCIDENT, lines, SETTINGS, now)
    assert isinstance(found, Due)
    assert isinstance(ahead(POLICY, INCIDENT, lines, SETTINGS, now), Due)
