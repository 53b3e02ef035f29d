"""A rule in words: what a list of rules shows of it, with where its numbers come from."""

from dataclasses import dataclass

from tui_ops.model.alertrules import RuleSpec, Scoped
from tui_ops.model.ruleast import Node, written
from tui_ops.model.units import format_duration

HOSTS_SHOWN = 3
"""Hosts that are named; of more the number is told."""


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One row of a list of rules."""

    name: str
    title: str
    warn: str
    crit: str
    when: str
    """Durations, attempts and what it counts over."""
    where: str
    """For which hosts it is; empty for all."""
    source: str
    """Where its numbers come from."""
    place: str
    """Where it is written; empty for one as it ships."""
    on: bool
    overrides: int
    """Exceptions that it has."""


def rule_shown(spec: RuleSpec) -> RuleShown:
    """Return what is shown of a rule."""
    passes_on = f"statuses of {spec.status}" if spec.status and spec.warn is None and spec.crit is None else ""
    return RuleShown(
        name=spec.name,
        title=spec.title,
        warn=passes_on or _level(spec.warn, spec.value),
        crit=passes_on or _level(spec.crit, spec.value),
        when=_when(spec),
        where=_where(spec.scope),
        source=spec.source,
        place=spec.place,
        on=spec.on,
        overrides=len(spec.overrides),
    )


def _level(level: Node | None, value: Node | None) -> str:
    """Return a condition, the value written out where it stands first."""
    if level is None:
        return ""
    text = written(level)
    rest = text.removeprefix("value ")
    return f"{written(value)} {rest}" if value is not None and rest != text else text


def _when(spec: RuleSpec) -> str:
    said = [f"for {format_duration(spec.for_s)}"] if spec.for_s else []
    if spec.attempts > 1:
        said.append(f"{spec.attempts} attempts")
    if spec.keep_s:
        said.append(f"kept {format_duration(spec.keep_s)}")
    if spec.fact:
        said.append(f"facts: {spec.fact}")
    if spec.over:
        said.append(f"over {spec.over}")
    return ", ".join(said)


def _where(scope: Scoped) -> str:
    said = []
    if scope.hosts is not None:
        names = sorted(scope.hosts)
        said.append(", ".join(names) if len(names) <= HOSTS_SHOWN else f"{len(names)} hosts")
    said += [f"{label}={value}" for label, value in scope.labels]
    said += [f"service {name}" for name in sorted(scope.services)]
    return "; ".join(said)
