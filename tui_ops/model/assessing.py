"""What is known around a change when its risk is weighed and its time is looked at: plain facts from the store."""

from dataclasses import dataclass, field

from tui_ops.model.budgets import Budget, HostBackup
from tui_ops.model.changes import LIVE_STATES, ChangeKind, ChangeState, Outcome, change_name
from tui_ops.model.fleet import ServiceSpec


@dataclass(frozen=True, slots=True)
class OtherChange:
    """A change that is not over, as far as another has to heed it."""

    id: int
    title: str
    state: ChangeState
    hosts: frozenset[str]
    begins_at: float | None
    """When it began, or is to begin, epoch seconds; None where it waits for a hand."""
    ends_at: float | None
    people: frozenset[str] = frozenset()
    """Its owner and its implementer."""

    @property
    def name(self) -> str:
        """As people say it."""
        return change_name(self.id)

    @property
    def is_live(self) -> bool:
        """Whether its hosts belong to it now."""
        return self.state in LIVE_STATES


@dataclass(frozen=True, slots=True)
class MadeFreeze:
    """A freeze that was made on the desk, in force for some time."""

    id: int
    title: str
    reason: str
    begins_at: float
    ends_at: float
    hosts: frozenset[str] | None
    """None: all of them."""


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """An incident that is not over."""

    name: str
    title: str
    priority: int
    hosts: frozenset[str]
    """Hosts of its alerts."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Another change that has to succeed first."""

    name: str
    state: str
    """Empty where there is no such change."""
    outcome: str
    """An :class:`~tui_ops.model.changes.Outcome`; empty until it is known."""


@dataclass(frozen=True, slots=True)
class Around:
    """Everything that may stand against a change, read at one moment."""

    at: float
    services: tuple[ServiceSpec, ...] = ()
    up: frozenset[str] = frozenset()
    """Hosts that are up."""
    tiers: dict[str, int] = field(default_factory=dict)
    """Host to its label ``tier``, 1 for the most important."""
    changes: tuple[OtherChange, ...] = ()
    freezes: tuple[MadeFreeze, ...] = ()
    incidents: tuple[OpenIncident, ...] = ()
    to_mend: frozenset[str] = frozenset()
    """Names of the incidents that the change is to mend."""
    waits: tuple[Waits, ...] = ()
    budgets: tuple[Budget, ...] = ()
    """Of every service that has an aim and was looked at."""
    backups: tuple[HostBackup, ...] = ()
    """Of every host that has one declared."""


@dataclass(frozen=True, slots=True)
class Record:
    """How changes of one kind or one person came out."""

    successful: int = 0
    issues: int = 0
    bad: int = 0
    """Rolled back or failed."""

    @property
    def all(self) -> int:
        """How many there were."""
        return self.successful + self.issues + self.bad

    @classmethod
    def of(cls, outcomes: dict[str, int]) -> "Record":
        """Return a record from outcomes and how many there are of each."""
        good, issues = outcomes.get(Outcome.SUCCESSFUL, 0), outcomes.get(Outcome.ISSUES, 0)
        return cls(good, issues, outcomes.get(Outcome.ROLLED_BACK, 0) + outcomes.get(Outcome.FAILED, 0))


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a dry run found."""

    changes: int
    """Steps on hosts that would change something."""
    failed: int
    hosts: int
    """Hosts on which something would differ."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the plan and of who asks, from changes before."""

    same: Record = Record()
    """Changes of the same model, or with the same plan."""
    rehearsed: bool = False
    """Whether the rollback of the same plan ran to its end somewhere, on every host well."""
    requester: Record = Record()
    """Changes of the requester in the last 90 days."""
    dry: DryRun | None = None
    """The dry run that counts; None where there is none."""


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What a risk is weighed from. Every number can be shown."""

    kind: ChangeKind
    hosts: int
    share: float
    """The largest share of a service that is touched at once, 0 to 1."""
    share_said: str
    """Of which, in words: ``2 of 3 web stay up``; empty where no service is touched."""
    stops: tuple[str, ...]
    """Services of which nothing stays up, and those above."""
    carried_stop: tuple[str, ...]
    """The carried ones of these."""
    users: int
    """Services that depend on what is touched, through any number of others."""
    tier: int | None
    """The best tier of a host that is touched; None where no label says it."""
    business: bool | None
    """Whether it lies in business hours; None where its time is not known."""
    rollback_steps: int
    touches: int
    """Steps of the plan that may change something."""
    history: History
    incidents: tuple[OpenIncident, ...]
    """Those that are open on the targets, without those that it is to mend."""
    budget: Budget | None = None
    """The error budget of which the least is left, of an impacted service; None where none has one."""
    backups: tuple[HostBackup, ...] = ()
    """Of the hosts that have one declared."""
    at: float = 0.0
    """Now, epoch seconds."""
