"""Each key of the grammar does on the fleet table what ``?`` says."""

from support.desk_world import Door, World
from support.waiting import until

from tui_ops.ui.screens.help import Help
from tui_ops.ui.screens.host import Host
from tui_ops.ui.screens.menu import Menu


async def test_the_worst_hosts_come_first_and_the_cursor_stands_on_the_worst(world: World, door: Door, open_desk):
    """Triage order: a changed key is a security matter and stands above a host that is merely down."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        names = [desk.app.desk.fleet.rows[host].name for host in desk.app.desk.fleet.shown]
        assert names[:3] == ["edge-1.par", "db-1.lon", "mq-2.lon"]
        assert names[3:6] == ["web-11.lon", "db-2.lon", "web-07.lon"]
        assert desk.here == "edge-1.par"


async def test_moving(world: World, door: Door, open_desk):
    """j, k, g, G, the pages and the halves move the cursor, which stops at the ends."""
    async with open_desk(world.root, (80, 24)) as desk:
        await desk.linked()
        fleet = desk.app.desk.fleet
        await desk.press("k")
        assert fleet.line == 0
        await desk.press("j", "j", "down")
        assert fleet.line == 3
        await desk.press("k", "up")
        assert fleet.line == 1
        await desk.press("G")
        assert fleet.line == 29
        await desk.sees(desk.here)
        await desk.press("ctrl+u")
        assert fleet.line < 29
        await desk.press("pageup", "pageup", "g")
        assert fleet.line == 0
        await desk.press("pagedown")
        assert fleet.line > 10
        await desk.press("g", "ctrl+d")
        assert 0 < fleet.line < 12


async def test_a_filter_narrows_while_it_is_typed_and_escape_clears_it(world: World, door: Door, open_desk):
    """The filter stands in the title with the count; esc first clears it."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("slash", *"site=par web")
        await desk.sees("of 30", "site=par web")
        await desk.press("enter")
        names = [desk.app.desk.fleet.rows[host].name for host in desk.app.desk.fleet.shown]
        assert names
        assert all("par" in name for name in names)
        await desk.press("escape")
        await desk.sees("hosts 30")


async def test_a_filter_that_can_not_be_read_is_told_and_changes_nothing(world: World, door: Door, open_desk):
    """A bad pattern leaves the list as it was and says what is wrong with it."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("slash", *"name~(a", "enter")
        await desk.sees("can't be read")
        assert len(desk.app.desk.fleet.shown) == 30
        await desk.press("slash", *"colour=red", "enter")
        await desk.sees("there is no key 'colour'")


async def test_only_trouble(world: World, door: Door, open_desk):
    """z shows what needs action and nothing that is well, and z brings the others back."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("z")
        await desk.sees("trouble only", without="● api")
        assert len(desk.app.desk.fleet.shown) == 10
        await desk.press("z")
        assert len(desk.app.desk.fleet.shown) == 30


async def test_sorting(world: World, door: Door, open_desk):
    """s chooses a column from a menu, S turns the order around; both stand in the title."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("s")
        await until(lambda: isinstance(desk.app.screen, Menu))
        await desk.press("j", "j", "enter")
        await desk.sees("by cpu ↓")
        fleet = desk.app.desk.fleet
        cpus = [fleet.rows[host].values["cpu"] for host in fleet.shown if "cpu" in fleet.rows[host].values]
        assert cpus == sorted(cpus, reverse=True)
        assert "cpu" not in fleet.rows[fleet.shown[-1]].values
        await desk.press("S")
        await desk.sees("by cpu ↑")
        assert "cpu" not in fleet.rows[fleet.shown[-1]].values


async def test_marks(world: World, door: Door, open_desk):
    """space marks and steps on, v marks a range, * all that is shown, \\ clears; acts work on the marks."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        fleet = desk.app.desk.fleet
        await desk.press("space", "space")
        assert len(fleet.marks) == 2
        assert fleet.line == 2
        await desk.sees("2 marked")
        await desk.press("v", "j", "j", "v")
        assert len(fleet.marks) == 5
        await desk.press("backslash")
        assert not fleet.marks
        await desk.press("slash", *"site=nyc", "enter", "asterisk")
        assert {fleet.rows[host].site for host in fleet.marks} == {"nyc"}
        await desk.press("R")
        await until(lambda: door.asked)
        assert door.asked[0][0] == "host.read"
        assert len(door.asked[0][1]) == len(fleet.marks)


async def test_marks_and_cursor_stay_with_their_host_when_rows_move(world: World, door: Door, open_desk):
    """A host that falls ill moves up; the cursor stays on the host the operator looks at."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("G", "space", "k")
        looked_at, line = desk.here, desk.app.desk.fleet.line
        world.cases["api-09.lon"].reason = "memory 97 %"
        world.cases["api-09.lon"].severity = world.cases["web-11.lon"].severity
        world.cases[looked_at].reason, world.cases[looked_at].severity = "swap 90 %", world.cases["db-2.lon"].severity
        await world.tell(["api-09.lon", looked_at])
        door.news("hosts")
        await desk.sees("swap 90 %")
        assert desk.here == looked_at
        assert desk.app.desk.fleet.line < line


async def test_the_host_page_and_back(world: World, door: Door, open_desk):
    """enter opens the page, q goes back to the same host, and q at the root says how to leave."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("j", "enter")
        await until(lambda: isinstance(desk.app.screen, Host))
        await desk.sees("db-1.lon", "no answer on port 22", "check power", "Filesystems", "Events")
        await desk.press("z")
        await desk.sees("that works on the list")
        await desk.press("q")
        assert desk.app.screen is desk.list
        assert desk.here == "db-1.lon"
        await desk.press("q")
        await desk.sees("Q leaves the desk")
        await desk.press("backspace", "escape")
        assert desk.app.is_running


async def test_leaving(world: World, door: Door, open_desk):
    """Q leaves, from depth too."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("enter", "Q")
        await until(lambda: desk.app._exit)


async def test_help_comes_from_the_grammar_and_the_registry(world: World, door: Door, open_desk):
    """? and F1 list every key and every act; q closes it."""
    async with open_desk(world.root, (120, 140)) as desk:
        await desk.linked()
        for key in ("question_mark", "f1"):
            await desk.press(key)
            await until(lambda: isinstance(desk.app.screen, Help))
            await desk.sees("only what needs action", "host.maintenance", "cpu>80")
            await desk.press("q")
            assert desk.app.screen is desk.list


async def test_the_menu_says_why_an_act_can_not_be_done(world: World, door: Door, open_desk):
    """x lists every act; one that can't be done now says why, in the list and when it is chosen."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("x")
        await desk.sees("acts on edge-1.par", "no maintenance runs", "stop the engine")
        await desk.press("q")
        await desk.press("j", "x", "y")
        await desk.sees("trust key: no key waits for a decision")
        assert not door.asked


async def test_a_letter_that_can_not_act_says_why(world: World, door: Door, open_desk):
    """y on a host without a waiting key changes nothing and says why."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("j", "y")
        await desk.sees("trust key: no key waits for a decision")


async def test_pause_holds_the_display_and_shows_it(world: World, door: Door, open_desk):
    """p holds everything still under a banner; p again brings what came meanwhile."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("p")
        await desk.sees("paused")
        world.cases["api-09.lon"].reason = "memory 97 %"
        world.cases["api-09.lon"].severity = world.cases["web-11.lon"].severity
        await world.tell(["api-09.lon"])
        door.news("hosts")
        await until(lambda: desk.app.client._seq == door.seq)
        await desk.pilot.pause()
        assert "memory 97 %" not in desk.text
        await desk.press("p")
        await desk.sees("memory 97 %", without="paused")


async def test_themes_are_seen_before_they_are_chosen(world: World, door: Door, open_desk):
    """T previews each theme under the cursor; esc puts the old one back, enter keeps."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("T", "j")
        await until(lambda: desk.app.look.name == "light")
        await desk.press("escape")
        await until(lambda: desk.app.look.name == "dark")
        await desk.press("T", "k", "enter")
        await until(lambda: desk.app.look.name == "mono")


async def test_the_command_line(world: World, door: Door, open_desk):
    """: takes an address, a host, a theme, an act; what it does not know it says."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("colon", *"hosts site=lon state!=up sort=-cpu", "enter")
        await desk.sees("site=lon state!=up sort=-cpu", "by cpu ↓")
        await desk.press("colon", *"host db-2.lon", "enter")
        await until(lambda: isinstance(desk.app.screen, Host))
        await desk.press("colon", *"frobnicate", "enter")
        await desk.sees("there is no :frobnicate")
        await desk.press("colon", *"reload", "enter")
        await until(lambda: door.asked)
        assert door.asked[0][:2] == ("fleet.reload", ())
        await desk.press("colon", *"theme mono", "enter")
        await until(lambda: desk.app.look.name == "mono")
        await desk.press("colon", *"quit", "enter")
        await until(lambda: desk.app._exit)


async def test_a_command_is_completed_and_remembered(world: World, door: Door, open_desk):
    """The right arrow completes a host's name; up brings the last command back."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        prompt = desk.list.query_one("#prompt")
        await desk.press("colon", *"host db-2")
        await until(lambda: prompt._suggestion == "host db-2.lon")  # type: ignore[attr-defined]
        await desk.press("right", "enter")
        await until(lambda: isinstance(desk.app.screen, Host))
        await desk.press("q", "colon", "up")
        assert prompt.value == "host db-2.lon"  # type: ignore[attr-defined]
        await desk.press("escape")
        assert desk.app.focused is desk.list.table


async def test_letters_without_a_meaning_here_say_so(world: World, door: Door, open_desk):
    """A key of the grammar that has nothing to do on a screen is not silent."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("t")
        await desk.sees("a time range: not on this screen")
        await desk.press("ctrl+c")
        await desk.sees("Q leaves the desk")


async def test_the_palette_finds_acts_and_hosts(world: World, door: Door, open_desk):
    """ctrl+p finds an act by another word for it, and a host by its name."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("ctrl+p", *"refresh")
        await desk.sees("Reads the host at once")
        await desk.press("enter")
        await until(lambda: door.asked)
        assert door.asked[0][0] == "host.read"


async def test_the_list_alone(world: World, door: Door, open_desk):
    """f gives the whole width to the list, and back."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.sees("Filesystems")
        await desk.press("f")
        await desk.sees("GROUPS", without="Filesystems")
        await desk.press("f")
        await desk.sees("Filesystems")
