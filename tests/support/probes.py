"""A probe in a real shell, and the tree of files that stands in for a host."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from tui_ops.collectors import frame

SHELLS: dict[str, list[str]] = {
    "dash": ["dash"],
    "bash": ["bash"],
    "bash-posix": ["bash", "--posix"],
    "busybox-ash": ["busybox", "sh"],
    "mksh": ["mksh"],
}

WITHIN_S = 10.0
"""For one answer: a hundred times what a loaded machine needs."""


class Probe:
    """The probe's text on the stdin of a shell, as a channel to a host does it."""

    def __init__(self, shell: Sequence[str] = ("/bin/sh",), root: Path | None = None, before: bytes = b"") -> None:
        environment = {name: value for name, value in os.environ.items() if name != "TUI_OPS_ROOT"}
        if root is not None:
            environment["TUI_OPS_ROOT"] = str(root)
        self.marker = frame.new_marker()
        self.reader = frame.FrameReader(self.marker)
        self.process = subprocess.Popen(
            list(shell),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self.waiting: list[frame.Frame] = []
        self.send(before + frame.script(self.marker))
        self.ready = self.take()

    def __enter__(self) -> "Probe":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(WITHIN_S)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def take(self, within_s: float = WITHIN_S) -> frame.Frame:
        """Return the next frame."""
        assert self.process.stdout is not None
        output = self.process.stdout.fileno()
        deadline = time.monotonic() + within_s
        while not self.waiting:
            if not select.select([output], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"no frame within {within_s} s")
            data = os.read(output, 65536)
            if not data:
                raise EOFError("the probe has ended")
            self.waiting += self.reader.feed(data)
        return self.waiting.pop(0)

    def ask(self, order: bytes) -> frame.Frame:
        """Send an order and return its frame."""
        self.send(order)
        return self.take()

    def close(self) -> int:
        """End its stdin and return its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(WITHIN_S)

    def has_processes(self) -> bool:
        """Whether anything of its session is alive."""
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text("utf-8", "replace").rpartition(") ")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid and fields[0] not in ("Z", "X"):
                return True
        return False


def write_tree(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write a tree that stands in for a host; what is below ``bin/`` becomes executable."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if name.startswith("bin/"):
            path.chmod(0o755)
    return root
