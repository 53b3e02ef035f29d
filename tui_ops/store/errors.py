"""What can go wrong with the state directory and its databases.

StoreError
├── NoState           there is no database yet: no engine ever ran here
├── StateRefused      the state directory belongs to someone else, is a link, or can't be made
├── SchemaNewer       a newer tui-ops wrote this database
├── SchemaOlder       this database waits for an engine to bring it up to date
├── UpgradeFailed     an upgrade did not go through; the database is as it was
├── StoreFull         no space is left
├── StoreReadOnly     it may not be written, or not be opened, by this user
├── StoreBusy         another process holds it for too long
├── StoreCorrupt      the file is damaged or no database
├── StoreGone         the file was removed or replaced under its writer
├── StoreRefused      a constraint or a limit of the database said no
└── StoreClosed       the writer was closed already
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui_ops.model.errors import TuiOpsError


class StoreError(TuiOpsError):
    """The database can't be opened, upgraded or written."""


class NoState(StoreError):
    """There is no database yet."""


class StateRefused(StoreError):
    """The state directory can't be used safely."""


class SchemaNewer(StoreError):
    """A newer version of the program wrote this database."""


class SchemaOlder(StoreError):
    """The database is older than this program and no engine has upgraded it yet."""


class UpgradeFailed(StoreError):
    """An upgrade was rolled back."""


class StoreFull(StoreError):
    """The disk or the quota is full."""


class StoreReadOnly(StoreError):
    """This user may not write or open the file."""


class StoreBusy(StoreError):
    """Another process holds the database."""


class StoreCorrupt(StoreError):
    """The file is damaged, or is no database of ours."""


class StoreGone(StoreError):
    """The file lost its name while it was open; the next use opens what has the name then."""


class StoreRefused(StoreError):
    """A constraint, a trigger or a limit refused the change."""


class StoreClosed(StoreError):
    """The writer was closed."""


_PRIMARY_CODE = 0xFF
"""SQLite's extended result codes carry the primary code in their lowest byte."""

_BY_CODE: dict[int, tuple[type[StoreError], str, str]] = {
    sqlite3.SQLITE_FULL: (StoreFull, "no space is left for {path}", "free space on its filesystem"),
    sqlite3.SQLITE_READONLY: (StoreReadOnly, "{path} may not be written", "check its owner and its filesystem"),
    sqlite3.SQLITE_PERM: (StoreReadOnly, "{path} may not be opened", "check owner, group and mode of its directory"),
    sqlite3.SQLITE_CANTOPEN: (StoreReadOnly, "{path} can't be opened", "check owner, group and mode of its directory"),
    sqlite3.SQLITE_BUSY: (StoreBusy, "{path} is held by another process", "see who has it open: fuser {path}"),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "{path} is held by another process", "see who has it open: fuser {path}"),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, "{path} is damaged", "stop the engine and restore a copy from backups/"),
    sqlite3.SQLITE_NOTADB: (StoreCorrupt, "{path} is not a database", "move it away or name another state directory"),
    sqlite3.SQLITE_CONSTRAINT: (StoreRefused, "{path} refused the change: {error}", ""),
}


def translate(error: sqlite3.Error, path: Path) -> StoreError:
    """Return what an error of SQLite means to an operator.

    Args:
        error: as the driver raised it.
        path: the database it is about.
    """
    code = getattr(error, "sqlite_errorcode", None)
    found = _BY_CODE.get(code & _PRIMARY_CODE) if isinstance(code, int) else None
    leaf, message, hint = found or (StoreError, "{path}: {error}", "")
    return leaf(message.format(path=path, error=error), hint.format(path=path))


@contextmanager
def at_border(path: Path) -> Iterator[None]:
    """Translate what SQLite or the filesystem raise about ``path`` into a :class:`StoreError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error
    except OSError as error:
        raise from_os(error, path) from error


def from_os(error: OSError, path: Path) -> StoreError:
    """Return what an error of the filesystem means to an operator."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(f"no space is left for {path}", "free space on its filesystem")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreReadOnly(
            f"{path} may not be used: {error.strerror}", "check owner, group and mode of its directory"
        )
    return StoreError(f"{path}: {error.strerror or error}")
