"""The view of changes: one a line; first what waits for this operator, then what runs, then what is to come."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.changes import LIVE_STATES, ChangeState
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import fit
from tui_ops.ui.changes.approving import Standing, standing_of
from tui_ops.ui.changes.signs import RISK_INK, change_sign, state_word
from tui_ops.ui.changes.words import risk, waits_for, when
from tui_ops.ui.columns import Column, Look
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import CHANGE_KEYS
from tui_ops.ui.paint import LOOK_INK, Ink, Line, Span
from tui_ops.ui.panels import Pen
from tui_ops.ui.views.incidents import MINUTE_S, told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact
from tui_ops.ui.views.itemspane import ItemsPane

TITLE_LEAST = 22
"""Cells of a title before a reason comes: it is what tells one change from another."""

KIND_SHORT = {"standard": "std", "normal": "norm", "emergency": "emer"}
"""Kinds in few cells."""


def _risk(item: Item, width: int, look: Look) -> Span:
    value = item.facts.get("risk")
    if not isinstance(value, int | float):
        return fit(look.signs.unknown, width, right=True), Ink.DIM
    return fit(f"{value:.0f}", width, right=True), item.inks.get("risk", Ink.DIM)


CHANGE_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "CHANGE", 7, ink=Ink.TEXT),
    told_fact("short", "KIND", 4, priority=3),
    told_fact("state", "STATE", 12, priority=1),
    Column("risk", "RISK", 4, _risk, lambda item: (item.facts.get("risk") is None, item.facts.get("risk") or 0.0), 1,
           right=True, falling=True),
    text_fact("title", "TITLE", TITLE_LEAST, most=80, ink=Ink.TEXT),
    number_fact("hosts", "HOSTS", 5, lambda value: f"{value:.0f}", priority=3),
    text_fact("when", "WHEN", 12, most=22, priority=4),
    told_fact("waits", "WAITS FOR", 14, most=44, priority=2),
    text_fact("owner", "OWNER", 6, most=12, priority=5),
    text_fact("release", "RELEASE", 7, priority=6),
)  # fmt: skip
"""In the order in which they stand."""

_ORDER = (
    ChangeState.INTERRUPTED, ChangeState.PAUSED, ChangeState.ROLLING_BACK, ChangeState.RUNNING, ChangeState.SUBMITTED,
    ChangeState.ENDED, ChangeState.SCHEDULED, ChangeState.APPROVED, ChangeState.DRAFT, ChangeState.CLOSED,
    ChangeState.CANCELLED,
)  # fmt: skip
"""What stands first: what does not go on by itself, then what runs, then what somebody has to decide."""


def change_item(row: ChangeRow, standing: Standing, me: str, at: float) -> Item:
    """Return a change as an item.

    Args:
        row: the change.
        standing: of its approval.
        me: the operator.
        at: the present, epoch seconds, of a full minute.
    """
    sign, waits = change_sign(row), waits_for(row, standing, me)
    live = row.state in LIVE_STATES
    facts: dict[str, Any] = {
        "name": row.name, "short": KIND_SHORT[row.kind], "state": state_word(row),
        "risk": None if row.risk is None else float(row.risk), "title": row.title, "hosts": float(len(row.hosts)),
        "when": when(row, at), "waits": waits.text, "owner": row.owner, "kind": str(row.kind), "host": row.hosts,
        "release": f"REL-{row.release_id}" if row.release_id is not None else "", "services": row.services,
        "requester": row.requested_by, "implementer": row.implementer, "window": row.window, "outcome": row.outcome,
        "target": row.targets, "age": max(0.0, at - row.opened_at), "mine": "yes" if standing.may else "no",
        "unauthorised": "yes" if row.unauthorised else "no", "environment": row.environment,
    }  # fmt: skip
    words = " ".join((row.name, row.title, str(row.kind), facts["state"], row.owner, row.requested_by, row.outcome,
                      *row.hosts, *row.services, *row.targets))  # fmt: skip
    soon = row.starts_at if row.starts_at is not None and not live else 0.0
    order: tuple[object, ...] = (not standing.may, _ORDER.index(row.state), soon, -row.id)
    if not row.is_open:
        order = (True, len(_ORDER), 0.0, -(row.closed_at or row.ended_at or row.opened_at))
    kind = Ink.BAD if row.kind == "emergency" else Ink.DIM
    state = LOOK_INK[sign.look] if live or not row.is_open or row.outcome else Ink.TEXT
    return Item(
        ("change", row.id), sign, facts, in_need=row.is_open, order=order, words=words,
        inks={"state": state, "waits": waits.ink, "short": kind, "risk": _risk_ink(row)},
    )  # fmt: skip


def _risk_ink(row: ChangeRow) -> Ink:
    return risk(row).ink if row.risk is not None else RISK_INK["low"]


class PlannedPane(ItemsPane):
    """A view of changes, or of what stands around them. It is about no single host.

    Args:
        desk: that knows them.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def host_here(self) -> HostRow | None:
        """Return None."""
        return None

    def told(self, pen: Pen) -> list[Line]:
        """Return all that is known of what the cursor stands on; nothing of a change, which has a page."""
        del pen
        return []


class ChangesPane(PlannedPane):
    """The changes.

    Args:
        desk: that knows them.
    """

    name = "changes"
    one = "change"
    triage = "need, time"
    columns_of = CHANGE_COLUMNS
    also = CHANGE_KEYS
    nouns = ("change",)
    well = "nothing needs action: no change is open"
    nothing = "no changes: + begins one, and F makes one of marked hosts, an incident or a problem"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._made_for: tuple[object, ...] = ()

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Make the lines anew where a change or what stands around it has changed, or a minute has passed."""
        del found
        at = desk.present.at // MINUTE_S * MINUTE_S
        made_for = (desk.changes.taken, id(desk.around), desk.me, desk.role, at)
        if self.loaded and self._made_for == made_for:
            return
        self._made_for = made_for
        rows = desk.changes.rows.values()
        super().take([change_item(row, standing_of(row, desk), desk.me, at) for row in rows], desk)

    @property
    def here(self) -> ChangeRow | None:
        """The change under the cursor."""
        item = self.items.here
        return self._row(item) if item is not None else None

    def _row(self, item: Item) -> ChangeRow | None:
        return self.desk.changes.rows.get(item.key[1]) if isinstance(item.key, tuple) else None

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the marked changes, or the one under the cursor."""
        if noun != "change":
            return ()
        return [row for item in self.items.chosen() if (row := self._row(item)) is not None]
