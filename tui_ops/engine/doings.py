"""How each act that is declared is carried out, and what follows from it."""

import asyncio
from collections.abc import Callable

from tui_ops.actions.declared import (
    ENGINE_STOP,
    FLEET_RELOAD,
    HOST_LOGS,
    HOST_MAINTENANCE,
    HOST_MAINTENANCE_END,
    HOST_READ,
    HOST_RUN,
    HOST_SHELL,
    HOST_TRUST,
)
from tui_ops.engine.acting import Doing
from tui_ops.engine.checking import Checking
from tui_ops.engine.force import InForce
from tui_ops.engine.news import News
from tui_ops.engine.roster import Roster
from tui_ops.practices.administration import acts as administration
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.security import acts as security
from tui_ops.transport.ssh import SshTransport

ANSWER_FIRST_S = 0.05
"""The answer leaves first: the door closes its connections when the engine stops."""


class Doings:
    """Carries acts out.

    Args:
        force: the inventory in force.
        roster: watches the hosts.
        checking: runs the checks.
        ssh: the way to them.
        news: is told what changed.
        stop: ends the engine.
    """

    def __init__(
        self, force: InForce, roster: Roster, checking: Checking, ssh: SshTransport, news: News,
        stop: Callable[[], None],
    ) -> None:  # fmt: skip
        self._force = force
        self._roster = roster
        self._checking = checking
        self._ssh = ssh
        self._news = news
        self._stop = stop

    def by_id(self) -> dict[str, Doing]:
        """Return how each act is carried out."""
        return {
            HOST_READ.id: Doing(administration.read_now, self._read_after),
            HOST_SHELL.id: Doing(administration.open_shell, self._tell_after),
            HOST_LOGS.id: Doing(administration.read_logs, self._tell_after),
            HOST_RUN.id: Doing(administration.run_command, self._tell_after),
            HOST_MAINTENANCE.id: Doing(administration.begin_maintenance, self._tell_after),
            HOST_MAINTENANCE_END.id: Doing(administration.end_maintenance, self._tell_after),
            HOST_TRUST.id: Doing(security.trust_keys, self._trusted_after),
            FLEET_RELOAD.id: Doing(self._force.take_over, self._reloaded_after, self._force.read_anew),
            ENGINE_STOP.id: Doing(lambda _session, _asked: Done("the engine stops"), self._stop_after),
        }

    async def _tell_after(self, _asked: Asked, _done: Done) -> None:
        self._news.tell("hosts", "events", "audit")

    async def _read_after(self, asked: Asked, _done: Done) -> None:
        for target in asked.targets:
            watch = self._roster.watches.get(target.id)
            if watch is not None and watch.standing.failing_since is not None:
                self._ssh.forget(target.name)
        self._roster.read_now([target.id for target in asked.targets])
        self._checking.read_now([target.id for target in asked.targets])
        if topics := administration.topics_of(asked):
            for target in asked.targets:
                self._roster.facts_again(target.id, topics)
        self._news.tell("audit")

    async def _trusted_after(self, asked: Asked, done: Done) -> None:
        await self._force.renew_keys()
        await self._read_after(asked, done)
        self._news.tell("hosts", "events", "audit")

    async def _reloaded_after(self, _asked: Asked, _done: Done) -> None:
        await self._force.reloaded()
        self._news.tell("audit", "events")

    async def _stop_after(self, _asked: Asked, _done: Done) -> None:
        asyncio.get_running_loop().call_later(ANSWER_FIRST_S, self._stop)
