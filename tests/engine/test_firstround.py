"""The first round: what follows waits until every host was tried once, and not for ever."""

import asyncio
import contextlib

from tui_ops.engine.firstround import ROUND_S, FirstRound


class World:
    """A round with a clock of its own and two hosts."""

    def __init__(self) -> None:
        self.now = 100.0
        self.done: list[str] = []
        self.round = FirstRound(lambda: self.now)
        self.polls = {number: self.round.watch(number, self._polled(number)) for number in (1, 2)}

    def _polled(self, number: int):
        async def poll() -> None:
            self.done.append(f"poll {number}")
            self.round.after(lambda: self.done.append(f"more {number}"))
            if number == 2:
                raise RuntimeError("a host that fails was tried all the same")

        return poll

    def poll(self, number: int) -> None:
        asyncio.run(self._one(number))

    async def _one(self, number: int) -> None:
        with contextlib.suppress(RuntimeError):
            await self.polls[number]()


def test_more_comes_after_the_last_first_reading() -> None:
    world = World()
    world.poll(1)
    assert world.done == ["poll 1"]
    world.poll(2)
    assert world.done == ["poll 1", "poll 2", "more 1", "more 2"]
    world.poll(1)
    assert world.done[-2:] == ["poll 1", "more 1"], "later there is nothing to wait for"


def test_a_host_that_is_silent_holds_up_nobody_for_ever() -> None:
    """When the round has lasted too long, the next that is tried ends it."""
    world = World()
    world.poll(1)
    world.now += ROUND_S
    world.poll(1)
    assert world.done == ["poll 1", "poll 1", "more 1", "more 1"]


def test_a_host_that_goes_is_not_waited_for() -> None:
    world = World()
    world.poll(1)
    world.round.forget(2)
    assert world.done == ["poll 1", "more 1"]


def test_hosts_that_come_later_make_a_round_of_their_own() -> None:
    world = World()
    world.poll(1)
    world.poll(2)
    late = world.round.watch(3, world._polled(3))
    world.round.after(lambda: world.done.append("held"))
    assert "held" not in world.done
    asyncio.run(late())
    assert "held" in world.done
