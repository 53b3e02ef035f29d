"""The words of alerts: what fires, on what, since when, and whether somebody has seen it."""

from dataclasses import dataclass, field
from enum import StrEnum

from tui_ops.model.states import Severity


class AlertState(StrEnum):
    """What an operator has to know of an alert. The value is the word that is shown and stored."""

    FIRING = "firing"
    """It is true, and nobody has taken it on."""
    ACKNOWLEDGED = "acknowledged"
    """It is true, and somebody has said that he looks after it."""
    CLEARED = "cleared unseen"
    """It is over, and nobody has looked at it while it was true (ISA-18.2's fourth state)."""
    RESOLVED = "resolved"
    """It is over, and was seen."""
    SHELVED = "shelved"
    """Put aside by a person until a moment."""
    SUPPRESSED = "suppressed"
    """It is true, and there is a reason for which it asks for nobody: :class:`Suppressor`."""


LIVE = frozenset({AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.SHELVED, AlertState.SUPPRESSED})
"""The states of an alert that is still true."""


class Suppressor(StrEnum):
    """Why a true alert asks for nobody."""

    SILENCE = "silence"
    MAINTENANCE = "maintenance"
    CHANGE = "change"
    PARENT = "parent"
    """What it hangs on is in trouble itself: its jump host, its host, the service it depends on."""


class Source(StrEnum):
    """Who says that something is wrong."""

    RULE = "rule"
    """A rule of ours on what the engine read."""
    HEARTBEAT = "heartbeat"
    """A job that did not report in its time."""
    FINDINGS = "findings"
    """Weaknesses of hosts that can't wait."""
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    PAGERDUTY = "pagerduty"
    NAGIOS = "nagios"


TEXT_LIMIT = 300
"""Characters of an alert's text: a line on the widest terminal."""

LABELS_LIMIT = 64
"""Labels of an alert: Alertmanager's rarely have more than twenty."""

SUBJECT_LIMIT = 200
"""Characters of what an alert is about: a host and a path."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One word about an identity: it fires, at some severity, or it is well. What a rule of ours finds and what comes
    through the door from elsewhere are the same from here on.

    The identity is source, rule and subject: it has one alert, never two.
    """

    source: Source
    rule: str
    """Name of the rule; of an alert from elsewhere its name there."""
    subject: str
    """What it is about: ``web-1``, ``web-1 /var``, ``group web``, a job. Unique within the rule."""
    severity: Severity
    """``ok`` says that it is over."""
    text: str
    """One line: what is wrong, with its number."""
    at: float
    """When this was true, epoch seconds."""
    started_at: float = 0.0
    """When it began; 0 where only ``at`` is known."""
    host: str = ""
    """Name of the host that it is about; empty where it is about none that the inventory names."""
    item: str = ""
    """What of the host: a mount, a unit, a check."""
    value: float | None = None
    unit: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    url: str = ""
    """Where the source shows it."""
    runbook: str = ""
    """Markdown of the rule's runbook, or its address."""
    summary: bool = False
    """Whether it is a count over others (``2 of 3 hosts of web are down``), so that those hang on it."""
    flapping: bool = False
    """Whether it changes too often to be told each time."""
    until: float = 0.0
    """Until when its source vouches for it, epoch seconds: it is over then unless repeated. 0 where it does not say."""
    numbers: tuple[str, ...] = ()
    """Metrics and headline values that the rule names, the first named first."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on an alert: a name, how it is compared, a value. ``rule``, ``host``, ``site``, ``service``,
    ``group``, ``severity`` and ``source`` are names beside the labels.
    """

    name: str
    op: str
    """``=``, ``!=``, ``=~`` or ``!~``."""
    value: str

    def __str__(self) -> str:
        return f"{self.name}{self.op}{self.value}"


@dataclass(frozen=True, slots=True)
class Around:
    """What the engine knows of where an alert stands, by the inventory in force."""

    host_id: int | None = None
    site: str = ""
    groups: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    """Services that the host carries, directly."""
    via: tuple[str, ...] = ()
    """Names of the jump hosts that lead to it, nearest to us first."""
    labels: tuple[tuple[str, str], ...] = field(default=())
