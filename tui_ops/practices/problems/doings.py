"""Act id to the function that carries it out, for the engine."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.problems import acts, items, knownerrors, linking, reviews

Act = Callable[[Session, Asked], Done]

PROBLEM_ACTS: Mapping[str, Act] = {
    "incident.problem": linking.open_or_link,
    "incident.problem_unlink": linking.unlink,
    "incident.problem_undo": acts.undo_incidents,
    "incident.review": reviews.begin,
    "incident.review_write": reviews.write,
    "incident.review_submit": reviews.submit,
    "incident.review_return": reviews.give_back,
    "incident.review_agree": reviews.agree,
    "incident.review_close": reviews.close,
    "incident.review_reopen": reviews.reopen,
    "incident.review_undo": reviews.undo,
    "incident.item": items.for_incident,
    "incident.item_undo": items.undo_for_incident,
    "problem.take": acts.take_on,
    "problem.dismiss": acts.dismiss,
    "problem.assign": acts.assign,
    "problem.note": acts.note,
    "problem.describe": acts.describe,
    "problem.analyse": acts.analyse,
    "problem.why": acts.why,
    "problem.factor": acts.factor,
    "problem.cause": acts.root_cause,
    "problem.workaround": acts.workaround,
    "problem.change": linking.name_change,
    "problem.item": items.for_problem,
    "problem.knownerror": knownerrors.from_problem,
    "problem.resolve": acts.resolve,
    "problem.accept": acts.accept_risk,
    "problem.close": acts.close,
    "problem.reanalyse": acts.reanalyse,
    "problem.duplicate": linking.duplicate,
    "problem.cancel": acts.cancel,
    "problem.undo": acts.undo,
    "knownerror.create": knownerrors.create,
    "knownerror.edit": knownerrors.edit,
    "knownerror.retire": knownerrors.retire,
    "knownerror.bring_back": knownerrors.bring_back,
    "knownerror.undo": knownerrors.undo,
    "item.do": items.do,
    "item.change": items.change,
    "item.do_again": items.do_again,
    "item.undo": items.undo,
}
"""Every act of ``actions/problems.py``."""
