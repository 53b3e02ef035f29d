"""Looking after a change: who does, when it begins, what is said of it, and its end."""

import json

from sqlmodel import Session

from tui_ops.model.changes import WAITING_STATES, ChangeHappening, ChangeState, Outcome, Start
from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened, Happening
from tui_ops.model.people import Role
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes import linking
from tui_ops.practices.changes.approving import settled
from tui_ops.practices.changes.freezing import thaw
from tui_ops.practices.changes.rules import may_schedule
from tui_ops.practices.changes.states import FINAL, Event
from tui_ops.practices.changes.when import HINT, read_time
from tui_ops.practices.changes.work import (
    NOT_FROZEN,
    Terms,
    changes_of,
    move,
    name_of,
    names_of,
    people_for,
    tell,
    texts_in,
    void,
)
from tui_ops.practices.saying import must_may, named, operator_in, text_of
from tui_ops.store.changes import delegations, find_changes, roles_in, undoable_line, was_decided
from tui_ops.store.tables.changes import Change, Delegation
from tui_ops.store.timeline import to_json
from tui_ops.store.undoing import Changes, Entry, MovedOn, take_back

DELEGATE_MAX_S = 92 * 86400.0
"""A delegation lasts at most so long: a quarter is a long leave, and what is for ever is a role."""


_BEFORE_IT_BEGINS = (ChangeHappening.VOTE, ChangeHappening.EDITED)
"""Lines of acts by which it was decided what runs."""


# --- who looks after it -----------------------------------------------------------------------------------------------


def take(session: Session, asked: Asked, terms: Terms) -> Done:
    """Look after changes from now on. Whoever does is none of those who approve them."""
    return _give(session, asked, terms, {"owner": asked.who.name}, f"{asked.who.name} took it on")


def assign(session: Session, asked: Asked, terms: Terms) -> Done:
    """Give changes to somebody: to look after, or to carry out."""
    person = operator_in(session, asked, "to")
    column = "implementer" if asked.text("as") == "implementer" else "owner"
    text = f"given to {person}" if column == "owner" else f"{person} carries it out"
    return _give(session, asked, terms, {column: person}, text)


def _give(session: Session, asked: Asked, terms: Terms, given: dict[str, object], text: str) -> Done:
    done, rows, other = Done(""), changes_of(session, asked), False
    for change in rows:
        _must_be_open(change)
        changes = Changes(session)
        other |= changes.set(change, **given)
        # Who looks after it does not approve it: what he said before counts no longer.
        settled(session, done, change, asked.at, terms, changes)
        tell(done, asked, change, ChangeHappening.FIELD, text, changes)
    if not other:
        raise Refused(f"{names_of(rows)}: that is so already", "nothing was changed")
    done.message = f"{names_of(rows)}: {text}"
    return done


def _must_be_open(change: Change) -> None:
    if ChangeState(change.state) in FINAL:
        raise Refused(f"{name_of(change)} is {change.state}", "nothing was changed")


def comment(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Say something of changes, or of a line of their plan."""
    done, rows, text = Done(""), changes_of(session, asked), text_of(asked, "text")
    given = text_of(asked, "line", 10)
    for change in rows:
        if given:
            last = len(change.plan.splitlines())
            if not (given.isascii() and given.isdigit()) or not 1 <= int(given) <= last:
                raise Refused(f"{name_of(change)}: its plan has no line {given!r}", f"it has {last} lines")
            said = f"line {given}: {text}"
            tell(done, asked, change, ChangeHappening.COMMENT, said, line=int(given), sha=change.frozen_sha)
        else:
            tell(done, asked, change, ChangeHappening.COMMENT, text)
    done.message = f"{names_of(rows)}: noted"
    return done


# --- when it begins ---------------------------------------------------------------------------------------------------


def hold(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Let changes wait: nobody approves or starts them meanwhile. What was approved counts on afterwards."""
    reason = text_of(asked, "reason")
    return _set_hold(session, asked, reason, f"on hold: {reason}")


def unhold(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Let changes go on that waited."""
    return _set_hold(session, asked, "", "no longer on hold")


def _set_hold(session: Session, asked: Asked, reason: str, text: str) -> Done:
    done, rows = Done(""), changes_of(session, asked)
    for change in rows:
        changes = Changes(session)
        if not changes.set(change, on_hold=reason):
            raise Refused(f"{name_of(change)} is {text} already", "nothing was changed")
        tell(done, asked, change, ChangeHappening.FIELD, text, changes)
    done.message = f"{names_of(rows)} {text}"
    return done


def schedule(session: Session, asked: Asked, terms: Terms) -> Done:
    """Say when changes begin: by a person, at a time, or with a window.

    What was approved for any time within bounds may begin at a time within them; every other time is approved anew.
    """
    done, said = Done(""), []
    for change in changes_of(session, asked):
        verdict = may_schedule(find_changes(session, [name_of(change)])[0])
        if not verdict:
            raise Refused(f"{name_of(change)}: {verdict.why}", "nothing was changed")
        said.append(_schedule(session, done, asked, change, terms))
    done.message = "; ".join(said)
    return done


def _schedule(session: Session, done: Done, asked: Asked, change: Change, terms: Terms) -> str:
    given = _times(asked, change, terms)
    text = _in_words(given)
    if all(getattr(change, name) == value for name, value in given.items()):
        raise Refused(f"{name_of(change)}: it begins {text} already", "nothing was changed")
    changes, role, before = Changes(session), Role.OPERATOR, change.state
    if change.state == ChangeState.DRAFT:
        change.edited_by = to_json(list(dict.fromkeys([*texts_in(change.edited_by), asked.who.name])))
        changes.set(change, **given)
    elif change.state != ChangeState.SUBMITTED and _within(change, given):
        scheduled, by_hand = change.state == ChangeState.SCHEDULED, given["start"] == Start.HAND
        if scheduled is by_hand:
            role = move(changes, change, Event.UNSCHEDULE if by_hand else Event.SCHEDULE, asked, **given)
        else:
            changes.set(change, **given)
    else:
        # The time is part of what is approved: whoever sets it is one of its planners.
        change.edited_by = to_json(list(dict.fromkeys([*texts_in(change.edited_by), asked.who.name])))
        role = move(changes, change, Event.EDIT, asked, **NOT_FROZEN, **given)
        void(session, done, asked, change, f"{asked.who.name} set another time")
    if change.hosts != "[]":
        terms.weigh(session, change, asked.at)
    tell(done, asked, change, ChangeHappening.FIELD, f"begins {text}", changes, role)
    again = "; that was not approved: submit it anew" if change.state == ChangeState.DRAFT != before else ""
    return f"{name_of(change)}, {change.state}, begins {text}{again}"


def _times(asked: Asked, change: Change, terms: Terms) -> dict[str, object]:
    start = Start(asked.text("start") or (Start.TIME if asked.text("at") else Start.HAND))
    begin, end = _time(asked, "at", terms), _time(asked, "until", terms)
    window = text_of(asked, "window", 100)
    if window and not asked.text("start"):
        start = Start.WINDOW
    if start is Start.TIME and begin is None:
        raise Refused(f"{name_of(change)} is to begin at a time, and none is given", f"at=: {HINT}")
    if start is Start.WINDOW and begin is not None:
        raise Refused(f"{name_of(change)} begins with a window or at a time", "leave at= or window= out")
    if start is Start.WINDOW:
        names = [one.name for one in terms.spec.windows if not one.freeze]
        if window not in names:
            hint = f"windows are {named(names)}" if names else "the inventory has none, below 'changes: {windows: …}'"
            raise Refused(f"there is no window {window!r}", hint)
    if begin is not None and end is not None and end <= begin:
        raise Refused(f"{name_of(change)} would end before it begins", "until= is later than at=")
    return {
        "start": str(start), "starts_at": begin, "ends_at": end, "window": window if start is Start.WINDOW else "",
    }  # fmt: skip


def _time(asked: Asked, name: str, terms: Terms) -> float | None:
    if not asked.text(name):
        return None
    try:
        return read_time(asked.text(name), asked.at, terms.spec.timezone)
    except ValueError as error:
        raise Refused(f"{name}: {clean(str(error), 100)}", HINT) from error


def _within(change: Change, given: dict[str, object]) -> bool:
    """Return whether a time is one of those that were approved."""
    frozen = thaw(change.frozen)
    if frozen.start is not Start.HAND:
        return False
    begin, end = given["starts_at"], given["ends_at"]
    if frozen.starts_at is not None and (not isinstance(begin, float) or begin < frozen.starts_at):
        return False
    if frozen.ends_at is None:
        return True
    last = end if isinstance(end, float) else begin
    return isinstance(last, float) and last <= frozen.ends_at


def _in_words(given: dict[str, object]) -> str:
    begin, end = given["starts_at"], given["ends_at"]
    text = f"with the window {given['window']}" if given["start"] == Start.WINDOW else str(given["start"])
    if isinstance(begin, float):
        text = f"at {iso(begin)}" if given["start"] == Start.TIME else f"{text}, not before {iso(begin)}"
    return f"{text}, not after {iso(end)}" if isinstance(end, float) else text


# --- its end ----------------------------------------------------------------------------------------------------------


def cancel(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Give changes up that have not begun."""
    done, rows, reason = Done(""), changes_of(session, asked), text_of(asked, "reason")
    for change in rows:
        changes = Changes(session)
        role = move(changes, change, Event.CANCEL, asked, closed_at=asked.at)
        tell(done, asked, change, ChangeHappening.STATE, f"cancelled: {reason}", changes, role)
    done.message = f"{names_of(rows)} cancelled: {reason}"
    return done


def review(session: Session, asked: Asked, terms: Terms) -> Done:
    """Write down how it went. One that ran before it was approved is looked at by another than those whose it is."""
    done, rows, text = Done(""), changes_of(session, asked), text_of(asked, "text", 2000)
    for change in rows:
        _must_be_others(session, asked, change, terms)
        changes = Changes(session)
        changes.set(change, review=text, reviewed_by=asked.who.name)
        tell(done, asked, change, ChangeHappening.NOTE, f"review: {text}", changes)
    done.message = f"{names_of(rows)}: review written down"
    return done


def _must_be_others(session: Session, asked: Asked, change: Change, terms: Terms) -> None:
    if change.review_due_at is None:
        return
    must_may(asked, Role.APPROVER, "the review of what ran before it was approved")
    people = people_for(session, change, terms.spec, [(asked.who.name, asked.who.uid)])
    if people.wrote(asked.who.name, asked.who.uid):
        said = f"{name_of(change)} ran before it was approved, and it is {asked.who.name}'s own"
        raise Refused(said, "another approver reviews it")


def close(session: Session, asked: Asked, terms: Terms) -> Done:
    """Say that the paperwork is done. Problems that waited for it are resolved, where it did what it was for."""
    done, rows = Done(""), changes_of(session, asked)
    text = text_of(asked, "review", 2000)
    mended: list[str] = []
    for change in rows:
        if text:
            _must_be_others(session, asked, change, terms)
        changes = Changes(session)
        more: dict[str, object] = {"review": text, "reviewed_by": asked.who.name} if text else {}
        move(changes, change, Event.CLOSE, asked, closed_at=asked.at, **more)
        if change.review_due_at is not None and not change.reviewed_by:
            raise Refused(f"{name_of(change)} ran before it was approved", "another approver reviews it first")
        if change.outcome != Outcome.SUCCESSFUL and not change.review:
            said = f"{name_of(change)} ended {change.outcome or 'without an outcome'}, and has no review"
            raise Refused(said, "say with review= what went wrong and what is learnt from it")
        changes.kept()
        mended += linking.closed(session, done, asked, change)
        tell(done, asked, change, ChangeHappening.STATE, f"closed: {change.outcome}")
    resolved = f"; {named(mended)} resolved" if mended else ""
    done.message = f"{names_of(rows)} closed{resolved}"
    return done


# --- standing in, and taking back -------------------------------------------------------------------------------------


def delegate(session: Session, asked: Asked, terms: Terms) -> Done:
    """Let somebody approve in one's own place for a time."""
    taker = text_of(asked, "to", 100)
    roles = roles_in(session)
    if taker == asked.who.name:
        raise Refused(f"{taker} can't stand for himself", "name another approver")
    role = roles.get(taker)
    if role is None or not role.may(Role.APPROVER):
        able = sorted(name for name, one in roles.items() if one.may(Role.APPROVER) and name != asked.who.name)
        raise Refused(f"{taker!r} is no approver", f"approvers are {named(able)}" if able else "there is no other")
    lasts = asked.seconds("for")
    if lasts > DELEGATE_MAX_S:
        raise Refused("a delegation lasts 92 days at most", "give a shorter time")
    begins = _time(asked, "from", terms) or asked.at
    session.add(
        Delegation(
            giver=asked.who.name, taker=taker, begins_at=begins, ends_at=begins + lasts, at=asked.at,
            reason=text_of(asked, "reason"),
        )
    )  # fmt: skip
    return Done(f"{taker} approves for {asked.who.name} from {iso(begins)} to {iso(begins + lasts)}")


def undelegate(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Approve oneself again. What was said in one's place meanwhile counts on."""
    taker = text_of(asked, "to", 100)
    ended = 0
    for one in delegations(session):
        if one.giver == asked.who.name and taker in ("", one.taker) and one.ended_at is None and one.ends_at > asked.at:
            one.ended_at = max(asked.at, one.begins_at)
            session.add(one)
            ended += 1
    if not ended:
        raise Refused(f"nobody approves for {asked.who.name}", "nothing was changed")
    return Done(f"{asked.who.name} approves himself again")


def undo(session: Session, asked: Asked, terms: Terms) -> Done:
    """Take back the last act of who asks on each change, as far as nobody has changed the same since.

    Approvals of others that an act voided stay void: who gave them says so again.
    """
    done, rows = Done(""), changes_of(session, asked)
    for change in rows:
        assert change.id is not None
        line = undoable_line(session, change.id, asked.who.name)
        if line is None:
            raise Refused(f"{name_of(change)}: there is no act of yours to take back", "change what is not right")
        if line.kind == ChangeHappening.OPENED and was_decided(session, change.id):
            raise Refused(f"{name_of(change)} was submitted since: making it is not taken back", "cancel it instead")
        if line.kind in _BEFORE_IT_BEGINS and ChangeState(change.state) not in WAITING_STATES:
            raise Refused(f"{name_of(change)} has begun: what it began by stays", "pause it or roll it back")
        data = json.loads(line.data)
        must_may(asked, Role(data["role"]), "taking it back")
        entries: list[Entry] = [(table, number, columns) for table, number, columns in data["undo"]]
        try:
            take_back(session, entries)
        except MovedOn as error:
            raise Refused(f"{name_of(change)}: {error.message}", error.hint) from error
        if line.kind in _BEFORE_IT_BEGINS and change.hosts != "[]":
            terms.weigh(session, change, asked.at)
        changes = Changes(session)
        settled(session, done, change, asked.at, terms, changes)
        changes.kept()
        tell(done, asked, change, ChangeHappening.UNDONE, f"taken back: {line.text}", undoes=line.id)
        for number in sorted({number for table, number, _ in entries if table == "problem"}):
            text = f"{name_of(change)}: taken back: {line.text}"
            done.problem_lines.append((number, Happened(Happening.UNDONE, text, asked.who.name)))
    done.message = f"{names_of(rows)}: taken back"
    return done
