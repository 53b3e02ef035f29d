"""tmux and GNU screen, each a server of its own with a program inside: keys as pressed, and what stands there."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.terminal import Terminal, environment
from support.waiting import until_sync

SEEN_S = 30.0
"""How long a screen may take to show something, on a machine that runs other tests beside."""


class Multiplexer:
    """What both have."""

    def screen(self) -> str:
        """Return what stands on the screen."""
        raise NotImplementedError

    def sees(self, *texts: str, without: str = "") -> str:
        """Wait until all of these stand on the screen and ``without`` does not; return the screen."""
        shown = ""

        def there() -> bool:
            nonlocal shown
            shown = self.screen()
            return all(text in shown for text in texts) and (not without or without not in shown)

        try:
            until_sync(there, SEEN_S)
        except AssertionError:
            raise AssertionError(f"not seen: {texts} (without {without!r})\n{shown}") from None
        return shown


class Tmux(Multiplexer):
    """A tmux server with one window.

    Args:
        folder: for its socket.
        command: what runs in the window.
        size: columns and lines.
        environ: changes to the environment; ``TERM`` is what the program finds, and tmux's own usually.
        escape_ms: how long tmux holds an escape back.
    """

    def __init__(
        self,
        folder: Path,
        command: Sequence[str],
        size: tuple[int, int] = (80, 24),
        environ: Mapping[str, str | None] | None = None,
        escape_ms: int = 0,
    ) -> None:
        assert shutil.which("tmux"), "this test needs the Debian package tmux"
        self.socket = str(folder / "tmux.sock")
        told = environment({"TERM": "tmux-256color", **(environ or {})})
        told.pop("TMUX", None)
        settings = folder / "tmux.conf"
        settings.write_text(f"set -s escape-time {escape_ms}\nset -g status off\nset -g remain-on-exit off\n")
        inside = ["env", f"TERM={told['TERM']}", *command]
        window = ["new-session", "-d", "-x", str(size[0]), "-y", str(size[1])]
        subprocess.run(
            ["tmux", "-S", self.socket, "-f", str(settings), *window, *inside],
            check=True,
            env={**told, "TERM": "xterm-256color"},
        )

    def run(self, *words: str) -> str:
        """Run a command of tmux and return what it says."""
        command = ["tmux", "-u", "-S", self.socket, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names for them."""
        for key in keys:
            self.run("send-keys", key)

    def type(self, text: str) -> None:
        """Type a text."""
        self.run("send-keys", "-l", text)

    def screen(self) -> str:
        """Return what stands on the screen."""
        return self.run("capture-pane", "-p")

    def picture(self) -> str:
        """Return what stands on the screen with its colours."""
        return self.run("capture-pane", "-e", "-p")

    def resize(self, size: tuple[int, int]) -> None:
        """Change the window's size."""
        self.run("resize-window", "-x", str(size[0]), "-y", str(size[1]))

    def tells(self, name: str) -> str:
        """Return one of tmux's variables: ``alternate_on``, ``cursor_flag``, ``mouse_any_flag``, ``pane_pid``."""
        return self.run("display-message", "-p", f"#{{{name}}}").strip()

    def attach(self, size: tuple[int, int]) -> Terminal:
        """Return a real terminal with a client of this tmux in it, as a person sits at one."""
        return Terminal(Path(), size, ["tmux", "-u", "-S", self.socket, "attach"])

    def close(self) -> None:
        """End the server and what runs in it."""
        self.run("kill-server")


class GnuScreen(Multiplexer):
    """A GNU screen with one window, in a terminal of its own.

    Args:
        folder: for its socket and its pictures.
        command: what runs in the window.
        size: columns and lines.
        environ: changes to the environment.
        settings: lines of its configuration.
    """

    def __init__(
        self,
        folder: Path,
        command: Sequence[str],
        size: tuple[int, int] = (80, 24),
        environ: Mapping[str, str | None] | None = None,
        settings: str = "",
    ) -> None:
        assert shutil.which("screen"), "this test needs the Debian package screen"
        self._folder = folder / "screen"
        self._folder.mkdir(mode=0o700)
        configuration = self._folder / "rc"
        configuration.write_text(f"startup_message off\nvbell off\n{settings}\n")
        self._environ = {"SCREENDIR": str(self._folder), **(environ or {})}
        self.outside = Terminal(
            folder, size, ["screen", "-q", "-S", "desk", "-c", str(configuration), *command], self._environ
        )

    def run(self, *words: str) -> None:
        """Run a command of screen."""
        told = environment(self._environ)
        subprocess.run(["screen", "-S", "desk", "-X", *words], env=told, capture_output=True, check=False)

    def press(self, keys: str) -> None:
        """Type keys on the terminal outside."""
        self.outside.type(keys)

    def screen(self) -> str:
        """Return what stands on the screen."""
        self.outside.read_for(0.05)
        picture = self._folder / "picture"
        picture.unlink(missing_ok=True)
        self.run("hardcopy", str(picture))
        # It keeps one byte of each sign, so that all but ASCII is lost.
        return picture.read_bytes().decode("ascii", "replace") if picture.exists() else ""

    def close(self) -> None:
        """End it and what runs in it."""
        self.run("quit")
        self.outside.close()
