"""``tui-ops compliance``: how far a framework is met, now or as an audit kept it, for people and for programs."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, say, shown
from tui_ops.cli.failures import UsageError
from tui_ops.cli.output import Format, Table, print_table
from tui_ops.model.clock import now
from tui_ops.model.compliance import is_scope
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import number_in

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

FORMATS = ("text", "md", "html", "csv", "json", "oscal", "ocsf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("framework", metavar="FRAMEWORK|AUD-3", help="its name or its short one, as tui-ops show "
                        "frameworks has it; or a kept audit, as show audits has it")  # fmt: skip
    parser.add_argument("scope", metavar="SCOPE", nargs="?", default="", help="group:NAME, site:NAME or host:NAME; "
                        "everything without one")  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, default="text", help="text: the controls; md and html: a report "
                        "with all evidence; csv, json: every row; oscal: assessment results; ocsf: events, one a line "
                        "(else text)")  # fmt: skip
    parser.add_argument("--against", metavar="AUD-2", help="what is other than in this kept audit, as md or html")
    parser.add_argument("--vulnerabilities", action="store_true", help="with ocsf: events of live vulnerabilities too")


def run(options: argparse.Namespace, context: Context) -> int:
    """Print the report."""
    if options.vulnerabilities and options.format != "ocsf":
        raise UsageError("--vulnerabilities goes with --format ocsf")
    if options.against and options.format not in ("text", "md", "html"):
        raise UsageError("a comparison is written as md or html", "--format md")
    if not is_scope(options.scope):
        raise UsageError(f"{shown(options.scope, 60)!r} is no scope", "group:NAME, site:NAME or host:NAME")
    with context.read() as reader:
        found, kept, sha = _found(reader, options.framework, options.scope)
        if options.against:
            return _against(reader, options, found, kept)
        events = _vulnerabilities(reader, options.scope) if options.vulnerabilities else []
    if options.format == "text":
        _text(found, kept)
    elif options.format == "csv":
        from tui_ops.reports.compliance import COLUMNS, compliance_rows

        print_table(Table(COLUMNS, compliance_rows(found)), Format.CSV)
    else:
        _write(options.format, found, kept, sha, events)
    return Exit.OK


def _found(reader: "Reader", word: str, scope: str) -> tuple[dict[str, Any], str, str]:
    """Return a document, its name where it is kept, and its digest.

    Raises:
        TuiOpsError: there is none, nothing is within the scope, or it is not any more what was kept.
    """
    from tui_ops.practices.compliance.reading import frameworks, pick, with_parts
    from tui_ops.practices.compliance.snapshot import snapshot
    from tui_ops.store.views.compliance import cells

    number = number_in(word, "AUD") if word.upper().startswith("AUD-") else None
    if number is not None:
        if scope:
            raise UsageError("a kept audit has the scope that it was kept with", "leave the scope away")
        return _kept(reader, number)
    known = frameworks(reader)
    framework = pick(known, word)
    if framework is None:
        raise TuiOpsError(f"there is no framework {shown(word, 60)!r}", f"there are {', '.join(known)}")
    at = now().at
    found, says = reader.read(lambda connection: with_parts(connection, framework, scope, at))
    if scope and not found.hosts:
        raise TuiOpsError(f"no host is in {shown(scope, 100)}", "tui-ops show hosts names groups and sites")
    rows = reader.read(lambda connection: cells(connection, scope, at, framework.checks))
    return {**snapshot(found, rows, says), "by": ""}, "", ""


def _kept(reader: "Reader", number: int) -> tuple[dict[str, Any], str, str]:
    from tui_ops.practices.compliance.snapshot import holds
    from tui_ops.store.views.compliance import audit

    kept = reader.read(lambda connection: audit(connection, number))
    if kept is None:
        raise TuiOpsError(f"there is no AUD-{number}", "tui-ops show audits names them")
    row, body = kept
    if not holds(body, row.sha):
        raise TuiOpsError(f"{row.name} is not what was kept: its digest is another one", "ask who may write the store")
    return {**json.loads(body), "by": row.by}, row.name, row.sha


def _against(reader: "Reader", options: argparse.Namespace, found: dict[str, Any], kept: str) -> int:
    from tui_ops.practices.compliance.snapshot import cells_moved, compared
    from tui_ops.reports.compliance import comparison_document
    from tui_ops.reports.sections import markdown, page

    number = number_in(options.against, "AUD")
    if number is None:
        raise UsageError(f"{shown(options.against, 40)!r} is no kept audit", "such as AUD-2; tui-ops show audits")
    before, name, _ = _kept(reader, number)
    if before["framework"]["name"] != found["framework"]["name"]:
        raise TuiOpsError(f"{name} is of {before['framework']['name']}", "compare audits of one framework")
    document = comparison_document(
        before, found, compared(before, found), cells_moved(before, found), (name, kept or "now")
    )
    sys.stdout.write(page(document) if options.format == "html" else markdown(document))
    return Exit.OK


def _text(found: dict[str, Any], kept: str) -> None:
    from tui_ops.reports.compliance import percent

    records = [{name: one[name] for name in ("id", "state", "kind", "text", "why")} for one in found["controls"]]
    print_table(Table(("id", "state", "kind", "text", "why"), records), Format.TEXT)
    score, counts = found["score"], found["counts"]
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    of = f"{kept}, {found['framework']['title']}" if kept else found["framework"]["title"]
    say(
        f"{shown(of, 200)}: {percent(score['after'])} ({percent(score['before'])} before acceptances),"
        f" {percent(score['coverage'])} of the controls is known; {told}"
    )


def _write(form: str, found: dict[str, Any], kept: str, sha: str, events: list[str]) -> None:
    from tui_ops.reports.compliance import compliance_document, compliance_json
    from tui_ops.reports.sections import markdown, page

    if form == "json":
        sys.stdout.write(compliance_json(found))
    elif form == "oscal":
        from tui_ops.reports.oscal import oscal

        sys.stdout.write(oscal(found))
    elif form == "ocsf":
        from tui_ops.reports.ocsf import compliance_events

        sys.stdout.writelines(f"{event}\n" for event in (*compliance_events(found), *events))
    else:
        document = compliance_document(found, sha, kept)
        sys.stdout.write(page(document) if form == "html" else markdown(document))


def _vulnerabilities(reader: "Reader", scope: str) -> list[str]:
    from tui_ops.reports.ocsf import vulnerability_events
    from tui_ops.store.views.compliance import scope_hosts
    from tui_ops.store.views.findings import findings

    names = {host.name for host in reader.read(lambda connection: scope_hosts(connection, scope))}
    return list(vulnerability_events(row for row in findings(reader) if row.host in names))
