"""The companion ``commands`` of the section ``processes``: owner and command line of some processes.

It is asked for process ids as words and is not scheduled by itself. The body is what two commands print::

    owner LINE      of ``ls -ld /proc/PID…``: the owner is the third word, the process stands at the end
    lines           all that follows is of ``head -c 400 /proc/PID/cmdline…``: a header ``==> PATH <==`` before each

A process may write into its own command line what looks like the header of another one. The true one is then there
too, so a process with two headers is told without its command line rather than with one that may be forged.
"""

import re
from collections.abc import Iterable, Sequence, Set

from tui_ops.collectors.processes import COMMAND_LIMIT, OWNER_LIMIT
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean

COMMANDS_LIMIT = 60
"""Processes in one order: the two screens of the *top* document at most, and what fits into a line of an order."""

_SECRETS = (
    re.compile(r"(?i)((?:pass(?:word|wd|phrase)|secret|token|api[-_]?key|credential)s?(?:=|:| +))[^\s-][^\s]*"),
    re.compile(r"(?i)(pass(?:=|:)|(?<!\S)-[\w-]{0,40}pass +)[^\s-][^\s]*"),
    re.compile(r"(://[^\s:/@]*:)[^\s@]+(?=@)"),
)
"""What a command line says of secrets: named ones (``--password x``, ``PGPASSWORD=x``), and those of addresses. A bare
``pass`` is a word of every day (``tests pass now``): with a blank behind it, it counts as an option alone."""

_HEADER = re.compile(rb"(?:^|\n)==> [^\n]*/proc/([0-9]{1,10})/cmdline <==\n")
_END = b"\n==> /dev/null <==\n"
_LINES = b"\nlines\n"


def parse_commands(body: bytes, pids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Read owners and command lines.

    Args:
        body: of the frame, as the host sent it.
        pids: the processes that were asked for.

    Returns:
        Owner (a name, or a number where the host has no name for it) and command line by pid, in the order of
        ``pids``; without those that have ended. The command line is empty for threads of the kernel and for zombies,
        and where it is ambiguous.
    """
    head, _, tail = (b"\n" + body).partition(_LINES)
    asked = pids[:COMMANDS_LIMIT]
    owners = _owners(head.split(b"\n"))
    commands = _commands(tail.rpartition(_END)[0] or tail, frozenset(asked))
    return {pid: (owners[pid], commands.get(pid, "")) for pid in asked if pid in owners}


def without_secrets(text: str) -> str:
    """Return a command line with its secrets left out: everyone who reads the store would see them there."""
    for secret in _SECRETS:
        text = secret.sub(r"\1***", text)
    return text


def _owners(lines: Iterable[bytes]) -> dict[int, str]:
    owners: dict[int, str] = {}
    for line in lines:
        fields = line.split()
        pid = whole(line.rpartition(b"/proc/")[2])
        if len(fields) >= 5 and fields[0] == b"owner" and pid is not None:
            owners.setdefault(pid, clean(fields[3], OWNER_LIMIT))
    return owners


def _commands(tail: bytes, asked: Set[int]) -> dict[int, str]:
    """Cut at the headers of what was asked for; any other is a part of a command line."""
    headers = [(whole(found[1]), found) for found in _HEADER.finditer(tail)]
    headers = [(pid, found) for pid, found in headers if pid in asked]
    ends = [*(found.start() for _, found in headers[1:]), len(tail)]
    commands: dict[int, str] = {}
    for (pid, found), end in zip(headers, ends, strict=False):
        if pid is not None:
            said = tail[found.end() : end].strip().decode("utf-8", "replace")
            commands[pid] = "" if pid in commands else clean(without_secrets(said), COMMAND_LIMIT)
    return commands
