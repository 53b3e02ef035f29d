"""A host's root folder, and the commands that it brings."""

import subprocess
import threading
from pathlib import Path

import pytest

from tui_ops.demo.hosts import DemoHost
from tui_ops.demo.proc import changing_files
from tui_ops.demo.story import Story
from tui_ops.demo.tree import HostTree

STORY = Story(1, faults=())


@pytest.fixture
def tree(tmp_path: Path) -> HostTree:
    """The tree of a database host at the beginning."""
    made = HostTree(tmp_path / "db-1.lon", 1_790_000_000.0)
    made.build(STORY.world("db-1.lon", 0))
    return made


def run(tree: HostTree, *words: str) -> list[list[str]]:
    """Run one of the tree's commands and return its words, line by line."""
    said = subprocess.run([tree.root / "bin" / words[0], *words[1:]], capture_output=True, text=True, check=True)
    return [line.split() for line in said.stdout.splitlines()]


class TestCommands:
    def test_df_tells_all_filesystems(self, tree: HostTree) -> None:
        """Without a mountpoint, in the table of POSIX."""
        head, *rows = run(tree, "df", "-Pk")
        assert head[:2] == ["Filesystem", "1024-blocks"]
        assert [row[5] for row in rows] == ["/", "/var/lib/postgresql"]
        assert [int(row[1]) for row in rows] == [40 * 2**20, 800 * 2**20]
        assert all(row[4] == f"{-(-100 * int(row[2]) // (int(row[2]) + int(row[3])))}%" for row in rows)

    @pytest.mark.parametrize("words", [("-Pi", "--", "/"), ("-P", "-i", "/"), ("-iP", "/", "/nowhere")])
    def test_df_tells_what_is_asked_for(self, tree: HostTree, words: tuple[str, ...]) -> None:
        """One mountpoint, inodes, whatever way the options are written."""
        head, *rows = run(tree, "df", *words)
        assert head[1] == "Inodes"
        assert [row[5] for row in rows] == ["/"]

    def test_uname_answers_in_its_own_order(self, tree: HostTree) -> None:
        """As the real one does, whatever the order of the options."""
        assert run(tree, "uname") == [["Linux"]]
        assert run(tree, "uname", "-n") == run(tree, "hostname") == [["db-1.lon"]]
        assert run(tree, "uname", "-srm") == run(tree, "uname", "-mrs") == [["Linux", "6.1.0-28-amd64", "x86_64"]]

    def test_versions_of_rpm_are_compared(self, tmp_path: Path) -> None:
        """As rpm's own Lua does it, of the version with its epoch: what was upgraded is new enough."""
        tree = HostTree(tmp_path / "backup-1.par", 1_790_000_000.0)
        tree.build(STORY.world("backup-1.par", 0))
        fixed = "0:1.9.5p2-10.el9_6.1"

        def rpm(*words: str) -> str:
            return subprocess.run([tree.root / "acts/rpm", *words], capture_output=True, text=True, check=True).stdout

        def verdict() -> str:
            now = rpm("-q", "--qf", "%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n", "--", "sudo").strip()
            return rpm("--eval", f"%{{lua:print(rpm.vercmp('{now}', '{fixed}'))}}").strip()

        assert verdict() == "-1"
        subprocess.run([tree.root / "acts/dnf", "-y", "upgrade", "--", "sudo"], check=True)
        assert verdict() == "0"
        assert rpm("--eval", "%{lua:print(rpm.vercmp('0:1.10-1', '0:1.9-1'))}").strip() == "1"


class TestWriting:
    def test_cpu_lines_add_up_to_their_sum(self, tree: HostTree) -> None:
        """The line of all CPUs is the sum of the others, mode by mode."""
        lines = (tree.root / "proc/stat").read_text().splitlines()
        total, *each = ([int(word) for word in line.split()[1:]] for line in lines if line.startswith("cpu"))
        assert len(each) == 16
        assert total == [sum(modes) for modes in zip(*each, strict=True)]

    @pytest.mark.parametrize("host", STORY.hosts, ids=lambda host: host.name)
    def test_no_cpu_goes_back(self, host: DemoHost) -> None:
        """Neither does any one CPU, at any hundredth of a second."""
        before: list[int] = []
        for hundredth in range(60):
            lines = changing_files(STORY.world(host.name, hundredth / 100), 0.0)["proc/stat"].splitlines()
            after = [int(word) for line in lines if line.startswith("cpu") for word in line.split()[1:]]
            assert all(one <= other for one, other in zip(before, after, strict=False))
            before = after

    def test_a_reader_never_sees_half_a_file(self, tree: HostTree) -> None:
        """While the tree is written again and again, every look finds a whole file."""
        done = threading.Event()
        lengths = set()

        def look() -> None:
            while not done.is_set():
                lengths.add((tree.root / "proc/stat").read_text().count("\n"))

        looking = threading.Thread(target=look)
        looking.start()
        for second in range(60):
            tree.refresh(STORY.world("db-1.lon", second))
        done.set()
        looking.join()
        assert len(lengths) == 1

    def test_nothing_is_open_to_others(self, tree: HostTree) -> None:
        """Only the demo's own user reads a tree or runs its commands."""
        assert tree.root.stat().st_mode & 0o077 == 0
        files = [path for path in tree.root.rglob("*") if path.is_file() and not path.is_symlink()]
        assert all(path.stat().st_mode & 0o077 == 0 for path in files)
        # What is not its own are programs of this machine, for its steps.
        assert {path.parent.name for path in tree.root.rglob("*") if path.is_symlink()} == {"tools"}

    def test_removing_leaves_nothing(self, tree: HostTree) -> None:
        """Not even the folder."""
        tree.remove()
        assert not tree.root.exists()
