"""``tui-ops figures --changes``: how soon and how often changes reach people, and how much of it hurts."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from tui_ops.cli.context import counted
from tui_ops.cli.output import Format, Record, Table, print_table
from tui_ops.model.deployed import Deployed
from tui_ops.model.units import format_duration
from tui_ops.practices.changes.dora import Delivery, deliveries

COLUMNS = ("service", "changes", "lead_time", "how_often", "recovery", "failed", "rework")


def print_deliveries(found: Sequence[Deployed], days: int, form: Format) -> None:
    """Print the five figures of each service.

    Args:
        found: the changes of the time.
        days: its length.
        form: text or JSON.
    """
    rows = deliveries(found, days)
    if form is Format.JSON:
        document = [
            asdict(row) | {"lead": row.lead_band, "often": row.often_band, "recovery": row.recovery_band}
            for row in rows
        ]
        json.dump({"days": days, "deliveries": document}, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    print(f"{counted(len(found), 'change')} ended in {counted(days, 'day')}.")
    if not rows:
        return
    print("Medians; failed: unsuccessful, rolled back or followed by an incident; rework: because of an incident.\n")
    print_table(Table(COLUMNS, [_record(row) for row in rows]), Format.TEXT)


def _record(row: Delivery) -> Record:
    return {
        "service": row.service or "none",
        "changes": row.changes,
        "lead_time": _with_band(row.lead_s, row.lead_band),
        "how_often": row.often_band or None,
        "recovery": _with_band(row.recovery_s, row.recovery_band),
        "failed": f"{row.fail_rate:.0%}",
        "rework": f"{row.rework_rate:.0%}",
    }


def _with_band(seconds: float | None, band: str) -> str | None:
    return None if seconds is None else f"{format_duration(seconds)}, {band}"
