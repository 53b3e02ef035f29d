"""Changes run as they were approved: batch by batch, held, taken back, cut off and looked up, with stand-in hands."""

import asyncio
import sqlite3
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.run_world import ANN, CAT, DAN, PLAN, RunWorld, batches_in, run_world
from support.waiting import until

from tui_ops.actions.errors import ActError, Code
from tui_ops.model.changes import CellState, ChangeKind, ChangeState, Outcome, RunKind, RunState
from tui_ops.store.tables.changes import Change, ChangeRun


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RunWorld]:
    async with run_world(tmp_path) as made:
        yield made


async def test_it_runs_as_it_was_approved(world: RunWorld) -> None:
    """Batch by batch, each step once, with its result, and with lines and an audit entry that say so."""
    await world.approved()
    kept = await world.act("start")
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.SUCCESSFUL
    assert change.stopped == ""
    assert world.steps_of("web-1") == ["web-1 steps-1", "web-1 steps-2", "web-1 post-1"]
    assert len(world.there.begun) == len(set(world.there.begun)) == 9
    run = await world.run_row()
    assert batches_in(run) == [["web-1"], ["web-2", "web-3"]]
    assert world.there.begun[2] == ("web-1", "post-1", 1)
    assert (run.state, run.ended_at is not None, run.frozen_sha) == (RunState.DONE, True, change.frozen_sha)
    cell = (await world.cells())["web-2", "steps-1"]
    assert (cell.state, cell.attempt, cell.exit_status) == (CellState.CHANGED, 1, 0)
    assert zlib.decompress(cell.output) == b"steps-1 on web-2\n"
    assert cell.begun_at is not None
    assert cell.ended_at is not None
    lines = await world.lines()
    assert lines[0] == "begun: approved by cat"
    assert "batch 2 of 2: web-2, web-3" in lines
    assert lines[-1] == "successful"
    assert kept.audit > 0


async def test_the_intent_is_on_disk_before_a_step_is_sent(world: RunWorld) -> None:
    """Whatever begins on a host, its cell says before that it was sent."""
    seen: list[str] = []

    def look(key: tuple[str, str]) -> None:
        with sqlite3.connect(world.paths.ops_db) as connection:
            found = connection.execute("SELECT state, attempt FROM change_cell WHERE host = ? AND step = ?", key)
            seen.append(f"{found.fetchone()}")

    world.there.after = look
    await world.approved()
    await world.act("start")
    await world.until_state(ChangeState.ENDED)
    assert set(seen) == {"('sent', 1)"}
    assert len(seen) == 9


async def test_a_failure_holds_it_and_it_goes_on_without_the_host(world: RunWorld) -> None:
    """The rest is untouched until somebody decides."""
    await world.approved(hosts=["web-1", "web-2", "web-3", "web-4"])
    world.there.results["web-2", "steps-1"] = CellState.FAILED
    await world.act("start")
    change = await world.until_state(ChangeState.PAUSED)
    assert "batch 2: 1 of 2 failed (web-2)" in change.stopped
    assert world.steps_of("web-4") == []
    await world.act("continue", reason="known")
    change = await world.until_state(ChangeState.ENDED)
    assert (change.outcome, change.stopped) == (Outcome.ISSUES, "web-2: failed or is not known")
    assert "gone on by bob: known; without web-2" in await world.lines()
    assert (await world.cells())["web-2", "steps-1"].by == "bob"


async def test_a_batch_that_fails_is_taken_back_by_policy(world: RunWorld) -> None:
    """Only the hosts on which a step was begun, and those before stay."""
    await world.approved(PLAN + "on_failure: roll back\n")
    world.there.results["web-3", "post-1"] = CellState.FAILED
    await world.act("start")
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.ROLLED_BACK
    assert [one for one in world.steps_of() if "rollback" in one] == ["web-2 rollback-1", "web-3 rollback-1"]
    assert "batch 2: 1 of 2 failed (web-3)" in change.stopped


async def test_everything_is_taken_back_from_the_end(world: RunWorld) -> None:
    """A success too, as long as its paperwork is not done; its outcome says so afterwards."""
    await world.approved()
    await world.act("start")
    await world.until_state(ChangeState.ENDED)
    kept = await world.act("roll_back", reason="customers complain")
    assert kept.done.message == "CHG-1: is being taken back; its list says what came of it"
    await until(lambda: len([one for one in world.steps_of() if "rollback" in one]) == 3, 30)
    change = await world.until_state(ChangeState.ENDED)
    await until(lambda: not world.changing._tasks, 30)
    change = await world.change()
    assert change.outcome == Outcome.ROLLED_BACK
    with pytest.raises(ActError, match="taken back already"):
        await world.act("roll_back", reason="again")


async def test_abort_stops_what_is_under_way(world: RunWorld) -> None:
    """And it ends as failed once nothing is under way any more; it can be taken back then."""
    await world.approved()
    world.there.held.add(("web-1", "steps-1"))
    await world.act("start")
    await world.until_begun("web-1", "steps-1")
    await world.act("abort", reason="wrong day")
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.FAILED
    assert change.stopped == "aborted by bob: wrong day"
    assert world.there.stopped == [("web-1", "steps-1")]
    assert world.steps_of() == ["web-1 steps-1"]
    await world.act("roll_back", reason="clean up")
    await world.until_begun("web-1", "rollback-1")


async def test_pause_begins_nothing_further(world: RunWorld) -> None:
    """What is under way ends, its result is kept, and the next step waits for somebody."""
    await world.approved()
    world.there.held.add(("web-1", "steps-1"))
    await world.act("start")
    await world.until_begun("web-1", "steps-1")
    assert world.changing.stays == "1 change under way"
    await world.act("pause")
    world.there.held.clear()
    await until(lambda: _state_of(world, "web-1", "steps-1", CellState.CHANGED), 30)
    assert world.steps_of() == ["web-1 steps-1"]
    await world.act("continue")
    assert (await world.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL
    await until(lambda: world.changing.stays == "", 30)


async def _state_of(world: RunWorld, host: str, step: str, state: CellState) -> bool:
    return (await world.cells())[host, step].state == state


async def test_retry_and_skip(world: RunWorld) -> None:
    """Another attempt is another claim; a step that a person skipped is written down as his."""
    await world.approved()
    world.there.results["web-1", "steps-1"] = CellState.FAILED
    await world.act("start")
    await world.until_state(ChangeState.PAUSED)
    await world.act("retry")
    await until(lambda: ("web-1", "steps-1", 2) in world.there.begun, 30)
    await world.until_state(ChangeState.PAUSED)
    await world.act("skip", host="web-1", step="steps-1", reason="done by hand")
    await world.act("continue")
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.ISSUES
    cell = (await world.cells())["web-1", "steps-1"]
    assert (cell.state, cell.by, cell.said) == (CellState.SKIPPED, "bob", "skipped by bob: done by hand")


async def test_a_manual_step_waits_for_its_answer(world: RunWorld) -> None:
    """Where its condition does not hold nobody is asked."""
    await world.approved(
        "steps:\n  - manual: pull the plug\n  - manual: never\n    when: host == \"never\"\n"
        "post:\n  - check: {port: 80, listens: yes}\n", ["web-1"]
    )  # fmt: skip
    await world.act("start")
    await until(lambda: _state_of(world, "web-1", "steps-1", CellState.ASKING), 30)
    await world.act("answer", done="yes", note="it is out")
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.SUCCESSFUL
    cells = await world.cells()
    assert (cells["web-1", "steps-1"].said, cells["web-1", "steps-1"].by) == ("done, says bob: it is out", "bob")
    assert cells["web-1", "steps-2"].state == CellState.SKIPPED


async def test_what_writes_is_followed_live(world: RunWorld) -> None:
    """The end of it is in the store while the step runs."""
    await world.approved(hosts=["web-1"])
    world.there.said = b"working\n"
    world.there.held.add(("web-1", "steps-1"))
    await world.act("start")

    async def seen() -> bool:
        cell = (await world.cells())["web-1", "steps-1"]
        return bool(cell.output) and zlib.decompress(cell.output) == b"working\n"

    await until(seen, 30, "what it wrote is there")
    await until(lambda: _state_of(world, "web-1", "steps-1", CellState.RUNNING), 30)
    world.there.held.clear()
    await world.until_state(ChangeState.ENDED)
    assert zlib.decompress((await world.cells())["web-1", "steps-1"].output) == b"steps-1 on web-1\n"


async def test_a_dry_run_touches_nothing_and_has_a_digest(world: RunWorld) -> None:
    """The same finding has the same digest, another one another; no step was performed."""
    await world.approved(state="draft", approved=False)

    async def tried() -> str:
        await world.act("dry_run")
        await until(lambda: not world.changing._tasks, 30)
        run = await world.run_row(kind=RunKind.DRY)
        assert run.state == RunState.DONE
        return run.sha

    first = await tried()
    assert await tried() == first
    world.there.results["web-2", "steps-2"] = CellState.OK
    assert await tried() != first
    assert len(first) == 64
    assert world.there.begun == []
    change = await world.change()
    assert change.state == ChangeState.DRAFT
    assert change.dry_run_id == (await world.run_row(kind=RunKind.DRY)).id
    assert (await world.lines())[-1] == "dry run over: 3 of 3 hosts would differ"
    assert set(await world.cells(kind=RunKind.DRY)) == {
        (f"web-{host}", f"steps-{step}") for host in (1, 2, 3) for step in (1, 2)
    }


# --- who may, and what stands against it ---------------------------------------------------------------------------


async def test_only_what_was_approved_begins(world: RunWorld) -> None:
    """Not what nobody approved, nor what was changed in the file since."""
    await world.approved(approved=False)
    with pytest.raises(ActError, match="not approved as it would run"):
        await world.act("start")
    await world.approved(state="submitted")
    with pytest.raises(ActError, match="it begins once it is approved"):
        await world.act("start", "CHG-2")
    await world.approved()

    def forge(session: Session) -> None:
        row = session.get_one(Change, 3)
        row.frozen = row.frozen.replace("web-3", "web-4")

    await world.writer.act(forge)
    with pytest.raises(ActError, match="does not fit its digest"):
        await world.act("start", "CHG-3")
    assert world.there.begun == []


async def test_a_viewer_starts_nothing(world: RunWorld) -> None:
    """Roles hold for runs as for all acts."""
    await world.approved()
    with pytest.raises(ActError, match="takes the role operator"):
        await world.act("start", who=DAN)


async def test_an_emergency_runs_before_it_is_approved_for_an_approver_with_a_reason(world: RunWorld) -> None:
    """With a review that is due within a day."""
    await world.approved(state="submitted", kind=ChangeKind.EMERGENCY, approved=False)
    with pytest.raises(ActError, match="takes the role approver"):
        await world.act("start", reason="it burns")
    with pytest.raises(ActError, match="is not approved") as refused:
        await world.act("start", who=CAT)
    assert refused.value.code is Code.REASON
    await world.act("start", who=CAT, reason="it burns")
    change = await world.until_state(ChangeState.ENDED)
    assert change.review_due_at == pytest.approx((change.began_at or 0) + 86400.0)


async def test_a_host_belongs_to_one_change_at_a_time(world: RunWorld) -> None:
    """Whatever the other one does; once it is over it is free."""
    await world.approved(hosts=["web-1"])
    await world.approved(hosts=["web-2", "web-1"])
    world.there.held.add(("web-1", "steps-1"))
    await world.act("start", "CHG-1")
    with pytest.raises(ActError, match="web-1 belongs to CHG-1, which is running"):
        await world.act("start", "CHG-2", reason="now")
    await world.act("pause", "CHG-1")
    with pytest.raises(ActError, match="CHG-1"):
        await world.act("start", "CHG-2", reason="now")
    world.there.held.clear()
    await world.act("continue", "CHG-1")
    await world.until_state(ChangeState.ENDED)
    await world.act("start", "CHG-2", reason="now")
    await world.until_state(ChangeState.ENDED, 2)


async def test_everything_is_stopped_by_one_act(world: RunWorld) -> None:
    """Of all changes, and what is scheduled waits for a person as well."""
    for host in ("web-1", "web-2"):
        await world.approved(hosts=[host])
        world.there.held.add((host, "steps-1"))
    await world.approved(state="scheduled", hosts=["web-3"])
    await world.act("start", "CHG-1")
    with pytest.raises(ActError, match="bob has CHG-1 at that time"):
        await world.act("start", "CHG-2")
    await world.act("start", "CHG-2", reason="both are small")
    kept = await world.act("fleet.stop_changes", reason="the site burns")
    assert kept.done.message == "stopped: CHG-1, CHG-2; no longer begun at their time: CHG-3"
    assert (await world.change(3)).state == ChangeState.APPROVED
    world.there.held.clear()
    for number in (1, 2):
        assert (await world.change(number)).state == ChangeState.PAUSED
    assert "the site burns" in (await world.change(2)).stopped


async def test_a_scheduled_change_begins_without_a_person(world: RunWorld) -> None:
    """In the name of the engine's owner, with an audit entry; and not where something stands against it."""
    await world.approved(state="scheduled", implementer="bob")
    assert await world.changing.start(1) == "CHG-1 begun at its time"
    assert (await world.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL
    assert (await world.run_row()).by == "bob"
    assert "begun at its time: approved by cat" in await world.lines()
    assert ANN.name == "ann"


# --- the engine ends -----------------------------------------------------------------------------------------------


async def test_an_engine_that_ends_leaves_it_interrupted_with_the_step_named(world: RunWorld) -> None:
    """Nothing goes on by itself; looking up begins nothing; resuming waits for what runs and begins nothing twice."""
    await world.approved()
    world.there.held.add(("web-1", "steps-2"))
    await world.act("start")
    await world.until_begun("web-1", "steps-2")
    await world.killed()
    change = await world.change()
    assert change.state == ChangeState.INTERRUPTED
    assert "under way: steps-2 on web-1" in change.stopped
    begun = list(world.there.begun)
    await world.act("verify")
    await until(lambda: world.there.looked, 30)

    async def told() -> bool:
        return "looked up: steps-2 on web-1 runs" in await world.lines()

    await until(told, 30, "what was looked up is told")
    assert world.there.begun == begun
    with pytest.raises(ActError, match="verify it, then resume"):
        await world.act("continue")
    await world.act("resume")
    world.there.held.clear()
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.SUCCESSFUL
    assert len(world.there.begun) == len(set(world.there.begun)) == 9


async def test_what_was_over_meanwhile_is_fetched(world: RunWorld) -> None:
    """And what never began is begun under the same claim."""
    await world.approved(hosts=["web-1", "web-2"])
    world.there.held.add(("web-1", "steps-2"))
    await world.act("start")
    await world.until_begun("web-1", "steps-2")
    await world.changing.close()
    world.there.held.clear()
    await world.engine()
    await world.act("resume")
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.SUCCESSFUL
    assert world.there.begun.count(("web-1", "steps-2", 1)) == 1


async def test_what_is_lost_is_never_called_a_success(world: RunWorld) -> None:
    """It is held, and can be looked up once more, tried again or taken back."""
    await world.approved(hosts=["web-1"])
    world.there.held.add(("web-1", "steps-2"))
    await world.act("start")
    await world.until_begun("web-1", "steps-2")
    world.there.lost.add(("web-1", "steps-2"))
    await world.killed()
    world.there.held.clear()
    await world.act("resume")
    change = await world.until_state(ChangeState.PAUSED)
    assert "nobody knows what came of steps-2 on web-1" in change.stopped
    world.there.lost.clear()
    await world.act("verify")
    await until(lambda: _state_of(world, "web-1", "steps-2", CellState.CHANGED), 30)
    await world.act("continue")
    assert (await world.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL


async def test_taken_back_from_an_interruption(world: RunWorld) -> None:
    """What was sent is looked up before its host is touched."""
    await world.approved()
    world.there.held.add(("web-1", "steps-2"))
    await world.act("start")
    await world.until_begun("web-1", "steps-2")
    await world.killed()
    await world.act("roll_back", reason="no time")
    await until(lambda: ("web-1", "steps-2") in world.there.looked, 30)
    assert not any("rollback" in one for one in world.steps_of())
    world.there.held.clear()
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.ROLLED_BACK


async def test_one_that_waited_for_somebody_waits_on(world: RunWorld) -> None:
    """An engine's end interrupts nothing where nothing was under way; a dry run is cut off."""
    await world.approved(hosts=["web-1"])
    world.there.results["web-1", "steps-1"] = CellState.FAILED
    await world.act("start")
    await world.until_state(ChangeState.PAUSED)
    await world.killed()
    change = await world.change()
    assert change.state == ChangeState.PAUSED
    assert "batch 1" in change.stopped


async def test_a_closed_change_leaves_nothing_on_hosts(world: RunWorld) -> None:
    """Its folders go once, and only then: the way back needs them."""
    await world.approved()
    await world.act("start")
    await world.until_state(ChangeState.ENDED)
    await world.changing.tidy()
    assert world.there.forgotten == []

    def close(session: Session) -> None:
        session.get_one(Change, 1).state = "closed"

    await world.writer.act(close)
    await world.changing.tidy()
    await world.changing.tidy()
    assert world.there.forgotten == ["web-1", "web-2", "web-3"]


async def test_a_dry_run_that_is_cut_off_says_nothing(world: RunWorld) -> None:
    """It has no digest, and belongs to no request; it can be asked for anew."""
    await world.approved(state="draft", approved=False)
    world.there.held.add(("web-1", "steps-2"))
    await world.act("dry_run")
    await until(lambda: ("web-1", "steps-2") in world.there.tried, 30)
    await world.killed()
    run = await world.run_row(kind=RunKind.DRY)
    assert (run.state, run.sha, (await world.change()).dry_run_id) == (RunState.ABORTED, "", None)
    await world.changing.tidy()
    assert set(world.there.forgotten) == {"web-1", "web-2", "web-3"}
    world.there.held.clear()
    await world.act("dry_run")
    await until(lambda: not world.changing._tasks, 30)
    assert (await world.run_row(kind=RunKind.DRY)).sha


async def test_an_old_change_is_not_taken_back_under_another_that_runs(world: RunWorld) -> None:
    """Its hosts belong to the other one until that is over."""
    await world.approved(hosts=["web-1"])
    await world.act("start")
    await world.until_state(ChangeState.ENDED)
    await world.approved(hosts=["web-2", "web-1"])
    world.there.held.add(("web-2", "steps-1"))
    await world.act("start", "CHG-2", reason="now")
    with pytest.raises(ActError, match="web-1 belongs to CHG-2, which is running"):
        await world.act("roll_back", "CHG-1", reason="late")
    world.there.held.clear()
    await world.until_state(ChangeState.ENDED, 2)
    await world.act("roll_back", "CHG-1", reason="late")
    await world.until_begun("web-1", "rollback-1")


async def test_a_run_whose_frozen_text_was_changed_goes_on_with_nothing(world: RunWorld) -> None:
    """Whoever writes into the database behind the engine has nothing run."""
    await world.approved()
    world.there.held.add(("web-1", "steps-1"))
    await world.act("start")
    await world.until_begun("web-1", "steps-1")
    await world.changing.close()

    def forge(session: Session) -> None:
        row = session.exec(select(ChangeRun)).one()
        row.frozen = row.frozen.replace("more", "evil")

    await world.writer.act(forge)
    world.there.held.clear()
    await world.engine()
    with pytest.raises(ActError, match="does not fit its digest"):
        await world.act("resume")
    change = await world.change()
    assert change.state == ChangeState.INTERRUPTED
    assert "does not fit its digest" in change.stopped
    await world.act("abort", reason="who did that")
    change = await world.change()
    assert (change.state, change.outcome) == (ChangeState.ENDED, Outcome.FAILED)
    assert world.steps_of() == ["web-1 steps-1"]


async def test_what_waits_for_a_place_is_not_begun_once_it_is_held(tmp_path: Path) -> None:
    """The engine has so many steps under way over all runs; whoever pauses meanwhile has nothing further begun."""
    async with run_world(tmp_path, 3) as world:
        world.changing._places = asyncio.Semaphore(1)
        await world.approved(PLAN.replace("[1, 2]", "[3]"), ["web-1", "web-2", "web-3"])
        world.there.held |= {(f"web-{number}", "steps-1") for number in (1, 2, 3)}
        await world.act("start")
        await until(lambda: world.there.begun, 30)
        await world.act("pause")
        await until(lambda: world.changing._drivers[1]._course.state is RunState.PAUSED, 10)  # type: ignore[union-attr]
        world.there.held.clear()
        await until(lambda: not world.changing._drivers[1]._tasks, 30)
        assert len(world.there.begun) == 1
        await world.act("continue")
        change = await world.until_state(ChangeState.ENDED)
        assert change.outcome == Outcome.SUCCESSFUL
        assert len(world.there.begun) == len(set(world.there.begun)) == 9
