"""Jump hosts: opened once, shared, a parent of what lies behind them."""

import asyncio
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from support.sshd import Sshd, SshdFarm
from support.waiting import until

from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.transport.base import Link
from tui_ops.transport.errors import (
    AuthFailed,
    Gone,
    JumpDown,
    JumpForbids,
    JumpFull,
    KeyUnknown,
    NameUnknown,
    NoRoute,
    Refused,
    SettingsWrong,
    TimedOut,
    TransportError,
)
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.limits import Limits
from tui_ops.transport.ssh import SshTransport

Make = Callable[..., SshTransport]
Fleet = dict[str, HostSpec]


@pytest.fixture
def bastion(farm: SshdFarm, fleet: Fleet) -> Sshd:
    server = farm.sshd()
    fleet["bastion"] = server.spec("bastion")
    return server


def behind(server: Sshd, *via: str) -> HostSpec:
    return server.spec(via=via or ("bastion",))


async def says(link: Link) -> bytes:
    return (await link.run(["sh", "-c", "echo $SSH_CONNECTION"], timeout_s=5)).stdout


class TestOneJumpHost:
    async def test_is_opened_once_for_all(self, farm: SshdFarm, bastion: Sshd, transport: SshTransport) -> None:
        """Ten hosts behind a jump host, asked for at once, cost it one login."""
        servers = [farm.sshd() for _ in range(3)]
        hosts = [behind(servers[number % 3]) for number in range(10)]
        links = await asyncio.gather(*(transport.connect(host) for host in hosts))
        assert all(await asyncio.gather(*map(says, links)))
        assert bastion.logins == 1
        assert sum(server.logins for server in servers) == 10
        for link in links:
            await link.close()

    async def test_closing_a_link_leaves_the_jump_host(
        self, farm: SshdFarm, bastion: Sshd, transport: SshTransport
    ) -> None:
        """The next host finds the jump host still open."""
        first = await transport.connect(behind(farm.sshd()))
        await first.close()
        second = await transport.connect(behind(farm.sshd()))
        assert await says(second)
        assert bastion.logins == 1

    async def test_by_address(self, farm: SshdFarm, bastion: Sshd, transport: SshTransport) -> None:
        """``via`` takes user@address:port, and shares the connection with the same host by name."""
        await transport.connect(behind(farm.sshd(), f"root@{bastion.address}:{bastion.port}"))
        await transport.connect(behind(farm.sshd()))
        assert bastion.logins == 1

    async def test_by_proxy_jump(self, farm: SshdFarm, bastion: Sshd, transport: SshTransport) -> None:
        """ProxyJump of ssh_config is opened by ourselves, with the host key checked, and shared."""
        servers = [farm.sshd(), farm.sshd()]
        with farm.ssh_config.open("a") as file:
            file.write(f"Host {servers[0].address} {servers[1].address}\n")
            file.write(f"  ProxyJump root@{bastion.address}:{bastion.port}\n")
        for server in servers:
            await transport.connect(server.spec())
        assert bastion.logins == 1
        assert f"Connection from {bastion.address}" not in servers[0].log

    async def test_two_in_a_row(self, farm: SshdFarm, bastion: Sshd, fleet: Fleet, transport: SshTransport) -> None:
        """Hops are gone through in order, and an inner jump host's own via is followed."""
        inner = farm.sshd()
        fleet["inner"] = inner.spec("inner", via=("bastion",))
        link = await transport.connect(behind(farm.sshd(), "inner"))
        assert await says(link)
        explicit = await transport.connect(behind(farm.sshd(), "bastion", "inner"))
        assert await says(explicit)
        assert (bastion.logins, inner.logins) == (1, 1)

    async def test_a_circle_is_told(self, farm: SshdFarm, fleet: Fleet, transport: SshTransport) -> None:
        """Jump hosts that lead to each other are our mistake, and named."""
        one = farm.sshd(start=False)
        fleet["a"] = one.spec("a", via=("b",))
        fleet["b"] = one.spec("b", via=("a",))
        with pytest.raises(SettingsWrong, match="a → b → a"):
            await transport.connect(one.spec("c", via=("a",)))


class TestWhatLiesBehind:
    async def test_refused(self, farm: SshdFarm, bastion: Sshd, transport: SshTransport) -> None:
        """A closed port behind a jump host is down, not unreachable."""
        closed = farm.closed_port()
        host = HostSpec(name="c", key="c", address=closed.address, port=closed.port, user="root", via=("bastion",))
        with pytest.raises(Refused):
            await transport.connect(host)

    async def test_name(self, bastion: Sshd, transport: SshTransport) -> None:
        """A name that the jump host can't resolve is a name error."""
        host = HostSpec(name="n", key="n", address="no-such-host.invalid", user="root", via=("bastion",))
        with pytest.raises(NameUnknown):
            await transport.connect(host)

    async def test_silent(self, farm: SshdFarm, bastion: Sshd, transport: SshTransport) -> None:
        """A black hole behind a living jump host is down, and the jump host is asked before that is said."""
        hole = farm.black_hole()
        host = HostSpec(name="h", key="h", address=hole.address, port=hole.port, user="root", via=("bastion",))
        with pytest.raises(TimedOut):
            await transport.connect(host)
        assert await says(await transport.connect(behind(farm.sshd())))

    async def test_login_and_key(self, farm: SshdFarm, bastion: Sshd, transport: SshTransport) -> None:
        """Login and host key of a host behind are its own."""
        with pytest.raises(AuthFailed):
            await transport.connect(behind(farm.sshd(authorized=False)))
        with pytest.raises(KeyUnknown):
            await transport.connect(behind(farm.sshd(known=False)))

    async def test_no_way(self, farm: SshdFarm, bastion: Sshd, transport: SshTransport) -> None:
        """A target without a route is down, although sshd answers as if it were short of descriptors."""
        host = HostSpec(name="r", key="r", address="255.255.255.255", user="root", via=("bastion",))
        with pytest.raises(TransportError) as caught:
            await transport.connect(host)
        assert type(caught.value) in {NoRoute, Refused}
        assert caught.value.state is HostState.DOWN


class TestADownJumpHost:
    async def test_makes_unreachable(self, farm: SshdFarm, bastion: Sshd, transport: SshTransport) -> None:
        """Hosts behind a stopped jump host are unreachable, by one try on it, and come back with it."""
        server = farm.sshd()
        bastion.stop()
        found = await asyncio.gather(*(transport.connect(behind(server)) for _ in range(5)), return_exceptions=True)
        for error in found:
            assert isinstance(error, JumpDown)
            assert (error.state, error.jump, type(error.cause)) == (HostState.UNREACHABLE, "bastion", Refused)
        bastion.start()
        with pytest.raises(JumpDown):
            await transport.connect(behind(server))
        transport.forget(server.address)
        assert await says(await transport.connect(behind(server)))

    async def test_that_dies_takes_the_links_with_it(
        self, farm: SshdFarm, bastion: Sshd, transport: SshTransport
    ) -> None:
        """A link through a jump host that is killed ends as unreachable, not as down."""
        link = await transport.connect(behind(farm.sshd()))
        bastion.stop()
        async with asyncio.timeout(2):
            await link.closed.wait()
        assert type(link.why) is JumpDown

    async def test_that_freezes_is_not_the_hosts_fault(
        self, farm: SshdFarm, bastion: Sshd, transport: SshTransport
    ) -> None:
        """Under a SIGSTOPped jump host open links and new connections end as unreachable."""
        server = farm.sshd()
        link = await transport.connect(behind(server))
        bastion.freeze()
        with pytest.raises(JumpDown):
            await transport.connect(behind(farm.sshd()))
        async with asyncio.timeout(6):
            await link.closed.wait()
        assert type(link.why) is JumpDown

    async def test_is_asked_before_a_host_is_blamed(self, farm: SshdFarm, bastion: Sshd, make: Make) -> None:
        """Between two keepalives a frozen jump host is found out by the connection that times out."""
        transport = make(Limits(connect_s=1.0, jump_keepalive_s=60))
        await transport.connect(behind(farm.sshd()))
        bastion.freeze()
        transport._pools[next(iter(transport._pools))]._answered_at = float("-inf")
        with pytest.raises(JumpDown):
            await transport.connect(behind(farm.sshd()))

    async def test_whose_key_is_unknown(self, farm: SshdFarm, fleet: Fleet, transport: SshTransport) -> None:
        """A jump host's key is checked like any other; the cause names it, and forgetting it tries again."""
        unknown = farm.sshd(known=False)
        fleet["bastion"] = unknown.spec("bastion")
        server = farm.sshd()
        with pytest.raises(JumpDown) as caught:
            await transport.connect(behind(server))
        assert isinstance(caught.value.cause, KeyUnknown)
        with farm.known_hosts.open("a") as file:
            file.write(unknown.known_hosts_line)
        transport.forget("bastion")
        assert await says(await transport.connect(behind(server)))

    async def test_that_refuses_the_login_is_asked_once(
        self, farm: SshdFarm, fleet: Fleet, transport: SshTransport
    ) -> None:
        """Fifty hosts behind it do not make fifty refused logins."""
        bastion = farm.sshd(authorized=False)
        fleet["bastion"] = bastion.spec("bastion")
        server = farm.sshd()
        for _ in range(3):
            found = await asyncio.gather(*(transport.connect(behind(server)) for _ in range(5)), return_exceptions=True)
            assert {type(error.cause) for error in found if isinstance(error, JumpDown)} == {AuthFailed}
        assert bastion.log.count("Connection from") == 1

    async def test_is_dropped_when_forgotten(self, farm: SshdFarm, bastion: Sshd, transport: SshTransport) -> None:
        """Forgetting a jump host ends its connection and what goes through it."""
        link = await transport.connect(behind(farm.sshd()))
        transport.forget("bastion")
        async with asyncio.timeout(2):
            await link.closed.wait()
        assert type(link.why) in {JumpDown, Gone}

    async def test_closed_while_others_wait(self, farm: SshdFarm, fleet: Fleet, transport: SshTransport) -> None:
        """Whoever waits for a jump host that is forgotten hears that it is down, and is not cancelled."""
        fleet["bastion"] = farm.black_hole().spec("bastion")
        waiting = asyncio.create_task(transport.connect(behind(farm.sshd(start=False))))
        await until(lambda: any(pool._opening is not None for pool in transport._pools.values()))
        transport.forget("bastion")
        with pytest.raises(JumpDown):
            await waiting

    async def test_takes_inner_jump_hosts_along(
        self, farm: SshdFarm, bastion: Sshd, fleet: Fleet, transport: SshTransport
    ) -> None:
        """Forgetting the outer jump host starts the inner one anew too."""
        inner = farm.sshd()
        fleet["inner"] = inner.spec("inner", via=("bastion",))
        await transport.connect(behind(farm.sshd(), "inner"))
        transport.forget("bastion")
        assert not transport._pools
        assert await says(await transport.connect(behind(farm.sshd(), "inner")))
        assert (bastion.logins, inner.logins) == (2, 2)


class TestAFullJumpHost:
    @pytest.mark.parametrize("line", ["AllowTcpForwarding no", "PermitOpen none"])
    async def test_forwards_forbidden(self, farm: SshdFarm, fleet: Fleet, transport: SshTransport, line: str) -> None:
        """A jump host whose settings allow no forward is up, and says so."""
        bastion = farm.sshd(line)
        fleet["bastion"] = bastion.spec("bastion")
        with pytest.raises(JumpForbids) as caught:
            await transport.connect(behind(farm.sshd()))
        assert caught.value.state is HostState.JUMP_FULL
        assert bastion.logins == 1

    async def test_no_sessions_are_no_matter(self, farm: SshdFarm, fleet: Fleet, transport: SshTransport) -> None:
        """MaxSessions 0 allows forwards and nothing else, as a jump host should."""
        fleet["bastion"] = farm.sshd("MaxSessions 0").spec("bastion")
        assert await says(await transport.connect(behind(farm.sshd())))

    async def test_out_of_descriptors(self, farm: SshdFarm, bastion: Sshd, make: Make, keys: KeyBook) -> None:
        """When sshd has no descriptor left a second connection is opened, and with both full it is jump full."""
        transport = make(Limits(connect_s=6.0, login_s=5.0, pool_max=2))
        server = farm.sshd()
        await transport.connect(behind(server))
        starve(bastion)
        await transport.connect(behind(server))
        assert bastion.logins == 2
        starve(bastion)
        with pytest.raises(JumpFull) as caught:
            await transport.connect(behind(server))
        assert type(caught.value) is JumpFull
        assert bastion.logins == 2

    async def test_room_comes_back(self, farm: SshdFarm, bastion: Sshd, make: Make) -> None:
        """A forward that ended makes room for another."""
        transport = make(Limits(connect_s=6.0, login_s=5.0, pool_max=1))
        server = farm.sshd()
        first = await transport.connect(behind(server))
        starve(bastion)
        with pytest.raises(JumpFull):
            await transport.connect(behind(server))
        await first.close()

        async def connects() -> Link | None:
            try:
                return await transport.connect(behind(server))
            except JumpFull:
                return None

        await until(connects, what="room after a forward ended")


def starve(server: Sshd) -> None:
    """Leave no further file descriptor to the sessions of an sshd."""
    for process in server.processes()[1:]:
        taken = {int(entry.name) for entry in Path(f"/proc/{process.pid}/fd").iterdir()}
        lowest_free = next(number for number in range(len(taken) + 1) if number not in taken)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (lowest_free, lowest_free))
