"""The view of acceptances: what is set aside or asked to be, what ends first first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_ops.model.clock import local_time
from tui_ops.model.security import finding_name
from tui_ops.model.states import Look, StateSign
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.findings import AcceptanceRow, FindingRow, acceptances, findings
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.frame import Hint
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, heading, labelled, wrapped
from tui_ops.ui.security.words import named, until_told
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, text_fact
from tui_ops.ui.views.secured import SecuredItems

ENDED_MOST = 300
"""Acceptances that have ended and are listed: the last ones."""

SIGNS = {
    "waiting": StateSign("◆", "m", Look.WARN, 0, "to approve", ""),
    "expired": StateSign("✖", "X", Look.BAD, 1, "ran out", ""),
    "in force": StateSign("◆", "m", Look.HELD, 2, "in force", ""),
    "rejected": StateSign("·", "-", Look.MUTED, 3, "rejected", ""),
    "ended": StateSign("·", "-", Look.MUTED, 3, "taken back", ""),
}

_ORDER = ("waiting", "in force", "expired", "rejected", "ended")

ACCEPTANCE_COLUMNS: tuple[Column[Item], ...] = (
    told_fact("state", "STATE", 10),
    told_fact("until", "UNTIL", 9, most=14),
    text_fact("what", "FINDINGS", 12, most=30, ink=Ink.TEXT),
    text_fact("reason", "BECAUSE", 20, most=60, ink=Ink.TEXT),
    text_fact("control", "MEANWHILE", 12, most=50, priority=2),
    text_fact("asked_by", "ASKED BY", 8, most=12, priority=1),
    text_fact("approved_by", "APPROVED", 8, most=12, priority=3),
    text_fact("kind", "AS", 8, most=14, priority=4),
)  # fmt: skip
"""In the order in which they stand."""

ACCEPTANCE_KEYS = ("acceptance", "check", "host", "findings", "rejected_by", "answer", "ended_by", "solo", "left")


@dataclass(frozen=True, slots=True)
class Aside:
    """An acceptance with its findings."""

    row: AcceptanceRow
    findings: tuple[FindingRow, ...]


def read_aside(reader: Reader) -> list[Aside]:
    """Return what is set aside or asked to be, with what it is about; of what has ended the last ones.

    Raises:
        StoreError: it can't be read.
    """
    rows = acceptances(reader, everything=True)
    ended = [row for row in rows if row.state not in ("waiting", "in force")]
    kept = {row.id for row in sorted(ended, key=lambda row: -row.id)[:ENDED_MOST]}
    shown = [row for row in rows if row.state in ("waiting", "in force") or row.id in kept]
    checks = {row.check for row in shown}
    by_id = {one.id: one for check in checks for one in findings(reader, everything=True, check=check)}
    return [Aside(row, tuple(by_id[number] for number in row.findings if number in by_id)) for row in shown]


def acceptance_item(one: Aside, at: float) -> Item:
    """Return an acceptance as an item; ``at`` is the present, epoch seconds."""
    row, sign, until = one.row, SIGNS[one.row.state], until_told(one.row, at)
    numbers = [finding_name(number) for number in row.findings]
    hosts = tuple(dict.fromkeys(found.host for found in one.findings if found.host))
    over = row.state == "expired" and any(found.is_live and found.expired for found in one.findings)
    facts: dict[str, Any] = {
        "state": sign.summary, "until": until.text, "what": named(numbers, 2) if numbers else row.check,
        "reason": row.reason, "control": row.control, "asked_by": row.asked_by, "approved_by": row.approved_by,
        "kind": "risk" if row.kind == "accept" else row.kind, "acceptance": float(row.id), "check": row.check,
        "host": hosts[0] if len(hosts) == 1 else hosts, "findings": tuple(numbers), "rejected_by": row.rejected_by,
        "answer": row.answer, "ended_by": row.ended_by, "solo": "yes" if row.solo else "no",
        "left": None if row.expires_at is None else row.expires_at - at,
    }  # fmt: skip
    live = row.state in ("waiting", "in force")
    order = (_ORDER.index(row.state), (row.expires_at or 0.0) if live else -row.id)
    words = " ".join((row.check, row.reason, row.control, row.asked_by, row.approved_by, *numbers, *hosts))
    inks = {"state": LOOK_INK[sign.look] if live or over else Ink.DIM, "until": until.ink if live else Ink.DIM}
    return Item(("acceptance", row.id), sign, facts, in_need=row.state == "waiting" or over, order=order, words=words,
                inks=inks)  # fmt: skip


class AcceptancesPane(SecuredItems):
    """What is set aside, or asked to be.

    Args:
        desk: that knows the hosts.
    """

    name = "acceptances"
    one = "acceptance"
    reads = True
    gap_s = 1.0
    triage = "need, end"
    trouble_word = "to decide only"
    columns_of = ACCEPTANCE_COLUMNS
    also = ACCEPTANCE_KEYS
    nouns = ("finding",)
    well = "nobody asks to set anything aside, and nothing has run out"
    nothing = "nothing is set aside: W on a finding asks to accept its risk until a day"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: dict[Any, Aside] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[Aside]:
        """Return what is set aside, with its findings."""
        del desk
        return feed.reading(read_aside)

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self._known = {("acceptance", one.row.id): one for one in found}
        super().take([acceptance_item(one, desk.present.at) for one in found], desk)

    @property
    def here(self) -> Aside | None:
        """The acceptance under the cursor."""
        return self._known.get(self.items.cursor)

    def opens(self) -> str:
        """Return the page of its finding; of several the list of them."""
        numbers = self.here.row.findings if self.here is not None else ()
        if len(numbers) == 1:
            return f"finding {finding_name(numbers[0])}"
        one = self.here.row if self.here is not None else None
        state = {"waiting": "waits=1", "in force": "state=accepted"}.get(one.state, "") if one is not None else ""
        return f"findings check={one.check} {state}".strip() if one is not None and numbers else ""

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the findings of what is chosen, or their hosts."""
        rows = {row.id: row for item in self.items.chosen() if (one := self._known.get(item.key)) is not None
                for row in one.findings}  # fmt: skip
        return list(rows.values()) if noun == "finding" else super().chosen(noun)

    def own_hints(self) -> list[Hint]:
        """Return the keys that decide, where somebody waits for that."""
        waits = self.here is not None and self.here.row.state == "waiting"
        return [Hint("y", "approve", weight=8), Hint("n", "reject", weight=8)] if waits else []

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return all that is known of the acceptance under the cursor."""
        del found
        one = self.here
        if one is None:
            return []
        row, sign, until = one.row, SIGNS[one.row.state], until_told(one.row, pen.present.at)
        kind = "accept the risk" if row.kind == "accept" else "call it a false positive"
        lines = [line(sign_span(sign, pen.look.ascii), (f" {sign.summary}", LOOK_INK[sign.look]), ("  to ", Ink.DIM),
                      (kind, Ink.TITLE))]  # fmt: skip
        day = f"{local_time(row.expires_at):%d %b %Y}" if row.expires_at is not None else ""
        lines.append(labelled("Until", day or until.text, (f"  {until.text}" if day else "", until.ink)))
        for label, text in (("Because", row.reason), ("Meanwhile", row.control), ("Answer", row.answer)):
            lines += [labelled(label if index == 0 else "", *part)
                      for index, part in enumerate(wrapped(text, max(20, pen.width - 10), Ink.TEXT, ""))]  # fmt: skip
        lines.append(labelled("Asked", safe(row.asked_by), (f"  {local_time(row.asked_at):%d %b %H:%M}", Ink.DIM)))
        if row.approved_by:
            own = ", who asked for it: a team of one" if row.solo else ""
            lines.append(labelled("Approved", safe(row.approved_by), (own, Ink.HELD)))
        if row.rejected_by:
            lines.append(labelled("Rejected", safe(row.rejected_by)))
        if row.ended_at is not None:
            by = f"  by {safe(row.ended_by)}" if row.ended_by else "  its day had come"
            lines.append(labelled("Ended", f"{local_time(row.ended_at):%d %b %H:%M}", (by, Ink.DIM)))
        lines += [EMPTY, heading("Findings", pen, f"{len(row.findings)}" if row.findings else "none any more")]
        shown = one.findings[: max(1, ((height or 1000) - len(lines) - 1) // 2)]
        for each in shown:
            lines += [line((f"{fit(each.name, 9)} {safe(each.host or 'the fleet')}", Ink.TEXT),
                           (f"  {each.state}", Ink.DIM)),
                      line((f"  {safe(each.text or each.title)}", Ink.DIM))]  # fmt: skip
        return [*lines, *pen.more(one.findings, shown)]
