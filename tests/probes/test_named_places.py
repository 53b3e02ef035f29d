"""Who may put another file into the place of a named one: what the section of rights tells, in every shell."""

import os
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.rights import Rights, parse_rights, rights_of

PLACES = {
    "/etc/app.conf": "",
    "/etc/app.d/gone.conf": "",
    "/root/.my.cnf": "",
    "/top": "",
    "/etc/link.conf": "/etc/link.conf is a link",
    "/etc/other.d/app.conf": "/etc/other.d is a link",
    "/home/eve/app.conf": "/home/eve does not belong to root",
    "/home/eve/own.d/deep/app.conf": "/home/eve does not belong to root",
    "/srv/all/app.conf": "/srv/all may be written to by others",
    "/srv/group/below/app.conf": "/srv/group may be written to by others",
    "/tmp/app.conf": "/tmp may be written to by others",
    "/srv/nowhere/app.conf": "/srv/nowhere/app.conf can't be looked at",
    "/etc/app.conf/x": "/etc/app.conf can't be looked at",
}
"""Path to what is said against it; nothing where root may be asked for it."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = ("etc/app.conf", "etc/app.d/x", "root/.my.cnf", "top", "srv/all/app.conf", "srv/group/below/app.conf")
    root = write_tree(tmp_path / "tree", dict.fromkeys((*files, "tmp/app.conf", "home/eve/own.d/deep/app.conf"), "x"))
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    (root / "root").chmod(0o700)
    (root / "srv/all").chmod(0o757)
    (root / "srv/group").chmod(0o775)
    (root / "tmp").chmod(0o1777)
    os.chown(root / "home/eve", 4242, 0)
    (root / "etc/link.conf").symlink_to("app.conf")
    (root / "etc/other.d").symlink_to("app.d")
    return root


def told(root: Path | None, shell: str, paths: list[str]) -> Rights:
    with Probe(SHELLS[shell], root=root) as probe:
        body = probe.ask(frame.ask_section("privilege", 1, 20, paths=paths)).body
    return rights_of({**parse_rights(body).document, "files": paths})


@pytest.mark.parametrize("shell", SHELLS)
def test_each_folder_on_the_way_counts(root: Path, shell: str) -> None:
    """It must be no link, belong to root, and be closed to all others for writing; what can't be seen is open."""
    found = told(root, shell, list(PLACES))
    assert found.safe_files == tuple(path for path, why in PLACES.items() if not why)
    for path, why in PLACES.items():
        assert found.left_out.get(path, "").startswith(why), path


def test_the_same_of_a_real_system() -> None:
    """Without a tree in its place, the walk begins at the real top."""
    found = told(None, "dash", ["/etc/shadow", "/tmp/x", "/etc"])
    assert found.safe_files == ("/etc/shadow", "/etc")
    assert list(found.left_out) == ["/tmp/x"]
