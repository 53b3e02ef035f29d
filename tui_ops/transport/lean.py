"""What an open SSH connection need not keep.

The SSH library keeps with each connection all that it took to make it: its settings with every key and the password,
what both sides proposed, which signatures the server takes. That is a fifth of a connection's memory, for as long as
it lasts, and secrets that nobody needs any more. Only a login asks for them again, and there is one a connection; a new
exchange of keys, which comes every hour, makes its own proposals.

All names here are the library's own. Where another version of it has others, they stay as they are.
"""

import asyncio
from functools import lru_cache

import asyncssh

from tui_ops.transport.once import Once

EXCHANGE_S = 30.0
"""Seconds after which a new exchange of keys is over; one that takes longer keeps its proposals until the next."""


def forget_login(connection: asyncssh.SSHClientConnection) -> None:
    """Let go of what the login took. It must be over.

    Args:
        connection: that is open.
    """
    has = vars(connection)
    for name, nothing in (
        ("_agent", None),
        ("_password", None),
        ("_client_keys", []),
        ("_client_host_keys", []),
        ("_server_sig_algs", frozenset()),
    ):
        if name in has:
            setattr(connection, name, nothing)
    if "_options" in has:
        connection._options = _session_settings()
    if isinstance(has.get("_server_host_key_algs"), list):
        connection._server_host_key_algs = _shared(tuple(has["_server_host_key_algs"]))
    _tell_end_lighter(connection)
    forget_exchange(connection)


def forget_exchange(connection: asyncssh.SSHClientConnection) -> None:
    """Let go of what both sides proposed in an exchange of keys that is over."""
    has = vars(connection)
    if not has.get("_kex_complete"):
        return
    for name in ("_client_kexinit", "_server_kexinit"):
        if name in has:
            setattr(connection, name, b"")


def lighten(channel: asyncssh.SSHClientChannel[bytes]) -> None:
    """Let go of what a channel that was just opened has for those who wait for its end, and nobody does."""
    _tell_end_lighter(channel)


def _tell_end_lighter(one: asyncssh.SSHClientConnection | asyncssh.SSHClientChannel[bytes]) -> None:
    event = vars(one).get("_close_event")
    if isinstance(event, asyncio.Event) and not event.is_set():
        one._close_event = Once()  # type: ignore[assignment]


@lru_cache(maxsize=1)
def _session_settings() -> asyncssh.SSHClientConnectionOptions:
    """Return settings for what is opened on any connection from now on: we say all of it ourselves."""
    return asyncssh.SSHClientConnectionOptions(
        config=None, known_hosts=None, client_keys=None, agent_path=None, x509_trusted_certs=None
    )


@lru_cache(maxsize=64)
def _shared(algorithms: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return the same list of algorithms for all hosts of which the same keys are known."""
    return algorithms
