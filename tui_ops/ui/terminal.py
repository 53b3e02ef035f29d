"""What the terminal can do, by its own name and the system's description of it, and what Textual is told of that."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FRAMES_PER_S = "120"
"""A key waits for the next frame: with fewer, half of those that come just after a reading would wait longer than a
hand does not notice. What is not asked for by a key is drawn four times a second at most, whatever stands here."""

LEAST_WIDTH = 60
"""Below this many columns host, state and one number no longer stand side by side."""

LEAST_HEIGHT = 15
"""Below this many lines fewer hosts than chrome would be shown."""

TRUE = 1 << 24
"""Colours of a terminal that takes any."""

_SETTINGS = {
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_FPS": FRAMES_PER_S,
    "TEXTUAL_SMOOTH_SCROLL": "0",
}
"""Read by Textual when it is imported, so they are set before."""

_SYSTEMS = {"truecolor": TRUE, "256": 256, "standard": 16}
"""Colours by the names that Textual has for them, the most first."""

_MODERN = ("256color", "direct", "kitty", "ghostty", "alacritty", "foot", "wezterm", "contour")
"""In the name of an emulator that the system has no description of: it is newer than that, and has 256 colours."""

_CANNOT = ("", "dumb", "unknown")
"""Names of no terminal at all; no system needs a description of these."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the system's description (terminfo) says of a terminal."""

    colours: int
    places_cursor: bool
    hides_cursor: bool
    other_screen: bool
    mouse: bool


NOTHING = Entry(0, False, False, False, False)


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal, by what may be sent to it."""

    colours: int = TRUE
    """0 for none; 8 stands for the six hues, black and white, 16 for the same and their bright twins."""
    bold_brightens: bool = False
    """Whether its bright colours are asked for by bold, as on the Linux console."""
    signs: bool = True
    """Whether locale and font have more than ASCII."""
    places_cursor: bool = True
    hides_cursor: bool = True
    other_screen: bool = True
    """Whether a program may draw on a screen of its own."""
    leaves_picture: bool = False
    """Whether what was drawn may still stand there afterwards: without such a screen, and in GNU screen as it comes."""
    mouse: bool = True
    pastes: bool = True
    """Whether it marks what is pasted."""
    answers: bool = True
    """Whether it answers when it is asked for its modes; an old one would print the question."""
    tells_keys: bool = True
    """Whether it may know the keyboard protocol that tells escape from the beginning of a sequence."""

    @property
    def clipboard(self) -> bool:
        """Whether it may have a clipboard to send to; one that has not would print what it is sent."""
        return self.other_screen

    @property
    def few_colours(self) -> bool:
        """Whether a theme's colours can't be shown."""
        return self.colours < 256


CAPABLE = Terminal()


def this_terminal(environ: Mapping[str, str]) -> Terminal:
    """Return the terminal that this process runs on."""
    return judge(environ, look_up(environ.get("TERM", "")))


def look_up(name: str) -> Entry:
    """Return the system's description of a terminal, or what its name tells where there is none.

    The library behind reads one description a process: a second name gives that of the first.
    """
    if name in _CANNOT:
        return NOTHING
    try:
        import curses
    except ImportError:
        return _by_name(name)
    try:
        curses.setupterm(name, 1)
    except curses.error:
        return _by_name(name)
    return Entry(
        colours=max(0, curses.tigetnum("colors")),
        places_cursor=bool(curses.tigetstr("cup")),
        hides_cursor=bool(curses.tigetstr("civis")),
        other_screen=bool(curses.tigetstr("smcup")),
        mouse=bool(curses.tigetstr("kmous")),
    )


def _by_name(name: str) -> Entry:
    modern = any(part in name for part in _MODERN)
    return Entry(256 if modern else 8, True, True, True, True)


def judge(environ: Mapping[str, str], entry: Entry) -> Terminal:
    """Return what may be sent to a terminal.

    tmux takes whatever a modern terminal does, whatever it is called inside, and brings it down for the terminal
    outside; GNU screen takes what its description says, and hands its environment on from a terminal that can more.

    Args:
        environ: the environment.
        entry: what the system says of the terminal.
    """
    name = environ.get("TERM", "")
    multiplexer = name.startswith(("screen", "tmux"))
    in_tmux = multiplexer and bool(environ.get("TMUX")) and not environ.get("STY")
    in_screen = name.startswith("screen") and not in_tmux
    console = name.partition("-")[0] == "linux"
    modern = entry.other_screen and not console
    return Terminal(
        colours=_colours(environ, entry, modern, in_tmux, in_screen),
        bold_brightens=console,
        signs=modern and speaks_utf8(environ),
        places_cursor=entry.places_cursor,
        hides_cursor=entry.hides_cursor,
        other_screen=modern,
        leaves_picture=in_screen or not modern,
        mouse=entry.mouse and modern,
        pastes=modern,
        answers=modern and not in_screen,
        tells_keys=modern and not multiplexer,
    )


def _colours(environ: Mapping[str, str], entry: Entry, modern: bool, in_tmux: bool, in_screen: bool) -> int:
    if environ.get("NO_COLOR"):
        return 0
    asked = _SYSTEMS.get(environ.get("TEXTUAL_COLOR_SYSTEM", ""))
    if asked is not None:
        return asked
    if environ.get("COLORTERM") in ("truecolor", "24bit") and modern and not in_screen:
        return TRUE
    return min(TRUE, max(256, entry.colours) if in_tmux else entry.colours)


def prepare_environment(terminal: Terminal) -> None:
    """Set what Textual reads at import; what the operator has set himself stays."""
    system = next((name for name, colours in _SYSTEMS.items() if terminal.colours >= colours), "standard")
    for name, value in {**_SETTINGS, "TEXTUAL_COLOR_SYSTEM": system}.items():
        os.environ.setdefault(name, value)
    for name in ("COLUMNS", "LINES"):
        # Where they are exported they are of the time when that was done, and Textual would believe them for ever.
        os.environ.pop(name, None)
    if not os.environ.get("NO_COLOR"):
        # Empty it asks for nothing, but Textual looks only whether it is there.
        os.environ.pop("NO_COLOR", None)


def speaks_utf8(environ: Mapping[str, str]) -> bool:
    """Return whether the locale of this terminal is UTF-8, by the variables as POSIX ranks them."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environ.get(name, "").lower()
        if value and not (name == "LC_CTYPE" and value == "c.utf-8" and _put_in_by_python()):
            return "utf-8" in value or "utf8" in value
    return False


def _put_in_by_python() -> bool:
    """Return whether Python itself has set ``LC_CTYPE``, as it does where the locale is C or none (PEP 538)."""
    try:
        given = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return not any(one.startswith(b"LC_CTYPE=") for one in given)
