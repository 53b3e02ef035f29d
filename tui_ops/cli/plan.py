"""``tui-ops plan``: every mistake of a plan at once, what it would do, how two differ, and plans to begin with."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, counted, say, shown
from tui_ops.cli.failures import REPORT_LINES, UsageError
from tui_ops.cli.output import Format, Table, print_table
from tui_ops.model.clean import clean_lines
from tui_ops.model.plans import Plan
from tui_ops.plans import PlanWrong, digest, read_plan_file
from tui_ops.plans.forms import FORMS
from tui_ops.plans.showing import compare, lines_of

STEP_COLUMNS = ("part", "number", "kind", "name", "detail", "line", "step")
STEP_TEXT = ("part", "number", "kind", "name", "detail")

FILES_OF = {"check": 1, "show": 1, "diff": 2, "new": 1}
"""How many names each takes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("what", choices=tuple(FILES_OF),
                        help="check: look for mistakes; show: list the steps; diff: how two files differ; "
                        "new: print a plan to begin with")  # fmt: skip
    parser.add_argument("names", metavar="NAME", nargs="*", help="the file, with diff the old and the new one; with "
                        f"new one of: {', '.join(FORMS)}")  # fmt: skip
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="given",
                        help="a parameter of the plan; without any it is looked at as a model")  # fmt: skip
    parser.add_argument("--format", type=Format, choices=tuple(Format), default=Format.TEXT,
                        help="of the steps: text, json or csv")  # fmt: skip


def run(options: argparse.Namespace, context: Context) -> int:
    """Print mistakes, steps, a difference or a text."""
    names: Sequence[str] = options.names
    wanted = FILES_OF[options.what]
    if len(names) != wanted:
        of = {"diff": "OLD NEW", "new": "KIND"}.get(options.what, "FILE")
        raise UsageError(f"plan {options.what} takes {counted(wanted, 'name')}", f"tui-ops plan {options.what} {of}")
    if options.what == "new":
        return _new(names[0])
    paths = [Path(name) for name in names]
    if options.what == "diff":
        return _diff(*paths)
    try:
        plan = read_plan_file(paths[0], _values(options.given))
    except PlanWrong as wrong:
        print("\n".join(clean_lines(wrong.report(excerpts=True), REPORT_LINES)), file=sys.stdout)
        say(f"{shown(paths[0])}: {counted(len(wrong.mistakes), 'mistake')}")
        return Exit.NO
    return _steps(plan, options.format) if options.what == "show" else _right(paths[0], plan, context.inventory)


def _values(given: Sequence[str]) -> dict[str, str] | None:
    """Return the values that were given; None where none was, so that parameters stay open."""
    values = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise UsageError(f"--set takes NAME=VALUE, not {shown(text, 40)}", "--set version=1.26.3")
        if name in values:
            raise UsageError(f"{shown(name, 40)} is set twice", "leave one of them away")
        values[name] = value
    return values or None


def _rules(path: Path, plan: Plan, inventory: Path | None) -> Iterator[str]:
    """Yield what is to be said of the rules that a plan names, where there is an inventory that has some."""
    if inventory is None or not (plan.abort_if or plan.expected_alerts):
        return
    from tui_ops.inventory import load
    from tui_ops.inventory.errors import InventoryError
    from tui_ops.plans.rulesat import rules_at
    from tui_ops.practices.changes.rulesnamed import placed, rules_in_force, unknown_rules

    try:
        known = rules_in_force(load(inventory))
    except InventoryError:
        yield f"{shown(inventory)} has mistakes: the rules that the plan names are not looked at"
        return
    unknown = unknown_rules(plan, known)
    for said in placed(unknown, rules_at(path.read_text("utf-8")) if unknown else {}):
        yield f"{shown(path)}:{said}"


def _right(path: Path, plan: Plan, inventory: Path | None) -> int:
    """Say what is in a plan that is right."""
    for said in _rules(path, plan, inventory):
        print(f"note: {said}")
    for one in plan.parameters:
        if one.default is None:
            print(f"note: {one.name} has to be said, a {one.type}: --set {one.name}=…")
    counts = ", ".join(
        f"{counted(len(steps), word)}{behind}"
        for steps, word, behind in (
            (plan.pre, "check", " before"),
            (plan.steps, "step", ""),
            (plan.post, "check", " after"),
            (plan.rollback, "step", " to take it back"),
            (plan.parameters, "open parameter", ""),
        )
        if steps
    )
    if not plan.post:
        print("note: nothing is checked afterwards: add 'post:', else exit codes decide whether it worked")
    if not plan.rollback:
        print("note: nothing takes it back: add 'rollback:'")
    print(f"{shown(path)}: ok: {counts}")
    print(f"sha256 {digest(plan)}")
    return Exit.OK


def _steps(plan: Plan, form: Format) -> int:
    rows: Iterator[dict[str, object]] = (
        {
            "part": str(one.part), "number": one.number, "kind": str(one.kind), "name": one.name,
            "detail": one.detail, "line": one.line or None, "step": one.key,
        }
        for one in lines_of(plan)
    )  # fmt: skip
    print_table(Table(STEP_COLUMNS, rows, STEP_TEXT), form)
    return Exit.OK


def _diff(old: Path, new: Path) -> int:
    """Print how two files differ; exit code 1 where they do, as diff has it."""
    from tui_ops.inventory.errors import InventoryError
    from tui_ops.inventory.source import read_source

    try:
        lines = compare(read_source(old).text, read_source(new).text)
    except InventoryError as error:
        raise PlanWrong(error) from error
    for line in lines:
        print(line)
    return Exit.NO if lines else Exit.OK


def _new(name: str) -> int:
    if name not in FORMS:
        raise UsageError(f"there is no plan {shown(name, 40)} to begin with", f"one of: {', '.join(FORMS)}")
    sys.stdout.write(FORMS[name].text)
    return Exit.OK
