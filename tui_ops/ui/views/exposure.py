"""The view of exposure: what listens on hosts for others, who may reach it, and what of it was not meant to be."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.states import Severity
from tui_ops.practices.security.lookout import ListenerRow
from tui_ops.practices.security.reach import Reach, Reached
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import natural
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.panels import Pen, labelled, wrapped
from tui_ops.ui.views.exposed import ExposedPane, title
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, age_fact, number_fact, text_fact

WORDS = {
    Reach.EVERYWHERE: "everybody", Reach.SOME: "some", Reach.BLOCKED: "nobody", Reach.NOT_KNOWN: "not known",
}  # fmt: skip
"""Who may reach it, in a word."""

INKS = {Reach.EVERYWHERE: Ink.TEXT, Reach.SOME: Ink.TEXT, Reach.BLOCKED: Ink.DIM, Reach.NOT_KNOWN: Ink.DIM}

URGENT = {True: 0, False: 1}


def who(reached: Reached) -> str:
    """Return who may reach a socket, in the words of the list: ``everybody``, ``10.0.0.0/8``, ``nobody``."""
    return ", ".join(reached.sources) if reached.sources else WORDS[reached.reach]


def rule(reached: Reached) -> str:
    """Return by which rule: one that names the port, the default, or none at all."""
    if reached.reach is Reach.NOT_KNOWN:
        return "not read"
    if not reached.filtered:
        return "no filter"
    return "own rule" if reached.named else "default"


NO_PROGRAM = "not told: it is for root to see, or the kernel's own"
"""Where nothing says which program listens: root reads that too, and then it is the kernel that listens, as for NFS."""


class ExposurePane(ExposedPane):
    """What listens for others."""

    name = "exposure"
    one = "listener"
    triage = "state, host, port"
    trouble_word = "not meant only"
    well = "nothing listens that was not meant to, and each port has a rule of its own"
    nothing = "nothing listens for others than its own host, as far as it was read"
    columns_of = (
        text_fact("host", "HOST", 9, 24, ink=Ink.TEXT),
        number_fact("port", "PORT", 5, lambda value: f"{value:.0f}"),
        text_fact("protocol", "PROTO", 5, priority=3),
        text_fact("process", "PROCESS", 10, 20, ink=Ink.TEXT),
        told_fact("who", "WHO", 9, 40),
        told_fact("by", "BY", 9, priority=2),
        told_fact("meant", "NEW", 3, priority=1),
        text_fact("finding", "FINDING", 7, priority=2),
        text_fact("package", "PACKAGE", 10, 24, 4),
        text_fact("address", "ADDRESS", 9, 26, 5),
        age_fact(6),
    )  # fmt: skip
    also = ("owner", "new", "named", "socket", "reach", "sources")

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the lines."""
        del desk
        return self.lines_of(feed.reading(self.lookout.exposure))

    def item(self, row: ListenerRow) -> Item | None:
        """Return the line of a listener; None where its host is not known any more."""
        one = row.listener
        known = one.reached.reach is not Reach.NOT_KNOWN
        severity = Severity.WARNING if row.finding else Severity.OK if known else Severity.UNKNOWN
        facts: dict[str, Value] = {
            "port": float(one.port), "protocol": one.protocol, "process": one.process,
            "who": who(one.reached), "reach": one.reached.text(),
            "by": rule(one.reached), "meant": "yes" if row.is_new else "", "finding": row.finding,
            "package": one.package, "address": one.address, "owner": one.owner, "new": float(row.is_new),
            "named": float(one.reached.named), "socket": one.name, "sources": one.reached.sources,
        }  # fmt: skip
        order = (URGENT[row.is_new], one.port)
        item = self.part(row.host_id, one.name, severity, facts, (row.at, row.period_s), order)
        if item is not None:
            no_filter = one.reached.reach is Reach.EVERYWHERE and not one.reached.named
            item.inks = {
                "who": Ink.WARN if no_filter else INKS[one.reached.reach],
                "by": Ink.WARN if no_filter else Ink.DIM, "meant": Ink.BAD,
            }  # fmt: skip
            item.order = (URGENT[row.is_new], natural(row.host), one.port, one.name)
        return item

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return all that is known of a listener, and what listens beside it on its host."""
        del found
        item = self.items.here
        if item is None:
            return []
        facts = item.facts
        lines = [*title(item, f"{facts['socket']} on {facts['host']}", pen)]
        lines.append(labelled("Program", safe(str(facts["process"] or NO_PROGRAM))))
        for name, label in (("package", "Package"), ("owner", "Owner")):
            if facts.get(name):
                lines.append(labelled(label, safe("root" if facts[name] == "uid 0" else str(facts[name]))))
        lines.append(labelled("Asked by", (safe(str(facts["who"])), item.inks["who"])))
        lines.append(labelled("By", (str(facts["by"]), item.inks["by"])))
        if facts["finding"]:
            said = "it was not meant to listen" if facts["new"] else "no rule is about it"
            lines.append(labelled("Finding", (str(facts["finding"]), Ink.ACCENT), (f"  {said}", Ink.DIM)))
        if facts["new"]:
            lines += [EMPTY, *wrapped("x take as it is: it is meant to listen from now on", pen.width, Ink.DIM, "")]
        beside = [one for one in self.items.rows.values() if one.row is item.row and one is not item]
        if beside:
            lines += [EMPTY, line((f"Beside it on {safe(str(facts['host']))}", Ink.DIM))]
            lines += [_beside(one) for one in sorted(beside, key=lambda one: one.order[2:])]
        return lines[: height or None]


def _beside(item: Item) -> Line:
    facts = item.facts
    port = f"{facts['port']:>6.0f} " if isinstance(facts.get("port"), float) else ""
    return line((port, Ink.TEXT), (safe(f"{facts['process'] or '?'}  "), Ink.DIM), (safe(str(facts["who"])), Ink.DIM))
