"""What the demo's people do about changes: real acts on a real engine, steps on the demo's own hosts."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.waiting import until_sync

from tui_ops.model.changes import ChangeKind, ReleaseState
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.store.views.changes import changes, plan_versions
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.planned import freezes, models, releases

STORY_S = 240.0
"""It takes half a minute; a busy machine may need many times as long."""

DRAFT, WAITS, ROLLED_BACK, WELL, STANDS, RUNS = "draft", "submitted", "rolled back", "successful", "paused", "running"

STORY = {
    "openssl: security update on the databases": WAITS,
    "Keep the shop's logs for 30 days": WELL,
    "Serve the shop by HTTP/3": ROLLED_BACK,
    "Trust the new root certificate, host by host": RUNS,
    "certbot 2.11 on the web servers": STANDS,
    "shop 4.18.1 on staging": WELL,
    "shop 4.18.1 on production": DRAFT,
}


def told(root: Path) -> dict[str, ChangeRow]:
    """The changes of the demo by title."""
    try:
        return {row.title: row for row in changes(open_reader(StatePaths(root)), everything=True)}
    except TuiOpsError:
        return {}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The store of a demo whose people have done everything."""
    folder = tmp_path_factory.mktemp("demo")
    root = folder / "state"
    words = [sys.executable, "-m", "tui_ops", "--state-dir", str(root), "demo", "--no-dashboard"]
    with (folder / "said").open("wb") as said:
        demo = subprocess.Popen(words, stdout=said, stderr=said)
    try:

        def done() -> bool:
            found = told(root)
            return all(title in found and STORY[title] in (found[title].state, found[title].outcome) for title in STORY)

        until_sync(done, STORY_S, what=lambda: f"{ {title: row.state for title, row in told(root).items()} }")
        yield open_reader(StatePaths(root))
    finally:
        demo.terminate()
        demo.wait()


def test_the_story_is_told_as_it_is_meant(reader: Reader) -> None:
    """One waits for approval, one runs, one stands still, one was rolled back, others went well."""
    found = {row.title: row for row in changes(reader, everything=True)}
    waits = found["openssl: security update on the databases"]
    assert (waits.requested_by, waits.votes) == ("anna", ())
    assert waits.dry_run_id is not None
    assert len(plan_versions(reader, waits.id)) == 2
    stands = found["certbot 2.11 on the web servers"]
    assert stands.progress is not None
    assert (stands.progress.batch, stands.progress.failed) == (2, 1)
    back = found["Serve the shop by HTTP/3"]
    assert "web-01.nyc" in back.stopped
    assert all(row.kind is ChangeKind.NORMAL and not row.self_approved for row in found.values())


def test_four_eyes_saw_what_ran(reader: Reader) -> None:
    """Nobody has approved what he wrote, in the demo neither."""
    ran = [row for row in changes(reader, everything=True) if row.began_at is not None]
    assert len(ran) == 5
    for row in ran:
        assert {vote.who for vote in row.votes} == {"anna", "bert"} - {row.requested_by}


def test_there_is_a_freeze_a_model_and_a_release(reader: Reader) -> None:
    """The freeze begins within the next week; the release has reached staging."""
    (freeze,) = freezes(reader)
    assert 0 < freeze.begins_at - freeze.at < 8 * 86400
    assert [model.name for model in models(reader)] == ["patch"]
    (release,) = releases(reader)
    assert release.title == "shop 4.18.1"
    assert release.state in (ReleaseState.GO, ReleaseState.ROLLING_OUT)
