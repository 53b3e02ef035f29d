"""What ``db size`` foresees of facts and differences, and when ``db backup`` says nothing."""

import asyncio
import json
import os
import pty
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from support.cli_state import rows_of

from tui_ops.cli.dbsize import sentences
from tui_ops.engine.run import DIFFERENCES_KEPT_S as ENGINE_KEEPS_S
from tui_ops.model.facts import FactReading
from tui_ops.model.fleet import HistorySpec
from tui_ops.store.facts import FactWrite
from tui_ops.store.factsizes import DAY_S, DIFFERENCES_KEPT_S, RATE_S, USUAL_DIFFERENCE, FactSizes, fact_sizes
from tui_ops.store.history.sizes import Estimate
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

PACKAGES, READINGS = 100, 21
HOSTS = 5


async def write_facts(paths: StatePaths, present: float) -> None:
    """Two of five hosts, of which every package is another at each of twenty readings in ten days."""
    writer = await Writer.open(paths)
    for number in range(READINGS):
        at = present - 10 * DAY_S * (1 - number / (READINGS - 1))
        items = {f"package{one}": {"version": f"1.{number}"} for one in range(PACKAGES)}
        await writer.facts([
            FactWrite(host, "packages", 3600.0, at, FactReading("packages", items), "", "Packages") for host in (1, 2)
        ])  # fmt: skip
    await writer.close()


@pytest.fixture
def factual(state: StatePaths) -> StatePaths:
    """The seeded state with facts and what they were."""
    asyncio.run(write_facts(state, time.time()))
    return state


def lines(tui) -> dict[str, dict[str, object]]:
    return {str(row["data"]): row for row in rows_of(tui("db", "size", "--format", "json").out)}


class TestSize:
    def test_facts_and_differences_have_their_lines(self, tui, factual):
        """Rows and bytes now, the part of a host, and what they come to: all hosts, and 400 days of this rate."""
        found = lines(tui)
        facts, gone = found["facts of the hosts"], found["differences of facts"]
        assert facts["count"] == 2
        assert facts["bytes"] > 0
        assert facts["host_bytes"] == round(facts["bytes"] / HOSTS)
        assert facts["expected_bytes"] == pytest.approx(facts["bytes"] / 2 * HOSTS, abs=1)
        assert gone["count"] == 2 * PACKAGES * (READINGS - 1)
        assert gone["bytes_each"] == pytest.approx(gone["bytes"] / gone["count"], abs=0.01)
        assert gone["kept_s"] == DIFFERENCES_KEPT_S
        assert gone["expected_bytes"] == pytest.approx(gone["bytes"] * 40, rel=0.01)
        assert not {"ops.db: fact", "ops.db: difference"} & set(found)

    def test_people_are_told_in_a_sentence(self, tui, factual):
        """4,000 in ten days of five hosts are 80 a host and day."""
        ran = tui("db", "size")
        assert "400 days of differences to about" in ran.out
        assert "at 80 a host and day as in the last 10d. No limit cuts these." in ran.out
        assert "A HOST" in ran.out.splitlines()[0]

    def test_before_the_first_reading_nothing_is_made_up(self, tui, state):
        """No facts, no figure; facts without a difference, no rate."""
        assert "Of facts nothing can be said yet" in tui("db", "size").out
        assert lines(tui)["facts of the hosts"]["expected_bytes"] is None
        said = sentences(HistorySpec(), Estimate(1, 1, 1, 1, 1), 5, 1, 10**9, FactSizes(2, 2, 100, 0, 0, 0, RATE_S))
        assert "nothing about them has changed yet" in said[1]

    @pytest.mark.parametrize("facts", [FactSizes(2, 2, 100, 0, 0, 0, RATE_S), FactSizes(2, 2, 0, 10, 0, 10, RATE_S)])
    def test_a_disk_that_facts_would_fill_is_told(self, facts):
        """They and their differences count beside the history, whose limit does not hold for them."""
        history, spec = Estimate(1, 1, 1, 1, 1), HistorySpec(limit_bytes=1000)
        assert "are free" not in sentences(spec, history, 1, 1, 4)[-1]
        assert "are free" in sentences(spec, history, 1, 1, 4, facts)[-1]

    @pytest.mark.parametrize(
        ("ages", "per_day"),
        [([0.1] * 50, 50), ([5.0] * 20, 4), ([100.0] * 1000 + [10.0] * 60, 2), ([100.0] * 1000, 0)],
    )
    def test_the_rate_is_that_of_the_last_month(self, factual, ages, per_day):
        """Of a day at least, and of what is known where that is less than a month."""
        now = 2e9
        with closing(sqlite3.connect(factual.ops_db)) as connection:
            connection.execute("DELETE FROM difference")
            connection.executemany(
                "INSERT INTO difference (host_id, topic, item, at, since_at) VALUES (1, 'x', 'y', ?1, ?1)",
                [(now - age * DAY_S,) for age in ages],
            )
            found = fact_sizes(connection, {}, now)
        assert found.per_day == pytest.approx(per_day)
        assert found.differences_come_to() == pytest.approx(per_day * 400 * USUAL_DIFFERENCE)

    def test_what_is_foreseen_is_what_the_engine_keeps(self):
        """The same number of days."""
        assert DIFFERENCES_KEPT_S == ENGINE_KEEPS_S


class TestBackup:
    @staticmethod
    def words(state: StatePaths, folder: Path) -> list[str]:
        return [sys.executable, "-m", "tui_ops", "--state-dir", str(state.root), "db", "backup", str(folder)]

    def test_cron_gets_no_mail_of_what_went_well(self, state, tmp_path):
        """Not a byte where no terminal is, but of what fails."""
        for name, code in (("a.tar", 0), ("a.tar", 1)):
            done = subprocess.run(
                self.words(state, tmp_path / name), capture_output=True, text=True, timeout=60, check=False
            )
            assert (done.returncode, done.stdout) == (code, "")
            assert ("is there already" in done.stderr) == bool(code)
        assert (tmp_path / "a.tar").stat().st_size > 0

    def test_a_person_is_told_where_it_is(self, state, tmp_path):
        """On a terminal: the file, and what to do with it."""
        outer, inner = pty.openpty()
        done = subprocess.Popen(self.words(state, tmp_path), stdin=inner, stdout=inner, stderr=inner)
        os.close(inner)
        said = b""
        try:
            while data := os.read(outer, 65536):
                said += data
        except OSError:
            # The other end was closed: the command has ended.
            pass
        finally:
            os.close(outer)
        assert done.wait(60) == 0
        (file,) = tmp_path.glob("*.tui-ops.tar")
        assert str(file) in said.decode()
        assert "keep it on another machine" in said.decode()


def test_a_record_has_the_promised_columns(tui, factual):
    """A new one stands at the end."""
    rows = json.loads(tui("db", "size", "--format", "json").out)
    assert all(
        list(row) == ["data", "bytes", "count", "bytes_each", "kept_s", "expected_bytes", "host_bytes"] for row in rows
    )
