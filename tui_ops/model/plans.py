"""The words of a plan: what a change runs, on which terms, and how it is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | int | float | bool | tuple[str, ...]
"""What a step is given: a word, a number, a switch, or a list of words."""


class StepKind(StrEnum):
    """What a step does. The value is the key that names it in a plan."""

    COMMAND = "command"
    SCRIPT = "script"
    FILE = "file"
    PACKAGE = "package"
    UNIT = "unit"
    ACCOUNT = "account"
    KEY = "key"
    """A key that may log in to an account."""
    REBOOT = "reboot"
    WAIT = "wait"
    HTTP = "http"
    CHECK = "check"
    """Something that has to be true of the host: a unit's state, a port, a file, a package's version."""
    MANUAL = "manual"
    """A person does it, and says that it is done."""
    LOCAL = "local"
    """A command on this machine, by the engine's account."""
    ANSIBLE = "ansible"
    """A playbook on the hosts of the batch, by ``ansible-playbook`` on this machine."""
    RESTORE = "restore"
    """Puts back what the file steps of this run replaced on the host."""


class Part(StrEnum):
    """Where in a plan a step stands."""

    PRE = "pre"
    """Has to hold before anything is touched; reads only."""
    STEP = "steps"
    POST = "post"
    """Decides whether it worked; reads only."""
    ROLLBACK = "rollback"


READ_ONLY = frozenset({StepKind.WAIT, StepKind.HTTP, StepKind.CHECK})
"""Kinds that change nothing, whatever they are given."""

HERE = frozenset({StepKind.WAIT, StepKind.HTTP, StepKind.MANUAL, StepKind.LOCAL, StepKind.ANSIBLE})
"""Kinds that the engine does itself: nothing is sent to the host by our own connection."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan, checked: its kind knows every argument, with its type."""

    kind: StepKind
    part: Part
    number: int
    """From 1, in its part."""
    name: str
    """One line for people, written by the planner or made from the arguments."""
    args: Mapping[str, Value]
    timeout_s: float = 60.0
    retries: int = 0
    retry_after_s: float = 5.0
    become: bool = False
    """Whether root does it, by ``sudo -n``."""
    when: str = ""
    """An expression over the host's facts; empty: always."""
    line: int = field(default=0, compare=False)
    """Of the plan's text, from 1: where comments and errors point to."""

    @property
    def key(self) -> str:
        """Which step it is, as cells and folders on hosts name it: ``steps-2``."""
        return f"{self.part}-{self.number}"


class ParameterType(StrEnum):
    """What a parameter of a plan may be."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What has to be said before a plan is one; a plan with parameters is a model."""

    name: str
    type: ParameterType = ParameterType.TEXT
    default: str | None = None
    """None where it has to be given."""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    """A regular expression that all of a text has to match."""
    least: float | None = None
    most: float | None = None
    help: str = ""


class OnFailure(StrEnum):
    """What follows from too many failures in a batch."""

    STOP = "stop"
    """Nothing further is begun, and somebody decides."""
    ROLL_BACK = "roll back"
    """The batch is taken back; the ones before it stay as they are."""
    ROLL_BACK_ALL = "roll back all"


@dataclass(frozen=True, slots=True)
class Batching:
    """How a run goes over its hosts."""

    sizes: tuple[str, ...] = ("1", "5%", "25%", "100%")
    """Counts or shares of all hosts; the last one repeats until none is left."""
    by: str = ""
    """``site`` or ``rack``: each of them is a batch, and sizes do not count."""
    order: str = "inventory"
    """``inventory``, ``name``, ``reverse`` or ``random``, which is drawn from the frozen plan's digest."""
    parallel: int = 10
    """Hosts of a batch at the same time."""
    max_fail_percentage: float = 0.0
    """Has to be exceeded, not reached, by the hosts of a batch that failed."""
    on_failure: OnFailure = OnFailure.STOP
    soak_s: float = 0.0
    """After each batch but the last one: so long its alerts are watched before the verdict."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was written, checked and complete: no parameter is open."""

    pre: tuple[Step, ...] = ()
    steps: tuple[Step, ...] = ()
    post: tuple[Step, ...] = ()
    rollback: tuple[Step, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    batching: Batching = Batching()
    expected_alerts: tuple[str, ...] = ()
    """Rules of alerts on the targets that belong to the change while it runs: they page nobody."""
    abort_if: tuple[str, ...] = ()
    """Rules of alerts, on any host of the targets' services, that end it at once, as ``on_failure`` says."""

    def all_steps(self) -> tuple[Step, ...]:
        """Return every step, in the order of the text."""
        return (*self.pre, *self.steps, *self.post, *self.rollback)
