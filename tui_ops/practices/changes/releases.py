"""Releases: changes that belong together, in their order, from one environment to the next."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlmodel import Session

from tui_ops.model.changes import (
    ChangeHappening,
    ChangeState,
    Conflict,
    ConflictKind,
    ReleaseState,
    change_name,
    release_name,
)
from tui_ops.model.clean import clean, clean_lines
from tui_ops.model.incidents import number_in
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes.releaserules import GOING, Bundle, Bundled, why_not
from tui_ops.practices.changes.states import Event
from tui_ops.practices.changes.work import NOT_FROZEN, move, tell, void
from tui_ops.store import releases as store
from tui_ops.store.tables.changes import Change, Release
from tui_ops.store.timeline import changed, to_json
from tui_ops.store.undoing import Changes

NAME_LIMIT = 100
PLACE_MOST = 9999
"""Of a change in the order of its release: far beyond what one holds."""

PARTS_MOST = 50
"""Components that one release names the versions of."""

ENVIRONMENTS_MOST = 8
"""Environments that a release goes through: more is a chain that nobody watches to its end."""

OPEN = (ReleaseState.DRAFT, ReleaseState.GO, ReleaseState.NO_GO, ReleaseState.ROLLING_OUT)


def create(session: Session, asked: Asked) -> Done:
    """Begin a release."""
    release = Release(
        name=clean(asked.text("name"), NAME_LIMIT), service=clean(asked.text("service"), NAME_LIMIT),
        versions=to_json(_versions(asked.text("versions"))),
        environments=to_json(_environments(asked.text("environments"))),
        notes="\n".join(clean_lines(asked.text("notes"))), committed_at=_moment(asked.text("committed")),
        owner=asked.who.name, opened_at=asked.at,
    )  # fmt: skip
    changed(session, [release])
    return Done(f"{release_name(release.id or 0)} is a draft: {release.name}")


def edit(session: Session, asked: Asked) -> Done:
    """Say otherwise what a release brings. A decision about it no longer counts then."""
    (release,) = store.releases_of(session, [target.id for target in asked.targets])
    _must_be(release, ReleaseState.DRAFT, ReleaseState.GO, ReleaseState.NO_GO)
    given = {
        "name": clean(asked.text("name"), NAME_LIMIT), "service": clean(asked.text("service"), NAME_LIMIT),
        "versions": to_json(_versions(asked.text("versions"))) if asked.text("versions") else "",
        "environments": to_json(_environments(asked.text("environments"))) if asked.text("environments") else "",
        "notes": "\n".join(clean_lines(asked.text("notes"))),
    }  # fmt: skip
    for name, value in given.items():
        if value:
            setattr(release, name, value)
    if asked.text("committed"):
        release.committed_at = _moment(asked.text("committed"))
    if not any(given.values()) and not asked.text("committed"):
        raise Refused("nothing is given", "name=, service=, versions=, environments=, notes= or committed=")
    return _voided(session, release, "changed")


def add(session: Session, asked: Asked) -> Done:
    """Put a change into a release, at a place of its order."""
    (release,) = store.releases_of(session, [target.id for target in asked.targets])
    _must_be(release, *OPEN)
    change = _change(session, asked)
    moves = change.release_id == release.id
    if change.release_id not in (None, release.id):
        raise Refused(
            f"{change_name(change.id or 0)} is in {release_name(change.release_id or 0)}", "take it out of that first"
        )
    environments = json.loads(release.environments)
    environment = asked.text("environment") or (environments[-1] if environments else "")
    if environment and environment not in environments:
        raise Refused(f"{environment!r:.60} is no environment of it", f"it has {', '.join(environments) or 'none'}")
    held = [one for one in store.changes_in(session, release.id or 0) if one.environment == environment]
    change.release_id, change.environment = release.id, environment
    change.release_place = _place(asked.text("place"), max((one.release_place for one in held), default=0) + 1)
    changed(session, [change])
    done = _voided(session, release, f"{change_name(change.id or 0)} is in it")
    if moves:
        _void_change(session, done, asked, change, "it begins elsewhere in its release now")
    return done


def _place(text: str, otherwise: int) -> int:
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= PLACE_MOST and len(text) <= 4):
        raise Refused(f"{clean(text, 20)!r} is no place in the order", f"write 1 to {PLACE_MOST}")
    return int(text)


def _void_change(session: Session, done: Done, asked: Asked, change: Change, why: str) -> None:
    """Make a change a draft again that was approved, or is to be, under what its release asks of it."""
    if change.state not in (ChangeState.SUBMITTED, ChangeState.APPROVED, ChangeState.SCHEDULED):
        return
    changes = Changes(session)
    move(changes, change, Event.EDIT, asked, **NOT_FROZEN)
    changes.kept()
    void(session, done, asked, change, why)
    tell(done, asked, change, ChangeHappening.STATE, f"a draft again: {why}")
    done.message += f"; {change_name(change.id or 0)} is a draft again"


def remove(session: Session, asked: Asked) -> Done:
    """Take a change out of a release."""
    (release,) = store.releases_of(session, [target.id for target in asked.targets])
    _must_be(release, *OPEN)
    change = _change(session, asked)
    if change.release_id != release.id:
        raise Refused(f"{change_name(change.id or 0)} is not in it")
    if change.began_at is not None:
        raise Refused(f"{change_name(change.id or 0)} has begun", "what ran stays on its record")
    change.release_id, change.environment, change.release_place = None, "", 0
    changed(session, [change])
    done = _voided(session, release, f"{change_name(change.id or 0)} is out of it")
    _void_change(session, done, asked, change, f"it is out of {release_name(release.id or 0)}")
    return done


def go(session: Session, asked: Asked, solo: bool = False) -> Done:
    """Say go: by another than whoever looks after it, unless the team is one person."""
    (release,) = store.releases_of(session, [target.id for target in asked.targets])
    if not store.changes_in(session, release.id or 0):
        raise Refused(f"{release_name(release.id or 0)} holds no change", "put the changes in that it brings")
    own = asked.who.name == release.owner or store.is_account_of(session, asked.who.uid, release.owner)
    if own and not solo:
        raise Refused(f"{release_name(release.id or 0)} is yours", "another person says go")
    return _decided(session, release, asked, ReleaseState.GO)


def no_go(session: Session, asked: Asked) -> Done:
    """Say that a release may not be rolled out."""
    (release,) = store.releases_of(session, [target.id for target in asked.targets])
    return _decided(session, release, asked, ReleaseState.NO_GO)


def _decided(session: Session, release: Release, asked: Asked, state: ReleaseState) -> Done:
    _must_be(release, ReleaseState.DRAFT, ReleaseState.GO, ReleaseState.NO_GO)
    release.state = str(state)
    release.decided_by, release.decided_at = asked.who.name, asked.at
    changed(session, [release])
    reason = clean(asked.text("reason"))
    return Done(f"{release_name(release.id or 0)}: {release.state}" + (f": {reason}" if reason else ""))


def cancel(session: Session, asked: Asked) -> Done:
    """Give a release up; its changes stay as they are."""
    releases = store.releases_of(session, [target.id for target in asked.targets])
    for release in releases:
        _must_be(release, *OPEN)
        release.state, release.ended_at = str(ReleaseState.CANCELLED), asked.at
    changed(session, releases)
    return Done(f"{', '.join(release_name(one.id or 0) for one in releases)} cancelled: {clean(asked.text('reason'))}")


def settle(session: Session, at: float, solo: bool = True) -> list[Release]:
    """Let releases follow their changes: rolling out once one has begun, done once each of them succeeded.

    Args:
        session: of the transaction.
        at: epoch seconds.
        solo: whether the team is one person now; where it is not, the owner's own go is none, and it waits for another.

    Returns:
        Those that moved.
    """
    moved = []
    for release in store.open_releases(session):
        changes = store.changes_in(session, release.id or 0)
        if _own_go(release) and not solo:
            release.state, release.decided_by, release.decided_at = str(ReleaseState.DRAFT), "", None
            moved.append(release)
        begun = any(change.began_at is not None for change in changes)
        if release.state == ReleaseState.GO and begun:
            release.state = str(ReleaseState.ROLLING_OUT)
            moved.append(release)
        if release.state == ReleaseState.ROLLING_OUT and changes and all(_bundled(one).succeeded for one in changes):
            release.state, release.ended_at = str(ReleaseState.DONE), at
            moved.append(release)
    changed(session, list({id(one): one for one in moved}.values()), decided=False)
    return moved


def stands_against(session: Session, change: Change, solo: bool = False) -> list[Conflict]:
    """Return why a change of a release may not begin yet; nothing for one that is in none.

    Args:
        session: of the transaction.
        change: that is to begin.
        solo: whether the team is one person now, whose own go counts.
    """
    if change.release_id is None:
        return []
    (release,) = store.releases_of(session, [change.release_id])
    others = [_bundled(one) for one in store.changes_in(session, change.release_id) if one.id != change.id]
    bundle = Bundle(release_name(change.release_id), ReleaseState(release.state), release.owner, release.decided_by,
                    tuple(json.loads(release.environments)))  # fmt: skip
    return [Conflict(ConflictKind.DEPENDENCY, said, True) for said in why_not(_bundled(change), others, bundle, solo)]


def _bundled(change: Change) -> Bundled:
    began = change.began_at is not None
    return Bundled(change_name(change.id or 0), change.environment, change.release_place, began, change.outcome,
                   (change.plan, change.plan_values))  # fmt: skip


def _own_go(release: Release) -> bool:
    """Return whether it goes by the word of whoever looks after it, which counts in a team of one alone."""
    return release.state in GOING and release.decided_by == release.owner


def _voided(session: Session, release: Release, said: str) -> Done:
    name = release_name(release.id or 0)
    text = f"{name}: {said}"
    if release.state in (ReleaseState.GO, ReleaseState.NO_GO, ReleaseState.ROLLING_OUT):
        said_before = ReleaseState.NO_GO if release.state == ReleaseState.NO_GO else ReleaseState.GO
        text += f"; the {said_before} of {release.decided_by} no longer counts"
        release.state, release.decided_by, release.decided_at = str(ReleaseState.DRAFT), "", None
    changed(session, [release])
    return Done(text)


def _must_be(release: Release, *states: ReleaseState) -> None:
    if release.state not in states:
        raise Refused(f"{release_name(release.id or 0)} is {release.state}")


def _change(session: Session, asked: Asked) -> Change:
    number = number_in(asked.text("change"), "CHG")
    change = session.get(Change, number) if number is not None else None
    if change is None:
        raise Refused(f"there is no change {asked.text('change')!r:.60}", "tui-ops show changes names them")
    return change


def _versions(text: str) -> Mapping[str, str]:
    """Return ``nginx=1.26 app=2.3`` by component."""
    found: dict[str, str] = {}
    for word in text.split()[:PARTS_MOST]:
        name, sign, version = word.partition("=")
        if not (name and sign and version):
            raise Refused(f"{word!r:.60} is no component with its version", "versions='nginx=1.26.3 app=2.3'")
        found[clean(name, NAME_LIMIT)] = clean(version, NAME_LIMIT)
    return found


def _environments(text: str) -> list[str]:
    found = list(dict.fromkeys(clean(word, NAME_LIMIT) for word in text.replace(",", " ").split()))
    if len(found) > ENVIRONMENTS_MOST:
        raise Refused(f"{len(found)} environments are more than {ENVIRONMENTS_MOST}")
    return found


def _moment(text: str) -> float | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"{text!r:.60} is no moment", "such as 2026-12-01T09:30") from error
    found = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
    if found < 0:
        raise Refused(f"{text!r:.60} is before 1970", "such as 2026-12-01T09:30")
    return found
