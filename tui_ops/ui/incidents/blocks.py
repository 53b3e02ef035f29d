"""Panels of an incident whose rows can be gone through: with a cursor where they fill the screen."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tui_ops.model.clock import local_time
from tui_ops.model.evidence import Moment, Seen
from tui_ops.model.evidence import Panel as Evidence
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.incidents.panels import alert_line
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paint import EMPTY, Ink, Line, beside, line
from tui_ops.ui.panels import Pen, counted, heading, moment, wrapped

FEW = 6
"""Rows of a panel beside others."""

EVIDENCE_LINES = 200
"""Lines of one block that are drawn: what a section keeps at most."""

SIDE_BY_SIDE = 100
"""Cells from which then and now stand side by side."""

TITLE, TITLE_WHOLE = 26, 44
"""Cells of a block's title beside other panels, and where the panel fills the screen."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something in a panel that the cursor can stand on."""

    key: Hashable
    lines: list[Line]


Rows = Callable[[IncidentPage, Pen], list[Row]]


class Pointed(Protocol):
    """A page whose panels have a cursor."""

    @property
    def cursor(self) -> Hashable:
        """The row that it stands on."""


def drawn_rows(rows: Sequence[Row], page: Pointed, pen: Pen, most: int = FEW) -> list[Line]:
    """Return rows as lines: all of them with a cursor where the panel fills the screen, a few elsewhere."""
    if not pen.whole:
        shown = pen.few(rows, most)
        return [*(one for row in shown for one in row.lines[:1]), *pen.more(rows, shown)]
    out: list[Line] = []
    for row in rows:
        sign = cursor_span(pen) if row.key == page.cursor else ("  ", Ink.TEXT)
        out += [(sign if index == 0 else ("  ", Ink.TEXT), *one) for index, one in enumerate(row.lines)]
    return out


def cursor_span(pen: Pen) -> tuple[str, Ink]:
    """Return the sign of the cursor before a row."""
    return (f"{pen.look.signs.cursor} ", Ink.ACCENT)


# Evidence -------------------------------------------------------------------------------------------------------------


def evidence_rows(page: IncidentPage, pen: Pen) -> list[Row]:
    """Return the blocks of evidence, folded or not."""
    return [_block(one, page, pen) for one in page.evidence]


def _block(one: Evidence, page: IncidentPage, pen: Pen) -> Row:
    key = (one.host, one.section)
    is_open = pen.whole and key in page.unfolded
    marks = pen.look.signs
    head = line(
        (f"{marks.open if is_open else marks.folded} ", Ink.DIM),
        (fit(f"{one.host} {one.title}", TITLE_WHOLE if pen.whole else TITLE), Ink.TEXT),
        (f"  {_glance(one)}", Ink.DIM),
    )  # fmt: skip
    return Row(key, [head, *(_sides(one, pen) if is_open else [])])


def _glance(one: Evidence) -> str:
    """Return what a folded block says of itself."""
    seen = one.then or one.now
    if seen is None:
        return "nothing was seen"
    if seen.why and not seen.lines:
        return safe(seen.why)
    text = f"{counted(len(seen.lines), 'line')}{' or more' if seen.cut else ''}"
    if seen.lines and len(seen.lines) <= 3:
        text = safe(seen.lines[0])
    return text if one.now is None or one.now is seen else f"{text}, and again now"


def _when(seen: Seen | None, word: str) -> Line:
    if seen is None:
        return line((f"{word}: not looked at" + (", e asks the host" if word == "now" else ""), Ink.DIM))
    how = {Moment.BEFORE: ", by the black box", Moment.BESIDE: ", from another host"}.get(seen.moment, "")
    return line((f"{word} {local_time(seen.at):%H:%M:%S}{how}", Ink.TITLE))


def _body(seen: Seen | None, other: Seen | None) -> list[Line]:
    """Return lines; those that the other side does not have stand out."""
    if seen is None:
        return []
    if seen.why and not seen.lines:
        return [line((safe(seen.why), Ink.WARN))]
    known = frozenset(other.lines) if other is not None else frozenset(seen.lines)
    lines = [line((safe(text), Ink.TEXT if text not in known else Ink.DIM)) for text in seen.lines[:EVIDENCE_LINES]]
    if seen.cut or len(seen.lines) > EVIDENCE_LINES:
        lines.append(line(("there was more", Ink.DIM)))
    return lines


def _sides(one: Evidence, pen: Pen) -> list[Line]:
    then, now = [_when(one.then, "then"), *_body(one.then, one.now)], [_when(one.now, "now"), *_body(one.now, one.then)]
    room = pen.width - 4
    if room < SIDE_BY_SIDE:
        found = [*then, *([EMPTY, *now] if one.now is not None else [])]
        return [(("  ", Ink.TEXT), *each) for each in found]
    half = (room - 3) // 2
    both = beside([then, now], [half, half], (f" {pen.look.signs.wall} ", Ink.FAINT))
    return [(("  ", Ink.TEXT), *each) for each in both]


def evidence(page: IncidentPage, pen: Pen) -> list[Line]:
    """Return the panel of evidence."""
    last = max((seen.at for one in page.evidence for seen in (one.then, one.now) if seen is not None), default=0.0)
    note = f"last {moment(last, pen.present)}" if last else "e"
    lines = [heading("Evidence", pen, note)]
    if not page.evidence:
        age = pen.present.at - page.row.opened_at
        text = "waiting for the hosts to answer" if page.row.is_open and age < 60 else "none was taken"
        return [*lines, line((text, Ink.DIM))]
    return [*lines, *drawn_rows(evidence_rows(page, pen), page, pen)]


# Alerts ---------------------------------------------------------------------------------------------------------------


def alert_rows(page: IncidentPage, pen: Pen) -> list[Row]:
    """Return the alerts."""
    return [Row(row.id, [alert_line(row, _narrower(pen))]) for row in page.alerts]


def _narrower(pen: Pen) -> Pen:
    return Pen(pen.width - 2, pen.look, pen.present, pen.whole) if pen.whole else pen


def alerts(page: IncidentPage, pen: Pen) -> list[Line]:
    """Return the panel of alerts."""
    firing = sum(row.ended_at is None for row in page.alerts)
    note = f"{firing} of {len(page.alerts)} fire" if page.alerts else ""
    lines = [heading("Alerts", pen, note, Ink.WARN if firing else Ink.DIM)]
    if not page.alerts:
        return [*lines, line(("none: it was opened by hand", Ink.DIM))]
    return [*lines, *drawn_rows(alert_rows(page, pen), page, pen)]


# Runbook --------------------------------------------------------------------------------------------------------------


def runbook_rows(page: IncidentPage, pen: Pen) -> list[Row]:
    """Return the steps, those that are done with their sign."""
    found = []
    for step in page.steps:
        done = step.number in page.row.ticked
        box = ("[x] ", Ink.GOOD) if done else ("[ ] ", Ink.DIM)
        ink = Ink.DIM if done else Ink.TEXT
        lines: list[Line] = [line(box, (f"{step.number} ", Ink.DIM), (safe(step.text), ink))]
        if step.command:
            if pen.whole:
                lines += wrapped(f"runs: {step.command}", max(20, pen.width - 10), Ink.ACCENT, "  ")
                lines[1:] = [(("      ", Ink.TEXT), *one) for one in lines[1:]]
            else:
                lines[0] = (*lines[0], (f"  (runs: {safe(step.command)})", Ink.DIM))
        found.append(Row(step.number, lines))
    return found


def runbook(page: IncidentPage, pen: Pen) -> list[Line]:
    """Return the panel of the runbook; none where the incident has none."""
    text = page.row.runbook
    if not text.strip():
        return []
    done = sum(step.number in page.row.ticked for step in page.steps)
    note = f"{done} of {len(page.steps)} done" if page.steps else ""
    lines = [heading("Runbook", pen, note)]
    if not page.steps:
        return [*lines, *(one for part in text.splitlines() for one in wrapped(part, pen.width, Ink.TEXT, ""))]
    rows = runbook_rows(page, pen)
    if not pen.whole:
        # What comes next matters: of a long runbook the steps from the last one that is done.
        first = next((index for index, step in enumerate(page.steps) if step.number not in page.row.ticked), 0)
        rows = rows[max(0, min(first - 1, len(rows) - FEW)) :]
    return [*lines, *drawn_rows(rows, page, pen)]


# Like before ----------------------------------------------------------------------------------------------------------


def before_rows(page: IncidentPage, pen: Pen) -> list[Row]:
    """Return earlier incidents of the same shape."""
    found = []
    for row in page.before.rows if page.before is not None else ():
        ago = short(max(0.0, pen.present.at - row.opened_at))
        lasted = f", {short(row.lasted_s)}" if row.lasted_s is not None else ""
        helped = row.helped or row.cause_text or row.cause or row.title
        lines: list[Line] = [
            line((f"{row.name} ", Ink.TEXT), (f"{ago} ago{lasted}: ", Ink.DIM), (safe(helped), Ink.TEXT))
        ]
        if pen.whole:
            cause = ": ".join(filter(None, (row.cause, row.cause_text)))
            lines += [line((f"  {safe(row.title)}", Ink.DIM))]
            lines += [line((f"  cause: {safe(cause)}", Ink.DIM))] if cause else []
        found.append(Row(row.id, lines))
    return found


def before(page: IncidentPage, pen: Pen) -> list[Line]:
    """Return the panel of what came before; where nothing did, one line that says so."""
    found = page.before
    if found is None or not found.rows:
        return [heading("Like this before", pen, "never"), line(("no earlier incident of this kind", Ink.DIM))]
    usual = f", half lasted no longer than {short(found.median_s)}" if found.median_s is not None else ""
    lines = [heading("Like this before", pen, f"{len(found.rows)} times{usual}")]
    return [*lines, *drawn_rows(before_rows(page, pen), page, pen, 3)]
