"""What the engine knows around an alert, and what follows from it: who is hurt, what it belongs to, what excuses it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.alerts import Around, Signal
from tui_ops.model.fleet import ServiceSpec
from tui_ops.model.incidents import Impact, Urgency
from tui_ops.model.states import HostState, Severity

DEPTH_MOST = 64
"""Services in a row that depend on each other; the inventory refuses circles, this bounds the rest."""

STATE_RULES = "host-"
"""Rules on the state of a host itself begin so: they are not excused by the host's own state."""

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

    def parent(self, rule: str, host: str) -> str:
        """Return what an alert on a host hangs on, because that is in trouble itself; empty where nothing is.

        Args:
            rule: of the alert.
            host: name of the host; empty for an alert that is on none.
        """
        state = self.state(host) if host else None
        if state is None:
            return ""
        if state is HostState.UNREACHABLE:
            watched = [hop for hop in self.around(host).via if self.state(hop) is not None]
            # One that is up now will be found out in a moment.
            return next((hop for hop in watched if self.state(hop) is not HostState.UP), next(iter(watched), ""))
        return host if state in _GONE and not rule.startswith(STATE_RULES) else ""

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
