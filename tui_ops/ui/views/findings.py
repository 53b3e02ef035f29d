"""The view of findings: the most urgent first, what is the same on several hosts folded on one line."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.security import LIVE_FINDINGS, SEVERITIES
from tui_ops.store.views.findings import EXPIRED, FindingRow
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import FINDING_KEYS
from tui_ops.ui.feed import Feed
from tui_ops.ui.frame import Hint
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import LOOK_INK, Ink, Line
from tui_ops.ui.panels import Pen
from tui_ops.ui.security import layout
from tui_ops.ui.security.reading import SeenPage, read_changed, read_finding, urgency
from tui_ops.ui.security.signs import SEVERITY_SHORT, SEVERITY_SIGNS, state_sign
from tui_ops.ui.security.words import clock_told, due_told, hosts_told, left_s, needs_somebody, state_told
from tui_ops.ui.views.folded import FoldedPane
from tui_ops.ui.views.foldedlist import FoldedList
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact

CHANGED_MOST = 2000
"""From so many changed findings on the whole list is put in order anew, aside, and not one by one between keys."""

WHAT_LEAST, WHAT_EARLY = 23, 48
"""Cells of what it is before a state comes, and before its check and its kind do: it is what tells one finding from
another.
"""

FINDING_COLUMNS: tuple[Column[Item], ...] = (
    number_fact("priority", "PRI", 3, lambda value: f"{value:.0f}"),
    told_fact("severity", "SEV", 4, priority=1),
    text_fact("what", "FINDING", WHAT_LEAST, most=90, ink=Ink.TEXT, early=WHAT_EARLY),
    text_fact("host", "HOST", 9, most=28, ink=Ink.TEXT),
    told_fact("state", "STATE", 12, most=26, priority=1),
    told_fact("due", "DUE", 9, priority=1),
    text_fact("owner", "OWNER", 6, most=12, priority=4),
    text_fact("name", "NUMBER", 8, priority=3),
    text_fact("kind", "KIND", 13, priority=6),
    text_fact("check", "CHECK", 12, most=24, priority=5),
    text_fact("change", "CHANGE", 6, priority=7),
)  # fmt: skip
"""In the order in which they stand."""


def what_of(row: FindingRow) -> str:
    """Return what a finding is, for one line: what was seen, where that says more than the title of its check."""
    return row.text or row.title or row.check


def _datum(name: str) -> Callable[[FindingRow, float], Value]:
    quoted = f'"{name}"'

    def get(row: FindingRow, _at: float) -> Value:
        value = row.data.get(name) if quoted in row.kept_data else None
        return float(value) if isinstance(value, bool | int | float) else str(value) if value else None

    return get


_FACTS: dict[str, Callable[[FindingRow, float], Value]] = {
    "finding": lambda row, _at: row.name,
    "name": lambda row, _at: row.name,
    "state": lambda row, _at: str(row.state),
    "severity": lambda row, _at: str(row.severity),
    "priority": lambda row, _at: float(row.priority),
    "what": lambda row, _at: what_of(row),
    "check": lambda row, _at: row.check,
    "host": lambda row, _at: row.host,
    "object": lambda row, _at: row.object,
    "text": lambda row, _at: row.text,
    "title": lambda row, _at: row.title,
    "due": left_s,
    "overdue": lambda row, at: float(row.overdue(at)),
    "owner": lambda row, _at: row.owner,
    "kind": lambda row, _at: str(row.kind),
    "source": lambda row, _at: row.source,
    "pkg": lambda row, _at: row.package,
    "ticket": lambda row, _at: row.ticket,
    "change": lambda row, _at: row.change,
    "waits": lambda row, _at: float(row.waits),
    "flag": lambda row, _at: EXPIRED if row.expired and row.is_live else "",
    "until": lambda row, at: row.until - at if row.until is not None and not row.expired else None,
    "age": lambda row, at: max(0.0, at - row.first_seen_at),
    "returned": lambda row, _at: float(row.returned),
    "retired": lambda row, _at: float(row.retired),
    **{name: _datum(name) for name in ("installed", "fixed", "kev", "epss", "cvss")},
}

_RANKS = {severity: rank for rank, severity in enumerate(SEVERITIES)}


class FindingList(FoldedList[FindingRow]):
    """The findings."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            {
                "what": lambda row: (row.check, row.object), "check": attrgetter("check"), "host": attrgetter("host"),
                "owner": attrgetter("owner"), "package": attrgetter("package"), "none": None,
            },
            "urgency",
        )  # fmt: skip
        self._desk = desk

    def in_need(self, row: FindingRow) -> bool:
        """Return whether somebody has something to do about it."""
        return needs_somebody(row)

    def rank(self, row: FindingRow) -> tuple[Any, ...]:
        """Return where a finding stands in the usual order."""
        return urgency(row)

    def fact(self, row: FindingRow, key: str) -> Value:
        """Return what a finding has for a key of an address."""
        known = _FACTS.get(key)
        if known is not None:
            return known(row, self._desk.present.at)
        host = self._desk.fleet.named(row.host) if key in ("site", "group") else None
        return None if host is None else host.site if key == "site" else host.groups

    def words(self, row: FindingRow) -> str:
        """Return the texts in which bare words are looked for."""
        return " ".join((row.name, row.title, row.text, row.check, row.host, row.object, row.state, row.severity,
                         row.owner, row.ticket))  # fmt: skip

    def sorted_by(self, row: FindingRow, key: str) -> tuple[object, ...]:
        """Return by what a finding is sorted; severities and numbers by their order and not by their letters."""
        if key == "severity":
            return (False, _RANKS[row.severity])
        if key in ("name", "finding"):
            return (False, row.id)
        return super().sorted_by(row, key)


def finding_item(row: FindingRow, at: float) -> Item:
    """Return a finding as an item; ``at`` is the present, epoch seconds."""
    sign, state, due = SEVERITY_SIGNS[row.severity], state_told(row), due_told(row, at)
    facts: dict[str, Any] = {
        "priority": float(row.priority) if row.is_live else None, "severity": SEVERITY_SHORT[row.severity],
        "what": what_of(row),
        "host": f"{row.host} (gone)" if row.retired else row.host or "the fleet", "state": state.text,
        "due": due.text, "owner": row.owner, "name": row.name, "kind": str(row.kind), "check": row.check,
        "change": row.change,
    }  # fmt: skip
    inks = {"severity": LOOK_INK[sign.look] if row.is_live else Ink.DIM, "state": state.ink, "due": due.ink}
    return Item(row.id, sign, facts, in_need=needs_somebody(row), late=not row.is_live, inks=inks)


def fold_item(rows: Sequence[FindingRow], at: float, by: str) -> Item:
    """Return what findings look like on one line: the worst of them, and how many there are.

    Args:
        rows: in the usual order.
        at: the present, epoch seconds.
        by: what they are folded by.
    """
    # Five hundred rows make a line, and a change may concern a hundred lines: so nothing is asked twice.
    first, states = rows[0], Counter(map(_STATE_OF, rows))
    live = rows if all(one in LIVE_FINDINGS for one in states) else [row for row in rows if row.state in LIVE_FINDINGS]
    ranks = Counter(map(_SEVERITY_OF, live or rows))
    worst = min(ranks, key=_RANKS.__getitem__)
    hosts, owners = set(map(_HOST_OF, rows)), set(map(_OWNER_OF, rows))
    days = sorted(due for due in map(_DUE_OF, live) if due is not None)
    over = bisect_left(days, at)
    due = clock_told(days[0] - at) if days else due_told(first, at)
    what = {"host": first.host, "owner": first.owner or "nobody's", "package": first.package or "no package"}.get(
        by, what_of(first) if by != "check" or _all_alike(rows) else f"not so: {first.title or first.check}"
    )  # fmt: skip
    told, (most, many) = state_told(first), states.most_common(1)[0]
    # What has one state may have come to it by several ways.
    if len(states) == 1 and any(any(map(get, rows)) for get in _TURNED_OF):
        how, many = Counter(map(state_sign, rows)).most_common(1)[0]
        most = how.summary
    facts: dict[str, Any] = {
        "priority": float(max(row.priority for row in live)) if live else None,
        "severity": SEVERITY_SHORT[worst], "what": what,
        "host": hosts_told(len(hosts)) if len(hosts) > 1 else first.host or "the fleet",
        "state": told.text if many == len(rows) else f"{most} {many} of {len(rows)}",
        "due": f"{over} over" if over > 1 else due.text, "owner": first.owner if len(owners) == 1 else "",
        "name": f"{len(rows)}", "kind": str(first.kind), "check": first.check, "change": "",
    }  # fmt: skip
    sign = SEVERITY_SIGNS[worst]
    inks = {"severity": LOOK_INK[sign.look] if live else Ink.DIM, "state": told.ink if many == len(rows) else Ink.WARN,
            "due": due.ink}  # fmt: skip
    return Item(("fold", first.id), sign, facts, in_need=any(map(needs_somebody, live)), inks=inks)


_STATE_OF, _SEVERITY_OF, _HOST_OF = attrgetter("state"), attrgetter("severity"), attrgetter("host")
_OWNER_OF, _DUE_OF = attrgetter("owner"), attrgetter("due_at")
_TURNED_OF = (attrgetter("returned"), attrgetter("expired"), attrgetter("waits"))


def _all_alike(rows: Sequence[FindingRow]) -> bool:
    said = what_of(rows[0])
    return all((row.text or what_of(row)) == said for row in rows)


class FindingsPane(FoldedPane[FindingRow]):
    """The findings.

    Args:
        desk: that knows the hosts.
    """

    name = "findings"
    one = "finding"
    gap_s = 1.0
    trouble_word = "to do only"
    sort_none = "urgency"
    also = FINDING_KEYS
    nouns = ("finding",)
    well = "nothing needs anybody: no finding is open"
    nothing = "no findings: what was looked at is well, see :verdicts"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, FindingList(desk), FINDING_COLUMNS)
        self._version = -1
        """The highest of what was taken in."""
        self._fleet = -1.0
        """When the inventory was taken in with whose names they were read."""
        self._chosen: tuple[tuple[object, ...], list[FindingRow]] = ((), [])

    def item(self, row: FindingRow) -> Item:
        """Return a finding as it is drawn."""
        return finding_item(row, self.desk.present.at)

    def fold_item(self, rows: Sequence[FindingRow]) -> Item:
        """Return what is the same on several hosts, on one line."""
        return fold_item(rows, self.desk.present.at, self.folded.by)

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return how the findings stand, or those that changed since the last look: nothing else is read."""
        listing, fleet = self.folded, desk.engine.loaded_at if desk.engine is not None else 0.0
        whole = self._fleet != fleet or not self.ready
        since = -1 if whole else self._version
        rows = feed.reading(partial(read_changed, after_version=since, at=desk.present.at))
        found: dict[Key, FindingRow] = {row.id: row for row in rows}
        if not rows and not whole:
            return ()
        version = max((row.version for row in rows), default=0)
        if whole or len(rows) > CHANGED_MOST:
            return [(version, fleet, self.standing(found if whole else {**listing.rows, **found}, ranked=True))]
        return [(version, fleet, self.standing(found, whole=False))]

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read, and up to which version that was."""
        for version, fleet, stand in found:
            self._version, self._fleet = max(version, self._version), fleet
            super().take([stand], desk)

    @property
    def here(self) -> FindingRow | None:
        """The finding under the cursor; None where several stand folded."""
        return self.folded.here

    def opens(self) -> str:
        """Return the page of the finding."""
        return f"finding {self.here.name}" if self.here is not None else ""

    def look(self, feed: Feed, key: Key) -> SeenPage | None:
        """Return the page of the finding on a line, of the first of several."""
        members = self.folded.members(key)
        number = members[0] if members else key
        return feed.reading(partial(read_finding, number=number)) if isinstance(number, int) else None

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return what is known of the finding under the cursor, or of those that are folded there."""
        page = found if isinstance(found, SeenPage) else None
        folded = self.folded.fold_here
        if folded:
            return layout.fold_detail(folded, self.fold_item(folded), page, pen, height)
        return layout.detail(self.here, page, pen, height) if self.here is not None else []

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the chosen findings, or their hosts."""
        if noun != "finding":
            return super().chosen(noun)
        # Asked for by every act of the footer, and of fifty thousand marks for each the same.
        listing = self.folded
        made_for = (listing.taken, id(listing.shown), id(listing.marks), len(listing.marks), listing.cursor)
        if self._chosen[0] != made_for:
            self._chosen = (made_for, listing.chosen())
        return self._chosen[1]

    def own_hints(self) -> list[Hint]:
        """Return the key that folds."""
        return [Hint("Z", "fold" if self.folded.opened else "unfold", weight=1)]
