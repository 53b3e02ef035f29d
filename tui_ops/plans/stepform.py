"""One step of a plan as a form: which fields its kind has, and what is wrong with what stands in them.

The fields are those of :mod:`tui_ops.plans.kinds`, and what stands in them is read by the reader of plans: a form can
say nothing else than the text would.
"""

import re
import shlex
from collections.abc import Mapping as Values
from dataclasses import dataclass, field
from pathlib import Path

from tui_ops.inventory.errors import InventoryError
from tui_ops.inventory.source import read_source
from tui_ops.inventory.tree import Entry, Mapping, Node, Scalar, Sequence, parse_tree
from tui_ops.model.plans import Part, Step, StepKind
from tui_ops.model.units import format_duration
from tui_ops.plans import nodes, values
from tui_ops.plans.errors import PLAN, Found, PlanWrong
from tui_ops.plans.kinds import ALLOWED, KINDS, Arg, Shape, Takes
from tui_ops.plans.parameters import Declared, read_parameters, settle
from tui_ops.plans.reading import NODES_MAX, TEXT_LIMIT
from tui_ops.plans.steps import COMMON, Surroundings, read_step
from tui_ops.plans.substitution import Filler
from tui_ops.plans.yamltext import Content, Value

FieldKey = tuple[str, str]
"""Which field: whether it is an argument (``arg``) or a key that every step may have (``step``), and its name."""

KIND: FieldKey = ("kind", "")
"""Where mistakes stand that belong to no single field."""

YES_OR_NO = ("yes", "no")

USUAL = Step(StepKind.WAIT, Part.STEP, 1, "", {})
"""Where the defaults of the common keys are taken from."""

_MISSING = re.compile(r"^'(\w+)' is missing")
_ADD = re.compile(r"^add '(\w+): ")
"""What a mistake says that is none of a value but of one that is not there: the field is the one that it asks for."""


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of step, or one form of a kind that has several."""

    kind: StepKind
    choice: str = ""
    """The key that tells the form: ``port`` of ``check: {port: 443}``."""

    @property
    def name(self) -> str:
        """As a menu has it: ``package``, ``check port``."""
        return f"{self.kind} {self.choice}".strip()

    @property
    def takes(self) -> Takes:
        """What it takes."""
        return KINDS[self.kind].choices[self.choice] if self.choice else KINDS[self.kind]

    @property
    def fields(self) -> tuple["Field", ...]:
        """Return its fields: its own arguments, then the keys of every step."""
        own = tuple(_of_arg(name, arg) for name, arg in self.takes.args.items())
        return own + tuple(_common(self, name) for name in COMMON if name != "become" or self.takes_root)

    @property
    def takes_root(self) -> bool:
        """Whether root can do it."""
        return KINDS[self.kind].becomes


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks for."""

    key: FieldKey
    label: str
    help: str
    choices: tuple[str, ...] = ()
    needed: bool = False
    lines: bool = False
    """Whether it is a text of many lines."""


@dataclass(slots=True)
class Filled:
    """What stands in the fields of a form."""

    form: Form
    texts: dict[FieldKey, str] = field(default_factory=dict)
    kept: dict[FieldKey, tuple[str, Node]] = field(default_factory=dict)
    """Of a step that was there: the text of a field as it was first shown, and how it is written in the plan. Where
    nobody touched the field it stays written so."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of reading a form."""

    node: Mapping
    """The step as it would stand in a plan."""
    step: Step | None
    """None where something is wrong with it."""
    wrong: dict[FieldKey, str]
    """What is wrong, by field."""


def forms_of(part: Part) -> tuple[Form, ...]:
    """Return the forms of all steps that may stand in a part, in the order of the docs."""
    return tuple(
        Form(kind, choice)
        for kind, takes in KINDS.items() if kind in ALLOWED[part]
        for choice in (takes.choices or ("",))
    )  # fmt: skip


def _of_arg(name: str, arg: Arg) -> Field:
    choices = arg.check.words if isinstance(arg.check, values.OneOf) else ()
    choices = YES_OR_NO if arg.check is values.yes_or_no else choices
    parts = ["has to be said"] if arg.needed else []
    parts += [", ".join(choices)] if choices else []
    parts += ["as in a shell, without one" if arg.shape is Shape.WORDS else "parted by spaces"] \
        if arg.shape is not Shape.ONE else []  # fmt: skip
    if arg.default is not None:
        usual = arg.default
        said = format_duration(usual).replace(" ", "") if isinstance(usual, float) else values.shown(usual)
        parts.append(f"{said} without it")
    return Field(("arg", name), name, "; ".join(parts), choices, arg.needed, arg.lines)


def _common(form: Form, name: str) -> Field:
    waits = {"seconds", "within"} & form.takes.args.keys()
    timeout = "30s more than it waits" if waits else format_duration(KINDS[form.kind].timeout_s).replace(" ", "")
    usual = {
        "name": ("step's name", "made from what it does"), "timeout": ("timeout", timeout),
        "retries": ("retries", str(USUAL.retries)), "retry_after": ("retry after", f"{USUAL.retry_after_s:g}s"),
        "become": ("become root", "no"), "when": ("when", "always; such as: group(\"web\")"),
    }[name]  # fmt: skip
    choices = YES_OR_NO if name == "become" else ()
    return Field(("step", name), usual[0], f"{', '.join(choices)}{'; ' if choices else ''}{usual[1]}"
                 + ("" if name in ("name", "when") else " without it"), choices)  # fmt: skip


class Reader:
    """Reads the forms of the steps of one plan.

    Args:
        text: the plan's, whose parameters a step may use.
        given: values of its parameters; None leaves them open.

    Raises:
        PlanWrong: the text is no YAML: no step of it can be told from another.
    """

    def __init__(self, text: str, given: Values[str, str] | None) -> None:
        self.root = parsed(text)
        self._found = Found(PLAN)
        entries = self.root.entries if isinstance(self.root, Mapping) else {}
        node = entries["parameters"].value if "parameters" in entries else None
        self._declared: tuple[Declared, ...] = read_parameters(node, self._found)
        self._settled = settle(self._declared, given, self.root, self._found)

    def steps(self, part: Part) -> list[Node]:
        """Return the steps of a part as they are written."""
        entries = self.root.entries if isinstance(self.root, Mapping) else {}
        node = entries[str(part)].value if str(part) in entries else None
        return list(node.items) if isinstance(node, Sequence) else []

    def step(self, node: Node, part: Part, number: int) -> Step | None:
        """Return a step; None where something is wrong with it."""
        return self._read(node, part, number)[0]

    def check(self, filled: Filled, part: Part, number: int) -> Checked:
        """Read what stands in the fields of a form.

        Args:
            filled: the form with its fields.
            part: where the step stands.
            number: from 1, in its part.
        """
        at = {one.key: line for line, one in enumerate(filled.form.fields, 1)}
        node = node_of(filled, at)
        step, found = self._read(node, part, number)
        fields = {line: key for key, line in at.items()}
        wrong: dict[FieldKey, str] = {}
        for mistake in found.wrong().mistakes if found else ():
            key = fields.get(mistake.place.line, KIND)
            asked = _MISSING.match(mistake.message) or _ADD.match(mistake.hint)
            if key == KIND and asked and ("arg", asked[1]) in at:
                key = ("arg", asked[1])
            wrong.setdefault(key, f"{mistake.message} ({mistake.hint})" if mistake.hint else mistake.message)
        return Checked(node, step if not found else None, wrong)

    def _read(self, node: Node, part: Part, number: int) -> tuple[Step | None, Found]:
        found = Found(PLAN)
        names = tuple(one.parameter.name for one in self._declared)
        return read_step(node, number, Surroundings(part, Filler(self._settled, names, found), found)), found


def parsed(text: str) -> Node:
    """Return the tree of a plan's text; an empty mapping of an empty one.

    Raises:
        PlanWrong: it is no YAML, or not one document that can be told from its places.
    """
    found = Found(PLAN)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > TEXT_LIMIT:
        found.add(Scalar(1, 1, ""), f"the plan has {size:,} bytes", f"{TEXT_LIMIT // 1000} kB are the most")
        raise found.wrong()
    try:
        source = read_source(Path(PLAN), text)
        root = parse_tree(source.text, found, nodes_max=NODES_MAX, tags=(), what="a plan")
    except InventoryError as error:
        raise PlanWrong(error) from error
    if found:
        raise found.wrong(text)
    if root is None or nodes.is_empty(root):
        return Mapping(1, 1)
    return root


def filled_from(node: Node) -> Filled | None:
    """Return the form of a step that is written, with what stands in it; None where no form can show it."""
    if not isinstance(node, Mapping):
        return None
    kinds = [key for key in node.entries if key in KINDS]
    if len(kinds) != 1 or node.entries.keys() - {*COMMON, kinds[0]}:
        return None
    kind = StepKind(kinds[0])
    inside = _arguments(kind, node.entries[kind].value)
    if inside is None:
        return None
    form, given = inside
    made = Filled(form)
    pairs = [(("arg", name), one) for name, one in given.items()]
    pairs += [(("step", name), node.entries[name].value) for name in COMMON if name in node.entries]
    known = {one.key: form.takes.args.get(one.key[1]) if one.key[0] == "arg" else None for one in form.fields}
    for key, value in pairs:
        text = _text_of(value, known.get(key))
        if key not in known or text is None:
            return None
        made.texts[key] = text
        made.kept[key] = (text, value)
    return made


def _arguments(kind: StepKind, node: Node) -> tuple[Form, dict[str, Node]] | None:
    takes = KINDS[kind]
    if nodes.is_empty(node):
        return Form(kind, next(iter(takes.choices), "")), {}
    if takes.is_short or (takes.short and not isinstance(node, Mapping)):
        return Form(kind), {takes.short: node}
    if not isinstance(node, Mapping):
        return None
    choice = next((key for key in takes.choices if key in node.entries), "")
    if takes.choices and not choice:
        return None
    return Form(kind, choice), {key: one.value for key, one in node.entries.items()}


def _text_of(node: Node, arg: Arg | None) -> str | None:
    """Return what stands in a field; None where a field can't hold it."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping) or arg is None or arg.shape is Shape.ONE:
        return None
    texts = [one.text for one in node.items if isinstance(one, Scalar)]
    if len(texts) < len(node.items):
        return None
    return shlex.join(texts) if arg.shape is Shape.WORDS else " ".join(texts)


def node_of(filled: Filled, at: Values[FieldKey, int]) -> Mapping:
    """Return what stands in the fields as a step of a plan.

    Args:
        filled: the form with its fields.
        at: the line that stands for each field, by which its mistakes are found again.
    """
    form, takes = filled.form, filled.form.takes
    given: dict[FieldKey, Node] = {}
    for one in form.fields:
        node = _written(filled, one.key, takes.args.get(one.key[1]) if one.key[0] == "arg" else None, at[one.key])
        if node is not None:
            given[one.key] = node
    own = {key[1]: node for key, node in given.items() if key[0] == "arg"}
    step = Mapping(0, 1)
    short = KINDS[form.kind].short
    inside: Node
    if KINDS[form.kind].is_short or (list(own) == [short] and not isinstance(own[short], Sequence)):
        inside = own.get(short, Scalar(0, 1, ""))
    elif own:
        inside = Mapping(0, 1, entries={name: Entry(Scalar(_line(node), 1, name), node) for name, node in own.items()})
    else:
        inside = Scalar(0, 1, "")
    common = {key[1]: node for key, node in given.items() if key[0] == "step"}
    first = {"name": common.pop("name")} if "name" in common else {}
    for name, node in ({**first, str(form.kind): inside, **common}).items():
        step.entries[name] = Entry(Scalar(0 if name == form.kind else _line(node), 1, name), node)
    return step


def _line(node: Node) -> int:
    return node.line


def _written(filled: Filled, key: FieldKey, arg: Arg | None, line: int) -> Node | None:
    text, kept = filled.texts.get(key, ""), filled.kept.get(key)
    if kept is not None and text == kept[0]:
        return _placed(kept[1], line)
    if not text:
        return None
    if arg is not None and arg.shape is Shape.LIST:
        made = Sequence(line, 1)
        made.items = [Scalar(line, 1, word, plain=False) for word in text.replace(",", " ").split()]
        return made
    if arg is not None and arg.lines:
        return Scalar(line, 1, text if text.endswith("\n") else f"{text}\n", plain=False)
    return Scalar(line, 1, text, plain=False)


def _placed(node: Node, line: int) -> Node:
    """Return a value as it is written, at the line that stands for its field."""
    if isinstance(node, Scalar):
        return Scalar(line, 1, node.text, plain=node.plain)
    made = Sequence(line, 1)
    items = node.items if isinstance(node, Sequence) else []
    made.items = [_placed(one, line) for one in items]
    return made


def content_of(node: Node) -> Content:
    """Return a value of a step as it is written into a text."""
    if isinstance(node, Scalar):
        return None if nodes.is_empty(node) else node.text
    if isinstance(node, Sequence):
        return [one.text if isinstance(one, Scalar) else "" for one in node.items]
    found: dict[str, Value] = {}
    for name, one in node.entries.items():
        inner = content_of(one.value)
        found[name] = inner if not isinstance(inner, dict) else None
    return found
