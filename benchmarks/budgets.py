"""What the error budgets of a fleet cost an engine: run ``python benchmarks/budgets.py``.

A thousand services with two checks each, on three hosts, which answer every ten seconds; a month of minutes is known of
each. A minute of results is taken, and then it is looked, as an engine looks once a minute; the same again while a
third of them fails, whose budgets are spent. The first look is that of a start: it asks the history for what is not
told yet. Real store, on the disk of the temporary folder.
"""

import asyncio
import random
import tempfile
import time
from pathlib import Path

from tui_ops.engine.budgets import Budgets
from tui_ops.engine.news import News
from tui_ops.model.budgets import Budget, SloSpec
from tui_ops.model.checks import CheckKind, CheckSpec
from tui_ops.model.fleet import Fleet, HostSpec, ServiceSpec
from tui_ops.model.readings import SectionReading
from tui_ops.store.budgets import SloWrite, keep_slos
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

SERVICES, HOSTS_EACH, CHECKS = 1000, 3, ("web", "login")
PERIOD_S, MINUTES = 10, 5
DAY_S = 86400.0
AIM = SloSpec(0.999, 30 * DAY_S)


def fleet() -> Fleet:
    """Return services on hosts of their own."""
    hosts = tuple(HostSpec(f"h{n}", f"h{n}", "192.0.2.1") for n in range(SERVICES * HOSTS_EACH))
    names = tuple(host.name for host in hosts)
    checks = tuple(CheckSpec(one, CheckKind.TCP, ("192.0.2.1:80",), hosts=names, period_s=PERIOD_S) for one in CHECKS)
    services = tuple(
        ServiceSpec(f"s{n}", hosts=names[n * HOSTS_EACH : (n + 1) * HOSTS_EACH], slo=AIM) for n in range(SERVICES)
    )
    return Fleet("bench", hosts, services=services, checks=checks)


class Bench:
    """The store of a fleet, and a clock that is turned by hand."""

    def __init__(self, writer: Writer, folder: Path) -> None:
        self.now = 20_000 * DAY_S
        self._writer = writer
        self._budgets = Budgets(writer, prepare(folder), News(), clock=lambda: self.now)
        self._ids: list[int] = []

    async def begin(self) -> None:
        """Take the fleet in, with a month of minutes."""
        of = fleet()
        synced = await self._writer.act(lambda session: sync_fleet(session, of, self.now))
        self._ids = [host_id for _, host_id in synced.hosts]
        await self._budgets.heed(of, synced.hosts)
        dice, today = random.Random(1), int(self.now // DAY_S)
        rows = [
            SloWrite(
                Budget(one.name, one.spec.target, one.spec.over_s), one.measured_by, int(self.now // 60) - 5,
                {day: (dice.getrandbits(1440), 0) for day in range(today - 30, today)},
            )
            for one in self._budgets._watched
        ]  # fmt: skip
        await self._writer.note(lambda session: keep_slos(session, rows))
        self._budgets._watched.clear()
        await self._budgets.heed(of, synced.hosts)

    def minute(self, bad: int) -> float:
        """Take the results of a minute; every so many-th host fails, 0 for none. Return milliseconds."""
        begin = time.perf_counter()
        for _ in range(0, 60, PERIOD_S):
            self.now += PERIOD_S
            for host_id in self._ids:
                code = 3.0 if bad and (host_id // HOSTS_EACH) % bad == 0 else 0.0
                for check in CHECKS:
                    found = SectionReading(f"check:{check}", {("check.state", check): code}, (), {})
                    self._budgets.heard(host_id, self.now, found)
        return (time.perf_counter() - begin) * 1e3

    async def look(self) -> tuple[float, float]:
        """Look, and return milliseconds by the clock and of CPU."""
        begin, cpu = time.perf_counter(), time.process_time()
        await self._budgets.look()
        return (time.perf_counter() - begin) * 1e3, (time.process_time() - cpu) * 1e3


async def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="tui-ops-bench-") as folder:
        upgrade(prepare(Path(folder)))
        writer = await Writer.open(prepare(Path(folder)))
        bench = Bench(writer, Path(folder))
        await bench.begin()
        results = SERVICES * HOSTS_EACH * len(CHECKS) * 60 // PERIOD_S
        print(f"{SERVICES} services, {results} results a minute; milliseconds, the worst of {MINUTES}")
        print(f"{'':<22}{'results':>9}{'look':>9}{'of it CPU':>11}")
        took = await bench.look()
        print(f"{'a start':<22}{'-':>9}{took[0]:>9.0f}{took[1]:>11.0f}")
        for name, bad in (("all is well", 0), ("a third fails", 3)):
            heard, looks = [], []
            for _ in range(MINUTES):
                heard.append(bench.minute(bad))
                looks.append(await bench.look())
            print(f"{name:<22}{max(heard):>9.0f}{max(one[0] for one in looks):>9.0f}{max(c for _, c in looks):>11.0f}")
        await bench._budgets.close()
        await writer.close()


if __name__ == "__main__":
    asyncio.run(main())
