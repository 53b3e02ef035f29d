"""Setting findings aside until a day: one person asks, another approves, and it runs out loudly.

What is called a false positive needs a second person as well: the finding goes out of sight in the same way, and a
scanner that is wrong about one host is often right about the next.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened
from tui_ops.model.people import Role
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import FindingHappening, FindingSeverity, FindingState
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.saying import must_may, text_of
from tui_ops.practices.security.due import due_at, has_run_out
from tui_ops.practices.security.states import TABLE, Event
from tui_ops.practices.security.work import Terms, findings_of, move, name_of, names_of, tell
from tui_ops.store.changes import called
from tui_ops.store.findings import findings_with, is_waiting
from tui_ops.store.findingtimes import run_out
from tui_ops.store.tables.security import Acceptance, Finding
from tui_ops.store.timeline import add_finding_line, changed
from tui_ops.store.undoing import Changes
from tui_ops.store.vex import withdraw

LONGEST_S = 366 * 86400.0
"""An acceptance lasts a year at most: who accepted it may have left by then, and the world is another."""

ACCEPT, FALSE_POSITIVE = "accept", "false positive"

_EVENTS = {ACCEPT: Event.ACCEPT, FALSE_POSITIVE: Event.FALSE_POSITIVE}


def accept(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Ask to carry the risk of findings until a day."""
    control = text_of(asked, "control")
    return _ask(session, asked, ACCEPT, "accept the risk", control)


def false_positive(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Ask to call findings none until a day."""
    return _ask(session, asked, FALSE_POSITIVE, "call it a false positive", "")


def _ask(session: Session, asked: Asked, kind: str, what: str, control: str) -> Done:
    done, reason = Done(""), text_of(asked, "reason")
    until = _until(asked)
    findings = findings_of(session, asked)
    by_check: dict[str, Acceptance] = {}
    for finding in findings:
        row = by_check.get(finding.check)
        if row is None:
            row = by_check[finding.check] = Acceptance(
                kind=kind, check=finding.check, reason=reason, control=control, asked_by=asked.who.name,
                asked_uid=asked.who.uid, asked_at=asked.at, expires_at=until, restart_due=asked.flag("restart"),
            )  # fmt: skip
            changed(session, [row])
        changes = Changes(session)
        changes.set(finding, acceptance_id=row.id)
        text = f"asked to {what} until {iso(until)[:10]}: {reason}"
        text += f"; meanwhile: {control}" if control else ""
        tell(done, asked, finding, FindingHappening.ACCEPTANCE, text, changes)
    done.message = f"{names_of(findings)}: asked to {what} until {iso(until)[:10]}; another approver has to say yes"
    return done


def _until(asked: Asked) -> float:
    """Return until when it is to be set aside: a day that is named counts before a time.

    Raises:
        Refused: neither a day nor a time is given, or it is none that may be.
    """
    given = text_of(asked, "until", 40)
    if given:
        try:
            day = datetime.fromisoformat(given)
            until = (day if day.tzinfo else day.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError) as error:
            raise Refused(f"{given!r} is no day", "write it as 2027-03-31, in UTC") from error
    elif "for" in asked.params:
        until = asked.at + asked.seconds("for")
    else:
        raise Refused("it is not said until when", "for=90d or until=2027-03-31")
    if not math.isfinite(until) or not asked.at < until <= asked.at + LONGEST_S:
        raise Refused("it has to end within a year from now", "for=90d or until=2027-03-31")
    return until


def approve(session: Session, asked: Asked, terms: Terms) -> Done:
    """Set findings aside as it was asked for. Only what is marked is approved, whatever it was asked together with."""
    done = Done("")
    findings = findings_of(session, asked)
    for row, own in _asked_for(session, findings):
        _must_be_another(session, asked, row, terms.solo, [name_of(finding) for finding in own])
        row = _split(session, row, own)
        if has_run_out(row.expires_at, asked.at):
            raise Refused(f"{names_of(own)}: it was asked for until a day that is over", "ask anew, with another day")
        row.approved_by, row.approved_at, row.solo = asked.who.name, asked.at, row.asked_by == asked.who.name
        row.answer = text_of(asked, "text")
        changed(session, [row])
        for finding in own:
            changes = Changes(session)
            move(changes, finding, _EVENTS[row.kind], asked)
            changes.kept()
            alone = ", by the one who asked" if row.solo else ""
            said = f"{finding.state} until {iso(row.expires_at)[:10]}{alone}: {row.reason}"
            tell(done, asked, finding, FindingHappening.ACCEPTANCE, said, acceptance=row.id)
    done.message = f"{names_of(findings)}: {findings[0].state}"
    return done


def reject(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Leave findings as they are, though it was asked to set them aside."""
    done, reason = Done(""), text_of(asked, "reason")
    findings = findings_of(session, asked)
    for row, own in _asked_for(session, findings):
        row = _split(session, row, own)
        row.rejected_by, row.rejected_at, row.answer = asked.who.name, asked.at, reason
        changed(session, [row])
        for finding in own:
            _let_go(session, finding)
            tell(done, asked, finding, FindingHappening.ACCEPTANCE, f"not accepted: {reason}")
    done.message = f"{names_of(findings)}: not accepted"
    return done


def revoke(session: Session, asked: Asked, terms: Terms) -> Done:
    """Take back that findings are set aside, or that it is asked for."""
    done, reason = Done(""), text_of(asked, "reason")
    findings = findings_of(session, asked)
    for finding in findings:
        row = session.get(Acceptance, finding.acceptance_id) if finding.acceptance_id is not None else None
        if row is not None and is_waiting(row):
            if row.asked_by != asked.who.name:
                must_may(asked, Role.APPROVER, f"taking back what {row.asked_by} asked for")
            text = "no longer asked to be set aside"
        else:
            changes = Changes(session)
            move(changes, finding, Event.REVOKE, asked)
            changes.kept()
            _renew_due(finding, row, asked.at, terms.spec)
            text = "open again: its acceptance was taken back"
        _let_go(session, finding)
        end_unused(session, row, asked.at, asked.who.name)
        if row is not None and row.statement_id is not None:
            withdraw(session, row.statement_id, asked.at, asked.who.name)
        tell(done, asked, finding, FindingHappening.ACCEPTANCE, f"{text}: {reason}" if reason else text)
    done.message = f"{names_of(findings)}: no longer set aside"
    return done


def _asked_for(session: Session, findings: Sequence[Finding]) -> list[tuple[Acceptance, list[Finding]]]:
    """Return what was asked for, each with those of the findings that it is for.

    Raises:
        Refused: for one of them nobody asks.
    """
    found: dict[int, tuple[Acceptance, list[Finding]]] = {}
    for finding in findings:
        row = session.get(Acceptance, finding.acceptance_id) if finding.acceptance_id is not None else None
        if row is None or row.id is None or not is_waiting(row):
            raise Refused(f"{name_of(finding)}: nobody asks to set it aside", "nothing was changed")
        found.setdefault(row.id, (row, []))[1].append(finding)
    return list(found.values())


def _must_be_another(session: Session, asked: Asked, row: Acceptance, solo: bool, names: Sequence[str]) -> None:
    """Refuse where the one who approves asked for it, by his name, by his account, or by what it was called then."""
    if solo:
        return
    same = asked.who.name == row.asked_by or (row.asked_uid is not None and asked.who.uid == row.asked_uid)
    if not same and row.asked_uid is not None:
        same = asked.who.name in called(session, [row.asked_uid])
    if same:
        raise Refused(
            f"{', '.join(names[:3])}: four eyes: {asked.who.name} asked for it",
            "another approver has to; in a team of one write 'changes: {team: solo}' into the inventory",
        )


def _split(session: Session, row: Acceptance, own: Sequence[Finding]) -> Acceptance:
    """Return an acceptance for just these findings: what was asked for others at the same time goes on waiting."""
    assert row.id is not None
    if len(findings_with(session, row.id)) == len(own):
        return row
    copy = Acceptance(**row.model_dump(exclude={"id", "version", "revision"}))
    changed(session, [copy])
    for finding in own:
        finding.acceptance_id = copy.id
        session.add(finding)
    session.flush()
    return copy


def _let_go(session: Session, finding: Finding) -> None:
    finding.acceptance_id = None
    changed(session, [finding])


def end_unused(session: Session, row: Acceptance | None, at: float, by: str) -> None:
    """End an acceptance that no finding has any more; ``at`` is in epoch seconds, ``by`` who took it back."""
    if row is not None and row.id is not None and row.ended_at is None and not findings_with(session, row.id):
        row.ended_at, row.ended_by = at, by
        changed(session, [row])


def _renew_due(finding: Finding, row: Acceptance | None, at: float, spec: SecuritySpec) -> None:
    """Give a finding a new due day, where that was chosen when it was set aside."""
    if row is not None and row.restart_due:
        finding.due_at = due_at(FindingSeverity(finding.severity), at, spec)


# --- the engine -------------------------------------------------------------------------------------------------------


def expire(session: Session, at: float, spec: SecuritySpec) -> list[int]:
    """Let everything come back whose time is over, or whose time is none.

    Args:
        session: of the transaction.
        at: now, epoch seconds.
        spec: what the inventory says of security.

    Returns:
        The numbers of the findings that are open again.
    """
    back: list[int] = []
    for row, findings in run_out(session, lambda expires_at: has_run_out(expires_at, at)):
        readable = isinstance(row.expires_at, int | float) and math.isfinite(row.expires_at)
        when = f"on {iso(row.expires_at)[:10]}" if readable and row.expires_at <= at else "its day can't be read"
        for finding in findings:
            step = TABLE.get((FindingState(finding.state), Event.EXPIRE))
            if step is None:
                finding.acceptance_id = None
                continue
            # It goes on naming the acceptance that ran out: that is how it is told apart from one that is new.
            finding.state = str(step.to)
            _renew_due(finding, row, at, spec)
            text = f"acceptance expired: {when}; approved by {row.approved_by or 'nobody'}: {row.reason}"
            assert finding.id is not None
            add_finding_line(session, finding.id, Happened(FindingHappening.EXPIRED, clean(text, 500)), at)
            back.append(finding.id)
        changed(session, findings)
        row.ended_at, row.ended_by = at, ""
        changed(session, [row], decided=False)
    return back
