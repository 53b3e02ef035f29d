"""Where the demo listens, and where never."""

import pytest

from tui_ops.demo.addresses import HOSTS_MAX, address_of, listen_all, listen_on
from tui_ops.demo.errors import DemoError


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "127.0.0.1", "127.78.0.1", "10.77.0.1", "::1", "localhost", "", "127.77"]
)
def test_any_other_address_is_refused(address: str) -> None:
    """Whatever it is asked for, it listens on its own corner of loopback only."""
    with pytest.raises(DemoError, match="does not listen"):
        listen_on(address, 0)


def test_one_port_serves_all_addresses() -> None:
    """The port that is found is free at every host."""
    addresses = [address_of(index) for index in range(5)]
    listeners, port = listen_all(addresses, 0)
    try:
        assert [listener.getsockname() for listener in listeners] == [(address, port) for address in addresses]
    finally:
        for listener in listeners:
            listener.close()


def test_a_port_that_is_taken_at_one_address_is_passed_over() -> None:
    """A second demo beside the first finds another port."""
    with listen_on(address_of(1), 0) as taken:
        wanted = taken.getsockname()[1]
        listeners, port = listen_all([address_of(0), address_of(1)], wanted)
        for listener in listeners:
            listener.close()
        assert port != wanted


def test_addresses_are_hosts_addresses() -> None:
    """None ends in .0 or .255, and all differ."""
    addresses = [address_of(index) for index in range(HOSTS_MAX * 3)]
    assert len(set(addresses)) == len(addresses)
    assert not {address.rpartition(".")[2] for address in addresses} & {"0", "255"}
