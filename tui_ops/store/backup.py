"""One file with everything that an engine keeps: both databases as they were at one moment each, and the audit's head.

A backup is a tar file, so that what is in it can be seen and taken out with what every machine has. It has its name
only when it is whole and on disk. A restore looks at everything in it before it touches anything, and what was there
before is kept beside.
"""

import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO

from tui_ops.model.chain import GENESIS, Head
from tui_ops.model.clean import clean
from tui_ops.store.errors import StoreCorrupt, StoreError, StoreRefused, at_border
from tui_ops.store.head import read_head, write_head
from tui_ops.store.paths import ALONE_DIR, ALONE_FILE, StatePaths
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.history import open_history

SUFFIX = ".tui-ops.tar"
"""By which people tell our backups in a folder of many."""

FORMAT = 1
"""Of the file; a newer one is refused."""

MANIFEST, OPS, SAMPLES, HEAD_FILE = "manifest.json", "ops.db", "samples.db", "audit.head"
MEMBERS = (MANIFEST, OPS, SAMPLES, HEAD_FILE)
"""What is in a backup, in this order. Nothing else is ever taken out of one."""

MANIFEST_LIMIT = 65536
"""Bytes: the manifest is some lines."""

BLOCK = 1 << 20
"""Bytes that are copied at once."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    fleet: str
    at: float
    """Epoch seconds at which it was begun."""
    version: str
    """Of the program that made it."""


def make_backup(paths: StatePaths, target: Path, manifest: Manifest) -> int:
    """Write a backup while the engine goes on.

    Args:
        paths: the state directory.
        target: the file; it must not be there.
        manifest: what it says of itself.

    Returns:
        Its bytes.

    Raises:
        StoreRefused: the file is there already.
        StoreError: it can't be written, or the state can't be read. No file of that name is left.
    """
    with at_border(target), work_folder(target.parent, target.name) as folder:
        if target.exists() or target.is_symlink():
            raise StoreRefused(f"{target} is there already", "name another file, or a folder")
        part = folder / "whole"
        with _created(part) as out, tarfile.open(fileobj=out, mode="w") as archive:
            said = {"format": FORMAT, "fleet": manifest.fleet, "at": manifest.at, "version": manifest.version}
            (folder / MANIFEST).write_text(json.dumps(said) + "\n", encoding="utf-8")
            _add(archive, folder / MANIFEST)
            # Before the copy: an act in between is in the chain then, and not only in the head.
            head = read_head(paths.audit_head)
            with open_reader(paths) as reader:
                _copy(reader, folder / OPS)
            if head is not None:
                _write_head(folder / OPS, head, folder / HEAD_FILE)
            _add(archive, folder / OPS)
            if paths.samples_db.exists():
                with open_history(paths) as reader:
                    _copy(reader, folder / SAMPLES)
                _add(archive, folder / SAMPLES)
            if (folder / HEAD_FILE).exists():
                _add(archive, folder / HEAD_FILE)
        _to_disk(part)
        # A link, not a rename: who made a file of that name meanwhile keeps it.
        os.link(part, target)
        _to_disk(target.parent)
        return target.stat().st_size


def _copy(reader: Reader, target: Path) -> None:
    """Copy a database as it is at this moment; writers go on, and what they write is not in it."""

    def copied(connection: sqlite3.Connection) -> None:
        target.unlink(missing_ok=True)
        with closing(sqlite3.connect(target)) as copy:
            # All pages at once: step by step, each write of another process would let it begin anew, for ever.
            connection.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE")

    reader.read(copied)


def _write_head(ops: Path, head: Head, target: Path) -> None:
    """Write the audit's head as it belongs to the copy: the chain may have grown since it was read. One that does not
    fit stays as it is, so that what is wrong with it shows in the copy too.
    """
    with closing(sqlite3.connect(ops)) as connection:
        tip = connection.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone() or (0, GENESIS)
        marked = connection.execute("SELECT hash FROM audit WHERE id = ?", (head.count,)).fetchone()
    fits = head.hash == (GENESIS if head.count == 0 else marked[0] if marked else "")
    write_head(target, Head(tip[0], tip[1], tip[0], tip[1]) if fits else head, durable=False)


def _add(archive: tarfile.TarFile, path: Path) -> None:
    info = tarfile.TarInfo(path.name)
    info.size, info.mode, info.mtime = path.stat().st_size, ALONE_FILE, int(path.stat().st_mtime)
    with path.open("rb") as file:
        archive.addfile(info, file)
    path.unlink()


def unpack(source: Path, folder: Path) -> Manifest:
    """Take a backup apart into a folder.

    Args:
        source: the file.
        folder: an empty one.

    Returns:
        What the backup says of itself.

    Raises:
        StoreCorrupt: it is no backup, is cut off, or holds anything else.
        StoreError: it can't be read, or there is no space.
    """
    no_backup = StoreCorrupt(f"{source} is no backup, or is damaged", "tui-ops db backup makes one; try another copy")
    try:
        with at_border(source), source.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as archive:
            left = os.fstat(file.fileno()).st_size
            for member in archive:
                if member.name not in MEMBERS or not member.isreg() or (folder / member.name).exists():
                    raise no_backup
                # A file with holes would come out larger than the archive is, and fill the disk.
                left -= member.size
                if member.issparse() or left < 0:
                    raise no_backup
                taken = archive.extractfile(member)
                with _created(folder / member.name) as out:
                    if taken is None or _poured(taken, out) != member.size:
                        raise no_backup
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise no_backup from error
    if not (folder / OPS).exists():
        raise no_backup
    return _manifest(folder / MANIFEST, no_backup)


def _poured(taken: IO[bytes], out: BinaryIO) -> int:
    shutil.copyfileobj(taken, out, BLOCK)
    return out.tell()


def _manifest(path: Path, no_backup: StoreError) -> Manifest:
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(MANIFEST_LIMIT))
        found = Manifest(clean(str(said["fleet"]), 200), float(said["at"]), clean(str(said["version"]), 40))
        number = int(said["format"])
        datetime.fromtimestamp(found.at, UTC)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise no_backup from error
    if number > FORMAT:
        raise StoreCorrupt("a newer tui-ops made this backup", "install the newer version")
    return found


def put_in_place(paths: StatePaths, folder: Path, at: float) -> Path:
    """Let checked files of a backup take the place of those in the state directory.

    Args:
        paths: the state directory, whose lock is held.
        folder: inside of the state directory, with the files.
        at: epoch seconds, for the name under which the old state is kept.

    Returns:
        The folder with the old state.

    Raises:
        StoreError: it can't be written. What was there is in place, or in the folder of the old state.
    """
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%S%fZ")
    kept = paths.backups / f"before-restore-{stamp}"
    with at_border(paths.root):
        kept.mkdir(mode=ALONE_DIR)
        # First a second name for everything, so that at no moment something has none.
        for name in (OPS, SAMPLES, HEAD_FILE):
            for old in (name, f"{name}-wal", f"{name}-shm"):
                with suppress(FileNotFoundError):
                    os.link(paths.root / old, kept / old)
        _to_disk(kept)
        _to_disk(paths.backups)
        # From here to the end the files do not belong together: no engine begins on them.
        paths.restoring.touch(mode=ALONE_FILE)
        _to_disk(paths.root)
        for name in (SAMPLES, OPS, HEAD_FILE):
            _replace(paths.root, folder, name)
        _to_disk(paths.root)
        paths.restoring.unlink()
    return kept


def _replace(root: Path, folder: Path, name: str) -> None:
    """Put one file in place. The log of the old one goes first: it must never be read into the new one."""
    for side in ("-wal", "-shm"):
        (root / f"{name}{side}").unlink(missing_ok=True)
    new = folder / name
    if not new.exists():
        (root / name).unlink(missing_ok=True)
        return
    if (root / name).exists():
        old = (root / name).stat()
        new.chmod(old.st_mode & 0o777)
        if old.st_gid != new.stat().st_gid:
            os.chown(new, -1, old.st_gid)
    _to_disk(new)
    new.replace(root / name)


@contextmanager
def work_folder(beside: Path, name: str) -> Iterator[Path]:
    """A folder of our own that goes with all that is in it, whatever happens."""
    folder = beside / f".{name}.part-{os.getpid()}"
    folder.mkdir(mode=ALONE_DIR)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _created(path: Path) -> Iterator[BinaryIO]:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, ALONE_FILE)
    with os.fdopen(opened, "wb") as file:
        yield file


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
