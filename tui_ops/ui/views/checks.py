"""The view of checks: what was judged of every host."""

from collections.abc import Iterator, Sequence

from tui_ops.model.address import Value
from tui_ops.model.states import HostState, Severity, sign_of
from tui_ops.store.views.parts import CheckRow
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import fit
from tui_ops.ui.columns import Column, Look, natural
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import Ink, Span
from tui_ops.ui.panels import URGENCY
from tui_ops.ui.sections.checks import title_of
from tui_ops.ui.views.items import Item, age_fact, of_host, text_fact
from tui_ops.ui.views.parts import PartsPane

VITALS = "vitals"
"""The check that every host has: its readings as a whole."""


def _check() -> Column[Item]:
    """Return the column of checks: a filter takes the name of the section, the line says it in plain words."""

    def cell(item: Item, width: int, _look: Look) -> Span:
        return fit(title_of(str(item.facts.get("check") or "")), width), Ink.TEXT

    def key(item: Item) -> tuple[object, ...]:
        return (False, natural(title_of(str(item.facts.get("check") or ""))))

    return Column("check", "CHECK", 12, cell, key, most=18)


class ChecksPane(PartsPane):
    """What was judged of every host: its readings as a whole, and each slow section."""

    name = "checks"
    one = "check"
    well = "nothing needs action: every check is ok"
    nothing = "no check has run yet"
    columns_of = (
        text_fact("host", "HOST", 11, 30, ink=Ink.TEXT), _check(), text_fact("status", "STATUS", 8, ink=None),
        text_fact("says", "SAYS", 20, 90, 1, ink=None), age_fact(2), text_fact("site", "SITE", 5, 12, 3),
    )  # fmt: skip

    def read(self, feed: Feed, desk: Desk) -> Sequence[Item]:
        """Return the checks."""
        return list(self.built(feed.checks(), desk))

    def built(self, found: Sequence[CheckRow], desk: Desk) -> Iterator[Item]:
        """Give the items: the vitals of every host, and its sections."""
        said = {(one.host_id, one.text) for one in found if one.severity is not Severity.OK}
        for row in list(desk.fleet.rows.values()):
            yield _vitals(row, (row.id, row.reason) in said)
        for one in found:
            host = desk.fleet.rows.get(one.host_id)
            if host is not None:
                says = f"not read: {one.text or 'no reason was given'}" if one.failed else one.text
                facts: dict[str, Value] = {"check": one.check, "status": str(one.severity), "says": says}
                order = (URGENCY[one.severity],)
                yield of_host(host, one.check, one.severity, facts, one.age_s, one.period_s, order)


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
    facts: dict[str, Value] = {"check": VITALS, "status": str(severity), "says": says}
    item = of_host(row, VITALS, severity, facts, row.age_s, row.period_s, (URGENCY[severity],))
    item.sign = sign_of(row.state, severity if up else row.severity)
    item.in_need = item.sign.rank <= sign_of(HostState.STALE).rank
    item.facts.update(facts)
    return item
