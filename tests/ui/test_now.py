"""The first screen: what needs this operator, by time left, and what happened since he looked."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import Session
from support.desk_world import Door, World, varied
from support.incidents import MINUTE, Trouble, bad_night, seed
from support.waiting import until

from tui_ops.model.clock import Stamp, now
from tui_ops.model.people import Role
from tui_ops.store.live import EventWrite
from tui_ops.store.tables.problems import ActionItem, Problem
from tui_ops.store.timeline import changed
from tui_ops.store.views.changerows import FreezeRow
from tui_ops.ui.changes.mine import freezes_to_decide
from tui_ops.ui.preferences import Preferences, as_text, read_preferences, write_preferences
from tui_ops.ui.screens.host import Host
from tui_ops.ui.screens.incident import IncidentScreen
from tui_ops.ui.screens.incidents import Incidents
from tui_ops.ui.screens.learnt import ProblemScreen
from tui_ops.ui.screens.now import Now

DAY = 86400.0


async def learn(world: World, me: str) -> None:
    """Write what is to be done after incidents: of this operator, of somebody else, late and early; and a proposal."""

    def write(session: Session) -> None:
        at = now().at
        changed(session, [
            ActionItem(text="replace the HBA firmware", owner=me, due_at=at - 7200, created_at=at, created_by="ann"),
            ActionItem(text="of somebody else", owner="zoe", due_at=at - 7200, created_at=at, created_by="ann"),
            ActionItem(text="far away", owner=me, due_at=at + 40 * DAY, created_at=at, created_by="ann"),
        ])  # fmt: skip
        changed(session, [Problem(title="logs are not rotated", proposed=True, shape="x", opened_at=at)])

    await world.writer.act(write)


def names(desk: Any) -> list[str]:
    """Return what is listed, in order."""
    screen = desk.app.screen_stack[0]
    assert isinstance(screen, Now)
    return [str(screen.listing.rows[key].facts["name"]) for key in screen.listing.shown]


async def test_what_needs_me_by_time_left(tmp_path: Path, open_desk) -> None:
    """What is too late first, the worse before the less; then what has a clock; then what has none."""
    world = await World(tmp_path / "state").build(varied(16))
    door = await Door(world.root).open()
    await seed(world, [
        Trouble("small and old", 4, ("db-2.lon",), 30 * MINUTE),
        Trouble("large and late", 1, ("db-1.lon",), 30 * MINUTE),
        Trouble("mine", 2, (), 60 * MINUTE, fields={"acked_by": "oncall", "ack_until": now().at + 300}),
        Trouble("of another", 2, (), 60 * MINUTE, fields={"acked_by": "zoe", "ack_until": now().at + 300}),
        Trouble("waits", 2, (), 60 * MINUTE, fields={"on_hold": "vendor"}),
        Trouble("covered", 1, ("db-2.lon",), 60 * MINUTE, alert={"state": "suppressed", "suppressed_ref": "silence 1"}),
        Trouble("snoozed", 1, (), 60 * MINUTE, fields={"snoozed_until": now().at + 3600}),
    ])  # fmt: skip
    await learn(world, "oncall")
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("0")
        await desk.sees("large and late", "m over", "your ack", "m left", "replace the HBA", "logs are not rotated")
        found = names(desk)
        assert found == ["INC-2", "TODO-1", "INC-3", "INC-1", "PRB-1", "edge-1.par", "new-1.par"]
        await desk.sees("0 Now 7", "7 for me")
    await door.close()
    await world.close()


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_who_may_not_act_is_not_counted(tmp_path: Path, open_desk, role: str) -> None:
    """A viewer decides nothing; an operator no host keys. Both see it all the same."""
    world = await World(tmp_path / "state").build(varied(12))
    door = await Door(world.root, role=role).open()
    await seed(world, bad_night())
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("0")
        await desk.sees("INC-1", "edge-1.par", *(["2 for me"] if role == "operator" else []))
        assert ("for me" in desk.text) is (role == "operator")
    await door.close()
    await world.close()


async def test_enter_goes_to_the_thing(tmp_path: Path, open_desk) -> None:
    """To the incident, the problem, the action item, the host; an act works from here."""
    world = await World(tmp_path / "state").build(varied(12))
    door = await Door(world.root).open()
    await seed(world, bad_night())
    await learn(world, "oncall")
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("0")
        await desk.sees("INC-1", "PRB-1")
        screen = desk.app.screen
        await desk.press("slash", *"name=INC-1", "enter", "a")
        await until(lambda: door.asked)
        assert door.asked[0][:2] == ("incident.acknowledge", ("INC-1",))
        await desk.press("enter")
        await until(lambda: isinstance(desk.app.screen, IncidentScreen))
        for name, there, sees in (
            ("PRB-1", ProblemScreen, "the engine proposes it"), ("TODO-1", Incidents, "replace the HBA"),
        ):  # fmt: skip
            await desk.press("0", "escape", "slash", *f"name={name}", "enter", "enter")
            await until(lambda there=there: isinstance(desk.app.screen, there))
            await desk.sees(sees)
        await desk.press("0", "escape", "slash", *"name=edge-1.par", "enter", "enter")
        await until(lambda: isinstance(desk.app.screen, Host))
        assert screen.spec_name == "now"
    await door.close()
    await world.close()


async def test_nothing_needs_me(open_desk, tmp_path: Path, one_case) -> None:
    """It says so, and that this is good."""
    world = await World(tmp_path / "state").build([one_case("web-1")])
    door = await Door(world.root).open()
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("0")
        await desk.sees("nothing needs you: no incident waits")
    await door.close()
    await world.close()


async def test_an_engine_that_is_away_stands_first(world: World, open_desk) -> None:
    """Before everything else, since nothing is new without it."""
    async with open_desk(world.root) as desk:
        await desk.press("0")
        await desk.sees("no engine is running")
        assert names(desk)[0] == "engine"


async def test_since_the_last_look(tmp_path: Path, open_desk, one_case) -> None:
    """What came before is not told; the same on several hosts at once is one line; the stamp is kept."""
    world = await World(tmp_path / "state").build([one_case(f"h-{n}") for n in range(5)])
    door = await Door(world.root).open()
    config = tmp_path / "config"
    at = now().at
    write_preferences(config, as_text(Preferences(looked={"shop-prod": at - 3600})))
    await seed(world, [
        Trouble("old", 2, ("h-1",), 2 * 3600, fields={"state": "resolved", "resolved_at": at - 600, "helped": "luck"}),
        Trouble("older", 2, ("h-1",), 3 * 3600),
        Trouble("fresh", 2, ("h-2",), 600),
    ])  # fmt: skip
    events = [EventWrite(world.ids[f"h-{n}"], at - 300, "state", "up, then unreachable") for n in range(5)]
    events.append(EventWrite(world.ids["h-1"], at - 7000, "state", "too long ago"))
    await world.writer.write_latest([], [], events)
    async with open_desk(world.root, (120, 40), config=config) as desk:
        await desk.linked()
        await desk.press("0")
        await desk.sees("Since you looked", "5 hosts", "up, then unreachable", "INC-3", "by itself: luck")
        assert "too long ago" not in desk.text
        await desk.press("full_stop")
        await desk.sees("since ", "WHEN", "P2 fresh")
        assert "INC-2" not in names(desk)
        await desk.press("slash", *"kind=opened", "enter", "enter")
        await until(lambda: isinstance(desk.app.screen, IncidentScreen))
    assert read_preferences(config).looked["shop-prod"] >= round(at)
    await door.close()
    await world.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_it_fits_every_size(tmp_path: Path, open_desk, size) -> None:
    """On the largest the incident under the cursor stands beside it as well."""
    world = await World(tmp_path / "state").build(varied(12))
    door = await Door(world.root).open()
    await seed(world, bad_night())
    async with open_desk(world.root, size) as desk:
        await desk.linked()
        await desk.press("0")
        await desk.sees("INC-1", "shop-db degraded", *(["nobody has acknowledged it for"] if size[0] == 200 else []))
        assert {len(line) for line in desk.lines()} == {size[0]}
    await door.close()
    await world.close()


async def test_one_key_sends_a_test_to_me(world: World, door: Door, open_desk) -> None:
    """By all ways that I have; it asks nothing."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("0", "I")
        await until(lambda: door.asked)
        assert door.asked == [("oncall.test", (), {"person": desk.app.desk.link.you})]


@pytest.mark.parametrize(
    ("role", "asked"), [(None, []), (Role.OPERATOR, []), (Role.APPROVER, [1]), (Role.ADMIN, [1])], ids=str
)
def test_only_whoever_approves_is_asked_about_a_freeze(role: Role | None, asked: list[int]) -> None:
    """One that is proposed, and not over; what holds already asks for nobody."""
    proposed = FreezeRow(1, "budget of shop", "", (), 50.0, 900.0, "tui-ops", True, 50.0, None, 1)
    rows = [
        proposed, replace(proposed, id=2, proposed=False), replace(proposed, id=3, ended_at=60.0),
        replace(proposed, id=4, ends_at=90.0),
    ]  # fmt: skip
    desk: Any = SimpleNamespace(role=role, present=Stamp(100.0, 0.0), around=SimpleNamespace(freezes=rows))
    assert [row.id for row in freezes_to_decide(desk)] == asked
