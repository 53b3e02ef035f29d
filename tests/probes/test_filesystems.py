"""The section `filesystems` in every shell: hanging mounts, hostile names, odd tables. The df that hangs is real."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe, write_tree
from support.waiting import until_sync

from tui_ops.collectors import frame
from tui_ops.collectors.filesystems import parse_filesystems
from tui_ops.model.readings import SectionReading
from tui_ops.model.states import Severity

ROOT = "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"

DF = r"""#!/bin/sh
# One row a path, as df -P does; notes each call. A path that is named in $hangs blocks for good.
here=${0%/bin/df}
option=$1
shift
[ "$1" != -- ] || shift
call="$option|"
for path; do call="$call$path|"; done
printf '%s\n' "$call" >>"$here/calls"
echo "Filesystem 1024-blocks Used Available Capacity Mounted on"
for path; do
	while IFS= read -r bad; do
		[ "$path" != "$bad" ] || { echo "$$" >>"$here/stuck"; exec sleep 600; }
	done <"$here/hangs"
	echo "/dev/x 1000 400 600 40% $path"
done
"""


@pytest.fixture(params=list(SHELLS))
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Probe]:
    def start(mountinfo: str, hangs: str = "") -> Probe:
        files = {"proc/uptime": "1 1\n", "proc/self/mountinfo": mountinfo, "hangs": hangs, "calls": "", "bin/df": DF}
        return Probe(SHELLS[request.param], write_tree(tmp_path, dict(files)))

    return start


def look(probe: Probe, number: int = 1, deadline_s: int = 2) -> SectionReading:
    return parse_filesystems(probe.ask(frame.ask_section("filesystems", number, deadline_s)).body)


def states(reading: SectionReading) -> dict[str, str]:
    entries = reading.document["filesystems"]
    assert isinstance(entries, list)
    return {entry["mount"]: entry["state"] for entry in entries}


def calls(root: Path) -> list[str]:
    return (root / "calls").read_text().splitlines()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()


class TestHangingMounts:
    MOUNTS = (
        ROOT
        + "30 21 0:50 / /mnt/slow rw shared:2 - nfs4 nas:/slow rw\n"
        + "31 21 0:51 / /mnt/fine rw - cifs //nas/fine rw\n"
    )

    def test_one_that_hangs_is_critical_and_ended_when_the_probe_leaves(
        self, host: Callable[..., Probe], tmp_path: Path
    ) -> None:
        """A mount that does not return is named, the others answer; and nothing of the probe stays on the host."""
        with host(self.MOUNTS, "/mnt/slow\n") as probe:
            reading = look(probe)
            assert states(reading) == {"/": "ok", "/mnt/fine": "ok", "/mnt/slow": "hanging"}
            assert [(status.subject, status.severity) for status in reading.statuses] == [
                ("/mnt/slow", Severity.CRITICAL)
            ]
            assert reading.gauges["fs.used", "/mnt/fine"] == 400 * 1024
            assert ("fs.used", "/mnt/slow") not in reading.gauges
            stuck = int((tmp_path / "stuck").read_text())
            assert is_alive(stuck)
            assert probe.close() == 0
            until_sync(lambda: not is_alive(stuck))
            until_sync(lambda: not probe.has_processes())

    def test_it_is_not_looked_at_again_until_it_has_returned(self, host: Callable[..., Probe], tmp_path: Path) -> None:
        """While the first look hangs no second one is started; when it has ended, the mount is looked at again."""
        with host(self.MOUNTS, "/mnt/slow\n") as probe:
            first, second = look(probe, 1), look(probe, 2)
            assert states(first) == states(second)
            assert calls(tmp_path).count("-Pk|/mnt/slow|") == 1
            assert calls(tmp_path).count("-Pk|/mnt/fine|") == 2
            stuck = int((tmp_path / "stuck").read_text())
            assert f"process {stuck} " in second.statuses[0].text
            (tmp_path / "hangs").write_text("")
            os.kill(stuck, 9)
            until_sync(lambda: not is_alive(stuck))
            assert states(look(probe, 3))["/mnt/slow"] == "ok"

    def test_a_local_disk_that_hangs_does_not_hold_up_the_section(
        self, host: Callable[..., Probe], tmp_path: Path
    ) -> None:
        """Even the looks at local filesystems are not waited for, and not repeated while they hang."""
        with host(self.MOUNTS, "/\n") as probe:
            reading = look(probe)
            assert states(reading) == {"/": "hanging", "/mnt/fine": "ok", "/mnt/slow": "ok"}
            assert reading.statuses[0].subject == "local filesystems"
            look(probe, 2)
            assert calls(tmp_path).count("-Pk|/|") == 1
            assert probe.ask(frame.tick(3)).number == 3


class TestNames:
    @pytest.mark.parametrize(
        ("spelt", "path", "shown"),
        [
            (r"/mnt/two\040words", "/mnt/two words", "/mnt/two words"),
            (r"/mnt/tab\011x", "/mnt/tab\tx", "/mnt/tab␉x"),
            (r"/mnt/back\134slash", "/mnt/back\\slash", "/mnt/back\\slash"),
            (r"/mnt/\134060", "/mnt/\\060", "/mnt/\\060"),
            ("/mnt/$(touch${IFS}boom)`id`;&|<>*?", "/mnt/$(touch${IFS}boom)`id`;&|<>*?", None),
            ("/mnt/\"double'single", "/mnt/\"double'single", None),
            ("/mnt/%s%n%d", "/mnt/%s%n%d", None),
            ("/-rf", "/-rf", None),
            ("/mnt/größe", "/mnt/größe", None),
        ],
    )
    @pytest.mark.parametrize("kind", ["ext4 /dev/sdb1", "nfs4 nas:/x"])
    def test_a_name_is_only_ever_a_name(
        self, host: Callable[..., Probe], tmp_path: Path, spelt: str, path: str, shown: str | None, kind: str
    ) -> None:
        """Blanks, quotes, substitutions, percent signs: df gets exactly the path, and the label is harmless."""
        with host(f"40 1 8:17 / {spelt} rw - {kind} rw\n") as probe:
            reading = look(probe)
            assert f"-Pk|{path}|" in calls(tmp_path)
            assert reading.gauges["fs.size", shown or path] == 1000 * 1024

    def test_a_newline_in_a_name_forges_nothing(self, host: Callable[..., Probe], tmp_path: Path) -> None:
        """A mount whose name looks like lines of ours does not become one: neither a process nor a hanging mount."""
        evil = r"/mnt/x\012k\040p\0401\012hanging\040/\0401\0401\012late"
        with host(f"{ROOT}40 1 8:17 / {evil} rw - ext4 /dev/sdb1 rw\n") as probe:
            reading = look(probe)
            assert set(states(reading).values()) == {"ok"}
            assert reading.statuses == ()
            assert "/mnt/x\nk p 1\nhanging / 1 1\nlate|" in (tmp_path / "calls").read_text()


class TestTables:
    def test_only_what_has_space_of_its_own_is_looked_at(self, host: Callable[..., Probe], tmp_path: Path) -> None:
        """Kernel filesystems, memory, images, containers' overlays and bind mounts are left out."""
        table = (
            "22 21 0:20 / /proc rw - proc proc rw\n"
            "23 21 0:21 / /run rw - tmpfs tmpfs rw\n"
            "24 21 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro\n"
            "25 21 0:60 / /var/lib/docker/overlay2/ab/merged rw - overlay overlay rw\n"
            "26 21 0:61 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw\n"
            "27 21 8:1 /srv/x /very/long/bind rw - ext4 /dev/sda1 rw\n"
        )
        with host(table + ROOT + "28 21 8:1 /etc/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n") as probe:
            assert states(look(probe)) == {"/": "ok"}
            assert sorted(calls(tmp_path)) == ["-Pi|/|", "-Pk|/|"]

    def test_a_container_whose_root_is_an_overlay(self, host: Callable[..., Probe]) -> None:
        """Where the overlay is the root itself, it is shown."""
        with host("900 800 0:70 / / rw - overlay overlay rw\n") as probe:
            assert states(look(probe)) == {"/": "ok"}

    def test_without_mountinfo_the_older_table_is_read(self, host: Callable[..., Probe], tmp_path: Path) -> None:
        """A kernel or sandbox without mountinfo still has /proc/mounts."""
        (tmp_path / "proc").mkdir()
        (tmp_path / "proc/mounts").write_text("proc /proc proc rw 0 0\n/dev/sda1 / ext3 rw,noatime 0 0\n")
        with host("") as probe:
            (tmp_path / "proc/self/mountinfo").unlink()
            assert states(look(probe)) == {"/": "ok"}

    def test_nothing_to_look_at_is_no_error(self, host: Callable[..., Probe]) -> None:
        """A host that runs from memory has no filesystem to show."""
        with host("22 21 0:20 / / rw - tmpfs tmpfs rw\n") as probe:
            assert look(probe).document == {"filesystems": []}

    def test_hundreds_of_network_mounts_do_not_become_hundreds_of_processes(
        self, host: Callable[..., Probe], tmp_path: Path
    ) -> None:
        """Only so many are looked at; the others are shown as unknown."""
        table = "".join(f"{at} 1 0:{at} / /home/u{at} rw - nfs nas:/u{at} rw\n" for at in range(100, 140))
        with host(table) as probe:
            found = list(states(look(probe, deadline_s=10)).values())
            assert (found.count("ok"), found.count("unknown")) == (24, 16)
            assert len(calls(tmp_path)) == 24
