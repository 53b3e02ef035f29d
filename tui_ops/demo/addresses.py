"""The demo's corner of the loopback network, and the only sockets it ever listens on."""

import errno
import ipaddress
import socket

from tui_ops.demo.errors import DemoError

NETWORK = ipaddress.ip_network("127.77.0.0/16")
"""Every address of the demo is in here. It is loopback, so nothing is reachable from another machine."""

HOSTS_PER_BLOCK = 250
"""Hosts that share the third number of their address: round, and clear of .0 and .255."""

HOSTS_MAX = 200
"""Each host is a process of sh and a tree of files, all on one machine beside the engine."""

PORT = 7722
"""Tried first, so that a demo that is kept finds its hosts where they were; any free port does."""

_BACKLOG = 64
"""Connections that wait while the server starts: more than the handshakes an engine has open at once."""

_TRIES = 20
"""Free ports that are tried before giving up: one that is free on all addresses is found at once as a rule."""


def address_of(index: int) -> str:
    """Return the address of the host at place ``index``, counted from 0."""
    block, rest = divmod(index, HOSTS_PER_BLOCK)
    return f"127.77.{block}.{rest + 1}"


def listen_on(address: str, port: int) -> socket.socket:
    """Return a listening socket.

    Args:
        address: one of :data:`NETWORK`; anything else is refused.
        port: 0 takes a free one.

    Raises:
        DemoError: the address is not the demo's, or can't be had.
    """
    try:
        ours = ipaddress.ip_address(address) in NETWORK
    except ValueError:
        ours = False
    if not ours:
        raise DemoError(f"the demo does not listen on {address}", f"its addresses are in {NETWORK}")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise DemoError(f"can't listen on {address}:{port}: {error.strerror}", _hint(error)) from error
    return listener


def _hint(error: OSError) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        return "the demo needs all of 127.0.0.0/8 on the loopback interface, as Linux has it"
    if error.errno == errno.EMFILE:
        return "raise the limit of open files (ulimit -n), or ask for fewer hosts"
    return "end what uses the port, or ask for fewer hosts"


def listen_all(addresses: list[str], port: int = PORT) -> tuple[list[socket.socket], int]:
    """Listen on one port at every address.

    Args:
        addresses: of the hosts, in order.
        port: the port that is tried first; where it is taken, a free one is looked for.

    Returns:
        The sockets in the order of the addresses, and the port.

    Raises:
        DemoError: no port could be had at all addresses.
    """
    trouble: DemoError | None = None
    for wanted in (port, *[0] * _TRIES):
        opened: list[socket.socket] = []
        try:
            found = wanted
            for address in addresses:
                opened.append(listen_on(address, found))
                found = int(opened[0].getsockname()[1])
            return opened, found
        except DemoError as error:
            trouble = error
            for listener in opened:
                listener.close()
    raise trouble or DemoError("no address to listen on")
