"""The acts on findings, declared."""

from tui_ops.actions.action import Danger, Param, ParamKind
from tui_ops.actions.declaring import act as _act
from tui_ops.actions.declaring import opt as _opt
from tui_ops.model.people import Role
from tui_ops.practices.security import findingrules as rules
from tui_ops.practices.security.states import Event

UNDO = "finding.undo"

_REASON = Param("reason", "why, for everyone who looks")
_FOR = Param(
    "for", "how long", ParamKind.DURATION, required=False, default="90d", help="such as 30d or 12w, a year at most"
)
_UNTIL = _opt("until", "until which day", help="2027-03-31; in the place of for")
_RESTART = Param(
    "restart", "a new due day when it ends", ParamKind.FLAG, required=False, default="no",
    help="without it they are then as overdue as they would be now",
)  # fmt: skip

ACKNOWLEDGE = _act(
    "finding", "acknowledge", "acknowledge", "You look after it.", "a", UNDO, rule=rules.may_acknowledge,
    words=("take", "own", "triage"),
)  # fmt: skip

ASSIGN = _act(
    "finding", "assign", "assign", "Gives it to somebody, by the operator's name in the inventory.", "A", UNDO,
    rule=rules.may_give, params=(Param("to", "the operator's name"),), words=("owner",),
)  # fmt: skip

COMMENT = _act(
    "finding", "comment", "comment", "Writes a line on its list.", "i", rule=rules.may_always,
    params=(Param("text", "what to write"),), words=("note",),
)  # fmt: skip

TICKET = _act(
    "finding", "ticket", "ticket", "Names the ticket of another program that it belongs to.", undo=UNDO,
    rule=rules.may_always, params=(_opt("ticket", "its name or address; empty: none"),), words=("jira", "link"),
)  # fmt: skip

FIX = _act(
    "finding", "fix", "fix",
    "Makes a change, a draft, of the plan that mends it, for all hosts that are marked. What has no plan is left out.",
    "F", UNDO, rule=rules.may_fix, words=("remediate", "change", "mend"),
)  # fmt: skip

CLAIM = _act(
    "finding", "claim", "resolved",
    "Says that it is mended. The host is read anew, and that decides; of what others saw, their next report does.", "r",
    UNDO, rule=rules.by_event(Event.CLAIM), params=(_opt("text", "what was done"),), words=("resolve", "close", "done"),
)  # fmt: skip

REOPEN = _act(
    "finding", "reopen", "open again", "Puts it back to those that nobody works on.", undo=UNDO,
    rule=rules.by_event(Event.REOPEN), params=(_REASON,),
)  # fmt: skip

RECHECK = _act(
    "finding", "recheck", "check again",
    "Reads on its host just what its check looks at, and judges that at once. Where no reading of ours looks, it says "
    "what has to be done.",
    "R", rule=rules.may_always, words=("rescan", "verify", "refresh"),
)  # fmt: skip

ACCEPT = _act(
    "finding", "accept", "accept the risk", "Asks to carry its risk until a day. Another approver has to say yes.",
    "W", UNDO, rule=rules.may_ask, words=("waive", "risk", "exception"),
    params=(
        _REASON, Param("control", "what makes up for it meanwhile", help="a firewall rule, a closer look …"), _FOR,
        _UNTIL, _RESTART,
    ),
)  # fmt: skip

FALSE_POSITIVE = _act(
    "finding", "false_positive", "false positive",
    "Asks to call it none until a day. Another approver has to say yes, for it goes out of sight as well.", undo=UNDO,
    rule=rules.may_ask, words=("not a finding", "waive"), params=(_REASON, _FOR, _UNTIL),
)  # fmt: skip

APPROVE = _act(
    "finding", "approve", "approve", "Sets it aside as it was asked for; whoever asked can't.", "y",
    role=Role.APPROVER, danger=Danger.GRAVE, rule=rules.may_answer, params=(_opt("text", "what you say of it"),),
    words=("yes", "accept"),
)  # fmt: skip

REJECT = _act(
    "finding", "reject", "reject", "Leaves it as it is, though it was asked to set it aside.", "n",
    role=Role.APPROVER, rule=rules.may_answer, params=(_REASON,), words=("no",),
)  # fmt: skip

REVOKE = _act(
    "finding", "revoke", "take acceptance back", "Ends that it is set aside, or that it is asked for.",
    rule=rules.may_revoke, params=(_opt("reason", "why"),), words=("withdraw", "unaccept"),
)  # fmt: skip

UNDO_LAST = _act("finding", "undo", "undo", "Takes back what you did last on it.", rule=rules.may_always)

ACTS = (
    ACKNOWLEDGE, ASSIGN, COMMENT, TICKET, FIX, CLAIM, REOPEN, RECHECK, ACCEPT, FALSE_POSITIVE, APPROVE, REJECT, REVOKE,
    UNDO_LAST,
)  # fmt: skip
"""Every act on findings."""
