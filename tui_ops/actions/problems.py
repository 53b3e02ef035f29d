"""The acts on problems, known errors, reviews and action items, declared."""

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.actions.declaring import act as _act
from tui_ops.actions.declaring import opt as _opt
from tui_ops.model.people import Role
from tui_ops.model.problems import ItemKind
from tui_ops.practices.problems import rules
from tui_ops.practices.problems.states import Event

UNDO = "problem.undo"
UNDO_OF_LINK = "incident.problem_undo"
UNDO_OF_REVIEW = "incident.review_undo"
UNDO_OF_ITEM = "item.undo"
UNDO_OF_KNOWN = "knownerror.undo"

_KINDS = tuple(str(kind) for kind in ItemKind)
_PRIORITIES = ("1", "2", "3", "4", "5")


_REASON = Param("reason", "why, for everyone who looks")
_TEXT = Param("text", "what to write")
_FOR = Param("for", "until when, from now", ParamKind.DURATION, required=False, help="such as 5d or 8w")

INCIDENT_PROBLEM = _act(
    "incident", "problem", "problem", "Opens a problem from the incidents, or links them to the one that is named.",
    "P", UNDO_OF_LINK, rule=rules.may_have_problem, words=("root cause", "recurs"),
    params=(_opt("problem", "PRB-2, to link to; empty: a new one"), _opt("title", "title of the new one")),
)  # fmt: skip

INCIDENT_UNLINK = _act(
    "incident", "problem_unlink", "no problem", "Takes the incidents out of their problem.", undo=UNDO_OF_LINK,
)  # fmt: skip

INCIDENT_LINK_UNDO = _act(
    "incident", "problem_undo", "undo the link", "Takes back what you did last with the incident's problem.",
)  # fmt: skip

TAKE = _act(
    "problem", "take", "take on", "You look after it. A proposal becomes a problem, with its incidents.",
    "a", UNDO, rule=rules.may_take, words=("own", "accept", "assess"),
)  # fmt: skip

DISMISS = _act(
    "problem", "dismiss", "dismiss", "Wants none of a proposal; the same shape is not proposed again for 30 days.",
    "n", UNDO, rule=rules.by_event(Event.DISMISS), words=("reject",), params=(_opt("reason", "why"),),
)  # fmt: skip

ASSIGN = _act(
    "problem", "assign", "assign", "Gives it to somebody, by the operator's name in the inventory.", "A", UNDO,
    rule=rules.may_work_on, params=(Param("to", "the operator's name"),), words=("owner",),
)  # fmt: skip

NOTE = _act(
    "problem", "note", "note", "Writes a line on its list.", "i", rule=rules.may_note, params=(_TEXT,),
    words=("comment",),
)  # fmt: skip

DESCRIBE = _act(
    "problem", "describe", "describe", "Sets its title, statement or priority.", undo=UNDO, rule=rules.may_work_on,
    params=(
        _opt("title", "the new title"), _opt("statement", "what is seen, where, since when"),
        _opt("priority", "1 to 5", choices=_PRIORITIES),
    ),
    words=("title", "priority", "statement"),
)  # fmt: skip

ANALYSE = _act(
    "problem", "analyse", "look for the cause", "Begins the search for what is behind it.", undo=UNDO,
    rule=rules.by_event(Event.ANALYSE), words=("root cause", "investigate"),
)  # fmt: skip

WHY = _act(
    "problem", "why", "why", "Writes down the next of five answers to why, each to the one before.", undo=UNDO,
    rule=rules.may_work_on, words=("five whys",),
    params=(Param("text", "because …"), _opt("number", "1 to 5, to write one anew", choices=_PRIORITIES)),
)  # fmt: skip

FACTOR = _act(
    "problem", "factor", "contributing cause", "Writes down something that had a part in it.", undo=UNDO,
    rule=rules.may_work_on, words=("factor",),
    params=(Param("text", "what had a part in it"), _opt("number", "to write one anew")),
)  # fmt: skip

CAUSE = _act(
    "problem", "cause", "root cause", "Writes down what it is.", undo=UNDO, rule=rules.may_work_on,
    params=(Param("text", "what it is"),),
)  # fmt: skip

WORKAROUND = _act(
    "problem", "workaround", "workaround", "Writes down how to live with it, and tells every open incident of it.",
    undo=UNDO, rule=rules.may_work_on, params=(Param("text", "what to do meanwhile"),), words=("communicate",),
)  # fmt: skip

CHANGE = _act(
    "problem", "change", "name a change", "Names a change that is to mend it; when all of them close, it is resolved.",
    "F", UNDO, rule=rules.may_name_change, params=(Param("change", "its name, CHG-7"),), words=("fix", "link"),
)  # fmt: skip

ITEM = _act(
    "problem", "item", "action item", "Adds something to be done for it, by somebody, until a day.", undo=UNDO,
    rule=rules.may_work_on, alone=True, words=("todo", "task"),
    params=(
        Param("text", "what is to be done"), Param("kind", "what it is good for", default="prevent", choices=_KINDS),
        _opt("owner", "who; empty: you"), _FOR,
    ),
)  # fmt: skip

KNOWN = _act(
    "problem", "knownerror", "known error", "Makes it a known error, which is looked for on hosts in trouble.",
    undo=UNDO, rule=rules.may_work_on, alone=True, words=("signature",),
    params=(
        _opt("rule", "an alert's rule"), _opt("log", "a pattern in its log"), _opt("unit", "a unit that failed"),
        _opt("package", "a package"), _opt("version", "of the package"), _opt("title", "else the problem's"),
        _opt("symptom", "else its statement"), _opt("workaround", "else the problem's"),
        _opt("solution", "else its fix"), _FOR,
    ),
)  # fmt: skip

RESOLVE = _act(
    "problem", "resolve", "resolve", "It is mended: what it was, and what mended it. Incidents that wait for it go on.",
    "r", UNDO, rule=rules.by_event(Event.RESOLVE), words=("fixed",),
    params=(Param("fix", "what mended it"), _opt("cause", "what it was, where that is not written yet")),
)  # fmt: skip

CLOSE = _act(
    "problem", "close", "close", "The paperwork is done.", undo=UNDO, rule=rules.by_event(Event.CLOSE),
)  # fmt: skip

ACCEPT = _act(
    "problem", "accept", "accept the risk", "It stays as it is until a day; then it is analysed again.", "W", UNDO,
    rule=rules.by_event(Event.ACCEPT), role=Role.APPROVER, words=("waive", "risk"),
    params=(Param("for", "how long", ParamKind.DURATION, help="such as 30d or 26w"), _REASON),
)  # fmt: skip

REANALYSE = _act(
    "problem", "reanalyse", "analyse again", "What was found or done was not it: back to the search for the cause.",
    undo=UNDO, rule=rules.by_event(Event.REANALYSE), role=Role.APPROVER, params=(_REASON,), words=("reopen",),
)  # fmt: skip

DUPLICATE = _act(
    "problem", "duplicate", "duplicate", "It is another one, which has its incidents from then on.", undo=UNDO,
    rule=rules.by_event(Event.DUPLICATE), params=(Param("of", "the one that stays, PRB-2"),), words=("merge",),
)  # fmt: skip

CANCEL = _act(
    "problem", "cancel", "cancel", "It was none.", "X", UNDO, rule=rules.by_event(Event.CANCEL), params=(_REASON,),
)  # fmt: skip

UNDO_LAST = _act(
    "problem", "undo", "undo", "Takes back the last act of yours on it, as far as nobody has changed the same since.",
)  # fmt: skip

_SIGNATURE = (
    _opt("rule", "an alert's rule; - takes it out"), _opt("log", "a pattern in its log; - takes it out"),
    _opt("unit", "a unit that failed; - takes it out"), _opt("package", "a package; - takes it out"),
    _opt("version", "of the package; - takes it out"),
)  # fmt: skip
_SAID = (
    _opt("symptom", "what is seen"), _opt("workaround", "what to do meanwhile"), _opt("solution", "what mends it"),
    _FOR,
)  # fmt: skip

KNOWN_CREATE = Action(
    id="knownerror.create", label="new known error", noun="fleet", role=Role.OPERATOR, danger=Danger.NONE,
    params=(Param("title", "what it is called"), *_SIGNATURE, *_SAID), words=("signature", "bug"),
    help="Writes down a known error that belongs to no problem of yours, with what it is found by.",
)  # fmt: skip

KNOWN_EDIT = _act(
    "knownerror", "edit", "change", "Changes what is said of it, and what it is found by.", undo=UNDO_OF_KNOWN,
    rule=rules.may_edit_known_error, params=(_opt("title", "what it is called"), *_SIGNATURE, *_SAID),
)  # fmt: skip

KNOWN_RETIRE = _act(
    "knownerror", "retire", "retire", "It is no longer looked for.", "X", UNDO_OF_KNOWN,
    rule=rules.may_edit_known_error, words=("delete", "remove"),
)  # fmt: skip

KNOWN_BACK = _act(
    "knownerror", "bring_back", "bring back", "It is looked for again.", undo=UNDO_OF_KNOWN, rule=rules.may_bring_back,
)  # fmt: skip

KNOWN_UNDO = _act("knownerror", "undo", "undo", "Takes back the last act of yours on it.")

REVIEW = _act(
    "incident", "review", "begin review", "Makes the draft of a review from the timeline.", "V", UNDO_OF_REVIEW,
    rule=rules.may_begin_review, words=("postmortem", "post-incident", "retrospective"),
    params=(_opt("owner", "who writes it; empty: you"),),
)  # fmt: skip

REVIEW_WRITE = _act(
    "incident", "review_write", "write review", "Writes a paragraph into a section of the review.",
    undo=UNDO_OF_REVIEW, alone=True,
    params=(
        Param("section", "which", choices=("what happened", "impact", "went well", "went badly", "lucky", "factors")),
        _TEXT, _opt("replace", "in the place of what is there", kind=ParamKind.FLAG, default="no"),
    ),
)  # fmt: skip

REVIEW_SUBMIT = _act(
    "incident", "review_submit", "submit review", "Gives the draft to others to read.", undo=UNDO_OF_REVIEW, alone=True,
)  # fmt: skip

REVIEW_RETURN = _act(
    "incident", "review_return", "return review", "Returns it to its owner.", undo=UNDO_OF_REVIEW, alone=True,
    params=(_REASON,),
)  # fmt: skip

REVIEW_AGREE = _act(
    "incident", "review_agree", "agree to review", "Agrees to a review that another person owns.",
    undo=UNDO_OF_REVIEW, alone=True, role=Role.APPROVER, words=("approve", "reviewed"),
)  # fmt: skip

REVIEW_CLOSE = _act(
    "incident", "review_close", "close review", "The paperwork is done; the action items go on.",
    undo=UNDO_OF_REVIEW, alone=True,
)  # fmt: skip

REVIEW_REOPEN = _act(
    "incident", "review_reopen", "open review again", "Writes on in a review that was agreed to.",
    undo=UNDO_OF_REVIEW, alone=True, params=(_REASON,),
)  # fmt: skip

REVIEW_UNDO = _act("incident", "review_undo", "undo on the review", "Takes back the last act of yours on the review.")

REVIEW_ITEM = _act(
    "incident", "item", "action item", "Adds something to be done after it, by somebody, until a day.",
    undo="incident.item_undo", rule=rules.may_have_problem, alone=True, words=("todo", "task", "follow-up"),
    params=(
        Param("text", "what is to be done"), Param("kind", "what it is good for", default="prevent", choices=_KINDS),
        _opt("owner", "who; empty: you"), _FOR,
    ),
)  # fmt: skip

REVIEW_ITEM_UNDO = _act(
    "incident", "item_undo", "undo action item", "Takes back the action item that you added last.", alone=True,
)  # fmt: skip

ITEM_DO = _act(
    "item", "do", "done", "It is done.", "r", UNDO_OF_ITEM, rule=rules.may_do, words=("finish", "close"),
)  # fmt: skip

ITEM_DO_AGAIN = _act(
    "item", "do_again", "not done", "It is not done after all.", undo=UNDO_OF_ITEM, rule=rules.may_do_again,
)  # fmt: skip

ITEM_CHANGE = _act(
    "item", "change", "change", "Changes what is to be done, by whom, and until when.", "A", UNDO_OF_ITEM,
    rule=rules.may_do, words=("assign", "due", "owner"),
    params=(
        _opt("text", "what is to be done"), _opt("owner", "who"), _opt("kind", "what it is good for", choices=_KINDS),
        _FOR,
    ),
)  # fmt: skip

ITEM_UNDO = _act("item", "undo", "undo", "Takes back the last act of yours on it.")

ACTS: tuple[Action, ...] = (
    INCIDENT_PROBLEM, INCIDENT_UNLINK, REVIEW, REVIEW_WRITE, REVIEW_SUBMIT, REVIEW_RETURN, REVIEW_AGREE, REVIEW_CLOSE,
    REVIEW_REOPEN, REVIEW_ITEM, INCIDENT_LINK_UNDO, REVIEW_UNDO, REVIEW_ITEM_UNDO,
    TAKE, DISMISS, ASSIGN, NOTE, DESCRIBE, ANALYSE, WHY, FACTOR, CAUSE, WORKAROUND, CHANGE, ITEM, KNOWN, RESOLVE,
    ACCEPT, CLOSE, REANALYSE, DUPLICATE, CANCEL, UNDO_LAST,
    KNOWN_EDIT, KNOWN_RETIRE, KNOWN_BACK, KNOWN_UNDO, KNOWN_CREATE,
    ITEM_DO, ITEM_CHANGE, ITEM_DO_AGAIN, ITEM_UNDO,
)  # fmt: skip
"""In the order in which menus have them."""
