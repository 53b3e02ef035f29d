"""``tui-ops doctor``: what will get in the way, each with what to do."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, shown
from tui_ops.cli.doctoring import place, session, ssh, told
from tui_ops.cli.doctoring.remark import Level, Remark, bad
from tui_ops.cli.failures import UsageError
from tui_ops.model.errors import TuiOpsError

if TYPE_CHECKING:
    from tui_ops.store.views.rows import HostPage

WORDS = {Level.OK: "ok", Level.LOOK: "look", Level.BAD: "BAD"}
"""How a level is written; never by colour alone."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("host", metavar="HOST", nargs="?", help="look at this host too: the way to it, and its rights")
    parser.add_argument("--drop-in", action="store_true", help="print what lets root read for us on HOST, for "
                        "/etc/sudoers.d, and nothing else")  # fmt: skip


def run(options: argparse.Namespace, context: Context) -> int:
    """Print every remark as it is found, or a drop-in; 1 where something does not work."""
    if options.drop_in:
        return _print_drop_in(context, options.host)
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
    yield from told.check_told(context)
    yield from session.check_terminal(context.environ)
    yield from session.check_session(context.environ, session.user_name())
    yield from ssh.check_client()
    yield from ssh.check_config()
    yield from ssh.check_known_hosts()
    if host is not None:
        yield from _check_host(context, host)


def _print_drop_in(context: Context, name: str | None) -> int:
    from tui_ops.cli.doctoring import privilege

    if name is None:
        raise UsageError("a drop-in is made for one host, since paths differ", "tui-ops doctor HOST --drop-in")
    page = _page(context, name)
    if page is None:
        raise TuiOpsError(f"there is no host {shown(name, 80)!r}", "tui-ops show hosts")
    found = privilege.rights(page)
    if found is None:
        hint = f"tui-ops do host.read {shown(name, 80)}, and a minute later this again"
        raise TuiOpsError(f"{shown(name, 80)} has not told yet where its programs are", hint)
    print(privilege.text(found, _scanners(context, name)), end="")
    return Exit.OK


def _scanners(context: Context, name: str) -> list[str]:
    """Return the scanners that the inventory has run on a host.

    Raises:
        InventoryError: it has mistakes; nobody knows then what is to be run.
    """
    path = context.inventory
    if path is None:
        return []
    from tui_ops.inventory import load

    return [tool for tool, hosts in load(path).security.scanners.items() if name in hosts]


def _page(context: Context, name: str) -> "HostPage | None":
    from tui_ops.store.views.pages import host

    with context.read() as reader:
        return host(reader, name)


def _check_host(context: Context, name: str) -> Iterator[Remark]:
    from tui_ops.cli.doctoring import privilege

    try:
        page = _page(context, name)
    except TuiOpsError as error:
        yield bad(shown(name, 40), shown(error.message), shown(error.hint))
        return
    if page is None:
        yield bad(shown(name, 40), "there is no such host", "tui-ops show hosts")
        return
    yield from ssh.check_host(page.host)
    if not page.host.is_engine:
        yield from privilege.check(page)
