"""The rule by which a kept state becomes a shown one."""

import time
from collections.abc import Iterator

import pytest

from tui_ops.model.ageing import Hold, Shown, shown_state
from tui_ops.model.states import HostState, Severity


@pytest.fixture
def in_vienna(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An operator's zone that is not UTC."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def show(state: HostState, age_s: float | None, period_s: float = 10.0, *holds: Hold, at: float = 0.0) -> Shown:
    return shown_state(state, "why", Severity.WARNING, age_s, period_s, holds, at)


@pytest.mark.parametrize(
    ("age_s", "state", "known", "reason"),
    [
        (0.0, "up", True, "why"),
        (15.0, "up", True, "why"),
        (15.1, "stale", True, "the last reading is late"),
        (45.0, "stale", True, "no reading for 30s"),
        (300.0, "stale", True, "no reading for 5m"),
        (300.1, "stale", False, "no reading for 5m"),
        (9000.0, "stale", False, "no reading for 2h"),
        (None, "stale", False, "the last reading is late"),
    ],
)
def test_up_grows_stale_and_then_unknown(age_s: float | None, state: str, known: bool, reason: str) -> None:
    """1.5 periods are allowed; after thirty the numbers say nothing and the judgement is unknown, never green."""
    shown = show(HostState.UP, age_s)
    assert (shown.state, shown.known, shown.reason) == (state, known, reason)
    assert shown.severity is (Severity.WARNING if known else Severity.UNKNOWN)


@pytest.mark.parametrize("state", [state for state in HostState if state is not HostState.UP])
def test_other_states_stay_with_their_reason(state: HostState) -> None:
    """Only *up* is a claim that grows old; the numbers beside it are unknown when they are old."""
    shown = show(state, 1000.0)
    assert (shown.state, shown.reason, shown.known) == (state, "why", False)


def test_a_maintenance_covers_the_state_and_names_it(in_vienna: None) -> None:
    """The end is told in the operator's zone, with the date when it is another day, the longest one when several."""
    noon = 1_800_000_000.0
    short, long = Hold(noon - 60, noon + 3600, "disk"), Hold(noon - 60, noon + 86400, "move")
    shown = show(HostState.DOWN, 5.0, 10.0, short, at=noon)
    assert (shown.state, shown.underlying, shown.maintenance_until) == ("maintenance", "down", noon + 3600)
    assert shown.reason == "until 10:00 CET: disk (down: why)"
    assert show(HostState.UP, 5.0, 10.0, short, long, at=noon).reason == "until Sat 16 Jan 09:00 CET: move"


@pytest.mark.parametrize(("at", "held"), [(99.0, False), (100.0, True), (199.9, True), (200.0, False)])
def test_a_maintenance_holds_from_its_start_until_before_its_end(at: float, held: bool) -> None:
    """Neither before nor after."""
    assert (show(HostState.UP, 0.0, 10.0, Hold(100.0, 200.0, "disk"), at=at).state == "maintenance") is held


def test_a_maintenance_that_waits_covers_nothing_yet() -> None:
    """Until when it may begin is known, so that it can be ended; one that goes on beside it covers the host."""
    waits, runs = Hold(100.0, 300.0, "disk", waits=True), Hold(100.0, 200.0, "move")
    shown = show(HostState.DOWN, 5.0, 10.0, waits, at=150.0)
    assert (shown.state, shown.reason, shown.maintenance_until) == ("down", "why", 300.0)
    shown = show(HostState.DOWN, 5.0, 10.0, waits, runs, at=150.0)
    assert (shown.state, shown.maintenance_until) == ("maintenance", 200.0)
