"""Leaving in order when the terminal goes away or the process is told to end; and going back to the shell."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

ORDERLY_S = 2.0
"""Leaving in order takes a fraction of it. A terminal that takes nothing any more must not hold it up for longer."""

ENDING = (signal.SIGHUP, signal.SIGTERM)


class Leaving:
    """Leaves once, from wherever it is asked: a signal, the thread that reads, the one that writes.

    The signals are taken by Python itself rather than by the event loop: the loop may be the one that waits for a
    terminal that takes nothing. A signal comes in the middle of anything, so all that is done then is to tell others.

    Args:
        leave: leaves in order, given the exit code; called from any thread, and in the middle of anything.
        at_once: puts back what can be put back without waiting, when leaving in order has taken too long.
    """

    def __init__(self, leave: Callable[[int], None], at_once: Callable[[], None]) -> None:
        self._leave = leave
        self._at_once = at_once
        self._code = 0
        self._begun = threading.Event()
        self._last = threading.Thread(target=self._see_to_it, name="leaving", daemon=True)

    def watch(self) -> None:
        """Take the signals from now on."""
        if not self._last.is_alive():
            self._last.start()
        if threading.current_thread() is threading.main_thread():
            for number in ENDING:
                signal.signal(number, self._signalled)

    def terminal_gone(self) -> None:
        """Leave because nobody is there any more."""
        self._begin(signal.SIGHUP)

    def _signalled(self, number: int, _: FrameType | None) -> None:
        self._begin(number)

    def _begin(self, number: int) -> None:
        if not self._code:
            self._code = 128 + number
            self._begun.set()
            self._leave(self._code)

    def _see_to_it(self) -> None:
        """End the process when leaving in order takes too long; where it does not, this is never reached."""
        self._begun.wait()
        time.sleep(ORDERLY_S)
        try:
            self._at_once()
        finally:
            os._exit(self._code)


def a_shell_waits() -> bool:
    """Return whether somebody would notice that this process stops, and could let it go on: a shell with jobs.

    Where nobody would (``ssh -t host tui-ops``, a tmux window of its own), the kernel ignores ctrl+z too, for the
    same reason.
    """
    process, group, session = os.getpid(), os.getpgrp(), os.getsid(0)
    while True:
        process = _parent(process)
        try:
            if process <= 0 or os.getsid(process) != session:
                return False
            if os.getpgid(process) != group:
                return True
        except OSError:
            return False


def _parent(process: int) -> int:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return os.getppid() if process == os.getpid() else 0
    return int(fields[1])
