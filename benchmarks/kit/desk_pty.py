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
    """A dashboard on a state directory, from its start to the end of a ``with``.

    Args:
        state: the state directory.
        inventory: any, for the name of the fleet.
    """

    def __init__(self, state: Path, inventory: Path) -> None:
        argv = ["-m", "tui_ops", "-i", str(inventory), "--state-dir", str(state)]
        # The preferences of whoever measures would decide what is shown.
        self._start(argv, {"XDG_CONFIG_HOME": str(state / "config")})

    def _start(self, argv: list[str], also: dict[str, str]) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        environ = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **also}
        environ.pop("COLORTERM", None)
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *argv], stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True
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

    def until(self, text: bytes, within_s: float = 30.0, fresh: bool = False) -> float:
        """Return when ``text`` had been written.

        Args:
            text: any bytes.
            within_s: raise after so many seconds.
            fresh: only what is written from now on counts.
        """
        seen, deadline = b"" if fresh else self._tail, time.perf_counter() + within_s
        while time.perf_counter() < deadline:
            at, more = self.read(1.0)
            seen += more
            if text in seen:
                return at
        raise RuntimeError(f"{text!r} was not written; the last was {self._tail!r}")

    def until_quiet(self) -> float:
        """Return when the last byte was written, after which there were none for a while."""
        last = time.perf_counter()
        while (found := self.read(QUIET_S))[1]:
            last = found[0]
        return last

    def type(self, text: str) -> float:
        """Type keys; return when."""
        at = time.perf_counter()
        os.write(self.master, text.encode())
        return at

    def cpu_s(self) -> float:
        """Return the CPU seconds of all its threads so far."""
        tasks = Path(f"/proc/{self.process_id}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory_mb(self) -> float:
        """Return its resident memory."""
        return int(Path(f"/proc/{self.process_id}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.terminate()
        while self._process.poll() is None:
            try:
                self.read(0.1)
            except RuntimeError:
                break
        self._process.wait(10)
        os.close(self.master)


class Empty(Desk):
    """The least program on Textual, in another terminal."""

    def __init__(self) -> None:
        self._start([str(Path(__file__).with_name("empty_app.py"))], {})
