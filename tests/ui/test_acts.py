"""From a key to the engine and back: dialogs, what is passed on, what is told, what is undone."""

from types import SimpleNamespace

from support.desk_world import KNOWN, OFFERED, REFUSED, Door, World
from support.waiting import until
from textual.widgets import Button, Input

from tui_ops.actions.changeruns import START
from tui_ops.model.verdict import YES
from tui_ops.ui.acts import NAMED_MOST, Plan, target_lines
from tui_ops.ui.paint import plain
from tui_ops.ui.screens.dialog import Dialog


async def to_dialog(desk, *keys: str) -> None:
    await desk.press(*keys)
    await until(lambda: isinstance(desk.app.screen, Dialog))
    await desk.pilot.pause()


async def test_read_now_is_done_at_once(world: World, door: Door, open_desk):
    """R asks nothing, passes the revision that was looked at, and tells the engine's answer."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        row = desk.app.desk.fleet.here
        await desk.press("R")
        await desk.sees("host.read on edge-1.par")
        assert door.asked == [("host.read", ("edge-1.par",), {})]
        assert door.expected == [{"edge-1.par": row.revision}]


async def test_maintenance_asks_for_time_and_reason_and_can_be_undone(world: World, door: Door, open_desk):
    """m asks; what is missing is said in the dialog; u takes it back within its ten seconds, once."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await to_dialog(desk, "j", "m")
        await desk.sees("maintenance on db-1.lon")
        await desk.press("enter")
        await desk.sees("reason is missing")
        await desk.press(*"new disk", "enter")
        await until(lambda: door.asked)
        assert door.asked[-1] == ("host.maintenance", ("db-1.lon",), {"for": 3600.0, "reason": "new disk"})
        await desk.sees("u undoes it")
        await desk.press("u")
        await until(lambda: len(door.asked) == 2)
        assert door.asked[-1] == ("host.maintenance_end", ("db-1.lon",), {})
        await desk.press("u")
        await desk.sees("nothing to undo")


async def test_a_duration_that_can_not_be_read_is_told_where_it_stands(world: World, door: Door, open_desk):
    """A wrong duration keeps the dialog open with its sentence; esc does nothing and says so."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await to_dialog(desk, "m")
        desk.app.screen.query_one("#field-for", Input).value = "soon"
        await desk.press(*"x", "enter")
        await desk.sees("is not a duration")
        await desk.press("escape")
        await desk.sees("maintenance: nothing was done")
        assert not door.asked


async def test_hosts_that_can_not_take_part_are_left_out_by_name(world: World, door: Door, open_desk):
    """Marked hosts on which the act is impossible are named with the reason; the others are asked for."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        fleet = desk.app.desk.fleet
        fleet.marks = {world.ids["api-01.par"], world.ids["db-1.lon"], world.ids["db-2.lon"]}
        await to_dialog(desk, "m")
        await desk.sees("on 2 hosts", "left out: api-01.par: maintenance runs already")
        await desk.press(*"work", "enter")
        await until(lambda: door.asked)
        assert set(door.asked[0][1]) == {"db-1.lon", "db-2.lon"}


async def test_trusting_a_new_key_shows_it_and_passes_exactly_that(world: World, door: Door, open_desk):
    """y names host, type and fingerprint; Cancel has the focus; the fingerprint shown is the one that is sent."""
    async with open_desk(world.root, (100, 30)) as desk:
        await desk.linked()
        desk.app.desk.fleet.go_to_name("new-1.par")
        await to_dialog(desk, "y")
        await desk.sees("trust the key on new-1.par", "ssh-ed25519", OFFERED)
        focused = desk.app.screen.focused
        assert isinstance(focused, Button)
        assert focused.id == "cancel"
        await desk.press("right", "enter")
        await until(lambda: door.asked)
        assert door.asked[0] == ("host.trust", ("new-1.par",), {"fingerprints": {"new-1.par": [OFFERED]}})


async def test_a_changed_key_is_trusted_only_by_typing_the_hosts_name(world: World, door: Door, open_desk):
    """Both fingerprints stand there, the old one as given up; without the name nothing is done."""
    async with open_desk(world.root, (100, 30)) as desk:
        await desk.linked()
        await to_dialog(desk, "y")
        await desk.sees("trust the new key", OFFERED, "gives up", KNOWN, "type edge-1.par")
        await desk.press("right", "enter")
        await desk.sees("type edge-1.par to go on")
        assert not door.asked
        await desk.press(*"edge-1.par", "enter")
        await until(lambda: door.asked)
        params = {"fingerprints": {"edge-1.par": [OFFERED]}, "replace": "yes"}
        assert door.asked[0] == ("host.trust", ("edge-1.par",), params)


async def test_several_keys_are_trusted_by_typing_their_number(world: World, door: Door, open_desk):
    """Two hosts: the number must be typed."""
    async with open_desk(world.root, (100, 40)) as desk:
        await desk.linked()
        desk.app.desk.fleet.marks = {world.ids["edge-1.par"], world.ids["new-1.par"]}
        await to_dialog(desk, "y")
        await desk.sees("type 2")
        desk.app.screen.query_one("#word", Input).focus()
        await desk.press("2", "enter")
        await until(lambda: door.asked)
        assert set(door.asked[0][1]) == {"edge-1.par", "new-1.par"}


async def test_what_the_engine_refuses_is_told(world: World, door: Door, open_desk):
    """The engine's own words and its hint stand in the rule."""
    door.refuse = REFUSED
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("R")
        await desk.sees("read now: maintenance runs already (end it first)")


async def test_a_read_only_session_has_no_acts(world: World, door: Door, open_desk):
    """--read-only takes the acts out of footer and menu, and a letter says why."""
    async with open_desk(world.root, read_only=True) as desk:
        await desk.linked()
        await desk.sees("read-only", "hosts 30", without="m maintenance")
        await desk.press("R")
        await desk.sees("this session is read-only")
        await desk.press("x")
        await desk.sees("no acts: this session is read-only")
        assert not door.asked


async def test_a_viewer_has_no_acts(world: World, open_desk):
    """The role that the engine gives decides, not what the session asks for."""
    door = await Door(world.root, role="viewer").open()
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("R")
        await desk.sees("needs the role operator; you are viewer")
        assert "R read now" not in desk.text
    await door.close()


async def test_an_operator_is_not_offered_what_an_admin_may(world: World, open_desk):
    """trust key needs an admin: it is not in the operator's footer."""
    door = await Door(world.root, role="operator").open()
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.sees("R read now", without="y trust key")
    await door.close()


def test_a_change_is_named_with_its_hosts_before_it_runs() -> None:
    """A number alone says neither what it does nor where."""
    hosts = tuple(f"web-{number}" for number in range(1, 13))
    row = SimpleNamespace(name="CHG-7", title="nginx 1.26.3", hosts=hosts, revision=1)
    shown = " ".join(plain(one) for one in target_lines(Plan(START, (row,), (), YES, {})))
    assert "CHG-7  nginx 1.26.3" in shown
    assert "12 hosts: web-1, " in shown
    assert shown.endswith(f"and {12 - NAMED_MOST} more")
