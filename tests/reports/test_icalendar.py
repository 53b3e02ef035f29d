"""The calendar that goes out: what another program reads of it, and what RFC 5545 asks of its bytes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.changes import ChangeKind, ChangeState, Conflict, ConflictKind, Start
from tui_ops.model.changing import ChangingSpec, Recurring, Window
from tui_ops.reports.icalendar import Calendar, entries, escaped, fold
from tui_ops.reports.icalendar import icalendar as written
from tui_ops.store.views.changerows import ChangeRow, FreezeRow

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC).timestamp()
DAY, HOUR = 86400.0, 3600.0

NOTHING: dict[str, Any] = dict.fromkeys(
    ("model_id", "release_id", "frozen_at", "dry_run_id", "risk", "assessed_at", "run_id", "review_due_at",
     "submitted_at", "approved_at", "began_at", "ended_at", "closed_at", "starts_at", "ends_at")
)  # fmt: skip
EMPTY: dict[str, Any] = dict.fromkeys(
    ("outcome", "reason", "implementer", "environment", "window", "on_hold", "frozen_sha", "stopped", "review",
     "reviewed_by"), "",
)  # fmt: skip
NONE_OF: dict[str, Any] = dict.fromkeys(
    ("edited_by", "targets", "hosts", "services", "risk_factors", "conflicts", "difference"), ()
)


def change(number: int, **more: Any) -> ChangeRow:
    """Return a change of the list."""
    return ChangeRow(**{
        **NOTHING, **EMPTY, **NONE_OF, "id": number, "version": 1, "revision": 1, "title": "nginx",
        "kind": ChangeKind.NORMAL, "state": ChangeState.SCHEDULED, "owner": "ann", "requested_by": "ann",
        "release_place": 0, "start": Start.TIME, "self_approved": False, "unauthorised": False, "opened_at": NOW,
        "starts_at": NOW + DAY, "ends_at": NOW + DAY + 2 * HOUR, **more,
    })  # fmt: skip


def freeze(number: int, **more: Any) -> FreezeRow:
    """Return a freeze of the desk."""
    return FreezeRow(**{
        "id": number, "title": "sale", "reason": "traffic", "matcher": ("group:web",), "begins_at": NOW, "ends_at":
        NOW + DAY, "by": "ann", "proposed": False, "at": NOW, "ended_at": None, "revision": 2, **more,
    })  # fmt: skip


CALENDAR = Calendar("shop", (), (), ChangingSpec(), NOW - 28 * DAY, NOW + 28 * DAY, NOW)


def read(calendar: Calendar) -> list[Any]:
    """Return the events, as another program reads the bytes."""
    raw = written(calendar).encode()
    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(one) <= 75 and b"\n" not in one and b"\r" not in one for one in lines)
    for one in lines:
        one.decode()
    parsed = icalendar.Calendar.from_ical(raw)
    assert parsed["VERSION"] == "2.0"
    assert not parsed.errors
    for event in parsed.walk("VEVENT"):
        assert not event.errors
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY"} <= set(event)
        assert event["DTSTART"].dt < event["DTEND"].dt
    return list(parsed.walk("VEVENT"))


def test_a_change_is_an_event_with_its_time_state_and_conflicts() -> None:
    row = change(
        7, revision=9, reason="CVE-2026-1; urgent, they say", hosts=tuple(f"web-{n}" for n in range(25)), risk=42,
        implementer="bob", conflicts=(Conflict(ConflictKind.INCIDENT, "INC-3 is open on web-1", False),),
    )  # fmt: skip
    (event,) = read(replace(CALENDAR, changes=(row,)))
    assert str(event["SUMMARY"]) == "CHG-7 nginx"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (
        datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 28, 14, tzinfo=UTC),
    )  # fmt: skip
    assert (event["SEQUENCE"], str(event["STATUS"]), str(event["TRANSP"])) == (9, "CONFIRMED", "OPAQUE")
    assert event["DTSTAMP"].dt == datetime(2026, 3, 27, 12, tzinfo=UTC)
    assert str(event["DESCRIPTION"]).split("\n") == [
        "normal, scheduled; ann looks after it; bob carries it out", "CVE-2026-1; urgent, they say", "risk 42 of 100",
        f"hosts: {', '.join(f'web-{n}' for n in range(20))} and 5 more", "conflict: INC-3 is open on web-1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "status"),
    [(ChangeState.DRAFT, "TENTATIVE"), (ChangeState.SUBMITTED, "TENTATIVE"), (ChangeState.APPROVED, "CONFIRMED"),
     (ChangeState.RUNNING, "CONFIRMED"), (ChangeState.CANCELLED, "CANCELLED")],
)  # fmt: skip
def test_what_is_only_wished_for_is_tentative(state: ChangeState, status: str) -> None:
    (event,) = read(replace(CALENDAR, changes=(change(1, state=state),)))
    assert str(event["STATUS"]) == status


def test_what_ran_stands_where_it_ran_and_what_has_no_time_nowhere() -> None:
    ran = change(1, state=ChangeState.ENDED, began_at=NOW - 2 * HOUR, ended_at=NOW - HOUR)
    (event,) = read(replace(CALENDAR, changes=(ran, change(2, starts_at=None, ends_at=None))))
    assert event["DTSTART"].dt == datetime(2026, 3, 27, 10, tzinfo=UTC)
    assert read(replace(CALENDAR, changes=(change(3, starts_at=NOW + 99 * DAY),))) == []


def test_a_window_follows_its_clock_over_the_day_that_jumps() -> None:
    window = Window("night; ops", (Recurring(days=(4, 5, 6), from_min=60, to_min=240, timezone="Europe/Berlin"),))
    calendar = replace(CALENDAR, spec=ChangingSpec(windows=(window,)), begin=NOW, end=NOW + 3 * DAY)
    events = read(calendar)
    assert [(one["DTSTART"].dt.hour, one["DTEND"].dt.hour) for one in events] == [(0, 3), (0, 2)]
    assert {str(one["SUMMARY"]) for one in events} == {"window: night; ops"}
    assert {str(one["TRANSP"]) for one in events} == {"TRANSPARENT"}


def test_freezes_of_both_kinds_are_in_it() -> None:
    year_end = Window("year end", (Recurring(begins="2026-03-28", ends="2026-03-29"),), freeze=True, reason="books")
    made = (freeze(1), freeze(2, proposed=True), freeze(3, ended_at=NOW + HOUR), freeze(4, ended_at=NOW - 1))
    events = read(replace(CALENDAR, spec=ChangingSpec(windows=(year_end,)), freezes=made))
    found = {str(one["UID"]).split("@")[0]: one for one in events}
    assert str(found["FRZ-1"]["DESCRIPTION"]) == "no changes on group:web\ntraffic"
    assert [str(found[f"FRZ-{n}"]["STATUS"]) for n in (1, 2, 3, 4)] == [
        "CONFIRMED",
        "TENTATIVE",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert found["FRZ-3"]["DTEND"].dt == datetime(2026, 3, 27, 13, tzinfo=UTC)
    assert sum(str(one["SUMMARY"]) == "freeze: year end" for one in events) == 1


def test_names_stay_and_are_apart() -> None:
    """Written again later, and of another fleet: a calendar that is subscribed knows what it has, and mixes none up."""
    window = Window("night", (Recurring(days=(0, 1), from_min=60, to_min=240),))
    other = Window("night", (Recurring(days=(0, 1), from_min=60, to_min=240),), freeze=True)
    full = replace(CALENDAR, changes=(change(1), change(2)), freezes=(freeze(1),),
                   spec=ChangingSpec(windows=(window, other)))  # fmt: skip
    uids = [str(one["UID"]) for one in read(full)]
    assert len(set(uids)) == len(uids)
    assert uids == [str(one["UID"]) for one in read(replace(full, at=NOW + 600))]
    assert not set(uids) & {str(one["UID"]) for one in read(replace(full, fleet="lab"))}
    assert [one.begin for one in entries(full)] == sorted(one.begin for one in entries(full))


HOSTILE = st.text(alphabet=st.one_of(st.characters(), st.sampled_from('\r\n;,\\:"\t \x00\u2028é€😀')), max_size=300)


@given(title=HOSTILE, reason=HOSTILE, fleet=HOSTILE, name=HOSTILE)
def test_no_text_gets_out_of_its_line(title: str, reason: str, fleet: str, name: str) -> None:
    """Whatever somebody writes is one summary of one event to the program that reads it."""
    window = Window(name, (Recurring(begins="2026-03-28"),), freeze=True, reason=reason)
    calendar = replace(
        CALENDAR, fleet=fleet, changes=(change(1, title=title, reason=reason),), spec=ChangingSpec(windows=(window,))
    )
    events = read(calendar)
    assert len(events) == 2
    assert {str(one["SUMMARY"]).split(" ")[0] for one in events} == {"CHG-1", "freeze:"}


@given(HOSTILE)
def test_what_is_folded_unfolds_to_the_same(text: str) -> None:
    line = "SUMMARY:" + escaped(text)
    pieces = list(fold(line))
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line


@pytest.mark.parametrize("char", ["a", "é", "€", "😀"])
@pytest.mark.parametrize("before", range(4))
def test_a_line_is_folded_between_characters(char: str, before: int) -> None:
    """75 octets are counted, not characters, wherever the border falls."""
    pieces = list(fold("x" * before + char * 120))
    sizes = [len(piece.encode()) for piece in pieces]
    assert max(sizes) <= 75
    assert min(sizes[:-1]) > 75 - 4
