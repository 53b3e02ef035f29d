"""What the desk said: one message at a time in the rule, and a log of them all."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tui_ops.model.clock import local_time, now
from tui_ops.ui.paint import Ink, Line, line

MESSAGE_S = 6.0
"""How long a message stands: read once, not stared at."""

KEPT = 500
"""Messages in the log: more than a shift brings."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message."""

    at: float
    """Epoch seconds."""
    text: Line
    count: int = 1
    """How many times it was said without another between."""


class Messages:
    """Holds the message that stands, and those that stood.

    Args:
        changed: called when another one stands, or none.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._timer: asyncio.TimerHandle | None = None
        self.log: deque[Said] = deque(maxlen=KEPT)
        self.standing: Line = ()

    def tell(self, said: Line, seconds: float = MESSAGE_S) -> None:
        """Let a line stand for some seconds."""
        before = self.log[-1] if self.log else None
        if before is not None and before.text == said:
            self.log[-1] = Said(now().at, said, before.count + 1)
        else:
            self.log.append(Said(now().at, said))
        self.standing = said
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._end)
        self._changed()

    def _end(self) -> None:
        self.standing = ()
        self._changed()


def log_lines(log: deque[Said]) -> list[Line]:
    """Return the log, the newest last."""
    if not log:
        return [line(("nothing was said yet", Ink.DIM))]
    return [
        line((f"{local_time(said.at):%H:%M:%S}  ", Ink.DIM), *said.text,
             (f"  ({said.count} times)" if said.count > 1 else "", Ink.DIM))
        for said in log
    ]  # fmt: skip
