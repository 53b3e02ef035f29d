"""``tui-ops doctor HOST``: what only root may read there, and the drop-in that lets it, as the real visudo takes it."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from tui_ops.collectors.privilege import ROOT_LINES, SECTION, asked
from tui_ops.model.clock import now
from tui_ops.model.states import Severity
from tui_ops.store.live import SectionWrite
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

PROGRAMS = {line.program: f"/usr/sbin/{line.program}" for line in ROOT_LINES} | {
    "timeout": "/usr/bin/timeout", "stat": "/usr/bin/stat", "sha256sum": "/usr/bin/sha256sum", "head": "/usr/bin/head",
    "smartctl": "/usr/sbin/smartctl",
}  # fmt: skip
FILES = ("/etc/app,one.conf", "/srv/a=b:c")


def keep(state: StatePaths, **changes: object) -> None:
    """Write what the host said of what root would run."""
    document: dict[str, object] = {
        "user": "ops", "sudo": True, "programs": PROGRAMS, "disks": [["/dev/sda", "-"], ["/dev/bus/0", "megaraid,3"]],
        "files": list(FILES), "allowed": [], "refused": list(range(1, len(ROOT_LINES) + 1)),
        "safe": [1, 2], **changes,
    }  # fmt: skip

    async def write() -> None:
        writer = await Writer.open(state)
        await writer.write_latest(
            [], [SectionWrite(1, SECTION, 3600.0, now(), now(), Severity.OK, "", document)]
        )  # fmt: skip
        await writer.close()

    asyncio.run(write())


def test_the_drop_in_is_one_that_visudo_takes(tui, state: StatePaths, tmp_path: Path) -> None:
    """Every line is for this account, exact to its last word, and ends by itself; nothing else is printed."""
    keep(state)
    printed = tui("doctor", "web-1", "--drop-in")
    assert (printed.code, printed.err) == (0, "")
    file = tmp_path / "tui-ops.sudoers"
    file.write_text(printed.out)
    visudo = shutil.which("visudo", path="/usr/sbin:/usr/bin")
    assert visudo is not None
    done = subprocess.run([visudo, "-c", "-f", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rules = [line for line in printed.out.splitlines() if line.startswith("ops ALL")]
    assert len(rules) == len({(*line.words, line.program) for line in asked(FILES, [("/dev/sda", "-"), ("x", "y")])})
    assert all(rule.startswith("ops ALL=(root) NOPASSWD: /usr/bin/timeout ") for rule in rules)


def test_doctor_names_what_is_missing_and_what_to_do(tui, state: StatePaths) -> None:
    keep(state)
    told = tui("doctor", "web-1").out
    assert "states of passwords, never their hashes" in told
    assert "needs privilege" in told
    assert "do: install the drop-in: tui-ops doctor web-1 --drop-in > tui-ops.sudoers" in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"refused": [], "allowed": [1, 2, 3]}, "all 3 are allowed by sudo"),
        ({"user": "root"}, "we log in as root: everything is read"),
        ({"sudo": False}, "sudo is not there, or does not know us"),
    ],
)
def test_doctor_says_what_is_well_too(tui, state: StatePaths, changes: dict[str, object], words: str) -> None:
    keep(state, **changes)
    assert words in tui("doctor", "web-1").out


def test_a_host_that_has_not_told_yet_is_no_drop_in(tui, state: StatePaths) -> None:
    """It is told what to do instead; a name that is none, and no name at all, are told too."""
    ran = tui("doctor", "web-1", "--drop-in")
    assert (ran.code, ran.out) == (1, "")
    assert "tui-ops do host.read web-1" in ran.err
    assert "tui-ops do host.read web-1" in tui("doctor", "web-1").out
    assert "there is no host" in tui("doctor", "nowhere", "--drop-in").err
    assert tui("doctor", "--drop-in").code == 2


OPEN = {"safe": [1], "open": [[2, "writable", "/srv"]]}


def test_a_file_in_an_open_folder_is_left_out_and_told(tui, state: StatePaths) -> None:
    """The drop-in says in a comment which file and why; doctor says it too, and does not ask for its lines."""
    keep(state, **OPEN)
    printed = tui("doctor", "web-1", "--drop-in").out
    assert f"# Left out: {FILES[1]}: /srv may be written to by others than root" in printed
    assert not [line for line in printed.splitlines() if line.startswith("ops ALL") and "/srv/a" in line]
    assert [line for line in printed.splitlines() if line.startswith("ops ALL") and "/etc/app" in line]
    at = len(ROOT_LINES) + 4
    keep(state, **OPEN, refused=[at, at + 1, at + 2], allowed=[1])
    told = tui("doctor", "web-1").out
    assert f"{FILES[1]} is not in the drop-in: /srv may be written to by others than root" in told
    assert "needs privilege" not in told


def test_a_second_sshd_has_lines_of_its_own_where_root_alone_writes_its_file(tui, state: StatePaths) -> None:
    """Word for word, with the file that it was seen to read; one that others may write to is left out, and said."""
    two, three = "/etc/ssh/sshd_two", "/opt/x/sshd_config"
    keep(state, sshds=[two], open_sshds=[[three, "owner", "/opt/x"]])
    rules = tui("doctor", "web-1", "--drop-in").out.splitlines()
    assert [rule.partition("/usr/bin/timeout ")[2] for rule in rules if "NOPASSWD" in rule and two in rule] == [
        f"5 /usr/sbin/sshd -T -f {two}", f"5 /usr/sbin/grep -aH . {two}",
    ]  # fmt: skip
    assert not [rule for rule in rules if "NOPASSWD" in rule and three in rule]
    assert [rule for rule in rules if rule.startswith(f"# Left out: {three}: /opt/x does not belong to root")]
    at = len(ROOT_LINES) + 1
    keep(state, sshds=[two], refused=[at], allowed=[1])
    assert f"effective settings of the sshd that reads {two}: needs privilege" in tui("doctor", "web-1").out


def test_what_a_host_has_not_told_of_its_files_is_not_asked_of_root(tui, state: StatePaths) -> None:
    """A document of before, or one that was cut."""
    keep(state, safe=[])
    printed = tui("doctor", "web-1", "--drop-in").out
    assert printed.count("# Left out: ") == 2
    assert "the host has not said who may write" in printed
    assert not [line for line in printed.splitlines() if line.startswith("ops ALL") and "/etc/app" in line]


def test_without_timeout_there_is_no_drop_in(tui, state: StatePaths) -> None:
    """Nothing is printed that would allow nothing, or allow it without an end; it is said why."""
    keep(state, programs={name: path for name, path in PROGRAMS.items() if name != "timeout"})
    ran = tui("doctor", "web-1", "--drop-in")
    assert (ran.code, ran.out) == (1, "")
    assert "the host has no timeout" in ran.err
    assert "install coreutils" in ran.err
    told = tui("doctor", "web-1").out
    assert "the host has no timeout" in told
    assert "install the drop-in" not in told


def test_scanners_stand_in_the_drop_in_of_hosts_that_the_inventory_scans(
    tui, state: StatePaths, tmp_path: Path
) -> None:
    """In the same file, below a word of what they do; of another host's, and without an inventory, nothing."""
    inventory = tmp_path / "inventory.yaml"
    scans = "security:\n  scanners:\n    lynis: {hosts: [web-1]}\n    openscap: {hosts: [web-2]}\n"
    inventory.write_text(f"hosts:\n  web-1: {{}}\n  web-2: {{}}\n{scans}")
    inventory.chmod(0o600)
    keep(state, programs={**PROGRAMS, "lynis": "/usr/sbin/lynis", "oscap": "/usr/bin/oscap"}, system="debian 12")
    printed = tui("--inventory", str(inventory), "doctor", "web-1", "--drop-in")
    assert printed.err == ""
    assert "/usr/bin/timeout 1200 /usr/sbin/nice -n 19 /usr/sbin/lynis audit system --quick" in printed.out
    assert "# Scanners that the inventory has run here once a week." in printed.out
    assert "oscap" not in printed.out
    assert "lynis" not in tui("doctor", "web-1", "--drop-in").out
    keep(state)
    printed = tui("--inventory", str(inventory), "doctor", "web-1", "--drop-in").out
    assert "# Left out: lynis: lynis is not installed there, or the host has not told yet." in printed
