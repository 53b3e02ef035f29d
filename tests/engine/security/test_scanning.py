"""When scanners are run on hosts, and what is kept of a run that brought nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from support.feed_world import feed_world
from support.reports import real

from tui_ops.engine.security.importing import Importing
from tui_ops.engine.security.scanning import AGAIN_S, WEEK_S, Scanning, week_of
from tui_ops.engine.watch import HostWatch
from tui_ops.model.fleet import HostSpec
from tui_ops.model.people import Role, Who
from tui_ops.model.scans import ScanRow
from tui_ops.model.securing import SecuritySpec
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.scans import imports
from tui_ops.store.writer import Writer
from tui_ops.transport.base import Finished
from tui_ops.transport.errors import Gone

OWNER = Who("engine", Role.ADMIN, 0)
START = 1_800_000_000.0


def good(marker: str) -> bytes:
    """Return what a run prints that went well."""
    return f"Welcome!\nwent well 0\n{marker}\n".encode() + real("lynis-root.dat")


@dataclass
class Host:
    """A host that answers every run with what a test says."""

    name: str
    host_id: int
    said: Callable[[str], bytes] = good
    runs: list[str] = field(default_factory=list)
    gone: bool = False
    truncated: bool = False

    @property
    def spec(self) -> HostSpec:
        return HostSpec(name=self.name, key=self.name, address="192.0.2.1", user="ops")

    async def link(self) -> "Host":
        if self.gone:
            raise Gone("there is no connection", "it is opened again by itself")
        return self

    async def run(self, argv: list[str], *, stdin: bytes, timeout_s: float, limit: int) -> Finished:
        assert argv == ["/bin/sh"]
        assert limit < 100 << 20
        marker, tool, _sudo = stdin.decode().splitlines()[-1].split()[1:]
        self.runs.append(tool)
        return Finished(0, self.said(marker), "", self.truncated)


class World:
    """A store, a clock, and two hosts, the first of which the inventory has Lynis run on."""

    def __init__(self, writer: Writer, paths: StatePaths) -> None:
        self.at = START
        self.paths = paths
        self.host, self.other = Host("web-1", 1), Host("web-2", 2)
        self._writer = writer
        self.begin()

    def begin(self) -> None:
        """Begin as an engine does that was started anew."""
        spec = SecuritySpec(scanners={"lynis": frozenset({"web-1"})})
        importing = Importing(self._writer, self.paths, lambda: spec, [])
        hosts = cast(dict[int, HostWatch], {1: self.host, 2: self.other})
        self.scanning = Scanning(
            self._writer, importing, lambda: spec, lambda: hosts, OWNER, lambda *_: None, lambda: self.at
        )

    async def look(self, after_s: float = 0.0) -> None:
        """Let time pass and the engine look, and all runs end."""
        self.at += after_s
        await self.scanning.look()
        await asyncio.gather(*self.scanning._running.values())

    def rows(self) -> list[ScanRow]:
        """Return what came in, the newest first."""
        with open_reader(self.paths) as reader:
            return imports(reader)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with feed_world(tmp_path, "web-1", "web-2") as state:
        yield World(state.writer, state.paths)


async def test_a_host_is_scanned_at_once_and_then_once_a_week(world: World) -> None:
    await world.look()
    assert (world.host.runs, world.other.runs) == (["lynis"], [])
    row = world.rows()[0]
    assert (row.tool, row.host, row.by, row.found, row.at) == ("lynis", "web-1", "engine", 73, START)
    for _ in range(28):
        await world.look(WEEK_S / 14)
    assert len(world.host.runs) == 3, "twice more in two weeks"


async def test_an_engine_that_starts_anew_knows_when_it_was(world: World) -> None:
    await world.look()
    world.begin()
    await world.look(600)
    assert len(world.host.runs) == 1


async def test_an_engine_that_starts_anew_tries_what_failed_the_next_day_too(world: World) -> None:
    """And once it brought a report, only in its next week."""
    world.host.gone = True
    await world.look()
    world.begin()
    world.host.gone = False
    await world.look(AGAIN_S / 2)
    assert world.host.runs == []
    await world.look(AGAIN_S / 2)
    assert (world.host.runs, world.rows()[0].found) == (["lynis"], 73)
    world.begin()
    this_week = week_of("lynis", "web-1", world.at)
    while week_of("lynis", "web-1", world.at + AGAIN_S) == this_week:
        await world.look(AGAIN_S)
    assert len(world.host.runs) == 1
    await world.look(AGAIN_S)
    assert len(world.host.runs) == 2


@pytest.mark.parametrize(("said", "why"), [
    (b"went absent lynis is not installed\n", "not installed"), (b"", "did not say"),
    (b"went badly it ended with status 1 and wrote no new report\n", "no new report"),
    (b"went needs /usr/bin/timeout 1200 lynis\n", "ops ALL=(root) NOPASSWD: /usr/bin/timeout 1200 lynis"),
], ids=["absent", "silent", "badly", "needs"])  # fmt: skip
async def test_a_run_that_brings_nothing_is_told_and_tried_again_the_next_day(
    world: World, said: bytes, why: str
) -> None:
    world.host.said = lambda _marker: said
    await world.look()
    row = world.rows()[0]
    assert row.note.startswith("not run: ")
    assert why in row.note
    await world.look(AGAIN_S / 2)
    assert len(world.host.runs) == 1
    world.host.said = good
    await world.look(AGAIN_S / 2)
    assert len(world.host.runs) == 2
    assert world.rows()[0].found == 73


async def test_a_host_that_is_gone_or_floods_is_told(world: World) -> None:
    world.host.gone = True
    await world.look()
    assert "no connection" in world.rows()[0].note
    world.host.gone, world.host.truncated = False, True
    await world.look(AGAIN_S)
    assert "more than any report" in world.rows()[0].note


async def test_what_a_host_prints_is_as_hostile_as_any_file(world: World) -> None:
    world.host.said = lambda marker: f"went well 0\n{marker}\n<!DOCTYPE x>".encode()
    await world.look()
    assert "not run: " in world.rows()[0].note
    world.host.said = lambda marker: f"went needs \x1b]0;x\x07 {marker}\n".encode()
    await world.look(AGAIN_S)
    assert "\x1b" not in world.rows()[0].note


async def test_a_scan_goes_by_our_clock_and_to_the_host_that_it_ran_on(world: World) -> None:
    """Whatever the report says: Lynis knows no zone, and calls the host by its own name."""
    world.host.said = lambda marker: (
        good(marker).replace(b"hostname=web-1", b"hostname=web-2").replace(b"2026", b"2031")
    )
    await world.look()
    row = world.rows()[0]
    assert row.host == "web-1"
    assert "to come" not in row.note


async def test_the_same_is_not_run_twice_at_once(world: World) -> None:
    world.scanning._begin("lynis", 1, OWNER)
    world.scanning._begin("lynis", 1, OWNER)
    await asyncio.gather(*world.scanning._running.values())
    assert world.host.runs == ["lynis"]
