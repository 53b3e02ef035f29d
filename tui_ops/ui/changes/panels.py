"""The panels of a change: plan, dry run, batches, way back, approvals, what it reaches, links, what happened. Pure."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from textwrap import wrap

from tui_ops.model.changes import CellState, ChangeHappening, LinkKind, Vote
from tui_ops.model.plans import Part, Step
from tui_ops.model.units import format_duration
from tui_ops.store.views.changerows import ApprovalRow, ChangeLineRow
from tui_ops.store.views.dryruns import DryCell, DryGroup
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.changes.plantext import PlanLine, only_changed, plan_lines
from tui_ops.ui.changes.reading import ChangePage
from tui_ops.ui.changes.words import day_time
from tui_ops.ui.incidents.blocks import Row, drawn_rows
from tui_ops.ui.paint import EMPTY, Ink, Line, line, line_width
from tui_ops.ui.panels import Pen, counted, heading, labelled, moment, trimmed, wrapped

PART_WORD = {Part.PRE: "pre", Part.STEP: "step", Part.POST: "post", Part.ROLLBACK: "back"}
"""Parts of a plan in few cells."""

STEPS_FEW = 14
"""Steps beside other panels."""

CHANGED_FEW = 12
"""Lines that differ from the version before, beside other panels."""

LINES_FEW = 10
"""Lines of what happened beside other panels."""

GROUPS_FEW = 6
"""Kinds of result of a dry run beside other panels."""

INDENT_MOST = 40
"""Cells of a plan's own indentation that are shown: deeper ones leave no room for the text."""

KIND, WHO, TIME = 10, 10, 10
"""Cells of the kind of a line, of who wrote it, and of its time."""

KIND_INK = {
    ChangeHappening.VOTE: Ink.GOOD, ChangeHappening.VOIDED: Ink.WARN, ChangeHappening.CONFLICT: Ink.WARN,
    ChangeHappening.COMMENT: Ink.ACCENT, ChangeHappening.NOTE: Ink.ACCENT, ChangeHappening.ALERT: Ink.WARN,
}  # fmt: skip
"""Kinds of lines that stand out from the others."""

LINK_WORD = {
    LinkKind.INCIDENT: "mends", LinkKind.CAUSED: "caused", LinkKind.PROBLEM: "mends", LinkKind.FINDING: "closes",
    LinkKind.REQUEST: "fulfils", LinkKind.CHANGE: "waits for",
}  # fmt: skip

SIGN_INK = {"+": Ink.GOOD, "-": Ink.BAD}
"""Lines that came and that went."""


# The plan -------------------------------------------------------------------------------------------------------------


def plan(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of the plan: its steps; where it fills the screen its text, line by line."""
    if pen.whole:
        return _whole_plan(page, pen)
    found = page.plan
    values = "  ".join(f"{name}={value}" for name, value in page.written.values)
    lines = [heading("Plan", pen, safe(values))]
    if found is None:
        lines += wrapped(page.plan_wrong or _no_plan(page), pen.width, Ink.WARN)
        text = page.written.plan.splitlines()
        shown = pen.few(text, STEPS_FEW)
        return [*lines, *(line((safe(one), Ink.DIM)) for one in shown), *pen.more(text, shown)]
    steps = [*found.pre, *found.steps, *found.post]
    shown_steps = pen.few(steps, STEPS_FEW)
    lines += [step_line(number, step) for number, step in enumerate(shown_steps, 1)]
    if not steps:
        lines.append(line(("no steps yet: e writes them", Ink.WARN)))
    return [*lines, *pen.more(steps, shown_steps), *_edited(page, pen)]


def _no_plan(page: ChangePage) -> str:
    """Return what to do where there is no plan; a difference that nobody planned needs none to stay."""
    if page.row.unauthorised:
        return "nobody planned it: y adopts it as it is, F writes the plan that takes it back"
    return "no plan is written yet: e writes it, + in forms"


def step_line(number: int, step: Step) -> Line:
    """Return a step on one line: ``2 step  package  nginx = 1.26.3``."""
    when = f"  when {safe(step.when)}" if step.when else ""
    name = safe(step.name).removeprefix(f"{step.kind} ")
    return line((f"{number:2} ", Ink.DIM), (f"{fit(PART_WORD[step.part], 5)}", Ink.DIM), (f"{step.kind} ", Ink.ACCENT),
                (name, Ink.TEXT), ("  as root" if step.become else "", Ink.DIM), (when, Ink.DIM))  # fmt: skip


def _edited(page: ChangePage, pen: Pen) -> Iterator[Line]:
    """Yield what the last edit changed in the plan's text; nothing where nothing did."""
    before = page.before
    changed = only_changed(plan_lines(page.written.plan, before.plan)) if before is not None else []
    if before is None or not changed:
        return
    yield EMPTY
    yield heading(f"Changed since version {before.number}", pen, f"by {safe(page.versions[-1].who)}")
    shown = pen.few(changed, CHANGED_FEW)
    for one in shown:
        ink = SIGN_INK.get(one.sign, Ink.TEXT)
        yield from (line((f"{one.sign} " if index == 0 else "  ", ink), *part)
                    for index, part in enumerate(wrapped(one.text.strip(), max(20, pen.width - 2), ink)))  # fmt: skip
    yield from pen.more(changed, shown)


def text_rows(page: ChangePage, pen: Pen) -> list[Row]:
    """Return the lines of the plan's text with what was said on them; the cursor stands on a line that is there."""
    before = page.before.plan if page.before is not None else None
    said: dict[int, list[ChangeLineRow]] = {}
    for comment in page.comments:
        at = comment.data.get("line")
        said.setdefault(at if isinstance(at, int) else 0, []).append(comment)
    rows = []
    for index, one in enumerate(plan_lines(page.written.plan, before)):
        lines = list(_text_lines(one, pen.width))
        for comment in said.get(one.number, []) if one.number else ():
            told = f"{safe(comment.who)} {moment(comment.at, pen.present)}: {safe(comment.text)}"
            lines += [(("       ", Ink.TEXT), *part) for part in wrapped(told, max(20, pen.width - 10), Ink.ACCENT)]
        rows.append(Row(("line", one.number) if one.number else ("gone", index), lines))
    return rows


@lru_cache(maxsize=8192)
def _text_lines(one: PlanLine, width: int) -> tuple[Line, ...]:
    """Return a line of a plan's text, in as many lines as it needs; kept, since all are drawn at every key."""
    ink = SIGN_INK.get(one.sign, Ink.TEXT)
    number = (f"{one.number or '':>4} ", Ink.DIM)
    bare = one.text.lstrip(" ")
    blank = (" " * min(len(one.text) - len(bare), INDENT_MOST), ink)
    # Whole words where they fit; a key or a digest that is longer than the screen goes on below, uncut.
    room = max(20, width - 9 - len(blank[0]))
    first, *rest = wrap(safe(bare), room, drop_whitespace=False, break_on_hyphens=False, replace_whitespace=False) or [
        ""
    ]
    front = line(number, (f"{one.sign or ' '} ", ink), blank)
    return ((*front, (first, ink)), *(line(("       ", ink), blank, (part, ink)) for part in rest))


def _whole_plan(page: ChangePage, pen: Pen) -> list[Line]:
    before = page.before
    note = f"+ and - against version {before.number}" if before is not None else "its only version"
    lines = [heading("Plan", pen, f"{note}   i comments on the line")]
    if page.plan_wrong:
        lines += [part for one in page.plan_wrong.splitlines() for part in wrapped(one, pen.width, Ink.BAD)]
    for one in page.written.values:
        lines.append(labelled(safe(one[0]), safe(one[1])))
    if not page.written.plan.strip():
        return [*lines, line(("no plan is written yet: e writes it", Ink.WARN))]
    return [*lines, *drawn_rows(text_rows(page, pen), page, pen)]


# The dry run ----------------------------------------------------------------------------------------------------------


def dry_run(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of the dry run, its hosts grouped by equal result."""
    dry = page.dry
    if dry is None:
        return [heading("Dry run", pen), line(("none yet: d shows what would differ, on every host", Ink.DIM))]
    hosts = sum(len(group.hosts) for group in dry.groups)
    note = f"{counted(hosts, 'host')}, {counted(len(dry.groups), 'kind')} of result"
    lines = [heading("Dry run", pen, note)]
    if page.row.frozen_sha and dry.id != page.row.dry_run_id:
        lines += wrapped("this is newer than what was submitted: it belongs to no approval", pen.width, Ink.WARN)
    if not dry.groups:
        return [*lines, line(("it found no host to look at", Ink.DIM))]
    return [*lines, *drawn_rows(group_rows(page, pen), page, pen, GROUPS_FEW)]


def group_rows(page: ChangePage, pen: Pen) -> list[Row]:
    """Return the kinds of result."""
    groups = page.dry.groups if page.dry is not None else ()
    return [_group(index, group, page, pen) for index, group in enumerate(groups)]


def _group(index: int, group: DryGroup, page: ChangePage, pen: Pen) -> Row:
    marks = pen.look.signs
    warn = ("  ▲" if not pen.look.ascii else "  !", Ink.BAD) if group.fails else ("", Ink.BAD)
    fold = (f"{marks.open if index in page.unfolded else marks.folded} ", Ink.DIM) if pen.whole else ("", Ink.DIM)
    said = "; ".join(_cell_said(cell) for cell in group.cells) or "nothing would change"
    ink = Ink.BAD if group.fails else Ink.TEXT if group.cells else Ink.DIM
    lines: list[Line] = [line(fold, (f"{len(group.hosts):3} ", Ink.TEXT), ("x  ", Ink.DIM), (said, ink), warn)]
    if pen.whole and index in page.unfolded:
        lines += [(("      ", Ink.TEXT), *one) for one in _inside(group, pen)]
    return Row(index, lines)


def _cell_said(cell: DryCell) -> str:
    said = safe(cell.said or cell.result.partition("\n")[0] or cell.step)
    return f"{safe(cell.step)} {cell.state}: {said}" if cell.state is not CellState.CHANGED else said


def _inside(group: DryGroup, pen: Pen) -> Iterator[Line]:
    """Yield the hosts of a group, and what each step would do there."""
    yield from wrapped(", ".join(group.hosts), max(20, pen.width - 10), Ink.DIM, "")
    for cell in group.cells:
        bad = cell.state is not CellState.CHANGED
        yield line((f"{cell.step}  ", Ink.DIM), (f"{cell.state}  ", Ink.BAD if bad else Ink.DIM), safe(cell.said))
        for text in (cell.result or cell.output).splitlines():
            yield line((f"  {safe(text)}", SIGN_INK.get(text[:1], Ink.DIM)))


# Batches and the way back ---------------------------------------------------------------------------------------------


def batches(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of how the run goes over its hosts."""
    found, dot = page.plan, f" {pen.look.signs.dot} "
    if found is None or not page.batches:
        return []
    how = found.batching
    sizes = [str(len(one)) for one in page.batches]
    note = f"by {how.by}" if how.by else dot.join(how.sizes)
    lines = [heading("Batches", pen, note)]
    lines += wrapped(f"{dot.join(sizes)}   {how.parallel} at a time", pen.width, Ink.TEXT)
    fails = f"more than {how.max_fail_percentage:g} % failed" if how.max_fail_percentage else "the first failure"
    lines.append(line((f"{how.on_failure} after {fails}", Ink.TEXT)))
    if how.soak_s:
        lines.append(line((f"each is watched for {format_duration(how.soak_s)} before the next", Ink.DIM)))
    for label, rules in (("Expected", found.expected_alerts), ("Ends at", found.abort_if)):
        lines += [labelled(label, safe(", ".join(rules)))] if rules else []
    if pen.whole:
        for number, hosts in enumerate(page.batches, 1):
            lines += [EMPTY, line((f"batch {number}", Ink.TITLE), (f"  {counted(len(hosts), 'host')}", Ink.DIM))]
            lines += wrapped(", ".join(hosts), pen.width, Ink.TEXT, "")
    return lines


def rollback(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of the way back."""
    found = page.plan
    if found is None:
        return []
    lines = [heading("Way back", pen, counted(len(found.rollback), "step") if found.rollback else "")]
    if not found.rollback:
        return [*lines, line(("none: what it does stays done", Ink.WARN))]
    return [*lines, *(step_line(number, step) for number, step in enumerate(found.rollback, 1))]


# Approvals ------------------------------------------------------------------------------------------------------------


def approvals(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of who has to approve it and what was said."""
    standing = page.standing
    lines = [heading("Approvals", pen, f"{standing.given} of {standing.needed}" if standing.needed else "")]
    for need in page.standing.needs:
        ink = Ink.GOOD if need.met else Ink.TEXT
        lines += wrapped(need.said, pen.width, ink)
    for one in page.approvals:
        lines += _vote(one, page, pen)
    if not page.approvals and not page.standing.needs:
        lines.append(line(("nobody has said anything yet", Ink.DIM)))
    return lines


def _vote(one: ApprovalRow, page: ChangePage, pen: Pen) -> list[Line]:
    void = one.void_at is not None or one.frozen_sha != page.row.frozen_sha
    marks = pen.look.signs
    sign = {Vote.APPROVE: (marks.good, Ink.GOOD), Vote.REJECT: (marks.bad, Ink.BAD)}.get(one.vote, ("-", Ink.DIM))
    word = {Vote.APPROVE: "approved", Vote.REJECT: "rejected", Vote.ABSTAIN: "abstained"}[one.vote]
    behalf = f" for {safe(one.behalf)}" if one.behalf else ""
    why = f": {safe(one.reason)}" if one.reason else ""
    when = day_time(one.at, pen.present.at)
    lines = [line(("-" if void else sign[0], Ink.DIM if void else sign[1]),
                  (f" {safe(one.who)}{behalf} {word} {when}{why}", Ink.DIM if void else Ink.TEXT))]  # fmt: skip
    if void:
        lines += [(("  ", Ink.TEXT), *part) for part in
                  wrapped(f"void: {one.void_why or 'it was for another plan'}", pen.width - 2, Ink.WARN)]  # fmt: skip
    return lines


# What it reaches ------------------------------------------------------------------------------------------------------


def reach(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of its targets, and of the services that they carry."""
    row, found = page.row, page.reach
    lines = [heading("Reaches", pen, counted(len(row.hosts), "host") if row.hosts else "")]
    lines += _named("Targets", row.targets, pen)
    if row.hosts and (pen.whole or len(row.hosts) <= STEPS_FEW):
        lines += _named("Hosts", row.hosts, pen)
    if found is None:
        return lines if len(lines) > 1 else [*lines, line(("no targets yet", Ink.DIM))]
    for one in found.redundancy:
        lines.append(line((safe(one.said), Ink.WARN if one.stay == 0 else Ink.TEXT)))
    lines += _named("Above", found.above, pen)
    if found.stops:
        lines += wrapped(f"stops: {', '.join(found.stops)}", pen.width, Ink.BAD)
    return lines


def _named(label: str, names: Sequence[str], pen: Pen) -> list[Line]:
    if not names:
        return []
    first, *rest = wrapped(", ".join(names), max(10, pen.width - 10), Ink.TEXT, "")
    return [labelled(label, *first), *(labelled("", *one) for one in rest)]


# Links and what happened ----------------------------------------------------------------------------------------------


def link_rows(page: ChangePage, pen: Pen) -> list[Row]:
    """Return what it is linked to."""
    del pen
    return [
        Row(one.other, [line((f"{fit(LINK_WORD[one.kind], 9)} ", Ink.WARN if one.kind is LinkKind.CAUSED else Ink.DIM),
                             (f"{fit(one.other, 8)} ", Ink.TEXT), (safe(page.titles.get(one.other, "")), Ink.DIM))])
        for one in page.links
    ]  # fmt: skip


def links(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of links, with the model and the release; nothing where there are none."""
    lines: list[Line] = []
    if page.row.reason:
        lines += wrapped(page.row.reason, pen.width, Ink.TEXT, "")
    if page.model is not None:
        lines.append(labelled("Model", safe(page.model.name)))
    if page.release is not None:
        lines.append(labelled("Release", f"{page.release.name} {safe(page.release.title)}"))
    rows = drawn_rows(link_rows(page, pen), page, pen)
    return [heading("Why, and what for", pen), *lines, *rows] if lines or rows else []


def happened(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of what happened to it, the newest last."""
    found = page.lines if pen.whole else page.lines[-(LINES_FEW + pen.spare) :]
    left = len(page.lines) - len(found)
    lines = [heading("Timeline", pen, f"{counted(left, 'line')} before" if left else "")]
    if not found:
        return [*lines, line(("nothing was written yet", Ink.DIM))]
    for one in found:
        front = line((f"{fit(day_time(one.at, pen.present.at), TIME)} ", Ink.DIM),
                     (f"{fit(str(one.kind), KIND)} ", KIND_INK.get(one.kind, Ink.DIM)),
                     (f"{fit(one.who or 'engine', WHO)} ", Ink.DIM))  # fmt: skip
        lines += _after(front, one.text, pen)
    return trimmed(lines, pen.width)


def _after(front: Line, text: str, pen: Pen) -> Sequence[Line]:
    if not pen.whole:
        return [(*front, (safe(text), Ink.TEXT))]
    room = line_width(front)
    first, *rest = wrapped(text, max(20, pen.width - room), Ink.TEXT, "") or [()]
    return [(*front, *first), *(((" " * room, Ink.TEXT), *one) for one in rest)]


def review(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of the review after it; nothing before it is written."""
    if not page.row.review.strip():
        return []
    by = f"by {safe(page.row.reviewed_by)}" if page.row.reviewed_by else ""
    parts = [one for text in page.row.review.splitlines() for one in wrapped(text, pen.width, Ink.TEXT, "")]
    return [heading("Review", pen, by), *parts]


def difference(page: ChangePage, pen: Pen) -> list[Line]:
    """Return the panel of the difference that no change explained; nothing of a change that was planned."""
    if not page.row.unauthorised:
        return []
    lines = [heading("What differed", pen, "no change explains it", Ink.WARN)]
    for name, value in page.row.difference:
        first, *rest = wrapped(value, max(10, pen.width - 10), Ink.TEXT, "") or [EMPTY]
        lines += [labelled(safe(name), *first), *(labelled("", *one) for one in rest)]
    return lines
