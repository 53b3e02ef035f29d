"""A rule made ready: its expressions as closures, its text as parts, and what brings it its readings."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TypeAlias

from tui_ops.model.alertrules import RuleSpec
from tui_ops.model.ruleast import Node
from tui_ops.model.rulecheck import Scope, Uses, uses
from tui_ops.model.rulenumbers import numbers_of
from tui_ops.model.ruletemplate import Hole, parse_template, shown, window_said
from tui_ops.model.states import Severity
from tui_ops.practices.alerting.compiling import Compiler, NumberOf, TextOf, TruthOf
from tui_ops.practices.alerting.moment import Moment
from tui_ops.practices.alerting.track import CRITICAL, OK, WARNING

SEVERITIES = (Severity.OK, Severity.WARNING, Severity.CRITICAL)
"""By result."""

RESULTS = {Severity.OK: OK, Severity.WARNING: WARNING, Severity.CRITICAL: CRITICAL}

CHECKS = "check:"
"""How the sections begin that are checks."""

SECTION_OF = {
    "fs.": "filesystems", "time.": "timesync", "volume.": "volumes", "journal.": "journal", "sensor.": "sensors",
    "check.": CHECKS, "procs.": "processes",
}  # fmt: skip
"""The section that brings the metrics which begin so; of checks every one does."""

_Part: TypeAlias = str | Callable[[Moment], str]


class Compiled:
    """One rule with the numbers that it has for some hosts; those share it.

    Args:
        spec: the rule.
    """

    def __init__(self, spec: RuleSpec) -> None:
        self.spec = spec
        self.conditions: list[Node] = []
        """What each host is asked, of a rule over many."""
        compiler = Compiler(self.conditions)
        self.value: NumberOf | None = compiler.number(spec.value) if spec.value is not None else None
        self.warn: TruthOf | None = compiler.truth(spec.warn) if spec.warn is not None else None
        self.crit: TruthOf | None = compiler.truth(spec.crit) if spec.crit is not None else None
        self.uses: Uses = uses(spec.value, spec.warn, spec.crit)
        self.numbers = numbers_of(spec)
        """What its alerts show of the numbers that it looks at."""
        self.label = self.uses.label
        """What the label of its metrics names; empty where it has one subject a host."""
        self.feeds = tuple(compiler.feeds)
        # What is counted in a text alone is asked as well.
        self._parts = _parts(spec, self.conditions)
        self.keys = frozenset(compiler.keys)
        """Of the windows that it reads."""

    @property
    def scope(self) -> Scope:
        """What it is about."""
        return scope_of(self.spec)

    @property
    def sections(self) -> frozenset[str]:
        """Sections that bring what it needs; ``check:`` for every check."""
        words = (CHECKS if name.startswith(CHECKS) else name for name in self.uses.statuses)
        return frozenset((*(SECTION_OF[name[: name.index(".") + 1]] for name in self.uses.of_sections), *words))

    @property
    def of_vitals(self) -> bool:
        """Whether it needs the vitals."""
        return bool(self.uses.values or self.uses.metrics - self.uses.of_sections)

    @property
    def by_state(self) -> bool:
        """Whether the state of the host alone decides, and no reading."""
        return not (self.of_vitals or self.sections or self.spec.status or self.spec.fact)

    @property
    def of_readings(self) -> bool:
        """Whether the numbers of readings decide: not the state of the host, no judgement of a section, no fact."""
        return not (self.by_state or self.spec.status or self.spec.fact)

    @property
    def with_state(self) -> bool:
        """Whether it is looked at when the state of the host is."""
        return self.uses.state or self.by_state

    def result(self, moment: Moment, stood: int) -> int | None:
        """Return what the rule says now; None where too little is known.

        Args:
            moment: what is known, the label set.
            stood: the severity that was told before, as a result.
        """
        for feed in self.feeds:
            feed(moment)
        if self.value is not None:
            moment.value = self.value(moment)
        if self.crit is not None:
            moment.stands = stood >= CRITICAL
            critical = self.crit(moment)
            if critical:
                return CRITICAL
        else:
            critical = False
        if self.warn is None:
            return OK if critical is False else None
        moment.stands = stood >= WARNING
        warning = self.warn(moment)
        if warning:
            # That it is no worse is only known where the worse level is.
            return CRITICAL if critical is None and stood == CRITICAL else WARNING
        return OK if warning is False and critical is False else None

    def text(self, moment: Moment) -> str:
        """Return what the alert says now."""
        return "".join(part if isinstance(part, str) else part(moment) for part in self._parts)


def scope_of(spec: RuleSpec) -> Scope:
    """Return what a rule is about."""
    return Scope.FLEET if spec.over else Scope.STATUS if spec.status else Scope.FACT if spec.fact else Scope.HOST


@lru_cache(maxsize=8192)
def fits(patterns: tuple[str, ...], label: str) -> bool:
    """Return whether a label is one that a rule looks at; a pattern after ``!`` leaves out."""
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    if wanted and not any(fnmatchcase(label, pattern) for pattern in wanted):
        return False
    return not any(fnmatchcase(label, pattern[1:]) for pattern in patterns if pattern.startswith("!"))


def _parts(spec: RuleSpec, conditions: list[Node]) -> tuple[_Part, ...]:
    scope = scope_of(spec)
    text = spec.text
    if not text:
        text = "{text}" if spec.status else (spec.title or spec.name) + (": {value}" if spec.value is not None else "")
    return tuple(
        part if isinstance(part, str) else _filled(part, conditions, spec)
        for part in parse_template(text, scope, spec.unit, spec.value is not None)
    )


def _filled(hole: Hole, conditions: list[Node], spec: RuleSpec) -> _Part:
    if hole.of == "window":
        return window_said(spec.value, spec.warn, spec.crit)
    if isinstance(hole.of, str):
        return {
            "host": lambda moment: moment.host, "scope": lambda moment: moment.host,
            "item": lambda moment: moment.label, "hosts": lambda moment: moment.item,
        }[hole.of]  # fmt: skip
    compiler = Compiler(conditions)
    if hole.is_text:
        word: TextOf = compiler.text(hole.of)
        return lambda moment: word(moment) or ""
    number: NumberOf = compiler.number(hole.of)
    unit = hole.unit
    return lambda moment: shown(number(moment), unit)
