"""Our rates beside those of sysstat over the same seconds, under a load that the test makes.

The probe looks before sysstat begins and after it has ended, so its interval is longer by what three programs take to
start and to print: some tenths of a second of four. The load is even, hence the tolerances.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.probes import Probe

from tui_ops.collectors import frame
from tui_ops.collectors.rates import derive
from tui_ops.collectors.strain import Strain
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.model.readings import Derived

SECONDS = 4
"""Of the comparison."""

POINTS = 6.0
"""Percent of CPU or of disk time by which the two may differ: half a second of other work on the machine in between."""

SHARE, LITTLE, LITTLE_KB = 0.15, 5.0, 60.0
"""Part of a rate by which the two may differ, and what does not count besides: requests or packets a second, and
kilobytes a second."""

DISK_SHARE = 0.4
"""The same of disks: others write in bursts, and one of these may fall between our reading and theirs. Half as much, or
twice, is still told apart: a unit that is taken for another.
"""

CARDS = ("near7", "far7")
"""Two ends of one link, in a network of its own: nothing leaves the machine."""

LINK = (
    "ip link add near7 type veth peer name far7 && ip addr add 10.254.7.1/24 dev near7 && ip link set near7 up"
    " && ip link set far7 up && ip neigh add 10.254.7.2 lladdr 02:00:00:00:00:07 dev near7 nud permanent"
)

_WRITES = """
import os, sys, time
data = b"x" * 262144
with open(sys.argv[1], "wb", buffering=0) as file:
    while True:
        file.seek(0)
        file.write(data)
        os.fsync(file.fileno())
        time.sleep(0.02)
"""
_SENDS = """
import socket, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
    while True:
        out.sendto(b"x" * 1000, ("10.254.7.2", 9))
        time.sleep(0.002)
"""
_BURNS = "while True: pass"


@dataclass
class Both:
    """What the two say of the same seconds."""

    ours: Derived
    gauges: dict[str, float]
    cpus: list[dict[str, float]]
    """Of mpstat: all of them, then each."""
    disks: dict[str, dict[str, float]]
    """Of iostat."""
    sar: dict[str, dict[str, float]] = field(default_factory=dict)
    """By ``all`` for the CPUs, else by card."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Probe, sysstat, probe, while one CPU burns, a disk is written and packets are sent."""
    place = tmp_path_factory.mktemp("load")
    inside = ["unshare", "--net", "sh", "-c", f"{LINK} && exec dash"]
    environment = {**os.environ, "LC_ALL": "C", "S_TIME_FORMAT": "ISO"}
    for name in ("mpstat", "iostat", "sar"):
        # From the disk once, so that it is not read when the seconds are counted.
        subprocess.run([name, "-V"], capture_output=True, check=False)
    loads: list[subprocess.Popen[bytes]] = []
    with Probe(inside) as probe:
        there = ["nsenter", "--net", "--target", str(probe.process.pid)]
        for words in (["-c", _BURNS], ["-c", _WRITES, str(place / "file")], ["-c", _SENDS]):
            loads.append(subprocess.Popen([*there, sys.executable, *words]))
        try:
            before = parse_vitals(probe.ask(frame.tick(1)).body, time.time())
            asked = {
                "mpstat": ["mpstat", "-P", "ALL", "-o", "JSON", str(SECONDS), "1"],
                "iostat": ["iostat", "-d", "-x", "-k", "-o", "JSON", str(SECONDS), "2"],
                "sar": [*there, "sar", "-u", "ALL", "-n", "DEV", str(SECONDS), "1"],
            }
            running = {
                name: subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment)
                for name, words in asked.items()
            }
            said = {name: process.communicate(timeout=60)[0] for name, process in running.items()}
            after = parse_vitals(probe.ask(frame.tick(2)).body, time.time())
        finally:
            for load in loads:
                load.kill()
                load.wait()
    strain = Strain()
    strain.note(before, Derived({}))
    ours = derive(before, after)
    strain.note(after, ours)
    (host,) = json.loads(said["mpstat"])["sysstat"]["hosts"]
    (found,) = json.loads(said["iostat"])["sysstat"]["hosts"]
    return Both(
        ours,
        {name: value for (name, label), value in after.gauges.items() if not label},
        host["statistics"][-1]["cpu-load"],
        {one["disk_device"]: one for one in found["statistics"][-1]["disk"]},
        averages(said["sar"]),
    )


def averages(text: str) -> dict[str, dict[str, float]]:
    """Return the lines of sar's averages, each by its first column."""
    found: dict[str, dict[str, float]] = {}
    head: list[str] = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] != ["Average:"]:
            continue
        if words[1] in ("CPU", "IFACE"):
            head = words[2:]
        else:
            found[words[1]] = dict(zip(head, map(float, words[2:]), strict=True))
    return found


def is_near(ours: float, theirs: float, little: float = LITTLE, share: float = SHARE) -> bool:
    return abs(ours - theirs) <= little + share * max(ours, theirs)


def test_cpu_shares(both: Both) -> None:
    """User, system, iowait and steal, and their sum, as mpstat and sar have them; one CPU at least was busy."""
    for theirs, prefix in ((both.cpus[0], ""), (both.sar["all"], "%")):
        names = {name.removeprefix(prefix): value for name, value in theirs.items() if isinstance(value, float | int)}
        pairs = {
            "user": names["usr"] + names["nice"],
            "system": names["sys"] + names["irq"] + names["soft"],
            "iowait": names["iowait"],
            "steal": names["steal"],
            "cpu": 100 - names["idle"] - names["iowait"],
        }
        for name, value in pairs.items():
            assert both.ours.values[name] == pytest.approx(value, abs=POINTS), name
    assert both.ours.values["user"] > 70 / (len(both.cpus) - 1)


def test_the_busiest_cpu(both: Both) -> None:
    """The one that mpstat says was idle least."""
    busy = [100 - one["idle"] - one["iowait"] for one in both.cpus[1:]]
    assert both.gauges["cpu.busiest"] == pytest.approx(max(busy), abs=POINTS)
    assert both.gauges["cpu.count"] == len(busy)


def test_disks(both: Both) -> None:
    """Requests, kilobytes and busy time of every disk, as iostat has them; one of them was written."""
    rates = both.ours.rates
    disks = {label for metric, label in rates if metric == "disk.writes"}
    assert disks
    for disk in disks:
        theirs = both.disks[disk]
        assert is_near(rates["disk.reads", disk], theirs["r/s"], share=DISK_SHARE), disk
        assert is_near(rates["disk.writes", disk], theirs["w/s"], share=DISK_SHARE), disk
        assert is_near(rates["disk.read_bytes", disk] / 1024, theirs["rkB/s"], LITTLE_KB, DISK_SHARE), disk
        assert is_near(rates["disk.write_bytes", disk] / 1024, theirs["wkB/s"], LITTLE_KB, DISK_SHARE), disk
        assert rates["disk.busy_ms", disk] / 10 == pytest.approx(theirs["util"], abs=POINTS), disk
    assert max(rates["disk.write_bytes", disk] for disk in disks) > 500_000


def test_cards(both: Both) -> None:
    """Packets and kilobytes of both ends of the link, as sar has them: what one sends the other receives."""
    rates = both.ours.rates
    for card in CARDS:
        theirs = both.sar[card]
        assert is_near(rates["net.tx_packets", card], theirs["txpck/s"])
        assert is_near(rates["net.rx_packets", card], theirs["rxpck/s"])
        assert is_near(rates["net.tx_bytes", card] / 1024, theirs["txkB/s"], LITTLE_KB)
        assert is_near(rates["net.rx_bytes", card] / 1024, theirs["rxkB/s"], LITTLE_KB)
    assert rates["net.tx_packets", "near7"] > 100
    assert rates["net.rx_packets", "far7"] > 100


def test_the_file_is_gone(both: Both, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What was written stays small: the same quarter of a megabyte again and again."""
    written = list(Path(tmp_path_factory.getbasetemp()).glob("load*/file"))
    assert all(one.stat().st_size == 262_144 for one in written)
