"""What the desk leaves undone: no work for what has not changed. Counted, never timed."""

import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.desk_world import Case, Door, World
from support.waiting import until

from tui_ops import __version__
from tui_ops.actions.client import Hello
from tui_ops.actions.declared import HOST_READ
from tui_ops.model.address import parse
from tui_ops.model.clock import Stamp
from tui_ops.model.people import Role
from tui_ops.model.sparks import Sparks
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.rows import HostRow, Kept
from tui_ops.ui import acts, fleet, following, listing
from tui_ops.ui.columns import BY_ID, Look, spark_of
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import KEYS
from tui_ops.ui.fleet import FleetModel
from tui_ops.ui.groups import Grouping
from tui_ops.ui.listing import Key
from tui_ops.ui.options import UiOptions
from tui_ops.ui.paint import Ink, line
from tui_ops.ui.start import STAYING_FROM, STAYING_GROWN, Staying, begin_start, end_start
from tui_ops.ui.themes import load_palette


class Counting(FleetModel):
    """Counts how often hosts are put in their places."""

    stood = 0

    def stand(self, found: list[Key]) -> None:
        self.stood += 1
        super().stand(found)


def row_of(number: int, case: Case, cpu: float = 5.0) -> HostRow:
    kept = Kept(case.state, case.reason, case.severity, 100.0, 100.0, True, {"cpu": cpu})
    return HostRow(
        number, case.name, case.name, case.address, case.site, case.rack, case.groups, {}, case.state, case.reason,
        case.severity, 0.0, 0.0, 10.0, None, "", "", kept.values, b"", 0, 1, number, underlying=case.state, kept=kept,
    )  # fmt: skip


def counting(*cases: Case) -> Counting:
    model = Counting()
    model.take([row_of(number, case) for number, case in enumerate(cases, 1)], True)
    model.stood = 0
    return model


def read_again(model: FleetModel, host: Key, cpu: float, **changes: Any) -> None:
    """Take in another reading of a host."""
    row, values = model.rows[host], {"cpu": cpu}
    assert row.kept is not None
    kept = replace(row.kept, values=values, state=changes.get("state", row.state))
    model.take([replace(row, version=row.version + 1, values=values, kept=kept, **changes)], False)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts change places by their numbers as often as they like."""
    monkeypatch.setattr(fleet, "REORDER_S", 0.0)


class TestReadingsThatDecideNothing:
    """The list stands still, and nothing is sorted, filtered or counted for them."""

    def test_in_triage_numbers_decide_nothing(self) -> None:
        """All hosts have new numbers: the lines are the same object as before."""
        model = counting(*(Case(f"h-{n}") for n in range(50)))
        lines = model.lines
        for host in list(model.rows):
            read_again(model, host, 99.0)
        assert model.stood == 0
        assert model.lines is lines
        assert {row.values["cpu"] for row in model.rows.values()} == {99.0}

    def test_what_changes_its_state_moves_at_once(self) -> None:
        """And so does what changes its judgement; both are counted."""
        model = counting(*(Case(f"h-{n}") for n in range(5)))
        read_again(model, 4, 5.0, state=HostState.DOWN)
        assert (model.stood, model.shown[0], model.in_trouble) == (1, 4, 1)
        read_again(model, 2, 5.0, severity=Severity.WARNING)
        assert (model.stood, model.shown[:2], model.in_trouble) == (2, [4, 2], 2)

    def test_a_filter_that_a_reading_does_not_change(self, at_once: None) -> None:
        """Crossing the limit counts, moving below it does not."""
        model = counting(*(Case(f"h-{n}") for n in range(5)))
        model.query = parse("cpu>50", KEYS)
        model.arrange()
        model.stood = 0
        read_again(model, 3, 40.0)
        assert (model.stood, model.shown) == (0, [])
        read_again(model, 3, 60.0)
        assert (model.stood, model.shown) == (1, [3])

    def test_the_column_that_is_sorted_by_decides(self, at_once: None) -> None:
        """By cpu a number moves a host; the same number does not."""
        model = counting(*(Case(f"h-{n}") for n in range(5)))
        model.sort_by(BY_ID["cpu"])
        model.stood = 0
        read_again(model, 3, 5.0)
        assert model.stood == 0
        read_again(model, 3, 60.0)
        assert (model.stood, model.shown[0]) == (1, 3)

    def test_a_group_keeps_its_counts_and_shows_its_hosts_as_they_are(self) -> None:
        """The row of a group is made anew when a host in it changes its state, not when it was read."""
        model = counting(*(Case(f"h-{n}", site="lon") for n in range(5)))
        model.group_by(Grouping.SITE)
        model.stood = 0
        group = model.groups[model.lines[0]]
        read_again(model, 3, 77.0)
        assert model.groups[model.lines[0]] is group
        assert [row.values["cpu"] for row in group.rows] == [5.0, 5.0, 77.0, 5.0, 5.0]
        read_again(model, 3, 77.0, state=HostState.DOWN)
        assert model.groups[model.lines[0]] is not group

    def test_what_took_hosts_away_is_told_in_its_newest_words(self) -> None:
        """The reason of hosts that stand in one row decides what the row says."""
        model = counting(*(Case(f"h-{n}", HostState.UNREACHABLE, "jump gw is down") for n in range(3)))
        for host in list(model.rows):
            read_again(model, host, 5.0, reason="jump gw refuses")
        assert [group.cause for group in model.groups.values()] == ["jump gw refuses"]


class TestPlacesThatNumbersDecide:
    """A list that is read stands for a moment; what it would show otherwise is not forgotten."""

    def test_they_change_seldom(self) -> None:
        """The second change within the time waits; when time has passed, it is there."""
        model = counting(*(Case(f"h-{n}") for n in range(5)))
        model.sort_by(BY_ID["cpu"])
        model.stood = 0
        read_again(model, 3, 60.0)
        assert model.stood == 0
        model.grow_older(Stamp(101.0, 101.0))
        assert (model.stood, model.shown[0]) == (1, 3)

    def test_a_state_does_not_wait(self) -> None:
        """It is what an operator has to see."""
        model = counting(*(Case(f"h-{n}") for n in range(5)))
        model.sort_by(BY_ID["cpu"])
        read_again(model, 3, 60.0)
        read_again(model, 2, 5.0, state=HostState.DOWN)
        assert model.shown[0] == 3
        assert model.in_trouble == 1


class TestTime:
    """What passes without a reading."""

    def test_fresh_hosts_stand_where_they_stood(self) -> None:
        """Nothing is arranged because five seconds have passed."""
        model = counting(Case("a"), Case("b"))
        model.grow_older(Stamp(105.0, 105.0))
        assert model.stood == 0
        assert [row.age_s for row in model.rows.values()] == [5.0, 5.0]

    def test_what_grows_stale_moves_and_looks_otherwise(self) -> None:
        """Though it is the same object."""
        model = counting(Case("a"), Case("b"))
        row = model.rows[1]
        before = model.look_of(row)
        model.grow_older(Stamp(200.0, 200.0))
        assert model.stood == 1
        assert model.rows[1] is row
        assert (row.state, model.look_of(row) == before) == (HostState.STALE, False)

    @pytest.mark.parametrize("asked", ["age>3", "sort=-age"])
    def test_ages_decide_where_they_are_asked_for(self, asked: str) -> None:
        """By a filter or an order."""
        model = counting(Case("a"), Case("b"))
        model.query = parse(asked, KEYS)
        model.arrange()
        model.stood = 0
        model.grow_older(Stamp(105.0, 105.0))
        assert model.stood == 1
        assert len(model.shown) == 2

    def test_a_fresh_hour_moves_with_its_readings(self) -> None:
        """A new minute alone paints no line; a host that is late gets its gap."""
        sparks = Sparks()
        sparks.push(600.0, {"cpu": 100.0})
        row = replace(row_of(1, Case("a")), sparks=sparks.encode(), sparks_minute=10)
        first, next_minute = Look(False, 10), Look(False, 11)
        assert spark_of(row, "cpu", 60, next_minute) == spark_of(row, "cpu", 60, first)
        late = replace(row, age_s=90.0)
        assert spark_of(late, "cpu", 60, next_minute) == spark_of(row, "cpu", 60, first)[1:] + "·"


class TestSlices:
    """A long filter lets keys through, and never shows what is not so any more."""

    @pytest.fixture(autouse=True)
    def every_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each look at the clock ends a slice."""
        monkeypatch.setattr(listing, "SLICE_S", -1.0)

    def test_it_ends_where_it_would_at_once(self) -> None:
        """In as many slices as there are looks at the clock."""
        model = counting(*(Case(f"h-{n}") for n in range(3 * listing.LOOK_EVERY)))
        model.query = parse("h-7", KEYS)
        slices = list(model.arranging())
        assert len(slices) == 3
        assert {model.rows[host].name for host in model.shown} == {"h-7", *(f"h-{n}" for n in range(70, 80))}
        assert model.stands_as_asked

    def test_a_change_of_state_meanwhile_arranges_all_and_ends_it(self) -> None:
        """What was looked at before is not shown as it was."""
        model = counting(*(Case(f"h-{n}") for n in range(3 * listing.LOOK_EVERY)))
        model.query = parse("state=down", KEYS)
        going = model.arranging()
        next(going)
        assert not model.stands_as_asked
        read_again(model, 1, 5.0, state=HostState.DOWN)
        assert model.shown == [1]
        assert list(going) == []
        assert model.shown == [1]


def test_the_footer_looks_at_few_of_many_marks() -> None:
    """However many hosts are marked, an act's rule is asked of a bounded number of them."""
    asked: list[str] = []

    def rule(row: HostRow) -> Any:
        asked.append(row.name)
        return HOST_READ.rule(row)

    rows = [row_of(number, Case(f"h-{number}")) for number in range(5000)]
    desk = Desk(
        UiOptions(state=Path("none"), fleet_name="f"), ascii=False, link=Hello(__version__, "f", 1, "me", Role.ADMIN, 0)
    )
    assert acts.seems_possible(replace(HOST_READ, rule=rule), rows, desk)
    assert 0 < len(asked) <= acts.LOOKED_AT


def test_a_line_that_was_made_ready_is_not_made_again() -> None:
    """Where a list scrolls, a line that only moves is the same strip; another theme makes its own."""
    spans = line(("web-1", Ink.TITLE), ("  up", Ink.GOOD))
    dark, light = load_palette("dark"), load_palette("light")
    assert dark.strip(spans, 40) is dark.strip(line(("web-1", Ink.TITLE), ("  up", Ink.GOOD)), 40)
    assert dark.strip(spans, 40) is not light.strip(spans, 40)
    assert dark.strip(spans, 40) is not dark.strip(spans, 41)


def test_the_collector_rests_while_the_desk_opens() -> None:
    """And works again afterwards, but not over what was made until then."""
    try:
        begin_start()
        assert not gc.isenabled()
        end_start()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.enable()


def test_many_things_are_left_alone_once_and_again_when_a_quarter_has_come() -> None:
    """What the collector walks over holds up keys; but each time something may be left behind for good."""
    try:
        staying = Staying()
        assert not staying.holds(STAYING_FROM - 1)
        before = gc.get_freeze_count()
        things = [[number] for number in range(STAYING_FROM)]
        assert staying.holds(len(things))
        assert gc.get_freeze_count() - before >= len(things)
        assert not staying.holds(len(things))
        assert not staying.holds(int(STAYING_FROM * STAYING_GROWN) - 1)
        assert staying.holds(int(STAYING_FROM * STAYING_GROWN) + 1)
    finally:
        gc.unfreeze()


class TestTheDesk:
    """With a store and an engine behind."""

    @pytest.fixture(autouse=True)
    def no_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Time passes when a test says so."""
        monkeypatch.setattr(following, "AGE_TICK_S", 1e6)

    async def test_only_the_line_of_the_host_that_was_read_is_drawn(self, world: World, door: Door, open_desk) -> None:
        """Thirty hosts stand there; one has a new reading."""
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.sees("web-16.par")
            drawn: list[Key] = []
            pane = desk.list.pane
            draw = pane.draw

            def counted(key: Key, *rest: Any) -> Any:
                drawn.append(key)
                return draw(key, *rest)

            pane.draw = counted
            world.cases["web-16.par"].cpu = 88.0
            await world.tell(["web-16.par"])
            door.news("hosts")
            await desk.sees("88 %")
            assert set(drawn) == {world.ids["web-16.par"]}

    async def test_the_page_beside_is_read_again_only_for_its_host(self, world: World, door: Door, open_desk) -> None:
        """Readings of other hosts do not concern it; its own, and events, do."""
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.sees("Filesystems")
            # What a new link told is read by now.
            await desk.pilot.pause(1.0)
            read: list[str] = []
            page = desk.app.feed.page

            def counted(name: str) -> Any:
                read.append(name)
                return page(name)

            desk.app.feed.page = counted
            version = desk.app.desk.fleet.version
            await world.tell(["web-16.par"])
            door.news("hosts")
            await until(lambda: desk.app.desk.fleet.version > version)
            await desk.pilot.pause(0.2)
            assert read == []
            await world.tell([desk.here])
            door.news("hosts")
            await until(lambda: read == [desk.here])
            door.news("events")
            await until(lambda: len(read) == 2)

    async def test_nothing_is_read_because_time_has_passed(self, world: World, door: Door, open_desk) -> None:
        """The engine's last beat grows older by itself."""
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.pilot.pause(0.5)
            reads: list[int] = []
            desk.app.feed.snapshot = reads.append
            engine = desk.app.desk.engine
            age, moment = engine.age_s, desk.app.desk.present
            desk.app.desk.pass_time(Stamp(moment.at + 40.0, moment.mono + 40.0))
            assert engine.age_s == pytest.approx(age + 40.0)
            desk.app._draw_frame()
            await desk.sees("engine ▲")
            desk.app.following.tick()
            await desk.pilot.pause(0.5)
            assert reads == []

    async def test_what_is_known_is_read_before_the_first_screen(self, world: World, open_desk) -> None:
        """So that it is drawn once, with its hosts."""
        async with open_desk(world.root) as desk:
            assert desk.app.desk.loaded
            assert len(desk.app.desk.fleet.rows) == 30

    async def test_a_key_draws_the_panels_when_it_rests(self, world: World, door: Door, open_desk) -> None:
        """While the cursor moves they stand; when it rests they show where it stands."""
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.sees("Filesystems")
            detail = desk.list.part("detail")
            before = detail.lines
            desk.list.go(1)
            desk.list.go(1)
            assert detail.lines is before
            await until(lambda: detail.lines is not before)
            assert desk.here in "".join(text for text, _ in detail.lines[0])
