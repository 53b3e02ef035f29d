"""The sections processes, commands, units, sockets and containers in every shell, with commands that are made up.

Every made-up command first reads its stdin to the end: one that got hold of the orders would swallow them, and the
next answer would not come.
"""

import getpass
import os
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.commands import parse_commands
from tui_ops.collectors.processes import Process, ProcessList, read_processes
from tui_ops.collectors.sections import BY_NAME
from tui_ops.model.readings import SectionReading

QUICK_TIMEOUT = '#!/bin/sh\ncat >/dev/null\nshift\nexec /usr/bin/timeout 0.3 "$@"\n'
"""A timeout for tests of commands that hang, which does not wait as long as the probe says."""

Start = Callable[..., Probe]


@pytest.fixture(params=list(SHELLS))
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    def start(files: dict[str, str] | None = None, **commands: str) -> Probe:
        """A host of these files, and of these commands by what each does."""
        tree: dict[str, str | bytes] = {"proc/uptime": "5000.25 1\n", **(files or {})}
        tree.update({f"bin/{name}": f"#!/bin/sh\ncat >/dev/null\n{does}\n" for name, does in commands.items()})
        return Probe(SHELLS[request.param], write_tree(tmp_path, tree))

    return start


def body(probe: Probe, name: str, words: Sequence[int] = (), number: int = 1) -> bytes:
    answer = probe.ask(frame.ask_section(name, number, 20, words))
    assert (answer.name, answer.number) == (name, number)
    assert probe.ask(frame.tick(99)).number == 99
    return answer.body


def look(probe: Probe, name: str) -> SectionReading:
    return BY_NAME[name].parse(body(probe, name))


def rows(reading: SectionReading, name: str) -> list[dict[str, object]]:
    found = reading.document[name]
    assert isinstance(found, list)
    return found


def stat(pid: int, name: str, state: str = "S", ticks: tuple[int, int] = (3, 4)) -> str:
    """A line of /proc/PID/stat, as Linux 6.1 writes it."""
    before = f"{pid} ({name}) {state} 1 {pid} {pid} 0 -1 4194560 100 200 0 0 {ticks[0]} {ticks[1]} 0 0 20 0 9 0 1500 "
    return before + "16384000 250 18446744073709551615 1 1 0 0 0 0 0 4096 17475 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"


def by_pid(processes: ProcessList) -> dict[int, Process]:
    return {process.pid: process for process in processes.processes}


NAMES = ["bash", "two words", "a) S 1 2 (b", "((", "))", "%s%n\\033", "$(id)`id`", "*", " lead", "größe", "x" * 15]


class TestProcesses:
    @pytest.mark.parametrize("awk", ["exec /usr/bin/awk", "exit 127"])
    def test_names_and_numbers(self, host: Start, awk: str) -> None:
        """Whatever a process calls itself, with awk and without: exactly this name, and the numbers beside it."""
        files = {f"proc/{pid}/stat": stat(pid, name) for pid, name in enumerate(NAMES, 10)}
        with host({**files, "bin/awk": f'#!/bin/sh\n{awk} "$@"\n'}, getconf="exit 1") as probe:
            found = read_processes(body(probe, "processes"))
        assert {process.pid: process.name for process in found.processes} == dict(enumerate(NAMES, 10))
        assert by_pid(found)[10] == Process(10, 1, "S", 0.07, 1024000, 9, 15.0, "bash")
        assert (found.uptime_s, found.others) == (5000.25, 0)

    @pytest.mark.parametrize("awk", ["exec /usr/bin/awk", "exit 127"])
    def test_a_line_end_in_a_name_forges_no_process(self, host: Start, awk: str) -> None:
        """The kernel writes it as it is; still it is a part of the name."""
        evil = "a\n7 (x) R 1 1\n"
        files = {"proc/10/stat": stat(10, evil), "proc/11/stat": stat(11, "\n\n)\n"), "proc/7/stat": stat(7, "true")}
        with host({**files, "bin/awk": f'#!/bin/sh\n{awk} "$@"\n'}) as probe:
            found = by_pid(read_processes(body(probe, "processes")))
        assert {pid: process.name for pid, process in found.items()} == {7: "true", 10: "a 7 (x) R 1 1 ", 11: "  ) "}

    def test_the_host_tells_its_own_units(self, host: Start) -> None:
        """Ticks and pages differ by architecture; they are asked for once."""
        getconf = 'echo "$1" >>"${0%/*}/../asked"; case $1 in CLK_TCK) echo 250 ;; PAGESIZE) echo 65536 ;; esac'
        with host({"proc/10/stat": stat(10, "a"), "asked": ""}, getconf=getconf) as probe:
            body(probe, "processes")
            found = by_pid(read_processes(body(probe, "processes", number=2)))[10]
        assert (found.cpu_s, found.rss, found.start_s) == (0.028, 16384000, 6.0)

    def test_no_more_than_so_many(self, tmp_path: Path) -> None:
        """The others are counted."""
        write_tree(tmp_path, {"proc/uptime": "1 1\n", **{f"proc/{at}/stat": stat(at, "p") for at in range(1, 4201)}})
        with Probe(SHELLS["dash"], tmp_path) as probe:
            found = read_processes(body(probe, "processes"))
        assert (len(found.processes), found.others) == (4096, 104)

    @pytest.mark.parametrize("shell", SHELLS)
    def test_on_this_machine(self, shell: str) -> None:
        """Our own process is there, and uses CPU between two looks."""
        with Probe(SHELLS[shell]) as probe:
            before = by_pid(read_processes(body(probe, "processes")))
            while sum(os.times()[:2]) < before[os.getpid()].cpu_s + 0.05:
                pass
            after = by_pid(read_processes(body(probe, "processes", number=2)))
        ours = after[os.getpid()]
        assert ours.ppid == os.getppid()
        assert ours.cpu_s > before[os.getpid()].cpu_s
        assert ours.start_s == before[os.getpid()].start_s
        assert ours.rss > 1_000_000
        assert abs(sum(os.times()[:2]) - ours.cpu_s) < 2.0
        assert 1 in after


class TestCommands:
    @pytest.mark.parametrize("shell", SHELLS)
    def test_on_this_machine(self, shell: str) -> None:
        """Owner and command line, line ends and controls made visible; no thread of the kernel, no ended process."""
        odd = ["one\ntwo", "\x1b[31m", f"\n==> /proc/{os.getpid()}/cmdline <==\nfake", "ü" * 300]
        child = subprocess.Popen(["sh", "-c", "read line", *odd], stdin=subprocess.PIPE)
        try:
            pids = [child.pid, 4_194_303, os.getppid()]
            with Probe(SHELLS[shell]) as probe:
                found = parse_commands(body(probe, "commands", pids), pids)
                alone = parse_commands(body(probe, "commands", [child.pid], 2), [child.pid])
        finally:
            child.communicate(b"\n")
        assert list(found) == [child.pid, os.getppid()]
        assert found[child.pid][0] == getpass.getuser()
        assert found[child.pid][1].startswith("sh -c read line one␊two ␛[31m ␊==> /proc/")
        assert alone[child.pid][0] == getpass.getuser()

    def test_only_numbers_are_words(self, host: Start, tmp_path: Path) -> None:
        """An order with anything else is carried out without it."""
        files = {f"proc/{pid}/cmdline": f"run\0--as\0{pid}\0" for pid in (5, 6)}
        with host({**files, "boom/cmdline": "secret"}) as probe:
            answer = probe.ask(b"section commands 3 10 5 ../boom * $(touch${IFS}boomed) 06 -l ; 6\n")
            found = parse_commands(answer.body, (6, 5))
            assert body(probe, "commands") == b""
        assert found == {pid: (getpass.getuser(), f"run --as {pid}") for pid in (6, 5)}
        assert b"secret" not in answer.body

    def test_no_more_than_so_many(self, host: Start) -> None:
        """As many as one screen shows."""
        pids = range(100, 170)
        with host({f"proc/{pid}/cmdline": f"{pid}\0" for pid in pids}) as probe:
            assert len(parse_commands(body(probe, "commands", pids), pids)) == 60


LISTED = """\
dev-sda.device loaded active plugged Disk
-.mount loaded active mounted Root Mount
cron.service loaded active running Regular background program processing daemon
● broken.service loaded failed failed A service that fails
gone.service not-found inactive dead gone.service
idle.service loaded inactive dead Nothing to do
idle2.service loaded inactive dead Nothing to do
session-3.scope loaded active running Session 3 of User ops
session-4.scope loaded failed failed Session 4 of User ops
system.slice loaded active active System Slice
apt-daily.timer loaded active waiting Daily apt download activities
"""


class TestUnits:
    SYSTEMD = {"run/systemd/system/x": ""}  # noqa: RUF012 - read only

    @staticmethod
    def systemctl(listing: str, state: str = "degraded") -> str:
        return f"case $1 in is-system-running) echo {state}; exit 1 ;; list-units) {listing} ;; *) exit 9 ;; esac"

    def test_what_failed_and_what_runs(self, host: Start) -> None:
        """Inactive ones are counted, those that systemd makes by itself only shown when they failed."""
        systemctl = self.systemctl('cat "${0%/*}/../listed"')
        with host({**self.SYSTEMD, "listed": LISTED}, systemctl=systemctl) as probe:
            reading = look(probe, "units")
        assert [(row["name"], row["sub"]) for row in rows(reading, "units")] == [
            ("broken.service", "failed"),
            ("session-4.scope", "failed"),
            ("-.mount", "mounted"),
            ("apt-daily.timer", "waiting"),
            ("cron.service", "running"),
        ]
        assert reading.document["state"] == "degraded"
        assert reading.document["counts"] == {"active": 3, "failed": 2, "activating": 0, "inactive": 2}
        said = ["unit broken.service failed", "unit session-4.scope failed"]
        assert [status.text for status in reading.statuses] == said

    def test_thousands_of_mounts(self, host: Start) -> None:
        """They are counted; the services after them are still there."""
        listed = "".join(f"run-pod{at}.mount loaded active mounted /run/pod{at}\n" for at in range(900)) + LISTED
        systemctl = self.systemctl('cat "${0%/*}/../listed"')
        with host({**self.SYSTEMD, "listed": listed}, systemctl=systemctl) as probe:
            sent = body(probe, "units")
        assert sent.count(b"\nu run-pod") == 200
        reading = BY_NAME["units"].parse(sent)
        assert reading.document["counts"] == {"active": 903, "failed": 2, "activating": 0, "inactive": 2}
        assert "cron.service" in {row["name"] for row in rows(reading, "units")}

    def test_without_systemd_there_is_none(self, host: Start) -> None:
        """Neither where it is only installed, nor where its folder stands and the command is missing."""
        with host(systemctl=self.systemctl("exit 1")) as probe:
            assert look(probe, "units").document["manager"] == "none"

    def test_without_its_command_there_is_none(self, host: Start) -> None:
        """The command of the machine that the tests run on does not count."""
        with host(self.SYSTEMD) as probe:
            reading = look(probe, "units")
        assert (reading.document["manager"], reading.statuses) == ("none", ())

    def test_one_that_refuses(self, host: Start) -> None:
        """What it says is told."""
        refusal = "echo 'Failed to list units: Connection timed out' >&2; exit 1"
        with host(self.SYSTEMD, systemctl=self.systemctl(refusal, "unknown")) as probe:
            reading = look(probe, "units")
        assert (reading.document["manager"], reading.document["units"]) == ("failed", [])
        assert reading.document["text"] == "Failed to list units: Connection timed out"

    def test_one_that_hangs(self, host: Start) -> None:
        """It is not waited for."""
        files = {**self.SYSTEMD, "bin/timeout": QUICK_TIMEOUT}
        with host(files, systemctl=self.systemctl("exec sleep 600")) as probe:
            reading = look(probe, "units")
        assert (reading.document["manager"], reading.document["text"]) == ("failed", "no answer within 7 s")


PROC_HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def proc_row(local: str, state: str, uid: int) -> str:
    return (
        f"   0: {local} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 {uid:5} 0 4711 1 0 100 0 0 10 0\n"
    )


class TestSockets:
    def test_of_ss(self, host: Start) -> None:
        """With the process that ss tells."""
        said = (
            "Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
            'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=812,fd=3)) ino:1 sk:1 <->\n'
            'tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=812,fd=4)) ino:2 sk:2 <->\n'
        )
        with host({"said": said}, ss='[ "$1" = -ltunpe ] && cat "${0%/*}/../said"') as probe:
            reading = look(probe, "sockets")
        assert reading.document["source"] == "ss"
        assert rows(reading, "sockets") == [
            {"proto": "tcp", "address": "*", "port": 22, "process": "sshd", "pid": 812, "owner": "uid 0"}
        ]

    @pytest.mark.parametrize("ss", [{}, {"ss": "echo 'Cannot open netlink socket' >&2; exit 1"}, {"ss": "sleep 600"}])
    def test_of_the_kernel(self, host: Start, ss: dict[str, str]) -> None:
        """Where there is no ss, or it fails or hangs: listening ones, with their owners."""
        everywhere = "00000000000000000000000000000000:0BB8"
        files = {
            "bin/timeout": QUICK_TIMEOUT,
            "proc/net/tcp": PROC_HEAD
            + proc_row("00000000:0BB8", "0A", 1000)
            + proc_row("0100007F:0019", "0A", 0)
            + proc_row("0100007F:0050", "01", 0),
            "proc/net/tcp6": PROC_HEAD + proc_row(everywhere, "0A", 1000),
            "proc/net/udp": PROC_HEAD + proc_row("3500007F:0035", "07", 101) + proc_row("3500007F:1035", "01", 101),
        }
        with host(files, **ss) as probe:
            reading = look(probe, "sockets")
        assert (reading.document["state"], reading.document["source"]) == ("ok", "proc")
        assert [(row["proto"], row["address"], row["port"], row["owner"]) for row in rows(reading, "sockets")] == [
            ("tcp", "127.0.0.1", 25, "uid 0"),
            ("udp", "127.0.0.53", 53, "uid 101"),
            ("tcp", "*", 3000, "uid 1000"),
        ]

    def test_of_nothing(self, host: Start) -> None:
        """Neither ss nor tables: that is told."""
        with host() as probe:
            assert look(probe, "sockets").document == {"state": "failed", "source": "proc", "sockets": []}

    @pytest.mark.parametrize("shell", SHELLS)
    @pytest.mark.parametrize("source", ["ss", "proc"])
    def test_on_this_machine(self, shell: str, source: str, tmp_path: Path) -> None:
        """A socket of ours is there, by ss and by the kernel's own tables."""
        with socket.socket() as ours, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            ours.bind(("127.0.0.1", 0))
            ours.listen()
            datagrams.bind(("127.0.0.9", 0))
            tables = {f"proc/net/{name}": Path(f"/proc/net/{name}").read_bytes() for name in ("tcp", "udp")}
            root = None if source == "ss" else write_tree(tmp_path, {"proc/uptime": "1 1\n", **tables})
            with Probe(SHELLS[shell], root) as probe:
                reading = look(probe, "sockets")
            ports = {row["port"]: row for row in rows(reading, "sockets")}
            tcp, udp = ports[ours.getsockname()[1]], ports[datagrams.getsockname()[1]]
        assert reading.document["source"] == source
        assert (tcp["proto"], tcp["address"], tcp["owner"]) == ("tcp", "127.0.0.1", f"uid {os.getuid()}")
        assert (udp["proto"], udp["address"]) == ("udp", "127.0.0.9")
        assert tcp["pid"] == (os.getpid() if source == "ss" else None)


ROW = r"printf '3f0a1c9be27d\tweb\tnginx:1\t%s\tUp 3 days\t80/tcp\n'"
SHIM = """#!/bin/sh
[ -e /etc/containers/nodocker ] || echo "Emulate Docker CLI using podman." >&2
exec podman "$@"
"""


def engines(reading: SectionReading) -> dict[object, object]:
    return {engine["name"]: engine["state"] for engine in rows(reading, "engines")}


class TestContainers:
    def test_none(self, host: Start) -> None:
        """A host without an engine; that of the machine that the tests run on does not count."""
        with host() as probe:
            assert look(probe, "containers").document == {"engines": [], "containers": []}

    def test_docker_and_podman(self, host: Start) -> None:
        """Both are asked; warnings beside the list are none of it."""
        docker = f"echo 'WARNING: permission denied on a config file' >&2; {ROW} running"
        podman = r"printf '5b1f0e2d3c4a\tregistry\tregistry:2\texited\tExited (0) 2 days ago\t\n'"
        with host(docker=docker, podman=podman, id="echo 0") as probe:
            reading = look(probe, "containers")
        assert engines(reading) == {"docker": "ok", "podman": "ok"}
        assert [(row["engine"], row["name"], row["state"], row["ports"]) for row in rows(reading, "containers")] == [
            ("docker", "web", "running", "80/tcp"),
            ("podman", "registry", "exited", ""),
        ]

    def test_an_old_docker(self, host: Start) -> None:
        """One that does not know a state is asked again without it."""
        refusal = "echo 'template: :1:30: \"x\" at <.State>: can'\"'\"'t evaluate field State in type *c' >&2; exit 1"
        with host(docker=f"case $* in *.State*) {refusal} ;; *) {ROW} '' ;; esac") as probe:
            reading = look(probe, "containers")
        assert [(row["name"], row["state"]) for row in rows(reading, "containers")] == [("web", "running")]

    def test_one_that_may_not_be_asked(self, host: Start) -> None:
        """That is not a failure, and no alarm."""
        refusal = "echo 'permission denied while trying to connect to the Docker daemon socket' >&2; exit 1"
        with host(docker=refusal) as probe:
            reading = look(probe, "containers")
        assert (engines(reading), reading.statuses) == ({"docker": "needs privilege"}, ())

    def test_one_that_does_not_run(self, host: Start) -> None:
        """What it says is told."""
        refusal = "echo 'Cannot connect to the Docker daemon. Is the docker daemon running?' >&2; exit 1"
        with host(docker=refusal) as probe:
            (engine,) = rows(look(probe, "containers"), "engines")
        assert engine["state"] == "failed"
        assert engine["text"] == "Cannot connect to the Docker daemon. Is the docker daemon running?"

    def test_one_that_hangs_does_not_hold_up_the_other(self, host: Start) -> None:
        """It is not waited for."""
        files = {"bin/timeout": QUICK_TIMEOUT}
        with host(files, docker="exec sleep 600", podman=f"{ROW} running", id="echo 0") as probe:
            reading = look(probe, "containers")
        assert engines(reading) == {"docker": "failed", "podman": "ok"}
        assert len(rows(reading, "containers")) == 1

    def test_a_docker_that_is_podman(self, host: Start) -> None:
        """It is not asked, so that nothing is listed twice."""
        with host({"bin/docker": SHIM}, podman=f"{ROW} running", id="echo 0") as probe:
            reading = look(probe, "containers")
        assert engines(reading) == {"podman": "ok"}
        assert len(rows(reading, "containers")) == 1

    def test_a_podman_of_a_user_without_containers_is_not_even_started(self, host: Start, tmp_path: Path) -> None:
        """It would set up a store and a process that stays; nothing is left on a host."""
        with host(podman='echo >"${0%/*}/../started"', id="echo 1000") as probe:
            assert engines(look(probe, "containers")) == {"podman": "needs privilege"}
        assert not (tmp_path / "started").exists()
