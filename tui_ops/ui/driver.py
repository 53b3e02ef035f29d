"""Textual's driver, held to what this terminal knows, and to leaving it as it was found whatever happens to it."""

import os
import selectors
import signal
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, cast

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui_ops.ui.keystrokes import ESC, Escape, Keystrokes
from tui_ops.ui.leaving import Leaving, a_shell_waits
from tui_ops.ui.terminal import Terminal

if TYPE_CHECKING:
    from textual.app import App

    from tui_ops.ui.app import DeskApp

LOOK_S = 0.1
"""How often it is looked whether reading shall end."""

CHUNK = 4096
"""Bytes read at once: more than anybody types."""

CLEAR = "\x1b[0m\x1b[H\x1b[J"
"""Left behind where there is no other screen to leave: an empty one, with the cursor at its top."""

_NEVER = (
    "\x1b[?1003h", "\x1b[?1003l", "\x1b[?1015h", "\x1b[?1015l",  # every movement of the mouse, in a form of old
    "\x1b[?1004h", "\x1b[?1004l",  # whether the window has the focus: nothing here depends on it
    "\x1b[?2048$p", "\x1b[?2048h", "\x1b[?2048l",  # sizes among the keys: SIGWINCH tells them
)  # fmt: skip
"""What Textual sends and the desk has no use for: each movement of a mouse would be bytes on the line."""

_POINTER = "\x1b]22;"
"""The shape of the mouse's pointer: a terminal that does not know it may print it."""


def unknown_to(terminal: Terminal) -> frozenset[str]:
    """Return what of Textual's sequences must not be sent to a terminal."""
    unknown = set(_NEVER)
    if not terminal.hides_cursor:
        unknown |= {"\x1b[?25l", "\x1b[?25h"}
    if not terminal.other_screen:
        unknown |= {"\x1b[?1049h", "\x1b[?1049l"}
    if not terminal.pastes:
        unknown |= {"\x1b[?2004h", "\x1b[?2004l"}
    if not terminal.answers:
        unknown.add("\x1b[?2026$p")
    if not terminal.tells_keys:
        unknown |= {"\x1b[>25u", "\x1b[<u"}
    return frozenset(unknown)


class Steady:
    """A file to a terminal that may go away: what can't be written any more is dropped.

    Textual writes in a thread of its own; an error there would end it, and whoever waits for its queue would hang.

    Args:
        file: to write to.
        gone: told once that it can't be written any more.
    """

    def __init__(self, file: IO[str], gone: Callable[[], None]) -> None:
        self._file = file
        self._gone = gone
        self._lost = False

    def write(self, text: str) -> None:
        """Write a text."""
        if not self._lost:
            self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        """Write what was gathered."""
        if not self._lost:
            self._try(self._file.flush)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._file.fileno()

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (OSError, ValueError):
            self._lost = True
            self._gone()


class DeskDriver(LinuxDriver):
    """Sends only what the terminal knows; reads keys as they are meant; leaves when the terminal has gone.

    Textual makes it itself, so it asks the app which terminal it is on (``app.terminal``).
    """

    def __init__(
        self, app: "App[Any]", *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        self.terminal: Terminal = cast("DeskApp", app).terminal
        super().__init__(app, debug=debug, mouse=mouse and self.terminal.mouse, size=size)
        self._unknown = unknown_to(self.terminal)
        self._leaving = Leaving(self._leave, self._give_back)
        self._active = False
        shown = sys.__stderr__ if sys.__stderr__ is not None and sys.__stderr__.isatty() else sys.__stdout__
        gone = self._leaving.terminal_gone
        self._file = Steady(shown, gone)  # type: ignore[assignment, arg-type]  # all that is asked of a file here

    def write(self, data: str) -> None:
        """Write what the terminal knows."""
        if data not in self._unknown and not data.startswith(_POINTER):
            super().write(data)

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self._leaving.watch()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._active = self._writer_thread is not None and self._writer_thread.is_alive()
        # Reading behind another job then fails, instead of stopping the desk in the middle of something.
        signal.signal(signal.SIGTTIN, signal.SIG_IGN if self._active else signal.SIG_DFL)

    def stop_application_mode(self) -> None:
        """Put the terminal back."""
        if self._active:
            self._active = False
            signal.signal(signal.SIGTTIN, signal.SIG_DFL)
            if self.terminal.leaves_picture:
                self.write(CLEAR)
            super().stop_application_mode()

    def _leave(self, code: int) -> None:
        self._soon(lambda: self._app.exit(code, return_code=code))

    def _soon(self, act: Callable[[], None]) -> None:
        """Do something between two other things: a signal comes in the middle of one, with its locks held."""
        # After the last thing of all nothing is left to be done.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(act)

    def _give_back(self) -> None:
        """Give the terminal its modes back without writing to it: that is what may be waited for in vain."""
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)

    # Stopping and going on ----------------------------------------------------------------------------------------

    def _sigtstp_application(self, *_: object) -> None:
        """Stop with everything that the shell started along with us, as a ctrl+z outside of the desk does."""
        if a_shell_waits():
            if self._auto_restart:
                self._soon(self._step_back)
            else:
                os.killpg(os.getpgrp(), signal.SIGSTOP)

    def _step_back(self) -> None:
        if self._active:
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.killpg(os.getpgrp(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        """Go on."""
        if self._auto_restart:
            self._soon(self._come_back)

    def _come_back(self) -> None:
        """Take the terminal over where it is ours again, and stop where it is not."""
        try:
            in_front = self._in_front()
        except OSError:
            self._leaving.terminal_gone()
            return
        if not in_front:
            if a_shell_waits():
                os.killpg(os.getpgrp(), signal.SIGSTOP)
            return
        if self._active:
            # It was stopped from outside, and another program may have had the terminal meanwhile.
            self.suspend_application_mode()
            self._must_signal_resume = True
        self.resume_application_mode()

    def _in_front(self) -> bool:
        """Return whether the terminal is ours, and not another job's. Raises OSError where it has gone."""
        return os.tcgetpgrp(self.fileno) == os.getpgrp()

    # Keys ---------------------------------------------------------------------------------------------------------

    def run_input_thread(self) -> None:
        """Read keys until told to stop; bytes that are no UTF-8 are a sign like any other."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        keys, parser = Keystrokes(), XTermParser(self._debug)
        given_up_at: float | None = None
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                left = LOOK_S if given_up_at is None else min(LOOK_S, max(0.0, given_up_at - time.monotonic()))
                if selector.select(left):
                    data = self._read()
                    if data is None:
                        self.exit_event.wait(LOOK_S)
                        continue
                    if not data:
                        self._leaving.terminal_gone()
                        return
                    parser = self._send(keys.feed(decode(data)), keys, parser)
                elif given_up_at is not None and time.monotonic() >= given_up_at:
                    parser = self._send(keys.give_up(), keys, parser)
                else:
                    continue
                patience = keys.patience_s(constants.ESCAPE_DELAY)
                given_up_at = None if patience is None else time.monotonic() + patience

    def _read(self) -> bytes | None:
        """Return what was typed; nothing where the terminal has gone, None where it is another job's just now."""
        with suppress(OSError):
            return os.read(self.fileno, CHUNK)
        with suppress(OSError):
            if not self._in_front():
                return None
        return b""

    def _send(self, pieces: Iterable[Escape | str], keys: Keystrokes, parser: XTermParser) -> XTermParser:
        """Send what was typed to the app; return the parser to go on with."""
        for piece in pieces:
            if isinstance(piece, Escape):
                self.process_message(events.Key("escape", ESC))
                continue
            found = list(parser.feed(piece))
            for message in found:
                self.process_message(message)
            if not found and piece.startswith(ESC) and not keys.pasting:
                # It knows no such sequence, and would take it for keys, letter by letter, when time is up.
                parser = XTermParser(self._debug)
        return parser
