"""A command that was run for an incident has ended: what came of it stands on the timeline, and checks its step off."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from tui_ops.model.incidents import Happened, Happening
from tui_ops.model.people import Who
from tui_ops.practices.asked import Asked
from tui_ops.practices.incidents import acts
from tui_ops.practices.incidents.outputs import GOOD, Tail, gathered
from tui_ops.practices.incidents.redact import redacted_line
from tui_ops.practices.incidents.rules import may_work_on
from tui_ops.store.incidents import IncidentRecord, find_incidents
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.timeline import add_line

COMMAND_MOST = 200
"""Characters of the command in the line: what it was stands there as a whole where it began."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended everywhere."""

    who: Who
    incident: str
    """The name of the incident that it was for."""
    command: str
    named: str
    """The host, or how many."""
    step: str = ""
    """The number of the step of the runbook that it was; empty where it was none."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Host to how it ended there."""
    tails: Mapping[str, Tail] = field(default_factory=dict)
    """Host to the end of what it wrote there."""
    why: str = ""
    """How it ended as a whole."""


def keep_end(session: Session, ran: Ran, at: float, audit_id: int | None) -> bool:
    """Write on the timeline what came of a command, and check its step off where it went well everywhere.

    Args:
        session: of the transaction that writes its end in the audit.
        ran: the command.
        at: now, epoch seconds.
        audit_id: the audit entry of its end.

    Returns:
        Whether there is such an incident.
    """
    found = find_incidents(session, [ran.incident])
    if not found:
        return False
    incident, outcomes = found[0], set(ran.outcomes.values())
    how = next(iter(outcomes)) if len(ran.outcomes) == 1 else ran.why
    text = f"{redacted_line(ran.command)[:COMMAND_MOST]} on {ran.named}: {how}"
    data = (("outputs", gathered(ran.outcomes, ran.tails)),)
    add_line(session, incident.id, Happened(Happening.COMMAND, text, ran.who.name, data), at, audit_id)
    if ran.step and outcomes == {GOOD}:
        _check_off(session, incident, ran, at, audit_id)
    return True


def _check_off(session: Session, incident: IncidentRecord, ran: Ran, at: float, audit_id: int | None) -> None:
    """Check a step off as its act does it, unless it is done already or the incident is over."""
    done = json.loads(session.get_one(Incident, incident.id).ticked)
    if int(ran.step) in done or not may_work_on(incident):
        return
    ticked = acts.tick(session, Asked(ran.who, at, (incident,), {"step": ran.step}))
    for number, happened in ticked.lines:
        add_line(session, number, happened, at, audit_id)
