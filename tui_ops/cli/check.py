"""``tui-ops check``: every mistake of an inventory at once."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, counted, say, shown
from tui_ops.cli.failures import report_lines
from tui_ops.cli.output import Format, Table, print_table
from tui_ops.inventory import load
from tui_ops.inventory.alerting import default_alerting
from tui_ops.inventory.errors import InventoryError
from tui_ops.model.alertrules import RuleSpec
from tui_ops.model.fleet import Fleet
from tui_ops.model.oncall import TargetKind
from tui_ops.model.people import Role
from tui_ops.practices.alerting.shown import rule_shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("file", metavar="FILE", nargs="?",
                        help="the inventory, of any format; the one in use where left away")  # fmt: skip
    parser.add_argument("--rules", action="store_true", help="list the rules of its alerts, and where they come from")
    parser.add_argument("--format", type=Format, choices=tuple(Format), default=Format.TEXT,
                        help="of that list: text, json or csv")  # fmt: skip


def run(options: argparse.Namespace, context: Context) -> int:
    """Print all mistakes, or what the file describes and what of it is left out."""
    path = Path(options.file) if options.file is not None else context.inventory
    if path is None and options.rules:
        return _rules(default_alerting().rules, options.format)
    if path is None:
        say("there is no inventory: this machine alone is watched; write one, see docs/inventory.md")
        return Exit.OK
    try:
        fleet = load(path)
    except InventoryError as error:
        print("\n".join(report_lines(error)), file=sys.stdout)
        say(f"{shown(path)}: {counted(len(error.mistakes), 'mistake')}")
        return Exit.NO
    if options.rules:
        ours = fleet.format == Fleet("").format
        return _rules(fleet.alerting.rules if ours else default_alerting().rules, options.format)
    counts = ", ".join(
        counted(len(found), word)
        for found, word in (
            (fleet.hosts, "host"),
            (fleet.sites, "site"),
            (fleet.services, "service"),
            (fleet.checks, "check"),
            (fleet.operators, "operator"),
            (fleet.oncall.schedules, "schedule"),
            (fleet.heartbeats, "heartbeat"),
        )
        if found
    )
    for note in (*fleet.notes, *_silent(fleet)):
        print(f"note: {note}")
    kind = "" if fleet.format == Fleet("").format else f" ({fleet.format})"
    print(f"{shown(path)}: ok, {fleet.name}{kind}: {counts}")
    return Exit.OK


def _silent(fleet: Fleet) -> Iterator[str]:
    """Say where the file is right and still calls nobody."""
    spec = fleet.oncall
    reached = {contact.person for contact in spec.contacts if contact.ways}
    people = {person for one in spec.rotations for person in one.people}
    people |= {person for one in spec.schedules for layer in one.layers for person in layer.people}
    people |= {
        target.name for policy in spec.policies for step in policy.steps for target in step.targets
        if target.kind is TargetKind.PERSON
    }  # fmt: skip
    for person in sorted(people - reached):
        yield f"{person} is called, and nothing says how: add '{person}: {{ways: …}}' below 'oncall: contacts:'"
    viewers = {one.name for one in fleet.operators if not one.role.may(Role.OPERATOR)}
    for person in sorted(people & viewers):
        yield f"{person} is called, and as a viewer can't acknowledge: make him an operator"
    if people and not spec.policies:
        yield "people are on call, and nobody is called: add 'policies:' below 'oncall:'"


RULE_COLUMNS = ("rule", "on", "warn", "crit", "when", "where", "title", "source", "place", "overrides")
RULE_TEXT = ("rule", "on", "warn", "crit", "when", "source")


def _rules(rules: Sequence[RuleSpec], form: Format) -> int:
    """Print the rules in their order, those that are off as well."""
    rows = (
        {
            "rule": row.name, "on": row.on, "warn": row.warn, "crit": row.crit, "when": row.when, "where": row.where,
            "title": row.title, "source": row.source, "place": row.place, "overrides": row.overrides,
        }
        for row in map(rule_shown, rules)
    )  # fmt: skip
    print_table(Table(RULE_COLUMNS, rows, RULE_TEXT), form)
    return Exit.OK
