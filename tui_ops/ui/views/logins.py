"""The view of logins: from where people came in, who only tries, and who guessed until he got in."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.states import Severity
from tui_ops.model.units import format_age
from tui_ops.practices.security.logins import GUESSES, network_of
from tui_ops.practices.security.lookout import DAY_PERIOD_S, SourceShown
from tui_ops.ui.cells import safe
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.panels import Pen, counted, labelled, moment, wrapped
from tui_ops.ui.views.exposed import ExposedPane, title
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact

GOT_IN, GUESSES_NOW, NEW, IN, TRIES = "guessed its way in", "guesses", "first time here", "came in", "tries"

_INKS = {GOT_IN: Ink.BAD, GUESSES_NOW: Ink.WARN, NEW: Ink.WARN, IN: Ink.DIM, TRIES: Ink.DIM}
_ORDER = (GOT_IN, NEW, GUESSES_NOW, IN, TRIES)


def what_of(shown: SourceShown) -> str:
    """Return what a source does, in a word or two."""
    if shown.is_critical:
        return GOT_IN
    if shown.guesses:
        return GUESSES_NOW
    if shown.finding:
        return NEW
    return IN if shown.row.account else TRIES


class LoginsPane(ExposedPane):
    """From where people log in, and try to."""

    name = "logins"
    one = "source"
    triage = "state, last"
    trouble_word = "new or guessing"
    well = "nobody guesses, and nobody came in from where nobody had come from"
    nothing = (
        "no logins are known yet: root reads what sshd writes down; tui-ops doctor HOST --drop-in prints the lines of"
        " sudo that allow it"
    )
    columns_of = (
        text_fact("host", "HOST", 9, 24, ink=Ink.TEXT),
        text_fact("source", "FROM", 13, 39, ink=Ink.TEXT),
        text_fact("account", "ACCOUNT", 8, 20),
        told_fact("what", "WHAT", 15, 18),
        number_fact("failed_day", "TRIES", 5, lambda value: f"{value:.0f}" if value else "", 1),
        number_fact("good", "IN", 4, lambda value: f"{value:.0f}" if value else "", 2),
        number_fact("last", "LAST", 4, format_age, 1),
        number_fact("first", "FIRST", 5, format_age, 3),
        text_fact("finding", "FINDING", 7, priority=2),
        number_fact("failed", "EVER", 5, lambda value: f"{value:.0f}" if value else "", 4),
    )  # fmt: skip
    also = ("network", "guesses", "got_in")

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the lines."""
        del desk
        return self.lines_of(feed.reading(self.lookout.logins))

    def item(self, shown: SourceShown) -> Item | None:
        """Return the line of a source; None where its host is not known any more."""
        row, what, at = shown.row, what_of(shown), self.desk.present.at
        severity = (
            Severity.CRITICAL if shown.is_critical else Severity.WARNING if what in (GUESSES_NOW, NEW) else Severity.OK
        )
        facts: dict[str, Value] = {
            "source": row.source, "account": row.account, "what": what, "good": float(row.good),
            "failed": float(row.failed), "failed_day": float(row.failed_day), "first": max(0.0, at - row.first_at),
            "last": max(0.0, at - row.last_at), "finding": shown.finding, "network": network_of(row.source),
            "guesses": float(shown.guesses),
            "got_in": float(shown.is_critical),
        }  # fmt: skip
        item = self.part(
            row.host_id, f"{row.source} {row.account}", severity, facts, (at, DAY_PERIOD_S),
            (_ORDER.index(what), -row.last_at),
        )  # fmt: skip
        if item is not None:
            item.inks = {"what": _INKS[what]}
            item.facts["age"] = None
        return item

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return all that is known of a source, over all hosts."""
        del found
        item = self.items.here
        if item is None:
            return []
        facts, source = item.facts, str(item.facts["source"])
        lines = title(item, source, pen)
        lines.append(labelled("What", (str(facts["what"]), item.inks["what"])))
        if facts["account"]:
            lines.append(labelled("Account", safe(str(facts["account"]))))
        lines.append(labelled("Network", safe(str(facts["network"]))))
        at = pen.present.at
        for name, label in (("first", "First"), ("last", "Last")):
            seconds = facts[name]
            assert isinstance(seconds, float)
            lines.append(labelled(label, moment(at - seconds, pen.present)))
        if facts["finding"]:
            lines.append(labelled("Finding", (str(facts["finding"]), Ink.ACCENT)))
            lines += [EMPTY, *wrapped("x take as it is: its sources are known from now on", pen.width, Ink.DIM, "")]
        if facts["what"] == GUESSES_NOW:
            lines += wrapped(
                f"brute force: {GUESSES} tries and more from one address within a day", pen.width, Ink.DIM, ""
            )
        same = [one for one in self.items.rows.values() if one.facts["source"] == source]
        hosts = {one.facts["host"] for one in same}
        lines += [EMPTY, line((f"The same address on {counted(len(hosts), 'host')}", Ink.DIM))]
        for one in sorted(same, key=lambda one: one.order):
            who = str(one.facts["account"] or "")
            many = one.facts["good" if who else "failed"]
            tries = counted(many if isinstance(many, float) else 0.0, "login" if who else "try", "" if who else "tries")
            said = safe(f"{who}  {tries}  ".lstrip())
            lines.append(line((safe(f"  {one.facts['host']}  "), Ink.TEXT), (said, Ink.DIM),
                              (str(one.facts["what"]), one.inks["what"])))  # fmt: skip
        return lines[: height or None]
