"""New stores for tests: the first of a process is made by the upgrades, every further one is a copy of its file.

To make one takes half a second of CPU and a process, and two thousand tests begin with one. Those that try the upgrades
themselves take :data:`FOR_REAL`.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tui_ops.store import upgrade as upgrading
from tui_ops.store.paths import StatePaths, prepare

FOR_REAL: Callable[[Path], None] = upgrading._run_apart
"""How the program itself brings a database up to date."""


def copying(made: Path) -> Callable[[Path], None]:
    """Return what takes the place of :data:`FOR_REAL`, which works on whatever is no new database.

    Args:
        made: where the file of a new store is kept.
    """

    def run(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            is_new = connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        if not is_new or not made.exists():
            FOR_REAL(path)
        if is_new and made.exists():
            shutil.copyfile(made, path)
        elif is_new:
            shutil.copyfile(path, made)

    return run


def lay_down(paths: StatePaths) -> None:
    """Make a new store in a state directory that is not there yet, for a program that a test starts."""
    before = os.umask(0o022)
    try:
        upgrading.upgrade(prepare(paths.root))
    finally:
        os.umask(before)
