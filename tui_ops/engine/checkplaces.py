"""Where checks wait for their turn: what costs our core, descriptors or processes is bounded, and bad ones wait apart.

Who does not answer holds a place for the whole of a time-out and costs nothing meanwhile. So the bound of what goes
over the network lies where descriptors end, and a check that is bad already, for which nobody waits, has places of its
own: a rack that is dark delays no check of what is well.
"""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tui_ops.model.checks import CheckKind, CheckSpec, PluginWish
from tui_ops.transport.gates import Gate

NETWORK_AT_ONCE = 1000
"""Checks by the engine itself that wait for an answer at the same time: with time-outs of 10 s and periods of a minute
that is six thousand checks of which none answers."""

FILES_SHARE = 4
"""They take at most one in so many of the engine's descriptors: each needs one, and every host needs one too."""

BEGUN_AT_ONCE, BEGUN_S = 64, 0.25
"""Checks that begin at the same time, and for how many seconds each counts as such: handshakes cost our own core, and
beyond this it is what is waited for, and measured. One that takes longer waits for the other side."""

PLUGINS_AT_ONCE = 8
"""Plugins that run on the engine's machine at the same time: each is a process or several."""

ON_HOSTS_AT_ONCE = 64
"""Plugins that run on hosts at the same time: each is a channel, which our core opens and reads."""

PLUGINS_PER_HOST = 2
"""Plugins at once over one connection: sshd opens ten channels, and people and readings need theirs."""

BAD_SHARE = 2
"""Bad checks have one place for so many of those of good ones, beside them: they only wait to be well again."""


class Places:
    """The places of all checks.

    Args:
        files: how many descriptors the engine may open; None asks the system.
    """

    def __init__(self, files: int | None = None) -> None:
        most = max(BAD_SHARE, min(NETWORK_AT_ONCE, (_files() if files is None else files) // FILES_SHARE))
        self._network = _pair(most)
        self._begun = {bad: Gate(BEGUN_AT_ONCE // (BAD_SHARE if bad else 1), BEGUN_S) for bad in (False, True)}
        self._plugins = _pair(PLUGINS_AT_ONCE)
        self._on_hosts = _pair(ON_HOSTS_AT_ONCE)
        self._of_host: dict[int, dict[bool, asyncio.Semaphore]] = {}

    @asynccontextmanager
    async def place(self, spec: CheckSpec, host_id: int, bad: bool) -> AsyncIterator[None]:
        """Wait for a place and hold it for the length of the block.

        Args:
            spec: of the check.
            host_id: its host.
            bad: whether its last result was bad, counting or not.
        """
        if spec.kind is not CheckKind.PLUGIN:
            async with self._network[bad], self._begun[bad].place():
                yield
        elif spec.wish == PluginWish("host"):
            own = self._of_host.setdefault(host_id, _pair(PLUGINS_PER_HOST))
            async with own[bad], self._on_hosts[bad]:
                yield
        else:
            async with self._plugins[bad]:
                yield


def _pair(places: int) -> dict[bool, asyncio.Semaphore]:
    """Return the places of good checks, and those of bad ones."""
    return {False: asyncio.Semaphore(places), True: asyncio.Semaphore(places // BAD_SHARE)}


def _files() -> int:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return FILES_SHARE * NETWORK_AT_ONCE if soft == resource.RLIM_INFINITY else soft
