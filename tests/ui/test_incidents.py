"""The screen of incidents: the list, the page, its acts, by keyboard."""

import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.desk_world import Door, World, varied
from support.incidents import MINUTE, Trouble, bad_night, seed
from support.waiting import until

from tui_ops.model.clock import now
from tui_ops.model.holding import hold_data
from tui_ops.model.incidents import Happened, Happening
from tui_ops.model.readings import Reading
from tui_ops.store.samples import SampleWrite
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.incidents import Evidence, Incident, Timeline
from tui_ops.store.timeline import add_line, changed
from tui_ops.ui.cells import width_of
from tui_ops.ui.screens.host import Host
from tui_ops.ui.screens.incident import IncidentScreen
from tui_ops.ui.screens.incidents import Incidents

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[World]:
    """A store with a bad night in it."""
    made = await World(tmp_path / "state").build(varied(16))
    await seed(made, bad_night())
    yield made
    await made.close()


@pytest.fixture
async def entrance(night: World) -> AsyncIterator[Door]:
    """An engine's door beside it."""
    made = await Door(night.root).open()
    yield made
    await made.close()


def rows_of(desk) -> list[str]:
    """Return the numbers of the incidents that are listed, in order."""
    screen = desk.app.screen_stack[0]
    assert isinstance(screen, Incidents)
    return [str(screen.listing.rows[key].facts["name"]) for key in screen.listing.shown]


async def change(world: World, number: int, **values) -> None:
    """Change an incident as the engine does."""

    def write(session: Session) -> None:
        row = session.exec(select(Incident).where(Incident.id == number)).one()
        for name, value in values.items():
            setattr(row, name, value)
        changed(session, [row])

    await world.writer.act(write)


class TestTheList:
    """Screen 2."""

    async def test_the_worst_comes_first_and_says_who_has_it(self, night, entrance, open_desk) -> None:
        """By priority, then those nobody has acknowledged, then the older; on hold and done at the end."""
        async with open_desk(night.root, (120, 40)) as desk:
            await desk.linked()
            await desk.press("2")
            await desk.sees("INC-1", "nobody", "ann 1", "nobody has acknowledged it for", "Alerts", "Timeline")
            assert rows_of(desk) == ["INC-1", "INC-2", "INC-4", "INC-3", "INC-5"]

    async def test_the_tab_and_the_header_count(self, night, entrance, open_desk) -> None:
        """What nobody has acknowledged is told everywhere; what is acknowledged is not."""
        async with open_desk(night.root, (200, 60)) as desk:
            await desk.linked()
            await desk.sees("2 Incidents 2", "P1 1", "P2 1", "P3 1")
            await change(night, 1, acked_by="ann", ack_until=now().at + 900)
            entrance.news("incidents")
            await desk.sees("2 Incidents 1")

    async def test_what_is_suppressed_asks_for_nobody(self, night, entrance, open_desk) -> None:
        """It is open and counted by priority, and the list says by what; the tab's count has it no more."""

        def cover(session: Session) -> None:
            alerts = session.exec(select(Alert).where(Alert.incident_id == 1)).all()
            for alert in alerts:
                alert.state, alert.suppressed_by, alert.suppressed_ref = "suppressed", "silence", "silence 4"
            changed(session, [*alerts, session.get_one(Incident, 1)])

        async with open_desk(night.root, (200, 60)) as desk:
            await desk.linked()
            await desk.press("2")
            await desk.sees("2 Incidents 2")
            await night.writer.act(cover)
            entrance.news("incidents")
            await desk.sees("2 Incidents 1", "P1 1", "suppressed by silence 4",
                            "asks for nobody: all its alerts are suppressed by silence 4")  # fmt: skip
        async with open_desk(night.root, (80, 24)) as desk:
            await desk.linked()
            await desk.press("2")
            await desk.sees("INC-1", "suppressed ", without="suppressed by")

    async def test_only_what_is_open(self, night, entrance, open_desk) -> None:
        """z leaves what somebody can work on: not what is done, and not what waits for a vendor."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "z")
            await desk.sees("open only", without="INC-5")
            assert rows_of(desk) == ["INC-1", "INC-2", "INC-4"]

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("priority=2 state=investigating", ["INC-2"]), ("owner=bob", ["INC-3"]), ("host=db-2.lon", ["INC-1"]),
            ("service=shop-db", ["INC-1"]), ("services=shop", ["INC-1"]), ("rule~^unit", ["INC-4"]),
            ("severity=critical priority>4", []), ("certificate", ["INC-3"]), ("!lon", []),
            ("title~db-\\d+ site=lon", ["INC-1"]), ("sort=-age", ["INC-3", "INC-2", "INC-5", "INC-4", "INC-1"]),
        ],
    )  # fmt: skip
    async def test_the_filter(self, night, entrance, open_desk, typed: str, found: list[str]) -> None:
        """Every key that is promised, words and patterns."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("colon", *f"incidents {typed}", "enter")
            await until(lambda: isinstance(desk.app.screen, Incidents))
            await desk.pilot.pause()
            assert rows_of(desk) == found

    async def test_the_cursor_stays_with_its_incident(self, night, entrance, open_desk) -> None:
        """A worse one comes and stands above; the cursor stays where it was meant."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "j")
            screen = desk.app.screen
            assert screen.pane.here.name == "INC-2"
            await seed(night, [Trouble("mains failed in lon", 1, ("db-1.lon",), 30)])
            entrance.news("incidents")
            await desk.sees("mains failed")
            assert rows_of(desk)[:3] == ["INC-1", "INC-6", "INC-2"]
            assert screen.pane.here.name == "INC-2"

    async def test_groups(self, night, entrance, open_desk) -> None:
        """O stands incidents in groups, enter folds one, and a mark on its row marks all in it."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "O")
            await desk.sees("group rows by")
            await desk.press("t")
            await desk.sees("grouped by state", "▾ triage 2")
            await desk.press("g", "enter")
            await desk.sees("▸ triage 2", without="backup.service")
            await desk.press("space")
            await desk.sees("2 marked")

    async def test_the_alerts(self, night, entrance, open_desk) -> None:
        """The next view lists them; enter opens the incident of one."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "full_stop")
            await desk.sees("alerts 6", "SUBJECT", "host-down")
            await desk.press("slash", *"rule=certificate", "enter", "enter")
            await until(lambda: isinstance(desk.app.screen, IncidentScreen))
            await desk.sees("INC-3", "certificate of nas-1.lon", "waits for vendor: the CA has to confirm")

    @pytest.mark.parametrize("view", ["problems", "knownerrors", "actions"])
    async def test_an_empty_view_says_why(self, night, entrance, open_desk, view: str) -> None:
        """Nothing is never without a reason."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("colon", *view, "enter")
            await desk.sees(
                {"problems": "no problems:", "knownerrors": "no known errors:"}.get(view, "nothing is to be")
            )

    async def test_no_incidents(self, world, door, open_desk) -> None:
        """An empty screen says that this is good."""
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("2")
            await desk.sees("no incidents: none is open")


class TestActs:
    """By their letters."""

    async def test_take_the_top_one_with_a_note(self, night, entrance, open_desk) -> None:
        """Three keys from the first paint: 2, a, i; and the text."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "a", "i")
            await desk.sees("note on INC-1")
            await desk.press(*"disk", "enter")
            await until(lambda: len(entrance.asked) == 2)
            assert entrance.asked == [
                ("incident.acknowledge", ("INC-1",), {}), ("incident.note", ("INC-1",), {"text": "disk"}),
            ]  # fmt: skip
            assert all(list(one) == ["INC-1"] for one in entrance.expected)

    async def test_on_marked_rows(self, night, entrance, open_desk) -> None:
        """What can't be done on one of them is left out and told."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "asterisk", "a")
            await desk.sees("acknowledge on 4 incidents", "left out: INC-5: it is resolved")
            await desk.press("tab", "enter")
            await until(lambda: entrance.asked)
            assert entrance.asked[0][1] == ("INC-1", "INC-2", "INC-4", "INC-3")

    async def test_resolve_asks_for_cause_and_help(self, night, entrance, open_desk) -> None:
        """A beginning of a cause is enough; what may be left away is not sent."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "r")
            await desk.sees("resolve on INC-1", "what it was")
            await desk.press(*"hard", "enter", *"new disk", "enter", "enter")
            await until(lambda: entrance.asked)
            assert entrance.asked[0] == (
                "incident.resolve", ("INC-1",), {"cause": "hardware", "helped": "new disk"},
            )  # fmt: skip

    async def test_undo_is_offered(self, night, entrance, open_desk) -> None:
        """u takes back the last act on the same incident."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "a")
            await desk.sees("undoes it")
            await desk.press("u")
            await until(lambda: len(entrance.asked) == 2)
            assert entrance.asked[1][:2] == ("incident.undo", ("INC-1",))

    async def test_one_letter_means_the_screens_own_act(self, night, entrance, open_desk) -> None:
        """m silences an incident here and begins a maintenance on the hosts' screen."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "m")
            await desk.sees("silence on INC-1")
            await desk.press("escape", "1", "j", "m")
            await desk.sees("maintenance on db-1.lon")

    async def test_a_shell_is_for_the_incidents_first_host(self, night, entrance, open_desk) -> None:
        """And the act names the incident, so that it stands on its timeline."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "j", "enter")
            await until(lambda: isinstance(desk.app.screen, IncidentScreen))
            await desk.sees("INC-2", "40 GiB")
            await desk.press("colon", *"run df -h", "enter")
            await desk.sees("run on web-07.lon", "command: df -h", "incident: INC-2")

    async def test_the_menu_has_acts_on_incident_host_and_fleet(self, night, entrance, open_desk) -> None:
        """x tells why an act is not possible."""
        async with open_desk(night.root, (120, 80)) as desk:
            await desk.linked()
            await desk.press("2", "x")
            await desk.sees("acts on INC-1", "acknowledge", "open again", "it is triage", "shell", "open an incident")


class TestThePage:
    """One incident."""

    @pytest.mark.parametrize("size", SIZES)
    async def test_it_fits_every_size(self, night, entrance, open_desk, size) -> None:
        """Head, alerts, runbook; every line is as wide as the terminal."""
        async with open_desk(night.root, size) as desk:
            await desk.linked()
            await desk.press("2", "enter")
            await desk.sees(
                "INC-1", "P1", "shop-db degraded", "nobody has acknowledged it", "hurts", "Alerts", "What changed"
            )
            assert {len(line) for line in desk.lines()} == {size[0]}
            for key in ("full_stop", "full_stop", "enter", "j", "j", "escape", "escape"):
                await desk.press(key)
            await until(lambda: isinstance(desk.app.screen, Incidents))

    async def test_what_changed_in_three_keys(self, night, entrance, open_desk) -> None:
        """2 enter w."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "enter", "w")
            await desk.sees("the day before", "What changed", without="Runbook")

    @pytest.mark.parametrize(
        ("key", "sees"), [("w", "the day before"), ("e", "none was taken"), ("M", "around the onset")]
    )
    async def test_keys_that_come_before_the_page_is_read(
        self, night, entrance, open_desk, key: str, sees: str
    ) -> None:
        """They are for what the page will show."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "j")
            desk.app.travel.open_incident(1)
            assert isinstance(desk.app.screen, IncidentScreen)
            desk.app.screen.action_panel({"w": "changed", "e": "evidence", "M": "metrics"}[key])
            await desk.sees(sees, without="reading the")

    async def test_a_step_is_checked_off(self, night, entrance, open_desk) -> None:
        """enter on a step a person does; a command is run after its question; space checks it off without."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "enter")
            await desk.sees("1 of 5 done", "[x] 1 Check replication lag", "(runs: pg_ctl promote -D /srv/pg)")
            desk.app.screen.fill_with("runbook")
            await desk.press("j", "enter")
            await until(lambda: entrance.asked)
            assert entrance.asked == [("incident.tick", ("INC-1",), {"step": "2"})]
            await desk.press("j", "enter")
            await desk.sees("run on db-2.lon", "command: pg_ctl promote -D /srv/pg", "incident: INC-1", "step: 3")
            await desk.press("escape", "space")
            await until(lambda: len(entrance.asked) == 2)
            assert entrance.asked[1][2] == {"step": "3"}

    async def test_what_a_command_wrote_stands_on_the_timeline(self, night, entrance, open_desk) -> None:
        """Where it fills the screen: the last lines, and all of them after Z; none beside other panels."""
        texts = [f"row {number}" for number in range(1, 9)]
        data = [{"hosts": ["db-1.lon", "db-2.lon"], "more": 7, "ended": "status 1", "lines": texts, "cut": True}]
        said = Happened(Happening.COMMAND, "df on 9 hosts: 9 status 1", "ann", (("outputs", data),))
        await night.writer.act(lambda session: add_line(session, 1, said, now().at))
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "enter")
            await desk.sees("df on 9 hosts: 9 status 1  (ann)", without="row 8")
            desk.app.screen.fill_with("timeline")
            await desk.sees("db-1.lon, db-2.lon and 7 more, status 1", "3 lines before: Z", "row 8",
                            without="row 3")  # fmt: skip
            await desk.press("Z")
            await desk.sees("what came before was not kept", "row 1", "row 8")
            await desk.press("Z")
            await desk.sees("row 8", without="row 3")

    async def test_the_tree_of_services(self, night, entrance, open_desk) -> None:
        """D shows what the hurt service stands on, with states; enter opens a host."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "enter")
            await desk.sees("Depends")
            await desk.press("D")
            await desk.sees("shop-db  1 of 1 up", "● db-2.lon")
            await desk.press("G", "enter")
            await until(lambda: isinstance(desk.app.screen, Host))

    async def test_the_timeline_is_narrowed(self, night, entrance, open_desk) -> None:
        """By kind, by who, by words; esc brings all of it back."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "j", "enter")
            await desk.sees("logrotate")
            desk.app.screen.fill_with("timeline")
            await desk.press("slash", *"kind=note", "enter")
            await desk.sees("logrotate", without="shell on web-07")
            await desk.press("escape")
            await desk.sees("shell on web-07")

    async def test_news_are_shown_at_once(self, night, entrance, open_desk) -> None:
        """A note of another and a new state."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "enter")
            await desk.sees("Timeline")
            await night.writer.act(
                lambda session: add_line(session, 1, Happened(Happening.NOTE, "the pool is back", "zoe"), now().at)
            )
            await change(night, 1, state="mitigated", owner="zoe")
            entrance.news("incidents")
            await desk.sees("zoe: the pool is back", "mitigated", "owner zoe")

    async def test_by_address(self, night, entrance, open_desk) -> None:
        """:INC-2 and :incident inc-2 open it; one that does not exist says so; back goes to the list."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("colon", *"INC-2", "enter")
            await desk.sees("web-07.lon is full")
            await desk.press("colon", *"incident inc-77", "enter")
            await desk.sees("there is no INC-77")
            await desk.press("q")
            await until(lambda: isinstance(desk.app.screen, Incidents))
            await desk.press("left_square_bracket", "left_square_bracket")
            await desk.sees("web-07.lon is full")

    async def test_evidence_then_and_now(self, night, entrance, open_desk) -> None:
        """e fills the screen with it, enter unfolds a block, e again asks the hosts anew."""

        def write(session: Session) -> None:
            host = night.ids["db-1.lon"]
            for moment, text, at in (("then", "load 19.4\nsame", 230), ("now", "load 0.2\nsame", 10)):
                session.add(Evidence(incident_id=1, host_id=host, at=now().at - at, moment=moment, section="load",
                                     count=2, body=zlib.compress(text.encode())))  # fmt: skip

        await night.writer.act(write)
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "enter")
            await desk.sees("db-1.lon load and pressure")
            await desk.press("e")
            await desk.press("enter")
            await desk.sees("load 19.4", "load 0.2", "then ", "now ")
            await desk.press("e")
            await until(lambda: entrance.asked)
            assert entrance.asked[0][:2] == ("evidence.take", ("INC-1",))
            await desk.press("enter")
            await desk.sees("load and pressure", without="load 0.2")

    async def test_come_back_to_the_same_incident(self, night, entrance, open_desk, tmp_path: Path) -> None:
        """After the line dropped the desk opens where it was."""
        for first in (True, False):
            async with open_desk(night.root, config=tmp_path / "config") as desk:
                await desk.linked()
                if first:
                    await desk.press("2", "j", "enter")
                await until(lambda: isinstance(desk.app.screen, IncidentScreen))
                await desk.sees("web-07.lon is full")

    async def test_help_explains_the_clock(self, night, entrance, open_desk) -> None:
        """? says what the incident was promised, from when it counts, and which time on hold does not."""
        at = now().at

        def hold(session: Session) -> None:
            held = Happened(Happening.FIELD, "on hold, waits for vendor", "ann", hold_data("vendor"), at=at - 600)
            add_line(session, 2, held, at)
            add_line(session, 2, Happened(Happening.FIELD, "goes on", "ann", hold_data(""), at=at - 300), at)

        await night.writer.note(hold)
        async with open_desk(night.root, (120, 60)) as desk:
            await desk.linked()
            await desk.press("2", "j", "enter")
            await desk.sees("INC-2", "left to resolve")
            await desk.press("question_mark")
            await desk.sees("from when it was opened", "the clock stood", "on hold for 5m in all, which does not count")

    @pytest.mark.parametrize("size", SIZES)
    async def test_the_clock_to_acknowledge(self, night, entrance, open_desk, size) -> None:
        """The head says goal and time left as long as nobody has it, and ? how that comes."""
        await change(night, 1, opened_at=now().at - 60)
        async with open_desk(night.root, size) as desk:
            await desk.linked()
            await desk.press("2", "enter")
            await desk.sees("INC-1", "of 5m left to acknowledge")
            await desk.press("question_mark")
            await desk.sees("a P1 has 5m for it")

    async def test_metrics_without_a_history(self, night, entrance, open_desk) -> None:
        """M says that nothing was read then."""
        async with open_desk(night.root) as desk:
            await desk.linked()
            await desk.press("2", "enter")
            await desk.sees("Runbook")
            await desk.press("M")
            await desk.sees("Metrics around the onset", "nothing was read of it")

    async def test_the_metric_that_fired_stands_first(self, night, entrance, open_desk) -> None:
        """M shows what the alert's rule looks at, and marks who took it."""
        at = now().at - 10 * MINUTE
        full = {"item": "/srv", "numbers": '["fs.used", "no.such"]'}
        took = Happened(Happening.ACKNOWLEDGED, "acknowledged", "ann", at=at + 120)
        [number] = await seed(night, [Trouble("full", 1, ("db-1.lon",), 10 * MINUTE, alert=full, lines=(took,))])
        await night.writer.samples([
            SampleWrite(at + minute * 60, night.ids["db-1.lon"], Reading(0.0, "", None, {}, {
                ("fs.used", "/srv"): 2.0**30 * (40 + minute)
            }))
            for minute in range(-20, 9)
        ])  # fmt: skip
        async with open_desk(night.root, (120, 40)) as desk:
            await desk.linked()
            desk.app.travel.open_incident(number)
            await desk.sees("full", "Timeline")
            await desk.press("M")
            await desk.sees("! fs.used /srv", "48.0 GiB", without="no.such")
            lines = desk.lines()
            marks = next(lines[row + 1] for row, one in enumerate(lines) if "at onset" in one)
            assert marks.index("↓") < marks.index("a")


HOSTILE = "\x1b[31m\u202ered[bold]x[/]\x07" + "漢字" * 200


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_texts_stay_in_their_cells(tmp_path: Path, open_desk, size) -> None:
    """Titles, alerts, notes and runbooks come from elsewhere."""
    world = await World(tmp_path / "state").build(varied(4))
    door = await Door(world.root).open()
    await seed(world, [
        Trouble(HOSTILE, 1, ("db-1.lon",), 5 * MINUTE, HOSTILE,
                {"owner": HOSTILE, "service": HOSTILE, "services": [HOSTILE],
                 "runbook": f"1. {HOSTILE}\n   `{HOSTILE}`"},
                {"text": HOSTILE, "subject": HOSTILE},
                (Happened(Happening.NOTE, HOSTILE, HOSTILE),)),
    ])  # fmt: skip
    raw = [Timeline(incident_id=1, at=now().at, kind="alert", who=text, text=text) for text in (HOSTILE, HOSTILE[:12])]
    await world.writer.act(lambda session: session.add_all(raw))
    async with open_desk(world.root, size) as desk:
        await desk.linked()
        for keys in (
            ("2",),
            ("full_stop",),
            ("comma", "enter"),
            ("G",),
            ("full_stop", "enter"),
            ("escape", "escape", "0"),
        ):
            await desk.press(*keys)
            await desk.pilot.pause(0.2)
            assert "\x1b" not in desk.text
            assert "\u202e" not in desk.text
            assert {width_of(line) for line in desk.lines()} == {size[0]}
    await door.close()
    await world.close()


async def test_a_flood_of_alerts(tmp_path: Path, open_desk) -> None:
    """Of 500 alerts only the lines that are seen are drawn, and a key draws two of them."""
    world = await World(tmp_path / "state").build(varied(12))
    door = await Door(world.root).open()
    (number,) = await seed(world, [Trouble("jump par-gw is down", 1, (), 60)])

    def write(session: Session) -> None:
        at = now().at
        rows = [Alert(source="rule", rule="host-down", subject=f"par-{n:03}", text="unreachable", started_at=at - 60,
                      detected_at=at - 50, seen_at=at, incident_id=number) for n in range(500)]  # fmt: skip
        changed(session, rows)

    await world.writer.act(write)
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("2", "full_stop")
        await desk.sees("alerts 500", "par-000")
        pane, drawn = desk.app.screen.pane, []
        draw = pane.draw

        def counted(key, *rest):
            drawn.append(key)
            return draw(key, *rest)

        pane.draw = counted
        await desk.press("j")
        await desk.pilot.pause()
        assert 0 < len(drawn) <= 4
    await door.close()
    await world.close()
