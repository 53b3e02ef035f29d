"""The judge: once facts of hosts are on disk, checks look at them, aside, a few hosts at a time."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence

from sqlmodel import Session

from tui_ops.collectors.dropin import needed
from tui_ops.collectors.privilege import ROOT_LINES
from tui_ops.collectors.rights import rights_of
from tui_ops.model.fleet import Fleet
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import Sweep
from tui_ops.practices.security.checks.base import Check
from tui_ops.practices.security.findings import Taken, take_sweeps
from tui_ops.practices.security.judging import Said, judge_host
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths
from tui_ops.store.verdicts import forget_verdicts, write_verdicts
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.judged import Judged, hosts_to_judge, judged
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often it is looked whether hosts are to be judged; without any it costs nothing."""

QUIET_S, MOST_S = 5.0, 60.0
"""A host is judged once nothing more has come from it for five seconds, for its topics are read one after the other;
but a minute after the first at the latest."""

URGENT_S = 0.3
"""The same where somebody waits for it."""

URGENT_FOR_S = 120.0
"""How long somebody waits: topics take seconds, a walk through all files a minute."""

AGAIN_S = 900.0
"""Seconds after which a host is judged again without news of it: what was read grows old, and certificates run out."""

OLD_S = 30.0
"""How often it is looked for such hosts."""

AT_ONCE = 3
"""Hosts of one chunk: some ten milliseconds of work aside, and one short transaction. Between two of them everybody
else has a turn at the one writer."""

AT_A_LOOK = 50
"""Hosts of one look, those first that somebody waits for: a fleet of a thousand is through in twenty looks."""

Known = Callable[[Reader, Sequence[Judged]], Mapping[int, Mapping[str, object]]]
"""Tells what of hosts comes from elsewhere than their facts, by their ids; asked aside, in a thread."""


class Judging:
    """Judges hosts.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        fleet: the inventory in force.
        checks: that there are.
        monotonic: seconds that only go forward.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, fleet: Callable[[], Fleet], checks: Sequence[Check],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._paths = paths
        self._fleet = fleet
        self._checks = checks
        self._topics = {topic for check in checks for topic in check.topics} | {"sockets", "files"}
        self._monotonic = monotonic
        self._first: dict[int, float] = {}
        """When the first news came of a host that waits to be judged …"""
        self._last: dict[int, float] = {}
        """… and the last."""
        self._urgent: dict[int, float] = {}
        """Hosts that somebody waits for, and until when."""
        self._done: dict[int, float] = {}
        """When hosts were judged last."""
        self._waiting: list[Sweep] = []
        """What the engine itself has to say of hosts."""
        self._next_old = 0.0
        """When it is looked next for hosts that were not judged for long."""
        self._reader: Reader | None = None
        self.known: list[Known] = []
        """Tell what of hosts comes from elsewhere than their facts."""
        self.on_taken: list[Callable[[Taken], None]] = []
        """Are told what became of findings."""

    def heard(self, host_ids: Collection[int]) -> None:
        """Take note that readings of hosts are on disk."""
        now = self._monotonic()
        for host_id in host_ids:
            self._first.setdefault(host_id, now)
            self._last[host_id] = now

    def at_once(self, host_ids: Collection[int]) -> None:
        """Judge hosts at the next look: what is new of them is on disk, and nothing more of it comes."""
        now = self._monotonic()
        for host_id in host_ids:
            self._first[host_id] = now - MOST_S
            self._last.setdefault(host_id, now)

    def hurry(self, host_ids: Collection[int]) -> None:
        """Take note that somebody waits for these hosts."""
        until = self._monotonic() + URGENT_FOR_S
        self._urgent |= dict.fromkeys(host_ids, until)

    def say(self, sweep: Sweep) -> None:
        """Take what the engine itself sees; it is written at the next look."""
        self._waiting.append(sweep)

    def all_anew(self) -> None:
        """Judge every host anew: the inventory says other things of them, or checks are shown more."""
        self._done.clear()
        self._next_old = 0.0

    async def look(self) -> None:
        """Judge the hosts whose turn it is."""
        try:
            await self._take_waiting()
            for chunk in await self._chunks():
                await self._judge(chunk)
        except StoreError as error:
            log.error("hosts were not judged: %s", error)

    async def judge_all(self) -> None:
        """Judge every host now, whatever came of it."""
        found = await asyncio.to_thread(hosts_to_judge, self._open())
        for at in range(0, len(found), AT_ONCE):
            await self._judge(found[at : at + AT_ONCE])

    async def close(self) -> None:
        """Let go of the store."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # --- whose turn it is ---------------------------------------------------------------------------------------------

    async def _chunks(self) -> list[list[int]]:
        now = self._monotonic()
        self._urgent = {host_id: until for host_id, until in self._urgent.items() if until > now}
        due = [host_id for host_id, first in self._first.items() if self._is_due(host_id, first, now)]
        due = sorted(due, key=lambda host_id: host_id not in self._urgent)[:AT_A_LOOK]
        if len(due) < AT_A_LOOK:
            due += await self._old(now, set(due), AT_A_LOOK - len(due))
        return [due[at : at + AT_ONCE] for at in range(0, len(due), AT_ONCE)]

    def _is_due(self, host_id: int, first: float, now: float) -> bool:
        quiet = URGENT_S if host_id in self._urgent else QUIET_S
        return now - self._last[host_id] >= quiet or now - first >= MOST_S

    async def _old(self, now: float, due: set[int], most: int) -> list[int]:
        """Return hosts that were not judged for long; asked only when any can be."""
        if now < self._next_old:
            return []
        found = await asyncio.to_thread(hosts_to_judge, self._open())
        self._done = {host_id: self._done.get(host_id, float("-inf")) for host_id in found}
        old = [host_id for host_id in found if host_id not in due and self._done[host_id] <= now - AGAIN_S]
        if len(old) <= most:
            self._next_old = now + OLD_S
        return old[:most]

    # --- judging ------------------------------------------------------------------------------------------------------

    def _open(self) -> Reader:
        if self._reader is None:
            self._reader = open_reader(self._paths)
        return self._reader

    async def _judge(self, host_ids: Sequence[int]) -> None:
        now = self._monotonic()
        for host_id in host_ids:
            self._first.pop(host_id, None)
            self._done[host_id] = now
        at = time.time()
        fleet = self._fleet()
        try:
            said = await asyncio.to_thread(self._said, list(host_ids), fleet, at)
            if any(one.verdicts or one.gone or one.sweeps for one in said):
                spec = fleet.security
                self._tell(await self._writer.note(lambda session: _write(session, said, at, spec)))
        except StoreError:
            # What can't be read or written now is judged as soon as it can.
            self.heard(host_ids)
            raise

    def _said(self, host_ids: Sequence[int], fleet: Fleet, at: float) -> list[Said]:
        """Let the checks judge hosts; in a thread of its own."""
        reader = self._open()
        hosts = judged(reader, host_ids, self._topics)
        known: dict[int, dict[str, object]] = {}
        for tell in self.known:
            try:
                for host_id, more in tell(reader, hosts).items():
                    known.setdefault(host_id, {}).update(more)
            except StoreError:
                raise
            except Exception:  # the boundary of one source: what it does not tell is unknown
                log.exception("what is known of hosts from elsewhere could not be asked for")
        above = services_above(fleet)
        found: list[Said] = []
        for host in hosts:
            try:
                services = above.get(host.name, ())
                mine, asked = known.get(host.host_id), host.host_id in self._urgent
                found.append(judge_host(host, self._checks, fleet.security, services, at, root_lines, mine, asked))
            except Exception:  # the boundary of one host: what is kept of it must not stop the others
                log.exception("%s could not be judged", host.name)
        return found

    async def _take_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            at, spec = time.time(), self._fleet().security
            try:
                taken = await self._writer.note(lambda session: take_sweeps(session, waiting, at, spec))
            except StoreError:
                self._waiting = waiting + self._waiting
                raise
            self._tell(taken)

    def _tell(self, taken: Taken | None) -> None:
        if taken is not None:
            for told in self.on_taken:
                told(taken)


def services_above(fleet: Fleet) -> dict[str, tuple[str, ...]]:
    """Return by the name of each host the services that it carries, and those that depend on them, however far up."""
    above: dict[str, list[str]] = {}
    for service in fleet.services:
        for lower in service.depends_on:
            above.setdefault(lower, []).append(service.name)
    found: dict[str, dict[str, None]] = {}
    for service in fleet.services:
        reached, waiting = {service.name: None}, [service.name]
        while waiting:
            for name in above.get(waiting.pop(), ()):
                if name not in reached:
                    reached[name] = None
                    waiting.append(name)
        for host in service.hosts:
            found.setdefault(host, {}).update(reached)
    return {host: tuple(names) for host, names in found.items()}


def _write(session: Session, said: Sequence[Said], at: float, spec: SecuritySpec) -> Taken:
    write_verdicts(session, [row for one in said for row in one.verdicts])
    forget_verdicts(session, [row for one in said for row in one.gone])
    places = {one.host_id: one.place for one in said}
    return take_sweeps(session, [sweep for one in said for sweep in one.sweeps], at, spec, places)


def root_lines(topics: Sequence[str], rights: Mapping[str, object]) -> list[str]:
    """Return the lines of the drop-in for sudo that would make topics known, word for word.

    Args:
        topics: of facts.
        rights: the document of the section ``privilege``: where the programs of the host are; where it says nothing,
            they are taken to be where Debian has them.
    """
    found = rights_of(rights).privilege
    usual = {"timeout": "/usr/bin/timeout", **{line.program: f"/usr/bin/{line.program}" for line in ROOT_LINES}}
    return needed(topics, found.programs or usual, found.allowed, found.sshds)
