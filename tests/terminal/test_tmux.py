"""The desk in a real tmux: keys as a person presses them, the screen as a person sees it."""

from collections.abc import Callable

import pytest
from support.desk_world import OFFERED
from support.live_fleet import LiveFleet
from support.multiplexer import Tmux
from support.terminal import Terminal
from support.waiting import until_sync

from tui_ops.actions.streaming import pack

LOG = {"out": pack(b"sshd[1]: all is well\nkernel: disk error\n")}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_shift_at_the_desk(live: LiveFleet, in_tmux: Callable[..., Tmux], size: tuple[int, int]):
    """Find trouble, look, filter, trust a key, give maintenance, take it back, leave: all by keys."""
    desk, door = in_tmux(size=size), live.door
    desk.sees("hosts 30", "engine ●", "▸✖ edge-1.par")
    desk.press("z")
    desk.sees("trouble only", "9 of 30")
    desk.press("j", "Enter")
    desk.sees("no answer on port 22", "check power")
    desk.press("Escape")
    desk.sees("▸✖ db-1.lon")
    desk.press("z", "/")
    desk.type("new-1")
    desk.sees("1 of 30")
    desk.press("Enter", "y")
    desk.sees("trust the key on new-1.par", OFFERED)
    desk.press("Right", "Enter")
    until_sync(lambda: door.asked)
    assert door.asked[0][2] == {"fingerprints": {"new-1.par": [OFFERED]}}
    desk.press("BSpace")
    desk.sees("hosts 30")
    desk.press("g", "m")
    desk.sees("maintenance on")
    desk.type("disk")
    desk.press("Enter")
    desk.sees("undoes it")
    desk.press("u")
    until_sync(lambda: len(door.asked) == 3)
    desk.press("q", "q", "q")
    desk.sees("Q leaves the desk")
    desk.press("Q")
    until_sync(lambda: not desk.screen())


HOST = ("lon · rack b4", "Vitals", "q back")

TOUR = (
    # keys, what stands there then, what does not
    (("",), ("hosts 30", "▸✖ edge-1.par", "engine ●"), ""),
    # the views
    ((".",), ("racks 3", "TROUBLE"), "hosts 30"), ((".",), ("network 28", "INTERFACE"), ""),
    ((".",), ("storage 84", "FULL IN"), ""), ((".",), ("checks 58", "STATUS"), ""),
    (("q",), ("hosts 30",), "checks 58"),
    # menus, each left by another key
    (("s",), (" sort by", "the worst first"), ""), (("Escape",), ("HOST", "api-17.nyc"), " sort by"),
    (("C",), ("show or hide a column", "SYSTEM"), ""), (("q",), ("HOST", "api-17.nyc"), "show or hide"),
    (("O",), ("group rows by", "s site"), ""), (("s",), ("grouped by site", "▾"), "group rows by"),
    (("Z",), ("▸",), "edge-1.par"), (("O", "n"), ("▸✖ edge-1.par",), "grouped by"),
    (("T",), (" theme", "colour-blind"), ""), (("BSpace",), ("web-07.lon",), "colour-blind"),
    (("c",), (" copy", "address of this view"), ""), (("n",), ("sent to the terminal",), " copy "),
    (("x",), ("acts on edge-1.par", "trust key"), ""), (("Escape",), ("web-07.lon",), "acts on"),
    # what is typed: a file, an address, the messages
    (("E",), ("save to a file", "hosts-"), ""), (("Escape",), ("trouble only",), "save to a file"),
    ((":", "h", "Tab"), (":hosts",), ""), (("Escape",), ("trouble only",), ":hosts"),
    ((":", *"messages", "Enter"), ("Messages", "q closes"), ""), (("Escape",), ("hosts 30",), "q closes"),
    # help and palette
    (("?",), ("Keys", "Moving", "one line down"), ""), (("G",), ("it is up, and a reading",), "Moving"),
    (("F1",), ("hosts 30",), "it is up, and"),
    (("C-p",), ("read now",), ""), (("Escape",), ("hosts 30", "mq-2.lon"), "read now"),
    # marks, trouble, pause
    (("Space", "Space"), ("2 marked",), ""), (("\\",), ("hosts 30",), "marked"),
    (("z",), ("trouble only", "9 of 30"), ""), (("z",), ("hosts 30",), "9 of 30"),
    (("p",), ("paused",), ""), (("p",), ("hosts 30",), "paused"),
    # a host that is up, its page, its panels, its log
    (("/", *"api-09", "Enter"), ("▸● api-09.lon", "1 of 30"), ""), (("Enter",), HOST, "1 of 30"),
    ((".",), ("▸ api-09.lon",), ""), (("f",), ("whole page",), "Vitals"), (("q",), HOST, "whole page"),
    (("l",), ("all is well", "following"), ""), (("p",), ("held still",), ""), (("q",), HOST, "all is well"),
    # a command, its dialog, its page
    ((":", *"run uptime", "Enter"), ("run on", "uptime", "Cancel"), ""), (("Escape",), HOST, "Cancel"),
    (("Escape",), ("▸● api-09.lon",), "Vitals"), (("Escape",), ("hosts 30",), "1 of 30"),
    # an act with fields
    (("m",), ("maintenance on api-09.lon", "how long"), ""), (("Escape",), ("nothing was done",), "how long"),
    # the audit, my part of it, back through the views
    (("9",), ("entries 0", "chain"), "hosts 30"), (("@",), ("who=oncall",), ""), (("q",), ("entries 0",), "who="),
    (("1",), ("hosts 30",), "entries"), (("-",), ("entries 0",), "hosts 30"), (("-",), ("hosts 30",), "entries"),
    (("q",), ("Q leaves the desk",), ""),
)  # fmt: skip


def test_through_everything(live: LiveFleet, in_tmux: Callable[..., Tmux]):
    """Every screen, view, menu, dialog and page at 80x24, by the keys that are told for it, and back again."""
    live.door.flow = [{"source": "journalctl --follow"}, LOG]
    desk = in_tmux()
    for keys, texts, without in TOUR:
        desk.press(*(_named(key) for key in keys if key))
        shown = desk.sees(*texts, without=without)
        assert len(shown.splitlines()) <= 24
    assert [action for action, _, _ in live.door.opened] == ["host.logs"]
    assert not live.door.asked
    desk.press("Q")
    until_sync(lambda: not desk.screen())


def _named(key: str) -> str:
    """Return a key by tmux's name."""
    return "Space" if key == " " else key


HELD_MS = 500
"""What tmux waits for after an escape, as it came for many years."""


class TestEscapeInTmux:
    """A person at a terminal with tmux in it, which holds the escape back and may join it to the next key."""

    @pytest.fixture
    def desk(self, in_tmux: Callable[..., Tmux]) -> Tmux:
        made = in_tmux(escape_ms=HELD_MS)
        made.sees("hosts 30", "cache-04", "engine ●")
        return made

    @pytest.fixture
    def person(self, desk: Tmux):
        made = desk.attach((80, 24))
        made.wait_for("hosts")
        yield made
        made.close()

    def test_alone_it_goes_back(self, desk: Tmux, person: Terminal):
        """When tmux lets it go, it clears the filter; q does so at once."""
        person.type("/db-2\r")
        desk.sees("1 of 30", "▸▲ db-2.lon")
        person.type("\x1b")
        desk.sees("hosts 30", without="1 of 30")
        person.type("/db-2\rq")
        desk.sees("hosts 30", without="/db-2")

    @pytest.mark.parametrize(
        ("keys", "texts"),
        [("z", ("9 of 30",)), (":", ("an address",)), ("/x", ("key~regex",)), ("9", ("entries 0",)),
         ("G", ("▸● web-",)), ("?", ("Moving",)), ("O", ("group rows by",)), ("\r", ("Vitals",)),
         ("\x7f", ("Q leaves",)), ("\x1b", ("Q leaves",)), ("\x1b[B", ("▸✖ db-1.lon",))],
        ids=["z", "colon", "slash", "9", "G", "help", "O", "enter", "backspace", "escape", "arrow"],
    )  # fmt: skip
    def test_a_key_right_behind_it_is_that_key(self, desk: Tmux, person: Terminal, keys: str, texts: tuple[str, ...]):
        """The filter is cleared, and the key does what it always does: nothing is taken for alt and a key."""
        person.type("/edge-1\r")
        desk.sees("1 of 30", "▸✖ edge-1.par")
        person.type("\x1b" + keys)
        desk.sees(*texts, without="/edge-1")

    def test_a_bracket_behind_it_is_one(self, desk: Tmux, person: Terminal):
        """It may be the beginning of an arrow key; when nothing more comes it is escape, and back through the views."""
        person.type("\x1b[")
        desk.sees("nothing was looked at before")

    def test_it_leaves_what_is_typed(self, desk: Tmux, person: Terminal):
        """In the filter, the address and a dialog it gives up; what follows is the list's."""
        for opens, stands in (("/edge", "key~regex"), (":hosts", "host"), ("m", "maintenance on")):
            person.type(opens)
            desk.sees(stands)
            person.type("\x1bz")
            desk.sees("trouble only", "9 of 30")
            person.type("q")
            desk.sees("hosts 30", without="9 of 30")
