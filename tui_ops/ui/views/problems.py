"""The views of problems, known errors and action items: what was learnt of incidents."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.states import Look, StateSign
from tui_ops.store.views.problems import ItemRow, KnownErrorRow, ProblemRow
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.paint import LOOK_INK, Ink, Line, line, sign_span, spread
from tui_ops.ui.panels import Pen, labelled, moment, wrapped
from tui_ops.ui.views.incidents import MINUTE_S, told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact
from tui_ops.ui.views.itemspane import ItemsPane

OPEN = StateSign("▲", "!", Look.WARN, 0, "open", "")
PROPOSED = StateSign("◆", "m", Look.HELD, 0, "proposed", "")
DONE = StateSign("●", "*", Look.GOOD, 1, "done", "")
LATE = StateSign("▲", "!", Look.BAD, 0, "late", "")
QUIET = StateSign("·", "-", Look.MUTED, 1, "known", "")

PROBLEM_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "PROBLEM", 7, ink=Ink.TEXT),
    told_fact("state", "STATE", 15, priority=1),
    text_fact("title", "TITLE", 20, most=90, ink=Ink.TEXT),
    number_fact("incidents", "INC", 4, lambda value: f"{value:.0f}", priority=2),
    number_fact("age", "AGE", 4, short, priority=3),
    text_fact("owner", "OWNER", 6, most=12, priority=4),
    text_fact("workaround", "WORKAROUND", 12, most=40, priority=5),
)  # fmt: skip
PROBLEM_KEYS = (*(column.id for column in PROBLEM_COLUMNS), "services", "priority", "changes", "proposed", "cause")

KNOWN_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "ERROR", 6, ink=Ink.TEXT),
    text_fact("title", "TITLE", 20, most=70, ink=Ink.TEXT),
    text_fact("signature", "FOUND BY", 14, most=50, priority=2),
    number_fact("matched", "FOUND", 5, lambda value: f"{value:.0f}", priority=1),
    text_fact("workaround", "WORKAROUND", 14, most=60, priority=3),
    text_fact("problem", "PROBLEM", 7, priority=4),
)  # fmt: skip
KNOWN_KEYS = (*(column.id for column in KNOWN_COLUMNS), "symptom", "solution", "by")

TODO_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "ITEM", 8, ink=Ink.TEXT),
    told_fact("due", "DUE", 10),
    text_fact("text", "WHAT", 20, most=90, ink=Ink.TEXT),
    text_fact("owner", "OWNER", 6, most=12, priority=1),
    text_fact("of", "OF", 7, priority=2),
    text_fact("kind", "KIND", 8, priority=3),
)  # fmt: skip
TODO_KEYS = (*(column.id for column in TODO_COLUMNS), "left")


def problem_item(row: ProblemRow, at: float) -> Item:
    """Return a problem as an item; ``at`` is the present of a full minute, in epoch seconds."""
    sign = PROPOSED if row.proposed and row.is_open else OPEN if row.is_open else DONE
    facts: dict[str, Any] = {
        "name": row.name, "state": "proposed" if row.proposed and row.is_open else str(row.state), "title": row.title,
        "incidents": float(row.incidents), "age": max(0.0, at - row.opened_at), "owner": row.owner,
        "workaround": row.workaround, "services": row.services, "priority": float(row.priority),
        "changes": row.changes, "proposed": "yes" if row.proposed else "no", "cause": row.root_cause,
    }  # fmt: skip
    order = (not row.is_open, not row.proposed, row.priority, -row.incidents, -row.id)
    words = " ".join((row.name, row.title, row.statement, row.root_cause, row.workaround, row.owner, *row.services))
    return Item(("problem", row.id), sign, facts, in_need=row.is_open, order=order, words=words,
                inks={"state": LOOK_INK[sign.look]})  # fmt: skip


def known_item(row: KnownErrorRow) -> Item:
    """Return a known error as an item."""
    signature = " ".join(f"{name}={value}" for name, value in row.signature)
    facts: dict[str, Any] = {
        "name": row.name, "title": row.title, "signature": signature, "matched": float(row.matched),
        "workaround": row.workaround, "problem": f"PRB-{row.problem_id}" if row.problem_id is not None else "",
        "symptom": row.symptom, "solution": row.solution, "by": row.by,
    }  # fmt: skip
    words = " ".join((row.name, row.title, row.symptom, signature, row.workaround, row.solution))
    return Item(("knownerror", row.id), QUIET, facts, order=(-row.matched, -row.id), words=words)


def todo_item(row: ItemRow, at: float) -> Item:
    """Return an action item as an item; ``at`` is the present of a full minute, in epoch seconds."""
    left = row.due_at - at if row.due_at is not None else None
    late = left is not None and left < 0
    told = "no day" if left is None else f"{short(-left)} over" if late else f"in {short(left)}"
    facts: dict[str, Any] = {"name": row.name, "due": told, "text": row.text, "owner": row.owner, "of": row.of,
                             "kind": str(row.kind), "left": left}  # fmt: skip
    return Item(
        ("item", row.id), LATE if late else OPEN, facts, in_need=late, order=(left is None, left or 0.0, row.id),
        words=f"{row.name} {row.text} {row.owner} {row.of}", inks={"due": Ink.BAD if late else Ink.DIM},
    )  # fmt: skip


class LearntPane(ItemsPane):
    """A list of what was learnt. Its rows are the desk's, or are read for it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.known: dict[int, Any] = {}

    def host_here(self) -> HostRow | None:
        """Return None: it is about no single host."""
        return None

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return what is chosen."""
        if noun != self.nouns[0]:
            return ()
        keys = (item.key for item in self.items.chosen())
        return [self.known[key[1]] for key in keys if isinstance(key, tuple) and key[1] in self.known]

    @property
    def here(self) -> Any:
        """The row under the cursor; None where there is none."""
        item = self.items.here
        return self.known.get(item.key[1]) if item is not None and isinstance(item.key, tuple) else None

    def told(self, pen: Pen) -> list[Line]:
        """Return all that is known of what the cursor stands on."""
        raise NotImplementedError


class ProblemsPane(LearntPane):
    """The problems."""

    name = "problems"
    one = "problem"
    triage = "state, priority"
    columns_of = PROBLEM_COLUMNS
    also = PROBLEM_KEYS
    nouns = ("problem",)
    well = "nothing needs action: no problem is open"
    nothing = "no problems: P on an incident opens one, and what recurs is proposed here"

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take the problems as the desk knows them."""
        del found
        self.known = {row.id: row for row in desk.todo.problems}
        at = desk.present.at // MINUTE_S * MINUTE_S
        super().take([problem_item(row, at) for row in self.known.values()], desk)

    def told(self, pen: Pen) -> list[Line]:
        """Return the problem under the cursor."""
        row: ProblemRow | None = self.here
        if row is None:
            return []
        item = problem_item(row, pen.present.at)
        since = line((f"since {moment(row.opened_at, pen.present)}", Ink.DIM))
        lines = [spread(line(sign_span(item.sign, pen.look.ascii), (f" {row.name}", Ink.TITLE),
                             (f"  P{row.priority}  {item.facts['state']}", Ink.DIM)), since, pen.width)]  # fmt: skip
        lines += wrapped(row.title, pen.width, Ink.TEXT)
        if row.proposed and row.is_open:
            lines += wrapped("the engine proposes it: the same kind of incident comes again and again. a takes it on, "
                             "n wants none of it", pen.width, Ink.ACCENT)  # fmt: skip
        many = f"{row.incidents}, {row.open_incidents} of them open"
        lines += [labelled("Owner", safe(row.owner or "nobody")), labelled("Incidents", many)]
        for label, text in (("Seen", row.statement), ("Cause", row.root_cause), ("Meanwhile", row.workaround),
                            ("Fix", row.fix), ("Changes", ", ".join(row.changes))):  # fmt: skip
            lines += _labelled(label, text, pen)
        for index, why in enumerate(row.whys, 1):
            lines += _labelled(f"Why {index}", why, pen)
        for factor in row.factors:
            lines += _labelled("Also", factor, pen)
        return lines


def _labelled(label: str, text: str, pen: Pen) -> list[Line]:
    if not text:
        return []
    first, *rest = wrapped(text, max(10, pen.width - 10), Ink.TEXT, "")
    return [labelled(label, *first), *(labelled("", *one) for one in rest)]


class KnownErrorsPane(LearntPane):
    """The known errors."""

    name = "knownerrors"
    one = "known error"
    reads = True
    triage = "found most often"
    columns_of = KNOWN_COLUMNS
    also = KNOWN_KEYS
    nouns = ("knownerror",)
    well = "no known error needs action"
    nothing = "no known errors: one is made of a problem, and looked for on hosts in trouble"

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the known errors."""
        del desk
        return feed.known_errors()

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self.known = {row.id: row for row in found}
        super().take([known_item(row) for row in found], desk)

    def told(self, pen: Pen) -> list[Line]:
        """Return the known error under the cursor."""
        row: KnownErrorRow | None = self.here
        if row is None:
            return []
        lines = [line((row.name, Ink.TITLE)), *wrapped(row.title, pen.width, Ink.TEXT)]
        found = f"{row.matched} times" + (f", last {moment(row.matched_at, pen.present)}" if row.matched_at else "")
        lines.append(labelled("Found", found if row.matched else "never yet"))
        for name, value in row.signature:
            lines += _labelled(f"by {name}", value, pen)
        for label, text in (("Symptom", row.symptom), ("Meanwhile", row.workaround), ("Solution", row.solution)):
            lines += _labelled(label, text, pen)
        return lines


class TodoPane(LearntPane):
    """What is to be done after incidents and for problems."""

    name = "actions"
    one = "action item"
    triage = "due"
    columns_of = TODO_COLUMNS
    also = TODO_KEYS
    nouns = ("item",)
    well = "nothing is late"
    nothing = "nothing is to be done after incidents"

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take the items as the desk knows them."""
        del found
        self.known = {row.id: row for row in desk.todo.items}
        at = desk.present.at // MINUTE_S * MINUTE_S
        super().take([todo_item(row, at) for row in self.known.values()], desk)

    def told(self, pen: Pen) -> list[Line]:
        """Return the item under the cursor."""
        row: ItemRow | None = self.here
        if row is None:
            return []
        due = moment(row.due_at, pen.present) if row.due_at is not None else "no day"
        lines = [line((row.name, Ink.TITLE), (f"  to {row.kind}", Ink.DIM)), *wrapped(row.text, pen.width, Ink.TEXT)]
        return [*lines, labelled("Due", due), labelled("Owner", safe(row.owner or "nobody")), labelled("Of", row.of),
                labelled("Added", f"{moment(row.created_at, pen.present)} by {safe(row.created_by)}")]  # fmt: skip
