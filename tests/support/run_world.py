"""A store with an approved change, and an engine's part that runs it with hands that stand in for hosts."""

import atexit
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from support.waiting import until
from tui_ops.actions.changeruns import ACTS
from tui_ops.actions.protocol import Request
from tui_ops.actions.registry import Registry
from tui_ops.engine.acting import Acting, Kept
from tui_ops.engine.change.base import Hands, OnOutput
from tui_ops.engine.change.changing import Changing
from tui_ops.engine.finders import FINDERS
from tui_ops.engine.news import News
from tui_ops.model.changes import CellState, ChangeKind, ChangeState, RunKind, Start, Vote
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.fleet import Fleet, HostSpec, OperatorSpec, ServiceSpec
from tui_ops.model.orders import CellEnd, Seen
from tui_ops.model.people import Role, Who
from tui_ops.model.plans import Step, StepKind
from tui_ops.plans import read_plan
from tui_ops.practices.changes.freezing import Frozen, freeze, sha
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.tables.changes import Approval, Change, ChangeCell, ChangeLine, ChangeRun
from tui_ops.store.timeline import changed, to_json
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

ANN, BOB, CAT = Who("ann", Role.ADMIN, 1001), Who("bob", Role.OPERATOR, 1002), Who("cat", Role.APPROVER, 1003)
DAN = Who("dan", Role.VIEWER, 1004)
PEOPLE = tuple(OperatorSpec(who.name, who.role, who.name) for who in (ANN, BOB, CAT, DAN))

PLAN = """
steps:
  - command: [make, it]
  - command: [make, more]
post:
  - check: {port: 80, listens: yes}
rollback:
  - command: [take, it, back]
batches: [1, 2]
parallel: 4
"""

Key = tuple[str, str]


@dataclass
class StandIn:
    """What is on the hosts, whichever engine asks: claims, and what each attempt came to."""

    begun: list[tuple[str, str, int]] = field(default_factory=list)
    """Every attempt that was begun, in the order in which it was."""
    ends: dict[tuple[str, str, int], CellEnd] = field(default_factory=dict)
    stopped: list[Key] = field(default_factory=list)
    looked: list[Key] = field(default_factory=list)
    tried: list[Key] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    lost: set[Key] = field(default_factory=set)
    results: dict[Key, CellState] = field(default_factory=dict)
    """What becomes of a step; ok where nothing is said."""
    held: set[Key] = field(default_factory=set)
    """Steps that run until they are let go."""
    took: dict[Key, tuple[float, float]] = field(default_factory=dict)
    """How long a step took, and how long ago it ended, in seconds."""
    said: bytes = b""
    """What each step writes while it runs."""
    after: Callable[[Key], None] = lambda _key: None
    """Called when a step was begun."""

    def of(self, key: Key) -> CellEnd:
        state = self.results.get(key, CellState.CHANGED if key[1].startswith("steps") else CellState.OK)
        output = f"{key[1]} on {key[0]}\n".encode()
        seconds, ago_s = self.took.get(key, (0.1, 0.0))
        return CellEnd(
            state, f"it is {state}", 0 if state is not CellState.FAILED else 1, output,
            hashlib.sha256(output).hexdigest(), len(output), seconds, ago_s, f"{key[1]} differs",
        )  # fmt: skip


class StandInHands(Hands):
    """Hands without hosts: each attempt is claimed once, as on a host."""

    def __init__(self, there: StandIn) -> None:
        self.there = there

    async def perform(self, host: str, step: Step, attempt: int, on_output: OnOutput | None = None) -> CellEnd:
        there, key = self.there, (host, step.key)
        if (host, step.key, attempt) not in there.begun:
            there.begun.append((host, step.key, attempt))
            there.after(key)
        if on_output is not None and there.said:
            on_output(there.said)
        await until(lambda: key not in there.held or key in there.stopped, 60.0, f"{step.key} on {host} is let go")
        if key in there.stopped and key in there.held:
            return CellEnd(CellState.FAILED, "it was stopped", 143)
        return there.ends.setdefault((host, step.key, attempt), there.of(key))

    async def dry(self, host: str, step: Step) -> CellEnd:
        if step.kind is StepKind.MANUAL and step.when:
            return CellEnd(CellState.SKIPPED if "never" in step.when else CellState.CHANGED)
        key = (host, step.key)
        self.there.tried.append(key)
        await until(lambda: key not in self.there.held, 60.0, f"{step.key} on {host} is let go")
        return self.there.of(key)

    async def look(self, host: str, step: Step, attempt: int) -> tuple[Seen, CellEnd | None]:
        there, key = self.there, (host, step.key)
        there.looked.append(key)
        if (host, step.key, attempt) not in there.begun:
            return Seen.NEVER, None
        if key in there.lost:
            return Seen.LOST, CellEnd(CellState.UNKNOWN, "the host went down")
        if key in there.held:
            return Seen.RUNNING, None
        return Seen.OVER, there.ends.setdefault((host, step.key, attempt), there.of(key))

    async def read(self, host: str, step: Step, attempt: int, offset: int) -> bytes:
        return self.there.said[offset:]

    async def stop(self, host: str, step: Step, attempt: int) -> None:
        self.there.stopped.append((host, step.key))

    async def forget(self, host: str) -> None:
        self.there.forgotten.append(host)

    async def rest(self, host: str) -> None:
        """Nothing is open."""

    async def close(self) -> None:
        """Nothing is open."""


class RunWorld:
    """The store, and the part of an engine that runs changes.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        there: what is on the hosts.
    """

    def __init__(self, writer: Writer, paths: StatePaths, there: StandIn) -> None:
        self.writer, self.paths, self.there = writer, paths, there
        self.spec = ChangingSpec()
        self.news = News()
        self.set_by = 0.0
        """Seconds by which somebody has set the clock of the engine's machine."""
        self.changing: Changing
        self.acting: Acting

    async def engine(self) -> "RunWorld":
        """Begin as an engine does."""
        self.changing = Changing(
            self.writer, self.news, lambda: self.spec, lambda _token: StandInHands(self.there), ANN,
            lambda: time.time() + self.set_by,
        )  # fmt: skip
        await self.changing.begin()
        self.acting = Acting(Registry(ACTS), self.changing.doings(), self.writer, FINDERS)
        return self

    async def killed(self) -> "RunWorld":
        """End the engine in the middle of everything, and begin another one."""
        await self.changing.close()
        return await self.engine()

    def set_clock(self, by: float) -> None:
        """Set the clock of the engine's machine by so many seconds."""
        self.set_by = by
        for driver in self.changing._drivers.values():
            driver.poke()

    async def act(self, verb: str, *names: str, who: Who = BOB, **params: object) -> Kept:
        given = {name.rstrip("_"): value for name, value in params.items()}
        action = verb if "." in verb else f"change.{verb}"
        targets = names if "." in verb else (names or ("CHG-1",))
        return await self.acting.perform(who, Request(1, "act", action, targets, given), read_only=False)

    async def approved(
        self, plan: str = PLAN, hosts: Sequence[str] = ("web-1", "web-2", "web-3"), state: str = "approved",
        kind: ChangeKind = ChangeKind.NORMAL, approved: bool = True, **columns: Any,
    ) -> str:  # fmt: skip
        """Write a change that cat has approved, and return its name."""

        def write(session: Session) -> int:
            row = Change(
                title="make it", kind=str(kind), state=state, owner="bob", requested_by="bob", plan=plan,
                targets=to_json(list(hosts)), hosts=to_json(list(hosts)), edited_by='["bob"]', risk=10,
                **columns,
            )  # fmt: skip
            changed(session, [row])
            assert row.id is not None
            frozen = Frozen(row.id, kind, read_plan(plan, {}), tuple(hosts), {}, Start.HAND)
            row.frozen = freeze(frozen)
            row.frozen_sha, row.frozen_at = sha(row.frozen), time.time()
            if approved:
                session.add(Approval(change_id=row.id, at=time.time(), who="cat", uid=CAT.uid, vote=str(Vote.APPROVE),
                                     frozen_sha=row.frozen_sha))  # fmt: skip
            session.add(row)
            return row.id

        return f"CHG-{await self.writer.act(write)}"

    async def change(self, number: int = 1) -> Change:
        return await self.writer.note(lambda session: _detached(session, session.get_one(Change, number)))

    async def run_row(self, change: int = 1, kind: RunKind = RunKind.REAL) -> ChangeRun:
        query = select(ChangeRun).where(ChangeRun.change_id == change, ChangeRun.kind == str(kind))
        return await self.writer.note(
            lambda session: _detached(session, session.exec(query.order_by(col(ChangeRun.id).desc())).first())
        )

    async def cells(self, change: int = 1, kind: RunKind = RunKind.REAL) -> dict[Key, ChangeCell]:
        run = await self.run_row(change, kind)

        def read(session: Session) -> dict[Key, ChangeCell]:
            rows = session.exec(select(ChangeCell).where(ChangeCell.run_id == run.id)).all()
            return {(row.host, row.step): _detached(session, row) for row in rows}

        return await self.writer.note(read)

    async def lines(self, change: int = 1) -> list[str]:
        query = select(ChangeLine).where(ChangeLine.change_id == change).order_by(col(ChangeLine.id))
        return await self.writer.note(lambda session: [row.text for row in session.exec(query).all()])

    async def until_state(self, state: ChangeState, change: int = 1) -> Change:
        async def there() -> bool:
            return (await self.change(change)).state == state

        await until(there, 30.0, f"it is {state}")
        return await self.change(change)

    async def until_begun(self, host: str, step: str) -> None:
        await until(lambda: any(one[:2] == (host, step) for one in self.there.begun), 30.0, f"{step} began on {host}")

    def steps_of(self, *hosts: str) -> list[str]:
        return [f"{host} {step}" for host, step, _ in self.there.begun if not hosts or host in hosts]


def _detached(session: Session, row: Any) -> Any:
    assert row is not None
    session.expunge(row)
    return row


@cache
def _empty_state() -> Path:
    """Make an upgraded state once for all tests of the process: that takes a second."""
    root = Path(tempfile.mkdtemp(prefix="tui-ops-run-world-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    upgrade(prepare(root))
    return root


def fresh_state(folder: Path) -> StatePaths:
    """Return an empty state of a folder's own."""
    shutil.copytree(_empty_state(), folder / "state")
    return prepare(folder / "state")


@asynccontextmanager
async def run_world(folder: Path, hosts: int = 4) -> AsyncIterator[RunWorld]:
    """Give a world with so many hosts, ``web-1`` and so on, and an engine."""
    writer = await Writer.open(paths := fresh_state(folder))
    specs = tuple(HostSpec(f"web-{number + 1}", f"web-{number + 1}", f"10.0.0.{number + 1}") for number in range(hosts))
    services = (ServiceSpec("shop", hosts=("web-1", "web-2", "web-4")),)
    await writer.act(lambda session: sync_fleet(session, Fleet("t", specs, (), services, PEOPLE), time.time()))
    world = RunWorld(writer, paths, StandIn())
    await world.engine()
    try:
        yield world
    finally:
        await world.changing.close()
        await writer.close()


def batches_in(run: ChangeRun) -> list[list[str]]:
    """Return the batches of a run."""
    found: list[list[str]] = json.loads(run.batches)
    return found
