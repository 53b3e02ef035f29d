"""The screen of security: findings folded over hosts, a finding's page, its acts, the other views."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from support.desk_world import Door, World, varied
from support.security_world import SPEC, TITLE, swept, weaken
from support.waiting import until

from tui_ops.model.clock import now
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.security import FindingSeverity, FindingState, Seen
from tui_ops.model.states import HostState
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.findings import take_sweeps
from tui_ops.store.facts import FactWrite
from tui_ops.store.tables.security import Finding
from tui_ops.store.timeline import changed
from tui_ops.ui.cells import width_of
from tui_ops.ui.screens.dialog import Dialog
from tui_ops.ui.screens.finding import FindingScreen
from tui_ops.ui.screens.page import Page
from tui_ops.ui.screens.security import Security
from tui_ops.ui.views.findings import FindingsPane

SIZES = [(80, 24), (120, 40), (200, 60)]

OWN_VIEWS = ("findings", "acceptances", "verdicts", "vulnerabilities", "vulnerable", "feeds", "trend")


@pytest.fixture
async def weak(tmp_path: Path) -> AsyncIterator[tuple[World, Door]]:
    """Hosts with findings of every kind, and an engine's door."""
    world = await World(tmp_path / "state").build(varied(30))
    await weaken(world)
    door = await Door(world.root).open()
    yield world, door
    await door.close()
    await world.close()


def pane_of(desk: object) -> FindingsPane:
    screen = desk.app.screen_stack[0]  # type: ignore[attr-defined]
    assert isinstance(screen, Security)
    pane = screen.panes[0]
    assert isinstance(pane, FindingsPane)
    return pane


class TestTheList:
    """Findings, the most urgent first."""

    async def test_the_same_on_several_hosts_is_one_line_that_unfolds(self, weak, open_desk) -> None:
        """The line says on how many hosts; enter shows each; enter on one opens its page; back stands on it again."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("4")
            await desk.sees("6 hosts", "sshd lets root log in", "openssh 3.0.14-1", "4 Security 8")
            lines = len(pane_of(desk).listing.lines)
            await desk.press("j", "enter")
            await desk.sees("db-2.lon", "api-01.par")
            assert len(pane_of(desk).listing.lines) == lines + 6
            await desk.press("j", "j", "enter")
            await until(lambda: isinstance(desk.app.screen, FindingScreen))
            await desk.sees("FND-2", TITLE, "on web-07.lon", "10d over", "What mends it", "PermitRootLogin no")
            await desk.press("q")
            await until(lambda: isinstance(desk.app.screen, Security))
            assert pane_of(desk).listing.cursor == 2
            await desk.press("left")
            assert len(pane_of(desk).listing.lines) == lines
            assert pane_of(desk).listing.cursor in pane_of(desk).listing.lines

    async def test_z_leaves_what_somebody_has_to_do(self, weak, open_desk) -> None:
        """What is accepted, gone, or only waits for a reading is none of it."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("4")
            await desk.sees("logs stay on the host", "/tmp lets programs run")
            await desk.press("z")
            await desk.sees("toor has UID 0", without="logs stay on the host")
            rows = [pane_of(desk).folded.rows[key] for key in pane_of(desk).listing.shown]
            assert rows
            assert all(row.is_live and row.state is not FindingState.CLAIMED for row in rows)

    @pytest.mark.parametrize(("query", "found"), [
        ("severity=high", {1, 2, 3, 4, 5, 6}), ("pkg=openssl", {8, 9}), ("state=accepted", {12}),
        ("host~web-07", {2, 8, 10}),
        ("waits=1", {11}), ("flag~expired", {8}), ("owner=bert", {1}), ("kind=access", {10}), ("kev~2026", {7}),
        ("!root", {7, 8, 9, 11, 12, 13}), ("overdue=1", {1, 2, 3, 4, 5}), ("returned=1", {6}), ("epss>0.5", {7}),
    ])  # fmt: skip
    async def test_it_is_narrowed_by_the_grammar_of_addresses(self, weak, open_desk, query, found) -> None:
        """By what show findings has, too."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            desk.app.commands.run(f"findings {query}")
            await until(lambda: set(pane_of(desk).listing.shown) == found)

    async def test_a_change_comes_in_alone_and_the_cursor_stays(self, weak, open_desk) -> None:
        """A finding that becomes the most urgent moves up, its fold with it; the cursor is where it was."""
        world, door = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("4")
            await desk.sees("toor has UID 0")
            pane = pane_of(desk)
            while pane.here is None or pane.here.check != "account-uid0":
                await desk.press("j")
            before = pane.folded.rows[7]

            def worse(session: Session) -> None:
                row = session.exec(select(Finding).where(Finding.check == "log-remote")).one()
                row.state, row.priority, row.severity = "open", 99, "critical"
                changed(session, [row])

            await world.writer.act(worse)
            door.news("security")
            await until(lambda: pane.listing.shown[0] == 12)
            assert pane.listing.cursor == 10
            assert pane.folded.rows[7] is before
            assert pane.listing.lines[0] == 12

    async def test_acts_work_on_all_that_is_folded_and_on_marks(self, weak, open_desk) -> None:
        """And the footer's acts are those of findings."""
        world, door = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("4")
            await desk.sees("6 hosts")
            await desk.press("j", "a")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees("FND-1", "FND-6")
            await _agree(desk, door)
            act, names, _ = door.asked[0]
            assert act == "finding.acknowledge"
            assert set(names) == {f"FND-{n}" for n in range(1, 7)}
            await desk.press("space")
            await desk.sees("6 marked")
            await desk.press("space")
            await desk.sees("7 marked")

    async def test_it_is_folded_by_something_else(self, weak, open_desk) -> None:
        """By host, by check, or not at all."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("4")
            await desk.sees("6 hosts")
            await desk.press("O", "h")
            await desk.sees("grouped by host", "db-2.lon")
            await desk.press("O", "n")
            await until(lambda: len(pane_of(desk).listing.lines) == 13)

    async def test_beside_it_stands_what_is_known(self, weak, open_desk) -> None:
        """From 110 columns on: of one its page in short, of a folded line its hosts and what F would do."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("4")
            await desk.sees("What was read", "known to be used by attackers (KEV) +25", "71.0 % within 30 days")
            await desk.press("j")
            await desk.sees("6 hosts, 6 findings", "5 open, 1 acknowledged", "F makes one change for all")


class TestAPage:
    """One finding."""

    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("number", [2, 7, 8, 11, 12, 13, 6])
    async def test_it_fits(self, weak, open_desk, size, number) -> None:
        """No line is wider than the screen, whole and with each panel alone."""
        world, _ = weak
        async with open_desk(world.root, size) as desk:
            await desk.linked()
            desk.app.commands.run(f"FND-{number}")
            await desk.sees(f"FND-{number}")
            await until(lambda: desk.app.screen.page is not None)
            assert all(width_of(one) <= size[0] for one in desk.lines())
            for _ in desk.app.screen.names():
                await desk.press("full_stop", "f")
                assert all(width_of(one) <= size[0] for one in desk.lines())
                await desk.press("f")

    async def test_what_was_read_is_a_panel_away(self, weak, open_desk) -> None:
        """From the finding, and from a verdict that passes: item by item as it is kept, and what was not looked at."""
        world, _ = weak
        items: dict[str, Fields] = {"permitrootlogin": {"value": "without-\x1b[2Jpassword"}}
        found = FactReading("sshdconf", items, ("match",), needs=("blocks of Match",))
        names = [name for name, case in world.cases.items() if case.state is HostState.UP]
        await world.writer.facts([FactWrite(world.ids[one], "sshdconf", 3600.0, now().at, found) for one in names])
        async with open_desk(world.root) as desk:
            await desk.linked()
            desk.app.commands.run("FND-2")
            await desk.sees("What was read", "sshdconf")
            await desk.press("full_stop", "enter", "enter")
            await desk.sees("What was read of", "1 item, read", "permitrootlogin", "value without-", "blocks of Match")
            assert "\x1b" not in desk.text
            await desk.press("q", "q", "q")
            desk.app.commands.run("verdicts pass=1")
            await desk.sees("pass", "verdicts")
            await desk.press("enter")
            await desk.press("j", "enter")
            await desk.sees("What was read of", "accounts", "has not been read yet")

    async def test_it_says_what_is_set_aside_and_for_how_long(self, weak, open_desk) -> None:
        """Accepted, asked for, run out: each with its reason; a return is told of."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            for name, texts in {
                "FND-12": ("accepted", "by cat", "it has no network of its own", "its console is recorded", "for 4d"),
                "FND-11": ("bert asks to have it accepted", "y approves, n rejects", "the shop moves next week"),
                "FND-8": ("expired", "it ran out", "not reached"),
                "FND-6": ("was gone and came back once",),
            }.items():
                desk.app.commands.run(name)
                await desk.sees(name, *texts)

    async def test_accepting_asks_for_reason_control_and_end(self, weak, open_desk) -> None:
        """What must be said is asked for; what was typed is sent, and nothing before."""
        world, door = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            desk.app.commands.run("FND-10")
            await desk.sees("toor has UID 0")
            await desk.press("W")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees("why, for everyone", "what makes up for it", "how long", "until which day")
            await desk.press(*"old", "enter", *"fw")
            await _agree(desk, door)
            act, names, params = door.asked[0]
            assert (act, names) == ("finding.accept", ("FND-10",))
            assert (params["reason"], params["control"], params["for"]) == ("old", "fw", 90 * 86400.0)

    async def test_an_approval_is_given_on_the_page_after_a_question(self, weak, open_desk) -> None:
        """From the list y opens the page; there it asks once more and names what is approved."""
        world, door = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            desk.app.commands.run("findings waits=1")
            await until(lambda: pane_of(desk).here is not None and pane_of(desk).here.id == 11)
            await desk.press("y")
            await until(lambda: isinstance(desk.app.screen, FindingScreen))
            await desk.sees("look at it, then y decides", "the shop moves next week")
            assert not door.asked
            await desk.press("y")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees("approve FND-11", "bert asks")
            assert not door.asked
            await desk.press("enter")
            await until(lambda: door.asked)
            assert door.asked[0][:2] == ("finding.approve", ("FND-11",))
            assert door.expected[0].keys() == {"FND-11"}

    async def test_a_fix_shows_its_plan_and_its_hosts_first(self, weak, open_desk) -> None:
        """Of all that is folded; what no machine mends is said, and nothing is asked for it."""
        world, door = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("4")
            await desk.sees("6 hosts")
            await desk.press("j", "F")
            await until(lambda: isinstance(desk.app.screen, Dialog))
            await desk.sees(
                "fix 6 findings", "a draft, nothing runs yet", "on 6 hosts: db-2.lon", "path: /etc/ssh/sshd_config.d"
            )
            assert not door.asked
            await _agree(desk, door)
            act, names, _ = door.asked[0]
            assert act == "finding.fix"
            assert set(names) == {f"FND-{n}" for n in range(1, 7)}
            desk.app.commands.run("FND-10")
            await desk.sees("toor has UID 0")
            await desk.press("F")
            await desk.sees("fix: FND-10: it has no plan")
            assert len(door.asked) == 1

    async def test_a_plan_without_room_is_not_left_out(self, weak, open_desk) -> None:
        """Beside the list, on a low terminal: that there is one, and where it stands."""
        world, _ = weak
        async with open_desk(world.root, (120, 26)) as desk:
            await desk.linked()
            desk.app.commands.run("findings host=db-2.lon")
            await desk.sees("What mends it", "by a plan of", "lines: enter shows it")

    async def test_its_change_is_one_key_away(self, weak, open_desk) -> None:
        """And a finding without one says what makes one."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            desk.app.commands.run("FND-10")
            await desk.sees("toor has UID 0")
            await desk.press("l")
            await desk.sees("no change is to mend it: F makes one")

    async def test_of_a_number_that_is_none_it_says_so(self, weak, open_desk) -> None:
        """The page never stays empty."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            desk.app.commands.run("finding FND-999")
            await desk.sees("there is no FND-999: q goes back")


async def _agree(desk: object, door: Door) -> None:
    """Go on to the button of a dialog that is not Cancel, and press it."""
    for _ in range(12):
        label = str(getattr(desk.app.focused, "label", ""))  # type: ignore[attr-defined]
        if label and label != "Cancel":
            break
        await desk.press("tab")  # type: ignore[attr-defined]
    await desk.press("enter")  # type: ignore[attr-defined]
    await until(lambda: door.asked)


class TestTheOtherViews:
    """What checks say, vulnerabilities, what is set aside, the trend."""

    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("view", OWN_VIEWS)
    async def test_each_fits_and_opens(self, weak, open_desk, size, view) -> None:
        """No line is wider than the screen; enter shows more of its first line."""
        world, _ = weak
        async with open_desk(world.root, size) as desk:
            await desk.linked()
            desk.app.commands.run(view)
            await until(lambda: desk.app.screen.pane.name == view and desk.app.screen.listing.cursor is not None)
            await desk.pilot.pause()
            assert all(width_of(one) <= size[0] for one in desk.lines())
            before = desk.text
            await desk.press("enter")
            await until(lambda: desk.text != before)
            assert all(width_of(one) <= size[0] for one in desk.lines())

    async def test_what_is_unknown_names_the_lines_of_root(self, weak, open_desk) -> None:
        """The exact lines, and what prints the drop-in; below 110 columns enter has them."""
        world, _ = weak
        async with open_desk(world.root, (100, 30)) as desk:
            await desk.linked()
            desk.app.commands.run("verdicts check=password-age")
            await desk.sees("8 hosts", "password-age")
            await desk.press("enter", "j", "enter")
            await until(lambda: isinstance(desk.app.screen, Page))
            await desk.sees("takes privilege: /etc/shadow", "cat /etc/shadow", "--drop-in", "tui-ops doctor")

    async def test_reading_a_verdict_reads_what_its_check_looks_at(self, weak, open_desk) -> None:
        """Some topics come round by the week: a host that is read now would not read them."""
        world, door = weak
        async with open_desk(world.root, (100, 30)) as desk:
            await desk.linked()
            desk.app.commands.run("verdicts check=ssh-root")
            await desk.sees("ssh-root")
            await desk.press("R")
            await until(lambda: door.asked)
            action, _, given = door.asked[-1]
            assert (action, given) == ("host.read", {"topics": ",".join(BY_ID["ssh-root"].topics)})

    async def test_a_fix_here_stands_apart_from_none_and_an_old_feed_is_marked(self, weak, open_desk) -> None:
        """By hosts; with the day of each feed in the title, and the vendor's word for no fix."""
        world, _ = weak
        async with open_desk(world.root, (140, 40)) as desk:
            await desk.linked()
            desk.app.commands.run("vulnerabilities")
            await desk.sees("CVE-2024-6387", "FIX HERE", "NO FIX", "debsecan bookworm 1d old", "kev 20d old")
            await desk.press("G")
            await desk.sees("A fix here", "on no host", "Known, no fix", "the vendor says: no-dsa")
            await desk.press("z")
            await desk.sees("CVE-2024-5535", without="CVE-2023-0001")
            desk.app.commands.run("feeds")
            await desk.sees("20d old")
            await desk.press("z")
            await until(lambda: [item.facts["feed"] for item in desk.app.screen.listing.rows.values()
                                 if item.key in desk.app.screen.listing.shown] == ["kev"])  # fmt: skip

    async def test_a_host_that_nobody_judged_is_unknown_and_not_clean(self, weak, open_desk) -> None:
        """It needs somebody, and says why."""
        world, _ = weak
        async with open_desk(world.root, (140, 40)) as desk:
            await desk.linked()
            desk.app.commands.run("vulnerable host=fresh-1")
            await desk.sees("pending", "its packages have not been read yet")
            assert all(
                item.in_need for item in desk.app.screen.listing.rows.values() if item.facts["host"] == "fresh-1"
            )

    async def test_where_there_is_nothing_each_view_says_which_nothing(self, world, door, open_desk) -> None:
        """Nothing found is not nothing looked at."""
        async with open_desk(world.root) as desk:
            await desk.linked()
            for view, text in {
                "findings": "no findings: what was looked at is well", "acceptances": "nothing is set aside",
                "verdicts": "no check has said anything yet", "vulnerabilities": "nobody has looked",
                "feeds": "tui-ops feeds import FILE", "trend": "no finding was ever seen",
            }.items():  # fmt: skip
                desk.app.commands.run(view)
                await desk.sees(text)

    async def test_a_filter_that_nothing_fits_says_so(self, weak, open_desk) -> None:
        """And by what it is cleared."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            desk.app.commands.run("findings host=nowhere")
            await desk.sees("no finding fits the filter", "esc clears it")


class TestElsewhere:
    """The first screen, a host's page, the header."""

    async def test_the_first_screen_has_what_presses(self, weak, open_desk) -> None:
        """Overdue, critical and nobody's, asked for; enter opens it; y there looks first."""
        world, door = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("0")
            await desk.sees("toor has UID 0", "FND-2 +3", "over", "approve", "FND-11")
            kinds = [item.facts["kind"] for item in desk.app.screen.listing.rows.values()]
            assert kinds.count("critical") == 2
            assert kinds.count("approve") == 1
            desk.app.screen.listing.cursor = ("finding", 11, "answer")
            await desk.press("y")
            await until(lambda: isinstance(desk.app.screen, FindingScreen))
            assert desk.app.screen.number == 11
            assert not door.asked

    async def test_a_viewer_has_no_part_in_it(self, weak, open_desk) -> None:
        """Nothing waits for who changes nothing."""
        world, door = weak
        door.role = "viewer"
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("0")
            await desk.sees("now")
            assert not any(item.key[0] == "finding" for item in desk.app.screen.listing.rows.values())

    async def test_a_host_says_how_weak_it_is(self, weak, open_desk) -> None:
        """On its page the most urgent findings."""
        world, _ = weak
        async with open_desk(world.root, (120, 60)) as desk:
            await desk.linked()
            desk.app.commands.run("host web-07.lon")
            await desk.sees("Security", "1 critical, 1 high", "1 overdue", "FND-10", "toor has UID 0")

    async def test_names_complete(self, weak, open_desk) -> None:
        """Of views, of findings, of keys and their values."""
        world, _ = weak
        async with open_desk(world.root) as desk:
            await desk.linked()
            await desk.press("4")
            await desk.sees("6 hosts")
            offers = desk.app.commands.completions
            assert {"findings", "verdicts", "vulnerabilities", "acceptances", "finding"} <= set(offers(":", ""))
            assert "finding FND-7" in list(offers(":", "finding "))
            assert "findings severity=" in list(offers(":", "findings sev"))
            assert "findings severity=critical" in list(offers(":", "findings severity="))


async def test_a_finding_that_opens_is_seen_at_once(weak, open_desk) -> None:
    """A new one comes with the news, in the list and in the line of screens."""
    world, door = weak
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("4")
        await desk.sees("4 Security 8")

        def opens(session: Session) -> None:
            at = now().at
            bad = Seen("0.0.0.0:23", "telnetd listens for everybody", FindingSeverity.CRITICAL)
            host = session.exec(select(col(Finding.host_id)).where(Finding.id == 1)).one()
            take_sweeps(
                session, [swept("legacy-services", host, bad, at=at, severity=FindingSeverity.CRITICAL)], at, SPEC
            )

        await world.writer.act(opens)
        door.news("security")
        await desk.sees("telnetd listens for everybody", "4 Security 9")
