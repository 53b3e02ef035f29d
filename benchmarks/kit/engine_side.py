"""The engine's side of a store, in a process of its own: what is measured beside it is the dashboard's alone."""

import asyncio
import multiprocessing
import time
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path

from kit.seeded import Door, Seeded
from kit.troubled import Troubled

TICK_S = 0.25
"""News comes four times a second at most."""

ROUND_S = 10.0
"""One poll of every host."""

BEAT_S = 5.0
"""The engine says so often that it lives."""

STEPS = int(ROUND_S / TICK_S)

FLOOD = 500
"""Alerts of a flood, which lasts a round: what a site that goes dark brings."""

READY_S = 120.0
"""A store of ten thousand hosts is written by then, on any machine."""


class Work(StrEnum):
    """What it does until it is told otherwise."""

    NOTHING = "nothing"
    BEATS = "beats"
    """It tells that it lives, and nothing else."""
    POLLS = "polls"
    """It reads every host once in ten seconds, a fortieth at a time."""
    TROUBLES = "troubles"
    """It opens some incidents, and then does nothing."""
    FLOOD = "flood"
    """Alerts come for ten seconds, 500 in all, while it reads every host as well."""
    ONCE = "once"
    """It reads every host now, and then does nothing."""
    END = "end"


class EngineSide:
    """A store of many hosts, and who writes it.

    Args:
        root: the state directory; it is made.
        count: how many hosts.
    """

    def __init__(self, root: Path, count: int) -> None:
        self.count = count
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(root, count, theirs))

    def __enter__(self) -> "EngineSide":
        self._process.start()
        self._answered(READY_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.does(Work.END)
        self._process.join()

    def does(self, work: Work) -> None:
        """Have it do this from now on."""
        self._pipe.send(work)
        self._answered(READY_S)

    def _answered(self, within_s: float) -> None:
        if not self._pipe.poll(within_s):
            raise RuntimeError("the engine's side does not answer")
        self._pipe.recv()


def _run(root: Path, count: int, pipe: Connection) -> None:
    asyncio.run(_serve(root, count, pipe))


async def _serve(root: Path, count: int, pipe: Connection) -> None:
    seeded = await Seeded(root, count).build()
    troubled = Troubled(seeded)
    door = await Door(seeded.paths.socket).open()
    pipe.send(Work.NOTHING)
    work, step, beaten_at = Work.NOTHING, 0, 0.0
    while work is not Work.END:
        began = time.monotonic()
        if pipe.poll():
            work, step = pipe.recv(), 0
            if work is Work.ONCE:
                await seeded.poll(seeded.ids)
                await seeded.beat()
            if work is Work.TROUBLES:
                await troubled.at_first()
                door.news("incidents")
            pipe.send(work)
        if work is Work.FLOOD and step < STEPS:
            await troubled.flood(FLOOD * (step + 1) // STEPS - FLOOD * step // STEPS)
            door.news("incidents")
        if work in (Work.BEATS, Work.POLLS, Work.FLOOD) and began - beaten_at >= BEAT_S:
            beaten_at = began
            await seeded.beat()
            door.news("engine")
        if work in (Work.POLLS, Work.FLOOD):
            await seeded.poll(seeded.ids[step % STEPS :: STEPS])
            door.news("hosts")
            step += 1
        await asyncio.sleep(max(0.0, began + TICK_S - time.monotonic()))
    await door.close()
    await seeded.close()
