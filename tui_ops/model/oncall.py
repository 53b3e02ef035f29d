"""Who is on call, how people are reached and who is called next, as the inventory says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_ops.model.fleet import SecretRef

IMPORTANT = 2
"""Priorities up to this one are important: they pass quiet hours and steps for important ones only. PagerDuty's guide
calls the same two a major incident."""

REPEAT_MAX = 5
"""Most times that a policy is gone through again before only the repeat interval counts, as GoAlert and OnCall have
it."""

MONTH = 0
"""The length of a turn that goes by the month, which has no number of minutes."""

EVERYBODY = "all"
"""The schedule of an override that holds wherever the person would be on call."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of the day on some days of the week, at local time. One that ends at or before its beginning ends on the
    next day; the day is that of its beginning.
    """

    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """0 is Monday."""
    begins_min: int = 0
    """Minutes since midnight."""
    ends_min: int = 0
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who take turns."""

    name: str
    people: tuple[str, ...]
    """In the order of their turns."""
    length_min: int
    """Minutes of one turn on the clock on the wall, so that a hand-over stays at its local time; :data:`MONTH` for
    turns by the month."""
    starts: datetime
    """When the first person's first turn begins, at local time and without a zone. Nobody is on call before."""
    timezone: str = "UTC"
    weekday: int | None = None
    """Of turns by the month: they begin on the first such day from that day of the month on; 0 is Monday."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a schedule: a rotation, or people who are on call together."""

    rotation: str = ""
    people: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    """Only then; always where there are none."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Layers over each other: of those that have somebody at a moment, the last one counts."""

    name: str
    title: str = ""
    layers: tuple[Layer, ...] = ()
    timezone: str = "UTC"
    """In which its table is shown."""


class TargetKind(StrEnum):
    """What a step of a policy may name."""

    SCHEDULE = "schedule"
    ROTATION = "rotation"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class CallTarget:
    """Whom a step calls."""

    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return self.name if self.kind is TargetKind.PERSON else f"{self.kind} {self.name}"


class When(StrEnum):
    """When a step counts."""

    ALWAYS = "always"
    BUSINESS = "business hours"
    OFF = "out of hours"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an escalation policy."""

    targets: tuple[CallTarget, ...]
    after_s: float = 0.0
    """So long after the step before it, or after the beginning."""
    when: When = When.ALWAYS
    important: bool = False
    """Only for priorities up to :data:`IMPORTANT`."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is called, and who next while nobody acknowledges."""

    name: str
    steps: tuple[Step, ...]
    repeat: int = 0
    """So often it is gone through again, 0 to :data:`REPEAT_MAX`."""
    pause_s: float = 900.0
    """Between two rounds: what a usual step waits for an answer."""


@dataclass(frozen=True, slots=True)
class Use:
    """Which incidents follow a policy; the first rule that fits counts."""

    policy: str
    """Empty where nobody is called."""
    priorities: tuple[int, ...] = ()
    """Any where empty."""
    services: tuple[str, ...] = ()
    """Any where empty; one of the incident's suffices."""


LIMIT = 20
LIMIT_S = 3600.0
"""Messages to one person by one way: more in an hour than one in three minutes is not read any more."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach a person."""

    name: str
    mail: str = ""
    """A mail address; empty where ``url`` says the way."""
    url: "str | SecretRef | None" = field(default=None, repr=False)
    """An address for Apprise, usually a secret."""
    important: bool = False
    """Only for priorities up to :data:`IMPORTANT`."""
    limit: int = LIMIT
    limit_s: float = LIMIT_S
    """At most ``limit`` messages in so long; what is more waits and goes in one."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How one person is reached."""

    person: str
    ways: tuple[Way, ...] = ()
    quiet: tuple[Hours, ...] = ()
    """Hours in which only important ones are told at once."""


class Tls(StrEnum):
    """How the connection to a mail server is secured."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our mail."""

    host: str = "localhost"
    port: int = 25
    tls: Tls = Tls.NONE
    sender: str = ""
    user: str = ""
    password: "SecretRef | None" = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OnCallSpec:
    """The section ``oncall``."""

    contacts: tuple[Contact, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    policies: tuple[Policy, ...] = ()
    uses: tuple[Use, ...] = ()
    business: tuple[Hours, ...] = (Hours((0, 1, 2, 3, 4), 9 * 60, 17 * 60),)
    timezone: str = "UTC"
    mail: MailServer | None = None

    def contact(self, person: str) -> Contact | None:
        """Return how a person is reached; None where the inventory does not say."""
        return next((one for one in self.contacts if one.person == person), None)

    def rotation(self, name: str) -> Rotation | None:
        """Return a rotation by its name."""
        return next((one for one in self.rotations if one.name == name), None)

    def schedule(self, name: str) -> Schedule | None:
        """Return a schedule by its name."""
        return next((one for one in self.schedules if one.name == name), None)

    def policy(self, name: str) -> Policy | None:
        """Return a policy by its name."""
        return next((one for one in self.policies if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody takes a time of a schedule or rotation, as an operator asked for it."""

    id: int
    schedule: str
    """Name of a schedule or a rotation, or :data:`EVERYBODY`."""
    begins_at: float
    ends_at: float
    """Epoch seconds; the end is no part of it."""
    person: str
    """Who is on call instead; empty where nobody is."""
    instead_of: str = ""
    """Only where this person would be on call; empty for whoever would."""
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A time in which the same people are on call."""

    begins_at: float
    ends_at: float
    people: tuple[str, ...]
    """Nobody where empty: a gap."""
    why: str = ""
    """The layer or override that it comes from."""


class Reason(StrEnum):
    """Why somebody is told."""

    FIRST = "first notification"
    NEW = "new alerts added"
    SOME = "some alerts resolved"
    OVER = "all alerts resolved"
    REPEAT = "repeat interval elapsed"
    ESCALATED = "escalated"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class AlertFact:
    """What of an alert decides whether somebody is told of it."""

    id: int
    firing: bool
    """Whether it is true."""
    asks: bool = True
    """Whether it asks for somebody: neither suppressed nor shelved."""
    text: str = ""
    why_not: str = ""
    """What it is suppressed by."""
    acked_in: str = ""
    """The source in which somebody has acknowledged it; who that is nobody tells."""


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """What of an incident decides who is told, as it is now."""

    number: int
    state: str
    """An :class:`~tui_ops.model.incidents.IncidentState`."""
    priority: int
    title: str = ""
    policy: str = ""
    """Named by hand; empty where the inventory's rules choose."""
    services: tuple[str, ...] = ()
    acked_by: str = ""
    snoozed_until: float | None = None
    on_hold: str = ""
    hold_reason: str = ""
    opened_at: float = 0.0
    alerts: tuple[AlertFact, ...] = ()

    @property
    def important(self) -> bool:
        """Whether it passes quiet hours."""
        return self.priority <= IMPORTANT


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a timeline, as much of it as is replayed."""

    at: float
    kind: str
    """A :class:`~tui_ops.model.incidents.Happening`."""
    who: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    id: int = 0
    """By which another line says that it was undone."""


@dataclass(frozen=True, slots=True)
class Due:
    """A notification that is due, now or later."""

    at: float
    """When, epoch seconds."""
    reason: Reason
    episode: int
    """How often the escalation has begun: with the opening, and each time that an acknowledgement ran out."""
    step: int
    """Number of the step, from 0; -1 for one that goes to those who were told before."""
    round: int
    people: tuple[str, ...]
    """Who is told; nobody where nobody is on call or the step does not count now."""
    who: str
    """Whom that is, as the policy says it: ``second line: anna``."""
    why: str
    """In words, for the incident's head."""
    policy: str = ""
    """Whose step it is; empty for one that goes to those who were told before."""

    @property
    def is_update(self) -> bool:
        """Whether it goes to those who were told before, and is no step of the policy."""
        return self.step < 0


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nobody is to be told."""

    why: str
    next_at: float | None = None
    """When that may change by itself, epoch seconds; None where somebody has to do something."""
