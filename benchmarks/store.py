"""What the store costs: rows and polls a second, bytes a poll, and how long the fleet table takes to read.

Run as ``python benchmarks/store.py``. CPU time is of this process; the machine should be idle.
"""

import asyncio
import resource
import tempfile
import time
from pathlib import Path

from tui_ops.model.clock import Stamp, now
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.metrics import METRICS, Kind
from tui_ops.model.people import Role, Who
from tui_ops.model.readings import VALUES, Reading
from tui_ops.model.sparks import Sparks
from tui_ops.model.states import HostState, Severity
from tui_ops.store.audit import append_audit
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.live import LatestWrite
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.samples import SampleWrite
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader, open_samples
from tui_ops.store.views.hosts import hosts, reage
from tui_ops.store.views.samples import read_series
from tui_ops.store.writer import Writer

SIZES = (1_000, 10_000)
BATCH = 100
"""Polls written at once: a second's worth of a thousand hosts."""

POLLS = 20
"""Polls of each host that go into samples.db."""

ACTS = 200
LABELS = ("sda", "sdb", "eth0")


def reading(at: float) -> Reading:
    """Return a reading of about the size of a small server's."""
    keys = [(metric.name, label) for metric in METRICS.values() for label in (LABELS if metric.label else ("",))]
    counters = {key: int(at) * 1000 + n for n, key in enumerate(keys) if METRICS[key[0]].kind is Kind.COUNTER}
    gauges = {key: at + n for n, key in enumerate(keys) if METRICS[key[0]].kind is Kind.GAUGE}
    return Reading(at, "boot", at, counters, gauges)


def latest(host_id: int, moment: Stamp, detail: dict[str, float]) -> LatestWrite:
    """Return what one good poll writes."""
    sparks = Sparks()
    return LatestWrite(
        host_id, HostState.UP, "", Severity.OK, moment.at, moment, moment, os="Debian GNU/Linux 12", kernel="6.1",
        poll_ms=3.0, values=dict.fromkeys(VALUES, 12.3), detail=detail, sparks=sparks.encode(), sparks_minute=1,
    )  # fmt: skip


def line(what: str, value: float, unit: str, wall_s: float, cpu_s: float) -> None:
    """Print one line of the table."""
    print(f"| {what:<44} | {value:>12,.1f} | {unit:<10} | {wall_s:>8.3f} | {cpu_s:>8.3f} |", flush=True)


class Clock:
    """Wall and CPU seconds since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return wall and CPU seconds."""
        return time.perf_counter() - self._wall, time.process_time() - self._cpu


async def writes(writer: Writer, count: int) -> None:
    """Measure writing the latest rows of ``count`` hosts."""
    moment = now()
    one = reading(100.0)
    detail = {
        f"{name} {label}".strip(): float(value) for (name, label), value in [*one.counters.items(), *one.gauges.items()]
    }
    rows = [latest(number + 1, moment, detail) for number in range(count)]
    await writer.write_latest(rows)
    clock = Clock()
    for start in range(0, count, BATCH):
        await writer.write_latest(rows[start : start + BATCH])
    wall, cpu = clock.read()
    line(f"latest rows, {count:,} hosts, {BATCH} a batch", count / wall, "rows/s", wall, cpu)


async def samples(writer: Writer, paths: StatePaths, count: int) -> None:
    """Measure keeping and reading raw readings of ``count`` hosts."""
    clock = Clock()
    for poll in range(POLLS):
        one = reading(1000.0 + 10 * poll)
        for start in range(0, count, BATCH):
            at = 1000.0 + 10 * poll + 10 * start / count
            await writer.samples([SampleWrite(at, start + n + 1, one) for n in range(BATCH)])
    wall, cpu = clock.read()
    line(f"sample rows, {count:,} hosts, {BATCH} a batch", count * POLLS / wall, "rows/s", wall, cpu)
    numbers = len(one.counters) + len(one.gauges)
    size = paths.samples_db.stat().st_size
    line(f"bytes a poll of {numbers} numbers", size / count / POLLS, "bytes", 0, 0)
    clock = Clock()
    with open_samples(paths) as reader:
        found = read_series(reader, count // 2, "net.rx_bytes", "eth0", 0, 9999)
    wall, cpu = clock.read()
    line(f"one series of {len(found)} points", wall * 1000, "ms", wall, cpu)


def reads(paths: StatePaths, count: int) -> None:
    """Measure the fleet table."""
    with open_reader(paths) as reader:
        hosts(reader)
        clock = Clock()
        rows = hosts(reader)
        wall, cpu = clock.read()
        line(f"fleet table, {count:,} hosts", wall * 1000, "ms", wall, cpu)
        clock = Clock()
        reage(rows)
        wall, cpu = clock.read()
        line(f"ages anew, {count:,} hosts", wall * 1000, "ms", wall, cpu)
        clock = Clock()
        hosts(reader, since_version=max(row.version for row in rows) - BATCH)
        wall, cpu = clock.read()
        line(f"the {BATCH} that changed, of {count:,}", wall * 1000, "ms", wall, cpu)


async def acts(writer: Writer) -> None:
    """Measure acts, each with its audit entry on disk when it is answered."""
    who = Who("alice", Role.ADMIN, 1)
    clock = Clock()
    for _ in range(ACTS):
        await writer.act(lambda session: append_audit(session, who, "note", "host:a", {"n": 1}, "done", 1.0))
    wall, cpu = clock.read()
    line("acts with an audit entry, one after another", ACTS / wall, "acts/s", wall, cpu)


async def measure(count: int) -> None:
    """Measure one fleet in a state directory of its own."""
    with tempfile.TemporaryDirectory(prefix="tui-ops-bench-") as folder:
        paths = prepare(Path(folder) / "state")
        clock = Clock()
        upgrade(paths)
        line("a new database", clock.read()[0] * 1000, "ms", *clock.read())
        writer = await Writer.open(paths)
        fleet = Fleet("bench", tuple(HostSpec(f"h{n:05}", f"h{n:05}", "192.0.2.1") for n in range(count)))
        clock = Clock()
        await writer.act(lambda session: sync_fleet(session, fleet, 1.0))
        line(f"an inventory of {count:,} hosts", clock.read()[0] * 1000, "ms", *clock.read())
        await writes(writer, count)
        reads(paths, count)
        await samples(writer, paths, count)
        await acts(writer)
        await writer.close()
        line("memory at its peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB", 0, 0)


def main() -> None:
    """Print the table."""
    print("| what | value | unit | wall s | CPU s |\n|---|---|---|---|---|")
    for count in SIZES:
        asyncio.run(measure(count))


if __name__ == "__main__":
    main()
