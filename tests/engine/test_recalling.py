"""Windows after a restart: what is in samples.db fills them, and an alert that needs ten minutes needs none."""

import asyncio
import time
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.rules import At, rules_of, said
from support.waiting import until_sync

from tui_ops.engine.recalling import Recalling
from tui_ops.model.fleet import HostSpec
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Reading
from tui_ops.model.states import HostState
from tui_ops.practices.alerting.book import HostRules, RuleBook
from tui_ops.practices.alerting.recalled import look_back
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.samples import SampleWrite
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import alerts
from tui_ops.store.writer import Writer

GIB = 2.0**30
MINUTE_S = 60.0
BUSY = {"value": "avg(cpu, 10m)", "warn": "above 85 % until 75 %"}
FILLING = {"value": "time_to(fs.used, fs.used + fs.available, 1h)", "warn": "below 8h"}
WORN = {"value": "avg(disk.busy_ms, 10m) / 10", "warn": "above 98 % until 69 %", "items": ["!loop*"]}


def busy(at: float, uptime_s: float, percent: float, boot: str = "b") -> Reading:
    """Return a reading of a host whose CPU is busy to this percentage since it was started; so is its disk."""
    ticks = uptime_s * 100
    counters: dict[Key, int] = {("cpu.user", ""): int(ticks * percent / 100), ("cpu.idle", ""):
                                int(ticks * (1 - percent / 100)), ("disk.busy_ms", "sda"): int(uptime_s * 10 * percent),
                                ("disk.busy_ms", "loop0"): int(uptime_s * 1000)}  # fmt: skip
    return Reading(uptime_s, boot, None, counters, {("load.1", ""): at % 7})


def disk(used: float) -> Reading:
    """Return the row of a run of the filesystems, with so many percent of 100 GiB in use."""
    numbers = {("fs.used", "/var"): used * GIB, ("fs.available", "/var"): (100 - used) * GIB}
    return Reading(0.0, "", None, gauges=numbers)


@pytest.fixture
def paths(tmp_path: Path) -> StatePaths:
    made = prepare(tmp_path / "state")
    upgrade(made)
    return made


async def write(paths: StatePaths, rows: list[SampleWrite]) -> None:
    """Write what an engine that has stopped by now had read."""
    writer = await Writer.open(paths)
    await writer.samples(rows)
    await writer.close()


async def at_start(paths: StatePaths, rules: HostRules) -> At:
    """Return the host as an engine knows it that was just started."""
    at = At(rules, mono=30.0)
    await Recalling(paths, lambda: {1: rules}, lambda: at.mono).run()
    return at


async def test_ten_minutes_are_known_at_once(paths: StatePaths) -> None:
    """The first reading raises what was true for ten minutes, of headline values and of a label's rate."""
    now = time.time()
    await write(paths, [SampleWrite(now - 700 + at, 1, busy(at, 1000.0 + at, 99)) for at in range(0, 690, 10)])
    at = await at_start(paths, RuleBook(rules_of(busy=BUSY, worn=WORN)).for_host("web-1"))
    found = at.vitals({("disk.busy_ms", "sda"): 990.0, ("disk.busy_ms", "loop0"): 999.0}, cpu=99.0)
    assert said(found) == [("busy", "web-1", "warning"), ("worn", "web-1 sda", "warning")]
    assert found.signals[0].value == pytest.approx(99.0, abs=0.5)
    fresh = At(rules_of(busy=BUSY))
    assert said(fresh.vitals(cpu=99.0)) == [], "without that nothing is known yet"


async def test_what_was_read_since_the_start_counts(paths: StatePaths) -> None:
    """The host has calmed down by now; and one that was quiet before is not busy by its first minute."""
    now = time.time()
    await write(paths, [SampleWrite(now - 700 + at, 1, busy(at, 1000.0 + at, 10)) for at in range(0, 690, 10)])
    rules = RuleBook(rules_of(busy=BUSY)).for_host("web-1")
    at = At(rules, mono=30.0)
    for _ in range(6):
        at.vitals(cpu=100.0)
    await Recalling(paths, lambda: {1: rules}, lambda: at.mono).run()
    assert said(at.vitals(cpu=100.0)) == []
    [window] = rules._moment.windows.values()
    mean = window.mean(at.mono)
    assert mean is not None
    assert 10 < mean < 30


async def test_a_reboot_in_between_makes_no_rate(paths: StatePaths) -> None:
    """What counters said of another boot is no difference of theirs."""
    now = time.time()
    rows = [SampleWrite(now - 700 + at, 1, busy(at, 1000.0 + at, 99)) for at in range(0, 350, 10)]
    rows += [SampleWrite(now - 700 + at, 1, busy(at, at - 340.0, 10, "c")) for at in range(350, 690, 10)]
    await write(paths, rows)
    at = await at_start(paths, RuleBook(rules_of(busy=BUSY)).for_host("web-1"))
    at.vitals(cpu=10.0)
    [window] = at.rules._moment.windows.values()
    assert all(9 < value < 100 for _ago, value in window.points(at.mono))
    mean = window.mean(at.mono)
    assert mean is not None
    assert 30 < mean < 75


async def test_an_hour_of_a_filesystem_is_known_at_once(paths: StatePaths) -> None:
    """A disk that fills up is told by the first run of the section."""
    now = time.time()
    await write(paths, [SampleWrite(now - 3700 + at, 1, disk(80 + at / 360)) for at in range(0, 3690, 60)])
    rules = RuleBook(rules_of(filling=FILLING)).for_host("web-1")
    assert look_back(rules.plan).sections_s == 3600
    at = await at_start(paths, rules)
    found = at.section("filesystems", dict(disk(90.3).gauges))
    assert said(found) == [("filling", "web-1 /var", "warning")]
    assert found.signals[0].value == pytest.approx(3490, rel=0.1)


async def test_what_is_not_there_leaves_all_as_it_was(paths: StatePaths) -> None:
    """No reading, or none that is young enough; a file that is gone is said in the log."""
    rules = RuleBook(rules_of(busy=BUSY)).for_host("web-1")
    await write(paths, [SampleWrite(time.time() - 4000 + at, 1, busy(at, 1000.0 + at, 99)) for at in range(0, 900, 10)])
    at = await at_start(paths, rules)
    assert said(at.vitals(cpu=99.0)) == []
    paths.samples_db.unlink()
    await Recalling(paths, lambda: {1: rules}).run()


def test_an_engine_that_is_started_again_needs_no_ten_minutes(tmp_path: Path) -> None:
    """A rule over ten minutes has its alert with one of the first readings."""
    rule = "rules:\n  calm: {value: 'avg(load1, 10m)', warn: above 500}\n"
    text = inventory_text([HostSpec("here", "here", "local")], period="1s", more=rule)
    engine = EngineWorld(tmp_path, text, {"SSH_AUTH_SOCK": ""})

    def alerted() -> bool:
        with open_reader(engine.state) as reader:
            return any(row.rule == "calm" for row in alerts(reader))

    try:
        engine.start()
        until_sync(lambda: engine.rows()["here"].state is HostState.UP, 30, "it is read")
        number = engine.rows()["here"].id
        assert engine.stop() == 0
        now = time.time()
        loaded = {("load.1", ""): 1000.0, ("load.5", ""): 1.0}
        rows = [
            SampleWrite(now - 610 + at, number, Reading(1000.0 + at, "b", None, {}, loaded)) for at in range(0, 600, 10)
        ]
        asyncio.run(write(engine.state, rows))
        engine.start()
        until_sync(alerted, 30, "there is an alert")
        assert engine.stop() == 0
    finally:
        engine.kill()


def test_rules_without_windows_read_nothing() -> None:
    """A level needs no past."""
    plan = RuleBook(rules_of(r={"warn": "memory > 90"})).for_host("web-1").plan
    assert (look_back(plan).vitals_s, look_back(plan).sections_s) == (0.0, 0.0)
