"""The words of security: severities, results of checks, findings and what happens to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tui_ops.model.facts import Field


class FindingSeverity(StrEnum):
    """How bad it is where it stands, before anything is known of the host."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


SEVERITIES: tuple[FindingSeverity, ...] = tuple(FindingSeverity)
"""The worst first."""


class CheckResult(StrEnum):
    """What a check says of a host."""

    PASS = "pass"  # noqa: S105 — the word of every scanner
    FAIL = "fail"
    ERROR = "error"
    """It was read, and can't be judged: what came is not what this system writes."""
    UNKNOWN = "unknown"
    """It could not be read: it takes privilege, or has not been read yet."""
    NOT_APPLICABLE = "not applicable"
    """The host has nothing that it is about, or its role is excepted."""
    STALE = "stale"
    """It was read too long ago to say anything."""


class FindingKind(StrEnum):
    """What a finding is about."""

    CONFIGURATION = "configuration"
    VULNERABILITY = "vulnerability"
    EXPOSURE = "exposure"
    ACCESS = "access"
    DRIFT = "drift"
    BACKUP = "backup"


class FindingState(StrEnum):
    """How far a finding is. The value is the word that is shown and stored."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in progress"
    CLAIMED = "resolved"
    """Somebody says so; the next reading decides."""
    VERIFIED = "verified"
    """The same check has read the host anew, and no longer sees it. The only end that closes."""
    ACCEPTED = "accepted"
    """Its risk is carried until a day."""
    FALSE_POSITIVE = "false positive"
    NOT_APPLICABLE = "not applicable"
    """A rule of the inventory excepts the host's role."""
    SUPPRESSED = "suppressed"
    """A VEX document says that it does not affect us."""


LIVE_FINDINGS = (
    FindingState.OPEN, FindingState.ACKNOWLEDGED, FindingState.IN_PROGRESS, FindingState.CLAIMED,
)  # fmt: skip
"""Somebody has something to do."""

ASIDE_FINDINGS = (
    FindingState.ACCEPTED, FindingState.FALSE_POSITIVE, FindingState.NOT_APPLICABLE, FindingState.SUPPRESSED,
)  # fmt: skip
"""It is still seen, and set aside for a reason that ends one day."""


class FindingHappening(StrEnum):
    """The kinds of lines on a finding's own list."""

    SEEN = "seen"
    GONE = "gone"
    RETURNED = "returned"
    STATE = "state"
    FIELD = "field"
    """Its severity, due day or text became another one."""
    ASSIGNED = "assigned"
    ACCEPTANCE = "acceptance"
    EXPIRED = "expired"
    LINK = "link"
    COMMENT = "comment"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that a check, a feed or another scanner sees on a host."""

    object: str
    """What exactly, in names that stay: ``alice SHA256:…``, a source package, ``tcp 0.0.0.0:23``. With the check and
    the host it is the finding's identity; no sentence and no severity is part of it."""
    text: str
    """One line for people: what is there."""
    severity: FindingSeverity | None = None
    """None: that of the check."""
    title: str = ""
    """Empty: that of the check."""
    data: Mapping[str, Field] = field(default_factory=dict)
    """What its priority and its columns need: ``package``, ``installed``, ``fixed`` (the version here that mends it),
    ``cvss``, ``epss``, ``kev``, ``port``, ``exposed`` …"""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one source says of one check on one host: the only thing that opens and closes findings.

    Findings of this check and host that it no longer names are verified gone, if it passed or failed (with others);
    where it could not look, or not at all of it, they stay.
    """

    source: str
    """``check``, ``feed``, ``outside``, ``import:lynis`` …"""
    check: str
    """``ssh-root``, ``CVE-2024-6387``, ``lynis:SSH-7408``."""
    host_id: int | None
    kind: FindingKind
    severity: FindingSeverity
    title: str
    result: CheckResult
    at: float
    """When the host was read, epoch seconds: a reading that is older than the last one closes nothing."""
    seen: tuple[Seen, ...] = ()
    text: str = ""
    """Why it is unknown, or what was found well."""
    version: str = "1"
    """Of the check: only the same one, or a later one, closes what it opened."""
    unread: tuple[str, ...] = ()
    """Beginnings of objects that were not looked at, though the rest was: those stay. With an unknown result that names
    them the rest is well; with one that names none nothing was looked at."""
    advice: str = ""
    """What to do about it, one sentence."""
    evidence: Mapping[str, object] = field(default_factory=dict)
    """What was read: topics with their times, and the few items that decided it. Bounded, plain JSON."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of a finding's priority, with its number."""

    what: str
    points: int


def finding_name(number: int) -> str:
    """Return a finding's number as people say it, ``FND-40``."""
    return f"FND-{number}"
