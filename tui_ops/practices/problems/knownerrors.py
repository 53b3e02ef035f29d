"""Known errors: making one, from a problem or by itself, changing it, and taking it out of use."""

import json

from sqlmodel import Session

from tui_ops.model.incidents import Happening
from tui_ops.model.problems import SIGNATURE, TITLE_LIMIT, known_error_name
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.problems.signatures import WORD_LIMIT, SignatureWrong, read_signature
from tui_ops.practices.problems.work import keep_undo, name_of, problems_of, tell, undo_kept
from tui_ops.practices.saying import named, text_of
from tui_ops.store.tables.problems import KnownError
from tui_ops.store.timeline import to_json
from tui_ops.store.undoing import Changes

_TEXTS = ("symptom", "workaround", "solution")


def _signature(asked: Asked, before: dict[str, str]) -> str:
    """Return the signature that is asked for, as it is kept; ``-`` takes a part of one out."""
    given = {name: text_of(asked, name, WORD_LIMIT) for name in SIGNATURE}
    found = {name: given[name] or before.get(name, "") for name in SIGNATURE}
    found = {name: value for name, value in found.items() if value and value != "-"}
    if not found:
        raise Refused("a known error is found by something", "give rule=, log=, unit=, package= or version=")
    try:
        return read_signature(to_json(found)).as_json()
    except SignatureWrong as error:
        raise Refused(error.message, error.hint) from error


def _made(session: Session, asked: Asked, changes: Changes, values: dict[str, str], problem_id: int | None) -> str:
    known = KnownError(
        problem_id=problem_id,
        title=values["title"],
        symptom=values["symptom"],
        workaround=values["workaround"],
        solution=values["solution"],
        signature=_signature(asked, {}),
        by=asked.who.name,
        created_at=asked.at,
        valid_until=asked.at + asked.seconds("for") if "for" in asked.params else None,
    )
    session.add(known)
    changes.made(known, valid_until=asked.at)
    keep_undo(known, changes, asked)
    assert known.id is not None
    return known_error_name(known.id)


def create(session: Session, asked: Asked) -> Done:
    """Write down a known error that belongs to no problem of ours: a vendor's, a colleague's."""
    values = {name: text_of(asked, name) for name in _TEXTS} | {"title": text_of(asked, "title", TITLE_LIMIT)}
    return Done(f"{_made(session, asked, Changes(session), values, None)}: {values['title']}")


def from_problem(session: Session, asked: Asked) -> Done:
    """Write down a problem as a known error; what is not given is taken from the problem."""
    done = Done("")
    (problem,) = problems_of(session, asked)
    changes = Changes(session)
    values = {
        "title": text_of(asked, "title", TITLE_LIMIT) or problem.title,
        "symptom": text_of(asked, "symptom") or problem.statement,
        "workaround": text_of(asked, "workaround") or problem.workaround,
        "solution": text_of(asked, "solution") or problem.fix,
    }
    name = _made(session, asked, changes, values, problem.id)
    tell(done, asked, problem, Happening.LINK, f"known error {name}", changes)
    done.message = f"{name_of(problem)} is known error {name}"
    return done


def _rows(session: Session, asked: Asked) -> list[KnownError]:
    return [session.get_one(KnownError, target.id) for target in asked.targets]


def edit(session: Session, asked: Asked) -> Done:
    """Change what is said of known errors, and by what they are found."""
    for row in _rows(session, asked):
        values: dict[str, object] = {name: text for name in _TEXTS if (text := text_of(asked, name))}
        if title := text_of(asked, "title", TITLE_LIMIT):
            values["title"] = title
        if "for" in asked.params:
            values["valid_until"] = asked.at + asked.seconds("for")
        changes = Changes(session)
        if not changes.set(row, **values, signature=_signature(asked, json.loads(row.signature))):
            raise Refused("that is what it says already", "nothing was changed")
        keep_undo(row, changes, asked)
    return Done(f"{_names(asked)}: changed")


def retire(session: Session, asked: Asked) -> Done:
    """Look for known errors no longer."""
    return _valid(session, asked, asked.at, "no longer looked for")


def bring_back(session: Session, asked: Asked) -> Done:
    """Look for known errors again."""
    return _valid(session, asked, None, "looked for again")


def _valid(session: Session, asked: Asked, until: float | None, said: str) -> Done:
    for row in _rows(session, asked):
        changes = Changes(session)
        changes.set(row, valid_until=until)
        keep_undo(row, changes, asked)
    return Done(f"{_names(asked)}: {said}")


def undo(session: Session, asked: Asked) -> Done:
    """Take back the last act of who asks on known errors."""
    for row, target in zip(_rows(session, asked), asked.targets, strict=True):
        undo_kept(session, row, asked, target.name)
    return Done(f"{_names(asked)}: taken back")


def _names(asked: Asked) -> str:
    return named([target.name for target in asked.targets])
