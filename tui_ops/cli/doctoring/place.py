"""The inventory, the state directory and the engine that serves it."""

import os
import resource
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from tui_ops import __version__
from tui_ops.actions.client import Hello, ask_once
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import Request
from tui_ops.cli.context import ADD_HOSTS, Context, counted, shown
from tui_ops.cli.doctoring.remark import Remark, bad, look, ok
from tui_ops.inventory.errors import InventoryError
from tui_ops.model.units import format_bytes
from tui_ops.store.paths import ALONE_DIR, TEAM_DIR, StatePaths

SOCKET_PATH_MAX = 107
"""Bytes that the kernel takes for the path of a UNIX socket."""

SPACE_LOW = 200 * 1024**2
"""Free bytes below which a day of a large fleet's samples may not fit any more."""

FILES_SPARE = 100
"""Descriptors that the engine needs beside one for each host: databases, log, socket, desks, jump hosts."""

SHARED_FILESYSTEMS = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "ceph", "glusterfs", "afs")
"""Filesystems of a network begin with one of these; SQLite's write-ahead log needs memory that both sides share."""


def check_inventory(context: Context) -> Iterator[Remark]:
    """Look for the inventory, its mistakes, and whether this process may hold as many connections."""
    try:
        path = context.inventory
        if path is None:
            yield look("inventory", "there is none: this machine alone is watched", ADD_HOSTS.partition("To add ")[2])
            return
        from tui_ops.inventory import load

        fleet = load(path)
    except InventoryError as error:
        yield bad(
            "inventory", f"{counted(len(error.mistakes), 'mistake')}: {shown(error.mistakes[0])}", "tui-ops check"
        )
        return
    yield ok("inventory", f"{shown(path)}: {fleet.name}, {counted(len(fleet.hosts), 'host')}, {fleet.format}")
    if fleet.notes:
        said = f"{counted(len(fleet.notes), 'thing')} left out: {shown(fleet.notes[0])}"
        yield look("inventory", said, "tui-ops check names all")
    if path.stat().st_mode & stat.S_IWOTH:
        yield bad("inventory", "everyone may change it, and with it who may act", f"chmod o-w {path}")
    needed = len(fleet.hosts) + FILES_SPARE
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        yield bad(
            "descriptors", f"at most {hard}, this fleet needs {needed}", "LimitNOFILE= in the unit, or limits.conf"
        )


def check_state(paths: StatePaths) -> Iterator[Remark]:
    """Look at the state directory: who owns it, who may read it, and what it lies on."""
    if len(os.fsencode(paths.socket)) > SOCKET_PATH_MAX:
        yield bad("state", f"{paths.socket} is longer than a socket's path may be", "name a shorter one: --state-dir")
    try:
        found = paths.root.lstat()
    except FileNotFoundError:
        yield ok("state", f"{shown(paths.root)} is not there yet; the first engine makes it")
        return
    except OSError as error:
        yield bad("state", f"{shown(paths.root)}: {error.strerror}", "ask its owner to put you into its group")
        return
    if not stat.S_ISDIR(found.st_mode):
        yield bad("state", f"{shown(paths.root)} is not a directory", "name the directory itself: --state-dir")
        return
    yield from _check_modes(paths, found)
    yield from _check_filesystem(paths.root)


def _check_modes(paths: StatePaths, found: os.stat_result) -> Iterator[Remark]:
    mode = stat.S_IMODE(found.st_mode)
    yield ok("state", f"{shown(paths.root)}, mode {mode:04o}, owner {found.st_uid}, group {found.st_gid}")
    if mode & ~TEAM_DIR:
        yield bad(
            "state", f"mode {mode:04o} lets others in", f"chmod {ALONE_DIR:04o} {paths.root}; for a team {TEAM_DIR:04o}"
        )
    if found.st_uid != os.geteuid():
        yield ok("state", "it belongs to another account: this session reads it and asks the engine of its owner")
    for path in (paths.lock, paths.ops_db, paths.samples_db, paths.audit_head):
        try:
            kept = path.lstat()
        except OSError:
            continue
        loose = 0o177 if path == paths.lock else 0o137
        if stat.S_IMODE(kept.st_mode) & loose or kept.st_uid != found.st_uid:
            yield bad(
                "state",
                f"{path.name} has mode {stat.S_IMODE(kept.st_mode):04o} and owner {kept.st_uid}",
                "restart the engine, it sets modes; a foreign owner: find out who put it there",
            )


def _check_filesystem(root: Path) -> Iterator[Remark]:
    free = shutil.disk_usage(root).free
    if free < SPACE_LOW:
        yield bad("space", f"{format_bytes(free)} left for {shown(root)}", "free space on its filesystem")
    kind = filesystem_of(root)
    if kind.startswith(SHARED_FILESYSTEMS):
        yield bad("state", f"it lies on {kind}; the database needs a local filesystem", "name another: --state-dir")


def filesystem_of(path: Path) -> str:
    """Return the type of the filesystem that ``path`` lies on; empty where the kernel does not tell."""
    device = path.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        fields, _, rest = line.partition(" - ")
        if fields.split()[2:3] == [wanted]:
            return rest.split(" ")[0]
    return ""


def check_engine(paths: StatePaths) -> Iterator[Remark]:
    """Ask the engine who it is, and who we are to it."""
    try:
        hello, _ = ask_once(paths.socket, Request(1, "status"))
    except ActError as error:
        if error.code is Code.AWAY:
            holder = lock_holder(paths.lock)
            if holder:
                yield bad("engine", f"{shown(holder)} holds the lock, but nothing answers", f"see {paths.log}")
            else:
                yield look("engine", "none is running, so nothing is polled", "tui-ops, or tui-ops engine")
        else:
            yield bad("engine", shown(error.message), shown(error.hint) or f"see {paths.log}")
        return
    yield from _greeted(hello)


def _greeted(hello: Hello) -> Iterator[Remark]:
    yield ok("engine", f"process {hello.pid}, version {shown(hello.version, 40)}, fleet {shown(hello.fleet, 80)}")
    yield ok("you", f"{shown(hello.you, 80)}, {hello.role}")
    if not hello.same_version:
        yield look(
            "engine",
            f"it is version {shown(hello.version, 40)}, this is {__version__}",
            "restart it: tui-ops do engine.stop --yes, then tui-ops engine",
        )


def lock_holder(lock: Path) -> str:
    """Return what the holder of the lock wrote into it; empty where nobody has, or where it may not be read."""
    try:
        with lock.open("rb") as file:
            return file.read(200).decode("ascii", "replace").strip()
    except OSError:
        return ""


def check_versions() -> Iterator[Remark]:
    """Name the versions that a report of a defect should have."""
    import platform

    sqlite = sqlite3.sqlite_version
    yield ok("version", f"tui-ops {__version__}, Python {platform.python_version()}, SQLite {sqlite}")
    yield ok("system", f"{platform.system()} {platform.release()} {platform.machine()}")
