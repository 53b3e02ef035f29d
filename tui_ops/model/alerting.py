"""How alerts are judged and gathered, as the inventory says it."""

from dataclasses import dataclass

from tui_ops.model.alertrules import RuleSpec
from tui_ops.model.incidents import PRIORITIES, Impact, Urgency


@dataclass(frozen=True, slots=True)
class AlertingSpec:
    """The section ``alerting``."""

    group_wait_s: float = 30.0
    """The first notification of an incident waits so long for what else belongs to it. The incident itself never."""
    group_interval_s: float = 300.0
    """Alerts of the same rule, site and service join an open incident as long as the last one joined within so long;
    and notifications of one incident are so far apart."""
    repeat_s: float = 4 * 3600.0
    """An incident that nobody has acknowledged is told again after so long."""
    ack_for_s: float = 1800.0
    """An acknowledgement runs out after so long without work on the incident or its hosts."""
    quiet_s: float = 600.0
    """An incident whose alerts are all over is resolved by itself after so long, if nobody owns it."""
    reopen_s: float = 600.0
    """An alert that comes back so soon after its incident was resolved opens that one again."""
    close_after_s: float = 7 * 86400.0
    """A resolved incident is closed by itself after so long."""
    priorities: tuple[tuple[tuple[Impact, Urgency], int], ...] = tuple(PRIORITIES.items())
    """Impact and urgency with the priority that they make."""
    rules: tuple[RuleSpec, ...] = ()
    """All rules in force, the shipped ones with what the file says otherwise."""
