"""The state directory: what lies where, and who may read it."""

import grp
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from tui_ops.model.clean import clean
from tui_ops.store.errors import NoState, StateRefused, from_os

ALONE_DIR, ALONE_FILE, ALONE_UMASK = 0o700, 0o600, 0o077
"""Modes for one user: nobody else reads."""

TEAM_DIR, TEAM_FILE, TEAM_UMASK = 0o2750, 0o640, 0o027
"""Modes for a team: its group reads, only the engine writes. The set-group-id bit gives every file that is
made here the group of the directory; SQLite's own side files could not be given it otherwise."""


@dataclass(frozen=True, slots=True)
class StatePaths:
    """Where the files of one fleet are."""

    root: Path

    @property
    def ops_db(self) -> Path:
        """The database of what is known and decided."""
        return self.root / "ops.db"

    @property
    def samples_db(self) -> Path:
        """The database of raw readings over time."""
        return self.root / "samples.db"

    @property
    def feeds_db(self) -> Path:
        """What feeds say of vulnerabilities; made anew with each of them."""
        return self.root / "feeds.db"

    @property
    def lock(self) -> Path:
        """Held by the engine while it runs; 0600, so that no reader can hold it."""
        return self.root / "engine.lock"

    @property
    def upgrade_lock(self) -> Path:
        """Held while the database is upgraded."""
        return self.root / "upgrade.lock"

    @property
    def socket(self) -> Path:
        """Where the engine listens."""
        return self.root / "engine.sock"

    @property
    def log(self) -> Path:
        """The engine's log."""
        return self.root / "engine.log"

    @property
    def backups(self) -> Path:
        """Copies of the database from before each upgrade."""
        return self.root / "backups"

    @property
    def recordings(self) -> Path:
        """What shells showed; for the engine's account alone."""
        return self.root / "recordings"

    @property
    def restoring(self) -> Path:
        """There while a restore puts its files in place, and left behind by one that was interrupted."""
        return self.root / "ops.db-restoring"

    @property
    def audit_head(self) -> Path:
        """How long the audit chain is: by it a cut-off end is noticed."""
        return self.root / "audit.head"


def prepare(root: Path, group: str | None = None) -> StatePaths:
    """Make the state directory fit to be written by this process, and set its umask.

    Args:
        root: the state directory; made with its parents when it is not there.
        group: the group that may read; None keeps everything to this user.

    Returns:
        The paths inside it.

    Raises:
        StateRefused: it is a link, no directory, or belongs to someone else; or a file in it is; or the
            group is not known.
    """
    gid = _gid(group)
    os.umask(TEAM_UMASK if gid is not None else ALONE_UMASK)
    paths = StatePaths(root)
    try:
        root.mkdir(parents=True, exist_ok=True, mode=ALONE_DIR)
        _refuse_other_use(root)
        _own(root, gid)
        paths.backups.mkdir(exist_ok=True, mode=ALONE_DIR)
        _own(paths.backups, gid)
        for entry in os.scandir(root):
            if entry.name.startswith(_OUR_FILES):
                _own_file(Path(entry.path), gid, secret=entry.name in _SECRET_FILES)
    except FileExistsError as error:
        raise StateRefused(f"{error.filename} is not a directory", "name another one: --state-dir") from error
    except OSError as error:
        raise from_os(error, Path(error.filename or root)) from error
    return paths


def refuse_half_restored(paths: StatePaths) -> None:
    """Refuse a state whose files are partly of a backup and partly of what was there before: one would be taken for
    the other. To be called by who holds the lock.

    Raises:
        StateRefused: a restore was interrupted.
    """
    if paths.restoring.exists():
        raise StateRefused(
            f"a restore into {paths.root} was interrupted, and its files do not belong together",
            f"run it again: tui-ops db restore FILE; what was there before is in {paths.backups}",
        )


_SECRET_FILES = frozenset({"engine.lock", "upgrade.lock"})
"""Files that stay with the engine's user: whoever can open a lock file can hold the lock."""

_DATABASE_FILES = ("ops.db", "samples.db", "feeds.db", "audit.head", "engine.lock", "upgrade.lock", "engine.log")
"""Names under which a file of someone else would be opened, and so is refused."""

_OUR_FILES = (*_DATABASE_FILES, "engine.sock", "engine.out")
"""Beginnings of the names of our files; nothing else in the directory is ever touched."""

_OUR_FOLDERS = frozenset({"backups", "recordings", "demo"})


def _refuse_other_use(root: Path) -> None:
    """Refuse a directory that holds something else: its mode and its files are not ours to change."""
    strange = sorted(
        entry.name
        for entry in os.scandir(root)
        if not entry.name.startswith(_OUR_FILES) and entry.name not in _OUR_FOLDERS
    )
    if strange and not (root / "ops.db").exists():
        shown = clean(strange[0], 80)
        raise StateRefused(
            f"{root} is used for something else: it holds {shown}", "name an empty or a new directory: --state-dir"
        )


def _gid(group: str | None) -> int | None:
    if group is None:
        return None
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError as error:
        raise StateRefused(f"there is no group {group!r}", f"groupadd {group}, or name another group") from error


def _own(directory: Path, gid: int | None) -> None:
    """Check a directory through one descriptor, so that nobody swaps it in between, and set its mode."""
    try:
        opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except NotADirectoryError as error:
        what = "a link" if directory.is_symlink() else "not a directory"
        raise StateRefused(f"{directory} is {what}", "name the directory itself: --state-dir") from error
    try:
        owner = os.fstat(opened).st_uid
        if owner != os.geteuid():
            raise StateRefused(
                f"{directory} belongs to user {owner}, not to {os.geteuid()}",
                "run the engine as its owner, or name another directory: --state-dir",
            )
        if gid is not None:
            os.fchown(opened, -1, gid)
        os.fchmod(opened, TEAM_DIR if gid is not None else ALONE_DIR)
    finally:
        os.close(opened)


def _own_file(path: Path, gid: int | None, secret: bool) -> None:
    """Set the mode of a file that was here before; refuse one that someone planted."""
    found = path.lstat()
    ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
    if not ours:
        if path.name.startswith(_DATABASE_FILES):
            raise StateRefused(f"{path} is not a file of user {os.geteuid()}", "look who put it there, and remove it")
        return
    if gid is not None and not secret:
        os.chown(path, -1, gid, follow_symlinks=False)
    path.chmod(TEAM_FILE if gid is not None and not secret else ALONE_FILE)


def state_at(root: Path) -> StatePaths:
    """Return the paths of a state directory that is read, not written.

    Raises:
        NoState: there is no such directory.
        StoreReadOnly: this user may not look there.
    """
    try:
        there = root.is_dir()
    except OSError as error:
        raise from_os(error, root) from error
    if not there:
        raise NoState(f"there is no state in {root}", "start: tui-ops")
    return StatePaths(root)
