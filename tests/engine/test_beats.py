"""Jobs that have to report, on a real store: missed, failed, back, and over restarts of the engine."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tui_ops.engine.beats import STRANGERS_KEPT_S, STRANGERS_MOST, Beats
from tui_ops.model.alerts import Signal, Source
from tui_ops.model.doors import HeartbeatSpec
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.states import Severity
from tui_ops.practices.intake.taken import NotTaken
from tui_ops.store.budgets import LastBackup, last_backups
from tui_ops.store.errors import StoreError
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.beats import BeatState, heartbeats
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer

HOUR = 3600.0
POLL = HeartbeatSpec("poll", every_s=HOUR, grace_s=60.0, severity=Severity.WARNING, host="db-1")
DUMP = HeartbeatSpec("dump", every_s=24 * HOUR, grace_s=HOUR)
DUE = HOUR + 60.0


class World:
    """A store, a clock that the test turns, and what was said."""

    def __init__(self, paths: StatePaths, writer: Writer) -> None:
        self.paths = paths
        self.writer = writer
        self.now = 1_000_000.0
        self.said: list[Signal] = []
        self.full = False
        self.beats = self.restarted()

    def restarted(self) -> Beats:
        """Return what an engine begins with that knows nothing but the store."""
        self.beats = Beats(self.writer, self.take, lambda: self.now)
        return self.beats

    async def take(self, signals: Sequence[Signal]) -> None:
        if self.full:
            raise StoreError("the disk is full")
        self.said += signals

    async def later(self, seconds: float) -> list[tuple[str, Severity]]:
        """Let time pass, look, and return what was said of which job."""
        self.now += seconds
        self.said.clear()
        await self.beats.look()
        return self.words()

    def words(self) -> list[tuple[str, Severity]]:
        return [(one.subject, one.severity) for one in self.said]

    async def report(self, name: str, ok: bool = True, text: str = "") -> list[tuple[str, Severity]]:
        self.said.clear()
        await self.beats.beat(name, ok, text, self.now)
        return self.words()

    def states(self) -> dict[str, BeatState]:
        with open_reader(self.paths) as reader:
            return {row.name: row.state(self.now) for row in heartbeats(reader)}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    yield World(paths, writer)
    await writer.close()


async def test_a_missed_report_is_told_once_and_its_return_too(world: World) -> None:
    """In time nothing new is said; after the grace it is missed, and a report makes it well."""
    await world.beats.heed([POLL])
    assert await world.later(0) == [("poll", Severity.OK)]
    assert world.states() == {"poll": BeatState.WAITING}
    assert await world.later(DUE - 1) == []
    assert await world.later(1) == [("poll", Severity.WARNING)]
    word = world.said[0]
    assert (word.source, word.rule, word.host) == (Source.HEARTBEAT, "heartbeat", "db-1")
    assert world.states() == {"poll": BeatState.MISSED}
    assert await world.later(10 * HOUR) == []
    assert await world.report("poll", text="4 rows") == [("poll", Severity.OK)]
    assert world.states() == {"poll": BeatState.GOOD}
    assert await world.later(DUE - 1) == []
    assert await world.later(2) == [("poll", Severity.WARNING)]


async def test_a_failure_is_told_at_once(world: World) -> None:
    """With its text; the same again is nothing new, another one is, and a good report ends it."""
    await world.beats.heed([DUMP])
    await world.later(0)
    assert await world.report("dump", False, "no space\x1b[31m") == [("dump", Severity.CRITICAL)]
    assert world.said[0].text == "dump reported that it failed: no space␛[31m"
    assert await world.report("dump", False, "no space\x1b[31m") == []
    assert await world.report("dump", False, "no network") == [("dump", Severity.CRITICAL)]
    assert world.states() == {"dump": BeatState.FAILED}
    assert await world.report("dump") == [("dump", Severity.OK)]


async def test_what_was_not_kept_is_told_again(world: World) -> None:
    """While the disk is full nothing counts as told."""
    await world.beats.heed([POLL])
    await world.later(0)
    world.full = True
    assert await world.later(DUE) == []
    world.full = False
    assert await world.later(1) == [("poll", Severity.WARNING)]
    assert await world.later(1) == []


async def test_a_restart_forgets_nothing(world: World) -> None:
    """What was due stays due, what was missed stays missed, what failed stays failed; each is said once more."""
    await world.beats.heed([POLL, DUMP])
    await world.later(0)
    await world.report("dump", False, "no space")
    await world.later(DUE)
    await world.restarted().heed([POLL, DUMP])
    assert await world.later(5) == [("poll", Severity.WARNING), ("dump", Severity.CRITICAL)]
    assert await world.report("dump", False, "no network") == [("dump", Severity.CRITICAL)]
    assert await world.later(5) == []
    await world.report("poll")
    await world.restarted().heed([POLL, DUMP])
    assert await world.later(DUE - 1) == [("poll", Severity.OK), ("dump", Severity.CRITICAL)]
    assert await world.later(1) == [("poll", Severity.WARNING)]


async def test_a_time_that_passed_without_an_engine_is_in_doubt(world: World) -> None:
    """Nobody could take the report, so nobody knows: until the next one comes, or is missed as well."""
    await world.beats.heed([POLL])
    await world.report("poll")
    world.now += DUE + 600
    await world.restarted().heed([POLL])
    assert await world.later(0) == [("poll", Severity.UNKNOWN)]
    assert "when no engine ran" in world.said[0].text
    assert world.states() == {"poll": BeatState.UNKNOWN}
    await world.restarted().heed([POLL])
    assert await world.later(10) == [("poll", Severity.UNKNOWN)]
    assert await world.later(DUE - 11) == []
    assert await world.later(1) == [("poll", Severity.WARNING)]
    await world.restarted().heed([POLL])
    assert await world.later(0) == [("poll", Severity.WARNING)]
    assert await world.report("poll") == [("poll", Severity.OK)]


async def test_a_job_that_leaves_the_inventory_is_over(world: World) -> None:
    """Its alert ends, also where it left while no engine ran; as another job it may come back."""
    await world.beats.heed([POLL])
    assert await world.later(DUE) == [("poll", Severity.WARNING)]
    await world.restarted().heed([])
    world.full = True
    assert await world.later(0) == []
    world.full = False
    await world.restarted().heed([])
    assert await world.later(0) == [("poll", Severity.OK)]
    assert world.said[0].text == "the inventory no longer names poll"
    assert await world.later(HOUR) == []
    assert world.states() == {"poll": BeatState.STRANGER}
    await world.beats.heed([POLL])
    assert await world.later(0) == [("poll", Severity.OK)]
    assert world.states() == {"poll": BeatState.WAITING}


async def test_another_pace_counts_from_the_change(world: World) -> None:
    """A shorter period does not make the last report late at once."""
    await world.beats.heed([DUMP])
    await world.report("dump")
    await world.later(5 * HOUR)
    faster = HeartbeatSpec("dump", every_s=HOUR, grace_s=60.0)
    await world.beats.heed([faster])
    assert (await world.later(0))[0][1] is Severity.OK
    assert await world.later(DUE - 1) == []
    assert await world.later(1) == [("dump", Severity.CRITICAL)]


async def test_a_job_that_nobody_named_is_kept_and_shown(world: World) -> None:
    """It is no alert; it is forgotten after a month, and a flood of such names is refused."""
    await world.beats.heed([POLL])
    await world.later(0)
    assert await world.report("stranger", text="hello") == []
    assert world.states() == {"poll": BeatState.WAITING, "stranger": BeatState.STRANGER}
    for number in range(STRANGERS_MOST - 1):
        await world.beats.beat(f"s{number}", True, "", world.now)
    with pytest.raises(NotTaken, match="does not name this job"):
        await world.beats.beat("one-more", True, "", world.now)
    await world.beats.beat("stranger", False, "", world.now)
    world.now += STRANGERS_KEPT_S + 1
    await world.beats.heed([POLL])
    assert list(world.states()) == ["poll"]


async def test_a_stranger_that_is_named_later_is_waited_for(world: World) -> None:
    """What it reported before counts where that is not too long ago."""
    await world.beats.heed([])
    await world.report("poll")
    world.now += 600
    await world.beats.heed([POLL])
    assert await world.later(DUE - 601) == [("poll", Severity.OK)]
    assert await world.later(1) == [("poll", Severity.WARNING)]


async def test_the_last_good_report_is_the_last_good_backup(world: World) -> None:
    """A failure does not make it younger, a job that is taken out is none, and the strictest job of a host counts."""
    hosts = (HostSpec("db-1", "db-1", "10.0.0.1"), HostSpec("db-2", "db-2", "10.0.0.2"))
    await world.writer.act(lambda session: sync_fleet(session, Fleet("t", hosts), world.now))
    nightly = replace(DUMP, rpo_s=24 * HOUR, backs_up=("db-1", "db-2", "gone"))
    files = replace(DUMP, name="files", rpo_s=2 * HOUR, backs_up=("db-1",))

    async def backups() -> dict[int, LastBackup]:
        return await world.writer.note(last_backups)

    await world.beats.heed([nightly, files])
    assert await backups() == {1: (None, 24 * HOUR, "dump"), 2: (None, 24 * HOUR, "dump")}
    first = world.now
    await world.report("dump")
    assert await backups() == {1: (None, 2 * HOUR, "files"), 2: (first, 24 * HOUR, "dump")}
    await world.report("files")
    await world.later(HOUR)
    await world.report("files", False, "no space")
    assert await backups() == {1: (first, 2 * HOUR, "files"), 2: (first, 24 * HOUR, "dump")}
    await world.later(31 * HOUR)
    again = world.now
    await world.report("files")
    assert (await backups())[1] == (first, 24 * HOUR, "dump")
    world.restarted()
    await world.beats.heed([nightly, files])
    await world.report("dump", False, "gone")
    assert await backups() == {1: (first, 24 * HOUR, "dump"), 2: (first, 24 * HOUR, "dump")}
    await world.beats.heed([files])
    await world.later(0)
    assert await backups() == {1: (again, 2 * HOUR, "files")}
