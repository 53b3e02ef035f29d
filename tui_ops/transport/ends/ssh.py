"""What an SSH server offers to whoever asks, read from its greeting and its first packet, without a login.

RFC 4253, sections 4.2, 6 and 7.1: both sides send a line that names them, then a packet in clear with what each is
ready to use. No keys are exchanged, and the connection is ended with the word for that, so that the server's log says
so. What comes is foreign, and nothing vouches for it: bounded in bytes, lines and names, and cleaned.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tui_ops.model.clean import clean
from tui_ops.transport.ends.seen import NotReached

GREETING = b"SSH-2.0-tui-ops\r\n"
"""Our own line. It names no version of any library: nothing is to be negotiated."""

LINES_MOST, LINE_BYTES = 100, 2048
"""Lines before the server names itself, and bytes of one: a notice of a page. RFC 4253 allows 255 bytes for the line
that names it; more is read, and cut."""

BYTES_MOST = 96 * 1024
"""Bytes that are taken in all: thrice the longest first packet."""

PACKET_MOST = 35_000
"""Bytes of the packet, the most that RFC 4253 asks of anybody."""

NAMES_MOST, NAME_CHARS = 200, 80
"""Names of one list, and characters of one: OpenSSH knows some twenty, the longest with 44."""

BANNER_CHARS = 120

MSG_DISCONNECT, MSG_IGNORE, MSG_DEBUG, MSG_KEXINIT = 1, 2, 4, 20
BY_APPLICATION = 11
"""The reason of a goodbye: that the other side has seen what it came for."""

OTHER_PACKETS_MOST = 20
"""Packets that say nothing, before the one that counts."""

_LISTS = (
    "kex", "host_keys", "ciphers_in", "ciphers_out", "macs_in", "macs_out", "compression_in", "compression_out",
)  # fmt: skip
"""The name-lists of the packet in their order; those of languages are passed over."""


@dataclass(frozen=True, slots=True)
class SshSeen:
    """What a server offers."""

    banner: str
    """The line by which it names itself: ``SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3``."""
    kex: tuple[str, ...]
    """Key exchanges, in its order, the marks of extensions among them."""
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    """Of both directions, each once."""
    macs: tuple[str, ...]
    compression: tuple[str, ...]
    methods: tuple[str, ...] | None = None
    """Ways to log in that it names to somebody who has none; None where it was not asked, or did not say."""
    why: str = ""
    """Why the ways to log in are not known; empty where they are."""
    port: int = 0
    """Where it was asked; 0 where that is not told."""


class Incoming(asyncio.Protocol):
    """Takes what a server sends, up to a limit, and gives it out by lines and by bytes.

    It is a protocol of a socket, and a session of a channel that leads through a jump host, which speak alike.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._taken = 0
        self._news = asyncio.Event()
        self._ended = False
        self.way: Any = None
        """The transport or the channel."""

    def connection_made(self, transport: Any) -> None:
        """Keep the way back."""
        self.way = transport

    def session_started(self) -> None:
        """Take no note; a channel tells it."""

    def data_received(self, data: bytes, datatype: object = None) -> None:
        """Keep what came; too much of it ends the connection."""
        del datatype
        self._taken += len(data)
        if self._taken > BYTES_MOST:
            self._ended = True
            self.way.abort()
        else:
            self._held += data
        self._news.set()

    def eof_received(self) -> bool:
        """Take note that nothing more comes."""
        self._ended = True
        self._news.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that nothing more comes."""
        del exc
        self._ended = True
        self._news.set()

    @property
    def is_flooded(self) -> bool:
        """Whether more came than any server has to say."""
        return self._taken > BYTES_MOST

    async def _more(self, where: str) -> None:
        if self.is_flooded:
            raise NotReached(f"{where} sends more than any SSH server has to say", "see what listens there")
        if self._ended:
            raise NotReached(
                f"{where} ended the connection before it said what it offers",
                "look at sshd's log there: MaxStartups, or a penalty for this address, may be the cause",
            )
        self._news.clear()
        await self._news.wait()

    async def line(self, where: str) -> bytes:
        """Return the next line without its end.

        Raises:
            NotReached: none comes, or one that is too long.
        """
        while (end := self._held.find(b"\n")) < 0:
            if len(self._held) > LINE_BYTES:
                raise NotReached(f"{where} does not speak SSH: its line has no end", "see what listens there")
            await self._more(where)
        found = bytes(self._held[:end])
        del self._held[: end + 1]
        return found.rstrip(b"\r")

    async def exactly(self, count: int, where: str) -> bytes:
        """Return so many bytes.

        Raises:
            NotReached: fewer come.
        """
        while len(self._held) < count:
            await self._more(where)
        found = bytes(self._held[:count])
        del self._held[:count]
        return found


Open = Callable[[Callable[[], Incoming]], Awaitable[Incoming]]
"""Opens a connection for such a taker, and returns the taker that it has made."""


async def ask_ssh(open_way: Open, where: str) -> SshSeen:
    """Read what a server offers, say goodbye and hang up. The caller bounds the time.

    Args:
        open_way: opens the connection.
        where: for people.

    Raises:
        NotReached: it does not speak SSH 2, or ends the connection.
    """
    came = await open_way(Incoming)
    try:
        came.way.write(GREETING)
        banner = await _banner(came, where)
        lists = parse_kexinit(await _kexinit(came, where), where)
        came.way.write(_goodbye())
    finally:
        came.way.close()
    return SshSeen(
        banner, lists["kex"], lists["host_keys"], _both(lists, "ciphers"), _both(lists, "macs"),
        _both(lists, "compression"),
    )  # fmt: skip


async def _banner(came: Incoming, where: str) -> str:
    for _ in range(LINES_MOST):
        said = await came.line(where)
        if said.startswith(b"SSH-"):
            if not said.startswith((b"SSH-2.0-", b"SSH-1.99-")):
                raise NotReached(f"{where} speaks another SSH: {clean(said[:40], 40)}", "renew the server")
            return clean(said, BANNER_CHARS)
    raise NotReached(f"{where} does not speak SSH: it never names itself", "see what listens there")


async def _kexinit(came: Incoming, where: str) -> bytes:
    for _ in range(OTHER_PACKETS_MOST):
        length = int.from_bytes(await came.exactly(4, where))
        if not 5 <= length <= PACKET_MOST:
            raise NotReached(f"{where} does not speak SSH: a packet of {length} bytes", "see what listens there")
        packet = await came.exactly(length, where)
        padding = packet[0]
        if padding + 2 > length:
            raise NotReached(f"{where} does not speak SSH: a packet without content", "see what listens there")
        payload = packet[1 : length - padding]
        if payload[0] == MSG_KEXINIT:
            return payload
        if payload[0] not in (MSG_IGNORE, MSG_DEBUG):
            break
    raise NotReached(f"{where} does not say what it offers", "look at sshd's log there")


def parse_kexinit(payload: bytes, where: str = "it") -> dict[str, tuple[str, ...]]:
    """Return the lists of names of a packet by what they are for.

    Args:
        payload: from the number of the message on.
        where: for people.

    Raises:
        NotReached: it is no such packet.
    """
    at = 17
    found = {}
    for name in _LISTS:
        length = int.from_bytes(payload[at : at + 4])
        at += 4
        if at + length > len(payload):
            raise NotReached(f"{where} does not speak SSH: a list of names goes beyond its packet", "")
        found[name] = _names(payload[at : at + length])
        at += length
    return found


def _names(data: bytes) -> tuple[str, ...]:
    named = dict.fromkeys(clean(one[: NAME_CHARS * 2], NAME_CHARS) for one in data.split(b",")[:NAMES_MOST] if one)
    return tuple(named)


def _both(lists: dict[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*lists[f"{name}_out"], *lists[f"{name}_in"])))


def _goodbye() -> bytes:
    """Return the packet that ends a connection, in clear: its padding fills it to eight bytes."""
    text = b"seen what is offered"
    payload = bytes([MSG_DISCONNECT]) + BY_APPLICATION.to_bytes(4) + len(text).to_bytes(4) + text + (0).to_bytes(4)
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    return (len(payload) + padding + 1).to_bytes(4) + bytes([padding]) + payload + os.urandom(padding)
