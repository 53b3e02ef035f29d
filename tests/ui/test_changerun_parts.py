"""The parts of a run's screen without a screen: the grid, its names, how far it is, what an output looks like."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from tui_ops.model.changes import CellState, RunKind, RunState
from tui_ops.model.clock import Stamp
from tui_ops.model.plans import Batching, Part, Plan, Step, StepKind
from tui_ops.store.views.changeruns import RunAround, RunCell, RunHead
from tui_ops.ui.cells import ASCII, UNICODE, width_of
from tui_ops.ui.changerun.drawing import heading, host_line, lay_out, pane_width
from tui_ops.ui.changerun.grid import BatchRow, GridModel, HostRow
from tui_ops.ui.changerun.head import Stand, batch_word, held_lines, title_lines
from tui_ops.ui.changerun.names import folded_name
from tui_ops.ui.changerun.output import CellOutput, body_lines, broken, head_lines, text_lines
from tui_ops.ui.changerun.progress import Progress, progress, time_left_s
from tui_ops.ui.changerun.signs import DRY_SIGNS, SIGNS, cell_span
from tui_ops.ui.columns import Look
from tui_ops.ui.paint import Ink, line_width, plain

PRESENT = Stamp(1000.0, 1000.0)
LOOK = Look(False, 0)


def step(part: Part, number: int, kind: StepKind = StepKind.COMMAND) -> Step:
    return Step(kind, part, number, f"{part} {number}", {})


def plan(steps: int = 2, **terms: object) -> Plan:
    kinds = (StepKind.PACKAGE, StepKind.FILE, StepKind.UNIT)
    return Plan(
        (step(Part.PRE, 1),), tuple(step(Part.STEP, n + 1, kinds[n % 3]) for n in range(steps)), (step(Part.POST, 1),),
        (step(Part.ROLLBACK, 1, StepKind.RESTORE),), batching=Batching(**terms),  # type: ignore[arg-type]
    )  # fmt: skip


def web(*numbers: int) -> list[str]:
    return [f"web-{number:02}.lon" for number in numbers]


class Writer:
    """Writes cells, each newer than the one before."""

    def __init__(self) -> None:
        self.version = 0

    def cells(
        self, hosts: Sequence[str], states: Mapping[str, CellState], took_s: float = 10.0, said: str = "",
        result: str = "",
    ) -> list[RunCell]:  # fmt: skip
        found = []
        for host in hosts:
            for key, state in states.items():
                self.version += 1
                over = state not in (CellState.RUNNING, CellState.SENT, CellState.WAITING, CellState.ASKING)
                ended = 100.0 + took_s if over else None
                found.append(RunCell(host, key, self.version, state, 1, 100.0, ended, None, said, "", 0, result, ""))
        return found


WELL = {
    "pre-1": CellState.OK, "steps-1": CellState.CHANGED, "steps-2": CellState.CHANGED, "post-1": CellState.OK,
}  # fmt: skip


@pytest.fixture
def writer() -> Writer:
    return Writer()


def told(model: GridModel) -> list[str]:
    """Return the rows in words: the name, and the number of hosts where there are several."""
    return [
        f"batch {row.number + 1}" if isinstance(row, BatchRow) else
        folded_name(row.hosts, "…") + (f" {len(row.hosts)}" if len(row.hosts) > 1 else "")
        for row in model.rows
    ]  # fmt: skip


class TestNames:
    """What several hosts are called."""

    @pytest.mark.parametrize(
        ("names", "said"),
        [
            (["web-01"], "web-01"),
            (["web-02", "web-03", "web-17"], "web-02…17"),
            (["web-08", "web-09", "web-12"], "web-08…12"),
            (["web-2.lon", "web-3.lon", "web-11.lon"], "web-2…11.lon"),
            (["db-1.lon", "web-3.par"], "db-1.lon…web-3.par"),
            (["a1b1", "a1b2", "a1b3"], "a1b1…3"),
            (["host10", "host100"], "host10…100"),
            (["web-1.lon1", "web-2.lon1"], "web-1…2.lon1"),
        ],
    )
    def test_they_are_told_once(self, names: list[str], said: str) -> None:
        """What all have in common stands once, and numbers are never cut."""
        assert folded_name(names, "…") == said

    def test_hostile_names(self) -> None:
        """A control character in a name is made visible."""
        assert "\x1b" not in folded_name(["a\x1b[2J1", "a\x1b[2J2"], "…")


class TestTheGrid:
    """Rows, folding, the cursor."""

    def test_equal_hosts_are_folded(self, writer: Writer) -> None:
        """Within a batch, where they stand side by side; a host that is otherwise stands alone."""
        model = GridModel(plan(), [web(1), web(*range(2, 20)), web(*range(20, 25))], dry=False)
        assert told(model) == ["batch 1", "web-01.lon", "batch 2", "web-02…19.lon 18", "batch 3", "web-20…24.lon 5"]
        model.take(writer.cells(web(1, *range(2, 18)), WELL))
        model.take(writer.cells(web(18), {**WELL, "post-1": CellState.RUNNING}))
        model.take(writer.cells(web(19), {**WELL, "post-1": CellState.FAILED}))
        assert told(model) == [
            "batch 1", "web-01.lon", "batch 2", "web-02…17.lon 16", "web-18.lon", "web-19.lon", "batch 3",
            "web-20…24.lon 5",
        ]  # fmt: skip

    def test_two_are_not_folded(self) -> None:
        """They take two lines either way."""
        assert told(GridModel(plan(), [web(1, 2)], dry=False)) == ["web-01.lon", "web-02.lon"]

    def test_one_batch_has_no_separator(self) -> None:
        """There is nothing to separate."""
        assert told(GridModel(plan(), [web(1, 2, 3)], dry=False)) == ["web-01…03.lon 3"]

    def test_a_dry_run_folds_what_would_differ_alike(self, writer: Writer) -> None:
        """The same states with another result are two rows; in a real run they are one."""
        for dry in (True, False):
            model = GridModel(plan(), [web(*range(1, 7))], dry)
            model.take(writer.cells(web(1, 2, 3), {"steps-1": CellState.CHANGED}, result="1.26.2 → 1.26.3"))
            model.take(writer.cells(web(4, 5, 6), {"steps-1": CellState.CHANGED}, result="1.25.0 → 1.26.3"))
            assert told(model) == (["web-01…03.lon 3", "web-04…06.lon 3"] if dry else ["web-01…06.lon 6"])

    def test_space_unfolds_and_folds_again(self) -> None:
        """The hosts of a row stand alone; the cursor stays on its host."""
        model = GridModel(plan(), [web(*range(1, 6))], dry=False)
        model.go_to("web-03.lon", "steps-1")
        assert model.fold_here()
        assert told(model) == web(1, 2, 3, 4, 5)
        assert (model.host, model.line) == ("web-03.lon", 2)
        assert model.fold_here()
        assert told(model) == ["web-01…05.lon 5"]
        assert (model.host, model.line) == ("web-03.lon", 0)
        model.fold_all()
        assert len(model.rows) == 5
        model.fold_all()
        assert len(model.rows) == 1

    def test_nothing_to_fold(self) -> None:
        """Where there are fewer than three alike, it says so."""
        assert not GridModel(plan(), [web(1, 2)], dry=False).fold_here()

    def test_the_cursor_goes_by_rows_and_steps(self, writer: Writer) -> None:
        """From row to row over separators, and stops at the ends."""
        model = GridModel(plan(), [web(1), web(2, 3, 4, 5)], dry=False)
        model.take(writer.cells(web(4), WELL))
        seen = []
        for _ in range(5):
            seen.append(model.host)
            model.down(1)
        assert seen == web(1, 2, 3, 4, 5)
        model.down(1)
        assert model.host == "web-05.lon"
        model.right(2)
        model.right(9)
        assert model.step == "post-1"
        model.right(-99)
        assert model.step == "pre-1"
        model.down(-99)
        assert model.host == "web-01.lon"

    def test_the_cursor_stays_on_its_host_when_rows_move(self, writer: Writer) -> None:
        """Inside of a folded row it is not the first host that counts."""
        model = GridModel(plan(), [web(*range(1, 10))], dry=False)
        model.go_to("web-07.lon", "steps-1")
        model.take(writer.cells(web(1, 2), WELL))
        assert model.host == "web-07.lon"
        assert model.row_here is not None
        assert "web-07.lon" in model.row_here.hosts
        model.down(1)
        assert model.host == "web-07.lon", "there is no row below"

    def test_only_what_needs_somebody(self, writer: Writer) -> None:
        """Failed, unknown and asking; the cursor goes along."""
        model = GridModel(plan(), [web(1, 2), web(3, 4)], dry=False)
        model.take(writer.cells(web(1), WELL))
        model.take(writer.cells(web(2), {"steps-1": CellState.UNKNOWN}))
        model.take(writer.cells(web(4), {"pre-1": CellState.ASKING}))
        model.only_trouble()
        assert told(model) == ["batch 1", "web-02.lon", "batch 2", "web-04.lon"]
        assert model.host == "web-02.lon"
        assert model.first_to_look_at() == ("web-02.lon", "steps-1")

    def test_words_narrow_it(self) -> None:
        """Every word is in the name."""
        model = GridModel(plan(), [["web-1.lon", "db-1.lon", "db-1.par"]], dry=False)
        model.narrow("DB lon")
        assert told(model) == ["db-1.lon"]
        model.narrow("")
        assert told(model) == ["web-1.lon…db-1.par 3"]

    def test_taking_back_has_its_columns_once_it_begins(self, writer: Writer) -> None:
        """And a host that is not taken back has a blank there."""
        model = GridModel(plan(), [web(1, 2)], dry=False)
        assert [one.key for one in model.columns] == ["pre-1", "steps-1", "steps-2", "post-1"]
        model.take(writer.cells(web(1), {"rollback-1": CellState.RUNNING}))
        assert model.columns[-1].key == "rollback-1"
        assert model.states["web-01.lon"][-1] is CellState.RUNNING
        assert model.states["web-02.lon"][-1] is None

    def test_cells_of_strangers_are_left_out(self, writer: Writer) -> None:
        """A host that no batch has is not shown, and does no harm."""
        model = GridModel(plan(), [web(1)], dry=False)
        assert model.take(writer.cells(["other"], WELL)) == frozenset()
        assert model.version == 4

    def test_a_row_that_did_not_move_is_the_same(self, writer: Writer) -> None:
        """By which the widget knows that it need not be drawn again."""
        model = GridModel(plan(), [web(1, 2), web(3, 4, 5)], dry=False)
        before = model.rows[-1]
        model.take(writer.cells(web(1), WELL))
        assert model.rows[-1] is before


class TestDrawing:
    """Lines of the grid."""

    def test_titles_are_words_where_there_is_room(self) -> None:
        """Else numbers, each with its part."""
        model = GridModel(plan(), [web(1)], dry=False)
        assert plain(heading(model, lay_out(model, 80), LOOK)).split() == [
            "HOST",
            "pre",
            "package",
            "file",
            "post",
        ]
        many = GridModel(plan(10), [web(1)], dry=False)
        titles = plain(heading(many, lay_out(many, 80), LOOK)).split()
        assert titles == ["HOST", "p1", *map(str, range(1, 11)), "v1"]

    @pytest.mark.parametrize("room", [38, 60, 80, 120])
    @pytest.mark.parametrize("steps", [1, 10, 40])
    def test_no_line_is_wider_than_its_room(self, room: int, steps: int, writer: Writer) -> None:
        """Wherever the cursor stands, its column is in sight, in brackets."""
        model = GridModel(plan(steps), [web(1, 2)], dry=False)
        model.take(writer.cells(web(1), {"steps-1": CellState.FAILED}))
        for _ in range(len(model.columns)):
            layout = lay_out(model, room)
            row = model.rows[0]
            assert isinstance(row, HostRow)
            drawn = host_line(row, model, layout, LOOK, True)
            assert line_width(drawn) == layout.width <= room
            assert line_width(heading(model, layout, LOOK)) <= room + 2
            assert plain(drawn).count("[") == 1
            assert model.column_here in layout.columns
            again = lay_out(model, room).around(model.column_here, room)
            assert model.column_here in again.columns
            model.right(1)

    @pytest.mark.parametrize("steps", [1, 10])
    def test_beside_the_output_it_takes_what_it_needs(self, steps: int) -> None:
        """And draws there as it would with more room."""
        model = GridModel(plan(steps), [[f"node-{number:03}.lon1.example" for number in range(20)]], dry=False)
        width = pane_width(model, 120)
        assert width < 100
        there, before = lay_out(model, width), lay_out(model, 120)
        assert (there.name, there.titles, there.columns) == (before.name, before.titles, before.columns)
        assert pane_width(model, 40) <= 40

    def test_a_click_finds_its_column(self) -> None:
        """Each cell of a line belongs to the column that is drawn there."""
        model = GridModel(plan(), [web(1)], dry=False)
        layout = lay_out(model, 80)
        model.right(1)
        row = model.rows[0]
        assert isinstance(row, HostRow)
        place = plain(host_line(row, model, layout, LOOK, True)).index("[")
        assert layout.column_at(place + 1) == 1
        assert layout.column_at(0) is None
        assert layout.column_at(79) is None

    @pytest.mark.parametrize("signs", [SIGNS, DRY_SIGNS])
    def test_every_state_has_a_sign_of_one_cell(self, signs: dict[CellState, object]) -> None:
        """With a twin in ASCII, and a word."""
        assert set(signs) == set(CellState)
        for state in CellState:
            for ascii_only in (True, False):
                glyph = cell_span(state, signs is DRY_SIGNS, ascii_only)[0]
                assert width_of(glyph) == 1
                assert glyph.isascii() or not ascii_only

    def test_signs_differ_without_colours(self) -> None:
        """What asks for somebody never looks like what is well."""
        for table in (SIGNS, DRY_SIGNS):
            bad = {(one.glyph, one.ascii) for state, one in table.items() if state in
                   (CellState.FAILED, CellState.UNKNOWN, CellState.ASKING)}  # fmt: skip
            others = {(one.glyph, one.ascii) for state, one in table.items()
                      if state not in (CellState.FAILED, CellState.UNKNOWN, CellState.ASKING)}  # fmt: skip
            assert len(bad) == 3
            assert not {glyph for glyph, _ in bad} & {glyph for glyph, _ in others}
            assert not {twin for _, twin in bad} & {twin for _, twin in others}


def head(**fields: object) -> RunHead:
    usual: dict[str, object] = {
        "id": 1, "version": 1, "change_id": 42, "kind": RunKind.REAL, "state": RunState.RUNNING, "by": "ann",
        "batch": 2, "back_from": None, "held": "", "begun_at": 100.0, "ended_at": None, "sha": "", "frozen_sha": "",
    }  # fmt: skip
    return RunHead(**{**usual, **fields})  # type: ignore[arg-type]


class TestHowFar:
    """Hosts by what became of them, and the time that is left."""

    def test_every_host_counts_once(self, writer: Writer) -> None:
        """By the worst."""
        model = GridModel(plan(), [web(*range(1, 9))], dry=False)
        model.take(writer.cells(web(1, 2), WELL))
        model.take(writer.cells(web(3), {**WELL, "post-1": CellState.FAILED}))
        model.take(writer.cells(web(4), {"pre-1": CellState.OK, "steps-1": CellState.RUNNING}))
        model.take(writer.cells(web(5), {"pre-1": CellState.ASKING}))
        model.take(writer.cells(web(6), {"pre-1": CellState.OK, "steps-1": CellState.UNKNOWN}))
        model.take(writer.cells(web(7), {**WELL, "rollback-1": CellState.OK}))
        assert progress(model) == Progress(
            8, done=2, failed=1, unknown=1, asking=1, running=1, waiting=1, back=1, differ=4
        )
        assert progress(model, web(1, 8)) == Progress(2, done=1, waiting=1, differ=1)

    def test_between_two_steps_a_host_runs(self, writer: Writer) -> None:
        """Though nothing is done on it at that very moment."""
        model = GridModel(plan(), [web(1)], dry=False)
        model.take(writer.cells(web(1), {"pre-1": CellState.OK}))
        assert progress(model).begun == 1

    def test_nothing_is_known_of_the_time_before_a_step_is_through(self) -> None:
        """No guess."""
        assert time_left_s(GridModel(plan(), [web(1)], dry=False), 0, 100.0) is None

    def test_time_left_counts_lanes_batches_and_soaks(self, writer: Writer) -> None:
        """One host took 40 s; two batches of four, two side by side, with 60 s of soak between."""
        model = GridModel(plan(parallel=2, soak_s=60.0), [web(1), web(2, 3, 4, 5), web(6, 7, 8, 9)], dry=False)
        model.take(writer.cells(web(1), WELL, took_s=10.0))
        assert time_left_s(model, 1, 200.0) == pytest.approx(80 + 60 + 80)

    def test_a_step_that_runs_has_a_part_behind_it(self, writer: Writer) -> None:
        """And a host that failed takes no time any more."""
        model = GridModel(plan(), [web(1, 2, 3)], dry=False)
        model.take(writer.cells(web(1), WELL, took_s=10.0))
        model.take(writer.cells(web(2), {**WELL, "post-1": CellState.RUNNING}))
        model.take(writer.cells(web(3), {"pre-1": CellState.FAILED}))
        assert time_left_s(model, 0, 104.0) == pytest.approx(6.0)


class TestTheFirstLines:
    """How it stands."""

    def stand(self, **fields: object) -> Stand:
        usual: dict[str, object] = {
            "head": head(), "title": "nginx 1.26.3 on web", "outcome": "", "stopped": "",
            "far": Progress(24, done=18, failed=1, waiting=5), "batches": 4, "left_s": 370.0, "around": RunAround(),
        }  # fmt: skip
        return Stand(**{**usual, **fields})  # type: ignore[arg-type]

    def test_all_in_one_line(self) -> None:
        """Where it fits."""
        (one,) = title_lines(self.stand(), 120, UNICODE)
        assert plain(one).startswith("CHG-42  running   batch 3 of 4   18 of 24 done · 1 failed · 5 waiting")
        assert "about 6m left" in plain(one)
        assert "new alerts 0" in plain(one)

    @pytest.mark.parametrize("signs", [UNICODE, ASCII])
    def test_two_lines_where_not(self, signs: object) -> None:
        """The title of the change above, the figures below, neither wider than 80."""
        lines = title_lines(self.stand(around=RunAround(3, 2, ("INC-12",))), 80, signs)  # type: ignore[arg-type]
        assert len(lines) == 2
        assert "nginx 1.26.3 on web" in plain(lines[0])
        assert "new alerts 3" in plain(title_lines(self.stand(around=RunAround(3)), 80, UNICODE)[-1])

    def test_what_is_over_says_how_it_ended(self) -> None:
        """The outcome of the change, and how long it took."""
        done = head(state=RunState.DONE, ended_at=400.0)
        (one,) = title_lines(self.stand(head=done, outcome="with issues", far=Progress(24, done=24)), 120, UNICODE)
        assert "with issues" in plain(one)
        assert "took 5m" in plain(one)
        assert "batch" not in plain(one)

    def test_a_host_of_a_run_that_stands_still_is_not_running(self) -> None:
        """Its steps were begun, and it waits like everything else."""
        far = Progress(4, begun=1)
        for state, word in ((RunState.RUNNING, "1 running"), (RunState.PAUSED, "1 begun")):
            lines = title_lines(self.stand(head=head(state=state), far=far), 120, UNICODE)
            assert word in " ".join(plain(one) for one in lines)

    def test_how_long_a_person_takes_nobody_knows(self) -> None:
        """While one is asked, no time left is told."""
        for asking, tells in ((0, True), (1, False)):
            lines = title_lines(self.stand(far=Progress(4, asking=asking), left_s=60.0), 160, UNICODE)
            assert ("left" in " ".join(plain(one) for one in lines)) is tells

    def test_a_dry_run_says_what_would_differ(self) -> None:
        """And nothing of alerts, which it can't cause."""
        dry = head(kind=RunKind.DRY, state=RunState.DONE, ended_at=130.0)
        text = plain(title_lines(self.stand(head=dry, far=Progress(24, done=24, differ=22)), 120, UNICODE)[0])
        assert "dry run" in text
        assert "22 would differ" in text
        assert "alerts" not in text

    def test_why_it_waits(self) -> None:
        """Held by a failure, stopped by an alert, interrupted by the engine's end, asking a person; else nothing."""
        assert plain(held_lines(self.stand(head=head(held="1 failure exceeds the limit")), 80)[0]) == (
            "held: 1 failure exceeds the limit"
        )
        assert "new alert" in plain(held_lines(self.stand(stopped="new alert on web-3"), 80)[0])
        assert "interrupted" in plain(held_lines(self.stand(head=head(state=RunState.INTERRUPTED)), 80)[0])
        soaking = head(state=RunState.SOAKING, held="batch 1 is watched until 2026-11-28T22:46:41Z")
        here = f"{datetime.fromisoformat('2026-11-28T22:46:41Z').astimezone():%H:%M:%S}"
        assert plain(held_lines(self.stand(head=soaking), 80)[0]) == f"batch 1 is watched until {here}"
        assert "1 host asked" in plain(held_lines(self.stand(far=Progress(2, asking=1)), 80)[0])
        assert held_lines(self.stand(), 80) == []
        over = head(state=RunState.DONE, ended_at=200.0)
        assert held_lines(self.stand(head=over, stopped="a failure"), 80) == []

    def test_batches_in_a_word(self, writer: Writer) -> None:
        """Done, running, waiting, failed, taken back, soaking."""
        model = GridModel(plan(), [web(1), web(2), web(3), web(4), web(5)], dry=False)
        model.take(writer.cells(web(1), WELL))
        model.take(writer.cells(web(2), {"pre-1": CellState.FAILED}))
        model.take(writer.cells(web(3), {"pre-1": CellState.RUNNING}))
        model.take(writer.cells(web(5), {"rollback-1": CellState.OK}))
        words = [batch_word(number, progress(model, batch), head())[0] for number, batch in enumerate(model.batches)]
        assert words == ["done", "1 failed", "running", "waiting", "1 taken back"]
        assert batch_word(0, progress(model, web(1)), head(state=RunState.SOAKING, batch=0))[0] == "soaking"


class TestTheOutput:
    """What a cell wrote."""

    def test_hostile_text_is_made_visible(self) -> None:
        """Nothing of it reaches the terminal as a command."""
        found = text_lines(b"\x1b[2J\x1b]0;title\x07 bold\r\n\xe2\x80\xaeevil\n")
        assert all("\x1b" not in one and "\x07" not in one and "\u202e" not in one for one in found)

    def test_a_line_that_was_written_over(self) -> None:
        """A progress bar stands as it ended."""
        assert text_lines(b"10 %\r50 %\r100 %\ndone\n") == ["100 %", "done"]

    def test_long_lines_are_broken(self) -> None:
        """Nothing is left out, and no line is wider than its room, wide characters included."""
        text = "ab漢字" * 40
        parts = broken(text, 31)
        assert "".join(parts) == text
        assert max(map(width_of, parts)) <= 31

    def test_the_end_is_what_is_kept(self) -> None:
        """And how much came before it is said."""
        output = CellOutput(("web-1", "steps-1"), b"end", 100_000)
        cell = Writer().cells(["web-1"], {"steps-1": CellState.OK})[0]
        shown = [plain(one) for one in body_lines(output, cell, 60, LOOK)]
        assert "before this are not kept" in shown[1]
        assert shown[-1] == "end"

    def test_why_there_is_nothing(self) -> None:
        """Each nothing says which it is."""
        write = Writer()

        def said(state: CellState) -> str:
            cell = write.cells(["web-1"], {"steps-1": state})[0]
            return plain(body_lines(CellOutput(("web-1", "steps-1"), b"", 0), cell, 60, LOOK)[0])

        assert said(CellState.RUNNING) == "it has written nothing yet"
        assert said(CellState.OK) == "it wrote nothing"
        assert "a person" in said(CellState.ASKING)
        assert said(CellState.WAITING) == "nothing was begun here yet"
        assert plain(body_lines(None, None, 60, LOOK)[0]) == "nothing was begun here yet"

    def test_whose_it_is(self) -> None:
        """Host, step, what came of it, exit status, how long, how many are alike."""
        cell = RunCell("web-19", "post-1", 1, CellState.FAILED, 2, 100.0, 131.0, 1, "503 (3 of 3)", "", 0, "", "")
        model = GridModel(plan(), [["web-19"]], dry=False)
        lines = head_lines("web-19", model.columns[-1], cell, 3, False, LOOK, PRESENT, 60)
        assert plain(lines[0]) == "web-19 · post · failed · exit 1 · 31.0 s · attempt 2 · 3 alike"
        assert plain(lines[-1]) == "503 (3 of 3)"
        assert lines[-1][0][1] is Ink.BAD
