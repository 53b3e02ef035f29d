"""The table of a finding's states, when it is due, how urgent it is: pure."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.people import Role
from tui_ops.model.securing import DAY_S, SecuritySpec
from tui_ops.model.security import ASIDE_FINDINGS, LIVE_FINDINGS, FindingSeverity, FindingState
from tui_ops.practices.security.due import due_at, has_run_out
from tui_ops.practices.security.places import listens_to_others
from tui_ops.practices.security.priority import Place, place_of, weigh
from tui_ops.practices.security.states import TABLE, Event, drawn, may, ways_on

ROOT = Path(__file__).parents[3]


def test_the_docs_show_the_table() -> None:
    assert drawn() in (ROOT / "docs" / "findings.md").read_text()


@pytest.mark.parametrize("state", list(FindingState))
@pytest.mark.parametrize("event", list(Event))
def test_every_pair_is_possible_or_says_why_not(state: FindingState, event: Event) -> None:
    verdict = may(state, event)
    assert bool(verdict) is ((state, event) in TABLE)
    assert bool(verdict) or verdict.why


def test_only_the_engine_verifies_returns_and_expires() -> None:
    for (_, event), move in TABLE.items():
        engine = event in (
                Event.VERIFY, Event.RETURN, Event.EXPIRE, Event.EXCEPT, Event.WORSE, Event.CHANGED, Event.LEFT
            )  # fmt: skip
        assert (move.who is None) is engine, event


def test_whatever_is_not_gone_is_verified_by_a_pass_and_what_is_set_aside_takes_an_approver() -> None:
    for state in (*LIVE_FINDINGS, *ASIDE_FINDINGS):
        assert TABLE[state, Event.VERIFY].to is FindingState.VERIFIED
    for (_, _), move in TABLE.items():
        if move.to in ASIDE_FINDINGS and move.who is not None:
            assert move.who is Role.APPROVER


def test_people_can_always_do_something_with_what_is_live() -> None:
    for state in LIVE_FINDINGS:
        assert Event.ACCEPT in ways_on(state)
    assert ways_on(FindingState.VERIFIED) == []


def test_due_by_severity() -> None:
    spec = SecuritySpec(due_s={FindingSeverity.CRITICAL: DAY_S})
    assert due_at(FindingSeverity.CRITICAL, 100.0, spec) == 100.0 + DAY_S
    assert due_at(FindingSeverity.LOW, 100.0, spec) is None
    usual = [due_at(one, 0.0, SecuritySpec()) for one in FindingSeverity]
    assert usual == [7 * DAY_S, 30 * DAY_S, 90 * DAY_S, 120 * DAY_S, None]


@pytest.mark.parametrize(
    "kept", [None, "", "soon", "2030-01-01", True, float("nan"), float("inf"), -float("inf"), 1e200, b"x"]
)
def test_a_day_that_can_not_be_read_has_come(kept: object) -> None:
    assert has_run_out(kept, 1_700_000_000.0)


def test_a_day_that_can_be_read_comes_when_it_is_there() -> None:
    assert not has_run_out(1_700_000_001.0, 1_700_000_000.0)
    assert has_run_out(1_700_000_000.0, 1_700_000_000.0)
    assert not has_run_out(1_700_000_001, 1_700_000_000.0)


DATA = st.fixed_dictionaries(
    {},
    optional={
        "kev": st.one_of(st.booleans(), st.text(max_size=3)), "ransomware": st.booleans(), "fixed": st.text(max_size=3),
        "epss": st.one_of(st.floats(), st.text(max_size=3), st.booleans()), "exposed": st.booleans(),
    },
)  # fmt: skip
PLACES = st.builds(
    Place, st.booleans(), st.sampled_from([None, True, False]), st.sampled_from(["", "critical", "low", "odd"]),
    st.sampled_from([(), ("shop",), ("shop", "web")]),
)  # fmt: skip


@given(st.sampled_from(list(FindingSeverity)), DATA, PLACES, st.sampled_from([None, 10.0, 1e9]), st.floats(0, 2e9))
def test_a_priority_is_the_sum_of_its_parts_within_a_hundred(
    severity: FindingSeverity, data: dict[str, object], place: Place, due: float | None, at: float
) -> None:
    total, factors = weigh(severity, data, place, 0.0, due, at)  # type: ignore[arg-type]
    assert 0 <= total <= 100
    assert sum(one.points for one in factors) == total
    assert all(one.what for one in factors)


def urgency(severity: FindingSeverity = FindingSeverity.HIGH, place: Place | None = None, **data: object) -> int:
    return weigh(severity, data, place or Place(), 0.0, None, 0.0)[0]  # type: ignore[arg-type]


def test_known_use_beats_any_forecast_of_it() -> None:
    assert urgency(kev=True) > urgency(epss=1.0) > urgency(epss=0.1) > urgency() > urgency(epss=0.001)
    assert urgency(kev=True, epss=0.0) == urgency(kev=True), "what is forecast then says nothing more"
    assert urgency(kev=True, ransomware=True) > urgency(kev=True)


def test_where_it_stands_counts() -> None:
    outside, inside = place_of({"exposure": "Internet"}, (), True), place_of({}, (), True)
    assert urgency(place=outside) > urgency(place=inside) > urgency()
    for tier, word in (("1", "critical"), ("2", "high"), ("3", "medium"), ("4", "low")):
        assert place_of({"tier": tier}, (), None) == place_of({"criticality": word}, (), None)
    assert place_of({"tier": "1", "criticality": "low"}, (), None) == place_of({"criticality": "low"}, (), None)
    assert urgency(place=place_of({"criticality": "critical"}, (), None)) > urgency(place=place_of({}, ("shop",), None))
    assert urgency(exposed=True) > urgency()
    assert urgency(FindingSeverity.MEDIUM, kev=True) > urgency(FindingSeverity.HIGH)


@pytest.mark.parametrize(("names", "outer"), [
    (["tcp 127.0.0.1:25", "udp [::1]:323", "tcp 127.0.0.53:53"], False), (["tcp 0.0.0.0:22"], True),
    (["tcp [::]:80"], True), (["tcp 10.0.0.1:5432"], True), ([], False),
])  # fmt: skip
def test_who_listens_to_others(names: list[str], outer: bool) -> None:
    assert listens_to_others(names) is outer
