"""Ports that take connections, and others."""

import pytest
from support.serving import Serve
from support.sshd import BlackHole

from tui_ops.model.checks import Address
from tui_ops.transport.ends.seen import NotReached
from tui_ops.transport.ends.tcp import ask_tcp


async def test_a_port_that_takes_connections(serve: Serve) -> None:
    """By its address there is nothing to look up; by its name there is."""
    address = await serve()
    found = await ask_tcp(address, 5.0)
    assert found.address == "127.0.0.1"
    assert list(found.times.steps()) == ["connect", "total"]
    assert list((await ask_tcp(Address("localhost", address.port), 5.0)).times.steps()) == ["dns", "connect", "total"]


async def test_the_next_address_of_a_name_is_tried(serve: Serve) -> None:
    """``localhost`` is often ::1 first, where this server does not listen."""
    address = await serve(host="127.0.0.1")
    assert (await ask_tcp(Address("localhost", address.port), 5.0)).address == "127.0.0.1"


async def test_ports_that_do_not() -> None:
    """Refused, dropped, no such name."""
    hole = BlackHole(dropped=True)
    try:
        with pytest.raises(NotReached, match=r"did not answer within 0\.3 s"):
            await ask_tcp(Address(hole.address, hole.port), 0.3)
    finally:
        hole.close()
    with pytest.raises(NotReached, match="refuses connections"):
        await ask_tcp(Address(hole.address, hole.port), 5.0)
    with pytest.raises(NotReached, match="has no address: "):
        await ask_tcp(Address("nobody.invalid", 1), 10.0)
