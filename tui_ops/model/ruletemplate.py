"""The texts of alerts: words with expressions in braces, ``{label} {value:%} full, {fs.available:bytes} left``."""

import re
from dataclasses import dataclass

from tui_ops.model.metrics import METRICS
from tui_ops.model.ruleast import Call, Name, Node, Number, walk
from tui_ops.model.rulecheck import WINDOWED, Kind, Scope, check
from tui_ops.model.ruletext import RuleError, parse
from tui_ops.model.units import format_bytes, format_duration

TEMPLATE_LIMIT = 300
"""Characters of a text with its braces."""

PLAIN_WORDS = ("host", "item", "scope", "hosts", "window")
"""What a text can name beside expressions: the host, the label or subject, the group or site, the hosts in it that were
counted, and how long the rule looks back."""

NO_WINDOW = "one reading"
"""What ``{window}`` says of a rule that looks at the present alone."""

_TEXTS = ("state", "reason", "status", "text", "label")
"""Names that give a text."""

_PART = re.compile(r"\{([^{}]*)\}")
_UNIT = re.compile(r"(.*[^:]):(%|bytes|s|/s|ms|[A-Za-z°/]{1,12})", re.DOTALL)
_PERCENT = frozenset({
    "cpu", "user", "system", "iowait", "steal", "memory", "swap", "disk", "disk_busy", "psi_cpu", "psi_io",
    "psi_memory", "retransmits", "files", "conntrack",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hole:
    """A place that is filled in."""

    of: Node | str
    """An expression, or one of the plain words."""
    unit: str
    is_text: bool
    """Whether the expression gives a text."""


def parse_template(text: str, scope: Scope, unit: str, has_value: bool) -> tuple[str | Hole, ...]:
    """Return the parts of a text.

    Args:
        text: as it is written.
        scope: of the rule.
        unit: of the rule's value.
        has_value: whether the rule has one.

    Raises:
        RuleError: an expression in it can't be used; its column counts from the text's beginning.
    """
    if len(text) > TEMPLATE_LIMIT:
        raise RuleError("the text is too long", 0, f"{TEMPLATE_LIMIT} characters are the most")
    found: list[str | Hole] = []
    end = 0
    for part in _PART.finditer(text):
        if part.start() > end:
            found.append(text[end : part.start()])
        found.append(_hole(part[1], part.start(1), scope, unit, has_value))
        end = part.end()
    if end < len(text):
        found.append(text[end:])
    loose = next((at for one in found if isinstance(one, str) for at in [_brace(one)] if at >= 0), -1)
    if loose >= 0:
        at = next(at for at, sign in enumerate(_PART.sub(lambda found: "x" * len(found[0]), text)) if sign in "{}")
        raise RuleError("a brace has no partner", at, "write {value}")
    return tuple(found)


def _brace(text: str) -> int:
    return next((at for at, sign in enumerate(text) if sign in "{}"), -1)


def _hole(text: str, at: int, scope: Scope, unit: str, has_value: bool) -> Hole:
    said = text.strip()
    if said in PLAIN_WORDS:
        return Hole(said, "", True)
    with_unit = _UNIT.fullmatch(said)
    expression, own = (with_unit[1], with_unit[2]) if with_unit else (said, "")
    try:
        node = parse(expression)
        if (isinstance(node, Name) and node.name in _TEXTS) or (isinstance(node, Call) and node.name == "field"):
            check(node, scope, Kind.TEXT, has_value)
            return Hole(node, "", True)
        check(node, scope, Kind.NUMBER, has_value)
    except RuleError as error:
        raise RuleError(error.message, error.at + at, error.hint) from error
    return Hole(node, own or unit_of(node, unit), False)


def window_said(*nodes: Node | None) -> str:
    """Return over how long a rule looks back, ``10m``: the longest window in its expressions.

    Args:
        nodes: of the rule, its value first; those after one with a window are not looked at.
    """
    for node in (one for one in nodes if one is not None):
        calls = (one for one in walk(node) if isinstance(one, Call) and one.name in WINDOWED)
        lengths = [call.given[-1].value for call in calls if isinstance(call.given[-1], Number)]
        if lengths:
            return format_duration(max(lengths))
    return NO_WINDOW


def unit_of(node: Node | None, of_value: str = "") -> str:
    """Return the unit of an expression that is a name alone; nothing for others.

    Args:
        node: the expression.
        of_value: unit of the rule's value.
    """
    if not isinstance(node, Name):
        return ""
    if node.name == "value":
        return of_value
    if node.name in _PERCENT:
        return "%"
    metric = METRICS.get(node.name)
    return metric.unit if metric is not None and metric.unit in ("%", "bytes", "s") else ""


def shown(value: float | None, unit: str) -> str:
    """Return a number with its unit as a person reads it; ``?`` where it is not known."""
    if value is None or value != value:
        return "?"
    if abs(value) > 1e18:
        if unit == "s":
            return "never"
        return "∞" if value > 0 else "-∞"
    if unit == "bytes":
        return format_bytes(value)
    if unit == "s":
        return format_duration(value) if abs(value) >= 60 else f"{_figures(value)} s"
    return f"{_figures(value)} {unit}".rstrip()


def _figures(value: float) -> str:
    """Return a number with about three figures."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.3g}"
