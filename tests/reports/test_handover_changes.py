"""What a hand-over and ``status`` tell of changes: those under way first, then what begins, waits, or is forbidden."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session
from support.change_world import plan_changes
from support.desk_world import World, varied

from tui_ops.cli.status import changes_in_words
from tui_ops.reports.handoverchanges import change_lines, read_changes
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables.changes import Change
from tui_ops.store.timeline import changed
from tui_ops.store.views.changes import changes
from tui_ops.store.views.connect import Reader, open_reader

AHEAD_S = 12 * 3600.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    built = await World(tmp_path / "state").build(varied(24))
    await plan_changes(built)
    yield built
    await built.close()


async def told(world: World, **columns: object) -> tuple[str, Reader]:
    """The section, after columns of CHG-1 were set."""

    def write(session: Session) -> None:
        row = session.get_one(Change, 1)
        for name, value in columns.items():
            setattr(row, name, value)
        changed(session, [row])

    await world.writer.act(write)
    reader = open_reader(StatePaths(world.root))
    at = time.time()
    return "\n".join(change_lines(read_changes(reader, at, AHEAD_S), at)), reader


def line_of(text: str) -> str:
    """The line of CHG-1; empty where it has none."""
    return next((one for one in text.splitlines() if "CHG-1*" in one), "")


async def test_what_is_under_way_comes_first_and_says_how_far_it_is(world: World) -> None:
    """Each that runs, stands still or was interrupted has a line; then the one that waits for approval."""
    text, reader = await told(world)
    live = [row.name for row in changes(reader) if row.state in ("running", "paused", "interrupted", "rolling back")]
    assert live
    names = [line.split("**")[1] for line in text.splitlines()]
    assert sorted(names[: len(live)]) == sorted(live)
    assert "CHG-1" in names[len(live) :]
    assert "waits for approval" in text


@pytest.mark.parametrize(("in_s", "word"), [(3600.0, "begins"), (-600.0, "should have begun"), (2 * AHEAD_S, "")])
async def test_what_begins_within_the_shift_is_told(world: World, in_s: float, word: str) -> None:
    """With its time; what begins after it is not."""
    text, _ = await told(world, state="scheduled", starts_at=time.time() + in_s)
    line = line_of(text)
    assert (word in line) if word else not line


async def test_an_unauthorised_draft_and_a_review_that_is_due(world: World) -> None:
    """Both want somebody; a review that was written wants nobody."""
    text, reader = await told(world, state="draft", unauthorised=True)
    assert "nobody planned it: adopt it or take it back" in text
    assert "1 unauthorised" in changes_in_words(reader)
    text, _ = await told(world, state="ended", unauthorised=False, review_due_at=time.time() + 60)
    assert "its review is due" in line_of(text)
    text, _ = await told(world, reviewed_by="bob")
    assert "its review is due" not in line_of(text)


async def test_a_freeze_that_nobody_has_agreed_to_says_so(world: World) -> None:
    """It forbids nothing yet; the others do."""
    text, _ = await told(world)
    assert "**freeze: budget of shop** (proposed)" in text
    assert "**freeze: Black Friday** from" in text
