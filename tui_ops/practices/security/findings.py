"""From sweeps to findings: what opens, stays, comes back, and is verified gone.

A sweep is what one source says of one check on one host. It alone opens and closes findings, and it closes only what a
reading could have seen that is no older than the one before, by the same check or a later version of it. What could not
be read closes nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.facts import Field
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import (
    ASIDE_FINDINGS,
    SEVERITIES,
    CheckResult,
    FindingHappening,
    FindingSeverity,
    FindingState,
    Seen,
    Sweep,
)
from tui_ops.practices.security.due import due_at
from tui_ops.practices.security.places import places_in
from tui_ops.practices.security.priority import Place, weigh
from tui_ops.practices.security.states import TABLE, Event
from tui_ops.store import findings as store
from tui_ops.store.findings import Held, Line
from tui_ops.store.timeline import to_json

SEEN_MAX = 2000
"""Objects of one sweep that become findings: a host on which more of one kind is wrong is mended as a whole."""

OBJECT_LIMIT, TEXT_LIMIT, TITLE_LIMIT = 200, 300, 150
"""Characters: of what a finding is about, of what was there, of the sentence of its check."""

DATA_LIMIT, EVIDENCE_LIMIT = 4000, 16_000
"""Characters of what is kept as JSON beside it."""

AHEAD_S = 60.0
"""How far a look at a finding may be ahead of our clock before that counts as one that was set back."""

KEEP_EVIDENCE_S = 3600.0
"""How old the evidence of a finding may become while nothing else of it changes: it is the most of what is written."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The sweeps of one source name all that it sees on a host: what they do not name is gone."""

    source: str
    host_id: int
    at: float
    """When the host was read, epoch seconds."""
    checks: str = ""
    """Only checks with this beginning, ``CVE-``."""
    version: str = "1"


@dataclass(slots=True)
class Taken:
    """What became of findings, by their numbers."""

    opened: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    verified: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    """All of which anything is new, these among them."""
    critical: list[int] = field(default_factory=list)
    """Critical ones that opened or came back."""


def take_sweep(session: Session, sweep: Sweep, at: float, spec: SecuritySpec) -> Taken:
    """Take one sweep. See :func:`take_sweeps`."""
    return take_sweeps(session, [sweep], at, spec)


def take_sweeps(
    session: Session, sweeps: Sequence[Sweep], at: float, spec: SecuritySpec,
    places: Mapping[int, Place] | None = None, whole: Sequence[Whole] = (),
) -> Taken:  # fmt: skip
    """Take what sources say: open findings, renew them, let them come back, verify that they are gone.

    Args:
        session: of the transaction.
        sweeps: in the order in which hosts were read.
        at: now, epoch seconds.
        spec: what the inventory says of security.
        places: where hosts stand, by their ids; None reads it.
        whole: sources that have named all that they see on a host.

    Returns:
        What became of which findings.
    """
    host_ids = {one.host_id for one in sweeps if one.host_id is not None} | {one.host_id for one in whole}
    known = places if places is not None else places_in(session, host_ids)
    # Where a source names all that it sees, what it does not name has to be there to be closed.
    checks = {one.check for one in sweeps} if not whole else None
    rows = store.held(session, host_ids, checks, fleet=any(one.host_id is None for one in sweeps))
    taking = _Taking(rows, store.next_number(session), at, spec, known)
    for sweep in sweeps:
        taking.take(sweep)
    for one in whole:
        taking.close_unnamed(one, {(sweep.check, sweep.host_id) for sweep in sweeps})
    return taking.write(session)


def object_of(text: str) -> str:
    """Return what a finding is about as it is kept: harmless, and different for different things however long."""
    told = clean(text, OBJECT_LIMIT)
    if told == text:
        return told
    mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{clean(text, OBJECT_LIMIT - 14)} {mark}"


def is_as_new(version: str, held: str) -> bool:
    """Return whether a version of a check is the same as the one that saw a finding last, or a later one."""
    if version.isdecimal() and held.isdecimal():
        return int(version) >= int(held)
    return version == held


class _Taking:
    """One transaction's sweeps on their way to findings."""

    def __init__(
        self, rows: Iterable[Held], number: int, at: float, spec: SecuritySpec, places: Mapping[int, Place]
    ) -> None:
        self._at = at
        self._spec = spec
        self._places = places
        self._number = number
        self._held: dict[tuple[str, int | None], dict[str, Held]] = {}
        self._early: set[int] = set()
        for row in rows:
            self._held.setdefault((row.check, row.host_id), {})[row.object] = row
            if row.looked_at > at + AHEAD_S:
                self._early.add(row.id)
        self._opened: dict[int, Held] = {}
        self._moved: dict[int, Held] = {}
        self._seen: dict[int, float] = {}
        self._gone: dict[int, float] = {}
        self._lines: list[Line] = []
        self._ended: dict[int, str] = {}
        self._taken = Taken()

    def take(self, sweep: Sweep) -> None:
        """Take one sweep."""
        if sweep.result in (CheckResult.ERROR, CheckResult.STALE):
            return
        if sweep.result is CheckResult.UNKNOWN and (sweep.seen or not sweep.unread):
            return  # Only where it names what it could not look at, the rest was looked at.
        if sweep.result is CheckResult.FAIL and not sweep.seen:
            return  # Something is wrong there, and nobody says what: nothing can be said to be gone.
        rows = self._held.get((sweep.check, sweep.host_id), {})
        if sweep.result is CheckResult.NOT_APPLICABLE:
            for row in rows.values():
                self._believe(row, self._at)
                self._except(row, sweep)
            return
        named: set[str] = set()
        for number, seen in enumerate(sweep.seen):
            about = object_of(seen.object)
            if about in named:
                continue
            named.add(about)
            if about in rows:
                self._believe(rows[about], sweep.at)
                self._renew(rows[about], sweep, seen)
            elif number < SEEN_MAX:
                self._open(sweep, seen, about)
        for about, row in rows.items():
            if about not in named and not about.startswith(sweep.unread or ()):
                self._believe(row, self._at)
                self._close(row, sweep.source, sweep.at, sweep.version)

    def close_unnamed(self, whole: Whole, named: set[tuple[str, int | None]]) -> None:
        """Verify what a source that has named everything has not named."""
        for key, rows in self._held.items():
            check, host_id = key
            if host_id == whole.host_id and check.startswith(whole.checks) and key not in named:
                for row in rows.values():
                    self._believe(row, self._at)
                    self._close(row, whole.source, whole.at, whole.version)

    def _believe(self, row: Held, at: float) -> None:
        """Take a look at a finding that is said to be still to come for one of epoch second ``at``: our clock was set
        back since. Else nothing would be heard of it until then, though it be there again.

        That it is there is believed at once; that it is gone, only of a reading after now.
        """
        if row.id in self._early:
            self._early.discard(row.id)
            row.looked_at = at
            row.last_seen_at = min(row.last_seen_at, self._at)
            self._note(row)

    # --- what is seen -------------------------------------------------------------------------------------------------

    def _open(self, sweep: Sweep, seen: Seen, about: str) -> None:
        severity = seen.severity or sweep.severity
        row = Held(
            id=self._number, check=sweep.check, host_id=sweep.host_id, object=about, source=sweep.source,
            kind=str(sweep.kind), severity=str(severity), title="", text="", advice="",
            state=str(FindingState.OPEN), priority=0, reasons="[]", data="{}", evidence="{}",
            check_version=sweep.version, last_seen_at=sweep.at, looked_at=sweep.at, first_seen_at=sweep.at,
            opened_at=self._at, due_at=due_at(severity, self._at, self._spec), closed_at=None, returned=0,
            change_id=None, acceptance_id=None,
        )  # fmt: skip
        self._number += 1
        self._describe(row, sweep, seen)
        row.evidence = _bounded(sweep.evidence, EVIDENCE_LIMIT)
        self._held.setdefault((sweep.check, sweep.host_id), {})[about] = row
        self._opened[row.id] = row
        self._taken.opened.append(row.id)
        self._note_critical(row)
        self._line(row, FindingHappening.SEEN, f"seen: {row.text}")

    def _renew(self, row: Held, sweep: Sweep, seen: Seen) -> None:
        if sweep.at < row.looked_at:
            return
        before = replace(row)
        severity = str(seen.severity or sweep.severity)
        if severity != row.severity:
            self._line(row, FindingHappening.FIELD, f"severity: {row.severity} → {severity}")
            is_worse = SEVERITIES.index(FindingSeverity(severity)) < SEVERITIES.index(FindingSeverity(row.severity))
            row.severity = severity
            if is_worse and (FindingState(row.state), Event.WORSE) in TABLE:
                row.state = str(TABLE[FindingState(row.state), Event.WORSE].to)
                self._end_acceptance(row, "worse")
                self._line(row, FindingHappening.STATE, "open again: it is worse than what was accepted")
                self._taken.returned.append(row.id)
                self._note_critical(row)
            if row.state != FindingState.VERIFIED:
                self._set_due(row, due_at(FindingSeverity(severity), row.opened_at, self._spec))
        self._describe(row, sweep, seen)
        if row.text != before.text:
            self._line(row, FindingHappening.FIELD, f"now: {row.text}")
        if (FindingState(row.state), Event.RETURN) in TABLE:
            self._return(row)
        if row != before or sweep.at - row.last_seen_at >= KEEP_EVIDENCE_S:
            row.evidence = _bounded(sweep.evidence, EVIDENCE_LIMIT)
            self._note(row)
        row.looked_at = row.last_seen_at = sweep.at
        self._seen[row.id] = sweep.at

    def _describe(self, row: Held, sweep: Sweep, seen: Seen) -> None:
        """Take over what is said of it. None of this is its identity."""
        row.source, row.kind, row.check_version = sweep.source, str(sweep.kind), sweep.version
        row.title = clean(seen.title or sweep.title, TITLE_LIMIT)
        row.text = clean(seen.text or sweep.text, TEXT_LIMIT)
        row.advice = clean(sweep.advice, TEXT_LIMIT)
        row.data = _bounded(seen.data, DATA_LIMIT)
        place = self._places.get(row.host_id, Place()) if row.host_id is not None else Place()
        weigh_row(row, seen.data, place, self._at)

    def _return(self, row: Held) -> None:
        state = FindingState(row.state)
        row.state = str(TABLE[state, Event.RETURN].to)
        if state is FindingState.CLAIMED:
            self._line(row, FindingHappening.RETURNED, "it was said to be resolved, and is still there")
        elif state is FindingState.NOT_APPLICABLE:
            self._line(row, FindingHappening.RETURNED, "it applies again")
        else:
            row.returned += 1
            gone = f", gone since {iso(row.closed_at)[:16]}" if row.closed_at is not None else ""
            self._line(row, FindingHappening.RETURNED, f"it is back{gone}: {row.text}")
            row.opened_at, row.closed_at = self._at, None
            self._set_due(row, due_at(FindingSeverity(row.severity), self._at, self._spec))
        row.change_id = None
        self._taken.returned.append(row.id)
        self._note_critical(row)

    def _set_due(self, row: Held, due: float | None) -> None:
        if row.due_at != due:
            row.due_at = due
            self._line(row, FindingHappening.FIELD, f"due {iso(due)[:10]}" if due is not None else "never due")

    # --- what is not --------------------------------------------------------------------------------------------------

    def _close(self, row: Held, source: str, read_at: float, version: str) -> None:
        """Verify that a finding is gone, where the reading can say so."""
        if read_at < row.looked_at or row.source != source or not is_as_new(version, row.check_version):
            return
        row.looked_at = read_at
        if row.state == FindingState.VERIFIED:
            self._gone[row.id] = read_at
            return
        row.state = str(TABLE[FindingState(row.state), Event.VERIFY].to)
        row.closed_at = self._at
        self._end_acceptance(row)
        self._line(row, FindingHappening.GONE, f"verified: no longer seen by {row.check}, read {iso(read_at)}")
        self._note(row)
        self._taken.verified.append(row.id)

    def _except(self, row: Held, sweep: Sweep) -> None:
        if sweep.at < row.looked_at or (FindingState(row.state), Event.EXCEPT) not in TABLE:
            return
        row.looked_at = sweep.at
        row.state = str(TABLE[FindingState(row.state), Event.EXCEPT].to)
        self._end_acceptance(row)
        self._line(row, FindingHappening.STATE, f"not applicable: {clean(sweep.text, TEXT_LIMIT)}")
        self._note(row)

    def _end_acceptance(self, row: Held, why: str = "gone") -> None:
        """Let go of an acceptance, granted or asked for: it was for what is no more, or for less."""
        if row.acceptance_id is not None:
            self._ended[row.acceptance_id] = why
            row.acceptance_id = None

    # --- writing ------------------------------------------------------------------------------------------------------

    def _note(self, row: Held) -> None:
        if row.id not in self._opened:
            self._moved[row.id] = row

    def _note_critical(self, row: Held) -> None:
        if row.severity == FindingSeverity.CRITICAL and FindingState(row.state) not in ASIDE_FINDINGS:
            self._taken.critical.append(row.id)

    def _line(self, row: Held, kind: FindingHappening, text: str) -> None:
        self._lines.append(Line(row.id, self._at, str(kind), clean(text, 1000)))

    def write(self, session: Session) -> Taken:
        """Write everything; return what became of which findings."""
        if self._opened or self._moved or self._lines:
            store.write(session, list(self._opened.values()), list(self._moved.values()), self._lines)
        store.looked(
            session,
            [(number, at) for number, at in self._seen.items() if number not in self._moved],
            [(number, at) for number, at in self._gone.items() if number not in self._moved],
        )
        for why in sorted(set(self._ended.values())):
            store.end_acceptances(session, [one for one, by in self._ended.items() if by == why], self._at, why)
        self._taken.changed = [*self._opened, *self._moved]
        return self._taken


def weigh_row(row: Held, data: Mapping[str, Field], place: Place, at: float) -> None:
    """Set a finding's priority and its reasons as they are at epoch second ``at``."""
    row.priority, factors = weigh(FindingSeverity(row.severity), data, place, row.opened_at, row.due_at, at)
    row.reasons = to_json([[factor.what, factor.points] for factor in factors])


def _bounded(value: Mapping[str, object], limit: int) -> str:
    """Return plain data as it is kept; what is larger than it may be is left out and said so."""
    try:
        told = json.dumps(dict(value), separators=(",", ":"), ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return '{"cut":true}'
    return told if len(told) <= limit else '{"cut":true}'
