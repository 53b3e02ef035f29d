"""What stands against a change at its time, which of it blocks, and when there is room for it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.model.assessing import Around, MadeFreeze, OpenIncident, OtherChange, Waits
from tui_ops.model.changes import ChangeKind, ChangeState, Conflict, ConflictKind
from tui_ops.model.changing import ChangingSpec, Recurring, Window
from tui_ops.model.fleet import ServiceSpec
from tui_ops.practices.changes.conflicts import Wish, find, time_of
from tui_ops.practices.changes.slots import next_slot

HOUR = 3600.0
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
"""A Monday."""

SERVICES = (
    ServiceSpec("shop", hosts=("web-1", "web-2"), depends_on=("db",)),
    ServiceSpec("db", hosts=("db-1",)),
    ServiceSpec("mail", hosts=("mail-1",)),
)
WISH = Wish(("web-1", "web-2"), NOW + HOUR, NOW + 2 * HOUR, 7, people=frozenset({"ann"}))
AROUND = Around(NOW, SERVICES)


def other(state: ChangeState = ChangeState.SCHEDULED, *hosts: str, begins: float | None = NOW + 1.5 * HOUR,
          ends: float | None = NOW + 3 * HOUR, people: tuple[str, ...] = ()) -> OtherChange:  # fmt: skip
    return OtherChange(4, "other", state, frozenset(hosts), begins, ends, frozenset(people))


def found(around: Around, wish: Wish = WISH, spec: ChangingSpec | None = None) -> list[Conflict]:
    return list(find(wish, around, spec or ChangingSpec()))


def with_change(one: OtherChange) -> Around:
    return replace(AROUND, changes=(one,))


def test_nothing_around_is_no_conflict() -> None:
    assert found(AROUND) == []


def test_the_same_host_in_another_change_is_named_with_its_end() -> None:
    (conflict,) = found(with_change(other(ChangeState.SCHEDULED, "web-2", "db-9")))
    assert conflict == Conflict(
        ConflictKind.HOST, "web-2 is in CHG-4 until Mon 01 Jun 15:00 UTC", False, ("web-2",)
    )  # fmt: skip
    assert found(with_change(other(ChangeState.SCHEDULED, "web-2", begins=NOW + 2 * HOUR))) == []
    assert found(with_change(replace(other(ChangeState.SCHEDULED, "web-2"), id=7))) == []


@pytest.mark.parametrize(
    "state", [ChangeState.RUNNING, ChangeState.PAUSED, ChangeState.INTERRUPTED, ChangeState.ROLLING_BACK]
)
def test_a_change_that_runs_there_blocks(state: ChangeState) -> None:
    running = with_change(other(state, "web-1", begins=NOW - HOUR, ends=NOW - 60))
    (conflict,) = found(running, WISH.at(NOW))
    assert (conflict.blocks, conflict.said) == (True, f"web-1 is in CHG-4, which is {state}")
    # It is late already; nobody knows that it still is in three hours.
    assert found(running, WISH.at(NOW + 3 * HOUR)) == []


def test_a_change_that_waits_for_a_hand_takes_no_time() -> None:
    assert found(with_change(other(ChangeState.APPROVED, "web-1", begins=None, ends=None))) == []


def test_a_freeze_blocks_all_but_an_emergency() -> None:
    freeze = Window("sale", (Recurring(begins="2026-06-01", ends="2026-06-02"),), freeze=True, reason="summer sale")
    spec = ChangingSpec(windows=(freeze,), timezone="Europe/Berlin")
    (conflict,) = found(AROUND, spec=spec)
    said = "web-1, web-2 are in the freeze sale until Wed 03 Jun 02:00 Europe/Berlin (summer sale)"
    assert (conflict.kind, conflict.said, conflict.blocks) == (ConflictKind.FREEZE, said, True)
    assert conflict.hosts == ("web-1", "web-2")
    (conflict,) = found(AROUND, replace(WISH, kind=ChangeKind.EMERGENCY), spec)
    assert not conflict.blocks
    only = replace(freeze, hosts=frozenset({"web-2", "x"}))
    assert found(AROUND, spec=replace(spec, windows=(only,)))[0].hosts == ("web-2",)
    assert found(AROUND, spec=replace(spec, windows=(replace(freeze, hosts=frozenset({"x"})),))) == []


def test_a_freeze_of_the_desk_blocks_as_well() -> None:
    made = MadeFreeze(1, "audit", "", NOW, NOW + 1.5 * HOUR, frozenset({"web-2"}))
    (conflict,) = found(replace(AROUND, freezes=(made,)))
    assert (conflict.said, conflict.blocks) == ("web-2 is in the freeze audit until Mon 01 Jun 13:30 UTC", True)
    assert found(replace(AROUND, freezes=(replace(made, hosts=None),)))[0].hosts == WISH.hosts
    assert found(replace(AROUND, freezes=(made,)), WISH.at(NOW + 2 * HOUR)) == []


def test_all_of_the_time_has_to_lie_in_a_window_of_each_host_that_has_one() -> None:
    """Eighty hosts outside are eighty hosts in the conflict, and three in the sentence."""
    hosts = tuple(f"h{number}" for number in range(80))
    night = Window("night", (Recurring(days=(0,), from_min=12 * 60, to_min=13 * 60 + 30),), frozenset(hosts))
    wish = Wish((*hosts, "free"), NOW + HOUR, NOW + 2 * HOUR)
    (conflict,) = found(AROUND, wish, ChangingSpec(windows=(night,)))
    assert (conflict.kind, conflict.blocks, conflict.hosts) == (ConflictKind.WINDOW, False, hosts)
    assert conflict.said == "h0, h1, h2 and 77 more: not all of its time lies in the window night"
    assert found(AROUND, replace(wish, begins_at=NOW, ends_at=NOW + HOUR), ChangingSpec(windows=(night,))) == []
    day = Window("day", (Recurring(days=(0,), from_min=13 * 60 + 30, to_min=15 * 60),))
    assert found(AROUND, wish, ChangingSpec(windows=(night, day)))[0].hosts == ("free",)


def test_what_is_needed_and_what_needs_it_ask_for_a_reason() -> None:
    (conflict,) = found(with_change(other(ChangeState.SCHEDULED, "db-1")))
    assert (conflict.kind, conflict.said) == (ConflictKind.DEPENDENCY, "db, which is needed, is in CHG-4")
    wish = replace(WISH, hosts=("db-1",))
    (conflict,) = found(with_change(other(ChangeState.SCHEDULED, "web-1")), wish)
    assert (conflict.said, conflict.blocks) == ("shop, which needs what is changed, is in CHG-4", False)
    assert found(with_change(other(ChangeState.SCHEDULED, "mail-1")), wish) == []


def test_an_incident_asks_unless_the_change_is_to_mend_it() -> None:
    incident = OpenIncident("INC-3", "disk full", 2, frozenset({"web-1", "mail-1"}))
    around = replace(AROUND, incidents=(incident, replace(incident, name="INC-4", hosts=frozenset({"mail-1"}))))
    (conflict,) = found(around)
    assert (conflict.said, conflict.hosts) == ("INC-3 is open on web-1: disk full", ("web-1",))
    assert found(replace(around, to_mend=frozenset({"INC-3"}))) == []


def test_people_do_one_thing_at_a_time() -> None:
    (conflict,) = found(with_change(other(ChangeState.SCHEDULED, "mail-1", people=("ann", "bob"))))
    assert (conflict.kind, conflict.said) == (ConflictKind.OWNER, "ann has CHG-4 at that time")


@pytest.mark.parametrize(
    ("waits", "said"),
    [
        (Waits("CHG-2", "approved", ""), "CHG-2 has to succeed first: it is approved"),
        (Waits("CHG-2", "closed", "failed"), "CHG-2 has to succeed first: it is failed"),
        (Waits("CHG-9", "", ""), "CHG-9 has to succeed first: there is no such change"),
        (Waits("CHG-2", "closed", "successful"), None),
    ],
)
def test_what_has_to_come_first_blocks(waits: Waits, said: str | None) -> None:
    conflicts = found(replace(AROUND, waits=(waits,)))
    assert [(one.said, one.blocks) for one in conflicts] == ([(said, True)] if said else [])


def test_what_blocks_comes_first() -> None:
    incident = OpenIncident("INC-3", "disk full", 2, frozenset({"web-1"}))
    around = replace(AROUND, incidents=(incident,), changes=(other(ChangeState.RUNNING, "web-1", begins=NOW),))
    assert [one.blocks for one in found(around)] == [True, False]


def test_a_change_without_a_time_is_taken_as_now_for_an_hour() -> None:
    assert time_of(None, None, NOW) == (NOW, NOW + HOUR)
    assert time_of(NOW + 5, NOW + 65, NOW) == (NOW + 5, NOW + 65)
    assert time_of(NOW + 5, NOW, NOW) == (NOW + 5, NOW + 5 + HOUR)


NIGHT = Window("night", (Recurring(days=(0, 1), from_min=22 * 60, to_min=2 * 60),))


def test_the_next_slot_is_beside_everything() -> None:
    spec = ChangingSpec(windows=(NIGHT,))
    opens = datetime(2026, 6, 1, 22, tzinfo=UTC).timestamp()
    assert next_slot(WISH, AROUND, spec, NOW) == (opens, opens + HOUR)
    taken = with_change(other(ChangeState.APPROVED, "web-2", begins=opens + 600, ends=opens + HOUR + 60))
    assert next_slot(WISH, taken, spec, NOW) == (opens + 1.25 * HOUR, opens + 2.25 * HOUR)
    frozen = replace(taken, freezes=(MadeFreeze(1, "x", "", opens, opens + 3.5 * HOUR, None),))
    assert next_slot(WISH, frozen, spec, NOW) == (opens + 24 * HOUR, opens + 25 * HOUR)
    assert next_slot(replace(WISH, ends_at=WISH.begins_at + 5 * HOUR), AROUND, spec, NOW) is None
    assert next_slot(WISH, AROUND, ChangingSpec(), NOW + 60) == (NOW + 900, NOW + 900 + HOUR)


@given(
    others=st.lists(
        st.tuples(
            st.sampled_from([("web-1",), ("db-1",), ("mail-1",), ("x",)]), st.integers(0, 3000), st.integers(1, 600),
            st.sampled_from([("ann",), ("bob",), ()]),
        ),
        max_size=12,
    ),
    freezes=st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 900)), max_size=3),
    minutes=st.integers(1, 240), windows=st.booleans(),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_in_a_slot_that_is_proposed_there_is_no_conflict(
    others: list[tuple[tuple[str, ...], int, int, tuple[str, ...]]], freezes: list[tuple[int, int]], minutes: int,
    windows: bool,
) -> None:  # fmt: skip
    """Both look at the same things, in two ways: what one proposes, the other lets through."""
    changes = tuple(
        OtherChange(100 + number, "x", ChangeState.APPROVED, frozenset(hosts), NOW + begin * 60,
                    NOW + (begin + length) * 60, frozenset(people))
        for number, (hosts, begin, length, people) in enumerate(others)
    )  # fmt: skip
    made = tuple(
        MadeFreeze(number, "x", "", NOW + begin * 60, NOW + (begin + length) * 60, None)
        for number, (begin, length) in enumerate(freezes)
    )
    around = replace(AROUND, changes=changes, freezes=made)
    spec = ChangingSpec(windows=(NIGHT,) if windows else ())
    wish = replace(WISH, ends_at=WISH.begins_at + minutes * 60)
    slot = next_slot(wish, around, spec, NOW)
    assert slot is not None
    assert slot[1] - slot[0] == minutes * 60
    assert find(wish.at(slot[0]), around, spec) == ()
