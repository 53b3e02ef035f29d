"""Schedules: layers over each other, overrides that reach everything, and a table without holes."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.model.oncall import CallTarget, Hours, Layer, OnCallSpec, Override, Rotation, Schedule, TargetKind
from tui_ops.practices.oncall.localtime import span_at
from tui_ops.practices.oncall.rotation import whose_turn
from tui_ops.practices.oncall.schedule import in_words, on_call, shifts, targets_of

DAY = 86400.0
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")

PLATFORM = CallTarget(TargetKind.SCHEDULE, "platform")
FIRST = CallTarget(TargetKind.ROTATION, "first")
ANNA = CallTarget(TargetKind.PERSON, "anna")

WEEKEND = (5, 6)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def spec(zone: str = "UTC") -> OnCallSpec:
    first = Rotation("first", ("anna", "bernd"), 7 * 24 * 60, datetime(2024, 1, 1, 9), zone)
    nights = Rotation("nights", ("carl", "dora"), 24 * 60, datetime(2024, 1, 1, 20), zone)
    layers = (
        Layer(rotation="first"),
        Layer(rotation="nights", hours=(Hours(begins_min=1200, ends_min=480, timezone=zone),)),
        Layer(people=("emil", "frida"), hours=(Hours(WEEKEND, 600, 720, zone),)),
    )
    schedules = (Schedule("platform", "", layers, zone), Schedule("office", "", layers[1:], zone))
    return OnCallSpec(rotations=(first, nights), schedules=schedules, timezone=zone)


def override(number: int, schedule: str, person: str, instead_of: str = "", **changes: float) -> Override:
    begins, ends = changes.get("begins", 0.0), changes.get("ends", 1e12)
    return Override(number, schedule, begins, ends, person, instead_of)


def test_the_last_layer_that_has_somebody_counts() -> None:
    """By day the rotation, at night the layer over it, on a weekend's morning the people named in the uppermost."""
    assert on_call(spec(), (), PLATFORM, at("2026-11-25 12:00")) in (("anna",), ("bernd",))
    assert on_call(spec(), (), PLATFORM, at("2026-11-25 23:00")) in (("carl",), ("dora",))
    assert on_call(spec(), (), PLATFORM, at("2026-11-28 11:00")) == ("emil", "frida")


@pytest.mark.parametrize("zone", ZONES)
def test_over_a_year_every_moment_has_exactly_the_people_that_the_layers_say(zone: str) -> None:
    """Each shift of the table, at its beginning, just before its end and every hour, against the layers."""
    said = spec(zone)
    begin, end = at("2026-01-01"), at("2027-01-01")
    table = shifts(said, (), PLATFORM, begin, end)
    assert table[0].begins_at == begin
    assert table[-1].ends_at == end
    assert all(one.ends_at == other.begins_at for one, other in pairwise(table))
    moments = [begin + step * 3600.0 for step in range(int((end - begin) / 3600))]
    place = 0
    for moment in moments:
        while table[place].ends_at <= moment:
            place += 1
        assert table[place].people == _by_hand(said, moment), datetime.fromtimestamp(moment, UTC)
    for shift in table:
        assert shift.people == _by_hand(said, shift.begins_at) == _by_hand(said, shift.ends_at - 0.5)


def _by_hand(said: OnCallSpec, moment: float) -> tuple[str, ...]:
    _, nights, weekend = said.schedules[0].layers
    if span_at(weekend.hours, moment):
        return weekend.people
    rotation = said.rotation("nights" if span_at(nights.hours, moment) else "first")
    assert rotation is not None
    return (whose_turn(rotation, moment),)


def test_a_schedule_that_has_nobody_shows_its_gaps() -> None:
    """Without the lowest layer, the day is a shift of nobody."""
    office = CallTarget(TargetKind.SCHEDULE, "office")
    table = shifts(spec(), (), office, at("2026-11-25 12:00"), at("2026-11-26 12:00"))
    assert [bool(one.people) for one in table] == [False, True, False]
    assert table[1].begins_at == at("2026-11-25 20:00")
    assert table[1].ends_at == at("2026-11-26 08:00")


@pytest.mark.parametrize("target", [PLATFORM, FIRST], ids=str)
def test_an_override_of_a_rotation_reaches_its_schedule_and_a_policy_that_names_it(target: CallTarget) -> None:
    """Wherever the rotation is named, the other one is on call."""
    noon = at("2026-11-25 12:00")
    there = on_call(spec(), (), target, noon)
    assert on_call(spec(), (override(1, "first", "zoe"),), target, noon) == ("zoe",)
    assert on_call(spec(), (override(1, "first", "zoe", there[0]),), target, noon) == ("zoe",)
    assert on_call(spec(), (override(1, "first", "zoe", "nobody-else"),), target, noon) == there


def test_an_override_everywhere_reaches_a_person_whom_a_policy_names() -> None:
    """``all`` with ``instead_of`` is a holiday: schedules, rotations and the name itself."""
    holiday = (override(1, "all", "zoe", "anna"),)
    assert on_call(spec(), holiday, ANNA, at("2026-11-25")) == ("zoe",)
    monday = at("2026-11-23 12:00")
    who = on_call(spec(), (), FIRST, monday)
    expected = ("zoe",) if who == ("anna",) else who
    assert on_call(spec(), holiday, FIRST, monday) == on_call(spec(), holiday, PLATFORM, monday) == expected


def test_overrides_are_applied_once_in_the_order_in_which_they_were_made() -> None:
    """Who takes a shift may be replaced by a later override, not by an earlier one."""
    noon = at("2026-11-28 11:00")
    both = (override(1, "all", "zoe", "emil"), override(2, "all", "yan", "zoe"))
    assert on_call(spec(), both, PLATFORM, noon) == ("frida", "yan")
    turned = (override(1, "all", "yan", "zoe"), override(2, "all", "zoe", "emil"))
    assert on_call(spec(), turned, PLATFORM, noon) == ("frida", "zoe")


def test_an_override_by_nobody_makes_a_gap_and_ends_with_its_end() -> None:
    """Its beginning is in it, its end is not."""
    begin, end = at("2026-11-25 10:00"), at("2026-11-25 14:00")
    gap = (override(1, "platform", "", begins=begin, ends=end),)
    table = shifts(spec(), gap, PLATFORM, at("2026-11-25 09:30"), at("2026-11-25 15:00"))
    assert [(one.begins_at, one.ends_at) for one in table if not one.people] == [(begin, end)]
    assert on_call(spec(), gap, PLATFORM, end) != ()


def test_a_header_says_who_is_on_call_in_a_few_words() -> None:
    """A gap is a word as well."""
    noon = at("2026-11-25 12:00")
    (who,) = on_call(spec(), (), PLATFORM, noon)
    assert in_words(spec(), (), noon) == f"platform {who} · office nobody"
    assert in_words(spec(), (), noon, most=1) == f"platform {who} · 1 more"
    assert in_words(OnCallSpec(), (), noon) == ""


def test_what_can_be_on_call_names_no_rotation_twice() -> None:
    """A rotation that is a layer is shown within its schedule."""
    alone = OnCallSpec(rotations=(*spec().rotations, Rotation("dba", ("carl",), 1440, datetime(2024, 1, 1))),
                       schedules=spec().schedules)  # fmt: skip
    assert [one.name for one in targets_of(alone)] == ["platform", "office", "dba"]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["platform", "first", "nights", "all"]), st.sampled_from(["", "zoe", "anna"]),
            st.sampled_from(["", "anna", "carl", "zoe"]), st.floats(0, 20), st.floats(0, 20),
        ),
        max_size=5,
    ),
    st.sampled_from(ZONES),
)  # fmt: skip
def test_the_table_says_what_each_moment_says(made: list[tuple[str, str, str, float, float]], zone: str) -> None:
    """Whatever overrides there are: the shifts are without holes, and hold exactly who is on call in them."""
    begin, end = at("2026-03-25"), at("2026-04-08")
    overrides = [
        override(number, schedule, person, other, begins=begin + first * DAY, ends=begin + (first + length) * DAY)
        for number, (schedule, person, other, first, length) in enumerate(made, 1)
    ]
    table = shifts(spec(zone), overrides, PLATFORM, begin, end)
    assert [table[0].begins_at, *(one.ends_at for one in table)] == sorted(
        {begin, end, *(one.ends_at for one in table)}
    )
    for shift in table:
        for moment in (shift.begins_at, (shift.begins_at + shift.ends_at) / 2):
            assert on_call(spec(zone), overrides, PLATFORM, moment) == shift.people
