"""Before a change is made of findings: which plan mends them, on which hosts, and what no machine mends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tui_ops.actions.findings import FIX
from tui_ops.model.security import FindingKind, Seen
from tui_ops.store.views.findings import FindingRow
from tui_ops.ui.acts import DIALOG_CELLS, plan
from tui_ops.ui.cells import safe
from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.panels import wrapped
from tui_ops.ui.security.panels import said_in_draft
from tui_ops.ui.security.words import hosts_told, named
from tui_ops.ui.work import in_background

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

HOSTS_NAMED, PLANS_SHOWN, LINES_SHOWN = 6, 3, 24
"""Hosts, plans and lines of a plan that a dialog shows: the draft that is made of them shows all."""


OF_PACKAGES = (
    "Vulnerable packages of hosts with one release go into one draft. It fetches the lists of packages first, and puts"
    " the old versions back where they can be had."
)
"""What a draft of vulnerabilities has besides the plan of each: it is made of what its hosts have installed then."""


@dataclass
class Mended:
    """What one plan mends."""

    plan: str
    values: tuple[tuple[str, str], ...]
    asked: tuple[tuple[str, str], ...] = ()
    """Parameters that a person says in the draft, each with what it is."""
    rows: list[FindingRow] = field(default_factory=list)


@dataclass
class Fixing:
    """What would be made of some findings."""

    plans: list[Mended]
    left: list[tuple[FindingRow, str, str]]
    """What no machine mends, with why, and what a person does."""

    @property
    def rows(self) -> list[FindingRow]:
        """The findings that plans mend."""
        return [row for one in self.plans for row in one.rows]


def fixing(rows: Sequence[FindingRow]) -> Fixing:
    """Return what would be made of findings. Loads the checks: not for the desk's own thread."""
    from tui_ops.practices.security.remedies import NoPlan, asked, mend

    plans: dict[tuple[str, tuple[tuple[str, str], ...]], Mended] = {}
    left: list[tuple[FindingRow, str, str]] = []
    for row in rows:
        try:
            found = mend(row.check, row.kind, Seen(row.object, row.text, row.severity, row.title, row.data))
        except NoPlan as error:
            left.append((row, error.message, error.hint))
        except (KeyError, TypeError, ValueError) as error:
            left.append((row, f"its plan can't be made: {type(error).__name__}", "make a change by hand"))
        else:
            key = (found.plan, found.values)
            plans.setdefault(key, Mended(found.plan, found.values, asked(found))).rows.append(row)
    return Fixing(list(plans.values()), left)


def told(found: Fixing) -> list[Line]:
    """Return what is made, with each plan and its hosts, and what is left out."""
    many = len(found.plans) > 1
    lines: list[Line] = [line(("makes a change for each plan" if many else "makes a change",
                               Ink.TEXT), (": drafts, nothing runs yet" if many else ": a draft, nothing runs yet",
                               Ink.DIM))]  # fmt: skip
    for one in found.plans[:PLANS_SHOWN]:
        hosts = list(dict.fromkeys(row.host for row in one.rows))
        lines += [EMPTY, line((safe(one.rows[0].title or one.rows[0].check), Ink.TITLE))]
        lines += wrapped(f"on {hosts_told(len(hosts))}: {named(hosts, HOSTS_NAMED)}", DIALOG_CELLS, Ink.ACCENT)
        lines += [line((f"  {safe(name)} = ", Ink.DIM), (safe(value), Ink.TEXT)) for name, value in one.values if value]
        lines += said_in_draft(one.asked, DIALOG_CELLS)
        written = one.plan.rstrip().splitlines()
        # What it does: what it looks at first, and its way back, the draft shows.
        begin = written.index("steps:") if "steps:" in written else 0
        lines += [line((f"  {safe(text)}", Ink.TEXT)) for text in written[begin : begin + LINES_SHOWN]]
        if len(written) > LINES_SHOWN:
            lines.append(line((f"  {len(written) - LINES_SHOWN} more lines", Ink.DIM)))
    if any(row.kind is FindingKind.VULNERABILITY for row in found.rows):
        lines += [EMPTY, *wrapped(OF_PACKAGES, DIALOG_CELLS, Ink.DIM, "")]
    if len(found.plans) > PLANS_SHOWN:
        lines += [EMPTY, line((f"and {len(found.plans) - PLANS_SHOWN} more plans", Ink.DIM))]
    if found.left:
        lines += [EMPTY, line((f"{len(found.left)} left out: no machine mends them", Ink.WARN))]
        for row, why, _advice in found.left[:PLANS_SHOWN]:
            lines += wrapped(f"{row.name} {row.host}: {why}", DIALOG_CELLS, Ink.DIM)
    return lines


def begin_fix(app: "DeskApp", rows: Sequence[FindingRow]) -> None:
    """Ask for the change that mends findings, showing its plan and its hosts; say why where there is none.

    Args:
        app: the desk.
        rows: what is chosen.
    """
    asked = plan(FIX, rows, app.desk)
    if not asked.verdict:
        app.tell(f"{FIX.label}: {asked.verdict.why}", Ink.WARN)
        return
    app.doer.about_to_ask = True
    in_background(app, partial(_ask, app, list(asked.rows)), "act")


async def _ask(app: "DeskApp", rows: list[FindingRow]) -> None:
    try:
        found = await app.from_store(lambda _feed: fixing(rows))
        if not found.plans:
            row, why, advice = found.left[0]
            app.tell(f"{FIX.label}: {row.name}: {why}" + (f" ({safe(advice)})" if advice else ""), Ink.WARN)
            return
        app.doer.confirm(FIX, found.rows, {}, told(found))
    finally:
        app.doer.about_to_ask = False
