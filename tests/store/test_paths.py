"""Who may read and write the state directory."""

import os
import stat
from pathlib import Path

import pytest

from tui_ops.store.errors import NoState, StateRefused
from tui_ops.store.paths import prepare, state_at


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o777


def test_for_one_user_nobody_else_reads(root: Path) -> None:
    """Directory 0700, files 0600, and a umask that keeps it so."""
    paths = prepare(root / "a" / "state")
    paths.log.write_text("x")
    assert (mode(paths.root), mode(paths.backups), mode(paths.log)) == (0o700, 0o700, 0o600)


def test_for_a_team_its_group_reads(root: Path) -> None:
    """Directory 0750 with the group, files 0640 with the group, whoever makes them."""
    paths = prepare(root / "state", "daemon")
    paths.ops_db.write_text("")
    assert (mode(paths.root), mode(paths.ops_db)) == (0o750, 0o640)
    assert paths.ops_db.stat().st_gid == paths.root.stat().st_gid == 1


def test_modes_are_set_right_when_a_team_comes_later(root: Path) -> None:
    """What one user made is opened to the group, except the locks, which a reader could hold."""
    paths = prepare(root / "state")
    for path in (paths.ops_db, paths.lock):
        path.write_text("")
    prepare(root / "state", "daemon")
    assert (mode(paths.ops_db), mode(paths.lock)) == (0o640, 0o600)
    prepare(root / "state")
    assert (mode(paths.root), mode(paths.ops_db)) == (0o700, 0o600)


def test_a_link_is_refused(root: Path) -> None:
    """A link could lead anywhere; the message says what it is."""
    (root / "real").mkdir()
    (root / "state").symlink_to(root / "real")
    with pytest.raises(StateRefused, match="is a link"):
        prepare(root / "state")


def test_a_directory_of_someone_else_is_refused(root: Path) -> None:
    """Even root does not write into another user's state, and changes nothing there."""
    (root / "state").mkdir(mode=0o755)
    os.chown(root / "state", 1234, -1)
    with pytest.raises(StateRefused, match="belongs to user 1234"):
        prepare(root / "state")
    assert mode(root / "state") == 0o755


@pytest.mark.parametrize("name", ["ops.db", "ops.db-wal", "samples.db", "engine.log", "audit.head"])
def test_a_planted_file_is_refused(root: Path, name: str) -> None:
    """A link in the place of a database would make the engine write elsewhere."""
    paths = prepare(root / "state")
    (paths.root / name).symlink_to("/etc/passwd")
    with pytest.raises(StateRefused, match=name):
        prepare(root / "state")


def test_a_file_or_an_unknown_group_is_refused(root: Path) -> None:
    """Each with its own sentence."""
    (root / "file").write_text("")
    with pytest.raises(StateRefused, match="not a directory"):
        prepare(root / "file")
    with pytest.raises(StateRefused, match="no group 'no-such-group'"):
        prepare(root / "state", "no-such-group")


def test_reading_where_nothing_is(root: Path) -> None:
    """The first thing that a new user may see says how to begin."""
    with pytest.raises(NoState, match="start: tui-ops"):
        state_at(root / "nowhere")


def test_a_directory_of_something_else_is_refused_untouched(root: Path) -> None:
    """A mistyped --state-dir must not take the modes of other people's files."""
    root.mkdir(exist_ok=True)
    script = root / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    root.chmod(0o755)
    with pytest.raises(StateRefused, match="used for something else"):
        prepare(root)
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    assert stat.S_IMODE(root.stat().st_mode) == 0o755


def test_a_file_beside_ours_keeps_its_mode(root: Path) -> None:
    """What someone put beside the database is not ours to change."""
    (prepare(root).root / "ops.db").touch()
    note = root / "note.txt"
    note.write_text("hands off")
    note.chmod(0o644)
    prepare(root)
    assert stat.S_IMODE(note.stat().st_mode) == 0o644
