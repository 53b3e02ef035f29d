"""A program on this machine: words, no shell, bounded in time and output, in a process group of its own."""

import asyncio
import hashlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tui_ops.transport.flow import Tail

PIECE = 64 * 1024
"""Bytes that are read at once."""

STOP_S = 5.0
"""Seconds between asking it to end and killing it."""

DRAIN_S = 1.0
"""Seconds that output may still come after it has ended: what it left behind may hold its output open."""

KEPT_NAMES = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "SHELL", "TZ", "TMPDIR", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR")
"""Of the engine's environment; the rest may hold secrets that the inventory names."""


@dataclass
class LocalEnd:
    """What became of it."""

    code: int | None = None
    """None where a signal ended it."""
    timed_out: bool = False
    output: bytes = b""
    """The end of it."""
    output_bytes: int = 0
    output_sha: str = ""
    seconds: float = 0.0


@dataclass
class LocalRun:
    """A program that runs here.

    Args:
        words: the program and its words.
        timeout_s: seconds it may take.
        kept: bytes of its output that are kept, of its end.
        on_output: told what it writes.
        environment: names and values besides those that it takes from the engine.
        folder: where it works; the account's home otherwise.
    """

    words: Sequence[str]
    timeout_s: float
    kept: int
    on_output: Callable[[bytes], None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def __post_init__(self) -> None:
        """Begin with nothing said."""
        self._tail = Tail(self.kept)
        self._digest = hashlib.sha256()
        self._count = 0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def output(self) -> bytes:
        """The end of what it wrote so far."""
        return self._tail.bytes()

    @property
    def output_bytes(self) -> int:
        """Bytes that it wrote so far."""
        return self._count

    async def run(self) -> LocalEnd:
        """Start it and return what became of it.

        Raises:
            OSError: it can't be started.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._process = await self._started()
        reading = asyncio.create_task(self._read(self._process))
        timed_out = False
        try:
            async with asyncio.timeout(self.timeout_s):
                await self._process.wait()
        except TimeoutError:
            timed_out = True
            await self.stop()
        except asyncio.CancelledError:
            self._signal(signal.SIGKILL)
            raise
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_S):
                    await asyncio.shield(reading)
            reading.cancel()
        code = self._process.returncode
        return LocalEnd(
            code if code is not None and code >= 0 else None,
            timed_out,
            self.output,
            self._count,
            self._digest.hexdigest(),
            loop.time() - began,
        )

    async def _started(self) -> asyncio.subprocess.Process:
        kept = {name: os.environ[name] for name in KEPT_NAMES if name in os.environ}
        return await asyncio.create_subprocess_exec(
            *self.words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            env={**kept, **self.environment},
            cwd=self.folder or kept.get("HOME") or "/",
        )

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while data := await process.stdout.read(PIECE):
            self._tail.add(data)
            self._digest.update(data)
            self._count += len(data)
            if self.on_output is not None:
                self.on_output(data)

    async def stop(self) -> None:
        """Ask it and all that it started to end, and end them where they do not."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
