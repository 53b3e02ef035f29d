"""Appending to the audit chain, in the transaction of the act that it tells of."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from sqlmodel import Session, col, select

from tui_ops.model.chain import GENESIS, Head, Link, entry_hash
from tui_ops.model.clean import clean
from tui_ops.model.people import Who
from tui_ops.store.errors import StoreError, StoreRefused
from tui_ops.store.head import read_head, write_head
from tui_ops.store.tables.audit import AuditEntry

log = logging.getLogger(__name__)

TEXT_LIMIT = 1_000_000
"""Characters of a field: the names of ten thousand hosts fit. More is refused, since a cut entry says too little."""

_TIP = "tui_ops.audit.tip"


def append_audit(
    session: Session,
    who: Who,
    action: str,
    target: str,
    params: Mapping[str, object],
    outcome: str,
    at: float,
) -> AuditEntry:
    """Write down an act. It is kept if and only if the act is.

    Args:
        session: of the act.
        who: who did it, as the engine knows him.
        action: id of the act.
        target: noun and name, ``host:web-1``; several are separated by a space.
        params: what was asked for, as plain JSON data.
        outcome: what came of it, one sentence.
        at: epoch seconds.

    Returns:
        The entry, bound to the one before.

    Raises:
        StoreRefused: a field is longer than :data:`TEXT_LIMIT` or is not JSON.
    """
    before = session.info.get(_TIP) or _tip(session)
    link = Link(
        id=before[0] + 1,
        at=float(at),
        who=_text(who.name),
        uid=who.uid,
        origin=_text(who.origin),
        action=_text(action),
        target=_text(target),
        params=_json(params),
        outcome=_text(outcome),
        previous=before[1],
    )
    digest = entry_hash(link)
    entry = AuditEntry(
        id=link.id, at=link.at, who=link.who, uid=link.uid, origin=link.origin, action=link.action,
        target=link.target, params=link.params, outcome=link.outcome, previous=link.previous, hash=digest,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    session.info[_TIP] = (link.id, digest)
    return entry


def _tip(session: Session) -> tuple[int, str]:
    found = session.exec(select(AuditEntry.id, AuditEntry.hash).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    return (found[0], found[1]) if found else (0, GENESIS)


def _text(text: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise StoreRefused(f"an audit entry of {len(text)} characters is too long", "act on fewer targets at once")
    return clean(text, TEXT_LIMIT)


def _json(params: Mapping[str, object]) -> str:
    try:
        text = json.dumps(params, sort_keys=True, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise StoreRefused(f"the parameters of an act are not plain data: {error}") from error
    return _text(text)


class HeadKeeper:
    """Keeps the head beside the chain up to date, and never over a chain that it does not fit.

    Args:
        path: of the head's file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def settle(self, session: Session) -> None:
        """At the start: take in what the last commit before a crash added; make the file with a new database."""
        count, digest = _tip(session)
        head = read_head(self._path)
        if head is None:
            if count == 0:
                write_head(self._path, Head(), durable=True)
            else:
                log.error("audit head %s is missing; tui-ops audit verify tells more", self._path)
        elif (count, digest) == (head.next_count, head.next_hash) != (head.count, head.hash):
            write_head(self._path, Head(count, digest, count, digest), durable=True)

    def before_commit(self, session: Session) -> Head | None:
        """Say what the chain will be; returns what it is after the commit, None when nothing was appended.

        Raises:
            StoreError: it can't be written, so the act must not be kept.
        """
        tip = session.info.get(_TIP)
        if tip is None:
            return None
        head = read_head(self._path)
        if head is None or not _fits(session, head):
            log.error("the audit chain does not fit %s, which stays as it is: tui-ops audit verify", self._path)
            return None
        write_head(self._path, Head(head.count, head.hash, *tip), durable=True)
        return Head(*tip, *tip)

    def after_commit(self, head: Head | None) -> None:
        """Say what the chain is now. A failure is logged: the record from before the commit covers it."""
        if head is not None:
            try:
                write_head(self._path, head, durable=False)
            except StoreError:
                log.exception("the audit head could not be settled")


def _fits(session: Session, head: Head) -> bool:
    if head.count == 0:
        return head.hash == GENESIS
    found = session.exec(select(AuditEntry.hash).where(AuditEntry.id == head.count)).first()
    return found == head.hash
