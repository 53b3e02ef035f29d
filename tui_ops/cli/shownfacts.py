"""The rows of ``tui-ops show`` about facts: topics with their ages, items, and what differed when."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment, number
from tui_ops.cli.output import Record
from tui_ops.model.address import Query
from tui_ops.model.differing import difference_text, fields_text

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

TOPIC_COLUMNS = ("host", "topic", "items", "age_s", "changed", "needs", "failed", "cut", "period_s", "tried")
"""``needs`` names what takes privilege; ``cut`` counts items beyond the limit of the topic."""

FACT_COLUMNS = ("host", "topic", "item", "says", "fields", "age_s")
FACT_TEXT = ("host", "topic", "item", "says", "age_s")
DIFFERENCE_COLUMNS = ("at", "host", "topic", "item", "kind", "says", "since", "before", "after", "id")
"""``at`` is when it was first seen, ``since`` the reading before, which did not see it yet."""

DIFFERENCE_TEXT = ("at", "host", "topic", "item", "kind", "says")

DIFFERENCES_MAX = 100_000
"""Differences that are looked through for a filter."""


def wanted(query: Query, key: str) -> Callable[[str], bool]:
    """Return which values of a key the conditions of an address let through, so that others are not even read."""
    tests = [term.test for term in query.terms if term.key == key]
    return lambda value: all(test(value) for test in tests)


def topics(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the topics that are known of each host."""
    from tui_ops.store.views.facts import topics as read

    for row in read(reader, wanted(query, "host")):
        yield {
            "host": row.host,
            "topic": row.topic,
            "items": row.count,
            "age_s": number(row.age_s, 1),
            "changed": moment(row.changed_at),
            "needs": ", ".join(row.needs),
            "failed": row.failed,
            "cut": row.cut,
            "period_s": row.period_s,
            "tried": moment(row.tried_at),
        }


def facts(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the present items."""
    from tui_ops.store.views.facts import items

    for row in items(reader, wanted(query, "host"), wanted(query, "topic")):
        yield {
            "host": row.host,
            "topic": row.topic,
            "item": row.item,
            "says": fields_text(row.fields),
            "fields": row.fields,
            "age_s": number(row.age_s, 1),
        }


def differences(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give what differed, the newest first."""
    from tui_ops.store.views.facts import differences as read

    is_host = wanted(query, "host")
    for row in read(reader, limit=DIFFERENCES_MAX):
        if is_host(row.host):
            yield {
                "at": moment(row.at),
                "host": row.host,
                "topic": row.topic,
                "item": row.item,
                "kind": row.kind,
                "says": difference_text(row.before, row.after),
                "since": moment(row.since_at),
                "before": row.before,
                "after": row.after,
                "id": row.id,
            }
