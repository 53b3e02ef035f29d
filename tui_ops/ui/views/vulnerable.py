"""The views of what hosts are vulnerable to as a whole, and of the feeds that say so."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.clock import local_time
from tui_ops.model.security import FindingSeverity
from tui_ops.model.states import Look, StateSign
from tui_ops.model.units import format_bytes
from tui_ops.store.views import vulnerabilities
from tui_ops.store.views.vulnerabilities import FeedRow, HostVulnerable, patch_words
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import Column, natural
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, heading, labelled, wrapped
from tui_ops.ui.security.feedwords import KIND_WORDS, OLD_S, age_told, judges
from tui_ops.ui.security.signs import SEVERITY_SIGNS
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact
from tui_ops.ui.views.secured import SecuredItems

CLEAN = StateSign("●", "*", Look.GOOD, 5, "clean", "")
NOBODY_KNOWS = StateSign("?", "?", Look.WARN, 1, "unknown", "")

VULNERABLE_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("host", "HOST", 11, most=28, ink=Ink.TEXT),
    told_fact("state", "JUDGED", 8, most=10),
    number_fact("fixable", "FIX HERE", 8, lambda value: f"{value:.0f}"),
    number_fact("waiting", "NO FIX", 6, lambda value: f"{value:.0f}", 1),
    number_fact("kev", "USED", 4, lambda value: f"{value:.0f}", 1, warn=1),
    told_fact("worst", "WORST", 8, priority=1),
    number_fact("security_updates", "UPDATES", 7, lambda value: f"{value:.0f}", 2, warn=1),
    told_fact("reboot", "REBOOT", 6, priority=2),
    number_fact("restart", "RESTART", 7, lambda value: f"{value:.0f}", 3, warn=1),
    text_fact("feed", "FEED", 12, most=24, priority=4),
    number_fact("feed_age", "FEED AGE", 8, short, 3, warn=OLD_S),
    text_fact("why", "WHY", 12, most=60, priority=2),
)  # fmt: skip
"""In the order in which they stand. UPDATES, REBOOT and RESTART are what the host says itself, without any feed."""

VULNERABLE_KEYS = ("place", "unimportant", "age")


def vulnerable_item(row: HostVulnerable) -> Item:
    """Return a host as an item."""
    own = patch_words(row.patches)
    known = row.fixable is not None and row.state == "ok"
    worst = FindingSeverity(row.worst) if row.worst in set(FindingSeverity) else None
    sign = SEVERITY_SIGNS[worst] if worst is not None and row.fixable else CLEAN if known else NOBODY_KNOWS
    facts: dict[str, Any] = {
        "host": row.host, "state": row.state, "fixable": _number(row.fixable), "waiting": _number(row.waiting),
        "kev": _number(row.kev), "worst": row.worst, "security_updates": _number(own.updates),
        "reboot": "asks" if own.reboot else "" if own.reboot is False else "?", "restart": _number(own.restart),
        "feed": row.feed, "why": row.text, "place": row.place, "unimportant": _number(row.unimportant),
        "age": row.age_s,
    }  # fmt: skip
    if row.feed_age_s is not None:
        facts["feed_age"] = row.feed_age_s
    inks = {
        "state": Ink.DIM if row.state == "ok" else Ink.WARN, "reboot": Ink.WARN if own.reboot else Ink.DIM,
        "worst": LOOK_INK[sign.look] if worst is not None else Ink.DIM,
    }  # fmt: skip
    need = bool(row.fixable or row.kev or own.updates or own.reboot or own.restart) or not known
    order = (-(row.kev or 0), sign.rank, -(row.fixable or 0), natural(row.host))
    return Item(("host", row.host), sign, facts, in_need=need, order=order, inks=inks,
                words=f"{row.host} {row.state} {row.text} {row.place} {row.feed}")  # fmt: skip


def _number(value: int | None) -> float | None:
    return None if value is None else float(value)


class VulnerablePane(SecuredItems):
    """How much of each host is vulnerable.

    Args:
        desk: that knows the hosts.
    """

    name = "vulnerable"
    one = "host"
    reads = True
    gap_s = 10.0
    triage = "use, severity"
    trouble_word = "in need only"
    columns_of = VULNERABLE_COLUMNS
    also = VULNERABLE_KEYS
    nouns = ("host",)
    well = "nothing waits to be mended, and every host is judged"
    nothing = "no host is watched yet"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: dict[Any, HostVulnerable] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[HostVulnerable]:
        """Return the hosts."""
        del desk
        return feed.reading(vulnerabilities.hosts)

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self._known = {("host", row.host): row for row in found}
        super().take([vulnerable_item(row) for row in found], desk)

    def opens(self) -> str:
        """Return what the host is vulnerable to."""
        here = self._known.get(self.items.cursor)
        return f"vulnerabilities host={here.host}" if here is not None and here.fixable is not None else ""

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return what is known of the host under the cursor."""
        del found, height
        row = self._known.get(self.items.cursor)
        if row is None:
            return []
        item, own = vulnerable_item(row), patch_words(row.patches)
        lines: list[Line] = [line(sign_span(item.sign, pen.look.ascii), (f" {safe(row.host)}", Ink.TITLE),
                                  (f"  {row.state}", item.inks["state"]))]  # fmt: skip
        lines += wrapped(row.text, pen.width, Ink.TEXT, "") if row.text else []
        if row.fixable is not None:
            lines += [
                labelled("Fix here", f"{row.fixable}", (f"  worst {row.worst}" if row.worst else "", Ink.DIM)),
                labelled("No fix", f"{row.waiting}", ("  known, nothing to install yet", Ink.DIM)),
                labelled("Used", f"{row.kev}", ("  by attackers, of all", Ink.DIM)),
                labelled("Minor", f"{row.unimportant}", ("  the vendor calls them unimportant", Ink.DIM)),
            ]
        if row.feed:
            age = age_told(row.feed_age_s) if row.feed_age_s is not None else None
            lines.append(
                labelled("Feed", safe(row.feed), (f"  {age.text}" if age else "", age.ink if age else Ink.DIM))
            )
        lines += [labelled("Judged as", safe(row.place))] if row.place else []
        lines += [EMPTY, heading("By the host's own word", pen)]
        if own.updates is None and own.reboot is None and own.restart is None:
            return [*lines, line(("it has not told yet of updates, restarts and reboots", Ink.DIM))]
        for label, value, ink in (
            ("Updates", "not known" if own.updates is None else f"{own.updates} of security wait", Ink.WARN),
            ("Reboot", "not known" if own.reboot is None else "asks for one" if own.reboot else "needs none", Ink.WARN),
            ("Restart", "not known" if own.restart is None else f"{own.restart} run with deleted libraries", Ink.WARN),
        ):  # fmt: skip
            lines.append(labelled(label, (value, ink if value[0] not in "0n" else Ink.DIM)))
        updates = sorted(name.removeprefix("update ") for name, one in row.patches.items()
                         if name.startswith("update ") and one.get("security") is True)  # fmt: skip
        return [*lines, *(part for part in wrapped(", ".join(updates[:40]), pen.width, Ink.DIM, ""))]


# Feeds ----------------------------------------------------------------------------------------------------------------

FRESH = StateSign("●", "*", Look.GOOD, 2, "fresh", "")
OLD = StateSign("▲", "!", Look.BAD, 0, "old", "")

FEED_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("feed", "FEED", 18, most=30, ink=Ink.TEXT),
    told_fact("told", "AGE", 8, most=10),
    text_fact("dated", "OF", 11),
    number_fact("says", "SAYS", 7, lambda value: f"{value:.0f}"),
    text_fact("what", "WHAT", 18, most=44, priority=1),
    text_fact("by", "BROUGHT BY", 10, most=14, priority=3),
    text_fact("note", "NOT UNDERSTOOD", 14, most=60, priority=2),
)  # fmt: skip

FEED_KEYS = ("kind", "age", "size", "sha")


def feed_item(row: FeedRow) -> Item:
    """Return a feed as an item."""
    told, old = age_told(row.age_s), row.age_s > OLD_S
    sign = OLD if old else FRESH
    dated = row.dated_at if row.dated_at is not None else row.imported_at
    facts: dict[str, Any] = {
        "feed": row.name, "told": told.text, "dated": f"{local_time(dated):%d %b %Y}", "says": float(row.count),
        "what": next((words for kind, words in KIND_WORDS.items() if str(kind) == row.kind), row.kind),
        "by": row.imported_by, "note": row.note, "kind": row.kind, "age": row.age_s, "size": float(row.size),
        "sha": row.sha,
    }  # fmt: skip
    order = (not judges(row), row.name)
    return Item(("feed", row.name), sign, facts, in_need=old, order=order, inks={"told": told.ink},
                words=f"{row.name} {row.kind} {row.note} {row.imported_by}")  # fmt: skip


class FeedsPane(SecuredItems):
    """The feeds."""

    name = "feeds"
    one = "feed"
    reads = True
    gap_s = 5.0
    triage = "what judges, name"
    trouble_word = "old only"
    columns_of = FEED_COLUMNS
    also = FEED_KEYS
    nouns = ()
    well = "every feed is fresh"
    nothing = "no feed: tui-ops feeds import FILE brings one in"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: dict[Any, FeedRow] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[FeedRow]:
        """Return the feeds."""
        del desk
        return feed.reading(vulnerabilities.feeds)

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self._known = {("feed", row.name): row for row in found}
        super().take([feed_item(row) for row in found], desk)

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return what is known of the feed under the cursor."""
        del found, height
        row = self._known.get(self.items.cursor)
        if row is None:
            return []
        item, told = feed_item(row), age_told(row.age_s)
        lines: list[Line] = [line(sign_span(item.sign, pen.look.ascii), (f" {safe(row.name)}", Ink.TITLE),
                                  (f"  {told.text}", told.ink)), line((str(item.facts["what"]), Ink.TEXT))]  # fmt: skip
        if row.age_s > OLD_S and judges(row):
            lines += wrapped("an old feed makes unknown, not clean: bring in a newer one", pen.width, Ink.WARN, "")
        source = f"{local_time(row.dated_at):%d %b %Y %H:%M}" if row.dated_at is not None else "it does not say"
        says = f"{row.count:,} {'entry' if row.count == 1 else 'entries'}"
        lines += [
            labelled("Made", source),
            labelled("Brought", f"{local_time(row.imported_at):%d %b %Y %H:%M}",
                     (f"  by {safe(row.imported_by)}", Ink.DIM)),
            labelled("Says", says), labelled("Size", format_bytes(row.size)),
            labelled("SHA-256", safe(row.sha[:32])), labelled("", safe(row.sha[32:])),
        ]  # fmt: skip
        return [*lines, *(wrapped(f"not understood: {row.note}", pen.width, Ink.WARN, "") if row.note else [])]
