"""The sections ``alerting`` and ``rules``: how alerts are gathered, told and ended, and what raises them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from tui_ops.inventory import fields
from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.match import Matcher
from tui_ops.inventory.rules import default_rules, read_rules
from tui_ops.inventory.schema import Part
from tui_ops.inventory.tree import Mapping as Tree
from tui_ops.inventory.tree import Node, Scalar, Sequence, descend
from tui_ops.inventory.validate import Validator
from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.incidents import PRIORITIES, Impact, Urgency

HOUR_S, DAY_S = 3600.0, 86400.0

SHORT_RANGE_S = (0.0, HOUR_S)
"""Waits before something is told: after an hour nobody is helped by it any more."""

LONG_RANGE_S = (60.0, 7 * DAY_S)
"""What comes again or runs out."""

QUIET_RANGE_S = (5.0, 7 * DAY_S)
"""Until an incident resolves itself, and after that opens again by itself: time is looked at every 5 s."""

CLOSE_RANGE_S = (60.0, 365 * DAY_S)
"""Until the paperwork closes itself."""

PRIORITY_RANGE = (1, 5)


def _short(text: object) -> float:
    return fields.duration(text, SHORT_RANGE_S, "0s to 1h")


def _long(text: object) -> float:
    return fields.duration(text, LONG_RANGE_S, "1m to 7d")


def _quiet(text: object) -> float:
    return fields.duration(text, QUIET_RANGE_S, "5s to 7d")


def _close(text: object) -> float:
    return fields.duration(text, CLOSE_RANGE_S, "1m to 365d")


Short = Annotated[float, BeforeValidator(_short)]
Long = Annotated[float, BeforeValidator(_long)]
Quiet = Annotated[float, BeforeValidator(_quiet)]
Close = Annotated[float, BeforeValidator(_close)]


class Alerting(Part):
    """The mapping below ``alerting``; see :class:`AlertingSpec` for what each means."""

    group_wait: Short | None = None
    group_interval: Short | None = None
    repeat: Long | None = None
    ack_for: Long | None = None
    quiet: Quiet | None = None
    reopen: Quiet | None = None
    close_after: Close | None = None
    priorities: Any = None


def read_alerting(
    sections: Mapping[str, Node], validator: Validator, matcher: Matcher, mistakes: Mistakes
) -> AlertingSpec:
    """Return how alerts are raised, judged and gathered; the usual way where the file does not say."""
    services = sections.get("services")
    names = tuple(services.entries) if isinstance(services, Tree) else ()
    rules = read_rules(sections.get("rules"), names, validator, matcher, mistakes)
    node = sections.get("alerting")
    said = validator.model(Alerting, node) if node is not None else None
    if said is None or node is None:
        return AlertingSpec(rules=rules)
    times: dict[str, Any] = {f"{key}_s": getattr(said, key) for key in said.model_fields_set if key != "priorities"}
    priorities = PRIORITIES | _priorities(descend(node, ("priorities",)), said.priorities, mistakes)
    return AlertingSpec(**times, priorities=tuple(priorities.items()), rules=rules)


def default_alerting() -> AlertingSpec:
    """Return how alerts are judged where no file of ours says anything: the shipped rules, and the usual times."""
    return AlertingSpec(rules=default_rules())


def _priorities(node: Node, said: object, mistakes: Mistakes) -> dict[tuple[Impact, Urgency], int]:
    """Return the priorities that a table gives: a line an impact, with one number each urgency, high first."""
    found: dict[tuple[Impact, Urgency], int] = {}
    if said is None:
        return found
    hint = "write a line an impact with its numbers by urgency: 'high: [1, 2, 3]'"
    if not isinstance(node, Tree):
        mistakes.add(node, "the table of priorities is a mapping", hint)
        return found
    for name, entry in node.entries.items():
        if name.upper() not in Impact.__members__:
            mistakes.add(entry.key, f"no impact is called {quoted(name)}", "impacts are high, medium and low")
            continue
        row = entry.value.items if isinstance(entry.value, Sequence) else []
        if len(row) != len(Urgency):
            mistakes.add(entry.value, "three numbers are needed, for high, medium and low urgency", hint)
            continue
        for urgency, item in zip(Urgency, row, strict=True):
            number = _priority(item, mistakes)
            if number is not None:
                found[Impact[name.upper()], urgency] = number
    return found


def _priority(node: Node, mistakes: Mistakes) -> int | None:
    least, most = PRIORITY_RANGE
    text = node.text if isinstance(node, Scalar) else ""
    if len(text) != 1 or not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        mistakes.add(node, f"{quoted(text)} is no priority", f"write a number from {least} to {most}, 1 is first")
        return None
    return int(text)
