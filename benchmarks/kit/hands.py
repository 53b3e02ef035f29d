"""Hands on the dashboard's keys: uneven, and each key waits for what it asked for to stand on the terminal."""

import random

from kit.desk_pty import Desk

CURSOR = "▸".encode()
"""Painted with the line that the cursor has gone to."""

PAGE_DOWN, ENTER, ESCAPE = "\x1b[6~", "\r", "\x1b"
PAGE_MOST = 60
"""Lines of a page at most."""

PAUSES_S = (0.02, 0.28)
"""From one paint to the next key: from a key that is held down to a glance."""

PATTERN = "name~web-.*7"
"""Letters of a filter with a regular expression."""

SORTS = (b"name", b"cpu", b"memory")
"""Columns in the order in which the menu offers them."""

MOST_S = 10.0
"""A key that has painted nothing by then is lost."""


class Hands:
    """Types on a list of hosts.

    Args:
        desk: that shows them, the cursor on the first.
        count: how many hosts there are.
    """

    def __init__(self, desk: Desk, count: int) -> None:
        self._desk = desk
        self._count = count
        self._below = 0
        """Lines between the cursor and the top, at least."""
        self._above = count - 1
        """Lines between the cursor and the end, at least."""
        self._dice = random.Random(5)

    def rest(self) -> None:
        """Pause between two keys, reading what is painted meanwhile."""
        self._desk.read_for(self._dice.uniform(*PAUSES_S))

    def press(self, key: str, seen: bytes) -> float:
        """Press a key; return the milliseconds until this was painted."""
        began = self._desk.type(key)
        took = 1000 * (self._desk.until(seen, MOST_S, fresh=True) - began)
        self.rest()
        return took

    def walk(self, presses: int) -> list[float]:
        """Go up and down the list; return the milliseconds of each key."""
        return [self.press(self._step(), CURSOR) for _ in range(presses)]

    def _step(self) -> str:
        """Return a key that moves the cursor: never against an end of the list, where nothing would be painted."""
        keys = []
        if self._below > 0:
            keys += ["k", "g"]
        if self._above > 0:
            keys += ["j", "j", "j", "G"]
        if self._above > PAGE_MOST:
            keys += [PAGE_DOWN, PAGE_DOWN]
        key = self._dice.choice(keys)
        if key in "gG":
            top = key == "g"
            self._below, self._above = (0, self._count - 1) if top else (self._count - 1, 0)
        else:
            down_least, down_most = {"j": (1, 1), "k": (-1, -1), PAGE_DOWN: (1, PAGE_MOST)}[key]
            self._below, self._above = self._below + down_least, self._above - down_most
        return key

    def filter(self) -> tuple[list[float], float]:
        """Type a filter; return the milliseconds of each letter, and those until the list was narrowed."""
        self.press("/", b"words")
        letters = [self.press(PATTERN[at], PATTERN[: at + 1].encode()) for at in range(len(PATTERN) - 1)]
        narrowed = self.press(PATTERN[-1], f" of {self._count}".encode())
        self.press(ENTER, b"filter")
        self.press(ESCAPE, f"{self._count}".encode())
        return letters, narrowed

    def commands(self) -> list[float]:
        """Sort, turn around, mark all and clear; return the milliseconds of each key that changes the list."""
        took = []
        for column in SORTS:
            self.press("s", b"sort by")
            self.press("j", b" ")
            took += [self.press(ENTER, b"by " + column), self.press("S", b"by " + column)]
        return [*took, self.press("*", b" marked"), self.press("\\", b"by "), self.press("G", CURSOR)]

    def screens(self, times: int) -> list[float]:
        """Go to the audit and back; return the milliseconds of each change."""
        took = []
        for _ in range(times):
            took.append(self.press("9", b"newest first"))
            took.append(self.press("1", b"by state"))
        return took
