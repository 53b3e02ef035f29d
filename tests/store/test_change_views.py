"""What the screen of changes reads: rows by what is in the tables, progress, and the dry run's groups."""

import json
import zlib

import pytest
from sqlmodel import Session

from tui_ops.model.changes import ChangeState, ConflictKind, RunState, Vote
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.clock import now
from tui_ops.model.fleet import Fleet
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables.changes import Approval, Change, ChangeCell, ChangeModel, ChangeRun, Freeze
from tui_ops.store.timeline import changed
from tui_ops.store.views.changes import DONE_DAYS, change, changes
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.dryruns import OUTPUT_READ, dry_run, unpacked
from tui_ops.store.views.planned import changing, freezes, models
from tui_ops.store.writer import Writer

DAY = 86400.0


def _run(session: Session, number: int, kind: str, state: str, batches: list[list[str]], batch: int = 0) -> int:
    row = ChangeRun(change_id=number, kind=kind, state=state, token="t", by="ann", frozen="{}", frozen_sha="f",
                    batches=json.dumps(batches), batch=batch, begun_at=1.0)  # fmt: skip
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


async def test_a_row_has_what_the_table_has(writer: Writer, paths: StatePaths) -> None:
    """Lists and documents as values; only what was said of exactly this, and is not void, counts as said."""

    differed = '{"items": [{"topic": "files", "item": "/etc/motd"}], "who": ["eve"]}'

    def write(session: Session) -> None:
        changed(session, [Change(
            title="t", state="submitted", frozen_sha="f", edited_by='["ann"]', hosts='["a","b"]', opened_at=1.0,
            risk_factors='[["hosts", "2 hosts", 5]]', difference=differed,
            conflicts='[["freeze", "weekend", true, ["a"]], ["another change", "CHG-9", false]]',
        )])  # fmt: skip
        for sha, void in (("f", None), ("old", None), ("f", 5.0)):
            session.add(Approval(change_id=1, at=2.0, who="bob", uid=1, vote="approve", frozen_sha=sha, void_at=void))

    await writer.act(write)
    with open_reader(paths) as reader:
        row = change(reader, 1)
        assert change(reader, 2) is None
    assert row is not None
    assert (row.name, row.state, row.hosts, row.edited_by) == ("CHG-1", ChangeState.SUBMITTED, ("a", "b"), ("ann",))
    assert (row.risk_factors[0].said, row.risk_factors[0].points) == ("2 hosts", 5)
    assert [(one.kind, one.blocks, one.hosts) for one in row.conflicts] == [
        (ConflictKind.FREEZE, True, ("a",)), (ConflictKind.HOST, False, ()),
    ]  # fmt: skip
    assert [name for name, _ in row.difference] == ["files", "there"]
    assert row.difference[0][1].startswith("/etc/motd is new")
    assert [(one.vote, one.frozen_sha, one.void_at) for one in row.votes] == [(Vote.APPROVE, "f", None)]


async def test_what_runs_is_read_with_every_look(writer: Writer, paths: StatePaths) -> None:
    """Its run moves on without its own version; of the others only what is newer comes."""

    def write(session: Session) -> None:
        changed(session, [Change(title="runs", state="running", opened_at=1.0)])
        changed(session, [Change(title="waits", state="submitted", opened_at=1.0)])
        run = _run(session, 1, "run", "running", [["a"], ["b", "c"], ["d"]], 1)
        for host, state in (("a", "ok"), ("b", "failed"), ("c", "asking")):
            session.add(ChangeCell(run_id=run, host=host, step="steps-1", state=state))
        session.get_one(Change, 1).run_id = run

    await writer.act(write)
    with open_reader(paths) as reader:
        newest = max(row.version for row in changes(reader))
        assert [row.title for row in changes(reader, newest)] == ["runs"]
        run = changes(reader, newest)[0].progress
    assert run is not None
    assert (run.batch, run.batches, run.hosts, run.done, run.failed, run.asking) == (2, 3, 4, 1, 1, 1)


async def test_old_ones_are_asked_for(writer: Writer, paths: StatePaths) -> None:
    """What is open stays however old it is; what was done with goes after two weeks."""
    at = now().at
    old = at - (DONE_DAYS + 1) * DAY
    await writer.act(lambda session: changed(session, [
        Change(title="old draft", opened_at=old), Change(title="new", state="closed", opened_at=old, closed_at=at),
        Change(title="old", state="closed", opened_at=old, closed_at=old),
    ]))  # fmt: skip
    with open_reader(paths) as reader:
        assert {row.title for row in changes(reader)} == {"old draft", "new"}
        assert len(changes(reader, everything=True)) == 3


async def test_a_dry_run_is_grouped_by_equal_result(writer: Writer, paths: StatePaths) -> None:
    """By what would differ, not by what a step says of the host; failures first, then the most hosts."""

    def write(session: Session) -> None:
        changed(session, [Change(title="t", opened_at=1.0)])
        _run(session, 1, "dry run", "done", [["z"]])
        run = _run(session, 1, "dry run", "done", [["a", "b", "c", "d"]])
        for host, state, said, result in (
            ("a", "changed", "a: 1 to 2", "1 to 2"), ("b", "changed", "b: 1 to 2", "1 to 2"), ("c", "ok", "well", ""),
            ("d", "failed", "held back", ""),
        ):  # fmt: skip
            session.add(ChangeCell(run_id=run, host=host, step="steps-1", state=state, said=said, result=result,
                                   output=zlib.compress(f"out of {host}".encode())))  # fmt: skip

    await writer.act(write)
    with open_reader(paths) as reader:
        found = dry_run(reader, 1)
        assert dry_run(reader, 2) is None
    assert found is not None
    assert found.state is RunState.DONE
    assert [(group.hosts, group.fails) for group in found.groups] == [
        (("d",), True), (("a", "b"), False), (("c",), False),
    ]  # fmt: skip
    assert [cell.output for cell in found.groups[1].cells] == ["out of a"]
    assert found.groups[2].cells == ()


@pytest.mark.parametrize("output", [b"", b"no zlib", zlib.compress(b"\xff" * 100_000)])
def test_an_output_is_bounded_whatever_it_is(output: bytes) -> None:
    """A bomb is not unpacked beyond what is shown."""
    assert len(unpacked(output, OUTPUT_READ)) <= OUTPUT_READ


async def test_models_and_freezes(writer: Writer, paths: StatePaths) -> None:
    """A model whose text is not the approved one is no standard; a freeze that is over is asked for."""
    at = now().at

    def write(session: Session) -> None:
        for name, sha, retired in (("good", "s", None), ("edited", "other", None), ("gone", "s", at)):
            session.add(ChangeModel(name=name, title=name, plan="", sha=sha, by="ann", created_at=at,
                                    approved_sha="s", retired_at=retired))  # fmt: skip
        session.flush()
        changed(session, [Change(title="t", model_id=1, outcome="successful", state="closed", opened_at=at)])
        for ends, ended in ((at + DAY, None), (at - DAY, None), (at + DAY, at)):
            session.add(Freeze(title="f", begins_at=at - 2 * DAY, ends_at=ends, by="ann", at=at, ended_at=ended))

    await writer.act(write)
    with open_reader(paths) as reader:
        assert [(row.name, row.is_standard, row.used, row.successful) for row in models(reader)] == [
            ("edited", False, 0, 0), ("good", True, 1, 1),
        ]  # fmt: skip
        assert [row.is_standard for row in models(reader, everything=True)] == [False, False, True]
        assert [row.name for row in freezes(reader)] == ["FRZ-1"]
        assert len(freezes(reader, everything=True)) == 3


async def test_the_section_of_the_inventory(writer: Writer, paths: StatePaths) -> None:
    """It is there with the inventory, and goes with the next one."""
    with open_reader(paths) as reader:
        assert changing(reader) == ChangingSpec()
        for solo in (True, False):
            fleet = Fleet("f", changing=ChangingSpec(solo=solo, holidays=("2026-12-25",)))
            await writer.act(lambda session, fleet=fleet: sync_fleet(session, fleet, 1.0))
            assert changing(reader) == fleet.changing
