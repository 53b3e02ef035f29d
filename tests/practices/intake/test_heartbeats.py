"""When a job's report is due, over a year with its changes of the clock, and what is said of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.alerts import TEXT_LIMIT, Source
from tui_ops.model.clean import clean
from tui_ops.model.doors import HeartbeatSpec
from tui_ops.model.states import Severity
from tui_ops.practices.intake.heartbeats import EARLY_S, Standing, due_after, next_slot, over, word_of

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTLY = HeartbeatSpec("backup", cron="30 2 * * *", timezone="Europe/Berlin", grace_s=1800.0)
HOURLY = HeartbeatSpec("poll", every_s=3600.0, grace_s=1800.0)


def local(text: str) -> float:
    """Return a moment in Berlin as epoch seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def said(at: float) -> str:
    return datetime.fromtimestamp(at, BERLIN).strftime("%Y-%m-%d %H:%M %Z")


@pytest.mark.parametrize(
    ("reported", "due"),
    [
        ("2026-05-01 02:45", "2026-05-02 03:00 CEST"),
        ("2026-05-01 03:10", "2026-05-02 03:00 CEST"),  # late: the next night all the same
        ("2026-05-01 02:29:30", "2026-05-02 03:00 CEST"),  # a clock that is half a minute behind
        ("2026-05-01 02:28:00", "2026-05-01 03:00 CEST"),  # two minutes too early is the slot before
        ("2026-03-28 02:40", "2026-03-29 03:30 CEST"),  # 02:30 is left out: the job runs at 03:00
        ("2026-03-29 03:01", "2026-03-30 03:00 CEST"),
        ("2026-10-24 02:40", "2026-10-25 02:00 CET"),  # 02:30 comes twice: the first one counts
        ("2026-10-25 03:05", "2026-10-26 03:00 CET"),
    ],
)
def test_when_a_nightly_report_is_due(reported: str, due: str) -> None:
    """Its slot plus half an hour, in the zone that it is meant in."""
    assert said(due_after(NIGHTLY, local(reported))) == due


def test_a_year_of_nights_has_a_slot_each() -> None:
    """A job that reports five minutes after each slot of a year is never missed, and has 365 of them."""
    at, slots = local("2026-01-01 00:00"), []
    while (slot := next_slot(NIGHTLY, at)) < local("2027-01-01 00:00"):
        slots.append(slot)
        at = slot + 300
        assert due_after(NIGHTLY, at) > at
        assert due_after(NIGHTLY, at) - slot <= 25 * 3600 + NIGHTLY.grace_s
    assert len(slots) == 365
    assert len({said(slot)[:10] for slot in slots}) == 365


def test_a_period_counts_from_the_last_report() -> None:
    """Without a slot the next report is due a period and its grace later."""
    assert due_after(HOURLY, 1000.0) == 1000.0 + 3600.0 + 1800.0


def test_a_report_before_each_minute_is_not_taken_for_the_next() -> None:
    """Where slots are as near as the difference of two clocks, none is skipped."""
    each = HeartbeatSpec("each", cron="* * * * *", grace_s=10.0)
    assert due_after(each, 59.0) == 70.0
    far = HeartbeatSpec("far", cron="*/10 * * * *", grace_s=10.0)
    assert due_after(far, 600.0 - EARLY_S) == 1210.0


@given(st.floats(1.0e9, 4.0e9), st.sampled_from(["30 2 * * *", "*/5 * * * *", "0 9 1 * 1-5", "0 0 29 2 *"]))
def test_a_report_is_due_after_its_moment(at: float, cron: str) -> None:
    """Whatever the moment: later than it by the grace at least."""
    spec = HeartbeatSpec("x", cron=cron, timezone="Europe/Berlin", grace_s=60.0)
    assert due_after(spec, at) > at + 60.0 - 1e-6


def test_what_is_said_of_a_job() -> None:
    """In time, missed, failed, in doubt, and never heard of: severity and line."""
    last, due = local("2026-05-01 02:45"), local("2026-05-02 03:00")
    good = word_of(Standing(NIGHTLY, due, last), last)
    assert (good.source, good.rule, good.subject, good.severity) == (
        Source.HEARTBEAT, "heartbeat", "backup", Severity.OK,
    )  # fmt: skip
    missed = word_of(Standing(NIGHTLY, due, last, missed=True), due + 60)
    assert (missed.severity, missed.started_at) == (Severity.CRITICAL, due)
    assert missed.text == "backup did not report by 2026-05-02 03:00 CEST; it did last 1d ago"
    never = word_of(Standing(NIGHTLY, due, missed=True), due + 60)
    assert never.text.endswith("; it never did")
    failed = word_of(Standing(NIGHTLY, due, last, False, "no space left"), last)
    assert (failed.severity, failed.text) == (Severity.CRITICAL, "backup reported that it failed: no space left")
    doubt = word_of(Standing(NIGHTLY, due, last, doubtful=True), due + 60)
    assert doubt.severity is Severity.UNKNOWN
    assert doubt.text == "backup had to report by 2026-05-02 03:00 CEST, when no engine ran: look whether it did"
    assert word_of(Standing(NIGHTLY, due), last).severity is Severity.OK
    assert over("backup", due).severity is Severity.OK


def test_a_title_host_and_service_come_along() -> None:
    """A word that the inventory has for a job stands in its line; its host and service are known."""
    spec = HeartbeatSpec(
        "b", every_s=60, grace_s=1, severity=Severity.WARNING, host="db-1", service="shop", title="Dump"
    )
    word = word_of(Standing(spec, 100.0, 0.0, missed=True), 200.0)
    assert (word.host, word.severity, dict(word.labels)) == (
        "db-1", Severity.WARNING, {"heartbeat": "b", "service": "shop"},
    )  # fmt: skip
    assert word.text.startswith("Dump did not report by ")


@given(st.text(max_size=400))
def test_any_report_fits_a_line(text: str) -> None:
    """The text was cleaned before; with the words around it, it still fits."""
    word = word_of(Standing(HOURLY, 10.0, 1.0, False, clean(text, 200)), 5.0)
    assert clean(word.text, TEXT_LIMIT) == word.text
