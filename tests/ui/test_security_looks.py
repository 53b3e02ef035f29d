"""How the screen of security looks where room is short: nothing that matters is cut, and the next key is named."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.desk_world import Door, World, varied
from support.security_world import weaken

from tui_ops.model.clock import Stamp
from tui_ops.model.incidents import IncidentState
from tui_ops.model.security import FindingState
from tui_ops.model.states import Severity
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import findings
from tui_ops.store.views.incidents import IncidentRow
from tui_ops.store.views.vulnerabilities import FeedRow
from tui_ops.store.views.weakpoints import WeakPoints, weak_points
from tui_ops.ui.columns import Look
from tui_ops.ui.incidents import layout
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paint import plain
from tui_ops.ui.panels import Pen
from tui_ops.ui.security.feedwords import feeds_said
from tui_ops.ui.security.signs import state_sign

AT = 1_772_000_000.0

DAY_S = 86_400.0

INCIDENT = IncidentRow(
    7, 3, 1, "disk full", IncidentState.TRIAGE, Severity.CRITICAL, 3, 2, 2, "disk", "lon", "shop", ("shop",), "", "",
    "", "", False, (), AT - 600, AT - 590, AT - 590, None, "", None, None, None, None, "", "", "", "", None, None, None,
    "", (), 1, 1, 1, ("web-1",),
)  # fmt: skip


@pytest.fixture
async def weak(tmp_path: Path) -> AsyncIterator[World]:
    """Hosts with findings of every kind, one asked to be accepted, and an engine's door."""
    world = await World(tmp_path / "state").build(varied(30))
    await weaken(world)
    door = await Door(world.root).open()
    yield world
    await door.close()
    await world.close()


def feed(name: str, kind: str, days: float) -> FeedRow:
    return FeedRow(name, kind, AT, AT, "ann", "", 1, 1, "", days * DAY_S)


def test_the_title_names_feeds_that_judge_and_those_that_are_too_old() -> None:
    """What only weighs, and is fresh, takes no room beside the list; where nothing judges, that is said."""
    feeds = [feed("debsecan bookworm", "debsecan", 1), feed("epss", "epss", 1), feed("kev", "kev", 20)]
    assert plain(feeds_said(feeds)) == "kev 20d old · debsecan bookworm 1d old"
    assert plain(feeds_said([feed("epss", "epss", 1)])) == "epss 1d old · no feed that judges"


def head(weak: list[WeakPoints]) -> str:
    lines = layout.head(IncidentPage(INCIDENT, weak=weak), Pen(120, Look(False, int(AT // 60)), Stamp(AT, 100.0)))
    return "\n".join(map(plain, lines))


def test_an_incident_says_how_weak_its_hosts_are_and_the_way_there() -> None:
    """The worst host by name, all of them counted; nothing where nothing is critical or high."""
    assert "weak: 1 critical, 2 high  :findings host=web-1" in head([WeakPoints("web-1", 1, 2)])
    several = head([WeakPoints("web-1", 1, 0), WeakPoints("web-2", 0, 3)])
    assert "weak: 1 critical, 3 high on 2 hosts; the weakest  :findings host=web-1" in several
    assert "weak" not in head([])


async def test_weak_points_are_the_live_ones_that_are_critical_or_high(weak: World) -> None:
    """Counted by host as the list of findings has them, the weakest first, and of no other host."""
    reader = open_reader(StatePaths(weak.root))
    live = Counter((row.host, str(row.severity)) for row in findings(reader) if row.host)
    hosts = sorted({host for host, severity in live if severity in ("critical", "high")})
    found = weak_points(reader, hosts)
    assert found
    assert {one.host: (one.critical, one.high) for one in found} == {
        host: (live[host, "critical"], live[host, "high"]) for host in hosts
    }
    assert found == sorted(found, key=lambda one: (-one.critical, -one.high, one.host))
    assert [one.host for one in weak_points(reader, hosts[:1])] == hosts[:1]
    assert weak_points(reader, []) == []


async def test_what_came_back_is_told_apart(weak: World) -> None:
    """Open for the second time: not as what is seen for the first."""
    row = next(
        one for one in findings(open_reader(StatePaths(weak.root))) if one.state is FindingState.OPEN and not one.waits
    )
    assert state_sign(replace(row, returned=0, expired=False)).summary == "open"
    assert state_sign(replace(row, returned=1, expired=False)).summary == "came back"
    assert state_sign(replace(row, returned=1, state=FindingState.VERIFIED)).summary == "verified"


async def test_an_empty_view_says_all_of_what_to_do(world, door, open_desk) -> None:
    """In as many lines as it takes at 80 columns."""
    async with open_desk(world.root, (80, 24)) as desk:
        await desk.linked()
        for view, end in {"logins": "that allow it", "attestations": "or x", "certificates": "asks for"}.items():
            desk.app.commands.run(view)
            await desk.sees(end)


async def test_what_waits_for_an_answer_names_the_keys_that_decide(weak, open_desk) -> None:
    """On the list of acceptances, at 80 columns as well."""
    async with open_desk(weak.root, (80, 24)) as desk:
        await desk.linked()
        desk.app.commands.run("acceptances")
        await desk.sees("to approve", "y approve", "n reject")
