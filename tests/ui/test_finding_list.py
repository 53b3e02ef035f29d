"""Lists of findings and verdicts: how rows stand, fold and are drawn, without a store behind."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui_ops.model.clock import Stamp
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, FindingState
from tui_ops.store.views.findings import FindingRow
from tui_ops.store.views.verdicts import VerdictShown
from tui_ops.ui.desk import Desk
from tui_ops.ui.options import UiOptions
from tui_ops.ui.security.fixing import Fixing, Mended
from tui_ops.ui.security.fixing import told as told_fix
from tui_ops.ui.views import folded as folded_view
from tui_ops.ui.views.findings import FindingList, FindingsPane, fold_item
from tui_ops.ui.views.items import place_items
from tui_ops.ui.views.verdicts import CheckWords, VerdictsPane


@pytest.mark.parametrize(("kind", "is_told"), [(FindingKind.VULNERABILITY, True), (FindingKind.ACCESS, False)])
def test_a_fix_of_packages_says_what_the_draft_has_besides(kind: FindingKind, is_told: bool) -> None:
    """It is made of what hosts have installed then: more than the plan of each finding."""
    row = replace(_row(1, random.Random(1)), kind=kind)
    shown = " ".join(
        "".join(text for text, _ in one) for one in told_fix(Fixing([Mended("steps:\n", (), (), [row])], []))
    )
    assert ("fetches the lists of packages first" in shown) is is_told


class TestALongList:
    """Rows that change one by one stand as if all were read anew."""

    @pytest.mark.parametrize("seed", range(12))
    def test_whatever_changes_the_lines_are_those_of_a_fresh_list(self, seed: int) -> None:
        """New rows, other states, other priorities; folded or not, filtered or not."""
        dice = random.Random(seed)
        desk = Desk(UiOptions(state=Path("/nowhere"), fleet_name="x", ascii=False), False)
        one, rows = FindingList(desk), {number: _row(number, dice) for number in range(1, 120)}
        one.trouble_only = seed % 3 == 1
        one.by = ("what", "host", "none")[seed % 3]
        one.adopt(one.ready(dict(rows), ranked=True))
        for _ in range(30):
            some = {number: _row(number, dice) for number in dice.sample(range(1, 140), 3)}
            rows |= some
            one.adopt(one.changed(some))
            other = FindingList(desk)
            other.trouble_only, other.by = one.trouble_only, one.by
            other.adopt(other.ready(dict(rows), ranked=True))
            assert one.lines == other.lines
            assert one.shown == other.shown
            assert {key: one.members(key) for key in one.lines} == {key: other.members(key) for key in other.lines}

    def test_a_line_stays_as_it_was_drawn_until_its_rows_or_the_minute_are_others(self) -> None:
        """Folded or not: what is left of its time is told anew, though nothing was read."""
        desk = Desk(UiOptions(state=Path("/nowhere"), fleet_name="x", ascii=False), False)
        pane, rows = FindingsPane(desk), {number: _row(number, random.Random(number)) for number in range(1, 60)}
        pane.take([(1, 0.0, pane.standing(rows, ranked=True))], desk)
        lines = pane.folded.lines
        before = [pane.seen(key) for key in lines]
        assert all(one[0] is other[0] for one, other in zip(before, map(pane.seen, lines), strict=True))
        folded = next(key for key in lines if pane.folded.members(key))
        changed = pane.folded.members(folded)[0]
        other = replace(rows[changed], text="another text")
        pane.take([(2, 0.0, pane.standing({changed: other}, whole=False))], desk)
        assert pane.seen(folded)[0] is not before[lines.index(folded)][0]
        desk.pass_time(Stamp(desk.present.at + 61.0, desk.present.mono + 61.0))
        assert all(one[1] != other[1] for one, other in zip(before, map(pane.seen, lines), strict=True))

    def test_a_fold_of_verdicts_says_what_is_wrong(self) -> None:
        """What the check asks for would read as the opposite beside a fail."""
        desk = Desk(UiOptions(state=Path("/nowhere"), fleet_name="x", ascii=False), False)
        pane = VerdictsPane(desk)
        pane.verdicts.about = {"c": CheckWords("no updates wait", "high", False, ())}
        fine = VerdictShown("web-1", 1, "c", CheckResult.PASS, "none waits", "1", 1.0, 1.0, 1.0, (), "{}")
        bad = replace(fine, host_id=2, host="web-2", result=CheckResult.FAIL, text="4 updates wait")
        assert pane.fold_item([fine, bad]).facts["text"] == "4 updates wait"
        assert pane.fold_item([fine, fine]).facts["text"] == "none waits"

    def test_a_fold_says_of_all_only_what_is_so_of_all(self) -> None:
        """Three are open, and one of them had been gone."""
        row = replace(_row(1, random.Random(1)), state=FindingState.OPEN, waits=False, returned=0)
        alone, back = fold_item([row, row, row], 9.0, "what"), replace(row, returned=1)
        assert alone.facts["state"] == "open"
        assert fold_item([back, row, row], 9.0, "what").facts["state"] == "open 2 of 3"
        assert fold_item([row, back, back], 9.0, "what").facts["state"] == "came back 2 of 3"
        gone = replace(row, state=FindingState.VERIFIED)
        assert fold_item([row, gone, gone], 9.0, "what").facts["state"] == "verified 2 of 3"

    @pytest.mark.parametrize("by", ["what", "none"])
    def test_what_was_worked_out_aside_places_the_columns(self, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
        """As the desk would itself, which then has nothing to do; of another width it has."""
        desk = Desk(UiOptions(state=Path("/nowhere"), fleet_name="x", ascii=False), False)
        pane, rows = FindingsPane(desk), {number: _row(number, random.Random(number)) for number in range(1, 60)}
        pane.folded.by = by
        pane.take([(1, 0.0, pane.standing(rows, ranked=True))], desk)
        pane.lay_out(160)
        rows |= {number: replace(rows[number], host="a-host-with-a-longer-name") for number in (1, 2, 3)}
        pane.take([(2, 0.0, pane.standing({number: rows[number] for number in (1, 2, 3)}, whole=False))], desk)
        aside, asked = pane.placed, 0

        def counted(*given: Any) -> Any:
            nonlocal asked
            asked += 1
            return place_items(*given)

        monkeypatch.setattr(folded_view, "place_items", counted)
        pane.lay_out(160)
        assert asked == 0
        other = FindingsPane(desk)
        other.folded.by = by
        other.take([(1, 0.0, other.standing(rows, ranked=True))], desk)
        other.lay_out(160)
        assert [(one.column.id, one.width) for one in aside] == [(one.column.id, one.width) for one in other.placed]
        asked = 0
        pane.lay_out(120)
        assert asked == 1


def _row(number: int, dice: random.Random) -> FindingRow:
    state = dice.choice(list(FindingState))
    return FindingRow(
        number, dice.randrange(1000), 1, f"check-{number % 7}", 1, f"web-{number % 11}", False, f"object-{number % 3}",
        "check", FindingKind.ACCESS, dice.choice(list(FindingSeverity)), "title", "text", state, dice.randrange(100),
        "", "", 1.0, 2.0, 1.0, dice.choice([None, 5.0]), dice.choice([None, float(dice.randrange(9))]), 0, None, "{}",
        False, False, None,
    )  # fmt: skip
