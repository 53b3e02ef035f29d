"""The views of compliance: frameworks with score and coverage, and their controls.

Counts stand beside each score: how much of it nobody knows is as much a part of the answer as the number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tui_ops.model.compliance import (
    CONTROL_STATES,
    Assessment,
    CellState,
    ControlState,
    ControlVerdict,
    Tally,
)
from tui_ops.model.states import Look, StateSign
from tui_ops.practices.compliance.narrowing import in_words
from tui_ops.practices.compliance.reading import Held, assessed_by_scope, assessments, held, rows_of
from tui_ops.store.views.compliance import CellRow, FrameworkRow
from tui_ops.store.views.connect import Reader
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, labelled, moment, told_whole, wrapped
from tui_ops.ui.views.attestations import told_attestation
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact
from tui_ops.ui.views.secured import SecuredItems

BAR = 10
"""Cells of a bar."""

NEARLY = 0.8
"""From this score on it is orange rather than red: a colour, no verdict of any standard."""

CELLS_TOLD = 400
"""Hosts of one control that are told: more than a page has lines; a report has all."""

SIGNS = {
    ControlState.FAIL: StateSign("✖", "X", Look.BAD, 0, "fail", ""),
    ControlState.UNKNOWN: StateSign("?", "?", Look.MUTED, 1, "unknown", ""),
    ControlState.ACCEPTED: StateSign("◆", "m", Look.HELD, 2, "accepted", ""),
    ControlState.ATTESTED: StateSign("●", "*", Look.GOOD, 3, "attested", ""),
    ControlState.PASS: StateSign("●", "*", Look.GOOD, 3, "pass", ""),
    ControlState.NOT_APPLICABLE: StateSign("·", "-", Look.MUTED, 4, "not applicable", ""),
}
"""How far a control is met."""

FRAMEWORK_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("framework", "FRAMEWORK", 9, most=16, ink=Ink.TEXT),
    told_fact("bar", "SCORE", BAR + 5),
    told_fact("covered", "KNOWN", BAR + 5, priority=1),
    number_fact("fail", "FAIL", 4, lambda value: f"{value:.0f}", warn=1),
    number_fact("unknown", "UNKN", 4, lambda value: f"{value:.0f}"),
    number_fact("accepted", "ACC", 4, lambda value: f"{value:.0f}", priority=2),
    number_fact("attested", "ATT", 4, lambda value: f"{value:.0f}", priority=3),
    number_fact("pass", "PASS", 4, lambda value: f"{value:.0f}", priority=2),
    number_fact("before", "BEFORE", 6, lambda value: _percent(value / 100).strip(), priority=4),
    text_fact("title", "TITLE", 12, most=60, priority=5),
)  # fmt: skip
FRAMEWORK_KEYS = (
    *(column.id for column in FRAMEWORK_COLUMNS),
    "name",
    "score",
    "coverage",
    "not_applicable",
    "controls",
    "wrong",
)

CONTROL_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("framework", "OF", 4, most=10, priority=1),
    text_fact("control", "CONTROL", 8, most=14, ink=Ink.TEXT),
    told_fact("state", "STATE", 10, most=14),
    text_fact("text", "WHAT", 22, most=80, ink=Ink.TEXT, early=48),
    text_fact("kind", "KIND", 9, priority=5),
    number_fact("fail", "FAIL", 4, lambda value: f"{value:.0f}", priority=1, warn=1),
    number_fact("unknown", "UNKN", 4, lambda value: f"{value:.0f}", priority=1),
    text_fact("owner", "OWNER", 6, most=12, priority=6),
    text_fact("why", "WHY", 16, most=80, priority=4),
)  # fmt: skip
CONTROL_KEYS = (*(column.id for column in CONTROL_COLUMNS), "check", "attestation", "name", "pass", "accepted")


def bar(share: float | None, ascii_: bool) -> str:
    """Return a share as a bar with its number; without one, that there is none."""
    if share is None:
        return "no score"
    full = int(share * BAR + 1e-9)
    signs = ("#", ".") if ascii_ else ("█", "░")
    return f"{signs[0] * full}{signs[1] * (BAR - full)} {_percent(share)}"


def _percent(share: float | None) -> str:
    """Return a share rounded down: a hundred per cent is all of it."""
    return f"{int(share * 100 + 1e-9):>3d}%" if share is not None else "no score"


def _score_ink(share: float | None) -> Ink:
    return Ink.DIM if share is None else Ink.GOOD if share >= 1 else Ink.WARN if share >= NEARLY else Ink.BAD


# --- frameworks -------------------------------------------------------------------------------------------------------


BROKEN = StateSign("▲", "!", Look.WARN, 0, "wrong", "")
"""A framework of one's own whose file can't be used: it stands as it was before, or not at all."""


def broken_item(row: FrameworkRow) -> Item:
    """Return a file that can't be used, and of which nothing stands, as an item."""
    facts: dict[str, Any] = {"framework": row.name, "name": row.name, "title": row.in_short, "bar": "can't be used",
                             "wrong": row.wrong}  # fmt: skip
    return Item(("framework", row.name), BROKEN, facts, in_need=True, order=(row.name,), words=row.name,
                inks={"bar": Ink.WARN, "title": Ink.WARN})  # fmt: skip


def framework_item(found: Assessment, ascii_: bool, wrong: str = "") -> Item:
    """Return a framework as an item.

    Args:
        found: how far it is met.
        ascii_: whether bars are drawn in ASCII.
        wrong: why its file can't be used, where it stands as it was before.
    """
    score, counts = found.score, found.counts
    facts: dict[str, Any] = {
        "framework": found.framework.short, "name": found.framework.name, "title": found.framework.title,
        "bar": bar(score.after, ascii_), "covered": bar(score.coverage, ascii_),
        "score": score.after * 100 if score.after is not None else None, "coverage": score.coverage * 100,
        "before": score.before * 100 if score.before is not None else None, "controls": float(len(found.verdicts)),
        **{str(state).replace(" ", "_"): float(counts[state]) for state in CONTROL_STATES},
        **({"wrong": wrong, "title": f"as it was before: {wrong}"} if wrong else {}),
    }  # fmt: skip
    state = next((one for one in CONTROL_STATES if counts[one]), ControlState.NOT_APPLICABLE)
    return Item(
        ("framework", found.framework.name), BROKEN if wrong else SIGNS[state], facts,
        in_need=bool(counts[ControlState.FAIL] or wrong), order=(found.framework.name,),
        words=f"{found.framework.name} {found.framework.short} {found.framework.title}",
        inks={"bar": _score_ink(score.after), "covered": Ink.DIM, **({"title": Ink.WARN} if wrong else {})},
    )  # fmt: skip


class FrameworksPane(SecuredItems):
    """The frameworks that are shown.

    Args:
        desk: that knows the hosts.
    """

    name = "compliance"
    one = "framework"
    reads = True
    gap_s = 30.0
    trouble_word = "failing only"
    triage = "name"
    columns_of = FRAMEWORK_COLUMNS
    also = FRAMEWORK_KEYS
    well = "no control of any framework fails"
    nothing = "no framework is shown: security.frameworks of the inventory names them"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.known: dict[str, Assessment] = {}
        self._wrong: dict[str, FrameworkRow] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return how far each framework is met by all hosts, and what is wrong with files of one's own."""
        return [feed.reading(partial(held, at=desk.present.at))]

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        now: Held = found[0]
        self.known, self._wrong = {one.framework.name: one for one in now.frameworks}, now.wrong
        items = [
            framework_item(one, desk.look.ascii, now.wrong[name].in_short if name in now.wrong else "")
            for name, one in self.known.items()
        ]
        super().take([*items, *(broken_item(row) for row in now.wrong.values() if row.name not in self.known)], desk)

    def said(self) -> Line:
        """Return how many frameworks can't be used as they are."""
        many = len(self._wrong)
        return ((f"{many} can't be used", Ink.WARN),) if many else ()

    def opens(self) -> str:
        """Return the address of its controls; of one whose file can't be used what is wrong is shown first."""
        item = self.items.here
        return "" if item is None or item.facts["name"] in self._wrong else self.further()

    def further(self) -> str:
        """Return the address of its controls."""
        item = self.items.here
        known = item is not None and item.facts["name"] in self.known
        return f"controls framework={item.facts['framework']}" if item is not None and known else ""

    def look(self, feed: Feed, key: Key) -> object:
        """Return how far the framework is met by each group and site."""
        name = key[1] if isinstance(key, tuple) else None
        if not isinstance(name, str):
            return None
        return feed.reading(partial(assessed_by_scope, name=name, at=self.desk.present.at))

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return the framework under the cursor, and how it stands with each group and site."""
        del height
        item = self.items.here
        one = self.known.get(str(item.facts["name"])) if item is not None else None
        broken = _told_wrong(self._wrong.get(str(item.facts["name"])), pen) if item is not None else []
        if one is None or item is None:
            return broken
        score = one.score
        counts = ", ".join(f"{one.counts[state]} {state}" for state in CONTROL_STATES if one.counts[state])
        lines = [line(sign_span(item.sign, pen.look.ascii), (f" {safe(one.framework.title)}", Ink.TITLE))]
        lines += wrapped(one.framework.note, pen.width, Ink.DIM) if one.framework.note else []
        lines += broken
        lines += [
            labelled("Score", (bar(score.after, pen.look.ascii), _score_ink(score.after))),
            *told_whole("Before", f"{_percent(score.before).strip()} with what is accepted counted as failed", pen),
            labelled("Known", (bar(score.coverage, pen.look.ascii), Ink.TEXT), (" of what applies", Ink.DIM)),
            *told_whole("Controls", counts, pen),
            *told_whole("On hosts", _tally(one.cells) or "nothing was read", pen),
        ]  # fmt: skip
        if one.counts[ControlState.UNKNOWN]:
            lines += wrapped("A control is unknown as long as one host of it is.", pen.width, Ink.DIM)
        scopes = [other for other in found if isinstance(other, Assessment)] if isinstance(found, list) else []
        if scopes:
            lines += [(), line(("by group and site", Ink.DIM))]
        width = max((len(other.scope) for other in scopes), default=0)
        lines += [
            line((f"{safe(other.scope):<{width}}  ", Ink.TEXT),
                 (bar(other.score.after, pen.look.ascii), _score_ink(other.score.after)),
                 (f"  {other.counts[ControlState.FAIL]} fail, known {_percent(other.score.coverage).strip()}", Ink.DIM))
            for other in scopes
        ]  # fmt: skip
        return lines


def _told_wrong(row: FrameworkRow | None, pen: Pen) -> list[Line]:
    """Return what is wrong with a file, and what stands meanwhile."""
    if row is None:
        return []
    how = "Its file can't be used; what was read before stands until it is mended" if row.body else "It can't be used"
    return [*wrapped(f"{how}: {row.wrong}", pen.width, Ink.WARN), ()]


def _tally(tally: Tally) -> str:
    return ", ".join(f"{tally[state]} {state}" for state in CellState if tally.get(state))


# --- controls ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A control as it is shown."""

    short: str
    framework: str
    place: int
    """In the framework."""
    verdict: ControlVerdict


def shown_controls(reader: Reader, at: float) -> list[Shown]:
    """Return the controls of all frameworks."""
    return [
        Shown(one.framework.short, one.framework.name, place, verdict)
        for one in assessments(reader, "", at) for place, verdict in enumerate(one.verdicts)
    ]  # fmt: skip


def control_item(shown: Shown) -> Item:
    """Return a control as an item."""
    verdict, sign = shown.verdict, SIGNS[shown.verdict.state]
    control, said = verdict.control, verdict.attestation
    facts: dict[str, Any] = {
        "framework": shown.short, "name": shown.framework, "control": control.id, "state": str(verdict.state),
        "text": control.text, "kind": str(control.kind), "why": verdict.why, "check": control.checks,
        "owner": said.owner if said is not None else "", "attestation": said.name if said is not None else "",
        **{str(state): float(verdict.tally[state]) for state in CellState if verdict.tally.get(state)},
    }  # fmt: skip
    words = " ".join((control.id, control.text, *control.checks, facts["owner"]))
    return Item(
        (shown.framework, control.id), sign, facts, in_need=verdict.state is ControlState.FAIL,
        order=(shown.framework, shown.place), words=words,
        inks={"state": LOOK_INK[sign.look]},
    )  # fmt: skip


class ControlsPane(SecuredItems):
    """The controls of all frameworks that are shown.

    Args:
        desk: that knows the hosts.
    """

    name = "controls"
    one = "control"
    reads = True
    gap_s = 30.0
    trouble_word = "failing only"
    triage = "state, framework"
    columns_of = CONTROL_COLUMNS
    also = CONTROL_KEYS
    well = "no control fails"
    nothing = "no framework is shown: security.frameworks of the inventory names them"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.known: dict[Key, Shown] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the controls, with how far each is met by all hosts."""
        return feed.reading(partial(shown_controls, at=desk.present.at))

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self.known = {(one.framework, one.verdict.control.id): one for one in found}
        super().take([control_item(one) for one in found], desk)

    def further(self) -> str:
        """Return the address of what its checks say; from there enter leads to what was read."""
        shown = self.known.get(self.items.here.key) if self.items.here is not None else None
        checks = shown.verdict.control.checks if shown is not None else ()
        return f"verdicts check~^({'|'.join(checks)})$" if checks else ""

    def look(self, feed: Feed, key: Key) -> object:
        """Return what the control's checks say of each host, as far as the control goes."""
        shown = self.known.get(key)
        if shown is None or not shown.verdict.control.checks:
            return []
        at, control = self.desk.present.at, shown.verdict.control
        rows = feed.reading(lambda reader: reader.read(partial(rows_of, control=control, scope="", at=at)))
        return sorted(rows, key=lambda one: (_CELL_ORDER[one.state], one.check, one.host))[:CELLS_TOLD]

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return the control under the cursor: what decides it, who attests it, its hosts with their readings."""
        del height
        shown = self.known.get(self.items.here.key) if self.items.here is not None else None
        if shown is None:
            return []
        verdict, sign = shown.verdict, SIGNS[shown.verdict.state]
        control = verdict.control
        lines = [
            line(sign_span(sign, pen.look.ascii), (f" {safe(shown.short)} {safe(control.id)}", Ink.TITLE),
                 (f"  {verdict.state}, {control.kind}", Ink.DIM)),
            *wrapped(control.text, pen.width, Ink.TEXT), *wrapped(verdict.why, pen.width, LOOK_INK[sign.look]),
            *told_whole("Checks", ", ".join(control.checks) or "none: somebody has to attest it", pen),
        ]  # fmt: skip
        for check, patterns in control.objects.items():
            of = f" of {check}" if len(control.checks) > 1 else ""
            lines += told_whole("About", ", ".join(map(in_words, patterns)) + of, pen)
        if control.in_use:
            lines.append(labelled("Where", safe(f"{' or '.join(control.in_use)} is in use")))
        if verdict.attestation is not None:
            lines += told_attestation(verdict.attestation, pen)
        rows = [row for row in found if isinstance(row, CellRow)] if isinstance(found, list) else []
        if rows:
            lines += [(), line(("host by host", Ink.DIM))]
        for row in rows:
            lines += _told_cell(row, pen, len(control.checks) == 1)
        left = sum(verdict.tally.values()) - len(rows)
        if isinstance(found, list) and left > 0:
            why = "a report has all" if len(rows) >= CELLS_TOLD else "nothing was said of them yet"
            lines.append(line((f"and {left} more: {why}", Ink.DIM)))
        return lines


_CELL_ORDER = {
    CellState.FAIL: 0, CellState.UNKNOWN: 1, CellState.ACCEPTED: 2, CellState.PASS: 3, CellState.NOT_APPLICABLE: 4,
}  # fmt: skip


def _told_cell(row: CellRow, pen: Pen, sole: bool) -> list[Line]:
    """Return what a check says of a host; ``sole`` where it is the control's only one, which stands above."""
    ink = {CellState.FAIL: Ink.BAD, CellState.ACCEPTED: Ink.WARN, CellState.PASS: Ink.GOOD}.get(row.state, Ink.DIM)
    read = f"read {moment(row.read_at, pen.present)}" if row.read_at is not None else "never read"
    named = f"  {', '.join(f'FND-{number}' for number in row.findings[:3])}" if row.findings else ""
    check = "" if sole else f"{row.check} "
    head = line((safe(row.host), Ink.TEXT), (f"  {row.state}", ink),
                (f"  {check}version {safe(row.version)}, {read}{named}", Ink.DIM))  # fmt: skip
    if row.state is CellState.PASS or not row.text:
        return [head]
    return [head, *(line("  ", *part) for part in wrapped(row.text, max(20, pen.width - 2), Ink.DIM, ""))]
