"""Checks of what does not answer: they hold their places for whole time-outs, and delay nobody."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.serving import say_nothing
from support.sshd import BlackHole
from support.waiting import until

from tui_ops.engine.checking import Checking
from tui_ops.engine.checkplaces import Places
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.schedule import Schedule
from tui_ops.model.checks import CheckKind, CheckSpec, PluginWish
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.states import Severity
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.parts import CheckRow, kept_checks
from tui_ops.store.writer import Writer

ENGINE = HostSpec("engine", "engine", "192.0.2.1")
TCP = CheckSpec("it", CheckKind.TCP, ("there:1",))
HERE = CheckSpec("it", CheckKind.PLUGIN, ("check_it",), PluginWish("engine"))
THERE = CheckSpec("it", CheckKind.PLUGIN, ("check_it",), PluginWish("host"))


@dataclass
class World:
    """A store and checks that belong to the engine alone."""

    paths: StatePaths
    outbox: Outbox
    checking: Checking
    host_id: int

    def apply(self, checks: list[CheckSpec], bad: list[CheckSpec]) -> None:
        """Take checks over, of which some are known as critical."""
        known = [CheckRow(self.host_id, one.section, 1.0, one.period_s, Severity.CRITICAL, "dead") for one in bad]
        self.checking.apply(checks, [(ENGINE, self.host_id)], self.host_id, known)

    async def answered(self) -> dict[str, Severity]:
        """Return which checks have a result, and which."""
        await self.outbox.flush()
        with open_reader(self.paths) as reader:
            return {row.check: row.severity for row in kept_checks(reader)}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    synced = await writer.act(lambda session: sync_fleet(session, Fleet("t", (ENGINE,)), 1.0))
    outbox = Outbox(writer, News())
    checking = Checking(Schedule(), outbox, {})
    yield World(paths, outbox, checking, synced.hosts[0][1])
    await checking.close()
    await writer.close()


@pytest.mark.parametrize(("many", "known"), [(200, False), (1200, True)])
async def test_dropped_packets_delay_no_check_of_what_is_well(world: World, many: int, known: bool) -> None:
    """A good check that comes after hundreds of dead ones has its result before the first of them gives up.

    Those whose end is not known yet wait beside it, up to what descriptors allow; those that are known as bad wait
    apart, however many they are.
    """
    hole = BlackHole(dropped=True)
    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    dead = [CheckSpec(f"dead-{n}", CheckKind.TCP, (f"{hole.address}:{hole.port}",), timeout_s=20) for n in range(many)]
    world.apply([*dead, CheckSpec("good", CheckKind.TCP, (f"127.0.0.1:{port}",))], dead if known else [])
    running = asyncio.create_task(world.checking.run_all_once())
    try:
        await until(world.answered, 60.0, "something has a result")
        assert await world.answered() == {"check:good": Severity.OK}
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        server.close()
        hole.close()


async def test_plugins_that_hang_delay_no_plugin_that_is_well(world: World, tmp_path: Path) -> None:
    """Twelve that are known as bad wait for one another, and not for them the good one."""
    os.mkfifo(tmp_path / "never")
    words = ("/bin/sh", "-c", f"read line < {tmp_path}/never")
    dead = [CheckSpec(f"dead-{n}", CheckKind.PLUGIN, words, PluginWish(), timeout_s=20) for n in range(12)]
    world.apply([*dead, CheckSpec("good", CheckKind.PLUGIN, ("/bin/true",), PluginWish())], dead)
    running = asyncio.create_task(world.checking.run_all_once())
    try:
        await until(world.answered, 60.0, "something has a result")
        assert await world.answered() == {"check:good": Severity.OK}
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def held(places: Places, spec: CheckSpec, bad: bool, host_ids: Iterable[int]) -> int:
    """Return how many of those who want a place get one, while nobody gives one back."""
    got = 0

    async def hold(host_id: int) -> None:
        nonlocal got
        async with places.place(spec, host_id, bad):
            got += 1
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hold(host_id)) for host_id in host_ids]
    for _ in range(10):
        await asyncio.sleep(0)
    found = got
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return found


async def test_what_runs_at_once_is_bounded() -> None:
    """By descriptors, processes, channels and our own core; bad ones have half as many places of their own."""
    for spec, most in ((TCP, 10), (HERE, 8), (THERE, 64)):
        assert await held(Places(files=40), spec, False, range(200)) == most, spec.kind
        assert await held(Places(files=40), spec, True, range(200)) == most // 2, spec.kind
    assert await held(Places(files=40), THERE, False, [7] * 5) == 2, "on one host"
    assert await held(Places(files=40), THERE, True, [7] * 5) == 1, "on one host"


@pytest.mark.parametrize("spec", [TCP, HERE, THERE])
async def test_a_good_check_waits_for_no_bad_one(spec: CheckSpec) -> None:
    """However many of those hold their places or want one, of the same host too, it begins at once."""
    places, never, begun = Places(files=4000), asyncio.Event(), asyncio.Event()

    async def hold(bad: bool) -> None:
        async with places.place(spec, 7, bad):
            if not bad:
                begun.set()
            await never.wait()

    tasks = [asyncio.create_task(hold(bad)) for bad in [True] * 2000 + [False]]
    for _ in range(10):
        await asyncio.sleep(0)
    assert begun.is_set()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
