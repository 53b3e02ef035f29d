"""Acts that open a stream, on the command line: a shell takes this terminal, the others print what comes."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator

from tui_ops.actions.action import Action, Stream
from tui_ops.actions.client import Answer
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import Request
from tui_ops.actions.streaming import End, Lines, open_stream, stop, unpack
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, say, shown
from tui_ops.cli.failures import UsageError
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError

LINE_CHARS = 4000
"""Characters of a line from a host that are printed."""

CHUNK = 64 * 1024
"""Bytes taken from the engine at a time."""


def stream(
    context: Context, action: Action, targets: list[str], params: dict[str, object], expect: dict[str, int]
) -> int:
    """Open a stream and follow it to its end; return the exit code.

    Raises:
        TuiOpsError: it is refused, or nobody is at this terminal for a shell.
    """
    if context.read_only:
        raise ActError(Code.FORBIDDEN, "this session is read-only", "leave --read-only away")
    if action.stream is Stream.FILE:
        raise UsageError(f"{action.id} sends a file", f"tui-ops {action.id.replace('.', ' ')} FILE")
    shell = action.stream is Stream.SHELL
    if shell and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise TuiOpsError("a shell needs a terminal, and this is none", "for one command: tui-ops do host.run")
    size = shutil.get_terminal_size()
    term = os.environ.get("TERM", "xterm-256color") if shell else ""
    request = Request(1, "open", action.id, tuple(targets), params, expect, term=term, size=(size.columns, size.lines))
    _, answer, link = open_stream(context.state.socket, request)
    if shell:
        return _shell(link, answer)
    try:
        return _print(link)
    except KeyboardInterrupt:
        link.sendall(stop())
        raise
    finally:
        link.close()


def _shell(link: socket.socket, answer: Answer) -> int:
    from tui_ops.actions.relay import relay

    say(f"recorded as {answer.audit}.cast; enter ~ . cuts it off")
    end = relay(link)
    say(shown(end.why) if end.why else f"ended with status {end.status}")
    return Exit.OK if end.status == 0 else Exit.NO


def _messages(link: socket.socket) -> Iterator[dict[str, object]]:
    lines = Lines()
    while data := link.recv(CHUNK):
        yield from lines.feed(data)


def _print(link: socket.socket) -> int:
    rest = b""
    for message in _messages(link):
        out = unpack(message.get("out", ""))
        if "host" in message:
            why = str(message.get("why", ""))
            print(f"{shown(str(message['host']))}: {shown(why) if why else 'status ' + str(message.get('status'))}")
            for text in out.splitlines():
                print(f"  {clean(text, LINE_CHARS)}")
        elif "end" in message:
            end = End.read(message["end"])
            say(shown(end.why) if end.why else f"ended with status {end.status}")
            return Exit.OK if end.status == 0 else Exit.NO
        else:
            *whole, rest = (rest + out).split(b"\n")
            for text in whole:
                print(clean(text.rstrip(b"\r"), LINE_CHARS))
            rest = rest[: LINE_CHARS * 4]
        sys.stdout.flush()
    say("the engine went away")
    return Exit.AWAY
