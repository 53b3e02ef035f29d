"""The view of vulnerabilities: each over all hosts, those first that attackers use and that can be mended."""

from collections.abc import Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.security import FindingSeverity
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, heading, labelled, trimmed, wrapped
from tui_ops.ui.security.feedwords import feeds_said
from tui_ops.ui.security.signs import SEVERITY_SHORT, SEVERITY_SIGNS
from tui_ops.ui.security.unsafe import Cve, Unsafe, read_unsafe
from tui_ops.ui.security.words import hosts_told, named
from tui_ops.ui.views.folded import FoldedPane
from tui_ops.ui.views.foldedlist import FoldedList, Stand
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact

HOSTS_NAMED = 12
"""Hosts that are named beside the list; the page names all."""

EPSS_HIGH = 10.0
"""Percent from which a forecast is coloured: from there on a vulnerability without a fix is a finding, too."""

CVE_COLUMNS: tuple[Column[Item], ...] = (
    told_fact("severity", "SEV", 4),
    text_fact("cve", "CVE", 14, most=20, ink=Ink.TEXT),
    text_fact("package", "PACKAGE", 10, most=24, ink=Ink.TEXT),
    number_fact("here", "FIX HERE", 8, lambda value: f"{value:.0f}" if value else ""),
    number_fact("waiting", "NO FIX", 6, lambda value: f"{value:.0f}" if value else "", 1),
    told_fact("kev", "USED, DUE", 10, priority=2),
    number_fact("epss", "EPSS", 6, lambda value: f"{value:.1f} %", 2, warn=EPSS_HIGH),
    number_fact("cvss", "CVSS", 4, lambda value: f"{value:.1f}", 3),
    text_fact("fixed", "MENDED IN", 10, most=20, priority=4),
    text_fact("text", "SAYS", 12, most=80, priority=5),
)  # fmt: skip
"""In the order in which they stand. HERE and NO FIX are numbers of hosts."""

CVE_KEYS = ("cve", "package", "pkg", "severity", "here", "waiting", "hosts", "host", "kev", "epss", "cvss", "fixed",
            "text", "note", "ransomware")  # fmt: skip


def _severity(text: str) -> FindingSeverity:
    return FindingSeverity(text) if text in set(FindingSeverity) else FindingSeverity.INFO


class CveList(FoldedList[Cve]):
    """The vulnerabilities."""

    def __init__(self) -> None:
        super().__init__(
            {"cve": attrgetter("cve"), "package": attrgetter("package"), "none": None}, "use, fix, severity"
        )

    def in_need(self, row: Cve) -> bool:
        """Return whether it can be mended, or attackers use it."""
        return bool(row.here or row.kev)

    def fact(self, row: Cve, key: str) -> Value:
        """Return what a vulnerability has for a key of an address."""
        if key == "host":
            return (*row.here, *row.waiting)
        if key in ("here", "waiting"):
            return float(len(row.here if key == "here" else row.waiting))
        known: dict[str, Value] = {
            "cve": row.cve, "package": row.package, "pkg": row.package, "severity": row.severity,
            "hosts": float(row.hosts), "kev": row.kev, "epss": None if row.epss is None else 100 * row.epss,
            "cvss": row.cvss, "fixed": row.fixed, "text": row.text, "note": row.note,
            "ransomware": "yes" if row.ransomware else "no",
        }  # fmt: skip
        return known.get(key)

    def words(self, row: Cve) -> str:
        """Return the texts in which bare words are looked for."""
        return f"{row.cve} {row.package} {row.severity} {row.text} {row.note}"


class VulnerabilitiesPane(FoldedPane[Cve]):
    """The vulnerabilities over all hosts.

    Args:
        desk: that knows the hosts.
    """

    name = "vulnerabilities"
    one = "vulnerability"
    gap_s = 15.0
    trouble_word = "fix here or used"
    sort_none = "use, fix, severity"
    also = CVE_KEYS
    nouns = ("host",)
    well = "nothing can be mended here, and nothing known is used by attackers"
    nothing = "nothing is known: without a feed nobody has looked"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, CveList(), CVE_COLUMNS)
        self._unsafe: Unsafe | None = None
        self._stood: object = None

    def read(self, feed: Feed, desk: Desk) -> Sequence[Stand[Cve]]:
        """Return how they stand; hosts are unpacked only where one was judged anew."""
        del desk
        found = feed.reading(partial(read_unsafe, before=self._unsafe))
        if found is self._unsafe and self.ready:
            return ()
        self._unsafe = found
        return [self.standing({(one.cve, one.package): one for one in found.cves})]

    def said(self) -> Line:
        """Return of which feeds all this is, and how old they are."""
        return feeds_said(self._unsafe.feeds if self._unsafe is not None else ())

    def item(self, row: Cve) -> Item:
        """Return a vulnerability as it is drawn."""
        return _item((row,), row.cve, row.package)

    def fold_item(self, rows: Sequence[Cve]) -> Item:
        """Return what one vulnerability is in several packages, or what one package has, on one line."""
        cves, packages = {row.cve for row in rows}, {row.package for row in rows}
        cve = rows[0].cve if len(cves) == 1 else f"{len(cves)} CVEs"
        return _item(rows, cve, rows[0].package if len(packages) == 1 else f"{len(packages)} packages")

    def hosts_of(self, rows: Iterable[Cve]) -> list[HostRow]:
        """Return the hosts of vulnerabilities, each once."""
        names = dict.fromkeys(name for row in rows for name in (*row.here, *row.waiting))
        found = (self.desk.fleet.named(name) for name in names)
        return [row for row in found if row is not None]

    def host_here(self) -> HostRow | None:
        """Return the first host that has it."""
        return next(iter(self.hosts_of([self.folded.here])), None) if self.folded.here is not None else None

    def opens(self) -> str:
        """Return its findings, where something can be done about it."""
        here = self.folded.here
        return f"findings check={here.cve}" if here is not None and here.here else ""

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return what is known of the vulnerability under the cursor, or of those that are folded there."""
        del found
        rows = self.folded.fold_here or ([self.folded.here] if self.folded.here is not None else [])
        if not rows:
            return []
        item = self.fold_item(rows) if len(rows) > 1 else self.item(rows[0])
        first = rows[0]
        lines: list[Line] = [line(sign_span(item.sign, pen.look.ascii), (f" {safe(str(item.facts['cve']))}", Ink.TITLE),
                                  (f"  {first.severity}", LOOK_INK[item.sign.look]),
                                  (f"  {safe(str(item.facts['package']))}", Ink.TEXT))]  # fmt: skip
        if len({row.cve for row in rows}) == 1:
            lines += wrapped(first.text, pen.width, Ink.TEXT, "") if first.text else []
            lines += _scores(first, pen.width)
        here = list(dict.fromkeys(name for row in rows for name in row.here))
        waiting = list(dict.fromkeys(name for row in rows for name in row.waiting))
        for title, hosts, ink in (("A fix here", here, Ink.WARN), ("Known, no fix", waiting, Ink.DIM)):
            lines += [EMPTY, heading(title, pen, hosts_told(len(hosts)) if hosts else "on no host", ink)]
            lines += (
                wrapped(named(hosts, 10_000 if pen.whole else HOSTS_NAMED), pen.width, Ink.TEXT, "") if hosts else []
            )
            if title == "A fix here" and first.fixed and len(rows) == 1:
                lines.append(labelled("Mended in", safe(first.fixed)))
        if first.note and waiting:
            lines += wrapped(f"the vendor says: {first.note}", pen.width, Ink.DIM, "")
        if len(rows) > 1:
            lines += [EMPTY, heading("Of these", pen, f"{len(rows)}")]
            lines += [
                line((f"{safe(row.cve)} {safe(row.package)}", Ink.TEXT), (f"  {row.severity}", Ink.DIM)) for row in rows
            ]
        return trimmed(lines, pen.width)[: height or None]


def _scores(one: Cve, width: int) -> list[Line]:
    parts: list[Line] = []
    if one.kev:
        day = f", to be mended by {safe(one.kev)}" if one.kev != "listed" else ""
        extort = ", by those who extort too" if one.ransomware else ""
        told = wrapped(f"by attackers (KEV){day}{extort}", max(20, width - 10), Ink.BAD, "")
        parts += [labelled("" if index else "Used", *part) for index, part in enumerate(told)]
    if one.epss is not None:
        parts.append(labelled("EPSS", f"{100 * one.epss:.1f} %", ("  to be used within 30 days", Ink.DIM)))
    if one.cvss is not None:
        parts.append(labelled("CVSS", f"{one.cvss:.1f}"))
    return parts


def _item(rows: Sequence[Cve], cve: str, package: str) -> Item:
    worst = min((_severity(row.severity) for row in rows), key=lambda one: SEVERITY_SIGNS[one].rank)
    sign = SEVERITY_SIGNS[worst]
    kev = next((row.kev for row in rows if row.kev), "")
    here = {name for row in rows for name in row.here} if len(rows) > 1 else rows[0].here
    waiting = {name for row in rows for name in row.waiting} if len(rows) > 1 else rows[0].waiting
    scores = [row.epss for row in rows if row.epss is not None]
    cvss = [row.cvss for row in rows if row.cvss is not None]
    facts: dict[str, Any] = {
        "severity": SEVERITY_SHORT[worst], "cve": cve, "package": package, "here": float(len(here)),
        "waiting": float(len(waiting)), "kev": kev, "fixed": rows[0].fixed if len(rows) == 1 else "",
        "text": rows[0].text,
    }  # fmt: skip
    if scores:
        facts["epss"] = 100 * max(scores)
    if cvss:
        facts["cvss"] = max(cvss)
    inks = {"severity": LOOK_INK[sign.look], "kev": Ink.BAD}
    return Item(("cve", cve, package), sign, facts, in_need=bool(here or kev), inks=inks)
