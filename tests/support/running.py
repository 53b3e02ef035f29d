"""A change that runs, written into a test's store as the engine writes it: its run, its batches, its cells."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, func, select

from support.desk_world import World
from tui_ops.model.changes import ChangeHappening, ChangeState, RunKind, RunState
from tui_ops.model.clock import now
from tui_ops.plans import read_plan, to_document
from tui_ops.store.tables.changes import Change, ChangeCell, ChangeLine, ChangeRun
from tui_ops.store.timeline import changed

PLAN = """
pre:
  - http: {url: "https://example.net/health"}
steps:
  - package: {name: nginx, version: 1.26.3-1}
  - file: {path: /etc/nginx/conf.d/tls.conf, content: "ssl_protocols TLSv1.2 TLSv1.3;"}
post:
  - http: {url: "https://example.net/health"}
rollback:
  - restore: files
expected_alerts: [http-check]
"""

WEB = tuple(f"web-{number:02}" for number in range(1, 25))

CELLS = ("pre-1", "steps-1", "steps-2", "post-1")


@dataclass
class Running:
    """A run as a test says it."""

    number: int
    """Of the change."""
    run_id: int
    world: World
    steps: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    at: float = field(default_factory=lambda: now().at)

    async def cells(self, hosts: Iterable[str], states: Mapping[str, str], **fields: Any) -> None:
        """Write what became of steps on hosts.

        Args:
            hosts: their names.
            states: of steps by their keys.
            fields: further columns of each of them.
        """
        names = tuple(hosts)
        await self.world.writer.act(lambda session: put_cells(session, self.run_id, names, states, self.at, fields))

    async def run(self, **fields: Any) -> None:
        """Change columns of the run."""
        await self._write(ChangeRun, self.run_id, fields)

    async def change(self, **fields: Any) -> None:
        """Change columns of the change."""
        await self._write(Change, self.number, fields)

    async def _write(self, table: type[Any], number: int, fields: Mapping[str, Any]) -> None:
        def write(session: Session) -> None:
            row = session.get_one(table, number)
            for name, value in fields.items():
                setattr(row, name, value)
            if table is ChangeRun:
                row.version += 1
                session.add(row)
            else:
                changed(session, [row])

        await self.world.writer.act(write)


def put_cells(
    session: Session, run_id: int, hosts: Sequence[str], states: Mapping[str, str], at: float, fields: Mapping[str, Any]
) -> None:
    """Write cells into a run, each with the next version."""
    top = session.exec(select(func.max(ChangeCell.version)).where(col(ChangeCell.run_id) == run_id)).one() or 0
    query = select(ChangeCell).where(col(ChangeCell.run_id) == run_id, col(ChangeCell.host).in_(list(hosts)))
    there = {(cell.host, cell.step): cell for cell in session.exec(query)}
    for host in hosts:
        for step, state in states.items():
            top += 1
            cell = there.get((host, step)) or ChangeCell(run_id=run_id, host=host, step=step)
            cell.version, cell.state = top, state
            if state != "waiting":
                cell.attempt, cell.begun_at = max(1, cell.attempt), cell.begun_at or at
            if state in ("ok", "changed", "failed", "skipped", "unknown"):
                cell.ended_at = (cell.begun_at or at) + 4.0
            for name, value in fields.items():
                setattr(cell, name, value)
            session.add(cell)


def written(text: bytes) -> dict[str, Any]:
    """Return the columns of a cell that wrote something."""
    return {
        "output": zlib.compress(text), "output_bytes": len(text), "output_sha": hashlib.sha256(text).hexdigest(),
    }  # fmt: skip


async def begin_run(
    world: World,
    hosts: Sequence[str] = WEB,
    batches: Sequence[int] = (1, 5, 6, 12),
    plan: str = PLAN,
    change: Mapping[str, Any] | None = None,
    run: Mapping[str, Any] | None = None,
    number: int | None = None,
) -> Running:
    """Write a change with a run.

    Args:
        world: into whose store.
        hosts: their names.
        batches: how many of them each has.
        plan: YAML.
        change: columns of the change.
        run: columns of the run.
        number: of a change that is there already.
    """
    read = read_plan(plan, {})
    frozen = json.dumps({"plan": to_document(read)})
    left, split = list(hosts), []
    for size in batches:
        split.append(left[:size])
        left = left[size:]
    at = now().at

    def write(session: Session) -> tuple[int, int]:
        row = session.get(Change, number) if number is not None else None
        if row is None:
            row = Change(**{
                "title": "nginx 1.26.3 on web", "state": str(ChangeState.RUNNING), "owner": "ann", "plan": plan,
                "hosts": json.dumps(list(hosts)), "frozen": frozen,
                "frozen_sha": hashlib.sha256(frozen.encode()).hexdigest(), "opened_at": at - 7200,
                "began_at": at - 300, **(change or {}),
            })  # fmt: skip
            changed(session, [row])
        assert row.id is not None
        made = ChangeRun(**{
            "version": 1, "change_id": row.id, "kind": str(RunKind.REAL), "state": str(RunState.RUNNING),
            "token": "t0k3n", "by": "ann", "frozen": frozen, "frozen_sha": row.frozen_sha,
            "batches": json.dumps(split), "begun_at": at - 300, **(run or {}),
        })  # fmt: skip
        session.add(made)
        session.flush()
        assert made.id is not None
        if made.kind == RunKind.REAL:
            row.run_id = made.id
        session.add(row)
        session.add(ChangeLine(change_id=row.id, at=at - 300, kind=str(ChangeHappening.RUN), who="ann",
                               text="the run began on 24 hosts in 4 batches"))  # fmt: skip
        return row.id, made.id

    change_id, run_id = await world.writer.act(write)
    steps = tuple(step.key for step in read.all_steps())
    return Running(change_id, run_id, world, steps, tuple(hosts), at)


async def third_batch(world: World) -> Running:
    """Write the run of the sketch: two batches are through, in the third one host failed and one still runs."""
    made = await begin_run(world, run={"batch": 2, "held": "1 failure exceeds the limit of 0 in this batch",
                                       "state": "paused"}, change={"state": "paused"})  # fmt: skip
    well = {"pre-1": "ok", "steps-1": "changed", "steps-2": "changed", "post-1": "ok"}
    await made.cells(WEB[:6], well)
    await made.cells(WEB[6:10], well)
    await made.cells([WEB[10]], {**well, "post-1": "running"})
    await made.cells([WEB[11]], {**well, "post-1": "ok"})
    await made.cells(
        [WEB[11]], {"post-1": "failed"}, exit_status=1, said="503 Service Unavailable (3 of 3)",
        **written(b"GET https://web-12/health\n503 Service Unavailable  (3 of 3)\n"
                  b'nginx[2210]: [emerg] no "ssl_certificate" is defined \x1b[31mred\n'),
    )  # fmt: skip
    return made


Seeder = Callable[[World], Any]
