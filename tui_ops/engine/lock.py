"""One engine a state directory, by ``flock``: the kernel lets go of it whatever way the engine ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from tui_ops.engine.errors import EngineError, Held
from tui_ops.model.clock import iso

HOLDER_LIMIT = 200
"""Bytes read of what the holder wrote: a line, not a file."""


class Lock:
    """The lock of a state directory, held from :meth:`take` until :meth:`release` or the end of the process.

    Args:
        path: of the lock file. It is 0600 whatever the umask: who could open it could hold it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def take(self, at: float) -> None:
        """Take the lock, or say who holds it.

        Args:
            at: epoch seconds, written for whoever asks next.

        Raises:
            Held: another engine has it.
            EngineError: the file can't be made or opened.
        """
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise EngineError(
                f"{self._path} can't be opened: {error.strerror}", "check the owner and the mode of the state directory"
            ) from error
        try:
            os.fchmod(fd, 0o600)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(fd, HOLDER_LIMIT, 0).decode("ascii", "replace").strip()
            os.close(fd)
            raise Held(holder, str(self._path.parent)) from error
        except OSError as error:
            os.close(fd)
            raise EngineError(f"{self._path} can't be locked: {error.strerror}") from error
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"process {os.getpid()} since {iso(at)}\n".encode(), 0)
        self._fd = fd

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two engines each lock their own."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> "Lock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
