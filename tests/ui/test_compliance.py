"""Compliance on the desk: frameworks, controls with their hosts and readings, what people attest."""

import time
from collections.abc import AsyncIterator

import pytest
from support.compliance_world import DAY, ComplianceWorld
from support.desk_world import Door

from tui_ops.model.compliance import Assessment, ControlState, Score
from tui_ops.model.security import CheckResult
from tui_ops.practices.compliance.frameworks import shipped
from tui_ops.store.compliance import write_frameworks
from tui_ops.store.views.compliance import FrameworkRow, scope_hosts
from tui_ops.ui.cells import width_of
from tui_ops.ui.columns import Look
from tui_ops.ui.views.compliance import FRAMEWORK_COLUMNS, bar, framework_item

HOUSE = "name: house\ntitle: Rules of the house\ncontrols:\n  H-1: {text: Root stays out, checks: ssh-root}\n"

HOSTILE = "\x1b[31mred [b]x[/b] \u202e"

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.fixture
async def world() -> AsyncIterator[ComplianceWorld]:
    """One host fails, somebody attests one control, and one attestation ran out."""
    with ComplianceWorld() as world:
        world.at = time.time() - 3 * DAY
        world.attest("12.10.1", owner="ann", file="plan.pdf", sha256="ab" * 32)
        world.attest("12.10.2", for_="1d", text=HOSTILE)
        world.at += 3 * DAY - 30
        with world.reader() as reader:
            hosts = [host.name for host in reader.read(lambda connection: scope_hosts(connection, ""))]
        for host in hosts:
            world.says("pam-length", host)
        world.says("pam-length", "web-1", CheckResult.FAIL, f"seven are enough {HOSTILE}")
        door = await Door(world.paths.root).open()
        yield world
        await door.close()


@pytest.mark.parametrize("size", SIZES)
async def test_frameworks_have_score_and_coverage(world: ComplianceWorld, open_desk, size) -> None:
    async with open_desk(world.paths.root, size) as desk:
        await desk.linked()
        await desk.press("colon", *"compliance", "enter")
        await desk.sees("pci", "nist", "iso", "SCORE", "83%")
        assert all(width_of(one) <= size[0] for one in desk.lines())


async def test_enter_opens_the_controls_of_a_framework(world: ComplianceWorld, open_desk) -> None:
    async with open_desk(world.paths.root, (200, 60)) as desk:
        await desk.linked()
        await desk.press("colon", *"compliance framework=pci", "enter")
        await desk.sees("PCI-DSS 4.0.1", "by group and site")
        await desk.press("enter")
        await desk.sees("controls", "8.3.6", "Passwords are long enough")


async def test_a_control_leads_to_its_hosts_their_readings_and_the_version(world: ComplianceWorld, open_desk) -> None:
    async with open_desk(world.paths.root, (200, 60)) as desk:
        await desk.linked()
        await desk.press("colon", *"controls framework=pci control=8.3.6", "enter")
        await desk.sees("host by host", "web-1", "pam-length", "version 1", "seven are enough", "FND-1")
        assert "\x1b[31m" not in desk.text
        assert "\u202e" not in desk.text


async def test_a_control_about_a_part_shows_that_part_and_leads_to_what_was_read(
    world: ComplianceWorld, open_desk
) -> None:
    """The other control about the same check names the same host as well, with what is wrong for it."""
    world.says("fs-mount", "web-1", CheckResult.FAIL, "/tmp is mounted without noexec", objects=("/tmp",),
               parts=("noexec",))  # fmt: skip
    async with open_desk(world.paths.root, (200, 60)) as desk:
        await desk.linked()
        await desk.press("colon", *"controls framework=cis1 control=1.1.2.1.3", "enter")
        await desk.sees("/tmp nosuid", "host by host", "web-1", "web-1  pass")
        assert "without noexec" not in desk.text
        await desk.press("colon", *"controls framework=cis1 control=1.1.2.1.4", "enter")
        await desk.sees("/tmp noexec: /tmp is mounted without noexec", "web-1  fail")
        await desk.sees("and 5 more: nothing was said of them yet")
        await desk.press("enter")
        await desk.sees("verdicts", "fs-mount", "web-1")


async def test_where_there_is_no_room_beside_enter_shows_a_control_with_its_hosts(
    world: ComplianceWorld, open_desk
) -> None:
    async with open_desk(world.paths.root, (80, 24)) as desk:
        await desk.linked()
        await desk.press("colon", *"controls framework=pci control=8.3.6", "enter")
        await desk.sees("8.3.6", "fail")
        await desk.press("enter")
        await desk.sees("Passwords are long enough", "host by host", "web-1  fail", "seven are enough")
        assert "more: " not in desk.text
        await desk.press("q")
        await desk.sees("controls 1 of")


@pytest.mark.parametrize("size", SIZES)
async def test_a_framework_whose_file_broke_says_so_and_stands(world: ComplianceWorld, open_desk, size) -> None:
    wrong = "/etc/tui/house.yaml:4:39: there is no check 'ssh-rot'"
    rows = [FrameworkRow("house", HOUSE, wrong, "/etc/tui/house.yaml"), FrameworkRow("pci-dss-4.0.1", "", ""),
            FrameworkRow("other.yaml", "", f"{HOSTILE} other.yaml:1:1: expected a framework")]  # fmt: skip
    world.run(lambda session: write_frameworks(session, rows))
    async with open_desk(world.paths.root, size) as desk:
        await desk.linked()
        await desk.press("colon", *"compliance", "enter")
        await desk.sees("house", "other.yaml", "2 can't be used")
        assert all(width_of(one) <= size[0] for one in desk.lines())
        assert "\x1b[31m" not in desk.text
        await desk.press("g")
        if size[0] == 200:
            await desk.sees("what was read before stands until it is mended", "house.yaml:4:39")
        await desk.press("enter")
        if size[0] == 80:
            await desk.sees("before stands until it is mended", "house.yaml:4:39: there is no check 'ssh-rot'")
        else:
            await desk.sees("controls 1 of 206", "H-1")


async def test_the_word_of_somebody_stands_beside_its_control(world: ComplianceWorld, open_desk) -> None:
    async with open_desk(world.paths.root, (200, 60)) as desk:
        await desk.linked()
        await desk.press("colon", *"controls framework=pci control=12.10.1", "enter")
        await desk.sees("ATT-1: met", "plan.pdf", "ab" * 16)


@pytest.mark.parametrize("size", SIZES)
async def test_what_ran_out_stands_first(world: ComplianceWorld, open_desk, size) -> None:
    async with open_desk(world.paths.root, size) as desk:
        await desk.linked()
        await desk.press("colon", *"attestations", "enter")
        await desk.sees("ATT-2", "ran out", "ATT-1")
        lines = desk.lines()
        assert [one[:30].find("ATT-2") >= 0 for one in lines].index(True) < [
            one[:30].find("ATT-1") >= 0 for one in lines
        ].index(True)
        assert "\u202e" not in desk.text


def test_a_bar_is_full_only_where_all_of_it_is() -> None:
    assert bar(1.0, True) == "########## 100%"
    assert bar(0.9999, True) == "#########.  99%"
    assert bar(None, True) == "no score"
    assert bar(0.0, False) == "░░░░░░░░░░   0%"


def test_the_score_before_is_cut_as_the_score_is() -> None:
    """With nothing accepted both are the same."""
    cut = Assessment(shipped()["pci-dss-4.0.1"], "", 0.0, (), (), Score(0.657, 0.657, 1.0),
                     dict.fromkeys(ControlState, 0), {})  # fmt: skip
    item = framework_item(cut, True)
    (before,) = [column for column in FRAMEWORK_COLUMNS if column.id == "before"]
    assert "65%" in item.facts["bar"]
    assert "65%" in before.cell(item, 8, Look(True, 0))[0].replace(" ", "")
