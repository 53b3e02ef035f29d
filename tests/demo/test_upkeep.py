"""What the demo's hosts tell of their clocks, timers, volumes and errors, and what goes wrong with them meanwhile."""

from collections.abc import Callable

import pytest
from support.demo_host import DemoHost

from tui_ops.collectors.frame import tick
from tui_ops.collectors.strain import Strain
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.demo.story import Story
from tui_ops.model.readings import Derived

OPEN = Callable[..., DemoHost]


@pytest.mark.parametrize(("name", "program"), [("nas-1.lon", "chrony"), ("web-01.lon", "timesyncd")])
def test_clocks_are_kept(open_host: OPEN, name: str, program: str) -> None:
    """By the program of the distribution, within a millisecond, since a few minutes."""
    reading = open_host(name).read("timesync")
    document = reading.document
    assert (document["program"], document["synchronised"], reading.statuses) == (program, True, ())
    assert abs(reading.gauges["time.offset", ""]) < 0.001
    assert document["age"] is None or 0 <= float(str(document["age"])) < 600


def test_a_pool_fills(open_host: OPEN) -> None:
    """From a warning to what can't wait, within three quarters of an hour."""
    said = []
    for t in (0.0, 1800.0):
        (status,) = open_host("db-1.par", t=t).read("volumes").statuses
        said.append((status.severity.value, status.text.partition(",")[0]))
    assert said == [
        ("warning", "thin pool vg0/snapshots: data 83 % full"), ("critical", "thin pool vg0/snapshots: data 90 % full")
    ]  # fmt: skip


def test_a_process_is_killed_after_three_minutes(open_host: OPEN) -> None:
    """Its host tells it from then on, and no other one does."""
    told = {}
    for name in ("web-02.nyc", "web-01.nyc"):
        host, strain = open_host(name, t=170.0), Strain()
        for number, t in ((1, 170.0), (2, 190.0)):
            host.at(t)
            derived = Derived({})
            strain.note(parse_vitals(host.probe.ask(tick(number)).body, 0.0), derived)
            told[name] = derived.values["oom_kills"]
            assert derived.values["conntrack"] < 10
    assert told == {"web-02.nyc": 1, "web-01.nyc": 0}


def test_timers_run_and_are_due(open_host: OPEN) -> None:
    """Every timer has run within its time and is due within it; a day later too."""
    for t in (0.0, 90_000.0):
        timers = open_host("web-01.lon", t=t).rows("units", "timers")
        assert len(timers) > 5
        for timer in timers:
            assert timer["missed"] is False
            assert (timer["late_s"], timer["unit"]) == (0, str(timer["name"]).replace(".timer", ".service"))


def test_strangers_knock_at_the_web(open_host: OPEN) -> None:
    """Hosts that stand in the net have errors in their journal, the others none."""
    assert 0.5 < open_host("web-01.lon").read("journal").gauges["journal.errors", ""] < 1.5
    assert open_host("db-1.lon").read("journal").gauges["journal.errors", ""] == 0


def test_no_host_is_a_container(open_host: OPEN) -> None:
    """Whatever the machine is that the demo runs on."""
    for host in Story().hosts[:3]:
        assert open_host(host.name).read("scope").document["container"] == ""
