"""Action items: what is to be done after an incident or for a problem, by whom, until when."""

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened, Happening
from tui_ops.model.problems import item_name
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.incidents.review import due_at
from tui_ops.practices.problems.work import incidents_in, keep_undo, name_of, problems_of, tell, undo_kept
from tui_ops.practices.saying import named, operator_in, text_of
from tui_ops.store.problems import last_item
from tui_ops.store.tables.problems import ActionItem
from tui_ops.store.timeline import changed
from tui_ops.store.undoing import Changes

_OF_REVIEW = (("review", True),)
"""Data of lines that tell of the review: they are no part of what the review looks at."""


def for_incident(session: Session, asked: Asked) -> Done:
    """Add an action item to the review of an incident; how soon it is due, its priority says unless it is given."""
    done = Done("")
    (incident,) = incidents_in(session, asked)
    assert incident.id is not None
    item = _new(session, asked, due_at(incident.priority, asked.at))
    item.incident_id = incident.id
    changes = Changes(session)
    _add(session, item, changes)
    keep_undo(item, changes, asked)
    done.lines.append(
        (incident.id, Happened(Happening.FIELD, f"action item {_told(item)}", asked.who.name, _OF_REVIEW))
    )
    done.message = f"INC-{incident.id}: {_told(item)}"
    return done


def for_problem(session: Session, asked: Asked) -> Done:
    """Add an action item to a problem."""
    done = Done("")
    (problem,) = problems_of(session, asked)
    item = _new(session, asked, None)
    item.problem_id = problem.id
    changes = Changes(session)
    _add(session, item, changes)
    tell(done, asked, problem, Happening.FIELD, f"action item {_told(item)}", changes)
    done.message = f"{name_of(problem)}: {_told(item)}"
    return done


def _new(session: Session, asked: Asked, due: float | None) -> ActionItem:
    return ActionItem(
        kind=asked.text("kind"),
        text=text_of(asked, "text"),
        owner=operator_in(session, asked, "owner") or asked.who.name,
        due_at=asked.at + asked.seconds("for") if "for" in asked.params else due,
        created_at=asked.at,
        created_by=asked.who.name,
    )


def _add(session: Session, item: ActionItem, changes: Changes) -> None:
    session.add(item)
    session.flush()
    changed(session, [item])
    changes.made(item, dropped=True)


def _told(item: ActionItem) -> str:
    assert item.id is not None
    due = f", until {iso(item.due_at)[:10]}" if item.due_at is not None else ""
    return f"{item_name(item.id)} ({item.kind}) {clean(item.text, 200)}: {item.owner}{due}"


def undo_for_incident(session: Session, asked: Asked) -> Done:
    """Take back the action item that who asks added last to an incident."""
    done = Done("")
    (incident,) = incidents_in(session, asked)
    assert incident.id is not None
    item = last_item(session, incident.id, asked.who.name)
    if item is None:
        raise Refused(f"INC-{incident.id} has no action item of yours", "nothing was changed")
    undo_kept(session, item, asked, f"INC-{incident.id}")
    done.message = f"INC-{incident.id}: taken back: {_told(item)}"
    done.lines.append(
        (incident.id, Happened(Happening.UNDONE, f"taken back: {_told(item)}", asked.who.name, _OF_REVIEW))
    )
    return done


def _rows(session: Session, asked: Asked) -> list[ActionItem]:
    return [session.get_one(ActionItem, target.id) for target in asked.targets]


def _told_of(session: Session, asked: Asked, said: str, **values: object) -> Done:
    done = Done(f"{named([target.name for target in asked.targets])}: {said}")
    for row, target in zip(_rows(session, asked), asked.targets, strict=True):
        changes = Changes(session)
        if not changes.set(row, **values):
            raise Refused(f"{target.name}: that is what it says already", "nothing was changed")
        keep_undo(row, changes, asked)
        _tell(done, row, f"{target.name} {said}", asked.who.name)
    return done


def _tell(done: Done, row: ActionItem, text: str, who: str, kind: Happening = Happening.FIELD) -> None:
    """Write a line where the item belongs."""
    happened = Happened(kind, text, who, _OF_REVIEW)
    if row.incident_id is not None:
        done.lines.append((row.incident_id, happened))
    if row.problem_id is not None:
        done.problem_lines.append((row.problem_id, happened))


def do(session: Session, asked: Asked) -> Done:
    """Say that action items are done."""
    return _told_of(session, asked, "done", done_at=asked.at, done_by=asked.who.name)


def do_again(session: Session, asked: Asked) -> Done:
    """Say that action items are not done after all."""
    return _told_of(session, asked, "not done after all", done_at=None, done_by="")


def change(session: Session, asked: Asked) -> Done:
    """Change what is to be done, by whom, and until when."""
    values: dict[str, object] = {}
    if text := text_of(asked, "text"):
        values["text"] = text
    if owner := operator_in(session, asked, "owner"):
        values["owner"] = owner
    if kind := asked.text("kind"):
        values["kind"] = kind
    if "for" in asked.params:
        values["due_at"] = asked.at + asked.seconds("for")
    if not values:
        raise Refused("nothing is given", "text=, owner=, kind= or for=")
    said = ", ".join(f"{name.removesuffix('_at')}: {_said(value)}" for name, value in values.items())
    return _told_of(session, asked, said, **values)


def _said(value: object) -> str:
    return iso(value)[:10] if isinstance(value, float) else str(value)


def undo(session: Session, asked: Asked) -> Done:
    """Take back the last act of who asks on action items."""
    done = Done(f"{named([target.name for target in asked.targets])}: taken back")
    for row, target in zip(_rows(session, asked), asked.targets, strict=True):
        undo_kept(session, row, asked, target.name)
        _tell(done, row, f"{target.name}: what was done last is taken back", asked.who.name)
    return done
