"""A window whose size changes at any moment: never a trace, and in the end the screen of that size."""

import random
from collections.abc import Callable

import pytest
from support.live_fleet import LiveFleet
from support.multiplexer import Tmux
from support.waiting import until_sync

STORM = 30
"""Changes of size in one storm."""

SMALLEST, LARGEST = (20, 5), (250, 70)

LEAST = "the desk needs 60x15"


def shows_the_same(one: Tmux, other: Tmux) -> None:
    """Wait until two pictures are the same, colours included."""
    until_sync(lambda: one.picture() == other.picture(), 20, lambda: f"{one.screen()}\n=== is not\n{other.screen()}")


def said(screen: str) -> str:
    """Return what stands on a screen as one text."""
    return " ".join(screen.split())


@pytest.mark.parametrize(
    ("seed", "keys", "last"),
    [
        (1, (), (80, 24)), (2, (), (200, 60)), (3, ("z", "j"), (120, 40)), (4, (".", "."), (97, 31)),
        (5, ("j", "Enter"), (72, 18)), (6, ("?",), (110, 35)), (7, ("m",), (81, 25)), (8, ("/", "d", "b"), (60, 15)),
        (9, ("x",), (140, 24)), (10, ("9",), (66, 66)), (11, (), (59, 40)), (12, ("Enter",), (20, 5)),
    ],
    ids=lambda value: value if isinstance(value, int) else "x".join(map(str, value)) or "list",
)  # fmt: skip
def test_a_storm(
    live: LiveFleet, in_tmux: Callable[..., Tmux], seed: int, keys: tuple[str, ...], last: tuple[int, int]
):
    """Thirty sizes one after the other while readings come; then everything stands as after a fresh start."""
    dice = random.Random(seed)
    desk = in_tmux()
    desk.sees("hosts 30", "cache-04")
    desk.press(*keys)
    for number in range(STORM):
        desk.resize(tuple(dice.randint(least, most) for least, most in zip(SMALLEST, LARGEST, strict=True)))
        name = dice.choice(sorted(live.world.cases))
        live.world.cases[name].cpu = dice.random() * 100
        live.tell(name)
        if number % 3 == 0:
            until_sync(lambda: desk.screen().strip(), 10, "something is drawn")
    desk.resize(last)
    fresh = in_tmux(size=last)
    fresh.sees("needs" if last[0] < 60 or last[1] < 15 else "hosts")
    fresh.press(*keys)
    shows_the_same(desk, fresh)
    assert "Traceback" not in desk.screen()


def test_the_terminal_knows_its_size_best(live: LiveFleet, in_tmux: Callable[..., Tmux]):
    """COLUMNS and LINES that somebody has exported are of another time."""
    desk = in_tmux(size=(100, 30), environ={"COLUMNS": "80", "LINES": "24"})
    for size in ((100, 30), (90, 26), (130, 45)):
        desk.resize(size)
        rule = "─" * (size[0] - 1)
        until_sync(
            lambda rule=rule, lines=size[1]: desk.screen().splitlines()[lines - 2 : lines - 1] == [rule + "─"], 20
        )


@pytest.mark.parametrize("size", [(59, 15), (60, 14), (40, 10), (20, 5)])
def test_too_small_says_so(live: LiveFleet, in_tmux: Callable[..., Tmux], size: tuple[int, int]):
    """It says how large it must be, in as many lines as that takes, and how to leave; larger again it is all there."""
    desk = in_tmux(size=size)
    wanted = f"{size[0]}x{size[1]} is too small: {LEAST}. Q leaves"
    until_sync(lambda: said(desk.screen()) == wanted, 20, lambda: desk.screen())
    desk.resize((60, 15))
    desk.sees("hosts 30", "edge-1.par")
    desk.resize(size)
    until_sync(lambda: said(desk.screen()) == wanted, 20, lambda: desk.screen())
    desk.press("Q")
    until_sync(lambda: not desk.screen(), 10, "it has left")
