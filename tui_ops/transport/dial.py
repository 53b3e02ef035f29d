"""Opening one SSH connection: the address, the socket, the checked host key, the login."""

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import asyncssh

from tui_ops.transport.errors import (
    KeyChanged,
    KeyRevoked,
    KeyUnknown,
    OfferedKey,
    TimedOut,
    TransportError,
)
from tui_ops.transport.hostkeys import KeyBook, Trust, offered_key
from tui_ops.transport.joined import join_writes
from tui_ops.transport.lean import forget_login
from tui_ops.transport.limits import Limits
from tui_ops.transport.names import Names
from tui_ops.transport.secrets import Secrets
from tui_ops.transport.settings import Route, Settings
from tui_ops.transport.sshlink import LinkOwner
from tui_ops.transport.threads import in_thread
from tui_ops.transport.translate import of_handshake, of_socket

log = logging.getLogger(__name__)

CIPHERS = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr"
"""aes128-gcm costs a third of the library's first choice, chacha20, at both ends; the others are for old hosts."""

ADDRESS_S = 6.0
"""Seconds for one address of a name that has several, so that the next gets its turn."""


class Tunnel(Protocol):
    """Something that opens a TCP connection from a jump host; the SSH library calls it."""

    async def create_connection(
        self, session_factory: Callable[[], Any], remote_host: str, remote_port: int
    ) -> tuple[Any, Any]:
        """Open a forward to ``remote_host`` and return channel and session."""
        ...


@dataclass(slots=True)
class _Verdict:
    """Judges the host key that is offered, and remembers why it was refused."""

    trust: Trust
    route: Route
    offered: OfferedKey | None = None

    def accepts_key(self, key: asyncssh.SSHKey) -> bool:
        self.offered = offered_key(key)
        return self.trust.accepts(self.offered)

    def accepts_authority(self, key: asyncssh.SSHKey) -> bool:
        self.offered = offered_key(key)
        return self.trust.accepts_authority(self.offered)

    def refusal(self, error: asyncssh.HostKeyNotVerifiable) -> TransportError:
        """Say why no connection is made."""
        where, offered, known = self.route.where, self.offered, self.trust.known
        if "revoked" in str(error).lower() or (offered is not None and self.trust.is_revoked(offered)):
            shown = f": {offered.fingerprint}" if offered else ""
            return KeyRevoked(
                f"{where} offers a host key that was revoked{shown}",
                offered,
                known,
                "take the host off the network until you know who answers there",
            )
        if offered is None or (self.trust.matched.authorities and self.trust.accepts_authority(offered)):
            reason = str(error).split(" for host ")[0]
            return KeyChanged(
                f"{where} offers a host certificate that does not hold: {reason}",
                offered,
                known,
                "renew the host's certificate, or find out who answers there",
            )
        if known:
            return KeyChanged(
                f"{where} offers another host key than the trusted one: {offered.kind} {offered.fingerprint}",
                offered,
                known,
                "compare the fingerprints on the host's console before you trust it",
            )
        return KeyUnknown(
            f"{where} offers a host key that nobody trusted yet: {offered.kind} {offered.fingerprint}",
            offered,
            "compare the fingerprint, then: tui-ops trust HOST",
        )


class Dialer:
    """Opens connections; keeps nothing but the name cache."""

    def __init__(self, settings: Settings, keys: KeyBook, names: Names, limits: Limits) -> None:
        self._settings = settings
        self._keys = keys
        self._names = names
        self._limits = limits
        self._secrets = Secrets()

    async def dial(
        self, route: Route, tunnel: Tunnel | None, keepalive_s: float
    ) -> tuple[asyncssh.SSHClientConnection, LinkOwner]:
        """Connect, check the host key and log in, within ``limits.connect_s`` in all.

        Args:
            route: where to and as whom.
            tunnel: the jump host to go through; None for the network of this machine.
            keepalive_s: seconds between keepalives of the connection.

        Raises:
            TransportError: one of its leaves.
        """
        secret = await self._secrets.fetch(route.password, route.where)
        try:
            async with asyncio.timeout(self._limits.connect_s):
                return await self._dial(route, tunnel, keepalive_s, secret)
        except TimeoutError as error:
            raise TimedOut(f"{route.where} does not answer", "check power, network and sshd of the host") from error

    async def _dial(
        self, route: Route, tunnel: Tunnel | None, keepalive_s: float, secret: str | None
    ) -> tuple[asyncssh.SSHClientConnection, LinkOwner]:
        trust = await in_thread(lambda: self._keys.trust_for(route), "known hosts")
        verdict = _Verdict(trust, route)
        owner = LinkOwner(verdict.accepts_key, verdict.accepts_authority)
        options = self._options(route, trust, keepalive_s) | _login_options(secret)
        sock = await self._socket(route) if tunnel is None and not route.proxy_command else None
        if sock is not None:
            options["sock"] = sock
        connected = False
        try:
            connection = await asyncssh.connect(
                route.matched,
                client_factory=lambda: owner,
                tunnel=tunnel,
                **options,
            )
            connected = True
            join_writes(connection)
            forget_login(connection)
        except asyncssh.HostKeyNotVerifiable as error:
            raise verdict.refusal(error) from error
        except TransportError:
            raise
        except Exception as error:
            # A hostile server can make the library fail in any way.
            log.debug("handshake with %s failed", route.where, exc_info=True)
            raise of_handshake(error, route, self._limits.login_s) from error
        finally:
            if sock is not None and not connected:
                sock.close()
        return connection, owner

    def _options(self, route: Route, trust: Trust, keepalive_s: float) -> dict[str, Any]:
        options: dict[str, Any] = {
            "port": route.port,
            "username": route.user,
            "config": [str(path) for path in self._settings.files],
            # Certificates carry revocation of their own key only through the library; plain keys are judged by us.
            "known_hosts": ([], [], trust.revoked_keys if trust.matched.authorities else []),
            "host_key_alias": route.alias or route.address,
            "x509_trusted_certs": None,
            "encryption_algs": CIPHERS,
            "compression_algs": "none",
            "agent_forwarding": False,
            "x11_forwarding": False,
            "request_pty": False,
            "send_env": [],
            "env": {},
            "command": None,
            "canonicalize_hostname": False,
            "connect_timeout": None,
            "login_timeout": self._limits.login_s,
            "keepalive_interval": keepalive_s,
            "keepalive_count_max": self._limits.keepalive_count,
        }
        if route.identity_files is not None:
            options |= {"client_keys": list(route.identity_files), "ignore_encrypted": True}
        if route.certificate_files is not None:
            options["client_certs"] = list(route.certificate_files)
        if not route.proxy_command:
            options["proxy_command"] = None
        if not route.host_key_algorithms:
            options["server_host_key_algs"] = trust.algorithms()
        return options

    async def reach(self, route: Route) -> socket.socket:
        """Open a connection to a host from here and say nothing on it.

        Raises:
            TransportError: one of its leaves.
        """
        try:
            async with asyncio.timeout(self._limits.connect_s):
                return await self._socket(route)
        except TimeoutError as error:
            raise TimedOut(f"{route.where} does not answer", "check power, network and sshd of the host") from error

    async def _socket(self, route: Route) -> socket.socket:
        addresses = await self._names.addresses(route.address)
        last: OSError = OSError("no address")
        for position, (family, address) in enumerate(addresses):
            is_last = position == len(addresses) - 1
            try:
                async with asyncio.timeout(None if is_last else ADDRESS_S):
                    return await _connected(family, address, route.port)
            except OSError as error:
                last = error
        raise of_socket(last, route) from last


def _login_options(secret: str | None) -> dict[str, Any]:
    """Passwords are tried only where one is given: an empty try counts as a failed login on the host."""
    return {"password": secret, "password_auth": secret is not None, "kbdint_auth": secret is not None}


async def _connected(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    """Open a TCP connection to a numeric address."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock
