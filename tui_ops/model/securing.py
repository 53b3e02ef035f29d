"""What the inventory says about security: the section ``security``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui_ops.model.facts import Field
from tui_ops.model.security import FindingSeverity

DAY_S = 86400.0

DUE_DAYS: Mapping[FindingSeverity, float] = {
    FindingSeverity.CRITICAL: 7, FindingSeverity.HIGH: 30, FindingSeverity.MEDIUM: 90, FindingSeverity.LOW: 120,
}  # fmt: skip
"""Days until a finding is due, as DefectDojo has them; what is only information is never due."""


WARNED_DAYS = (14, 3)
"""Days before the end of an acceptance at which it is said: time to plan a change, and time to ask for another."""


@dataclass(frozen=True, slots=True)
class Excepted:
    """Hosts that a check does not hold for, or holds for with other numbers."""

    check: str
    """Its id, or a beginning with ``*``."""
    hosts: frozenset[str]
    reason: str = ""
    parameters: Mapping[str, Field] = field(default_factory=dict)
    """Empty: it is not applicable there."""


@dataclass(frozen=True, slots=True)
class SecuritySpec:
    """The section ``security``."""

    profile: str = "cis"
    """Whose numbers the checks take: ``cis`` or ``pci``."""
    parameters: Mapping[str, Field] = field(default_factory=dict)
    """Numbers of one's own, by name."""
    excepted: tuple[Excepted, ...] = ()
    off: frozenset[str] = frozenset()
    """Checks that are not wanted at all."""
    due_s: Mapping[FindingSeverity, float] = field(
        default_factory=lambda: {severity: days * DAY_S for severity, days in DUE_DAYS.items()}
    )
    alert: tuple[FindingSeverity, ...] = (FindingSeverity.CRITICAL,)
    """Severities whose findings become incidents, as do those that attackers are known to use; empty: none does."""
    feed_age_s: float = 7 * DAY_S
    """A feed that is older than this says nothing any more: what it would tell is unknown, not clean."""
    admins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Group of accounts (``sudo``, ``docker``) to those who belong there."""
    listeners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Host name to ``tcp/22``, ``udp/53``: what may listen there. A host that is not named goes by its baseline."""
    key_owners: Mapping[str, str] = field(default_factory=dict)
    """Fingerprint of a key to the person whose it is."""
    frameworks: tuple[str, ...] = ()
    """Which frameworks are shown; empty: all that ship."""
    frameworks_folder: str = ""
    """Where frameworks of one's own lie; empty: none."""
    feeds_folder: str = ""
    """Where feeds of vulnerabilities are laid by somebody or something else; empty: they are brought in by hand."""
    scanners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """``lynis`` or ``openscap`` to the hosts on which it is run once a week, where it is installed."""
