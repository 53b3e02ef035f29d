"""What is told of a step is what is known of it: that it was never sent, that it may go on, how long it took."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support.sshd import Sshd, SshdFarm
from support.steps import command, folder_on, hands_on, new_token, script
from support.waiting import until

from tui_ops.engine.change.hands import Place
from tui_ops.model.changes import CellState
from tui_ops.model.orders import Seen
from tui_ops.plans.when import NotKnown

HOST = "web-1"


@pytest.fixture(scope="module")
def server(farm: SshdFarm) -> Sshd:
    return farm.sshd()


def slow(counter: Path, go_on: Path) -> str:
    """A script that counts its runs, waits for a file, and ends."""
    return f"echo run >>{counter}\nwhile [ ! -e {go_on} ]; do sleep 0.05; done"


async def begun(counter: Path) -> None:
    await until(lambda: counter.exists() and counter.read_text(), what="the step begins")


async def test_one_that_was_seen_to_run_is_never_told_as_not_sent(
    farm: SshdFarm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New hands saw it run, and then its host is out of reach: it may go on there."""
    monkeypatch.setattr("tui_ops.engine.change.handattempt.KILL_S", 0.1)
    monkeypatch.setattr("tui_ops.engine.change.handattempt.SLACK_S", 0.1)
    server, token = farm.sshd(), new_token()
    counter, go_on = tmp_path / "n", tmp_path / "go"
    one = script(slow(counter, go_on), timeout_s=30)
    async with hands_on(server, farm, token) as (hands, _):
        task = asyncio.create_task(hands.perform(HOST, one, 1))
        await begun(counter)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with hands_on(server, farm, token, reach_s=0.2) as (hands, _):
        assert (await hands.look(HOST, one, 1))[0] is Seen.RUNNING
        server.stop()
        end = await hands.perform(HOST, replace(one, timeout_s=0.2), 1)
    go_on.touch()
    assert (end.state, "may go on there" in end.said) == (CellState.UNKNOWN, True)


async def test_how_long_it_took_and_when_is_told_by_its_host(farm: SshdFarm, server: Sshd, tmp_path: Path) -> None:
    """Whoever fetches its result later hears of its own length, and how long ago it ended."""
    token, sign = new_token(), tmp_path / "over"
    one = script(f"sleep 0.5; echo >{sign}")
    async with hands_on(server, farm, token) as (hands, _):
        task = asyncio.create_task(hands.perform(HOST, one, 1))
        await until((folder_on(server, token) / "steps-1-1/begun").exists)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await until((folder_on(server, token) / "steps-1-1/exit").exists)
    waited = time.monotonic()
    await until(lambda: time.monotonic() > waited + 1.0)
    async with hands_on(server, farm, token) as (hands, _):
        seen, end = await hands.look(HOST, one, 1)
    assert seen is Seen.OVER
    assert end is not None
    assert 0.4 < end.seconds < 0.5 + (time.monotonic() - waited)
    assert 0.9 < end.ago_s < time.monotonic() - waited + 1.0


async def test_a_host_that_left_the_inventory_is_told_as_nothing_run(farm: SshdFarm, server: Sshd) -> None:
    """Nobody has to look up what was never sent."""

    def address_of(name: str) -> str:
        raise NotKnown(f"{name} is not in the inventory any more")

    async with hands_on(server, farm, place=Place(address_of=address_of)) as (hands, world):
        for end in (await hands.perform(HOST, command("true"), 1), await hands.dry(HOST, command("true"))):
            assert (end.state, end.said[:16]) == (CellState.FAILED, "nothing was run:")
        assert world.links == []
