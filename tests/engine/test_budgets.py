"""Error budgets on a real store: what is heard becomes minutes, over restarts, new aims and clocks that are set."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlmodel import select

from tui_ops.engine import budgets as counting
from tui_ops.engine.budgets import Budgets
from tui_ops.engine.news import News
from tui_ops.engine.own import OWN_SPEC
from tui_ops.model.budgets import Budget, SloSpec
from tui_ops.model.checks import CheckKind, CheckSpec
from tui_ops.model.fleet import Fleet, HostSpec, ServiceSpec
from tui_ops.model.readings import Reading, SectionReading
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.samples import SampleWrite
from tui_ops.store.tables.budgets import SloDay
from tui_ops.store.tables.changes import Freeze
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.budgets import budgets
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
OK, CRITICAL = 0.0, 3.0
BEGIN = 20_000 * DAY + 12 * HOUR

HOSTS = (HostSpec("web-1", "web-1", "10.0.0.1"), HostSpec("web-2", "web-2", "10.0.0.2"), OWN_SPEC)
FRONT = CheckSpec("front", CheckKind.TCP, ("10.0.0.9:80",))
EACH = CheckSpec("each", CheckKind.TCP, ("{address}:80",), hosts=("web-1", "web-2"))
AIM = SloSpec(0.99, 6 * HOUR, ("front",))
"""3.6 minutes."""


def fleet(aim: SloSpec | None = AIM, checks: Sequence[CheckSpec] = (FRONT, EACH)) -> Fleet:
    service = ServiceSpec("shop", hosts=("web-1", "web-2"), slo=aim)
    return Fleet("t", HOSTS, services=(service,), checks=tuple(checks))


class World:
    """A store, a clock that the test turns, and the part of an engine that counts."""

    def __init__(self, paths: StatePaths, writer: Writer) -> None:
        self.paths, self.writer, self.now, self.believed = paths, writer, BEGIN, True
        self.told: list[str] = []
        self.ids: dict[str, int] = {}
        self.budgets = Budgets(writer, paths, News())

    async def engine(self, of: Fleet | None = None) -> None:
        """Begin as an engine does that knows nothing but the store."""
        self.budgets = Budgets(self.writer, self.paths, News(), lambda: self.believed, lambda: self.now)
        self.budgets.on_burn.append(lambda found: self.told.extend(one.service for one in found))
        await self.heed(of or fleet())

    async def heed(self, of: Fleet) -> None:
        """Let an inventory come into force."""
        synced = await self.writer.act(lambda session: sync_fleet(session, of, self.now))
        self.ids = {spec.name: host_id for spec, host_id in synced.hosts}
        await self.budgets.heed(of, synced.hosts)
        await self.budgets.look()

    async def minutes(self, many: int, code: float = OK, host: str = OWN_SPEC.name, check: str = "front") -> None:
        """Let minutes pass in which a check says the same; whoever counts looks at the end."""
        for _ in range(many):
            self.say(code, host, check)
            self.now += MINUTE
        await self.look()

    async def look(self) -> None:
        """Look, and let what was to be looked at soon be over: the clock stands as long as it is."""
        await self.budgets.look()
        if self.budgets._soon is not None:
            await self.budgets._soon

    def say(self, code: float, host: str = OWN_SPEC.name, check: str = "front") -> None:
        """Take one result."""
        found = SectionReading(f"check:{check}", {("check.state", check): code}, (), {})
        self.budgets.heard(self.ids[host], self.now, found)

    async def kept(self, many: int, code: float) -> None:
        """Write results into the history, as an engine before this one did, until now."""
        first = self.now - many * MINUTE
        rows = [
            SampleWrite(first + n * MINUTE, self.ids[OWN_SPEC.name],
                        Reading(0.0, "", None, gauges={("check.state", "front"): code}))
            for n in range(many)
        ]  # fmt: skip
        await self.writer.samples(rows)

    @property
    def shop(self) -> Budget:
        """How it stands, as everybody reads it."""
        with open_reader(self.paths) as reader:
            (found,) = budgets(reader)
        return found

    async def freezes(self) -> int:
        return len(await self.writer.note(lambda session: session.exec(select(Freeze.id)).all()))


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(counting, "SOON_S", 0.0)
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    made = World(paths, writer)
    await made.engine()
    yield made
    await made.budgets.close()
    await writer.close()


async def test_what_is_heard_becomes_minutes(world: World) -> None:
    """Good ones once they are over for a minute, bad ones at once; what nobody heard is neither."""
    await world.minutes(30)
    assert (world.shop.good_s, world.shop.bad_s) == (29 * MINUTE, 0.0)
    world.say(CRITICAL)
    await world.look()
    assert (world.shop.bad_s, world.shop.bad_at) == (MINUTE, world.now)
    await world.minutes(2, CRITICAL)
    world.now += 30 * MINUTE
    await world.look()
    # Of the last result one minute more: it holds for a period and a half.
    assert (world.shop.good_s, world.shop.bad_s) == (30 * MINUTE, 3 * MINUTE)
    assert world.shop.unknown_s == 6 * HOUR - 33 * MINUTE
    assert world.told == ["shop"] * len(world.told)
    assert world.told


async def test_a_bad_result_is_looked_at_by_itself(world: World) -> None:
    """Nobody waits for the next look."""
    world.say(CRITICAL)
    assert world.budgets._soon is not None
    await world.budgets._soon
    assert world.shop.bad_s == MINUTE


async def test_one_host_of_several_is_enough(world: World) -> None:
    """A service that names no checks is told by those of its hosts, each good where it is good on one of them."""
    await world.heed(fleet(SloSpec(0.99, 6 * HOUR)))
    for _ in range(5):
        world.say(OK, "web-1", "each")
        world.say(CRITICAL, "web-2", "each")
        world.now += MINUTE
    await world.look()
    assert world.shop.bad_s == 0.0
    for _ in range(3):
        world.say(CRITICAL, "web-1", "each")
        world.say(CRITICAL, "web-2", "each")
        world.now += MINUTE
    await world.look()
    assert world.shop.bad_s == 4 * MINUTE, "the last result of both still holds"
    assert world.shop.good_s == 5 * MINUTE
    world.now += 10 * MINUTE
    world.say(CRITICAL)
    await world.look()
    assert world.shop.bad_s == 4 * MINUTE, "a check that is not one of its hosts says nothing of it"


async def test_the_next_engine_goes_on(world: World) -> None:
    """With the minutes that were kept, those of the history that were not told, and a gap where nobody looked."""
    await world.minutes(10)
    await world.minutes(2, CRITICAL)
    assert world.shop.bad_s == 2 * MINUTE + MINUTE, "the last one holds for half a minute more"
    world.now += 20 * MINUTE
    await world.kept(5, CRITICAL)
    world.now += 10 * MINUTE
    await world.engine()
    found = world.shop
    assert (found.good_s, found.bad_s) == (10 * MINUTE, 3 * MINUTE + 6 * MINUTE)
    await world.minutes(5)
    assert world.shop.good_s == 14 * MINUTE


async def test_a_new_aim_is_told_from_the_history(world: World) -> None:
    """What a check said before anybody aimed at anything counts; what was kept of other checks does not."""
    await world.minutes(3, CRITICAL)
    await world.heed(fleet(None))
    with open_reader(world.paths) as reader:
        assert budgets(reader) == []
    assert await world.writer.note(lambda session: session.exec(select(SloDay)).all()) == []
    world.now += 60 * MINUTE
    await world.kept(30, OK)
    await world.heed(fleet())
    assert (world.shop.good_s, world.shop.bad_s) == (30 * MINUTE, 0.0)
    await world.heed(fleet(SloSpec(0.99, 6 * HOUR, ("each",))))
    assert (world.shop.good_s, world.shop.bad_s) == (0.0, 0.0)


async def test_another_target_keeps_the_minutes(world: World) -> None:
    """Only what they are worth is another."""
    await world.minutes(3, CRITICAL)
    assert world.shop.spent
    await world.heed(fleet(SloSpec(0.9, 6 * HOUR, ("front",))))
    assert (world.shop.spent, world.shop.bad_s) == (False, 4 * MINUTE)


async def test_a_freeze_is_proposed_once_over_restarts(world: World) -> None:
    """By this engine and by the next one."""
    await world.minutes(3, CRITICAL)
    assert await world.freezes() == 1
    await world.engine()
    await world.minutes(3, CRITICAL)
    assert await world.freezes() == 1


async def test_a_service_that_is_gone_asks_nobody_for_anything(world: World) -> None:
    """Its aim is taken out of the inventory: what is proposed for it is withdrawn, and nothing holds no host."""
    await world.minutes(3, CRITICAL)
    assert await world.freezes() == 1
    await world.heed(fleet(None))
    (made,) = await world.writer.note(lambda session: session.exec(select(Freeze)).all())
    assert (made.proposed, made.ended_at) == (True, world.now)


async def test_a_clock_that_is_set_far_ahead_ends_nothing(world: World) -> None:
    """What would be old by it is kept until it is believed; back again, everything counts as before."""
    await world.minutes(10)
    await world.minutes(3, CRITICAL)
    before = world.shop
    world.believed, world.now = False, world.now + 400 * DAY
    await world.minutes(2)
    assert world.shop.bad_s == 0.0
    world.believed, world.now = True, world.now - 400 * DAY
    await world.minutes(2)
    assert world.shop.bad_s == before.bad_s
    assert await world.freezes() == 1


async def test_days_that_are_too_old_are_deleted(world: World) -> None:
    """A file does not grow for ever."""
    await world.minutes(3)
    world.now += 2 * DAY
    await world.minutes(3)
    days = await world.writer.note(lambda session: session.exec(select(SloDay.day)).all())
    assert days == [20_002]
