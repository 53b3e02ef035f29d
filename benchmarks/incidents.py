"""From a fault to its incident, and a flood of alerts: run ``python benchmarks/incidents.py`` as root (five minutes).

The faults are made on real hosts, by the world of ``tests/engine/test_incidents_live.py``, vitals read every 2 s and
sections every 5 s; a fault's moment is just before it is made, the incident's is when a reader sees it in the store.
The flood goes through the engine's own alerting into a store on disk, from 500 hosts in ten sites.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kit.table import TITLES, line, percentile
from rules import CASES, Host, best_us, vitals_of
from sqlmodel import Session, col, func, select

from tui_ops.engine.alerting import Alerting
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.watch import HostWatch
from tui_ops.inventory.alerting import default_alerting
from tui_ops.inventory.rules import default_rules
from tui_ops.model.alerts import AlertState
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.states import HostState
from tui_ops.practices.alerting.book import RuleBook
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import prepare
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer
from tui_ops.transport.base import Link
from tui_ops.transport.errors import Gone

TESTS = Path(__file__).parent.parent / "tests"

PERIOD_S, SLOW_PERIOD_S = 2.0, 5.0
"""Of the vitals and of the sections: the shortest of the latter."""

GRACE_S = 1.0
"""What the incident may take beyond the period."""

UNITS_EVERY = 5
"""Slow periods between two readings of the units."""

STEADY = "".join(f"  {name}: {{flapping: no}}\n" for name in ("host-down", "check-failed", "units-failed"))
"""A fault that is made again and again flaps, and would stand for long."""

SITES, HOSTS_EACH, FLOOD_S = 10, 50, 10.0
"""Causes, alerts of each, and the seconds in which they come."""

TICK_S = 0.005
"""How often the event loop is asked whether it is late."""

T = TypeVar("T")


@dataclass
class Fault:
    """A fault of a host, and how it is mended."""

    name: str
    host: str
    rule: str
    make: Callable[[], object]
    mend: Callable[[], object]
    period_s: float | None
    """Of what is read; None where the fault is only known after a wait of SSH."""


def faults_of(fleet: Any) -> list[Fault]:
    """Return the faults of the world of the test."""
    servers = fleet.servers
    vitals, section = PERIOD_S, SLOW_PERIOD_S
    return [
        Fault("a server is killed", "killed", "host-down", servers["killed"].stop, servers["killed"].start, vitals),
        Fault("a jump host is cut", "jump", "host-down", servers["jump"].stop, servers["jump"].start, vitals),
        Fault("a CPU spins", "spun", "spinning", fleet.spin.start, fleet.spin.stop, vitals),
        Fault("a disk is full (section)", "disk", "disk-space", fleet.disk.fill, fleet.disk.empty, section),
        Fault("a port is closed (check)", "checked", "check-failed", fleet.listener.close, fleet.listener.open, 5.0),
        Fault("a unit is killed (section)", "units", "units-failed", fleet.unit.kill, fleet.unit.start,
              section * UNITS_EVERY),
    ]  # fmt: skip


def measure(fleet: Any, fault: Fault, wait: Callable[..., object]) -> float:
    """Make a fault, and return the seconds until its alert fires in an incident; then mend it."""
    began = time.perf_counter()
    fault.make()

    def fires() -> bool:
        alert = fleet.alert(fault.host, fault.rule)
        return alert is not None and alert.state is AlertState.FIRING and alert.incident_id is not None

    wait(fires, 150.0, fault.name)
    took = time.perf_counter() - began
    fault.mend()
    fleet.engine.act("host.read", fault.host)
    wait(lambda: not fires(), 150.0, f"{fault.name}: mended")
    return took


def measure_faults(repeats: int) -> None:
    """Print how long each fault takes to its incident."""
    sys.path.insert(0, str(TESTS))
    from support.incident_live import SPINNING, IncidentFleet  # type: ignore[import-not-found]
    from support.waiting import until_sync  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory(prefix="tui-ops-bench-") as folder:
        fleet = IncidentFleet(Path(folder), f"{PERIOD_S:.0f}s", SPINNING)
        text = fleet.text.replace("rules:\n", f"rules:\n{STEADY}").replace(
            "disk-space: {", "disk-space: {flapping: no, "
        )
        fleet.engine.inventory.write_text(text)
        try:
            fleet.start()
            for fault in faults_of(fleet):
                took = [measure(fleet, fault, until_sync) for _ in range(repeats)]
                must = fault.period_s + GRACE_S if fault.period_s is not None else None
                line(f"{fault.name}, p50", percentile(took, 0.5), "s", None, f"{repeats} times")
                line(f"{fault.name}, the slowest", max(took), "s", must)
        finally:
            fleet.close()


class Nowhere:
    """The way to hosts that nobody reads."""

    async def connect(self, spec: HostSpec) -> Link:
        """There is none."""
        raise Gone(f"{spec.name} is not read here", "")


class CountingWriter(Writer):
    """Counts the transactions of the alerts, and their time on the store's thread."""

    spent_ms: list[float]
    """CPU of each on that thread: wall time is the disk's and the neighbours'."""

    def _act(self, fn: Callable[[Session], T]) -> T:
        began = time.thread_time()
        value = super()._act(fn)
        self.spent_ms.append((time.thread_time() - began) * 1e3)
        return value


async def watch_loop(late_ms: list[float]) -> None:
    """Note how late the event loop comes back, until cancelled."""
    while True:
        due = time.perf_counter() + TICK_S
        await asyncio.sleep(TICK_S)
        late_ms.append((time.perf_counter() - due) * 1e3)


async def flood(folder: Path) -> None:
    """Print what 500 hosts that go down in 10 s cost."""
    paths = prepare(folder / "state")
    upgrade(paths)
    writer = await CountingWriter.open(paths)
    assert isinstance(writer, CountingWriter)
    writer.spent_ms = []
    specs = tuple(
        HostSpec(f"h{site}-{number}", f"h{site}-{number}", f"10.{site}.0.{number + 1}", site=f"site-{site}")
        for number in range(HOSTS_EACH) for site in range(SITES)
    )  # fmt: skip
    fleet = Fleet("bench", specs, alerting=default_alerting())
    hosts = (await writer.act(lambda session: sync_fleet(session, fleet, time.time()))).hosts
    news = News()
    outbox = Outbox(writer, news)
    watches = {host_id: HostWatch(spec, host_id, Nowhere(), outbox) for spec, host_id in hosts}
    alerting = Alerting(writer, news, watches, lambda _host, _after: None)
    await alerting.heed(fleet, hosts)
    for _spec, host_id in hosts:
        watches[host_id].standing.state = HostState.UP
        alerting.state(host_id, time.time(), HostState.UP, "")
    late_ms: list[float] = []
    works = [asyncio.create_task(alerting.run()), asyncio.create_task(watch_loop(late_ms))]
    await asyncio.sleep(1.0)
    writer.spent_ms.clear()
    late_ms.clear()
    for _spec, host_id in hosts:
        watches[host_id].standing.state = HostState.DOWN
        for _attempt in range(2):
            alerting.state(host_id, time.time(), HostState.DOWN, "refuses connections")
        await asyncio.sleep(FLOOD_S / len(hosts))
    await asyncio.sleep(1.0)
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)
    spent = list(writer.spent_ms)
    alerts, incidents = await writer.note(_counted)
    await writer.close()
    note = f"{len(hosts)} hosts down in {FLOOD_S:.0f} s"
    line("flood: alerts", alerts, "", None, note)
    line("flood: incidents, one a site", incidents, "", SITES)
    line("flood: transactions", len(spent), "", None, "what comes within 0.1 s is one")
    line("flood: on the store's thread, all", sum(spent), "ms", FLOOD_S * 1e3 / 2, "others write beside it")
    line("flood: one transaction, p50", percentile(spent, 0.5), "ms")
    line("flood: one transaction, the slowest", max(spent), "ms", 250.0)
    line("flood: event loop late, p99", percentile(late_ms, 0.99), "ms", 50.0)
    line("flood: event loop late, the slowest", max(late_ms), "ms")


def _counted(session: Session) -> tuple[int, int]:
    alerts = session.exec(select(func.count(col(Alert.id))).where(Alert.rule == "host-down")).one()
    return alerts, session.exec(select(func.count(col(Incident.id)))).one()


def measure_rules() -> None:
    """Print how many rules are evaluated in a second."""
    book = RuleBook(default_rules())
    for case in CASES:
        host = Host(book.for_host(case, "lon", ["web"]), vitals_of(case))
        plan = host.rules.plan
        count = len(plan.vitals) + len(plan.labelled)
        host.read()
        line(f"rules a second, {case}", count / best_us(host.read) * 1e6, "/s", None, f"{count} rules a reading")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7, help="times that each fault is made")
    parser.add_argument("--no-faults", action="store_true", help="leave the real hosts out")
    options = parser.parse_args()
    print(TITLES, flush=True)
    measure_rules()
    with tempfile.TemporaryDirectory(prefix="tui-ops-bench-") as folder:
        asyncio.run(flood(Path(folder)))
    if not options.no_faults:
        measure_faults(options.repeats)


if __name__ == "__main__":
    main()
