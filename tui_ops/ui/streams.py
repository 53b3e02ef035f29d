"""What an act opens: a shell takes the terminal over, a log and a command's output get a screen of their own."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from tui_ops.actions.action import Action, Stream
from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import LINE_LIMIT, Request, decode
from tui_ops.actions.relay import relay
from tui_ops.actions.streaming import End, open_stream, stop
from tui_ops.model.units import format_duration
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import safe
from tui_ops.ui.paint import Ink
from tui_ops.ui.whyask import ask_why, asks_why
from tui_ops.ui.work import in_background

if TYPE_CHECKING:
    from pathlib import Path

    from tui_ops.ui.app import DeskApp

TOLD_S = 15.0
"""How long the end of a shell stands: it names the recording."""

FILE_VERBS = {"feeds.import": "tui-ops feeds import FILE"}
"""How acts that send a file are done: a desk may run on another machine than the one where the file is."""

TERMS = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,39}")


def terminal_name() -> str:
    """Return this terminal's kind."""
    named = os.environ.get("TERM", "")
    return named if TERMS.fullmatch(named) else "xterm-256color"


async def open_for(app: "DeskApp", action: Action, rows: tuple[HostRow, ...], params: dict[str, object]) -> None:
    """Open what an act opens, on the hosts that were chosen."""
    expect = {row.name: row.revision for row in rows}
    request = Request(1, "open", action.id, tuple(row.name for row in rows), params, expect)
    if action.stream is Stream.SHELL:
        await _shell(app, action, rows[0], params, expect)
    elif action.stream is Stream.LOG:
        from tui_ops.ui.screens.logs import Logs

        app.push_screen(Logs(rows[0].name, params))
    elif action.stream is Stream.FILE:
        app.tell(f"{action.label}: on a command line: {FILE_VERBS.get(action.id, 'tui-ops --help')}")
    else:
        from tui_ops.ui.screens.runs import Run

        app.push_screen(Run(request))


async def _shell(
    app: "DeskApp", action: Action, row: HostRow, params: dict[str, object], expect: dict[str, int]
) -> None:
    """Give the terminal to a shell, and come back when it ends. The desk stands still meanwhile."""
    request = Request(
        1,
        "open",
        "host.shell",
        (row.name,),
        params,
        expect,
        term=terminal_name(),
        size=(app.size.width, app.size.height),
    )
    app.tell(f"opening a shell on {safe(row.name)}")
    try:
        _, answer, link = await asyncio.to_thread(open_stream, StatePaths(app.desk.options.state).socket, request)
    except ActError as error:
        if not asks_why(error, params):
            app.tell(f"shell: {safe(str(error))}", Ink.BAD)
            return

        def again(given: dict[str, object]) -> None:
            in_background(app, lambda: _shell(app, action, row, given, expect), "act")

        ask_why(app, action, row.name, params, error, again)
        return
    try:
        with app.suspend():
            print(f"\r\n[ shell on {safe(row.name)}, recorded as {answer.audit}.cast;  enter ~ .  cuts it off ]\r\n")
            sys.stdout.flush()
            end = relay(link)
    except SuspendNotSupported:
        link.close()
        app.tell("shell: this terminal can't be handed over", Ink.BAD)
        return
    app.tell(told(row.name, end), Ink.TEXT if not end.why else Ink.WARN, TOLD_S)


def told(name: str, end: End) -> str:
    """Return what is said after a shell."""
    how = end.why or (f"status {end.status}" if end.status is not None else "ended")
    length = f" after {format_duration(end.seconds)}" if end.seconds >= 1 else ""
    kept = f"; recorded as {end.recording}" if end.recording else ""
    return safe(f"shell on {name} ended{length}: {how}{kept}")


class Incoming:
    """A stream that the desk reads.

    Args:
        path: of the engine's socket.
        request: asks for it.
    """

    def __init__(self, path: "Path", request: Request) -> None:
        self._path = path
        self._request = request
        self._writer: asyncio.StreamWriter | None = None
        self.audit = 0

    async def messages(self) -> AsyncIterator[dict[str, object]]:
        """Yield what comes, the end included.

        Raises:
            ActError: it was not opened, or the engine has gone.
        """
        _, answer, link = await asyncio.to_thread(open_stream, self._path, self._request)
        self.audit = answer.audit
        link.setblocking(False)
        reader, self._writer = await asyncio.open_unix_connection(sock=link, limit=LINE_LIMIT)
        try:
            while line := await reader.readline():
                yield decode(line)
        except (OSError, ValueError):
            return
        finally:
            self._writer.close()
            self._writer = None

    def stop(self) -> None:
        """End what runs."""
        if self._writer is not None:
            self._writer.write(stop())
