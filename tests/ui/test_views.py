"""The views of the infrastructure: racks, network, storage, checks; each filters, sorts and follows like the hosts."""

import copy
from dataclasses import replace

import pytest
from support import host_documents
from support.desk_world import DETAIL, Case, Door, World
from support.incidents import full_disks
from support.waiting import until

from tui_ops.model.facts import FactReading
from tui_ops.model.states import HostState, Severity
from tui_ops.store.facts import FactWrite
from tui_ops.store.views.parts import CheckRow
from tui_ops.ui.cells import width_of
from tui_ops.ui.screens.host import Host
from tui_ops.ui.screens.menu import Menu
from tui_ops.ui.views.checks import ChecksPane

VIEWS = ("hosts", "racks", "network", "storage", "checks", "differences")


async def test_the_views_are_gone_through_back_and_forth(world: World, door: Door, open_desk):
    """. and , go through them and come round; esc comes back to the hosts; each has its address."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        for name in (*VIEWS[1:], "hosts"):
            await desk.press("full_stop")
            await desk.sees(f"{name} ", "by ")
            assert desk.list.pane.name == name
        await desk.press("comma")
        assert desk.list.pane.name == "differences"
        await desk.press("escape")
        assert desk.list.pane.name == "hosts"
        await desk.press("colon", *"storage mount=/boot", "enter")
        await desk.sees("storage", "mount=/boot", "/boot")
        await desk.press("minus")
        await until(lambda: desk.list.pane.name == "hosts")
        await desk.press("minus")
        await until(lambda: desk.list.pane.name == "storage")
        await desk.sees("mount=/boot")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 15)])
async def test_every_view_fills_every_size(world: World, door: Door, open_desk, size):
    """Nothing is wider or taller than the terminal, in ASCII too."""
    async with open_desk(world.root, size, ascii=size[0] == 120) as desk:
        await desk.linked()
        for name in VIEWS[1:]:
            await desk.press("full_stop")
            await until(lambda: desk.list.listing.lines)
            await desk.pilot.pause()
            lines = desk.lines()
            assert len(lines) == size[1], name
            assert {len(line) for line in lines} == {size[0]}, name
            assert size[0] != 120 or desk.text.isascii()


async def test_a_rack_is_drawn_and_opens_its_hosts(world: World, door: Door, open_desk):
    """A rack is a row of signs; beside it stands its frame with its hosts; enter shows them in the list."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("full_stop")
        await desk.sees("racks 3", "┌─ par b4 ", "edge-1.par", "✖")
        await desk.press("enter")
        await desk.sees("hosts", 'site="par" rack="b4"')
        fleet = desk.app.desk.fleet
        assert {fleet.rows[key].site for key in fleet.shown} == {"par"}


async def test_the_storage_that_fills_up_stands_first(world: World, door: Door, open_desk):
    """A filesystem of which a rule says that it is short of room stands above the others; a filter takes its columns
    and those of its host.
    """
    await world.writer.note(lambda session: full_disks(session, world.ids))
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("comma", "comma", "comma")
        await desk.sees("storage", "FULL IN", "91 %")
        assert desk.list.listing.here.facts["mount"] == "/"
        await desk.press("z")
        await desk.sees("trouble only")
        items = desk.list.listing
        assert {items.rows[key].facts["mount"] for key in items.shown} == {"/"}
        await desk.press("z", "slash", *"used>60 mount~post site=par", "enter")
        await desk.sees("storage", "/var/lib/postg")
        found = [desk.list.listing.rows[key] for key in desk.list.listing.shown]
        assert found
        assert {item.row.site for item in found} == {"par"}


async def test_a_view_sorts_by_its_own_columns(world: World, door: Door, open_desk):
    """s offers the columns of the view, the numbers falling; what is unknown stays last both ways."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("comma", "comma", "comma")
        await until(lambda: desk.list.listing.lines)
        await desk.press("s")
        await until(lambda: isinstance(desk.app.screen, Menu))
        await desk.sees("what", "used", "free")
        await desk.press(*"jjjj", "enter")
        await desk.sees("by used ↓")
        listing = desk.list.listing
        for _ in range(2):
            used = [listing.rows[key].facts["used"] for key in listing.shown]
            known = [value for value in used if value is not None]
            assert used[: len(known)] == known
            assert known == sorted(known, reverse=listing.reversed)
            await desk.press("S")


async def test_an_interface_that_loses_packets_stands_first(world: World, door: Door, open_desk, monkeypatch):
    """Errors make it a matter for someone; enter opens its host, q comes back to the view."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        monkeypatch.setitem(DETAIL, "net.rx_errors eth0", 4.5)
        await world.tell(["api-09.lon"])
        await desk.press("full_stop", "full_stop")
        await desk.sees("network", "4.5", "api-09.lon")
        assert desk.list.pane.host_here().name == "api-09.lon"
        await desk.press("enter")
        await until(lambda: isinstance(desk.app.screen, Host))
        await desk.press("q")
        await desk.sees("network")
        await desk.press("z")
        assert len(desk.list.listing.shown) == 1


async def test_a_port_without_carrier_needs_someone(world: World, door: Door, open_desk):
    """So does half duplex; both say in words what is wrong. What nobody plugged in is only listed."""
    world.cases["api-09.lon"].sections = {"interfaces": host_documents.INTERFACES}
    quiet = copy.deepcopy(host_documents.INTERFACES)
    quiet["interfaces"] = [{**one, "changes": 1, "duplex": "full"} for one in quiet["interfaces"]]  # type: ignore[attr-defined]
    world.cases["api-17.nyc"].sections = {"interfaces": quiet}
    await world.tell(["api-09.lon", "api-17.nyc"])
    async with open_desk(world.root, (200, 60)) as desk:
        await desk.linked()
        await desk.press("colon", *"network site=lon", "enter")
        await desk.sees("LINK", "SPEED", "no carrier", "half duplex", "10G")
        await desk.press("colon", *"network name=api*", "enter", "z")
        await desk.sees("trouble only")
        listing = desk.list.listing
        assert [listing.rows[key].facts["interface"] for key in listing.shown] == ["eth1", "eth2"]
        await desk.press("slash", *"speed=100 duplex=half", "enter")
        await until(lambda: len(listing.shown) == 1)
        await desk.press("escape", "z", "slash", *'link="no carrier"', "enter")
        await until(lambda: len(listing.shown) == 2)


async def test_broken_arrays_and_disks_stand_before_full_filesystems(world: World, door: Door, open_desk):
    """They are items of the same list; what has no meaning for a kind stays empty."""
    world.cases["api-09.lon"].sections = {name: host_documents.ALL[name] for name in ("arrays", "smart")}
    await world.tell(["api-09.lon"])
    async with open_desk(world.root, (200, 60)) as desk:
        await desk.linked()
        await desk.press("colon", *"storage name=api-09*", "enter")
        await desk.sees("KIND", "WHAT", "degraded", "failing")
        listing = desk.list.listing
        found = [listing.rows[key].facts for key in listing.shown]
        assert [one["what"] for one in found[:3]] == ["/dev/sdb", "md0", "/dev/nvme0"]
        assert [one["kind"] for one in found] == ["disk", "md", "disk", "fs", "fs", "fs", "zfs", "md", "disk"]
        lines = [line for line in desk.lines() if "/dev/sdb" in line]
        assert "–" not in lines[0]
        await desk.press("slash", *"kind=zfs", "enter")
        await desk.sees("tank", "38 %")


async def test_a_check_that_could_not_be_read_says_why(world: World, door: Door, open_desk):
    """It is unknown, never green, and called what people call it; a filter takes the name of the section."""
    world.cases["api-09.lon"].failed = {"smart": "timed out after 60 s"}
    await world.tell(["api-09.lon"])
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("colon", *"checks check=smart", "enter")
        await desk.sees("Disk health", "unknown", "not read: timed")
        assert desk.list.listing.here.sign.glyph == "?"
        assert not desk.list.listing.here.in_need


async def test_checks_say_how_every_host_is_judged(world: World, door: Door, open_desk):
    """The vitals of each host and each of its sections, the worst first; acts work on the hosts of marked lines."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("comma", "comma")
        await desk.sees("checks", "Vitals", "Filesystems", "critical")
        await desk.press("slash", *"check=vitals status=critical", "enter", "asterisk", "R")
        await until(lambda: door.asked)
        assert door.asked[0][:2] == ("host.read", ("web-11.lon",))


async def test_a_trouble_is_one_check_not_two(world: World, door: Door, open_desk):
    """What a section says stands as the reason in the host's row, but the vitals are not in trouble for it."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        host = world.ids["web-11.lon"]
        section = CheckRow(host, "arrays", 1.0, 60.0, Severity.CRITICAL, "memory 99 %")
        for found, status in (([section], "ok"), ([replace(section, text="md0 is degraded")], "critical")):
            built = ChecksPane().built(found, desk.app.desk)
            vitals = next(one for one in built if one.key == (host, "vitals"))
            assert vitals.facts["status"] == status
            assert vitals.in_need is (status == "critical")


async def test_the_cursor_stays_on_its_part_when_news_comes(world: World, door: Door, open_desk):
    """Reading the parts anew moves rows, not the cursor's part."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("full_stop", "full_stop")
        await until(lambda: desk.list.listing.lines)
        await desk.press("j", "j", "j")
        key = desk.list.listing.cursor
        before = desk.list.pane.items
        desk.list._parts_read_at = 0.0
        await world.tell(["db-1.lon", "api-09.lon"])
        door.news("hosts")
        await until(lambda: desk.list._parts_read_at > 0)
        await desk.pilot.pause()
        assert desk.list.listing.cursor == key
        assert desk.list.pane.items is before


async def test_what_is_not_there_is_said(tmp_path, open_desk):
    """Before any reading each view says what it waits for; a filter that fits nothing says so too."""
    made = await World(tmp_path / "empty").build([Case("new-1", age_s=None)])
    door = await Door(made.root).open()
    try:
        async with open_desk(made.root) as desk:
            await desk.linked()
            await desk.press("full_stop", "full_stop")
            await desk.sees("no interface was read yet")
            await desk.press("full_stop")
            await desk.sees("no filesystem was read yet")
            await desk.press("full_stop", "slash", *"nothing-like-it", "enter")
            await desk.sees("no check fits the filter")
    finally:
        await door.close()
        await made.close()


@pytest.mark.parametrize("text", ["\x1b[2J\x1b[31mred", "[bold red]x[/]", "\u202egnp.exe", "漢字" * 40, "x" * 10_000])
async def test_hostile_texts_stay_in_their_cell(tmp_path, open_desk, text: str):
    """Names of mounts, sites, racks and groups that a host or a file made up change no width and bring no control."""
    document: dict[str, object] = {"filesystems": [
        {"mount": text, "percent": 99.0, "size": 2**30, "available": 2**20, "state": "ok", "type": text},
        {"mount": "/net", "state": text, "text": text}, {"mount": None, "percent": "full"},
    ]}  # fmt: skip
    cases = [Case("evil", site=text, rack=text, groups=(text,), document=document), Case("other")]
    world = await World(tmp_path / "state").build(cases)
    door = await Door(world.root).open()
    async with open_desk(world.root) as desk:
        await desk.linked()
        for keys in (*[("full_stop",)] * 5, ("O", "r"), ("Z",), ("g",), ("Z",), ("O", "g")):
            await desk.press(*keys)
            await desk.pilot.pause()
            await until(lambda: desk.list.listing.lines)
            assert {width_of(line) for line in desk.lines()} == {120}
            assert "\x1b" not in desk.text
    await door.close()
    await world.close()


async def test_columns_are_hidden_and_come_back(world: World, door: Door, open_desk):
    """C hides a column and shows it again; host and state are not offered."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("C")
        await desk.sees("show or hide a column")
        await desk.press("enter")
        await desk.sees("MEM", without="CPU ")
        await desk.press("C", "enter")
        await desk.sees("CPU ")


async def test_panels_of_the_host_page_take_the_focus_and_fill_the_screen(world: World, door: Door, open_desk):
    """. goes through the panels, f lets one fill the screen under the host's name, q shows the whole page again."""
    world.cases["db-2.lon"].sections = host_documents.ALL
    await world.tell(["db-2.lon"])
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("j", "j", "j", "j", "enter")
        await desk.sees("Vitals", "Top", "Units", "Filesystems", "Interfaces")
        await desk.press("full_stop")
        await desk.sees("▸ ")
        await desk.press("full_stop")
        await desk.sees("▸ Vitals")
        await desk.press("full_stop", "f")
        await desk.sees("Top", "62.4 %", "AGE", "PARENT", "f whole page", without="some task waits")
        await desk.press("full_stop")
        await desk.sees("Units", "dbus.service", without="62.4 %")
        await desk.press("q")
        await desk.sees("Filesystems", "▸ Units")
        await desk.press("comma", "comma", "comma", "q")
        assert desk.app.screen is desk.list


async def test_what_changed_stands_with_the_newest_first(world: World, door: Door, open_desk):
    """Each with its kind and what it was; beside the list every field as it was and as it is; a filter takes them."""
    async with open_desk(world.root, (160, 45)) as desk:
        await desk.linked()
        await desk.press("colon", *"differences", "enter")
        await desk.sees("differences 3", "by newest", "version 3.0.14 → 3.0.15", "eve", "new", "1h")
        listing = desk.list.listing
        assert [listing.rows[key].facts["topic"] for key in listing.shown] == ["package", "account", "file"]
        await desk.press("G")
        await desk.sees("- b", "+ c", "Not yet")
        assert "- a" not in desk.text
        await desk.press("slash", *"kind=new", "enter")
        await until(lambda: len(listing.shown) == 1)
        await desk.press("enter")
        await until(lambda: isinstance(desk.app.screen, Host))


async def test_hostile_facts_stay_in_their_line(world: World, door: Door, open_desk):
    """Names and values that came from a host colour nothing and break no line."""
    name = next(name for name, case in world.cases.items() if case.state is HostState.UP)
    for at, value in ((1.0, "plain"), (2.0, "\x1b[2J[bold red]x[/]\n\u202egnp")):
        found = FactReading("files", {"/etc/[red]\x1b[31m": {"text": value}})
        await world.writer.facts([FactWrite(world.ids[name], "sysctl", 1.0, at, found)])
    async with open_desk(world.root, (160, 45)) as desk:
        await desk.linked()
        await desk.press("colon", *"differences topic=kernel", "enter")
        await desk.sees("/etc/[red]")
        await desk.press("G")
        await desk.pilot.pause()
        assert "\x1b" not in desk.text
        assert "\u202e" not in desk.text
        assert {len(line) for line in desk.lines()} == {160}
