"""Act id to the function that carries it out, for the engine."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.security import accepting, mending, triage
from tui_ops.practices.security.work import Terms

FindingAct = Callable[[Session, Asked, Terms], Done]

FINDING_ACTS: Mapping[str, FindingAct] = {
    "finding.acknowledge": triage.acknowledge,
    "finding.assign": triage.assign,
    "finding.comment": triage.comment,
    "finding.ticket": triage.ticket,
    "finding.fix": mending.fix,
    "finding.claim": triage.claim,
    "finding.reopen": triage.reopen,
    "finding.recheck": triage.recheck,
    "finding.accept": accepting.accept,
    "finding.false_positive": accepting.false_positive,
    "finding.approve": accepting.approve,
    "finding.reject": accepting.reject,
    "finding.revoke": accepting.revoke,
    "finding.undo": triage.undo,
}
"""Every act of ``actions/findings.py``."""
