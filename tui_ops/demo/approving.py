"""Who looks on is alone with two made-up people, and nobody approves his own: they read what he submits, and agree."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from tui_ops.actions.errors import ActError
from tui_ops.demo.people import person
from tui_ops.demo.phones import PEOPLE
from tui_ops.demo.run import Place
from tui_ops.model.changes import ChangeState
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.changes import changes
from tui_ops.store.views.connect import open_reader

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""How often it is looked whether something was submitted."""

READ_S = 8.0
"""For so long each of them reads before he agrees: one sees that it waits, and for whom."""


class Submitted(Protocol):
    """What is looked at of a change; a row of the list is one."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def state(self) -> ChangeState:
        """How far it is."""

    @property
    def requested_by(self) -> str:
        """Whose it is."""

    @property
    def frozen_sha(self) -> str:
        """Of what was frozen: what was edited is another one, and read anew."""


class Readers:
    """Who of the two agrees to what, and when: bert first, anna where it takes both."""

    def __init__(self) -> None:
        self._since: dict[tuple[int, str], float] = {}
        """When each was seen first to wait, by the monotonic clock."""
        self._asked: set[tuple[int, str, str]] = set()

    def due(self, rows: Iterable[Submitted], mono: float) -> list[tuple[int, str]]:
        """Return which changes are agreed to now, each with who does; each of them is told once.

        Args:
            rows: of the list of changes.
            mono: now, by the monotonic clock, in seconds.
        """
        found = []
        for row in rows:
            if row.state is not ChangeState.SUBMITTED or row.requested_by in PEOPLE:
                continue
            key = row.id, row.frozen_sha
            waited_s = mono - self._since.setdefault(key, mono)
            for turn, who in enumerate(reversed(PEOPLE), start=1):
                if waited_s >= turn * READ_S and (*key, who) not in self._asked:
                    self._asked.add((*key, who))
                    found.append((row.id, who))
                    break
        return found


def _agree(place: Place, number: int, who: str) -> None:
    try:
        with person(place.state.socket, who) as one:
            one.act("change.approve", f"CHG-{number}")
    except ActError as error:
        log.warning("approving CHG-%d by %s: %s", number, who, error)


def approvers_beside(place: Place) -> Callable[[], None]:
    """Have the demo's people read what is submitted beside the desk; returns what ends it."""
    ended = threading.Event()

    def work() -> None:
        try:
            readers, reader = Readers(), open_reader(place.state)
            while not ended.wait(LOOK_S):
                for number, who in readers.due(changes(reader), time.monotonic()):
                    _agree(place, number, who)
        except (OSError, TuiOpsError) as error:
            if not ended.is_set():
                log.warning("the demo's people had to stop: %s", error)

    threading.Thread(target=work, name="approvers", daemon=True).start()
    return ended.set
