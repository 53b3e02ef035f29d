"""Echoes by ICMP, through the kernel's socket for ordinary accounts where it is allowed, else through a raw one."""

import asyncio
import os
import secrets
import socket
import struct
import time

from tui_ops.transport.ends.reach import addresses, refused
from tui_ops.transport.ends.seen import CantTell, IcmpSeen

ECHOES = 5
"""Sent by one check."""

GAP_S = 0.2
"""Between two echoes: an ordinary account may not send faster with ping either."""

PACKET_LIMIT = 2048
"""Bytes of a packet that is looked at: ours have 32."""

_ECHO = {socket.AF_INET: (8, 0), socket.AF_INET6: (128, 129)}
"""Types of question and answer."""

_PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}


async def ask_icmp(host: str, timeout_s: float) -> IcmpSeen:
    """Send echoes and wait for their answers.

    Args:
        host: a name or an address.
        timeout_s: seconds for all of it; what has not come back then is lost.

    Raises:
        NotReached: the name has no address, or the network has no way there.
        CantTell: this account may send no echoes.
    """
    deadline = time.monotonic() + timeout_s
    try:
        async with asyncio.timeout(timeout_s):
            family, address = (await addresses(host))[0]
    except TimeoutError as error:
        raise CantTell(f"the name server did not say in time where {host} is") from error
    opened = _open(socket.AddressFamily(family))
    try:
        return await _Echoes(opened, socket.AddressFamily(family), address).run(deadline)
    except OSError as error:
        raise refused(error, address) from error
    finally:
        opened.close()


def _open(family: socket.AddressFamily) -> socket.socket:
    """Return a socket for echoes."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind | socket.SOCK_NONBLOCK, _PROTOCOL[family])
        except PermissionError:
            continue
        except OSError as error:
            raise CantTell(f"this machine sends no echoes: {error.strerror}") from error
    raise CantTell(
        "not allowed here: net.ipv4.ping_group_range",
        'sysctl -w net.ipv4.ping_group_range="0 2147483647" lets every account send echoes',
    )


class _Echoes:
    """One round of echoes to one address."""

    def __init__(self, opened: socket.socket, family: socket.AddressFamily, address: str) -> None:
        self._socket = opened
        self._family = family
        self._address = address
        self._nonce = secrets.token_bytes(24)
        """By which our answers are known: a raw socket sees those of others too."""
        self._id = os.getpid() & 0xFFFF
        self._sent: dict[int, float] = {}
        self._times: dict[int, float] = {}

    async def run(self, deadline: float) -> IcmpSeen:
        """Send all and wait for what comes until ``deadline``, by the monotonic clock."""
        listening = asyncio.create_task(self._listen())
        try:
            for number in range(ECHOES):
                if number:
                    await asyncio.sleep(GAP_S)
                await self._send(number)
            await asyncio.wait([listening], timeout=max(0.0, deadline - time.monotonic()))
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        return IcmpSeen(self._address, ECHOES, tuple(self._times.values()))

    async def _send(self, number: int) -> None:
        kind = _ECHO[self._family][0]
        packet = struct.pack("!BBHHH", kind, 0, 0, self._id, number) + self._nonce
        if self._family == socket.AF_INET:
            packet = packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]
        self._sent[number] = time.monotonic()
        await asyncio.get_running_loop().sock_sendto(self._socket, packet, (self._address, 0))

    async def _listen(self) -> None:
        while len(self._times) < ECHOES:
            data, _from = await asyncio.get_running_loop().sock_recvfrom(self._socket, PACKET_LIMIT)
            number = number_of_answer(data, self._family, self._nonce)
            if number in self._sent and number not in self._times:
                self._times[number] = (time.monotonic() - self._sent[number]) * 1000


def number_of_answer(data: bytes, family: int, nonce: bytes) -> int | None:
    """Return which echo a packet answers; None where it answers none of ours. Pure.

    Args:
        data: with the IP header where the socket is a raw one of IPv4.
        family: of the addresses.
        nonce: what our echoes carry.
    """
    if family == socket.AF_INET and data and data[0] >> 4 == 4:
        data = data[(data[0] & 0x0F) * 4 :]
    if len(data) < 8 + len(nonce) or data[8 : 8 + len(nonce)] != nonce:
        return None
    kind, number = data[0], int.from_bytes(data[6:8], "big")
    return number if kind == _ECHO[socket.AddressFamily(family)][1] else None


def checksum(data: bytes) -> int:
    """Return the checksum of the Internet over ``data``. Pure."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
