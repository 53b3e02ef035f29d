"""Upgrades: from every earlier schema, with a copy kept, all or nothing, one process at a time."""

import errno
import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlmodel import SQLModel
from support.stores import FOR_REAL

from tui_ops.model.chain import Head
from tui_ops.model.clock import Stamp
from tui_ops.practices.audit.rules import verify
from tui_ops.store import tables
from tui_ops.store import upgrade as upgrading
from tui_ops.store.errors import SchemaNewer, SchemaOlder, StoreBusy, StoreCorrupt, StoreFull, UpgradeFailed
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.schema import HEAD, REVISIONS
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.audit import audit_links
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.lists import keys
from tui_ops.store.views.pages import host

SCHEMAS = Path(__file__).parent / "schemas"
EARLIER = REVISIONS[:-1]


@pytest.fixture(autouse=True)
def for_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """No store is a copy here."""
    monkeypatch.setattr(upgrading, "_run_apart", FOR_REAL)


def load(paths: StatePaths, revision: str) -> None:
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        connection.executescript((SCHEMAS / f"{revision}.sql").read_text())


def state(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def test_the_constants_name_what_alembic_finds() -> None:
    """A new file of upgrades/versions that schema.py does not know would never be run."""
    config = Config()
    config.set_main_option("script_location", str(Path(upgrading.__file__).parent / "upgrades"))
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == HEAD
    assert tuple(reversed([one.revision for one in script.walk_revisions()])) == REVISIONS


def test_a_new_database_has_just_the_tables_of_the_classes(paths: StatePaths) -> None:
    """Alembic finds no difference between what the upgrades made and what the classes say."""
    assert tables.Host.__tablename__ == "host"
    engine = create_engine(f"sqlite:///{paths.ops_db}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


@pytest.mark.parametrize("revision", EARLIER)
def test_an_earlier_schema_is_upgraded_with_its_data(root: Path, revision: str) -> None:
    """Hosts, keys, readings and the audit chain are all there afterwards, and the chain is whole."""
    paths = prepare(root / "state")
    load(paths, revision)
    assert upgrade(paths) == revision
    assert upgrade(paths) is None
    with open_reader(paths) as reader:
        page = host(reader, "web-1", Stamp(151.0, 0.0))
        assert page is not None
        assert (page.host.values, page.host.site, page.host.labels) == ({"cpu": 12.5}, "lon1", {"tier": "1"})
        assert [section.detail for section in page.sections] == [{}]
        assert (page.events[0].text, page.carries) == ("pending → up", ["shop"])
        assert [key.fingerprint for key in keys(reader)] == ["SHA256:abc"]
        links = list(audit_links(reader))
        assert len(links) == 3
        assert verify(links, Head(3, links[-1].hash, 3, links[-1].hash)) == []


def test_of_two_live_hosts_with_one_key_the_younger_stays(root: Path) -> None:
    """Schema 2 keeps keys and names of live hosts unique; nothing is deleted for it."""
    paths = prepare(root / "state")
    load(paths, "0001")
    upgrade(paths)
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        found = connection.execute("SELECT id, retired_at IS NULL FROM host ORDER BY id").fetchall()
    assert found == [(1, 1), (2, 1), (3, 0), (4, 0), (5, 1)]


@pytest.mark.parametrize("revision", EARLIER)
def test_a_copy_from_before_is_kept(root: Path, revision: str) -> None:
    """The copy is the database as it was, under a name that says which schema and when."""
    paths = prepare(root / "state")
    load(paths, revision)
    before = state(paths.ops_db)
    upgrade(paths)
    copies = list(paths.backups.iterdir())
    assert [copy.name.startswith(f"ops-{revision}-") and copy.suffix == ".db" for copy in copies] == [True]
    assert state(copies[0]) == before
    assert copies[0].stat().st_mode & 0o777 == 0o600


def test_an_upgrade_that_fails_changes_nothing(root: Path) -> None:
    """The first step had been done when the last one failed; both are taken back, and a later try goes through."""
    paths = prepare(root / "state")
    load(paths, "0001")
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        connection.execute("CREATE TABLE host_live_name (x)")
    before = state(paths.ops_db)
    with pytest.raises(UpgradeFailed, match="host_live_name"):
        upgrade(paths)
    assert state(paths.ops_db) == before
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        connection.execute("DROP TABLE host_live_name")
    assert upgrade(paths) == "0001"


def test_rows_that_refer_to_nothing_stop_an_upgrade(root: Path) -> None:
    """A database that lost its references is not carried on in silence."""
    paths = prepare(root / "state")
    load(paths, "0001")
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        connection.execute("INSERT INTO event VALUES (77, 4711, 1.0, 'state', 'whose?')")
        connection.commit()
    with pytest.raises(UpgradeFailed, match="refer to nothing"):
        upgrade(paths)


def test_a_newer_schema_is_refused_and_left_alone(paths: StatePaths) -> None:
    """By the writer's side and by a reader, with what to do."""
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
        connection.commit()
    before = state(paths.ops_db)
    with pytest.raises(SchemaNewer, match="install the newer version"):
        upgrade(paths)
    with pytest.raises(SchemaNewer):
        open_reader(paths)
    assert state(paths.ops_db) == before


def test_a_reader_of_an_older_schema_is_told_to_start_the_engine(root: Path) -> None:
    """A dashboard never upgrades."""
    paths = prepare(root / "state")
    load(paths, "0001")
    with pytest.raises(SchemaOlder, match="restart the engine"):
        open_reader(paths)


def test_something_else_is_no_database_of_ours(root: Path) -> None:
    """Neither text nor the database of another program is touched."""
    paths = prepare(root / "state")
    paths.ops_db.write_text("this is a letter, not a database\n" * 100)
    with pytest.raises(StoreCorrupt, match="not a database"):
        upgrade(paths)
    paths.ops_db.unlink()
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        connection.execute("CREATE TABLE cookies (x)")
    with pytest.raises(StoreCorrupt, match="something else"):
        upgrade(paths)


def test_two_at_once_upgrade_once(root: Path) -> None:
    """The second waits for the lock and finds the work done."""
    paths = prepare(root / "state")
    load(paths, "0001")
    done: list[str | None] = []
    threads = [threading.Thread(target=lambda: done.append(upgrade(paths))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done, key=str) == ["0001", None]
    assert len(list(paths.backups.iterdir())) == 1


def test_a_lock_that_is_never_given_up_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever behind a process that hangs."""
    paths = prepare(root / "state")
    monkeypatch.setattr(upgrading, "LOCK_WAIT_S", 0.1)
    with paths.upgrade_lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StoreBusy, match="another process upgrades"):
            upgrade(paths)


def test_an_upgrade_that_is_killed_is_told_and_changes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the machine has no memory left: the next start does it all."""
    paths = prepare(root / "state")
    load(paths, "0001")
    before = state(paths.ops_db)
    run = upgrading._run

    def killed(path: Path) -> None:
        """Die in the middle: the first step is done and written down, the others are not."""
        connect = upgrading._connect

        def connected(path: Path) -> sqlite3.Connection:
            connection = connect(path)
            connection.set_trace_callback(lambda said: "UPDATE alembic" in said and os.kill(os.getpid(), 9))
            return connection

        upgrading._connect = connected
        run(path)

    monkeypatch.setattr(upgrading, "_run", killed)
    with pytest.raises(UpgradeFailed, match="ended by signal 9"):
        upgrade(paths)
    monkeypatch.undo()
    assert state(paths.ops_db) == before
    assert upgrade(paths) == "0001"


def test_what_nobody_foresaw_is_told_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the upgrade met, the engine says it and does not begin."""
    paths = prepare(root / "state")

    def failed(path: Path) -> None:
        raise ZeroDivisionError(f"in {path.name}")

    monkeypatch.setattr(upgrading, "_run", failed)
    with pytest.raises(UpgradeFailed, match=r"could not be upgraded .*: in ops\.db"):
        upgrade(paths)


def test_a_full_disk_is_told_as_such(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the disk keeps its own class on the way out of the upgrade."""
    paths = prepare(root / "state")

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(upgrading, "_run", full)
    with pytest.raises(StoreFull, match="no space is left") as met:
        upgrade(paths)
    assert met.value.hint == "free space on its filesystem"


def test_an_upgrade_leaves_no_machinery_behind(root: Path) -> None:
    """Alembic's ten megabytes would stay with the engine for as long as it runs; no child is left either."""
    paths = prepare(root / "state")
    text = (
        "import os, sys; from pathlib import Path; from tui_ops.store.paths import StatePaths;"
        "from tui_ops.store.upgrade import upgrade;"
        f"assert upgrade(StatePaths(Path({str(paths.root)!r}))) == '';"
        "assert 'alembic' not in sys.modules;"
        "left = os.path.exists(f'/proc/self/task/{os.getpid()}/children') and"
        " open(f'/proc/self/task/{os.getpid()}/children').read();"
        "assert not left, left"
    )
    subprocess.run([sys.executable, "-c", text], check=True, timeout=30)


def test_an_up_to_date_database_loads_no_upgrade_machinery(paths: StatePaths) -> None:
    """A usual start of the engine does not pay for Alembic; a reader not even for SQLAlchemy."""
    text = (
        "import sys; from pathlib import Path; from tui_ops.store.paths import StatePaths;"
        "from tui_ops.store.upgrade import upgrade; import tui_ops.store.views.connect, tui_ops.store.views.pages,"
        "tui_ops.store.views.audit, tui_ops.store.views.metrics, tui_ops.store.views.samples;"
        f"assert upgrade(StatePaths(Path({str(paths.root)!r}))) is None;"
        "heavy = {'alembic', 'sqlalchemy', 'sqlmodel', 'pydantic', 'asyncssh'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", text], check=True, timeout=30)
