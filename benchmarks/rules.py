"""What the shipped alert rules cost us with each reading of a host: run ``python benchmarks/rules.py``.

The readings are those of real machines (``tests/collectors/data``), two with ten seconds between them, taken again and
again at later moments, so that windows turn as they do in an engine. Memory is what a host's rules keep after an hour.
"""

import re
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from tui_ops.collectors.rates import derive
from tui_ops.collectors.strain import Strain
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.inventory.rules import default_rules
from tui_ops.model.metrics import Key
from tui_ops.model.states import HostState
from tui_ops.practices.alerting.book import HostRules, RuleBook

DATA = Path(__file__).parent.parent / "tests" / "collectors" / "data"
CASES = ("alpine-container", "debian-12-vm", "server-64-cpus")
REPEATS, CALLS = 5, 2_000
"""The best of so many runs of so many calls: the others show the machine's other work."""
HOSTS, READINGS = 20, 360
"""Hosts whose memory is looked at, and their readings: an hour of them."""
PERIOD_S, SLOW_PERIOD_S = 10.0, 60.0
MOUNTS = ("/", "/boot", "/home", "/srv", "/tmp", "/var")
GIB = 2**30

REST = dict.fromkeys(("cpu", "user", "system", "iowait", "steal", "conntrack", "oom_kills", "listen_overflows"), 0.5)
"""What two equal frames do not give, for want of a difference between them."""
SET = {"clock_offset_s": 0.1, "oom_kills": 0.0}
"""What would raise an alert, since the frames are old."""

Vitals = tuple[dict[str, float], dict[Key, float]]


def vitals_of(case: str) -> Vitals:
    """Return what an engine hands to the rules of one reading of a machine."""
    body = (DATA / case / "vitals.txt").read_bytes()
    strain = Strain()
    before = parse_vitals(body, 0.0)
    strain.note(before, derive(None, before))
    uptime = before.uptime_s + PERIOD_S
    after = parse_vitals(re.sub(rb"(/proc/uptime <==\n)[\d.]+", lambda found: found[1] + b"%f" % uptime, body), 0.0)
    derived = derive(before, after)
    strain.note(after, derived)
    return {**REST, **derived.values, **SET}, {**after.gauges, **derived.rates}


def filesystems() -> dict[Key, float]:
    """Return the numbers of six filesystems."""
    found: dict[Key, float] = {}
    for at, mount in enumerate(MOUNTS):
        found |= {
            ("fs.used", mount): 10.0 * GIB + at,
            ("fs.available", mount): 20.0 * GIB,
            ("fs.size", mount): 31.0 * GIB,
        }
        found |= {("fs.inodes", mount): 1e6, ("fs.inodes_used", mount): 1e5}
    return found


def best_us(call: Callable[[], object]) -> float:
    """Return the microseconds of one call, in the best of the runs."""
    runs = []
    for _ in range(REPEATS):
        start = time.process_time()
        for _ in range(CALLS):
            call()
        runs.append(time.process_time() - start)
    return min(runs) / CALLS * 1e6


class Host:
    """One host that is read again and again."""

    def __init__(self, rules: HostRules, vitals: Vitals) -> None:
        self.rules = rules
        self.values, self.numbers = vitals
        self.mono = 1000.0
        self.disks = filesystems()

    def read(self) -> None:
        """Take one reading of the vitals."""
        self.mono += PERIOD_S
        self.rules.vitals(self.mono, self.mono, self.values, self.numbers)

    def section(self) -> None:
        """Take one run of the filesystems."""
        self.mono += SLOW_PERIOD_S
        self.rules.section(self.mono, self.mono, "filesystems", self.disks, ())

    def state(self) -> None:
        """Take the state."""
        self.rules.state(self.mono, self.mono, HostState.UP, "")

    def passing(self) -> None:
        """Let time pass."""
        self.rules.passing(self.mono, self.mono)


def memory_bytes(vitals: Vitals) -> float:
    """Return what the rules of one host hold after an hour, in bytes."""
    book = RuleBook(default_rules())
    book.for_host("first")
    disks = filesystems()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    hosts = [book.for_host(f"web-{at}") for at in range(HOSTS)]
    for turn in range(READINGS):
        mono = 1000.0 + turn * PERIOD_S
        for host in hosts:
            host.state(mono, mono, HostState.UP, "")
            host.vitals(mono, mono, *vitals)
            if turn % 6 == 0:
                host.section(mono, mono, "filesystems", disks, ())
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return held / HOSTS


def main() -> None:
    """Print the table."""
    rules = default_rules()
    start = time.process_time()
    book = RuleBook(rules)
    book.for_host("first", "lon", ["web"])
    ready_ms = (time.process_time() - start) * 1e3
    print(f"{len(rules)} rules, made ready in {ready_ms:.1f} ms; figures of one host")
    print(
        f"{'reading':<18}{'series':>8}{'vitals us':>11}{'disks us':>10}{'state us':>10}{'passing us':>12}{'bytes':>8}"
    )
    for case in CASES:
        vitals = vitals_of(case)
        host = Host(book.for_host(case, "lon", ["web"]), vitals)
        for _ in range(READINGS):
            host.read()
        figures = [best_us(call) for call in (host.read, host.section, host.state, host.passing)]
        told = f"{figures[0]:>11.1f}{figures[1]:>10.1f}{figures[2]:>10.1f}{figures[3]:>12.1f}"
        print(f"{case:<18}{len(vitals[1]):>8}{told}{memory_bytes(vitals):>8.0f}")


if __name__ == "__main__":
    main()
