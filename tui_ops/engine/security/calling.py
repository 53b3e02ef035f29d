"""Findings that can't wait call people: they become alerts, and alerts become incidents, as those of rules do."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from tui_ops.engine.security.keychanges import SOURCE as ENGINE
from tui_ops.engine.taking import Acknowledge, Take
from tui_ops.model.alerts import AlertState, Source
from tui_ops.model.fleet import Fleet
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import FindingState
from tui_ops.model.states import Severity
from tui_ops.practices.intake.taken import Identity
from tui_ops.practices.security.alerts import RULE, News, Pressing, Told, news_of
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.findings import highest_version
from tui_ops.store.views.pressing import pressing, told

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How often it is looked whether any finding has changed: one number is read, and a page comes within seconds."""

_IN_HAND = (FindingState.ACKNOWLEDGED, FindingState.IN_PROGRESS, FindingState.CLAIMED)


class FindingCalls:
    """Tells of findings that can't wait.

    Args:
        paths: the state directory.
        take: keeps what is said of alerts.
        acknowledge: keeps that somebody has taken them on.
        fleet: the inventory in force.
    """

    def __init__(self, paths: StatePaths, take: Take, acknowledge: Acknowledge, fleet: Callable[[], Fleet]) -> None:
        self._paths = paths
        self._take = take
        self._acknowledge = acknowledge
        self._fleet = fleet
        self._reader: Reader | None = None
        self._seen: tuple[int, str] | None = None
        """The version of the findings that were looked at last, and what was asked for then."""

    async def look(self) -> None:
        """Tell what is new."""
        fleet = self._fleet()
        try:
            news, seen = await asyncio.to_thread(self._news, fleet.security, _services(fleet))
            if news is not None and news.signals:
                await self._take(news.signals)
            if news is not None and news.taken_on:
                await self._acknowledge([Identity(Source.FINDINGS, RULE, check) for check in news.taken_on])
        except StoreError as error:
            log.error("findings that can't wait were not told of: %s", error)
            return
        self._seen = seen

    async def close(self) -> None:
        """Let go of the store."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _news(self, spec: SecuritySpec, services: Mapping[str, str]) -> tuple[News | None, tuple[int, str]]:
        """Return what is to be told, and of which version that is; None where nothing has changed."""
        if self._reader is None:
            self._reader = open_reader(self._paths)
        seen = (highest_version(self._reader), ",".join(spec.alert))
        if seen == self._seen:
            return None, seen
        rows = pressing(self._reader, spec.alert, ENGINE) if spec.alert else []
        found = [
            Pressing(
                row.id, row.check, row.host, row.severity, row.title, row.kev, row.state in _IN_HAND, row.opened_at
            )
            for row in rows
        ]
        before = {
            row.subject: Told(row.text, Severity(row.severity), row.state is AlertState.FIRING)
            for row in told(self._reader)
        }
        return news_of(found, before, services, time.time()), seen


def _services(fleet: Fleet) -> dict[str, str]:
    """Return the first service that each host carries."""
    found: dict[str, str] = {}
    for service in fleet.services:
        for host in service.hosts:
            found.setdefault(host, service.name)
    return found
