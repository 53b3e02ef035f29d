"""The desk on terminals of every age: what is sent to each, which colours, which signs, and how each is left."""

import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support.live_fleet import LiveFleet
from support.multiplexer import GnuScreen, Multiplexer, Tmux
from support.sequences import Csi, Other, left_behind, modes_set, renditions, texts, tokens
from support.terminal import Terminal, program

WEIGHT = {"0", "1", "4", "5", "7"}
"""What SGR means on a VT100."""

EIGHT = {str(number) for begin in (30, 40) for number in (*range(begin, begin + 8), begin + 9)}
"""The colours of ECMA-48."""

CONSOLE = {"2", "21", "22", "24", "25", "27", *(str(n) for n in (*range(90, 98), *range(100, 108)))}
"""What console_codes(4) adds."""

MOVES = {"H", "J", "K", "A", "B", "C", "D", "m"}
"""Control sequences that every one of them has, from the VT100 on."""

EVERYTHING = (
    ("9", "entries "), ("1", "cache-04"), ("x", " acts on"), ("\x1b", "cache-04"), ("m", "maintenance on"),
    ("\x1b", "cache-04"), ("?", "Moving"), ("\x1b", "cache-04"), ("/", "key~regex"), ("\x1b", " trouble only"),
    ("T", "colour-blind"), ("\x1b", "cache-04"), (":", "an address"), ("\x1b", " trouble only"),
    ("c", " copy"), ("n", "clipboard"), ("\x10", "not now"),
)  # fmt: skip
"""Keys that bring up something of every kind and take it away, with what is written then."""


@dataclass(frozen=True)
class Known:
    """What a terminal knows, by its own manual."""

    renditions: set[str]
    modes: set[int]
    more: set[str]
    """Further sequences, as they are."""
    colours: str
    """A rendition that must have been sent, as a pattern; empty for none at all."""
    clipboard: bytes = b""
    """How what it is sent for its clipboard begins; empty where it has none."""

    @property
    def signs(self) -> bool:
        """Whether it has more than ASCII: those with a clipboard do."""
        return bool(self.clipboard)


TERMS = {
    # VT100 User Guide, chapter 3
    "vt100": Known(WEIGHT, {1, 3, 4, 5, 6, 7, 8}, set(), ""),
    # VT220 Programmer Reference, chapter 4: DECTCEM
    "vt220": Known({*WEIGHT, "22", "24", "25", "27"}, {1, 2, 3, 4, 5, 6, 7, 8, 25}, set(), ""),
    # console_codes(4)
    "linux": Known({*WEIGHT, *EIGHT, *CONSOLE}, {1, 3, 5, 6, 7, 8, 9, 25, 1000}, set(), "31"),
    # screen(1), "Virtual Terminal"; what it hands on to the terminal outside was tried with 4.9
    "screen": Known(
        {*WEIGHT, *EIGHT, "22", "27"}, {1, 5, 6, 7, 25, 1000, 1006, 1049, 2004}, set(), "31", b"\x1bP\x1b]52;"
    ),
    "screen-256color": Known(
        {*WEIGHT, *EIGHT, "22", "27", "256"}, {1, 5, 6, 7, 25, 1000, 1006, 1049, 2004}, set(),
        "38;5;", b"\x1bP\x1b]52;",
    ),
    # tmux(1) and its tty-features; the question is answered from 3.7 on, and swallowed before
    "tmux-256color": Known(
        {*WEIGHT, *EIGHT, "256"}, {1, 7, 25, 1000, 1006, 1049, 2004, 2026}, {"CSI ?2026$p"}, "38;5;", b"\x1b]52;"
    ),
    # ctlseqs of XTerm; its like know the keyboard protocol, and it ignores that
    "xterm-256color": Known(
        {*WEIGHT, *EIGHT, "256"}, {1, 7, 25, 1000, 1006, 1049, 2004, 2026}, {"CSI ?2026$p", "CSI >25u", "CSI <u"},
        "38;5;", b"\x1b]52;",
    ),
}  # fmt: skip


def through_everything(desk: Terminal) -> None:
    """Open the desk, look at one thing of every kind, leave."""
    desk.wait_for("cache-04")
    desk.wait_for_engine()
    for key, text in EVERYTHING:
        desk.type(key)
        desk.wait_for_more(text)
        desk.settle(0.05)
    desk.type("\x1b")
    desk.wait_for_more("cache-04")
    desk.type("Q")
    assert desk.wait() == 0


def not_known(written: bytes, known: Known) -> set[str]:
    """Return every sequence that the terminal does not know."""
    wrong: set[str] = set()
    for token in tokens(written):
        if isinstance(token, Csi):
            wrong |= {f"SGR {one}" for one in token.rendition or () if not _has(known, one)}
            fine = token.final in MOVES and re.fullmatch(r"[\d;]*", token.params) and not token.between
            if not fine and token.mode not in known.modes and str(token) not in known.more:
                wrong.add(str(token))
        elif isinstance(token, Other) and token.data not in (b"\r", b"\n") and not _is_copy(known, token.data):
            wrong.add(repr(token.data))
    return wrong


def _is_copy(known: Known, data: bytes) -> bool:
    return bool(known.clipboard) and data.startswith(known.clipboard)


def _has(known: Known, rendition: str) -> bool:
    return rendition in known.renditions or (rendition[:5] in ("38;5;", "48;5;") and "256" in known.renditions)


@pytest.mark.parametrize("term", TERMS)
def test_nothing_is_sent_that_a_terminal_does_not_know(in_pty: Callable[..., Terminal], term: str):
    """Sequences, colours and signs are those of this terminal, and it is as before at the end."""
    known = TERMS[term]
    desk = in_pty(environ={"TERM": term})
    through_everything(desk)
    assert not_known(desk.seen, known) == set()
    sent = renditions(desk.seen)
    if known.colours:
        assert any(one.startswith(known.colours) for one in sent), sent
    else:
        assert "7" in sent, "the cursor's line is told by reverse video"
    assert any(isinstance(token, Other) and _is_copy(known, token.data) for token in tokens(desk.seen)) == known.signs
    assert ("+------" in texts(desk.seen)) == ("256" not in known.renditions), "a border where no ground tells a dialog"
    assert desk.seen.isascii() != known.signs
    assert ("●" in texts(desk.seen)) == known.signs
    assert left_behind(desk.seen) == set()
    assert desk.modes == desk.before


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"LC_ALL": "C"}, False), ({"LC_ALL": None}, False), ({"LC_ALL": None, "LANG": "de_DE.ISO-8859-1"}, False),
        ({"LC_ALL": None, "LANG": "en_GB.UTF-8"}, True), ({"LC_ALL": None, "LC_CTYPE": "C.UTF-8"}, True),
    ],
    ids=["C", "none", "latin-1", "utf-8", "ctype"],
)  # fmt: skip
def test_signs_are_as_the_locale_has_them(in_pty: Callable[..., Terminal], environ, wanted: bool):
    """Where the locale is not UTF-8 not a byte but ASCII is written, not even by Textual's own widgets."""
    desk = in_pty(environ=environ)
    desk.wait_for("cache-04")
    desk.wait_for_engine()
    for key, text in (("m", "maintenance on"), ("\x1b", "cache-04"), ("\x10", "read now"), ("\x1b", "cache-04"),
                      ("/é", "0 of 30")):  # fmt: skip
        desk.type(key)
        desk.wait_for_more(text)
    assert desk.seen.isascii() != wanted
    assert ("●" in texts(desk.seen)) == wanted


@pytest.mark.parametrize(
    ("environ", "colour", "never"),
    [
        ({"NO_COLOR": "1"}, "7", r"[349]\d"),
        ({"NO_COLOR": "", "COLORTERM": "truecolor"}, "38;2;", r"38;5;"),
        ({"COLORTERM": "truecolor", "TERM": "screen-256color", "STY": "1.desk"}, "38;5;", r"38;2;"),
        ({"COLORTERM": "truecolor", "TERM": "linux"}, "31", r"38;|9\d"),
        ({"TERM": "xterm-kitty"}, "38;5;", r"38;2;"),
        ({"TERM": "no-such-terminal"}, "31", r"38;"),
        ({"TERM": "screen", "TMUX": "/tmp/tmux,1,0"}, "38;5;", r"38;2;"),
    ],
    ids=["NO_COLOR", "truecolor", "truecolor-screen", "truecolor-linux", "kitty", "unknown", "tmux-screen"],
)  # fmt: skip
def test_colours_are_as_terminal_and_operator_say(in_pty: Callable[..., Terminal], environ, colour: str, never: str):
    """NO_COLOR is no colour at all; COLORTERM counts where the terminal can have it, not where it is inherited."""
    desk = in_pty(environ=environ)
    desk.wait_for("cache-04")
    desk.settle(0.3)
    sent = renditions(desk.seen)
    assert any(one.startswith(colour) for one in sent), sent
    assert not [one for one in sent if re.match(never, one)]


def test_states_differ_in_eight_colours(in_pty: Callable[..., Terminal]):
    """Good, warning and bad are three hues on the console, where the nearest colours of a theme are all the same."""
    desk = in_pty("--theme", "dark", environ={"TERM": "linux"})
    desk.wait_for("cache-04")
    desk.settle(0.3)
    hues = set(re.findall(rb"\x1b\[([\d;]+)m *[X!*](?= )", desk.seen)) | set(
        re.findall(rb"\x1b\[([\d;]+)m *[X!*]\x1b", desk.seen)
    )
    assert {b"1;31;40", b"1;33;40", b"1;32;40"} <= hues, hues


def test_a_terminal_that_can_not_draw_is_told(live: LiveFleet, in_pty: Callable[..., Terminal]):
    """TERM=dumb gets two lines of advice and no control sequence; nothing is started."""
    desk = in_pty(environ={"TERM": "dumb"})
    assert desk.wait() == 2
    assert "show hosts" in texts(desk.seen)
    assert not [token for token in tokens(desk.seen) if isinstance(token, Csi)]


def test_what_is_no_key_presses_none(in_pty: Callable[..., Terminal]):
    """Bytes that are no UTF-8, answers to questions of a program before, sequences nobody knows: the desk goes on."""
    desk = in_pty()
    desk.wait_for("cache-04")
    for stray in (b"\xe9\xff\xc3", b"\x1b[?1;2c", b"\x1b[>84;0;0c", b"\x1b[99;99z", b"\x1b[0n", b"\x1b[12;40R"):
        os.write(desk.master, stray)
    desk.settle(0.3)
    before = texts(desk.seen)
    assert "Moving" not in before
    assert " copy" not in before
    assert "entries" not in before
    desk.type("z")
    desk.wait_for_more("9 of 30")
    desk.type("Q")
    assert desk.wait() == 0


STAYS = "{}; echo left $?; exec cat"
"""A shell in which the desk runs, so that it can be seen how it leaves."""


def stands_whole(inside: Multiplexer, signs: bool) -> str:
    """Wait for the first screen and check it; return it."""
    shown = inside.sees("hosts 30", "cache-04.par", "enter open")
    lines = shown.splitlines()
    assert [line[3:15].strip() for line in lines[4:7]] == ["edge-1.par", "db-1.lon", "mq-2.lon"]
    assert lines[0].startswith("shop-prod")
    assert ("●" in shown) == signs
    assert set(lines[22]) == ({"─"} if signs else {"-"})
    return shown


@pytest.mark.parametrize("term", ["tmux-256color", "screen", "screen-256color", "linux", "vt100", "xterm-256color"])
def test_in_tmux(live: LiveFleet, in_tmux: Callable[..., Tmux], term: str):
    """Whatever the window is called, the desk stands there whole, and afterwards the shell does."""
    inside = in_tmux(shell=STAYS.format(shlex.join(program(live.root))), environ={"TERM": term})
    modern = term not in ("linux", "vt100")
    stands_whole(inside, modern)
    assert inside.tells("alternate_on") == str(int(modern))
    assert inside.tells("mouse_any_flag") == str(int(modern))
    assert inside.tells("cursor_flag") == str(int(term == "vt100"))
    inside.press("Q")
    shown = inside.sees("left 0", without="cache-04")
    assert shown.split() == ["left", "0"]
    flags = {name: inside.tells(name) for name in ("alternate_on", "mouse_any_flag", "cursor_flag", "wrap_flag")}
    assert flags == {"alternate_on": "0", "mouse_any_flag": "0", "cursor_flag": "1", "wrap_flag": "1"}


@pytest.mark.parametrize(("term", "colour", "never"), [("screen", "31", "38;"), ("screen-256color", "38;5;", "38;2;")])
def test_in_gnu_screen(live: LiveFleet, in_screen: Callable[..., GnuScreen], term: str, colour: str, never: str):
    """Inherited COLORTERM spoils no colour, and the picture does not stay behind, though there is no other screen."""
    inside = in_screen(
        "env", f"TERM={term}", "sh", "-c", STAYS.format(shlex.join(program(live.root))),
        environ={"COLORTERM": "truecolor"},
    )  # fmt: skip
    shown = inside.sees("hosts 30", "cache-04.par", "enter open")
    assert shown.splitlines()[4][3:13] == "edge-1.par"
    inside.outside.wait_for("●")
    inside.outside.settle(0.2)
    outside = inside.outside.seen
    assert {1000, 1006, 2004} <= modes_set(outside)
    sent = renditions(outside)
    assert any(one.startswith(colour) for one in sent), sent
    assert not {one for one in sent if one.startswith(never)} | {"2"} & sent
    inside.press("Q")
    assert inside.sees("left 0", without="cache-04").split() == ["left", "0"]
    inside.outside.settle(0.2)
    assert left_behind(inside.outside.seen) <= {"?1049h", "?1h"}, "screen's own"
