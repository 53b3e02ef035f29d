"""A program in a real pseudo terminal: what it writes is counted, keys are typed, signals are sent."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

REACHED = re.compile(rb"engine (?:\x1b\[[\d;]*m|\x0f)*(?:\*|!|\xe2\x97\x8f|\xe2\x96\xb2)")
"""How the header tells that the engine answers: before, no act is possible."""

DESK = """
import sys
from pathlib import Path
from tui_ops.ui import UiOptions, run
sys.exit(run(UiOptions(state=Path(sys.argv[1]), fleet_name="shop-prod", ascii=False)))
"""


def environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    """Return an environment as ssh gives it: a terminal of 256 colours in UTF-8, with changes; None takes one away."""
    usual = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    away = ("COLORTERM", "NO_COLOR", "TMUX", "TMUX_PANE", "STY", "LANG", "LC_CTYPE")
    told = {**{name: text for name, text in os.environ.items() if name not in away}, **usual, **changes}
    return {name: text for name, text in told.items() if text is not None}


def program(state: Path, *options: str, config: Path | None = None) -> list[str]:
    """Return the command line of the real program; its preferences are in the state directory, or in ``config``."""
    return [
        "env",
        f"XDG_CONFIG_HOME={config or state / 'config'}",
        sys.executable,
        "-m",
        "tui_ops",
        "--state-dir",
        str(state),
        *options,
    ]


class Terminal:
    """A pty with a desk inside.

    Args:
        state: the desk's state directory.
        size: columns and lines.
        command: what is run instead of the desk alone.
        environ: changes to the environment; None takes a variable away.
        owner: whether the terminal is that of its session, so that it is told when the terminal goes.
    """

    def __init__(
        self,
        state: Path,
        size: tuple[int, int] = (120, 40),
        command: Sequence[str] = (),
        environ: Mapping[str, str | None] | None = None,
        owner: bool = True,
    ) -> None:
        self.master, slave = pty.openpty()
        self.resize(size)
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            command or [sys.executable, "-c", DESK, str(state)], stdin=slave, stdout=slave, stderr=slave,
            env=environment(environ or {}), start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if owner else None,
        )  # fmt: skip
        os.close(slave)
        self.seen = b""

    @property
    def modes(self) -> list[object]:
        """The modes of the terminal as its line discipline has them."""
        return termios.tcgetattr(self.master)

    def resize(self, size: tuple[int, int]) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def read_for(self, seconds: float) -> bytes:
        """Return what is written within some seconds."""
        out = b""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    out += os.read(self.master, 1 << 16)
                except OSError:
                    break
        self.seen += out
        return out

    def wait_for(self, text: str, within_s: float = 30.0) -> None:
        """Read until a text has been written."""
        end = time.monotonic() + within_s
        while text.encode() not in self.seen:
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} was not written; the end was {self.seen[-2000:]!r}")
            self.read_for(0.05)

    def wait_for_more(self, text: str, within_s: float = 30.0) -> None:
        """Read until a text has been written once more than by now."""
        begin = len(self.seen)
        end = time.monotonic() + within_s
        while text.encode() not in self.seen[begin:]:
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} was not written; what was is {self.seen[begin:][-2000:]!r}")
            self.read_for(0.02)

    def wait_for_engine(self, within_s: float = 30.0) -> None:
        """Read until the header says that the engine is reached."""
        end = time.monotonic() + within_s
        while not REACHED.search(self.seen):
            if time.monotonic() > end:
                raise AssertionError(f"the engine is not reached; the end was {self.seen[-2000:]!r}")
            self.read_for(0.05)

    def settle(self, quiet_s: float = 1.0, within_s: float = 30.0) -> None:
        """Read until nothing has been written for a while."""
        end = time.monotonic() + within_s
        while self.read_for(quiet_s):
            if time.monotonic() > end:
                raise AssertionError("it never stops writing")

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def wait(self, within_s: float = 15.0) -> int:
        """Return the exit code, reading on meanwhile."""
        end = time.monotonic() + within_s
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError("it does not end")
            self.read_for(0.05)
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the terminal under the program, as a dropped line does."""
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self.master >= 0:
            os.close(self.master)
