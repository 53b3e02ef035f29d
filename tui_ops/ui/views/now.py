"""The views of the first screen: what needs this operator, by time left; and what happened since he looked last."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tui_ops.model.clock import local_time
from tui_ops.model.incidents import incident_name
from tui_ops.model.security import finding_name
from tui_ops.model.states import HostState, Look, StateSign, sign_of
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import fit
from tui_ops.ui.changes.approving import Standing, to_approve
from tui_ops.ui.changes.mine import freezes_to_decide, reviews_due, stands_still, waits_for_me
from tui_ops.ui.changes.signs import change_sign
from tui_ops.ui.changes.words import waits_for, when
from tui_ops.ui.columns import Column
from tui_ops.ui.columns import Look as CellLook
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.incidents.clocks import ack_left_s, resolve_left_s, short
from tui_ops.ui.incidents.lately import Happened
from tui_ops.ui.incidents.model import is_unseen
from tui_ops.ui.incidents.signs import incident_sign
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import LOOK_INK, Ink, Span
from tui_ops.ui.screens import ACK_SOON_S, has_to_end
from tui_ops.ui.security.needs import URGENT_MOST, ending, is_mine, to_answer, to_mend
from tui_ops.ui.security.signs import ASKED, SEVERITY_SIGNS
from tui_ops.ui.security.words import hosts_told
from tui_ops.ui.views.incidents import MINUTE_S, hosts_text, told_fact
from tui_ops.ui.views.items import Item, text_fact
from tui_ops.ui.views.itemspane import ItemsPane

DAY_S = 86400.0

NO_STANDING = Standing()
"""Of a change that is not up for approval."""

TROUBLE = StateSign("✖", "X", Look.BAD, 0, "trouble", "")
CLOCK = StateSign("▲", "!", Look.WARN, 0, "runs out", "")
LATE = StateSign("▲", "!", Look.BAD, 0, "late", "")
IDEA = StateSign("◆", "m", Look.HELD, 0, "proposed", "")


def _left(item: Item, width: int, _look: CellLook) -> Span:
    text = str(item.facts.get("told") or "")
    return fit(text, width), item.inks.get("left", Ink.DIM)


NOW_COLUMNS: tuple[Column[Item], ...] = (
    Column("left", "TIME LEFT", 11, _left,
           lambda item: (item.facts.get("left") is None, item.facts.get("left") or 0.0)),
    told_fact("kind", "KIND", 11),
    text_fact("name", "WHAT", 9, most=24, ink=Ink.TEXT),
    text_fact("text", "", 20, most=90, ink=Ink.TEXT),
    text_fact("where", "WHERE", 10, most=24, priority=1),
    text_fact("next", "DO", 12, most=30, priority=2),
)  # fmt: skip
"""In the order in which they stand."""

NOW_KEYS = ("left", "kind", "name", "text", "where", "next")
"""What an address of this screen may name."""

SINCE_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("when", "WHEN", 12),
    told_fact("kind", "KIND", 9),
    text_fact("name", "WHAT", 10, most=24, ink=Ink.TEXT),
    text_fact("text", "", 20, most=140, ink=Ink.TEXT),
)  # fmt: skip

SINCE_KEYS = ("when", "kind", "name", "text", "age")


def need(
    key: Key, sign: StateSign, kind: str, name: str, text: str, *, left: float | None = None,
    where: str = "", do: str = "", rank: int = 1, weight: int = 3,
) -> Item:  # fmt: skip
    """Return something that needs this operator.

    Args:
        key: by which it is known.
        sign: how it is drawn.
        kind: what it is.
        name: its name.
        text: what is wrong or to be done.
        left: seconds until it is too late; negative where it is; None where no clock runs.
        where: on what, of whom.
        do: what to do with it.
        rank: what is of a lower one stands first, whatever its time.
        weight: of what is too late already, the lower stands first: a priority.
    """
    words = "" if left is None else f"{short(left)} left" if left >= 0 else f"{short(-left)} over"
    ink = Ink.DIM if left is None or left > DAY_S else Ink.WARN if left > 0 else Ink.BAD
    facts: dict[str, Any] = {"left": left, "told": words, "kind": kind, "name": name, "text": text, "where": where,
                             "next": do}  # fmt: skip
    over = left is not None and left < 0
    order = (rank, not over, weight if over else 0, left is None, left or 0.0, name)
    return Item(key, sign, facts, in_need=True, order=order, words=" ".join((kind, name, text, where)),
                inks={"left": ink, "kind": LOOK_INK[sign.look]})  # fmt: skip


def needs(desk: Desk) -> Iterator[Item]:
    """Yield what needs this operator, across everything."""
    at = desk.present.at // MINUTE_S * MINUTE_S
    trouble = desk.trouble()
    if trouble or desk.problem is not None:
        said = trouble or str(desk.problem)
        yield need(("engine", ""), TROUBLE, "engine", "engine", said, rank=0, do="read what it says")
    yield from _incidents(desk, at)
    yield from _changes(desk, at)
    if not desk.acts_removed:
        yield from _freezes(desk, at)
    yield from _todo(desk, at)
    yield from _findings(desk, at)
    for row in desk.fleet.rows.values():
        if row.state in (HostState.KEY_UNKNOWN, HostState.KEY_CHANGED):
            yield need(("host", row.id), sign_of(row.state), "host key", row.name, str(row.state), where=row.site,
                       do="compare, then trust: y", rank=2)  # fmt: skip


def _incidents(desk: Desk, at: float) -> Iterator[Item]:
    for row in desk.incidents.rows.values():
        where = row.service or hosts_text(row.hosts)
        if is_unseen(row, at):
            yield need(("incident", row.id), incident_sign(row), f"incident P{row.priority}", row.name, row.title,
                       left=ack_left_s(row, at), where=where, do="acknowledge: a", weight=row.priority)  # fmt: skip
        elif row.is_open and row.acked_by == desk.me and row.ack_until is not None:
            left = row.ack_until - at
            if left < ACK_SOON_S:
                yield need(("incident", row.id), CLOCK, "your ack", row.name, row.title, left=left, where=where,
                           do="work on it, or a again")  # fmt: skip
        if not is_unseen(row, at) and has_to_end(row, desk.me, at):
            yield need(("resolve", row.id), CLOCK, "resolve", row.name, row.title, left=resolve_left_s(row, at),
                       where=where, do="resolve, or hand it over", weight=row.priority)  # fmt: skip


def _changes(desk: Desk, at: float) -> Iterator[Item]:
    if desk.acts_removed:
        return
    rows = list(desk.changes.rows.values())
    for row in to_approve(rows, desk):
        left = row.starts_at - at if row.starts_at is not None else None
        yield need(("change", row.id), change_sign(row), "approve", row.name, row.title, left=left,
                   where=hosts_text(row.hosts), do=f"look, then y or n ({when(row, at)})")  # fmt: skip
    for row in waits_for_me(rows, desk):
        said = "a step asks for you" if row.progress is not None and row.progress.asking else ""
        yield need(("change", row.id), change_sign(row), str(row.state) if not said else "manual step", row.name,
                   row.title, where=hosts_text(row.hosts), do=said or waits_for(row, NO_STANDING, desk.me).text,
                   rank=0 if stands_still(row) else 1)  # fmt: skip
    for row in reviews_due(rows, desk):
        left = (row.review_due_at or at) - at
        mine = desk.me in (row.requested_by, row.owner, *row.edited_by)
        yield need(("change", row.id, "review"), LATE if left < 0 else CLOCK, "emergency", row.name, row.title,
                   left=left, where=hosts_text(row.hosts),
                   do="have another person review it" if mine else "review it: x")  # fmt: skip


def _freezes(desk: Desk, at: float) -> Iterator[Item]:
    for row in freezes_to_decide(desk):
        yield need(("freeze", row.id), IDEA, "freeze", row.name, f"{row.title}: {row.reason}", left=row.ends_at - at,
                   where=", ".join(row.matcher), do="agree: y, turn down: n", rank=2)  # fmt: skip


FINDINGS_MOST = 12
"""Lines of findings on this screen: the most urgent ones; their own list has all."""


def _findings(desk: Desk, at: float) -> Iterator[Item]:
    """Yield what is overdue or critical, what asks for an answer, and what is set aside not much longer."""
    if desk.acts_removed:
        return
    for one in to_answer(desk):
        number = one.findings[0] if one.findings else 0
        name = finding_name(number) if len(one.findings) == 1 else f"{len(one.findings)} findings"
        what = "accept the risk" if one.kind == "accept" else "call it none"
        yield need(("finding", number, "answer"), ASKED, "approve", name, f"{what}: {one.reason}",
                   where=f"asked by {one.asked_by}", do="look, then y or n")  # fmt: skip
    groups = list(to_mend(desk))
    for rows in groups[:FINDINGS_MOST]:
        first, hosts = rows[0], {row.host for row in rows}
        days = [row.due_at - at for row in rows if row.due_at is not None]
        where = first.host if len(hosts) == 1 else hosts_told(len(hosts))
        do = "fix: F, take on: a" if not first.owner else "fix: F"
        name = first.name if len(rows) == 1 else f"{first.name} +{len(rows) - 1}"
        yield need(("finding", first.id), replace(SEVERITY_SIGNS[first.severity], rank=0), f"{first.severity}", name,
                   first.text or first.title, left=min(days) if days else None, where=where, do=do,
                   weight=SEVERITY_SIGNS[first.severity].rank + 1)  # fmt: skip
    more = len(groups) - FINDINGS_MOST
    if more > 0:
        least = " at least" if len(desk.security.urgent) >= URGENT_MOST else ""
        yield need(("findings", ""), CLOCK, "findings", f"{more} more",
                   f"overdue or critical{least}", do="see all: enter", rank=2)  # fmt: skip
    for one in ending(desk):
        if one.findings and (one.asked_by == desk.me or any(
            row.id in one.findings and is_mine(row, desk) for row in desk.security.urgent
        )):  # fmt: skip
            left = None if one.expires_at is None else one.expires_at - at
            yield need(("finding", one.findings[0], "ends"), CLOCK, "ends", finding_name(one.findings[0]),
                       f"accepted: {one.reason}", left=left, where=one.check, do="mend it, or ask again: W",
                       rank=2)  # fmt: skip


def _todo(desk: Desk, at: float) -> Iterator[Item]:
    for item in desk.todo.due(desk.me, at):
        left = (item.due_at or at) - at
        yield need(("item", item.id), LATE if left < 0 else CLOCK, "action item", item.name, item.text, left=left,
                   where=item.of, do="done: r")  # fmt: skip
    for review in desk.todo.to_review(desk.me, at):
        left = (review.due_at or at) - at
        name = incident_name(review.incident_id)
        yield need(("review", review.incident_id), LATE if left < 0 else CLOCK, "review", name,
                   f"its review is {review.state}", left=left, do="write it")  # fmt: skip
    for problem in desk.todo.proposed:
        yield need(("problem", problem.id), IDEA, "problem", problem.name, problem.title,
                   where=f"{problem.incidents} incidents", do="take on: a, dismiss: n", rank=2)  # fmt: skip


class NowPane(ItemsPane):
    """What needs this operator.

    Args:
        desk: that knows it.
    """

    name = "now"
    one = "thing"
    triage = "time left"
    columns_of = NOW_COLUMNS
    also = NOW_KEYS
    nouns = ("incident", "change", "item", "problem", "freeze", "finding", "host")
    well = "nothing needs you"
    nothing = "nothing needs you: no incident waits, no clock runs out, no key waits for trust"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Make the list anew."""
        del found
        super().take(list(needs(desk)), desk)

    def _of(self, kind: str) -> list[Any]:
        """Return the numbers of what is chosen and of a kind."""
        keys = [item.key for item in self.items.chosen()]
        return [key[1] for key in keys if isinstance(key, tuple) and key[0] == kind]

    @property
    def key_here(self) -> tuple[str, Any]:
        """The kind and number of what the cursor stands on."""
        item = self.items.here
        return (str(item.key[0]), item.key[1]) if item is not None and isinstance(item.key, tuple) else ("", 0)

    def host_here(self) -> HostRow | None:
        """Return the host of the line."""
        kind, number = self.key_here
        return self._desk.fleet.rows.get(number) if kind == "host" else None

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return what of the chosen things an act of a noun would work on."""
        desk = self._desk
        if noun == "incident":
            numbers = dict.fromkeys([*self._of("incident"), *self._of("resolve"), *self._of("review")])
            return [desk.incidents.rows[number] for number in numbers if number in desk.incidents.rows]
        if noun == "change":
            return [desk.changes.rows[number] for number in self._of("change") if number in desk.changes.rows]
        if noun == "finding":
            # A line stands for all that is the same on several hosts, and an act on it works on all of them.
            these = set(self._of("finding"))
            alike = {(row.check, row.object) for row in desk.security.urgent if row.id in these}
            return [row for row in desk.security.urgent if (row.check, row.object) in alike]
        if noun == "item":
            return [row for row in desk.todo.items if row.id in self._of("item")]
        if noun == "freeze":
            return [row for row in desk.around.freezes if row.id in self._of("freeze")]
        if noun == "problem":
            return [row for row in desk.todo.problems if row.id in self._of("problem")]
        return [desk.fleet.rows[number] for number in self._of("host") if number in desk.fleet.rows]


_KINDS = {
    "opened": (StateSign("✖", "X", Look.BAD, 0, "opened", ""), Ink.BAD),
    "resolved": (StateSign("●", "*", Look.GOOD, 0, "resolved", ""), Ink.GOOD),
    "host": (StateSign("▲", "!", Look.WARN, 0, "host", ""), Ink.WARN),
    "did": (StateSign("·", "-", Look.MUTED, 0, "did", ""), Ink.DIM),
}


def since_item(one: Happened, index: int) -> Item:
    """Return something that happened as an item."""
    sign, ink = _KINDS[one.kind]
    facts: dict[str, Any] = {"when": f"{local_time(one.at):%d %b %H:%M}", "kind": one.kind, "name": one.name,
                             "text": one.text, "age": one.at}  # fmt: skip
    return Item((one.kind, one.number or index, one.name, one.at), sign, facts, order=(-one.at, index),
                words=f"{one.kind} {one.name} {one.text}", inks={"kind": ink})  # fmt: skip


class SincePane(ItemsPane):
    """What happened since this operator looked last."""

    name = "since"
    one = "line"
    reads = True
    gap_s = 2.0
    triage = "newest first"
    columns_of = SINCE_COLUMNS
    also = SINCE_KEYS
    nouns = ("host",)
    well = "nothing happened since you looked last"
    nothing = "nothing happened since you looked last"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.since = desk.looked_at or desk.present.at - DAY_S
        """Epoch seconds of the last look; a day ago where there was none."""
        self.found: list[Happened] = []

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return what happened."""
        del desk
        return feed.since(self.since)

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self.found = list(found)
        super().take([since_item(one, index) for index, one in enumerate(self.found)], desk)

    @property
    def here(self) -> Happened | None:
        """What the cursor stands on."""
        item = self.items.here
        return next((one for index, one in enumerate(self.found) if item is not None
                     and item.key == (one.kind, one.number or index, one.name, one.at)), None)  # fmt: skip

    def host_here(self) -> HostRow | None:
        """Return the host of the line."""
        here = self.here
        return self._desk.fleet.named(here.name) if here is not None and here.kind == "host" else None
