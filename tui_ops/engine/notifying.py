"""Notifying: what is queued leaves, and what became of it is on the timeline.

A notification is claimed on disk before it leaves and settled after. Where the engine ends in between, nobody knows
whether it was seen: it goes once more, alone of its kind, under the same key.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session

from tui_ops.engine.news import News
from tui_ops.model.clean import clean
from tui_ops.model.fleet import Fleet, SecretRef
from tui_ops.model.incidents import OPEN_STATES, Delivery
from tui_ops.model.oncall import IMPORTANT, OnCallSpec, Reason, Way
from tui_ops.model.units import format_duration
from tui_ops.practices.oncall.bundling import Batch, Limit, Throttled, Waiting, bundle
from tui_ops.practices.oncall.messages import bundled, key_of
from tui_ops.store.errors import StoreError
from tui_ops.store.notifications import (
    CLOCK_S,
    ERROR_LIMIT,
    acked_since,
    anything_to_send,
    rows,
    sent_since,
    tell,
    to_send,
    waits_for_nothing,
    was_told,
)
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables.incidents import Incident, Notification
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.writer import Writer
from tui_ops.transport.errors import TransportError
from tui_ops.transport.messages import Answer, Message, Outcome, Progress, send_by_apprise, send_mail
from tui_ops.transport.secrets import Secrets
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)

NOTIFY_S = 2.0
"""How often it is looked for what is to be sent; what was queued just now is sent at once."""

SEND_S = 30.0
"""Seconds for one attempt in all, the secret's command included."""

RETRIES_S = (15.0, 60.0, 300.0)
"""Seconds until the next attempt after each that did not leave: a restart of a server, a lost line, greylisting."""

AGAIN_S = 60.0
"""Seconds until what may have been sent goes once more: whoever has it already is not told twice in one breath."""

AT_ONCE = 8
"""Messages that leave at the same time: a storm's first minute, without a thread for each of its people."""

STOP_S = 5.0
"""Seconds that the end of the engine waits for messages that are leaving."""

HISTORY_S = 86400.0
"""How far back messages count for limits: the longest span that a limit may have."""


@dataclass(frozen=True, slots=True)
class Going:
    """A message on its way."""

    ids: tuple[int, ...]
    person: str
    channel: str
    message: Message
    last_try: bool
    """Whether it may have been sent before, so that this is its last attempt."""


class Notifying:
    """Sends what is queued.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told when something was settled.
        now: epoch seconds; a test brings its own.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, news: News, now: Callable[[], float] = time.time
    ) -> None:  # fmt: skip
        self._writer = writer
        self._paths = paths
        self._news = news
        self._now = now
        self._spec = OnCallSpec()
        self._secrets = Secrets()
        self._leaving: dict[asyncio.Task[None], Going] = {}
        self._answered: list[tuple[Going, Answer]] = []
        """What was answered and is not on disk yet."""
        self._settling = asyncio.Lock()
        self._free = asyncio.Semaphore(AT_ONCE)
        self._reader: Reader | None = None

    def heed(self, fleet: Fleet) -> None:
        """Take over how people are reached."""
        self._spec = fleet.oncall

    async def look(self) -> None:
        """Let leave what is due; does not wait for it to arrive.

        Raises:
            StoreError: nothing of it was claimed, so nothing left.
        """
        await self._settle_answered()
        if not await in_thread(self._anything, "notifying"):
            return
        leaving = (*self._leaving.values(), *(going for going, _ in self._answered))
        for going in await self._writer.act(partial(self._claim, leaving=leaving)):
            task = asyncio.create_task(self._deliver(going))
            self._leaving[task] = going
            task.add_done_callback(lambda done: self._leaving.pop(done, None) and None)

    async def settled(self) -> None:
        """Wait until everything that is leaving has its answer."""
        while self._leaving:
            await asyncio.wait(list(self._leaving))

    async def close(self) -> None:
        """Wait a moment for what is leaving; the next start takes up what got no answer, and sends it once more."""
        if self._leaving:
            await asyncio.wait(list(self._leaving), timeout=STOP_S)
        left = list(self._leaving)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _anything(self) -> bool:
        self._reader = self._reader or open_reader(self._paths)
        now = self._now()
        return self._reader.read(lambda connection: anything_to_send(connection, now))

    def _claim(self, session: Session, leaving: Sequence[Going]) -> list[Going]:
        """Return what leaves now beside what is ``leaving``; that it is about to is on disk before it does."""
        now = self._now()
        under_way = {one for going in leaving for one in going.ids}
        there = [row for row in to_send(session) if row.id not in under_way]
        for row in there:
            if waits_for_nothing(row, now):
                row.not_before = now
                session.add(row)
        self._note_interrupted(session, there, now)
        found = self._repeats(session, there, now)
        waiting = [row for row in there if row.state == Delivery.QUEUED and not self._drop(session, row, now)]
        sent = sent_since(session, now - HISTORY_S, now + CLOCK_S)
        batches, throttled = bundle([_waiting(session, row) for row in waiting], sent, self._limits(), now)
        for held in throttled:
            self._throttle(session, held, now)
        busy = {(going.person, going.channel) for going in (*leaving, *found)}
        found += [self._begin(session, one, now) for one in batches if (one.person, one.channel) not in busy]
        return found

    def _note_interrupted(self, session: Session, there: Sequence[Notification], now: float) -> None:
        """Settle what an engine before this one was sending when it ended."""
        for row in there:
            if row.state == Delivery.QUEUED and row.batch:
                row.state, row.not_before = str(Delivery.MAYBE), now
                row.error = "the engine ended before the answer came"
                said = f"{Delivery.MAYBE} to {row.person} by {row.channel}: {row.error}; it goes once more"
                tell(session, row, said, now, Delivery.MAYBE)
                session.add(row)

    def _repeats(self, session: Session, there: Sequence[Notification], now: float) -> list[Going]:
        """Return what may have been sent and goes once more: in the same message, under the same key."""
        groups: dict[str, list[Notification]] = {}
        for row in there:
            if row.state == Delivery.MAYBE and row.not_before <= now:
                groups.setdefault(row.batch or row.key, []).append(row)
        found = []
        for key, group in groups.items():
            for row in group:
                # Done already: if nothing is heard of this attempt either, there is no third.
                row.done_at = now
                row.attempts += 1
                session.add(row)
            found.append(_going(group, key, last_try=True))
        return found

    def _begin(self, session: Session, batch: Batch, now: float) -> Going:
        group = rows(session, batch.ids)
        key = group[0].key if len(group) == 1 else key_of(*(row.key for row in group))
        for row in group:
            row.batch, row.tried_at = key, now
            row.attempts += 1
            session.add(row)
        return _going(group, key, last_try=False)

    def _drop(self, session: Session, row: Notification, now: float) -> bool:
        """Hold back what waited until nobody needs it any more; returns whether it did."""
        why = _outdated(session, row) if row.not_before <= now else ""
        if why:
            row.state, row.done_at, row.error = str(Delivery.HELD), now, why
            session.add(row)
            tell(session, row, f"{Delivery.HELD} to {row.person} by {row.channel}: {why}", now)
        return bool(why)

    def _throttle(self, session: Session, held: Throttled, now: float) -> None:
        for row in rows(session, held.ids):
            row.not_before = held.until
            if row.error != held.why:
                row.error = held.why
                said = f"{Delivery.HELD} yet to {row.person} by {row.channel}: {held.why}"
                tell(session, row, said, now)
            session.add(row)

    def _limits(self) -> dict[tuple[str, str], Limit]:
        return {
            (contact.person, way.name): Limit(way.limit, way.limit_s)
            for contact in self._spec.contacts
            for way in contact.ways
        }

    async def _deliver(self, going: Going) -> None:
        """Send one message and settle it; what the store does not take is settled by the next look."""
        self._answered.append((going, await self._send(going)))
        try:
            await self._settle_answered()
        except StoreError as error:
            log.error("what became of a notification to %s was not kept yet: %s", going.person, error)

    async def _settle_answered(self) -> None:
        """Keep what became of messages; what the disk does not take is remembered, so that nobody is told twice."""
        async with self._settling:
            for going, answer in tuple(self._answered):
                await self._writer.act(partial(self._settle, going=going, answer=answer))
                self._answered.remove((going, answer))
                self._news.tell("incidents")

    async def _send(self, going: Going) -> Answer:
        way = self._way(going.person, going.channel)
        if way is None:
            return Answer(Outcome.FAILED, "the inventory does not name this way any more")
        progress = Progress()
        try:
            async with self._free, asyncio.timeout(SEND_S):
                return await self._by(way, going, progress)
        except TimeoutError:
            kind = Outcome.MAYBE if progress.left else Outcome.AGAIN
            return Answer(kind, f"nothing was heard for {format_duration(SEND_S)}")
        except TransportError as error:
            return Answer(Outcome.AGAIN, error.message)
        except Exception:
            log.exception("a notification to %s by %s broke", going.person, going.channel)
            return Answer(Outcome.MAYBE if progress.left else Outcome.FAILED, "it broke: engine.log says where")

    async def _by(self, way: Way, going: Going, progress: Progress) -> Answer:
        if way.mail:
            server = self._spec.mail
            if server is None:
                return Answer(Outcome.FAILED, "the inventory names no mail server: oncall, mail")
            password = await self._secrets.fetch(server.password, "oncall: mail") or ""
            return await in_thread(lambda: send_mail(server, password, way.mail, going.message, progress), "mail")
        url = way.url
        if isinstance(url, SecretRef):
            url = await self._secrets.fetch(url, f"oncall: {going.person} by {going.channel}")
        address = url or ""
        return await in_thread(lambda: send_by_apprise(address, going.message, progress), "apprise")

    def _way(self, person: str, channel: str) -> Way | None:
        contact = self._spec.contact(person)
        return next((way for way in contact.ways if way.name == channel), None) if contact is not None else None

    def _settle(self, session: Session, going: Going, answer: Answer) -> None:
        now = self._now()
        group = rows(session, going.ids)
        for row in group:
            state, said = _judged(row, going, answer, now)
            if len(group) > 1:
                said += f", in one message with {len(group) - 1} more,"
            row.state = str(state)
            row.error = clean(answer.why, ERROR_LIMIT)
            session.add(row)
            tell(session, row, f"{said} to {row.person} by {row.channel}{_because(answer, row, now)}", now, state)
            log.info("notification %s: %s to %s by %s", row.id, said, row.person, row.channel)


def _judged(row: Notification, going: Going, answer: Answer, now: float) -> tuple[Delivery, str]:
    """Return the state of a notification after an attempt, in a word and for people, and write down when it is next."""
    if answer.outcome is Outcome.SENT:
        row.done_at = now
        return Delivery.SENT, f"{Delivery.SENT} once more" if going.last_try else str(Delivery.SENT)
    retries = answer.outcome is Outcome.AGAIN and row.attempts <= len(RETRIES_S)
    if going.last_try and retries:
        # It did not leave, so that it has not gone once more yet.
        row.done_at, row.not_before = None, now + RETRIES_S[row.attempts - 1]
        return Delivery.MAYBE, f"{Delivery.MAYBE}, and not yet sent once more,"
    if going.last_try:
        return Delivery.MAYBE, f"{Delivery.MAYBE}, and nothing is known of the second time either,"
    if answer.outcome is Outcome.MAYBE:
        row.not_before = now + AGAIN_S
        return Delivery.MAYBE, str(Delivery.MAYBE)
    if retries:
        row.not_before, row.batch = now + RETRIES_S[row.attempts - 1], ""
        return Delivery.QUEUED, "not yet sent"
    row.done_at = now
    return Delivery.FAILED, str(Delivery.FAILED)


def _because(answer: Answer, row: Notification, now: float) -> str:
    if answer.outcome is Outcome.SENT:
        return ""
    again = row.done_at is None
    return f": {answer.why}" + (f"; again in {format_duration(row.not_before - now + 0.5)}" if again else "")


def _waiting(session: Session, row: Notification) -> Waiting:
    incident = session.get(Incident, row.incident_id) if row.incident_id is not None else None
    important = incident is not None and incident.priority <= IMPORTANT
    return Waiting(row.id or 0, row.person, row.channel, row.not_before, important, alone=incident is None)


def _going(group: Sequence[Notification], key: str, last_try: bool) -> Going:
    title, body = bundled([(row.title, row.body) for row in group], key, last_try)
    message = Message(title, body, key, group[0].queued_at)
    return Going(tuple(row.id or 0 for row in group), group[0].person, group[0].channel, message, last_try)


def _outdated(session: Session, row: Notification) -> str:
    """Return why nobody needs a notification any more since it was queued; empty where somebody does."""
    incident = session.get(Incident, row.incident_id) if row.incident_id is not None else None
    if incident is None or incident.id is None:
        return ""
    if row.reason == Reason.OVER:
        told = row.not_before <= row.queued_at or was_told(session, incident.id, row.person, row.id or 0)
        return "" if told else "nothing of it was sent there before"
    if incident.state not in OPEN_STATES:
        return f"it is {incident.state} meanwhile"
    if incident.acked_by and acked_since(session, incident.id, row.queued_at):
        return f"{incident.acked_by} has acknowledged it meanwhile"
    return ""
