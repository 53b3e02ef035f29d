"""The numbers of findings: how many need somebody, how they went over the days, how long it took to mend them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from tui_ops.model.security import ASIDE_FINDINGS, LIVE_FINDINGS, FindingSeverity, FindingState
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.findings import WARNED_S

_SEVERITIES = {str(one): one for one in FindingSeverity}
_LIVE = tuple(str(state) for state in LIVE_FINDINGS)
_IN_LIVE = f"({', '.join('?' * len(_LIVE))})"


DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """How many need somebody."""

    live: int = 0
    overdue: int = 0
    critical: int = 0
    waiting: int = 0
    """That wait for somebody to approve that they are set aside."""
    aside: int = 0
    ending: int = 0
    """Acceptances in force that end within two weeks."""
    left: int = 0
    """Acceptances of which somebody who answers for them is no operator any more."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """The findings of one severity at the end of a day."""

    day: str
    severity: FindingSeverity
    live: int
    aside: int
    overdue: int
    opened: int
    closed: int


def counts(reader: Reader, at: float) -> FindingCounts:
    """Return how many findings need somebody at epoch second ``at``."""
    states = ", ".join("?" * len(ASIDE_FINDINGS))
    live, overdue, critical = reader.read(
        lambda connection: connection.execute(
            "SELECT count(*), coalesce(sum(due_at < ?), 0), coalesce(sum(severity = 'critical'), 0) FROM finding"  # noqa: S608
            f" WHERE state IN {_IN_LIVE}",
            (at, *_LIVE),
        ).fetchone()
    )
    waiting = reader.read(
        lambda connection: connection.execute(
            "SELECT count(*) FROM finding AS f JOIN acceptance AS a ON a.id = f.acceptance_id"
            " WHERE a.approved_at IS NULL AND a.rejected_at IS NULL AND a.ended_at IS NULL"
        ).fetchone()[0]
    )
    aside = reader.read(
        lambda connection: connection.execute(
            f"SELECT count(*) FROM finding WHERE state IN ({states})",  # noqa: S608
            tuple(map(str, ASIDE_FINDINGS)),
        ).fetchone()[0]
    )
    ending, left = reader.read(
        lambda connection: connection.execute(
            "SELECT coalesce(sum(approved_at IS NOT NULL AND expires_at <= ?), 0),"
            " coalesce(sum(warned LIKE '%\"left %'), 0) FROM acceptance WHERE ended_at IS NULL AND rejected_at IS NULL",
            (at + WARNED_S,),
        ).fetchone()
    )
    return FindingCounts(live, overdue, critical, waiting, aside, ending, left)


def trend(reader: Reader, days: int = 90) -> list[DayRow]:
    """Return the last days, the oldest first, with a row for each severity."""
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT day, severity, live, aside, overdue, opened, closed FROM finding_day"
            " WHERE day IN (SELECT DISTINCT day FROM finding_day ORDER BY day DESC LIMIT ?) ORDER BY day",
            (days,),
        ).fetchall()
    )
    return [DayRow(day, _SEVERITIES[severity], *most) for day, severity, *most in rows if severity in _SEVERITIES]


def trend_of_today(reader: Reader, at: float) -> list[DayRow]:
    """Return the day of now as far as it has come, by the same rules as what is kept of each day.

    Args:
        reader: of ``ops.db``.
        at: now, epoch seconds; the day is that of UTC.
    """
    begins = at // DAY_S * DAY_S
    aside = tuple(map(str, ASIDE_FINDINGS))
    rows = reader.read(
        lambda connection: connection.execute(
            f"SELECT severity, sum(state IN {_IN_LIVE}), sum(state IN ({', '.join('?' * len(aside))})),"  # noqa: S608
            f" coalesce(sum(state IN {_IN_LIVE} AND due_at <= ?), 0), sum(opened_at BETWEEN ? AND ?),"
            " coalesce(sum(closed_at BETWEEN ? AND ?), 0) FROM finding GROUP BY severity",
            (*_LIVE, *aside, *_LIVE, at, begins, at, begins, at),
        ).fetchall()
    )
    day = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
    return [DayRow(day, _SEVERITIES[severity], *most) for severity, *most in rows if severity in _SEVERITIES]


def time_to_fix(reader: Reader, since: float) -> dict[FindingSeverity, tuple[float, int]]:
    """Return how long findings were open that were verified gone since an epoch second: seconds on average, and how
    many, by severity.
    """
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT severity, avg(closed_at - opened_at), count(*) FROM finding"
            " WHERE state = ? AND closed_at >= ? GROUP BY severity",
            (str(FindingState.VERIFIED), since),
        ).fetchall()
    )
    return {_SEVERITIES[severity]: (lasted, count) for severity, lasted, count in rows if severity in _SEVERITIES}


def live_by_host(reader: Reader, states: Collection[FindingState] = LIVE_FINDINGS) -> dict[int, int]:
    """Return how many findings in some states each host has, by its id."""
    wanted = [str(state) for state in states]
    return reader.read(
        lambda connection: dict(
            connection.execute(
                "SELECT host_id, count(*) FROM finding WHERE host_id IS NOT NULL"  # noqa: S608
                f" AND state IN ({', '.join('?' * len(wanted))}) GROUP BY host_id",
                wanted,
            ).fetchall()
        )
    )
