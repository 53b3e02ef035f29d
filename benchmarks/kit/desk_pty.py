"""The program in a pseudo terminal whose output is counted and timed."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

SIZE = (160, 50)

QUIET_S = 0.3
"""Nothing written for so long: the screen stands."""

READ = 1 << 16
TAIL = 2_000
"""Bytes of output that tell why a program ended."""


class Desk:
    """A dashboard on a state directory.

    Args:
        state: the state directory.
        inventory: any, for the name of the fleet.
    """

    def __init__(self, state: Path, inventory: Path) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        environ = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        environ.pop("COLORTERM", None)
        argv = [sys.executable, "-m", "tui_ops", "-i", str(inventory), "--state-dir", str(state)]
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True
        )
        os.close(slave)
        self.process_id = self._process.pid
        self._tail = b""
        self.written = 0
        """Bytes so far."""

    def read(self, within_s: float) -> tuple[float, bytes]:
        """Return the next output and when it came; nothing after ``within_s``."""
        if not select.select([self.master], [], [], within_s)[0]:
            return time.perf_counter(), b""
        try:
            more = os.read(self.master, READ)
        except OSError as error:
            raise RuntimeError(f"the program ended; its last words were {self._tail!r}") from error
        self._tail = (self._tail + more)[-TAIL:]
        self.written += len(more)
        return time.perf_counter(), more

    def read_for(self, seconds: float) -> int:
        """Return how many bytes are written in some seconds."""
        end, count = time.perf_counter() + seconds, 0
        while (left := end - time.perf_counter()) > 0:
            count += len(self.read(left)[1])
        return count

    def until(self, text: bytes, within_s: float = 30.0) -> float:
        """Return when ``text`` had been written."""
        seen, deadline = self._tail, time.perf_counter() + within_s
        while time.perf_counter() < deadline:
            at, more = self.read(1.0)
            seen += more
            if text in seen:
                return at
        raise RuntimeError(f"{text!r} was not written; the last was {self._tail!r}")

    def until_quiet(self) -> tuple[float, float, int]:
        """Return when the next output began and when it was over, and its bytes."""
        first = last = 0.0
        count = 0
        while True:
            at, more = self.read(QUIET_S if first else 10.0)
            if not more:
                return first, last, count
            first, last, count = first or at, at, count + len(more)

    def type(self, text: str) -> float:
        """Type keys; return when."""
        at = time.perf_counter()
        os.write(self.master, text.encode())
        return at

    def cpu_s(self) -> float:
        """Return the CPU seconds of the process so far, in steps of 10 ms."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return its resident memory."""
        return int(Path(f"/proc/{self.process_id}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        while self._process.poll() is None:
            try:
                self.read(0.1)
            except RuntimeError:
                break
        self._process.wait(10)
        os.close(self.master)
