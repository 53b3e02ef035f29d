"""Reviews: making one from the timeline, writing into it, and moving it on."""

import json

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened, Happening
from tui_ops.model.problems import ReviewState
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.incidents.review import FACTORS_LIMIT, Line, Story, draft, due_at
from tui_ops.practices.problems.states import REVIEW_TABLE, ReviewEvent, may_review
from tui_ops.practices.problems.work import incidents_in, keep_undo, undo_kept
from tui_ops.practices.saying import must_may, operator_in, text_of
from tui_ops.store.problems import lines_of, review_of
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.problems import Review
from tui_ops.store.timeline import to_json
from tui_ops.store.undoing import Changes

LINES_READ = 2000
"""Lines of the timeline that a draft is made from: a night's flood."""

SECTION_LIMIT = 8000
"""Characters of one section of a review: three pages."""

_OF_REVIEW = (("review", True),)
"""Data of lines that tell of the review: they are no part of what the review looks at."""

SECTIONS = ("what_happened", "impact", "went_well", "went_badly", "lucky")
"""Sections of free text, by the names of their columns."""


def begin(session: Session, asked: Asked) -> Done:
    """Make the draft of a review from the timeline of each incident."""
    done = Done("")
    owner = operator_in(session, asked, "owner") or asked.who.name
    for incident in incidents_in(session, asked):
        assert incident.id is not None
        if review_of(session, incident.id) is not None:
            raise Refused(f"INC-{incident.id} has a review", f"tui-ops review INC-{incident.id} prints it")
        found = draft(_story(session, incident), asked.at)
        review = Review(
            incident_id=incident.id, owner=owner, what_happened=found.what_happened, impact=found.impact,
            went_well=found.went_well, went_badly=found.went_badly, factors=to_json(list(found.factors)),
            due_at=due_at(incident.priority, incident.resolved_at or asked.at), created_at=asked.at,
            created_by=asked.who.name,
        )  # fmt: skip
        session.add(review)
        changes = Changes(session)
        changes.made_nameless(review)
        keep_undo(review, changes, asked)
        due = f", until {iso(review.due_at)[:10]}" if review.due_at is not None else ""
        _tell(done, incident, asked, f"review begun: {owner}{due}")
    done.message = f"{_names(asked)}: a draft of the review is made from the timeline"
    return done


def _story(session: Session, incident: Incident) -> Story:
    assert incident.id is not None
    lines = lines_of(session, incident.id, LINES_READ)
    return Story(
        name=f"INC-{incident.id}", title=incident.title, priority=incident.priority,
        services=tuple(json.loads(incident.services)), started_at=incident.started_at,
        detected_at=incident.opened_at, acked_at=incident.acked_at, mitigated_at=incident.mitigated_at,
        resolved_at=incident.resolved_at, cause=incident.cause, cause_text=incident.cause_text, helped=incident.helped,
        lines=tuple(Line(line.at, line.kind, line.who, line.text) for line in lines),
    )  # fmt: skip


def _tell(done: Done, incident: Incident, asked: Asked, text: str, kind: Happening = Happening.FIELD) -> None:
    assert incident.id is not None
    done.lines.append((incident.id, Happened(kind, text, asked.who.name, _OF_REVIEW)))


def _names(asked: Asked) -> str:
    return ", ".join(target.name for target in asked.targets)


def _the_review(session: Session, asked: Asked) -> tuple[Incident, Review]:
    (incident,) = incidents_in(session, asked)
    assert incident.id is not None
    review = review_of(session, incident.id)
    if review is None:
        raise Refused(f"INC-{incident.id} has no review", "begin it first: incident.review")
    return incident, review


def write(session: Session, asked: Asked) -> Done:
    """Write a paragraph into a section of a draft, after what is there or in its place."""
    incident, review = _the_review(session, asked)
    if review.state != ReviewState.DRAFT:
        raise Refused(f"INC-{incident.id}: its review is {review.state}", "return it first, then write")
    section, text = asked.text("section").replace(" ", "_"), text_of(asked, "text")
    before: str = "" if asked.flag("replace") else getattr(review, section)
    value: object
    if section == "factors":
        held = [] if asked.flag("replace") else json.loads(review.factors)
        if len(held) >= FACTORS_LIMIT:
            raise Refused(f"INC-{incident.id}: its review has {FACTORS_LIMIT} factors", "replace=yes begins anew")
        value = to_json([*held, text])
    else:
        value = f"{before}\n{text}".strip()
        if len(str(value)) > SECTION_LIMIT:
            raise Refused(f"INC-{incident.id}: this section is full", "replace=yes begins anew")
    changes = Changes(session)
    changes.set(review, **{section: value})
    keep_undo(review, changes, asked)
    done = Done(f"INC-{incident.id}: written: {clean(text, 200)}")
    _tell(done, incident, asked, f"review, {section.replace('_', ' ')}: {text}")
    return done


def submit(session: Session, asked: Asked) -> Done:
    """Give a draft to others to read."""
    return _moved(session, asked, ReviewEvent.SUBMIT, "is to be read by others")


def give_back(session: Session, asked: Asked) -> Done:
    """Return a review to its owner."""
    return _moved(session, asked, ReviewEvent.RETURN, f"returned: {text_of(asked, 'reason')}")


def agree(session: Session, asked: Asked) -> Done:
    """Agree to a review that another person owns."""
    incident, review = _the_review(session, asked)
    if review.owner == asked.who.name:
        raise Refused(f"INC-{incident.id}: you own its review", "somebody else agrees to it")
    return _moved(session, asked, ReviewEvent.AGREE, "agreed to")


def close(session: Session, asked: Asked) -> Done:
    """Say that the paperwork of a review is done; its action items go on by themselves."""
    return _moved(session, asked, ReviewEvent.CLOSE, "closed")


def reopen(session: Session, asked: Asked) -> Done:
    """Write on in a review that was agreed to."""
    return _moved(session, asked, ReviewEvent.REOPEN, f"opened again: {text_of(asked, 'reason')}")


def _moved(session: Session, asked: Asked, event: ReviewEvent, text: str) -> Done:
    incident, review = _the_review(session, asked)
    verdict = may_review(ReviewState(review.state), event)
    if not verdict:
        raise Refused(f"INC-{incident.id}: {verdict.why}", "nothing was changed")
    to, role = REVIEW_TABLE[ReviewState(review.state), event]
    must_may(asked, role, f"to {event} a review")
    changes = Changes(session)
    changes.set(review, state=str(to))
    keep_undo(review, changes, asked, role)
    done = Done(f"INC-{incident.id}: review {text}")
    _tell(done, incident, asked, f"review {text}", Happening.FIELD)
    return done


def undo(session: Session, asked: Asked) -> Done:
    """Take back the last act of who asks on the review of each incident."""
    done = Done(f"{_names(asked)}: taken back")
    for incident in incidents_in(session, asked):
        assert incident.id is not None
        review = review_of(session, incident.id)
        if review is None:
            raise Refused(f"INC-{incident.id} has no review", "nothing was changed")
        undo_kept(session, review, asked, f"INC-{incident.id}")
        _tell(done, incident, asked, "review: what was done last is taken back", Happening.UNDONE)
    return done
