"""The jobs that have to report: their reports kept, and what was missed told."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from sqlmodel import Session

from tui_ops.model.alerts import Signal
from tui_ops.model.clean import clean
from tui_ops.model.doors import HeartbeatSpec
from tui_ops.practices.intake.heartbeats import Standing, due_after, over, word_of
from tui_ops.practices.intake.taken import NotTaken
from tui_ops.store.beats import BeatRecord, forget_strangers, keep_beats, kept_beats
from tui_ops.store.errors import StoreError
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How often it is looked whether a report was missed: the shortest grace is a second, people look every minute."""

REPORT_LIMIT = 200
"""Characters of a report's text: a line with a number in it."""

CLOCK_S = 60.0
"""A report that is further ahead than this is from before the clock was set back; less is the clock's own drift."""

STRANGERS_MOST = 200
"""Jobs that the inventory does not name and that are kept: more is no mistake of one person but a flood."""

STRANGERS_KEPT_S = 30 * 86400.0
"""How long such a job is shown after its last report: a monthly one is seen."""

Take = Callable[[Sequence[Signal]], Awaitable[None]]
"""Keeps what is said of alerts; returns once it is on disk.

Raises:
    StoreError: nothing of it was kept.
"""


class Beats:
    """Waits for the reports.

    Args:
        writer: the store's writing side.
        take: is told of what is missed, failed and well again.
        now: epoch seconds; a test brings its own.
    """

    def __init__(self, writer: Writer, take: Take, now: Callable[[], float] = time.time) -> None:
        self._writer = writer
        self._take = take
        self._now = now
        self._standing: dict[str, Standing] = {}
        self._strangers: set[str] = set()
        self._told: dict[str, tuple[object, ...]] = {}
        """Job to how it stood when something was said of it last, as far as that is kept."""
        self._gone: dict[str, BeatRecord] = {}
        """Jobs that are waited for no longer, until that is kept."""
        self._chance: dict[str, float] = {}
        """Doubtful job to when its next report is missed."""
        self._unwritten: set[str] = set()
        self._one = asyncio.Lock()

    async def heed(self, specs: Iterable[HeartbeatSpec]) -> None:
        """Take over which jobs have to report. What is known of them comes from the store.

        Raises:
            StoreError: it can't be read or written.
        """
        async with self._one:
            at = self._now()
            kept = {record.name: record for record in await self._writer.note(kept_beats)}
            before, self._standing = self._standing, {}
            for spec in specs:
                self._standing[spec.name] = self._begun(spec, before.get(spec.name), kept.get(spec.name), at)
            self._gone = {name: one for name, one in kept.items() if one.known and name not in self._standing}
            self._strangers = {name for name in kept if name not in self._standing}
            for name in self._gone:
                self._told.pop(name, None)
            self._chance = {name: due for name, due in self._chance.items() if name in self._standing}
            records = list(map(_record, self._standing.values()))

            def written(session: Session) -> None:
                keep_beats(session, records)
                forget_strangers(session, at - STRANGERS_KEPT_S)

            await self._writer.note(written)

    def _begun(self, spec: HeartbeatSpec, before: Standing | None, kept: BeatRecord | None, at: float) -> Standing:
        """Return how a job stands that the inventory names now."""
        if before is not None and before.spec == spec:
            return before
        if kept is None:
            return Standing(spec, due_after(spec, at))
        last = (kept.last_at, kept.last_ok, kept.last_text)
        due = due_after(spec, kept.last_at) if kept.last_at is not None else kept.due_at
        if before is None and kept.known and due is not None and due == kept.due_at:
            # As an engine before this one left it. What passed since then passed while nobody could report.
            doubtful = not kept.missed and due <= at
            if doubtful:
                self._chance[spec.name] = due_after(spec, at)
            return Standing(spec, due, *last, kept.missed, doubtful)
        self._chance.pop(spec.name, None)
        return Standing(spec, due if due is not None and due > at else due_after(spec, at), *last)

    async def beat(self, name: str, ok: bool, text: str, at: float) -> None:
        """Keep a report; return once it is on disk.

        Args:
            name: the job. One that the inventory does not name is kept and shown too.
            ok: whether it went well.
            text: what it says of itself.
            at: when it came, epoch seconds.

        Raises:
            NotTaken: too many jobs report that the inventory does not name.
            StoreError: it was not kept.
        """
        said = clean(text.strip(), REPORT_LIMIT)
        async with self._one:
            standing = self._standing.get(name)
            if standing is None:
                await self._keep_stranger(BeatRecord(name, at, said, ok, known=False))
                return
            due = due_after(standing.spec, at)
            heard = Standing(standing.spec, due, at, ok, said)
            await self._writer.act(lambda session: keep_beats(session, [_record(heard)]))
            # An inventory that came into force meanwhile waits for the lock, so nothing newer is overwritten.
            self._standing[name] = heard
            self._chance.pop(name, None)
        await self.look()

    async def _keep_stranger(self, record: BeatRecord) -> None:
        if record.name not in self._strangers and len(self._strangers) >= STRANGERS_MOST:
            raise NotTaken(
                "name", f"the inventory does not name this job, and {STRANGERS_MOST} such are kept already",
                "add it below heartbeats",
            )  # fmt: skip
        await self._writer.act(lambda session: keep_beats(session, [record]))
        if record.name not in self._strangers:
            log.warning("a job reports that the inventory does not name: %s; add it below heartbeats", record.name)
        self._strangers.add(record.name)

    def passing(self, at: float) -> list[Signal]:
        """Return what is to be said at a moment, and was not kept yet: missed, failed, in doubt, well again.

        Args:
            at: epoch seconds.
        """
        found = [over(name, at) for name in self._gone]
        for name, standing in self._standing.items():
            standing = self._by_clock(standing, at)
            if not standing.missed and at >= self._chance.get(name, standing.due_at):
                self._chance.pop(name, None)
                standing = self._standing[name] = replace(standing, missed=True, doubtful=False)
                self._unwritten.add(name)
            if self._told.get(name) != _said_by(standing):
                found.append(word_of(standing, at))
        return found

    def _by_clock(self, standing: Standing, at: float) -> Standing:
        """Return how a job stands whose last report is ahead of us, since the clock was set back: as if it was now."""
        if standing.missed or standing.last_at is None or standing.last_at <= at + CLOCK_S:
            return standing
        due = due_after(standing.spec, at)
        if due < standing.due_at:
            standing = self._standing[standing.spec.name] = replace(standing, due_at=due)
            self._unwritten.add(standing.spec.name)
        return standing

    async def look(self) -> None:
        """Tell what is to be told; what can't be kept is told with the next look."""
        async with self._one:
            found = self.passing(self._now())
            try:
                await self._write([_record(self._standing[name]) for name in self._unwritten if name in self._standing])
                self._unwritten.clear()
                if found:
                    await self._take(found)
                gone = [replace(one, known=False, due_at=None, missed=False) for one in self._gone.values()]
                await self._write(gone)
            except StoreError as error:
                log.error("what is said of %d jobs is not on disk: %s", len(found), error)
                return
            self._gone.clear()
            for word in found:
                if word.subject in self._standing:
                    self._told[word.subject] = _said_by(self._standing[word.subject])

    async def _write(self, records: Sequence[BeatRecord]) -> None:
        if records:
            await self._writer.act(lambda session: keep_beats(session, records))


def _said_by(standing: Standing) -> tuple[object, ...]:
    """Return what makes the word of a job another than the one before."""
    why = "" if standing.last_ok else standing.last_text
    return standing.spec, standing.missed, standing.doubtful, standing.last_ok, why


def _record(standing: Standing) -> BeatRecord:
    return BeatRecord(
        standing.spec.name, standing.last_at, standing.last_text, standing.last_ok, standing.due_at, standing.missed,
        rpo_s=standing.spec.rpo_s, backs_up=standing.spec.backs_up,
    )  # fmt: skip
