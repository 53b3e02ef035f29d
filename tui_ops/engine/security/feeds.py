"""Feeds that come in: over the socket from whoever may, or from a folder that is looked at once a day.

A person's file is read by the person's own process, which sends it in pieces: the engine opens no path that somebody
names, so nobody can have it read what is not his. What arrives is laid beside the state, made into a new ``feeds.db``
by a process of its own (:mod:`tui_ops.engine.security.compiler`), and put in place in one step.
"""

import asyncio
import hashlib
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session

from tui_ops.engine.errors import EngineError
from tui_ops.engine.security.spool import FileRefused, dated_of, made, spool
from tui_ops.model.clean import clean
from tui_ops.model.vulnerabilities import FeedFile, FeedKind
from tui_ops.practices.asked import Asked, Done
from tui_ops.store.feeds import FeedBook, is_usable
from tui_ops.store.paths import StatePaths
from tui_ops.store.vulnerabilities import write_feeds
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

FILE_LIMIT = 2 << 30
"""Bytes of a file: OSV's largest ecosystem has 300 MB."""

COMPILE_S = 3600.0
"""Seconds that the making of a new file may take."""

ANSWER_LIMIT = 1 << 20
"""Bytes of what the process says in the end: a feed with five hundred releases has 20 kB."""

INCOMING, MADE = "feeds.db-incoming", "feeds.db-new"
"""Beside the file in use; what an engine that was ended left behind is removed by the next one."""


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a file beside it."""

    file: str
    by: str
    kind: str = ""
    suite: str = ""
    dated_at: float | None = None


class Feeds:
    """Takes feeds in.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        changed: told that there are other feeds than before.
    """

    def __init__(self, writer: Writer, paths: StatePaths, changed: Callable[[], None]) -> None:
        self._writer = writer
        self._paths = paths
        self._changed = changed
        self._turn = asyncio.Lock()
        self._incoming = 0

    async def begin(self) -> None:
        """Remove what an earlier engine left behind, and write down which feeds there are."""
        lefts = list(self._paths.root.glob("feeds.db-*"))
        if lefts:
            log.warning("a feed was on its way when the engine ended, and was not taken: bring it in again")
        for left in lefts:
            left.unlink(missing_ok=True)
        await self._note()

    async def _note(self) -> None:
        feeds = await asyncio.to_thread(feeds_in, self._paths.feeds_db)
        await self._writer.act(lambda session: write_feeds(session, feeds))

    async def has(self, file: Path) -> bool:
        """Return whether a file is a feed that is in use; one that can't be read is none."""

        def known() -> bool:
            try:
                with file.open("rb") as opened:
                    sha = hashlib.file_digest(opened, "sha256").hexdigest()
            except OSError:
                return False
            return any(feed.sha == sha for feed in feeds_in(self._paths.feeds_db))

        return await asyncio.to_thread(known)

    # --- what somebody sends ------------------------------------------------------------------------------------------

    def asked(self, _session: Session, asked: Asked) -> Done:
        """Say who brings in what; what comes of it is said when it has come."""
        return Done(f"{clean(asked.text('file'), 100)} is awaited")

    async def receive(
        self, asked: Asked, reader: asyncio.StreamReader, began: Callable[[], None]
    ) -> str:  # fmt: skip
        """Take a file that a client sends, and make it a feed.

        Args:
            asked: the act.
            reader: of the client's lines.
            began: says to the client that it may send.

        Returns:
            What came of it, one sentence.

        Raises:
            FileRefused, ActError: it was not taken; nothing has changed.
        """
        about = About(
            clean(asked.text("file"), 100), asked.who.name, asked.text("kind"), asked.text("suite"), dated_of(asked)
        )  # fmt: skip
        self._incoming += 1
        path = self._paths.root / f"{INCOMING}-{self._incoming}"
        try:
            with made(path) as file:
                began()
                await spool(reader, file, self._paths.root, FILE_LIMIT)
            return told(await self.take(path, about))
        finally:
            path.unlink(missing_ok=True)

    # --- making it ----------------------------------------------------------------------------------------------------

    async def take(self, file: Path, about: About) -> FeedFile:
        """Make a file a feed in the place of the one of the same name.

        Args:
            file: of our own, or from a folder that the inventory names.
            about: what is said of it.

        Raises:
            FileRefused: it can't be used; nothing has changed.
        """
        order = {
            "by": about.by,
            "at": time.time(),
            "kind": about.kind,
            "suite": about.suite,
            "dated_at": about.dated_at,
        }
        said = await self._made(file, order)
        found = said["feed"]
        return FeedFile(**{**found, "kind": FeedKind(found["kind"]), "places": tuple(found["places"])})

    async def forget(self, name: str) -> None:
        """Leave a feed out.

        Raises:
            FileRefused: there is none of this name.
        """
        said = await self._made(Path(os.devnull), {"forget": name})
        if not said["forgot"]:
            raise FileRefused(f"there is no feed {name!r:.60}", "tui-ops feeds show names them")

    async def _made(self, file: Path, order: dict[str, Any]) -> dict[str, Any]:
        """Have a new file made and put it in place; return what is said of it."""
        async with self._turn:
            new = self._paths.root / MADE
            new.unlink(missing_ok=True)
            try:
                said = await _compiled([str(file), str(new), str(self._paths.feeds_db)], order)
                if said.get("forgot") is not False:
                    _put_in_place(new, self._paths.feeds_db)
                    await self._note()
            finally:
                new.unlink(missing_ok=True)
        self._changed()
        return said


def feeds_in(path: Path) -> list[FeedFile]:
    """Return the feeds of a file; none where it is not there, or is of another version."""
    if not is_usable(path):
        return []
    book = FeedBook(path)
    try:
        return book.feeds()
    finally:
        book.close()


def told(feed: FeedFile) -> str:
    """Return what came of a feed, one sentence."""
    dated = "" if feed.dated_at is None else f" of {time.strftime('%Y-%m-%d', time.gmtime(feed.dated_at))}"
    many = "vulnerabilities" if feed.kind in (FeedKind.KEV, FeedKind.EPSS) else "rules"
    note = f"; {feed.note}" if feed.note else ""
    return f"{feed.name}{dated}: {feed.count} {many}{note}"


async def _compiled(arguments: list[str], order: dict[str, Any]) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "tui_ops.engine.security.compiler", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        limit=ANSWER_LIMIT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(COMPILE_S):
            said, errors = await process.communicate(json.dumps(order).encode())
    except TimeoutError as error:
        raise FileRefused(f"it took more than {COMPILE_S / 60:.0f} minutes", "check what this file is") from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        found = json.loads(said)
    except ValueError as error:
        log.error("a feed was not made: status %s: %s", process.returncode, clean(errors[-2000:], 2000))
        raise FileRefused("it takes more memory, time or disk than any feed", "check where it is from") from error
    if "wrong" in found:
        message, hint = found["wrong"]
        raise FileRefused(message, hint)
    return dict(found)


def _put_in_place(new: Path, path: Path) -> None:
    """Put a whole file in the place of the one in use, and have that on disk."""
    if path.is_symlink():
        raise EngineError(f"{path} is a link", "look who made it, and remove it")
    new.chmod(0o600)
    new.replace(path)
    opened = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
