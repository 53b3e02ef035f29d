"""Letting go of the results of checks that are no longer in the inventory."""

import sqlite3
from collections.abc import Collection

from sqlmodel import Session

from tui_ops.model.checks import SECTION_PREFIX
from tui_ops.store.live import touch


def forget_checks(session: Session, kept: Collection[tuple[int, str]]) -> int:
    """Delete the results of checks that there are no more.

    Args:
        session: any.
        kept: host id and section of the checks there are.

    Returns:
        How many results were deleted.
    """
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    found = raw.execute(
        "SELECT host_id, section FROM section_latest WHERE section >= ? AND section < ?",
        (SECTION_PREFIX, SECTION_PREFIX[:-1] + ";"),
    ).fetchall()
    gone = [(host_id, section) for host_id, section in found if (host_id, section) not in kept]
    raw.executemany("DELETE FROM section_latest WHERE host_id = ? AND section = ?", gone)
    touch(session, sorted({host_id for host_id, _ in gone}))
    return len(gone)
