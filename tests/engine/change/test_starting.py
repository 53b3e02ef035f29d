"""Scheduled changes begin at their time or at their window's opening, and never late without being asked."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from support.assess_world import BEGIN, DAY, HOUR, ChangeWorld

from tui_ops.engine.change.assessing import Assessor
from tui_ops.engine.change.starting import Starter
from tui_ops.engine.news import News
from tui_ops.model.changes import ChangeState
from tui_ops.model.changing import ChangingSpec, Recurring, Window
from tui_ops.practices.asked import Refused
from tui_ops.practices.changes.starting import LATE_S
from tui_ops.store.tables import Change, ChangeLine, Freeze
from tui_ops.store.writer import Writer

NIGHT = Window("night", (Recurring(days=tuple(range(7)), from_min=22 * 60, to_min=2 * 60),))


@dataclass
class Told(News):
    """News that remembers what it was told."""

    topics: list[str] = field(default_factory=list)

    def tell(self, *topics: str) -> None:
        self.topics += topics


class World(ChangeWorld):
    """The store with a starter beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = ChangingSpec()
        self.begun: list[int] = []
        self.refuses = ""
        self.news = Told()
        self.starter: Starter

    async def start(self, number: int) -> None:
        """Begin a change, as the run's driver does as far as it is seen from here."""
        if self.refuses:
            raise Refused(self.refuses, "look at it")
        self.set(number, state=str(ChangeState.RUNNING), began_at=self.at)
        self.begun.append(number)

    def planned(self, *hosts: str, in_s: float = HOUR, **more: Any) -> int:
        """Make a change that begins by itself in some seconds, assessed and approved."""
        starts = self.at + in_s
        said = {"state": "scheduled", "start": "at its time", "starts_at": starts, "ends_at": starts + HOUR, **more}
        number = self.change(*hosts, **said)
        self.assess(number, self.spec)
        return number

    async def look(self, later: float = 0.0) -> list[int]:
        """Let time pass and the starter look; return what began by now."""
        self.at += later
        await self.starter.look()
        return self.begun


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    with World() as world:
        writer = await Writer.open(world.paths)
        world.starter = Starter(writer, world.news, lambda: world.spec, world.start, lambda: world.at)
        yield world
        await writer.close()


async def test_it_begins_at_its_time_and_once(world: World) -> None:
    number = world.planned("web-1")
    assert await world.look(HOUR - 1) == []
    assert await world.look(1) == [number]
    assert await world.look(5) == [number]


async def test_a_start_that_was_missed_is_said_and_left_to_a_person(world: World) -> None:
    number = world.planned("web-1")
    revision = world.of(number).revision
    assert await world.look(HOUR + LATE_S + 1) == []
    row = world.of(number)
    assert (row.state, row.revision) == ("approved", revision + 1)
    line = world.said(number)[-1]
    assert line.startswith("state: approved: did not begin at Tue 14 Nov 23:13 UTC: the engine did not run then")
    assert line.endswith("begin it by hand, or submit it for another time")
    assert world.news.topics == ["changes"]
    said = world.said(number)
    assert await world.look(60) == []
    assert world.said(number) == said


async def test_an_engine_that_is_back_soon_begins_it(world: World) -> None:
    number = world.planned("web-1")
    assert await world.look(HOUR + LATE_S - 1) == [number]


@pytest.mark.parametrize(
    ("against", "said"),
    [
        (lambda world: world.change("web-1", state="running", began_at=world.at), "web-1 is in CHG-2"),
        (lambda world: world.add(Freeze(title="sale", begins_at=0, ends_at=9e9, by="ann", at=0)), "the freeze sale"),
        (lambda world: world.fires("web-1"), "this is new: INC-1 is open on web-1"),
        (lambda world: world.set(1, on_hold="wait for ann"), "it is on hold: wait for ann"),
    ],
)
async def test_what_has_come_against_it_leaves_it_to_a_person(
    world: World, against: Callable[[World], object], said: str
) -> None:
    number = world.planned("web-1")
    against(world)
    assert await world.look(HOUR) == []
    assert world.of(number).state == "approved"
    assert said in world.said(number)[-1]


async def test_what_was_seen_when_it_was_approved_does_not_stop_it(world: World) -> None:
    world.fires("web-1")
    number = world.planned("web-1")
    assert await world.look(HOUR) == [number]


async def test_it_begins_when_its_window_opens_next(world: World) -> None:
    """It was scheduled within the window, at 22:13: the next opening is tomorrow's."""
    world.spec = ChangingSpec(windows=(NIGHT,))
    number = world.planned("web-1", start="when its window opens", starts_at=None, ends_at=None, window="night")
    world.add(ChangeLine(change_id=number, at=world.at, kind="state", text="scheduled"))
    assert await world.look(HOUR) == []
    opens = datetime(2023, 11, 15, 22, tzinfo=UTC).timestamp()
    assert await world.look(opens - world.at - 1) == []
    assert await world.look(1) == [number]


async def test_a_window_that_is_over_is_not_waited_for_again(world: World) -> None:
    """The engine was down all night: the change is not taken for tomorrow's."""
    world.spec = ChangingSpec(windows=(NIGHT,))
    number = world.planned("web-1", start="when its window opens", starts_at=None, ends_at=None, window="night")
    world.add(ChangeLine(change_id=number, at=world.at, kind="state", text="scheduled"))
    assert await world.look(1.5 * DAY) == []
    assert world.of(number).state == "approved"


async def test_a_window_that_there_is_not_opens_never(world: World) -> None:
    world.planned("web-1", start="when its window opens", starts_at=None, window="gone")
    world.planned("web-2", start="by hand", starts_at=None)
    assert await world.look(10 * DAY) == []


async def test_a_start_that_is_refused_is_said(world: World) -> None:
    number = world.planned("web-1")
    world.refuses = "CHG-1 is not approved as it would run"
    assert await world.look(HOUR) == []
    assert world.of(number).state == "approved"
    assert "did not begin by itself: CHG-1 is not approved as it would run" in world.said(number)[-1]


async def test_two_on_one_host_do_not_begin_together(world: World) -> None:
    """The second is looked at when the first runs: not before, or both would find the host free."""
    first = world.planned("web-1")
    second = world.planned("web-1", owner="ann")
    world.assess(first)
    assert await world.look(HOUR) == [first]
    await world.look(1)
    assert world.begun == [first]
    assert world.of(second).state == "approved"
    assert "web-1 is in CHG-1, which is running" in world.said(second)[-1]


async def test_waiting_changes_are_kept_fresh(world: World) -> None:
    number = world.change("web-1")
    writer = await Writer.open(world.paths)
    assessor = Assessor(writer, world.news, lambda: world.spec)
    await assessor.look()
    assert world.of(number).risk is not None
    assert world.news.topics == ["changes"]
    await assessor.look()
    assert world.news.topics == ["changes"]
    await writer.close()


def test_the_story_begins_in_the_window() -> None:
    assert f"{datetime.fromtimestamp(BEGIN, UTC):%H:%M}" == "22:13"
    assert Change.__tablename__ == "change"


async def test_a_window_does_not_count_before_the_time_that_was_given(world: World) -> None:
    """The third opening from now on is the first that is not before it."""
    world.spec = ChangingSpec(windows=(NIGHT,))
    number = world.planned("web-1", start="when its window opens", starts_at=world.at + 2 * DAY, window="night")
    opens = datetime(2023, 11, 17, 22, tzinfo=UTC).timestamp()
    assert await world.look(opens - world.at - 1) == []
    assert await world.look(1) == [number]


async def test_a_window_that_is_chosen_later_counts_from_then_on(world: World) -> None:
    """What a person says is a line that begins with when: by it the opening before is none that was missed."""
    world.spec = ChangingSpec(windows=(NIGHT,))
    number = world.planned("web-1", start="when its window opens", starts_at=None, ends_at=None, window="night")
    world.at += DAY
    world.add(ChangeLine(change_id=number, at=world.at, kind="field", text="begins with the window night"))
    assert await world.look(HOUR) == []
    assert world.of(number).state == "scheduled"


async def test_an_engine_is_needed_while_something_runs_or_is_to_begin(world: World) -> None:
    await world.look()
    assert world.starter.stays == ""
    world.change("web-2", state="approved")
    number = world.planned("web-1")
    await world.look()
    assert world.starter.stays == "it has 1 change to begin at a time"
    world.change("db-1", state="paused")
    world.change("db-1", state="rolling back")
    await world.look()
    assert world.starter.stays == "it has 2 changes under way and 1 change to begin at a time"
    world.set(number, state="interrupted")
    for other in (3, 4):
        world.set(other, state="ended")
    await world.look()
    assert world.starter.stays == ""
