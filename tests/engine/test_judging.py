"""The judge over a real store: once facts are on disk, in chunks, and again when they grow old."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from support.finding_world import FindingWorld

from tui_ops.engine.observing import NOBODY
from tui_ops.engine.security import judging as module
from tui_ops.engine.security.judging import AGAIN_S, AT_A_LOOK, QUIET_S, URGENT_S, Judging
from tui_ops.engine.security.keychanges import CHECK, KeyChanges
from tui_ops.model.facts import FactReading
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen, Sweep
from tui_ops.model.states import HostState
from tui_ops.practices.security.checks.base import Check, Judgement, Scene, failed, passed
from tui_ops.practices.security.findings import Taken
from tui_ops.store.errors import StoreBusy
from tui_ops.store.facts import FactWrite
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import findings
from tui_ops.store.views.verdicts import verdicts
from tui_ops.store.writer import Writer


def judge(scene: Scene) -> Judgement:
    if "boom" in scene.known:
        return passed("told")
    value = scene.read("sshdconf").field("root", "value")
    return failed("root may", Seen("root", "root may")) if value == "yes" else passed("root may not")


CHECKS = (Check("c-one", "root does not", ("sshdconf",), judge, FindingSeverity.HIGH),)


class Bench:
    """A judge, and a clock that is turned by hand."""

    def __init__(self, writer: Writer, world: FindingWorld) -> None:
        self.now = 1000.0
        self.writer = writer
        self.world = world
        fleet = Fleet("x", (HostSpec("web-1", "web-1", "10.0.0.2"),))
        self.judging = Judging(writer, world.paths, lambda: fleet, CHECKS, lambda: self.now)
        self.taken: list[Taken] = []
        self.judging.on_taken.append(self.taken.append)

    async def facts(self, value: str, host: str = "web-1", at: float | None = None) -> int:
        number = self.world.host_id(host)
        found = FactReading("sshdconf", {"root": {"value": value}})
        await self.writer.facts([FactWrite(number, "sshdconf", 3600.0, at or time.time(), found)])
        self.judging.heard([number])
        return number

    def states(self) -> dict[str, str]:
        with open_reader(self.world.paths) as reader:
            return {row.host: str(row.state) for row in findings(reader, everything=True)}

    def results(self) -> dict[str, str]:
        with open_reader(self.world.paths) as reader:
            return {row.host: str(row.result) for row in verdicts(reader)}


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


@pytest.fixture
async def bench(world: FindingWorld):
    writer = await Writer.open(world.paths)
    bench = Bench(writer, world)
    await bench.judging.look()
    yield bench
    await bench.judging.close()
    await writer.close()


async def test_a_host_is_judged_once_it_is_quiet(bench: Bench) -> None:
    await bench.facts("yes")
    await bench.judging.look()
    assert bench.states() == {}, "more topics may be on their way"
    bench.now += QUIET_S
    await bench.judging.look()
    assert bench.states() == {"web-1": "open"}
    await bench.facts("no")
    bench.now += QUIET_S
    await bench.judging.look()
    assert bench.states() == {"web-1": "verified"}
    assert [len(one.verified) for one in bench.taken if one.changed] == [0, 1]


async def test_who_waits_is_served_at_once(bench: Bench) -> None:
    number = await bench.facts("yes")
    bench.judging.hurry([number])
    bench.now += 2 * URGENT_S
    await bench.judging.look()
    assert bench.states() == {"web-1": "open"}


async def test_every_host_has_a_verdict_and_what_grows_old_is_stale(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(bench.results().values()) == {"unknown"}, "nobody has read them yet"
    await bench.facts("yes")
    bench.now += QUIET_S
    await bench.judging.look()
    assert bench.results()["web-1"] == "fail"
    later = time.time() + 5 * 3600
    monkeypatch.setattr(module.time, "time", lambda: later)
    bench.now += AGAIN_S
    await bench.judging.look()
    assert bench.results()["web-1"] == "stale"
    assert bench.states() == {"web-1": "open"}, "what is stale closes nothing"


async def test_what_can_not_be_written_is_judged_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.facts("yes")
    bench.now += QUIET_S
    note = bench.writer.note

    async def refuses(_fn: object) -> None:
        raise StoreBusy("full", "make room")

    monkeypatch.setattr(bench.writer, "note", refuses)
    await bench.judging.look()
    monkeypatch.setattr(bench.writer, "note", note)
    bench.now += QUIET_S
    await bench.judging.look()
    assert bench.states() == {"web-1": "open"}


async def test_a_source_that_breaks_stops_no_host(bench: Bench) -> None:
    def breaks(_reader: object, _hosts: object) -> dict[int, dict[str, object]]:
        raise ZeroDivisionError

    bench.judging.known.append(breaks)
    await bench.facts("yes")
    bench.now += QUIET_S
    await bench.judging.look()
    assert bench.states() == {"web-1": "open"}


async def test_what_is_known_from_elsewhere_reaches_the_checks(bench: Bench) -> None:
    bench.judging.known.append(lambda _reader, hosts: {host.host_id: {"boom": True} for host in hosts})
    await bench.facts("yes")
    bench.now += QUIET_S
    await bench.judging.look()
    assert bench.results()["web-1"] == "pass"


async def test_the_loop_goes_on_while_many_are_judged(bench: Bench) -> None:
    """Hosts are judged aside: something else has its turn between any two chunks."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    await bench.judging.judge_all()
    task.cancel()
    assert turns > 1
    assert AT_A_LOOK >= module.AT_ONCE


def test_a_key_that_changed_is_told_once_and_taken_back_when_it_is_right_again() -> None:
    said: list[Sweep] = []
    keys = KeyChanges(NOBODY, said.append)
    keys.state(1, 10.0, HostState.UP, "")
    keys.state(1, 20.0, HostState.KEY_CHANGED, "another key")
    keys.state(1, 30.0, HostState.DOWN, "no route")
    keys.state(1, 40.0, HostState.UP, "")
    keys.state(1, 50.0, HostState.UP, "")
    assert [(one.check, one.result, one.at) for one in said] == [
        (CHECK, CheckResult.FAIL, 20.0), (CHECK, CheckResult.PASS, 40.0),
    ]  # fmt: skip
    assert (said[0].severity, said[0].kind) == (FindingSeverity.CRITICAL, FindingKind.ACCESS)
    keys.remember({2})
    keys.state(2, 60.0, HostState.UP, "")
    assert said[-1].host_id == 2, "also of one whose key had changed before the engine began"
