"""What the names and functions of a rule's expressions mean, and whether they fit together."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from tui_ops.model.metrics import METRICS
from tui_ops.model.readings import VALUES
from tui_ops.model.ruleast import Binary, Call, Compare, Name, Node, Number, Text, Unary, walk
from tui_ops.model.ruletext import RuleError
from tui_ops.model.states import HostState, Severity
from tui_ops.model.units import format_duration

MORE_VALUES = ("conntrack", "oom_kills", "listen_overflows")
"""Headline values beside those of the fleet table: percent of the table of connections, kills in half an hour, and
connections a second that find a queue full."""

HEADLINES = frozenset((*VALUES, *MORE_VALUES))

SECTION_METRICS = ("fs.", "time.", "volume.", "journal.", "sensor.", "check.", "procs.zombies", "procs.total")
"""How the metrics begin that come with the slow sections; all others come with the vitals."""

SECTIONS = (
    "filesystems", "processes", "units", "interfaces", "sensors", "sockets", "containers", "arrays", "timesync",
    "volumes", "scope", "journal", "smart", "hardware", "privilege", "engine",
)  # fmt: skip
"""Slow sections, whose statuses a rule can pass on, and the engine's own."""

FACT_TOPICS = (
    "hardware", "packages", "repositories", "unitfiles", "units", "accounts", "authkeys", "sudoers", "sshdconf",
    "authpolicy", "modes", "logins", "sockets", "mounts", "interfaces", "routes", "sysctl", "schedules", "firewall",
    "protections", "patches", "certfiles", "clock", "suid", "files",
)  # fmt: skip
"""Topics of facts, at whose items a rule can look."""

WINDOW_RANGE_S = (60.0, 7 * 86400.0)
"""Seconds that a function looks back: twelve buckets of less than five seconds would hold a reading at most, and a
week is more than an engine runs between two updates."""

WINDOWED = ("avg", "min", "max", "rate", "change", "time_to")
"""Functions that remember a stretch of time."""

COUNTING = ("count", "share", "total")
"""Functions over many hosts."""


OF_TEXT = ("status", "firing", "field", "number", "has")
"""Functions that take texts as they are written."""

OF_ITEMS = ("field", "number", "has", "new", "changed", "items")
"""Functions of a rule over facts."""

AGES = ("new", "changed")
"""Those of them that remember when an item came or changed."""

IN_FACTS = (*OF_ITEMS, "at_least", "at_most", "abs")
"""All functions that such a rule can use."""


class Kind(StrEnum):
    """What an expression gives."""

    NUMBER = "a number"
    TRUTH = "a condition"
    TEXT = "a text"


class Scope(StrEnum):
    """Where an expression stands."""

    HOST = "host"
    """It is about one host, or one label of its metrics."""
    STATUS = "status"
    """It is about one status of a section or check."""
    FACT = "fact"
    """It is about one item of a topic of facts, or about how many there are."""
    FLEET = "fleet"
    """It is about many hosts; what stands within ``count`` and ``share`` is about each of them."""


_NUMBER, _TRUTH, _TEXT = Kind.NUMBER, Kind.TRUTH, Kind.TEXT

_FUNCTIONS: dict[str, tuple[tuple[Kind, ...], Kind, str]] = {
    "avg": ((_NUMBER, _NUMBER), _NUMBER, "avg(cpu, 10m)"),
    "min": ((_NUMBER, _NUMBER), _NUMBER, "min(load1, 5m)"),
    "max": ((_NUMBER, _NUMBER), _NUMBER, "max(tcp, 5m)"),
    "rate": ((_NUMBER, _NUMBER), _NUMBER, "rate(fs.used, 1h)"),
    "change": ((_NUMBER, _NUMBER), _NUMBER, "change(swap, 30m)"),
    "time_to": ((_NUMBER, _NUMBER, _NUMBER), _NUMBER, "time_to(fs.used, fs.size, 1h)"),
    "absent": ((_NUMBER, _NUMBER), _TRUTH, "absent(cpu, 5m)"),
    "at_least": ((_NUMBER, _NUMBER), _NUMBER, "at_least(cpus, 2)"),
    "at_most": ((_NUMBER, _NUMBER), _NUMBER, "at_most(memory, 100)"),
    "abs": ((_NUMBER,), _NUMBER, "abs(clock_offset_s)"),
    "status": ((_TEXT,), _TEXT, 'status("check:web")'),
    "firing": ((_TEXT,), _TRUTH, 'firing("host-down")'),
    "count": ((_TRUTH,), _NUMBER, 'count(state == "down")'),
    "share": ((_TRUTH,), _NUMBER, 'share(state == "down")'),
    "total": ((), _NUMBER, "total()"),
    "field": ((_TEXT,), _TEXT, 'field("version")'),
    "number": ((_TEXT,), _NUMBER, 'number("uid")'),
    "has": ((_TEXT, _TEXT), _TRUTH, 'has("groups", "sudo")'),
    "new": ((_NUMBER,), _TRUTH, "new(1h)"),
    "changed": ((_NUMBER,), _TRUTH, "changed(1h)"),
    "items": ((), _NUMBER, "items()"),
}
"""What each takes, what it gives, and how it is written."""

_HOST_WORDS = ("state", "reason")
_STATUS_WORDS = ("status", "text")

WORDS_OF = {"state": tuple(str(one) for one in HostState), "status": tuple(str(one) for one in Severity)}
"""What the texts can be that are compared with words."""


@dataclass(frozen=True, slots=True)
class Uses:
    """What an expression needs."""

    values: frozenset[str] = frozenset()
    """Headline values."""
    metrics: frozenset[str] = frozenset()
    state: bool = False
    """Whether it names the host's state."""
    absent: bool = False
    """Whether it tells that something is missing, so that it becomes true while nothing comes."""
    windows: bool = False
    statuses: frozenset[str] = frozenset()
    """Sections and checks whose status it names."""
    items: bool = False
    """Whether it looks at each item of a topic, and not at their number alone."""
    ages: bool = False
    """Whether it asks since when an item is there, or as it is."""

    @property
    def label(self) -> str:
        """What the label of its metrics names, ``mount``; empty where none has one."""
        return next((METRICS[name].label for name in sorted(self.metrics) if METRICS[name].label), "")

    @property
    def of_sections(self) -> frozenset[str]:
        """Metrics that come with the slow sections."""
        return frozenset(name for name in self.metrics if name.startswith(SECTION_METRICS))

    def __or__(self, other: "Uses") -> "Uses":
        return Uses(
            self.values | other.values, self.metrics | other.metrics, self.state or other.state,
            self.absent or other.absent, self.windows or other.windows, self.statuses | other.statuses,
            self.items or other.items, self.ages or other.ages,
        )  # fmt: skip


def uses(*nodes: Node | None) -> Uses:
    """Return what expressions need together; what is counted over many hosts is needed of each of them."""
    names: set[str] = set()
    calls: set[str] = set()
    statuses: set[str] = set()
    for root in nodes:
        for node in walk(root) if root is not None else ():
            if isinstance(node, Name):
                names.add(node.name)
            elif isinstance(node, Call):
                calls.add(node.name)
                if node.name == "status" and node.given and isinstance(node.given[0], Text):
                    statuses.add(node.given[0].text)
    return Uses(
        values=HEADLINES & names,
        metrics=frozenset(METRICS.keys() & names),
        state="state" in names or "reason" in names,
        absent="absent" in calls,
        windows=not calls.isdisjoint(WINDOWED),
        statuses=frozenset(statuses),
        items="label" in names or not calls.isdisjoint(set(OF_ITEMS) - {"items"}),
        ages=not calls.isdisjoint(AGES),
    )


def check(node: Node, scope: Scope, wanted: Kind, has_value: bool = True) -> None:
    """Check that an expression means something where it stands.

    Args:
        node: the expression.
        scope: where it stands.
        wanted: what it has to give.
        has_value: whether the rule has a value that it can name.

    Raises:
        RuleError: a name or function is not known there, or two parts do not fit together.
    """
    found = _Checker(scope, has_value).kind(node)
    if found is not wanted:
        hint = "compare it: > 85 %" if wanted is Kind.TRUTH and found is Kind.NUMBER else ""
        raise RuleError(f"this gives {found}, and {wanted} is needed", node.at, hint)
    check_labels(node.at, node)


def check_labels(at: int, *nodes: Node | None) -> None:
    """Check that all metrics of a rule go by the same label.

    Args:
        at: where to complain.
        nodes: its expressions.

    Raises:
        RuleError: one goes by mount and another by device.
    """
    labels = {METRICS[name].label: name for name in sorted(uses(*nodes).metrics) if METRICS[name].label}
    if len(labels) > 1:
        first, second = list(labels.values())[:2]
        said = f"'{first}' goes by {METRICS[first].label} and '{second}' by {METRICS[second].label}"
        raise RuleError(said, at, "make two rules of it")


def check_section(name: str, at: int = 0, patterns: bool = False) -> None:
    """Check that a section or check can be called so.

    Args:
        name: ``arrays``, ``check:web``.
        at: where it stands.
        patterns: whether ``check:*`` and the like may stand for many checks.

    Raises:
        RuleError: it can't.
    """
    if name in SECTIONS:
        return
    if not name.startswith("check:") or len(name) < len("check:x"):
        hint = _near(name, SECTIONS) or f"sections are {', '.join(SECTIONS)}; a check is check:NAME"
        raise RuleError(f"no section is called '{name[:60]}'", at, hint)
    if "*" in name and not patterns:
        raise RuleError("one check is named here, without '*'", at, 'write status("check:web")')


def check_topic(name: str) -> None:
    """Check that a topic of facts is called so.

    Raises:
        RuleError: none is.
    """
    if name not in FACT_TOPICS:
        hint = _near(name, FACT_TOPICS) or f"topics are {', '.join(FACT_TOPICS)}"
        raise RuleError(f"no topic of facts is called '{name[:60]}'", 0, hint)


class _Checker:
    """Finds what each node gives."""

    def __init__(self, scope: Scope, has_value: bool) -> None:
        self._scope = scope
        self._has_value = has_value

    def kind(self, node: Node) -> Kind:
        """Return what a node gives, all below it checked."""
        if isinstance(node, Number):
            return Kind.NUMBER
        if isinstance(node, Text):
            return Kind.TEXT
        if isinstance(node, Name):
            return self._name(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Unary):
            wanted = Kind.TRUTH if node.op == "not" else Kind.NUMBER
            self._need(node.of, wanted, f"'{node.op}'")
            return wanted
        if isinstance(node, Binary):
            wanted = Kind.TRUTH if node.op in ("and", "or") else Kind.NUMBER
            self._need(node.left, wanted, f"'{node.op}'")
            self._need(node.right, wanted, f"'{node.op}'")
            return wanted
        return self._compare(node)

    def _need(self, node: Node, wanted: Kind, who: str) -> None:
        found = self.kind(node)
        if found is not wanted:
            raise RuleError(f"{who} takes {wanted}, and this is {found}", node.at)

    def _compare(self, node: Compare) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        if left is not right:
            raise RuleError(f"{left} is compared with {right}", node.at)
        if left is Kind.TRUTH or (
            left is Kind.TEXT and node.op not in ("==", "!=") and self._scope is not Scope.FACT
        ):  # fmt: skip
            raise RuleError(f"'{node.op}' does not compare {left}", node.at)
        if node.until is not None:
            self._until(node)
        word = node.left.name if isinstance(node.left, Name | Call) else ""
        if word in WORDS_OF and isinstance(node.right, Text) and node.right.text not in WORDS_OF[word]:
            hint = _near(node.right.text, WORDS_OF[word]) or f"it is one of: {', '.join(WORDS_OF[word])}"
            raise RuleError(f"no {word} is called '{node.right.text[:40]}'", node.right.at, hint)
        return Kind.TRUTH

    def _until(self, node: Compare) -> None:
        if node.until is None:
            return
        self._need(node.until, Kind.NUMBER, "'until'")
        if isinstance(node.until, Number) and isinstance(node.right, Number):
            lower = node.until.value - node.right.value
            if lower > 0 if node.op in (">", ">=") else lower < 0:
                side = "above" if node.op in (">", ">=") else "below"
                raise RuleError(f"it would end {side} where it begins", node.until.at, "turn the two numbers round")

    def _name(self, node: Name) -> Kind:
        name = node.name
        if name == "value":
            if not self._has_value:
                raise RuleError("the rule has no value to compare", node.at, "add 'value: EXPRESSION'")
            return Kind.NUMBER
        if self._scope is Scope.FACT and name == "label":
            return Kind.TEXT
        if self._scope not in (Scope.FLEET, Scope.FACT):
            if name in HEADLINES or name in METRICS:
                return Kind.NUMBER
            if name in _HOST_WORDS or name == "label":
                return Kind.TEXT
        if self._scope is Scope.STATUS and name in _STATUS_WORDS:
            return Kind.TEXT
        raise self._unknown(node)

    def _unknown(self, node: Name) -> RuleError:
        if self._scope is Scope.FLEET:
            hint = f'write count({node.name} > …), count(state == "down")'
            return RuleError("a rule over many hosts counts them", node.at, hint)
        if self._scope is Scope.FACT:
            hint = f'write field("{node.name[:60]}") or number("{node.name[:60]}")'
            return RuleError("a rule over facts looks at the fields of their items", node.at, hint)
        if node.name in _STATUS_WORDS:
            return RuleError(f"'{node.name}' belongs to a rule with 'status:'", node.at, 'write status("check:web")')
        if node.name in _FUNCTIONS:
            return RuleError(f"'{node.name}' is a function", node.at, f"write {_FUNCTIONS[node.name][2]}")
        near = _near(node.name, (*sorted(HEADLINES), *METRICS, *_HOST_WORDS))
        return RuleError(f"nothing is called '{node.name[:60]}'", node.at, near or "see tui-ops show metrics")

    def _call(self, node: Call) -> Kind:
        if node.name not in _FUNCTIONS:
            near = _near(node.name, _FUNCTIONS) or f"functions are {', '.join(_FUNCTIONS)}"
            raise RuleError(f"there is no function '{node.name[:60]}'", node.at, near)
        takes, gives, example = _FUNCTIONS[node.name]
        if len(node.given) != len(takes):
            raise RuleError(f"'{node.name}' takes {len(takes)} values, not {len(node.given)}", node.at, example)
        if node.name not in IN_FACTS if self._scope is Scope.FACT else node.name in OF_ITEMS:
            raise self._misplaced(node)
        if node.name in COUNTING:
            return self._counting(node, takes, gives)
        if node.name == "firing" and self._scope is not Scope.HOST:
            raise RuleError("'firing' stands within count or share", node.at, 'count(firing("host-down"))')
        for each, wanted in zip(node.given, takes, strict=True):
            self._need(each, wanted, f"'{node.name}'")
        if node.name in WINDOWED or node.name == "absent":
            self._window(node)
        if node.name in AGES:
            self._duration(node)
        if node.name in OF_TEXT and not all(isinstance(one, Text) for one in node.given):
            raise RuleError(f"'{node.name}' takes a text in quotes", node.at, example)
        if node.name == "status" and isinstance(node.given[0], Text):
            check_section(node.given[0].text, node.given[0].at)
        return gives

    def _misplaced(self, node: Call) -> RuleError:
        if self._scope is Scope.FACT:
            hint = f"it can use {', '.join(IN_FACTS)}"
            return RuleError(f"'{node.name}' is not for a rule over facts", node.at, hint)
        return RuleError(f"'{node.name}' is for a rule over facts", node.at, "add 'fact: TOPIC', such as packages")

    def _counting(self, node: Call, takes: tuple[Kind, ...], gives: Kind) -> Kind:
        if self._scope is not Scope.FLEET:
            hint = "add 'over: group:NAME', 'over: site:NAME' or 'over: all'"
            raise RuleError(f"'{node.name}' counts hosts, and this rule is about one", node.at, hint)
        for each, wanted in zip(node.given, takes, strict=True):
            check(each, Scope.HOST, wanted, has_value=False)
            if uses(each).label:
                raise RuleError("a metric with labels can't be counted over hosts", each.at, 'use firing("RULE")')
        return gives

    def _duration(self, node: Call) -> None:
        last = node.given[-1]
        least, most = WINDOW_RANGE_S
        if not isinstance(last, Number) or not least <= last.value <= most:
            said = f"a duration from {format_duration(least)} to {format_duration(most)} is needed here"
            raise RuleError(said, last.at, f"write {_FUNCTIONS[node.name][2]}")

    def _window(self, node: Call) -> None:
        self._duration(node)
        inner = next(
            (one for one in walk(node.given[0]) if isinstance(one, Call) and one.name in (*WINDOWED, "absent")), None
        )
        if inner is not None:
            raise RuleError(f"'{inner.name}' can't stand within '{node.name}'", inner.at, "split the rule")
        if any(isinstance(one, Name) and one.name == "value" for one in walk(node.given[0])):
            raise RuleError(f"'value' can't stand within '{node.name}'", node.at, "write what it stands for")


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word[:60], list(known), n=1)
    return f"did you mean '{near[0]}'?" if near else ""
