"""SSH to any host of the fleet: one connection a host, jump hosts shared, every wait bounded."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from tui_ops.model.clean import clean
from tui_ops.model.fleet import HostSpec
from tui_ops.transport.base import Link
from tui_ops.transport.dial import Dialer
from tui_ops.transport.errors import SettingsWrong, TimedOut
from tui_ops.transport.gates import Gate
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.jumps import JumpPool
from tui_ops.transport.limits import Limits
from tui_ops.transport.local import LocalLink
from tui_ops.transport.names import Names
from tui_ops.transport.settings import Route, Settings, parse_hop
from tui_ops.transport.sshlink import LinkOwner, SshLink
from tui_ops.transport.threads import in_thread

HOPS_MAX = 8
"""Jump hosts in a row: nobody has more, and a list that goes round ends here."""

ROUTES_AT_ONCE = 16
"""Hosts whose ssh_config is read at once: a thread each, and a thousand hosts begin together."""

FleetLookup = Callable[[str], HostSpec | None]
"""Gives the host of a name, or None: how ``via`` finds jump hosts."""

_Identity = tuple[str, str, int, JumpPool | None]
"""User, address, port and the way there: what makes two jump hosts the same."""


@dataclass(frozen=True, slots=True)
class Approach:
    """How a host is come to by those who ask it without a login."""

    route: Route
    jump: JumpPool | None
    """The last jump host on the way, which is up; None where the host is reached from here."""
    socket: Callable[[], Awaitable[socket.socket]]
    """Opens a connection from here."""


class SshTransport:
    """Opens connections to hosts.

    Args:
        keys: which host keys are trusted.
        config_files: ssh_config files, the first that sets a keyword wins; None for OpenSSH's own.
        limits: the bounds.
        lookup: finds a jump host of the inventory by name.
        names: the name resolver, a test's own perhaps.
    """

    def __init__(
        self,
        keys: KeyBook,
        config_files: Sequence[Path] | None = None,
        limits: Limits | None = None,
        lookup: FleetLookup = lambda _name: None,
        names: Names | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._settings = Settings(config_files)
        self._names = names or Names(lookup_s=self._limits.lookup_s)
        self._dialer = Dialer(self._settings, keys, self._names, self._limits)
        self._lookup = lookup
        self._reading = asyncio.Semaphore(ROUTES_AT_ONCE)
        self._gate = Gate(self._limits.handshakes, self._limits.slot_s)
        self._pools: dict[_Identity, JumpPool] = {}
        self._ways: dict[str, tuple[JumpPool, ...]] = {}

    async def connect(self, host: HostSpec) -> Link:
        """Open a connection to ``host``.

        Raises:
            TransportError: one of its leaves, which names the host's state.
        """
        if host.is_local:
            return LocalLink()
        route = await self._route(host)
        way = await self._way(route)
        self._ways[host.name] = way
        if not way:
            async with self._gate.place():
                connection, owner = await self._dialer.dial(route, None, self._limits.keepalive_s)
            return SshLink(connection, owner, route, self._limits)
        jump = way[-1]
        connection, owner = await self._dial_behind(route, jump, self._limits.keepalive_s)
        return SshLink(connection, owner, route, self._limits, jump.lost)

    @asynccontextmanager
    async def approach(self, host: HostSpec) -> AsyncIterator[Approach]:
        """Come to a host without a login, within the bounds of those that log in.

        Raises:
            TransportError: one of its leaves: there is no way to it now.
        """
        route = await self._route(host)
        way = await self._way(route)
        if not way:
            async with self._gate.place():
                yield Approach(route, None, lambda: self._dialer.reach(route))
            return
        jump = way[-1]
        await jump.ready()
        async with jump.gate.place(), self._gate.place():
            yield Approach(route, jump, lambda: self._dialer.reach(route))

    async def _dial_behind(
        self, route: Route, jump: JumpPool, keepalive_s: float
    ) -> tuple[asyncssh.SSHClientConnection, LinkOwner]:
        """Connect through a jump host that is up, and don't blame the host for what the jump host does."""
        await jump.ready()
        try:
            async with jump.gate.place(), self._gate.place():
                return await self._dialer.dial(route, jump, keepalive_s)
        except TimedOut:
            if await jump.answers():
                raise
            raise jump.down(None) from None

    async def _route(self, host: HostSpec) -> Route:
        via = tuple(self._hop(name, host) for name in host.via)
        async with self._reading:
            return await in_thread(lambda: self._settings.route(host, via), "ssh_config")

    def _hop(self, name: str, behind: HostSpec) -> HostSpec:
        found = self._lookup(name)
        if found is not None and found.is_local:
            raise SettingsWrong(f"{clean(name, 80)} is this machine and no jump host", "correct via in the inventory")
        if found is not None and found.key == behind.key:
            raise SettingsWrong(f"{clean(name, 80)} is its own jump host", "correct via in the inventory")
        return found or parse_hop(name)

    async def _way(self, route: Route, seen: tuple[str, ...] = ()) -> tuple[JumpPool, ...]:
        """Return the pools of the jump hosts to go through, in order; nothing is opened yet."""
        way: tuple[JumpPool, ...] = ()
        for position, hop in enumerate(route.via):
            if hop.name in seen or len(way) >= HOPS_MAX:
                names = " → ".join(clean(name, 40) for name in (*seen, hop.name))
                raise SettingsWrong(f"the jump hosts go round: {names}", "correct via in the inventory or ProxyJump")
            hop_route = await self._route(hop)
            if position == 0:
                way = await self._way(hop_route, (*seen, hop.name))
            way = (*way, self._pool(hop_route, way))
        return way

    def _pool(self, route: Route, way: tuple[JumpPool, ...]) -> JumpPool:
        parent = way[-1] if way else None
        identity: _Identity = (route.user, route.address, route.port, parent)
        if identity not in self._pools:

            async def dial() -> tuple[asyncssh.SSHClientConnection, LinkOwner]:
                if parent is not None:
                    return await self._dial_behind(route, parent, self._limits.jump_keepalive_s)
                # Not through the gate: hosts may hold places while they wait for one more connection to here.
                return await self._dialer.dial(route, None, self._limits.jump_keepalive_s)

            gate = Gate(self._limits.handshakes_per_jump, self._limits.jump_slot_s)
            self._pools[identity] = JumpPool(route, dial, gate, self._limits.pool_max)
        return self._pools[identity]

    def forget(self, host_name: str) -> None:
        """Start anew with a host: as a jump host its connections end, and on the way to it nothing is held back.

        What an operator does after a change: trust a key, read now, a new address.
        """
        for pool in self._ways.pop(host_name, ()):
            pool.forgive()
        self._drop({pool for pool in self._pools.values() if pool.route.name == host_name})
        known = self._lookup(host_name)
        if known is not None:
            self._names.forget(known.address)

    def _drop(self, pools: set[JumpPool]) -> None:
        """Close jump hosts, and those that are reached through them."""
        while pools:
            for pool in pools:
                self._names.forget(pool.route.address)
                pool.close()
            self._pools = {identity: pool for identity, pool in self._pools.items() if pool not in pools}
            pools = {pool for (_, _, _, parent), pool in self._pools.items() if parent in pools}

    async def close(self) -> None:
        """End all jump hosts' connections; links that are open are closed by who opened them."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()
        self._ways.clear()
