"""What history costs: bytes of a reading as row, chunk, minute and hour, how long a day of a series takes, and CPU.

Run as ``python benchmarks/history.py [MINUTES]``. It records this machine, a reading a second for so many minutes (5),
and puts random stretches of two minutes of it together to two days of four hosts at ten seconds: counters keep the
steps that they made, so what is packed is as rough as life.
"""

import asyncio
import os
import random
import resource
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from kit.table import TITLES, line, percentile

from tui_ops.collectors.local import LocalVitals
from tui_ops.engine.keeping import Keeping
from tui_ops.model.fleet import HistorySpec
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Reading
from tui_ops.store.history.codec import CONSTANT
from tui_ops.store.history.condensing import prepare_condensed
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.history.rolling import oldest_window, prepare_move
from tui_ops.store.history.schema import SERIES_BITS
from tui_ops.store.history.sizes import kinds
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.samples import SampleWrite
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.history import Resolution, open_history, series
from tui_ops.store.writer import Writer

HOSTS = 4
DAYS = 2
PERIOD_S = 10
STRETCH = 120
"""Readings that stay together, so that bursts keep their shape."""

BEGIN = 20_000 * 86400.0
READS = 40
GAUGE, COUNTER, SHARE = ("load.1", ""), "net.rx_bytes", ("cpu.user", "")


def record(minutes: float) -> list[Reading]:
    """Return this machine's readings, one a second."""
    local = LocalVitals()
    found: list[Reading] = []
    for _ in range(round(60 * minutes)):
        found.append(local.read())
        time.sleep(1)
    return found


class Life:
    """A host that lives through random stretches of what was recorded."""

    def __init__(self, recorded: list[Reading], seed: int) -> None:
        self._recorded, self._dice = recorded, random.Random(seed)
        self._counters = dict(recorded[0].counters)
        self._at = self._left = 0

    def read(self, uptime_s: float) -> Reading:
        """Return the next reading."""
        if not self._left:
            self._left = min(STRETCH, len(self._recorded) - 1)
            self._at = self._dice.randrange(1, len(self._recorded) - self._left + 1)
        before, after = self._recorded[self._at - 1], self._recorded[self._at]
        for key, value in after.counters.items():
            grown = max(0, value - before.counters.get(key, value))
            self._counters[key] = self._counters.get(key, 0) + grown
        self._at, self._left = self._at + 1, self._left - 1
        gauges = {**after.gauges, ("system.uptime", ""): uptime_s}
        return Reading(uptime_s, "boot", None, dict(self._counters), gauges)


async def fill(writer: Writer, recorded: list[Reading]) -> int:
    """Write the days of all hosts as rows; returns how many readings of single series."""
    lives, dice, numbers = [Life(recorded, host) for host in range(HOSTS)], random.Random(1), 0
    for start in range(0, DAYS * 86400, 3600):
        batch = []
        for second in range(start, start + 3600, PERIOD_S):
            for host, life in enumerate(lives):
                one = life.read(100_000 + second + dice.randrange(2) / 100)
                numbers += len(one.counters) + len(one.gauges)
                batch.append(SampleWrite(BEGIN + second + host + abs(dice.gauss(0, 0.004)), host + 1, one))
        await writer.samples(batch)
    return numbers


async def moved(writer: Writer, paths: StatePaths) -> tuple[list[float], list[float], list[float], list[float]]:
    """Roll up and condense everything; returns CPU and store-thread milliseconds of each move and each day."""
    move_ms, store_ms, day_ms, write_ms = [], [], [], []
    until = round((BEGIN + DAYS * 86400) * 1000)
    with open_history(paths) as reader:
        for host in range(1, HOSTS + 1):
            while (start := reader.read(partial(oldest_window, host_id=host, until_ms=until))) is not None:
                began = time.process_time()
                move = reader.read(partial(prepare_move, host_id=host, start_ms=start))
                move_ms.append(1000 * (time.process_time() - began))
                wall = time.perf_counter()
                await writer.keep(partial(HistoryKeeper.move, move=move))
                store_ms.append(1000 * (time.perf_counter() - wall))
            while True:
                began = time.process_time()
                found = reader.read(partial(prepare_condensed, host_id=host, until_ms=until))
                if found is None:
                    break
                day_ms.append(1000 * (time.process_time() - began))
                wall = time.perf_counter()
                await writer.keep(partial(HistoryKeeper.condense, found=found))
                write_ms.append(1000 * (time.perf_counter() - wall))
    return move_ms, store_ms, day_ms, write_ms


def moving(paths: StatePaths) -> float:
    """Return the bytes of a reading of the series that are not the same all the time, pages that are not full
    included by their share.
    """
    with open_history(paths) as reader:
        size, count = reader.read(
            lambda connection: connection.execute(
                "SELECT sum(length(data) + 8), sum(count) FROM part JOIN chunk ON chunk.id = part.id >> ?"
                " WHERE substr(data, 1, 1) <> ?", (SERIES_BITS, CONSTANT),
            ).fetchone()
        )  # fmt: skip
        pages, held = reader.read(
            lambda connection: connection.execute(
                "SELECT pgsize, payload FROM dbstat WHERE aggregate = TRUE AND name = 'part'"
            ).fetchone()
        )
    return float(size / count * pages / held)


def reads(paths: StatePaths, name: str, key: Key, points: int | None, must: float | None) -> None:
    """Print how long a day of one series takes, in the middle of many."""
    took, cpu = [], []
    with open_history(paths) as reader:
        for number in range(READS):
            began, used = time.perf_counter(), time.process_time()
            found = series(reader, number % HOSTS + 1, *key, BEGIN + 86400, BEGIN + 2 * 86400, points)
            took.append(1000 * (time.perf_counter() - began))
            cpu.append(1000 * (time.process_time() - used))
    kind = "readings" if found.resolution is Resolution.FULL and points is None else "points"
    line(f"a day of one series, {name}, {len(found.at)} {kind}", percentile(took, 0.5), "ms", must,
         f"{READS} reads, slowest {max(took):.1f}; CPU {percentile(cpu, 0.5):.1f}")  # fmt: skip


async def polls_beside(writer: Writer, paths: StatePaths, recorded: list[Reading]) -> None:
    """Print how long a poll's row waits, and how late the event loop is, while the engine's upkeep runs."""
    await fill(writer, recorded)
    now = BEGIN + DAYS * 86400 + 3600
    looking = asyncio.create_task(Keeping(writer, paths, HistorySpec, lambda: now).look())
    waits, late, number = [], [], 0
    while not looking.done() and number < 400:
        began = time.perf_counter()
        await asyncio.sleep(0.01)
        late.append(1000 * (time.perf_counter() - began - 0.01))
        began = time.perf_counter()
        await writer.samples([SampleWrite(now + number, 99, recorded[0])])
        waits.append(1000 * (time.perf_counter() - began))
        number += 1
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    line("a row's write beside the upkeep, p99", percentile(waits, 0.99), "ms", 50, f"{len(waits)} rows")
    line("how late the event loop is beside the upkeep, p99", percentile(late, 0.99), "ms", 50)


def memory_mb() -> float:
    """Return the memory that this process has now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def libraries() -> None:
    """Print what NumPy and pcodec take when they are loaded."""
    before, began = memory_mb(), time.perf_counter()
    import numpy as np

    from tui_ops.store.history.codec import encode

    encode(np.arange(1000))
    line("NumPy and pcodec, loaded with the first chunk", memory_mb() - before, "MiB", None,
         f"{1000 * (time.perf_counter() - began):.0f} ms")  # fmt: skip


async def measure(recorded: list[Reading]) -> None:
    """Print the table for what was recorded."""
    with tempfile.TemporaryDirectory(prefix="tui-ops-bench-") as folder:
        paths = prepare(Path(folder) / "state")
        upgrade(paths)
        writer = await Writer.open(paths)
        libraries()
        began = time.process_time()
        numbers = await fill(writer, recorded)
        line("rows: CPU to write a reading", 1e6 * (time.process_time() - began) / numbers, "us")
        with open_history(paths) as reader:
            rows = next(kind for kind in reader.read(kinds) if kind.name == "rows")
            line("rows: a reading at rest", rows.bytes / numbers, "bytes", None, f"{numbers:,} readings")
            before = memory_mb()
            move_ms, store_ms, day_ms, write_ms = await moved(writer, paths)
            line("memory that rolling up leaves behind", memory_mb() - before, "MiB")
            found = {kind.name: kind for kind in reader.read(kinds)}
        line("chunks: a reading at rest", found["chunks"].bytes / found["chunks"].count, "bytes", 2)
        line("chunks: a reading of a series that moves", moving(paths), "bytes", 2, "constant ones left out")
        line("minutes: one at rest", found["minutes"].bytes / found["minutes"].count, "bytes", None,
             "lowest, average, highest, count")  # fmt: skip
        line("hours: one at rest", found["hours"].bytes / found["hours"].count, "bytes", None, f"{DAYS} days of them")
        line("rolling up: CPU of a reading", 1000 * sum(move_ms) / numbers, "us")
        line("minutes and hours: CPU of a reading", 1000 * sum(day_ms) / numbers, "us")
        line("a move on the store's thread, p50", percentile(store_ms, 0.5), "ms", None,
             f"{len(store_ms)} moves, slowest {max(store_ms):.0f}")  # fmt: skip
        line("a day on the store's thread, p50", percentile(write_ms, 0.5), "ms", None,
             f"{len(write_ms)} days, slowest {max(write_ms):.0f}")  # fmt: skip
        label = next(label for name, label in recorded[0].counters if name == COUNTER)
        reads(paths, "a gauge", GAUGE, None, 5)
        reads(paths, "a counter", (COUNTER, label), None, 5)
        reads(paths, "a share of CPU", SHARE, None, 5)
        reads(paths, "a share of CPU for a chart", SHARE, 200, 5)
        await polls_beside(writer, paths, recorded)
        await writer.close()
        line("memory at its peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


def main() -> None:
    """Print the table."""
    recorded = record(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
    print(TITLES)
    asyncio.run(measure(recorded))


if __name__ == "__main__":
    main()
