"""A warning before somebody works by hand on hosts that belong to a change that runs, or that a freeze holds."""

from sqlmodel import Session

from tui_ops.model.changes import ChangeHappening, ConflictKind
from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened
from tui_ops.practices.asked import Asked, Done, ReasonNeeded
from tui_ops.practices.changes.conflicts import Wish, find
from tui_ops.store.assessing import facts_for, known_fleet, spec_in_force

MOMENT_S = 1.0
"""What is asked for is now: nobody knows how long a shell will be open."""

SHOWN = 3
"""Reasons named in one refusal; each says its hosts itself."""


def say_why(session: Session, asked: Asked, done: Done) -> None:
    """Let work by hand on hosts stand on the changes that run there, and ask for a reason where one runs or a freeze
    holds.

    Args:
        session: of the act.
        asked: with hosts as targets, and perhaps ``reason``.
        done: gets the reason, and a line on each of those changes.

    Raises:
        ReasonNeeded: a change runs there or a freeze holds, and no reason is given.
    """
    hosts = tuple(target.name for target in asked.targets)
    spec = spec_in_force(session)
    around = facts_for(session, hosts, asked.at, None, known_fleet(session))
    wish = Wish(hosts, asked.at, asked.at + MOMENT_S)
    found = [one for one in find(wish, around, spec) if one.blocks or one.kind is ConflictKind.FREEZE]
    reason = clean(asked.text("reason").strip())
    if found and not reason:
        more = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        said = "; ".join(one.said for one in found[:SHOWN]) + more
        raise ReasonNeeded(said, "say why you go there all the same: reason='…'")
    if reason:
        done.message += f" ({reason})"
    for change in around.changes:
        if change.is_live and change.hosts & frozenset(hosts):
            done.change_lines.append((change.id, Happened(ChangeHappening.NOTE, done.message, asked.who.name)))
