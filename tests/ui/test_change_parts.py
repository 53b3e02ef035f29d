"""What the screen of changes is made of: days across, who may approve, the text of a plan, a change in few words."""

import os
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from socket import gethostname
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.change_world import BEFORE, PLAN, SPEC

from tui_ops.actions.client import Hello
from tui_ops.model.changes import ChangeKind, ChangeState, Conflict, ConflictKind, RunState, Start, Vote
from tui_ops.model.changing import ApprovalPolicy, ChangingSpec, Quorum, Recurring, Window
from tui_ops.model.people import Role
from tui_ops.store.changingplan import from_text, to_text
from tui_ops.store.views.changerows import ApprovalRow, ChangeRow, DelegationRow, ProgressRow
from tui_ops.store.views.rows import OperatorRow
from tui_ops.ui.cells import UNICODE
from tui_ops.ui.changes import editing
from tui_ops.ui.changes.approving import standing_of
from tui_ops.ui.changes.days import Bar, Days, cells_for, drawn, heading, month_of, week_of
from tui_ops.ui.changes.editing import editor, mistakes, with_remarks, without_remarks
from tui_ops.ui.changes.mine import reviews_due, waits_for_me
from tui_ops.ui.changes.plantext import only_changed, plan_lines
from tui_ops.ui.changes.signs import change_sign, state_word
from tui_ops.ui.changes.words import risk, waits_for, when
from tui_ops.ui.desk import Desk
from tui_ops.ui.frame import Tab, tabs_line
from tui_ops.ui.options import UiOptions
from tui_ops.ui.paint import Ink, line_width, plain

AT = 1_795_860_000.0
"""A Saturday of November 2026."""

SHA = "a" * 64


def row_of(**columns: Any) -> ChangeRow:
    """Return a change that waits for approval, with changes."""
    usual: dict[str, Any] = {one.name: None for one in fields(ChangeRow)}
    usual |= {one.name: "" for one in fields(ChangeRow) if one.type is str}
    usual |= {
        "id": 7, "version": 1, "revision": 1, "title": "nginx", "kind": ChangeKind.NORMAL, "frozen_sha": SHA,
        "state": ChangeState.SUBMITTED, "owner": "ann", "requested_by": "ann", "edited_by": ("ann",), "risk": 20,
        "hosts": ("web-1",), "targets": ("web-1",), "services": (), "start": Start.HAND, "release_place": 0,
        "risk_factors": (), "conflicts": (), "difference": (), "votes": (), "opened_at": AT - 3600,
        "self_approved": False, "unauthorised": False,
    }  # fmt: skip
    return ChangeRow(**{**usual, **columns})


def vote(
    who: str, given: Vote = Vote.APPROVE, sha: str = SHA, behalf: str = "", void: float | None = None
) -> ApprovalRow:
    return ApprovalRow(1, 7, AT - 60, who, 1001, behalf, given, "", sha, void, "", None)


def desk_of(me: str = "bob", role: Role = Role.APPROVER, spec: ChangingSpec = SPEC, **more: Any) -> Desk:
    """Return a desk at which somebody sits."""
    desk = Desk(UiOptions(state=Path("/nowhere"), fleet_name="shop", **more), False)
    desk.link = Hello(**{"version": "1", "fleet": "shop", "pid": 1, "seq": 0, "you": me, "role": role} | _rest())
    desk.around.spec = spec
    names = (("ann", Role.OPERATOR), ("bob", Role.APPROVER), ("cat", Role.APPROVER), ("oncall", Role.ADMIN))
    desk.around.operators = [OperatorRow(name, held, name, "") for name, held in names]
    desk.present = SimpleNamespace(at=AT, mono=0.0)  # type: ignore[assignment]
    return desk


def _rest() -> dict[str, Any]:
    known = {"version", "fleet", "pid", "seq", "you", "role"}
    return {one.name: "" for one in fields(Hello) if one.name not in known}


class TestWhoMayApprove:
    """As the desk says it; the engine decides again by the same rules."""

    def test_another_person_of_the_policy_may(self) -> None:
        """And is told how many are missing."""
        found = standing_of(row_of(votes=(vote("cat"),)), desk_of())
        assert (found.may, found.given, found.needed, found.wants) == (True, 1, 2, ("1 of web-leads",))

    @pytest.mark.parametrize(
        ("me", "columns", "why"),
        [
            ("bob", {"requested_by": "bob"}, "asked for it"),
            ("bob", {"edited_by": ("ann", "bob")}, "wrote on it"),
            ("bob", {"owner": "bob"}, "looks after it"),
            ("bob", {"votes": (vote("bob"),)}, "already"),
            ("bob", {"on_hold": "the vendor calls back"}, "on hold"),
            ("dan", {}, "not asked"),
        ],
    )
    def test_why_not(self, me: str, columns: dict[str, Any], why: str) -> None:
        """By identity, whoever sits there."""
        found = standing_of(row_of(**columns), desk_of(me))
        assert not found.may
        assert why in found.why_not

    def test_roles_and_sessions(self) -> None:
        """An operator may not, nor may a session that gave up acting; without an engine nobody may."""
        assert "role approver" in standing_of(row_of(), desk_of("bob", Role.OPERATOR)).why_not
        assert "read-only" in standing_of(row_of(), desk_of(read_only=True)).why_not
        away = desk_of()
        away.link = None
        assert "no engine" in standing_of(row_of(), away).why_not

    def test_an_approval_of_another_plan_counts_for_nothing(self) -> None:
        """Nor does one that is void."""
        for one in (vote("cat", sha="b" * 64), vote("cat", void=AT)):
            assert standing_of(row_of(votes=(one,)), desk_of()).given == 0

    def test_a_delegate_speaks_for_another(self) -> None:
        """Once he has spoken for himself; not when the delegation is over."""
        spec = ChangingSpec(policies=(ApprovalPolicy("leads", people=("bob", "cat"), quorum=Quorum.ALL),))
        desk = desk_of(spec=spec)
        desk.around.delegations = [DelegationRow(1, "cat", "bob", AT - 99, AT + 99, "", AT - 99, None)]
        found = standing_of(row_of(votes=(vote("bob"),)), desk)
        assert (found.may, found.behalf) == (True, "cat")
        desk.around.delegations = [DelegationRow(1, "cat", "bob", AT - 99, AT + 99, "", AT - 99, AT - 50)]
        assert not standing_of(row_of(votes=(vote("bob"),)), desk).may

    def test_only_what_waits_is_asked_about(self) -> None:
        """A draft has no standing."""
        assert not standing_of(row_of(state=ChangeState.DRAFT), desk_of()).needed


class TestTheSectionForReaders:
    """What the inventory says, by way of the store."""

    def test_it_comes_back_as_it_was(self) -> None:
        """Policies, windows, freezes, holidays, noise."""
        spec = replace(
            SPEC, holidays=("2026-12-25",), noise=("files:/etc/motd",), business_days=(0, 1), solo=True,
            policies=(*SPEC.policies, ApprovalPolicy("emer", kinds=(ChangeKind.EMERGENCY,), hosts=frozenset({"a"}))),
            windows=(*SPEC.windows, Window("once", (Recurring(begins="2026-12-20", ends="2026-12-21"),))),
        )  # fmt: skip
        assert from_text(to_text(spec)) == spec

    @pytest.mark.parametrize("text", ["{}", '{"policies": 3}', '{"solo": true}', "[]"])
    def test_what_another_version_wrote_counts_as_none(self, text: str) -> None:
        """It never ends the desk."""
        assert from_text(text) == ChangingSpec()


@pytest.fixture
def berlin() -> Iterator[None]:
    """The operator's clock is that of Berlin."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


def _at(text: str) -> float:
    return datetime.fromisoformat(text).astimezone().timestamp()


@pytest.mark.usefixtures("berlin")
class TestDaysAcross:
    """The calendar's lines."""

    def test_weeks_and_months(self) -> None:
        """A week is from Monday, a month from its first day; both go over a year's end."""
        at = _at("2026-12-30T12:00")
        assert week_of(at).title == "week 53, 28 Dec to 3 Jan 2027"
        assert week_of(at, 1).first == date(2027, 1, 4)
        assert (month_of(at).title, month_of(at, 2).title) == ("December 2026", "February 2027")
        assert (month_of(at, 2).count, month_of(at, -10).first) == (28, date(2026, 2, 1))

    def test_a_bar_stands_where_its_time_is(self) -> None:
        """From 06:00 to 18:00 of a day of four cells: the two in the middle."""
        days = Days(date(2026, 11, 23), 7)
        found = plain(
            drawn([Bar(_at("2026-11-24T06:00"), _at("2026-11-24T18:00"), "#", Ink.TEXT)], days, 4, 0.0, UNICODE)
        )
        assert found[4:8] == "·## "
        assert found.count("#") == 2

    def test_what_is_short_still_has_a_cell(self) -> None:
        """And what is longer than the days ends with them."""
        days = Days(date(2026, 11, 23), 7)
        short = Bar(_at("2026-11-24T06:00"), _at("2026-11-24T06:01"), "#", Ink.TEXT)
        long = Bar(_at("2026-11-01T00:00"), _at("2026-12-24T00:00"), "=", Ink.TEXT)
        assert plain(drawn([short], days, 2, 0.0, UNICODE)).count("#") == 1
        assert plain(drawn([long], days, 2, 0.0, UNICODE)) == "=" * 14
        past = Bar(_at("2026-11-01T00:00"), _at("2026-11-23T00:00"), "#", Ink.TEXT)
        assert "#" not in plain(drawn([past], days, 2, 0.0, UNICODE))

    def test_a_day_of_25_hours(self) -> None:
        """The day on which the clock goes back is as wide as the others, and its bars keep to it."""
        days = Days(date(2026, 10, 19), 7)
        edges = days.edges
        assert edges[7] - edges[6] == 25 * 3600
        found = plain(drawn([Bar(edges[6], edges[7], "#", Ink.TEXT)], days, 5, 0.0, UNICODE))
        assert found.endswith("#####")
        assert found.count("#") == 5

    @given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 12), st.booleans())
    def test_lines_have_one_width(self, begin: int, length: int, cells: int, by_month: bool) -> None:
        """Whatever stands on them."""
        days = (month_of if by_month else week_of)(AT)
        bar = Bar(AT - 500_000 + begin, AT - 500_000 + begin + length, "#", Ink.TEXT)
        assert line_width(drawn([bar], days, cells, AT, UNICODE)) == days.count * cells
        assert line_width(heading(days, cells, date(2026, 11, 28))) == days.count * cells

    def test_the_days_take_the_room_there_is(self) -> None:
        """At least one cell each, and no more than is of use."""
        assert [cells_for(week_of(AT), room) for room in (3, 52, 400)] == [1, 7, 12]


class TestThePlansText:
    """Its lines, and what is wrong with it."""

    def test_what_changed(self) -> None:
        """Lines that went stand before those that came, with the numbers of the present text."""
        found = only_changed(plan_lines(PLAN, BEFORE))
        assert [(one.sign, one.number) for one in found] == [("-", 0), ("+", 4), ("-", 0), ("+", 6)]
        assert not only_changed(plan_lines(PLAN, PLAN))
        assert [one.number for one in plan_lines("a\nb")] == [1, 2]

    def test_remarks_name_the_lines_that_are_seen(self) -> None:
        """They stand above, and go by themselves."""
        text = "steps:\n  - comand: true\n"
        wrong = mistakes(text, {})
        assert wrong.startswith("plan:2:")
        shown = with_remarks(text, wrong)
        line = next(one for one in shown.splitlines() if one.startswith("#! plan:"))
        number = int(line.split(":")[1])
        assert "comand: true" in shown.splitlines()[number - 1]
        assert without_remarks(shown) == text

    def test_a_plan_that_is_right_has_none(self) -> None:
        """Neither has the model of one."""
        assert not mistakes(PLAN, {})
        assert with_remarks(PLAN, "") == PLAN

    async def test_what_another_wrote_meanwhile_is_told_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The text that was kept was made of another plan: left as it is, nothing is sent; the next time it may be."""
        told: list[str] = []
        sent: list[str] = []
        seen: list[str] = []
        desk = SimpleNamespace(options=SimpleNamespace(config=tmp_path), fleet_name="t")
        app: Any = SimpleNamespace(desk=desk, tell=lambda text, *_: told.append(text))

        def opened(_app: object, file: Path, text: str) -> bool:
            editing.save_text(file, text)
            seen.append(text)
            return True

        async def send(text: str) -> str:
            sent.append(text)
            return "written"

        monkeypatch.setattr(editing, "_open", opened)
        theirs, ours = PLAN + "# theirs\n", PLAN + "# ours\n"
        editing.save_text(editing.kept_file(app, "CHG-7"), editing.of_base(ours, PLAN))
        await editing.write(app, "CHG-7", theirs, mistakes, send, base=theirs)
        assert sent == []
        assert editing.OTHERS in seen[0]
        assert editing.OTHERS in told[-1]
        await editing.write(app, "CHG-7", theirs, mistakes, send, base=theirs)
        assert sent == [ours]
        assert editing.OTHERS not in seen[1]

    def test_which_editor(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """VISUAL before EDITOR, with its words; one that can't be read is passed over."""
        monkeypatch.setenv("EDITOR", "nano -w")
        monkeypatch.delenv("VISUAL", raising=False)
        assert editor() == ["nano", "-w"]
        monkeypatch.setenv("VISUAL", "vi 'it")
        assert editor() == ["nano", "-w"]
        monkeypatch.setenv("VISUAL", "emacs")
        assert editor() == ["emacs"]


class TestInFewWords:
    """State, risk, when, what for."""

    @pytest.mark.parametrize(
        ("columns", "text"),
        [
            ({"state": ChangeState.DRAFT}, "ann to submit it"),
            ({"state": ChangeState.DRAFT, "unauthorised": True, "requested_by": ""}, "adopt or take back"),
            ({"state": ChangeState.DRAFT, "unauthorised": True}, "ann to submit it"),
            ({"state": ChangeState.APPROVED, "implementer": "dan"}, "dan to start it"),
            ({"state": ChangeState.SCHEDULED, "start": Start.TIME}, "its time"),
            ({"state": ChangeState.SCHEDULED, "start": Start.WINDOW}, "its window"),
            ({"state": ChangeState.INTERRUPTED}, "its last steps to be verified"),
            ({"state": ChangeState.PAUSED, "stopped": "web-19: 503"}, "web-19: 503"),
            ({"state": ChangeState.ENDED}, "ann to close it"),
            ({"state": ChangeState.ENDED, "review_due_at": AT}, "review by another"),
            ({"state": ChangeState.CLOSED}, ""),
            ({"on_hold": "the vendor"}, "on hold: the vendor"),
        ],
    )
    def test_what_it_waits_for(self, columns: dict[str, Any], text: str) -> None:
        """Whose turn it is."""
        row = row_of(**columns)
        assert waits_for(row, standing_of(row, desk_of()), "ann").text == text

    def test_how_far_a_run_is(self) -> None:
        """Hosts, batch and failures; a step that asks comes first."""
        run = ProgressRow(1, RunState.RUNNING, 3, 4, 24, 8, 1, 0, "", AT, None)
        row = row_of(state=ChangeState.RUNNING, progress=run)
        assert waits_for(row, standing_of(row, desk_of()), "").text == "8 of 24 hosts, batch 3 of 4, 1 failed"
        asks = row_of(state=ChangeState.RUNNING, progress=replace(run, asking=1), owner="bob")
        assert waits_for(asks, standing_of(asks, desk_of()), "").text == "a person to do a step"
        assert waits_for_me([row, asks], desk_of()) == [asks]

    def test_signs_have_words(self) -> None:
        """Every state has both; what ended says its outcome."""
        for state in ChangeState:
            row = row_of(state=state)
            assert change_sign(row).glyph
            assert state_word(row)
        ended = row_of(state=ChangeState.ENDED, outcome="rolled back")
        assert (state_word(ended), change_sign(ended).ascii) == ("rolled back", "<")

    def test_risk_has_its_word(self) -> None:
        """Low, medium, high; nothing before it was assessed."""
        assert [risk(row_of(risk=number)).text for number in (0, 30, 60, None)] == ["0 low", "30 medium", "60 high", ""]

    def test_when(self) -> None:
        """By hand, at its time, in its window, since, ended."""
        assert when(row_of(), AT) == "by hand"
        assert when(row_of(start=Start.WINDOW, window="web-nightly"), AT) == "in web-nightly"
        assert when(row_of(began_at=AT), AT).startswith("since ")
        assert when(row_of(began_at=AT, ended_at=AT), AT).startswith("ended ")
        assert " to " in when(row_of(starts_at=AT + 86400, ends_at=AT + 90000), AT)

    def test_reviews_that_are_due(self) -> None:
        """Until another person has looked."""
        due = row_of(review_due_at=AT)
        assert reviews_due([due, row_of(review_due_at=AT, reviewed_by="cat")], desk_of()) == [due]

    def test_hostile_texts_stay_in_their_cells(self) -> None:
        """Reasons and names come from people."""
        row = row_of(on_hold="\x1b[2Jgone", conflicts=(Conflict(ConflictKind.FREEZE, "\x1b]0;x", True),))
        assert "\x1b" not in waits_for(row, standing_of(row, desk_of()), "").text


@pytest.mark.parametrize(("width", "shown"), [(120, True), (82, True), (70, False)])
def test_no_name_of_a_screen_is_cut(width: int, shown: bool) -> None:
    """With one screen more the names stand closer, and who sits here gives way to them."""
    names = ("Now", "Infrastructure", "Incidents", "Changes", "Audit")
    tabs = [Tab(str(index), name, index, False) for index, name in enumerate(names)]
    text = plain(tabs_line(desk_of("oncall"), tabs, width))
    assert len(text) == width
    assert all(name in text for name in names)
    assert ("oncall@" in text) is shown


@pytest.mark.parametrize(
    ("width", "people", "told"),
    [
        (120, ("anna",), "on call anna   approver bob@"), (90, ("anna",), "on call anna   bob@"),
        (80, ("anna",), "on call anna"), (80, ("anna", "bernd"), "anna +1"),
        (84, ("anna", "bernd"), "on call anna +1"), (74, ("anna",), "anna"),
        (68, ("anna",), "Audit 4"), (80, (), "bob@"),
    ],
)  # fmt: skip
def test_who_is_on_call_stays_where_who_sits_here_has_no_room(width: int, people: tuple[str, ...], told: str) -> None:
    """At 80 columns too: at least the name, and never at the cost of a screen's name."""
    names = ("Now", "Infrastructure", "Incidents", "Changes", "Audit")
    tabs = [Tab(str(index), name, index, False) for index, name in enumerate(names)]
    desk = desk_of()
    desk.todo = SimpleNamespace(called=lambda _at: people)  # type: ignore[assignment]
    text = plain(tabs_line(desk, tabs, width))
    assert text.rstrip().removesuffix(gethostname()).endswith(told), text
    assert all(name in text for name in names)
