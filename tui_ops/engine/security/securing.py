"""Everything that the engine does about findings: judging hosts, reading them anew, what people do, what time does."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from sqlmodel import Session

from tui_ops.actions import findings as declared
from tui_ops.engine.acting import Doing
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.roster import Roster
from tui_ops.engine.schedule import Schedule
from tui_ops.engine.security.ageing import Ageing
from tui_ops.engine.security.judging import LOOK_S as JUDGE_S
from tui_ops.engine.security.judging import URGENT_FOR_S, Judging
from tui_ops.engine.security.keychanges import CHECK as KEY_CHECK
from tui_ops.engine.security.keychanges import KeyChanges
from tui_ops.model.checks import SECTION_PREFIX
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import finding_name
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.changes.work import Assess
from tui_ops.practices.changes.work import Terms as ChangeTerms
from tui_ops.practices.saying import named
from tui_ops.practices.security.checks.declared import BY_ID, CHECKS
from tui_ops.practices.security.doings import FINDING_ACTS, FindingAct
from tui_ops.practices.security.findings import Taken
from tui_ops.practices.security.rereading import elsewhere, is_endpoint
from tui_ops.practices.security.work import Terms
from tui_ops.store.errors import StoreError
from tui_ops.store.findingtimes import findings_numbered
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables.security import Finding
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.judged import open_hosts
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

TOPICS_OF_FEEDS = ("packages",)
"""What is read anew for a vulnerability of a package, which feeds saw and no check of ours."""

_READ_AFTER = frozenset({declared.CLAIM.id, declared.RECHECK.id})
"""Acts after which hosts are read anew."""


class Securing:
    """Puts together what is about findings.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told of changes.
        roster: watches the hosts.
        outbox: tells which readings are on disk.
        fleet: the inventory in force.
        assess: writes the risk and the conflicts of changes that are made here.
        is_believed: whether the clock is taken for right.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, news: News, roster: Roster, outbox: Outbox, fleet: Callable[[], Fleet],
        assess: Assess | None = None, is_believed: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._paths = paths
        self._news = news
        self._roster = roster
        self._fleet = fleet
        self._assess = assess
        self.judging = Judging(writer, paths, fleet, CHECKS)
        self.judging.on_taken.append(self._taken)
        self.recheckers: list[Callable[[Mapping[int, Collection[str]]], None]] = []
        """Are asked to look at hosts anew, each with the checks concerned, where they see what no topic tells."""
        self.check_ends: Callable[[Sequence[int]], None] = _none
        """Runs the checks that the inventory has of hosts: they are shown what endpoints show."""
        self._ends: dict[int, float] = {}
        """Hosts whose checks run for somebody who waits, and until when by the monotonic clock."""
        outbox.on_facts.append(self.judging.heard)
        outbox.on_sections.append(self._checked)
        self._keys = KeyChanges(roster.observer, self.judging.say)
        roster.observer = self._keys
        self._ageing = Ageing(writer, fleet, lambda: news.tell("security"), self._again_soon, is_believed)
        self._tasks: set[asyncio.Task[None]] = set()
        self._spec: SecuritySpec | None = None

    def doings(self) -> dict[str, Doing]:
        """Return how the acts on findings are carried out, by their ids."""
        return {
            name: Doing(partial(self._do, act), self._read_after if name in _READ_AFTER else self._after)
            for name, act in FINDING_ACTS.items()
        }

    async def heed(self, fleet: Fleet, _hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Judge everything anew where the inventory says other things of security."""
        if self._spec is not None and fleet.security != self._spec:
            self.judging.all_anew()
        self._spec = fleet.security

    async def begin(self, schedule: Schedule) -> None:
        """Begin what comes round."""
        self._keys.remember(await asyncio.to_thread(self._changed_before))
        schedule.every("judge", JUDGE_S, self.judging.look)
        self._ageing.begin(schedule)

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.judging.close()

    async def again(self, numbers: Collection[int]) -> None:
        """Read on their hosts what the checks of findings look at, and judge that as soon as it is there.

        Those at which no reading of ours looks are left out.

        Args:
            numbers: of the findings.
        """
        by_host, ends = await self._writer.note(lambda session: _by_host(findings_numbered(session, numbers)))
        if ends:
            self._ends |= dict.fromkeys(ends, time.monotonic() + URGENT_FOR_S)
            self.check_ends(sorted(ends))
        self.judging.hurry(by_host)
        for host_id, checks in by_host.items():
            if KEY_CHECK in checks:
                self._roster.read_now([host_id])
            self._roster.facts_again(host_id, {topic for check in checks for topic in _topics_of(check)})
        # What is judged without any topic of its own has its turn as well.
        self.judging.heard(by_host)
        for ask in self.recheckers:
            ask(by_host)

    def _checked(self, written: Collection[tuple[int, str]]) -> None:
        """Judge hosts anew whose checks somebody waits for, once what they saw is on disk."""
        if self._ends:
            now = time.monotonic()
            self._ends = {host_id: until for host_id, until in self._ends.items() if until > now}
            self.judging.heard({one for one, section in written if one in self._ends and _is_check(section)})

    def _do(self, act: FindingAct, session: Session, asked: Asked) -> Done:
        fleet = self._fleet()
        return act(session, asked, Terms(fleet.security, ChangeTerms(fleet.changing, self._assess)))

    async def _after(self, _asked: Asked, done: Done) -> None:
        self._news.tell("security", "audit", *(("changes",) if done.change_lines else ()))

    async def _read_after(self, asked: Asked, done: Done) -> None:
        await self._after(asked, done)
        await self._try_again([target.id for target in asked.targets])

    def _again_soon(self, numbers: Collection[int]) -> None:
        task = asyncio.create_task(self._try_again(numbers))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try_again(self, numbers: Collection[int]) -> None:
        try:
            await self.again(numbers)
        except StoreError as error:
            log.error("hosts of findings were not read anew: %s", error)

    def _taken(self, taken: Taken) -> None:
        if taken.critical:
            log.warning("critical: %s", named([finding_name(number) for number in taken.critical]))
        if taken.changed:
            self._news.tell("security")

    def _changed_before(self) -> set[int]:
        with open_reader(self._paths) as reader:
            return open_hosts(reader, KEY_CHECK)


def _none(_host_ids: Sequence[int]) -> None:
    """Run no checks: there are none."""


def _is_check(section: str) -> bool:
    return section.startswith(SECTION_PREFIX)


def _by_host(findings: Sequence[Finding]) -> tuple[dict[int, set[str]], set[int]]:
    """Return by host the checks of findings at which readings of ours look, and the hosts whose endpoints are asked."""
    by_host: dict[int, set[str]] = {}
    ends: set[int] = set()
    for one in findings:
        if one.host_id is not None and not elsewhere(one.source, ""):
            by_host.setdefault(one.host_id, set()).add(one.check)
            if is_endpoint(one.check, one.object):
                ends.add(one.host_id)
    return by_host, ends


def _topics_of(check: str) -> tuple[str, ...]:
    return BY_ID[check].topics if check in BY_ID else TOPICS_OF_FEEDS
