"""``tui-ops review``: the review of an incident, as Markdown or as one HTML page to print or to send."""

import argparse
import sys

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, say, shown
from tui_ops.model.clock import now
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import number_in


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("incident", metavar="INC-12", help="whose")
    parser.add_argument("--html", action="store_true", help="one HTML page that needs nothing else, else Markdown")


def run(options: argparse.Namespace, context: Context) -> int:
    """Print the review; where nobody has begun it, what the record says."""
    from tui_ops.reports.review import review_html, review_markdown
    from tui_ops.reports.reviewed import read_review

    number = number_in(options.incident, "INC")
    with context.read() as reader:
        found = read_review(reader, number, now().at) if number is not None else None
    if found is None:
        raise TuiOpsError(f"there is no incident {shown(options.incident, 60)!r}", "tui-ops show incidents names them")
    if found.review is None:
        say(f"note: nobody has begun this review; tui-ops do incident.review {found.incident.name} makes a draft")
    sys.stdout.write(review_html(found) if options.html else review_markdown(found))
    return Exit.OK
