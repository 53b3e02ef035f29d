"""The view of checks: what was judged of every host, by its readings and by the checks of the inventory."""

from collections.abc import Iterator, Sequence

from tui_ops.model.address import Value
from tui_ops.model.ageing import UNKNOWN_AFTER_PERIODS
from tui_ops.model.checks import SECTION_PREFIX, reason_of
from tui_ops.model.states import HostState, Severity, sign_of
from tui_ops.store.views.documents import Record
from tui_ops.store.views.parts import CheckRow
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import fit
from tui_ops.ui.columns import Column, Look, natural
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import Ink, Line, Span
from tui_ops.ui.panels import URGENCY, Pen
from tui_ops.ui.sections.checkdetail import detail
from tui_ops.ui.sections.checks import format_seconds, is_soft, title_of, tries
from tui_ops.ui.views.items import UNKNOWN_SIGN, Item, age_fact, number_fact, of_host, text_fact
from tui_ops.ui.views.parts import PartsPane

VITALS = "vitals"
"""The check that every host has: its readings as a whole."""

SECTION = "section"
"""The kind of what is judged of a host's readings; that of a check says how it asks."""


def _check() -> Column[Item]:
    """Return the column of checks: a filter takes the name of the section, the line says it in plain words."""

    def called(item: Item) -> str:
        name = str(item.facts.get("check") or "")
        return title_of(name) if item.facts.get("kind") == SECTION else name

    def cell(item: Item, width: int, _look: Look) -> Span:
        return fit(called(item), width), Ink.TEXT

    def key(item: Item) -> tuple[object, ...]:
        return (False, natural(called(item)))

    return Column("check", "CHECK", 12, cell, key, most=18)


class ChecksPane(PartsPane):
    """What was judged of every host: its readings as a whole, each slow section, and each check."""

    name = "checks"
    one = "check"
    well = "nothing needs action: every check is ok"
    nothing = "no check has run yet"
    also = ("target",)
    columns_of = (
        text_fact("host", "HOST", 11, 30, ink=Ink.TEXT), _check(), text_fact("status", "STATUS", 8, ink=None),
        text_fact("says", "SAYS", 20, 90, 1, ink=None), age_fact(2), text_fact("try", "TRY", 4, 5, 4, ink=Ink.WARN),
        number_fact("time", "TIME", 7, format_seconds, 5), text_fact("kind", "KIND", 7, 7, 6),
        text_fact("site", "SITE", 5, 12, 3),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[Key, Record] = {}
        """What each check of the inventory saw, by the key of its line."""

    def read(self, feed: Feed, desk: Desk) -> Sequence[Item]:
        """Return the checks."""
        found = feed.checks()
        self.documents = {(one.host_id, _part(one)): one.document for one in found if is_check(one)}
        return list(self.built(found, desk))

    def facts(self, item: Item, pen: Pen) -> list[Line]:
        """Return what is known of a check, and what it saw."""
        document = self.documents.get(item.key)
        return [*super().facts(item, pen), *(detail(document, pen) if document is not None else ())]

    def built(self, found: Sequence[CheckRow], desk: Desk) -> Iterator[Item]:
        """Give the items: the vitals of every host, and its sections."""
        said = {(one.host_id, _reason(one)) for one in found if one.severity is not Severity.OK}
        for row in list(desk.fleet.rows.values()):
            yield _vitals(row, (row.id, row.reason) in said)
        for one in found:
            host = desk.fleet.rows.get(one.host_id)
            if host is not None:
                yield _of_check(host, one) if is_check(one) else _of_section(host, one)


def is_check(one: CheckRow) -> bool:
    """Return whether a row is a check of the inventory, not a section of readings."""
    return one.check.startswith(SECTION_PREFIX)


def _part(one: CheckRow) -> str:
    """Return the name of a check within its host."""
    return f"{one.document.text('kind')} {one.check.removeprefix(SECTION_PREFIX)}"


def _reason(one: CheckRow) -> str:
    """Return what stands in its host's row where this is the worst of the host."""
    if not is_check(one):
        return one.text
    return reason_of(one.check.removeprefix(SECTION_PREFIX), one.text)


def _of_section(host: HostRow, one: CheckRow) -> Item:
    says = f"not read: {one.text or 'no reason was given'}" if one.failed else one.text
    facts: dict[str, Value] = {"check": one.check, "status": str(one.severity), "says": says, "kind": SECTION}
    return of_host(host, one.check, one.severity, facts, one.age_s, one.period_s, (URGENCY[one.severity], True))


def _of_check(host: HostRow, one: CheckRow) -> Item:
    """Return a check of the inventory."""
    name, kind = one.check.removeprefix(SECTION_PREFIX), one.document.text("kind")
    facts: dict[str, Value] = {"check": name, "status": str(one.severity), "says": one.text, "kind": kind}
    more: dict[str, Value] = {"time": one.document.number("seconds"), "try": tries(one.document),
                              "target": one.document.text("target")}  # fmt: skip
    order = (URGENCY[one.severity], not is_soft(one.document))
    item = of_host(
        host, _part(one), one.severity, facts | {key: value for key, value in more.items() if value}, one.age_s,
        one.period_s, order,
    )  # fmt: skip
    known = one.age_s is not None and one.age_s <= UNKNOWN_AFTER_PERIODS * one.period_s
    if known and one.document.text("on") != "host":
        # It was asked from here, so it is true whether or not its host can be logged in to.
        item.sign = sign_of(HostState.UP, one.severity) if one.severity is not Severity.UNKNOWN else UNKNOWN_SIGN
    return item


def _vitals(row: HostRow, of_section: bool) -> Item:
    """Return the check of a host's readings.

    Args:
        row: the host.
        of_section: whether the reason that stands in its row is that of a section, which is a check of its own.
    """
    up = row.state in (HostState.UP, HostState.MAINTENANCE)
    fine = up and of_section
    severity = Severity.OK if fine else row.severity if up else Severity.UNKNOWN
    says = "" if fine else row.reason or ("" if up else str(row.state))
    facts: dict[str, Value] = {"check": VITALS, "status": str(severity), "says": says, "kind": SECTION}
    item = of_host(row, VITALS, severity, facts, row.age_s, row.period_s, (URGENCY[severity], True))
    item.sign = sign_of(row.state, severity if up else row.severity)
    item.in_need = item.sign.rank <= sign_of(HostState.STALE).rank
    item.facts.update(facts)
    return item
