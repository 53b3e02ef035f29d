"""``tui-ops figures``: how soon incidents were seen, taken on, mitigated and over, and which rules make noise."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from tui_ops.cli.codes import Exit
from tui_ops.cli.columns import moment
from tui_ops.cli.context import Context, counted
from tui_ops.cli.failures import UsageError
from tui_ops.cli.output import Format, Record, Table, print_table
from tui_ops.model.clock import now
from tui_ops.model.units import format_duration

if TYPE_CHECKING:
    from tui_ops.model.measured import Measured
    from tui_ops.practices.incidents.figures import FigureRow, Noise

DAYS = 30
"""Days that are looked at unless asked otherwise: four weeks and a bit, so that no weekday weighs more."""

DAYS_MOST = 400
"""As long as the hours of the history are kept."""

ROWS_SHOWN = 10
"""Rules, and incidents that nobody acted on, that text shows; JSON has all."""

FIGURE_COLUMNS = ("of", "incidents", "ttd", "tta", "ttm", "ttr", "weeks", "ttr_weeks")
NOISE_COLUMNS = ("rule", "incidents", "acted", "short", "advice")
NOBODY_COLUMNS = ("incident", "detected", "lasted", "rule", "title")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"how far back (else {DAYS})")
    parser.add_argument("--changes", action="store_true", help="of changes by service: lead time, how often, failures")
    parser.add_argument("--format", type=Format, choices=(Format.TEXT, Format.JSON), default=Format.TEXT,
                        help="text or json")  # fmt: skip


def run(options: argparse.Namespace, context: Context) -> int:
    """Print the figures."""
    from tui_ops.practices.incidents.figures import figures, nobody_acted, noisiest
    from tui_ops.store.views.figures import measured

    if not 1 <= options.days <= DAYS_MOST:
        raise UsageError(f"--days is a number from 1 to {DAYS_MOST}", "tui-ops figures --days 90")
    at = now().at
    if options.changes:
        return _of_changes(options, context, at)
    with context.read() as reader:
        found = measured(reader, at - options.days * 86400.0, at)
    rows, noise, nobody = figures(found, at, options.days), noisiest(found), nobody_acted(found)
    if options.format is Format.JSON:
        _print_json(options.days, rows, noise, nobody)
    else:
        _print_text(options.days, rows, noise, nobody, bool(context.options.ascii))
    return Exit.OK


def _of_changes(options: argparse.Namespace, context: Context, at: float) -> int:
    from tui_ops.cli.deliveries import print_deliveries
    from tui_ops.store.views.deployed import deployed

    with context.read() as reader:
        found = deployed(reader, at - options.days * 86400.0, at)
    print_deliveries(found, options.days, options.format)
    return Exit.OK


def _print_json(days: int, rows: Sequence["FigureRow"], noise: Sequence["Noise"], nobody: Sequence["Measured"]) -> None:
    document = {
        "days": days,
        "figures": [asdict(row) for row in rows],
        "rules": [asdict(one) for one in noise],
        "nobody_acted": [asdict(one) for one in nobody],
    }
    json.dump(document, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _print_text(
    days: int, rows: Sequence["FigureRow"], noise: Sequence["Noise"], nobody: Sequence["Measured"], ascii_only: bool
) -> None:
    print(f"{counted(rows[0].incidents, 'incident')} in {counted(days, 'day')}, neither merged nor cancelled.")
    if not rows[0].incidents:
        return
    print("Median / 90th percentile; weeks oldest first.\n")
    print_table(Table(FIGURE_COLUMNS, [_figure_record(row, ascii_only) for row in rows]), Format.TEXT)
    print("\nRules by incidents; short: over by itself within 10m.\n")
    print_table(Table(NOISE_COLUMNS, [_noise_record(one) for one in noise[:ROWS_SHOWN]]), Format.TEXT)
    _rest(noise)
    print(f"\nNobody acted on {counted(len(nobody), 'incident')}" + (":\n" if nobody else "."))
    if nobody:
        print_table(Table(NOBODY_COLUMNS, [_nobody_record(one) for one in nobody[:ROWS_SHOWN]]), Format.TEXT)
        _rest(nobody)


def _rest(rows: Sequence[object]) -> None:
    if len(rows) > ROWS_SHOWN:
        print(f"and {len(rows) - ROWS_SHOWN} more: --format json")


def _figure_record(row: "FigureRow", ascii_only: bool) -> Record:
    from tui_ops.practices.incidents.figures import bars

    record: Record = {"of": row.name or row.by, "incidents": row.incidents}
    for figure, spread in row.spreads.items():
        both = f"{format_duration(spread.median_s)} / {format_duration(spread.p90_s)}" if spread is not None else None
        record[str(figure)] = both
    return record | {"weeks": bars(row.weeks, ascii_only), "ttr_weeks": bars(row.ttr_weeks, ascii_only)}


def _noise_record(one: "Noise") -> Record:
    return {
        "rule": one.rule,
        "incidents": one.incidents,
        "acted": one.acted,
        "short": one.short,
        "advice": one.advice or None,
    }


def _nobody_record(one: "Measured") -> Record:
    lasted = (one.resolved_at or one.detected_at) - one.started_at
    return {
        "incident": one.name,
        "detected": moment(one.detected_at),
        "lasted": format_duration(lasted),
        "rule": one.rule,
        "title": one.title,
    }
