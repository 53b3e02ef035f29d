"""A name server of our own, which answers well, not at all, and with what it should not."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from tui_ops.model.checks import DnsWish
from tui_ops.transport.ends.dns import ANSWERS_LIMIT, ask_dns
from tui_ops.transport.ends.seen import NotReached

ZONE = {
    ("www.example.org.", "A"): ["192.0.2.2", "192.0.2.1"],
    ("www.example.org.", "AAAA"): ["2001:db8::1"],
    ("example.org.", "MX"): ["10 mail.example.org."],
    ("example.org.", "TXT"): ['"v=spf1 -all"', '"\\027[31mred"'],
    ("many.example.org.", "A"): [f"192.0.2.{number}" for number in range(200)],
}
FIXED = {"broken.example.org.": dns.rcode.SERVFAIL, "closed.example.org.": dns.rcode.REFUSED}

Ask = Callable[..., Awaitable[object]]


def answer(data: bytes, tcp: bool) -> bytes | None:
    """Return the answer to a question; None for none."""
    question = dns.message.from_wire(data)
    name, kind = question.question[0].name.to_text().lower(), dns.rdatatype.to_text(question.question[0].rdtype)
    made = dns.message.make_response(question)
    if name == "silent.example.org.":
        return None
    if name == "noise.example.org.":
        return data[:2] + b"\xff" * 20
    if name in FIXED:
        made.set_rcode(FIXED[name])
    elif (name, kind) in ZONE:
        made.answer.append(dns.rrset.from_text(name, 300, "IN", kind, *ZONE[name, kind]))
    elif not any(name == known for known, _ in ZONE):
        made.set_rcode(dns.rcode.NXDOMAIN)
    if not tcp and name == "many.example.org.":
        made.answer.clear()
        made.flags |= dns.flags.TC
    return made.to_wire()


class Server(asyncio.DatagramProtocol):
    """The server for questions in one packet."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        said = answer(data, tcp=False)
        if said is not None:
            self.transport.sendto(said, address)


async def long_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The same over TCP, for what does not fit into a packet."""
    length = int.from_bytes(await reader.readexactly(2), "big")
    said = answer(await reader.readexactly(length), tcp=True) or b""
    writer.write(len(said).to_bytes(2, "big") + said)
    await writer.drain()
    writer.close()


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """Give the address of a running server."""
    loop = asyncio.get_running_loop()
    stream = await asyncio.start_server(long_answers, "127.0.0.1", 0)
    port = stream.sockets[0].getsockname()[1]
    packets, _ = await loop.create_datagram_endpoint(Server, ("127.0.0.1", port))
    yield f"127.0.0.1:{port}"
    packets.close()
    stream.close()


@pytest.mark.parametrize(
    ("name", "kind", "answers"),
    [
        ("www.example.org", "A", ("192.0.2.1", "192.0.2.2")),
        ("WWW.example.org.", "AAAA", ("2001:db8::1",)),
        ("example.org", "MX", ("10 mail.example.org.",)),
        ("example.org", "TXT", ('"\\027[31mred"', '"v=spf1 -all"')),
    ],
)
async def test_records(server: str, name: str, kind: str, answers: tuple[str, ...]) -> None:
    """Every record in its text form, in a fixed order, with its time to live and how long the answer took."""
    found = await ask_dns(name, DnsWish(kind, (), server), 5.0)
    assert found.answers == answers
    assert (found.ttl, found.server) == (300, server)
    assert 0 < found.seconds < 5


async def test_a_long_answer_is_asked_for_again_by_tcp(server: str) -> None:
    """And no more than a bounded part of it is kept."""
    found = await ask_dns("many.example.org", DnsWish(server=server), 5.0)
    assert len(found.answers) == ANSWERS_LIMIT


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("gone.example.org", "A", "gone.example.org does not exist"),
        ("www.example.org", "MX", "www.example.org has no MX record"),
        ("broken.example.org", "A", "can't answer for A of broken.example.org: SERVFAIL"),
        ("closed.example.org", "A", "can't answer for A of closed.example.org: REFUSED"),
        ("silent.example.org", "A", "asked for A of silent.example.org, did not answer within 1 s"),
        ("noise.example.org", "A", "noise.example.org"),
    ],
)
async def test_what_is_not_there(server: str, name: str, kind: str, said: str) -> None:
    """Each failure is told apart."""
    with pytest.raises(NotReached) as failed:
        await ask_dns(name, DnsWish(kind, (), server), 1.0)
    assert said in failed.value.message
    assert failed.value.message.isprintable()


def heavy(question: bytes, size: int) -> bytes:
    """Return an answer of long names, each of which is written as two bytes that lead back to the first."""
    asked = question[12 : question.index(b"\0", 12) + 5]
    name, kind = b"\x01a" * 120 + b"\0", struct.pack("!HHI", 2, 1, 5)
    back = struct.pack("!H", 0xC000 | (12 + len(asked)))
    records = [name + kind + struct.pack("!H", len(name)) + name]
    records += [back + kind + struct.pack("!H", 2) + back] * (size // 16)
    return question[:2] + struct.pack("!HHHHH", 0x8180, 1, len(records), 0, 0) + asked + b"".join(records)


@pytest.fixture
async def heavy_server() -> AsyncIterator[str]:
    """A server that answers by TCP alone, with 16 kB that take seconds to unpack."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        said = heavy(await reader.readexactly(length), 16_000)
        writer.write(len(said).to_bytes(2, "big") + said)
        await writer.drain()
        writer.close()

    class Cut(Server):
        def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
            made = dns.message.make_response(dns.message.from_wire(data))
            made.flags |= dns.flags.TC
            self.transport.sendto(made.to_wire(), address)

    stream = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = stream.sockets[0].getsockname()[1]
    packets, _ = await asyncio.get_running_loop().create_datagram_endpoint(Cut, ("127.0.0.1", port))
    yield f"127.0.0.1:{port}"
    packets.close()
    stream.close()


async def test_an_answer_that_takes_long_to_unpack_holds_up_nobody(heavy_server: str) -> None:
    """The loop goes on, the check ends in its time, and no second one begins while the first is unpacked."""
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.01)
            worst = max(worst, time.monotonic() - began)

    watching = asyncio.create_task(watch())
    began = time.monotonic()
    for said in ("did not answer within 0.2 s", "takes too long to read"):
        with pytest.raises(NotReached, match=said):
            await ask_dns("www.example.org", DnsWish("NS", (), heavy_server), 0.2)
    assert time.monotonic() - began < 3
    # One more turn, in which a watch that was held up notes how long.
    await asyncio.sleep(0.02)
    watching.cancel()
    assert worst < 0.5, "unpacking it within the loop takes several seconds"
