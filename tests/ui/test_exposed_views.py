"""The views of exposure: what they tell at every size, what a host's own words can not do, what each opens."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.desk_world import Door, World, varied
from support.exposed_world import expose
from support.waiting import until

from tui_ops.practices.security.exposure import KeyUse
from tui_ops.practices.security.reach import Reach, Reached
from tui_ops.ui.views.certificates import common_name, days_text, judged
from tui_ops.ui.views.exposure import rule, who
from tui_ops.ui.views.keysgraph import KNOWN, NOBODYS, PLAIN, WEAK, sign_of_key

VIEWS = ("exposure", "certificates", "authkeys", "logins", "measures")


@pytest.fixture(scope="module")
async def exposed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A store with three hosts that have something in reach of others."""
    made = await World(tmp_path_factory.mktemp("exposed") / "state").build(varied(8))
    await expose(made)
    yield made
    await made.close()


@pytest.fixture
async def door(exposed: World) -> AsyncIterator[Door]:
    made = await Door(exposed.root).open()
    yield made
    await made.close()


async def go(desk, view: str) -> None:
    """Show a view, with its lines."""
    await desk.press("colon", *view, "enter")
    await until(lambda: desk.app.screen_stack[0].pane.name == view.split(" ")[0])
    await until(lambda: desk.app.screen_stack[0].listing.rows)
    await desk.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 15)])
async def test_every_view_fills_every_size_and_no_host_writes_beside_its_cell(exposed, door, open_desk, size):
    """Nothing is wider or taller than the terminal; escape sequences, marks and markup are plain text in it."""
    async with open_desk(exposed.root, size) as desk:
        await desk.linked()
        for view in VIEWS:
            await go(desk, view)
            lines = desk.lines()
            assert len(lines) == size[1], view
            assert {len(line) for line in lines} == {size[0]}, view
            assert "\x1b" not in desk.text
            assert "\u202e" not in desk.text
            # What stands beside each line is made of the same words.
            for _ in desk.app.screen_stack[0].listing.rows if size[0] == 120 else ():
                await desk.press("j")
                assert {len(line) for line in desk.lines()} == {size[0]}, view
                assert "\x1b" not in desk.text


async def test_the_same_in_ascii(exposed, door, open_desk):
    async with open_desk(exposed.root, (120, 40), ascii=True) as desk:
        await desk.linked()
        for view in VIEWS:
            await go(desk, view)
            assert all(ord(sign) < 128 or sign == "␛" for line in desk.lines() for sign in line), view


async def test_what_listens_says_who_may_ask_it_and_what_was_not_meant_stands_first(exposed, door, open_desk):
    async with open_desk(exposed.root, (200, 60)) as desk:
        await desk.linked()
        await go(desk, "exposure")
        pane = desk.app.screen_stack[0].pane
        shown = [pane.items.rows[key].facts for key in pane.items.shown]
        assert (shown[0]["port"], shown[0]["who"], shown[0]["meant"]) == (8080.0, "nobody", "yes")
        by_port = {(row["host"], row["port"]): row for row in shown}
        assert by_port["db-2.lon", 5432.0]["reach"] == "allowed from 10.0.0.0/8"
        assert by_port["db-2.lon", 443.0]["package"] == "nginx"
        assert by_port["web-07.lon", 22.0]["by"] == "no filter"
        # Nobody has read its rules: that is not known, and never good.
        assert by_port["web-11.lon", 80.0]["reach"] == "not known"
        key = next(key for key in pane.items.shown if pane.items.rows[key].facts["host"] == "web-11.lon")
        assert pane.items.rows[key].sign.glyph == "?"
        await desk.sees("it was not meant to listen", "Beside it on db-2.lon")
        await desk.press("z")
        await until(lambda: len(pane.items.shown) == 5)


async def test_a_listener_opens_its_finding(exposed, door, open_desk):
    async with open_desk(exposed.root) as desk:
        await desk.linked()
        await go(desk, "exposure new=1")
        await desk.press("enter")
        await desk.sees("8080", "net-listen")


async def test_certificates_stand_by_the_days_that_are_left(exposed, door, open_desk):
    async with open_desk(exposed.root, (200, 60)) as desk:
        await desk.linked()
        await go(desk, "certificates host=db-2.lon")
        pane = desk.app.screen_stack[0].pane
        await until(lambda: len(pane.items.shown) == 4)
        shown = [
            (pane.items.rows[key].facts["subject"], pane.items.rows[key].facts["left"]) for key in pane.items.shown
        ]
        assert shown == [("shop.example", "4"), ("mail.example", "15"), ("shop.example", "40"), ("db", "-20")]
        await desk.sees("/etc/nginx/shop.pem", "shop.example:443", "self-signed", "the certific")
        await go(desk, "certificates days<10 host=db-2.lon used=1")
        await until(lambda: len(pane.items.shown) == 1)


async def test_a_key_tells_every_account_that_it_opens(exposed, door, open_desk):
    async with open_desk(exposed.root, (200, 60)) as desk:
        await desk.linked()
        await go(desk, "authkeys person=anna")
        await desk.sees("anna @ db-2.lon", "anna @ web-07.lon", "Opens 2 accounts on 2 hosts", "from 203.0.113.9")
        await go(desk, "authkeys root=1")
        await desk.sees("root @ db-2.lon", "too weak by now")


async def test_an_authority_says_that_it_signs_for_others(exposed, door, open_desk):
    """Under no account but all, and told apart from a key that lets in by itself."""
    async with open_desk(exposed.root, (200, 60)) as desk:
        await desk.linked()
        await go(desk, "authkeys authority=1")
        await desk.sees("users of the team", "anybody", "CA ed25519", "anybody @ db-2.lon  cert-authority",
                        "it signs for others")  # fmt: skip


async def test_who_guessed_his_way_in_stands_first_and_is_told_on_all_hosts(exposed, door, open_desk):
    async with open_desk(exposed.root, (200, 60)) as desk:
        await desk.linked()
        await go(desk, "logins")
        pane = desk.app.screen_stack[0].pane
        what = [pane.items.rows[key].facts["what"] for key in pane.items.shown]
        assert what[:4] == ["guessed its way in", "first time here", "first time here", "guesses"]
        assert set(what[4:]) == {"came in"}
        await desk.sees("The same address on 2 hosts", "60 tries", "198.51.100.0/24")


async def test_measures_say_what_is_off_and_why(exposed, door, open_desk):
    async with open_desk(exposed.root, (200, 60)) as desk:
        await desk.linked()
        await go(desk, "measures")
        pane = desk.app.screen_stack[0].pane
        rows = {item.facts["host"]: item.facts for item in pane.items.rows.values()}
        assert (rows["web-07.lon"]["firewall"], rows["db-2.lon"]["firewall"]) == ("off", "ok nftables")
        assert rows["db-2.lon"]["audit"] == "warn 2 rules"
        assert rows["mq-2.lon"]["firewall"] == "unknown"
        assert rows["db-2.lon"]["default"] == "denied"
        await desk.sees("nftables", "fail2ban 2", "what no rule is about is let in", "nobody who guesses passwords")
        await go(desk, "measures firewall=off")
        await until(lambda: len(pane.items.shown) == 1)


async def test_nothing_is_told_where_nothing_is_known(tmp_path: Path, open_desk):
    """Each view says that there is nothing, and what that takes."""
    made = await World(tmp_path / "state").build(varied(3))
    door = await Door(made.root).open()
    try:
        async with open_desk(made.root) as desk:
            await desk.linked()
            said = {"exposure": "nothing listens for others", "certificates": "no certificates",
                    "authkeys": "no key lets anybody in", "logins": "no logins are known yet"}  # fmt: skip
            for view, text in said.items():
                await desk.press("colon", *view, "enter")
                await desk.sees(text)
    finally:
        await door.close()
        await made.close()


def test_words():
    assert who(Reached(Reach.SOME, ("10.0.0.0/8", "@office"))) == "10.0.0.0/8, @office"
    assert [who(Reached(one)) for one in (Reach.EVERYWHERE, Reach.BLOCKED)] == ["everybody", "nobody"]
    assert rule(Reached(Reach.EVERYWHERE, filtered=False)) == "no filter"
    assert rule(Reached(Reach.EVERYWHERE, named=True)) == "own rule"
    assert (days_text(1.5), days_text(-3.0), days_text(12.2)) == ("36h", "-3", "12")
    assert common_name("O=x,CN=shop.example") == "shop.example"
    assert str(judged(-1.0, ("self-signed",), False, True)) == "ok"
    assert str(judged(40.0, ("self-signed",), True, True)) == "warning"
    assert str(judged(3.0, (), False, False)) == "critical"
    assert str(judged(None, (), True, False)) == "ok"


def test_a_key_is_weak_first_and_nobodys_only_where_owners_are_told():
    weak, plain, owned = (
        KeyUse("a", "ssh-rsa", 2048),
        KeyUse("b", "ssh-ed25519", 256),
        KeyUse("c", "ssh-ed25519", 256, "x"),
    )
    assert [sign_of_key(one, True) for one in (weak, plain, owned)] == [WEAK, NOBODYS, KNOWN]
    assert [sign_of_key(one, False) for one in (weak, plain, owned)] == [WEAK, PLAIN, PLAIN]


async def test_what_is_chosen_is_each_host_once(exposed, door, open_desk):
    """One line of a host is one host: so a shell can be had there, and an act does not work on it twice."""
    async with open_desk(exposed.root) as desk:
        await desk.linked()
        for view in ("exposure", "certificates", "logins", "measures"):
            await go(desk, view)
            pane = desk.app.screen_stack[0].pane
            assert [row.name for row in pane.chosen("host")] == [pane.items.here.facts["host"]], view
