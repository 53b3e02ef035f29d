"""What the engine remembers of hosts beyond their last reading: the first one as a baseline, and sources of logins."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import astuple

from sqlmodel import Session

from tui_ops.practices.security.baselines import KINDS, SOURCES, first_names_in
from tui_ops.practices.security.logins import ALONE, SourceRow, merged, names_of
from tui_ops.store.baselines import has_baseline, set_baseline, write_sources
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.exposed import TopicNow, kinds_set, logins, topic_items, topics_of_hosts
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""How often it is looked whether readings came; the judge waits for five seconds of quiet, and so finds it done."""

AT_A_LOOK = 50
"""Hosts of one look: some milliseconds of work aside, and one short transaction."""

LOGINS = KINDS[SOURCES]


class Exposing:
    """Keeps baselines and sources of logins.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        changed: is told of hosts that are to be judged anew.
    """

    def __init__(self, writer: Writer, paths: StatePaths, changed: Callable[[Collection[int]], None]) -> None:
        self._writer = writer
        self._paths = paths
        self._changed = changed
        self._waiting: dict[int, None] = {}
        self._read_at: dict[int, float] = {}
        """When the logins of each host were read that were taken in last."""
        self._reader: Reader | None = None

    def heard(self, host_ids: Iterable[int]) -> None:
        """Take note that readings of hosts are on disk."""
        self._waiting |= dict.fromkeys(host_ids)

    async def look(self) -> None:
        """Take in what is new of the hosts of which readings came."""
        if not self._waiting:
            return
        mine = list(self._waiting)[:AT_A_LOOK]
        for host_id in mine:
            del self._waiting[host_id]
        try:
            found = await asyncio.to_thread(self._found, mine)
            if found:
                await self._writer.note(lambda session: _write(session, found))
        except StoreError as error:
            self.heard(mine)
            log.error("baselines were not kept: %s", error)
            return
        for one in found:
            if one.rows is not None:
                self._read_at[one.host_id] = one.at
        if found:
            self._changed({one.host_id for one in found})

    async def close(self) -> None:
        """Let go of the store."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _found(self, host_ids: Collection[int]) -> "list[_New]":
        """Return what is new of hosts; in a thread of its own."""
        if self._reader is None:
            self._reader = open_reader(self._paths)
        reader = self._reader
        have = kinds_set(reader, host_ids)
        found: list[_New] = []
        for topic in topics_of_hosts(reader, host_ids, set(KINDS.values())):
            kind = next(kind for kind, name in KINDS.items() if name == topic.topic)
            if topic.topic == LOGINS:
                found += self._logins(reader, topic, kind not in have.get(topic.host_id, ()))
            elif kind not in have.get(topic.host_id, ()) and not topic.unread and not topic.cut:
                items = topic_items(reader, topic.host_id, topic.topic)
                names = first_names_in(kind, items)
                if names is not None:
                    found.append(_New(topic.host_id, topic.at, kind, names))
        return found

    def _logins(self, reader: Reader, topic: TopicNow, is_first: bool) -> "list[_New]":
        if self._read_at.get(topic.host_id) == topic.at or "accepted" in topic.unread:
            return []
        items = topic_items(reader, topic.host_id, topic.topic)
        before = [
            SourceRow(one.source, one.account, one.first_at, one.last_at, one.good, one.failed, one.failed_day)
            for one in logins(reader, [topic.host_id])
        ]
        rows = merged(before, items, topic.at)
        # Whoever guessed and got in before anybody looked is told, not taken for meant.
        names = names_of(row for row in rows if row.account != ALONE) if is_first else None
        return [_New(topic.host_id, topic.at, SOURCES, names, rows)]


class _New:
    """What is new of one host: a baseline, sources of logins, or both."""

    def __init__(
        self, host_id: int, at: float, kind: str, names: list[str] | None, rows: list[SourceRow] | None = None
    ) -> None:
        self.host_id = host_id
        self.at = at
        self.kind = kind
        self.names = names
        self.rows = rows


def _write(session: Session, found: Iterable[_New]) -> None:
    for one in found:
        if one.rows is not None:
            write_sources(session, one.host_id, [astuple(row) for row in one.rows])
        if one.names is not None and not has_baseline(session, one.host_id, one.kind):
            set_baseline(session, one.host_id, one.kind, one.names, one.at)
