"""What the engine knows around an alert, and what follows from it: who is hurt, what it belongs to, what excuses it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.alertrules import RuleSpec
from tui_ops.model.alerts import Around, Signal, Source
from tui_ops.model.doors import FORGET_S
from tui_ops.model.fleet import ServiceSpec
from tui_ops.model.incidents import Impact, Urgency
from tui_ops.model.ruleast import Call, Text, walk
from tui_ops.model.states import HostState, Severity

DEPTH_MOST = 64
"""Services in a row that depend on each other; the inventory refuses circles, this bounds the rest."""

STATE_RULES = "host-"
"""Rules on the state of a host itself begin so: they are not excused by the host's own state."""

SERVICE = "service "
"""What stands before the name of a service where something hangs on it."""

OUR_OWN = frozenset({Source.RULE, Source.HEARTBEAT, Source.FINDINGS})
"""Sources within the engine: they tell the end of what they told."""

_CHECKS = "check:"
"""How the sections begin that are checks."""

_GONE = frozenset({HostState.DOWN, HostState.UNREACHABLE, HostState.NAME_ERROR, HostState.JUMP_FULL})
"""States in which nothing that runs on a host can be well, so that only the state itself is told."""


def _nowhere(_host: str) -> Around:
    return Around()


def _unknown(_host: str) -> HostState | None:
    return None


def _no_policy(_service: str, _priority: int) -> str:
    return ""


@dataclass(frozen=True)
class World:
    """The inventory in force and the states of its hosts, as far as alerts need them."""

    around: Callable[[str], Around] = _nowhere
    """Where a host stands, by its name."""
    state: Callable[[str], HostState | None] = _unknown
    """The state that a host is in; None where none of this name is watched."""
    services: Mapping[str, ServiceSpec] = field(default_factory=dict)
    spec: AlertingSpec = field(default_factory=AlertingSpec)
    policy: Callable[[str, int], str] = _no_policy
    """The escalation policy of a service and a priority."""
    forget_s: float = FORGET_S
    """After so many seconds without a word an alert from elsewhere is taken for over; 0 for never."""
    listening_since: float = 0.0
    """When the engine began to listen, epoch seconds: what was said before, while it was not there, nobody heard."""

    def place_of(self, host: str, labels: Iterable[tuple[str, str]] = ()) -> Around:
        """Return where an alert stands; one on no host may be about a service, by its label.

        Args:
            host: name of the host; empty for none.
            labels: of the alert.
        """
        named = dict(labels).get("service", "") if not host else ""
        return Around(services=(named,)) if named in self.services else self.around(host)

    def parent(self, rule: str, host: str, services: tuple[str, ...] = ()) -> str:
        """Return what an alert hangs on, because that is in trouble itself: the name of a host, or ``service NAME``;
        empty where nothing is.

        Args:
            rule: of the alert.
            host: name of the host; empty for an alert that is on none.
            services: that it is about.
        """
        state = self.state(host) if host else None
        if state is HostState.UNREACHABLE:
            watched = [hop for hop in self.around(host).via if self.state(hop) is not None]
            # One that is up now will be found out in a moment.
            return next((hop for hop in watched if self.state(hop) is not HostState.UP), next(iter(watched), ""))
        if state in _GONE:
            return host if not rule.startswith(STATE_RULES) else ""
        upstream = self._down_before(services) if services and rule in self.of_work else ""
        return f"{SERVICE}{upstream}" if upstream else ""

    def runbook(self, of_rule: str, services: tuple[str, ...]) -> str:
        """Return the runbook of an incident: that of the rule, then those of the services that it is about.

        Args:
            of_rule: Markdown of the rule's, or its address.
            services: that the alert's host carries.
        """
        known = (self.services.get(name) for name in services)
        return "\n\n".join(dict.fromkeys(text for text in (of_rule, *(one.runbook for one in known if one)) if text))

    def expires_at(self, signal: Signal, at: float) -> float | None:
        """Return when an alert is taken for over unless its source repeats it; None where it stands until its end is
        told: our own rules and the jobs that report are looked at all the time.

        Args:
            signal: what is said of it.
            at: now, epoch seconds.
        """
        if signal.source in OUR_OWN:
            return None
        return signal.until or (at + self.forget_s if self.forget_s else None)

    def hosts_of(self, parent: str) -> tuple[int, ...]:
        """Return the ids of the hosts that something hangs on, as :meth:`parent` names it."""
        spec = self.services.get(parent.removeprefix(SERVICE)) if parent.startswith(SERVICE) else None
        found = (self.around(name).host_id for name in (spec.hosts if spec is not None else (parent,)))
        return tuple(one for one in found if one is not None)

    @cached_property
    def of_work(self) -> frozenset[str]:
        """Rules that say whether a service does its work: that may be the fault of what it needs. A host that is down
        or full is in trouble of its own.
        """
        checks = {one.name for one in self.spec.rules if one.status.startswith(_CHECKS)}
        return frozenset(checks | {
            one.name for one in self.spec.rules if one.over.startswith("service:") and counted_by(one) & checks
        })  # fmt: skip

    def _down_before(self, services: tuple[str, ...]) -> str:
        """Return a service that is down as a whole and that each of some services needs; empty where there is none."""
        needed = [self._needs(name) for name in services]
        return next((name for name in needed[0] if all(name in one for one in needed) and self._is_down(name)), "")

    def _needs(self, service: str) -> tuple[str, ...]:
        """Return what a service needs, directly and by others, near ones first."""
        found: dict[str, None] = {}
        edge = [service]
        for _ in range(DEPTH_MOST):
            specs = [self.services[name] for name in edge if name in self.services]
            edge = [name for spec in specs for name in spec.depends_on if name not in found and name != service]
            if not edge:
                break
            found |= dict.fromkeys(edge)
        return tuple(found)

    def _is_down(self, service: str) -> bool:
        spec = self.services.get(service)
        return spec is not None and bool(spec.hosts) and all(self.state(one) is HostState.DOWN for one in spec.hosts)

    def hurt(self, services: tuple[str, ...]) -> tuple[str, ...]:
        """Return the services that are hurt where these are: they, and all that depend on them, near ones first."""
        found = dict.fromkeys(services)
        edge = list(services)
        for _ in range(DEPTH_MOST):
            edge = [
                spec.name for spec in self.services.values()
                if spec.name not in found and any(one in edge for one in spec.depends_on)
            ]  # fmt: skip
            if not edge:
                break
            found |= dict.fromkeys(edge)
        return tuple(found)

    def impact(self, host: str, services: tuple[str, ...]) -> Impact:
        """Return how many a trouble of a host hurts.

        A service that no host carries any more, or that others depend on, is the worst; one that still has other
        hosts is hurt in part; a host that carries none hurts nobody that we know of.
        """
        if not services:
            return Impact.LOW
        for name in services:
            spec = self.services.get(name)
            if spec is None:
                continue
            left = [one for one in spec.hosts if one != host and self.state(one) not in _GONE]
            needed = any(name in other.depends_on for other in self.services.values())
            if not left or (needed and len(left) < len(spec.hosts) / 2):
                return Impact.HIGH
        return Impact.MEDIUM


def counted_by(rule: RuleSpec) -> frozenset[str]:
    """Return the rules whose alerts a rule over many hosts counts: ``firing("host-down")``."""
    calls = [
        node for root in (rule.value, rule.warn, rule.crit) if root is not None
        for node in walk(root) if isinstance(node, Call)
    ]  # fmt: skip
    return frozenset(call.given[0].text for call in calls if call.name == "firing" and isinstance(call.given[0], Text))


def urgency_of(severity: Severity) -> Urgency:
    """Return how soon an alert of a severity hurts."""
    return {Severity.CRITICAL: Urgency.HIGH, Severity.WARNING: Urgency.MEDIUM}.get(severity, Urgency.LOW)


def group_key(signal: Signal, around: Around) -> str:
    """Return what alerts of one incident have in common: the rule, the site and the service.

    Hosts behind one jump host that is not watched itself are one trouble, whatever they carry.
    """
    if signal.rule == "host-unreachable" and around.via:
        return f"via|{around.via[0]}"
    service = around.services[0] if around.services else ""
    return f"{signal.source}|{signal.rule}|{around.site}|{service}"


def title_of(signal: Signal) -> str:
    """Return the title of an incident with one alert: what it is about and what is wrong."""
    if not signal.subject or signal.text.startswith(signal.subject):
        return signal.text
    if signal.host and signal.text.startswith(signal.host):
        return signal.text
    return f"{signal.host or signal.subject}: {signal.text}"
