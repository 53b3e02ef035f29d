"""What can be broken of a host and mended again: a filesystem, a service, the CPU, a port."""

import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from support.probes import write_tree
from support.sshd import Sshd
from support.waiting import until_sync

WITHIN_S = 150.0
"""The slowest of these faults is a frozen server, which takes a keepalive's 45 s and a new connection's 20 s; the rest
is room for a busy machine."""

PORT_FREE = "127.9.8.7"
"""Where the server stands that a check looks at."""

SYSTEMCTL = """#!/bin/sh
# Tells of one service what becomes of its process, which holds a lock while it lives.
active='active running'
! flock -n {folder}/app.lock true || active='failed failed'
case $1 in
is-system-running) echo running ;;
list-units) echo "app.service loaded $active The app" ;;
esac
"""


@dataclass
class MountedSshd(Sshd):
    """A host with a filesystem of its own: an ext4 image that only its processes see."""

    image: Path = field(default_factory=Path)

    @property
    def mount(self) -> Path:
        """Where it is mounted, as the host names it."""
        return self.folder / "srv"

    def start(self) -> Sshd:
        """Make the image, and start the server."""
        if not self.image.name:
            self.image = self.folder / "image"
            with self.image.open("wb") as file:
                file.truncate(64 * 2**20)
            subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(self.image)], check=True, stdin=subprocess.DEVNULL)
            self.mount.mkdir()
        return super().start()

    def _account(self) -> list[str]:
        mount = 'mount -o loop "$0" "$1" && shift && exec "$@"'
        return [
            "unshare", "--mount", "--propagation", "private", "sh", "-c", mount, str(self.image), str(self.mount),
        ]  # fmt: skip

    @property
    def inside(self) -> Path:
        """The filesystem as this process reaches it."""
        assert self.process is not None
        return Path(f"/proc/{self.process.pid}/root{self.mount}")

    def fill(self) -> None:
        """Write until there is no room."""
        with (self.inside / "filler").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(2**20))

    def empty(self) -> None:
        """Remove what was written."""
        (self.inside / "filler").unlink(missing_ok=True)


class Unit:
    """A service of a host, which is a process.

    Args:
        root: the tree that stands in for its host.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        write_tree(root, {"bin/systemctl": SYSTEMCTL.format(folder=root), "run/systemd/system/.here": ""})
        for name in ("proc", "sys", "etc", "usr"):
            (root / name).symlink_to(f"/{name}")
        self.start()

    def start(self) -> None:
        """Start it, unless it runs, and wait until it has its lock."""
        if self._process is not None:
            return
        ready = self._root / "ready"
        ready.unlink(missing_ok=True)
        argv = [
            "flock",
            "--no-fork",
            str(self._root / "app.lock"),
            "sh",
            "-c",
            'echo >"$0"; exec sleep infinity',
            str(ready),
        ]
        self._process = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
        until_sync(ready.exists, WITHIN_S, "the service runs")

    def kill(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


SPIN_MARK = "tui-ops-test-spin"
"""A word of its command line, by which a check of its host finds it among the machine's other work."""


class Spin:
    """A process that takes all the CPU that it can get."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Let it spin: niced a little, for it is to be seen beside other work and not to hold that up."""
        argv = ["nice", "-n", "1", "sh", "-c", "while :; do :; done", SPIN_MARK]
        self._running = subprocess.Popen(argv, stdin=subprocess.DEVNULL)

    def stop(self) -> None:
        """Let it end."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None


class Listener:
    """A port that a check looks at, open or closed."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self.port = 0

    @property
    def is_open(self) -> bool:
        """Whether it listens."""
        return self._socket is not None

    def open(self) -> None:
        """Listen, at the same port each time."""
        if self._socket is not None:
            return
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((PORT_FREE, self.port))
        self._socket.listen(64)
        self._socket.setblocking(False)
        self.port = int(self._socket.getsockname()[1])

    def close(self) -> None:
        """Refuse from now on."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def flip(self) -> bool:
        """Open it where it is closed, and the other way round; return whether it is open now."""
        (self.close if self.is_open else self.open)()
        return self.is_open

    def visits(self) -> int:
        """Return how many have connected since this was asked last."""
        assert self._socket is not None
        count = 0
        with suppress(BlockingIOError):
            while True:
                self._socket.accept()[0].close()
                count += 1
        return count
