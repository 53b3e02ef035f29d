"""The acts on changes and their models before and after they run, declared."""

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.actions.declaring import act as _act
from tui_ops.actions.declaring import opt as _opt
from tui_ops.model.changes import ChangeKind, Start
from tui_ops.model.people import Role
from tui_ops.practices.changes import rules
from tui_ops.practices.changes.states import Event

UNDO = "change.undo"

_KINDS = tuple(str(kind) for kind in ChangeKind)
_STARTS = tuple(str(start) for start in Start)


_REASON = Param("reason", "why, for everyone who looks")
_WHY = _opt("reason", "why")
_SHA = _opt("sha", "the digest that was looked at", help="its first 8 digits or more; another one is refused")
_FOR = _opt("for", "in whose place", help="an approver who delegated to you; found by itself where it is clear")
_TITLE = _opt("title", "what it does, in a line")
_TARGETS = _opt("targets", "on what", help="host names, group:web, site:lon, rack:b4, label:tier=1 or service:shop")
_PLAN = _opt("plan", "the plan", kind=ParamKind.DOCUMENT, help="YAML; on a command line plan=@FILE")
_VALUES = _opt("values", "its values", kind=ParamKind.DOCUMENT, help="version=1.26.3 'greeting=good day', or JSON")
_ENVIRONMENT = _opt("environment", "environment", help="such as staging")

CREATE = Action(
    id="change.create", label="new change", noun="fleet", role=Role.OPERATOR, danger=Danger.REVERSIBLE, undo=UNDO,
    params=(
        _TITLE, _opt("kind", "kind", choices=_KINDS), _opt("reason", "why it is needed"), _TARGETS, _PLAN,
        _opt("model", "the model that it is made from"), _VALUES, _ENVIRONMENT,
        _opt("links", "what it is for", help="INC-12 PRB-3 FND-40 REQ-5"),
    ),
    words=("request for change", "rfc", "plan"),
    help="Makes a change, a draft: of a plan that you write, or of a model with its values. Mistakes in it are told.",
)  # fmt: skip

EDIT = _act(
    "change", "edit", "edit", "Changes what is said or what would run. Approvals are void; you can't approve it then.",
    undo=UNDO, rule=rules.by_event(Event.EDIT), alone=True, words=("plan", "targets", "values", "title"),
    params=(
        _TITLE, _opt("kind", "kind", choices=_KINDS), _opt("reason", "why it is needed"), _TARGETS, _PLAN,
        _opt("model", "another model"), _VALUES, _ENVIRONMENT,
    ),
)  # fmt: skip

SUBMIT = _act(
    "change", "submit", "submit", "Freezes it as it is, assesses it, and asks those who approve.",
    undo="change.withdraw", rule=rules.by_event(Event.SUBMIT), words=("request approval", "send"),
)  # fmt: skip

WITHDRAW = _act(
    "change", "withdraw", "withdraw", "Takes it back from those who approve: a draft again, approvals void.",
    rule=rules.by_event(Event.WITHDRAW), params=(_WHY,), words=("draft",),
)  # fmt: skip

APPROVE = _act(
    "change", "approve", "approve", "Says yes to exactly what is frozen. Never to one's own: four eyes.", "y", UNDO,
    rule=rules.may_vote, role=Role.APPROVER, params=(_WHY, _SHA, _FOR), words=("yes", "agree", "authorise"),
)  # fmt: skip

REJECT = _act(
    "change", "reject", "reject", "Says no, with the reason: a draft again, approvals void.", "n",
    rule=rules.by_event(Event.REJECT), role=Role.APPROVER, params=(_REASON, _SHA, _FOR), words=("no", "veto", "deny"),
)  # fmt: skip

ABSTAIN = _act(
    "change", "abstain", "abstain", "Says that you have looked, and neither yes nor no.", undo=UNDO,
    rule=rules.may_vote, role=Role.APPROVER, params=(_WHY, _SHA, _FOR),
)  # fmt: skip

COMMENT = _act(
    "change", "comment", "comment", "Says something of it, or of a line of its plan.", "i", rule=rules.may_note,
    params=(Param("text", "what to write"), _opt("line", "of the plan, from 1")), words=("note",),
)  # fmt: skip

TAKE = _act(
    "change", "take", "take on", "You look after it, and are none of those who approve it.", "a", UNDO,
    rule=rules.may_look_after, words=("own", "owner"),
)  # fmt: skip

ASSIGN = _act(
    "change", "assign", "assign", "Gives it to somebody, to look after or to carry out.", "A", UNDO,
    rule=rules.may_look_after, words=("owner", "implementer"),
    params=(
        Param("to", "the operator's name"), _opt("as", "as", default="owner", choices=("owner", "implementer")),
    ),
)  # fmt: skip

SCHEDULE = _act(
    "change", "schedule", "schedule", "Says when it begins. A time that was not approved is approved anew.", undo=UNDO,
    rule=rules.may_schedule, words=("time", "window", "when", "plan"),
    params=(
        _opt("start", "what begins it", choices=_STARTS),
        _opt("at", "not before", help="2026-12-01 22:00, 22:00 or 'in 2h'"),
        _opt("until", "not begun after", help="as at"),
        _opt("window", "the window with which it begins"),
    ),
)  # fmt: skip

HOLD = _act(
    "change", "hold", "hold", "Nobody approves or starts it meanwhile; what was approved counts on afterwards.", "o",
    UNDO, rule=rules.may_hold, params=(_REASON,), words=("wait",),
)  # fmt: skip

UNHOLD = _act(
    "change", "unhold", "off hold", "It need not wait any more.", "o", UNDO, rule=rules.may_go_on,
    instead_of="change.hold", words=("go on",),
)  # fmt: skip

CANCEL = _act(
    "change", "cancel", "cancel", "Gives it up before it has begun.", "X", UNDO, rule=rules.by_event(Event.CANCEL),
    params=(_REASON,),
)  # fmt: skip

CLOSE = _act(
    "change", "close", "close", "The paperwork is done. Problems that waited for it alone are resolved.", "r",
    rule=rules.by_event(Event.CLOSE), words=("finish", "done"),
    params=(_opt("review", "how it went", help="needed where not all went well"),),
)  # fmt: skip

REVIEW = _act(
    "change", "review", "review", "Writes down how it went. What ran unapproved is reviewed by another.", undo=UNDO,
    rule=rules.may_review, params=(Param("text", "how it went, and what is learnt"),),
    words=("post-implementation", "pir"),
)  # fmt: skip

LINK = _act(
    "change", "link", "link", "Links it to an incident, problem, finding, request or another change.", undo=UNDO,
    rule=rules.may_note, words=("incident", "problem"),
    params=(
        Param("to", "INC-12, PRB-3, FND-40, REQ-5 or CHG-7"),
        _opt("caused", "the change caused this incident", kind=ParamKind.FLAG, default="no"),
    ),
)  # fmt: skip

UNLINK = _act(
    "change", "unlink", "unlink", "Takes a link away.", rule=rules.may_note,
    params=(Param("from", "INC-12, PRB-3, FND-40, REQ-5 or CHG-7"),),
)  # fmt: skip

UNDO_LAST = _act(
    "change", "undo", "undo", "Takes back the last act of yours on it. Approvals that it voided stay void.",
)  # fmt: skip

DELEGATE = Action(
    id="fleet.delegate", label="delegate approvals", noun="fleet", role=Role.APPROVER, danger=Danger.REVERSIBLE,
    undo="fleet.undelegate", words=("leave", "holiday", "stand in", "deputy"),
    params=(
        Param("to", "the approver's name"),
        Param("for", "how long", ParamKind.DURATION, help="such as 5d or 2w; 92 days at most"),
        _opt("from", "from when on; empty: now", help="2026-12-01 22:00, 22:00 or 'in 2h'"), _WHY,
    ),
    help="Lets another approver say yes and no in your place for a time. What is your own stays barred to him too.",
)  # fmt: skip

UNDELEGATE = Action(
    id="fleet.undelegate", label="end delegation", noun="fleet", role=Role.APPROVER, danger=Danger.NONE,
    params=(_opt("to", "the approver's name; empty: everyone"),),
    help="Ends your delegations. What was said in your place meanwhile counts on.",
)  # fmt: skip

_LIMITS = (
    _opt("hosts", "the most hosts of one change", help="- for no limit"),
    _opt("targets", "on what it may run", help="as a change's targets; - for everything"),
)  # fmt: skip

MODEL_CREATE = Action(
    id="changemodel.create", label="new model", noun="fleet", role=Role.OPERATOR, danger=Danger.NONE,
    params=(
        Param("name", "what it is called, such as nginx-patch"), _TITLE,
        Param("plan", "the plan, with its parameters", ParamKind.DOCUMENT, help="YAML; on a command line plan=@FILE"),
        *_LIMITS,
    ),
    words=("template", "standard change"),
    help="Writes down a plan with open parameters. Standard changes are made of it once another has approved it.",
)  # fmt: skip

MODEL_EDIT = _act(
    "changemodel", "edit", "edit model", "Changes what it says; it is approved anew then.", alone=True,
    rule=rules.may_edit_model, params=(_TITLE, _PLAN, *_LIMITS),
)  # fmt: skip

MODEL_APPROVE = _act(
    "changemodel", "approve", "approve model", "Allows standard changes of it as it stands. Never of one's own.", "y",
    rule=rules.may_approve_model, role=Role.APPROVER, params=(_SHA,), undo="changemodel.withdraw",
)  # fmt: skip

MODEL_WITHDRAW = _act(
    "changemodel", "withdraw", "withdraw approval", "No standard changes of it begin, until it is approved anew.",
    rule=rules.may_withdraw_model, role=Role.APPROVER,
)  # fmt: skip

MODEL_RETIRE = _act(
    "changemodel", "retire", "retire model", "No changes are made of it any more, and none of it begins.", "X",
    rule=rules.may_edit_model, undo="changemodel.bring_back", words=("delete", "remove"),
)  # fmt: skip

MODEL_BACK = _act(
    "changemodel", "bring_back", "bring model back", "Changes are made of it again.", role=Role.APPROVER,
    rule=rules.may_bring_back_model, undo="changemodel.retire",
)  # fmt: skip

ACTS: tuple[Action, ...] = (
    APPROVE, REJECT, ABSTAIN, COMMENT, SUBMIT, EDIT, SCHEDULE, TAKE, ASSIGN, HOLD, UNHOLD, WITHDRAW, LINK, UNLINK,
    REVIEW, CLOSE, CANCEL, UNDO_LAST, CREATE, DELEGATE, UNDELEGATE,
    MODEL_CREATE, MODEL_APPROVE, MODEL_WITHDRAW, MODEL_EDIT, MODEL_RETIRE, MODEL_BACK,
)  # fmt: skip
"""In the order in which menus have them."""
