"""``tui-ops feeds``: feeds of vulnerabilities are brought in from files, and it is said which there are.

The file is read here, by the person who names it, and sent to the engine piece by piece: the engine itself opens
nothing that somebody names.
"""

import argparse
import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tui_ops.actions.errors import ActError, Code, EngineAway
from tui_ops.actions.feeds import FEEDS_FORGET, FEEDS_IMPORT, KINDS
from tui_ops.actions.protocol import Request
from tui_ops.actions.streaming import End, Lines, done, open_stream, typed
from tui_ops.cli.asking import act, print_answer
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, ask, say, shown, someone_there
from tui_ops.cli.failures import UsageError, exit_code, told
from tui_ops.cli.output import Format, Table, print_table
from tui_ops.model.errors import TuiOpsError

PIECE = 384 * 1024
"""Bytes of one message: as text two thirds of what a line over the socket may have."""

WORDS = ("import", "show", "forget")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("what", metavar="import|show|forget", choices=WORDS, help="what to do")
    parser.add_argument("names", metavar="FILE|NAME", nargs="*", help="files to bring in: debsecan's, the Debian "
                        "tracker's JSON, OSV's all.zip, CISA's KEV, EPSS; or names of feeds to forget")  # fmt: skip
    parser.add_argument("--kind", choices=KINDS, help="what the files are, where their content does not tell")
    parser.add_argument("--suite", metavar="NAME", help="the release that a file of debsecan is about: bookworm")
    parser.add_argument("--format", type=Format, choices=tuple(Format), default=Format.TEXT, help="text, json or csv")
    parser.add_argument("--yes", action="store_true", help="do not ask before a feed is forgotten")


def run(options: argparse.Namespace, context: Context) -> int:
    """Do what was asked for."""
    if options.what == "show":
        return _show(options, context)
    if not options.names:
        raise UsageError(f"feeds {options.what} needs a {'file' if options.what == 'import' else 'name'}")
    if options.what == "import":
        return _import(options, context)
    if not options.yes and not (someone_there() and ask(f"Forget {', '.join(map(shown, options.names))}?")):
        raise UsageError("forgetting a feed asks for a confirmation", "add --yes")
    for name in options.names:
        print_answer(act(context, FEEDS_FORGET.id, (), {"name": name}))
    return Exit.OK


def _show(options: argparse.Namespace, context: Context) -> int:
    from tui_ops.cli.shownvulnerabilities import FEED_COLUMNS, FEED_TEXT, feed_records

    if options.names:
        raise UsageError("feeds show takes no names", "tui-ops feeds show")
    with context.read() as reader:
        records = list(feed_records(reader))
    print_table(Table(FEED_COLUMNS, records, FEED_TEXT), options.format, True)
    if not records and options.format is Format.TEXT:
        say("there are no feeds: tui-ops feeds import FILE")
    return Exit.OK


def _import(options: argparse.Namespace, context: Context) -> int:
    """Bring in each file; one that can't be used is told, and the others go on."""
    if context.read_only:
        raise ActError(Code.FORBIDDEN, "this session is read-only", "leave --read-only away")
    worst = int(Exit.OK)
    for name in options.names:
        try:
            print(f"{shown(name)}: {shown(_send(options, context, name))}")
        except TuiOpsError as error:
            if len(options.names) == 1 or (isinstance(error, ActError) and error.code is Code.AWAY):
                raise
            say(f"{shown(name)}: {told(error)}")
            worst = worst or exit_code(error)
        sys.stdout.flush()
    return worst


def _send(options: argparse.Namespace, context: Context, name: str) -> str:
    """Send a file and return what came of it."""
    with _opened(name) as file:
        params: dict[str, object] = {"file": Path(name).name[:100], "dated": str(int(os.fstat(file.fileno()).st_mtime))}
        params |= {key: value for key in ("kind", "suite") if (value := getattr(options, key))}
        _, _, link = open_stream(context.state.socket, Request(1, "open", FEEDS_IMPORT.id, (), params))
        try:
            # An engine that has refused it meanwhile has said why, which is read below.
            with suppress(BrokenPipeError, ConnectionResetError):
                while piece := file.read(PIECE):
                    link.sendall(typed(piece))
                link.sendall(done())
            return _outcome(link)
        except OSError as error:
            raise TuiOpsError(f"it can't be sent: {error.strerror or error}", "check the file") from error
        finally:
            link.close()


def _opened(name: str) -> BinaryIO:
    try:
        # A pipe that nobody writes would hold this up for ever.
        opened = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise TuiOpsError(f"{shown(name)} can't be read: {error.strerror or error}", "check its path") from error
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise TuiOpsError(f"{shown(name)} is no file", "name the file itself")
    return os.fdopen(opened, "rb")


def _outcome(link: socket.socket) -> str:
    """Return what came of a file that was sent.

    Raises:
        ActError: it was not taken, or the engine went away.
    """
    for message in _messages(link):
        if isinstance(message.get("error"), dict):
            from tui_ops.actions.protocol import read_error

            raise read_error(message["error"])
        if "end" in message:
            end = End.read(message["end"])
            if end.said:
                return end.said
            raise ActError(Code.FAILED, end.why or "it was not taken", "look at the engine's log")
    raise EngineAway("the engine went away before it answered", "tui-ops feeds show says whether it was taken")


def _messages(link: socket.socket) -> Iterator[dict[str, object]]:
    lines = Lines()
    with suppress(ConnectionResetError):
        while data := link.recv(65536):
            yield from lines.feed(data)
