"""The changes on the desk: the list, the page, the decision, the calendar and what stands around them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session
from support.change_world import DAY, plan_changes
from support.desk_world import Door, World, varied
from support.incidents import bad_night, seed
from support.learnt import learn
from support.waiting import until

from tui_ops.model.clock import now
from tui_ops.store.tables.changes import Change
from tui_ops.store.timeline import changed
from tui_ops.ui.cells import width_of
from tui_ops.ui.screens.change import ChangeScreen
from tui_ops.ui.screens.changerun import ChangeRun
from tui_ops.ui.screens.changes import Changes
from tui_ops.ui.screens.dialog import Dialog
from tui_ops.ui.screens.incident import IncidentScreen
from tui_ops.ui.screens.now import Now

SIZES = [(80, 24), (120, 40), (200, 60)]


@dataclass
class Week:
    """A store with changes in every state, and an engine's door beside it."""

    world: World
    door: Door

    @property
    def root(self) -> Path:
        return self.world.root

    async def write(self, number: int, **columns: object) -> None:
        """Change a change as the engine does, and tell of it."""

        def do(session: Session) -> None:
            row = session.get_one(Change, number)
            for name, value in columns.items():
                setattr(row, name, value)
            changed(session, [row])

        await self.world.writer.act(do)
        self.door.news("changes")


@pytest.fixture
async def week(tmp_path: Path) -> AsyncIterator[Week]:
    world = await World(tmp_path / "state").build(varied(24))
    await seed(world, bad_night())
    await plan_changes(world)
    made = Week(world, await Door(world.root).open())
    yield made
    await made.door.close()
    await world.close()


class TestTheList:
    """The view of changes."""

    @pytest.mark.parametrize("size", SIZES)
    async def test_what_waits_for_me_comes_first(self, week: Week, open_desk, size) -> None:
        """Then what stands still, then what runs; each with its state and its risk; no line is too wide."""
        async with open_desk(week.root, size) as desk:
            await desk.linked()
            await desk.press("3")
            await desk.sees("changes 7", "CHG-1", "submitted", "nginx 1.26.3 on web", "interrupted", "rolled back")
            screen = desk.app.screen
            assert isinstance(screen, Changes)
            names = [screen.listing.rows[key].facts["name"] for key in screen.listing.shown]
            assert names[:3] == ["CHG-1", "CHG-6", "CHG-2"]
            assert names[-1] == "CHG-5"
            assert {width_of(line) for line in desk.lines()} == {size[0]}
            if size[0] > 100:
                await desk.sees("Why 61", "4 hosts", "Dry run", "held back", "web-leads: 1 of 2")

    async def test_what_each_waits_for(self, week: Week, open_desk) -> None:
        """In words: whose turn it is, how far a run is."""
        async with open_desk(week.root, (200, 60)) as desk:
            await desk.linked()
            await desk.press("3", "f")
            await desk.sees("you may approve", "1 of 4 hosts, batch 2 of 3, 1 failed", "ann to close it",
                            "review by another", "oncall to submit it", "its time")  # fmt: skip

    async def test_decisions_open_the_page_first(self, week: Week, open_desk) -> None:
        """y on the list decides nothing: nobody approves what he has not seen."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3", "y")
            await until(lambda: isinstance(desk.app.screen, ChangeScreen))
            await desk.sees("look at it, then y decides")
            assert not week.door.asked

    async def test_nor_does_the_menu_or_the_calendar(self, week: Week, open_desk) -> None:
        """By x, and by y in the calendar; on a freeze there y is the freeze's."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3", "x")
            await desk.sees("acts on CHG-1")
            await desk.press("y")
            await until(lambda: isinstance(desk.app.screen, ChangeScreen))
            await desk.press("q", "colon", *"calendar CHG-1", "enter")
            await desk.sees("/CHG-1")
            if desk.app.screen.listing.cursor is not None:
                await desk.press("y")
                await until(lambda: isinstance(desk.app.screen, ChangeScreen))
                await desk.press("q")
            assert not week.door.asked
            await desk.press("colon", *"calendar FRZ-2", "enter")
            await desk.sees("/FRZ-2", "budget of shop")
            await desk.press("y")
            await until(lambda: week.door.asked)
            assert week.door.asked[0][:2] == ("freeze.agree", ("FRZ-2",))

    async def test_narrowed_by_address(self, week: Week, open_desk) -> None:
        """By key on the command line of the desk; z leaves what is open."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("colon", *"changes kind=emergency", "enter")
            await desk.sees("changes 1 of 7", "CHG-7")
            await desk.press("escape", "colon", *"changes mine=yes", "enter")
            await desk.sees("changes 1 of 7", "CHG-1")

    async def test_news_of_changes_is_shown(self, week: Week, open_desk) -> None:
        """A change that moves on does so on the list, without a key."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3")
            await desk.sees("tidy the cron jobs", "draft")
            await week.write(5, title="tidy all cron jobs", state="approved")
            await desk.sees("tidy all cron jobs", "approved")

    async def test_an_empty_list_says_so(self, world: World, door: Door, open_desk) -> None:
        """And how one begins."""
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("3")
            await desk.sees("no changes: + begins one")


class TestTheDecision:
    """Approving and rejecting."""

    async def test_five_keys_from_anywhere(self, week: Week, open_desk) -> None:
        """Journey 5: 3 enter … y enter, with diff, risk and dry run seen between."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            keys = ["3", "enter", "y", "enter"]
            await desk.press(*keys[:2])
            await desk.sees("risk 61 high", "waits for 1 of 2: you may approve", "TLSv1.3", "held back")
            await desk.press(keys[2])
            await desk.sees("approve CHG-1", "its dry run fails on some hosts", "any edit voids it")
            await desk.press(keys[3])
            await until(lambda: week.door.asked)
            action, targets, params = week.door.asked[0]
            row = desk.app.desk.changes.rows[1]
            assert (action, targets) == ("change.approve", ("CHG-1",))
            assert params == {"sha": row.frozen_sha}
            assert week.door.expected[0] == {"CHG-1": row.revision}
            assert len(keys) <= 5

    async def test_escape_decides_nothing(self, week: Week, open_desk) -> None:
        """The dialog can be left."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3", "enter")
            await desk.sees("you may approve")
            await desk.press("y")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.press("escape")
            await desk.sees("approve: nothing was done")
            assert not week.door.asked

    async def test_what_is_approved_is_what_was_shown(self, week: Week, open_desk) -> None:
        """An edit that comes while the dialog stands does not change what the approval names."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3", "enter")
            await desk.sees("you may approve")
            shown = desk.app.desk.changes.rows[1]
            await desk.press("y")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await week.write(1, frozen_sha="e" * 64)
            await until(lambda: desk.app.desk.changes.rows[1].frozen_sha == "e" * 64)
            await desk.press("enter")
            await until(lambda: week.door.asked)
            assert week.door.asked[0][2]["sha"] == shown.frozen_sha
            assert week.door.expected[0] == {"CHG-1": shown.revision}

    async def test_one_who_wrote_it_is_told_why_not(self, week: Week, open_desk) -> None:
        """Four eyes by identity, in words, before the engine says the same."""
        await week.write(1, edited_by='["ann","oncall"]')
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("colon", *"CHG-1", "enter")
            await desk.sees("waits for 1 of 2", "wrote on it")
            await desk.press("y")
            await desk.sees("approve: four eyes")
            assert not week.door.asked

    async def test_rejected_with_a_reason(self, week: Week, open_desk) -> None:
        """n asks why, and binds to what was seen too."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3", "enter")
            await desk.sees("you may approve")
            await desk.press("n")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.press(*"not today", "enter")
            await until(lambda: week.door.asked)
            action, targets, params = week.door.asked[0]
            assert (action, targets) == ("change.reject", ("CHG-1",))
            assert params["reason"] == "not today"
            assert params["sha"] == desk.app.desk.changes.rows[1].frozen_sha

    async def test_a_comment_names_the_line(self, week: Week, open_desk) -> None:
        """i where the plan fills the screen speaks of the line under the cursor; what was said stands below it."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3", "enter")
            await desk.sees("Plan")
            desk.app.screen.fill_with("plan")
            await desk.sees("bob", "why not 1.27?", "+ and - against version 1")
            await desk.press("j", "j", "i")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.press(*"ask cat", "enter")
            await until(lambda: week.door.asked)
            assert week.door.asked[0] == ("change.comment", ("CHG-1",), {"text": "ask cat", "line": "3"})

    async def test_a_viewer_decides_nothing(self, week: Week, open_desk) -> None:
        """Neither footer nor header offer it."""
        week.door.role = "viewer"
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("colon", *"CHG-1", "enter")
            await desk.sees("it takes the role approver; you are viewer", without="n reject")
            await desk.press("y")
            await desk.sees("approve: it takes the role approver")
            assert not week.door.asked


class TestThePage:
    """Everything about one change."""

    @pytest.mark.parametrize("size", SIZES)
    async def test_it_has_everything(self, week: Week, open_desk, size) -> None:
        """Every panel is reached; no line is wider than the terminal."""
        async with open_desk(week.root, size) as desk:
            await desk.linked()
            await desk.press("colon", *"change chg-1", "enter")
            await desk.sees("CHG-1", "risk 61 high", "rollback never rehearsed", "1 approval voided")
            assert {width_of(line) for line in desk.lines()} == {size[0]}
            seen = ""
            for name in desk.app.screen.names():
                desk.app.screen.fill_with(name)
                await desk.pilot.pause()
                seen += desk.text
                assert {width_of(line) for line in desk.lines()} == {size[0]}, name
                desk.app.screen.fill_with(name)
            for text in ("1.26.3-1~deb12u1", "held back: nginx-extras", "batch 1", "restore files",
                         "void: the plan was edited by ann", "bob approved", "cat or oncall may approve",
                         "stops: shop-db, shop", "INC-1", "shop-db degraded", "1 approval is void"):  # fmt: skip
                assert text in seen, text

    async def test_the_dry_run_unfolds(self, week: Week, open_desk) -> None:
        """A kind of result shows its hosts and what each step would change."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3", "enter")
            await desk.sees("2 kinds of result")
            desk.app.screen.fill_with("dry run")
            await desk.press("j", "enter")
            await desk.sees("+ssl_protocols TLSv1.2 TLSv1.3;", "db-2.lon, web-07.lon, web-11.lon")

    async def test_it_opens_what_it_is_linked_to(self, week: Week, open_desk) -> None:
        """enter on an incident goes there."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3", "enter")
            await desk.sees("mends")
            desk.app.screen.fill_with("links")
            await desk.press("enter")
            await until(lambda: isinstance(desk.app.screen, IncidentScreen))

    async def test_the_run_of_a_live_one(self, week: Week, open_desk) -> None:
        """enter on its page goes there, and so does l on the list; what has not run says so."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("colon", *"CHG-2", "enter")
            await desk.sees("kernel on api", "l live")
            await desk.press("enter")
            await until(lambda: isinstance(desk.app.screen, ChangeRun))
            await desk.press("q", "q", "slash", *"name=CHG-2", "enter", "l")
            await until(lambda: isinstance(desk.app.screen, ChangeRun))
            await desk.press("q", "slash", *"name=CHG-5", "enter", "l")
            await desk.sees("it has not run yet")

    async def test_a_plan_with_mistakes_says_where(self, week: Week, open_desk) -> None:
        """The page of a draft that can't be read tells the line and what was meant."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("colon", *"CHG-5", "enter")
            await desk.sees("its plan has mistakes", "comand", "command")

    async def test_one_that_is_not_there(self, week: Week, open_desk) -> None:
        """It says so, and q goes back."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("colon", *"CHG-99", "enter")
            await desk.sees("there is no CHG-99: q goes back")

    async def test_come_back_to_it(self, week: Week, open_desk, tmp_path: Path) -> None:
        """After the line dropped the desk opens where it was."""
        for first in (True, False):
            async with open_desk(week.root, config=tmp_path / "config") as desk:
                await desk.linked()
                if first:
                    await desk.press("colon", *"CHG-1", "enter")
                await until(lambda: isinstance(desk.app.screen, ChangeScreen))
                await desk.sees("nginx 1.26.3 on web")


class TestOtherViews:
    """Calendar, models, freezes, releases."""

    @pytest.mark.parametrize("size", SIZES)
    async def test_each_of_them(self, week: Week, open_desk, size) -> None:
        """They are reached one after another, show their rows, and fit."""
        async with open_desk(week.root, size) as desk:
            await desk.linked()
            await desk.press("3")
            for texts in (("calendar", "CHG-2", "weekend", "web-nightly"),
                          ("changemodels 1", "nginx-restart", "standard"),
                          ("freezes 4", "Black Friday", "proposed", "FRZ-1"),
                          ("releases 1", "REL-1", "shop 2.3")):  # fmt: skip
                await desk.press("full_stop")
                await desk.sees(*texts)
                assert {width_of(line) for line in desk.lines()} == {size[0]}

    async def test_the_calendar_moves(self, week: Week, open_desk) -> None:
        """l and h go week by week, t shows a month; z leaves conflicts alone; enter opens the change."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("colon", *"calendar", "enter")
            pane = desk.app.screen.pane
            first = pane.days.title
            await desk.sees(first, "Mon")
            await desk.press("l")
            await desk.sees(pane.days.title, without=first)
            await desk.press("h", "t")
            assert pane.days.count >= 28
            await desk.sees(pane.days.title)
            await desk.press("t", "z")
            if now().at + DAY > pane.days.edges[-1]:
                # It begins tomorrow, which on a Sunday is another week.
                await desk.press("l")
            await desk.sees("CHG-4")
            await desk.press("slash", *"CHG-4", "enter", "enter")
            await desk.sees("the freeze weekend covers it")

    async def test_a_freeze_that_is_proposed_needs_whoever_approves(self, week: Week, open_desk) -> None:
        """It stands on the first screen, where it can be decided; enter goes to it."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("0", "slash", *"FRZ-2", "enter")
            await desk.sees("FRZ-2", "budget of shop", "now 1 of 8")
            await desk.press("y")
            await until(lambda: week.door.asked)
            assert week.door.asked[0][:2] == ("freeze.agree", ("FRZ-2",))
            await desk.press("enter")
            await desk.sees("freezes 1 of 4", "freeze, proposed")

    async def test_a_freeze_that_is_proposed_is_agreed_to(self, week: Week, open_desk) -> None:
        """Its acts are on the freezes that were made on the desk."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("colon", *"freezes name=FRZ-2", "enter")
            await desk.sees("budget of shop")
            screen = desk.app.screen
            assert [row.name for row in screen.chosen("freeze")] == ["FRZ-2"]
            await desk.press("escape", "colon", *"freezes weekend", "enter")
            await desk.sees("nobody is there")
            assert not screen.chosen("freeze")


class TestOthersToo:
    """What other screens say of changes."""

    async def test_the_first_screen_lists_them(self, week: Week, open_desk) -> None:
        """What I may approve, what I have in hand and stands still, an emergency that nobody has looked at."""
        async with open_desk(week.root, (200, 60)) as desk:
            await desk.linked()
            await desk.press("0")
            await until(lambda: isinstance(desk.app.screen, Now))
            await desk.sees("approve", "CHG-1", "interrupted", "CHG-6", "emergency", "CHG-7")
            facts = {item.facts["name"]: item.facts for item in desk.app.screen.listing.rows.values()}
            assert "CHG-2" not in facts, "it runs by itself"
            assert facts["CHG-1"]["next"].startswith("look, then y or n")
            await desk.press("slash", *"name=CHG-1", "enter", "enter")
            await until(lambda: isinstance(desk.app.screen, ChangeScreen))

    async def test_the_first_screen_decides_nothing_unseen(self, week: Week, open_desk) -> None:
        """y on a change there opens it; on a host key it is still the key's."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("0", "slash", *"name=CHG-1", "enter", "y")
            await until(lambda: isinstance(desk.app.screen, ChangeScreen))
            await desk.sees("look at it, then y decides")
            assert not week.door.asked
            await desk.press("0", "slash", *"name=new-1.par", "enter")
            await desk.sees("host key unknown")
            await desk.press("y")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees("trust the key on new-1.par")

    async def test_the_counts_say_the_same(self, week: Week, open_desk) -> None:
        """The number beside the screen is what waits for me there."""
        async with open_desk(week.root, (200, 60)) as desk:
            await desk.linked()
            await desk.sees("3 Changes 4", "2 changes live")

    async def test_a_new_change_from_marked_hosts(self, week: Week, open_desk) -> None:
        """F fills in where; the plan follows in the editor, which no headless terminal has: nothing is sent then."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("slash", *"name~web", "enter", "asterisk", "F")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees("new change", "web-07.lon")
            await desk.press("escape")
            await desk.sees("new change: nothing was made")
            assert not week.door.asked

    async def test_a_new_change_for_an_incident(self, week: Week, open_desk) -> None:
        """Its hosts, its name and what it mends are filled in."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("2", "F")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees("for INC-1", "mend shop-db degraded", "db-1.lon")

    async def test_a_new_change_for_a_problem(self, week: Week, open_desk) -> None:
        """F asks whether a new one is made or one that there is is named."""
        await learn(week.world)
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("colon", *"PRB-1", "enter")
            await desk.sees("PRB-1")
            await desk.press("F")
            await desk.sees("mend PRB-1 by", "a new change", "one that there is")
            await desk.press("n")
            await desk.sees("new change", "for PRB-1", "fix sdb link resets")
            await desk.press("escape", "F", "c")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.press(*"CHG-1", "enter")
            await until(lambda: week.door.asked)
            assert week.door.asked[0] == ("problem.change", ("PRB-1",), {"change": "CHG-1"})

    async def test_a_standard_change_of_a_model(self, week: Week, open_desk) -> None:
        """The dialog asks for its parameters; no editor is needed."""
        async with open_desk(week.root) as desk:
            await desk.linked()
            await desk.press("3", "plus")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            desk.app.screen.query_one("#field-title").value = "restart"
            desk.app.screen.query_one("#field-targets").value = "group:web"
            desk.app.screen.query_one("#field-kind").value = "standard"
            field = desk.app.screen.query_one("#field-from")
            field.value = "nginx-restart"
            field.focus()
            await desk.press("enter")
            await desk.sees("nginx-restart with", "unit")
            await desk.press("enter")
            await until(lambda: week.door.asked)
            action, targets, params = week.door.asked[0]
            assert (action, targets) == ("change.create", ())
            assert params == {"title": "restart", "targets": "group:web", "kind": "standard", "model": "nginx-restart",
                              "values": '{"unit": "nginx"}'}  # fmt: skip
