"""Which change is the likely cause: the nearer, here before upstream, a known moment before a vague one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.changed import ChangedKind, ChangedRow, Place
from tui_ops.practices.incidents.changed import AFTER, HALF_S, LEAD_S, ranked, score

ONSET = 1_000_000.0


def change(
    offset_s: float, kind: ChangedKind = ChangedKind.CONFIG, place: Place = Place.HERE, span_s: float = 0.0
) -> ChangedRow:
    at = ONSET + offset_s
    return ChangedRow("web-1", place, kind, "text", at, at - span_s, offset_s)


@pytest.mark.parametrize("kind", ChangedKind)
@pytest.mark.parametrize("place", Place)
@given(offset_s=st.floats(-1e6, 1e6), span_s=st.floats(0, 1e6))
def test_every_change_has_a_place_in_the_order(kind: ChangedKind, place: Place, offset_s: float, span_s: float) -> None:
    """From nought to one, whatever it is."""
    assert 0 < score(change(offset_s, kind, place, span_s)) <= 1


def test_half_an_hour_before_counts_half() -> None:
    """That is how the number was chosen."""
    assert score(change(-HALF_S)) == pytest.approx(score(change(0)) / 2)


def test_what_came_later_counts_little() -> None:
    """It is what was done about it; what is seen within two minutes may still be the cause."""
    assert score(change(LEAD_S)) == score(change(0))
    assert score(change(LEAD_S + 1)) == pytest.approx(AFTER * score(change(0)))


def test_a_fact_that_was_read_later_may_have_changed_before() -> None:
    """It is read once an hour: its change is seen half an hour after the onset, and lies in the hour before that."""
    seen_late = change(1800, span_s=3600)
    assert score(seen_late) > score(change(1800))


@given(st.floats(-1e5, -1), st.floats(0, 1e4))
def test_nearer_is_likelier(offset_s: float, further_s: float) -> None:
    assert score(change(offset_s)) >= score(change(offset_s - further_s))


def test_the_order() -> None:
    """Here before upstream, a known moment before a vague one, a package before a login."""
    rows = [
        change(-60), change(-60, place=Place.SERVICE), change(-60, place=Place.WAY), change(-60, span_s=3600),
        change(-60, ChangedKind.LOGIN),
    ]  # fmt: skip
    assert ranked(reversed(rows)) == [*rows]
    later = replace(change(-60), text="a", host="web-0")
    assert ranked([change(-60), later])[0] is later
