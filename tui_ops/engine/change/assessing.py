"""Keeps what is known of waiting changes fresh: who decides about one sees the conflicts and the risk of today."""

import time
from collections.abc import Callable, Collection
from functools import partial

from tui_ops.engine.news import News
from tui_ops.model.changing import ChangingSpec
from tui_ops.practices.changes.assessing import assess_all
from tui_ops.store.changestarts import waiting_numbers
from tui_ops.store.writer import Writer

ASSESS_S = 120.0
"""How often: an incident that opens on a target is heeded at the start whatever stands here; this is for readers."""

TOGETHER = 10
"""Changes in one transaction: the store has one writer, and whoever acts meanwhile waits for it."""


class Assessor:
    """Assesses changes that wait for a decision or for their time.

    Args:
        writer: the store's writing side.
        news: is told where something is not what it was.
        spec: what the inventory in force says of changes.
        rules: the names of the rules in force, against which those of plans are held; None leaves that out.
    """

    def __init__(
        self, writer: Writer, news: News, spec: Callable[[], ChangingSpec],
        rules: Callable[[], Collection[str]] | None = None,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._news = news
        self._spec = spec
        self._rules = rules

    async def look(self) -> None:
        """Assess each of them; to be called again and again, and after whatever they depend on."""
        at, spec = time.time(), self._spec()
        rules = self._rules() if self._rules is not None else None
        numbers = await self._writer.note(waiting_numbers)
        news = 0
        for first in range(0, len(numbers), TOGETHER):
            some = numbers[first : first + TOGETHER]
            # Durable: whoever approves goes by it. Where nothing differs nothing is written, and it costs no disk.
            news += await self._writer.act(partial(assess_all, at=at, spec=spec, numbers=some, rules=rules))
        if news:
            self._news.tell("changes")
