"""Opening a database to read it, as its owner or as another member of its group.

While an engine has the database open, its WAL and shared memory lie beside it, and a reader takes part read-only.
After a clean stop nothing lies beside it and nobody writes: then the file is opened as *immutable*, which needs no
right to write beside it. When an engine comes back, the reader notices, and what it read meanwhile is read again.
"""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar
from urllib.parse import quote

from tui_ops.store.errors import NoState, SchemaOlder, StoreBusy, StoreError, StoreReadOnly, at_border, translate
from tui_ops.store.paths import StatePaths
from tui_ops.store.schema import HEAD, revision_of

BUSY_TIMEOUT_S = 2.0
"""Readers never wait for a writer in WAL mode; only a recovery after a crash takes a moment."""

TRIES = 5
"""How often a read is done anew when an engine starts or stops at that very moment."""

T = TypeVar("T")


class Reader:
    """A read-only connection. Every read is one transaction that ends with it. May be used from any thread.

    Args:
        path: the database.
        check: looks at a new connection and raises what is wrong with it.
    """

    def __init__(self, path: Path, check: Callable[[sqlite3.Connection, Path], None] | None = None) -> None:
        self.path = path
        self._check = check
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._still: tuple[int, ...] | None = None
        """Inode, size and time of a file that is opened as immutable; None while it is shared with an engine."""
        self._opened = 0
        with self._lock:
            self.read(lambda _: None)

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. A later read opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def read(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``fn`` on one unchanging state of the database and return what it returns.

        Args:
            fn: reads to the end what it wants and keeps no cursor. It may be run again.

        Raises:
            NoState: there is no database.
            SchemaOlder, SchemaNewer: it is not of this program's schema.
            StoreError: it can't be read.
        """
        with self._lock, at_border(self.path):
            for last in (False,) * (TRIES - 1) + (True,):
                try:
                    value = self._read_once(fn)
                except (sqlite3.Error, StoreError) as error:
                    moved = self._moved()
                    self.close()
                    if not last and (moved or _passing(error)):
                        continue
                    if isinstance(error, sqlite3.Error):
                        raise translate(error, self.path) from error
                    raise
                if not self._moved():
                    return value
                self.close()
            raise StoreBusy(f"{self.path} is opened and closed all the time", "look at the engine's log")

    def _read_once(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connection or self._open()
        connection.execute("BEGIN")
        try:
            return fn(connection)
        finally:
            connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection:
        _look_for(self.path)
        self._still = None if _is_shared(self.path) else _identity(self.path)
        mode = "mode=ro" if self._still is None else "mode=ro&immutable=1"
        connection = sqlite3.connect(
            f"file:{quote(str(self.path.absolute()))}?{mode}",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA query_only = ON")
            if self._check is not None:
                self._check(connection, self.path)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        self._opened += 1
        return connection

    def _moved(self) -> bool:
        """Whether an engine came to a file that was read as immutable."""
        if self._still is None:
            return False
        return _is_shared(self.path) or _identity(self.path) != self._still

    def data_version(self) -> tuple[int, ...]:
        """Return something that changes when the database changes. Costs no read of its pages."""
        with self._lock:
            connection = self._connection
            if connection is not None and not self._moved() and self._still is None:
                with at_border(self.path):
                    return (self._opened, int(connection.execute("PRAGMA data_version").fetchone()[0]))
            return (self._opened, -1, int(self._moved()), *(self._still or ()))


def _passing(error: Exception) -> bool:
    """Whether an error may be of the moment at which an engine removes or makes the files beside."""
    return isinstance(error, sqlite3.Error) and not isinstance(translate(error, Path()), StoreReadOnly)


def _side(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _is_shared(path: Path) -> bool:
    """Whether what is in the file alone may not be all: an engine has it open, or one crashed."""
    try:
        wal = _side(path, "-wal").stat().st_size
    except FileNotFoundError:
        return False
    return wal > 0 or _side(path, "-shm").exists()


def _identity(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def _look_for(path: Path) -> None:
    try:
        path.stat()
    except FileNotFoundError as error:
        raise NoState(f"there is no state in {path.parent}", "start: tui-ops") from error
    except PermissionError as error:
        raise StoreReadOnly(f"{path.parent} may not be entered", "ask its owner to add you to its group") from error


def _check_schema(connection: sqlite3.Connection, path: Path) -> None:
    found = revision_of(connection, path)
    if found is None:
        raise NoState(f"there is no state in {path.parent} yet", "start: tui-ops")
    if found != HEAD:
        raise SchemaOlder(
            f"{path} is of an older version (schema {found}, this one reads {HEAD})",
            "restart the engine with this version; it upgrades the database and keeps a copy",
        )


def open_reader(paths: StatePaths) -> Reader:
    """Open ``ops.db`` to read it.

    Raises:
        NoState: no engine ever ran here.
        SchemaOlder, SchemaNewer: it is not of this program's schema.
        StoreError: it can't be read.
    """
    return Reader(paths.ops_db, _check_schema)


def open_samples(paths: StatePaths) -> Reader:
    """Open ``samples.db`` to read it. Raises as :func:`open_reader` does."""
    return Reader(paths.samples_db)
