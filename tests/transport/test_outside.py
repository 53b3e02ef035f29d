"""What an sshd offers to whoever asks, read without a login: against real servers, and against those that are none."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sshd import SshdFarm, next_address
from support.waiting import until

from tui_ops.model.fleet import HostSpec
from tui_ops.transport.ends.seen import CantTell, NotReached
from tui_ops.transport.ends.ssh import BYTES_MOST, NAMES_MOST, Incoming, parse_kexinit
from tui_ops.transport.outside import _opener, ask_outside
from tui_ops.transport.ssh import SshTransport

Fleet = dict[str, HostSpec]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]

WEAK = (
    "Ciphers aes128-ctr,aes256-cbc",
    "MACs hmac-sha1,hmac-sha2-256",
    "KexAlgorithms curve25519-sha256,diffie-hellman-group14-sha1",
    "PasswordAuthentication yes",
)


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[HostSpec]:
    """A server that is no sshd."""
    held: list[asyncio.StreamWriter] = []

    async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        with suppress(ConnectionError):
            await serve(reader, writer)  # type: ignore[misc]

    listening = await asyncio.start_server(came, next_address(), 0)
    address, port = listening.sockets[0].getsockname()[:2]
    yield HostSpec("odd", "odd", address=address, port=port, user="root")
    listening.close()
    for writer in held:
        writer.close()


class TestARealServer:
    async def test_says_what_it_offers(self, farm: SshdFarm, transport: SshTransport) -> None:
        """Weak algorithms that a server was told to offer are read as it offers them, with its ways to log in."""
        seen = await ask_outside(transport, farm.sshd(*WEAK).spec())
        assert seen.ciphers == ("aes128-ctr", "aes256-cbc")
        assert seen.macs == ("hmac-sha1", "hmac-sha2-256")
        assert {"curve25519-sha256", "diffie-hellman-group14-sha1"} <= set(seen.kex)
        assert seen.host_keys == ("ssh-ed25519",)
        assert seen.banner.startswith("SSH-2.0-OpenSSH_")
        assert seen.methods is not None
        assert set(seen.methods) == {"publickey", "password"}

    async def test_names_keys_alone_where_nothing_else_is_allowed(
        self, farm: SshdFarm, transport: SshTransport
    ) -> None:
        assert (await ask_outside(transport, farm.sshd().spec())).methods == ("publickey",)

    async def test_is_asked_by_two_connections_that_end_with_a_word(
        self, farm: SshdFarm, transport: SshTransport
    ) -> None:
        """Its log has one goodbye before any key was exchanged, one try to log in, and no login."""
        one = farm.sshd()
        await ask_outside(transport, one.spec())
        await until(lambda: one.log.count("[preauth]") >= 2)
        assert one.log.count("Connection from") == 2
        assert "seen what is offered [preauth]" in one.log
        assert one.logins == 0
        assert one.log.count("Failed") <= 1

    async def test_is_asked_through_its_jump_host(
        self, farm: SshdFarm, transport: SshTransport, fleet: Fleet
    ) -> None:  # fmt: skip
        """A host behind a jump host is asked from there, and the jump host is logged in to once."""
        jump = farm.sshd()
        fleet["bastion"] = jump.spec("bastion")
        seen = await ask_outside(transport, farm.sshd(*WEAK).spec(via=("bastion",)))
        assert seen.ciphers == ("aes128-ctr", "aes256-cbc")
        assert seen.methods is not None
        assert "password" in seen.methods
        assert jump.logins == 1

    async def test_whose_host_key_is_not_trusted_is_asked_all_the_same(
        self, farm: SshdFarm, transport: SshTransport
    ) -> None:
        """Nothing secret is said to it: so a host that nobody has trusted yet can be judged."""
        assert (await ask_outside(transport, farm.sshd(known=False).spec())).ciphers


class TestNoServer:
    async def test_a_closed_port_is_told(self, farm: SshdFarm, transport: SshTransport) -> None:
        with pytest.raises(NotReached, match="refuses"):
            await ask_outside(transport, farm.closed_port())

    async def test_this_machine_is_not_asked(self, transport: SshTransport) -> None:
        with pytest.raises(CantTell):
            await ask_outside(transport, HostSpec("here", "here", address="local"))

    async def test_one_that_says_nothing_is_given_up(self, farm: SshdFarm, transport: SshTransport) -> None:
        with pytest.raises(NotReached, match=r"within 0\.5 s"):
            await ask_outside(transport, farm.black_hole().spec(), timeout_s=0.5)


async def lines_without_end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"welcome\r\n" * 500)
        await writer.drain()


async def one_line_without_end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x" * 5000)
        await writer.drain()


async def garbage(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-odd\r\n" + bytes(range(256)) * 200)
    await writer.drain()


async def huge_packet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-odd\r\n" + b"\xff\xff\xff\xff" + b"x" * 100)
    await writer.drain()


async def flood_of_packets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-odd\r\n")
    ignored = (30_000).to_bytes(4) + bytes([4, 2]) + bytes(29_998)
    while True:
        writer.write(ignored)
        await writer.drain()


async def old(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-1.5-old\r\n")
    await writer.drain()


async def web(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()
    writer.close()


class TestAHostileServer:
    @pytest.mark.parametrize(
        ("serve", "said"),
        [
            (lines_without_end, "never names itself|more than any"),
            (one_line_without_end, "no end|more than any"),
            (garbage, "does not speak SSH"),
            (huge_packet, "packet of 4294967295 bytes"),
            (flood_of_packets, "more than any"),
            (old, "another SSH"),
            (web, "ended the connection"),
        ],
    )
    async def test_is_told_from_one_that_offers_something(
        self, transport: SshTransport, serve: Serve, said: str
    ) -> None:
        async with server(serve) as host:
            with pytest.raises(NotReached, match=said):
                await ask_outside(transport, host, timeout_s=5)

    @pytest.mark.parametrize("way", ["direct", "through a jump host"])
    async def test_that_floods_is_cut_off_at_the_limit(
        self, farm: SshdFarm, transport: SshTransport, fleet: Fleet, way: str
    ) -> None:
        """The connection is broken where too much came, whether anybody waits for more or not, and no more is held."""
        cut: list[bool] = []

        async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                while True:
                    writer.write(b"x" * 10_000)
                    await writer.drain()
            cut.append(True)

        async with server(flood) as host:
            if way != "direct":
                fleet["bastion"] = farm.sshd().spec("bastion")
                host = replace(host, via=("bastion",))
            async with transport.approach(host) as approach:
                came = await _opener(approach)(Incoming)
                await until(lambda: bool(cut))
            assert came.is_flooded
            assert len(came._held) <= BYTES_MOST

    async def test_that_sends_a_byte_a_moment_is_given_up_in_time(self, transport: SshTransport) -> None:
        """The bound is on all of it, not on each byte."""

        async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)

        async with server(slow) as host:
            began = time.monotonic()
            with pytest.raises(NotReached, match="did not say within 1 s"):
                await ask_outside(transport, host, timeout_s=1)
            assert time.monotonic() - began < 4

    async def test_names_nothing_that_reaches_a_terminal(self, transport: SshTransport) -> None:
        """Escape sequences in the greeting and in names are made visible."""
        lists = [b"curve25519-sha256,\x1b[2Jevil", b"ssh-ed25519", b"aes128-ctr", b"aes128-ctr", b"\xe2\x80\xaehmac",
                 b"hmac-sha2-256", b"none", b"none", b"", b""]  # fmt: skip
        payload = bytes([20]) + bytes(16) + b"".join(len(one).to_bytes(4) + one for one in lists) + bytes(5)
        packet = (len(payload) + 5).to_bytes(4) + bytes([4]) + payload + bytes(4)

        async def odd(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"\x1b]0;title\x07\r\nSSH-2.0-\x1b[31modd\r\n" + packet)
            await writer.drain()

        async with server(odd) as host:
            seen = await ask_outside(transport, host, timeout_s=3)
        said = " ".join((seen.banner, *seen.kex, *seen.macs, seen.why))
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert seen.methods is None
        assert seen.why


class TestThePacket:
    @given(st.binary(max_size=2000))
    def test_of_any_bytes_is_read_or_refused(self, data: bytes) -> None:
        try:
            found = parse_kexinit(b"\x14" + data)
        except NotReached:
            return
        assert all(len(names) <= NAMES_MOST for names in found.values())

    def test_with_more_names_than_anybody_has_is_cut(self) -> None:
        many = ",".join(f"n{number}" for number in range(5000)).encode()
        payload = bytes(17) + b"".join(len(one).to_bytes(4) + one for one in [many] + [b"a"] * 9)
        assert len(parse_kexinit(payload)["kex"]) == NAMES_MOST
        assert len(payload) < BYTES_MOST
