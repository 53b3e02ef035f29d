"""Starting an engine in the background, detached from whatever started it."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

OUTPUT_LIMIT = 20_000
"""Bytes of an engine's last words that are shown: an inventory with very many mistakes."""


@dataclass(slots=True)
class Started:
    """An engine that was started here."""

    process: subprocess.Popen[bytes]
    words: Path
    """Where it writes what it says before it has a log."""

    def ended(self) -> int | None:
        """Return its exit status, or None while it runs. Looking also keeps it from becoming a zombie."""
        return self.process.poll()

    def last_words(self) -> str:
        """Return what it said on its standard error."""
        try:
            with self.words.open("rb") as file:
                return file.read(OUTPUT_LIMIT).decode("utf-8", "replace").strip()
        except OSError:
            return ""


def start_engine(arguments: Sequence[str], state: Path) -> Started:
    """Start ``tui-ops … engine --background`` in a session of its own.

    Its standard input and output lead nowhere, its standard error to a file in the state directory: no
    descriptor of the terminal is left, so it outlives the terminal and holds nothing of it open.

    Args:
        arguments: everything after the program's name: global options and ``engine --background``.
        state: the state directory; it is made when missing.

    Raises:
        OSError: it could not be started.
    """
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    words = state / "engine.out"
    with words.open("wb") as stderr:
        words.chmod(0o600)
        process = subprocess.Popen(
            [sys.executable, "-m", "tui_ops", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
            close_fds=True,
            cwd="/",
        )
    return Started(process, words)
