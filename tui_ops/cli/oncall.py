"""``tui-ops oncall``: who is on call now and in the days to come, gaps included, and what was sent to whom."""

import argparse
import time
from typing import TYPE_CHECKING

from tui_ops.cli.codes import Exit
from tui_ops.cli.columns import moment
from tui_ops.cli.context import Context, say
from tui_ops.cli.failures import UsageError
from tui_ops.cli.output import Format, Record, Table, print_table

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader
    from tui_ops.store.views.oncall import OnCall

DAYS = 7
"""Days that the table shows unless asked otherwise: a turn of the usual rotation."""

DAYS_MOST = 400

NOW_COLUMNS = ("schedule", "on_call", "until", "from", "begins_at", "ends_at", "reached_by", "gap")
NOW_TEXT = ("schedule", "on_call", "until", "reached_by", "from")
SHIFT_COLUMNS = ("schedule", "begins", "ends", "on_call", "from", "begins_at", "ends_at", "gap")
SHIFT_TEXT = ("schedule", "begins", "ends", "on_call", "from")
SENT_COLUMNS = (
    "at", "incident", "person", "way", "state", "reason", "error", "attempts", "step", "round", "title", "key",
    "done_at",
)  # fmt: skip
SENT_TEXT = ("at", "incident", "person", "way", "state", "reason", "error")
OVERRIDE_COLUMNS = ("override", "schedule", "person", "instead_of", "begins", "ends", "by", "reason")

NOBODY = "nobody"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("what", nargs="?", default="now", choices=("now", "next", "overrides", "sent"),
                        help="now: who is on call; next: the days to come; overrides: who takes whose shift; "
                        "sent: notifications, the newest first")  # fmt: skip
    parser.add_argument("name", nargs="?", help="one schedule or rotation; with sent an incident, INC-12")
    parser.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"days that next shows (else {DAYS})")
    parser.add_argument("--format", type=Format, choices=tuple(Format), default=Format.TEXT, help="text, json or csv")
    parser.add_argument("--no-header", action="store_true", help="leave the names of the columns away")


def run(options: argparse.Namespace, context: Context) -> int:
    """Print who is on call. Exit code 1 where nobody is, now or in the days that are shown."""
    if not 1 <= options.days <= DAYS_MOST:
        raise UsageError(f"--days is a number from 1 to {DAYS_MOST}", "tui-ops oncall next --days 14")
    with context.read() as reader:
        if options.what == "sent":
            table, good = _sent(reader, options.name), True
        else:
            from tui_ops.store.views.oncall import oncall

            now = time.time()
            known = oncall(reader, now)
            table, good = _of(options, known, now)
    print_table(table, options.format, not options.no_header)
    return Exit.OK if good else Exit.NO


def _of(options: argparse.Namespace, known: "OnCall", now: float) -> tuple[Table, bool]:
    if options.what == "overrides":
        return _overrides(known, now), True
    records = _shifts(options, known, now)
    gaps = [record for record in records if record["gap"]]
    if not records and known.spec.policies:
        say("note: there is no schedule and no rotation: the policies call people by their names")
    elif not records:
        say("note: the inventory names nobody who is on call: add 'oncall:', docs/oncall.md says how")
    elif gaps:
        say(f"note: nobody is on call {len(gaps)} time{'s' if len(gaps) != 1 else ''} in this table")
    good = not gaps and bool(records or known.spec.policies)
    if options.what == "now":
        return Table(NOW_COLUMNS, records, NOW_TEXT), good
    return Table(SHIFT_COLUMNS, records, SHIFT_TEXT), good


def _shifts(options: argparse.Namespace, known: "OnCall", now: float) -> list[Record]:
    from tui_ops.practices.oncall.localtime import clock_text
    from tui_ops.practices.oncall.schedule import shifts, targets_of, zone_of

    targets = [one for one in targets_of(known.spec) if options.name in (None, one.name)]
    if options.name is not None and not targets:
        names = ", ".join(one.name for one in targets_of(known.spec)) or "none"
        raise UsageError(f"there is no schedule or rotation {options.name[:60]!r}", f"there are: {names}")
    only_now = options.what == "now"
    end = now + options.days * 86400.0
    found: list[Record] = []
    for target in targets:
        zone = zone_of(known.spec, target)
        there = shifts(known.spec, known.overrides, target, now, end)
        for shift in there[:1] if only_now else there:
            ends = clock_text(shift.ends_at, zone)
            found.append(
                {
                    "schedule": target.name,
                    "begins": clock_text(shift.begins_at, zone),
                    "ends": f"{ends} {zone}",
                    "until": f"{ends} {zone}" if shift.ends_at < end else f"beyond {ends} {zone}",
                    "on_call": ", ".join(shift.people) or NOBODY,
                    "from": shift.why,
                    "begins_at": moment(shift.begins_at),
                    "ends_at": moment(shift.ends_at),
                    "reached_by": _ways(known, shift.people),
                    "gap": not shift.people,
                }
            )
    return found


def _ways(known: "OnCall", people: tuple[str, ...]) -> str:
    contacts = [known.spec.contact(person) for person in people]
    return ", ".join(dict.fromkeys(way.name for contact in contacts if contact for way in contact.ways))


def _overrides(known: "OnCall", now: float) -> Table:
    from tui_ops.practices.oncall.localtime import clock_text

    zone = known.spec.timezone
    records: list[Record] = [
        {
            "override": one.id,
            "schedule": one.schedule,
            "person": one.person or NOBODY,
            "instead_of": one.instead_of,
            "begins": clock_text(one.begins_at, zone, now),
            "ends": f"{clock_text(one.ends_at, zone, now)} {zone}",
            "by": one.by,
            "reason": one.reason,
        }
        for one in known.overrides
    ]
    return Table(OVERRIDE_COLUMNS, records)


def _sent(reader: "Reader", name: str | None) -> Table:
    from tui_ops.model.incidents import incident_name, number_in
    from tui_ops.store.views.oncall import notifications

    number = number_in(name, "INC") if name is not None else None
    if name is not None and number is None:
        raise UsageError(f"{name[:40]!r} is no incident", "tui-ops oncall sent INC-12")
    records: list[Record] = [
        {
            "at": moment(row.queued_at),
            "incident": incident_name(row.incident_id) if row.incident_id is not None else "–",
            "person": row.person,
            "way": row.channel,
            "state": str(row.state),
            "reason": row.reason,
            "error": row.error,
            "attempts": row.attempts,
            "step": row.step,
            "round": row.round,
            "title": row.title,
            "key": row.key,
            "done_at": moment(row.done_at),
        }
        for row in notifications(reader, number)
    ]
    return Table(SENT_COLUMNS, records, SENT_TEXT)
