"""The view of verdicts: what each check says of each host, one line a check; what is unknown says what would tell."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from tui_ops.actions.action import Action
from tui_ops.actions.declared import HOST_READ
from tui_ops.model.address import Value
from tui_ops.model.rulecheck import FACT_TOPICS
from tui_ops.model.security import CheckResult
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.verdicts import VerdictShown, verdicts
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, joined, line, sign_span
from tui_ops.ui.panels import Pen, heading, labelled, trimmed, wrapped
from tui_ops.ui.security.panels import needed
from tui_ops.ui.security.signs import RESULT_SIGNS
from tui_ops.ui.security.words import hosts_told, named
from tui_ops.ui.views.folded import FoldedPane
from tui_ops.ui.views.foldedlist import FoldedList, Stand
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact

NEEDED_HOSTS = 6
"""Hosts that are named for lines of root: the same drop-in makes it known on all."""

_RANKS = {result: sign.rank for result, sign in RESULT_SIGNS.items()}

IN_NEED = (CheckResult.FAIL, CheckResult.ERROR, CheckResult.UNKNOWN)


def _count(result: CheckResult, title: str, width: int, priority: int) -> Column[Item]:
    """Return a column with how many hosts say so; nothing where none does."""
    shown = number_fact(result.name.lower(), title, width, lambda value: f"{value:.0f}" if value else "", priority)

    def cell(item: Item, cells: int, _look: object) -> tuple[str, Ink]:
        value = item.facts.get(result.name.lower())
        many = f"{value:.0f}" if isinstance(value, int | float) and value else ""
        return fit(many, cells, right=True), LOOK_INK[RESULT_SIGNS[result].look]

    return Column(
        shown.id, title, width, cell, shown.key, priority, right=True, falling=True,
        wanted=lambda item: item.facts.get(shown.id),
    )  # fmt: skip


VERDICT_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("check", "CHECK", 16, most=28, ink=Ink.TEXT),
    text_fact("host", "HOST", 9, most=24, ink=Ink.TEXT),
    told_fact("result", "RESULT", 9, most=14),
    text_fact("text", "SAYS", 16, most=70, priority=2),
    _count(CheckResult.FAIL, "FAIL", 4, 1), _count(CheckResult.UNKNOWN, "UNKN", 4, 1),
    _count(CheckResult.ERROR, "ERR", 3, 3), _count(CheckResult.STALE, "STALE", 5, 3),
    _count(CheckResult.PASS, "PASS", 4, 1), _count(CheckResult.NOT_APPLICABLE, "N/A", 4, 3),
    text_fact("severity", "SEVERITY", 8, priority=6),
    number_fact("age", "READ", 5, short, priority=5),
)  # fmt: skip
"""In the order in which they stand; the counts are those of a folded line."""

VERDICT_KEYS = ("check", "host", "result", "text", "age", "since", "version", "needs", "title", "severity", "root")


@dataclass(frozen=True, slots=True)
class CheckWords:
    """What a check is called, how bad it is where it fails, whether it takes root."""

    title: str
    severity: str
    root: bool
    topics: tuple[str, ...] = ()
    """Topics of facts that it looks at."""


def words_of_checks() -> dict[str, CheckWords]:
    """Return what checks say of themselves. Loads them: not for the desk's own thread."""
    from tui_ops.practices.security.checks.declared import CHECKS

    return {one.id: CheckWords(one.title, str(one.severity), one.root, one.topics) for one in CHECKS}


class VerdictList(FoldedList[VerdictShown]):
    """What checks say."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            {"check": attrgetter("check"), "host": attrgetter("host"), "result": attrgetter("result"), "none": None},
            "result, hosts",
        )
        self._desk = desk
        self.about: dict[str, CheckWords] = {}

    def in_need(self, row: VerdictShown) -> bool:
        """Return whether it fails, or nobody knows."""
        return row.result in IN_NEED

    def fact(self, row: VerdictShown, key: str) -> Value:
        """Return what a verdict has for a key of an address."""
        at, about = self._desk.present.at, self.about.get(row.check)
        known: dict[str, Value] = {
            "check": row.check, "host": row.host, "result": str(row.result), "text": row.text,
            "age": None if row.read_at is None else max(0.0, at - row.read_at), "since": max(0.0, at - row.since_at),
            "version": row.version, "needs": row.needs, "title": about.title if about else "",
            "severity": about.severity if about else "", "root": "yes" if about is not None and about.root else "no",
            **{result.name.lower(): float(row.result is result) for result in CheckResult},
        }  # fmt: skip
        return known.get(key)

    def words(self, row: VerdictShown) -> str:
        """Return the texts in which bare words are looked for."""
        about = self.about.get(row.check)
        return f"{row.check} {row.host} {row.result} {row.text} {about.title if about else ''}"


class VerdictsPane(FoldedPane[VerdictShown]):
    """What checks say of hosts.

    Args:
        desk: that knows the hosts.
    """

    name = "verdicts"
    one = "verdict"
    gap_s = 10.0
    trouble_word = "fail or unknown"
    sort_none = "result, hosts"
    also = VERDICT_KEYS
    nouns = ("host",)
    well = "nothing fails, and everything could be looked at"
    nothing = "no check has said anything yet: first facts are read"

    def __init__(self, desk: Desk) -> None:
        self.verdicts = VerdictList(desk)
        super().__init__(desk, self.verdicts, VERDICT_COLUMNS)

    def read(self, feed: Feed, desk: Desk) -> Sequence[Stand[VerdictShown]]:
        """Return how the verdicts stand."""
        del desk
        if not self.verdicts.about:
            self.verdicts.about = words_of_checks()
        return [self.standing(feed.reading(read_verdicts))]

    def item(self, row: VerdictShown) -> Item:
        """Return a verdict as it is drawn."""
        sign, about, at = RESULT_SIGNS[row.result], self.verdicts.about.get(row.check), self.desk.present.at
        facts: dict[str, Any] = {
            "check": row.check, "host": row.host, "result": str(row.result), "text": row.text,
            "severity": about.severity if about else "",
        }  # fmt: skip
        if row.read_at is not None:
            facts["age"] = max(0.0, at - row.read_at)
        return Item((row.host_id, row.check), sign, facts, in_need=row.result in IN_NEED,
                    inks={"result": LOOK_INK[sign.look]})  # fmt: skip

    def fold_item(self, rows: Sequence[VerdictShown]) -> Item:
        """Return what is said of several hosts, or by several checks, on one line."""
        counts = Counter(map(attrgetter("result"), rows))
        worst = min(counts, key=_RANKS.__getitem__)
        checks, hosts = {row.check for row in rows}, {row.host for row in rows}
        about = self.verdicts.about.get(rows[0].check) if len(checks) == 1 else None
        facts: dict[str, Any] = {
            "check": rows[0].check if len(checks) == 1 else f"{len(checks)} checks",
            "host": rows[0].host if len(hosts) == 1 else hosts_told(len(hosts)), "result": str(worst),
            # Of the worst: the title says what has to be, and beside a fail that reads as the opposite.
            "text": next(row.text for row in rows if row.result is worst) if about else "",
            "severity": about.severity if about else "",
            **{result.name.lower(): float(counts[result]) for result in CheckResult},
        }  # fmt: skip
        sign = RESULT_SIGNS[worst]
        return Item(("fold", rows[0].check, rows[0].host), sign, facts, in_need=worst in IN_NEED,
                    inks={"result": LOOK_INK[sign.look]})  # fmt: skip

    def given(self, action: Action) -> dict[str, object]:
        """Return the topics that the chosen checks look at, where reading their hosts takes them."""
        if action.id != HOST_READ.id:
            return {}
        words = [self.verdicts.about.get(row.check) for row in self.folded.chosen()]
        topics = dict.fromkeys(topic for one in words if one is not None for topic in one.topics)
        return {"topics": ",".join(topic for topic in topics if topic in FACT_TOPICS)} if topics else {}

    def opens(self) -> str:
        """Return the findings of a check that fails on the host."""
        here = self.folded.here
        return f"findings check={here.check} host={here.host}" if here and here.result is CheckResult.FAIL else ""

    def raw(self) -> tuple[str, list[str]] | None:
        """Return the topics that the check looked at on the host, where nothing is missing that root would read."""
        here = self.folded.here
        if here is not None and here.needs:
            return None  # What would make it known stands beside it.
        topics = here.evidence.get("topics") if here is not None else None
        return (here.host, sorted(map(str, topics))) if here is not None and isinstance(topics, dict) else None

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return what a check says of a host, with the lines of root that would make it known; or of all hosts."""
        del found
        folded, here = self.folded.fold_here, self.folded.here
        rows = folded or ([here] if here is not None else [])
        if not rows:
            return []
        one_check = len({row.check for row in rows}) == 1
        about = self.verdicts.about.get(rows[0].check) if one_check else None
        title = rows[0].check if one_check else rows[0].host
        severity = (f"  {about.severity} where it fails" if about else "", Ink.DIM)
        lines: list[Line] = [line((safe(title), Ink.TITLE), severity)]
        lines += wrapped(about.title, pen.width, Ink.TEXT, "") if about else []
        lines += self._one(rows[0], pen) if len(rows) == 1 else self._many(rows, pen)
        return trimmed(lines, pen.width)[: height or None]

    def _one(self, row: VerdictShown, pen: Pen) -> list[Line]:
        sign, at = RESULT_SIGNS[row.result], pen.present.at
        lines = [line(sign_span(sign, pen.look.ascii), (f" {row.result}", LOOK_INK[sign.look]),
                      (f"  on {safe(row.host)}, for {short(max(0.0, at - row.since_at))}", Ink.DIM)),
                 *wrapped(row.text, pen.width, Ink.TEXT, ""), EMPTY, heading("What was read", pen)]  # fmt: skip
        topics = row.evidence.get("topics")
        for topic, read_at in sorted(topics.items()) if isinstance(topics, dict) else ():
            ago = short(max(0.0, at - read_at)) if isinstance(read_at, int | float) else "?"
            lines.append(labelled("Topic", safe(str(topic)), (f"  {ago} ago", Ink.DIM)))
        lines.append(labelled("Version", safe(row.version)))
        needs = needed(row.needs, row.host, pen)
        return [*lines, *([EMPTY, heading("To make it known", pen), *needs] if needs else [])]

    def _many(self, rows: Sequence[VerdictShown], pen: Pen) -> list[Line]:
        by: dict[CheckResult, list[VerdictShown]] = {}
        for row in rows:
            by.setdefault(row.result, []).append(row)
        of_hosts = len({row.check for row in rows}) == 1
        lines: list[Line] = []
        for result in sorted(by, key=_RANKS.__getitem__):
            sign, own = RESULT_SIGNS[result], by[result]
            names = [row.host if of_hosts else row.check for row in own]
            lines += [EMPTY, joined([line(sign_span(sign, pen.look.ascii), (f" {result}", LOOK_INK[sign.look])),
                                     line((f"{len(own)}", Ink.TEXT))])]  # fmt: skip
            lines += wrapped(named(names, 1000 if pen.whole else NEEDED_HOSTS), pen.width, Ink.DIM, "")
            why = Counter(row.text for row in own).most_common(1)[0] if result in IN_NEED else None
            lines += wrapped(f"{why[0]}", pen.width, Ink.TEXT, "") if why is not None else []
            needs = tuple(dict.fromkeys(need for row in own for need in row.needs))
            lines += needed(needs, own[0].host, pen)
        return lines


def read_verdicts(reader: Reader) -> dict[Key, VerdictShown]:
    """Return what checks say: those first that fail anywhere, then those that nobody knows of.

    Raises:
        StoreError: it can't be read.
    """
    rows = verdicts(reader)
    worst: dict[str, tuple[int, int]] = {}
    for row in rows:
        rank = _RANKS[row.result]
        before = worst.get(row.check, (9, 0))
        worst[row.check] = (rank, -1) if rank < before[0] else (before[0], before[1] - (rank == before[0]))
    rows.sort(key=lambda row: (worst[row.check], row.check, _RANKS[row.result], row.host))
    return {(row.host_id, row.check): row for row in rows}
