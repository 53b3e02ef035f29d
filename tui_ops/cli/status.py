"""``tui-ops status``: one line and an exit code, by the convention of Nagios plug-ins."""

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from tui_ops.cli.context import Context, shown
from tui_ops.model.clock import now
from tui_ops.model.states import HostState, Look, Severity, sign_of
from tui_ops.model.units import format_duration
from tui_ops.store.views.rows import EngineRow, HostRow

if TYPE_CHECKING:
    from tui_ops.store.views.changerows import ChangeRow
    from tui_ops.store.views.connect import Reader

NAMES_MAX = 3
"""Hosts that are named of each state: the line has to fit into a message on a phone."""

ENGINE_LATE_S = 60.0
"""Age of the engine's last beat from which its numbers are no answer: several missed beats, no hiccup."""


class Service(IntEnum):
    """The states of a check; the value is the exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


CHANGES_TOLD = ("interrupted", "paused", "running", "rolling back", "to approve", "unauthorised", "scheduled")
"""What is said of changes, in this order: what stands still wants somebody. Drafts and what is over keep nobody."""

PRIORITIES = (1, 2, 3, 4, 5)
"""Each has a number in every run."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """The incidents, counted. They tell what stands behind the hosts' states, and change no exit code: who is called
    for an incident says its policy."""

    open: Counter[int] = field(default_factory=Counter)
    """By priority."""
    on_call: str = ""
    """Who is on call, in a few words; empty where the inventory names nobody."""
    changes: str = ""
    """What is about changes, in a few words; empty where there is nothing."""


@dataclass(slots=True)
class Tally:
    """The fleet, counted."""

    counts: Counter[str] = field(default_factory=Counter)
    """By the word of the state, a host that is up with a bad reading under ``warning`` or ``critical``."""
    names: dict[str, list[str]] = field(default_factory=dict)
    """The first hosts of each word."""
    worst: Service = Service.OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments: there are none."""
    del parser


def run(_options: argparse.Namespace, context: Context) -> int:
    """Print the line and return the state of the check."""
    from tui_ops.store.views.hosts import hosts
    from tui_ops.store.views.pages import engine

    at = now()
    with context.read() as reader:
        row = engine(reader)
        away = engine_away(row)
        if away:
            print(f"TUI-OPS UNKNOWN - {away}")
            return Service.UNKNOWN
        counted = tally(row for row in hosts(reader, present=at) if row.counts)
        incidents = read_incidents(reader, at.at)
    print(line(counted, incidents))
    return counted.worst


def read_incidents(reader: "Reader", at: float) -> Incidents:
    """Return what is open, and who is on call at an epoch second."""
    from tui_ops.practices.oncall.schedule import in_words
    from tui_ops.store.views.figures import open_by_priority
    from tui_ops.store.views.oncall import oncall

    known = oncall(reader, at)
    return Incidents(open_by_priority(reader), in_words(known.spec, known.overrides, at), changes_in_words(reader))


def changes_in_words(reader: "Reader") -> str:
    """Return how many changes are under way, stand still, wait for somebody, or were planned by nobody."""
    from tui_ops.store.views.changes import changes

    counts = Counter(_word_of(row) for row in changes(reader) if row.is_open)
    return ", ".join(f"{counts[word]} {word}" for word in CHANGES_TOLD if counts[word])


def _word_of(row: "ChangeRow") -> str:
    if row.unauthorised and row.state == "draft":
        return "unauthorised"
    return {"submitted": "to approve"}.get(str(row.state), str(row.state))


def engine_away(row: EngineRow) -> str:
    """Return why the engine's numbers are no answer; empty where they are one."""
    if row.age_s is None:
        return "no engine ever ran here"
    if row.stopped_at is not None:
        return f"the engine was stopped, its last word is {format_duration(row.age_s)} old"
    if row.age_s > ENGINE_LATE_S:
        return f"no word from the engine for {format_duration(row.age_s)}"
    return ""


def tally(rows: Iterable[HostRow]) -> Tally:
    """Count hosts by what an operator does next."""
    found = Tally()
    for row in sorted(rows, key=lambda row: (sign_of(row.state, row.severity).rank, row.name)):
        word = judged_word(row)
        found.counts[word] += 1
        found.names.setdefault(word, [])
        if len(found.names[word]) < NAMES_MAX:
            found.names[word].append(row.name)
        found.worst = max(found.worst, judge(row))
    if set(found.counts) <= {str(HostState.PENDING)}:
        found.worst = Service.UNKNOWN
    return found


def judged_word(row: HostRow) -> str:
    """Return the word that a host is counted under."""
    if row.state is HostState.UP and row.severity in (Severity.WARNING, Severity.CRITICAL):
        return str(row.severity)
    return str(row.state)


def judge(row: HostRow) -> Service:
    """Return how bad one host is: failed hosts are critical, what is not known or announced less so."""
    look = sign_of(row.state, row.severity).look
    if look is Look.BAD:
        return Service.CRITICAL
    return Service.WARNING if look is Look.WARN or row.state is HostState.UNREACHABLE else Service.OK


def line(found: Tally, incidents: Incidents) -> str:
    """Return the line: state, counts with the first names, open incidents by priority and who is on call, and the
    counts as performance data.
    """
    total = found.counts.total()
    if total == 0:
        return "TUI-OPS UNKNOWN - the inventory has no hosts"
    parts = [_told(word, found) for word in found.counts if word != HostState.UP]
    parts.append(f"{found.counts[HostState.UP]} up")
    # Every state has a number in every run, so that graphs have no gaps.
    words = [str(state) for state in HostState] + [str(Severity.WARNING), str(Severity.CRITICAL)]
    data = " ".join(f"{word.replace(' ', '_')}={found.counts[word]};;;0;{total}" for word in words)
    data += "".join(f" incidents_p{one}={incidents.open[one]};;;0" for one in PRIORITIES)
    return f"TUI-OPS {found.worst.name} - {', '.join(parts)}; {_troubles(incidents)} | {data}"


def _troubles(incidents: Incidents) -> str:
    many = incidents.open.total()
    said = ", ".join(f"{incidents.open[one]} P{one}" for one in sorted(incidents.open) if incidents.open[one])
    told = f"{many} incident{'s' if many != 1 else ''} open: {said}" if many else "no incident open"
    if incidents.changes:
        told += f"; changes: {incidents.changes}"
    if incidents.on_call:
        told += f"; on call: {shown(incidents.on_call, 80).replace('|', '/')}"
    return told


def _told(word: str, found: Tally) -> str:
    count, names = found.counts[word], found.names[word]
    if word in (HostState.PENDING, HostState.MAINTENANCE):
        return f"{count} {word}"
    more = ", …" if count > len(names) else ""
    return f"{count} {word} ({', '.join(shown(name, 80).replace('|', '/') for name in names)}{more})"
