"""``tui-ops handover``: what the next shift has to know, as Markdown."""

import argparse
import sys

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, shown
from tui_ops.cli.failures import UsageError
from tui_ops.model.clock import now
from tui_ops.model.units import parse_duration

SINCE = "8h"
"""A shift."""

SINCE_MOST_S = 31 * 86400.0
"""A month: what is longer is no shift, and nobody reads it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "--since", default=SINCE, metavar="TIME", help=f"how far back, such as 12h or 2d (else {SINCE})"
    )


def run(options: argparse.Namespace, context: Context) -> int:
    """Print the hand-over."""
    from tui_ops.reports.handover import handover_markdown, read_shift
    from tui_ops.reports.oncall import on_call_lines
    from tui_ops.store.views.pages import engine

    at = now().at
    began = at - _length(options.since)
    with context.read() as reader:
        fleet = engine(reader).fleet or context.fleet_name
        shift = read_shift(reader, fleet, at, began, lambda: on_call_lines(reader, at))
    sys.stdout.write(handover_markdown(shift))
    return Exit.OK


def _length(text: str) -> float:
    try:
        found = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--since {shown(text, 40)} is no length of time", "write 8h, 90m or 2d") from error
    if not 0 < found <= SINCE_MOST_S:
        raise UsageError(f"--since {shown(text, 40)} is no shift", "write something up to 31d, such as 8h")
    return found
