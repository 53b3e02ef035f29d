"""What operators did on hosts with this program, as changes around an incident."""

import json
import sqlite3
from collections.abc import Iterator, Mapping

from tui_ops.model.changed import ChangedKind, ChangedRow, Place
from tui_ops.model.clean import clean

READING = frozenset({"host.read", "host.logs"})
"""Acts that only look."""

ACTS_LIMIT = 2000
"""Entries of the audit that are looked through, the latest ones."""

TEXT_LIMIT = 240
"""Characters of one line."""


def acts_of(
    connection: sqlite3.Connection, hosts: Mapping[int, tuple[str, Place]], since: float, until: float
) -> Iterator[ChangedRow]:
    """Give the acts on hosts, each once for each of them.

    Args:
        connection: of ``ops.db``.
        hosts: id to name and place.
        since: epoch seconds, included.
        until: epoch seconds, included.
    """
    places = dict(hosts.values())
    for at, who, action, target, params, outcome in connection.execute(
        "SELECT at, who, action, target, params, outcome FROM audit WHERE at >= ? AND at <= ?"
        " AND target LIKE '%host:%' ORDER BY id DESC LIMIT ?",
        (since, until, ACTS_LIMIT),
    ):
        if action in READING:
            continue
        for word in target.split():
            name = word.removeprefix("host:")
            if name != word and name in places:
                text = clean(f"{action.removeprefix('host.')}: {_what(params, outcome)}", TEXT_LIMIT)
                yield ChangedRow(name, places[name], ChangedKind.ACT, text, at, at, 0.0, who)


def _what(params: str, outcome: str) -> str:
    """Return what was done: a command is told by itself."""
    try:
        given = json.loads(params)
    except ValueError:
        given = {}
    command = given.get("command") if isinstance(given, dict) else None
    return str(command) if command else outcome
