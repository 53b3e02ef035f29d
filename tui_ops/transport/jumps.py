"""Jump hosts: each opened once and shared by all that lies behind it, as a small pool of connections."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncssh

from tui_ops.model.clean import clean
from tui_ops.transport.backoff import Backoff
from tui_ops.transport.errors import JumpDown, JumpForbids, JumpFull, NoRoute, TransportError
from tui_ops.transport.gates import Gate
from tui_ops.transport.settings import Route
from tui_ops.transport.sshlink import LinkOwner, or_abandon
from tui_ops.transport.translate import full, no_way, of_forward, says_nothing

FULL_AGAIN_S = 60.0
"""Seconds after which a connection that refused a forward is asked again, even if none of its own ended."""

ANSWER_S = 3.0
"""Seconds in which a living jump host answers on an open connection."""

OWN_CLOSED_PORT = ("127.0.0.1", 1)
"""A forward that is answered by the jump host itself, at once, whatever its settings."""

Dial = Callable[[], Awaitable[tuple[asyncssh.SSHClientConnection, LinkOwner]]]
"""Opens one more connection to the jump host."""


class _Trunk:
    """One connection to a jump host with the forwards in it."""

    def __init__(self, connection: asyncssh.SSHClientConnection, owner: LinkOwner) -> None:
        self.connection = connection
        self.owner = owner
        self._forwards: list[Any] = []
        self._full_at: int | None = None
        self._full_until = 0.0

    @property
    def alive(self) -> bool:
        return not self.owner.lost and not self.connection.is_closed()

    @property
    def load(self) -> int:
        """How many forwards are open."""
        self._forwards = [forward for forward in self._forwards if not forward.is_closing()]
        return len(self._forwards)

    def has_room(self, now_s: float) -> bool:
        return self._full_at is None or self.load < self._full_at or now_s >= self._full_until

    def note_full(self, now_s: float) -> None:
        self._full_at = self.load
        self._full_until = now_s + FULL_AGAIN_S

    async def forward(self, factory: Callable[[], Any], host: str, port: int) -> tuple[Any, Any]:
        opening = self.connection.create_connection(factory, host, port)
        channel, session = await or_abandon(opening, lambda opened: opened[0].abort())
        self._forwards.append(channel)
        return channel, session


class JumpPool:
    """One jump host. The SSH library takes it as the tunnel of the connections behind it."""

    def __init__(
        self, route: Route, dial: Dial, gate: Gate, pool_max: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.route = route
        self.gate = gate
        self._dial = dial
        self._pool_max = pool_max
        self._clock = clock
        self._trunks: list[_Trunk] = []
        self._opening: asyncio.Task[_Trunk] | None = None
        self._backoff = Backoff()
        self._failed: TransportError | None = None
        self._failed_since = 0.0
        self._try_again_at = 0.0
        self._answered_at = float("-inf")

    @property
    def label(self) -> str:
        """Its name for people."""
        return f"jump host {clean(self.route.name, 80)}"

    @property
    def connections(self) -> int:
        """How many connections to it are open."""
        return len(self._alive())

    def _alive(self) -> list[_Trunk]:
        self._trunks = [trunk for trunk in self._trunks if trunk.alive]
        return self._trunks

    async def ready(self) -> None:
        """See that at least one connection is open.

        Raises:
            JumpDown: there is none, and none can be had now.
        """
        if not self._alive():
            await self._grow()

    async def _grow(self) -> _Trunk:
        """Open one more connection, one at a time however many ask; a failure is shared until its back-off ends."""
        if self._failed is not None and self._clock() < self._try_again_at:
            raise self.down(self._failed)
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
            self._opening.add_done_callback(lambda done: done.cancelled() or done.exception())
        opening = self._opening
        try:
            return await asyncio.shield(opening)
        except TransportError as error:
            raise self.down(error) from error
        except asyncio.CancelledError:
            if opening.cancelled():  # The pool was closed; whoever waits was not cancelled.
                raise self.down(None) from None
            raise

    async def _open(self) -> _Trunk:
        try:
            trunk = _Trunk(*await self._dial())
        except TransportError as error:
            now = self._clock()
            self._failed_since = self._failed_since if self._failed else now
            self._failed = error
            self._try_again_at = now + self._backoff.next_try(error.state, now - self._failed_since)
            raise
        finally:
            self._opening = None
        self._failed = None
        self._trunks.append(trunk)
        return trunk

    def down(self, cause: TransportError | None) -> JumpDown:
        """Say that this jump host is not up."""
        if isinstance(cause, JumpDown):
            return cause
        why = cause.message if cause else "the connection to it broke"
        return JumpDown(f"{self.label} is not up: {why}", self.route.name, cause, cause.hint if cause else "")

    def lost(self) -> JumpDown | None:
        """Say that the jump host is not up, if it is not."""
        return None if self._alive() else self.down(self._failed)

    async def create_connection(self, factory: Callable[[], Any], host: str, port: int) -> tuple[Any, Any]:
        """Open a forward on the connection with the fewest, and on a further one where those are full.

        Raises:
            JumpDown: no connection to the jump host is left.
            JumpFull: every connection of the pool refuses.
            TransportError: what lies behind refuses or is not there.
        """
        target = _target(self.route, host, port)
        refusal: JumpFull | None = None
        for trunk in sorted(self._alive(), key=lambda trunk: trunk.load):
            if not trunk.has_room(self._clock()):
                continue
            try:
                return await self._through(trunk, factory, target)
            except JumpForbids:
                raise
            except JumpFull as error:
                refusal = error
                trunk.note_full(self._clock())
        if len(self._alive()) >= self._pool_max:
            raise refusal or full(self.label)
        return await self._through(await self._grow(), factory, target)

    async def _through(
        self, trunk: _Trunk, factory: Callable[[], Any], target: Route, again: bool = True
    ) -> tuple[Any, Any]:
        try:
            opened = await trunk.forward(factory, target.address, target.port)
        except asyncssh.ChannelOpenError as error:
            if not trunk.alive:
                raise self.down(None) from error
            if says_nothing(error):
                verdict = await self._judge_silence(trunk, target)
                if isinstance(verdict, NoRoute) and again:
                    # A descriptor may have become free between the two questions, so the first is asked once more.
                    return await self._through(trunk, factory, target, again=False)
                raise verdict from error
            raise of_forward(error, target, self.label) from error
        except (asyncssh.Error, OSError) as error:
            raise self.down(None) from error
        self._answered_at = self._clock()
        return opened

    async def _judge_silence(self, trunk: _Trunk, target: Route) -> TransportError:
        """Tell a jump host that can open no socket from a target that it has no way to.

        sshd gives the same empty answer for both, so it is asked for a port of its own where nobody
        listens: one that has a socket left says so with a reason.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                channel, _ = await trunk.forward(asyncssh.SSHTCPSession, *OWN_CLOSED_PORT)
                channel.close()
        except asyncssh.ChannelOpenError as error:
            if says_nothing(error):
                return full(self.label)
        except (TimeoutError, asyncssh.Error, OSError):
            return self.down(None)
        return no_way(self.label, target)

    async def answers(self) -> bool:
        """Whether the jump host itself answers now: asked before what lies behind it is called down."""
        for trunk in list(self._alive()):
            if self._clock() - self._answered_at < ANSWER_S:
                return True
            try:
                async with asyncio.timeout(ANSWER_S):
                    channel, _ = await trunk.forward(asyncssh.SSHTCPSession, *OWN_CLOSED_PORT)
                    channel.close()
            except asyncssh.ChannelOpenError:
                if not trunk.alive:
                    continue
            except (TimeoutError, asyncssh.Error, OSError):
                trunk.connection.abort()
                continue
            self._answered_at = self._clock()
            return True
        return False

    def forgive(self) -> None:
        """Let the next connection be tried at once, whatever failed before."""
        self._failed = None
        self._try_again_at = 0.0

    def close(self) -> None:
        """End all connections, and with them what goes through them."""
        if self._opening is not None:
            self._opening.cancel()
        for trunk in self._trunks:
            trunk.connection.abort()
        self._trunks = []


def _target(jump: Route, host: str, port: int) -> Route:
    """Describe what lies behind a jump host, as far as an error about it needs."""
    return Route(
        name=host,
        key=host,
        matched=host,
        address=host,
        port=port,
        user=jump.user,
        alias=None,
        via=(),
        proxy_command=False,
        host_key_algorithms=False,
        user_known_hosts=None,
        system_known_hosts=None,
    )
