"""The parts that know nothing of a terminal: cells, columns, the fleet's model, the frame."""

import math
import time

import pytest
from support.desk_world import Case, values_of, varied

from tui_ops.actions.declared import REGISTRY
from tui_ops.actions.registry import RESERVED
from tui_ops.model.address import parse
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import ASCII, UNICODE, fit, spark, to_ascii
from tui_ops.ui.columns import BY_ID, COLUMNS, Look, draw, heading, natural, place
from tui_ops.ui.facts import KEYS, value_of
from tui_ops.ui.fleet import FleetModel
from tui_ops.ui.frame import Hint, footer, rule
from tui_ops.ui.grammar import GRAMMAR, shown_keys
from tui_ops.ui.look import merged
from tui_ops.ui.paint import Ink, cut_line, line, line_width, plain, spread
from tui_ops.ui.themes import NAMES, load_palette

LOOK = Look(ascii=False, minute=0)


def row_of(case: Case, number: int = 1) -> HostRow:
    return HostRow(
        number, case.name, case.name, case.address, case.site, case.rack, case.groups, {"tier": "1"}, case.state,
        case.reason, case.severity, 0.0, case.age_s, case.period_s, None, case.os, case.kernel,
        values_of(case) if case.age_s is not None else {}, b"", 0, 1, number,
    )  # fmt: skip


def model(cases: list[Case]) -> FleetModel:
    fleet = FleetModel()
    fleet.take([row_of(case, number) for number, case in enumerate(cases, 1)], True)
    return fleet


def names(fleet: FleetModel) -> list[str]:
    return [fleet.rows[host].name for host in fleet.shown]


def test_every_reserved_key_is_answered_or_kept():
    """The grammar's table and the registry's reserved letters are one set."""
    odd = {"Q", "escape", "enter", "backspace", "space"}
    assert set(RESERVED) - odd - {"n", "N"} <= shown_keys() | {"R"}
    assert {key for entry in GRAMMAR for key in entry.keys if len(key) == 1} <= set(RESERVED)


def test_no_act_takes_a_key_of_the_grammar():
    """What a letter means does not depend on the screen."""
    grammar = {key for entry in GRAMMAR for key in entry.keys}
    assert not {action.key for action in REGISTRY if action.key} & grammar


@pytest.mark.parametrize("width", [40, 60, 68, 80, 84, 100, 120, 200, 300])
def test_columns_fill_the_width_and_go_by_priority(width: int):
    """At every width the line fits, the titles stand over their values, and the least needed went first."""
    rows = [row_of(case, number) for number, case in enumerate(varied(30))]
    placed = place(width, rows, 14)
    ids = [one.column.id for one in placed]
    assert ids[:2] == ["name", "state"]
    assert line_width(heading(placed)) <= width + 1
    assert line_width(draw(rows[0], placed, LOOK, True, False)) <= width + 1
    gone = [column.priority for column in COLUMNS if column.id not in ids]
    kept = [one.column.priority for one in placed]
    assert not gone or max(kept) < min(gone)


def test_no_column_is_empty_for_nothing():
    """Where no host has a site, a group or a disk reading, there is no such column."""
    bare = row_of(Case("here", site="", groups=(), age_s=None))
    ids = {one.column.id for one in place(200, [bare], 8)}
    assert not ids & {"site", "groups", "disk", "net", "uptime"}


def test_names_sort_as_people_count():
    """web-2 stands before web-10."""
    assert sorted(["web-10", "web-2", "Web-1", "db"], key=natural) == ["db", "Web-1", "web-2", "web-10"]


def test_the_cursor_goes_to_the_neighbour_when_its_host_leaves():
    """It does not jump to the top."""
    fleet = model([Case(f"h-{n}") for n in range(10)])
    fleet.go(4)
    fleet.take([row for row in fleet.rows.values() if row.name != "h-4"], True)
    assert fleet.here is not None
    assert fleet.here.name == "h-5"


def test_critical_stands_above_warning_and_unknown_values_stay_last():
    """Within one rank severity decides; sorting by a value keeps hosts without one below, both ways."""
    fleet = model([
        Case("a", severity=Severity.WARNING, reason="w"), Case("b", severity=Severity.CRITICAL, reason="c"),
        Case("c", HostState.PENDING, age_s=None), Case("d", cpu=50),
    ])  # fmt: skip
    assert names(fleet) == ["b", "a", "c", "d"]
    fleet.sort_by(BY_ID["cpu"])
    assert names(fleet)[0] == "d"
    assert names(fleet)[-1] == "c"
    fleet.reverse()
    assert names(fleet)[-1] == "c"


def test_ten_thousand_hosts_without_a_pause():
    """Taking in, sorting and filtering 10,000 hosts stay far below what a person notices."""
    fleet = model(varied(10_000))
    begun = time.process_time()
    fleet.arrange()
    fleet.sort_by(BY_ID["memory"])
    fleet.query = parse("web site=lon cpu>5 os~deb.*12", KEYS)
    fleet.arrange()
    assert time.process_time() - begun < 0.6
    assert fleet.shown
    expected = {
        row.id for row in fleet.rows.values() if "web" in row.name and row.site == "lon" and row.values["cpu"] > 5
    }
    assert set(fleet.shown) == expected


@pytest.mark.parametrize("key", [*KEYS, "label.tier", ""])
def test_every_key_of_an_address_can_be_asked(key: str):
    """None of them raises, whatever the host has."""
    for case in (Case("a"), Case("b", HostState.PENDING, age_s=None)):
        value_of(row_of(case), key)


def test_sparklines():
    """A gap is a gap and never a zero; the newest is at the right."""
    nan = math.nan
    assert spark([0, 50, 100, nan], 4, 100, UNICODE) == "▁▅█·"
    assert spark([0, 50, 100, nan], 4, 100, ASCII).isascii()
    assert spark([100] * 60, 5, 100, UNICODE) == "█████"
    assert spark([], 5, 100, UNICODE) == ""
    assert len(spark([1.0], 5, 100, UNICODE)) == 5


def test_lines_are_cut_and_filled_to_the_cell():
    """Wide characters too."""
    assert plain(cut_line(line("漢字テスト"), 5)) == "漢字…"
    assert line_width(cut_line(line("ab", ("cd", Ink.BAD)), 10)) == 10
    assert plain(spread(line("left that is long"), line("right"), 16)) == "left that… right"
    assert fit("42", 5, right=True) == "   42"


def test_the_footer_drops_the_lightest_first():
    """What can't act now goes before what can; what stays, stays."""
    hints = [
        Hint("a", "one", weight=9),
        Hint("b", "two"),
        Hint("c", "three", possible=False),
        Hint("d", "four", weight=9),
    ]
    assert plain(footer(hints, 40)).split() == ["a", "one", "b", "two", "c", "three", "d", "four"]
    assert "three" not in plain(footer(hints, 22))
    assert plain(footer(hints, 14)).split() == ["a", "one", "d", "four"]


def test_a_message_stands_in_the_rule():
    """The rule keeps its width."""
    assert plain(rule(20, UNICODE)) == "─" * 20
    assert plain(rule(20, UNICODE, line("done"))) == "── done ────────────"
    assert line_width(rule(20, UNICODE, line("x" * 50))) == 20


@pytest.mark.parametrize("name", NAMES)
def test_every_theme_is_complete_and_neutral_in_256_colours(name: str):
    """Greys lie on the ramp of 256 colours exactly, so that none turns navy over SSH; states differ in glyph anyway."""
    palette = load_palette(name)
    for colour in palette.colours.values():
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        if red == green == blue:
            assert red in {0, 255, *range(8, 239, 10)} or red in (0x5F, 0x87, 0xAF, 0xD7), colour


def test_spans_are_merged_without_changing_the_text():
    """Fewer spans, the same text."""
    spans = line(("a", Ink.DIM), (" ", Ink.TEXT), ("b", Ink.DIM), (" ", Ink.TEXT), ("c", Ink.BAD))
    assert merged(spans) == [("a b ", Ink.DIM), ("c", Ink.BAD)]


def test_ascii_twins_keep_their_width():
    """Every sign has a twin of one cell."""
    for sign in "–…·●▲✖◌◆↑↓→←▸‡│─▁▂▃▄▅▆▇█":
        assert to_ascii(sign) != "?"
        assert len(to_ascii(sign)) == 1
