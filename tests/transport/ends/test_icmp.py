"""Echoes, which here only root may send."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.transport.ends import icmp
from tui_ops.transport.ends.icmp import ECHOES, ask_icmp, checksum, number_of_answer
from tui_ops.transport.ends.seen import CantTell

NONCE = bytes(range(24))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_echoes(host: str) -> None:
    """Every echo comes back, each with its own time."""
    found = await ask_icmp(host, 5.0)
    assert (found.sent, len(found.times_ms)) == (ECHOES, ECHOES)
    assert all(0 < one < 1000 for one in found.times_ms)


async def test_not_allowed_is_not_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel lets this account send no echoes, nothing is known, and the setting is named."""

    def refuse(*_: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(icmp.socket, "socket", refuse)
    with pytest.raises(CantTell, match=r"not allowed here: net\.ipv4\.ping_group_range"):
        await ask_icmp("127.0.0.1", 1.0)


def echo_reply(number: int, nonce: bytes = NONCE, kind: int = 0, header: bool = False) -> bytes:
    packet = struct.pack("!BBHHH", kind, 0, 0, 7, number) + nonce
    return (b"\x45" + b"\0" * 19 + packet) if header else packet


@pytest.mark.parametrize(
    ("packet", "number"),
    [
        (echo_reply(3), 3),
        (echo_reply(3, header=True), 3),
        (echo_reply(3, kind=8), None),
        (echo_reply(3, bytes(24)), None),
        (echo_reply(3)[:31], None),
        (b"", None),
    ],
)
def test_which_echo_a_packet_answers(packet: bytes, number: int | None) -> None:
    """With and without the header of a raw socket; never our own question, nor an answer to others."""
    assert number_of_answer(packet, socket.AF_INET, NONCE) == number


@given(st.binary(max_size=100))
def test_any_packet_is_looked_at(data: bytes) -> None:
    """A raw socket sees everything that comes."""
    number_of_answer(data, socket.AF_INET, NONCE)
    number_of_answer(data, socket.AF_INET6, NONCE)


@given(st.binary(min_size=8, max_size=64).filter(lambda data: len(data) % 2 == 0))
def test_a_packet_with_its_checksum_sums_to_nothing(data: bytes) -> None:
    """That is how the other side checks it."""
    data = data[:2] + b"\0\0" + data[4:]
    whole = data[:2] + struct.pack("!H", checksum(data)) + data[4:]
    assert checksum(whole) == 0
