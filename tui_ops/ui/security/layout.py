"""How the page of a finding stands on the screen, and the same in short beside the list."""

from collections import Counter
from collections.abc import Sequence

from tui_ops.store.views.findings import FindingRow
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.learnt.layout import Layout
from tui_ops.ui.paging import Panel
from tui_ops.ui.paint import EMPTY, Ink, Line, line, sign_span, spread
from tui_ops.ui.panels import Pen, heading, labelled, trimmed, wrapped
from tui_ops.ui.security import panels
from tui_ops.ui.security.head import due_line, head, title_line, where, why
from tui_ops.ui.security.reading import SeenPage
from tui_ops.ui.security.signs import state_sign
from tui_ops.ui.security.words import due_told, hosts_told
from tui_ops.ui.views.items import Item

HOST = 18
"""Cells of a host's name among others."""

HOSTS_FEW = 30
"""Hosts of what is folded that are named beside the list, where it is as high as a terminal can be."""

LAYOUT: Layout[SeenPage] = Layout(
    head,
    (
        Panel("read", panels.read),
        Panel("check", panels.now_said),
        Panel("remedy", panels.remedy, 1, 1),
        Panel("controls", panels.controls, 0, 2),
        Panel("elsewhere", panels.others, 0, 2),
        Panel("list", panels.happened, 1, 2),
    ),
    {"read": panels.read_rows, "elsewhere": panels.other_rows},
)
"""How the page of a finding stands on the screen."""


def detail(row: FindingRow, page: SeenPage | None, pen: Pen, height: int) -> list[Line]:
    """Return the panel beside the list.

    Args:
        row: of the list; shown at once.
        page: from the store; None as long as it is being read.
        pen: width and signs.
        height: lines there are.
    """
    if page is None or page.row.id != row.id:
        lines = [title_line(row, pen), *wrapped(row.text or row.title, pen.width, Ink.TITLE, ""),
                 line((safe(where(row)), Ink.TEXT)), due_line(row, pen)]  # fmt: skip
        return trimmed(lines, pen.width)[: height or None]
    lines = head(page, pen)
    for block in (panels.read, panels.now_said, panels.remedy, panels.others, panels.controls, panels.happened):
        found = block(page, pen)
        if block is panels.remedy and height and len(lines) + len(found) + 1 > height:
            # The plan may be long; that there is one, and what it does, is not left out for that.
            found = panels.remedy(page, pen, with_plan=False)
        if found and (not height or len(lines) + len(found) + 1 <= height):
            lines += [EMPTY, *found]
    return trimmed(lines, pen.width)[: height or None]


def fold_detail(rows: Sequence[FindingRow], item: Item, page: SeenPage | None, pen: Pen, height: int) -> list[Line]:
    """Return what stands beside a line on which several findings are folded.

    Args:
        rows: the findings, the most urgent first.
        item: the line.
        page: of the first of them; None as long as it is being read.
        pen: width and signs.
        height: lines there are.
    """
    at = pen.present.at
    lines = [spread(line(sign_span(item.sign, pen.look.ascii), (f" {item.facts['severity']}", item.inks["severity"]),
                         (f"  {item.facts['host']}, {len(rows)} findings", Ink.TITLE)),
                    line((str(item.facts["due"]), item.inks["due"])), pen.width)]  # fmt: skip
    lines += wrapped(str(item.facts["what"]), pen.width, Ink.TITLE, "")
    states = Counter(row.state for row in rows)
    told = ", ".join(f"{count} {state}" for state, count in states.most_common())
    lines.append(labelled("State", (told, Ink.DIM)))
    if page is not None:
        lines += why(page, pen)
    if page is not None and page.check is not None:
        lines += [labelled("Check", f"{safe(page.check.id)}", (f"  {page.check.title}", Ink.DIM))]
    if page is not None and page.plan:
        lines += [labelled("Mended", "by a plan", ("  F makes one change for all", Ink.DIM))]
    elif page is not None and page.advice:
        lines += [labelled("Mended", *part) if index == 0 else labelled("", *part)
                  for index, part in enumerate(wrapped(page.advice, pen.width - 10, Ink.TEXT, ""))]  # fmt: skip
    lines += [EMPTY, heading("Where", pen, hosts_told(len({row.host for row in rows})))]
    room = (height or HOSTS_FEW) - len(lines) - 1
    for row in rows[: max(0, room)]:
        sign, due = state_sign(row), due_told(row, at)
        said = row.owner or ("" if row.text == item.facts["what"] else row.text)
        lines.append(line(sign_span(sign, pen.look.ascii), (f" {fit(row.host or 'the fleet', HOST)} ", Ink.TEXT),
                          (f"{fit(row.name, 8)} ", Ink.DIM), (f"{fit(due.text, 9)} ", due.ink),
                          (safe(said), Ink.DIM)))  # fmt: skip
    if len(rows) > room:
        lines.append(line((f"{len(rows) - max(0, room)} more: enter unfolds them", Ink.DIM)))
    return trimmed(lines, pen.width)[: height or None]
