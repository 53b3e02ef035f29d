"""A host's sshd as it shows itself to whoever asks: on the way that the host is reached by, jump hosts included."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import asyncssh

from tui_ops.model.clean import clean
from tui_ops.model.fleet import HostSpec
from tui_ops.transport.ends.seen import CantTell, NotReached
from tui_ops.transport.ends.ssh import Incoming, Open, SshSeen, ask_ssh
from tui_ops.transport.errors import TransportError
from tui_ops.transport.ssh import Approach, SshTransport

log = logging.getLogger(__name__)

OUTSIDE_S = 10.0
"""Seconds for each of the two connections: a server that says nothing within them says nothing at all."""

METHODS_MOST, METHOD_CHARS = 12, 40
"""Ways to log in that are kept, and characters of one."""


async def ask_outside(ssh: SshTransport, host: HostSpec, timeout_s: float = OUTSIDE_S) -> SshSeen:
    """Ask a host's sshd what it offers, and which ways to log in it names.

    Two connections, one after the other: the first ends before any key is exchanged; on the second the login asks for
    nothing (``none``, RFC 4252, 5.2) as the user that we log in as anyway, which is how a server is asked for its ways.
    sshd counts that as one try that failed: far from what ``PerSourcePenalties`` or a jail act on, once a day.

    Args:
        ssh: the way to hosts.
        host: not this machine.
        timeout_s: seconds for each connection.

    Raises:
        NotReached: it does not answer, or does not speak SSH.
        CantTell: our own side can't ask.
    """
    if host.is_local:
        raise CantTell("this machine is read without SSH", "")
    try:
        async with ssh.approach(host) as approach:
            where = approach.route.where
            if approach.jump is None and approach.route.proxy_command:
                raise CantTell(f"{where} is reached by a ProxyCommand, which is not asked this way", "use ProxyJump")
            seen = await _offered(approach, timeout_s)
            methods, why = await _methods(approach, timeout_s)
    except TransportError as error:
        raise NotReached(error.message, error.hint) from error
    return replace(seen, methods=methods, why=why, port=approach.route.port)


async def _offered(approach: Approach, timeout_s: float) -> SshSeen:
    where = approach.route.where
    try:
        async with asyncio.timeout(timeout_s):
            return await ask_ssh(_opener(approach), where)
    except TimeoutError as error:
        raise NotReached(
            f"{where} did not say within {timeout_s:g} s what it offers", "look at its load and the network"
        ) from error


def _opener(approach: Approach) -> Open:
    route, jump = approach.route, approach.jump

    async def through(make: Callable[[], Incoming]) -> Incoming:
        came = make()

        def session() -> Any:
            return came

        assert jump is not None
        await jump.create_connection(session, route.address, route.port)
        return came

    async def direct(make: Callable[[], Incoming]) -> Incoming:
        sock = await approach.socket()
        try:
            _, came = await asyncio.get_running_loop().create_connection(make, sock=sock)
        except BaseException:
            sock.close()
            raise
        return came

    return direct if jump is None else through


async def _methods(approach: Approach, timeout_s: float) -> tuple[tuple[str, ...] | None, str]:
    """Return the ways to log in that a server names, or why they are not known."""
    route, sock = approach.route, None
    jump: Any = approach.jump
    try:
        async with asyncio.timeout(timeout_s):
            sock = await approach.socket() if jump is None else None
            found = await asyncssh.get_server_auth_methods(
                route.address, route.port, route.user, tunnel=jump, sock=sock, config=None, proxy_command=None,
                client_version="tui-ops",
            )  # fmt: skip
    except TimeoutError:
        return None, f"did not name its ways to log in within {timeout_s:g} s"
    except TransportError as error:
        return None, error.message
    except Exception as error:  # a hostile server can make the library fail in any way
        log.debug("%s named no ways to log in", route.where, exc_info=True)
        return None, clean(f"does not name its ways to log in: {error}", 160)
    if not found:
        return None, "names no ways to log in"
    return tuple(clean(one, METHOD_CHARS) for one in list(found)[:METHODS_MOST]), ""
