"""Looking after findings: who does, what is said of them, and that they are said to be mended."""

import json

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.people import Role
from tui_ops.model.security import ASIDE_FINDINGS, FindingHappening, FindingState
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.saying import must_may, operator_in, text_of
from tui_ops.practices.security.accepting import end_unused
from tui_ops.practices.security.states import Event
from tui_ops.practices.security.work import Terms, findings_of, move, name_of, names_of, tell
from tui_ops.store.findings import undoable_line
from tui_ops.store.tables.security import Acceptance
from tui_ops.store.undoing import Changes, Entry, MovedOn, take_back

TICKET_LIMIT = 200
"""Characters of a ticket's name or address."""


def acknowledge(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Look after findings from now on."""
    done, findings = Done(""), findings_of(session, asked)
    other = False
    for finding in findings:
        changes = Changes(session)
        if finding.state == FindingState.OPEN:
            role = move(changes, finding, Event.ACKNOWLEDGE, asked, owner=asked.who.name)
            other = True
        else:
            role = Role.OPERATOR
            other |= changes.set(finding, owner=asked.who.name)
        tell(done, asked, finding, FindingHappening.ASSIGNED, f"{asked.who.name} took it on", changes, role)
    if not other:
        raise Refused(f"{names_of(findings)}: yours already", "nothing was changed")
    done.message = f"{names_of(findings)}: yours"
    return done


def assign(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Give findings to somebody."""
    person = operator_in(session, asked, "to")
    return _set(session, asked, {"owner": person}, f"given to {person}", FindingHappening.ASSIGNED)


def ticket(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Name the ticket of another program that findings belong to."""
    name = text_of(asked, "ticket", TICKET_LIMIT)
    return _set(session, asked, {"ticket": name}, f"ticket {name}" if name else "no ticket", FindingHappening.FIELD)


def _set(session: Session, asked: Asked, given: dict[str, object], text: str, kind: FindingHappening) -> Done:
    done, findings, other = Done(""), findings_of(session, asked), False
    for finding in findings:
        changes = Changes(session)
        other |= changes.set(finding, **given)
        tell(done, asked, finding, kind, text, changes)
    if not other:
        raise Refused(f"{names_of(findings)}: that is so already", "nothing was changed")
    done.message = f"{names_of(findings)}: {clean(text, 200)}"
    return done


def comment(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Say something of findings."""
    done, findings, text = Done(""), findings_of(session, asked), text_of(asked, "text")
    for finding in findings:
        tell(done, asked, finding, FindingHappening.COMMENT, text)
    done.message = f"{names_of(findings)}: noted"
    return done


def claim(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Say that findings are mended. The next reading of their hosts decides, and one from before says nothing."""
    done, findings = Done(""), findings_of(session, asked)
    text = text_of(asked, "text")
    for finding in findings:
        changes = Changes(session)
        role = move(changes, finding, Event.CLAIM, asked)
        finding.looked_at = max(finding.looked_at, asked.at)
        said = f"said to be resolved: {text}" if text else "said to be resolved"
        tell(done, asked, finding, FindingHappening.STATE, f"{said}; the next reading decides", changes, role)
    done.message = f"{names_of(findings)}: said to be resolved; their hosts are read anew"
    return done


def reopen(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Put findings back to those that nobody works on."""
    done, findings, reason = Done(""), findings_of(session, asked), text_of(asked, "reason")
    for finding in findings:
        changes = Changes(session)
        role = move(changes, finding, Event.REOPEN, asked, change_id=None)
        tell(done, asked, finding, FindingHappening.STATE, f"open again: {reason}", changes, role)
    done.message = f"{names_of(findings)}: open again"
    return done


def recheck(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Have the hosts of findings read anew, only what their checks look at."""
    done, findings = Done(""), findings_of(session, asked)
    for finding in findings:
        tell(done, asked, finding, FindingHappening.COMMENT, "to be read anew")
    done.message = f"{names_of(findings)}: read anew"
    return done


def undo(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Take back the last act of who asks on each finding, as far as nobody has changed the same since."""
    done, findings = Done(""), findings_of(session, asked)
    for finding in findings:
        assert finding.id is not None
        line = undoable_line(session, finding.id, asked.who.name)
        data = json.loads(line.data) if line is not None else {}
        if line is None:
            raise Refused(f"{name_of(finding)}: there is no act of yours to take back", "change what is not right")
        must_may(asked, Role(data["role"]), "taking it back")
        entries: list[Entry] = [(table, number, columns) for table, number, columns in data["undo"]]
        if FindingState(finding.state) in ASIDE_FINDINGS and any("acceptance_id" in (one[2] or {}) for one in entries):
            raise Refused(f"{name_of(finding)}: it is {finding.state} by now", "take the acceptance back")
        try:
            take_back(session, entries)
        except MovedOn as error:
            raise Refused(f"{name_of(finding)}: {error.message}", error.hint) from error
        for number in {one for _, _, columns in entries for one in (columns or {}).get("acceptance_id", ()) if one}:
            end_unused(session, session.get(Acceptance, number), asked.at, asked.who.name)
        tell(done, asked, finding, FindingHappening.UNDONE, f"taken back: {line.text}", undoes=line.id)
    done.message = f"{names_of(findings)}: taken back"
    return done
