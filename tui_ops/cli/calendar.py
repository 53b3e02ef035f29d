"""``tui-ops calendar``: planned changes, windows and freezes of the days to come, as text or as iCalendar."""

import argparse
import sys

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context
from tui_ops.cli.failures import UsageError
from tui_ops.model.clock import local_time, now
from tui_ops.model.units import format_duration

DAYS = 28
"""Days to come unless asked otherwise: four weeks, which a team plans."""

DAYS_MOST = 366
"""A year: later than that nothing is planned."""

BACK_S = 28 * 86400.0
"""How far an iCalendar goes back: what was there last month is still there when somebody asks for it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"how far ahead (else {DAYS})")
    parser.add_argument("--ics", action="store_true", help="as iCalendar, for the calendar that people have already")


def run(options: argparse.Namespace, context: Context) -> int:
    """Print the calendar."""
    from tui_ops.reports.icalendar import Calendar, entries, icalendar
    from tui_ops.store.views.changes import changes
    from tui_ops.store.views.pages import engine
    from tui_ops.store.views.planned import changing, freezes

    if not 1 <= options.days <= DAYS_MOST:
        raise UsageError(f"--days is a number from 1 to {DAYS_MOST}", "tui-ops calendar --days 90")
    at = now().at
    begin = at - BACK_S if options.ics else at
    with context.read() as reader:
        calendar = Calendar(
            engine(reader).fleet or context.fleet_name, changes(reader, everything=True),
            freezes(reader, everything=options.ics), changing(reader), begin, at + options.days * 86400.0, at,
        )  # fmt: skip
    if options.ics:
        # Lines end with CRLF whatever the terminal does with them, and it is UTF-8 whatever the locale is.
        sys.stdout.flush()
        sys.stdout.buffer.write(icalendar(calendar).encode())
        sys.stdout.buffer.flush()
        return Exit.OK
    found = entries(calendar)
    for entry in found:
        start = local_time(entry.begin)
        length = format_duration(entry.end - entry.begin)
        mark = {"TENTATIVE": " (not approved yet)", "CANCELLED": " (cancelled)"}.get(entry.status, "")
        print(f"{start:%a %Y-%m-%d %H:%M %Z}  {length:>6}  {entry.summary}{mark}")
    if not found:
        print(f"nothing is planned in the next {options.days} days", file=sys.stderr)
    return Exit.OK
