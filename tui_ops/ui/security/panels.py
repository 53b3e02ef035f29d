"""The panels of a finding's page: what was read, what mends it, where else it is, what happened to it. Pure."""

from collections.abc import Iterator

from tui_ops.model.clock import local_time
from tui_ops.model.security import CheckResult, FindingHappening
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.changes.words import day_time
from tui_ops.ui.incidents.blocks import Row, drawn_rows
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, line, line_width, sign_span
from tui_ops.ui.panels import Pen, heading, labelled, told_whole, trimmed, wrapped
from tui_ops.ui.security.head import seen_when
from tui_ops.ui.security.reading import SeenPage
from tui_ops.ui.security.signs import RESULT_SIGNS, state_sign
from tui_ops.ui.security.words import due_told, hosts_told

LINES_FEW, PLAN_FEW, OTHERS_FEW = 10, 14, 6
"""Lines of what happened, of the plan and of other hosts beside other panels."""

TIME, KIND, WHO, HOST = 12, 10, 10, 20
"""Cells of a time, of the kind of a line, of who wrote it, of a host."""

KIND_INK = {
    FindingHappening.RETURNED: Ink.WARN, FindingHappening.EXPIRED: Ink.BAD, FindingHappening.GONE: Ink.GOOD,
    FindingHappening.ACCEPTANCE: Ink.HELD,
}  # fmt: skip

RAW = "raw"
"""The first part of the key of a row that stands for a topic as it was read."""

KNOWN_DATA = (
    ("package", "Package"), ("installed", "Installed"), ("fixed", "Mended in"), ("kev", "Used, KEV"),
    ("ransomware", "Extortion"), ("epss", "EPSS"), ("cvss", "CVSS"), ("port", "Port"),
)  # fmt: skip
"""What sources know of a finding that is told by name."""


# What was read --------------------------------------------------------------------------------------------------------


def read(page: SeenPage, pen: Pen) -> list[Line]:
    """Return the panel of what was read, with which topics, when, by which version of the check."""
    row, seen = page.row, page.seen
    lines = [heading("What was read", pen, f"{row.source} {row.check}" if page.check is None else f"check {row.check}")]
    if row.object:
        lines += told_whole("About", row.object, pen)
    for name, label in KNOWN_DATA:
        value = row.data.get(name)
        if value not in (None, "", False, []):
            lines += told_whole(label, _shown(name, value), pen)
    evidence = seen.evidence
    lines += drawn_rows(read_rows(page, pen), page, pen)
    read_at = evidence.get("read_at")
    if isinstance(read_at, int | float):
        lines.append(
            labelled("Read", safe(str(evidence.get("topic", ""))), (f"  {_ago(float(read_at), pen)}", Ink.DIM))
        )
    if evidence.get("feed"):
        feed_at = evidence.get("feed_at")
        of = f", of {local_time(float(feed_at)):%d %b %Y}" if isinstance(feed_at, int | float) else ""
        lines.append(labelled("Feed", safe(str(evidence["feed"])), (of, Ink.DIM)))
    lines += _objects(evidence, row.object, pen)
    version = f", version {seen.check_version}" if page.check is not None else ""
    return [*lines, line((safe(f"{seen_when(row, pen)}{version}"), Ink.DIM))]


def read_rows(page: SeenPage, pen: Pen) -> list[Row]:
    """Return the topics that a check looked at, each with when it was read: what was read is a key away."""
    topics = page.seen.evidence.get("topics")
    told = sorted(topics.items()) if isinstance(topics, dict) else []
    return [
        Row((RAW, str(topic)), [labelled("Read", safe(str(topic)), (f"  {_ago(float(at), pen)}", Ink.DIM))])
        for topic, at in told
        if isinstance(at, int | float)
    ]


def _shown(name: str, value: object) -> str:
    if name == "epss" and isinstance(value, int | float):
        return f"{100 * value:.1f} % within 30 days"
    if name == "ransomware":
        return "known to be used"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _ago(at: float, pen: Pen) -> str:
    return f"{local_time(at):%d %b %H:%M}, {short(max(0.0, pen.present.at - at))} ago"


def _objects(evidence: dict[str, object], own: str, pen: Pen) -> list[Line]:
    """Return what else the same check found on this host."""
    objects, count = evidence.get("objects"), evidence.get("count")
    rest = [one for one in objects if isinstance(one, list) and len(one) == 2 and one[0] != own] if isinstance(
        objects, list) else []  # fmt: skip
    if not rest:
        return []
    more = count - 1 - len(rest) if isinstance(count, int) else 0
    lines = [line(("the check found besides, on this host:", Ink.DIM))]
    shown = pen.few(rest, 3)
    for about, text in shown:
        lines += [line((f"  {safe(str(text) or str(about))}", Ink.TEXT))]
    left = len(rest) - len(shown) + max(0, more)
    return [*lines, line((f"  {left} more", Ink.DIM))] if left else lines


def now_said(page: SeenPage, pen: Pen) -> list[Line]:
    """Return the panel of what its check says of the host now, where that is no plain fail; lines for sudo that would
    make it known.
    """
    verdict = page.verdict
    if verdict is None or (verdict.result is CheckResult.FAIL and not verdict.needs):
        return []
    sign = RESULT_SIGNS[verdict.result]
    lines = [heading("The check now", pen, f"since {day_time(verdict.since_at, pen.present.at)}"),
             line(sign_span(sign, pen.look.ascii), (f" {verdict.result}", LOOK_INK[sign.look]))]  # fmt: skip
    lines += wrapped(verdict.text, pen.width, Ink.TEXT, "")
    if verdict.result is not CheckResult.PASS and page.row.is_live:
        lines += wrapped("what nobody could look at closes nothing", pen.width, Ink.DIM, "")
    return [*lines, *needed(verdict.needs, verdict.host, pen)]


def needed(needs: tuple[str, ...], host: str, pen: Pen) -> list[Line]:
    """Return the very lines for sudo that would make something known, and what prints them."""
    if not needs:
        return []
    lines = [line(("these lines of root would make it known:", Ink.DIM))]
    for one in needs:
        lines += [(("  ", Ink.TEXT), *part) for part in wrapped(one, max(20, pen.width - 2), Ink.ACCENT, "    ")]
    return [*lines, line(("all of them: ", Ink.DIM), (f"tui-ops doctor {safe(host)} --drop-in", Ink.ACCENT))]


# What mends it --------------------------------------------------------------------------------------------------------


def remedy(page: SeenPage, pen: Pen, with_plan: bool = True) -> list[Line]:
    """Return the panel of what is to be done, with the plan that ``F`` makes a change of, or with the plan's length."""
    note = "F makes a change of it" if page.plan and page.row.is_live and not page.row.change else ""
    lines = [heading("What mends it", pen, note, Ink.ACCENT)]
    lines += wrapped(page.advice, pen.width, Ink.TEXT, "") if page.advice else []
    if page.plan and with_plan:
        lines += list(_plan(page, pen))
    elif page.plan:
        lines.append(line((f"by a plan of {len(page.plan.splitlines())} lines: enter shows it", Ink.DIM)))
    elif page.why_no_plan:
        lines += wrapped(page.why_no_plan, pen.width, Ink.DIM, "")
    return lines if len(lines) > 1 else []


def said_in_draft(asked: tuple[tuple[str, str], ...], width: int) -> list[Line]:
    """Return the parameters that a person has to say in the draft.

    Args:
        asked: their names, each with what it is.
        width: in cells.
    """
    lines: list[Line] = []
    for name, what in asked:
        lines += wrapped(f"{name}: the draft asks for it" + (f", {what}" if what else ""), width, Ink.WARN, "    ")
    return lines


def _plan(page: SeenPage, pen: Pen) -> Iterator[Line]:
    for name, value in page.values:
        if value:
            yield line((f"  {safe(name)} = ", Ink.DIM), (safe(value), Ink.TEXT))
    yield from said_in_draft(page.asked, pen.width)
    written = page.plan.rstrip().splitlines()
    shown = pen.few(written, PLAN_FEW)
    if len(shown) < len(written) and "steps:" in written:
        # What it does first; what it looks at before, the whole screen shows.
        begin = written.index("steps:")
        shown = written[begin : begin + len(shown)]
    for one in shown:
        yield from _of_plan(one, pen)
    yield from pen.more(written, shown)


def _of_plan(text: str, pen: Pen) -> list[Line]:
    """Return a line of a plan: what it has to say is read to its end, further in than it began."""
    inner = len(text) - len(text.lstrip(" ")) + 2
    told = wrapped(text.strip(), max(20, pen.width - inner), Ink.ACCENT, "    ")
    return [line((" " * inner, Ink.TEXT), *part) for part in told]


def controls(page: SeenPage, pen: Pen) -> list[Line]:
    """Return the panel of the standards that ask for it, by their ids."""
    if page.check is None or not page.check.controls:
        return []
    lines = [heading("Asked for by", pen)]
    for name, ids in page.check.controls:
        first, *rest = wrapped(", ".join(ids), max(10, pen.width - 15), Ink.TEXT, "")
        lines.append(line((fit(name, 15), Ink.DIM), *first))
        lines += [line((" " * 15, Ink.TEXT), *one) for one in rest]
    return lines


# Other hosts, what happened -------------------------------------------------------------------------------------------


def other_rows(page: SeenPage, pen: Pen) -> list[Row]:
    """Return the same on other hosts."""
    found = []
    for one in page.others:
        sign, due = state_sign(one), due_told(one, pen.present.at)
        found.append(Row(one.id, [line(
            sign_span(sign, pen.look.ascii), (f" {fit(one.host or 'the fleet', HOST)} ", Ink.TEXT),
            (f"{fit(one.name, 9)} ", Ink.DIM), (f"{fit(sign.summary, 14)} ", Ink.DIM), (fit(due.text, 10), due.ink),
            (safe(one.owner), Ink.DIM),
        )]))  # fmt: skip
    return found


def others(page: SeenPage, pen: Pen) -> list[Line]:
    """Return the panel of other hosts with the same; nothing where there are none."""
    rows = other_rows(page, pen)
    if not rows:
        return []
    live = sum(one.is_live for one in page.others)
    note = hosts_told(len(rows)) + (f", {live} live" if live < len(rows) else "")
    return [heading("The same elsewhere", pen, note), *drawn_rows(rows, page, pen, OTHERS_FEW)]


def happened(page: SeenPage, pen: Pen) -> list[Line]:
    """Return the panel of what happened to it, the newest last."""
    every = page.seen.lines
    found = every if pen.whole else every[-(LINES_FEW + pen.spare) :]
    left = len(every) - len(found)
    lines = [heading("Its list", pen, f"{left} before" if left else "")]
    # No wider than what stands there: beside another panel there is little room for the words.
    time, kind, who = (min(most, max(map(len, texts), default=0)) for most, texts in (
        (TIME, [day_time(one.at, pen.present.at) for one in found]), (KIND, [str(one.kind) for one in found]),
        (WHO, [one.who or "engine" for one in found]),
    ))  # fmt: skip
    for one in found:
        front = line((f"{fit(day_time(one.at, pen.present.at), time)} ", Ink.DIM),
                     (f"{fit(str(one.kind), kind)} ", KIND_INK.get(one.kind, Ink.DIM)),
                     (f"{fit(one.who or 'engine', who)} ", Ink.DIM))  # fmt: skip
        room = line_width(front)
        first, *rest = wrapped(one.text, max(20, pen.width - room), Ink.TEXT, "") or [EMPTY]
        lines += [(*front, *first), *(((" " * room, Ink.TEXT), *part) for part in rest)]
    return trimmed(lines, pen.width)
