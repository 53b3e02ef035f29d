"""Reports of other scanners that come in: over the socket from whoever may, or from a scanner that we ran.

A person's file is read by the person's own process, which sends it as it is: the engine opens no path that somebody
names. What it says is made out by a process of the engine's own (:mod:`tui_ops.engine.security.scanreader`), bounded in
memory and time, and not by the person's: the engine would have to look at everything again that came from there, and
the digest in the audit has to be that of what was read.
"""

import asyncio
import hashlib
import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlmodel import Session

from tui_ops.engine.security.spool import FileRefused, dated_of, made, spool
from tui_ops.model.clean import clean
from tui_ops.model.scans import Scan
from tui_ops.model.securing import SecuritySpec
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.scans.imports import Imported, Report, take_in
from tui_ops.practices.scans.limits import REPORT_LIMIT
from tui_ops.practices.scans.plain import from_plain
from tui_ops.practices.security.findings import Taken
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

READ_S = 180.0
"""Seconds that the reading may take; it has a third of it of the processor."""

ANSWER_LIMIT = 64 << 20
"""Bytes of what the reader says: 20,000 findings with all that is kept of each have 20 MB."""

INCOMING = "scan-incoming"
"""Beside the state; what an engine that was ended left behind is removed by the next one."""


class Importing:
    """Takes reports in.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        spec: what the inventory in force says of security.
        on_taken: are told what became of findings.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, spec: Callable[[], SecuritySpec],
        on_taken: list[Callable[[Taken], None]],
    ) -> None:  # fmt: skip
        self._writer = writer
        self._paths = paths
        self._spec = spec
        self._on_taken = on_taken
        self._turn = asyncio.Lock()
        self._incoming = 0

    def begin(self) -> None:
        """Remove what an earlier engine left behind."""
        for left in self._paths.root.glob(f"{INCOMING}-*"):
            log.warning("a report was on its way when the engine ended: show imports says whether it was taken")
            left.unlink(missing_ok=True)

    def asked(self, _session: Session, asked: Asked) -> Done:
        """Say who brings in what; what comes of it is said when it has come."""
        return Done(f"{clean(asked.text('file'), 100)} is awaited")

    async def receive(self, asked: Asked, reader: asyncio.StreamReader, began: Callable[[], None]) -> str:
        """Take a report that a client sends.

        Args:
            asked: the act.
            reader: of the client's lines.
            began: says to the client that it may send.

        Returns:
            What came of it.

        Raises:
            FileRefused, ScanBroken, Refused, ActError: it was not taken; nothing has changed.
        """
        dated_at = dated_of(asked)
        path = self._path()
        try:
            with made(path) as file:
                began()
                await spool(reader, file, self._paths.root, REPORT_LIMIT)
            name = clean(asked.text("file"), 100)
            done = await self._take(
                path, lambda sha: Report(name, sha, asked.who, time.time(), asked.text("host"), dated_at,
                                         whole=asked.flag("whole"))
            )  # fmt: skip
        finally:
            path.unlink(missing_ok=True)
        return "; ".join(done.said) or "it is about nothing"

    async def take_bytes(self, data: bytes, report: Callable[[str], Report]) -> Imported:
        """Take a report that is here already.

        Args:
            data: all of it.
            report: makes what is said with it of its digest.

        Raises:
            FileRefused, ScanBroken, Refused: it was not taken; nothing has changed.
        """
        path = self._path()
        try:
            with made(path) as file:
                await asyncio.to_thread(file.write, data)
            return await self._take(path, report)
        finally:
            path.unlink(missing_ok=True)

    def _path(self) -> Path:
        self._incoming += 1
        return self._paths.root / f"{INCOMING}-{self._incoming}"

    async def _take(self, path: Path, report: Callable[[str], Report]) -> Imported:
        async with self._turn:
            scans = await read_aside(path)
            sha = await asyncio.to_thread(_digest, path)
            spec, told = self._spec(), report(sha)
            done = await self._writer.act(lambda session: take_in(session, scans, told, spec))
        for taken in done.taken:
            for tell in self._on_taken:
                tell(taken)
        return done


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def read_aside(path: Path) -> Sequence[Scan]:
    """Have a report read by a process of its own.

    Raises:
        FileRefused: it is no report, or takes too much.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "tui_ops.engine.security.scanreader", str(path),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(READ_S):
            said, errors = await asyncio.gather(_up_to(process.stdout, ANSWER_LIMIT), _up_to(process.stderr, 1 << 20))
    except TimeoutError as error:
        raise FileRefused(f"it took more than {READ_S / 60:.0f} minutes", "check what this file is") from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    try:
        found: dict[str, Any] = await asyncio.to_thread(json.loads, said)
    except ValueError as error:
        log.error("a report was not read: status %s: %s", process.returncode, clean(errors[-2000:], 2000))
        raise FileRefused("it takes more memory or time than any report", "check where it is from") from error
    if "wrong" in found:
        message, hint = found["wrong"]
        raise FileRefused(clean(message), clean(hint))
    return await asyncio.to_thread(lambda: [from_plain(one) for one in found["scans"]])


async def _up_to(stream: asyncio.StreamReader, limit: int) -> bytes:
    """Return what a process says; one that says more than it may is not read on."""
    pieces, size = [], 0
    while piece := await stream.read(1 << 16):
        size += len(piece)
        if size > limit:
            return b""
        pieces.append(piece)
    return b"".join(pieces)
