"""What is looked after, as the inventory says it: sites, hosts, services, operators."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.budgets import SloSpec
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.doors import DoorSpec, HeartbeatSpec
from tui_ops.model.oncall import OnCallSpec
from tui_ops.model.people import Role
from tui_ops.model.securing import SecuritySpec

if TYPE_CHECKING:
    from tui_ops.model.checks import CheckSpec

DEFAULT_PERIOD_S = 10.0
"""Vitals are read every 10 s unless the inventory says otherwise (DESIGN: two lanes)."""

DEFAULT_SLOW_PERIOD_S = 60.0
"""Filesystems move slowly and cost forks, so they are read once a minute."""

LOCAL_ADDRESS = "local"
"""The address of the machine the engine runs on: read through psutil, without SSH."""

ENGINE_NAME = "tui-ops"
"""The host that is the engine itself: what it says of its own work. No inventory may use the name."""

ENGINE_ADDRESS = "(engine)"
"""Its address; no inventory can hold one with parentheses."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, repr=False)
class SecretRef:
    """Where a secret is kept. The secret itself is never in the inventory and never in this object."""

    kind: Literal["env", "file", "command"]
    argument: tuple[str, ...]
    """The variable's name, the file's path, or the command's words."""
    place: Place = field(default=Place("", 0, 0), compare=False)
    """Where the reference is written, for the message when it can't be followed."""

    def __repr__(self) -> str:
        return f"SecretRef(!{self.kind} …)"


@dataclass(frozen=True, slots=True)
class HostSpec:
    """One host to watch."""

    name: str
    key: str
    """Its identity: ``id`` of the inventory where given, else the name. History hangs on it."""
    address: str
    """``local``, a name or an IP address."""
    port: int | None = None
    """None leaves it to ssh_config, and then 22."""
    user: str | None = None
    """None leaves it to ssh_config, and then the engine's own user."""
    via: tuple[str, ...] = ()
    """Jump hosts in order, by inventory name or as ``user@address:port``."""
    site: str = ""
    rack: str = ""
    groups: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    period_s: float = DEFAULT_PERIOD_S
    slow_period_s: float = DEFAULT_SLOW_PERIOD_S
    was: tuple[str, ...] = ()
    """Former names whose history this host goes on with."""
    password: SecretRef | None = None
    """Where the login's password is kept; None where keys do."""
    identity: str | None = None
    """Path of the private key to log in with; None leaves it to ssh_config, the agent and the usual files."""
    sudo: bool = True
    """Whether sudo may be asked for what only root may read; each refusal is a line in the host's log."""
    files: tuple[str, ...] = ()
    """Paths of the files whose state and content are followed."""

    @property
    def is_local(self) -> bool:
        """Whether this is the machine the engine runs on."""
        return self.address == LOCAL_ADDRESS

    @property
    def is_engine(self) -> bool:
        """Whether this is the engine itself."""
        return self.address == ENGINE_ADDRESS


@dataclass(frozen=True, slots=True)
class SiteSpec:
    """A site with its racks."""

    name: str
    title: str = ""
    racks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A business service: what people pay for, carried by hosts and other services."""

    name: str
    title: str = ""
    hosts: tuple[str, ...] = ()
    """Names of the hosts that carry it (groups are resolved)."""
    depends_on: tuple[str, ...] = ()
    runbook: str = ""
    """What to do when it is in trouble, Markdown, or the address of a page."""
    slo: SloSpec | None = None
    """What it is to be worth; None where nothing says it."""


@dataclass(frozen=True, slots=True)
class OperatorSpec:
    """A person who may act."""

    name: str
    role: Role
    user: str
    """The account on the jump host by which the kernel knows him."""
    title: str = ""
    groups: tuple[str, ...] = ()
    """Of people, as policies of changes name them (``group:dba``)."""


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """What the engine tells the outside of itself."""

    dead_man: str | SecretRef | None = None
    """An address that is called as long as the engine works: who misses the call raises the alarm."""
    dead_man_period_s: float = 60.0


@dataclass(frozen=True, slots=True)
class HistorySpec:
    """How long readings are kept."""

    full_s: float = 2 * 86400.0
    """Every single reading."""
    minutes_s: float = 14 * 86400.0
    """The lowest, average and highest of each minute."""
    hours_s: float = 400 * 86400.0
    """The same of each hour: a year, and what it takes to compare this month with the last year's."""
    limit_bytes: int | None = None
    """What the file may come to; None sets no limit. Beyond it the oldest goes first, full resolution before minutes
    before hours."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something in a foreign inventory that was left out or is read otherwise; no mistake."""

    place: Place
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f" ({self.hint})" if self.hint else "")


@dataclass(frozen=True, slots=True)
class Fleet:
    """The whole inventory, checked: names are unique, every reference leads somewhere, no cycles."""

    name: str
    hosts: tuple[HostSpec, ...] = ()
    sites: tuple[SiteSpec, ...] = ()
    services: tuple[ServiceSpec, ...] = ()
    operators: tuple[OperatorSpec, ...] = ()
    checks: tuple["CheckSpec", ...] = ()
    history: HistorySpec = HistorySpec()
    engine: EngineSpec = EngineSpec()
    alerting: AlertingSpec = field(default_factory=AlertingSpec)
    oncall: OnCallSpec = field(default_factory=OnCallSpec)
    door: DoorSpec | None = None
    heartbeats: tuple[HeartbeatSpec, ...] = ()
    changing: ChangingSpec = field(default_factory=ChangingSpec)
    security: SecuritySpec = field(default_factory=SecuritySpec)
    source: str = ""
    """Path of the file it came from; empty for the built-in fleet of one local host."""
    digest: str = ""
    """SHA-256 of the file's bytes; of several files, of all of them with their paths."""
    format: str = "tui-ops"
    """What the file is: ``tui-ops``, ``Ansible INI``, ``Ansible YAML``, ``Ansible folder`` or ``ssh_config``."""
    notes: tuple[Note, ...] = field(default=(), compare=False)
    """What of a foreign file was left out."""
    files: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Every path that was looked at, with its stamp before it was read: what is followed for changes."""
    places: dict[str, Place] = field(default_factory=dict, compare=False, repr=False)
    """Host name to where it is declared."""
