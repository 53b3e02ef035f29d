"""Logs and commands on their screens, and the shell's key, over the engine's door."""

import pytest
from support.desk_world import REFUSED, Door, World
from support.waiting import until

from tui_ops.actions.streaming import pack
from tui_ops.ui.loglines import LINES_MOST, LogLines
from tui_ops.ui.runresults import RunResults
from tui_ops.ui.screens.dialog import Dialog
from tui_ops.ui.screens.logs import Logs
from tui_ops.ui.screens.runs import Run

SIZES = [(80, 24), (120, 40), (200, 60)]


def lines_of(*texts: str) -> dict[str, object]:
    return {"out": pack("".join(f"{text}\n" for text in texts).encode())}


async def to_up_host(desk) -> str:
    """Narrow the list to the hosts that are up; return the one under the cursor."""
    await desk.linked()
    await desk.press("slash", *"state=up severity=ok", "enter")
    await until(lambda: desk.here)
    return desk.here


@pytest.mark.parametrize("size", SIZES)
async def test_logs_are_shown_as_they_come(world: World, door: Door, open_desk, size):
    """l opens the log of the host under the cursor; hostile text stays in its line; q goes back."""
    hostile = "evil \x1b[2J\x1b]0;title\x07 [red]markup[/red] \u202eabc"
    door.flow = [{"source": "journalctl --follow"}, lines_of("sshd[1]: all is well", hostile, "kernel: disk error")]
    async with open_desk(world.root, size) as desk:
        name = await to_up_host(desk)
        await desk.press("l")
        await desk.sees("all is well", "[red]markup[/red]", "following", name)
        assert door.opened[-1] == ("host.logs", (name,), {"source": "journal"}) or door.opened[-1][2] == {}
        assert "\x1b" not in desk.text
        await desk.press("q")
        await until(lambda: not isinstance(desk.app.screen, Logs))


async def test_a_log_is_narrowed_held_and_opened_anew(world: World, door: Door, open_desk):
    """/ narrows, esc clears, p holds, z asks for warnings, then errors, t for a time, . for the kernel's messages."""
    door.flow = [{"source": "journalctl"}, lines_of(*(f"line {number} {'even' if number % 2 == 0 else 'odd'}"
                                                       for number in range(300)))]  # fmt: skip
    async with open_desk(world.root) as desk:
        await to_up_host(desk)
        await desk.press("l")
        await desk.sees("line 299 odd", "300 lines")
        await desk.press("slash", *"even !298", "enter")
        await desk.sees("149 of 300", "line 296 even", without="line 298")
        await desk.press("escape")
        await desk.sees("line 299 odd")
        await desk.press("g")
        await desk.sees("line 0 even", "held still")
        await desk.press("G")
        await desk.sees("line 299 odd", without="held still")
        await desk.press("p")
        await desk.sees("held still")
        await desk.press("z")
        await until(lambda: door.opened[-1][2].get("level") == "warning")
        await desk.press("z")
        await until(lambda: door.opened[-1][2].get("level") == "err")
        await desk.press("full_stop")
        await until(lambda: door.opened[-1][2].get("source") == "kernel")
        await desk.press("t")
        await desk.sees("how far back")
        await desk.press("down", "down", "enter")
        await until(lambda: door.opened[-1][2].get("since") == "1h")
        await desk.sees("last 1h", "errors and worse")
        await desk.press("z")
        await until(lambda: "level" not in door.opened[-1][2])


async def test_a_long_line_is_seen_to_its_end(world: World, door: Door, open_desk):
    """The arrows go sideways."""
    door.flow = [{"source": "journalctl"}, lines_of("begin " + "x" * 90 + " the-end")]
    async with open_desk(world.root, (80, 24)) as desk:
        await to_up_host(desk)
        await desk.press("l")
        await desk.sees("begin", without="the-end")
        await desk.press("right")
        await desk.sees("the-end", without="begin")
        await desk.press("left")
        await desk.sees("begin")


async def test_a_log_that_is_refused_or_ends_says_why(world: World, door: Door, open_desk):
    """The screen stays, with the reason."""
    async with open_desk(world.root) as desk:
        await to_up_host(desk)
        door.refuse = REFUSED
        await desk.press("l")
        await desk.sees("not opened", "maintenance runs already")
        await desk.press("q")
        door.refuse = None
        door.flow = [{"source": "dmesg -w"}, {"end": {"status": 1, "why": "dmesg: read kernel buffer failed"}}]
        await desk.press("l")
        await desk.sees("ended: dmesg: read kernel buffer failed")


async def test_a_command_asks_with_hosts_and_command_and_groups_what_is_equal(world: World, door: Door, open_desk):
    """:run names every host and the command; more than one host: the number is typed; equal outputs stand once."""
    async with open_desk(world.root) as desk:
        await to_up_host(desk)
        await desk.press("space", "j", "space", "j", "space")
        names = [row.name for row in desk.app.front.chosen("host")]
        assert len(names) == 3
        flow = [{"host": name, "out": pack(b"same\n"), "status": 0, "why": ""} for name in names[:2]]
        flow.append({"host": names[2], "out": pack(b"other \x1b[31m\n"), "status": 1, "why": ""})
        door.flow = [*flow, {"end": {"status": 1, "why": "2 status 0, 1 status 1"}}]
        await desk.press("colon", *"run uptime  -p", "enter")
        await until(lambda: isinstance(desk.app.screen, Dialog))
        await desk.sees("run on 3 hosts", "command: uptime  -p", *names)
        assert desk.app.focused.id == "cancel"
        await desk.press("enter")
        await until(lambda: not isinstance(desk.app.screen, Dialog))
        assert not door.opened
        await desk.press("colon", *"run uptime  -p", "enter")
        await until(lambda: isinstance(desk.app.screen, Dialog))
        await desk.press("2", "enter")
        await desk.sees("type 3 to go on")
        await desk.press("backspace", "3", "enter")
        await desk.sees("3 of 3 hosts", "2 hosts", "same", "other", "status 1", "ended")
        assert door.opened == [("host.run", tuple(names), {"command": "uptime  -p"})]
        assert desk.text.count("same") == 1
        assert desk.text.index("other") < desk.text.index("same")
        assert "\x1b" not in desk.text
        await desk.press("q")
        await until(lambda: not isinstance(desk.app.screen, Run))


async def test_what_runs_is_stopped_by_its_key(world: World, door: Door, open_desk):
    """X tells the engine to end it; before, the hosts that are waited for are named."""
    async with open_desk(world.root) as desk:
        name = await to_up_host(desk)
        await desk.press("colon", *"run sleep 99", "enter")
        await until(lambda: isinstance(desk.app.screen, Dialog))
        await desk.press("right", "enter")
        await desk.sees("running", f"waiting for {name}")
        await desk.press("X")
        await until(door.stopped.is_set)


async def test_a_command_without_a_command(world: World, door: Door, open_desk):
    """:run alone says what it takes."""
    async with open_desk(world.root) as desk:
        await to_up_host(desk)
        await desk.press("colon", *"run", "enter")
        await desk.sees(":run COMMAND")
        assert not door.opened


async def test_a_shell_where_it_can_not_be(world: World, door: Door, open_desk):
    """On a host without a connection, on several, and on a terminal that can't be handed over, ! says why."""
    async with open_desk(world.root) as desk:
        name = await to_up_host(desk)
        await desk.press("exclamation_mark")
        await desk.sees("can't be handed over")
        assert door.opened == [("host.shell", (name,), {})]
        await desk.press("space", "j", "space", "exclamation_mark")
        await desk.sees("one host at a time")
        await desk.press("backslash", "escape", "slash", *"state=down", "enter")
        await desk.press("exclamation_mark")
        await desk.sees("there is no connection")
        assert len(door.opened) == 1


def test_log_lines_are_bounded_and_harmless() -> None:
    """A flood keeps its end, a line without an end is cut, and what is looked at can be followed up."""
    lines = LogLines()
    lines.feed(b"".join(b"line %d\n" % number for number in range(LINES_MOST + 100)))
    assert (len(lines), len(lines.shown)) == (LINES_MOST, LINES_MOST)
    lines.feed(b"tail\n")
    assert lines.gone >= 1
    assert lines.shown[-1] == "tail"
    lines.feed(b"x" * 100_000)
    assert len(lines.shown[-1]) <= 2000
    lines.feed(b"\nsplit ")
    lines.feed("ä\n".encode())
    assert lines.shown[-1] == "split ä"


def test_results_are_grouped() -> None:
    """What is wrong stands first, then what most hosts gave; different status is a different group."""
    results = RunResults(("a", "b", "c", "d"))
    for host, status, out in (("a", 0, b"x"), ("b", 0, b"x"), ("c", 0, b"y"), ("d", 2, b"x")):
        results.add(host, status, "", out)
    assert [(one.hosts, one.ended) for one in results.groups] == [
        (["d"], "status 2"), (["a", "b"], "status 0"), (["c"], "status 0")
    ]  # fmt: skip
    assert results.done == 4
    assert not results.waiting
