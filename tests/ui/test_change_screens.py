"""What a team does with all changes at once, with a release, and with a time at which nothing is in the way."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session, col, func, select
from support.change_world import DAY, HOUR, SPEC, plan_changes
from support.desk_world import Door, World, varied
from support.waiting import until

from tui_ops.actions.declared import REGISTRY
from tui_ops.model.changes import Conflict, ConflictKind, Start
from tui_ops.model.clock import now
from tui_ops.practices.changes.assessing import free_slot as as_the_engine_finds_it
from tui_ops.store.tables import AuditEntry
from tui_ops.store.tables.changes import Change, Freeze, Release
from tui_ops.store.timeline import changed, to_json
from tui_ops.ui.acts import NO_TARGET
from tui_ops.ui.cells import width_of
from tui_ops.ui.changes.slot import SOON_S, free_slot
from tui_ops.ui.screens import SCREENS
from tui_ops.ui.screens.change import ChangeScreen
from tui_ops.ui.screens.changerun import ChangeRun
from tui_ops.ui.screens.dialog import Dialog
from tui_ops.ui.screens.menu import Menu
from tui_ops.ui.screens.release import ReleaseScreen

SIZES = [(80, 24), (200, 60)]


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[tuple[World, Door]]:
    world = await World(tmp_path / "state").build(varied(24))
    await plan_changes(world)
    door = await Door(world.root).open()
    yield world, door
    await door.close()
    await world.close()


class TestStoppingEverything:
    """One key, on every screen."""

    def test_its_letter_is_no_other_act_s(self) -> None:
        """An act on no target works wherever one is: its letter means nothing else anywhere."""
        everywhere = {action.key for action in REGISTRY if action.noun == NO_TARGET and action.key}
        assert everywhere == {"#"}
        assert not everywhere & {action.key for action in REGISTRY if action.noun != NO_TARGET}
        for screen in (*(type(spec.load()) for spec in SCREENS), ChangeScreen, ChangeRun, ReleaseScreen):
            own = [one.action for one in screen.BINDINGS if getattr(one, "key", "") == "number_sign"]
            assert own == ["letter('#')"] or not own, screen

    async def test_it_names_what_runs_and_its_number_is_typed(self, team, open_desk) -> None:
        """From every screen of changes and from the first one, the same dialog."""
        world, door = team
        async with open_desk(world.root) as desk:
            await desk.linked()
            for where in ("3", "0", "calendar", "releases", "CHG-2", "REL-1", "changerun CHG-2"):
                await desk.press("colon", *where, "enter", "number_sign")
                await until(lambda: isinstance(desk.app.screen, Dialog), what=where)
                await desk.sees("stop all changes", "1 change runs", "CHG-2", "1 change scheduled", "CHG-4", "type 1")
                await desk.press("escape")
                await until(lambda: not isinstance(desk.app.screen, Dialog))
            assert not door.asked
            await desk.press("number_sign")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.press(*"smoke", "enter", "2", "enter")
            await desk.sees("type 1 to go on")
            assert not door.asked
            await desk.press("backspace", "1", "enter")
            await until(lambda: door.asked)
            assert door.asked[0] == ("fleet.stop_changes", (), {"reason": "smoke"})

    @pytest.mark.parametrize(
        ("role", "more", "says"),
        [("viewer", {}, "needs the role operator"), ("operator", {"read_only": True}, "this session is read-only")],
    )
    async def test_whoever_may_not_reads_why(self, team, open_desk, role: str, more, says: str) -> None:
        """And is offered nothing: not the key in the footer, not the dialog."""
        world, door = team
        door.role = role
        async with open_desk(world.root, (200, 60), **more) as desk:
            await desk.linked()
            for where in ("3", "0", "changerun CHG-2"):
                await desk.press("colon", *where, "enter")
                await desk.sees("CHG-2" if where != "0" else "db")
                assert "stop all" not in list(desk.lines())[-1], where
                await desk.press("number_sign")
                await desk.sees(f"stop all changes: {says}")
                assert not isinstance(desk.app.screen, Dialog), where
        assert not door.asked


class TestARelease:
    """Its page."""

    @pytest.fixture
    async def shop(self, team) -> tuple[World, Door]:
        """REL-1 with CHG-3 proved in staging, the same plan as CHG-4 in production, and CHG-5 with another after it."""
        world, door = team
        at = now().at

        def write(session: Session) -> None:
            plan = session.get_one(Change, 4).plan
            for number, columns in {
                3: {"environment": "staging", "outcome": "successful", "state": "closed", "plan": plan},
                4: {"environment": "production"}, 5: {"environment": "production", "release_place": 2},
            }.items():  # fmt: skip
                row = session.get_one(Change, number)
                for name, value in {"release_id": 1, "release_place": 1, "plan_values": "{}", **columns}.items():
                    setattr(row, name, value)
                changed(session, [row])
            session.get_one(Change, 3).began_at = at - HOUR
            release = session.get_one(Release, 1)
            release.state, release.decided_by, release.decided_at = "go", "cat", at - 60
            changed(session, [release])
            for who, act, params, outcome, ago in (
                ("ann", "add", {"change": "CHG-4"}, "REL-1: CHG-4 is in it", 400),
                ("bob", "no_go", {"reason": "too early"}, "REL-1: no-go: too early", 300),
                ("cat", "go", {"reason": "proved in staging"}, "REL-1: go: proved in staging", 60),
            ):
                last = session.exec(select(func.max(col(AuditEntry.id)))).first() or 0
                session.add(AuditEntry(
                    id=last + 1, at=at - ago, who=who, uid=1, origin="local",
                    action=f"release.{act}", target="release:REL-1", params=to_json(params), outcome=outcome,
                    previous="0" * 64, hash="0" * 64,
                ))  # fmt: skip
                session.flush()

        await world.writer.act(write)
        return world, door

    @pytest.mark.parametrize("size", SIZES)
    async def test_it_has_everything(self, shop, open_desk, size) -> None:
        """Contents by environment with the state of each and its proof, who said what, notes, what was done."""
        world, _ = shop
        async with open_desk(world.root, size) as desk:
            await desk.linked()
            await desk.press("colon", *"release rel-1", "enter")
            await until(lambda: isinstance(desk.app.screen, ReleaseScreen))
            await desk.sees(
                "REL-1", "shop 2.3", "staging → production", "1 of 1 done", "0 of 2 done", "proved in staging"
            )
            seen = ""
            for name in desk.app.screen.names():
                desk.app.screen.fill_with(name)
                await desk.pilot.pause()
                seen += " ".join(desk.text.split())
                assert {width_of(line) for line in desk.lines()} == {size[0]}, name
                desk.app.screen.fill_with(name)
            for text in ("waits: CHG-4 comes before it in REL-1 and has not succeeded",
                         "the same plan has not succeeded in staging", "by CHG-3", "cat said go",
                         "bob said no-go", "no longer counts", "Faster baskets.", "CHG-4 is in it"):  # fmt: skip
                assert text in seen, text

    async def test_from_its_list_to_a_change_and_its_acts(self, shop, open_desk) -> None:
        """enter opens it from the list, and from it the change under the cursor; letters are its acts."""
        world, door = shop
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("colon", *"releases", "enter")
            await desk.sees("REL-1")
            await desk.press("enter")
            await until(lambda: isinstance(desk.app.screen, ReleaseScreen))
            await desk.sees("1 of 1 done")
            await desk.press("j", "enter")
            await until(lambda: isinstance(desk.app.screen, ChangeScreen))
            assert desk.app.screen.number == 4
            await desk.press("q")
            await until(lambda: isinstance(desk.app.screen, ReleaseScreen))
            await desk.press("n")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.press(*"wait", "enter")
            await until(lambda: door.asked)
            assert door.asked[0] == ("release.no_go", ("REL-1",), {"reason": "wait"})

    async def test_one_that_is_not_there(self, team, open_desk) -> None:
        world, _ = team
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("colon", *"REL-9", "enter")
            await desk.sees("there is no REL-9: q goes back")


class TestAFreeTime:
    """Proposed where a conflict is shown."""

    async def collide(self, world: World, state: str = "submitted") -> None:
        """Let CHG-1 want an hour in which a freeze holds for its hosts."""
        at = now().at

        def write(session: Session) -> None:
            row = session.get_one(Change, 1)
            row.state, row.starts_at, row.ends_at, row.start = state, at + HOUR, at + 2 * HOUR, Start.TIME
            row.conflicts = to_json([{"kind": "freeze", "said": "4 hosts are in the freeze audit", "blocks": True,
                                      "hosts": []}])  # fmt: skip
            changed(session, [row])
            session.add(Freeze(title="audit", reason="", matcher=to_json(["group:web", "nas-1.lon"]), by="bob", at=at,
                               begins_at=at, ends_at=at + 9 * DAY))  # fmt: skip

        await world.writer.act(write)

    async def test_the_desk_finds_the_engine_s(self, team, open_desk) -> None:
        """In the windows of the hosts, in no freeze of the inventory or the desk, beside the other changes."""
        world, door = team
        await self.collide(world)
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("3")
            await desk.sees("CHG-1")

            async def both(number: int) -> tuple[float, float] | None:
                row, at = desk.app.desk.changes.rows[number], desk.app.desk.present.at
                page = await desk.app.from_store(lambda feed: feed.change(number))
                theirs = await world.writer.act(
                    lambda session: as_the_engine_finds_it(
                        session, session.get_one(Change, number), at, SPEC, at + SOON_S
                    )
                )
                assert free_slot(row, page.services, desk.app.desk) == theirs, row.name
                return theirs

            found = {number: await both(number) for number in desk.app.desk.changes.rows}
            free, at = found[1], desk.app.desk.present.at
            assert free is not None
            assert free[0] >= at + 9 * DAY - HOUR, "the freeze holds for its hosts, whatever day it is"

            def take_it(session: Session) -> None:
                row = session.get_one(Change, 4)
                row.starts_at, row.ends_at, row.hosts = free[0], free[1], session.get_one(Change, 1).hosts
                changed(session, [row])

            await world.writer.act(take_it)
            door.news("changes")
            await until(lambda: desk.app.desk.changes.rows[4].starts_at == free[0])
            assert await both(1) not in (None, free), "somebody else is there by now"

    @pytest.mark.parametrize("size", SIZES)
    async def test_it_is_said_and_taken_by_a_key(self, team, open_desk, size) -> None:
        """On the page, beside the list, and in the dialog of the approval; t takes it."""
        world, door = team
        await self.collide(world)
        async with open_desk(world.root, size) as desk:
            await desk.linked()
            await desk.press("colon", *"CHG-1", "enter")
            await desk.sees("blocks: 4 hosts are in the freeze audit", "Free", "t takes it")
            await desk.press("y")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees("free: ", "t on the page takes it")
            await desk.press("escape")
            await desk.press("t")
            await until(lambda: isinstance(desk.app.screen, Menu))
            assert {width_of(line) for line in desk.lines()} == {size[0]}
            await desk.press("f")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees("it begins by itself", "a draft again")
            await desk.press("enter")
            await until(lambda: door.asked)
            action, targets, params = door.asked[0]
            assert (action, targets, params["start"]) == ("change.schedule", ("CHG-1",), str(Start.TIME))
            free = desk.app.screen.page.free
            assert datetime.fromisoformat(params["at"]).timestamp() == free[0]
            assert datetime.fromisoformat(params["until"]).timestamp() == free[1]

    async def test_beside_the_list_too(self, team, open_desk) -> None:
        world, _ = team
        await self.collide(world)
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("3", "slash", *"name=CHG-1", "enter")
            await desk.sees("in the freeze audit", "t takes it")

    async def test_none_where_another_time_helps_nothing(self, team, open_desk) -> None:
        """An open incident goes by itself; another time can still be said."""
        world, _ = team
        await self.collide(world)
        said = Conflict(ConflictKind.INCIDENT, "INC-1 is open on web-07.lon", False)

        def write(session: Session) -> None:
            row = session.get_one(Change, 1)
            row.conflicts = to_json([{"kind": str(said.kind), "said": said.said, "blocks": False, "hosts": []}])
            changed(session, [row])

        await world.writer.act(write)
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("colon", *"CHG-1", "enter")
            await desk.sees("INC-1 is open", without="t takes it")
            await desk.press("t")
            await until(lambda: isinstance(desk.app.screen, Menu))
            await desk.press("o")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees("schedule on CHG-1")
