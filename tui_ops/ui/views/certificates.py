"""The view of certificates: in files of hosts and as services show them, by the days that are left."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.states import Severity
from tui_ops.practices.security.exposure import SOON_DAYS, URGENT_DAYS
from tui_ops.practices.security.lookout import CertificateRow
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.columns import Column, Look, natural
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import EMPTY, Ink, Line, Span, line
from tui_ops.ui.panels import Pen, labelled, moment, told_whole, wrapped
from tui_ops.ui.views.exposed import ExposedPane, title
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, age_fact, number_fact, text_fact

NAMES_SHOWN = 30
"""Names of one certificate that are shown beside it."""


def common_name(subject: str) -> str:
    """Return what people call a certificate by its subject: its common name, or all of it."""
    for part in subject.split(","):
        if part.strip().startswith("CN="):
            return part.strip().removeprefix("CN=")
    return subject


def days_text(days: float) -> str:
    """Return how many days are left: ``12``, ``-3`` where it has ended, hours below two days."""
    return f"{days * 24:.0f}h" if 0 < days < 2 else f"{days:.0f}"


def judged(days: float | None, faults: tuple[str, ...], used: bool, self_signed: bool) -> Severity:
    """Return how bad a certificate is. One that nobody uses, or that its host made for itself, is nobody's work."""
    if self_signed and not used:
        return Severity.OK
    if days is not None and days < URGENT_DAYS:
        return Severity.CRITICAL
    if (days is not None and days < SOON_DAYS) or (used and faults):
        return Severity.WARNING
    return Severity.OK


def _left() -> Column[Item]:
    """Return the column of days left, what ends first on top where it is sorted by."""
    by = number_fact("days", "DAYS", 5, days_text)

    def cell(item: Item, width: int, _look: Look) -> Span:
        return fit(str(item.facts.get("left") or ""), width, right=True), item.inks.get("left", Ink.DIM)

    return replace(by, cell=cell, falling=False)


def _used() -> Column[Item]:
    """Return the column that says whether a service shows a certificate."""
    by = number_fact("used", "USED", 4, str, priority=5)

    def cell(item: Item, width: int, _look: Look) -> Span:
        return fit("yes" if item.facts.get("used") else "", width), Ink.DIM

    return replace(by, cell=cell, right=False)


class CertificatesPane(ExposedPane):
    """The certificates."""

    name = "certificates"
    one = "certificate"
    triage = "state, days left"
    trouble_word = "ending only"
    well = "every certificate in use is good for three weeks and more"
    nothing = "no certificates: none was found in the usual places, and no check asks for one"
    columns_of = (
        text_fact("host", "HOST", 9, 24, ink=Ink.TEXT),
        _left(),
        text_fact("subject", "CERTIFICATE", 12, 36, ink=Ink.TEXT),
        text_fact("place", "WHERE", 14, 44, 1),
        told_fact("faults", "WRONG", 14, 44, 2),
        _used(),
        text_fact("issuer", "BY", 8, 28, 3),
        text_fact("until", "UNTIL", 10, priority=6),
        age_fact(7),
    )  # fmt: skip
    also = ("left", "kind", "name")

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the lines."""
        del desk
        return self.lines_of(feed.reading(self.lookout.certificates))

    def item(self, row: CertificateRow) -> Item | None:
        """Return the line of a certificate; None where its host is not known any more."""
        one, days = row.shown, row.shown.days(self.desk.present.at)
        severity = judged(days, one.faults, one.used, "self-signed" in one.faults)
        ended = days is not None and days < 0
        facts: dict[str, Value] = {
            "left": days_text(days) if days is not None else "?", "days": days, "subject": common_name(one.subject),
            "place": one.place, "faults": "; ".join((*(("has ended",) if ended else ()), *one.faults)),
            "used": float(one.used), "issuer": common_name(one.issuer), "kind": one.kind,
            "until": moment_day(one.until), "name": " ".join(one.names),
        }  # fmt: skip
        item = self.part(
            row.host_id, one.place, severity, facts, (row.at, row.period_s), (days if days is not None else 0.0,)
        )
        if item is not None:
            bad = severity is Severity.CRITICAL
            ink = Ink.BAD if bad else Ink.WARN if severity is Severity.WARNING else Ink.TEXT
            item.inks = {"left": ink if item.in_need else Ink.DIM, "faults": ink if item.in_need else Ink.DIM}
            item.order = (days if days is not None else 0.0, natural(row.host), one.place)
        return item

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return all that is known of a certificate."""
        del found
        item = self.items.here
        row = self.known.get(item.key) if item is not None else None
        if item is None or row is None:
            return []
        one = row.shown
        lines = title(item, common_name(one.subject) or one.place, pen)
        lines += told_whole("Where", f"{one.place} on {row.host}", pen)
        if one.until is not None:
            days = one.days(pen.present.at) or 0.0
            left = f"ended {-days:.0f} days ago" if days < 0 else f"{days_text(days)} days left"
            left = left.replace("h days left", " hours left")
            lines.append(labelled("Until", moment(one.until, pen.present), (f"  {left}", item.inks["left"])))
        for label, text in (("Subject", one.subject), ("Issuer", one.issuer)):
            lines += told_whole(label, text, pen) if text else []
        lines.append(labelled("Used", "a service has it" if one.used else "no setting of a service names it"))
        lines += [line((safe(fault), Ink.WARN)) for fault in one.faults]
        if one.names:
            lines += [EMPTY, line(("Made out to", Ink.DIM))]
            lines += [line((f"  {safe(name)}", Ink.TEXT)) for name in one.names[:NAMES_SHOWN]]
        if item.in_need:
            lines += [EMPTY, *wrapped("Renew it, and see why it did not renew itself.", pen.width, Ink.DIM, "")]
        return lines[: height or None]


def moment_day(at: float | None) -> str:
    """Return the day of an epoch second, ``2026-08-26``; empty where there is none."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}" if at is not None and abs(at) < 2**37 else ""
