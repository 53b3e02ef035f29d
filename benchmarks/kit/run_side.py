"""The engine's side of a run of a change, in a process of its own: cells change as a real run changes them."""

import asyncio
import json
import multiprocessing
import random
import time
import zlib
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path

from sqlmodel import Session, col, select

from kit.seeded import Door, Seeded
from tui_ops.model.changes import CellState, ChangeState, RunKind, RunState
from tui_ops.model.clock import now
from tui_ops.plans import read_plan, to_document
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables.changes import Change, ChangeCell, ChangeRun
from tui_ops.store.timeline import changed
from tui_ops.store.writer import Writer

TICK_S = 0.05
"""Cells are written so often: each step of each host when it moves, as the engine does."""

NEWS_S = 0.25
"""News comes four times a second at most."""

PARALLEL = 10
"""Hosts at the same time, as plans have it where they say nothing."""

STEP_S = (0.3, 1.5)
"""From the beginning to the end of a step: short ones, which move the most."""

FAILS = 0.002
"""Share of steps that fail."""

FIRST_BATCHES = (1, 10, 50)
"""Hosts of the batches before the last one: 1, 5 % and 25 % of 200, as plans have it where they say nothing."""

READY_S = 120.0


class Work(StrEnum):
    """What it does until it is told otherwise."""

    NOTHING = "nothing"
    RUNS = "runs"
    END = "end"


class RunSide:
    """A store with a run, and who writes it.

    Args:
        root: the state directory; it is made.
        hosts: how many.
        steps: of each.
    """

    def __init__(self, root: Path, hosts: int, steps: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(root, hosts, steps, theirs))
        self.cells = 0
        """Cells that were written since it was told last what to do."""

    def __enter__(self) -> "RunSide":
        self._process.start()
        self._answered()
        return self

    def __exit__(self, *_: object) -> None:
        self.does(Work.END)
        self._process.join()

    def does(self, work: Work) -> int:
        """Have it do this from now on; return how many cells it wrote before."""
        self._pipe.send(work)
        return self._answered()

    def _answered(self) -> int:
        if not self._pipe.poll(READY_S):
            raise RuntimeError("the engine's side does not answer")
        return int(self._pipe.recv())


def _run(root: Path, hosts: int, steps: int, pipe: Connection) -> None:
    asyncio.run(_serve(root, hosts, steps, pipe))


async def _serve(root: Path, count: int, steps: int, pipe: Connection) -> None:
    seeded = await Seeded(root, count).build()
    paths = StatePaths(root)
    writer = await Writer.open(paths)
    names = tuple(f"node-{number:03}.lon1" for number in range(count))
    run = _Story(writer, names, steps)
    await run.begin()
    door = await Door(paths.socket).open()
    pipe.send(0)
    work, told_at, untold = Work.NOTHING, 0.0, False
    while work is not Work.END:
        began = time.monotonic()
        if pipe.poll():
            work = pipe.recv()
            pipe.send(run.written)
            run.written = 0
        if work is Work.RUNS and await run.step(began):
            untold = True
        if untold and began - told_at >= NEWS_S:
            told_at, untold = began, False
            door.news("changes")
        await asyncio.sleep(max(0.0, began + TICK_S - time.monotonic()))
    await door.close()
    await writer.close()
    await seeded.close()


class _Story:
    """A run over its hosts: each goes through its steps, so many hosts at the same time."""

    def __init__(self, writer: Writer, hosts: tuple[str, ...], steps: int) -> None:
        self._writer, self._hosts = writer, hosts
        plan = "steps:\n" + "\n".join(f"  - command: 'apply {number}'" for number in range(steps))
        self._plan = read_plan(plan, {})
        self._keys = tuple(step.key for step in self._plan.all_steps())
        self._dice = random.Random(3)
        self._at: dict[str, tuple[int, float]] = {}
        """Hosts that are worked on: the step, and when it ends."""
        self._next = 0
        self._version = 0
        self._run = 0
        self.written = 0

    async def begin(self) -> None:
        """Write the change and its run, every cell waiting."""
        batches, left = [], list(self._hosts)
        for size in (*FIRST_BATCHES, len(left)):
            batches.append(left[:size])
            left = left[size:]

        def write(session: Session) -> int:
            frozen = json.dumps({"plan": to_document(self._plan)})
            change = Change(
                title="the new settings of the kernel on every node", state=str(ChangeState.RUNNING), owner="ann",
                hosts=json.dumps(list(self._hosts)), frozen=frozen, opened_at=now().at, began_at=now().at,
            )  # fmt: skip
            changed(session, [change])
            assert change.id is not None
            run = ChangeRun(
                version=1, change_id=change.id, kind=str(RunKind.REAL), state=str(RunState.RUNNING), token="bench",
                by="ann", frozen=frozen, frozen_sha="", batches=json.dumps([one for one in batches if one]),
                begun_at=now().at,
            )  # fmt: skip
            session.add(run)
            session.flush()
            assert run.id is not None
            change.run_id = run.id
            session.add(change)
            for host in self._hosts:
                for key in self._keys:
                    self._version += 1
                    session.add(ChangeCell(version=self._version, run_id=run.id, host=host, step=key))
            return run.id

        self._run = await self._writer.act(write)

    async def step(self, at: float) -> bool:
        """Let time pass; return whether anything moved."""
        moves: list[tuple[str, str, CellState]] = []
        for host, (number, ends) in list(self._at.items()):
            if at < ends:
                continue
            fails = self._dice.random() < FAILS
            moves.append((host, self._keys[number], CellState.FAILED if fails else CellState.CHANGED))
            del self._at[host]
            if not fails and number + 1 < len(self._keys):
                self._begin(host, number + 1, at, moves)
        while len(self._at) < PARALLEL and self._next < len(self._hosts):
            self._begin(self._hosts[self._next], 0, at, moves)
            self._next += 1
        if moves:
            await self._writer.act(lambda session: self._write(session, moves))
            self.written += len(moves)
        if not self._at and self._next == len(self._hosts):
            self._next = 0  # From the beginning: what is measured goes on.
        return bool(moves)

    def _begin(self, host: str, number: int, at: float, moves: list[tuple[str, str, CellState]]) -> None:
        self._at[host] = (number, at + self._dice.uniform(*STEP_S))
        moves.append((host, self._keys[number], CellState.RUNNING))

    def _write(self, session: Session, moves: list[tuple[str, str, CellState]]) -> None:
        hosts = {host for host, _, _ in moves}
        query = select(ChangeCell).where(col(ChangeCell.run_id) == self._run, col(ChangeCell.host).in_(hosts))
        cells = {(cell.host, cell.step): cell for cell in session.exec(query)}
        output = zlib.compress(b"net.ipv4.ip_forward = 1\nok\n" * 20)
        for host, key, state in moves:
            self._version += 1
            cell = cells[host, key]
            cell.version, cell.state, cell.attempt = self._version, str(state), 1
            if state is CellState.RUNNING:
                cell.begun_at, cell.ended_at = now().at, None
            else:
                cell.ended_at, cell.exit_status = now().at, int(state is CellState.FAILED)
                cell.output, cell.output_bytes, cell.said = output, 540, "done"
            session.add(cell)
