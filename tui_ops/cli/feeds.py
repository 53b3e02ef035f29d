"""``tui-ops feeds``: feeds of vulnerabilities are brought in from files, and it is said which there are.

The file is read here, by the person who names it, and sent to the engine piece by piece: the engine itself opens
nothing that somebody names.
"""

import argparse
import sys

from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.feeds import FEEDS_FORGET, FEEDS_IMPORT, KINDS
from tui_ops.cli.asking import act, print_answer
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, ask, say, shown, someone_there
from tui_ops.cli.failures import UsageError, exit_code, told
from tui_ops.cli.output import Format, Table, print_table
from tui_ops.cli.sendfile import send_file
from tui_ops.model.errors import TuiOpsError

WORDS = ("import", "show", "forget")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("what", metavar="import|show|forget", choices=WORDS, help="what to do")
    parser.add_argument("names", metavar="FILE|NAME", nargs="*", help="files to bring in: debsecan's, the Debian "
                        "tracker's JSON, OSV's all.zip, CISA's KEV, EPSS; or names of feeds to forget")  # fmt: skip
    parser.add_argument("--kind", choices=KINDS, help="what the files are, where their content does not tell")
    parser.add_argument(
        "--suite",
        metavar="NAME",
        help="the release that a file of debsecan is about: bookworm; it does not say so itself",
    )
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
    params = {key: value for key in ("kind", "suite") if (value := getattr(options, key))}
    worst = int(Exit.OK)
    for name in options.names:
        try:
            said = send_file(context.state.socket, FEEDS_IMPORT.id, name, params, "tui-ops feeds show")
            print(f"{shown(name)}: {shown(said)}")
        except TuiOpsError as error:
            if len(options.names) == 1 or (isinstance(error, ActError) and error.code is Code.AWAY):
                raise
            say(f"{shown(name)}: {told(error)}")
            worst = worst or exit_code(error)
        sys.stdout.flush()
    return worst
