"""``tui-ops doctor``: what will get in the way, each with what to do."""

import argparse
from collections.abc import Iterator

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, shown
from tui_ops.cli.doctoring import place, session, ssh
from tui_ops.cli.doctoring.remark import Level, Remark, bad
from tui_ops.model.errors import TuiOpsError

WORDS = {Level.OK: "ok", Level.LOOK: "look", Level.BAD: "BAD"}
"""How a level is written; never by colour alone."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("host", metavar="HOST", nargs="?", help="look at the way to this host too")


def run(options: argparse.Namespace, context: Context) -> int:
    """Print every remark as it is found; 1 where something does not work."""
    worst = Level.OK
    for remark in remarks(context, options.host):
        worst = max(worst, remark.level)
        print(f"{WORDS[remark.level]:<5} {remark.subject:<12} {remark.text}", flush=True)
        if remark.advice and remark.level is not Level.OK:
            print(f"{'':<19}do: {remark.advice}", flush=True)
    return Exit.NO if worst is Level.BAD else Exit.OK


def remarks(context: Context, host: str | None) -> Iterator[Remark]:
    """Give every remark; where the inventory hides the state's place, the rest is still looked at."""
    yield from place.check_versions()
    yield from place.check_inventory(context)
    try:
        paths = context.state
    except TuiOpsError as error:
        yield bad("state", shown(error.message), "mend the inventory, or name the state: --state-dir")
    else:
        yield from place.check_state(paths)
        yield from place.check_engine(paths)
    yield from session.check_terminal(context.environ)
    yield from session.check_session(context.environ, session.user_name())
    yield from ssh.check_client()
    yield from ssh.check_config()
    yield from ssh.check_known_hosts()
    if host is not None:
        yield from _check_host(context, host)


def _check_host(context: Context, name: str) -> Iterator[Remark]:
    from tui_ops.store.views.pages import host

    try:
        with context.read() as reader:
            page = host(reader, name)
    except TuiOpsError as error:
        yield bad(shown(name, 40), shown(error.message), shown(error.hint))
        return
    if page is None:
        yield bad(shown(name, 40), "there is no such host", "tui-ops show hosts")
        return
    yield from ssh.check_host(page.host)
