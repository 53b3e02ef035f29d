"""What a reading means."""

import pytest

from tui_ops.model.states import Severity
from tui_ops.practices.performance.rules import GIB, judge


@pytest.mark.parametrize(
    ("values", "severity", "text"),
    [
        ({}, Severity.OK, ""),
        ({"memory": 89.9}, Severity.OK, ""),
        ({"memory": 90.0}, Severity.WARNING, "memory 90 %"),
        ({"memory": 98.0}, Severity.CRITICAL, "memory 98 %"),
        ({"iowait": 45.0}, Severity.WARNING, "iowait 45 %"),
        ({"load5": 7.9, "cpus": 1.0}, Severity.OK, ""),
        ({"load5": 8.0, "cpus": 1.0}, Severity.WARNING, "load 8.0 on 1 CPUs"),
        ({"load5": 100.0}, Severity.OK, ""),
        ({"load5": 100.0, "cpus": 64.0}, Severity.OK, ""),
        ({"clock_offset_s": -3.0}, Severity.WARNING, "clock 3 s behind"),
        ({"clock_offset_s": 2.0}, Severity.OK, ""),
    ],
)
def test_levels(values: dict[str, float], severity: Severity, text: str) -> None:
    """Each level is raised at its number and says which."""
    found = judge(values)
    assert (found.severity, found.reason) == (severity, text)


def test_a_value_between_the_levels_keeps_what_stands() -> None:
    """Raised at 90, over only below 80: at 85 it depends on what stood before."""
    assert judge({"memory": 85.0}, stood=False).severity is Severity.OK
    assert judge({"memory": 85.0}, stood=True).severity is Severity.WARNING
    assert judge({"memory": 79.0}, stood=True).severity is Severity.OK


def test_a_percentage_alone_does_not_make_a_disk_full() -> None:
    """95 % of a large disk leaves plenty; 95 % of a small one does not."""
    assert judge({}, [("/data", 95.0, 500.0 * GIB)]).severity is Severity.OK
    small = judge({}, [("/data", 95.0, 2.0 * GIB)])
    assert (small.severity, small.reason) == (Severity.WARNING, "/data 95 % full, 2.0 GiB left")
    assert judge({}, [("/", 99.0, 1.0 * GIB)]).severity is Severity.CRITICAL


def test_the_worst_is_told() -> None:
    """One row has room for one reason."""
    found = judge({"iowait": 60.0, "memory": 99.0}, [("/", 92.0, 1.0 * GIB)])
    assert (found.severity, found.reason) == (Severity.CRITICAL, "memory 99 %")
