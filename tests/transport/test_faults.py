"""Every fault ends in its own leaf, within its time."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from support.sshd import SshdFarm, next_address
from support.waiting import until

from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.transport.errors import (
    AuthFailed,
    ChannelRefused,
    Gone,
    NameUnknown,
    NotSsh,
    Overdue,
    Refused,
    SettingsWrong,
    TimedOut,
    TransportError,
)
from tui_ops.transport.limits import Limits
from tui_ops.transport.ssh import SshTransport

Make = Callable[..., SshTransport]

WITHIN_S = 6.0
"""The bound of the tests' connections is 4 s; what takes longer was not bounded."""


TRIES = 10
"""Connections until one is not ended by the other side before its offer is read."""


async def fails(transport: SshTransport, host: HostSpec, leaf: type[TransportError]) -> TransportError:
    """Connect, see it fail with exactly ``leaf`` in time, and return the error."""
    started = time.monotonic()
    with pytest.raises(TransportError) as caught:
        await transport.connect(host)
    assert type(caught.value) is leaf, repr(caught.value)
    assert time.monotonic() - started < WITHIN_S
    assert "\n" not in caught.value.message
    assert caught.value.message[0] != caught.value.message[-1] != "."
    return caught.value


@contextmanager
def speaker(greeting: bytes) -> Iterator[HostSpec]:
    """A server that says ``greeting`` and closes."""
    with socket.socket() as listening:
        listening.bind((next_address(), 0))
        listening.listen()
        address, port = listening.getsockname()

        def serve() -> None:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.sendall(greeting)
                connection.settimeout(1)
                try:
                    connection.recv(1000)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield HostSpec(name="odd", key="odd", address=address, port=port, user="root")
        listening.close()
        thread.join(2)


class TestNobodyAnswers:
    async def test_a_closed_port_refuses(self, farm: SshdFarm, transport: SshTransport) -> None:
        """The port refuses at once, and the sentence names it."""
        error = await fails(transport, farm.closed_port(), Refused)
        assert error.state is HostState.DOWN
        assert error.message.startswith(f"port {farm.port} of 127.")

    async def test_a_black_hole_times_out(self, farm: SshdFarm, transport: SshTransport) -> None:
        """An address that takes the connection and says nothing is given up."""
        error = await fails(transport, farm.black_hole().spec(), TimedOut)
        assert error.state is HostState.DOWN

    async def test_a_stopped_sshd_times_out(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A server under SIGSTOP is given up, and reached again after SIGCONT."""
        server = farm.sshd()
        server.freeze()
        await fails(transport, server.spec(), TimedOut)
        server.thaw()
        link = await transport.connect(server.spec())
        await link.close()

    async def test_a_name_without_address(self, transport: SshTransport) -> None:
        """A name that nobody knows is a name error, not a host that is down."""
        host = HostSpec(name="n", key="n", address="no-such-host.invalid", user="root")
        error = await fails(transport, host, NameUnknown)
        assert error.state is HostState.NAME_ERROR


class TestSomethingElseAnswers:
    @pytest.mark.parametrize(
        "greeting",
        [
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"SSH-1.5-old\r\n",
            b"\x1b[2J\x00\xff" * 40,
            b"SSH-2.0-x\r\n" + b"\xff" * 5000,
        ],
        ids=["http", "ssh1", "junk", "junk after the version"],
    )
    async def test_it_is_down_and_its_words_are_harmless(self, transport: SshTransport, greeting: bytes) -> None:
        """Whatever it says, the host is down and nothing of it reaches a screen raw."""
        with speaker(greeting) as host, pytest.raises(TransportError) as caught:
            await transport.connect(host)
        assert type(caught.value) in {NotSsh, Gone}, repr(caught.value)
        assert caught.value.state is HostState.DOWN
        assert str(caught.value).isprintable()

    async def test_no_algorithm_in_common(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A server that speaks only what we do not is no SSH server for us.

        It ends the connection as well: where that is seen first on a busy machine, the next try tells.
        """
        spec = farm.sshd("Ciphers 3des-cbc").spec()
        for _ in range(TRIES):
            with pytest.raises((NotSsh, Gone)) as caught:
                await transport.connect(spec)
            if isinstance(caught.value, NotSsh):
                break
        assert "algorithm" in caught.value.message


class TestTheLogin:
    async def test_a_refused_login(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A key that is not in authorized_keys: auth failed, with the command to check it by hand."""
        error = await fails(transport, farm.sshd(authorized=False).spec(), AuthFailed)
        assert error.state is HostState.AUTH_FAILED
        assert "ssh -p" in error.hint

    async def test_one_try_is_one_try(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A refused login makes one failed attempt on the host, so that nobody gets banned."""
        server = farm.sshd(authorized=False)
        await fails(transport, server.spec(), AuthFailed)
        assert server.log.count("Failed publickey") <= 1
        assert server.log.count("Connection from") == 1

    async def test_a_user_that_is_not_there(self, farm: SshdFarm, transport: SshTransport) -> None:
        """So is a user that the host does not have."""
        await fails(transport, farm.sshd().spec(user="nobody-here"), AuthFailed)

    async def test_a_broken_ssh_config_is_ours(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A stray quote in ssh_config is told as such, with its line."""
        farm.ssh_config.write_text('Host "web\n')
        error = await fails(transport, farm.sshd().spec(), SettingsWrong)
        assert "line 1" in error.message


class TestAnOpenConnection:
    async def test_a_killed_server_breaks_the_link(self, farm: SshdFarm, transport: SshTransport) -> None:
        """The link ends at once, says why, and each channel's end is told once."""
        server = farm.sshd()
        link = await transport.connect(server.spec())
        ended: list[int | None] = []
        await link.open(["cat"], lambda _data: None, ended.append)
        server.stop()
        async with asyncio.timeout(2):
            await link.closed.wait()
        assert type(link.why) is Gone
        await until(lambda: ended)
        assert ended == [None]
        with pytest.raises(Gone):
            await link.open(["true"], lambda _data: None, lambda _status: None)

    async def test_a_command_that_was_running_says_why(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A command whose host vanishes raises the link's reason instead of half a result."""
        server = farm.sshd()
        link = await transport.connect(server.spec())
        running = asyncio.create_task(link.run(["sleep", "5"], timeout_s=4))
        await until(lambda: server.running("sleep"))
        server.stop()
        with pytest.raises(Gone):
            await running

    async def test_a_killed_command_is_told(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A command killed on the host ends its channel, and the connection goes on."""
        server = farm.sshd()
        link = await transport.connect(server.spec())
        ended: list[int | None] = []
        await link.open(["cat"], lambda _data: None, ended.append)
        found = await until(lambda: server.running("cat"))
        found[0].kill()  # type: ignore[index]
        await until(lambda: ended)
        assert ended == [None]
        assert (await link.run(["true"], timeout_s=5)).exit_status == 0

    async def test_a_frozen_server_is_found_by_keepalive(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A half-open connection is given up after the keepalives."""
        server = farm.sshd()
        link = await transport.connect(server.spec())
        server.freeze()
        async with asyncio.timeout(WITHIN_S):
            await link.closed.wait()
        assert type(link.why) is Gone

    async def test_a_frozen_server_opens_no_channel(self, farm: SshdFarm, transport: SshTransport) -> None:
        """Opening a channel is bounded too."""
        server = farm.sshd()
        link = await transport.connect(server.spec())
        server.freeze()
        with pytest.raises((TimedOut, Gone)):
            await link.open(["true"], lambda _data: None, lambda _status: None)

    async def test_one_session_is_allowed(self, farm: SshdFarm, transport: SshTransport) -> None:
        """With MaxSessions 1 the second channel is refused, and the first goes on."""
        link = await transport.connect(farm.sshd("MaxSessions 1").spec())
        heard: list[bytes] = []
        channel = await link.open(["cat"], heard.append, lambda _status: None)
        with pytest.raises(ChannelRefused) as caught:
            await link.open(["true"], lambda _data: None, lambda _status: None)
        assert caught.value.state is HostState.NOT_REPORTING
        channel.write(b"still here")
        await until(lambda: heard == [b"still here"])

    async def test_a_channel_is_free_again(self, farm: SshdFarm, transport: SshTransport) -> None:
        """With MaxSessions 1 commands follow one another without a pause, also after one that was killed."""
        link = await transport.connect(farm.sshd("MaxSessions 1").spec())
        for _ in range(5):
            assert (await link.run(["true"], timeout_s=5)).exit_status == 0
        with pytest.raises(Overdue):
            await link.run(["sleep", "0.3"], timeout_s=0.05)
        assert (await link.run(["true"], timeout_s=5)).exit_status == 0

    async def test_a_slow_command_is_killed(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A command past its deadline is Overdue, which is not the host being down."""
        link = await transport.connect(farm.sshd().spec())
        with pytest.raises(Overdue) as caught:
            await link.run(["sleep", "5"], timeout_s=0.1)
        assert caught.value.state is HostState.NOT_REPORTING


class TestAFlood:
    async def test_a_result_is_cut(self, farm: SshdFarm, transport: SshTransport) -> None:
        """A command that never stops writing is cut at the limit and ends."""
        link = await transport.connect(farm.sshd().spec())
        done = await link.run(["cat", "/dev/zero"], timeout_s=5, limit=1000)
        assert done.truncated
        assert done.stdout == bytes(1000)

    async def test_others_are_answered_meanwhile(self, farm: SshdFarm, transport: SshTransport) -> None:
        """While one host floods, another answers, and the flood is held to its rate."""
        flooding = await transport.connect(farm.sshd().spec())
        other = await transport.connect(farm.sshd().spec())
        received = 0

        def count(data: bytes) -> None:
            nonlocal received
            received += len(data)

        channel = await flooding.open(["cat", "/dev/zero"], count, lambda _status: None)
        await until(lambda: received > 8_000_000, what="the burst")
        held, started = received, time.monotonic()
        for _ in range(10):
            asked = time.monotonic()
            await other.run(["true"], timeout_s=5)
            assert time.monotonic() - asked < 1
        assert received - held < 4_000_000 * (1 + time.monotonic() - started)
        channel.close()

    async def test_a_paused_channel_is_bounded(self, farm: SshdFarm, transport: SshTransport) -> None:
        """Nothing is handed on while paused, and what follows is whole and in order."""
        link = await transport.connect(farm.sshd().spec())
        heard: list[bytes] = []
        ended: list[int | None] = []
        channel = await link.open(["seq", "1", "200000"], heard.append, ended.append)
        channel.pause()
        before = sum(map(len, heard))
        await link.run(["true"], timeout_s=5)
        assert sum(map(len, heard)) == before
        channel.resume()
        await until(lambda: ended)
        assert b"".join(heard) == "".join(f"{n}\n" for n in range(1, 200001)).encode()

    async def test_a_host_that_does_not_read_is_cut_off(self, farm: SshdFarm, transport: SshTransport) -> None:
        """Input that nobody reads does not pile up without end."""
        link = await transport.connect(farm.sshd().spec())
        ended: list[int | None] = []
        channel = await link.open(["sleep", "3"], lambda _data: None, ended.append)
        for _ in range(100):
            channel.write(b"x" * 100_000)
        await until(lambda: ended)


class TestLoginShells:
    @pytest.mark.parametrize("shell", ["tcsh", "fish", "bash", "dash"])
    async def test_a_command_arrives_as_it_was_given(self, farm: SshdFarm, transport: SshTransport, shell: str) -> None:
        """Quotes, dollars, globs and backslashes pass every login shell unharmed."""
        link = await transport.connect(farm.sshd(farm.login_shell(shell)).spec())
        words = ["a b", "$HOME", "it's", "*", "back\\slash", '"', ";"]
        done = await link.run(["printf", "%s|", *words], timeout_s=5)
        assert done.stdout.decode() == "|".join(words) + "|"

    async def test_a_script_goes_in_over_stdin(self, farm: SshdFarm, transport: SshTransport) -> None:
        """Behind a banner and an rc file that prints, a script on standard input still runs."""
        link = await transport.connect(farm.sshd(*farm.noisy()).spec())
        done = await link.run(["/bin/sh"], stdin=b"echo MARK $((6*7))\n", timeout_s=5)
        assert done.stdout.endswith(b"MARK 42\n")
        assert done.stdout.startswith(b"Welcome!")


class TestManyAtOnce:
    SHORT = Limits(connect_s=0.4, login_s=5.0, handshakes=2, slot_s=60)

    async def test_wait_at_the_gate_without_losing_their_time(self, farm: SshdFarm, make: Make) -> None:
        """With two places a third silent host starts when one of the two is given up, with its own full time."""
        transport = make(self.SHORT)
        holes = [farm.black_hole().spec(str(number)) for number in range(3)]
        started = time.monotonic()
        found = await asyncio.gather(*map(transport.connect, holes), return_exceptions=True)
        assert {type(error) for error in found} == {TimedOut}
        assert time.monotonic() - started > 0.75

    async def test_silent_hosts_keep_nobody_out(self, farm: SshdFarm, make: Make) -> None:
        """A rack of silent hosts gives its places back long before it is given up."""
        transport = make(replace(self.SHORT, connect_s=5.0, slot_s=0.1))
        silent = [asyncio.create_task(transport.connect(farm.black_hole().spec(str(n)))) for n in range(4)]
        await asyncio.sleep(0)
        async with asyncio.timeout(3):
            link = await transport.connect(farm.sshd().spec())
        assert not any(task.done() for task in silent)
        for task in silent:
            task.cancel()
        await asyncio.gather(*silent, return_exceptions=True)
        await link.close()

    async def test_twenty_hosts(self, farm: SshdFarm, make: Make) -> None:
        """Twenty hosts are connected together, one login each."""
        transport = make()
        servers = [farm.sshd() for _ in range(20)]
        links = await asyncio.gather(*(transport.connect(server.spec()) for server in servers))
        assert [server.logins for server in servers] == [1] * 20
        for link in links:
            await link.close()
