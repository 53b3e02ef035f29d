"""From trees to functions: each expression is turned into closures once, and costs a fraction of a microsecond then.

What is not known is None, and stays so through arithmetic and comparisons; ``and``, ``or`` and ``not`` go by three
values, so that a condition is only true or false where what is known decides it.
"""

import operator
from collections.abc import Callable
from typing import TypeAlias

from tui_ops.model.metrics import METRICS, Key
from tui_ops.model.ruleast import Binary, Call, Compare, Name, Node, Number, Text, Unary, written
from tui_ops.model.rulecheck import HEADLINES, SECTION_METRICS
from tui_ops.model.states import HostState
from tui_ops.practices.alerting.itemparts import field_of, has_of, items_of, number_of, ordered, within_of
from tui_ops.practices.alerting.moment import STAGES, Moment
from tui_ops.practices.alerting.window import BUCKETS, Keep, Window

NumberOf: TypeAlias = Callable[[Moment], float | None]
TruthOf: TypeAlias = Callable[[Moment], bool | None]
TextOf: TypeAlias = Callable[[Moment], str | None]
Feed: TypeAlias = Callable[[Moment], None]

FARTHEST_S = 30 * 86400.0
"""A window of hours says nothing of what happens after a month: it is never full then."""

NEVER = float("inf")

MISSED_TURNS = 3
"""What is read seldom is only missed after so many of its turns, however short the time that a rule gives it."""

_NEVER_SEEN = (0.0, 0.0)

_ORDER: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_KEEPS = {"min": Keep.LEAST, "max": Keep.MOST}


class Compiler:
    """Turns the expressions of one rule into closures.

    Args:
        conditions: of a rule over many hosts, receives what each host is asked.
    """

    def __init__(self, conditions: list[Node] | None = None) -> None:
        self.feeds: list[Feed] = []
        """To be called before each evaluation: they put readings into windows."""
        self.keys: set[str] = set()
        """First halves of the keys of the windows and of what is looked for."""
        self._conditions = conditions if conditions is not None else []

    def number(self, node: Node) -> NumberOf:
        """Return what gives an expression's number."""
        if isinstance(node, Number):
            constant = node.value
            return lambda _moment: constant
        if isinstance(node, Name):
            return _named(node.name)
        if isinstance(node, Unary):
            return _negative(self.number(node.of))
        if isinstance(node, Binary):
            return _arithmetic(node.op, self.number(node.left), self.number(node.right))
        if isinstance(node, Call):
            return self._called(node)
        raise TypeError(f"{written(node)} gives no number")

    def truth(self, node: Node) -> TruthOf:
        """Return what gives a condition's answer."""
        if isinstance(node, Unary):
            return _negated(self.truth(node.of))
        if isinstance(node, Binary):
            left, right = self.truth(node.left), self.truth(node.right)
            return _both(left, right) if node.op == "and" else _either(left, right)
        if isinstance(node, Compare):
            return self._compared(node)
        if isinstance(node, Call) and node.name == "absent":
            return self._absent(node)
        if isinstance(node, Call) and node.name in ("has", "new", "changed"):
            return _of_item(node)
        if isinstance(node, Call) and node.name == "firing" and isinstance(node.given[0], Text):
            return _firing(node.given[0].text)
        raise TypeError(f"{written(node)} is no condition")

    def text(self, node: Node) -> TextOf:
        """Return what gives an expression's text."""
        if isinstance(node, Text):
            constant = node.text
            return lambda _moment: constant
        if isinstance(node, Name):
            return {
                "state": lambda moment: str(moment.state), "reason": lambda moment: moment.reason,
                "status": lambda moment: moment.status, "text": lambda moment: moment.text,
                "label": lambda moment: moment.label,
            }[node.name]  # fmt: skip
        if isinstance(node, Call) and isinstance(node.given[0], Text):
            if node.name == "field":
                return field_of(node.given[0].text)
            section = node.given[0].text
            return lambda moment: moment.word_of(section)
        raise TypeError(f"{written(node)} is no text")

    def _compared(self, node: Compare) -> TruthOf:
        if _is_text(node.left) or _is_text(node.right):
            if isinstance(node.left, Name) and node.left.name == "state" and isinstance(node.right, Text):
                return _in_state(HostState(node.right.text), node.op == "==")
            if node.op not in ("==", "!="):
                return ordered(node.op, self.text(node.left), self.text(node.right))
            return _same(self.text(node.left), self.text(node.right), node.op == "==")
        left, right = self.number(node.left), self.number(node.right)
        until = self.number(node.until) if node.until is not None else None
        if isinstance(node.right, Number) and (until is None or isinstance(node.until, Number)):
            least = node.until.value if isinstance(node.until, Number) else node.right.value
            return _level(_ORDER[node.op], left, node.right.value, least)
        return _ordered(_ORDER[node.op], left, right, until)

    def _called(self, node: Call) -> NumberOf:
        if node.name in ("count", "share"):
            if node.given[0] not in self._conditions:
                self._conditions.append(node.given[0])
            at = self._conditions.index(node.given[0])
            return _count(at) if node.name == "count" else _share(at)
        if node.name == "items":
            return items_of
        if node.name == "number" and isinstance(node.given[0], Text):
            return number_of(node.given[0].text)
        if node.name == "total":
            return lambda moment: float(moment.answers[-1])
        given = [self.number(each) for each in node.given]
        if node.name == "abs":
            return lambda moment: None if (value := given[0](moment)) is None else abs(value)
        if node.name in ("at_least", "at_most"):
            return _bounded(given[0], given[1], max if node.name == "at_least" else min)
        return self._windowed(node, given)

    def _windowed(self, node: Call, given: list[NumberOf]) -> NumberOf:
        width_s = _seconds(node) / BUCKETS
        keep = _KEEPS.get(node.name, Keep.MEAN)
        key = f"{written(node.given[0])}|{width_s:g}|{keep:d}"
        self.keys.add(key)
        self.feeds.append(_feed(key, given[0], width_s, keep))
        if node.name == "time_to":
            return _time_to(key, given[0], given[1])
        read: Callable[[Window, float], float | None] = {
            "avg": Window.mean, "min": Window.least, "max": Window.most, "rate": Window.rate, "change": Window.change,
        }[node.name]  # fmt: skip

        def look(moment: Moment) -> float | None:
            window = moment.windows.get((key, moment.label))
            return None if window is None else read(window, moment.mono)

        return look

    def _absent(self, node: Call) -> TruthOf:
        there = self.number(node.given[0])
        within_s = _seconds(node)
        key = f"{written(node.given[0])}|absent"
        self.keys.add(key)

        def note(moment: Moment) -> None:
            if there(moment) is not None:
                moment.note_seen(key)

        self.feeds.append(note)

        def absent(moment: Moment) -> bool | None:
            if moment.up_since is None or moment.state is not HostState.UP:
                return None
            last, gap = moment.seen.get((key, moment.label), _NEVER_SEEN)
            return moment.mono - max(moment.up_since, last) >= max(within_s, MISSED_TURNS * gap)

        return absent


def _seconds(node: Call) -> float:
    last = node.given[-1]
    return last.value if isinstance(last, Number) else 60.0


def _is_text(node: Node) -> bool:
    if isinstance(node, Name):
        return node.name in ("state", "reason", "status", "text", "label")
    return isinstance(node, Text) or (isinstance(node, Call) and node.name in ("status", "field"))


def _of_item(node: Call) -> TruthOf:
    first, last = node.given[0], node.given[-1]
    if isinstance(first, Text) and isinstance(last, Text):
        return has_of(first.text, last.text)
    return within_of(node.name, _seconds(node))


def _named(name: str) -> NumberOf:
    if name == "value":
        return lambda moment: moment.value
    if name in HEADLINES:
        return lambda moment: moment.values.get(name)
    has_label = bool(METRICS[name].label)
    plain: Key = (name, "")
    if name.startswith(SECTION_METRICS):
        if has_label:
            return lambda moment: moment.gauges.get((name, moment.label))
        return lambda moment: moment.gauges.get(plain)
    if has_label:
        return lambda moment: moment.numbers.get((name, moment.label))
    return lambda moment: moment.numbers.get(plain)


def _negative(of: NumberOf) -> NumberOf:
    return lambda moment: None if (value := of(moment)) is None else -value


def _arithmetic(op: str, left: NumberOf, right: NumberOf) -> NumberOf:
    if op == "/":

        def divided(moment: Moment) -> float | None:
            over, under = left(moment), right(moment)
            return None if over is None or not under else over / under

        return divided
    work = {"+": operator.add, "-": operator.sub, "*": operator.mul}[op]

    def worked(moment: Moment) -> float | None:
        first, second = left(moment), right(moment)
        return None if first is None or second is None else work(first, second)

    return worked


def _bounded(left: NumberOf, right: NumberOf, choose: Callable[[float, float], float]) -> NumberOf:
    def bounded(moment: Moment) -> float | None:
        first, second = left(moment), right(moment)
        return None if first is None or second is None else choose(first, second)

    return bounded


def _level(order: Callable[[float, float], bool], left: NumberOf, at: float, until: float) -> TruthOf:
    def reached(moment: Moment) -> bool | None:
        value = left(moment)
        if value is None or value != value:
            return None
        return order(value, until if moment.stands else at)

    return reached


def _ordered(order: Callable[[float, float], bool], left: NumberOf, right: NumberOf, until: NumberOf | None) -> TruthOf:
    def reached(moment: Moment) -> bool | None:
        value = left(moment)
        level = until(moment) if until is not None and moment.stands else right(moment)
        if value is None or level is None or value != value or level != level:
            return None
        return order(value, level)

    return reached


def _same(left: TextOf, right: TextOf, wanted: bool) -> TruthOf:
    def same(moment: Moment) -> bool | None:
        first, second = left(moment), right(moment)
        return None if first is None or second is None else (first == second) is wanted

    return same


def _in_state(state: HostState, wanted: bool) -> TruthOf:
    stage = STAGES[state]

    def in_state(moment: Moment) -> bool | None:
        if moment.state is state:
            return wanted
        if not STAGES[moment.state] or (STAGES[moment.state] < stage and state is not HostState.UP):
            return None
        return not wanted

    return in_state


def _negated(of: TruthOf) -> TruthOf:
    return lambda moment: None if (answer := of(moment)) is None else not answer


def _both(left: TruthOf, right: TruthOf) -> TruthOf:
    def both(moment: Moment) -> bool | None:
        first = left(moment)
        if first is False:
            return False
        second = right(moment)
        return second if first else (False if second is False else None)

    return both


def _either(left: TruthOf, right: TruthOf) -> TruthOf:
    def either(moment: Moment) -> bool | None:
        first = left(moment)
        if first:
            return True
        second = right(moment)
        return second if first is False else (True if second else None)

    return either


def _feed(key: str, of: NumberOf, width_s: float, keep: Keep) -> Feed:
    def feed(moment: Moment) -> None:
        value = of(moment)
        if value is None or value - value != 0:
            return
        window = moment.window(key, width_s, keep)
        if window is not None:
            window.push(moment.mono, value)

    return feed


def _time_to(key: str, of: NumberOf, limit: NumberOf) -> NumberOf:
    def left(moment: Moment) -> float | None:
        window = moment.windows.get((key, moment.label))
        slope = window.slope(moment.mono) if window is not None else None
        now, end = of(moment), limit(moment)
        if slope is None or now is None or end is None:
            return None
        if end == now:
            return 0.0
        seconds = (end - now) / slope if slope else NEVER
        return seconds if 0 <= seconds <= FARTHEST_S else NEVER

    return left


def _firing(rule: str) -> TruthOf:
    def firing(moment: Moment) -> bool | None:
        if rule in moment.raised:
            return True
        return None if moment.state is HostState.PENDING else False

    return firing


def _count(at: int) -> NumberOf:
    return lambda moment: float(moment.answers[at] + (moment.unsure[at] if moment.generous else 0))


def _share(at: int) -> NumberOf:
    def share(moment: Moment) -> float | None:
        yes = moment.answers[at] + (moment.unsure[at] if moment.generous else 0)
        return 100.0 * yes / moment.answers[-1] if moment.answers[-1] else None

    return share
