"""What a connection lets go of after its login, and that it lacks none of it."""

import asyncio
import sys
from collections.abc import Callable

import asyncssh
import pytest
from support.sshd import Sshd, SshdFarm
from support.waiting import until

from tui_ops.transport import sshlink
from tui_ops.transport.base import Link, TerminalShape
from tui_ops.transport.lean import forget_exchange
from tui_ops.transport.once import Once
from tui_ops.transport.ssh import SshTransport
from tui_ops.transport.sshlink import LinkOwner, SshChannel, SshLink

LIMIT = "64K"
"""After so many bytes either side asks for new keys: ten times in the talk below."""

TALK = bytes(range(256)) * 2560
"""What is sent to a host and comes back."""


def inside(link: Link) -> asyncssh.SSHClientConnection:
    assert isinstance(link, SshLink)
    return link._connection


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every time that a server shows its key, which it does in each exchange of keys."""
    shown: list[str] = []
    validate = LinkOwner.validate_host_public_key

    def noted(self: LinkOwner, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        shown.append(key.get_fingerprint())
        return validate(self, host, addr, port, key)

    monkeypatch.setattr(LinkOwner, "validate_host_public_key", noted)
    return shown


async def talk(link: Link) -> None:
    done = await link.run(["cat"], stdin=TALK, timeout_s=30)
    assert done.stdout == TALK
    assert done.exit_status == 0


def server_that_asks(farm: SshdFarm) -> Sshd:
    return farm.sshd(f"RekeyLimit {LIMIT}")


def client_that_asks(farm: SshdFarm) -> Sshd:
    with farm.ssh_config.open("a") as file:
        file.write(f"RekeyLimit {LIMIT}\n")
    return farm.sshd()


@pytest.mark.parametrize("side", [server_that_asks, client_that_asks])
async def test_keys_are_exchanged_anew(
    side: Callable[[SshdFarm], Sshd],
    farm: SshdFarm,
    transport: SshTransport,
    exchanges: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever asks for it, many times and between commands; then too nothing of it is kept."""
    monkeypatch.setattr(sshlink, "EXCHANGE_S", 0.05)
    link = await transport.connect(side(farm).spec())
    for _ in range(3):
        await talk(link)
    assert len(exchanges) > 10
    assert len(set(exchanges)) == 1
    connection = inside(link)
    await until(lambda: not connection._client_kexinit and not connection._server_kexinit)
    await until(lambda: sys.getsizeof(vars(connection)) < 2000)
    await talk(link)
    await link.close()


async def test_another_key_is_refused_in_a_later_exchange_too(farm: SshdFarm, transport: SshTransport) -> None:
    """The verdict over the host's key is no part of what is let go."""
    link = await transport.connect(farm.sshd(f"RekeyLimit {LIMIT}").spec())
    other = asyncssh.generate_private_key("ssh-ed25519").convert_to_public()
    assert not inside(link)._owner.validate_host_public_key("", "", 0, other)
    await link.close()


async def test_what_the_login_took_is_gone(farm: SshdFarm, transport: SshTransport) -> None:
    """Keys, password and settings; two hosts share what is left of the settings."""
    one, two = [inside(await transport.connect(farm.sshd().spec(name))) for name in ("one", "two")]
    assert one._options is two._options
    assert one._options.password is None
    assert not one._options.client_keys
    assert one._server_host_key_algs is two._server_host_key_algs
    for connection in (one, two):
        assert (connection._password, connection._client_keys, connection._agent) == (None, (), None)
        assert not connection._server_sig_algs
        assert not connection._client_kexinit + connection._server_kexinit
        connection.abort()


async def test_a_connection_and_its_channels_take_half_the_room(farm: SshdFarm, transport: SshTransport) -> None:
    """What the library has in a table of names each; what two connections say differently stays with each."""
    one, two = [await transport.connect(farm.sshd().spec(name)) for name in ("one", "two")]
    before = asyncssh.SSHClientConnection(asyncio.get_running_loop(), asyncssh.SSHClientConnectionOptions())
    for link in (one, two):
        has = vars(inside(link))
        assert sys.getsizeof(has) < 0.5 * sys.getsizeof(vars(before))
        channel = await link.open(["sleep", "9"], lambda _: None, lambda _: None)
        assert isinstance(channel, SshChannel)
        assert sys.getsizeof(vars(channel._chan)) < 1000
        missing = [name for name in vars(before) if not hasattr(inside(link), name)]
        assert not missing
    assert inside(one)._local_port != inside(two)._local_port
    inside(one)._gss_kex = True
    forget_exchange(inside(one))
    assert (inside(one)._gss_kex, inside(two)._gss_kex) == (True, False)
    await one.close()
    await two.close()


async def test_all_kinds_of_channels_open_afterwards(farm: SshdFarm, transport: SshTransport) -> None:
    """Commands, terminals and forwards have their settings from us, not from the login's."""
    link = await transport.connect(farm.sshd().spec())
    await talk(link)
    heard: list[bytes] = []
    ended: list[int | None] = []
    shape = TerminalShape("vt100", 100, 30)
    await link.open_pty(shape, heard.append, ended.append, ["sh", "-c", "echo $TERM; stty size"])
    await until(lambda: ended)
    assert b"".join(heard).split() == [b"vt100", b"30", b"100"]
    await link.close()


async def test_a_closed_connection_is_waited_for(farm: SshdFarm, transport: SshTransport) -> None:
    """The library's own wait for the end works with our lighter way of telling it."""
    server = farm.sshd()
    link = await transport.connect(server.spec())
    waiting = asyncio.create_task(inside(link).wait_closed())
    await asyncio.sleep(0)
    server.stop()
    await asyncio.wait_for(waiting, 5)
    await asyncio.wait_for(link.closed.wait(), 5)
    assert inside(link).is_closed()


class TestOnce:
    async def test_whoever_waits_is_told(self) -> None:
        """Those who came before it happened and those who come after."""
        once = Once()
        early = [asyncio.create_task(once.wait()) for _ in range(2)]
        await asyncio.sleep(0)
        assert not once.is_set()
        assert not any(task.done() for task in early)
        once.set()
        once.set()
        assert once.is_set()
        await asyncio.wait_for(asyncio.gather(*early, once.wait()), 5)

    async def test_one_that_gives_up_takes_no_other_along(self) -> None:
        """A wait that is cancelled ends alone."""
        once = Once()
        first, second = asyncio.create_task(once.wait()), asyncio.create_task(once.wait())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        assert not second.done()
        once.set()
        await asyncio.wait_for(second, 5)
