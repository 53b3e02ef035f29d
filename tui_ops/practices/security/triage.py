"""Looking after findings: who does, what is said of them, and that they are said to be mended."""

import json
from collections.abc import Sequence

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.people import Role
from tui_ops.model.security import ASIDE_FINDINGS, FindingHappening, FindingKind, FindingState
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.saying import must_may, operator_in, text_of
from tui_ops.practices.security import rereading
from tui_ops.practices.security.accepting import end_unused
from tui_ops.practices.security.states import Event
from tui_ops.practices.security.work import Terms, findings_of, move, name_of, names_of, tell
from tui_ops.store.findings import undoable_line
from tui_ops.store.tables.fleet import Host
from tui_ops.store.tables.security import Acceptance, Finding
from tui_ops.store.undoing import Changes, Entry, MovedOn, take_back

WORDS_TOLD = 3
"""Different things that somebody else has to do, told in one answer."""

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
    own, others = _sorted_out(session, findings)
    read_here = {finding.id for finding in own}
    for finding in findings:
        changes = Changes(session)
        role = move(changes, finding, Event.CLAIM, asked)
        finding.looked_at = max(finding.looked_at, asked.at)
        said = f"said to be resolved: {text}" if text else "said to be resolved"
        decides = "reading" if finding.id in read_here else "word of who saw it"
        tell(done, asked, finding, FindingHappening.STATE, f"{said}; the next {decides} decides", changes, role)
    read = f"; {_read(own)}" if own else ""
    told = _told(others) if own else _alone(others)
    done.message = f"{names_of(findings)}: said to be resolved{read}{told}"
    return done


Others = dict[str, list[Finding]]
"""Findings at which no reading of ours looks, by what has to be done."""


def _sorted_out(session: Session, findings: Sequence[Finding]) -> tuple[list[Finding], Others]:
    """Return the findings at which readings of ours look, and the others."""
    own: list[Finding] = []
    others: Others = {}
    for finding in findings:
        host = session.get(Host, finding.host_id) if finding.host_id is not None else None
        word = rereading.elsewhere(finding.source, host.name if host is not None else "")
        if word:
            others.setdefault(word, []).append(finding)
        else:
            own.append(finding)
    return own, others


def _read(own: Sequence[Finding]) -> str:
    """Return what is done about those at which readings of ours look."""
    ends = [one for one in own if rereading.is_endpoint(one.check, one.object)]
    backups = [one for one in own if one.kind == FindingKind.BACKUP]
    told = []
    if hosts := len(own) - len(ends) - len(backups):
        told.append("its host is read anew" if hosts == 1 else "their hosts are read anew")
    if ends:
        told.append("its endpoint is asked anew" if len(ends) == 1 else "their endpoints are asked anew")
    if backups:
        told.append("what a backup reported last is judged, and its next good run decides: tui-ops show heartbeats")
    return "; ".join(told)


def _alone(others: Others) -> str:
    """Return the same where there are no others than these, whose names stand before it."""
    return f"; {next(iter(others))}" if len(others) == 1 else _told(others)


def _told(others: Others) -> str:
    """Return what has to be done about the others, as the end of a sentence."""
    told = [f"; {names_of(ones)}: {word}" for word, ones in list(others.items())[:WORDS_TOLD]]
    more = len(others) - len(told)
    return "".join(told) + (f"; and {more} more of that kind" if more else "")


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
    """Have the hosts of findings read anew, only what their checks look at.

    Raises:
        Refused: no reading of ours looks at any of them.
    """
    done, findings = Done(""), findings_of(session, asked)
    own, others = _sorted_out(session, findings)
    if not own:
        raise Refused(f"{names_of(findings)}: no reading of ours looks at that", _alone(others).removeprefix("; "))
    for finding in own:
        tell(done, asked, finding, FindingHappening.COMMENT, "to be read anew")
    done.message = f"{names_of(own)}: {_read(own)}{_told(others)}"
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
