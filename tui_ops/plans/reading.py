"""A plan's text as a checked plan, with every mistake at its place and all of them at once."""

from collections.abc import Mapping as Values
from dataclasses import replace
from pathlib import Path

from tui_ops.inventory import fields
from tui_ops.inventory.errors import InventoryError, quoted
from tui_ops.inventory.source import read_source
from tui_ops.inventory.tree import Entry, Mapping, Node, Scalar, Sequence, parse_tree
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.plans import Part, Plan, Step, StepKind, Value
from tui_ops.plans import nodes
from tui_ops.plans.batching import KEYS as BATCHING_KEYS
from tui_ops.plans.batching import read_batching
from tui_ops.plans.errors import PLAN, Found, PlanWrong
from tui_ops.plans.naming import name_of
from tui_ops.plans.parameters import Declared, read_parameters, settle
from tui_ops.plans.steps import Surroundings, read_step
from tui_ops.plans.substitution import Filler

TEXT_LIMIT = 256_000
"""Bytes of a plan: what two people read before it runs; two hundred steps take a tenth."""

STEPS_MAX = 200
"""Steps of all parts: each is a column of the run's grid."""

NODES_MAX = 20_000
"""Keys and values of a plan, aliases counted at each use: two hundred steps with a hundred each."""

FILLED_LIMIT = 1_000_000
"""Characters of all arguments once the parameters are put in: the frozen plan is read as a whole at each start."""

RULES_MAX = 100
"""Names of rules in a list."""

KEYS = (*(str(part) for part in Part), "parameters", *BATCHING_KEYS, "expected_alerts", "abort_if")
"""The keys of a plan."""

_HINT = "a plan is a list of steps below 'steps:', such as '- command: systemctl daemon-reload'"


def read(text: str, values: Values[str, str] | None, name: str = PLAN) -> Plan:
    """Return a plan.

    Args:
        text: YAML.
        values: of its parameters, by name; None leaves them open.
        name: what places are reported under, a file's path.

    Raises:
        PlanWrong: with every mistake.
    """
    found = Found(name)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > TEXT_LIMIT:
        hint = f"{TEXT_LIMIT // 1000} kB are the most: bring large files in a package, or split the change"
        found.add(Scalar(1, 1, ""), f"the plan has {size:,} bytes", hint)
        raise found.wrong()
    try:
        source = read_source(Path(name), text)
        root = parse_tree(source.text, found, nodes_max=NODES_MAX, tags=(), what="a plan")
    except InventoryError as error:
        raise PlanWrong(error) from error
    plan = _Reader(root, values, found).plan()
    if found:
        raise found.wrong(source.text)
    return plan


def no_file(name: str, said: str) -> PlanWrong:
    """Return the error of what is no plan's file at all.

    Args:
        name: its path.
        said: what it is.
    """
    found = Found(name)
    found.add(Scalar(1, 1, ""), said, "name the file of a plan")
    return found.wrong()


class _Reader:
    """One plan on its way from its tree."""

    def __init__(self, root: Node | None, values: Values[str, str] | None, found: Found) -> None:
        self._found = found
        self._root: Node = root if root is not None else Scalar(1, 1, "")
        self._given: dict[str, Entry] = {}
        self._values = values
        self._left = STEPS_MAX

    def plan(self) -> Plan:
        """Return it; what is wrong is noted."""
        if not isinstance(self._root, Mapping):
            is_empty = nodes.is_empty(self._root)
            said = "the plan is empty" if is_empty else f"expected a plan, found {nodes.said(self._root)}"
            self._found.add(self._root, said, _HINT)
            return Plan()
        self._given = nodes.known(self._root, KEYS, self._found)
        node = self._given["parameters"].value if "parameters" in self._given else None
        declared = read_parameters(node, self._found)
        settled = settle(declared, self._values, self._root, self._found)
        filler = Filler(settled, tuple(one.parameter.name for one in declared), self._found)
        parts = {part: self._part(part, filler) for part in Part}
        self._tell_unused(declared, filler)
        if not parts[Part.STEP] and not self._found:
            self._found.add(self._root, "the plan has no step", "add 'steps:' with a list of what is done")
        self._bound([step for steps in parts.values() for step in steps])
        return Plan(
            parts[Part.PRE], parts[Part.STEP], parts[Part.POST],
            self._rollback(parts),
            () if self._values is not None else tuple(one.parameter for one in declared),
            read_batching(self._given, self._found),
            self._rules("expected_alerts"), self._rules("abort_if"),
        )  # fmt: skip

    def _part(self, part: Part, filler: Filler) -> tuple[Step, ...]:
        entry = self._given.get(str(part))
        if entry is None or nodes.is_empty(entry.value):
            return ()
        if not isinstance(entry.value, Sequence):
            said = f"expected a list of steps below '{part}', found {nodes.said(entry.value)}"
            self._found.add(entry.value, said, "begin each step with '- '")
            return ()
        around = Surroundings(part, filler, self._found)
        steps = []
        for number, node in enumerate(entry.value.items, 1):
            self._left -= 1
            if self._left < 0:
                self._found.add(node, f"the plan has more than {STEPS_MAX} steps", "make several changes of it")
                break
            step = read_step(node, number, around)
            if step is not None:
                steps.append(step)
        return tuple(steps)

    def _rollback(self, parts: Values[Part, tuple[Step, ...]]) -> tuple[Step, ...]:
        """Return what takes the plan back: root restores the files where root wrote one of them."""
        files = [step for step in parts[Part.STEP] if step.kind is StepKind.FILE]
        by_root = any(step.become for step in files)
        if Part.ROLLBACK in self._given or not files:
            return tuple(
                replace(step, become=step.become or by_root) if step.kind is StepKind.RESTORE else step
                for step in parts[Part.ROLLBACK]
            )
        args: dict[str, Value] = {"what": "files"}
        kind = StepKind.RESTORE
        return (Step(kind, Part.ROLLBACK, 1, name_of(kind, args), args, become=by_root),)

    def _tell_unused(self, declared: tuple[Declared, ...], filler: Filler) -> None:
        for one in declared:
            name = one.parameter.name
            # Where a step could not be read, nobody knows what it would have used.
            if name not in filler.used and not self._found:
                hint = f"put it in as '{{{{{name}}}}}', in a script as $TUI_{name}, or take it out"
                self._found.add(one.at, f"the parameter {quoted(name)} is used nowhere", hint)

    def _bound(self, steps: list[Step]) -> None:
        size = sum(_size(value) for step in steps for value in step.args.values())
        if size > FILLED_LIMIT:
            said = f"with everything put in, the steps hold {size:,} characters"
            self._found.add(self._root, said, f"{FILLED_LIMIT:,} are the most: make several changes of it")

    def _rules(self, key: str) -> tuple[str, ...]:
        entry = self._given.get(key)
        if entry is None:
            return ()
        items = nodes.items(entry.value)
        if len(items) > RULES_MAX:
            self._found.add(entry.value, f"there are more than {RULES_MAX} rules", "leave some of them out")
        read = (nodes.scalar(item, _rule, self._found) for item in items[:RULES_MAX])
        return tuple(dict.fromkeys(one for one in read if one is not None))


def _rule(text: str) -> str:
    try:
        return fields.name(text)
    except Wrong as wrong:
        raise Wrong(f"{quoted(text)} can't be a rule's name", "tui-ops check --rules lists them") from wrong


def _size(value: Value) -> int:
    if isinstance(value, tuple):
        return sum(len(word) + 1 for word in value)
    return len(value) if isinstance(value, str) else 8
