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


_SAME: tuple[object, ...] = (None, True, False, b"", (), frozenset())
"""Values of which a connection has some fifty, the same in all: nothing was asked for, nothing came of it."""


class _Settled(asyncssh.SSHClientConnection):
    """A connection whose login is over. What is the same in all of them is an attribute of this class, and not of each:
    a table of a hundred and thirty names takes twice as much as one of eighty.
    """


def forget_login(connection: asyncssh.SSHClientConnection) -> None:
    """Let go of what the login took. It must be over.

    Args:
        connection: that is open.
    """
    has = vars(connection)
    for name, nothing in (
        ("_agent", None),
        ("_agent_identities", ()),
        ("_auth_methods", ()),
        ("_password", None),
        ("_client_keys", ()),
        ("_client_host_keys", ()),
        ("_preferred_auth", ()),
        ("_server_sig_algs", frozenset()),
        ("_trusted_host_key_algs", ()),
        ("_waiter", None),
    ):
        if name in has:
            setattr(connection, name, nothing)
    for name in ("_revoked_host_keys", "_trusted_ca_keys", "_trusted_host_keys", "_x509_revoked_certs"):
        if has.get(name) == set():
            setattr(connection, name, frozenset())
    for name in ("_kex_algs", "_enc_algs", "_mac_algs", "_cmp_algs", "_sig_algs", "_server_host_key_algs"):
        if isinstance(has.get(name), list):
            setattr(connection, name, _shared(tuple(has[name])))
    if "_options" in has:
        connection._options = _session_settings()
    _tell_end_lighter(connection)
    if type(connection) is asyncssh.SSHClientConnection:
        connection.__class__ = _Settled
    forget_exchange(connection)


def forget_exchange(connection: asyncssh.SSHClientConnection) -> None:
    """Let go of what both sides proposed in an exchange of keys that is over."""
    if not getattr(connection, "_kex_complete", False):
        return
    for name in ("_client_kexinit", "_server_kexinit"):
        if hasattr(connection, name):
            setattr(connection, name, b"")
    if type(connection) is _Settled:
        connection.__dict__ = {name: value for name, value in vars(connection).items() if not _is_same(name, value)}


def _is_same(name: str, value: object) -> bool:
    """Return whether all connections have this value under this name; the first one that is asked for says so."""
    if not any(value is one or (type(value) is type(one) and value == one) for one in _SAME):
        return False
    if name not in vars(_Settled):
        setattr(_Settled, name, value)
    known = vars(_Settled)[name]
    return type(known) is type(value) and known == value


def lighten(channel: asyncssh.SSHClientChannel[bytes]) -> None:
    """Let go of what a channel that was just opened has for those who wait for its end, and nobody does."""
    _tell_end_lighter(channel)
    # A table of names that has grown name by name has room for as many again.
    channel.__dict__ = {**vars(channel)}


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
