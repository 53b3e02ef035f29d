"""The desk opens whatever is behind it, says what is missing, and goes live when it comes."""

from pathlib import Path

from support.desk_world import Case, Door, World, varied
from support.waiting import until

from tui_ops.model.states import HostState

ADD = "This machine only. To add hosts: write ~/.config/tui-ops/inventory.yaml"


async def test_without_anything_it_opens_and_goes_live_when_engine_and_store_appear(tmp_path: Path, open_desk):
    """No state, no engine: both are said with what to do; nothing has to be pressed when they come."""
    async with open_desk(tmp_path / "state") as desk:
        await desk.sees("there is no state", "start: tui-ops", "engine ✖ away", "no engine is running")
        world = await World(tmp_path / "state").build(varied(12))
        await desk.sees("hosts 12", "db-1.lon")
        door = await Door(world.root).open()
        await desk.sees("engine ●", "oncall@", without="no engine is running")
        await door.close()
        await desk.sees("engine ✖ away")
        assert "hosts 12" in desk.text
        await world.close()


async def test_without_an_engine_changes_in_the_store_are_seen(world: World, open_desk):
    """The store is watched; acts say that no engine is there."""
    async with open_desk(world.root) as desk:
        await desk.sees("hosts 30", "engine ✖ away")
        world.cases["api-09.lon"].reason = "memory 97 %"
        world.cases["api-09.lon"].severity = world.cases["web-11.lon"].severity
        await world.tell(["api-09.lon"])
        await desk.sees("memory 97 %")
        await desk.press("R")
        await desk.sees("read now: no engine is running")


async def test_the_local_machine_alone_says_how_to_add_hosts(tmp_path: Path, open_desk):
    """Without an inventory the hint stands below the one host."""
    world = await World(tmp_path / "state").build([Case("here", address="local", site="", rack="")], source="")
    async with open_desk(world.root, inventory_hint=ADD) as desk:
        await desk.sees("here", "To add hosts")
        assert "SITE" not in desk.text
    await world.close()


async def test_an_empty_fleet_says_so(tmp_path: Path, open_desk):
    """No hosts is not a blank screen."""
    world = await World(tmp_path / "state").build([])
    async with open_desk(world.root) as desk:
        await desk.sees("no hosts yet")
    await world.close()


async def test_nothing_in_trouble_is_good(tmp_path: Path, open_desk):
    """An empty list of trouble says that this is good, an empty filter what clears it."""
    world = await World(tmp_path / "state").build([Case("a"), Case("b")])
    async with open_desk(world.root) as desk:
        await desk.sees("hosts 2")
        await desk.press("z")
        await desk.sees("nothing needs action")
        await desk.press("slash", *"nowhere", "enter")
        await desk.sees("no host fits the filter", "esc clears it")
    await world.close()


async def test_hosts_that_leave_the_inventory_leave_the_screen(world: World, door: Door, open_desk):
    """After a reload retired hosts go, new ones come, and the page of one that went says so."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("j", "enter")
        await desk.sees("no answer on port 22", "Filesystems")
        del world.cases["db-1.lon"]
        world.cases["zz-new"] = Case("zz-new", HostState.PENDING, age_s=None)
        await world.sync()
        door.news("fleet", "hosts")
        await desk.sees("is not in the inventory any more")
        await desk.press("q", "G")

        def taken_over() -> bool:
            names = {row.name for row in desk.app.desk.fleet.rows.values()}
            return "db-1.lon" not in names and "zz-new" in names

        await until(taken_over, what="the list has the new host and not the old one")


async def test_another_version_of_the_engine_is_told(world: World, open_desk):
    """A mismatch is said, with what to do, and the desk goes on."""
    door = await Door(world.root, version="0.0.0").open()
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.sees("the engine is of version 0.0.0")
    await door.close()


async def test_time_passes_without_any_reading(tmp_path: Path, open_desk):
    """A host that is not read grows stale on the screen by the passing of time alone."""
    world = await World(tmp_path / "state").build([Case("a", period_s=2.0, age_s=0.5)])
    async with open_desk(world.root) as desk:
        await desk.sees("● up", "a ")
        await desk.sees("stale")
    await world.close()


async def test_a_hidden_list_does_nothing(world: World, door: Door, open_desk):
    """News reaches the visible screen; the list is drawn when it comes to the front again."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("enter")
        await desk.sees("Host keys")
        before = dict(desk.list.table._painted)
        world.cases["api-09.lon"].reason = "memory 97 %"
        world.cases["api-09.lon"].severity = world.cases["web-11.lon"].severity
        await world.tell(["api-09.lon"])
        door.news("hosts")
        await until(lambda: any(row.reason == "memory 97 %" for row in desk.app.desk.fleet.rows.values()))
        assert desk.list.table._painted == before
        await desk.press("q")
        await desk.sees("memory 97 %")
