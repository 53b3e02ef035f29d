"""Which rules a host has, sorted by what brings them their readings. Hosts with the same rules share one plan."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from tui_ops.model.metrics import METRICS
from tui_ops.model.rulecheck import Uses, uses
from tui_ops.practices.alerting.compiled import Compiled
from tui_ops.practices.alerting.compiling import Compiler, Feed, TruthOf

SECTIONS_LIMIT = 4096
"""Sections and checks whose rules are remembered: a large fleet has some hundred checks."""


class Question:
    """What a rule over many hosts asks each of them.

    Args:
        key: the number of the question in the book.
        rule: whose question it is.
        at: which of its conditions.
    """

    def __init__(self, key: int, rule: Compiled, at: int) -> None:
        compiler = Compiler()
        node = rule.conditions[at]
        self.key = key
        self.node = node
        self.answer: TruthOf = compiler.truth(node)
        self.feeds: tuple[Feed, ...] = tuple(compiler.feeds)
        self.uses: Uses = uses(node)
        self.keys = frozenset(compiler.keys)

    @property
    def needs_vitals(self) -> bool:
        """Whether only a reading of the vitals can answer it."""
        return bool(self.uses.values or self.uses.metrics)


class Plan:
    """The rules of some hosts.

    Args:
        rules: of one host, with the numbers that they have there.
        questions: of the rules over many hosts.
    """

    def __init__(self, rules: Sequence[Compiled], questions: Sequence[Question] = ()) -> None:
        self.by_name = {rule.spec.name: rule for rule in rules}
        self.questions = tuple(questions)
        self.vitals: list[Compiled] = []
        """They look at the vitals, once a host."""
        self.labelled: list[tuple[Compiled, str]] = []
        """They look at the vitals for each label of the metric."""
        self.state: list[Compiled] = []
        self.statuses: list[Compiled] = []
        self.passing: list[Compiled] = []
        """They can become true while nothing comes."""
        self.sections: dict[str, list[tuple[Compiled, str]]] = {}
        """By section; with the metric whose labels it goes through, empty where there is none."""
        self.facts: dict[str, list[Compiled]] = {}
        """By topic."""
        self.held: frozenset[str] = frozenset()
        """Metrics of sections that are kept for a later look."""
        self.words: frozenset[str] = frozenset()
        """Sections and checks whose status is kept."""
        self.label_metrics: frozenset[str] = frozenset()
        """Metrics of the vitals whose labels are gone through."""
        for rule in rules:
            self._sort(rule)
        for question in questions:
            self.held |= question.uses.of_sections
            self.words |= question.uses.statuses
        self.keys = frozenset(key for keys in self._keys(rules, questions) for key in keys)
        """Of the windows that are read."""
        self._status_rules: dict[str, tuple[Compiled, ...]] = {}

    @staticmethod
    def _keys(rules: Sequence[Compiled], questions: Sequence[Question]) -> list[frozenset[str]]:
        return [*(rule.keys for rule in rules), *(question.keys for question in questions)]

    def _sort(self, rule: Compiled) -> None:
        self.words |= rule.uses.statuses
        if rule.spec.status:
            self.statuses.append(rule)
            return
        if rule.spec.fact:
            self.facts.setdefault(rule.spec.fact, []).append(rule)
            return
        label = _label_metric(rule.uses)
        if rule.of_vitals:
            self.held |= rule.uses.of_sections
            if label:
                self.labelled.append((rule, label))
                self.label_metrics |= {label}
            else:
                self.vitals.append(rule)
        else:
            if len(rule.sections) > 1 or rule.uses.state:
                self.held |= rule.uses.of_sections
            for section in rule.sections:
                self.sections.setdefault(section, []).append((rule, label))
        if rule.with_state:
            self.state.append(rule)
        if rule.uses.absent or (rule.with_state and (rule.spec.for_s or rule.spec.keep_s)):
            self.passing.append(rule)

    def topics_as(self, other: "Plan") -> bool:
        """Return whether the rules over facts are those of another plan: then nothing is to be read anew for them."""
        mine, others = ({topic: [rule.spec for rule in rules] for topic, rules in one.facts.items()}
                        for one in (self, other))  # fmt: skip
        return mine == others

    def status_rules(self, section: str) -> tuple[Compiled, ...]:
        """Return the rules that pass on the statuses of a section."""
        found = self._status_rules.get(section)
        if found is None:
            found = tuple(rule for rule in self.statuses if _matches(rule.spec.status, section))
            if len(self._status_rules) < SECTIONS_LIMIT:
                self._status_rules[section] = found
        return found


def _matches(pattern: str, section: str) -> bool:
    return pattern == section or ("*" in pattern and fnmatchcase(section, pattern))


def _label_metric(found: Uses) -> str:
    return next((name for name in sorted(found.metrics) if METRICS[name].label), "")
