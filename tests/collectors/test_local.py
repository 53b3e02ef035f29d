"""This machine, through psutil and through the probe: two roads to the same numbers."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.probes import Probe

from tui_ops.collectors import frame
from tui_ops.collectors.local import LocalVitals
from tui_ops.collectors.rates import derive
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.model.readings import Reading

BACK_TICKS = 300
"""Idle and iowait may be corrected backwards by the kernel."""


@pytest.fixture(scope="module")
def readings() -> Iterator[tuple[Reading, Reading, Reading]]:
    """Probe, psutil, probe: the one in the middle lies between the others."""
    with Probe() as probe:
        before = parse_vitals(probe.ask(frame.tick(1)).body, time.time())
        local = LocalVitals().read()
        yield before, local, parse_vitals(probe.ask(frame.tick(2)).body, time.time())


def test_both_tell_the_same_metrics(readings: tuple[Reading, Reading, Reading]) -> None:
    """Same keys, same labels, same things missing."""
    before, local, _ = readings
    assert set(local.counters) == set(before.counters)
    assert set(local.gauges) == set(before.gauges)
    assert (local.boot_id, local.missing) == (before.boot_id, before.missing)


def test_counters_lie_between_those_of_the_probe(readings: tuple[Reading, Reading, Reading]) -> None:
    """Counters only grow, so the reading in between has values in between, in the same unit."""
    before, local, after = readings
    for key, value in local.counters.items():
        slack = BACK_TICKS if key[0] in ("cpu.idle", "cpu.iowait") else 0
        assert before.counters[key] - slack <= value <= after.counters[key] + slack, key
    assert before.uptime_s <= local.uptime_s <= after.uptime_s


def test_fixed_gauges_are_equal(readings: tuple[Reading, Reading, Reading]) -> None:
    """What does not change from one moment to the next is the same on both roads."""
    before, local, _ = readings
    for name in ("memory.total", "swap.total", "cpu.count", "files.max"):
        assert local.gauges[name, ""] == before.gauges[name, ""]
    assert local.clock == pytest.approx(before.clock, abs=1.5)
    assert local.gauges["system.clock_offset", ""] == pytest.approx(0, abs=1.5)


def test_both_derive_together(readings: tuple[Reading, Reading, Reading]) -> None:
    """A host that is read first by one and then by the other has a continuous history."""
    before, local, _ = readings
    later = Reading(before.uptime_s + 1, before.boot_id, None, local.counters, local.gauges)
    # Two readings within one clock tick have no share of the CPU at all.
    assert derive(before, later).values.get("cpu", 0.0) <= 100


def test_a_machine_without_proc_has_what_psutil_has(tmp_path: Path) -> None:
    """On a system of another kind the desk still opens with the headline values."""
    reading = LocalVitals(tmp_path).read()
    assert reading.boot_id.startswith("boot-")
    assert {"psi", "tcp"} <= set(reading.missing)
    assert {"memory", "load1", "cpus", "uptime_s"} <= set(derive(None, reading).values)
