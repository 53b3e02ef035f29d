"""How the acts on freezes are carried out, and what follows: waiting changes are looked at anew at once."""

from collections.abc import Awaitable, Callable

from tui_ops.engine.acting import Doing
from tui_ops.engine.news import News
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.changes.freezes import FREEZE_ACTS


class FreezeDoings:
    """Carries the acts out.

    Args:
        news: is told what changed.
        assess: looks at waiting changes anew.
    """

    def __init__(self, news: News, assess: Callable[[], Awaitable[None]]) -> None:
        self._news = news
        self._assess = assess

    def by_id(self) -> dict[str, Doing]:
        """Return how each act is carried out."""
        return {name: Doing(act, self._after) for name, act in FREEZE_ACTS.items()}

    async def _after(self, _asked: Asked, _done: Done) -> None:
        await self._assess()
        self._news.tell("changes", "audit")
