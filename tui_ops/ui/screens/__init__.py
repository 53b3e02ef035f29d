"""The screens that exist, each declared once.

A later screen adds a row here: the line of screens, the digit that opens it, the app's modes, the header's word and
what waits for the operator, ``:`` with its completion, the palette and ``?`` follow from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from tui_ops.actions.declared import HOST_TRUST
from tui_ops.actions.incidents import ACKNOWLEDGE
from tui_ops.model.states import HostState
from tui_ops.store.views.incidents import IncidentRow
from tui_ops.ui.changes.approving import to_approve
from tui_ops.ui.changes.mine import freezes_to_decide, reviews_due, waits_for_me
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import AUDIT_KEYS, CHANGE_KEYS, FINDING_KEYS, INCIDENT_KEYS, KEYS, known_values
from tui_ops.ui.frame import Told, counts_line
from tui_ops.ui.incidents.clocks import RESOLVE_SOON_S, resolve_left_s
from tui_ops.ui.paint import Ink, Line, joined, line
from tui_ops.ui.security.needs import needing, to_answer, to_mend
from tui_ops.ui.security.registry import FURTHER

if TYPE_CHECKING:
    from tui_ops.ui.screens.base import DeskScreen


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """A screen of the desk."""

    key: str
    """Its digit."""
    name: str
    title: str
    noun: str
    """The noun of its addresses, ``hosts``."""
    place: str
    """``module:Class``; imported when it is opened first."""
    count: Callable[[Desk], int]
    """How many things there need someone."""
    keys: tuple[str, ...] = ()
    """What an address of it may name."""
    views: tuple[str, ...] = ()
    """The nouns of its further views, in the order in which ``.`` goes through them."""
    values: Callable[[Desk, str], list[str]] | None = None
    """The values that a key of its addresses has; None asks the screen itself, as long as it is in front."""
    told: Told | None = None
    """What the header says of it everywhere: with words, or in short."""
    mine: Callable[[Desk], int] = lambda _desk: 0
    """How many things there wait for a decision that this operator may take."""
    help: str = ""
    """What it answers, in half a sentence."""

    def load(self) -> "DeskScreen":
        """Return a new screen."""
        module, _, name = self.place.partition(":")
        made: DeskScreen = getattr(import_module(module), name)()
        return made


def has_to_end(row: IncidentRow, me: str, at: float) -> bool:
    """Return whether an incident of an operator should be resolved soon, or should have been.

    Args:
        row: the incident.
        me: the operator.
        at: the present, epoch seconds.
    """
    mine = me in (row.acked_by, row.owner)
    return mine and row.is_open and not row.on_hold and resolve_left_s(row, at) < RESOLVE_SOON_S


ACK_SOON_S = 600.0
"""An acknowledgement of one's own needs its operator this long before it runs out."""


def keys_to_trust(desk: Desk) -> int:
    """Return how many hosts offer a key on which this operator may decide."""
    if desk.acts_removed or desk.role is None or not desk.role.may(HOST_TRUST.role):
        return 0
    return desk.fleet.in_state(HostState.KEY_UNKNOWN, HostState.KEY_CHANGED)


def to_acknowledge(desk: Desk) -> int:
    """Return how many incidents this operator may acknowledge and nobody has."""
    if desk.acts_removed or desk.role is None or not desk.role.may(ACKNOWLEDGE.role):
        return 0
    return desk.incidents.unseen


def priorities_line(desk: Desk, words: bool) -> Line:
    """Return how many incidents are open, by priority: ``P1 1  P2 2``."""
    found = sorted(desk.incidents.open.items())
    inks = {1: Ink.BAD, 2: Ink.BAD, 3: Ink.WARN}
    parts = [line((f"P{priority} {count}", inks.get(priority, Ink.DIM))) for priority, count in found]
    return joined(parts if words else parts[:2], "  " if words else " ")


def changes_for_me(desk: Desk) -> int:
    """Return how many changes this operator may approve, has to look at, or has in hand and stand still."""
    if desk.acts_removed:
        return 0
    rows = desk.changes.rows.values()
    mine = len(to_approve(rows, desk)) + len(waits_for_me(rows, desk)) + len(reviews_due(rows, desk))
    return mine + len(freezes_to_decide(desk))


def changes_line(desk: Desk, words: bool) -> Line:
    """Return how many changes are live: ``2 changes run``, ``C2`` where room is short; nothing while none is."""
    live = desk.changes.live
    if not live:
        return ()
    told = f" change{'' if live == 1 else 's'} live"
    return line((str(live), Ink.ACCENT), (told, Ink.DIM)) if words else line((f"C{live}", Ink.ACCENT))


def findings_for_me(desk: Desk) -> int:
    """Return how many findings this operator should mend, and how many acceptances wait for his answer."""
    return 0 if desk.acts_removed else sum(1 for _ in to_mend(desk)) + len(to_answer(desk))


def findings_line(desk: Desk, words: bool) -> Line:
    """Return how many findings are overdue: ``3 findings overdue``, in short ``3 over``; nothing while none is."""
    late = desk.security.counts.overdue
    if not late:
        return ()
    told = f" finding{'' if late == 1 else 's'} overdue" if words else " over"
    return line((str(late), Ink.BAD), (told, Ink.DIM))


def known_change_values(desk: Desk, key: str) -> list[str]:
    """Return the texts that changes have for a key of an address."""
    rows = desk.changes.rows.values()
    if key in ("host", "services", "target"):
        name = {"host": "hosts", "services": "services", "target": "targets"}[key]
        return sorted({text for row in rows for text in getattr(row, name)})
    names = {"state": "state", "kind": "kind", "owner": "owner", "requester": "requested_by", "outcome": "outcome",
             "implementer": "implementer", "window": "window", "environment": "environment"}  # fmt: skip
    return sorted({str(getattr(row, names[key])) for row in rows} - {""}) if key in names else []


def known_incident_values(desk: Desk, key: str) -> list[str]:
    """Return the texts that incidents have for a key of an address."""
    names = {"service": "service", "owner": "owner", "site": "site", "rule": "rule", "state": "state",
             "severity": "severity", "policy": "policy", "acked": "acked_by"}  # fmt: skip
    rows = desk.incidents.rows.values()
    if key == "host":
        return sorted({host for row in rows for host in row.hosts})
    return sorted({str(getattr(row, names[key])) for row in rows} - {""}) if key in names else []


def for_me(desk: Desk) -> int:
    """Return how many things besides incidents and host keys need this operator."""
    if desk.acts_removed:
        return 0
    at = desk.present.at
    mine = [row for row in desk.incidents.rows.values() if row.is_open and row.acked_by == desk.me]
    late = sum(has_to_end(row, desk.me, at) for row in desk.incidents.rows.values())
    ends = sum(row.ack_until is not None and row.ack_until - at < ACK_SOON_S for row in mine)
    return (
        ends + late + len(desk.todo.due(desk.me, at)) + len(desk.todo.to_review(desk.me, at)) + len(desk.todo.proposed)
    )


def all_for_me(desk: Desk) -> int:
    """Return how many things need this operator."""
    return for_me(desk) + to_acknowledge(desk) + keys_to_trust(desk) + findings_for_me(desk)


SCREENS: tuple[ScreenSpec, ...] = (
    ScreenSpec(
        "0", "now", "Now", "now", "tui_ops.ui.screens.now:Now", all_for_me,
        ("left", "kind", "name", "text", "where", "next"), views=("since",), mine=for_me,
        help="what needs you across everything, by time left; what happened since you looked",
    ),
    ScreenSpec(
        "1", "infrastructure", "Infrastructure", "hosts", "tui_ops.ui.screens.infrastructure:Infrastructure",
        lambda desk: desk.fleet.in_trouble, KEYS, views=("racks", "network", "storage", "checks", "differences"),
        values=lambda desk, key: known_values(desk.fleet.rows.values(), key), told=counts_line, mine=keys_to_trust,
        help="hosts, network, storage, checks, differences: what is up, what is in trouble, what changed",
    ),
    ScreenSpec(
        "2", "incidents", "Incidents", "incidents", "tui_ops.ui.screens.incidents:Incidents",
        lambda desk: desk.incidents.unseen, INCIDENT_KEYS,
        views=("alerts", "problems", "knownerrors", "actions", "silences", "figures"),
        values=known_incident_values, told=priorities_line, mine=to_acknowledge,
        help="what hurts first, why, what changed; alerts, problems, known errors, silences, figures",
    ),
    ScreenSpec(
        "3", "changes", "Changes", "changes", "tui_ops.ui.screens.changes:Changes",
        changes_for_me, CHANGE_KEYS, views=("calendar", "changemodels", "freezes", "releases"),
        values=known_change_values, told=changes_line, mine=changes_for_me,
        help="requests, risk, approvals; the calendar with windows and freezes; models, releases",
    ),
    ScreenSpec(
        "4", "security", "Security", "findings", "tui_ops.ui.screens.security:Security",
        needing, FINDING_KEYS, views=FURTHER, told=findings_line, mine=lambda desk: len(to_answer(desk)),
        help="findings from first sight to verified gone; what checks say, vulnerabilities, what is set aside",
    ),
    ScreenSpec(
        "9", "audit", "Audit", "audit", "tui_ops.ui.screens.audit:Audit",
        lambda desk: desk.audit_breaks, AUDIT_KEYS, help="who did what, when, from where; whether the chain is whole",
    ),
)  # fmt: skip
"""In the order of their digits."""
