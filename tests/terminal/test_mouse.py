"""The mouse: a click, a double click, the wheel; and none of it when it is switched off."""

from collections.abc import Callable

import pytest
from support.live_fleet import LiveFleet
from support.multiplexer import Tmux
from support.sequences import modes_set
from support.terminal import Terminal
from support.waiting import until_sync

MOUSE = {9, 1000, 1001, 1002, 1003, 1005, 1006, 1015, 1016}
"""Every mode that makes a terminal report the mouse."""


class Person:
    """Somebody at a terminal with tmux in it, with a mouse.

    Args:
        desk: the tmux that the desk runs in.
    """

    def __init__(self, desk: Tmux) -> None:
        self.desk = desk
        desk.run("set", "-g", "mouse", "on")
        self.terminal = desk.attach((80, 24))
        self.terminal.wait_for("hosts")

    def click(self, text: str, times: int = 1) -> None:
        """Click on a text where it stands."""
        column, row = self.place(text)
        for _ in range(times):
            self.terminal.type(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")

    def wheel(self, text: str, down: bool) -> None:
        """Turn the wheel by a notch over a text."""
        column, row = self.place(text)
        self.terminal.type(f"\x1b[<{65 if down else 64};{column};{row}M")

    def cursor_is_at(self, text: str) -> bool:
        """Whether the line with the cursor's sign has this text."""
        return any(line.startswith("▸") and text in line for line in self.desk.screen().splitlines())

    def place(self, text: str) -> tuple[int, int]:
        """Return column and row of a text, from 1 on."""
        self.terminal.read_for(0.02)
        for row, line in enumerate(self.desk.sees(text).splitlines(), 1):
            if text in line:
                return line.index(text) + 1, row
        raise AssertionError(text)


@pytest.fixture
def person(in_tmux: Callable[..., Tmux]):
    """Somebody in front of the desk."""
    desk = in_tmux()
    desk.sees("hosts 30", "cache-04")
    made = Person(desk)
    yield made
    made.terminal.close()


def test_a_click_puts_the_cursor_there(person: Person):
    """On the row that is pointed at; a double click opens it."""
    person.click("web-07.lon")
    person.desk.sees("▸▲ web-07.lon")
    person.click("db-1.lon", times=2)
    person.desk.sees("check power, network and sshd of the host", "the last hour", "no answer on port 22")


def test_the_wheel_scrolls(person: Person):
    """Down and up again, whatever has the focus; the cursor stays where it is, and what is below is counted."""
    person.terminal.type("p")
    person.desk.sees("paused")
    for _ in range(3):
        person.wheel("web-07.lon", down=True)
    person.desk.sees("ci-15.lon", " 6 more", without="edge-1.par")
    for _ in range(3):
        person.wheel("ci-15.lon", down=False)
    person.desk.sees("▸✖ edge-1.par")
    person.terminal.type("?")
    person.desk.sees("Moving")
    person.wheel("one line up", down=True)
    person.desk.sees("Marking", without="q closes")


def test_screens_and_keys_can_be_clicked(person: Person):
    """The line of screens and the footer do what their keys do, on every screen; a dim key says why."""
    person.click("Audit")
    person.desk.sees("entries 0", without="hosts 30")
    person.click("Infrastructure")
    person.desk.sees("hosts 30")
    person.click("trouble only")
    person.desk.sees("9 of 30")
    person.click("filter")
    person.desk.sees("key~regex")
    person.terminal.type("db")
    person.desk.sees("/db")
    person.click("clear")
    person.desk.sees("9 of 30", without="/db")
    person.click("z all")
    person.desk.sees("hosts 30", without="9 of 30")
    person.click("enter")
    person.desk.sees("Vitals", "q back")
    person.click("back")
    person.desk.sees("hosts 30", without="Vitals")
    person.click("keys")
    person.desk.sees("Moving")


def test_menus_dialogs_and_entries_can_be_clicked(live: LiveFleet, person: Person):
    """A line of a menu is chosen, a button pressed, an entry of the audit gone to and opened."""
    live.wrote("db-1.lon", "db-2.lon")
    person.terminal.type("O")
    person.desk.sees("group rows by")
    person.click("site")
    person.desk.sees("grouped by site", without="group rows by")
    person.terminal.type("Onm")
    person.desk.sees("maintenance on edge-1.par")
    person.click("Cancel")
    person.desk.sees("nothing was done", without="how long")
    person.terminal.type("9")
    person.desk.sees("host.read", "host:db-2.lon")
    assert person.cursor_is_at("host:db-2.lon")
    person.click("host:db-1.lon")
    until_sync(lambda: person.cursor_is_at("host:db-1.lon"), 10, "the cursor is there")
    person.click("host:db-2.lon", times=2)
    person.desk.sees("Entry 2")


@pytest.mark.parametrize("options", [("--no-mouse",), ()])
def test_it_can_be_switched_off(in_pty: Callable[..., Terminal], options: tuple[str, ...]):
    """With --no-mouse not one mode is set that makes the terminal report it; without, clicks and no movements are."""
    desk = in_pty(*options)
    desk.wait_for("cache-04")
    desk.type("Q")
    assert desk.wait() == 0
    assert modes_set(desk.seen) & MOUSE == (set() if options else {1000, 1006})


def test_what_the_mouse_sends_is_nothing_to_a_desk_without(in_pty: Callable[..., Terminal]):
    """A terminal that reports all the same, as another program left it, does not press keys."""
    desk = in_pty("--no-mouse")
    desk.wait_for("cache-04")
    desk.type("\x1b[<35;10;5M\x1b[M !!\x1b[32;10;5M" + "z")
    desk.wait_for_more("9 of 30")
