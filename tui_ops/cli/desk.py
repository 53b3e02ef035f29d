"""``tui-ops`` without a verb: see that an engine runs, then open the desk."""

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import ADD_HOSTS, Context, say, shown
from tui_ops.cli.failures import report_lines
from tui_ops.model.clean import clean, clean_lines
from tui_ops.store.errors import StoreError
from tui_ops.ui.terminal import this_terminal

if TYPE_CHECKING:
    from tui_ops.actions.launch import Started

CONNECT_S = 1.0
"""How long the engine's socket may take to accept: it is local, so longer means that the engine hangs."""

STAYS_LIMIT = 200
"""Characters of why an engine stays."""


def open_desk(context: Context) -> int:
    """Open the dashboard and return its exit code.

    An inventory with mistakes is told before anything opens, unless an engine runs already: it goes on with
    the inventory that it has.
    """
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        say("tui-ops: the desk needs a terminal on standard input and output\n  for scripts: tui-ops show hosts")
        return Exit.USAGE
    if not this_terminal(context.environ).places_cursor:
        say(f"tui-ops: the desk can't be drawn on the terminal {context.environ.get('TERM', '')[:40]!r}")
        say("  set TERM to what it is; for scripts and plain terminals: tui-ops show hosts")
        return Exit.USAGE
    started: Started | None = None
    if not engine_listens(context.state.socket) and may_start_engine(context):
        mistakes = inventory_mistakes(context)
        if mistakes:
            say("\n".join(mistakes))
            say("tui-ops: the inventory can't be used; tui-ops check looks again")
            return Exit.NO
        started = _start(context)
    from tui_ops.ui import UiOptions, run
    from tui_ops.ui.preferences import config_folder

    code = run(
        UiOptions(
            state=context.state.root,
            fleet_name=context.fleet_name,
            inventory_hint="" if context.inventory else ADD_HOSTS,
            read_only=context.read_only,
            ascii=context.options.ascii,
            theme=context.options.theme,
            config=config_folder(context.environ),
            mouse=not context.options.no_mouse,
        )
    )
    # Where several desks start at once, one engine wins and the others leave: nothing to tell.
    if started is not None and started.ended() and not engine_listens(context.state.socket):
        say(f"tui-ops: the engine could not begin\n{chr(10).join(clean_lines(started.last_words()))}")
    if why := engine_stays(context.state.socket):
        say(f"tui-ops: the engine goes on in the background, since {why}\n  to end it: tui-ops do engine.stop --yes")
    return code


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a standard stream is there at all, and a terminal."""
    return stream is not None and stream.isatty()


def _start(context: Context) -> "Started":
    from tui_ops.actions.launch import start_engine

    root = context.state.root
    try:
        return start_engine(engine_arguments(context), root)
    except OSError as error:
        raise StoreError(
            f"no engine can be started on {shown(root)}: {error.strerror}", "name another folder: --state-dir"
        ) from error


def engine_listens(path: "os.PathLike[str]") -> bool:
    """Return whether an engine accepts at its socket; no permission means that one is there for others."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(CONNECT_S)
        try:
            link.connect(os.fspath(path))
        except (PermissionError, TimeoutError, BlockingIOError):
            return True
        except OSError:
            return False
    return True


def engine_stays(path: Path) -> str:
    """Return why an engine that a desk started stays when the last desk has gone; empty where it leaves, where it is a
    service, and where none answers.

    Args:
        path: the engine's socket.
    """
    from tui_ops.actions.client import ask_once
    from tui_ops.actions.errors import ActError
    from tui_ops.actions.protocol import Request

    try:
        _, answer = ask_once(path, Request(1, "status"), CONNECT_S)
    except ActError:
        return ""
    return clean(str(answer.get("stays", "")), STAYS_LIMIT)


def may_start_engine(context: Context) -> bool:
    """Return whether the state is this user's to write; a team's state is served by the engine of its owner."""
    try:
        return context.state.root.stat().st_uid == os.geteuid()
    except PermissionError:
        return False
    except OSError:
        return True


def engine_arguments(context: Context) -> list[str]:
    """Return the arguments after the program's name that start the engine of this context in the background.

    Paths are absolute: the engine changes its folder.
    """
    arguments = ["--state-dir", str(context.state.root)]
    if context.inventory is not None:
        arguments = ["-i", str(context.inventory), *arguments]
    return [*arguments, "engine", "--background"]


def inventory_mistakes(context: Context) -> list[str]:
    """Return every mistake of the inventory, ready to be printed; none where it can be used."""
    if context.inventory is None:
        return []
    from tui_ops.inventory import load
    from tui_ops.inventory.errors import InventoryError

    try:
        load(context.inventory)
    except InventoryError as error:
        return report_lines(error)
    return []
