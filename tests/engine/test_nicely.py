"""Facts are read at a lower priority: what the kernel says of what runs on a real host, and of the shells there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from support.fact_box import FactBox
from support.probes import SHELLS, Probe, write_tree
from support.sshd import Sshd, SshdFarm

from tui_ops.collectors import frame
from tui_ops.collectors.facts.topics import FILES
from tui_ops.collectors.sections import SECTIONS
from tui_ops.engine.facts import ASKED, FactReader
from tui_ops.engine.visit import Visit
from tui_ops.transport.gates import Gate
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.ssh import SshTransport

NICE, NICE_LEAST = 5, 19
"""Of what facts run, and of what looks through all files."""

BY_SESSIONS = Path("/proc/self/autogroup").exists()
"""Whether this kernel shares a processor out by sessions, where a process's priority counts among its own alone."""

PROGRAMS = ("awk", "grep", "sed", "stat", "find", "ls", "cat", "id", "df", "date", "nice", "sysctl", "nft")
"""At least one of these is started by whatever is read."""

WATCHED = (
    '#!/bin/sh\nni() { shift 18; echo "$1"; }\nread -r stat <"/proc/$$/stat"\nni $stat >>"${0%/bin/*}/ran"\n'
    'exec "/usr/bin/${0##*/}" "$@"\n'
)
"""Writes down at which priority it runs, as ``ps -o ni`` has it, before it becomes the real program."""


def host_tree(root: Path) -> Path:
    """Write a host whose programs tell at which priority they run."""
    files = {"proc/uptime": "5000.25 1\n", "etc/passwd": "root:x:0:0::/root:/bin/sh\n", "etc/app.conf": "x\n",
             "etc/login.defs": "UMASK 027\n", "etc/apt/sources.list": "deb http://x.example/ a main\n",
             "lib/apk/db/installed": "P:x\nV:1\n\n", "bin/rc-update": "#!/bin/sh\necho x\n"}  # fmt: skip
    return write_tree(root, files | {f"bin/{name}": WATCHED for name in PROGRAMS})


def ran(root: Path) -> set[int]:
    """Return the priorities of all that ran since this was asked last."""
    log = root / "ran"
    said = log.read_text().split() if log.exists() else []
    log.unlink(missing_ok=True)
    return {int(one) for one in said}


@dataclass
class Host:
    """A real server, and a visit to it."""

    server: Sshd
    root: Path
    visit: Visit

    def shares(self) -> set[int]:
        """Return the priorities of the shells' sessions; none where the kernel does not share out by these."""
        files = [Path(f"/proc/{shell.pid}/autogroup") for shell in self.shells()]
        return {int(file.read_text().split()[-1]) for file in files if file.exists()}

    def shells(self) -> list[psutil.Process]:
        """Return the shells that answer there."""
        return [one for one in self.server.processes() if one.name() in ("sh", "dash")]


@pytest.fixture
def farm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshdFarm]:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    made = SshdFarm(tmp_path / "farm")
    yield made
    made.close()


@pytest.fixture
async def host(farm: SshdFarm, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    root = host_tree(tmp_path / "host")
    server = farm.sshd(f"SetEnv TUI_OPS_ROOT={root} HOME={tmp_path}", *request.param)
    ssh = SshTransport(KeyBook(user_files=[farm.known_hosts], system_files=[]), [farm.ssh_config])
    visit = Visit(server.spec("far", files=("/etc/app.conf",)), ssh)
    yield Host(server, root, visit)
    await visit.close()
    await ssh.close()


@pytest.mark.parametrize("host", [[], ["MaxSessions 1"]], indirect=True, ids=["two channels", "one channel"])
async def test_all_facts_are_read_nicely_on_a_real_host_and_nothing_else(host: Host) -> None:
    """Each topic that the host is asked for; its health is read as before, and the shells stay as they were."""
    box, seen = FactBox(), {}
    reader = FactReader("far", 1, host.visit, box, Gate(4, 2.0))  # type: ignore[arg-type]
    await host.visit.vitals()
    ran(host.root)
    few = () if not host.server.extra[1:] else ("accounts", "sshdconf", "patches", "suid", FILES)
    for topic in [one for one in ASKED if not few or one.name in few]:
        assert await reader._read(topic)
        seen[topic.name] = ran(host.root)
    assert seen.pop("suid") == {NICE, NICE_LEAST}
    assert {name: priorities for name, priorities in seen.items() if priorities != {NICE}} == {}
    assert {FILES, "patches", "sshdconf"} <= seen.keys()
    assert not [row for row in box.rows if "in time" in row.why or "refused" in row.why]
    assert host.shares() <= {0, NICE}
    assert (NICE in host.shares()) is BY_SESSIONS
    for section in SECTIONS[:2]:
        assert await host.visit.section(section.name, section.deadline_s) is not None
        assert ran(host.root) == {0}, section.name
        assert host.shares() <= {0}
    assert {shell.nice() for shell in host.shells()} == {0}
    await asyncio.wait_for(host.visit.vitals(), 10)


@pytest.fixture(params=sorted(SHELLS))
def probe_in(request: pytest.FixtureRequest) -> Callable[[Path], Probe]:
    return lambda root: Probe(SHELLS[request.param], root)


class TestInEachShell:
    def test_only_the_section_gives_way(self, tmp_path: Path, probe_in: Callable[[Path], Probe]) -> None:
        root = host_tree(tmp_path)
        with probe_in(root) as probe:
            nicely = probe.ask(frame.ask_section("accounts", 1, 10, nicely=True))
            assert ran(root) == {NICE}
            assert psutil.Process(probe.process.pid).nice() == 0
            assert probe.ask(frame.tick(2)).kind == frame.TICK
            plain = probe.ask(frame.ask_section("accounts", 3, 10))
            assert ran(root) == {0}
        assert nicely.body == plain.body
        assert (nicely.kind, nicely.number, nicely.name) == (frame.SECTION, 1, "accounts")

    def test_what_it_learns_of_sudo_is_known_from_then_on(
        self, tmp_path: Path, probe_in: Callable[[Path], Probe]
    ) -> None:
        """Each refusal is a line in the host's log: a shell that forgets would write one every hour."""
        root = host_tree(tmp_path)
        sudo = '#!/bin/sh\necho "$*" >>"${0%/bin/*}/asked"\ncase $* in "-n -l") ;; *passwd*) ;; *) exit 1 ;; esac\n'
        write_tree(root, {"bin/sudo": sudo, "bin/id": "#!/bin/sh\necho 1000\n", "bin/timeout": 'shift; exec "$@"\n',
                          "bin/sysctl": "#!/bin/sh\n"})  # fmt: skip
        with probe_in(root) as probe:
            for number in range(3):
                probe.ask(frame.ask_section("sysctl", number, 10, nicely=True))
                probe.ask(frame.ask_section("authkeys", number, 10, nicely=True))
            asked = (root / "asked").read_text().splitlines()
        assert asked.count("-n -l") == 1
        assert len(asked) == len(set(asked)) > 2

    def test_a_section_that_is_ended_leaves_the_shell_as_it_was(
        self, tmp_path: Path, probe_in: Callable[[Path], Probe]
    ) -> None:
        root = host_tree(tmp_path)
        write_tree(root, {"bin/awk": '#!/bin/sh\nkill -9 "$(cut -d" " -f4 "/proc/$$/stat")"\n'})
        with probe_in(root) as probe:
            assert probe.ask(frame.ask_section("accounts", 1, 10, nicely=True)).number == 1
            assert probe.ask(frame.tick(2)).number == 2

    def test_without_renice_it_is_read_all_the_same(self, tmp_path: Path, probe_in: Callable[[Path], Probe]) -> None:
        root = host_tree(tmp_path)
        write_tree(root, {"bin/renice": "#!/bin/sh\nexit 127\n"})
        with probe_in(root) as probe:
            assert probe.ask(frame.ask_section("accounts", 1, 10, nicely=True)).body.startswith(b"run accounts")
        assert ran(root) == {0}
