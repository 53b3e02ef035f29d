"""Findings that can't wait become alerts, and so incidents: one alert a check and fleet, not one a host. Pure.

What is true is worked out anew each time from what findings there are, and told where it differs from what was told:
so it holds over a restart, and nothing is told twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_ops.model.alerts import TEXT_LIMIT, Signal, Source
from tui_ops.model.clean import clean
from tui_ops.model.security import FindingSeverity, finding_name
from tui_ops.model.states import Severity

RULE = "pressing-finding"
"""The name of their rule, by which they are silenced and routed."""

HOSTS_NAMED = 3
"""Hosts in the text of an alert."""


@dataclass(frozen=True, slots=True)
class Pressing:
    """A live finding that can't wait."""

    id: int
    check: str
    host: str
    """Empty: it is about the fleet itself."""
    severity: FindingSeverity
    title: str
    kev: bool
    """Attackers are known to use it."""
    taken_on: bool
    """Somebody has it in hand."""
    opened_at: float


@dataclass(frozen=True, slots=True)
class Told:
    """What an alert of ours says now."""

    text: str
    severity: Severity
    is_firing: bool
    """Whether nobody has taken it on."""


@dataclass(slots=True)
class News:
    """What is to be told of alerts."""

    signals: list[Signal]
    taken_on: list[str]
    """Subjects of which every finding is in somebody's hands."""


def news_of(pressing: Sequence[Pressing], told: Mapping[str, Told], services: Mapping[str, str], at: float) -> News:
    """Return what is to be told.

    Args:
        pressing: all findings that can't wait, the most urgent first.
        told: what our alerts say now, by their subject.
        services: the first service that each host carries, by the host's name.
        at: now, epoch seconds.
    """
    news = News([], [])
    by_check: dict[str, list[Pressing]] = {}
    for one in pressing:
        by_check.setdefault(one.check, []).append(one)
    for check, ones in by_check.items():
        before = told.get(check)
        in_hand = all(one.taken_on for one in ones)
        if before is None and in_hand:
            continue  # Somebody was quicker: there is nobody to be called.
        text, severity = text_of(ones), _severity(ones)
        if before is None or (before.text, before.severity) != (text, severity):
            news.signals.append(_signal(check, ones, text, severity, services, at))
        if before is not None and before.is_firing and in_hand:
            news.taken_on.append(check)
    news.signals += [
        Signal(Source.FINDINGS, RULE, check, Severity.OK, "it is mended or set aside", at)
        for check in told if check not in by_check
    ]  # fmt: skip
    return news


def text_of(ones: Sequence[Pressing]) -> str:
    """Return what is said of the findings of one check: which, where, and what is wrong."""
    first = ones[0]
    hosts = list(dict.fromkeys(one.host for one in ones if one.host))
    more = f" and {len(ones) - 1} more" if len(ones) > 1 else ""
    where = f" on {', '.join(hosts[:HOSTS_NAMED])}" if hosts else ""
    where += f" and {len(hosts) - HOSTS_NAMED} more" if len(hosts) > HOSTS_NAMED else ""
    used = ", used by attackers" if any(one.kev for one in ones) else ""
    return clean(f"{finding_name(first.id)}{more}{where}{used}: {first.title or first.check}", TEXT_LIMIT)


def _severity(ones: Sequence[Pressing]) -> Severity:
    worst = any(one.kev or one.severity is FindingSeverity.CRITICAL for one in ones)
    return Severity.CRITICAL if worst else Severity.WARNING


def _signal(
    check: str, ones: Sequence[Pressing], text: str, severity: Severity, services: Mapping[str, str], at: float
) -> Signal:
    hosts = list(dict.fromkeys(one.host for one in ones))
    host = hosts[0] if len(hosts) == 1 else ""
    service = next((services[name] for name in hosts if name in services), "") if not host else ""
    labels = (("check", check), *((("service", service),) if service else ()))
    began = min(one.opened_at for one in ones)
    return Signal(Source.FINDINGS, RULE, check, severity, text, at, began, host=host, item=check, labels=labels)
