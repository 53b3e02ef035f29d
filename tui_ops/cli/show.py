"""``tui-ops show``: what the desk shows, for scripts: hosts, one host, metrics, their history, checks, facts, keys …"""

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from tui_ops.cli import (
    columns,
    shownchanges,
    showncompliance,
    shownexposure,
    shownfacts,
    shownfindings,
    shownhistory,
    shownimports,
    shownincidents,
    shownintake,
    shownproblems,
    shownservices,
    shownvulnerabilities,
)
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, say, shown
from tui_ops.cli.failures import UsageError
from tui_ops.cli.output import Format, Record, Table, print_record, print_table, text_cell
from tui_ops.model.address import Query, Value, parse_words
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.facts import KEYS, value_of

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

T = TypeVar("T")

EVENTS_MAX = 10_000
"""Events that are looked through: more than the engine keeps of a fleet in a bad week."""

RECENT = 100
"""Events and audit entries that are shown unless ``limit=N`` says otherwise: a few screens of the newest."""


@dataclass(frozen=True, slots=True)
class Noun:
    """What can be shown as rows."""

    columns: tuple[str, ...]
    text_columns: tuple[str, ...]
    read: Callable[["Reader", Query], Iterable[Record]]
    """Gives rows in their natural order, the newest first where they have a time: all of them, or those at least that
    the query asks for."""
    limit: int | None = None


def _events(reader: "Reader", _query: Query) -> Iterable[Record]:
    from tui_ops.store.views.lists import events

    return map(columns.event_record, events(reader, limit=EVENTS_MAX))


def _keys(reader: "Reader", _query: Query) -> Iterable[Record]:
    from tui_ops.store.views.lists import keys

    return map(columns.key_record, keys(reader))


def _metrics(reader: "Reader", _query: Query) -> Iterable[Record]:
    from tui_ops.store.views.metrics import metrics

    return map(columns.metric_record, metrics(reader))


def _checks(reader: "Reader", _query: Query) -> Iterator[Record]:
    from tui_ops.store.views.hosts import hosts
    from tui_ops.store.views.parts import checks

    names = {row.id: row.name for row in hosts(reader)}
    found = (columns.check_record(names[row.host_id], row) for row in checks(reader) if row.host_id in names)
    yield from sorted(found, key=lambda one: (str(one["host"]), str(one["check"])))


def _audit(reader: "Reader", _query: Query) -> Iterator[Record]:
    from tui_ops.store.views.audit import audit

    before: int | None = None
    while rows := audit(reader, before_id=before):
        yield from map(columns.audit_record, rows)
        before = rows[-1].id


NOUNS: dict[str, Noun] = {
    "metrics": Noun(columns.METRIC_COLUMNS, (), _metrics),
    "checks": Noun(columns.CHECK_COLUMNS, columns.CHECK_TEXT, _checks),
    "events": Noun(columns.EVENT_COLUMNS, columns.EVENT_TEXT, _events, RECENT),
    "topics": Noun(shownfacts.TOPIC_COLUMNS, (), shownfacts.topics),
    "facts": Noun(shownfacts.FACT_COLUMNS, shownfacts.FACT_TEXT, shownfacts.facts),
    "differences": Noun(shownfacts.DIFFERENCE_COLUMNS, shownfacts.DIFFERENCE_TEXT, shownfacts.differences, RECENT),
    "heartbeats": Noun(shownintake.HEARTBEAT_COLUMNS, shownintake.HEARTBEAT_TEXT, shownintake.heartbeats),
    "problems": Noun(shownproblems.PROBLEM_COLUMNS, shownproblems.PROBLEM_TEXT, shownproblems.problems),
    "knownerrors": Noun(shownproblems.KNOWN_ERROR_COLUMNS, shownproblems.KNOWN_ERROR_TEXT, shownproblems.known_errors),
    "actions": Noun(shownproblems.ACTION_COLUMNS, shownproblems.ACTION_TEXT, shownproblems.actions),
    "incidents": Noun(shownincidents.INCIDENT_COLUMNS, shownincidents.INCIDENT_TEXT, shownincidents.incidents),
    "alerts": Noun(shownincidents.ALERT_COLUMNS, shownincidents.ALERT_TEXT, shownincidents.alerts),
    "silences": Noun(shownincidents.SILENCE_COLUMNS, shownincidents.SILENCE_TEXT, shownincidents.silences),
    "changes": Noun(shownchanges.CHANGE_COLUMNS, shownchanges.CHANGE_TEXT, shownchanges.changes),
    "changemodels": Noun(shownchanges.MODEL_COLUMNS, shownchanges.MODEL_TEXT, shownchanges.models),
    "freezes": Noun(shownchanges.FREEZE_COLUMNS, shownchanges.FREEZE_TEXT, shownchanges.freezes),
    "releases": Noun(shownchanges.RELEASE_COLUMNS, shownchanges.RELEASE_TEXT, shownchanges.releases),
    "slos": Noun(shownservices.SLO_COLUMNS, shownservices.SLO_TEXT, shownservices.slos),
    "findings": Noun(shownfindings.FINDING_COLUMNS, shownfindings.FINDING_TEXT, shownfindings.findings),
    "verdicts": Noun(shownfindings.VERDICT_COLUMNS, shownfindings.VERDICT_TEXT, shownfindings.verdicts),
    "trend": Noun(shownfindings.TREND_COLUMNS, shownfindings.TREND_TEXT, shownfindings.trend),
    "acceptances": Noun(shownfindings.ACCEPTANCE_COLUMNS, shownfindings.ACCEPTANCE_TEXT, shownfindings.acceptances),
    "vulnerable": Noun(
        shownvulnerabilities.VULNERABLE_COLUMNS, shownvulnerabilities.VULNERABLE_TEXT, shownvulnerabilities.vulnerable
    ),
    "vulnerabilities": Noun(
        shownvulnerabilities.VULNERABILITY_COLUMNS,
        shownvulnerabilities.VULNERABILITY_TEXT,
        shownvulnerabilities.vulnerabilities,
    ),
    "cves": Noun(shownvulnerabilities.CVE_COLUMNS, shownvulnerabilities.CVE_TEXT, shownvulnerabilities.cves),
    "feeds": Noun(shownvulnerabilities.FEED_COLUMNS, shownvulnerabilities.FEED_TEXT, shownvulnerabilities.feeds),
    "frameworks": Noun(showncompliance.FRAMEWORK_COLUMNS, showncompliance.FRAMEWORK_TEXT, showncompliance.frameworks),
    "compliance": Noun(showncompliance.FRAMEWORK_COLUMNS, showncompliance.FRAMEWORK_TEXT, showncompliance.frameworks),
    "controls": Noun(showncompliance.CONTROL_COLUMNS, showncompliance.CONTROL_TEXT, showncompliance.controls),
    "attestations": Noun(
        showncompliance.ATTESTATION_COLUMNS, showncompliance.ATTESTATION_TEXT, showncompliance.attestations
    ),
    "audits": Noun(showncompliance.AUDIT_COLUMNS, showncompliance.AUDIT_TEXT, showncompliance.audits),
    "imports": Noun(shownimports.IMPORT_COLUMNS, shownimports.IMPORT_TEXT, shownimports.imports, RECENT),
    "exposure": Noun(shownexposure.EXPOSURE_COLUMNS, shownexposure.EXPOSURE_TEXT, shownexposure.exposure),
    "certificates": Noun(shownexposure.CERTIFICATE_COLUMNS, shownexposure.CERTIFICATE_TEXT, shownexposure.certificates),
    "authkeys": Noun(shownexposure.KEY_COLUMNS, shownexposure.KEY_TEXT, shownexposure.authkeys),
    "logins": Noun(shownexposure.LOGIN_COLUMNS, shownexposure.LOGIN_TEXT, shownexposure.logins),
    "measures": Noun(shownexposure.MEASURE_COLUMNS, shownexposure.MEASURE_TEXT, shownexposure.measures),
    "keys": Noun(columns.KEY_COLUMNS, columns.KEY_TEXT, _keys),
    "audit": Noun(columns.AUDIT_COLUMNS, columns.AUDIT_TEXT, _audit, RECENT),
}
"""Beside ``hosts`` and ``host``, whose rows the desk asks for in the same words, and ``history``, which has its own."""

NAMES = ("hosts", "host", *NOUNS, "timeline", "history")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    about = "what to show; host and timeline take a name, history at least host= and metric="
    parser.add_argument("noun", metavar="|".join(NAMES), choices=NAMES, help=about)
    parser.add_argument("words", metavar="FILTER", nargs="*",
                        help="as on the desk: word, !word, key=value, key!=value, key>value, key~regex, "
                        "sort=-key, limit=N")  # fmt: skip
    parser.add_argument("--format", type=Format, choices=tuple(Format), default=Format.TEXT, help="text, json or csv")
    parser.add_argument("--no-header", action="store_true", help="leave the names of the columns away")


def run(options: argparse.Namespace, context: Context) -> int:
    """Print what was asked for."""
    if options.noun == "host":
        return _show_host(options, context)
    with context.read() as reader:
        _warn_of_age(reader)
        if options.noun == "hosts":
            table = _hosts(reader, options.words)
        elif options.noun == "timeline":
            table = _timeline(reader, options.words)
        elif options.noun == "history":
            table = _history(reader, context, options.words)
        else:
            table = _rows(reader, options.noun, options.words)
        print_table(table, options.format, not options.no_header)
    return Exit.OK


def _show_host(options: argparse.Namespace, context: Context) -> int:
    if len(options.words) != 1:
        raise UsageError("show host takes one name", "tui-ops show host NAME")
    if options.format is Format.CSV:
        raise UsageError("one host is no table, so there is no CSV of it", "--format json, or show metrics host=NAME")
    from tui_ops.store.views.pages import host

    with context.read() as reader:
        _warn_of_age(reader)
        page = host(reader, options.words[0])
    if page is None:
        raise TuiOpsError(f"there is no host {shown(options.words[0], 80)!r}", "tui-ops show hosts")
    if options.format is Format.JSON:
        print_record(columns.page_record(page), Format.JSON)
    else:
        from tui_ops.cli.hosttext import print_page

        print_page(page)
    return Exit.OK


def _warn_of_age(reader: "Reader") -> None:
    """Say on standard error when the numbers are of the past, since no engine renews them."""
    from tui_ops.cli.status import engine_away
    from tui_ops.store.views.pages import engine

    away = engine_away(engine(reader))
    if away:
        say(f"note: {away}; what follows is the last known state")


def _hosts(reader: "Reader", words: list[str]) -> Table:
    from tui_ops.store.views.hosts import hosts

    query = parse_words(words, KEYS)
    found = [row for row in hosts(reader) if query.matches(partial(value_of, row))]
    for key, falling in reversed(query.sort):
        in_order(found, partial(_host_value, key), falling)
    records = [columns.host_record(row) for row in found[: query.limit]]
    return Table(columns.HOST_COLUMNS, records, columns.HOST_TEXT)


def _rows(reader: "Reader", name: str, words: list[str]) -> Table:
    noun = NOUNS[name]
    query = parse_words(words, noun.columns)
    return Table(noun.columns, _matching(reader, noun, query), noun.text_columns)


def _timeline(reader: "Reader", words: list[str]) -> Table:
    problem, rest = shownproblems.take_problem(words)
    if problem is not None:
        of_problem = Noun(shownproblems.LINE_COLUMNS, (), lambda ops, _query: shownproblems.lines(ops, problem))
        found = _matching(reader, of_problem, parse_words(rest, of_problem.columns))
        return Table(of_problem.columns, found, shownproblems.LINE_TEXT)
    one, rest = shownfindings.take_finding(words)
    if one is not None:
        of_finding = Noun(shownfindings.LINE_COLUMNS, (), lambda ops, _query: shownfindings.lines(ops, one))
        found = _matching(reader, of_finding, parse_words(rest, of_finding.columns))
        return Table(of_finding.columns, found, shownfindings.LINE_TEXT)
    change, rest = shownchanges.take_change(words)
    if change is not None:
        of_change = Noun(shownchanges.LINE_COLUMNS, (), lambda ops, _query: shownchanges.lines(ops, change))
        found = _matching(reader, of_change, parse_words(rest, of_change.columns))
        return Table(of_change.columns, found, shownchanges.LINE_TEXT)
    number, rest = shownincidents.take_incident(words)
    names = shownincidents.TIMELINE_COLUMNS
    noun = Noun(names, (), lambda ops, _query: shownincidents.timeline(ops, number))
    return Table(names, _matching(reader, noun, parse_words(rest, names)), shownincidents.TIMELINE_TEXT)


def _history(reader: "Reader", context: Context, words: list[str]) -> Table:
    from tui_ops.store.views.history import open_history

    span, rest = shownhistory.take_span(words, time.time())
    names = shownhistory.HISTORY_COLUMNS
    query = parse_words(rest, names)
    with open_history(context.state) as samples:
        noun = Noun(names, (), lambda ops, query: shownhistory.records(ops, samples, span, query))
        return Table(names, _matching(reader, noun, query))


def matching(reader: "Reader", noun: str, words: list[str]) -> list[Record]:
    """Return the rows of a noun that some words of an address ask for, in the order that they ask for."""
    of = NOUNS[noun]
    return _matching(reader, of, parse_words(words, of.columns))


def _matching(reader: "Reader", noun: Noun, query: Query) -> list[Record]:
    matching = (record for record in noun.read(reader, query) if query.matches(partial(cell_of, record)))
    limit = query.limit or noun.limit
    if query.sort:
        found = list(matching)
        for key, falling in reversed(query.sort):
            in_order(found, partial(_record_value, key), falling)
        return found[: query.limit]
    found = list(islice(matching, None if limit is None else limit + 1))
    if limit is not None and len(found) > limit and query.limit is None:
        say(f"note: the newest {limit} are shown; limit=N shows more")
    return found[:limit]


def _host_value(key: str, row: HostRow) -> Value:
    return value_of(row, key)


def _record_value(key: str, record: Record) -> Value:
    return cell_of(record, key)


def in_order(rows: list[T], value: Callable[[T], Value], falling: bool) -> None:
    """Sort in place by a value, keeping the order of equals; rows without one stay last either way."""
    rows.sort(key=lambda row: sort_key(value(row)), reverse=falling)
    rows.sort(key=lambda row: value(row) is None)


def sort_key(value: Value) -> tuple[int, float, str]:
    """Return something to sort by, whatever the values are: numbers before texts."""
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, "" if value is None else text_cell(value).lower())


def cell_of(record: Record, key: str) -> Value:
    """Return a record's value for a key of an address; the empty key gives its whole text."""
    if not key:
        return " ".join(text_cell(value) for value in record.values() if value is not None)
    value = record.get(key)
    if value is None or isinstance(value, str | float):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return text_cell(value)
