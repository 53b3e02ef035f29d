"""``tui-ops change report``: the evidence of a change, as Markdown, as one HTML page, or as JSON."""

import argparse
import sys

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, shown
from tui_ops.model.clock import now
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import number_in

DOINGS = ("report",)
FORMATS = ("md", "html", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("what", metavar="|".join(DOINGS), choices=DOINGS, help="report: what was frozen, who approved "
                        "it, what ran with its digests, what came of it")  # fmt: skip
    parser.add_argument("change", metavar="CHG-7", help="which")
    parser.add_argument("--format", choices=FORMATS, default="md", help="Markdown, one HTML page that needs nothing "
                        "else, or JSON (else md)")  # fmt: skip


def run(options: argparse.Namespace, context: Context) -> int:
    """Print the report."""
    from tui_ops.reports.changed import read_changed
    from tui_ops.reports.changereport import change_document, change_json
    from tui_ops.reports.sections import markdown, page

    number = number_in(options.change, "CHG")
    with context.read() as reader:
        found = read_changed(reader, number, now().at) if number is not None else None
    if found is None:
        raise TuiOpsError(f"there is no change {shown(options.change, 60)!r}", "tui-ops show changes names them")
    if options.format == "json":
        sys.stdout.write(change_json(found))
    else:
        document = change_document(found)
        sys.stdout.write(page(document) if options.format == "html" else markdown(document))
    return Exit.OK
