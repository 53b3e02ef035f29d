"""Group rows: what stands together, what folds, and where the cursor, the marks and the acts go."""

import pytest
from support.desk_world import Case, Door, World
from support.waiting import until

from tui_ops.model.address import parse
from tui_ops.model.clock import Stamp
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.columns import Look, place
from tui_ops.ui.facts import KEYS
from tui_ops.ui.fleet import FleetModel
from tui_ops.ui.groups import Group, Grouping, counts_of, draw_group
from tui_ops.ui.paint import line_width, plain

LOST = "jump par-gw is down"
LOOK = Look(False, int(Stamp(1e9, 0).at // 60))


def row_of(number: int, case: Case) -> HostRow:
    return HostRow(
        number, case.name, case.name, case.address, case.site, case.rack, case.groups, {}, case.state, case.reason,
        case.severity, 0.0, case.age_s, 10.0, None, "", "", {}, b"", 0, 1, number, via=("par-gw",),
    )  # fmt: skip


def model(*cases: Case) -> FleetModel:
    fleet = FleetModel()
    fleet.take([row_of(number, case) for number, case in enumerate(cases, 1)], True)
    return fleet


def lost(count: int) -> list[Case]:
    return [Case(f"par-{n}", HostState.UNREACHABLE, LOST, age_s=300, site="par") for n in range(count)]


def shown(fleet: FleetModel) -> list[str]:
    """Return the lines of the list: names of hosts, and titles of groups in brackets."""
    return [f"[{fleet.groups[key].title}]" if key in fleet.groups else fleet.rows[key].name for key in fleet.lines]


def test_hosts_behind_one_jump_host_that_is_down_stand_in_one_row():
    """Nine hosts that can't be reached for one reason say it once, where the first of them stood."""
    fleet = model(Case("db-1", HostState.DOWN), *lost(9), Case("web-1"))
    assert shown(fleet) == ["db-1", "[par-*]", "web-1"]
    group = fleet.groups[fleet.lines[1]]
    placed = place(70, list(fleet.rows.values()), 8)
    text = plain(draw_group(group, True, placed, LOOK, here=False, marked=False))
    assert "par-* 9" in text
    assert f"unreachable: {LOST}" in text
    assert text.rstrip().endswith("5m")


def test_two_of_them_stand_for_themselves_and_another_reason_is_another_row():
    """A row for two hosts would save nothing."""
    fleet = model(*lost(2))
    assert shown(fleet) == ["par-0", "par-1"]
    other = [Case(f"nyc-{n}", HostState.UNREACHABLE, "jump nyc-gw is down") for n in range(3)]
    assert shown(model(*lost(3), *other)) == ["[nyc-*]", "[par-*]"]


def test_one_jump_host_is_one_row_however_its_error_was_worded():
    """What refused a minute ago and does not answer now is still the same jump host."""
    cases = lost(4)
    cases[2].reason = "jump par-gw is not up: no answer for 20 s"
    assert shown(model(*cases)) == ["[par-*]"]


def test_a_filter_hides_nothing_behind_a_row():
    """Whoever looks for a host by its name sees it."""
    fleet = model(*lost(5))
    fleet.query = parse("par-3", KEYS)
    fleet.arrange()
    assert shown(fleet) == ["par-3"]


def test_folding_keeps_the_cursor_on_the_group_of_its_host():
    """Folded away, a host is stood for by its group's row; unfolded, it is there again."""
    fleet = model(*lost(4), Case("web-1"))
    fleet.go(0)
    assert fleet.here is None
    assert fleet.group_here is not None
    assert fleet.fold()
    assert shown(fleet) == ["[par-*]", "par-0", "par-1", "par-2", "par-3", "web-1"]
    fleet.go(3)
    assert fleet.here is not None
    assert fleet.fold(True)
    assert fleet.group_here is not None
    fleet.go(1)
    assert not fleet.fold()


def test_groups_stand_the_worst_first_and_count_their_hosts():
    """By site: the site with the host that is down stands above those that are well."""
    fleet = model(
        Case("a-1", site="lon"), Case("b-1", site="par"), Case("b-2", HostState.DOWN, site="par"), Case("c-1", site=""),
    )  # fmt: skip
    fleet.group_by(Grouping.SITE)
    assert shown(fleet) == ["[par]", "b-2", "b-1", "[lon]", "a-1", "[no site]", "c-1"]
    par = fleet.groups[fleet.lines[0]]
    assert plain(counts_of(par.rows, ascii_only=False)) == "✖ 1 failed  ● 1 up"
    fleet.fold_all()
    assert shown(fleet) == ["[par]", "[lon]", "[no site]"]
    fleet.fold_all()
    assert len(fleet.lines) == 7


@pytest.mark.parametrize("by", list(Grouping))
def test_no_host_is_lost_in_any_grouping(by: Grouping):
    """Every host stands on exactly one line, whatever it lacks."""
    cases = [*lost(4), Case("x", rack="", site="", groups=()), Case("y", groups=("web", "db")),
             Case("z", severity=Severity.WARNING, reason="load")]  # fmt: skip
    fleet = model(*cases)
    fleet.group_by(by)
    if any(group.begins_folded for group in fleet.groups.values()):
        fleet.fold_all()
    hosts = [key for key in fleet.lines if key not in fleet.groups]
    assert sorted(fleet.rows[key].name for key in hosts) == sorted(case.name for case in cases)
    assert len(fleet.shown) == len(cases)


def test_marks_and_acts_on_a_group_are_those_of_its_hosts():
    """space on a group marks all its hosts, again takes the marks away; without marks an act works on all of them."""
    fleet = model(*lost(3), Case("web-1"))
    fleet.go(0)
    assert [row.name for row in fleet.targets()] == ["par-0", "par-1", "par-2"]
    fleet.mark_here()
    assert len(fleet.marks) == 3
    assert fleet.is_marked(fleet.lines[0])
    assert not fleet.is_marked(fleet.lines[1])
    fleet.go(0)
    fleet.mark_here()
    assert not fleet.marks
    fleet.go(0)
    fleet.mark_range()
    fleet.go(1)
    fleet.mark_range()
    assert len(fleet.marks) == 4


def test_a_host_is_gone_to_by_its_name_wherever_it_is_folded_away():
    """Going to it unfolds its group."""
    fleet = model(*lost(3))
    assert fleet.go_to_name("par-2")
    assert fleet.here is not None
    assert fleet.here.name == "par-2"


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_group_row_is_as_wide_as_the_list(width: int):
    """However long its title or its reason is, and whatever stands in them."""
    rows = {n: row_of(n, Case(f"h-{n}", HostState.UNREACHABLE, "x" * 300, age_s=300)) for n in range(3)}
    placed = place(width, list(rows.values()), 30)
    for title in ("a", "漢字" * 40, "\x1b[31mred" * 9):
        group = Group("g", title, tuple(rows), rows, "because " + "漢" * 90)
        drawn = draw_group(group, True, placed, LOOK, here=True, marked=True)
        assert line_width(drawn) == 3 + sum(one.width + 1 for one in placed)
        assert "\x1b" not in plain(drawn)


async def test_the_keys_of_groups(world: World, door: Door, open_desk):
    """O chooses, enter and the arrows fold, Z folds all, :group takes a word; the title says how hosts stand."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("O")
        await desk.sees("group rows by")
        await desk.press("s")
        await desk.sees("grouped by site", "▾ par")
        await desk.press("g", "enter")
        await desk.sees("▸ par")
        await desk.press("right", "Z")
        await desk.sees("▸ par", "▸ lon", "▸ nyc", without="▾")
        await desk.press("Z")
        await desk.sees("▾ par")
        await desk.press("left")
        await desk.sees("▸ par")
        await desk.press("colon", *"group none", "enter")
        await desk.sees("hosts 30", without="grouped by")
        await desk.press("colon", *"group colour", "enter")
        await desk.sees("group rows by what?")
        await desk.press("Z")
        await desk.sees("there are no group rows")


async def test_an_act_on_a_group_asks_for_all_its_hosts(world: World, door: Door, open_desk):
    """R on the row of a site reads every host there."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("colon", *"group site", "enter")
        await desk.sees("grouped by site")
        await desk.press("g", "R")
        await until(lambda: door.asked)
        assert len(door.asked[0][1]) == len(desk.app.desk.fleet.chosen())
        assert len(door.asked[0][1]) > 3
