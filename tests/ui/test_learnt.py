"""What was learnt of incidents, on the desk: problems, known errors, reviews, figures, silences, the hand-over."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.desk_world import Door, World, varied
from support.incidents import Trouble, bad_night, seed
from support.learnt import learn
from support.waiting import until

from tui_ops.model.clock import now
from tui_ops.store.tables.alerts import Silence
from tui_ops.store.tables.problems import KnownError, Problem, ProblemLine, Review
from tui_ops.store.timeline import changed
from tui_ops.ui.cells import width_of
from tui_ops.ui.screens.document import HandoverScreen, ReviewScreen
from tui_ops.ui.screens.incident import IncidentScreen
from tui_ops.ui.screens.incidents import Incidents
from tui_ops.ui.screens.learnt import KnownErrorScreen, ProblemScreen
from tui_ops.ui.screens.now import Now

SIZES = [(80, 24), (120, 40), (200, 60)]


@dataclass
class Night:
    """A store with a bad night and what was learnt of it, and an engine's door beside it."""

    world: World
    door: Door

    @property
    def root(self) -> Path:
        return self.world.root


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Night]:
    world = await World(tmp_path / "state").build(varied(12))
    await seed(world, bad_night())
    await learn(world)
    made = Night(world, await Door(world.root).open())
    yield made
    await made.door.close()
    await world.close()


class TestAProblem:
    """Its page."""

    @pytest.mark.parametrize("size", SIZES)
    async def test_it_has_everything(self, night: Night, open_desk, size) -> None:
        """Every panel is reached; no line is wider than the terminal."""
        async with open_desk(night.root, size) as desk:
            await desk.linked()
            await desk.press("colon", *"PRB-1", "enter")
            await until(lambda: isinstance(desk.app.screen, ProblemScreen))
            await desk.sees("PRB-1", "P2", "root cause", "sdb link resets on HBA", "owner ann", "Five whys")
            assert {len(line) for line in desk.lines()} == {size[0]}
            seen = ""
            for name in desk.app.screen.names():
                desk.app.screen.fill_with(name)
                await desk.pilot.pause()
                seen += desk.text
                desk.app.screen.fill_with(name)
            for text in ("the disk goes for some seconds", "fail over to db-2", "CHG-7", "1 the link resets",
                         "2 the HBA gives up", "no spare path", "INC-5", "1 of 2 open", "KE-1", "found 3 times",
                         "TODO-1", "update the firmware", "the vendor has a newer firmware"):  # fmt: skip
                assert text in seen, text

    async def test_it_opens_what_it_names(self, night: Night, open_desk) -> None:
        """enter on an incident or a known error goes there, and q comes back."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("colon", *"problems", "enter")
            await desk.sees("problems 2", "proposed", "logs are not rotated")
            await desk.press("slash", *"name=PRB-1", "enter", "enter")
            await desk.sees("Five whys")
            desk.app.screen.fill_with("incidents")
            await desk.press("j", "enter")
            await until(lambda: isinstance(desk.app.screen, IncidentScreen))
            assert desk.app.screen.number == 1
            await desk.press("q")
            await until(lambda: isinstance(desk.app.screen, ProblemScreen))
            desk.app.screen.fill_with("known errors")
            await desk.press("enter")
            await until(lambda: isinstance(desk.app.screen, KnownErrorScreen))
            await desk.sees("KE-1", "Found by", "link reset failed", "INC-1")
            desk.app.screen.fill_with("found")
            await desk.press("enter")
            await until(lambda: isinstance(desk.app.screen, IncidentScreen))
            desk.app.screen.fill_with("known error")
            await desk.sees("matched", "workaround: fail over")
            await desk.press("j", "enter")
            await until(lambda: isinstance(desk.app.screen, ProblemScreen))
            # Pages of one kind never pile up.
            assert len(desk.app.screen_stack) == 2

    async def test_its_acts_by_letter(self, night: Night, open_desk) -> None:
        """On the page as on the list; n dismisses a proposal where nothing is searched for."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("colon", *"problem prb-2", "enter")
            await desk.sees("the engine proposes it", "a take on")
            await desk.press("a")
            await until(lambda: night.door.asked)
            await desk.press("n")
            await until(lambda: len(night.door.asked) == 2)
            assert [one[:2] for one in night.door.asked] == [
                ("problem.take", ("PRB-2",)), ("problem.dismiss", ("PRB-2",)),
            ]  # fmt: skip
            await desk.press("slash", *"logs", "enter", "n")
            await desk.sees("of 1: logs")
            assert len(night.door.asked) == 2
            await desk.press("x")
            await desk.sees("acts on PRB-2", "root cause", "workaround")

    async def test_come_back_to_it(self, night: Night, open_desk, tmp_path: Path) -> None:
        """After the line dropped the desk opens where it was."""
        for first in (True, False):
            async with open_desk(night.root, config=tmp_path / "config") as desk:
                await desk.linked()
                if first:
                    await desk.press("colon", *"PRB-1", "enter")
                await until(lambda: isinstance(desk.app.screen, ProblemScreen))
                await desk.sees("sdb link resets on HBA")

    async def test_one_that_is_not_there(self, night: Night, open_desk) -> None:
        """It says so, and q goes back."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("colon", *"PRB-99", "enter")
            await desk.sees("there is no PRB-99: q goes back")
            await desk.press("q", "colon", *"KE-x", "enter")
            await desk.sees("which knownerror?")


class TestAReview:
    """The document."""

    async def test_looked_at_then_begun(self, night: Night, open_desk) -> None:
        """V on an incident shows what the record says; V there begins it, where that may be."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "V")
            await until(lambda: isinstance(desk.app.screen, ReviewScreen))
            await desk.sees("nobody has begun this review", "INC-1: shop-db degraded", "What happened")
            assert not night.door.asked
            await desk.press("V")
            await desk.sees("a review begins once it is mitigated")
            assert not night.door.asked
            await desk.press("q", "colon", *"review INC-5", "enter")
            await desk.sees("The key was *replaced* at 02:00.", "only after 1h", without="nobody has begun")

    @pytest.mark.parametrize(("ending", "begins"), [("md", "# INC-5: mq-2.lon"), ("html", "<!doctype html>")])
    async def test_saved(self, night: Night, open_desk, tmp_path: Path, ending: str, begins: str) -> None:
        """E writes Markdown or one HTML page, by the ending of the name; the usual one is Markdown."""
        file = tmp_path / f"review.{ending}"
        async with open_desk(night.root) as desk:
            await desk.linked()
            desk.app.travel.open_review(5)
            await desk.sees("The key was")
            await desk.press("E")
            assert desk.app.screen.query_one("Prompt").value.endswith(".md")
            await desk.press("escape", "colon", *f"save {file}", "enter")
            await desk.sees("saved")
        assert file.read_text().startswith(begins)

    async def test_an_old_one_has_acts_too(self, night: Night, open_desk) -> None:
        """On an incident that the desk no longer lists."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            desk.app.travel.open_review(5)
            await desk.sees("The key was")
            desk.app.desk.incidents.rows.pop(5)
            assert [row.name for row in desk.app.screen.chosen("incident")] == ["INC-5"]


class TestTheHandover:
    """The document."""

    async def test_from_the_first_screen(self, night: Night, open_desk) -> None:
        """H shows it, t says since when."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("0", "H")
            await until(lambda: isinstance(desk.app.screen, HandoverScreen))
            await desk.sees("Hand-over of", "Open incidents (4)", "P1 INC-1", "since 8h", "Who is on call")
            await desk.press("t", "c")
            await until(lambda: desk.app.screen.hours == 24)
            await desk.sees("since 1d")
            await desk.press("q")
            await until(lambda: isinstance(desk.app.screen, Now))

    @pytest.mark.parametrize(("typed", "hours"), [("handover 12h", 12.0), ("handover", 8.0), ("handover ages", 8.0)])
    async def test_by_address(self, night: Night, open_desk, typed: str, hours: float) -> None:
        """With the length of the shift; nonsense means the usual one."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("colon", *typed, "enter")
            await until(lambda: isinstance(desk.app.screen, HandoverScreen))
            assert desk.app.screen.hours == hours


class TestFigures:
    """The view."""

    async def test_figures_and_noise(self, night: Night, open_desk) -> None:
        """All, by priority, by service, then the rules with advice; t chooses the time; enter shows the incidents."""
        at = now().at
        await seed(night.world, [
            Trouble("load of web", 4, (), 86400.0 + number * 3600, "load-high", {
                "state": "closed", "resolved_at": at - 86400.0 - number * 3600 + 120, "closed_at": at})
            for number in range(4)
        ])  # fmt: skip
        async with open_desk(night.root, (200, 60)) as desk:
            await desk.linked()
            await desk.press("colon", *"figures", "enter")
            await desk.sees("figures", "TTD", "TTR", "all", "P1", "shop-db", "load-high", "add a duration (for: 10m)")
            await desk.sees("Resolve", "nine of ten within", "Nobody acted on", "load of web")
            await desk.press("slash", *"kind=rule name=load-high", "enter")
            await desk.sees("of 4 incidents somebody acted on 0, 4 ended by themselves")
            await desk.press("t", "a")
            await desk.sees("in 7 days", "7 days")
            await desk.press("enter")
            await desk.sees("incidents 4 of", "/rule=", "tui-ops show incidents rule=")
            assert isinstance(desk.app.screen, Incidents)

    async def test_at_80_columns_enter_tells_the_rest(self, night: Night, open_desk) -> None:
        """There is no room for a panel beside the list."""
        async with open_desk(night.root, (80, 24)) as desk:
            await desk.linked()
            await desk.press("colon", *"figures", "enter")
            await desk.sees("host-down")
            await desk.press("enter")
            await desk.sees("nine of ten within", "q closes")

    async def test_no_incident(self, world: World, door: Door, open_desk) -> None:
        """Nothing is measured, and it says so."""
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("colon", *"figures", "enter")
            await desk.sees("no figures yet: no incident was opened")


class TestSilences:
    """The view."""

    async def test_listed_and_ended(self, night: Night, open_desk) -> None:
        """The soonest to end first, those without an end last; m ends the one under the cursor."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("colon", *"silences", "enter")
            await desk.sees("silences 2", "site=lon", "in 1h", "power works", "with incident")
            await desk.press("m")
            await until(lambda: night.door.asked)
            assert night.door.asked == [("silence.end", (), {"silence": "1"})]
            await desk.sees("u undoes it")
            await desk.press("u")
            await until(lambda: len(night.door.asked) == 2)
            assert night.door.asked[1] == ("silence.undo", (), {})
            await desk.press("j", "enter")
            await until(lambda: isinstance(desk.app.screen, IncidentScreen))
            assert desk.app.screen.number == 2


class TestTheViews:
    """Their rows."""

    async def test_action_items_and_known_errors(self, night: Night, open_desk) -> None:
        """What is late says by how much; enter goes to what it belongs to; r does it."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("colon", *"actions", "enter")
            await desk.sees("actions 1", "TODO-1", "2h over", "update the firmware", "bob", "PRB-1")
            await desk.press("r")
            await until(lambda: night.door.asked)
            assert night.door.asked[0][:2] == ("item.do", ("TODO-1",))
            await desk.press("enter")
            await until(lambda: isinstance(desk.app.screen, ProblemScreen))
            await desk.press("colon", *"knownerrors", "enter")
            await desk.sees("knownerrors 1", "log=link reset", "3 fail over", "link reset failed")
            await desk.press("enter")
            await until(lambda: isinstance(desk.app.screen, KnownErrorScreen))
            await desk.press("X")
            await until(lambda: len(night.door.asked) == 2)
            assert night.door.asked[1][:2] == ("knownerror.retire", ("KE-1",))


async def test_who_else_is_here(night: Night, open_desk) -> None:
    """The page says whom the engine names; it tells the engine which incident it shows, and no more when it is left."""
    async with open_desk(night.root) as desk:
        await desk.linked()
        await desk.press("2", "enter")
        await until(lambda: isinstance(desk.app.screen, IncidentScreen))
        await until(lambda: night.door.looked == ("INC-1",))
        night.door.beside("INC-1", "bob", "zoe")
        await desk.sees("also here: bob, zoe")
        await desk.press("i")
        await desk.sees("note on INC-1")
        assert night.door.looked == ("INC-1",)
        await desk.press("escape", "q")
        await until(lambda: night.door.looked == ())


async def test_the_clock_of_the_resolution(night: Night, open_desk) -> None:
    """The head tells how long there is left, by priority; one's own that is about to breach stands on Now."""
    await seed(night.world, [
        Trouble("mine and slow", 1, (), 3.8 * 3600, fields={"acked_by": "oncall", "state": "investigating"}),
        Trouble("of another", 1, (), 3.8 * 3600, fields={"acked_by": "zoe", "state": "investigating"}),
    ])  # fmt: skip
    async with open_desk(night.root) as desk:
        await desk.linked()
        await desk.press("2", "enter")
        await desk.sees("3h of 4h left to resolve")
        await desk.press("0")
        await desk.sees("12m left", "mine and slow")
        screen = desk.app.screen
        kinds = {screen.listing.rows[key].facts["name"]: screen.listing.rows[key].facts["kind"]
                 for key in screen.listing.shown}  # fmt: skip
        assert kinds["INC-6"] == "resolve"
        assert "INC-7" not in kinds


async def test_who_is_on_call_and_what_waits_for_me(night: Night, open_desk) -> None:
    """Journey 9: the header, and one key."""
    async with open_desk(night.root) as desk:
        await desk.linked()
        await desk.sees("for me")
        await desk.press("0")
        await desk.sees("now 5", "incident P1 INC-1", "Since you looked")


HOSTILE = "\x1b[31m\u202ered[bold]x[/]\x07" + "漢字 " * 100


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_texts_stay_in_their_cells(tmp_path: Path, open_desk, size) -> None:
    """What people and hosts wrote into problems, known errors, reviews and silences is shown, and never obeyed."""
    world = await World(tmp_path / "state").build(varied(4))
    await seed(world, bad_night())
    await learn(world)
    door = await Door(world.root).open()

    def write(session: Session) -> None:
        for row in (*session.exec(select(Problem)).all(), *session.exec(select(KnownError)).all()):
            row.title = row.workaround = HOSTILE
            if isinstance(row, Problem):
                row.owner = row.statement = row.root_cause = HOSTILE
                row.whys = row.factors = json.dumps([HOSTILE, ""])
                changed(session, [row])
            session.add(row)
        for line in session.exec(select(ProblemLine)).all():
            line.text = line.who = HOSTILE
        for review in session.exec(select(Review)).all():
            review.what_happened = review.impact = f"{HOSTILE}\n# no heading\n| no | table |"
        for silence in session.exec(select(Silence)).all():
            silence.reason = silence.by = HOSTILE

    await world.writer.act(write)
    async with open_desk(world.root, size) as desk:
        await desk.linked()
        for place in ("problems", "PRB-1", "KE-1", "review INC-5", "silences", "figures", "handover"):
            await desk.press("colon", *place, "enter")
            await until(lambda: "reading the store" not in desk.text)
            await desk.pilot.pause()
            assert "\x1b[31m" not in desk.text
            assert "\u202e" not in desk.text
            assert {width_of(line) for line in desk.lines()} == {size[0]}, place
    await door.close()
    await world.close()
