"""``show history``: one series, or some, over a time; which are there, and what is said where there are none."""

import asyncio
import csv
import sqlite3
import time
from contextlib import closing

import pytest
from support.cli_state import rows_of

from tui_ops.cli.failures import UsageError
from tui_ops.cli.shownhistory import HISTORY_COLUMNS, LAST_S, Span, take_span
from tui_ops.model.clock import iso
from tui_ops.model.readings import Reading
from tui_ops.store.history.chunks import WINDOW_MS, window_of
from tui_ops.store.history.condensing import prepare_condensed
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.history.rolling import oldest_window, prepare_move
from tui_ops.store.paths import StatePaths
from tui_ops.store.samples import SampleWrite
from tui_ops.store.views.history import open_history
from tui_ops.store.writer import Writer

HOURS = 8
PERIOD_S = 10
COUNT = HOURS * 3600 // PERIOD_S


async def fill(paths: StatePaths, present: float) -> None:
    """Eight hours of web-1 up to now: a load that counts, 100 bytes a second, two filesystems; one load of web-2. What
    is older than the present window is in chunks, minutes and hours.
    """
    begin = present - COUNT * PERIOD_S
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        ids = dict(connection.execute("SELECT name, id FROM host").fetchall())
    writer = await Writer.open(paths)
    await writer.samples([
        SampleWrite(
            begin + PERIOD_S * n, ids["web-1"],
            Reading(5000.0 + PERIOD_S * n, "b", None, {("net.rx_bytes", "eth0"): 1000 * n},
                    {("load.1", ""): float(n), ("fs.used", "/"): 5.0, ("fs.used", "/srv"): 7.5}),
        )
        for n in range(COUNT)
    ])  # fmt: skip
    await writer.samples([SampleWrite(present - 60, ids["web-2"], Reading(9.0, "b", None, {}, {("load.1", ""): 0.25}))])
    await pack(writer, paths, ids["web-1"], window_of(round(present * 1000)))
    await writer.close()


async def pack(writer: Writer, paths: StatePaths, host: int, until_ms: int) -> None:
    """Bring what is older than a moment into chunks, and these into minutes and hours."""
    with open_history(paths) as reader:
        while (start := reader.read(lambda one: oldest_window(one, host, until_ms))) is not None:
            move = reader.read(lambda one, start=start: prepare_move(one, host, start))
            await writer.keep(lambda keeper, one, move=move: keeper.move(one, move))
        while (found := reader.read(lambda one: prepare_condensed(one, host, until_ms))) is not None:
            await writer.keep(lambda keeper, one, found=found: HistoryKeeper.condense(keeper, one, found))


@pytest.fixture
def filled(state: StatePaths) -> float:
    """The seeded state with a history up to now; gives that moment."""
    present = float(round(time.time()))
    asyncio.run(fill(state, present))
    return present


def test_the_last_hour_is_what_is_told_unless_more_is_asked_for(tui, filled):
    """Every reading of it, oldest first, with the promised columns; how it was read is said beside."""
    ran = tui("show", "history", "host=web-1", "metric=load.1", "--format", "json")
    assert ran.code == 0
    rows = rows_of(ran.out)
    assert tuple(rows[0]) == HISTORY_COLUMNS
    assert HISTORY_COLUMNS == (
        "at", "host", "metric", "label", "low", "mean", "high", "readings", "unit", "step",
    )  # fmt: skip
    assert 350 <= len(rows) <= 360
    assert [row["mean"] for row in rows] == list(range(COUNT - len(rows), COUNT))
    assert rows[-1] == {
        "at": iso(filled - PERIOD_S), "host": "web-1", "metric": "load.1", "label": "", "low": COUNT - 1,
        "mean": COUNT - 1, "high": COUNT - 1, "readings": 1, "unit": "tasks", "step": 0,
    }  # fmt: skip
    assert ran.err.startswith("note: from single readings, ")
    assert len(ran.err.splitlines()) == 1


def test_the_resolution_is_that_which_goes_back_so_far(tui, state, filled):
    """Without single readings from before, minutes are told, and said to be; a counter as its rate."""
    with closing(sqlite3.connect(state.samples_db)) as connection:
        connection.execute("DELETE FROM chunk")
        connection.commit()
    ran = tui("show", "history", "host=web-1", "metric=net.rx_bytes", "label=eth0", "last=7h", "--format", "json")
    rows = rows_of(ran.out)
    assert {(row["unit"], row["step"], row["mean"]) for row in rows[1:-1]} == {("bytes/s", 60, 100)}
    assert len(rows) > 300
    assert ran.err.startswith("note: from minutes, ")


def test_points_put_rows_together(tui, filled):
    """So many at most: none of the readings is lost, and the length of a row is told."""
    for points, step in ((4, 7200), (8, 3600), (96, 300)):
        ran = tui("show", "history", "host=web-1", "metric=load.1", "last=8h", f"points={points}", "--format", "json")
        rows = rows_of(ran.out)
        assert len(rows) == points
        assert {row["step"] for row in rows} == {step}
        assert all(row["low"] < row["mean"] < row["high"] for row in rows)
        assert COUNT - 10 <= sum(row["readings"] for row in rows) <= COUNT
    assert "note: from minutes put together to 5m a row, " in ran.err


def test_several_series_at_once_and_conditions_on_their_rows(tui, filled):
    """Patterns name hosts, metrics and labels; other columns narrow, sort and limit as everywhere."""
    ran = tui("show", "history", "host=web-*", "metric=load.1", "sort=-at", "--format", "json")
    assert {row["host"] for row in rows_of(ran.out)} == {"web-1", "web-2"}
    ran = tui("show", "history", "host=web-1", "metric~^fs", "limit=2", "last=20s", "mean>6", "--format", "json")
    assert {(row["label"], row["mean"]) for row in rows_of(ran.out)} == {("/srv", 7.5)}
    listed = list(csv.DictReader(tui(
        "show", "history", "host=web-1", "metric=fs.used", "last=35s", "--format", "csv"
    ).out.splitlines()))  # fmt: skip
    assert [row["label"] for row in listed] == ["/"] * (len(listed) // 2) + ["/srv"] * (len(listed) // 2)
    text = tui("show", "history", "host=web-1", "metric=load.1", "last=30s").out.splitlines()
    assert text[0].split() == ["AT", "HOST", "METRIC", "LABEL", "LOW", "MEAN", "HIGH", "READINGS", "UNIT", "STEP"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["host=web-11", "metric=load.1"], 1, "there is no host 'web-11'\n  did you mean 'web-1'?"),
        (["host~^zz", "metric=load.1"], 1, "no host fulfils host~^zz"),
        (["host=web-1", "metric=laod.1"], 1, "there is no metric 'laod.1'\n  did you mean 'load.1'?"),
        (["host=web-1", "metric=fs.used", "label=/srw"], 1, "there is no label '/srw'\n  did you mean '/srv'? there"),
        (["host=web-1", "metric=fs.used", "label=/srw"], 1, "are: /, /srv"),
        (["host=web-1"], 2, "takes a host and a metric\n  tui-ops show history host=NAME"),
        (["metric=load.1"], 2, "takes a host and a metric"),
        (["host=web-1", "metric=load.1", "last=5"], 2, "last=5 is no length of time"),
        (["host=web-1", "metric=load.1", "from=yesterday"], 2, "from=yesterday is no time"),
        (["host=web-1", "metric=load.1", "points=0"], 2, "points=0 is no number of rows"),
        (["host=web-1", "metric=load.1", "points=²"], 2, "is no number of rows"),
        (["host=web-1", "metric=load.1", "last>5m"], 2, "last is said once, with ="),
        (["host=web-1", "metric=load.1", "last=5m", "last=6m"], 2, "last is said once"),
        (["host=web-1", "metric=load.1", "last=5m", "from=2d"], 2, "both say where it begins"),
        (["host=web-1", "metric=load.1", "from=2999-01-01"], 2, "nothing lies between 2999-01-01T00:00:00Z"),
        (["host=web-1", "metric=load.1", "lable=x"], 1, "did you mean 'label'"),
    ],
)
def test_what_can_not_be_meant_is_told_with_what_to_write(tui, filled, words, code, said):
    """Nothing is shown then; a wrong command line has its own code."""
    ran = tui("show", "history", *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_a_time_without_readings_is_no_failure(tui, filled):
    """It is said, and the table is empty, as JSON too; so of a metric that this host does not give."""
    for words in (["metric=load.1", "from=2001-01-01", "until=2001-02-01"], ["metric=sensor.fan"]):
        ran = tui("show", "history", "host=web-1", *words, "--format", "json")
        assert (ran.code, rows_of(ran.out)) == (0, [])
        assert ran.err.startswith("note: nothing was read from ")


def test_without_a_history_it_is_told(tui, state):
    """As without a state."""
    state.samples_db.unlink()
    assert tui("show", "history", "host=web-1", "metric=load.1").code == 3


class TestSpan:
    """``from``, ``until``, ``last`` and ``points`` among other words."""

    NOW = 1_700_000_000.0

    @pytest.mark.parametrize(
        ("words", "start", "end"),
        [
            ([], NOW - LAST_S, NOW),
            (["last=6h"], NOW - 6 * 3600, NOW),
            (["from=2d"], NOW - 2 * 86400, NOW),
            (["from=2d", "until=1d"], NOW - 2 * 86400, NOW - 86400),
            (["until=1d", "last=1h"], NOW - 86400 - 3600, NOW - 86400),
            (["from=2023-11-14"], 1_699_920_000.0, NOW),
            (["from=2023-11-14T22:00:00Z"], 1_699_999_200.0, NOW),
            (["from=2023-11-14T22:00+01:00"], 1_699_995_600.0, NOW),
            (["from=0001-01-01"], 0.0, NOW),
            (["last=" + "9" * 400 + "d"], 0.0, NOW),
        ],
    )
    def test_what_is_asked_for(self, words, start, end):
        """A time without a zone is UTC, as everything that is shown; a length is so long ago."""
        assert take_span(["host=x", *words, "frommage"], self.NOW) == (Span(start, end), ["host=x", "frommage"])

    def test_the_end_of_time(self):
        """Is taken as it is; what a calendar does not have is refused."""
        assert take_span(["until=9999-12-31T23:59:59Z"], self.NOW)[0].end > self.NOW
        with pytest.raises(UsageError, match="is no time"):
            take_span(["until=10000-01-01"], self.NOW)


def test_a_window_is_two_hours():
    """The fill above reaches over several, so that rows, chunks and blocks are there."""
    assert WINDOW_MS * 3 < HOURS * 3_600_000
