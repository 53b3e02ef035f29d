"""What other practices tell of hosts: how old their backups are, and what differs on them without a change.

Checks are shown it like everything that comes from elsewhere than facts; and a host of which something new is told is
judged anew.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence

from tui_ops.model.changes import change_name
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.beats import BackupRow, backups
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.drafts import Draft, DraftMark, drafts, newest_change, open_drafts
from tui_ops.store.views.exposed import watched
from tui_ops.store.views.judged import Judged

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How often it is looked whether anything new is told; where nothing is, that is two short queries."""

DRAFTS_SHOWN = 20
"""Drafts of one host that a check is shown, the newest: one comes a day, and who left twenty is told by those."""


class _Open:
    """The drafts that are open, read anew only after something became of a change."""

    def __init__(self) -> None:
        self._version = -1
        self._marks: dict[str, tuple[DraftMark, ...]] = {}

    def read(self, reader: Reader) -> dict[str, tuple[DraftMark, ...]]:
        """Return them by the names of their hosts."""
        version = newest_change(reader)
        if version != self._version:
            # What comes between the two is read twice, and never missed.
            self._marks, self._version = open_drafts(reader), version
        return self._marks


class Told:
    """Reads what other practices tell of hosts.

    Args:
        paths: the state directory.
        changed: is told of hosts that are to be judged anew.
    """

    def __init__(self, paths: StatePaths, changed: Callable[[Collection[int]], None]) -> None:
        self._paths = paths
        self._changed = changed
        self._before: dict[str, object] | None = None
        """What was told of each host at the last look."""
        self._judged, self._looked = _Open(), _Open()
        """Of the judge and of the look, which go on beside each other."""

    def known(self, reader: Reader, hosts: Sequence[Judged]) -> Mapping[int, Mapping[str, object]]:
        """Return what is told of hosts, by their ids and by the names under which checks ask for it.

        Args:
            reader: of ``ops.db``.
            hosts: that are about to be judged.
        """
        found = backups(reader, {host.name for host in hosts})
        marks = self._judged.read(reader)
        return {
            host.host_id: {
                "backup": [_backup(one) for one in found.get(host.name, ())],
                "drift": self._drift(reader, marks.get(host.name, ())),
            }
            for host in hosts
        }

    @staticmethod
    def _drift(reader: Reader, marks: Sequence[DraftMark]) -> dict[str, object]:
        shown = drafts(reader, [one.change for one in marks[:DRAFTS_SHOWN]]) if marks else []
        return {"drafts": [_draft(one) for one in shown], "cut": len(marks) > DRAFTS_SHOWN}

    async def look(self) -> None:
        """Have the hosts judged anew of which something else is told than at the last look."""
        try:
            news = await asyncio.to_thread(self._news)
        except StoreError as error:
            log.error("what is told of backups and of differences was not looked at: %s", error)
            return
        if news:
            self._changed(news)

    def _news(self) -> list[int]:
        """Return the hosts of which something else is told; in a thread of its own."""
        with open_reader(self._paths) as reader:
            found, marks = backups(reader), self._looked.read(reader)
            now: dict[str, object] = {
                name: (found.get(name), marks.get(name)) for name in found.keys() | marks.keys()
            }  # fmt: skip
            before, self._before = self._before, now
            if before is None or before == now:
                return []
            other = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
            return [host_id for host_id, name in watched(reader).items() if name in other]


def _backup(row: BackupRow) -> dict[str, object]:
    return {"name": row.job, "at": row.at, "rpo_s": row.rpo_s}


def _draft(draft: Draft) -> dict[str, object]:
    return {
        "change": change_name(draft.change), "state": draft.state, "more": draft.more,
        "items": [
            {"topic": one.topic, "item": one.item, "before": one.before, "after": one.after} for one in draft.items
        ],
    }  # fmt: skip
