"""The tables of ``samples.db``, and how a file of an older version is brought up to them in place."""

import sqlite3
from pathlib import Path

from tui_ops.store.errors import NoState, SchemaNewer, SchemaOlder

SCHEMA = 2
"""``PRAGMA user_version`` of the file. 1 had one row a host and millisecond, and nothing but rows."""

_LAYOUTS = """
CREATE TABLE IF NOT EXISTS layout (
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, keys TEXT NOT NULL, last_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS boot (
    id INTEGER PRIMARY KEY, host_id INTEGER NOT NULL, boot_id TEXT NOT NULL, last_ms INTEGER NOT NULL,
    UNIQUE (host_id, boot_id)
);
"""

_SAMPLES = """
CREATE TABLE IF NOT EXISTS sample (
    host_id INTEGER NOT NULL, at_ms INTEGER NOT NULL, layout INTEGER NOT NULL, boot INTEGER NOT NULL,
    uptime_ms INTEGER NOT NULL, counters BLOB NOT NULL, gauges BLOB NOT NULL,
    PRIMARY KEY (host_id, at_ms, layout)
) WITHOUT ROWID;
"""
"""By host first: what is moved into chunks lies together, and needs no second index."""

_HISTORY = """
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, metric TEXT NOT NULL, label TEXT NOT NULL, counter INTEGER NOT NULL,
    last_ms INTEGER NOT NULL, UNIQUE (metric, label, counter)
);
CREATE TABLE IF NOT EXISTS chunk (
    id INTEGER PRIMARY KEY, host_id INTEGER NOT NULL, start_ms INTEGER NOT NULL, count INTEGER NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, at BLOB NOT NULL, lag BLOB NOT NULL, boot BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS chunk_of_host ON chunk (host_id, start_ms);
CREATE INDEX IF NOT EXISTS chunk_by_age ON chunk (start_ms);
CREATE TABLE IF NOT EXISTS part (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS block (
    id INTEGER PRIMARY KEY, step INTEGER NOT NULL, start_s INTEGER NOT NULL, host_id INTEGER NOT NULL,
    series INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE (host_id, step, series, start_s)
);
CREATE INDEX IF NOT EXISTS block_by_age ON block (step, start_s);
CREATE TABLE IF NOT EXISTS progress (host_id INTEGER PRIMARY KEY, condensed_ms INTEGER NOT NULL);
"""
"""``chunk``: the times of some series of one host; ``part``: the numbers of one series at these times, under
:func:`part_id`; ``block``: minutes of a day (step 60) or hours of 30 days (step 3600) of one series; ``progress``: up
to where a host's chunks are in blocks as well. Parts and blocks have a row number each, since in a table without them
numbers of more than a quarter of a page would take a page of their own."""

SERIES_BITS = 24
"""Series that one file can name: sixteen millions. The other 39 bits of a part's id count chunks."""


def part_id(chunk: int, series: int) -> int:
    """Return where the numbers of a series in a chunk stand: all of a chunk lie together."""
    return chunk << SERIES_BITS | series


_FROM_1 = """
ALTER TABLE sample RENAME TO sample_1;
DROP INDEX sample_of_host;
{samples}
INSERT INTO sample SELECT host_id, at_ms, layout, boot, uptime_ms, counters, gauges FROM sample_1;
DROP TABLE sample_1;
"""


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables where they are not there yet, and bring those of an older version over; all or nothing.

    Raises:
        SchemaNewer: a newer program wrote the file. Nothing was changed.
    """
    found = _version(connection)
    if found > SCHEMA:
        raise SchemaNewer(
            f"the history was written by a newer tui-ops (schema {found}, this one knows {SCHEMA})",
            "install the newer version, or move samples.db away",
        )
    if found == 0:
        # Only a file without tables takes it: pages that were cut off can then be given back to the filesystem.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
    # Readings are no secrets: what is removed need not be overwritten.
    connection.execute("PRAGMA secure_delete = OFF")
    older = _FROM_1.format(samples=_SAMPLES) if found == 1 else ""
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE; {_LAYOUTS} {older} {_SAMPLES} {_HISTORY} PRAGMA user_version = {SCHEMA}; COMMIT;"
        )
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Look whether a reader can make sense of the file.

    Raises:
        NoState: it is empty.
        SchemaOlder, SchemaNewer: it is not of this program's schema.
    """
    found = _version(connection)
    if found == 0:
        raise NoState(f"there is no history in {path.parent} yet", "start: tui-ops")
    if found < SCHEMA:
        raise SchemaOlder(
            f"{path} is of an older version (schema {found}, this one reads {SCHEMA})",
            "restart the engine with this version; it brings the file over",
        )
    if found > SCHEMA:
        raise SchemaNewer(
            f"{path} was written by a newer tui-ops (schema {found}, this one knows {SCHEMA})",
            "install the newer version",
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
