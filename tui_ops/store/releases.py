"""Releases and the changes in them, as the acts on them need them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tui_ops.model.changes import ReleaseState, release_name
from tui_ops.model.incidents import number_in
from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.changes import Change, Release


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """A release as an act finds it."""

    id: int
    name: str
    revision: int
    state: ReleaseState
    owner: str


def find_releases(session: Session, names: Sequence[str]) -> Sequence[ReleaseRecord]:
    """Return what there is of the releases that are named, ``REL-2``."""
    found = []
    for name in names:
        number = number_in(name, "REL")
        row = session.get(Release, number) if number is not None else None
        if row is not None and row.id is not None:
            record = ReleaseRecord(row.id, release_name(row.id), row.revision, ReleaseState(row.state), row.owner)
            found.append(record)
    return found


def releases_of(session: Session, numbers: Sequence[int]) -> list[Release]:
    """Return releases by their numbers, in that order."""
    return [session.get_one(Release, number) for number in numbers]


def open_releases(session: Session) -> list[Release]:
    """Return the releases that are not over."""
    over = [str(ReleaseState.DONE), str(ReleaseState.CANCELLED)]
    return list(session.exec(select(Release).where(col(Release.state).not_in(over)).order_by(col(Release.id))).all())


def changes_in(session: Session, number: int) -> list[Change]:
    """Return the changes of a release, in its order; those that were cancelled are none of it any more."""
    query = select(Change).where(Change.release_id == number, Change.state != "cancelled")
    return list(session.exec(query.order_by(col(Change.release_place), col(Change.id))).all())


def is_account_of(session: Session, uid: int, name: str) -> bool:
    """Return whether an account ever acted under a name: whoever is called otherwise since is the same person."""
    query = select(AuditEntry.id).where(AuditEntry.uid == uid, AuditEntry.who == name)
    return session.exec(query.limit(1)).first() is not None
