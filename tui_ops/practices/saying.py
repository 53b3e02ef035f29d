"""What acts of every practice need: names in a sentence, harmless texts, and who is meant or may."""

from collections.abc import Sequence

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.people import Role
from tui_ops.practices.asked import Asked, Refused
from tui_ops.store.incidents import operator_names

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
