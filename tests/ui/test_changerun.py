"""The screen of a run over a real store: the grid live, the output of a cell, its keys, what is painted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from support.desk_world import Door, World, varied
from support.running import WEB, Running, begin_run, put_cells, third_batch, written
from support.waiting import until

from tui_ops.model.changes import RunKind
from tui_ops.model.clock import now
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.timeline import changed
from tui_ops.ui.cells import width_of
from tui_ops.ui.changerun.widget import GridScroll
from tui_ops.ui.screens.changerun import ChangeRun

SIZES = [(80, 24), (120, 40), (200, 60)]


@dataclass
class Live:
    """A store with a run, and an engine's door beside it."""

    world: World
    door: Door
    run: Running

    @property
    def root(self) -> Path:
        return self.world.root

    async def tells(self, *topics: str) -> None:
        self.door.news(*(topics or ("changes",)))


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    world = await World(tmp_path / "state").build(varied(12))
    run = await third_batch(world)
    made = Live(world, await Door(world.root).open(), run)
    yield made
    await made.door.close()
    await world.close()


async def opened(desk: Any, number: int = 1) -> ChangeRun:
    """Open the run of a change and wait until it is read."""
    await desk.linked()
    await desk.press("colon", *f"changerun CHG-{number}", "enter")
    await until(lambda: isinstance(desk.app.screen, ChangeRun) and desk.app.screen.model is not None)
    screen: ChangeRun = desk.app.screen
    await desk.pilot.pause()
    return screen


class TestWhatIsShown:
    """The sketch, at each size."""

    @pytest.mark.parametrize("size", SIZES)
    async def test_the_grid(self, live: Live, open_desk, size) -> None:
        """Hosts by steps, equal ones folded, batches between them, why it waits; no line wider than the terminal."""
        async with open_desk(live.root, size) as desk:
            await opened(desk)
            await desk.sees("CHG-1", "paused", "batch 3 of 4", "10 of 24 done", "1 failed", "1 running", "12 waiting")
            await desk.sees("web-02…06", "web-07…10", "web-11", "web-13…24", "new alerts 0")
            await desk.sees("batch 1 of 4 · 1 host · done", "batch 3 of 4 · 6 hosts · 1 failed")
            await desk.sees("held: 1 failure exceeds the limit of 0 in this batch")
            rows = {" ".join(line.partition("│")[0].split()) for line in desk.lines()}
            assert {"web-02…06 5 ✔ ✔ ✔ ✔", "web-11 ✔ ✔ ✔ ●", "web-13…24 12 · · · ·"} <= rows
            assert {width_of(line) for line in desk.lines()} == {size[0]}

    async def test_the_cursor_begins_where_somebody_is_needed(self, live: Live, open_desk) -> None:
        """On the cell that failed, its output beside the grid."""
        async with open_desk(live.root) as desk:
            screen = await opened(desk)
            assert (screen.model.host, screen.model.step) == ("web-12", "post-1")
            await desk.sees("web-12 · post · failed · exit 1 · 4.0 s", "503 Service Unavailable (3 of 3)",
                            'no "ssl_certificate" is defined ␛[31mred', "[✖]")  # fmt: skip

    async def test_at_80_the_output_is_a_page(self, live: Live, open_desk) -> None:
        """By enter, and back by q."""
        async with open_desk(live.root, (80, 24)) as desk:
            await opened(desk)
            assert "ssl_certificate" not in desk.text
            await desk.press("enter")
            await desk.sees("ssl_certificate", without="web-02…06")
            assert "│" not in desk.text
            assert {width_of(line) for line in desk.lines()} == {80}
            await desk.press("q")
            await desk.sees("web-02…06", without="ssl_certificate")

    async def test_a_third_panel(self, live: Live, open_desk) -> None:
        """Tells what happened, where there is room."""
        async with open_desk(live.root, (200, 60)) as desk:
            await opened(desk)
            await desk.sees("What happened", "the run began on 24 hosts in 4 batches")

    async def test_in_ascii(self, live: Live, open_desk) -> None:
        """Every sign has its twin."""
        async with open_desk(live.root, ascii=True) as desk:
            await opened(desk)
            await desk.sees("[X]", "web-02~06", "-- batch 3 of 4")
            assert desk.text.isascii()

    async def test_a_change_that_never_ran(self, live: Live, open_desk) -> None:
        """Says so; one that is not there as well."""
        async with open_desk(live.root) as desk:
            await desk.linked()
            desk.app.travel.open_change_run(99)
            await desk.sees("there is no CHG-99: q goes back")

    async def test_what_an_incident_or_an_alert_is_counted(self, live: Live, open_desk) -> None:
        """New alerts on its hosts count, those that the plan declares apart from them, those of others not at all."""
        async with open_desk(live.root) as desk:
            made = await begin_run(live.world, ["db-1.lon", "db-2.lon"], (2,))
            screen = await opened(desk, made.number)
            await desk.sees("new alerts 0")
            at = now().at
            usual = {"source": "rule", "text": "x", "started_at": at, "detected_at": at, "seen_at": at}

            def fire(session: Any) -> None:
                changed(session, [
                    Alert(rule="cpu", subject="1", host_id=live.world.ids["db-1.lon"], **usual),
                    Alert(rule="http-check", subject="2", host_id=live.world.ids["db-2.lon"], **usual),
                    Alert(rule="cpu", subject="3", host_id=live.world.ids["db-2.lon"], suppressed_by="change",
                          suppressed_ref=screen.change.name, **usual),
                    Alert(rule="cpu", subject="4", host_id=live.world.ids["mq-2.lon"], **usual),
                    Alert(rule="cpu", subject="5", host_id=live.world.ids["db-1.lon"],
                          **{**usual, "detected_at": at - 4000}),
                ])  # fmt: skip

            await live.world.writer.act(fire)
            await live.tells("incidents")
            await desk.sees("new alerts 1", "2 expected")


class TestLive:
    """It follows what the engine does."""

    async def test_cells_move(self, live: Live, open_desk) -> None:
        """A host that is through joins those before it; the cursor stays where it is."""
        async with open_desk(live.root) as desk:
            screen = await opened(desk)
            await live.run.cells(["web-11"], {"post-1": "ok"})
            await live.tells()
            await desk.sees("web-07…11", "11 of 24 done")
            assert screen.model.host == "web-12"
            await live.run.run(state="running", held="", batch=3)
            await live.run.change(state="running")
            await live.run.cells(WEB[12:15], {"pre-1": "running"})
            await live.tells()
            await desk.sees("running   batch 4 of 4", "web-13…15", "left", without="held:")

    async def test_the_output_is_followed(self, live: Live, open_desk) -> None:
        """What the selected cell writes is there as it comes, its end in sight."""
        async with open_desk(live.root) as desk:
            screen = await opened(desk)
            await desk.press("k")
            assert screen.model.host == "web-11"
            await desk.sees("web-11 · post · runs", "it has written nothing yet")
            for count in (1, 100):
                text = b"".join(b"line %d\n" % number for number in range(count))
                await live.run.cells(["web-11"], {"post-1": "running"}, **written(text))
                await live.tells()
                await desk.sees(f"line {count - 1}")
            assert screen.output.follows

    async def test_only_what_moved_is_read(self, live: Live, open_desk) -> None:
        """Of 96 cells the one that changed."""
        async with open_desk(live.root) as desk:
            screen = await opened(desk)
            taken: list[int] = []
            take = screen.model.take
            screen.model.take = lambda cells: taken.append(len(cells)) or take(cells)
            await live.run.cells(["web-11"], {"post-1": "ok"})
            await live.tells()
            await desk.sees("11 of 24 done")
            assert max(taken) == 1


class TestKeys:
    """Moving, folding, finding."""

    async def test_from_cell_to_cell(self, live: Live, open_desk) -> None:
        """h j k l and the arrows; the output follows when the cursor rests."""
        async with open_desk(live.root) as desk:
            screen = await opened(desk)
            await desk.press("h", "left")
            assert screen.model.step == "steps-1"
            await desk.sees("web-12 · package · changed")
            await desk.press("l", "right", "right")
            assert screen.model.step == "post-1"
            await desk.press("g")
            assert screen.model.host == "web-01"
            await desk.press("G", "up", "down")
            assert screen.model.host == "web-13"
            await desk.sees("12 alike", "nothing was begun here yet")

    async def test_folding(self, live: Live, open_desk) -> None:
        """space unfolds a row and folds it again; Z all of them."""
        async with open_desk(live.root, (120, 60)) as desk:
            await opened(desk)
            await desk.press("g", "j", "space")
            await desk.sees("web-03", "web-05", without="web-02…06")
            await desk.press("space")
            await desk.sees("web-02…06")
            await desk.press("Z")
            await desk.sees("web-21", without="…24")
            await desk.press("Z")
            await desk.sees("web-13…24")

    async def test_only_trouble_and_names(self, live: Live, open_desk) -> None:
        """z leaves what needs somebody, / what has these words; q clears both before it goes back."""
        async with open_desk(live.root) as desk:
            screen = await opened(desk)
            await desk.press("z")
            await desk.sees("web-12", without="web-13…24")
            await desk.press("z", "slash", *"web-1", "enter")
            await desk.sees("web-10", "web-13…19", without="web-20")
            await desk.press("q")
            await desk.sees("web-13…24")
            assert desk.app.screen is screen

    async def test_words_in_the_output(self, live: Live, open_desk) -> None:
        """In the page of an output / finds, n goes on; q gives up the words, then shows the grid."""
        async with open_desk(live.root, (80, 24)) as desk:
            screen = await opened(desk)
            await desk.press("enter")
            await desk.sees("ssl_certificate")
            await desk.press("slash", *"503", "enter")
            await until(lambda: len(screen.output.matches) >= 1)
            await desk.press("n", "q")
            assert screen.output.searched == ""
            assert screen.output_alone
            await desk.press("q")
            assert not screen.output_alone

    async def test_other_runs_of_the_change(self, live: Live, open_desk) -> None:
        """The comma goes to the dry run before it, whose cells say what would differ."""
        async with open_desk(live.root) as desk:
            dry = await begin_run(
                live.world, run={"kind": str(RunKind.DRY), "state": "done", "ended_at": now().at}, number=1
            )
            await dry.cells(WEB[:22], {"steps-1": "changed"}, result="nginx 1.26.2 → 1.26.3", said="would be upgraded")
            await dry.cells(WEB[22:], {"steps-1": "failed"}, said="held back: nginx-extras")
            await opened(desk)
            await desk.press("full_stop")
            await desk.sees("dry run", "22 would differ", "2 failed", "held back: nginx-extras")
            assert "pre" not in next(line for line in desk.lines() if "HOST" in line)
            assert "K skip" not in desk.text
            await desk.press("K")
            await desk.sees("skip: not on this run", ", and . go to the one that counts")
            await desk.press("comma")
            await desk.sees("held: 1 failure exceeds")
            await desk.press("comma")
            await desk.sees("there is no run before this one")

    async def test_acts_know_the_cell(self, live: Live, open_desk) -> None:
        """K leaves out the step under the cursor on its host; where nothing failed it asks which."""
        async with open_desk(live.root) as desk:
            await opened(desk)
            await desk.sees("K skip", "Y try again", "o go on", "X abort")
            assert "approve" not in desk.lines()[-1]
            await desk.press("K")
            await desk.sees("skip on CHG-1", "host: web-12", "step: post-1")
            await desk.press("shift+tab", *"because", "enter")
            await until(lambda: live.door.asked)
            assert live.door.asked == [
                ("change.skip", ("CHG-1",), {"host": "web-12", "step": "post-1", "reason": "because"})
            ]
            await desk.press("h", "K")
            await desk.sees("on which host", "which step")

    async def test_a_manual_step_is_answered(self, live: Live, open_desk) -> None:
        """y says that it is done, n that it is not; the footer says so while a step asks."""
        async with open_desk(live.root) as desk:
            await live.run.cells(["web-11"], {"post-1": "asking"}, said="switch the load balancer")
            await opened(desk)
            await desk.sees("web-11 · post · asks", "switch the load balancer", "y done", "n not done")
            await desk.press("y")
            await until(lambda: live.door.asked)
            await desk.press("n")
            await until(lambda: len(live.door.asked) == 2)
            here = {"host": "web-11", "step": "post-1"}
            assert live.door.asked == [
                ("change.answer", ("CHG-1",), {**here, "done": "yes"}),
                ("change.answer", ("CHG-1",), {**here, "done": "no"}),
            ]

    async def test_come_back_to_it(self, live: Live, open_desk, tmp_path: Path) -> None:
        """After the line dropped the desk opens where it was."""
        for first in (True, False):
            async with open_desk(live.root, config=tmp_path / "config") as desk:
                if first:
                    await opened(desk)
                await until(lambda: isinstance(desk.app.screen, ChangeRun))
                await desk.sees("batch 3 of 4")

    async def test_saved(self, live: Live, open_desk) -> None:
        """As a file it has every host, folded or not."""
        async with open_desk(live.root) as desk:
            screen = await opened(desk)
            saved = screen.export()
            assert saved.columns == ("host", "pre-1", "steps-1", "steps-2", "post-1")
            assert len(saved.rows) == 24
            assert ("web-12", "ok", "changed", "changed", "failed") in saved.rows


class TestEconomy:
    """200 hosts by 10 steps: only what moved is painted. Counted, never timed."""

    @pytest.fixture
    async def large(self, tmp_path: Path) -> AsyncIterator[Live]:
        world = await World(tmp_path / "state").build(varied(3))
        steps = "\n".join(f"  - command: 'true {number}'" for number in range(10))
        hosts = tuple(f"node-{number:03}" for number in range(200))
        run = await begin_run(world, hosts, (1, 10, 50, 139), f"steps:\n{steps}\n", run={"batch": 3})
        # No two neighbours are alike, so that nothing is folded.
        through = [(host, dict.fromkeys(run.steps[: number % 9 + 1], "ok")) for number, host in enumerate(hosts)]

        def write(session: Session) -> None:
            for host, states in through:
                put_cells(session, run.run_id, [host], states, run.at, {})

        await world.writer.act(write)
        made = Live(world, await Door(world.root).open(), run)
        yield made
        await made.door.close()
        await world.close()

    @pytest.mark.parametrize("size", SIZES[1:])
    async def test_titles_stand_over_their_columns(self, large: Live, open_desk, size) -> None:
        """At every size, though the grid gives way to the output after the first look."""
        async with open_desk(large.root, size) as desk:
            screen = await opened(desk)
            await desk.press("g")

            def placed() -> bool:
                layout = screen.grid.layout_here
                assert layout is not None
                head = next(line for line in desk.lines() if line.startswith("  HOST")).partition("│")[0]
                return head.split()[1:] == " ".join(layout.titles[at][0] for at in layout.columns).split()

            await until(placed)
            await desk.pilot.pause()
            assert placed()

    async def test_only_what_moved_is_painted(self, large: Live, open_desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """One cell is one line; a key is two; what is out of sight is none."""
        painted: list[int] = []
        refresh = GridScroll.refresh

        def counted(self: GridScroll, *regions: Any, **options: Any) -> Any:
            painted.extend(region.y for region in regions)
            return refresh(self, *regions, **options)

        async with open_desk(large.root) as desk:
            screen = await opened(desk)
            assert len(screen.model.rows) == 204
            await desk.press("g")
            await desk.pilot.pause()
            monkeypatch.setattr(GridScroll, "refresh", counted)
            await desk.press("j")
            await desk.pilot.pause()
            assert sorted(set(painted)) == [1, 3], painted
            painted.clear()
            await large.run.cells(["node-005"], {"steps-9": "failed"})
            version = screen.model.version
            await large.tells()
            await until(lambda: screen.model.version > version)
            await desk.pilot.pause()
            assert len(set(painted)) <= 2, "the host's line, and the word of its batch"
            painted.clear()
            version = screen.model.version
            await large.run.cells(["node-150"], {"steps-9": "running"})
            await large.tells()
            await until(lambda: screen.model.version > version)
            await desk.pilot.pause()
            assert painted == []

    async def test_a_line_that_did_not_move_is_not_drawn_again(
        self, large: Live, open_desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A key draws the two lines of the cursor, not the screen."""
        from tui_ops.ui.changerun import widget

        async with open_desk(large.root) as desk:
            await opened(desk)
            await desk.press("g")
            await desk.pilot.pause()
            drawn: list[str] = []
            draw = widget.host_line
            monkeypatch.setattr(widget, "host_line", lambda row, *rest: drawn.append(row.hosts[0]) or draw(row, *rest))
            await desk.press("j")
            await desk.pilot.pause()
            assert set(drawn) == {"node-000", "node-001"}
