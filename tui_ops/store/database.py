"""One SQLite file, opened for writing: a connection, its settings, and transactions on it.

A :class:`Database` belongs to one thread. Its connection is made when it is first needed and made anew
after an error of the file itself, so that a disk that was full or gone for a while is found again.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, create_engine, pool
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tui_ops.store.errors import StoreError, StoreGone, StoreRefused, from_os, translate

BUSY_TIMEOUT_S = 5.0
"""Only a copy or a person with sqlite3 competes with the one writer: they are waited for, not for ever."""

CHECKPOINT_PAGES = 4000
"""Pages of WAL (16 MiB) before they are moved into the file: a row rewritten often is then moved once."""

JOURNAL_LIMIT = 64 * 1024 * 1024
"""Bytes that the WAL keeps on disk after a reader that held it back has gone."""

CACHE_KIB = 4 * 1024
"""Page cache of each file: holds the latest rows of a thousand hosts, which are what is written again and again; the
kernel keeps the rest of the file as far as it has room."""


def _ended() -> StoreError:
    return StoreError("an act tried to end its own transaction", "this is a mistake in the program")


class _BoundSession(Session):
    """A session whose transaction is ended by the store only: an act is kept with its audit entry, or not at all."""

    def commit(self) -> None:
        raise _ended()

    def end(self) -> None:
        super().commit()


class Database:
    """A file that is written by one thread.

    Args:
        path: the file.
        prepare: run on every new connection, such as to make tables that have no upgrades.
    """

    def __init__(self, path: Path, prepare: Callable[[sqlite3.Connection], None] | None = None) -> None:
        self.path = path
        self._prepare = prepare
        self._file: tuple[int, int] | None = None
        self._raw: sqlite3.Connection | None = None
        self._engine: Engine | None = None

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself, for statements that are worth writing out."""
        if self._raw is None:
            self._still_there()
            self._raw = self._open()
            self._file = self._found()
        return self._raw

    def _found(self) -> tuple[int, int] | None:
        """Return which file has the name now; None where there is none."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return None
        return there.st_dev, there.st_ino

    def _still_there(self) -> None:
        """Raise where the file that was opened lost its name: what is written into it would be seen by nobody. One
        that needs no upgrades is begun anew with the next use.
        """
        if self._file is None or self._found() == self._file:
            return
        self.drop()
        if self._prepare is not None:
            self._file = None
        raise StoreGone(
            f"{self.path} was removed or replaced while it was in use",
            "look who did that; tui-ops db restore FILE puts a backup back, while no engine runs",
        )

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, timeout=BUSY_TIMEOUT_S, check_same_thread=False, cached_statements=256
        )
        try:
            for setting in (
                "journal_mode = WAL",
                "foreign_keys = ON",
                f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
                f"journal_size_limit = {JOURNAL_LIMIT}",
                f"cache_size = -{CACHE_KIB}",
            ):
                connection.execute(f"PRAGMA {setting}")
            if self._prepare is not None:
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def transaction(self, durable: bool) -> Iterator[sqlite3.Connection]:
        """Run the body in one write transaction: all of it is kept, or nothing.

        Args:
            durable: whether it is on disk when this returns; otherwise a power cut may take the last
                seconds of it (never a part of a transaction).

        Raises:
            StoreError: it was not kept. Whatever the body raised goes through unchanged.
        """
        with self._translated():
            self._still_there()
            raw = self.raw
            raw.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            raw.execute("BEGIN IMMEDIATE")
            try:
                yield raw
                if raw.in_transaction:
                    raw.execute("COMMIT")
            except BaseException:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
                raise

    @contextmanager
    def session(self, durable: bool) -> Iterator[Session]:
        """As :meth:`transaction`, for tables as classes. What was loaded may be read afterwards.

        Raises:
            StoreError: it was not kept; also when the body ended the transaction by itself.
        """
        engine = self._bound()
        with self.transaction(durable) as raw, _BoundSession(engine, expire_on_commit=False) as session:
            yield session
            session.flush()
            if not raw.in_transaction:
                raise _ended()
            session.end()

    def _bound(self) -> Engine:
        """Return SQLAlchemy's engine on our one connection.

        Its first connect asks the driver this and that and rolls back, so it happens outside of any transaction.
        """
        if self._engine is None:
            with self._translated():
                engine = create_engine("sqlite://", creator=lambda: self.raw, poolclass=pool.StaticPool)
                engine.connect().close()
                self._engine = engine
        return self._engine

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if not isinstance(error.orig, sqlite3.Error):
                raise
            raise self._met(error.orig) from error
        except sqlite3.Error as error:
            raise self._met(error) from error
        except OSError as error:
            raise from_os(error, self.path) from error

    def _met(self, error: sqlite3.Error) -> StoreError:
        met = translate(error, self.path)
        if not isinstance(met, StoreRefused):
            self.drop()
        return met

    def drop(self) -> None:
        """Let go of the connection without ceremony; the next use makes a new one."""
        engine, raw = self._engine, self._raw
        self._engine = self._raw = None
        with suppress(sqlite3.Error):
            if raw is not None:
                raw.close()
        if engine is not None:
            engine.dispose()

    def close(self) -> None:
        """Move everything into the file and close it; without readers, no side file is left."""
        raw = self._raw
        if raw is not None:
            with suppress(sqlite3.Error):
                # A reader with an open transaction is not waited for: what stays in the WAL is read from there.
                raw.execute("PRAGMA busy_timeout = 0")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.drop()
