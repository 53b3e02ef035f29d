"""The acts on compliance, declared."""

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.actions.declaring import act as _act
from tui_ops.actions.declaring import opt as _opt
from tui_ops.model.people import Role
from tui_ops.practices.compliance import rules

SAYS = ("met", "not met", "not applicable")
"""What somebody may say of a control."""

_FRAMEWORK = Param("framework", "which framework", help="its name or its short one, as tui-ops show frameworks has it")
_SCOPE = _opt("scope", "for what", help="group:NAME, site:NAME or host:NAME; nothing for everything")

ATTEST = Action(
    id="compliance.attest", label="attest a control", noun="fleet", role=Role.APPROVER, danger=Danger.NONE,
    params=(
        _FRAMEWORK, Param("control", "which control", help="its number, such as 12.10.1"), _SCOPE,
        Param("says", "what is said of it", required=False, default="met", choices=SAYS),
        _opt("owner", "who answers for it", help="you, where it is left away"),
        Param("text", "what it rests on", help="where the proof is found, and what it shows"),
        _opt("file", "what the proof's file is called"),
        _opt("sha256", "the digest of its content", help="tui-ops attest reads the file and fills this in"),
        _opt("dated", "of which day the proof is", help="2026-11-29"),
        _opt("for", "when it is looked at again", kind=ParamKind.DURATION, help="such as 180d, a year at most"),
        _opt("until", "on which day it is looked at again", help="2027-03-31; in the place of for"),
    ),
    words=("evidence", "proof", "audit", "pci", "iso", "nist", "control"),
    help="Writes down somebody's word, with its proof, on a control that no machine can check, until its next review.",
)  # fmt: skip

WITHDRAW = _act(
    "attestation", "withdraw", "withdraw", "Ends an attestation: what it stood for is unknown again.",
    role=Role.APPROVER, danger=Danger.GRAVE, rule=rules.may_withdraw, words=("attestation", "remove", "evidence"),
)  # fmt: skip

KEEP = Action(
    id="compliance.keep", label="keep an audit", noun="fleet", role=Role.OPERATOR, danger=Danger.NONE,
    params=(_FRAMEWORK, _SCOPE), words=("audit", "snapshot", "compliance", "evidence"),
    help="Keeps what a framework comes to now: each control, the checks behind it, what they read, when, and by which"
    " version.",
)  # fmt: skip

ACTS: tuple[Action, ...] = (ATTEST, WITHDRAW, KEEP)
"""In the order in which menus have them."""
