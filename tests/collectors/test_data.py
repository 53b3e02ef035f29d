"""Readings of real systems, as data files: data/SYSTEM/CASE.txt is what a probe sent, CASE.json what it means."""

import json
from pathlib import Path

import pytest

from tui_ops.collectors.commands import parse_commands
from tui_ops.collectors.sections import BY_NAME, SECTIONS, Section
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.model.metrics import METRICS, Key, Kind
from tui_ops.model.readings import SectionReading

DATA = Path(__file__).parent / "data"

OURS_AT = 1_750_000_000.0
"""Our clock in every case."""


def cases(name: str) -> list[object]:
    return [pytest.param(path, id=path.parent.name) for path in sorted(DATA.glob(f"*/{name}.txt"))]


def section_cases() -> list[object]:
    """Every case of every slow section; a new one only needs its files."""
    return [
        pytest.param(section, path, id=f"{name}-{path.parent.name}")
        for name, section in BY_NAME.items()
        for path in sorted(DATA.glob(f"*/{name}.txt"))
    ]


def plain(numbers: dict[Key, int] | dict[Key, float]) -> dict[str, int | float]:
    """A metric's label stands in brackets, as in ``disk.reads[sda]``."""
    return {f"{name}[{label}]" if label else name: value for (name, label), value in numbers.items()}


def assert_known(counters: dict[Key, int], gauges: dict[Key, float]) -> None:
    """Every name is a metric of its kind, and has a label just where the metric has one."""
    for numbers, kind in ((counters, Kind.COUNTER), (gauges, Kind.GAUGE)):
        for name, label in numbers:
            assert METRICS[name].kind is kind
            assert bool(METRICS[name].label) == bool(label)


def told(reading: SectionReading) -> dict[str, object]:
    """What stands in the .json of a section's case; the document went through JSON, as it does to the store."""
    return {
        "section": reading.section,
        "gauges": plain(reading.gauges),
        "statuses": [[status.subject, status.severity.value, status.text] for status in reading.statuses],
        "document": json.loads(json.dumps(reading.document, allow_nan=False)),
    }


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


@pytest.mark.parametrize(("section", "path"), section_cases())
def test_sections(section: Section, path: Path) -> None:
    """A run of a slow section becomes exactly these gauges, statuses and document."""
    reading = section.parse(path.read_bytes())
    assert_known({}, reading.gauges)
    assert told(reading) == json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_every_section_has_a_case(section: Section) -> None:
    """No section is without a reading of a real system."""
    assert cases(section.name)


@pytest.mark.parametrize("path", cases("commands"))
def test_commands(path: Path) -> None:
    """Owners and command lines of the processes that were asked for, in this order."""
    expected = json.loads(path.with_suffix(".json").read_text())
    found = parse_commands(path.read_bytes(), expected["asked"])
    assert {str(pid): list(words) for pid, words in found.items()} == expected["commands"]


def test_no_expectation_is_left_over() -> None:
    """Every expected value belongs to a case."""
    assert all(path.with_suffix(".txt").exists() for path in DATA.glob("*/*.json"))
