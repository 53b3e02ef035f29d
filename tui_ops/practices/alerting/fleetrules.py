"""The rules over many hosts: how many of a group, a site or the fleet say yes to a question.

Each host answers with each of its readings; only where an answer changes is anything looked at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tui_ops.model.alerts import SUBJECT_LIMIT
from tui_ops.model.clean import clean
from tui_ops.model.states import Severity
from tui_ops.practices.alerting import track as tracking
from tui_ops.practices.alerting.compiled import RESULTS, Compiled
from tui_ops.practices.alerting.found import NO_RULE, About, Found, over, refresh, tell
from tui_ops.practices.alerting.hostrules import HostRules
from tui_ops.practices.alerting.moment import Moment
from tui_ops.practices.alerting.track import Track

HOSTS_SHOWN = 5
"""Hosts that a text names; the incident has all of them."""

Answers = tuple[bool | None, ...]


@dataclass(slots=True)
class Scope:
    """One rule over one group, site or service, or the fleet."""

    rule: Compiled
    kind: str
    """``group``, ``site``, ``service`` or ``all``."""
    name: str
    questions: tuple[int, ...]
    """By their numbers in the book."""
    hosts: dict[str, Answers] = field(default_factory=dict)
    """What each of its hosts said last."""
    track: Track | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by from one inventory to the next."""
        return self.rule.spec.name, self.kind, self.name

    @property
    def subject(self) -> str:
        """``group web``, ``site lon1``, ``service shop``, ``all hosts``."""
        return clean(f"{self.kind} {self.name}", SUBJECT_LIMIT) if self.name else "all hosts"

    @property
    def about(self) -> About:
        """Whom its alert is about."""
        labels = ((self.kind, self.name),) if self.name else ()
        return About(self.subject, "", "", labels, summary=True)


class FleetRules:
    """The rules over many hosts of one inventory.

    Args:
        scopes: with every host that belongs to them, as :class:`RuleBook` made them.
    """

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self._scopes = tuple(scopes)
        self._moments = [Moment(scope.name or "the fleet") for scope in self._scopes]
        for scope, moment in zip(self._scopes, self._moments, strict=True):
            moment.answers = [0] * len(scope.questions) + [len(scope.hosts)]
            moment.unsure = [len(scope.hosts)] * len(scope.questions)
            unknown: Answers = (None,) * len(scope.questions)
            for host in scope.hosts:
                scope.hosts[host] = unknown

    def seen(self, rules: HostRules, at: float, mono: float) -> Found:
        """Take what a host answers now.

        Args:
            rules: of the host, after its reading, state or section was taken.
            at: when it was read, epoch seconds.
            mono: the same by the monotonic clock.
        """
        found = Found()
        for number in rules.scopes:
            scope, moment = self._scopes[number], self._moments[number]
            before = scope.hosts.get(rules.host)
            now = tuple(rules.answers.get(question) for question in scope.questions)
            if before is None or now == before:
                continue
            scope.hosts[rules.host] = now
            for index, (old, new) in enumerate(zip(before, now, strict=True)):
                moment.answers[index] += (new is True) - (old is True)
                moment.unsure[index] += (new is None) - (old is None)
            self._look(found, scope, moment, at, mono)
        return found

    def passing(self, at: float, mono: float) -> Found:
        """Take note that time passes: durations end, and texts are told anew."""
        found = Found()
        for scope, moment in zip(self._scopes, self._moments, strict=True):
            if scope.track is not None:
                self._look(found, scope, moment, at, mono, counted=False)
        return found

    def restore(self, rule: str, subject: str, severity: Severity, since_at: float) -> bool:
        """Take over an alert that stood before a restart; see :meth:`HostRules.restore`."""
        for scope in self._scopes:
            if scope.rule.spec.name == rule and scope.subject == subject:
                result = RESULTS.get(severity, tracking.WARNING)
                scope.track = Track(severity=result, began_at=since_at, last=result, told=-tracking.REFRESH_S)
                return True
        return False

    def moved(self, to: "FleetRules", at: float) -> Found:
        """Hand what is under way to the rules of a newer inventory.

        The hosts' own rules are moved before, and :meth:`seen` is called for each of them afterwards.
        """
        found = Found()
        there: Mapping[tuple[str, str, str], Scope] = {scope.key: scope for scope in to._scopes}
        for scope, moment in zip(self._scopes, self._moments, strict=True):
            if scope.track is None:
                continue
            follows = there.get(scope.key)
            if follows is not None:
                follows.track = scope.track
            elif scope.track.severity:
                over(found, scope.rule, scope.about, scope.track, moment, at, NO_RULE)
        return found

    def _look(
        self, found: Found, scope: Scope, moment: Moment, at: float, mono: float, counted: bool = True
    ) -> None:  # fmt: skip
        moment.mono = mono
        track = scope.track
        stood = track.severity if track is not None else 0
        moment.generous = True
        most = scope.rule.result(moment, stood)
        moment.generous = False
        least = scope.rule.result(moment, stood)
        if least is None or least != most or (track is None and not least):
            # Those that do not know decide it, and so it is not known.
            return
        if track is None:
            track = scope.track = Track()
        done = tracking.step(track, scope.rule.spec, least, at, mono, counted)
        moment.item = _named(scope)
        if done.changed:
            tell(found, scope.rule, scope.about, track, moment, at)
        elif track.severity:
            refresh(found, scope.rule, scope.about, track, moment, at)
        if track.is_idle:
            scope.track = None


def _named(scope: Scope) -> str:
    """Return the hosts that say yes to the first question, in their order."""
    names = sorted(host for host, answers in scope.hosts.items() if answers and answers[0])
    more = f" and {len(names) - HOSTS_SHOWN} more" if len(names) > HOSTS_SHOWN else ""
    return ", ".join(names[:HOSTS_SHOWN]) + more
