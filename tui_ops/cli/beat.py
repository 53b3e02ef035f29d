"""``tui-ops beat``: a job says that it has run."""

import argparse

from tui_ops.actions.action import TEXT_LIMIT
from tui_ops.actions.intake import HEARTBEAT_BEAT
from tui_ops.cli.asking import act, print_answer
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context
from tui_ops.cli.failures import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("name", metavar="NAME", help="the job, as it stands below heartbeats in the inventory")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--fail", action="store_true", help="it went wrong")
    how.add_argument("--exit", metavar="CODE", type=int, help="its exit code, as in --exit $?; any but 0 went wrong")
    parser.add_argument("--text", metavar="TEXT", default="", help="what it says of itself, in one line")


def run(options: argparse.Namespace, context: Context) -> int:
    """Report to the engine."""
    text = options.text.strip()
    failed = options.fail or bool(options.exit)
    if failed and options.exit is not None and not text:
        text = f"exit code {options.exit}"
    params: dict[str, object] = {"name": options.name, "failed": "yes" if failed else "no", "text": text[:TEXT_LIMIT]}
    try:
        HEARTBEAT_BEAT.read_params(params)
    except ValueError as error:
        raise UsageError(str(error), "tui-ops beat NAME") from error
    print_answer(act(context, HEARTBEAT_BEAT.id, (), params))
    return Exit.OK
