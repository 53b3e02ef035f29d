"""Readings of real systems, as data files: data/SYSTEM/CASE.txt is what a probe sent, CASE.json what it means."""

import json
from pathlib import Path

import pytest

from tui_ops.collectors.filesystems import parse_filesystems
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.model.metrics import METRICS, Key, Kind

DATA = Path(__file__).parent / "data"

OURS_AT = 1_750_000_000.0
"""Our clock in every case."""


def cases(name: str) -> list[object]:
    return [pytest.param(path, id=path.parent.name) for path in sorted(DATA.glob(f"*/{name}.txt"))]


def plain(numbers: dict[Key, int] | dict[Key, float]) -> dict[str, int | float]:
    """A metric's label stands in brackets, as in ``disk.reads[sda]``."""
    return {f"{name}[{label}]" if label else name: value for (name, label), value in numbers.items()}


def assert_known(counters: dict[Key, int], gauges: dict[Key, float]) -> None:
    """Every name is a metric of its kind, and has a label just where the metric has one."""
    for numbers, kind in ((counters, Kind.COUNTER), (gauges, Kind.GAUGE)):
        for name, label in numbers:
            assert METRICS[name].kind is kind
            assert bool(METRICS[name].label) == bool(label)


@pytest.mark.parametrize("path", cases("vitals"))
def test_vitals(path: Path) -> None:
    """A frame of vitals becomes exactly these counters and gauges."""
    reading = parse_vitals(path.read_bytes(), OURS_AT)
    assert_known(reading.counters, reading.gauges)
    assert {
        "uptime_s": reading.uptime_s,
        "boot_id": reading.boot_id,
        "clock": reading.clock,
        "missing": list(reading.missing),
        "counters": plain(reading.counters),
        "gauges": plain(reading.gauges),
    } == json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize("path", cases("filesystems"))
def test_filesystems(path: Path) -> None:
    """A run of the section becomes exactly these gauges, statuses and rows."""
    reading = parse_filesystems(path.read_bytes())
    assert_known({}, reading.gauges)
    assert {
        "section": reading.section,
        "gauges": plain(reading.gauges),
        "statuses": [[status.subject, status.severity.value, status.text] for status in reading.statuses],
        "document": reading.document,
    } == json.loads(path.with_suffix(".json").read_text())


def test_no_expectation_is_left_over() -> None:
    """Every expected value belongs to a case."""
    assert all(path.with_suffix(".txt").exists() for path in DATA.glob("*/*.json"))
