"""What the watches found out, gathered and written a few times a second in one transaction."""

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from tui_ops.engine.news import News
from tui_ops.engine.slow import worst_of
from tui_ops.model.checks import SECTION_PREFIX
from tui_ops.model.clock import Stamp
from tui_ops.model.metrics import METRICS
from tui_ops.model.readings import Reading, SectionReading
from tui_ops.model.states import Severity
from tui_ops.practices.performance.rules import FINE
from tui_ops.store import records
from tui_ops.store.errors import StoreError
from tui_ops.store.facts import FactWrite
from tui_ops.store.live import EventWrite, LatestWrite, SectionWrite, as_json
from tui_ops.store.samples import SampleWrite
from tui_ops.store.writer import Writer
from tui_ops.transport.errors import OfferedKey

log = logging.getLogger(__name__)

FLUSH_S = 0.5
"""Readings wait at most this long to be written together: each transaction costs as much as some readings, and nobody
sees half a second in what is read every ten. What asks for somebody does not wait here: alerts go their own way."""

EARLY_FLUSH_S, EARLY_S = 0.1, 60.0
"""In the first minute somebody waits for the first readings to come, so that they wait less."""

DOCUMENTS_WAIT = 16
"""Documents of sections and readings of facts that wait to be written together: each is a hundred times as large in
memory as on the disk, and when a fleet is read first, hundreds come in a second."""

HELD_MOST = 20_000
"""Readings kept while the database can't be written (a full disk); the oldest go first after that."""

FACT_ITEMS_HELD = 40_000
"""Items of facts kept meanwhile: some twenty lists of packages, each of which takes a megabyte of memory."""


@dataclass(slots=True)
class Batch:
    """What is to be written next."""

    latest: dict[int, LatestWrite] = field(default_factory=dict)
    samples: list[SampleWrite] = field(default_factory=list)
    sections: dict[tuple[int, str], SectionWrite] = field(default_factory=dict)
    events: list[EventWrite] = field(default_factory=list)
    keys: list[tuple[int, OfferedKey, float]] = field(default_factory=list)
    facts: list[FactWrite] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.latest or self.samples or self.sections or self.events or self.keys or self.facts)


class Outbox:
    """Gathers writes and tells the news once they are on disk.

    Args:
        writer: the store's writing side.
        news: who is told.
    """

    def __init__(self, writer: Writer, news: News) -> None:
        self._writer = writer
        self._news = news
        self._batch = Batch()
        self._writing = Batch()
        """What is under way to the disk; it comes back where it can't be written."""
        self._filled = asyncio.Event()
        self._crowded = asyncio.Event()
        self.facts_lost = 0
        """Readings of facts that were given up while the database could not be written: their hosts are asked anew."""
        self.error = ""
        """Why readings are not on disk just now; empty while all is well."""
        self.on_facts: list[Callable[[frozenset[int]], None]] = []
        """Are told of the hosts of which readings of facts are on disk now."""
        self.on_sections: list[Callable[[Collection[tuple[int, str]]], None]] = []
        """The same of sections, each by its host and its name."""

    @property
    def waiting(self) -> int:
        """How many rows wait to be written."""
        batch = self._batch
        return (
            len(batch.latest)
            + len(batch.samples)
            + len(batch.sections)
            + len(batch.events)
            + len(batch.keys)
            + len(batch.facts)
        )

    def latest(self, row: LatestWrite) -> None:
        """Write a host's state; a later one of the same host takes its place, but keeps its reading."""
        before = self._batch.latest.get(row.host_id)
        if before is not None and before.good is not None and row.good is None:
            row = replace(
                before, state=row.state, reason=row.reason, severity=row.severity, since_at=row.since_at,
                tried=row.tried, next_at=row.next_at,
            )  # fmt: skip
        self._batch.latest[row.host_id] = row
        self._filled.set()

    def sample(self, host_id: int, at: Stamp, reading: Reading) -> None:
        """Write one packed row of raw readings."""
        self._batch.samples.append(SampleWrite(at.at, host_id, reading))
        self._filled.set()

    def section(self, host_id: int, period_s: float, tried: Stamp, found: SectionReading) -> None:
        """Write a run of a slow section."""
        worst = worst_of(found)
        first = next(iter(found.statuses), None)
        severity, text = worst.severity, worst.reason
        if worst is FINE and first is not None:
            severity, text = first.severity, first.text
        detail = {f"{metric} {label}" if label else metric: value for (metric, label), value in found.gauges.items()}
        # As text at once: when a fleet is read first, hundreds of documents come in a second.
        document = as_json(found.document)
        self._keep_section(
            SectionWrite(host_id, found.section, period_s, tried, tried, severity, text, document, detail)
        )
        kept = {key: value for key, value in found.gauges.items() if key[0] in METRICS}
        if kept:
            # A row of its own beside that of the vitals: the uptime is not known here, and gauges need none.
            self._batch.samples.append(SampleWrite(tried.at, host_id, Reading(0.0, "", None, gauges=kept)))

    def section_failed(self, host_id: int, name: str, period_s: float, tried: Stamp, why: str) -> None:
        """Write why there is no run of a slow section; the last one stays, with its age."""
        self._keep_section(SectionWrite(host_id, name, period_s, tried, None, Severity.UNKNOWN, why))

    def _keep_section(self, row: SectionWrite) -> None:
        self._batch.sections[(row.host_id, row.section)] = row
        self._took_document()

    def _took_document(self) -> None:
        """Have it written; at once where there are many, unless they wait for a disk that takes nothing."""
        self._filled.set()
        if len(self._batch.sections) + len(self._batch.facts) >= DOCUMENTS_WAIT and not self.error:
            self._crowded.set()

    def drop_checks(self, kept: Collection[tuple[int, str]]) -> None:
        """Give up what waits of checks that there are no more, so that it is not written after they were forgotten.

        Args:
            kept: host id and section of the checks there are.
        """
        for batch in (self._batch, self._writing):
            for key in [key for key in batch.sections if key[1].startswith(SECTION_PREFIX) and key not in kept]:
                del batch.sections[key]

    def event(self, host_id: int, at: float, kind: str, text: str) -> None:
        """Write something that happened to a host."""
        self._batch.events.append(EventWrite(host_id, at, kind, text))
        self._filled.set()

    def fact(self, row: FactWrite) -> None:
        """Write a reading of facts, or why there is none."""
        self._batch.facts.append(row)
        self._took_document()

    def key_seen(self, host_id: int, key: OfferedKey, at: float) -> None:
        """Write down a host key that was offered and is not trusted."""
        self._batch.keys.append((host_id, key, at))
        self._filled.set()

    async def run(self) -> None:
        """Write what comes until cancelled."""
        early = asyncio.get_running_loop().time() + EARLY_S
        while True:
            await self._filled.wait()
            await self.flush()
            gap_s = EARLY_FLUSH_S if asyncio.get_running_loop().time() < early else FLUSH_S
            with suppress(TimeoutError):
                async with asyncio.timeout(gap_s):
                    await self._crowded.wait()

    async def flush(self) -> None:
        """Write what has been gathered; what can't be written is kept and tried again."""
        self._filled.clear()
        self._crowded.clear()
        batch, self._batch = self._batch, Batch()
        if not batch:
            return
        self._writing = batch
        try:
            await self._write(batch)
        except StoreError as error:
            self._keep(batch, error)
            return
        except Exception:  # the boundary of one batch: what can't be written is given up, the engine goes on
            log.exception("a batch of %d readings can't be written and was given up", len(batch.latest))
            self.error = "some readings can't be written: see the engine's log"
            self.facts_lost += len(batch.facts)
            return
        self.error = ""

    async def _write(self, batch: Batch) -> None:
        """Write a batch part by part; what is on disk is taken out of it, so that it is never written twice."""
        if batch.keys:
            await self._writer.note(lambda session: _write_keys(session, batch.keys))
            batch.keys = []
        if batch.latest or batch.sections or batch.events:
            told = ("hosts", "events") if batch.events else ("hosts",)
            await self._writer.write_latest(list(batch.latest.values()), list(batch.sections.values()), batch.events)
            written, batch.latest, batch.sections, batch.events = batch.sections, {}, {}, []
            for told_of in self.on_sections:
                told_of(written.keys())
            self._news.tell(*told)
        if batch.facts:
            differing = await self._writer.facts(batch.facts)
            read, batch.facts = frozenset(one.host_id for one in batch.facts), []
            for heard in self.on_facts:
                heard(read)
            self._news.tell("facts", *(("events",) if differing else ()))
        if batch.samples:
            await self._writer.samples(batch.samples)
            batch.samples = []

    def _keep(self, batch: Batch, error: StoreError) -> None:
        if self.error != error.message:
            log.error("readings are not on disk: %s", error)
        self.error = error.message
        newer, self._batch = self._batch, batch
        self._batch.latest |= newer.latest
        self._batch.sections |= newer.sections
        self._batch.samples = (batch.samples + newer.samples)[-HELD_MOST:]
        self._batch.events = (batch.events + newer.events)[-HELD_MOST:]
        self._batch.keys = (batch.keys + newer.keys)[-HELD_MOST:]
        facts = batch.facts + newer.facts
        self._batch.facts = _youngest(facts, FACT_ITEMS_HELD)
        self.facts_lost += len(facts) - len(self._batch.facts)
        self._filled.set()


def _youngest(facts: list[FactWrite], items: int) -> list[FactWrite]:
    """Return the youngest of these readings that have so many items in all."""
    for at in range(len(facts) - 1, -1, -1):
        found = facts[at].found
        items -= len(found.items) if found is not None else 1
        if items < 0:
            return facts[at + 1 :]
    return facts


def _write_keys(session: Session, keys: list[tuple[int, OfferedKey, float]]) -> None:
    for host_id, key, at in keys:
        records.key_offered(session, host_id, key.kind, key.fingerprint, key.public_key, at)
