"""``tui-ops findings``: reports of other scanners come in from files, and findings go out in the forms of others.

A report is read here, by the person who names it, and sent to the engine as it is: the engine itself opens nothing that
somebody names, and makes out what it says in a process of its own.
"""

import argparse
import sys
import time

from tui_ops import __version__
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.scans import FINDINGS_IMPORT
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, say, shown
from tui_ops.cli.failures import UsageError, exit_code, told
from tui_ops.cli.output import Format, Table, print_table
from tui_ops.model.errors import TuiOpsError

WORDS = ("import", "export")

FORMS = ("sarif", "openvex", "csv", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("what", metavar="import|export", choices=WORDS, help="what to do")
    parser.add_argument("words", metavar="FILE|FILTER", nargs="*", help="reports to bring in: lynis-report.dat, XCCDF "
                        "results, ARF, Trivy, Grype, SARIF 2.1, ssh-audit, OpenVEX, vuls; or which findings go out, "
                        "as show findings takes them")  # fmt: skip
    parser.add_argument("--host", metavar="NAME", help="import: the host that the report is about, where it does not "
                        "say or calls it otherwise")  # fmt: skip
    parser.add_argument("--whole", action="store_true", help="import: the report names all that the tool sees there, "
                        "so that what it no longer names is gone")  # fmt: skip
    parser.add_argument("--format", choices=FORMS, default="sarif", help="export: sarif, openvex (what was accepted or "
                        "is a false positive), csv or json")  # fmt: skip


def run(options: argparse.Namespace, context: Context) -> int:
    """Do what was asked for."""
    if options.what == "export":
        if options.host or options.whole:
            raise UsageError("--host and --whole are for import", "narrow by host=NAME")
        return _export(options, context)
    if not options.words:
        raise UsageError("findings import needs a file", "tui-ops findings import FILE")
    return _import(options, context)


def _import(options: argparse.Namespace, context: Context) -> int:
    """Bring in each file; one that can't be used is told, and the others go on."""
    from tui_ops.cli.sendfile import send_file

    if context.read_only:
        raise ActError(Code.FORBIDDEN, "this session is read-only", "leave --read-only away")
    params = {"host": options.host or "", "whole": "yes" if options.whole else "no"}
    worst = int(Exit.OK)
    for name in options.words:
        try:
            said = send_file(context.state.socket, FINDINGS_IMPORT.id, name, params, "tui-ops show imports")
            print(f"{shown(name)}: {shown(said, 2000)}")
        except TuiOpsError as error:
            if len(options.words) == 1 or (isinstance(error, ActError) and error.code is Code.AWAY):
                raise
            say(f"{shown(name)}: {told(error)}")
            worst = worst or exit_code(error)
        sys.stdout.flush()
    return worst


def _export(options: argparse.Namespace, context: Context) -> int:
    """Print findings in the form of another program."""
    from tui_ops.cli.show import matching
    from tui_ops.cli.shownfindings import FINDING_COLUMNS
    from tui_ops.reports.findings import openvex, sarif, vex_statements

    with context.read() as reader:
        records = matching(reader, "findings", options.words)
        if options.format in ("csv", "json"):
            form = Format.CSV if options.format == "csv" else Format.JSON
            print_table(Table(FINDING_COLUMNS, records), form, True)
            return Exit.OK
        numbers = [int(str(record["finding"]).rpartition("-")[2]) for record in records]
        if options.format == "sarif":
            for piece in sarif(reader, numbers, __version__):
                sys.stdout.write(piece)
        else:
            statements = vex_statements(reader, numbers)
            if not statements:
                say("none of these vulnerabilities is accepted or set aside: the document has no statements")
            sys.stdout.write(openvex(statements, __version__, time.time()))
    sys.stdout.write("\n")
    return Exit.OK
