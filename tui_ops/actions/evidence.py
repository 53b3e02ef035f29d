"""The act on evidence, declared."""

from tui_ops.actions.action import Action, Danger
from tui_ops.model.people import Role

EVIDENCE_TAKE = Action(
    id="evidence.take",
    label="take evidence",
    noun="incident",
    role=Role.OPERATOR,
    # It reads, and changes nothing on any host.
    danger=Danger.NONE,
    key="e",
    words=("capture", "snapshot", "now", "top", "journal", "dmesg"),
    help="Looks at the incident's hosts again, within ten seconds: what is seen stands beside what was seen then.",
)

ACTS = (EVIDENCE_TAKE,)
"""The acts of this module."""
