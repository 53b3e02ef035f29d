"""The demo's server with a real client, the real probe and a real shell."""

import asyncio
import shlex

import asyncssh
import psutil
import pytest
from support.demo import EPOCH, MakeWorld, World
from support.waiting import until

from tui_ops.collectors.filesystems import parse_filesystems
from tui_ops.collectors.frame import ask_section
from tui_ops.collectors.hello import parse_hello
from tui_ops.collectors.rates import derive
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.demo.faults import Fault, FaultKind
from tui_ops.engine.logsources import sources
from tui_ops.engine.runs import command_line

QUIET_S = 0.3
"""A hanging host is taken to hang when it has not answered for this long; awake it takes a hundredth of that."""


def shells(world: World) -> list[psutil.Process]:
    """Every process below this one that runs on a host of this fleet."""
    base = str(world.base)
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.environ().get("TUI_OPS_ROOT", "").startswith(base):
                found.append(process)
        except psutil.Error:
            continue
    return found


class TestReadings:
    async def test_every_host_tells_everything_that_its_kernel_has(self, make_world: MakeWorld) -> None:
        """The real probe reads each host of the fleet; only what the RHEL family leaves off is missing."""
        world = await make_world(hosts=24, faults=())
        for host in world.fleet.story.hosts:
            tunnel = await world.connect(host.via) if host.via else ()
            probe = await world.probe(await world.connect(host.name, tunnel))
            hello = parse_hello(probe.hello)
            system = host.role.system
            assert (hello.hostname, hello.os, hello.kernel) == (host.name, system.pretty, system.kernel)
            reading = parse_vitals(await probe.tick(), EPOCH)
            assert reading.missing == (() if system.has_psi else ("psi",))
            assert reading.gauges["cpu.count", ""] == host.role.cpus
            assert abs(reading.gauges["system.clock_offset", ""]) < 1
            assert ("net.rx_bytes", host.role.interface) in reading.counters

    async def test_two_ticks_give_the_rates_of_the_story(self, make_world: MakeWorld) -> None:
        """What the story means by 45 % iowait arrives as that, through files, shell, SSH and parser."""
        fault = Fault(FaultKind.IO_STALL, "db-1.lon", 100, 1000, 1, 0.45)
        world = await make_world(hosts=2, faults=(fault,), t=200)
        probe = await world.probe(await world.connect("db-1.lon"))
        before = parse_vitals(await probe.tick(), EPOCH)
        world.clock.t = 210
        after = parse_vitals(await probe.tick(), EPOCH)
        values = derive(before, after).values
        assert after.uptime_s - before.uptime_s == pytest.approx(10, abs=0.02)
        assert 44 < values["iowait"] < 55
        assert 0 < values["cpu"] < 60
        assert values["net_rx"] > 1e5
        assert 30 < values["disk_busy"] <= 100
        assert values["psi_io"] > 20

    async def test_filesystems_are_read_by_df(self, make_world: MakeWorld) -> None:
        """The slow section runs the tree's own df, for space and for inodes."""
        world = await make_world(hosts=4)
        probe = await world.probe(await world.connect("mq-1.lon"))
        probe.process.stdin.write(ask_section("filesystems", 1, 10))
        section = parse_filesystems((await probe.answer()).body)
        assert not [status for status in section.statuses if status.severity != "ok"]
        assert section.gauges["fs.size", "/var/lib/rabbitmq"] == pytest.approx(80 * 2**30, rel=0.01)
        used, left = (section.gauges[f"fs.{what}", "/var/lib/rabbitmq"] for what in ("used", "available"))
        assert used / (used + left) == pytest.approx(0.71, abs=0.01)
        assert section.gauges["fs.inodes_used", "/"] > 0

    async def test_a_shell_is_that_of_the_host(self, make_world: MakeWorld) -> None:
        """What comes over its input sees the host's own name, and its exit code comes back."""
        world = await make_world(hosts=1)
        connection = await world.connect("web-01.lon")
        said = await connection.run("/bin/sh", input="uname -n; echo to the errors >&2; exit 3\n")
        assert (said.stdout, said.stderr, said.exit_status) == ("web-01.lon\n", "to the errors\n", 3)
        refused = await connection.run()
        assert refused.exit_status == 1

    async def test_an_operators_command_never_runs_on_this_machine(self, make_world: MakeWorld, tmp_path) -> None:
        """Harmless words answer from the tree; anything else is refused, whatever it is dressed in."""
        world = await make_world(hosts=1)
        connection = await world.connect("web-01.lon")
        said = await connection.run(shlex.join(command_line("uname -n", 60)))
        assert said.stdout == "web-01.lon\n"
        there = tmp_path / "there"
        for command in (f"touch {there}", f"echo x > {there}", f"uname; touch {there}", f"uname $(touch {there})"):
            said = await connection.run(shlex.join(command_line(command, 60)))
            assert (said.exit_status, said.stdout[:18]) == (126, "the demo runs only")
        assert not there.exists()

    async def test_a_log_is_made_up(self, make_world: MakeWorld) -> None:
        """What the engine follows tells of the pretended host, not of this machine."""
        world = await make_world(hosts=1)
        connection = await world.connect("web-01.lon")
        process = await connection.create_process(shlex.join(sources({})[0]))
        async with asyncio.timeout(10):
            assert "web-01.lon systemd" in await process.stdout.readline()


class TestFaults:
    async def test_a_host_that_hangs_answers_late_and_all(self, make_world: MakeWorld) -> None:
        """SSH still answers while it hangs; what was asked is answered when it is over."""
        world = await make_world(hosts=5)
        probe = await world.probe(await world.connect("cache-1.lon"))
        await probe.tick()
        await world.at(181)
        asking = asyncio.create_task(probe.tick())
        done, _ = await asyncio.wait([asking], timeout=QUIET_S)
        assert not done
        await world.connect("cache-1.lon")
        await world.at(361)
        assert parse_vitals(await asking, EPOCH).uptime_s > 0

    async def test_a_client_may_leave_a_host_that_hangs(self, make_world: MakeWorld) -> None:
        """Its shell is gone at once, though nothing on the host moves."""
        world = await make_world(hosts=5)
        connection = await world.connect("cache-1.lon")
        probe = await world.probe(connection)
        await world.at(181)
        assert shells(world)
        probe.process.close()
        await until(lambda: not shells(world), what="the shell on the hanging host has ended")

    async def test_a_host_that_vanishes_refuses_and_comes_back(self, make_world: MakeWorld) -> None:
        """Connections drop, the address refuses, then the host answers with another boot."""
        world = await make_world(hosts=3)
        connection = await world.connect("web-02.lon")
        probe = await world.probe(connection)
        first = parse_vitals(await probe.tick(), EPOCH)
        await world.at(121)
        await asyncio.wait_for(connection.wait_closed(), 5)
        assert not shells(world)
        with pytest.raises(ConnectionRefusedError):
            await world.connect("web-02.lon")
        await world.at(271)
        probe = await world.probe(await world.connect("web-02.lon"))
        second = parse_vitals(await probe.tick(), EPOCH)
        assert first.boot_id != second.boot_id
        assert second.uptime_s < 60

    async def test_a_refused_login_is_let_in_later(self, make_world: MakeWorld) -> None:
        """The key that is refused at first is accepted when the fault is over."""
        fault = Fault(FaultKind.LOGIN_REFUSED, "web-01.lon", until_s=60)
        world = await make_world(hosts=1, faults=(fault,))
        with pytest.raises(asyncssh.PermissionDenied):
            await world.connect("web-01.lon")
        await world.at(61)
        await world.connect("web-01.lon")

    async def test_one_host_key_is_in_no_list(self, make_world: MakeWorld) -> None:
        """Its key is offered, and the client does not know it."""
        fault = Fault(FaultKind.KEY_UNKNOWN, "web-01.lon")
        world = await make_world(hosts=2, faults=(fault,))
        with pytest.raises(asyncssh.HostKeyNotVerifiable):
            await world.connect("web-01.lon")
        await world.connect("db-1.lon")


class TestBorders:
    async def test_only_the_demos_key_is_accepted(self, make_world: MakeWorld) -> None:
        """Another key, another account, and a password are refused."""
        world = await make_world(hosts=1)
        other = asyncssh.generate_private_key("ssh-ed25519")
        for options in ({"client_keys": [other]}, {"username": "root"}, {"client_keys": [], "password": "x"}):
            with pytest.raises(asyncssh.PermissionDenied):
                await world.connect("web-01.lon", **options)

    async def test_a_gateway_forwards_to_the_fleet_only(self, make_world: MakeWorld) -> None:
        """Hosts of its site are reached through it; other addresses and ports are prohibited."""
        world = await make_world(hosts=7)
        gateway = await world.connect("par-gw")
        await world.connect("web-01.par", tunnel=gateway)
        for address, port in (("127.0.0.1", world.fleet.port), ("127.77.0.1", 22), ("example.org", 80)):
            with pytest.raises(asyncssh.ChannelOpenError) as refused:
                await gateway.open_connection(address, port)
            assert refused.value.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED

    async def test_a_host_that_is_gone_is_refused_in_the_words_of_openssh(self, make_world: MakeWorld) -> None:
        """What the gateway says stands on the desk; it names no error of Python."""
        gone = Fault(FaultKind.VANISHES, "web-01.par", 0, 60)
        world = await make_world(hosts=7, faults=(gone,), t=10)
        await world.at(10)
        gateway = await world.connect("par-gw")
        address = world.fleet.story.host("web-01.par").address
        with pytest.raises(asyncssh.ChannelOpenError, match=r"^Connection refused$") as refused:
            await gateway.open_connection(address, world.fleet.port)
        assert refused.value.code == asyncssh.OPEN_CONNECT_FAILED

    async def test_another_host_forwards_nothing(self, make_world: MakeWorld) -> None:
        """Only gateways pass connections on."""
        world = await make_world(hosts=2)
        connection = await world.connect("web-01.lon")
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.77.0.2", world.fleet.port)

    async def test_no_terminal_is_given(self, make_world: MakeWorld) -> None:
        """The engine asks for none, and nobody else is meant to log in."""
        world = await make_world(hosts=1)
        connection = await world.connect("web-01.lon")
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.create_process("/bin/sh", term_type="xterm")


class TestEnding:
    async def test_a_client_that_drops_leaves_no_shell(self, make_world: MakeWorld) -> None:
        """Neither a closed channel nor a broken connection leaves one behind."""
        world = await make_world(hosts=1)
        connection = await world.connect("web-01.lon")
        first = await world.probe(connection)
        await world.probe(connection)
        assert shells(world)
        first.process.stdin.write_eof()
        await asyncio.wait_for(first.process.wait(), 5)
        connection.abort()
        await until(lambda: not shells(world), what="every shell has ended")

    async def test_stopping_leaves_nothing(self, make_world: MakeWorld) -> None:
        """No process, no tree, no listener, even while a host hangs and a command runs."""
        world = await make_world(hosts=5, t=181)
        for name in ("web-01.lon", "cache-1.lon"):
            connection = await world.connect(name)
            process = await connection.create_process("/bin/sh")
            process.stdin.write("sleep 1000 & sleep 1000\n")
        await until(lambda: len(shells(world)) >= 2)
        left = shells(world)
        await world.fleet.stop()
        assert not [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
        assert not list(world.base.iterdir())
        with pytest.raises(ConnectionRefusedError):
            await world.connect("web-01.lon")
