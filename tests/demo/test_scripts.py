"""The commands of a tree that only pretend a part of what they are named after."""

import subprocess
from pathlib import Path

import pytest

from tui_ops.demo.story import Story
from tui_ops.demo.tree import HostTree


@pytest.fixture
def tree(tmp_path: Path) -> HostTree:
    """The tree of a web server."""
    made = HostTree(tmp_path / "web-01.lon", 1_790_000_000.0)
    made.build(Story(1, faults=()).world("web-01.lon", 0))
    return made


def run(tree: HostTree, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tree.root / "bin" / words[0], *words[1:]], capture_output=True, text=True, check=False)


def test_ls_is_the_real_one_elsewhere(tree: HostTree, tmp_path: Path) -> None:
    """Only processes of the tree have pretended owners; one that is not there is left out."""
    (tmp_path / "a file").touch()
    assert run(tree, "ls", str(tmp_path)).stdout.split("\n")[:2] == ["a file", "web-01.lon"]
    proc = f"{tree.root}/proc"
    rows = run(tree, "ls", "-ld", f"{proc}/2214", f"{proc}/1", f"{proc}/99999").stdout.splitlines()
    assert [(row.split()[2], row.split()[-1]) for row in rows] == [("root", f"{proc}/1"), ("app", f"{proc}/2214")]


@pytest.mark.parametrize(("word", "said"), [("CLK_TCK", "100\n"), ("PAGESIZE", "4096\n"), ("ARG_MAX", "")])
def test_getconf_knows_what_the_tree_counts_in(tree: HostTree, word: str, said: str) -> None:
    """Whatever the machine below counts in."""
    assert run(tree, "getconf", word).stdout == said


@pytest.mark.parametrize("words", [("systemctl", "restart", "nginx"), ("systemctl",)])
def test_systemctl_only_lists(tree: HostTree, words: tuple[str, ...]) -> None:
    """It says so for anything else."""
    assert run(tree, *words).returncode == 1


def test_there_is_no_pool(tree: HostTree) -> None:
    """Nor one of the machine below."""
    assert run(tree, "zpool", "list", "-Hp").stdout == ""
