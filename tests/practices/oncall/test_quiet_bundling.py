"""Quiet hours, throttle and digest."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.oncall import Contact, Hours
from tui_ops.practices.oncall.bundling import BUNDLE_IMPORTANT_S, BUNDLE_MAX, BUNDLE_S, Batch, Limit, Waiting, bundle
from tui_ops.practices.oncall.messages import bundled, key_of
from tui_ops.practices.oncall.quiet import quiet_until

NIGHT = Hours(begins_min=1320, ends_min=420, timezone="Europe/Berlin")
SUNDAY = Hours((6,), 0, 0, "Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("when", "until"),
    [
        ("2026-11-25 20:59", None),
        ("2026-11-25 21:00", "2026-11-26 06:00"),
        ("2026-11-26 05:59", "2026-11-26 06:00"),
        ("2026-11-26 06:00", None),
        ("2026-11-28 22:00", "2026-11-30 06:00"),
        ("2026-03-28 22:00", "2026-03-30 05:00"),
    ],
)
def test_quiet_hours_end_where_none_follow(when: str, until: str | None) -> None:
    """A night, a Sunday and the night after it are one; the clock of the person counts, summer time too."""
    contact = Contact("anna", quiet=(NIGHT, SUNDAY))
    assert quiet_until(contact, False, at(when)) == (at(until) if until else None)
    assert quiet_until(contact, True, at(when)) is None


def test_quiet_hours_without_end_hold_back_for_two_weeks_at_most() -> None:
    """Somebody wrote every hour of every day: it is a mistake that ends."""
    always = Contact("anna", quiet=(Hours(),))
    until = quiet_until(always, False, at("2026-11-25"))
    assert until is not None
    assert until - at("2026-11-25") <= 14 * 86400


def test_the_first_goes_at_once_and_what_follows_waits_for_the_rest_of_two_minutes() -> None:
    """By person and way; another way is not held up."""
    waiting = [Waiting(1, "anna", "mail", 0), Waiting(2, "anna", "push", 0), Waiting(3, "anna", "mail", 0)]
    assert bundle(waiting, {}, {}, 1000)[0] == [Batch("anna", "mail", (1, 3)), Batch("anna", "push", (2,))]
    sent = {("anna", "mail"): [1000.0]}
    assert bundle(waiting, sent, {}, 1000 + BUNDLE_S - 1)[0] == [Batch("anna", "push", (2,))]
    assert bundle(waiting, sent, {}, 1000 + BUNDLE_S)[0][0] == Batch("anna", "mail", (1, 3))


def test_an_important_one_waits_no_longer_than_the_group_wait() -> None:
    """And takes what waits beside it along, behind it."""
    waiting = [Waiting(1, "anna", "mail", 0), Waiting(2, "anna", "mail", 0, important=True)]
    sent = {("anna", "mail"): [1000.0]}
    assert bundle(waiting, sent, {}, 1000 + BUNDLE_IMPORTANT_S - 1)[0] == []
    assert bundle(waiting, sent, {}, 1000 + BUNDLE_IMPORTANT_S)[0] == [Batch("anna", "mail", (2, 1))]


def test_one_that_somebody_waits_for_goes_alone_and_at_once() -> None:
    """A test notification says nothing if it comes in two minutes among others."""
    waiting = [Waiting(1, "anna", "mail", 0), Waiting(2, "anna", "mail", 0, alone=True)]
    assert bundle(waiting, {("anna", "mail"): [1000.0]}, {}, 1001)[0] == [Batch("anna", "mail", (2,))]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.floats(0, 5000)), max_size=150),
    st.dictionaries(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")),
                    st.lists(st.floats(0, 4000), max_size=8), max_size=4),
    st.integers(1, 5), st.floats(60, 4000), st.floats(4000, 6000),
)  # fmt: skip
def test_nothing_goes_twice_too_early_or_over_its_limit(
    said: list[tuple[str, str, float]], sent: dict[tuple[str, str], list[float]], most: int, span: float, now: float
) -> None:
    """Each notification is in one batch at most, after its time, and a way that had enough gets nothing more."""
    waiting = [Waiting(number, *one) for number, one in enumerate(said)]
    limits = {(person, way): Limit(most, span) for person in "ab" for way in "xy"}
    batches, throttled = bundle(waiting, sent, limits, now)
    ids = [one for batch in (*batches, *throttled) for one in batch.ids]
    assert len(ids) == len(set(ids))
    for batch in batches:
        recent = [one for one in sent.get((batch.person, batch.channel), ()) if one > now - span]
        assert len(recent) < most
        assert all(one <= now - BUNDLE_S for one in recent)
        assert 0 < len(batch.ids) <= BUNDLE_MAX
    for held in throttled:
        assert held.until > now
    assert all(waiting[one].not_before <= now for one in ids)


def test_a_digest_names_each_and_a_repeat_says_that_it_is_one() -> None:
    """The reader knows how many there are, and by what to know the message again."""
    one, many = ("[P1] INC-1 down", "first"), [("[P1] INC-1 down", "first"), ("[P3] INC-2 slow", "second")]
    assert bundled([one], "k" * 32) == ("[P1] INC-1 down", "first\n\ntui-ops kkkkkkkkkk")
    title, text = bundled(many, "k" * 32, again=True)
    assert title == "2 notifications: [P1] INC-1 down"
    assert text.startswith("[P1] INC-1 down\nfirst\n\n[P3] INC-2 slow\nsecond\n\ntui-ops")
    assert "sent again" in text


def test_keys_tell_parts_apart() -> None:
    """What stands in one part is not what is spread over two."""
    assert key_of(1, 2, "ab") == key_of(1, 2, "ab")
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of(1, 12), key_of(11, 2)}) == 5
