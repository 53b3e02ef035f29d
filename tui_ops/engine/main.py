"""The engine's way in: one process that holds the lock, until it is told to stop."""

import asyncio
import errno
import gc
import logging
import os
import resource
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui_ops.engine.errors import EngineError
from tui_ops.engine.heap import settle_heap
from tui_ops.engine.lock import Lock
from tui_ops.engine.log import start_log
from tui_ops.engine.people import peer_uid
from tui_ops.engine.run import Engine
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.errors import at_border, from_os
from tui_ops.store.paths import ALONE_FILE, TEAM_FILE, StatePaths, prepare, refuse_half_restored
from tui_ops.store.upgrade import upgrade

log = logging.getLogger(__name__)

FILES_WANTED = 65_536
"""Descriptors: one a connection, and a fleet has thousands; as many of them as the hard limit allows."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine is run."""

    inventory: Path | None
    """None watches this machine alone."""
    state: StatePaths
    once: bool = False
    """Read every host once, write it down, and end."""
    background: bool = False
    """Started by a dashboard: it leaves when the last one has gone."""
    group: str | None = None
    """Account group that may read the state and ask."""
    ssh_config: Path | None = None
    """In place of OpenSSH's own configuration files."""
    verbose: bool = False
    peer: Callable[[socket.socket], int] = peer_uid
    """Whose account is at the other end of a connection: the kernel says it. The demo has made-up people too."""


def run_engine(options: EngineOptions) -> int:
    """Run the engine until it is stopped.

    Returns:
        0 after a clean stop; with ``once``, 1 where a host did not answer.

    Raises:
        InventoryError: the inventory can't be used.
        Held: another engine holds the state directory.
        TuiOpsError: it could not begin.
    """
    settle_heap()
    paths = prepare(options.state.root, options.group)
    with at_border(paths.root), Lock(paths.lock) as lock:
        lock.take(time.time())
        refuse_half_restored(paths)
        start_log(paths.log, TEAM_FILE if options.group else ALONE_FILE, options.verbose, not options.background)
        _raise_file_limit()
        try:
            upgraded = upgrade(paths)
            if upgraded:
                log.info("the database was upgraded from schema %s; a copy is in %s", upgraded, paths.backups)
            _settle_memory()
            return asyncio.run(Engine(options, paths).run())
        except TuiOpsError as error:
            log.error("%s", error)
            raise
        except OSError as error:
            log.exception("the engine failed")
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise from_os(error, paths.root) from error
            raise EngineError(f"the engine failed: {error.strerror or error}", f"see {paths.log}") from error


def _settle_memory() -> None:
    """Take what the program consists of out of the search for garbage, which rests until here: it stays as long as the
    engine does, and the thousand objects among it that nobody needs are not worth a tenth of a second of the start.

    The search stops the event loop, and so the vitals of all hosts: for these hundred thousand objects alone a tenth of
    a second. It comes when as many new ones wait as a quarter of those that were searched last, so that without them
    less garbage waits for it.
    """
    gc.freeze()
    gc.enable()


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, FILES_WANTED)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def told_by_terminal() -> bool:
    """Whether a person's terminal runs the engine: its hang-up then means stop, not reload."""
    try:
        return os.isatty(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):
        return False
