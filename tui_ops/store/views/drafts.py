"""Drafts of differences that no change explains, as far as they are still open: for the judge, who reads them aside."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tui_ops.model.facts import Fields
from tui_ops.store.views.connect import Reader


@dataclass(frozen=True, slots=True)
class DraftMark:
    """By which it is seen that a draft is another one than it was."""

    change: int
    version: int


@dataclass(frozen=True, slots=True)
class DraftItem:
    """One thing on a host that nobody planned."""

    topic: str
    item: str
    before: Fields | None
    after: Fields | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that was made of differences, and was not adopted."""

    change: int
    state: str
    items: tuple[DraftItem, ...]
    more: int
    """Differences beside them, of which only the number is kept."""


def newest_change(reader: Reader) -> int:
    """Return the version of what became of a change last: where it is the same, so are all drafts."""
    return reader.read(lambda connection: connection.execute("SELECT max(version) FROM change").fetchone()[0]) or 0


def open_drafts(reader: Reader) -> dict[str, tuple[DraftMark, ...]]:
    """Return the drafts of each host that differs, by its name, the newest first.

    One that is closed with success is over: somebody adopted it, or a run took it back. One that was cancelled, or did
    not do what it should, is not: what the host has there tells.
    """
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT id, version, coalesce(json_extract(difference, '$.host'), json_extract(hosts, '$[0]')) FROM change"
            " WHERE unauthorised = 1 AND NOT (state = 'closed' AND outcome = 'successful') ORDER BY id DESC"
        ).fetchall()
    )
    found: dict[str, list[DraftMark]] = {}
    for number, version, host in rows:
        found.setdefault(str(host), []).append(DraftMark(number, version))
    return {host: tuple(marks) for host, marks in found.items()}


def drafts(reader: Reader, numbers: Collection[int]) -> list[Draft]:
    """Return drafts with what they hold, the newest first."""
    return reader.read(lambda connection: _drafts(connection, tuple(numbers)))


def _drafts(connection: sqlite3.Connection, numbers: tuple[int, ...]) -> list[Draft]:
    query = f"SELECT id, state, difference FROM change WHERE id IN ({', '.join('?' * len(numbers))}) ORDER BY id DESC"  # noqa: S608
    return [_draft(number, state, json.loads(text)) for number, state, text in connection.execute(query, numbers)]


def _draft(number: int, state: str, document: Mapping[str, object]) -> Draft:
    items, more = document.get("items"), document.get("more")
    return Draft(
        number, state,
        tuple(
            DraftItem(one["topic"], one["item"], one["before"], one["after"])
            for one in (items if isinstance(items, list) else ())
        ),
        more if isinstance(more, int) else 0,
    )  # fmt: skip
