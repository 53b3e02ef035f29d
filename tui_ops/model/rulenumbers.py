"""Which numbers a rule looks at, in the order in which it names them: what a chart of its alert shows."""

from tui_ops.model.alertrules import RuleSpec
from tui_ops.model.metrics import METRICS
from tui_ops.model.ruleast import Name, walk
from tui_ops.model.rulecheck import HEADLINES

NUMBERS_LIMIT = 6
"""Numbers of one rule that are kept with its alerts: the most that a shipped rule names is four."""

CHECK_TIME = "check.time"
"""The number that stands for a check: how long it took."""


def numbers_of(rule: RuleSpec) -> tuple[str, ...]:
    """Return the metrics and headline values that a rule names, each once: those of its value, then those that its
    levels compare. One that passes on the statuses of checks is about the time that they took.
    """
    roots = [root for root in (rule.value, rule.warn, rule.crit) if root is not None]
    names = [node.name for root in roots for node in walk(root) if isinstance(node, Name)]
    found = [name for name in names if name in METRICS or name in HEADLINES]
    if rule.status.startswith("check:"):
        found.append(CHECK_TIME)
    return tuple(dict.fromkeys(found))[:NUMBERS_LIMIT]
