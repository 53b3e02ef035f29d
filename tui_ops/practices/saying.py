"""What acts of every practice need: names in a sentence, harmless texts, and who is meant or may."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened
from tui_ops.model.people import Role
from tui_ops.model.verdict import Verdict
from tui_ops.practices.asked import Asked, Refused
from tui_ops.store.incidents import operator_names
from tui_ops.store.undoing import UNDO, Changes

NAMES_SHOWN = 3
"""Names in the sentence of an act; the count says how many more."""

TEXT_LIMIT = 500
"""Characters of a text that an act takes: a paragraph."""


def named(names: Sequence[str]) -> str:
    """Return names for a sentence: ``CHG-1, CHG-2``, with a count of what is left out."""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def text_of(asked: Asked, name: str, limit: int = TEXT_LIMIT) -> str:
    """Return a text parameter, harmless and on one line."""
    return clean(asked.text(name).strip(), limit)


def operator_in(session: Session, asked: Asked, name: str) -> str:
    """Return the operator that a parameter names.

    Raises:
        Refused: the inventory names operators, and not this one.
    """
    person, known = text_of(asked, name, 100), operator_names(session)
    if person and known and person not in known and person != asked.who.name:
        raise Refused(f"there is no operator {person!r}", f"the inventory names {named(sorted(known))}")
    return person


def must_may(asked: Asked, role: Role, what: str) -> None:
    """Refuse where who asks has not the role that this case of an act takes.

    Raises:
        Refused: he has not.
    """
    if not asked.who.role.may(role):
        raise Refused(f"{what} takes the role {role}; {asked.who.name} is {asked.who.role}", f"ask {_a(role)}")


def _a(role: Role) -> str:
    return f"an {role}" if role[0] in "aeo" else f"a {role}"


def happened(
    asked: Asked, kind: StrEnum, text: str, changes: Changes | None, role: Role, more: Mapping[str, object]
) -> Happened:  # fmt: skip
    """Return the line of an act, with how it is taken back and what else is to be known of it.

    Args:
        asked: the act.
        kind: of the line.
        text: of it.
        changes: what the act changed; None where nothing of it can be taken back.
        role: that taking it back takes.
        more: plain JSON data by name.
    """
    data = tuple(more.items())
    if changes is not None:
        # Where nothing was changed there is nothing to take back, and an undo must not reach for the act before.
        data += ((UNDO, changes.kept()), ("role", str(role)))
    return Happened(kind, text, asked.who.name, data)


def must_move(asked: Asked, name: str, verdict: Verdict, event: StrEnum, who: Role | None) -> Role:
    """Refuse where a person may not move a thing on by an event; return the role that it takes.

    Args:
        asked: the act.
        name: of the thing.
        verdict: of its table of states.
        event: of the table.
        who: who brings the event by the table; None for the engine alone.

    Raises:
        Refused: its state does not allow it, or who asks has not the role.
    """
    if not verdict:
        raise Refused(f"{name}: {verdict.why}", "nothing was changed")
    if who is None:
        raise Refused(f"{name}: only the engine says that {event}", "nothing was changed")
    must_may(asked, who, f"to {event}")
    return who
