"""``tui-ops handover``: what the next shift has to know, as Markdown."""

import argparse
import sys
from typing import TYPE_CHECKING

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, shown
from tui_ops.cli.failures import UsageError
from tui_ops.model.clock import now
from tui_ops.model.units import parse_duration

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

SINCE = "8h"
"""A shift."""

SINCE_MOST_S = 31 * 86400.0
"""A month: what is longer is no shift, and nobody reads it."""

AHEAD_S = 7 * 86400.0
"""How far ahead the next who is on call is looked for: a turn of the usual rotation."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "--since", default=SINCE, metavar="TIME", help=f"how far back, such as 12h or 2d (else {SINCE})"
    )


def run(options: argparse.Namespace, context: Context) -> int:
    """Print the hand-over."""
    from tui_ops.reports.handover import handover_markdown, read_shift
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


def on_call_lines(reader: "Reader", at: float) -> list[str]:
    """Return who is on call now and who comes next, a line each schedule.

    Args:
        reader: of ``ops.db``.
        at: the moment of looking, epoch seconds.
    """
    from tui_ops.practices.oncall.localtime import clock_text
    from tui_ops.practices.oncall.schedule import shifts, targets_of, zone_of
    from tui_ops.store.views.oncall import oncall

    known = oncall(reader, at)
    lines = []
    for target in targets_of(known.spec):
        zone = zone_of(known.spec, target)
        now_, *rest = shifts(known.spec, known.overrides, target, at, at + AHEAD_S)
        following = f"then {_who(rest[0].people)} from {clock_text(rest[0].begins_at, zone)} {zone}" if rest else ""
        lines.append(f"{target.name}: {_who(now_.people)}" + (f", {following}" if following else ""))
    return lines


def _who(people: tuple[str, ...]) -> str:
    return ", ".join(people) or "nobody"
