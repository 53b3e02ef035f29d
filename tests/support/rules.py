"""Alert rules for tests: written as an inventory has them, and a host at which time passes reading by reading."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from tui_ops.inventory import load
from tui_ops.model.alertrules import RuleSpec
from tui_ops.model.alerts import Signal
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Status
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.alerting.book import Found, HostRules, RuleBook

PERIOD_S = 10.0
NAMES = ("web-1", "web-2", "web-3", "db-1")

Said = tuple[str, str, str]
"""Rule, subject and severity of a signal."""


def rules_of(**rules: object) -> tuple[RuleSpec, ...]:
    """Return rules as a file says them, without the shipped ones that it does not name; ``_`` in a name is ``-``."""
    named = {name.replace("_", "-"): said for name, said in rules.items()}
    hosts = {name: {"address": f"10.0.0.{at + 1}", "groups": [name[:-2]]} for at, name in enumerate(NAMES)}
    services = {"shop": {"hosts": ["web-1"]}}
    text = yaml.safe_dump({"hosts": hosts, "rules": named, "services": services}, sort_keys=False)
    fleet = load(Path("f.yaml"), text)
    return tuple(rule for rule in fleet.alerting.rules if rule.name in named)


def said(found: Found) -> list[Said]:
    """Return what signals say, in short."""
    return [(one.rule, one.subject, str(one.severity)) for one in found.signals]


class At:
    """A host at which time passes.

    Args:
        rules: its rules, or what a file says of them.
        name: of the host.
        mono: by the monotonic clock, at the beginning.
    """

    def __init__(self, rules: HostRules | Iterable[RuleSpec], name: str = "web-1", mono: float = 5000.0) -> None:
        self.rules = rules if isinstance(rules, HostRules) else RuleBook(tuple(rules)).for_host(name)
        self.mono = mono
        self.told: list[Signal] = []

    @property
    def at(self) -> float:
        """Now, epoch seconds."""
        return 1_700_000_000.0 + self.mono

    def wait(self, seconds: float) -> "At":
        """Let time pass without anybody noticing."""
        self.mono += seconds
        return self

    def vitals(self, numbers: Mapping[Key, float] | None = None, step_s: float = PERIOD_S, **values: float) -> Found:
        """Take one reading, a period after the last one."""
        self.mono += step_s
        return self._keep(self.rules.vitals(self.at, self.mono, values, numbers or {}))

    def many(self, turns: int, **values: float) -> list[Said]:
        """Take several equal readings; return what changed, without texts that are told anew."""
        return [one for _ in range(turns) for one in self.changes(self.vitals(**values))]

    def changes(self, found: Found) -> list[Said]:
        """Return what of a look is another severity than the one before."""
        before: dict[tuple[str, str], str] = {}
        for one in self.told[: len(self.told) - len(found.signals)]:
            before[one.rule, one.subject] = str(one.severity)
        return [one for one in said(found) if before.get(one[:2]) != one[2]]

    def section(
        self,
        name: str,
        gauges: Mapping[Key, float] | None = None,
        statuses: Iterable[Status] = (),
        step_s: float = 60.0,
    ) -> Found:
        """Take one run of a section."""
        self.mono += step_s
        return self._keep(self.rules.section(self.at, self.mono, name, gauges or {}, tuple(statuses)))

    def facts(
        self,
        topic: str,
        items: dict[str, Fields] | None,
        step_s: float = 60.0,
        noise: frozenset[str] = frozenset(),
        **more: tuple[str, ...] | int,
    ) -> Found:
        """Take one reading of a topic of facts; None for one that is as before."""
        self.mono += step_s
        reading = FactReading(topic, items, **more) if items is not None else None  # type: ignore[arg-type]
        return self._keep(self.rules.facts(self.at, self.mono, topic, reading, noise))

    def state(self, state: HostState, reason: str = "", step_s: float = PERIOD_S) -> Found:
        """Take the state that an attempt led to."""
        self.mono += step_s
        return self._keep(self.rules.state(self.at, self.mono, state, reason))

    def passing(self, step_s: float = 5.0) -> Found:
        """Let time pass."""
        self.mono += step_s
        return self._keep(self.rules.passing(self.at, self.mono))

    def _keep(self, found: Found) -> Found:
        self.told += found.signals
        return found


def status(subject: str, severity: str, text: str = "") -> Status:
    """Return a judgement that came with a section."""
    return Status(subject, Severity(severity), text or f"{subject} is {severity}")
