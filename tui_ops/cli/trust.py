"""``tui-ops trust``: an operator's decision about host keys, one by one or for a thousand from a file."""

import argparse
import sys
from pathlib import Path

from tui_ops.actions.errors import EngineAway
from tui_ops.cli.asking import act, print_answer
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, ask, say, shown, someone_there
from tui_ops.cli.failures import UsageError
from tui_ops.cli.fingerprints import SIZE_LIMIT, Given, read_fingerprints
from tui_ops.cli.keychoice import Choice, Choices, Keys, compared, offered, select, strangers, without_replacing
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.rows import HostRow

STDIN = "-"
"""As a file name: standard input."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    add = parser.add_argument
    add("hosts", metavar="HOST|group:NAME|site:NAME", nargs="*",
        help="whose keys; all that wait for a decision where left away")  # fmt: skip
    add("--fingerprints", metavar="FILE", help="trust what this file says: lines of HOST SHA256:…, of known_hosts, "
        "or of ssh-keygen -lf; - is standard input")  # fmt: skip
    add("--replace", action="store_true", help="give up the key trusted so far where it has changed")
    add("--yes", action="store_true", help="do not ask; hosts or a file have to be named")


def run(options: argparse.Namespace, context: Context) -> int:
    """Show fingerprints, let the person decide, and tell the engine."""
    if options.yes and not options.hosts and options.fingerprints is None:
        raise UsageError("--yes trusts nothing by itself", "name the hosts, or a file with --fingerprints")
    from tui_ops.cli.desk import engine_listens

    if not engine_listens(context.state.socket):
        # Said before the questions: answers that nobody takes would be given for nothing.
        raise EngineAway(hint="start one: tui-ops, or tui-ops engine")
    choices = _choices(options, context)
    for text in choices.refused:
        say(text)
    if not choices.possible:
        say("nothing was trusted" if choices.refused else "nothing waits for a decision")
        return Exit.NO if choices.refused else Exit.OK
    agreed = _agree(choices.possible, options)
    if not agreed:
        say("nothing was trusted")
        return Exit.NO
    params: dict[str, object] = {"fingerprints": {one.host: list(one.fingerprints) for one in agreed}}
    if options.replace:
        params["replace"] = "yes"
    print_answer(act(context, "host.trust", [one.host for one in agreed], params))
    return Exit.NO if choices.refused or len(agreed) < len(choices.possible) else Exit.OK


def _choices(options: argparse.Namespace, context: Context) -> Choices:
    given = _read_file(options.fingerprints) if options.fingerprints is not None else None
    rows, keys = _look(context)
    wanted = select(rows, options.hosts)
    if given is None:
        choices = offered(wanted, keys, named=bool(options.hosts))
    else:
        choices = compared(wanted, keys, given)
        choices = Choices(choices.possible, (*choices.refused, *strangers(rows, given)))
    return choices if options.replace else without_replacing(choices)


def _look(context: Context) -> tuple[list[HostRow], Keys]:
    from tui_ops.store.views.hosts import hosts
    from tui_ops.store.views.lists import keys

    found: Keys = {}
    with context.read() as reader:
        for key in keys(reader):
            found.setdefault(key.host, []).append(key)
        return hosts(reader), found


def _read_file(name: str) -> Given:
    """Return what the file says; with a mistake in any line nothing is trusted.

    Raises:
        TuiOpsError: it can't be read, is too large, or has mistakes.
    """
    try:
        if name == STDIN:
            data = sys.stdin.buffer.read(SIZE_LIMIT + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise TuiOpsError(f"{shown(name)} can't be read: {error.strerror}") from error
    if len(data) > SIZE_LIMIT:
        raise TuiOpsError(f"{shown(name)} is larger than {SIZE_LIMIT // 1024**2} MiB: it is no list of fingerprints")
    given = read_fingerprints(data.decode("utf-8", "replace"))
    if given.mistakes:
        raise TuiOpsError(
            f"{shown(name)} has mistakes, so nothing was trusted\n" + "\n".join(given.mistakes), "mend these lines"
        )
    return given


def _agree(choices: tuple[Choice, ...], options: argparse.Namespace) -> list[Choice]:
    """Return those that the person agrees to: one question a host, or one for all that a file was compared with."""
    if not options.yes and (options.fingerprints == STDIN or not someone_there()):
        raise UsageError("nobody is there to be asked", "compare the fingerprints, then add --yes")
    from_file = options.fingerprints is not None
    agreed = []
    for choice in choices:
        _show(choice)
        if options.yes or from_file or ask("Trust it?"):
            agreed.append(choice)
    if from_file and not options.yes and not ask(f"Trust the keys of {len(agreed)} hosts?"):
        return []
    return agreed


def _show(choice: Choice) -> None:
    kinds = {key.fingerprint: key.kind for key in choice.offered}
    for fingerprint in choice.fingerprints:
        kind = kinds.get(fingerprint, "not offered yet")
        say(f"{shown(choice.host)}  {shown(choice.address)}  {shown(kind, 60)}  {shown(fingerprint, 80)}")
    for key in choice.trusted:
        say(f"  instead of  {shown(key.kind, 60)}  {key.fingerprint}, trusted by {shown(key.trusted_by, 60)}")
