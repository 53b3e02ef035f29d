"""Bringing ``ops.db`` up to the schema of this program, at the engine's start.

Upgrades run under a file lock, in one transaction, after a copy of the file was put into ``backups/``.
A database that is up to date is told by one plain query, so that a usual start does not load Alembic. Where there is
something to do, a child does it, so that Alembic's ten megabytes do not stay with an engine that runs for months.
"""

import fcntl
import json
import logging
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from tui_ops.store import errors
from tui_ops.store.errors import StoreBusy, StoreError, UpgradeFailed, at_border
from tui_ops.store.paths import StatePaths
from tui_ops.store.schema import HEAD, revision_of

log = logging.getLogger(__name__)

LOCK_WAIT_S = 30.0
"""How long an upgrade by another process is waited for: ten times what one takes on a large file."""

LOCK_STEP_S = 0.05
"""How often the lock is tried: a start that waits is not felt to be slower."""

UNTOUCHED = "nothing was changed; the engine's log has the details"
"""What to do after an upgrade that failed."""

BACKUP_PAGES = 2048
"""Pages copied at a step (8 MiB): few steps, and none holds the file for long."""


def upgrade(paths: StatePaths) -> str | None:
    """Bring the database up to date; make it when there is none.

    Args:
        paths: of a directory that was prepared.

    Returns:
        The schema it came from; None when nothing was to be done. ``""`` stands for a new database.

    Raises:
        SchemaNewer: a newer program wrote it. Nothing was changed.
        UpgradeFailed: it was rolled back. The database is as it was.
        StoreBusy: another process upgrades it for too long.
        StoreError: the file can't be opened, read or written.
    """
    with _locked(paths.upgrade_lock), at_border(paths.ops_db):
        with closing(_connect(paths.ops_db)) as connection:
            found = revision_of(connection, paths.ops_db)
            if found == HEAD:
                return None
            if found is not None:
                _copy(connection, paths, found)
            connection.execute("PRAGMA journal_mode = WAL")
        _run_apart(paths.ops_db)
        return found or ""


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=LOCK_WAIT_S, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with at_border(path):
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + LOCK_WAIT_S
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > deadline:
                raise StoreBusy(f"another process upgrades {path.parent}", f"see who it is: fuser {path}")
            time.sleep(LOCK_STEP_S)
        yield
    finally:
        os.close(held)


def _copy(connection: sqlite3.Connection, paths: StatePaths, revision: str) -> Path:
    """Copy the database as it is; the copy gets its name only when it is whole and on disk."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    target = paths.backups / f"ops-{revision}-{stamp}.db"
    part = target.with_suffix(".part")
    with closing(sqlite3.connect(part)) as copy:
        connection.backup(copy, pages=BACKUP_PAGES)
        copy.execute("PRAGMA journal_mode = DELETE")
    written = os.open(part, os.O_RDONLY)
    try:
        os.fsync(written)
    finally:
        os.close(written)
    part.rename(target)
    return target


def _run_apart(path: Path) -> None:
    """Upgrade in a child of this process and wait for it; what it raises there is raised here.

    The child is a copy of us, so nothing is loaded a second time, and it holds the locks that we hold: if we are
    killed, no other engine begins before it is through. No connection to a database is open in this moment, since one
    must not be used on both sides.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _as_child(path, writing)
    os.close(writing)
    try:
        with open(reading, "rb") as answer:  # noqa: PTH123 - a descriptor, not a path
            said = answer.read()
        _pid, status = os.waitpid(child, 0)
    except BaseException:
        # We are told to stop: without its last word nothing of the upgrade is kept.
        with suppress(OSError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        raise
    if said:
        raise _error_of(said)
    if status != 0:
        how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"status {os.WEXITSTATUS(status)}"
        raise UpgradeFailed(
            f"the upgrade of {path} to schema {HEAD} was ended by {how}",
            "nothing was changed; look at the machine's memory, and start the engine again",
        )


def _as_child(path: Path, writing: int) -> NoReturn:
    """Upgrade, say what went wrong, and end without anything that is to happen at the end of the parent."""
    status = 1
    try:
        try:
            with at_border(path):
                _run(path)
        except StoreError as error:
            log.info("the upgrade of %s failed", path, exc_info=True)
            os.write(writing, json.dumps([type(error).__name__, error.message, error.hint]).encode())
        except Exception as error:
            log.exception("the upgrade of %s failed in a way that nobody foresaw", path)
            failed = f"{path} could not be upgraded to schema {HEAD}: {error}"
            os.write(writing, json.dumps([UpgradeFailed.__name__, failed, UNTOUCHED]).encode())
        status = 0
    finally:
        os._exit(status)


def _error_of(said: bytes) -> StoreError:
    """Return the error that a child met, as the class that it has there."""
    name, message, hint = json.loads(said)
    leaf = getattr(errors, name, StoreError)
    assert issubclass(leaf, StoreError)
    return leaf(message, hint)


def _run(path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, event, pool
    from sqlalchemy.exc import SQLAlchemyError

    config = Config()
    # ConfigParser reads a percent sign as the start of a reference.
    config.set_main_option("script_location", str(Path(__file__).parent / "upgrades").replace("%", "%%"))
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=pool.NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise UpgradeFailed(
                    f"{path} has {len(broken)} rows that refer to nothing", "restore a copy from backups/"
                )
    except StoreError:
        raise
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise UpgradeFailed(
            f"{path} could not be upgraded to schema {HEAD}: {getattr(error, 'orig', None) or error}",
            UNTOUCHED,
        ) from error
    finally:
        engine.dispose()
