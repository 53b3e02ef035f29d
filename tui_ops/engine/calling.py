"""Calling: for each open incident, what notification is due now and who gets it.

What is due is worked out by replay of the timeline, so that nothing is remembered that a restart could forget: the
decision, its line and the notifications that it asks for are one transaction.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlmodel import Session

from tui_ops.engine.news import News
from tui_ops.model.fleet import Fleet
from tui_ops.model.incidents import OPEN_STATES, Delivery, Happened, Happening
from tui_ops.model.oncall import Contact, Due, IncidentFact, Nothing, Reason, Way
from tui_ops.practices.oncall.escalation import Settings, call_data, plan, policy_of
from tui_ops.practices.oncall.localtime import clock_text
from tui_ops.practices.oncall.messages import body_of, call_key, title_of
from tui_ops.practices.oncall.quiet import quiet_until
from tui_ops.practices.oncall.replay import CALL
from tui_ops.store.errors import StoreError
from tui_ops.store.notifications import Queue, keep_plan, queue, raw, seen_anew
from tui_ops.store.paths import StatePaths
from tui_ops.store.timeline import add_line
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.oncall import looked_at, read_fact, read_lines, read_overrides
from tui_ops.store.writer import Writer
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)

CALL_S = 2.0
"""How often it is looked for what is due: far below any delay of a policy, and cheap where nothing changed."""

OVER_S = 86400.0
"""So long after an incident was resolved those who were told still hear that its alerts are over."""

CALLS_AT_ONCE = 10
"""Calls of one incident that one look makes: steps that call nobody are gone past in one."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """An incident as it was looked at last."""

    stamp: tuple[int, ...]
    next_at: float | None
    """When something is due by itself, epoch seconds; None where somebody has to do something first."""


@dataclass(slots=True)
class _Wanted:
    """What one call asks for."""

    queues: list[Queue] = field(default_factory=list)
    reached: dict[str, list[str]] = field(default_factory=dict)
    """Person to the ways by which something is queued for him."""
    notes: list[str] = field(default_factory=list)
    """Who is not told, or later, and why."""


class Calling:
    """Decides who is told.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told when an incident has a new line.
        wake: is called when something was queued.
        now: epoch seconds; a test brings its own.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, news: News, wake: Callable[[], None],
        now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._paths = paths
        self._news = news
        self._wake = wake
        self._now = now
        self._fleet = Fleet("")
        self._kept = True
        self._seen: dict[int, _Looked] = {}
        self._reader: Reader | None = None

    def heed(self, fleet: Fleet) -> None:
        """Take over what an inventory says; it is kept for readers with the next look."""
        self._fleet, self._kept = fleet, False
        self._seen.clear()

    async def look(self) -> None:
        """Make the calls that are due.

        Raises:
            StoreError: a call was not kept; it is made with the next look.
        """
        if not self._kept:
            await self._keep()
        made = 0
        for number, looked in await in_thread(self._look_through, "calling"):
            if looked.next_at is not None and looked.next_at <= self._now():
                made += await self._make_calls(number, looked)
            else:
                self._seen[number] = looked
        if made:
            self._wake()
            self._news.tell("incidents")

    async def _make_calls(self, number: int, looked: _Looked) -> int:
        """Make every call of an incident that is due; one that can't be made holds up no other incident's."""
        try:
            return await self._writer.act(partial(self._call, number=number, at=self._now()))
        except StoreError:
            raise
        except Exception:  # the boundary of one incident
            log.exception("nobody can be called about INC-%d", number)
            self._seen[number] = replace(looked, next_at=None)
            return 0

    def close(self) -> None:
        """Let go of the file."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    async def _keep(self) -> None:
        fleet = self._fleet
        await self._writer.act(partial(keep_plan, spec=fleet.oncall, at=self._now(), alerting=fleet.alerting))
        self._kept = fleet is self._fleet
        self._news.tell("incidents")

    def _look_through(self) -> list[tuple[int, _Looked]]:
        """Return the incidents that changed or have something due, with when that is. Runs in a thread."""
        self._reader = self._reader or open_reader(self._paths)
        return self._reader.read(self._changed)

    def _changed(self, connection: sqlite3.Connection) -> list[tuple[int, _Looked]]:
        now = self._now()
        settings = self._settings(connection, now)
        found: list[tuple[int, _Looked]] = []
        there = looked_at(connection, [str(state) for state in OPEN_STATES], now - OVER_S)
        for number, stamp in there:
            seen = self._seen.get(number)
            if seen is None or seen.stamp != stamp or (seen.next_at is not None and seen.next_at <= now):
                found.append((number, _Looked(stamp, _next_at(connection, number, settings, now))))
        self._seen = {number: self._seen[number] for number, _ in there if number in self._seen}
        return found

    def _settings(self, connection: sqlite3.Connection, now: float) -> Settings:
        return Settings(self._fleet.oncall, self._fleet.alerting, read_overrides(connection, now))

    def _call(self, session: Session, number: int, at: float) -> int:
        """Make every call of an incident that is due now, in the act's own transaction; returns how many."""
        for made in range(CALLS_AT_ONCE):
            connection = raw(session)
            planned = _planned(connection, number, self._settings(connection, at), at)
            if planned is None or not isinstance(planned[1], Due) or planned[1].at > at:
                return made
            self._make(session, planned[0], planned[1], at)
            seen_anew(session, number)
        return CALLS_AT_ONCE

    def _make(self, session: Session, incident: IncidentFact, due: Due, at: float) -> None:
        """Queue what a call asks for and write its lines."""
        wanted = self._want(incident, due, at)
        for one in wanted.queues:
            queue(session, incident.number, one, at)
        asking = [alert.id for alert in incident.alerts if alert.firing and alert.asks]
        told = replace(due, people=tuple(wanted.reached))
        data = call_data(told, [one.key for one in wanted.queues], asking)
        kind = Happening.ESCALATED if due.reason in (Reason.ESCALATED, Reason.REPEAT) else Happening.NOTIFIED
        if told.people:
            who = "; ".join(f"{person} by {', '.join(ways)}" for person, ways in wanted.reached.items())
            text = f"{due.reason}: {who} ({_whom(due)}), because {due.why}"
        elif due.people:
            text = f"{Delivery.HELD} to {_whom(due)}: there is no way to reach anybody of them"
        else:
            text = f"{Delivery.HELD}: {due.why} ({_whom(due)})"
        add_line(session, incident.number, Happened(kind, text, data=((CALL, data),)), at)
        for note in wanted.notes:
            add_line(session, incident.number, Happened(Happening.NOTIFIED, note), at)
        log.info("INC-%d: %s", incident.number, text)

    def _want(self, incident: IncidentFact, due: Due, at: float) -> _Wanted:
        """Return what a call asks for: each person by each of his ways."""
        wanted = _Wanted()
        for person in due.people:
            contact = self._fleet.oncall.contact(person)
            ways = [way for way in contact.ways if incident.important or not way.important] if contact else []
            if contact is None or not contact.ways:
                wanted.notes.append(f"{Delivery.HELD} to {person}: the inventory names no way to reach him")
                continue
            if not ways:
                wanted.notes.append(f"{Delivery.HELD} to {person}: all ways to reach him are for important ones only")
                continue
            self._want_of(incident, due, contact, ways, at, wanted)
        return wanted

    def _want_of(
        self, incident: IncidentFact, due: Due, contact: Contact, ways: Sequence[Way], at: float, wanted: _Wanted
    ) -> None:
        until = quiet_until(contact, incident.important, at)
        if until is not None:
            zone = contact.quiet[0].timezone
            said = f"quiet hours of {contact.person}, and P{incident.priority} does not pass them"
            wanted.notes.append(f"{Delivery.HELD} to {contact.person} before {clock_text(until, zone, at)}: {said}")
        wanted.reached[contact.person] = [way.name for way in ways]
        wanted.queues += [
            Queue(
                call_key(incident.number, due, contact.person, way.name), contact.person, way.name, str(due.reason),
                due.step, due.round, title_of(incident, due.reason), body_of(incident, due), until or 0.0,
            )
            for way in ways
        ]  # fmt: skip


def _whom(due: Due) -> str:
    return "those who were told" if due.is_update else f"step {due.step + 1}, {due.who}"


def _next_at(connection: sqlite3.Connection, number: int, settings: Settings, now: float) -> float | None:
    """Return when something is due for an incident by itself."""
    try:
        planned = _planned(connection, number, settings, now)
    except sqlite3.Error:
        raise
    except Exception:  # the boundary of one incident: the others are called all the same
        log.exception("it can't be told who is to be called about INC-%d", number)
        return None
    if planned is None:
        return None
    return planned[1].at if isinstance(planned[1], Due) else planned[1].next_at


def _planned(
    connection: sqlite3.Connection, number: int, settings: Settings, now: float
) -> tuple[IncidentFact, Due | Nothing] | None:
    """Return an incident and what is due for it; None where there is no such incident."""
    incident = read_fact(connection, number)
    if incident is None:
        return None
    lines = read_lines(connection, number)
    return incident, plan(policy_of(settings.spec, incident), incident, lines, settings, now)
