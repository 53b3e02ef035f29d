"""What the screens of incidents are made of, without a terminal: clocks, groups, runbooks."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.actions.action import Action, Danger, Param, ParamKind, Stream
from tui_ops.model.budgets import Budget
from tui_ops.model.clock import Stamp
from tui_ops.model.incidents import Cause, IncidentState
from tui_ops.model.people import Role
from tui_ops.model.states import Severity
from tui_ops.model.verdict import YES
from tui_ops.store.views.incidents import IncidentRow
from tui_ops.ui.acts import Plan, _choices, question
from tui_ops.ui.cells import width_of
from tui_ops.ui.columns import Look
from tui_ops.ui.desk import Desk
from tui_ops.ui.incidents import clocks, layout, runbook
from tui_ops.ui.incidents.changes import offset_text
from tui_ops.ui.incidents.model import IncidentModel, is_unseen
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.incidents.signs import incident_sign
from tui_ops.ui.options import UiOptions
from tui_ops.ui.paint import Ink, line_width, plain
from tui_ops.ui.panels import Pen
from tui_ops.ui.screens.dialog import meant
from tui_ops.ui.views.grouped import GroupedItems
from tui_ops.ui.views.incidents import INCIDENT_COLUMNS, IncidentsPane, incident_item

AT = 1_772_000_000.0

ROW = IncidentRow(
    7, 3, 1, "disk full", IncidentState.TRIAGE, Severity.CRITICAL, 3, 2, 2, "disk", "lon", "shop", ("shop",), "", "",
    "", "", False, (), AT - 600, AT - 590, AT - 590, None, "", None, None, None, None, "", "", "", "", None, None, None,
    "", (), 1, 1, 1, ("web-1",),
)  # fmt: skip


BUDGET = Budget("shop", 0.999, 30 * 86400.0, 6e5, 720.0, at=AT)


def pen(width: int = 100, whole: bool = False) -> Pen:
    return Pen(width, Look(False, int(AT // 60)), Stamp(AT, 100.0), whole)


class TestClocks:
    """In words."""

    @pytest.mark.parametrize(
        ("fields", "told", "ink"),
        [
            ({}, "nobody", Ink.BAD),
            ({"priority": 4}, "nobody", Ink.WARN),
            ({"on_hold": "vendor"}, "nobody", Ink.DIM),
            ({"acked_by": "ann", "ack_until": AT + 840}, "ann 14m", Ink.DIM),
            ({"acked_by": "ann", "ack_until": AT + 120}, "ann 2m", Ink.WARN),
            ({"acked_by": "ann", "ack_until": AT - 1}, "ann ran out", Ink.WARN),
            ({"acked_by": "ann"}, "ann", Ink.DIM),
            ({"state": IncidentState.RESOLVED}, "", Ink.DIM),
            ({"asking": 0, "excuses": ("maintenance 3",)}, "suppressed by maintenance 3", Ink.HELD),
            ({"asking": 0, "excuses": ("shelving",)}, "shelved", Ink.HELD),
            ({"asking": 1, "excuses": ("maintenance 3",)}, "nobody", Ink.BAD),
            ({"asking": 0, "excuses": ("silence 1",), "acked_by": "ann"}, "ann", Ink.DIM),
            ({"snoozed_until": AT - 1}, "nobody", Ink.BAD),
        ],
    )
    def test_who_has_it(self, fields, told: str, ink: Ink) -> None:
        """In a column; the colour says whether somebody has to do something."""
        found = clocks.holder(replace(ROW, **fields), AT)
        assert (found.text, found.ink) == (told, ink)

    @pytest.mark.parametrize(
        ("fields", "told", "ink"),
        [
            ({}, "7h of 8h left to resolve", Ink.DIM),
            ({"opened_at": AT - 7.5 * 3600}, "30m of 8h left to resolve", Ink.WARN),
            ({"opened_at": AT - 9 * 3600}, "1h over its 8h to resolve", Ink.BAD),
            ({"priority": 5}, "9d of 10d left to resolve", Ink.DIM),
            ({"priority": 77}, "9d of 10d left to resolve", Ink.DIM),
            ({"state": IncidentState.RESOLVED, "resolved_at": AT}, "resolved within its 8h", Ink.DIM),
            ({"state": IncidentState.CLOSED, "opened_at": AT - 10 * 3600, "resolved_at": AT},
             "resolved 2h over its 8h", Ink.DIM),
            ({"state": IncidentState.CANCELLED}, "", Ink.DIM),
        ],
    )  # fmt: skip
    def test_when_it_should_be_over(self, fields, told: str, ink: Ink) -> None:
        """By its priority, from when it was opened."""
        found = clocks.resolve_clock(replace(ROW, **fields), AT)
        assert (found.text, found.ink) == (told, ink)

    @pytest.mark.parametrize(
        ("fields", "told", "ink"),
        [
            ({"priority": 3}, "50m of 1h left to acknowledge", Ink.DIM),
            ({"priority": 2}, "5m of 15m left to acknowledge", Ink.DIM),
            ({"priority": 2, "opened_at": AT - 660}, "4m of 15m left to acknowledge", Ink.WARN),
            ({"priority": 1}, "4m over its 5m to acknowledge", Ink.BAD),
            ({"acked_by": "ann"}, "", Ink.DIM),
            ({"on_hold": "vendor"}, "", Ink.DIM),
            ({"asking": 0, "excuses": ("silence 1",)}, "", Ink.DIM),
            ({"state": IncidentState.RESOLVED}, "", Ink.DIM),
        ],
    )
    def test_when_somebody_should_have_it(self, fields, told: str, ink: Ink) -> None:
        """By its priority, from when it was opened; the explanation says so, and there is none without a clock."""
        row = replace(ROW, **fields)
        found = clocks.ack_clock(row, AT)
        assert (found.text, found.ink) == (told, ink)
        goal = clocks.short(clocks.ACK_GOAL_S[row.priority])
        said = [one.partition(", from when it was opened: ")[0] for one in clocks.ack_explained(row, AT)]
        assert said == ([told, f"a P{row.priority} has {goal} for it"] if told else [])

    def test_how_long_it_lasts(self) -> None:
        """From the onset; of one that is over to its end."""
        assert clocks.lasted_s(ROW, AT) == 600
        assert clocks.lasted_s(replace(ROW, state=IncidentState.RESOLVED, resolved_at=AT - 540), AT) == 60
        assert clocks.lasted_s(ROW, AT - 9999) == 0

    def test_the_order_of_being_too_late(self) -> None:
        """The higher the priority, the sooner."""
        left = [clocks.ack_left_s(replace(ROW, priority=priority), AT) for priority in (1, 2, 3, 4, 5)]
        assert left == sorted(left)
        assert left[0] < 0 < left[1]

    @pytest.mark.parametrize(("offset", "told"), [(-1380, "-23m"), (125, "+2m"), (-10800, "-3h"), (30, "onset")])
    def test_distance_from_the_onset(self, offset: float, told: str) -> None:
        """Short, with its sign."""
        assert offset_text(offset) == told


class TestTheModel:
    """What the desk knows."""

    def test_it_takes_what_changed(self) -> None:
        """And counts anew."""
        model = IncidentModel()
        model.take([ROW, replace(ROW, id=8, priority=1, version=4)], True)
        assert (model.version, model.unseen, dict(model.open)) == (4, 2, {2: 1, 1: 1})
        model.take([replace(ROW, acked_by="ann", version=5)], False)
        assert (model.version, model.unseen, len(model.rows)) == (5, 1, 2)

    def test_the_same_again_changes_nothing(self) -> None:
        """What is made of it holds."""
        model = IncidentModel()
        model.take([ROW], True)
        taken = model.taken
        model.take([ROW], True)
        model.take([], False)
        assert model.taken == taken

    def test_what_is_long_over_goes(self) -> None:
        """Days after its end."""
        model = IncidentModel()
        model.take([replace(ROW, state=IncidentState.RESOLVED, resolved_at=AT - 3600), replace(ROW, id=8)], True)
        model.grow_older(Stamp(AT, 0.0))
        assert len(model.rows) == 2
        model.grow_older(Stamp(AT + 2 * 86400, 0.0))
        assert list(model.rows) == [8]

    def test_who_asks_for_somebody(self) -> None:
        """Not what is acknowledged, on hold or over."""
        assert is_unseen(ROW, AT)
        for fields in ({"acked_by": "ann"}, {"on_hold": "caller"}, {"state": IncidentState.CANCELLED}):
            assert not is_unseen(replace(ROW, **fields), AT)

    def test_what_has_an_excuse_asks_for_nobody(self) -> None:
        """As long as none of its alerts asks; one whose alerts are over, or that has none, still does."""
        covered = replace(ROW, alerts=2, firing=2, asking=0, excuses=("maintenance 3",))
        assert not is_unseen(covered, AT)
        assert is_unseen(replace(covered, asking=1), AT)
        assert is_unseen(replace(ROW, firing=0, asking=0), AT)
        assert is_unseen(replace(ROW, alerts=0, firing=0, asking=0), AT)
        model = IncidentModel()
        model.take([covered, replace(ROW, id=8)], True, AT)
        assert (model.unseen, dict(model.open)) == (1, {2: 2})

    def test_what_is_snoozed_asks_again_when_its_time_comes(self) -> None:
        """Though nothing of it is read anew then."""
        model = IncidentModel()
        model.take([replace(ROW, snoozed_until=AT + 60)], True, AT)
        assert model.unseen == 0
        taken = model.taken
        model.grow_older(Stamp(AT + 59, 0.0))
        assert (model.unseen, model.taken) == (0, taken)
        model.grow_older(Stamp(AT + 60, 0.0))
        assert (model.unseen, model.taken) == (1, taken + 1)
        model.grow_older(Stamp(AT + 61, 0.0))
        assert model.taken == taken + 1

    @pytest.mark.parametrize(
        ("width", "told"), [(27, "suppressed by maintenance 3"), (26, "suppressed"), (10, "suppressed")]
    )
    def test_a_narrow_list_says_that_it_is_suppressed(self, width: int, told: str) -> None:
        """And leaves out by what, for which a wide one has room."""
        item = incident_item(replace(ROW, asking=0, excuses=("maintenance 3",)), AT)
        ack = next(one for one in INCIDENT_COLUMNS if one.id == "ack")
        assert ack.cell(item, width, Look(False, 0))[0].rstrip() == told

    @pytest.mark.parametrize("state", list(IncidentState))
    def test_every_state_has_a_sign_of_one_cell(self, state: IncidentState) -> None:
        """And a twin in ASCII."""
        for hold in ("", "vendor"):
            sign = incident_sign(replace(ROW, state=state, on_hold=hold))
            assert width_of(sign.glyph) == 1
            assert len(sign.ascii) == 1
            assert sign.ascii.isascii()


RUNBOOK = """# Database down

Look before you act.

1. Check replication lag
2. [x] Page the DBA
   by phone
3) Promote db-2
   `pg_ctl promote -D /srv/pg`
- Point the pool to db-2:
  ```sh
  poolctl set primary db-2
  ```
* Run `systemctl restart app` on web-1
"""


class TestRunbooks:
    """Steps out of Markdown."""

    def test_steps_and_their_commands(self) -> None:
        """Numbered or not, with a command in a line of its own, in a fence, or in words that say so."""
        found = [(step.number, step.text, step.command) for step in runbook.steps_of(RUNBOOK)]
        assert found == [
            (1, "Check replication lag", ""),
            (2, "Page the DBA by phone", ""),
            (3, "Promote db-2", "pg_ctl promote -D /srv/pg"),
            (4, "Point the pool to db-2:", "poolctl set primary db-2"),
            (5, "Run `systemctl restart app` on web-1", "systemctl restart app"),
        ]

    def test_a_command_too_long_to_be_run_is_none(self) -> None:
        """It stays a text."""
        (step,) = runbook.steps_of(f"1. long\n   `{'x' * 600}`")
        assert step.command == ""

    @given(st.text(max_size=2000))
    def test_any_text(self, text: str) -> None:
        """Gives steps in order, or none."""
        steps = runbook.steps_of(text)
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))
        assert len(steps) <= runbook.STEPS_MOST


class TestTheLayout:
    """Of the page."""

    @pytest.mark.parametrize("width", [60, 80, 115, 116, 120, 180, 200])
    def test_no_line_is_wider_than_the_page(self, width: int) -> None:
        """Whatever there is to tell."""
        row = replace(ROW, title="x " * 200, runbook=RUNBOOK, hosts=("h" * 80,), services=("s" * 80, "t" * 80))
        page = IncidentPage(row, steps=runbook.steps_of(RUNBOOK), next_told="nobody is called: " + "y" * 200)
        page.budget = Budget("s" * 63, 0.99999, 90 * 86400.0, 60.0, 9e6, burn_5m=9e4, burn_1h=9e4, at=AT - 9e5)
        for one in layout.whole(page, pen(width), "runbook"):
            assert line_width(one) <= width
        for panel in layout.PANELS:
            for one in layout.alone(page, pen(width), panel.name):
                assert line_width(one) <= width

    def test_the_focus_is_found_where_it_stands(self) -> None:
        """In every layout, the timeline below two columns included."""
        page = IncidentPage(replace(ROW, runbook=RUNBOOK), steps=runbook.steps_of(RUNBOOK), height=40)
        for width in (80, 120, 200):
            for name in layout.shown(page, pen(width)):
                lines, place = layout.laid_out(page, pen(width), name)
                assert "▸ " in plain(lines[place[0]])


class TestTheBudget:
    """In the head of the page."""

    @pytest.mark.parametrize(
        ("budget", "told", "ink"),
        [
            (BUDGET, "budget 99.9 %: 31m left of 43m", Ink.TEXT),
            (replace(BUDGET, burn_1h=2.0), "budget 99.9 %: 31m left of 43m, burning ×2", Ink.WARN),
            (replace(BUDGET, burn_1h=16.7, burn_5m=200.0), "budget 99.9 %: 31m left of 43m, burning ×16.7", Ink.BAD),
            (replace(BUDGET, bad_s=3600.0), "budget 99.9 %: spent, 16m beyond its 43m", Ink.BAD),
            (replace(BUDGET, at=AT - 900.0), "budget 99.9 %: 31m left of 43m 15m ago", Ink.TEXT),
        ],
    )
    def test_what_is_left_stands_beside_whom_it_hurts(self, budget: Budget, told: str, ink: Ink) -> None:
        """With how fast it goes, and its age where that is more than a minute or two."""
        lines = layout.head(IncidentPage(ROW, budget=budget), pen(180))
        assert any(told in plain(one) for one in lines)
        assert ink in {one for each in lines for text, one in each if text == budget.said}

    def test_it_is_named_where_several_are_hurt(self) -> None:
        """And not told of what is over."""
        several = IncidentPage(replace(ROW, services=("shop", "front")), budget=BUDGET)
        assert any("budget of shop 99.9 %: " in plain(one) for one in layout.head(several, pen(180)))
        over = IncidentPage(replace(ROW, state=IncidentState.RESOLVED), budget=BUDGET)
        assert not any("budget" in plain(one) for one in layout.head(over, pen(180)))


class TestGroups:
    """Items by one of their facts."""

    def test_lines_and_folding(self) -> None:
        """In the order of their first items; folded, the row stands for all of them."""
        rows = [replace(ROW, id=n, service="shop" if n % 2 else "", started_at=AT - 600 + n) for n in range(1, 5)]
        items = GroupedItems(INCIDENT_COLUMNS, "priority", ("service",))
        items.take([incident_item(row, AT) for row in rows])
        items.group_by("service")
        assert [key[-1] for key in items.lines] == ["shop", 1, 3, "none", 2, 4]
        items.go(1)
        assert items.fold()
        assert [key[-1] for key in items.lines] == ["shop", "none", 2, 4]
        assert items.cursor == ("group", "service", "shop")
        items.mark_here()
        assert {key[1] for key in items.marks} == {1, 3}
        assert items.fold_all()
        assert len(items.lines) == 2


def test_what_is_as_it_was_stays_the_same_object() -> None:
    """So that its line is not drawn again; what changed, and what a minute made older, is another."""
    desk = Desk(UiOptions(state=Path("none"), fleet_name="f"), ascii=False, present=Stamp(AT, 0.0))
    pane = IncidentsPane(desk)
    desk.incidents.take([ROW, replace(ROW, id=8)], True)
    pane.take((), desk)
    first, second = (pane.items.rows["incident", number] for number in (7, 8))
    desk.incidents.take([replace(ROW, owner="ann", version=9)], False)
    pane.take((), desk)
    assert pane.items.rows["incident", 7] is not first
    assert pane.items.rows["incident", 8] is second
    desk.pass_time(Stamp(AT + 60, 60.0))
    pane.take((), desk)
    assert pane.items.rows["incident", 8] is not second


class TestQuestions:
    """What is asked before an act."""

    @staticmethod
    def asked(*params: Param, stream: Stream | None = None) -> tuple[str, ...] | None:
        action = Action("incident.x", "x", "incident", Role.OPERATOR, Danger.NONE, "", params=params, stream=stream)
        found = question(Plan(action, (ROW,), (), YES))
        return None if found is None else tuple(param.name for param in found.fields)

    def test_what_may_be_said_is_asked_for_with_what_must(self) -> None:
        """After it; a single thing that may be said holds up nothing; several are asked for, but before no stream."""
        must, may, other = Param("a", "a"), Param("b", "b", required=False), Param("c", "c", required=False)
        assert self.asked(may, must) == ("a", "b")
        assert self.asked(may) is None
        assert self.asked(may, other) == ("b", "c")
        assert self.asked(may, other, stream=Stream.LOG) is None

    def test_a_beginning_means_the_only_choice_that_begins_so(self) -> None:
        """And nothing else."""
        param = Param("cause", "cause", choices=("change", "capacity", "person"))
        assert meant(param, "per") == "person"
        assert meant(param, "c") == "c"
        assert meant(param, "change") == "change"
        assert meant(Param("x", "x", ParamKind.TEXT), "per") == "per"


def test_a_dialog_names_all_that_can_be_chosen() -> None:
    """Ten causes have no room in their field, so that they stand above it; three severities have."""
    causes = Param("cause", "what it was", choices=tuple(str(one) for one in Cause))
    said = " ".join(plain(one) for one in _choices((causes, Param("level", "how bad", choices=("low", "high")))))
    assert all(str(one) in said for one in Cause)
    assert "how bad" not in said
