"""What a command wrote on hosts, as much of it as the timeline of an incident keeps: the last lines, without secrets.

Pure. The end of an output is what tells: an error, a count, the state after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.model.clean import clean
from tui_ops.practices.incidents.redact import KEY_LINES, LINE_LIMIT, redacted

LINES_MOST = 40
"""Lines of one host: a screen of them."""

HOST_MOST = 4 * 1024
"""Bytes of one host, after cleaning: 40 lines of a hundred characters."""

ALL_MOST = 20 * 1024
"""Bytes of all hosts of one line: each reader of the timeline reads them."""

HOSTS_MOST = 200
"""Hosts that a line names; the audit has all of them."""

LINE_MOST = 400
"""Characters of a line: more is data and no message."""

GOOD = "status 0"
"""How a command ended that did what it should."""

TAB = 8
"""Cells of a tabulator, as terminals have it."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of what a command wrote on one host."""

    lines: tuple[str, ...] = ()
    cut: bool = False
    """Whether there was more before."""


def tail(raw: bytes) -> Tail:
    """Return the last lines of an output, cleaned, secrets taken out.

    Args:
        raw: what the command wrote, bounded by who ran it.
    """
    lines = raw.decode("utf-8", "replace").rstrip("\r\n").split("\n")
    # A private key whose beginning lies before the last lines is known by it all the same.
    looked = [_shown(line) for line in lines[-(LINES_MOST + KEY_LINES) :]]
    told = [clean(line, LINE_MOST) for line in redacted(looked)[-LINES_MOST:]]
    kept = _fitting(told, HOST_MOST)
    if kept == [""]:
        return Tail()
    return Tail(tuple(kept), len(kept) < len(told) or len(lines) > LINES_MOST)


def _shown(line: str) -> str:
    """Return a line as a terminal shows it in the end: a carriage return begins it anew, tabulators are blanks."""
    return line.rstrip("\r").rpartition("\r")[2][:LINE_LIMIT].expandtabs(TAB)


def _fitting(lines: list[str], most: int) -> list[str]:
    """Return the last lines that together take no more than so many bytes."""
    size, first = 0, len(lines)
    while first and size + len(lines[first - 1].encode()) + 1 <= most:
        first -= 1
        size += len(lines[first].encode()) + 1
    return lines[first:]


def gathered(outcomes: Mapping[str, str], tails: Mapping[str, Tail]) -> list[dict[str, object]]:
    """Return what came of a command as plain data: equal ends once with their hosts, what went wrong first.

    Args:
        outcomes: by host, how it ended there.
        tails: by host, the end of what it wrote; a host on which it did not run has none.
    """
    groups: dict[tuple[str, Tail], list[str]] = {}
    for host, ended in outcomes.items():
        groups.setdefault((ended, tails.get(host, Tail())), []).append(host)
    found: list[dict[str, object]] = []
    room, places = ALL_MOST, HOSTS_MOST
    for (ended, one), hosts in sorted(groups.items(), key=lambda group: (group[0][0] == GOOD, -len(group[1]))):
        if places <= 0:
            break
        lines = _fitting(list(one.lines), room)
        room -= sum(len(line.encode()) + 1 for line in lines)
        cut = one.cut or len(lines) < len(one.lines)
        named = hosts[:places]
        places -= len(named)
        found.append({"hosts": named, "more": len(hosts) - len(named), "ended": ended, "lines": lines, "cut": cut})
    return found
