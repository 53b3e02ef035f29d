"""``db size|check|backup|restore`` on a state of its own, with an engine and without."""

import asyncio
import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tui_ops.cli.dbsize import sentences
from tui_ops.engine.lock import Lock
from tui_ops.engine.main import EngineOptions, run_engine
from tui_ops.model.fleet import HistorySpec
from tui_ops.model.readings import Reading
from tui_ops.store import backup as store_backup
from tui_ops.store.errors import StateRefused
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.history.rolling import prepare_move
from tui_ops.store.history.sizes import Estimate
from tui_ops.store.paths import StatePaths
from tui_ops.store.samples import SampleWrite
from tui_ops.store.views.history import open_history, series
from tui_ops.store.writer import Writer

BEGIN = 1_700_006_400.0

Run = Callable[..., Any]
"""Runs the command line: see ``conftest.py``."""


async def write_history(paths: StatePaths) -> None:
    """Two windows of a host, the first of them in chunks."""
    writer = await Writer.open(paths)
    await writer.samples([
        SampleWrite(BEGIN + 10 * n, 1, Reading(n * 10.0, "b", None, {("net.rx_bytes", "e"): n}, {("load.1", ""): n}))
        for n in range(1440)
    ])  # fmt: skip
    with open_history(paths) as reader:
        move = reader.read(partial(prepare_move, host_id=1, start_ms=round(BEGIN * 1000)))
    await writer.keep(partial(HistoryKeeper.move, move=move))
    await writer.close()


@pytest.fixture
def kept(state: StatePaths) -> StatePaths:
    """The seeded state with a history."""
    asyncio.run(write_history(state))
    return state


def load(paths: StatePaths) -> list[float]:
    with open_history(paths) as reader:
        return series(reader, 1, "load.1", "", 0, 2e9).mean


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


class TestSize:
    def test_each_kind_of_data_has_its_line(self, tui: Run, kept: StatePaths) -> None:
        """As JSON with the figures, for people with what they come to."""
        found = {row["data"]: row for row in json.loads(tui("db", "size", "--format", "json").out)}
        assert found["full resolution"]["count"] == 2 * 720
        assert found["rows of the last hours"]["count"] == 720
        assert found["full resolution"]["kept_s"] == 2 * 86400
        assert sum(name.startswith("ops.db: ") for name in found) == 5
        assert found["all files"]["bytes"] >= kept.samples_db.stat().st_size
        ran = tui("db", "size")
        assert ran.code == 0
        assert "For 5 hosts, by what they give now, the history comes to about" in ran.out

    def test_what_it_comes_to_is_worked_out_by_this_very_fleet(
        self, run: Run, kept: StatePaths, tmp_path: Path
    ) -> None:
        """Five hosts of two series each at ten seconds, for as long as the inventory says."""
        file = tmp_path / "fleet.yaml"
        file.write_text("hosts: {web-1: 10.0.0.1}\nhistory: {full: 4d, limit: 16MiB}\n")
        ran = run("-i", str(file), "--state-dir", str(kept.root), "db", "size", "--format", "json")
        found = {row["data"]: row for row in json.loads(ran.out)}
        full = found["full resolution"]
        assert full["expected_bytes"] == pytest.approx(5 * 2 * 8640 * 4 * full["bytes_each"], rel=0.01)
        assert "The limit of 16 MiB cuts nothing of it" in run(
            "-i", str(file), "--state-dir", str(kept.root), "db", "size"
        ).out.replace("16.0", "16")

    def test_a_state_without_history_is_estimated_too(self, tui: Run, state: StatePaths) -> None:
        """Before the first reading the usual figures stand in."""
        state.samples_db.unlink()
        ran = tui("db", "size")
        assert ran.code == 0
        assert "at 90 series a host every 10 s, since there are no readings yet" in ran.out

    @pytest.mark.parametrize(
        ("limit", "said"),
        [(2000, "cuts nothing"), (500, "cuts full resolution to about 1d"), (250, "cuts the minutes to about 7d"),
         (150, "cuts the hours to about 200d")],
    )  # fmt: skip
    def test_what_a_limit_would_cut(self, limit: int, said: str) -> None:
        """Full resolution first, then minutes, then hours."""
        spec = HistorySpec(limit_bytes=limit)
        told = sentences(spec, Estimate(100, 400, 100, 100, 200), 1, 1, 10**6)
        assert said in told[1]

    def test_a_disk_that_is_too_small_is_told(self) -> None:
        """Before it is full."""
        assert "are free" in sentences(HistorySpec(), Estimate(1, 1, 1, 1, 1), 1, 1, 0)[-1]


class TestCheck:
    def test_a_whole_state(self, tui: Run, kept: StatePaths) -> None:
        """Files, audit and history, each with its line."""
        ran = tui("db", "check")
        assert ran.code == 0
        assert [line.split()[:2] for line in ran.out.splitlines()] == [
            ["ok", "ops.db"], ["ok", "audit"], ["ok", "samples.db"], ["ok", "history"],
        ]  # fmt: skip
        assert "whole, 3 entries" in ran.out

    def test_each_kind_of_damage_is_named(self, tui: Run, kept: StatePaths) -> None:
        """A changed entry, a part that can't be unpacked, and what to do."""
        with closing(sqlite3.connect(kept.ops_db)) as attacker:
            for (name,) in attacker.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                attacker.execute(f"DROP TRIGGER {name}")
            attacker.execute("UPDATE audit SET who = 'mallory' WHERE id = 2")
            attacker.commit()
        with closing(sqlite3.connect(kept.samples_db)) as connection:
            connection.execute("UPDATE part SET data = x'70ffff'")
            connection.commit()
        ran = tui("db", "check")
        assert ran.code == 1
        assert "BAD audit       entry 2: changed" in ran.out
        assert "BAD history     chunk 1 of host 1" in ran.out
        assert "ok  ops.db" in ran.out
        assert "is not whole: audit, history" in ran.err
        assert "db restore" in ran.err

    def test_a_torn_file_is_told_not_raised(self, tui: Run, kept: StatePaths) -> None:
        """Pages that were overwritten."""
        with kept.samples_db.open("r+b") as file:
            file.seek(4096)
            file.write(os.urandom(40_000))
        ran = tui("db", "check")
        assert ran.code == 1
        assert "BAD samples.db" in ran.out

    def test_without_a_state_there_is_nothing_to_check(self, run: Run, tmp_path: Path) -> None:
        """Exit 3, as everywhere."""
        assert run("--state-dir", str(tmp_path / "none"), "db", "check").code == 3


class TestBackup:
    def test_there_and_back(self, tui: Run, run: Run, kept: StatePaths, tmp_path: Path) -> None:
        """A backup in a folder, restored on a machine that has nothing: the same hosts, readings and audit."""
        ran = tui("db", "backup", str(tmp_path))
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        (file,) = tmp_path.glob("shop-*.tui-ops.tar")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert not list(tmp_path.glob(".*.part*"))
        with tarfile.open(file) as archive:
            assert archive.getnames() == ["manifest.json", "ops.db", "samples.db", "audit.head"]
        new = StatePaths(tmp_path / "new")
        ran = run("--state-dir", str(new.root), "db", "restore", str(file))
        assert ran.code == 0, ran.err
        assert load(new) == load(kept) == list(range(1440))
        assert count(new.ops_db, "host") == count(kept.ops_db, "host")
        assert run("--state-dir", str(new.root), "audit", "verify").out == "the audit is whole: 4 entries\n"
        assert "db.restore" in run("--state-dir", str(new.root), "show", "audit", "limit=1").out

    def test_it_is_whole_while_acts_and_polls_are_written(
        self, tui: Run, run: Run, kept: StatePaths, tmp_path: Path
    ) -> None:
        """Many backups during many acts: in each the chain fits its head, and no reading is half there."""
        code = (
            "import asyncio, sys\nfrom pathlib import Path\nfrom tui_ops.model.people import Role, Who\n"
            "from tui_ops.model.readings import Reading\nfrom tui_ops.store.audit import append_audit\n"
            "from tui_ops.store.paths import StatePaths\nfrom tui_ops.store.samples import SampleWrite\n"
            "from tui_ops.store.writer import Writer\n"
            "async def main():\n"
            "  writer = await Writer.open(StatePaths(Path(sys.argv[1])))\n"
            "  for n in range(10**9):\n"
            "    await writer.act(lambda s: append_audit(s, Who('a', Role.ADMIN, 1), 'note', 'x:1', {}, 'done', n))\n"
            "    await writer.samples([SampleWrite(2e9 + n, 1, Reading(n, 'c', None, {}, {('load.1', ''): n}))])\n"
            "    print(n, flush=True)\n"
            "asyncio.run(main())\n"
        )
        engine = subprocess.Popen(
            [sys.executable, "-c", code, str(kept.root)], stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert engine.stdout is not None
        for _ in range(10):
            engine.stdout.readline()
        drain = threading.Thread(target=engine.stdout.read, daemon=True)
        drain.start()
        try:
            for number in range(3):
                assert tui("db", "backup", str(tmp_path / f"b{number}.tar")).code == 0
        finally:
            engine.kill()
            engine.wait(10)
            drain.join(10)
        for number in range(3):
            root = tmp_path / f"r{number}"
            ran = run("--state-dir", str(root), "db", "restore", str(tmp_path / f"b{number}.tar"))
            assert ran.code == 0, ran.out + ran.err

    def test_a_name_that_is_taken_is_left_alone(self, tui: Run, kept: StatePaths, tmp_path: Path) -> None:
        """Also where it is a link; and a folder that is not there makes no half file."""
        file = tmp_path / "mine.tar"
        file.write_text("mine")
        (tmp_path / "link.tar").symlink_to(tmp_path / "nowhere")
        for name in ("mine.tar", "link.tar"):
            ran = tui("db", "backup", str(tmp_path / name))
            assert ran.code == 1
            assert "is there already" in ran.err
        assert file.read_text() == "mine"
        assert tui("db", "backup", str(tmp_path / "no" / "x.tar")).code == 1
        assert not (tmp_path / "no").exists()
        assert tui("db", "backup").code == 2

    def test_a_chain_that_does_not_fit_is_copied_as_it_is(
        self, tui: Run, run: Run, kept: StatePaths, tmp_path: Path
    ) -> None:
        """A cut-off end of the audit shows in the backup too, and a restore refuses it."""
        with closing(sqlite3.connect(kept.ops_db)) as attacker:
            for (name,) in attacker.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                attacker.execute(f"DROP TRIGGER {name}")
            attacker.execute("DELETE FROM audit WHERE id = 3")
            attacker.commit()
        tui("db", "backup", str(tmp_path / "b.tar"))
        ran = run("--state-dir", str(tmp_path / "new"), "db", "restore", str(tmp_path / "b.tar"))
        assert ran.code == 1
        assert "BAD audit" in ran.out
        assert "nothing was changed: audit" in ran.err
        assert not (tmp_path / "new" / "ops.db").exists()


class TestRestore:
    @pytest.fixture
    def backup(self, tui: Run, kept: StatePaths, tmp_path: Path) -> Path:
        file = tmp_path / "b.tar"
        assert tui("db", "backup", str(file)).code == 0
        return file

    def test_what_was_there_is_kept_beside(self, tui: Run, kept: StatePaths, backup: Path) -> None:
        """Changes since the backup are not in force any more, and not gone either."""
        asyncio.run(_one_more(kept))
        ran = tui("db", "restore", str(backup), "--yes")
        assert ran.code == 0, ran.err
        assert len(load(kept)) == 1440
        old = StatePaths(Path(ran.out.splitlines()[-1].removeprefix("restored; what was there is in ")))
        assert len(load(old)) == 1441
        assert not list(kept.backups.glob(".restore*"))

    def test_what_a_crashed_engine_left_in_its_log_is_kept_and_not_mixed_in(
        self, tui: Run, kept: StatePaths, backup: Path
    ) -> None:
        """The WAL beside the database belongs to the old state: it goes with it, and never into the restored one."""
        code = (
            "import asyncio, os, sys\nfrom pathlib import Path\nsys.path.insert(0, sys.argv[2])\n"
            "from test_db import _one_more\nfrom tui_ops.store.database import Database\n"
            "from tui_ops.store.paths import StatePaths\n"
            "Database.close = lambda self: os._exit(0)\nasyncio.run(_one_more(StatePaths(Path(sys.argv[1]))))\n"
        )
        subprocess.run([sys.executable, "-c", code, str(kept.root), str(Path(__file__).parent)], check=True, timeout=60)
        assert (kept.root / "samples.db-wal").stat().st_size > 0
        ran = tui("db", "restore", str(backup), "--yes")
        assert ran.code == 0, ran.err
        assert len(load(kept)) == 1440
        old = StatePaths(Path(ran.out.splitlines()[-1].removeprefix("restored; what was there is in ")))
        assert len(load(old)) == 1441

    def test_beside_a_running_engine_it_is_refused(self, tui: Run, kept: StatePaths, backup: Path) -> None:
        """The lock says so, whoever holds it."""
        with Lock(kept.lock) as lock:
            lock.take(1.0)
            ran = tui("db", "restore", str(backup), "--yes")
        assert ran.code == 1
        assert "another engine holds" in ran.err
        assert "tui-ops do engine.stop" in ran.err

    def test_without_a_yes_nothing_is_done(self, tui: Run, kept: StatePaths, backup: Path) -> None:
        """Scripts say it beforehand."""
        before = kept.ops_db.stat().st_ino
        assert tui("db", "restore", str(backup)).code == 2
        assert kept.ops_db.stat().st_ino == before

    def test_another_fleet_is_refused(self, tui: Run, kept: StatePaths, backup: Path) -> None:
        """Unless it is meant."""
        with closing(sqlite3.connect(kept.ops_db)) as connection:
            connection.execute("UPDATE engine_info SET fleet = 'other'")
            connection.commit()
        ran = tui("db", "restore", str(backup), "--yes")
        assert ran.code == 1
        assert "the state is of the fleet other, the backup of shop" in ran.err
        assert tui("db", "restore", str(backup), "--yes", "--force").code == 0

    @pytest.mark.parametrize("how", ["cut", "noise", "strange", "link", "twice", "empty", "torn"])
    def test_a_file_that_is_no_whole_backup_changes_nothing(
        self, tui: Run, kept: StatePaths, backup: Path, tmp_path: Path, how: str
    ) -> None:
        """Cut off, anything else, with foreign members, or with a database that is damaged."""
        file = tmp_path / "bad.tar"
        _spoil(backup, file, how)
        before = {path.name: path.read_bytes() for path in (kept.ops_db, kept.samples_db, kept.audit_head)}
        ran = tui("db", "restore", str(file), "--yes")
        assert ran.code == 1
        assert "no backup, or is damaged" in ran.err or "nothing was changed" in ran.err
        assert before == {path.name: path.read_bytes() for path in (kept.ops_db, kept.samples_db, kept.audit_head)}
        assert not (tmp_path / "evil").exists()
        assert [one for one in kept.backups.iterdir() if one.name.startswith((".", "before"))] == []

    @pytest.mark.parametrize(
        "said",
        [b"[" * 60000, b'{"format": 1e999, "fleet": "x", "at": 1, "version": "1"}',
         b'{"format": 1, "fleet": "x", "at": NaN, "version": "1"}',
         b'{"format": 1, "fleet": "x", "at": 1e300, "version": "1"}'],
    )  # fmt: skip
    def test_a_manifest_that_is_made_to_break_the_reader(
        self, tui: Run, kept: StatePaths, tmp_path: Path, said: bytes
    ) -> None:
        """Is told as a damaged backup, not as a fault of the program."""
        with tarfile.open(tmp_path / "bad.tar", "w") as archive:
            for name, data in (("manifest.json", said), ("ops.db", kept.ops_db.read_bytes())):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        ran = tui("db", "restore", str(tmp_path / "bad.tar"), "--yes")
        assert ran.code == 1
        assert "no backup, or is damaged" in ran.err

    @pytest.mark.parametrize("form", ["gnu", "pax"])
    def test_a_file_with_holes_does_not_fill_the_disk(
        self, tui: Run, kept: StatePaths, backup: Path, tmp_path: Path, form: str
    ) -> None:
        """Some kilobytes that would come out as gigabytes are refused before any of them is written."""
        folder = tmp_path / "parts"
        folder.mkdir()
        with tarfile.open(backup) as archive:
            archive.extract("manifest.json", folder, filter="data")
        with (folder / "ops.db").open("wb") as file:
            file.truncate(1 << 34)
        words = ["tar", "-C", str(folder), "--sparse", f"--format={form}", "-cf", str(tmp_path / "bomb.tar")]
        subprocess.run([*words, "manifest.json", "ops.db"], check=True, timeout=60)
        assert (tmp_path / "bomb.tar").stat().st_size < 100_000
        ran = tui("db", "restore", str(tmp_path / "bomb.tar"), "--yes")
        assert ran.code == 1
        assert "no backup, or is damaged" in ran.err

    def test_an_interrupted_one_is_not_taken_for_a_state(
        self, tui: Run, kept: StatePaths, backup: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The history is of the backup and the rest of before: no engine begins on that, a check says it, and a
        restore that comes to its end mends it.
        """

        def interrupted(root: Path, folder: Path, name: str) -> None:
            if name == "ops.db":
                raise KeyboardInterrupt
            put(root, folder, name)

        put = store_backup._replace
        with monkeypatch.context() as patched:
            patched.setattr(store_backup, "_replace", interrupted)
            with pytest.raises(KeyboardInterrupt):
                put_in_place_of(kept, backup)
        with pytest.raises(StateRefused, match="was interrupted"):
            run_engine(EngineOptions(None, kept, once=True))
        ran = tui("db", "check")
        assert ran.code == 1
        assert "BAD restore" in ran.out
        assert tui("db", "restore", str(backup), "--yes").code == 0
        assert tui("db", "check").code == 0
        assert not kept.restoring.exists()

    def test_a_state_that_is_damaged_can_be_restored(self, tui: Run, kept: StatePaths, backup: Path) -> None:
        """That is what backups are for."""
        kept.ops_db.write_bytes(b"not a database, but a long enough text to be read as one" * 100)
        assert tui("db", "restore", str(backup), "--yes").code == 0
        assert tui("show", "hosts").code == 0


def put_in_place_of(paths: StatePaths, backup: Path) -> None:
    """Restore as the verb does, without asking."""
    with store_backup.work_folder(paths.backups, "restore") as folder:
        store_backup.unpack(backup, folder)
        store_backup.put_in_place(paths, folder, 1.0)


async def _one_more(paths: StatePaths) -> None:
    writer = await Writer.open(paths)
    await writer.samples([SampleWrite(BEGIN + 20_000, 1, Reading(1.0, "b", None, {}, {("load.1", ""): 1.0}))])
    await writer.close()


def _spoil(backup: Path, target: Path, how: str) -> None:
    """Make a bad backup out of a good one."""
    good = backup.read_bytes()
    if how == "cut":
        target.write_bytes(good[: len(good) // 2])
    elif how == "noise":
        target.write_bytes(os.urandom(5000))
    elif how == "empty":
        target.write_bytes(b"")
    elif how == "torn":
        at = good.index(b"SQLite format 3") + 8192
        target.write_bytes(good[:at] + os.urandom(16384) + good[at + 16384 :])
    else:
        target.write_bytes(good)
        info = tarfile.TarInfo({"strange": "../evil", "twice": "ops.db", "link": "samples.db"}[how])
        if how == "link":
            target.write_bytes(b"")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        with tarfile.open(target, "a" if how != "link" else "w") as archive:
            archive.addfile(info, io.BytesIO(b""))
