"""The five figures of deliveries."""

from typing import Any

import pytest

from tui_ops.model.changes import Outcome
from tui_ops.model.deployed import Deployed
from tui_ops.practices.changes.dora import DAY_S, HOUR_S, Delivery, deliveries

DAYS = 30.0


def one(**more: Any) -> Deployed:
    """Return a change of the shop that took two hours from its commit."""
    said: dict[str, Any] = {
        "name": "CHG-1", "services": ("shop",), "outcome": Outcome.SUCCESSFUL, "committed_at": 0.0,
        "ended_at": 2 * HOUR_S,
    }  # fmt: skip
    return Deployed(**{**said, **more})


def shop(*found: Deployed) -> Delivery:
    """Return the figures of the only service."""
    (row,) = deliveries(found, DAYS)
    return row


def test_how_soon_and_how_often() -> None:
    """The median of what succeeded, and the mean time between two."""
    row = shop(one(), one(ended_at=HOUR_S), one(ended_at=40 * HOUR_S), one(outcome=Outcome.FAILED, ended_at=1.0))
    assert (row.changes, row.lead_s, row.gap_s) == (4, 2 * HOUR_S, 10 * DAY_S)
    assert (row.lead_band, row.often_band) == ("under a day", "weekly to monthly")


def test_nothing_that_succeeded() -> None:
    """Then there is no time of it."""
    row = shop(one(outcome=Outcome.FAILED))
    assert (row.lead_s, row.gap_s, row.fail_rate, row.lead_band) == (None, None, 1.0, "")


@pytest.mark.parametrize(
    ("outcome", "caused", "rate"),
    [
        (Outcome.SUCCESSFUL, (), 0.0),
        (Outcome.ISSUES, (), 0.0),
        (Outcome.ROLLED_BACK, (), 1.0),
        (Outcome.FAILED, (), 1.0),
        (Outcome.SUCCESSFUL, ((1.0, 2.0),), 1.0),
    ],
)
def test_what_counts_as_a_failure(outcome: Outcome, caused: Any, rate: float) -> None:
    assert shop(one(outcome=outcome, caused=caused)).fail_rate == rate


def test_recovery_is_from_the_first_incident_to_the_end_of_the_last() -> None:
    """One that hurts still has no time; what was rolled back hurt as long as it ran."""
    assert shop(one(caused=((10.0, 100.0), (50.0, 310.0)))).recovery_s == 300.0
    assert shop(one(caused=((10.0, None),))).recovery_s is None
    assert shop(one(outcome=Outcome.ROLLED_BACK, began_at=HOUR_S)).recovery_s == HOUR_S


def test_rework() -> None:
    assert shop(one(mends=True), one(), one(), one()).rework_rate == 0.25


def test_by_service() -> None:
    """A change counts for each service that its hosts carry; what is for none comes last."""
    rows = deliveries([one(services=("shop", "billing")), one(), one(services=())], DAYS)
    assert [(row.service, row.changes) for row in rows] == [("billing", 1), ("shop", 2), ("", 1)]
