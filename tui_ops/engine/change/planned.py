"""Everything that the engine does about changes: from a draft to its evidence, and what nobody planned."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlmodel import Session

from tui_ops.engine.acting import Doing
from tui_ops.engine.change.assessing import ASSESS_S, Assessor
from tui_ops.engine.change.changing import TIDY_S as RUN_TIDY_S
from tui_ops.engine.change.changing import Changing
from tui_ops.engine.change.drifting import LOOK_S as DRIFT_S
from tui_ops.engine.change.drifting import Drifting
from tui_ops.engine.change.freezedoings import FreezeDoings
from tui_ops.engine.change.places import Places
from tui_ops.engine.change.releasedoings import SETTLE_S as RELEASES_S
from tui_ops.engine.change.releasedoings import ReleaseDoings
from tui_ops.engine.change.starting import LOOK_S as START_S
from tui_ops.engine.changedoings import SETTLE_S, ChangeDoings
from tui_ops.engine.news import News
from tui_ops.engine.roster import Roster
from tui_ops.engine.schedule import Schedule
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.people import Who
from tui_ops.practices.changes.assessing import assess
from tui_ops.practices.changes.rulesnamed import rules_in_force
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables.changes import Change
from tui_ops.store.writer import Writer
from tui_ops.transport.base import Transport


class Planned:
    """Puts together what is about changes.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told of changes.
        roster: watches the hosts.
        transport: the way to them.
        fleet: the inventory in force.
        owner: in whose name the engine begins what is scheduled.
        config_files: of ssh, as our own connections read them.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, news: News, roster: Roster, transport: Transport,
        fleet: Callable[[], Fleet], owner: Who, config_files: Sequence[Path] = (),
    ) -> None:  # fmt: skip
        def spec() -> ChangingSpec:
            return fleet().changing

        def rules() -> frozenset[str]:
            return rules_in_force(fleet())

        def weigh(session: Session, change: Change, at: float, spec: ChangingSpec) -> object:
            return assess(session, change, at, spec, rules())

        places = Places(roster.find, transport, paths, fleet, config_files)
        self.changing = Changing(writer, news, spec, places.hands, owner)
        self._acts = ChangeDoings(writer, news, spec, weigh)
        self.assess = weigh
        """Writes the risk and the conflicts of a change."""
        self._assessor = Assessor(writer, news, spec, rules)
        self._freezes = FreezeDoings(news, self._assessor.look)
        self._releases = ReleaseDoings(writer, news, spec)
        self._drifting = Drifting(writer, roster.watches, lambda: spec().noise, lambda topic: news.tell(topic))

    @property
    def stays(self) -> str:
        """Why the engine stays for changes when the last dashboard has gone; empty where it need not."""
        return self.changing.stays

    def doings(self) -> dict[str, Doing]:
        """Return how the acts on changes, freezes and releases are carried out, by their ids."""
        return {
            **self._acts.by_id(), **self.changing.doings(), **self._freezes.by_id(), **self._releases.by_id(),
        }  # fmt: skip

    async def heed(self, _fleet: Fleet, _hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Look anew at what waits, under a fleet that comes into force."""
        await self._acts.settle()
        await self._assessor.look()

    async def begin(self, schedule: Schedule) -> None:
        """Say what was interrupted, and begin what comes round."""
        await self.changing.begin()
        schedule.every("approvals", SETTLE_S, self._acts.settle)
        schedule.every("scheduled changes", START_S, self.changing.starter.look)
        schedule.every("run folders", RUN_TIDY_S, self.changing.tidy)
        schedule.every("assess", ASSESS_S, self._assessor.look)
        schedule.every("releases", RELEASES_S, self._releases.settle)
        schedule.every("unplanned", DRIFT_S, self._drifting.look)

    async def close(self) -> None:
        """End what is under way here; what is under way on hosts goes on there."""
        await self._drifting.close()
        await self.changing.close()
