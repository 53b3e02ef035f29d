"""The metrics of an incident: what its rules name stands first, and what happened is marked above the bars."""

import math
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support.history_world import World

from tui_ops.model.alerts import AlertState, Source
from tui_ops.model.changed import ChangedKind, ChangedRow, Place
from tui_ops.model.clock import Stamp
from tui_ops.model.incidents import Happening, IncidentState
from tui_ops.model.readings import Reading
from tui_ops.model.states import Severity
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.samples import SampleWrite
from tui_ops.store.views.incidents import AlertRow, IncidentRow, TimelineRow
from tui_ops.ui.columns import Look
from tui_ops.ui.incidents import metrics
from tui_ops.ui.incidents.marks import Mark, MarkKind, marks_of
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.incidents.wanted import WANTED, Wanted, wanted_for
from tui_ops.ui.paint import line_width, plain
from tui_ops.ui.panels import Pen

AT = 1_772_000_000.0

ROW = IncidentRow(
    7, 3, 1, "disk full", IncidentState.TRIAGE, Severity.CRITICAL, 3, 2, 2, "disk", "lon", "shop", ("shop",), "", "",
    "", "", False, (), AT, AT + 10, AT + 10, None, "", None, None, None, None, "", "", "", "", None, None, None,
    "", (), alerts=1, firing=1, asking=1, hosts=("web-1",),
)  # fmt: skip

ALERT = AlertRow(
    1, 1, 1, Source.RULE, "disk", "web-1 /var", "web-1", "/var", "lon", ("shop",), Severity.CRITICAL, "full", 97.0, "%",
    (), "", AlertState.FIRING, AT, AT, AT, None, 1, False, None, "", None, None, "", "", 7, ("fs.used", "fs.available"),
)  # fmt: skip


@dataclass(frozen=True)
class Named:
    """A host."""

    id: int
    name: str


def pen(width: int = 120, ascii_only: bool = False) -> Pen:
    return Pen(width, Look(ascii_only, int(AT // 60)), Stamp(AT, 100.0), True)


def titles(rows: tuple[Wanted, ...]) -> list[str]:
    return [one.title for one in rows if one.named]


class TestWanted:
    """Which metrics are shown."""

    def test_what_the_rule_names_stands_first(self) -> None:
        """With the item as its label; what is shown of every host follows."""
        rows = wanted_for("web-1", [ALERT])
        assert [(one.metric, one.label) for one in rows[:2]] == [("fs.used", "/var"), ("fs.available", "/var")]
        assert titles(rows) == ["fs.used /var", "fs.available /var"]
        assert rows[2:] == WANTED

    def test_what_stands_there_anyway_comes_to_the_front(self) -> None:
        """It is not there twice."""
        rows = wanted_for("web-1", [replace(ALERT, item="", numbers=("load1", "procs.blocked", "load1"))])
        assert titles(rows) == ["load", "tasks blocked"]
        assert [one.title for one in rows].count("load") == 1
        assert len(rows) == len(WANTED)

    def test_each_host_has_those_of_its_own_alerts(self) -> None:
        """Those of rules over many hosts are for each."""
        other = replace(ALERT, host="web-2", item="", numbers=("swap",))
        many = replace(ALERT, host="", item="", numbers=("memory",))
        assert titles(wanted_for("web-2", [ALERT, other, many])) == ["swap", "memory"]

    def test_what_cannot_be_shown_is_left_out(self) -> None:
        """A word that no metric has, and a metric of a mount where the alert names none."""
        assert wanted_for("web-1", [replace(ALERT, item="", numbers=("fs.used", "no.such"))]) == WANTED


class TestMarks:
    """What is marked."""

    def test_an_acknowledgement_that_was_taken_back_is_none(self) -> None:
        """And one that stands is."""
        lines = [
            TimelineRow(1, 7, AT + 60, Happening.ACKNOWLEDGED, "ann", "", {}, None),
            TimelineRow(2, 7, AT + 90, Happening.UNDONE, "ann", "", {"line": 1}, None),
            TimelineRow(3, 7, AT + 120, Happening.ACKNOWLEDGED, "bob", "", {}, None),
        ]
        row = replace(ROW, mitigated_at=AT + 600)
        assert marks_of(row, lines, ()) == (Mark(AT + 600, MarkKind.MITIGATED), Mark(AT + 120, MarkKind.ACKNOWLEDGED))

    def test_changes_that_can_break_something(self) -> None:
        """On their host; what was upstream on each."""
        package = ChangedRow("web-1", Place.HERE, ChangedKind.PACKAGE, "p", AT - 60, AT - 60, -60)
        login = replace(package, kind=ChangedKind.LOGIN)
        upstream = replace(package, host="db-1", place=Place.SERVICE)
        assert marks_of(ROW, (), (package, login, upstream)) == (
            Mark(AT - 60, MarkKind.CHANGE, "web-1"), Mark(AT - 60, MarkKind.CHANGE),
        )  # fmt: skip

    @pytest.mark.parametrize("ascii_only", [False, True])
    def test_they_stand_where_they_happened(self, ascii_only: bool) -> None:
        """Above the bars, the onset in the middle; another host's are not there."""
        marks = (
            Mark(AT - 900, MarkKind.CHANGE, "web-1"), Mark(AT - 1200, MarkKind.CHANGE, "web-2"),
            Mark(AT + 300, MarkKind.ACKNOWLEDGED), Mark(AT + 600, MarkKind.MITIGATED), Mark(AT + 1e6, MarkKind.CHANGE),
        )  # fmt: skip
        page = IncidentPage(ROW, metrics=[found(metrics.Drawn(WANTED[0], (10.0,) * 60))], marks=marks)
        _, told, _, axis, _ = (plain(one) for one in metrics.panel(page, pen(ascii_only=ascii_only)))
        onset = "v" if ascii_only else "↓"
        start = metrics.LABEL
        assert [(at - start, sign) for at, sign in enumerate(axis) if sign != " "] == [
            (15, "c"), (30, onset), (35, "a"), (40, "m"),
        ]  # fmt: skip
        assert f"{onset} onset  c changed  a acknowledged  m mitigated" in told


def found(*rows: metrics.Drawn) -> metrics.HostMetrics:
    return metrics.HostMetrics("web-1", AT - 1800, AT + 1800, AT, rows)


class TestPanel:
    """How it is drawn."""

    def test_the_onset_is_marked(self) -> None:
        """Above the bars, where they stand for it."""
        row = metrics.Drawn(WANTED[0], tuple([10.0] * 30 + [90.0] * 30))
        _, _, _, axis, bars = (plain(one) for one in metrics.panel(IncidentPage(ROW, metrics=[found(row)]), pen()))
        at = axis.index("↓")
        assert bars[at - 1] != bars[at]
        assert "90 %" in bars

    @pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
    def test_long_names_stay_in_their_cells(self, width: int) -> None:
        """What a mount is called comes from a host; the name of a short one is whole."""
        rows = wanted_for("web-1", [ALERT, replace(ALERT, item="/漢字\x1b[31m" * 40)])
        page = IncidentPage(ROW, metrics=[found(*(metrics.Drawn(one, (5.0,) * 60) for one in rows))])
        lines = metrics.panel(page, pen(width))
        assert width < 60 or max(map(line_width, lines)) <= width
        said = [plain(one) for one in lines]
        assert not any("\x1b" in one for one in said)
        assert width < 80 or any(one.startswith("! fs.available /var ") for one in said)


@pytest.fixture
def paths(tmp_path: Path) -> StatePaths:
    """A history: a disk that fills, half of the memory taken, two devices, a gap."""
    made = prepare(tmp_path / "state")
    polls = []
    for minute in range(-30, 10):
        if -20 <= minute < -10:
            continue
        at, gone = AT + minute * 60, (minute + 30) * 60.0
        gauges = {("memory.total", ""): 200.0, ("memory.available", ""): 150.0, ("load.1", ""): 4.0}
        gauges |= {("fs.used", "/var"): 60.0 + minute, ("fs.available", "/var"): 40.0 - minute, ("fs.used", "/"): 7.0}
        counters = {
            ("disk.busy_ms", "sda"): int(gone * 100), ("disk.busy_ms", "sdb"): int(gone * 700),
            ("net.rx_bytes", "a"): int(gone * 1000), ("net.rx_bytes", "b"): int(gone * 500),
        }  # fmt: skip
        polls.append(SampleWrite(at, 1, Reading(1000.0 + gone, "b", None, counters, gauges)))
    with closing(sqlite3.connect(made.samples_db, isolation_level=None)) as connection:
        World(connection).write(polls)
    return made


class TestHistory:
    """Out of a real one."""

    def read(self, paths: StatePaths, *numbers: str, item: str = "") -> dict[str, tuple[float, ...]]:
        """Return the named rows by title."""
        [one] = metrics.read_metrics(
            paths, [Named(1, "web-1")], AT, AT + 600, [replace(ALERT, item=item, numbers=numbers)]
        )
        return {row.wanted.title: row.values for row in one.rows if row.wanted.named}

    def test_the_disk_that_fired(self, paths: StatePaths) -> None:
        """The mount of the alert and no other; where nothing was read there is a gap, not a nought."""
        values = self.read(paths, "fs.used", item="/var")["fs.used /var"]
        assert values[0] == 30.0
        known = [one for one in values if not math.isnan(one)]
        assert max(known) == 69.0
        assert min(known) == 30.0
        assert any(math.isnan(one) for one in values)

    def test_headline_values_are_what_the_rules_compare(self, paths: StatePaths) -> None:
        """Shares of their whole, the busiest device, the sum of the interfaces; turned, a gap stays one."""
        rows = self.read(paths, "memory", "disk", "disk_busy", "net_rx", "load1", "swap")
        last = {title: [one for one in values if not math.isnan(one)][-1:] for title, values in rows.items()}
        assert last["memory"] == [25.0]
        assert last["fullest disk"] == [pytest.approx(69.0)]
        assert last["busiest disk"] == [pytest.approx(70.0, rel=0.01)]
        assert last["received"] == [pytest.approx(1500.0, rel=0.01)]
        assert (last["load"], last["swap"]) == ([4.0], [])
        assert any(math.isnan(one) for one in rows["memory"])
