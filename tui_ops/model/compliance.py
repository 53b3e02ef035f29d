"""The words of compliance: frameworks, their controls, and how far each of them is met."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tui_ops.model.security import CheckResult, FindingSeverity


class ControlKind(StrEnum):
    """Who says whether a control is met."""

    AUTOMATED = "automated"
    """Checks do, all of it."""
    ATTESTED = "attested"
    """Somebody does, with a proof."""
    BOTH = "both"
    """Checks say a part, somebody the rest."""


class ControlState(StrEnum):
    """How far a control is met within a scope. The value is the word that is shown."""

    PASS = "pass"  # noqa: S105 — the word of every framework
    FAIL = "fail"
    ACCEPTED = "accepted"
    """What fails is all set aside until a day."""
    ATTESTED = "attested"
    """Somebody's word holds, with its proof, until its next review."""
    UNKNOWN = "unknown"
    """Nobody can say: not read, read too long ago, not attested, or an attestation that ran out."""
    NOT_APPLICABLE = "not applicable"


CONTROL_STATES: tuple[ControlState, ...] = (
    ControlState.FAIL, ControlState.UNKNOWN, ControlState.ACCEPTED, ControlState.ATTESTED, ControlState.PASS,
    ControlState.NOT_APPLICABLE,
)  # fmt: skip
"""Those first for which somebody has something to do."""


class CellState(StrEnum):
    """What one check says of one host, as a score counts it."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


_CELLS = {
    CheckResult.PASS: CellState.PASS, CheckResult.FAIL: CellState.FAIL,
    CheckResult.NOT_APPLICABLE: CellState.NOT_APPLICABLE,
}  # fmt: skip


def cell_state(result: CheckResult, aside: bool) -> CellState:
    """Return how a score counts what a check says of a host.

    Args:
        result: of the check; error, unknown and stale are all not known.
        aside: whether all that it found there is set aside, by an acceptance that holds.
    """
    state = _CELLS.get(result, CellState.UNKNOWN)
    return CellState.ACCEPTED if state is CellState.FAIL and aside else state


WEIGHTS: Mapping[FindingSeverity, int] = {
    FindingSeverity.CRITICAL: 10, FindingSeverity.HIGH: 5, FindingSeverity.MEDIUM: 2, FindingSeverity.LOW: 1,
    FindingSeverity.INFO: 0,
}  # fmt: skip
"""How much a check counts in a score, by its severity; what is only information moves none."""


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that a framework asks for."""

    id: str
    """As the framework numbers it: ``8.3.6``, ``AC-2(3)``."""
    text: str
    """In our own words, or in those of whoever wrote the framework's file."""
    kind: ControlKind
    checks: tuple[str, ...] = ()
    """Ids of the checks that speak of it."""
    objects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By check, patterns of the objects that it is about: ``/tmp nodev``, ``!account *`` (all but those). Of a check
    that does not stand here it is about all."""
    in_use: tuple[str, ...] = ()
    """What a host has to use for it to apply, one of these: ``ufw``; empty: it applies everywhere."""


@dataclass(frozen=True, slots=True)
class Framework:
    """A list of controls."""

    name: str
    """``pci-dss-4.0.1``; unique."""
    title: str
    short: str
    """Another name, for addresses and narrow columns: ``pci``."""
    controls: Mapping[str, Control]
    """By id, in the order of the file."""
    note: str = ""
    """What is to be known of what it can say, one sentence."""
    own: bool = False
    """Whether it lies in the folder of the inventory."""

    @property
    def checks(self) -> tuple[str, ...]:
        """The checks that speak of any of its controls, each once."""
        return tuple(dict.fromkeys(check for control in self.controls.values() for check in control.checks))

    @property
    def narrowed(self) -> tuple[str, ...]:
        """Those of them of which a control is about a part only, each once."""
        controls = self.controls.values()
        return tuple(dict.fromkeys(
            check for control in controls for check in control.checks if control.in_use or check in control.objects
        ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attested:
    """Somebody's word that a control is met, or is not, or does not apply."""

    id: int
    framework: str
    control: str
    scope: str
    owner: str
    text: str
    met: bool
    applies: bool
    file: str
    file_sha: str
    dated_at: float | None
    review_at: float | None
    by: str
    at: float
    ended_at: float | None = None
    revision: int = 1

    @property
    def name(self) -> str:
        """As people say it: ``ATT-7``."""
        return attestation_name(self.id)

    def holds(self, at: float) -> bool:
        """Return whether it counts at epoch second ``at``. One without a day of review never does."""
        return self.ended_at is None and self.review_at is not None and self.review_at > at


def says(one: Attested) -> str:
    """Return what an attestation says of its control: ``met``, ``not met`` or ``not applicable``."""
    if not one.applies:
        return "not applicable"
    return "met" if one.met else "not met"


Tally = Mapping[CellState, int]
"""On how many hosts a check says what."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that a check finds wrong on a host."""

    object: str
    aside: bool
    """Whether it is set aside by an acceptance that holds."""
    parts: tuple[str, ...] = ()
    """What of the object is wrong, where the check says more of it than one thing: ``nodev``, ``noexec``."""
    text: str = ""
    finding: int = 0
    """The number of its finding."""

    @property
    def names(self) -> tuple[str, ...]:
        """By which names a control may mean it: ``/tmp nodev``; the object alone where it has no parts."""
        return tuple(f"{self.object} {part}".strip() for part in self.parts) or (self.object,)


@dataclass(frozen=True, slots=True)
class HostSays:
    """What one check says of one host, part by part: for controls that are about some of it."""

    check: str
    host: str
    site: str
    groups: tuple[str, ...]
    state: CellState
    """Of all of it together."""
    wrong: tuple[Wrong, ...] = ()
    unread: tuple[str, ...] = ()
    """Beginnings of objects that were not looked at; the rest was. Unknown without any: nothing was."""
    in_use: tuple[str, ...] | None = None
    """What of those that the check knows the host uses: ``nftables``; None where the check does not tell."""


@dataclass(frozen=True, slots=True)
class ControlVerdict:
    """How far one control is met."""

    control: Control
    state: ControlState
    why: str
    """One line: what decides it."""
    tally: Tally = field(default_factory=dict)
    """Of all its checks and hosts together."""
    known: float = 0.0
    """Which part of it is known, 0 to 1."""
    attestation: Attested | None = None
    """The last one, whether it holds or ran out."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a framework comes to. None where nothing is known: an empty fleet is not perfect."""

    after: float | None
    """0 to 1; what is accepted is left out of it."""
    before: float | None
    """The same with what is accepted counted as failed."""
    coverage: float
    """The share of the controls that apply of which is known how they are, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A framework held against a scope at one moment."""

    framework: Framework
    scope: str
    at: float
    """Epoch seconds."""
    hosts: tuple[str, ...]
    verdicts: tuple[ControlVerdict, ...]
    score: Score
    counts: Mapping[ControlState, int]
    """Controls by state; every state is there."""
    cells: Tally
    """What all its checks say of all hosts of the scope; every state is there, each check and host once."""


def attestation_name(number: int) -> str:
    """Return an attestation's number as people say it, ``ATT-7``."""
    return f"ATT-{number}"


def audit_name(number: int) -> str:
    """Return the number of a kept audit as people say it, ``AUD-3``."""
    return f"AUD-{number}"


GROUP, SITE, HOST = "group:", "site:", "host:"
"""How a scope begins that is not everything."""


def is_scope(text: str) -> bool:
    """Return whether a text is a scope: empty for everything, or ``group:NAME``, ``site:NAME``, ``host:NAME``."""
    return text == "" or any(text.startswith(one) and len(text) > len(one) for one in (GROUP, SITE, HOST))
