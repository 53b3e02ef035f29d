"""Evidence of an incident: taken from its hosts when it opens and when somebody asks, and kept before it decays."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from tui_ops.collectors.evidence import Block
from tui_ops.engine.beside import View, look_from_all
from tui_ops.engine.blackbox import BlackBox
from tui_ops.engine.evidencehost import Taken, take
from tui_ops.engine.knownerrors import Found, known_here, note_matches
from tui_ops.engine.lastknown import frames_blocks, last_known
from tui_ops.engine.watch import HostWatch
from tui_ops.model.clock import iso
from tui_ops.model.differing import difference_text
from tui_ops.model.evidence import SEEN_FROM, Moment
from tui_ops.model.incidents import Happened, Happening
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.incidents.redact import redacted
from tui_ops.store.errors import StoreError
from tui_ops.store.evidence import EvidenceWrite, hosts_and_onset, write_evidence
from tui_ops.store.paths import StatePaths
from tui_ops.store.timeline import add_line
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.facts import difference_rows
from tui_ops.store.writer import Writer
from tui_ops.transport.settings import Settings
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)

HOSTS_MOST = 5
"""Hosts of one incident that are looked at, the first ones: of fifty that fail alike, five tell as much."""

AT_ONCE = 6
"""Hosts that are asked at the same time: each is a channel and some hundred milliseconds of our core."""

WAITING_MOST = 120
"""Hosts that may wait for their turn; beyond it there is a storm, and what would be taken is no longer of then."""

REMEMBERED = 1000
"""Incidents of which is remembered whose hosts were looked at: hosts join within minutes, not days."""

CHANGES_S = 86_400.0
"""How far back the differences of facts go that stand among the evidence: a day."""

CHANGES_SHOWN = 120
"""Differences that are told of one host."""


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be looked at."""

    incident_id: int
    host_ids: tuple[int, ...]
    onset: float
    """When it began, epoch seconds."""
    moment: Moment
    who: str = ""
    """Who asked for it; empty for the engine."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of one host, in words for the timeline."""

    text: str
    matches: tuple[Found, ...] = ()


class EvidenceTaker:
    """Takes evidence beside the polls, which never wait for it.

    Args:
        watches: the hosts under watch by id, as they are at present.
        writer: the store's writing side.
        paths: the state directory.
        box: the last minutes of every host.
        tell: tells the desks that a topic has changed.
        settings: reads ssh_config, for where a host is that can't be asked; None takes the inventory's address.
        now: epoch seconds; a test brings its own.
    """

    def __init__(
        self,
        watches: Callable[[], Mapping[int, HostWatch]],
        writer: Writer,
        paths: StatePaths,
        box: BlackBox,
        tell: Callable[..., None],
        settings: Settings | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._watches = watches
        self._writer = writer
        self._paths = paths
        self._box = box
        self._tell = tell
        self._settings = settings
        self._now = now
        self._places = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._taking: dict[int, asyncio.Task[Taken]] = {}
        self._waiting = 0
        self._then: OrderedDict[int, set[int]] = OrderedDict()
        """Incident to the hosts that were looked at when it opened, or when they joined it."""

    def opened(self, incident_id: int, host_ids: Sequence[int], onset: float) -> None:
        """Take the evidence of an incident that has just been opened, or that hosts have joined; returns at once.

        Args:
            incident_id: which.
            host_ids: the hosts that it is about, the first found first; those that were looked at are passed over.
            onset: when it began, epoch seconds.
        """
        known = self._then.setdefault(incident_id, set())
        self._then.move_to_end(incident_id)
        if len(self._then) > REMEMBERED:
            self._then.popitem(last=False)
        fresh = [host_id for host_id in dict.fromkeys(host_ids) if host_id not in known][: HOSTS_MOST - len(known)]
        known.update(fresh)
        self._begin(Order(incident_id, tuple(fresh), onset, Moment.THEN))

    def again(self, incident_id: int, host_ids: Sequence[int], onset: float, who: str = "") -> None:
        """Take it again; returns at once.

        Args:
            incident_id: which.
            host_ids: the hosts that it is about, the first found first.
            onset: when it began, epoch seconds.
            who: who asked for it.
        """
        self._begin(Order(incident_id, tuple(dict.fromkeys(host_ids))[:HOSTS_MOST], onset, Moment.NOW, who))

    async def asked(self, asked: Asked, _done: Done) -> None:
        """Take it again after the act ``evidence.take``."""
        for target in asked.targets:
            host_ids, onset = await self._writer.note(lambda session, one=target.id: hosts_and_onset(session, one))  # type: ignore[misc]
            self.again(target.id, host_ids, onset, asked.who.name)
        self._tell("incidents", "audit")

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = [*self._tasks, *self._taking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, order: Order) -> None:
        if not order.host_ids:
            return
        task = asyncio.create_task(self._run(order), name=f"evidence {order.incident_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, order: Order) -> None:
        """Look at every host of an order and write one line of what was kept."""
        try:
            if self._waiting + len(order.host_ids) > WAITING_MOST:
                text = "no evidence was taken: too many hosts are in trouble at once"
                await self._write(order, [Happened(Happening.EVIDENCE, text, order.who)], [])
                return
            self._waiting += len(order.host_ids)
            try:
                kept = await asyncio.gather(*(self._safely(order, host_id) for host_id in order.host_ids))
            finally:
                self._waiting -= len(order.host_ids)
            text = f"evidence kept: {', '.join(one.text for one in kept)}"
            data = (("moment", str(order.moment)), ("hosts", list(order.host_ids)))
            matches = [match for one in kept for match in one.matches]
            await self._write(order, [Happened(Happening.EVIDENCE, text, order.who, data)], matches)
        except StoreError as error:
            log.error("evidence of INC-%d is not on disk: %s", order.incident_id, error)
        except Exception:  # the boundary of one order: the engine goes on, and the next incident gets its evidence
            log.exception("taking evidence of INC-%d failed in a way that nobody foresaw", order.incident_id)

    async def _write(self, order: Order, lines: Sequence[Happened], matches: Sequence[Found]) -> None:
        at = self._now()

        def written(session: Session) -> None:
            for line in lines:
                add_line(session, order.incident_id, line, at)
            note_matches(session, order.incident_id, matches, at)

        await self._writer.act(written)
        self._tell("incidents", *(("problems",) if matches else ()))

    async def _safely(self, order: Order, host_id: int) -> Kept:
        """Look at one host; what goes wrong with it takes nothing from the others."""
        watch = self._watches().get(host_id)
        if watch is None:
            return Kept(f"nothing of host {host_id}, which is not watched any more")
        try:
            return await self._of_host(order, watch)
        except StoreError as error:
            log.error("evidence of %s is not on disk: %s", watch.spec.name, error)
            return Kept(f"nothing of {watch.spec.name}: {error.message}")
        except Exception:  # the boundary of one host: what it sends must not cost the others their evidence
            log.exception("%s: taking evidence failed in a way that nobody foresaw", watch.spec.name)
            return Kept(f"nothing of {watch.spec.name}: see the engine's log")

    async def _of_host(self, order: Order, watch: HostWatch) -> Kept:
        """Look at one host, keep what was seen, and say what that is."""
        name, host_id = watch.spec.name, watch.host_id
        async with self._places:
            taken = await self._ask(watch, order)
        at = self._now()
        rows = await in_thread(lambda: _rows(host_id, at, order.moment, taken.blocks), f"evidence {name}")
        text = f"{name} ({len(rows)} sections{f'; {taken.why}' if taken.why else ''})"
        if not taken.blocks:
            more, text = await self._from_outside(watch, at)
            rows += more
            text = f"{text} ({taken.why})" if taken.why else text
        before, matches = await in_thread(lambda: self._from_store(order, watch, taken.blocks, at), f"evidence {name}")
        rows += before
        await self._writer.act(lambda session: write_evidence(session, order.incident_id, rows))
        self._tell("incidents")
        return Kept(text, tuple(matches))

    async def _ask(self, watch: HostWatch, order: Order) -> Taken:
        """Ask a host; two incidents on one host at one moment ask it once."""
        if watch.spec.is_engine:
            return Taken((), "it is the engine itself")
        task = self._taking.get(watch.host_id)
        if task is None:
            ago_s = self._now() - order.onset if order.moment is Moment.THEN else 0.0
            task = asyncio.create_task(take(watch, ago_s), name=f"evidence of {watch.spec.name}")
            self._taking[watch.host_id] = task
            task.add_done_callback(lambda _: self._taking.pop(watch.host_id, None))
        # Whoever gives up waiting ends it for nobody else.
        taken = await asyncio.shield(task)
        if not taken.blocks and watch.standing.failing_since is not None:
            return Taken((), f"it is {watch.standing.state}")
        return taken

    async def _from_outside(self, watch: HostWatch, at: float) -> tuple[list[EvidenceWrite], str]:
        """Return what the engine and other hosts know of a host that can't be asked, and what that is in words."""
        views: list[View] = []
        if not watch.spec.is_engine:
            views = await look_from_all(watch.spec, list(self._watches().values()), self._settings)
        frames = await in_thread(
            lambda: self._box.with_stored(watch.host_id, at, self._paths), f"black box {watch.spec.name}"
        )
        text = f"black box of {watch.spec.name}"
        text += f", last frame {iso(frames[-1].at)[11:19]} UTC" if frames else ", which is empty"
        if views:
            text += f", {SEEN_FROM}{' and '.join(view.section.removeprefix(SEEN_FROM) for view in views)}"
        rows = _rows(watch.host_id, at, Moment.BEFORE, frames_blocks(frames))
        rows += _rows(watch.host_id, at, Moment.BESIDE, (Block(one.section, one.lines, one.why) for one in views))
        return rows, text

    def _from_store(
        self, order: Order, watch: HostWatch, blocks: Sequence[Block], at: float
    ) -> tuple[list[EvidenceWrite], list[Found]]:
        """Return what the store adds, and which known errors are true of the host. Reads files: not in the loop."""
        with open_reader(self._paths) as reader:
            changes = _changes(reader, watch.host_id, order.onset)
            known = [] if blocks else last_known(reader, watch.host_id)
            matches = known_here(reader, order.incident_id, watch, blocks or known, bool(blocks), at)
        rows = _rows(watch.host_id, at, Moment.BEFORE, known)
        rows += _rows(watch.host_id, at, order.moment if blocks else Moment.BEFORE, [changes])
        if blocks and order.moment is Moment.THEN:
            frames = self._box.with_stored(watch.host_id, at, self._paths)
            rows += _rows(watch.host_id, at, Moment.BEFORE, frames_blocks(frames))
        return rows, matches


def _rows(host_id: int, at: float, moment: Moment, blocks: Iterable[Block]) -> list[EvidenceWrite]:
    """Return blocks as they are kept, secrets struck out."""
    return [
        EvidenceWrite(host_id, at, moment, block.name, tuple(redacted(block.lines)), block.why, block.cut)
        for block in blocks
    ]


def _changes(reader: Reader, host_id: int, onset: float) -> Block:
    """Return the differences of a host's facts in the day before it began."""
    found = reader.read(
        lambda connection: difference_rows(
            connection, "d.host_id = ? AND d.at >= ?", (host_id, onset - CHANGES_S), CHANGES_SHOWN
        )
    )
    lines = tuple(
        f"{iso(row.at)} {row.topic} {row.item} {row.kind}: {difference_text(row.before, row.after)}"
        for row in reversed(found)
    )
    return Block("changes", lines or ("no fact of this host has changed in the day before",))
