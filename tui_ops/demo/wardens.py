"""What the demo's two operators do about findings: real acts at the engine's socket, on what was really read."""

import logging
import threading
import time
from collections.abc import Callable

from tui_ops.actions.errors import ActError
from tui_ops.demo.people import Person, person
from tui_ops.demo.run import Place
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.security import FindingSeverity, FindingState
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import FindingRow, findings

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often it is looked whether hosts have been judged."""

JUDGED_S = 240.0
"""They are within two minutes: slow sections are spread, and judged a little after they were read."""

MANY = 5
"""Findings from which on enough hosts have been judged to find something to do."""


class Wardens:
    """The story of findings, told once.

    Args:
        place: where the demo lives.
        ended: whether the demo is ending.
    """

    def __init__(self, place: Place, ended: threading.Event) -> None:
        self._socket = place.state.socket
        self._reader = open_reader(place.state)
        self._ended = ended
        self._taken: set[int] = set()

    def tell(self) -> None:
        """Accept one until next week, ask for another, take one on, and say too early that one is mended."""
        with person(self._socket, "anna") as anna, person(self._socket, "bert") as bert:
            if kept := self._one(FindingSeverity.LOW):
                self._act(
                    bert, "finding.accept", kept, reason="The machine has no network of its own.",
                    control="Its console is recorded.", **{"for": "6d"},
                )  # fmt: skip
                self._act(anna, "finding.approve", kept, text="Until the move.")
            if asked := self._one(FindingSeverity.MEDIUM):
                self._act(
                    anna, "finding.accept", asked, reason="The shop moves to new machines next month.",
                    control="Only the jump hosts reach it.", **{"for": "30d"},
                )  # fmt: skip
            if own := self._one(FindingSeverity.HIGH):
                self._act(bert, "finding.acknowledge", own)
                self._act(bert, "finding.comment", own, text="After the release; CHG-6 touches the same host.")
            if early := self._one(FindingSeverity.MEDIUM):
                self._act(bert, "finding.claim", early, text="should be gone")
                self._act(bert, "finding.recheck", early)

    def _one(self, severity: FindingSeverity) -> FindingRow | None:
        """Return the first finding of a severity that nobody was given yet; None where there is none in time."""
        deadline = time.monotonic() + JUDGED_S
        while time.monotonic() < deadline and not self._ended.wait(LOOK_S):
            live = [row for row in findings(self._reader) if row.state is FindingState.OPEN and not row.waits]
            own = [row for row in live if row.severity is severity and row.id not in self._taken]
            if len(own) >= MANY:
                self._taken.add(own[-1].id)
                return own[-1]
        log.warning("no finding of severity %s", severity)
        return None

    def _act(self, who: Person, action: str, row: FindingRow, **params: str) -> None:
        try:
            who.act(action, row.name, **params)
        except ActError as error:
            log.warning("%s %s: %s", action, row.name, error)


def wardens_beside(place: Place) -> Callable[[], None]:
    """Have the demo's people look after findings beside the desk; returns what ends it."""
    ended = threading.Event()

    def work() -> None:
        try:
            Wardens(place, ended).tell()
        except (OSError, TuiOpsError) as error:
            if not ended.is_set():
                log.warning("the demo's people had to stop: %s", error)

    threading.Thread(target=work, name="wardens", daemon=True).start()
    return ended.set
