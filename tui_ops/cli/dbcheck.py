"""Whether a state directory, or what was taken out of a backup, is whole."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from tui_ops.cli.context import counted
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.paths import StatePaths

PROBLEMS_TOLD = 20
"""Of one file; SQLite itself would name a hundred."""

SPOTS = 400
"""Chunks, and as many blocks, that are unpacked: a second's work."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One thing that was looked at."""

    what: str
    found: str
    """What is good about it, or what could not be looked at."""
    problems: list[str] = field(default_factory=list)


def look(paths: StatePaths) -> Iterator[Looked]:
    """Look at one thing after another: files, audit, history. Raises nothing of a file that is damaged."""
    if paths.restoring.exists():
        yield Looked("restore", "", ["it was interrupted: run it again, for these files do not belong together"])
    yield _guarded("ops.db", partial(_ops, paths))
    yield _guarded("audit", partial(_audit, paths))
    if paths.samples_db.exists():
        yield _guarded("samples.db", partial(_samples, paths))
        yield _guarded("history", partial(_history, paths))


def _guarded(what: str, look_at: Callable[[], Looked]) -> Looked:
    try:
        return look_at()
    except TuiOpsError as error:
        return Looked(what, "", [error.message])


def _whole(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(f"PRAGMA integrity_check({PROBLEMS_TOLD})").fetchall()
    problems = [str(row[0]) for row in rows if row[0] != "ok"]
    loose = connection.execute("PRAGMA foreign_key_check").fetchmany(PROBLEMS_TOLD)
    return problems + [f"a row of {row[0]} refers to nothing in {row[2]}" for row in loose]


def _ops(paths: StatePaths) -> Looked:
    from tui_ops.store.schema import revision_of
    from tui_ops.store.views.connect import Reader

    with Reader(paths.ops_db) as reader:
        revision = reader.read(lambda connection: revision_of(connection, paths.ops_db))
        problems = reader.read(_whole)
    if revision is None:
        problems.append("there is no schema in it")
    return Looked("ops.db", f"whole, schema {revision}", problems)


def _audit(paths: StatePaths) -> Looked:
    from tui_ops.practices.audit.rules import verify_log
    from tui_ops.store.head import read_head
    from tui_ops.store.views.audit import audit_links
    from tui_ops.store.views.connect import Reader

    with Reader(paths.ops_db) as reader:
        verifier = verify_log(partial(audit_links, reader), partial(read_head, paths.audit_head))
    problems = [f"entry {one.id}: {one.kind}: {one.text}" for one in verifier.breaks[:PROBLEMS_TOLD]]
    return Looked("audit", f"whole, {counted(verifier.entries, 'entry').replace('entrys', 'entries')}", problems)


def _samples(paths: StatePaths) -> Looked:
    from tui_ops.store.views.connect import Reader

    with Reader(paths.samples_db) as reader:
        version = reader.read(lambda connection: connection.execute("PRAGMA user_version").fetchone()[0])
        return Looked("samples.db", f"whole, schema {version}", reader.read(_whole))


def _history(paths: StatePaths) -> Looked:
    from tui_ops.store.errors import SchemaOlder
    from tui_ops.store.history import spot
    from tui_ops.store.views.history import open_history

    try:
        with open_history(paths) as reader:
            spots = reader.read(lambda connection: spot.look(connection, SPOTS, random.Random()))
    except SchemaOlder as older:
        return Looked("history", f"not looked at: {older.message}")
    return Looked("history", f"{counted(spots.looked, 'piece')} unpacked", spots.damages)
