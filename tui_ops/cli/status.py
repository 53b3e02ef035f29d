"""``tui-ops status``: one line and an exit code, by the convention of Nagios plug-ins."""

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from tui_ops.cli.context import Context, shown
from tui_ops.model.clock import now
from tui_ops.model.states import HostState, Look, Severity, sign_of
from tui_ops.model.units import format_duration
from tui_ops.store.views.rows import EngineRow, HostRow

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

    with context.read() as reader:
        row = engine(reader)
        away = engine_away(row)
        if away:
            print(f"TUI-OPS UNKNOWN - {away}")
            return Service.UNKNOWN
        counted = tally(row for row in hosts(reader, present=now()) if row.counts)
    print(line(counted))
    return counted.worst


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


def line(found: Tally) -> str:
    """Return the line: state, counts with the first names, and the counts as performance data."""
    total = found.counts.total()
    if total == 0:
        return "TUI-OPS UNKNOWN - the inventory has no hosts"
    parts = [_told(word, found) for word in found.counts if word != HostState.UP]
    parts.append(f"{found.counts[HostState.UP]} up")
    # Every state has a number in every run, so that graphs have no gaps.
    words = [str(state) for state in HostState] + [str(Severity.WARNING), str(Severity.CRITICAL)]
    data = " ".join(f"{word.replace(' ', '_')}={found.counts[word]};;;0;{total}" for word in words)
    return f"TUI-OPS {found.worst.name} - {', '.join(parts)} | {data}"


def _told(word: str, found: Tally) -> str:
    count, names = found.counts[word], found.names[word]
    if word in (HostState.PENDING, HostState.MAINTENANCE):
        return f"{count} {word}"
    more = ", …" if count > len(names) else ""
    return f"{count} {word} ({', '.join(shown(name, 80).replace('|', '/') for name in names)}{more})"
