"""Figures: what is measured between which stamps, how it is told, and what is advised about rules."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.problem_world import ANN, BEGIN, BOB, DAY, ProblemWorld

from tui_ops.model.measured import Measured
from tui_ops.practices.incidents.figures import Figure, bars, figures, nobody_acted, noisiest, spread, taken_s
from tui_ops.store.views.figures import measured

ONE = Measured(
    "INC-1", "t", "cpu", "shop", 2, "cpu on service shop", started_at=1000.0, detected_at=1020.0, acked_at=1080.0,
    mitigated_at=1320.0, resolved_at=1600.0, by_itself=False, cause="capacity", acted=True,
)  # fmt: skip


def test_each_figure_is_between_its_two_stamps() -> None:
    """To detect and to resolve from the onset, to acknowledge and to mitigate from when we knew."""
    assert {figure: taken_s(ONE, figure) for figure in Figure} == {"ttd": 20, "tta": 60, "ttm": 300, "ttr": 600}
    still = replace(ONE, acked_at=None, mitigated_at=None, resolved_at=None)
    assert [taken_s(still, figure) for figure in Figure] == [20, None, None, None]
    assert taken_s(replace(ONE, acked_at=1010.0), Figure.TTA) == 0, "a clock that was set back takes no time"


@pytest.mark.parametrize(
    ("values", "median", "p90"),
    [
        ([5], 5, 5),
        ([1, 9], 5, 9),
        (range(1, 11), 5.5, 9),
        (range(1, 12), 6, 10),
        ([1] * 9 + [1000], 1, 1),
        ([1] * 8 + [900, 1000], 1, 900),
    ],
)
def test_median_and_ninety_of_a_hundred(values: list[float], median: float, p90: float) -> None:
    """By hand: one bad night of ten moves neither."""
    found = spread(values)
    assert found is not None
    assert (found.count, found.median_s, found.p90_s) == (len(values), median, p90)


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=60))
def test_ninety_percent_took_no_longer_and_it_is_one_of_them(values: list[float]) -> None:
    """Whatever the values."""
    found = spread(values)
    assert found is not None
    assert found.p90_s in values
    assert sum(value <= found.p90_s for value in values) >= math.ceil(0.9 * len(values))
    assert sum(value < found.p90_s for value in values) < 0.9 * len(values)


def test_rows_by_priority_and_service_and_weeks() -> None:
    """All first; a week is where the incident was detected, the newest last."""
    now = 1020.0 + 20 * DAY
    found = [ONE, replace(ONE, name="INC-2", priority=1, detected_at=now - DAY, service="")]
    rows = figures(found, now, 30)
    assert [(row.by, row.name, row.incidents) for row in rows] == [
        ("all", "", 2), ("priority", "P1", 1), ("priority", "P2", 1), ("service", "none", 1), ("service", "shop", 1),
    ]  # fmt: skip
    assert rows[0].weeks == (0, 0, 1, 0, 1)
    assert rows[2].ttr_weeks == (None, None, 600.0, None, None)
    assert bars(rows[0].weeks) == "▁▁█▁█"
    assert bars(rows[2].ttr_weeks) == "··█··"
    assert bars((1, None, 8), ascii_only=True) == ". #"
    assert spread([]) is None
    assert figures([], now, 1)[0].weeks == (0,)


def of(count: int, **more: object) -> list[Measured]:
    return [replace(ONE, **more) for _ in range(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("those", "begins"),
    [
        (of(2, cause="nothing wrong"), ""),
        (of(3, cause="nothing wrong") + of(2), "raise its level: of 5 incidents 3"),
        (of(3, by_itself=True) + of(2), "add a duration (for: 10m): of 5 incidents 3"),
        (of(5, by_itself=True, resolved_at=1601.0, acted=False), "remove it"),
        (of(4, by_itself=True, resolved_at=1601.0), "fix the cause (open a problem): 4 of 4 incidents are cpu on"),
        (of(3) + of(2, shape="cpu on service b"), ""),
        (of(3, cause="nothing wrong", by_itself=True, acted=False), "raise its level"),
    ],
)
def test_advice_by_the_numbers_of_a_rule(those: list[Measured], begins: str) -> None:
    """Each bound is met exactly; what is wrong is mended before what is hasty."""
    (found,) = noisiest(those)
    assert found.advice.startswith(begins)
    assert bool(found.advice) is bool(begins)


def test_the_noisiest_first() -> None:
    """By incidents; what a person opened has no rule."""
    found = noisiest([*of(1, rule="a"), *of(3, rule="b"), *of(5, rule="")])
    assert [(one.rule, one.incidents) for one in found] == [("b", 3), ("a", 1)]


def test_what_the_store_gives() -> None:
    """Merged and cancelled ones are left out; only a person's acknowledgement counts, and only the first."""
    with ProblemWorld() as world:
        first = world.open_one()
        world.at += 100
        world.act("incident.acknowledge", f"INC-{first}", who=BOB)
        world.at += 100
        world.act("incident.acknowledge", f"INC-{first}", who=ANN)
        world.act("incident.resolve", f"INC-{first}", cause="software", helped="restart")
        cancelled = world.open_one("db-1", "x")
        world.act("incident.cancel", f"INC-{cancelled}", reason="none")
        merged = world.open_one("db-1", "y")
        alone = world.open_one("db-1", "z")
        world.act("incident.merge", f"INC-{merged}", into=f"INC-{alone}")
        quiet = world.open_one("web-2", "blip")
        world.at += 30
        world.clears("web-2", "blip")
        world.later(3600)
        with world.reader() as reader:
            found = {one.name: one for one in measured(reader, BEGIN, world.at + 1)}
            assert measured(reader, world.at, world.at + 1) == []
        assert set(found) == {f"INC-{first}", f"INC-{alone}", f"INC-{quiet}"}
        assert taken_s(found[f"INC-{first}"], Figure.TTA) == 100
        assert (found[f"INC-{first}"].acted, found[f"INC-{first}"].by_itself) == (True, False)
        assert (found[f"INC-{quiet}"].acted, found[f"INC-{quiet}"].by_itself) == (False, True)
        assert found[f"INC-{quiet}"].acked_at is None
        assert [one.name for one in nobody_acted(found.values())] == [f"INC-{quiet}"]


def test_only_an_acknowledgement_that_stands_is_timed() -> None:
    """One that was taken back is none, the next one counts; what was split off has none of its own."""
    with ProblemWorld() as world:
        first = world.open_one()
        world.at += 100
        world.act("incident.acknowledge", f"INC-{first}", who=BOB)
        world.act("incident.undo", f"INC-{first}", who=BOB)

        def timed() -> list[float | None]:
            with world.reader() as reader:
                return [taken_s(one, Figure.TTA) for one in measured(reader, BEGIN, world.at + 1)]

        assert timed() == [None]
        world.at += 300
        world.act("incident.acknowledge", f"INC-{first}", who=ANN)
        assert timed() == [400]
        second = world.open_one("db-1", "other")
        world.act("incident.merge", f"INC-{second}", into=f"INC-{first}")
        taken = max(one.id or 0 for one in world.alerts())
        world.at += 50
        world.act("incident.split", f"INC-{first}", alerts=f"ALR-{taken}")
        assert timed() == [400, None]
