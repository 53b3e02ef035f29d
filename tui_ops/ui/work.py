"""Work that goes on beside the keys."""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, cast

from textual.dom import DOMNode

from tui_ops.ui.paint import Ink

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

log = logging.getLogger(__name__)


def in_background(
    owner: DOMNode, work: Callable[[], Coroutine[Any, Any, object]], group: str, exclusive: bool = False
) -> None:
    """Run work that belongs to a part of the desk and ends with it.

    Work that fails never ends the desk: it is logged and told.

    Args:
        owner: the part; when it goes, so does the work.
        work: called once.
        group: work of one group can be exclusive.
        exclusive: give up what the group was doing before: its answer would come too late.
    """

    async def guarded() -> None:
        try:
            await work()
        except Exception as error:
            log.exception("%s of the desk failed", group)
            cast("DeskApp", owner.app).tell(f"{group}: {type(error).__name__}: {error}"[:200], Ink.BAD)

    # Textual's type for work asks for a coroutine that takes nothing and yields nothing; every async function is one.
    owner.run_worker(cast("Callable[[], Awaitable[None]]", guarded), group=group, exclusive=exclusive)
