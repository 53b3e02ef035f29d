"""The section evidence and the look from beside, in every shell, with commands that are made up.

Every made-up command first reads its stdin to the end: one that got hold of the orders would swallow them, and the
next answer would not come.
"""

import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.beside import parse_beside, script
from tui_ops.collectors.evidence import EMPTY, NOTHING_FAILED, WHY, Block, failed_units, parse_evidence

QUICK_TIMEOUT = '#!/bin/sh\ncat >/dev/null\nshift\nexec /usr/bin/timeout 0.3 "$@"\n'
"""A timeout for tests of commands that hang, which does not wait as long as the probe says."""

ASKED = 'echo "$*" >>"${0%/bin/*}/asked"'

Start = Callable[..., Probe]


@pytest.fixture(params=list(SHELLS))
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    def start(files: dict[str, str] | None = None, **commands: str) -> Probe:
        """A host of these files, and of these commands by what each does."""
        tree: dict[str, str | bytes] = {"proc/uptime": "5000.25 1\n", **(files or {})}
        tree.update({f"bin/{name}": f"#!/bin/sh\ncat >/dev/null\n{does}\n" for name, does in commands.items()})
        return Probe(SHELLS[request.param], write_tree(tmp_path, tree))

    return start


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another account may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="tui-ops-evidence-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def bodies(probe: Probe, ago_s: int = 0, deadline_s: int = 20, parts: tuple[int, ...] = (1, 2, 3)) -> list[bytes]:
    found = []
    for part in parts:
        answer = probe.ask(frame.ask_section("evidence", part, deadline_s, [part, ago_s]))
        assert (answer.name, answer.number) == ("evidence", part)
        found.append(answer.body)
    assert probe.ask(frame.tick(99)).number == 99
    return found


def blocks(probe: Probe, ago_s: int = 0, deadline_s: int = 20) -> dict[str, Block]:
    return {block.name: block for block in parse_evidence(bodies(probe, ago_s, deadline_s))}


FILES = {
    "proc/loadavg": "9.5 4.1 2.0 3/300 4711\n",
    "proc/pressure/io": "some avg10=12.00 avg60=1 avg300=1 total=5\n",
    "proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 10 kB\nHugepagesize: 2 kB\n",
    "proc/vmstat": "nr_free_pages 5\noom_kill 3\n",
    "proc/swaps": "Filename Type\n",
    "proc/self/mountinfo": "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 1 0:5 / /proc rw - proc proc rw\n"
    "24 1 0:9 / /net rw - nfs4 nas:/x rw\n25 1 8:2 / /srv/a\\040b rw - ext4 /dev/sdb1 rw\n",
    "run/systemd/system/x": "",
    "var/log/journal/abc/system.journal": "",
    "var/log/dpkg.log": "2026-11-28 09:00:00 status installed a:all 1\n"
    "2026-11-28 10:00:00 upgrade nginx:amd64 1.22.1-9 1.22.1-10\n",
}
COMMANDS = {
    "ss": 'case $1 in -s) echo "Total: 12" ;; -ltn) echo "LISTEN 0 128 0.0.0.0:22 0.0.0.0:*" ;;'
    ' -tan) printf "State\\nESTAB 0 0 1.1.1.1:443 2.2.2.2:5\\nESTAB 0 0 1.1.1.1:443 2.2.2.2:6\\n" ;; esac',
    "dmesg": 'echo "[ 4000.000000] EXT4-fs error (device sda1)"',
    "systemctl": 'echo "app.service loaded failed failed The application"; echo "b.service loaded active running B"',
    "journalctl": ASKED + '; case "$*" in *SYSLOG_IDENTIFIER=sudo*)'
    ' echo "1795890000.5 h sudo[5]: bob : TTY=x ; PWD=/ ; USER=root ; COMMAND=/bin/ls";'
    ' echo "1795890001.5 h sudo[5]: us : USER=root ; COMMAND=list" ;;'
    ' *_PID=1*) echo "1795890002.5 h systemd[1]: Started app.service." ; echo "1795890002.5 h systemd[1]: idle" ;;'
    ' *) echo "1795890003.5 h app[7]: it hurts" ;; esac',
    "who": 'echo "bob pts/0 10.0.0.1"',
    "last": 'echo "bob pts/0 yesterday"',
    "df": 'echo "Filesystem $1"; shift; echo "for $*"',
    "date": 'case $1 in +%s) echo 1795890010 ;; +%z) echo +0100 ;; esac',
}  # fmt: skip


def test_everything_there_is(host: Start) -> None:
    """Each block with what belongs to it, times in UTC, nothing of this machine beneath."""
    with host(FILES, **COMMANDS) as probe:
        found = blocks(probe)
    assert {name: block.lines for name, block in found.items()} == {
        "load": ("loadavg: 9.5 4.1 2.0 3/300 4711", "pressure/io: some avg10=12.00 avg60=1 avg300=1 total=5"),
        "memory": ("MemTotal: 1000 kB", "MemAvailable: 10 kB", "oom_kill 3", "Filename Type"),
        "disks": ("Filesystem -Pk", "for / /srv/a b", "", "Filesystem -Pi", "for / /srv/a b"),
        "sockets": ("Total: 12", "", "2 ESTAB 443", "", "LISTEN 0 128 0.0.0.0:22 0.0.0.0:*"),
        "units": ("app.service loaded failed failed The application",),
        "journal": ("2026-11-28T18:20:03Z app[7]: it hurts",),
        "dmesg": ("2026-11-28T18:03:29Z EXT4-fs error (device sda1)",),
        "acts": ("2026-11-28T18:20:00Z sudo[5]: bob : TTY=x ; PWD=/ ; USER=root ; COMMAND=/bin/ls",),
        "starts": ("2026-11-28T18:20:02Z systemd[1]: Started app.service.",),
        "logins": ("bob pts/0 10.0.0.1", "", "bob pts/0 yesterday"),
        "packages": ("2026-11-28T09:00:00Z upgrade nginx:amd64 1.22.1-9 1.22.1-10",),
    }
    assert not any(block.why or block.cut for block in found.values())
    assert failed_units(found.values()) == {"app.service": "failed"}


def test_the_journal_around_a_trouble_that_began_long_ago(host: Start, tmp_path: Path) -> None:
    """Up to a minute after it began, and the last lines besides; what people did, of the day before it."""
    with host(FILES, **COMMANDS) as probe:
        found = blocks(probe, ago_s=1800)
    asked = (tmp_path / "asked").read_text()
    assert "-n 200 --until=@1795888270" in asked
    assert "-n 100\n" in asked
    assert asked.count(f"--since=@{1795890010 - 1800 - 86400}") == 2
    assert found["lately"].lines == ("2026-11-28T18:20:03Z app[7]: it hurts",)


def test_a_host_without_any_of_it(host: Start) -> None:
    """No program of this machine is asked in the place of the host's; each block says what is missing."""
    with host() as probe:
        found = blocks(probe)
    assert {block.why for block in found.values()} <= {WHY["none"], WHY["broken"], EMPTY}
    assert not any(block.lines for block in found.values())
    assert found["journal"].why == found["units"].why == found["dmesg"].why == WHY["none"]


def test_what_hangs_costs_only_itself(host: Start) -> None:
    """It is ended, and all others are there."""
    hanging = {**COMMANDS, "ss": "sleep 60", "last": "sleep 60", "systemctl": "sleep 60"}
    with host({**FILES, "bin/timeout": QUICK_TIMEOUT}, **hanging) as probe:
        found = blocks(probe)
    assert found["sockets"].why == found["units"].why == WHY["broken"]
    assert found["logins"].lines == ("bob pts/0 10.0.0.1",)
    assert all(found[name].lines for name in ("load", "memory", "journal", "dmesg", "disks", "packages"))


def test_no_command_begins_when_the_time_is_over(tmp_path: Path) -> None:
    """What is left out for want of time is called so."""
    slow = {**COMMANDS, "ss": "sleep 1.2"}
    files = {**FILES, **{f"bin/{name}": f"#!/bin/sh\ncat >/dev/null\n{does}\n" for name, does in slow.items()}}
    with Probe(SHELLS["dash"], write_tree(tmp_path, {"proc/uptime": "5000.25 1\n", **files})) as probe:
        body = probe.ask(frame.ask_section("evidence", 1, 1, [1, 0])).body
    assert b"late connections" in body
    assert b"load /proc/loadavg:9.5" in body


def test_a_kernel_log_that_only_root_may_read(host: Start) -> None:
    """The journal has it too."""
    with host(FILES, **{**COMMANDS, "dmesg": "exit 1"}) as probe:
        found = blocks(probe)
    assert found["dmesg"].lines == ("2026-11-28T18:20:03Z app[7]: it hurts",)


@pytest.mark.parametrize("allows", [True, False])
def test_a_journal_that_only_root_may_read(open_folder: Path, allows: bool) -> None:
    """The errors of the last minutes, where the drop-in lets root tell them; else it is said who may."""
    sudo = f'#!/bin/sh\ncat >/dev/null\n[ "$2" != -l ] || exit {0 if allows else 1}\nshift\nexec "$@"\n'
    tree = {"proc/uptime": "5000.25 1\n", **FILES, "bin/sudo": sudo}
    tree |= {f"bin/{name}": f"#!/bin/sh\ncat >/dev/null\n{does}\n" for name, does in COMMANDS.items()}
    tree["bin/journalctl"] = '#!/bin/sh\ncat >/dev/null\necho "1795890003.5 h app[7]: $*"\n'
    root = write_tree(open_folder, dict(tree))
    (root / "var/log/journal/abc/system.journal").chmod(0o600)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "dash"]
    with Probe(nobody, root) as probe:
        found = blocks(probe)
    if allows:
        (line,) = found["journal"].lines
        assert line.endswith("app[7]: -q --no-pager -p err -o short-unix -n 500 --since=-5min")
    else:
        assert found["journal"] == Block("journal", (), WHY["privilege"])


def test_log_files_where_there_is_no_journal(host: Start) -> None:
    """Those that can be read, the last lines of them."""
    logs = {
        "var/log/syslog": "".join(f"Nov 28 h app: line {at}\n" for at in range(300)),
        "var/log/auth.log": "2026-11-28T10:00:00+01:00 h sshd[1]: Accepted publickey for bob from ::1 port 5 ssh2\n"
        "2026-11-28T10:00:00+01:00 h sshd[1]: Connection closed\n",
    }
    with host({**FILES, **logs}, **{name: does for name, does in COMMANDS.items() if name != "journalctl"}) as probe:
        found = blocks(probe)
    assert found["journal"].lines[0] == "Nov 28 h app: line 100"
    assert len(found["journal"].lines) == 200
    assert len(found["acts"].lines) == 1
    assert "Accepted publickey" in found["acts"].lines[0]


def test_no_failed_unit_is_good_news(host: Start) -> None:
    """And said as such."""
    with host(FILES, **{**COMMANDS, "systemctl": "true"}) as probe:
        found = blocks(probe)
    assert found["units"] == Block("units", (NOTHING_FAILED,))


def test_a_flood_is_bounded(host: Start) -> None:
    """A log of endless lines ends, the frame too."""
    flood = "awk 'BEGIN { while (i++ < 100000) print \"1795890000.5 h a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" }'"
    with host(FILES, **{**COMMANDS, "journalctl": flood, "dmesg": flood, "who": flood, "df": flood}) as probe:
        told = bodies(probe)
    assert sum(map(len, told)) < 400_000
    found = {block.name: block for block in parse_evidence(told)}
    assert len(found["journal"].lines) == 300
    assert found["journal"].cut


@pytest.mark.parametrize("shell", SHELLS)
def test_on_this_machine(shell: str) -> None:
    """The real commands, within the time."""
    began = time.monotonic()
    with Probe(SHELLS[shell]) as probe:
        found = blocks(probe, deadline_s=4)
    assert time.monotonic() - began < 10.0
    assert found["load"].lines[0].startswith("loadavg: ")
    assert any(line.startswith("MemAvailable:") for line in found["memory"].lines)
    assert any(line.endswith(" /") for line in found["disks"].lines)


def beside(shell: str, address: str, port: int) -> tuple[str, ...]:
    done = subprocess.run(SHELLS[shell], input=script(address, port), capture_output=True, timeout=30, check=False)
    assert done.stderr == b""
    return parse_beside(done.stdout, "the port")


class TestBeside:
    @pytest.mark.parametrize("shell", SHELLS)
    def test_a_port_that_takes_connections_and_one_that_does_not(self, shell: str) -> None:
        """With the real programs of this machine."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            assert "the port: takes connections" in beside(shell, "127.0.0.1", port)
        assert "the port: refuses connections" in beside(shell, "127.0.0.1", port)

    def test_nobody_at_the_address(self) -> None:
        """A full queue answers no packet."""
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            assert "the port: no answer in time" in beside("dash", "127.0.0.1", full.getsockname()[1])
            for filler in fillers:
                filler.close()

    @pytest.mark.parametrize("address", ["-c", "a b", "$(id)", "a;b", "", "a\nb", "x" * 300, "é"])
    def test_what_is_no_address_is_never_sent(self, address: str) -> None:
        """It would be a part of a command line."""
        with pytest.raises(ValueError, match="is not an address"):
            script(address, 22)

    def test_half_a_script_does_nothing(self) -> None:
        """A line that breaks off is no call."""
        whole = script("127.0.0.1", 22)
        for cut in (len(whole) // 2, len(whole) - 4):
            done = subprocess.run(["dash"], input=whole[:cut], capture_output=True, timeout=30, check=False)
            assert done.stdout == b""
