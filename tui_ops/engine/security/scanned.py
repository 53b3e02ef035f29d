"""Everything that the engine does about other scanners: reports that come in, and runs on hosts."""

from collections.abc import Callable, Mapping

from tui_ops.actions.scans import FINDINGS_IMPORT, SCAN_RUN
from tui_ops.engine.acting import Doing
from tui_ops.engine.news import News
from tui_ops.engine.schedule import Schedule
from tui_ops.engine.security.importing import Importing
from tui_ops.engine.security.scanning import FIRST_S, LOOK_S, Scanning
from tui_ops.engine.streams import Receive
from tui_ops.engine.watch import HostWatch
from tui_ops.model.people import Who
from tui_ops.model.securing import SecuritySpec
from tui_ops.practices.security.findings import Taken
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer


class Scanned:
    """Puts together what is about other scanners.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told of changes.
        spec: what the inventory in force says of security.
        watches: the hosts by id; the same mapping for as long as the engine runs.
        owner: in whose name the weekly runs are.
        on_taken: are told what became of findings.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, news: News, spec: Callable[[], SecuritySpec],
        watches: Mapping[int, HostWatch], owner: Who, on_taken: list[Callable[[Taken], None]],
    ) -> None:  # fmt: skip
        self.importing = Importing(writer, paths, spec, on_taken)
        self.scanning = Scanning(writer, self.importing, spec, lambda: watches, owner, news.tell)

    def doings(self) -> dict[str, Doing]:
        """Return how the acts are carried out, by their ids."""
        return {
            FINDINGS_IMPORT.id: Doing(self.importing.asked),
            SCAN_RUN.id: Doing(self.scanning.asked, self.scanning.after),
        }

    def takes(self) -> dict[str, Receive]:
        """Return who takes the files that acts send, by the acts' ids."""
        return {FINDINGS_IMPORT.id: self.importing.receive}

    def begin(self, schedule: Schedule) -> None:
        """Clear up what an earlier engine left, and begin what comes round."""
        self.importing.begin()
        schedule.every("scanners", LOOK_S, self.scanning.look, first_in_s=FIRST_S)

    async def close(self) -> None:
        """Give up what is under way."""
        await self.scanning.close()
