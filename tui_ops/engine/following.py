"""The inventory's files are looked at every few seconds, and a change that has come to rest is taken over."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from tui_ops.inventory.watched import stamps
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Between two looks. A change is taken over when two looks in a row see the same: an editor or a checkout that
writes several files is done by then, and a person waits four seconds at most."""


class Following:
    """Notices that files change.

    Args:
        reload: takes the change over, or refuses it; either way it tells :meth:`take` what it looked at.
    """

    def __init__(self, reload: Callable[[], Awaitable[None]]) -> None:
        self._reload = reload
        self._known: dict[str, str] = {}
        self._seen: dict[str, str] = {}

    def take(self, files: Mapping[str, str], refused: bool = False) -> None:
        """Take note of what a reading looked at: from now on, only what differs from that is a change.

        Args:
            files: every path with its stamp before it was read.
            refused: the reading ended early, so what an earlier one looked at is followed as well.
        """
        self._known = {**(self._known if refused else {}), **files}

    async def look(self) -> None:
        """Look at every file, and reload where a change has come to rest. A refused change is not tried again."""
        paths = list(self._known)
        now = await in_thread(lambda: stamps(paths), "inventory files")
        changed = [path for path, seen in now.items() if self._known.get(path, seen) != seen]
        if changed and now == self._seen:
            log.info("changed: %s%s", changed[0], f" and {len(changed) - 1} more" if len(changed) > 1 else "")
            self._known.update(now)
            await self._reload()
        self._seen = now
