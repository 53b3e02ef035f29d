"""The changes that an alert may belong to: those that expect it, and those that may have caused it."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, or_, select

from tui_ops.model.changes import ChangeHappening, ChangeState, LinkKind, change_name
from tui_ops.model.incidents import Happened, Happening, incident_name
from tui_ops.store.tables.changes import Change, ChangeLink
from tui_ops.store.timeline import add_change_line, add_line

EXPECTING = (ChangeState.RUNNING, ChangeState.PAUSED, ChangeState.ROLLING_BACK)
"""The states in which a change speaks for what it declared. One that was interrupted does not: nobody knows yet what
happens there."""

EXPECTED_MOST_S = 4 * 3600.0
"""Seconds from its beginning after which a change without an end speaks for no alert any more: one that was paused and
forgotten would hide them for ever. With an end, it is the end."""

CAUSED_S = 3600.0
"""Seconds after its end in which an incident on a host of a change is taken for its doing, until somebody says
otherwise: as long as :data:`~tui_ops.store.views.changed.AFTER_S` looks at."""


@dataclass(frozen=True, slots=True)
class Expecting:
    """A change that runs on a host, with the rules of the alerts that it declared."""

    name: str
    rules: frozenset[str]


def expecting(session: Session, at: float) -> dict[str, list[Expecting]]:
    """Return by host the changes that run there and expect alerts.

    Args:
        session: of the transaction.
        at: epoch seconds.
    """
    found: dict[str, list[Expecting]] = defaultdict(list)
    for change in session.exec(select(Change).where(col(Change.state).in_([str(state) for state in EXPECTING]))).all():
        end = change.ends_at if change.ends_at is not None else (change.began_at or at) + EXPECTED_MOST_S
        rules = _declared(change.frozen)
        if at > end or not rules or change.id is None:
            continue
        for host in json.loads(change.hosts):
            found[host].append(Expecting(change_name(change.id), rules))
    return found


@lru_cache(maxsize=64)
def _declared(frozen: str) -> frozenset[str]:
    """Return the rules that a frozen plan declares; alerts come more often than plans change."""
    try:
        document: Any = json.loads(frozen)
        return frozenset(str(rule) for rule in document["plan"].get("expected_alerts", ()))
    except (ValueError, TypeError, KeyError, AttributeError):
        return frozenset()


def may_have_caused(session: Session, host: str, onset: float, at: float) -> list[int]:
    """Return the changes that touch a host now, or did shortly before, the latest first.

    Args:
        session: of the transaction.
        host: its name.
        onset: when the trouble began, epoch seconds: what began later is no cause.
        at: now, epoch seconds.
    """
    query = (
        select(Change.id, Change.hosts)
        .where(
            col(Change.began_at).is_not(None), col(Change.began_at) <= onset,
            or_(col(Change.ended_at).is_(None), col(Change.ended_at) >= at - CAUSED_S),
        )
        .order_by(col(Change.began_at).desc())
    )  # fmt: skip
    return [number for number, hosts in session.exec(query).all() if number is not None and host in json.loads(hosts)]


def link_caused(session: Session, incident: int, host: str, onset: float, at: float) -> list[str]:
    """Link a new incident to the changes that may have caused it, with a line on both; return the changes' names.

    Args:
        session: of the transaction in which it is opened.
        incident: its number.
        host: the host that its first alert is about.
        onset: when it began to hurt, epoch seconds.
        at: now, epoch seconds.
    """
    names = []
    for number in may_have_caused(session, host, onset, at):
        name, other = change_name(number), incident_name(incident)
        session.add(ChangeLink(change_id=number, kind=str(LinkKind.CAUSED), other=other, at=at))
        text = f"{other} was opened on {host} while it ran or soon after"
        add_change_line(session, number, Happened(ChangeHappening.LINK, text), at)
        said = Happened(Happening.LINK, f"{name}: touched {host} before", data=(("to", name),))
        add_line(session, incident, said, at)
        names.append(name)
    return names


def excuse_of(around: Mapping[str, list[Expecting]], host: str, rule: str) -> str:
    """Return the name of the change that expects an alert of a rule on a host; empty where none does."""
    return next((one.name for one in around.get(host, ()) if rule in one.rules), "")
