"""What package managers say they would do, read by our script in every shell and awk: the answers of real ones.

Each file below ``data/packages`` is what dnf 4.14 or zypper 1.14 wrote about a small repository: the command, its exit
code, and its output.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from support.rpms import LONG

from tui_ops.practices.changes.steps.kind import CHANGED_CODE, script

DATA = Path(__file__).parent / "data" / "packages"

SHELLS = ("dash", "bash", "busybox sh", "mksh")

AWKS = ("mawk", "gawk", "original-awk", "busybox awk")

TOOLS = ("cat", "grep", "head", "ls", "mktemp", "printf", "rm", "sed", "sort", "tr")

CASES = {
    "dnf-install": ("install", f"install {LONG} 1.1-1\ninstall own-try 2.0-1"),
    "dnf-upgrade": ("upgrade", f"upgrade {LONG} 1.1-1\nupgrade own-try 2.0-1"),
    "dnf-security": ("security", "upgrade own-try 2.0-1"),
    "dnf-downgrade": ("install", "downgrade own-try 1.0-1"),
    "dnf-remove": ("remove", f"remove {LONG} 1.1-1\nremove own-try 2.0-1"),
    "zypper-install": ("install", f"install {LONG} 1.1-1\ninstall own-try 2.0-1"),
    "zypper-upgrade": ("upgrade", f"upgrade {LONG} 1.0-1 -> 1.1-1\nupgrade own-try 1.0-1 -> 2.0-1"),
    "zypper-plain": ("upgrade", f"upgrade {LONG} own-try"),
    "zypper-security": ("security", "install TRY-2026:0002 1\nupgrade own-try 1.0-1 -> 2.0-1"),
    "zypper-downgrade": ("install", "downgrade own-try 2.0-1 -> 1.0-1"),
    "zypper-remove": ("remove", f"remove {LONG} 1.1-1\nremove own-try 2.0-1"),
}
"""By the name of the answer: what is asked, and what is told of it."""


class Machine:
    """A folder of programs, with a manager that answers as a real one did.

    Args:
        folder: an own, empty folder.
        answer: the name of its file.
        awk: which awk.
    """

    def __init__(self, folder: Path, answer: str, awk: str = "mawk") -> None:
        self.folder = folder
        folder.mkdir()
        for name in TOOLS:
            (folder / name).symlink_to(shutil.which(name) or name)
        self.program("awk", f'exec {shutil.which(awk.split()[0])} {" ".join(awk.split()[1:])} "$@"')
        told = (DATA / f"{answer}.txt").read_text().split("\n", 2)
        (folder / "answer").write_text(told[2])
        self.program(answer.split("-")[0], f"cat {folder}/answer\nexit {told[1].removeprefix('? ')}")
        self.has("1.5-1")

    def program(self, name: str, does: str) -> None:
        """Put a program there."""
        (self.folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (self.folder / name).chmod(0o755)

    def has(self, version: str) -> None:
        """Say which version is installed, empty where it is not."""
        self.program("rpm", f"echo {version}" if version else 'echo "package is not installed"\nexit 1')

    def ask(self, shell: str, *words: str) -> tuple[int, str]:
        """Return how the script ends, and what it says."""
        program = [shutil.which(shell.split()[0]) or shell, *shell.split()[1:]]
        done = subprocess.run(
            [*program, "-c", script("package"), "sh", *words], capture_output=True, text=True,
            env={"PATH": str(self.folder), "LC_ALL": "C"}, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout.strip("\n")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("answer", CASES)
def test_what_would_become_of_packages_is_read(tmp_path: Path, answer: str, shell: str) -> None:
    awk = AWKS[SHELLS.index(shell)]
    act, told = CASES[answer]
    machine = Machine(tmp_path / "bin", answer, awk)
    if act == "install" and not answer.endswith("downgrade"):
        machine.has("")
    name = "" if act in ("upgrade", "security") else "own-try"
    assert machine.ask(shell, "dry", act, name, "1.0" if answer.endswith("downgrade") else "") == (CHANGED_CODE, told)


@pytest.mark.parametrize("manager", ["dnf", "zypper"])
def test_nothing_to_do_and_what_is_not_there_are_told_apart(tmp_path: Path, manager: str) -> None:
    nothing = Machine(tmp_path / "nothing", f"{manager}-nothing")
    assert nothing.ask("dash", "dry", "upgrade", "", "") == (0, "nothing would be done")
    absent = Machine(tmp_path / "absent", f"{manager}-absent")
    absent.has("")
    code, said = absent.ask("dash", "dry", "install", "no-such-package", "")
    assert (code, "no-such-package" in said.splitlines()[-1]) == (1, True)


def test_what_nobody_here_can_read_is_shown_as_it_was_said(tmp_path: Path) -> None:
    """A newer manager may say it in other words: that is no sign of nothing to do."""
    machine = Machine(tmp_path / "bin", "zypper-nothing")
    machine.program("zypper", "echo 'Es wird aktualisiert: own-try'")
    assert machine.ask("dash", "dry", "upgrade", "", "") == (CHANGED_CODE, "Es wird aktualisiert: own-try")


@pytest.mark.parametrize(
    ("manager", "listed", "held", "free"),
    [
        ("dnf", None, "own-try", "own"),
        ("zypper", None, "own-try", "own"),
        ("yum", "0:own-try-1.0-1.el7.*\nversionlock list done", "own-try", "own"),
        ("dnf", "Package name: own-try\nevr = 1.0-1", "own-try", "own"),
        ("dnf", "!own-try-0:1.0-1.*\nown-9-12:1.0-1.fc40.*", "own-9", "own-try"),
    ],
    ids=["dnf", "zypper", "yum", "dnf5", "kept away"],
)
def test_only_this_very_name_is_held(tmp_path: Path, manager: str, listed: str | None, held: str, free: str) -> None:
    machine = Machine(tmp_path / "bin", "dnf-locks" if manager == "yum" else f"{manager}-locks")
    if manager == "yum":
        (machine.folder / "dnf").rename(machine.folder / "yum")
    if listed is not None:
        (machine.folder / "answer").write_text(listed + "\n")
    for shell in SHELLS:
        assert machine.ask(shell, "dry", "hold", held, "") == (0, f"{held} 1.5-1: nothing to hold")
        assert machine.ask(shell, "dry", "hold", free, "") == (CHANGED_CODE, f"hold {free} 1.5-1")


@pytest.mark.parametrize(("codes", "ends"), [([102], 0), ([103, 0], 0), ([103, 103, 103], 0), ([103, 8], 1), ([4], 1)])
def test_zypper_says_by_its_code_what_is_no_failure(tmp_path: Path, codes: list[int], ends: int) -> None:
    """A reboot that is wanted afterwards is none; where it mended itself first, it is asked again for the rest."""
    machine = Machine(tmp_path / "bin", "zypper-nothing")
    (machine.folder / "asked").write_text("")
    answers = "".join(f"{number}) exit {code} ;; " for number, code in enumerate(codes, 1))
    machine.program(
        "zypper", f"echo x >>{machine.folder}/asked\ncase $(grep -c x {machine.folder}/asked) in {answers}esac\nexit 99"
    )
    code, said = machine.ask("dash", "do", "security", "", "")
    assert (code, (machine.folder / "asked").read_text().count("x")) == (ends, len(codes)), said
