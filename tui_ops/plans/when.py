"""The key ``when`` of a step: a condition over what is known of the host, in the grammar of the alert rules.

::

    like(os, "debian*") and arch == "x86_64"
    group("web") and not label("role") == "canary"
    installed("nginx") and version("nginx") < "1.26"
    param("restart") == "yes"

Texts are compared by ``<`` and the like as versions. What nobody knows makes the whole condition unknown, unless the
rest decides it: such a step is neither done nor skipped.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from fnmatch import translate
from functools import lru_cache
from operator import ge, gt, le, lt

from tui_ops.inventory.errors import Mistakes
from tui_ops.inventory.tree import Scalar
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.facts import Field, Fields
from tui_ops.model.ruleast import Binary, Call, Compare, Name, Node, Number, Text, Unary, walk, written
from tui_ops.model.rulecheck import Kind
from tui_ops.model.ruletext import RuleError, parse
from tui_ops.model.versions import compare_versions
from tui_ops.plans.hostfacts import HostFacts
from tui_ops.plans.substitution import Filler

PATTERN_LIMIT = 200
"""Characters of a pattern with ``*``."""

OF_HOST = ("host", "address", "site", "rack")
"""Texts that the inventory knows."""

OF_SYSTEM = {"os": "system", "kernel": "system", "init": "system", "arch": "machine", "virtual": "machine"}
"""Texts that the host says of itself, and the item of its hardware in which."""

NUMBERS = {"cpus": "threads", "memory": "memory"}
"""Numbers, and the field of the machine that holds them; memory in bytes."""

_TEXT, _TRUTH, _NUMBER = Kind.TEXT, Kind.TRUTH, Kind.NUMBER

FUNCTIONS: dict[str, tuple[int, Kind, str]] = {
    "group": (1, _TRUTH, 'group("web")'),
    "service": (1, _TRUTH, 'service("shop")'),
    "label": (1, _TEXT, 'label("role")'),
    "installed": (1, _TRUTH, 'installed("nginx")'),
    "version": (1, _TEXT, 'version("nginx")'),
    "unit": (1, _TEXT, 'unit("nginx")'),
    "param": (1, _TEXT, 'param("restart")'),
    "like": (2, _TRUTH, 'like(os, "debian*")'),
}
"""How many values each takes, what it gives, and how it is written."""

TOPIC_OF = {"installed": "packages", "version": "packages", "unit": "units"}
"""The topic of facts that a function looks at."""

HARDWARE = "hardware"
"""The topic that all names of a system and a machine come from."""

_ORDER: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}

Given = str | float | bool | None
"""What a part of a condition comes to; None is not known."""


class NotKnown(TuiOpsError):
    """A condition that can't be decided, since something is not known of the host."""


def read_when(node: Scalar, filler: Filler, found: Mistakes) -> str:
    """Return a step's condition, its parameters put in and written one way; empty where it is none.

    Args:
        node: the value of ``when``.
        filler: knows the parameters.
        found: receives the mistake, at its sign.
    """
    try:
        tree = check(parse(node.text))
        for one in walk(tree):
            if isinstance(one, Call) and one.name == "param" and isinstance(one.given[0], Text):
                _check_parameter(one.given[0], filler)
        return written(_put(tree, filler.values))
    except RuleError as error:
        # Behind a quote the text begins one later; in a block its lines are others than those of the file.
        is_one_line = "\n" not in node.text and (node.plain or "\\" not in node.text)
        column = node.column + error.at + (0 if node.plain else 1) if is_one_line else node.column
        found.add(Scalar(node.line, column, ""), error.message, error.hint)
        return ""


def _check_parameter(name: Text, filler: Filler) -> None:
    if name.text not in filler.known:
        near = _near(name.text, filler.known) or f"add '{name.text[:40]}:' below 'parameters:'"
        raise RuleError(f"there is no parameter '{name.text[:40]}'", name.at, near)
    filler.used.add(name.text)
    value = (filler.values or {}).get(name.text, "")
    if "\n" in value or "\r" in value:
        raise RuleError("a value of several lines can't be compared", name.at, "take another parameter")


def _put(node: Node, values: Mapping[str, str] | None) -> Node:
    """Return the tree with the values of its parameters."""
    if isinstance(node, Call):
        inner = node.given[0] if node.given else None
        if node.name == "param" and isinstance(inner, Text) and values is not None and inner.text in values:
            return Text(values[inner.text], node.at)
        return Call(node.name, tuple(_put(one, values) for one in node.given), node.at)
    if isinstance(node, Unary):
        return Unary(node.op, _put(node.of, values), node.at)
    if isinstance(node, Binary):
        return Binary(node.op, _put(node.left, values), _put(node.right, values), node.at)
    if isinstance(node, Compare):
        return Compare(node.op, _put(node.left, values), _put(node.right, values), None, node.at)
    return node


def check(node: Node) -> Node:
    """Return a tree that is a condition.

    Raises:
        RuleError: it is none, or names something that can't be looked at.
    """
    if _kind(node) is not _TRUTH:
        hint = 'compare it: os == "…", or ask group("web"), installed("nginx"), like(os, "debian*")'
        raise RuleError("this is no condition", 0, hint)
    return node


def _kind(node: Node) -> Kind:
    if isinstance(node, Number):
        return _NUMBER
    if isinstance(node, Text):
        return _TEXT
    if isinstance(node, Name):
        return _kind_of_name(node)
    if isinstance(node, Call):
        return _kind_of_call(node)
    if isinstance(node, Compare):
        return _kind_of_comparison(node)
    if node.op not in ("and", "or", "not"):
        raise RuleError("a condition does not reckon", node.at, "use comparisons, and, or, not")
    for one in (node.of,) if isinstance(node, Unary) else (node.left, node.right):
        if _kind(one) is not _TRUTH:
            raise RuleError(f"'{node.op}' takes conditions", one.at, "put the comparison in parentheses")
    return _TRUTH


def _kind_of_name(node: Name) -> Kind:
    if node.name in NUMBERS:
        return _NUMBER
    if node.name in OF_HOST or node.name in OF_SYSTEM:
        return _TEXT
    if node.name in FUNCTIONS:
        raise RuleError(f"'{node.name}' is a function", node.at, f"write {FUNCTIONS[node.name][2]}")
    known = (*OF_HOST, *OF_SYSTEM, *NUMBERS)
    hint = _near(node.name, known) or f"known are {', '.join(known)}; a text stands in quotes"
    raise RuleError(f"nothing is called '{node.name[:60]}'", node.at, hint)


def _kind_of_call(node: Call) -> Kind:
    if node.name not in FUNCTIONS:
        hint = _near(node.name, FUNCTIONS) or f"functions are {', '.join(FUNCTIONS)}"
        raise RuleError(f"there is no function '{node.name[:60]}'", node.at, hint)
    count, gives, example = FUNCTIONS[node.name]
    if len(node.given) != count:
        raise RuleError(
            f"'{node.name}' takes {count} value{'s' * (count > 1)}, not {len(node.given)}", node.at, example
        )
    last = node.given[-1]
    if not isinstance(last, Text) or len(last.text) > PATTERN_LIMIT:
        raise RuleError(f"'{node.name}' takes a text in quotes", last.at, example)
    if count > 1 and _kind(node.given[0]) is not _TEXT:
        raise RuleError(f"'{node.name}' looks at a text", node.given[0].at, example)
    return gives


def _kind_of_comparison(node: Compare) -> Kind:
    if node.until is not None:
        raise RuleError("'until' belongs to alert rules", node.until.at, "leave it out")
    left, right = _kind(node.left), _kind(node.right)
    if left is not right:
        raise RuleError(f"{left} is compared with {right}", node.at)
    if left is _TRUTH:
        raise RuleError(f"'{node.op}' does not compare conditions", node.at, "use and, or, not")
    return _TRUTH


def topics_of(text: str) -> frozenset[str]:
    """Return the topics of facts that a step's condition looks at; none for an empty one."""
    if not text:
        return frozenset()
    nodes = list(walk(_parsed(text)))
    topics = {TOPIC_OF[one.name] for one in nodes if isinstance(one, Call) and one.name in TOPIC_OF}
    if any(isinstance(one, Name) and (one.name in OF_SYSTEM or one.name in NUMBERS) for one in nodes):
        topics.add(HARDWARE)
    return frozenset(topics)


def evaluate(text: str, facts: HostFacts) -> bool:
    """Return whether a step's condition holds on a host; an empty one always does.

    Args:
        text: as :attr:`~tui_ops.model.plans.Step.when` has it.
        facts: what is known of the host.

    Raises:
        NotKnown: it can't be decided.
        RuleError: it is no condition.
    """
    if not text:
        return True
    asked = _Asked(facts)
    found = asked.value(_parsed(text))
    if found is None:
        said = f"{asked.unknown} of {facts.host} is not known"
        raise NotKnown(said, "read the host's facts again, or take the condition out of the plan")
    return bool(found)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Node:
    """Return the tree of a condition; a run asks the few of its plan again for every host."""
    return check(parse(text))


class _Asked:
    """One condition on one host."""

    def __init__(self, facts: HostFacts) -> None:
        self._facts = facts
        self.unknown = ""
        """The first thing that is not known."""

    def value(self, node: Node) -> Given:
        """Return what a part of the condition comes to."""
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Text):
            return node.text
        if isinstance(node, Name):
            return self._name(node.name)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Unary):
            of = self.value(node.of)
            return None if of is None else not of
        if isinstance(node, Binary):
            return self._joined(node)
        return self._compared(node)

    def _joined(self, node: Binary) -> Given:
        left = self.value(node.left)
        decides = node.op == "or"
        if left is not None and bool(left) is decides:
            return decides
        right = self.value(node.right)
        if right is not None and bool(right) is decides:
            return decides
        return None if left is None or right is None else not decides

    def _compared(self, node: Compare) -> Given:
        left, right = self.value(node.left), self.value(node.right)
        if left is None or right is None:
            return None
        if node.op in ("==", "!="):
            return (left == right) is (node.op == "==")
        if isinstance(left, str) and isinstance(right, str):
            return _ORDER[node.op](compare_versions(left, right), 0)
        return _ORDER[node.op](float(left), float(right))

    def _name(self, name: str) -> Given:
        if name in OF_HOST:
            return str(getattr(self._facts, name))
        if name in NUMBERS:
            number = self._hardware("machine", NUMBERS[name])
            return float(number) if isinstance(number, int | float) else self._not_known(name)
        said = self._hardware(OF_SYSTEM[name], name)
        return said if isinstance(said, str) and said else self._not_known(name)

    def _hardware(self, item: str, key: str) -> Field:
        return (self._facts.topics.get(HARDWARE) or {}).get(item, {}).get(key)

    def _not_known(self, what: str) -> Given:
        self.unknown = self.unknown or what
        return None

    def _call(self, node: Call) -> Given:
        last = node.given[-1]
        word = last.text if isinstance(last, Text) else ""
        match node.name:
            case "group":
                return word in self._facts.groups
            case "service":
                return word in self._facts.services
            case "label":
                return self._facts.labels.get(word, "")
            case "unit":
                return self._unit(word)
            case "like":
                subject = self.value(node.given[0])
                return None if subject is None else _fits(word)(str(subject)) is not None
            case "param":
                return self._not_known(f"the parameter {word}")
        return self._package(node.name, word)

    def _package(self, function: str, word: str) -> Given:
        packages = self._facts.topics.get("packages")
        if packages is None:
            return self._not_known("what is installed")
        found = [fields for name, fields in packages.items() if _is_package(name, fields, word)]
        if function == "installed":
            return bool(found)
        return str(found[0].get("version") or "") if found else ""

    def _unit(self, word: str) -> Given:
        units = self._facts.topics.get("units")
        if units is None:
            return self._not_known("the state of units")
        name = word if word.endswith((".service", ".socket")) else f"{word}.service"
        return str(units.get(name, {}).get("active") or "inactive")


def _is_package(name: str, fields: Fields, word: str) -> bool:
    """Return whether an item is this package: dpkg tells a foreign one as ``NAME:ARCH``, rpm each as ``NAME.ARCH``."""
    arch = fields.get("arch")
    return name == word or (isinstance(arch, str) and bool(arch) and name in (f"{word}:{arch}", f"{word}.{arch}"))


@lru_cache(maxsize=256)
def _fits(pattern: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(translate(pattern), re.IGNORECASE).match


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word[:60], list(known), n=1)
    return f"did you mean '{near[0]}'?" if near else ""
