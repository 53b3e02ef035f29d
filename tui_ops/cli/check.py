"""``tui-ops check``: every mistake of an inventory at once."""

import argparse
import sys
from pathlib import Path

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, counted, say, shown
from tui_ops.cli.failures import report_lines
from tui_ops.inventory import load
from tui_ops.inventory.errors import InventoryError
from tui_ops.model.fleet import Fleet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("file", metavar="FILE", nargs="?",
                        help="the inventory, of any format; the one in use where left away")  # fmt: skip


def run(options: argparse.Namespace, context: Context) -> int:
    """Print all mistakes, or what the file describes and what of it is left out."""
    path = Path(options.file) if options.file is not None else context.inventory
    if path is None:
        say("there is no inventory: this machine alone is watched; write one, see docs/inventory.md")
        return Exit.OK
    try:
        fleet = load(path)
    except InventoryError as error:
        print("\n".join(report_lines(error)), file=sys.stdout)
        say(f"{shown(path)}: {counted(len(error.mistakes), 'mistake')}")
        return Exit.NO
    counts = ", ".join(
        counted(len(found), word)
        for found, word in (
            (fleet.hosts, "host"),
            (fleet.sites, "site"),
            (fleet.services, "service"),
            (fleet.checks, "check"),
            (fleet.operators, "operator"),
        )
        if found
    )
    for note in fleet.notes:
        print(f"note: {note}")
    kind = "" if fleet.format == Fleet("").format else f" ({fleet.format})"
    print(f"{shown(path)}: ok, {fleet.name}{kind}: {counts}")
    return Exit.OK
