"""What hands know of a run that was begun before them."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session
from support.sshd import SshdFarm
from support.steps import command, hands_on

from tui_ops.engine.change.hands import Place
from tui_ops.engine.change.handtraces import with_traces
from tui_ops.model.changes import CellState, ChangeKind
from tui_ops.model.orders import Seen
from tui_ops.plans import read_plan
from tui_ops.practices.changes.freezing import Frozen, freeze
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.tables.changes import Change, ChangeCell, ChangeRun
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer

PLAN = read_plan("steps: [{command: [make, it]}, {local: [make, more]}]")


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[StatePaths]:
    """A state directory; preparing one sets the process's umask, which is given back."""
    before = os.umask(0o022)
    found = prepare(tmp_path / "state")
    upgrade(found)
    yield found
    os.umask(before)


async def test_a_host_where_a_step_ended_has_the_folder(paths: StatePaths) -> None:
    """Also one where nobody knows what became of it: what would be put back may have been there. Not one where nothing
    was sent, and not one for which something was done here alone.
    """
    frozen = freeze(Frozen(1, ChangeKind.NORMAL, PLAN, ("a", "b", "c", "d")))

    def write(session: Session) -> None:
        session.add(Change(id=1, title="t"))
        session.flush()
        session.add(
            ChangeRun(id=1, change_id=1, token="thistoken", by="ann", frozen=frozen, frozen_sha="", begun_at=9.5)
        )
        session.flush()
        session.add(ChangeCell(run_id=1, host="a", step="steps-1", state="failed", attempt=1, exit_status=1))
        session.add(ChangeCell(run_id=1, host="b", step="steps-1", state="sent", attempt=1))
        session.add(ChangeCell(run_id=1, host="c", step="steps-2", state="changed", attempt=1, exit_status=0))
        session.add(ChangeCell(run_id=1, host="d", step="steps-1", state="unknown", attempt=1))

    writer = await Writer.open(paths)
    await writer.act(write)
    await writer.close()
    with open_reader(paths) as reader:
        place = with_traces(Place(), reader, "thistoken")
        assert [place.begun(host) for host in "abcd"] == [True, False, False, True]
        assert place.begun_at == 9.5
        assert with_traces(Place(), reader, "othertoken") == Place()


class TestLooking:
    @pytest.fixture
    def farm(self, tmp_path: Path) -> Iterator[SshdFarm]:
        made = SshdFarm(tmp_path / "farm")
        yield made
        made.close()

    async def test_a_folder_that_is_gone_is_no_proof(self, farm: SshdFarm) -> None:
        """What was begun there before can't be known, so that nothing is begun again."""
        async with hands_on(farm.sshd(), farm, place=Place(begun=lambda _host: True)) as (hands, _):
            seen, end = await hands.look("web-1", command("true"), 1)
            assert (seen, end and "gone" in end.said) == (Seen.LOST, True)
            assert (await hands.perform("web-1", command("true"), 1)).state is CellState.FAILED

    async def test_a_host_that_booted_since_is_no_proof(self, farm: SshdFarm) -> None:
        """A claim may have been lost with what was not on disk yet."""
        server = farm.sshd()
        async with hands_on(server, farm, place=Place(begun_at=1.0)) as (hands, _):
            assert (await hands.look("web-1", command("true"), 1))[0] is Seen.LOST
        async with hands_on(server, farm, place=Place(begun_at=time.time())) as (hands, _):
            assert (await hands.look("web-1", command("true"), 1))[0] is Seen.NEVER
