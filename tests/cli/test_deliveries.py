"""What the command line prints about how changes reach people."""

import json
import time
from collections.abc import Iterator

import pytest
from sqlmodel import Session

from tests.support.incident_world import IncidentWorld
from tui_ops.cli.main import main
from tui_ops.store.tables.changes import Change, ChangeLink, Release
from tui_ops.store.tables.incidents import Incident

HOUR = 3600.0


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A store with three changes of a service: one of a release, one that caused an incident, one for an incident."""
    with IncidentWorld() as world:
        at = time.time() - 10 * HOUR

        def kept(session: Session) -> None:
            session.add(Release(name="shop 2", committed_at=at - 5 * HOUR))
            hurt = Incident(title="slow", opened_at=at, started_at=at, resolved_at=at + HOUR)
            session.add(hurt)
            session.flush()
            said = {"hosts": '["db-1"]', "state": "closed", "opened_at": at - HOUR, "began_at": at}
            for more in (
                {"release_id": 1, "outcome": "successful", "ended_at": at + HOUR},
                {"outcome": "with issues", "ended_at": at + HOUR},
                {"outcome": "successful", "ended_at": at + HOUR, "kind": "emergency"},
                {"outcome": "", "ended_at": None, "state": "running"},
            ):
                session.add(Change(title="x", **{**said, **more}))
            session.flush()
            session.add(ChangeLink(change_id=2, kind="caused", other="INC-1", at=at))
            session.add(ChangeLink(change_id=3, kind="incident", other="INC-1", at=at))

        world.run(kept)
        yield world


def test_the_five_figures(world: IncidentWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """Of what ended; the lead time counts from the commit of a release, else from when the change was opened."""
    assert main(["--state-dir", str(world.paths.root), "figures", "--changes", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    row = document["deliveries"][0]
    assert (row["changes"], row["lead_s"], row["recovery_s"]) == (3, 2 * HOUR, HOUR)
    assert (round(row["fail_rate"], 2), round(row["rework_rate"], 2)) == (0.33, 0.33)
    assert main(["--state-dir", str(world.paths.root), "figures", "--changes"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("3 changes ended in 30 days.")
    assert "2h, under a day" in out


def test_nothing_ended(world: IncidentWorld, capsys: pytest.CaptureFixture[str]) -> None:
    world.run(lambda session: [session.delete(session.get_one(ChangeLink, number)) for number in (1, 2)])
    world.run(lambda session: [session.delete(session.get_one(Change, number)) for number in (1, 2, 3)])
    assert main(["--state-dir", str(world.paths.root), "figures", "--changes"]) == 0
    assert capsys.readouterr().out == "0 changes ended in 30 days.\n"
