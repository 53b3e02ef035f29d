"""Windows out of readings of before: an engine that was just started knows its last ten minutes at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui_ops.model.metrics import METRICS, Key
from tui_ops.model.ruleast import Call, Node, Number, walk
from tui_ops.model.rulecheck import SECTION_METRICS, WINDOWED
from tui_ops.model.states import HostState
from tui_ops.practices.alerting.compiled import fits
from tui_ops.practices.alerting.compiling import Feed
from tui_ops.practices.alerting.following import SECTION_SUBJECTS_LIMIT, SUBJECTS_LIMIT
from tui_ops.practices.alerting.moment import Moment
from tui_ops.practices.alerting.plan import Plan
from tui_ops.practices.alerting.window import Window


@dataclass(frozen=True, slots=True)
class Past:
    """A reading of before: of the vitals, or of the sections, which have gauges alone."""

    mono: float
    """When it was, by the monotonic clock of now; before this machine was started it is below 0."""
    values: Mapping[str, float]
    numbers: Mapping[Key, float]
    gauges: Mapping[Key, float]


@dataclass(frozen=True, slots=True)
class LookBack:
    """How far the rules of a host look back, in seconds; 0 where none does."""

    vitals_s: float
    sections_s: float


@dataclass(frozen=True, slots=True)
class _Fed:
    """A rule, or a question of one over many hosts, whose windows are filled."""

    feeds: tuple[Feed, ...]
    metric: str
    """Whose labels it goes through; empty where it has one subject a host."""
    items: tuple[str, ...]
    of_sections: bool
    back_s: float


def look_back(plan: Plan) -> LookBack:
    """Return how far the windows of some rules reach."""
    fed = _fed(plan)
    return LookBack(
        max((one.back_s for one in fed if not one.of_sections), default=0.0),
        max((one.back_s for one in fed if one.of_sections), default=0.0),
    )


def recalled(host: str, plan: Plan, past: Iterable[Past]) -> dict[Key, Window]:
    """Return the windows that readings of before fill.

    Args:
        host: its name.
        plan: its rules.
        past: the readings, the oldest first.
    """
    moment = Moment(host)
    moment.state = HostState.UP
    fed = _fed(plan)
    for one in past:
        moment.mono, moment.values, moment.numbers, moment.gauges = one.mono, one.values, one.numbers, one.gauges
        for rule in fed:
            if rule.of_sections is not bool(one.gauges):
                continue
            for moment.label in _labels(rule, one.gauges or one.numbers):
                for feed in rule.feeds:
                    feed(moment)
    return moment.windows


def _labels(rule: _Fed, numbers: Mapping[Key, float]) -> list[str]:
    if not rule.metric:
        return [""]
    limit = SECTION_SUBJECTS_LIMIT if rule.of_sections else SUBJECTS_LIMIT
    return sorted(label for metric, label in numbers if metric == rule.metric and fits(rule.items, label))[:limit]


def _fed(plan: Plan) -> list[_Fed]:
    """Return what has windows. Of what needs vitals and sections together nothing is recalled."""
    found = []
    for rule in plan.by_name.values():
        metric = next((name for name in sorted(rule.uses.metrics) if METRICS[name].label), "")
        nodes = (rule.spec.value, rule.spec.warn, rule.spec.crit)
        if rule.uses.windows and not (rule.of_vitals and rule.sections):
            found.append(_Fed(rule.feeds, metric, rule.spec.items, bool(rule.sections), _back_s(*nodes)))
    for question in plan.questions:
        if question.uses.windows:
            of_sections = any(name.startswith(SECTION_METRICS) for name in question.uses.metrics)
            found.append(_Fed(question.feeds, "", (), of_sections, _back_s(question.node)))
    return found


def _back_s(*nodes: Node | None) -> float:
    calls = (node for root in nodes if root is not None for node in walk(root) if isinstance(node, Call))
    lengths = (node.given[-1] for node in calls if node.name in WINDOWED)
    return max((last.value for last in lengths if isinstance(last, Number)), default=0.0)
