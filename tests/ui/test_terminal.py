"""What a terminal can do, which colours stand for a theme's, what keys are, and what a click means. All pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor

from tui_ops.ui.cells import width_of
from tui_ops.ui.colours import Reduced, twin
from tui_ops.ui.driver import unknown_to
from tui_ops.ui.frame import Hint, footer
from tui_ops.ui.keystrokes import Escape, Keystrokes
from tui_ops.ui.look import Palette
from tui_ops.ui.paint import Ground, Ink, line
from tui_ops.ui.pointing import key_at
from tui_ops.ui.terminal import TRUE, Entry, Terminal, judge
from tui_ops.ui.themes import NAMES, load_palette

MODERN = Entry(256, True, True, True, True)
POOR = Entry(8, True, True, True, True)
CONSOLE = Entry(8, True, True, False, True)
GLASS = Entry(0, True, False, False, False)
UTF8 = {"LC_ALL": "C.UTF-8"}
TMUX = {"TMUX": "/tmp/tmux-0/default,1,0"}
DEEP = {"COLORTERM": "truecolor"}


@pytest.mark.parametrize(
    ("environ", "entry", "colours", "modern", "questions"),
    [
        ({"TERM": "xterm-256color"}, MODERN, 256, True, True),
        ({"TERM": "xterm-256color", **DEEP}, MODERN, TRUE, True, True),
        ({"TERM": "xterm"}, POOR, 8, True, True), ({"TERM": "xterm", **DEEP}, POOR, TRUE, True, True),
        ({"TERM": "screen"}, POOR, 8, True, False), ({"TERM": "screen", **DEEP}, POOR, 8, True, False),
        ({"TERM": "screen", **TMUX}, POOR, 256, True, True),
        ({"TERM": "screen", **TMUX, **DEEP}, POOR, TRUE, True, True),
        ({"TERM": "screen", **TMUX, "STY": "1.x"}, POOR, 8, True, False),
        ({"TERM": "tmux-256color", **TMUX}, MODERN, 256, True, True),
        ({"TERM": "linux", **DEEP}, CONSOLE, 8, False, False), ({"TERM": "vt100", **DEEP}, GLASS, 0, False, False),
        ({"TERM": "linux", **TMUX}, CONSOLE, 8, False, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1", **DEEP}, MODERN, 0, True, True),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, MODERN, 16, True, True),
        ({"TERM": "xterm-direct"}, Entry(1 << 24, True, True, True, True), TRUE, True, True),
    ],
)  # fmt: skip
def test_what_a_terminal_can(environ, entry: Entry, colours: int, modern: bool, questions: bool):
    """By its description, by what it is inside of, and by what was inherited from outside of that."""
    found = judge({**UTF8, **environ}, entry)
    assert (found.colours, found.signs, found.answers) == (colours, modern, questions)
    assert found.clipboard == found.mouse == found.pastes == modern
    assert not judge({**environ, "LC_ALL": "C"}, entry).signs


def test_a_terminal_of_old_is_asked_nothing():
    """What Textual sends at the beginning and the end, a VT100 gets none of but the wrapping of lines."""
    unknown = unknown_to(judge({"TERM": "vt100"}, GLASS))
    for sequence in ("\x1b[?1049h", "\x1b[?25l", "\x1b[?2004h", "\x1b[?2026$p", "\x1b[>25u", "\x1b[<u", "\x1b[?1004h"):
        assert sequence in unknown
    assert "\x1b[?7l" not in unknown
    assert "\x1b[?1049h" not in unknown_to(Terminal())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("colours", [0, 8, 16])
@pytest.mark.parametrize("brightens", [False, True])
def test_every_ink_can_be_read(name: str, colours: int, brightens: bool):
    """On no ground does an ink have the ground's own colour, the cursor's line differs, and twice is as once."""
    look = load_palette(name)
    reduced = Reduced(Terminal(colours=colours, bold_brightens=brightens), lambda: look)
    for ground in Ground:
        for ink in Ink:
            style = _drawn(reduced, look.styles[ink, ground])
            assert _drawn(reduced, style) == style
            if not colours:
                assert style.color is None
                assert style.bgcolor is None
                assert bool(style.reverse) == (ground is Ground.CURSOR)
                continue
            assert style.color is not None
            assert style.bgcolor is not None
            assert style.bgcolor.number is not None
            assert style.bgcolor.number < 8
            assert colours >= 16 or (style.color.number or 0) < 8 or brightens
            dark_grey = style.bold and (brightens or (ink is Ink.FAINT and not look.dark))
            assert style.color.number != style.bgcolor.number or dark_grey
    cursor, plain = (_drawn(reduced, look.styles[Ink.TEXT, ground]) for ground in (Ground.CURSOR, Ground.PLAIN))
    assert (cursor.bgcolor, cursor.reverse) != (plain.bgcolor, plain.reverse)


@pytest.mark.parametrize("name", ["dark", "light", "high-contrast", "colour-blind"])
def test_states_have_hues_of_their_own(name: str):
    """Good, warning and bad never fall together, nor with the text."""
    look = load_palette(name)
    reduced = Reduced(Terminal(colours=8), lambda: look)
    inks = (Ink.GOOD, Ink.WARN, Ink.BAD, Ink.TEXT)
    assert len({_drawn(reduced, look.styles[ink, Ground.PLAIN]) for ink in inks}) == 4


def test_a_theme_that_is_changed_is_taken_up():
    """The colours are those of the theme of the moment."""
    looks = [load_palette("dark")]
    reduced = Reduced(Terminal(colours=8), lambda: looks[0])
    assert _drawn(reduced, looks[0].styles[Ink.TEXT, Ground.PLAIN]).bgcolor == Color.from_ansi(0)
    looks[0] = load_palette("light")
    assert _drawn(reduced, looks[0].styles[Ink.TEXT, Ground.PLAIN]).bgcolor == Color.from_ansi(7)


def _drawn(reduced: Reduced, style: Style) -> Style:
    (segment,) = reduced.apply([Segment("x", style)], TextualColor(0, 0, 0))
    assert segment.style is not None
    return segment.style


def test_a_twin_is_as_wide():
    """Signs of one cell and of two become ASCII that takes the same room."""
    for text in ("● up", "漢字", "a…b", "🔎 x", "plain"):
        assert twin(text).isascii()
        assert len(twin(text)) == width_of(text)


def _said(keys: Keystrokes, *parts: str) -> list[str]:
    out: list[Escape | str] = []
    for part in parts:
        out += keys.feed(part)
    return ["ESC" if isinstance(one, Escape) else one for one in out]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (("\x1bj",), ["ESC", "j"]), (("a\x1b:q",), ["a", "ESC", ":q"]), (("\x1b", "j"), ["ESC", "j"]),
        (("\x1b[A",), ["\x1b[A"]), (("\x1b", "[", "A"), ["\x1b[A"]), (("x\x1b[1;5Cy",), ["x", "\x1b[1;5C", "y"]),
        (("\x1bOP",), ["\x1bOP"]), (("\x1b\x1b[B",), ["ESC", "\x1b[B"]), (("\x1b\r",), ["ESC", "\r"]),
        (("\x1b[[A",), ["\x1b[[A"]), (("\x1b[23$",), ["\x1b[23$"]), (("\x1b[M !!z",), ["\x1b[M !!", "z"]),
        (("\x1b[<0;10;5M",), ["\x1b[<0;10;5M"]), (("\x1b[?2026;2$yj",), ["\x1b[?2026;2$y", "j"]),
        (("\x1b[27u",), ["\x1b[27u"]), (("\x1b[200~a\x1bj\x1b[201~q",), ["\x1b[200~a\x1bj\x1b[201~", "q"]),
    ],
)  # fmt: skip
def test_escapes_and_sequences(parts: tuple[str, ...], told: list[str]):
    """An escape before a key is the escape key; a sequence is whole however it comes; what is pasted is left alone."""
    keys = Keystrokes()
    assert _said(keys, *parts) == told
    assert keys.patience_s(0.1) is None


def test_what_does_not_go_on_is_given_up():
    """Alone it is escape; before a bracket both are keys; a sequence that is torn for good is nobody's."""
    for held, told in (("\x1b", ["ESC"]), ("\x1b[", ["ESC", "["]), ("\x1bO", ["ESC", "O"]), ("\x1b[1;", [])):
        keys = Keystrokes()
        assert keys.feed(held) == []
        assert keys.patience_s(0.1) == (0.1 if len(held) <= 2 else 1.0)
        assert ["ESC" if isinstance(one, Escape) else one for one in keys.give_up()] == told
        assert keys.patience_s(0.1) is None


@given(st.lists(st.text("\x1b[O1;<~MAaj$\r\u20ac", max_size=12), max_size=6))
def test_nothing_that_is_typed_is_lost(parts: list[str]):
    """However it is cut, what comes out is what came in, until it is given up."""
    keys = Keystrokes()
    out = "".join("\x1b" if one == "ESC" else one for one in _said(keys, *parts))
    assert "".join(parts).startswith(out)
    assert len("".join(parts)) - len(out) < 64


def test_keys_in_the_footer_can_be_pointed_at():
    """A click on a key or on its words is that key; between two, and behind the last, it is none."""
    shown = footer(
        [Hint("enter", "open"), Hint("j k", "scroll"), Hint("m", "maintenance", False), Hint("/", "filter")], 60
    )
    text = "".join(part for part, _ in shown)
    for words, key in (("enter", "enter"), ("open", "enter"), ("scroll", "j"), ("maintenance", "m"), ("/", "/")):
        assert key_at(shown, text.index(words)) == key
    assert key_at(shown, text.index("  ")) == ""
    assert key_at(shown, 59) == ""
    assert key_at(line(("1 ", Ink.ACCENT), ("Audit", Ink.TITLE), (" 3", Ink.WARN)), 4) == "1"


def test_a_palette_is_needed_for_roles():
    """A colour that the theme does not name has the nearest hue."""
    look: Palette = load_palette("dark")
    reduced = Reduced(Terminal(colours=8), lambda: look)
    assert _drawn(reduced, Style(color="#ff0000", bgcolor="#1c1c1c")) == Style(
        color=Color.from_ansi(1), bgcolor=Color.from_ansi(0), bold=True
    )
