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

    A thread of its own hears of it: the main thread may be the one that waits for a terminal that takes nothing, and
    a signal may come to any thread.

    Args:
        leave: leaves in order, given the exit code; called from that thread.
        at_once: puts back what can be put back without waiting, when leaving in order has taken too long.
    """

    def __init__(self, leave: Callable[[int], None], at_once: Callable[[], None]) -> None:
        self._leave = leave
        self._at_once = at_once
        self._ear, self._mouth = os.pipe()
        os.set_blocking(self._mouth, False)
        self._thread = threading.Thread(target=self._see_to_it, name="leaving", daemon=True)

    def watch(self) -> None:
        """Take the signals from now on; Python says the number of each in the pipe, at whatever it is."""
        if not self._thread.is_alive():
            self._thread.start()
        if threading.current_thread() is threading.main_thread():
            signal.set_wakeup_fd(self._mouth, warn_on_full_buffer=False)
            for number in ENDING:
                signal.signal(number, self._heard)

    def terminal_gone(self) -> None:
        """Leave because nobody is there any more."""
        os.write(self._mouth, bytes([signal.SIGHUP]))

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        """Keep the signal from ending the process; the pipe has its number already."""

    def _see_to_it(self) -> None:
        number = 0
        while number not in ENDING:
            (number,) = os.read(self._ear, 1)
        self._leave(128 + number)
        time.sleep(ORDERLY_S)
        # Where leaving in order has been quick enough, this is never reached.
        try:
            self._at_once()
        finally:
            os._exit(128 + number)


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
