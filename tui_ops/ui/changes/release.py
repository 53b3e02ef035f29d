"""The page of a release: its changes by environment with what each waits for, go and no-go, notes, its lines. Pure."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from tui_ops.model.changes import ReleaseState
from tui_ops.practices.changes.releaserules import Bundle, Bundled, environment_before, proof, why_not
from tui_ops.store.views import releases
from tui_ops.store.views.changerows import ReleaseRow
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.planned import changing
from tui_ops.store.views.releases import InRelease, ReleaseLine
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.changes.signs import RELEASE_SIGNS, change_sign, state_word
from tui_ops.ui.changes.words import day_time, risk
from tui_ops.ui.incidents.blocks import Row, cursor_span
from tui_ops.ui.learnt.layout import Layout
from tui_ops.ui.markdown import markdown_lines
from tui_ops.ui.paging import Panel
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, counted, heading, labelled, moment, trimmed, wrapped

LINES_FEW = 10
"""Lines of what was done beside other panels."""

NAME, STATE, WHO, ACT = 8, 13, 10, 8
"""Cells of a change's name and state, of who did something, and of what."""

ACT_WORD = {"create": "made", "edit": "changed", "add": "put in", "remove": "out", "go": "go", "no_go": "no-go",
            "cancel": "given up"}  # fmt: skip
ACT_INK = {"go": Ink.GOOD, "no_go": Ink.BAD, "cancel": Ink.WARN}


@dataclass(slots=True)
class ReleasePage:
    """A release with its changes, and where the cursor stands among them."""

    row: ReleaseRow
    changes: list[InRelease] = field(default_factory=list)
    lines: list[ReleaseLine] = field(default_factory=list)
    solo: bool = False
    """Whether the team is one person, whose own go counts."""
    cursor: Hashable = None

    @property
    def bundle(self) -> Bundle:
        """The release, as the rules look at it."""
        row = self.row
        return Bundle(row.name, row.state, row.owner, row.decided_by, row.environments)

    @property
    def bundled(self) -> list[Bundled]:
        """Its changes, as the rules look at them."""
        return [Bundled(one.row.name, one.row.environment, one.row.release_place, one.row.began_at is not None,
                        one.row.outcome, one.plan) for one in self.changes]  # fmt: skip


def read_release(reader: Reader, number: int) -> ReleasePage | None:
    """Return a release with what belongs to it; None where there is none of this number.

    Raises:
        StoreError: it can't be read.
    """
    row = releases.release(reader, number)
    if row is None:
        return None
    lines = releases.release_lines(reader, number, row.opened_at - 1.0)
    return ReleasePage(row, releases.release_changes(reader, number), lines, changing(reader).solo)


def head(page: ReleasePage, pen: Pen) -> list[Line]:
    """Return what stands above every panel."""
    row, sign = page.row, RELEASE_SIGNS[page.row.state]
    lines = [line(sign_span(sign, pen.look.ascii), (f" {row.name}", Ink.TITLE), ("  release  ", Ink.DIM),
                  (str(row.state), LOOK_INK[sign.look]),
                  (f"  {row.done} of {counted(row.changes, 'change')} successful", Ink.DIM)),
             *wrapped(row.title, pen.width, Ink.TITLE)]  # fmt: skip
    stages = f" {pen.look.signs.arrow} ".join(row.environments)
    brings = f" {pen.look.signs.dot} ".join(f"{name} {value}" for name, value in row.versions)
    facts = (("Service", row.service), ("Brings", brings), ("Stages", stages), ("Owner", row.owner),
             ("Committed", moment(row.committed_at, pen.present) if row.committed_at is not None else ""))  # fmt: skip
    for label, text in facts:
        for index, part in enumerate(wrapped(text, max(20, pen.width - 10), Ink.TEXT, "") if text else []):
            lines.append(labelled("" if index else label, *part))
    return trimmed(lines, pen.width)


def contents(page: ReleasePage, pen: Pen) -> list[Line]:
    """Return the panel of its changes, by environment in their order, with the state of each and what it waits for."""
    lines = [heading("Changes", pen, "enter opens the one under the cursor" if page.changes else "")]
    if not page.changes:
        return [*lines, line(("none yet: A puts one in", Ink.DIM))]
    rows = {row.key: row for row in change_rows(page, pen)}
    for environment in _environments(page):
        own = [one for one in page.changes if one.row.environment == environment]
        if environment or page.row.environments:
            done = sum(one.succeeded for one in page.bundled if one.environment == environment)
            said = f"{done} of {len(own)} done" if own else "no change yet"
            lines.append(line((safe(environment) or "nowhere", Ink.ACCENT), (f"  {said}", Ink.DIM)))
        for one in own:
            row = rows[one.row.id]
            here = cursor_span(pen) if row.key == page.cursor else ("  ", Ink.TEXT)
            lines += [(here if index == 0 else ("  ", Ink.TEXT), *part) for index, part in enumerate(row.lines)]
    return lines


def change_rows(page: ReleasePage, pen: Pen) -> list[Row]:
    """Return its changes, as the cursor goes through them."""
    found, bundled = [], dict(zip((one.row.id for one in page.changes), page.bundled, strict=True))
    for environment in _environments(page):
        for one in page.changes:
            if one.row.environment == environment:
                others = [other for id_, other in bundled.items() if id_ != one.row.id]
                found.append(Row(one.row.id, list(_change(one, bundled[one.row.id], others, page, pen))))
    return found


def _change(one: InRelease, mine: Bundled, others: list[Bundled], page: ReleasePage, pen: Pen) -> Iterator[Line]:
    row, sign, weighed = one.row, change_sign(one.row), risk(one.row)
    told = f"  risk {weighed.text}" if weighed.text and row.is_open else ""
    ended = f"  {day_time(row.ended_at, pen.present.at)}" if row.ended_at is not None else ""
    yield line((f"{row.release_place:2} ", Ink.DIM), sign_span(sign, pen.look.ascii),
               (f" {fit(row.name, NAME)}", Ink.TEXT), (fit(state_word(row), STATE), LOOK_INK[sign.look]),
               (safe(row.title), Ink.TEXT), (told, weighed.ink), (ended, Ink.DIM))  # fmt: skip
    before = environment_before(mine, page.bundle)
    by = proof(mine, others, page.bundle)
    if before and by is not None:
        said = f"proved in {before} by {by.name}: the same plan succeeded there"
        for index, part in enumerate(wrapped(said, max(20, pen.width - 9), Ink.DIM, "")):
            yield line(("     ", Ink.DIM), (f"{pen.look.signs.good} " if index == 0 else "  ", Ink.GOOD), *part)
    if mine.began:
        return
    for why in why_not(mine, others, page.bundle, page.solo):
        for index, part in enumerate(wrapped(why, max(20, pen.width - 10), Ink.WARN, "")):
            yield line(("     waits: " if index == 0 else "            ", Ink.DIM), *part)


def _environments(page: ReleasePage) -> list[str]:
    """Return the environments in the order in which it goes through them, then those that changes name besides."""
    return list(dict.fromkeys((*page.row.environments, *(one.row.environment for one in page.changes))))


def decision(page: ReleasePage, pen: Pen) -> list[Line]:
    """Return the panel of go and no-go: what counts now, and what was said before."""
    row = page.row
    lines = [heading("Go or no-go", pen)]
    said = [one for one in page.lines if one.act in ("go", "no_go")]
    if row.decided_at is None:
        wanted = "y says go, n no-go; never whoever looks after it"
        open_ = row.state is ReleaseState.DRAFT
        lines += wrapped(f"nobody has decided: {wanted}" if open_ else "it was not decided", pen.width,
                         Ink.WARN if open_ else Ink.DIM)  # fmt: skip
    for one in said:
        counts = one.at == row.decided_at or (one is said[-1] and row.decided_at is not None)
        ink = ACT_INK[one.act] if counts else Ink.DIM
        sign = pen.look.signs.good if one.act == "go" else pen.look.signs.bad
        why = f": {one.reason}" if one.reason else ""
        void = "" if counts else "  no longer counts"
        text = f"{one.who} said {ACT_WORD[one.act]} {day_time(one.at, pen.present.at)}{why}{void}"
        first, *rest = wrapped(text, max(20, pen.width - 2), Ink.TEXT if counts else Ink.DIM, "")
        lines += [((f"{sign} ", ink), *first), *((("  ", ink), *part) for part in rest)]
    return lines


def notes(page: ReleasePage, pen: Pen) -> list[Line]:
    """Return the panel of its notes."""
    if not page.row.notes.strip():
        return []
    return [heading("Notes", pen), *markdown_lines(page.row.notes, pen.width, pen.look.signs.dot)]


def happened(page: ReleasePage, pen: Pen) -> list[Line]:
    """Return the panel of what was done about it, the newest first."""
    if not page.lines:
        return []
    found = list(reversed(page.lines))
    shown = pen.few(found, LINES_FEW)
    lines = [heading("What happened", pen, "9 has it whole")]
    for one in shown:
        when = day_time(one.at, pen.present.at)
        front = line((f"{fit(when, 10)} ", Ink.DIM), (f"{fit(one.who, WHO)} ", Ink.DIM),
                     (f"{fit(ACT_WORD.get(one.act, one.act), ACT)} ", ACT_INK.get(one.act, Ink.TEXT)))  # fmt: skip
        gone = 10 + WHO + ACT + 3
        first, *rest = wrapped(_told(one), max(20, pen.width - gone), Ink.TEXT, "") or [EMPTY]
        lines += [(*front, *first), *((((" " * gone), Ink.TEXT), *part) for part in rest)]
    return [*lines, *pen.more(found, shown)]


def _told(one: ReleaseLine) -> str:
    """Return what came of an act, without the act's own word before it."""
    return one.text.removeprefix(f"{ACT_WORD.get(one.act, one.act)}: ").removeprefix("cancelled: ")


LAYOUT: Layout[ReleasePage] = Layout(
    head,
    (
        Panel("changes", contents), Panel("decision", decision, 1, 1), Panel("notes", notes, 1, 1),
        Panel("timeline", happened, 1, 2),
    ),
    {"changes": change_rows},
)  # fmt: skip
"""How the page of a release stands on the screen."""
