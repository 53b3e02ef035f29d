"""The five figures of DORA for each service: how soon and how often something is delivered, and how much of it hurts.

They are told by service and never across teams; the bands are those that DORA publishes, from the best to the worst.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tui_ops.model.changes import Outcome
from tui_ops.model.deployed import Deployed

HOUR_S, DAY_S = 3600.0, 86400.0
WEEK_S, MONTH_S = 7 * DAY_S, 30 * DAY_S

TIMES: tuple[tuple[float, str], ...] = (
    (HOUR_S, "under an hour"), (DAY_S, "under a day"), (WEEK_S, "a day to a week"), (MONTH_S, "a week to a month"),
    (6 * MONTH_S, "one to six months"), (float("inf"), "over six months"),
)  # fmt: skip
"""Upper ends of the bands of lead and recovery times, in seconds."""

GAPS: tuple[tuple[float, str], ...] = (
    (HOUR_S, "on demand"), (DAY_S, "hourly to daily"), (WEEK_S, "daily to weekly"), (MONTH_S, "weekly to monthly"),
    (6 * MONTH_S, "monthly to six-monthly"), (float("inf"), "rarer"),
)  # fmt: skip
"""Upper ends of the bands of how often, as the mean time between two, in seconds."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The figures of one service."""

    service: str
    """Empty for changes that are for no service."""
    changes: int
    lead_s: float | None
    """Median from the commit to people, of what succeeded; None where nothing did."""
    gap_s: float | None
    """Mean time between two that succeeded."""
    recovery_s: float | None
    """Median until what failed was over; None where nothing failed, or nothing of it is over."""
    fail_rate: float
    """Share that was unsuccessful, rolled back, or caused an incident."""
    rework_rate: float
    """Share that was unplanned because of an incident."""

    @property
    def lead_band(self) -> str:
        """The band of the lead time; empty without one."""
        return _band(TIMES, self.lead_s)

    @property
    def often_band(self) -> str:
        """The band of how often; empty where nothing was delivered."""
        return _band(GAPS, self.gap_s)

    @property
    def recovery_band(self) -> str:
        """The band of the recovery time; empty without one."""
        return _band(TIMES, self.recovery_s)


def failed(one: Deployed) -> bool:
    """Return whether a change counts as a failure."""
    return one.outcome in (Outcome.FAILED, Outcome.ROLLED_BACK) or bool(one.caused)


def recovered_s(one: Deployed) -> float | None:
    """Return how long people were hurt by a change that failed, in seconds; None while they still are.

    What was rolled back hurt from its beginning, and nobody any more when the run ended; incidents last until they are
    resolved.
    """
    if not one.caused:
        rolled_back = one.outcome is Outcome.ROLLED_BACK and one.began_at is not None
        return max(0.0, one.ended_at - one.began_at) if rolled_back and one.began_at is not None else None
    ends = [end for _, end in one.caused]
    if any(end is None for end in ends):
        return None
    return max(0.0, max(end for end in ends if end is not None) - min(begin for begin, _ in one.caused))


def deliveries(found: Sequence[Deployed], days: float) -> list[Delivery]:
    """Return the figures of each service, by name; what is for none comes last.

    Args:
        found: changes that ended in the time that is looked at.
        days: its length.
    """
    names = sorted({name for one in found for name in one.services})
    rows = [_of(name, [one for one in found if name in one.services], days) for name in names]
    rest = [one for one in found if not one.services]
    return [*rows, *([_of("", rest, days)] if rest else [])]


def _of(service: str, found: Sequence[Deployed], days: float) -> Delivery:
    good = [one for one in found if one.outcome in (Outcome.SUCCESSFUL, Outcome.ISSUES)]
    lead = [max(0.0, one.ended_at - one.committed_at) for one in good]
    recovery = [took for one in found if failed(one) and (took := recovered_s(one)) is not None]
    return Delivery(
        service, len(found), float(median(lead)) if lead else None, days * DAY_S / len(good) if good else None,
        float(median(recovery)) if recovery else None, sum(map(failed, found)) / len(found),
        sum(one.mends for one in found) / len(found),
    )  # fmt: skip


def _band(bands: Sequence[tuple[float, str]], value: float | None) -> str:
    return "" if value is None else next(word for most, word in bands if value < most or most == float("inf"))
