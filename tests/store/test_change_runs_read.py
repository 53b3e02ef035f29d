"""Runs as they are read: what moved since a version, outputs within their bounds, what happened on the hosts."""

import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from support.desk_world import World, varied
from support.running import WEB, Running, begin_run, third_batch, written

from tui_ops.model.changes import CellState, RunKind, RunState
from tui_ops.model.clock import now
from tui_ops.model.orders import OUTPUT_KEPT
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.changes import ChangeLink
from tui_ops.store.timeline import changed
from tui_ops.store.views import changeruns
from tui_ops.store.views.connect import Reader, open_reader


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await World(tmp_path / "state").build(varied(12))
    yield made
    await made.close()


@pytest.fixture
async def run(world: World) -> Running:
    return await third_batch(world)


@pytest.fixture
def reader(world: World) -> Any:
    with open_reader(StatePaths(world.root)) as opened:
        yield opened


async def test_the_head_and_what_stays(run: Running, reader: Reader) -> None:
    """Everything that the tables have, typed; the newest run first."""
    dry = await begin_run(run.world, run={"kind": "dry run", "state": "done"}, number=run.number)
    first, second = changeruns.runs_of(reader, run.number)
    assert (first.id, first.kind, first.dry) == (dry.run_id, RunKind.DRY, True)
    assert (second.state, second.batch, second.name) == (RunState.PAUSED, 2, "CHG-1")
    assert second.id == run.run_id
    assert changeruns.runs_of(reader, 99) == []
    fixed = changeruns.run_fixed(reader, run.run_id)
    assert fixed is not None
    assert [len(batch) for batch in fixed.batches] == [1, 5, 6, 12]
    assert changeruns.run_fixed(reader, 99) is None


async def test_only_cells_that_moved(run: Running, reader: Reader) -> None:
    """After a version; their seconds are known once they are over."""
    cells = changeruns.run_cells(reader, run.run_id)
    assert len(cells) == 48
    newest = max(cell.version for cell in cells)
    assert changeruns.run_cells(reader, run.run_id, newest) == []
    await run.cells(["web-13"], {"pre-1": "running"})
    (moved,) = changeruns.run_cells(reader, run.run_id, newest)
    assert (moved.host, moved.state, moved.seconds) == ("web-13", CellState.RUNNING, None)
    assert next(cell for cell in cells if cell.state is CellState.FAILED).seconds == 4.0


async def test_an_output_stays_within_its_bounds(run: Running, reader: Reader) -> None:
    """One that would unpack to a gigabyte does not; one that is damaged gives nothing."""
    bomb = zlib.compress(b"\0" * (64 * OUTPUT_KEPT))
    await run.cells(["web-01"], {"pre-1": "ok"}, output=bomb)
    assert len(changeruns.cell_output(reader, run.run_id, "web-01", "pre-1")) == OUTPUT_KEPT
    await run.cells(["web-01"], {"pre-1": "ok"}, output=b"no zlib")
    assert changeruns.cell_output(reader, run.run_id, "web-01", "pre-1") == b""
    await run.cells(["web-01"], {"pre-1": "ok"}, **written(b"fine\n"))
    assert changeruns.cell_output(reader, run.run_id, "web-01", "pre-1") == b"fine\n"
    assert changeruns.cell_output(reader, run.run_id, "nobody", "pre-1") == b""


async def test_alerts_of_many_hosts(world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names in portions; from the beginning to the end of the run; an expected one that is over stays expected."""
    monkeypatch.setattr(changeruns, "NAMES_AT_ONCE", 2)
    hosts = list(world.ids)
    made = await begin_run(world, hosts, (len(hosts),))
    (head,) = changeruns.runs_of(reader, made.number)

    def fire(session: Session) -> None:
        at = now().at
        usual = {"source": "rule", "text": "x", "started_at": at, "detected_at": at, "seen_at": at}
        changed(session, [Alert(rule="cpu", subject=host, host_id=world.ids[host], **usual) for host in hosts])
        changed(session, [Alert(rule="http-check", subject="over", host_id=world.ids[hosts[-1]], ended_at=at, **usual)])
        session.add(ChangeLink(change_id=made.number, kind="caused", other="INC-9", at=at))
        session.add(ChangeLink(change_id=made.number, kind="problem", other="PRB-9", at=at))

    await world.writer.act(fire)
    around = changeruns.run_around(reader, head, hosts, ("http-check",))
    assert (around.new_alerts, around.expected_alerts, around.caused) == (len(hosts), 1, ("INC-9",))
    assert changeruns.run_around(reader, head, hosts[:1], ()).new_alerts == 1
    over = replace(head, ended_at=head.begun_at + 1)
    assert changeruns.run_around(reader, over, hosts).new_alerts == 0
    assert changeruns.run_around(reader, head, WEB).new_alerts == 0
