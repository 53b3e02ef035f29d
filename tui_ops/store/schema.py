"""Which schema this program speaks, told apart without loading the upgrade machinery."""

import sqlite3
from pathlib import Path

from tui_ops.store.errors import SchemaNewer, StoreCorrupt

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every schema of ``ops.db`` there ever was, oldest first: one file of ``upgrades/versions`` each."""

HEAD = REVISIONS[-1]
"""The schema that this program writes."""


def revision_of(connection: sqlite3.Connection, path: Path) -> str | None:
    """Return the schema of an open database; None for an empty file.

    Raises:
        SchemaNewer: a schema that this program does not know.
        StoreCorrupt: it has tables, but none of ours.
        sqlite3.Error: it can't be read.
    """
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreCorrupt(f"{path} is a database of something else", "name another state directory: --state-dir")
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if found is None:
        return None
    if found[0] not in REVISIONS:
        raise SchemaNewer(
            f"{path} was written by a newer tui-ops (schema {found[0]}, this one knows {HEAD})",
            "install the newer version, or restore the copy in backups/ from before its upgrade",
        )
    return str(found[0])
