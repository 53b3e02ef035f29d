"""Two real sshds on one machine: the second is found, read by its line of the drop-in, and judged from outside."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from support.exposing import Bench, benched
from support.finding_world import FindingWorld
from support.probes import Probe
from support.sshd import SshdFarm, free_port, keygen, next_address
from support.waiting import until, until_sync

from tui_ops.collectors import frame
from tui_ops.collectors.dropin import dropin
from tui_ops.collectors.facts.derived import sockets
from tui_ops.collectors.facts.sshdconf import parse_sshdconf
from tui_ops.collectors.rights import parse_rights, rights_of
from tui_ops.collectors.sockets import parse_sockets
from tui_ops.engine.security.further import further_ports, ports_in_store
from tui_ops.engine.security.judging import root_lines
from tui_ops.engine.security.outside import Outside
from tui_ops.engine.watch import Standing
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import HostSpec
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.store.views.connect import open_reader
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.outside import ask_outside
from tui_ops.transport.ssh import SshTransport

USER, UID = "tuiopswatch", 64211
OTHER = "/etc/ssh/sshd_two"
FIRST = "Ciphers aes128-ctr\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
WEAK = "Ciphers aes128-ctr,aes256-cbc\nPasswordAuthentication yes\nHostKeyAlgorithms ssh-rsa\n"
CHECKS = tuple(BY_ID[name] for name in ("ssh-cipher", "ssh-hostkey", "ssh-password"))
OPEN = {("ssh-cipher", f"-f {OTHER} aes256-cbc"): "open", ("ssh-password", f"match -f {OTHER}"): "open"}
HEARD = OPEN | {("ssh-hostkey", f"-f {OTHER} ssh-rsa"): "open"}
"""What is open once somebody has asked from outside."""


class Machine:
    """Two sshds that see no other processes than each other's, and files of settings of their own.

    Args:
        folder: an own, empty one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.ports = folder, (free_port(), free_port())
        for name in ("ssh", "sudoers.d", "home"):
            (folder / name).mkdir()
        keygen(folder / "ssh/ssh_host_ed25519_key")
        keygen(folder / "ssh/ssh_host_rsa_key", "rsa")
        (folder / "passwd").write_text(
            Path("/etc/passwd").read_text() + f"{USER}:x:{UID}:{UID}::/home/{USER}:/bin/sh\n"
        )
        (folder / "shadow").write_text(f"root:*:19000:0:99999:7:::\n{USER}:*:19000:0:99999:7:::\n")
        self.write("sshd_config", FIRST, self.ports[0])
        self.write("sshd_two", WEAK, self.ports[1])
        (folder / "default").mkdir()
        (folder / "default/ssh-two").write_text(f'SSHD_OPTS="-f {OTHER}"\n')
        places = {"ssh": "/etc/ssh", "default": "/etc/default", "passwd": "/etc/passwd", "shadow": "/etc/shadow",
                  "sudoers.d": "/etc/sudoers.d",
                  "home": "/home"}  # fmt: skip
        mounts = "".join(f"mount --bind '{folder / name}' {place} && " for name, place in places.items())
        start = "mkdir -p /run/sshd && /usr/sbin/sshd && /usr/sbin/sshd -f /etc/ssh/sshd_two && exec cat"
        words = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "--kill-child"]
        self.process = subprocess.Popen([*words, "sh", "-c", mounts + start], stdin=subprocess.PIPE)
        until_sync(lambda: len(self.running()) == 2)

    def write(self, name: str, lines: str, port: int) -> None:
        """Write settings that root alone may read."""
        path = self.folder / "ssh" / name
        path.write_text(f"{lines}Port {port}\nListenAddress 0.0.0.0\nPidFile none\nUsePAM no\n")
        path.chmod(0o600)

    def running(self) -> list[psutil.Process]:
        """Return the sshds that listen, the first one first."""
        found = []
        for one in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if one.name() == "sshd" and "[listener]" in " ".join(one.cmdline()):
                    found.append(one)
        return sorted(found, key=lambda one: one.pid)

    def inside(self) -> list[str]:
        """Return the words before a command that runs in there."""
        (init,) = psutil.Process(self.process.pid).children()
        return ["nsenter", f"--target={init.pid}", "--mount", "--pid"]

    def stop_second(self) -> None:
        (second,) = (one for one in self.running() if "sshd_two" in " ".join(one.cmdline()))
        second.kill()
        until_sync(lambda: len(self.running()) == 1)

    def start_second(self) -> None:
        subprocess.run([*self.inside(), "/usr/sbin/sshd", "-f", OTHER], check=True)
        until_sync(lambda: len(self.running()) == 2)

    def ask(self, *names: str) -> Iterator[bytes]:
        """Yield what sections say to the login that is not root's."""
        switch = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "env", f"HOME=/home/{USER}"]
        with Probe([*self.inside(), *switch, "dash"]) as probe:
            for name in names:
                yield probe.ask(frame.ask_section(name, 1, 20)).body

    def facts(self) -> dict[str, FactReading]:
        """Return its sockets and the settings of its sshds."""
        settings, listening = self.ask("sshdconf", "sockets")
        return {"sshdconf": parse_sshdconf(settings), "sockets": sockets(parse_sockets(listening))}


@dataclass
class Watched:
    """A host under watch, as far as asking from outside looks at it."""

    spec: HostSpec
    standing: Standing = field(default_factory=lambda: Standing(since_at=1.0))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.process.kill()
    made.process.wait()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    with FindingWorld() as world:
        async with benched(world, lambda writer: Bench(writer, world, CHECKS)) as bench:
            yield bench


async def reads(bench: Bench, facts: dict[str, FactReading]) -> None:
    for topic, found in facts.items():
        await bench.reads(topic, found.items, *found.unread)


async def test_the_second_one_is_read_by_its_line_judged_from_outside_and_verified_when_mended(
    machine: Machine, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the drop-in it is unknown, by which line is told; with it, it is a finding that says which sshd it is."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (privilege,) = machine.ask("privilege")
    rights = parse_rights(privilege).document
    line = f"/usr/bin/timeout 5 /usr/sbin/sshd -T -f {OTHER}"
    assert line in root_lines(["sshdconf"], rights)
    await reads(bench, machine.facts())
    assert bench.results() == dict.fromkeys(("ssh-cipher", "ssh-hostkey", "ssh-password"), "unknown")

    found = rights_of(rights).privilege
    drop_in = machine.folder / "sudoers.d/tui-ops"
    drop_in.write_text(dropin(USER, (), found.programs, sshds=found.sshds))
    assert f"NOPASSWD: {line}\n" in drop_in.read_text()
    drop_in.chmod(0o440)
    facts = machine.facts()
    assert facts["sshdconf"].items[f"sshd_config -f {OTHER}"]["effective"] is True
    await reads(bench, facts)
    assert bench.states() == OPEN

    farm = SshdFarm(tmp_path / "farm")
    ssh = SshTransport(KeyBook(user_files=[farm.known_hosts], system_files=[]), [farm.ssh_config])
    number, spec = bench.world.host_id("web-1"), HostSpec("web-1", "web-1", next_address(), machine.ports[0], "root")

    def further(host_id: int, reached: int) -> list[int] | None:
        with open_reader(bench.world.paths) as reader:
            return ports_in_store(reader, host_id, reached)

    outside = Outside(
        {number: Watched(spec)}, bench.outbox, lambda one: ask_outside(ssh, one), lambda: bench.now, further  # type: ignore[dict-item]
    )  # fmt: skip

    async def asked() -> None:
        outside.again({number: ["ssh-cipher"]})
        await until(lambda: bench.outbox.waiting > 0)
        await bench.settles()

    try:
        await asked()
        assert outside.asked == 2
        assert bench.states() == HEARD
        assert bench.texts()["ssh-cipher", f"-f {OTHER} aes256-cbc"] == (
            f"the sshd that runs with -f {OTHER} offers aes256-cbc (as offered from outside)"
        )
        assert bench.texts()["ssh-hostkey", f"-f {OTHER} ssh-rsa"] == (
            f"the sshd that runs with -f {OTHER} offers ssh-rsa, which signs with SHA-1, and nothing better "
            "(as offered from outside)"
        )
        # One that is not heard is not mended.
        machine.stop_second()
        await asked()
        assert bench.states() == HEARD
        assert "as sshd -T" in bench.texts()["ssh-cipher", f"-f {OTHER} aes256-cbc"]
        machine.write("sshd_two", FIRST, machine.ports[1])
        machine.start_second()
        await asked()
        await reads(bench, machine.facts())
        assert set(bench.states().values()) == {"verified"}
    finally:
        await outside.close()
        await ssh.close()


SOCKETS: dict[str, Fields] = {
    "tcp 0.0.0.0:22": {"process": "sshd"}, "tcp [::]:2222": {}, "tcp 10.0.0.2:2200": {"process": "sshd"},
    "tcp 127.0.0.1:6010": {"process": "sshd"}, "tcp 0.0.0.0:80": {"process": "nginx"}, "tcp 0.0.0.0:222": {},
    "udp 0.0.0.0:53": {},
}  # fmt: skip
SETTINGS: dict[str, Fields] = {
    "port": {"value": ["22", "222"]}, f"sshd_config -f {OTHER}": {"ports": ["2222", "3333", "\N{SUPERSCRIPT TWO}"]},
}  # fmt: skip


class TestWhereTheyListen:
    def test_may_be_a_port_among_those_that_are_told_as_one(self) -> None:
        drawn: dict[str, Fields] = {"tcp 0.0.0.0:22": {}, "tcp 0.0.0.0:32768-60999 uid 0": {"owner": "uid 0"}}
        settings: dict[str, Fields] = {f"sshd_config -f {OTHER}": {"ports": ["50022", "62000"]}}
        assert further_ports(drawn, settings, 22) == [50022]
        assert further_ports({"tcp 0.0.0.0:32768-60999 uid 0": {"process": "sshd"}}, {}, 40000) == []

    def test_is_told_by_their_settings_and_by_programs_of_their_name(self) -> None:
        """Neither what others can't reach, nor what the host does not keep open, nor the first one's own ports."""
        assert further_ports(SOCKETS, SETTINGS, 22) == [2200, 2222]

    @pytest.mark.parametrize("reached", [2022, 6010])
    def test_is_not_known_of_a_host_that_does_not_listen_where_it_is_reached(self, reached: int) -> None:
        """Behind the other ports of that address other hosts may stand."""
        assert further_ports(SOCKETS, SETTINGS, reached) is None

    def test_is_asked_of_a_few(self) -> None:
        many: dict[str, Fields] = {f"tcp 0.0.0.0:{port}": {"process": "sshd"} for port in range(22, 99)}
        assert further_ports(many, {}, 22) == [23, 24, 25, 26]
