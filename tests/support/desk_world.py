"""A small world for the desk: a real store with hosts in every state, and a door that speaks the engine's protocol."""

import asyncio
import json
import math
import random
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session

from tui_ops import __version__
from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.protocol import LINE_LIMIT, LOOK_INCIDENT, encode, read_request, refusal
from tui_ops.model.clock import Stamp, boot_id, now
from tui_ops.model.facts import FactReading
from tui_ops.model.fleet import Fleet, HostSpec, ServiceSpec, SiteSpec
from tui_ops.model.sparks import Sparks
from tui_ops.model.states import HostState, Severity
from tui_ops.store.facts import FactWrite
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.live import EventWrite, LatestWrite, SectionWrite, tell_engine
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.records import begin_maintenance, key_offered, trust_key
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

OFFERED = "SHA256:" + "n" * 43
KNOWN = "SHA256:" + "k" * 43
LONG_S = 10_000.0
"""A period so long that nothing grows stale while a test looks at it."""

ROLES = ("web", "api", "db", "mq", "cache", "nas", "bak", "ci")


@dataclass
class Case:
    """One host of the world."""

    name: str
    state: HostState = HostState.UP
    reason: str = ""
    severity: Severity = Severity.OK
    cpu: float = 10.0
    age_s: float | None = 1.0
    site: str = "lon"
    rack: str = "b4"
    groups: tuple[str, ...] = ()
    address: str = "10.0.0.1"
    period_s: float = LONG_S
    os: str = "Debian GNU/Linux 12 (bookworm)"
    kernel: str = "6.1.0-28-amd64"
    document: dict[str, object] = field(default_factory=dict)
    event: str = ""
    sections: dict[str, dict[str, object]] = field(default_factory=dict)
    """Documents of further sections, by name."""
    failed: dict[str, str] = field(default_factory=dict)
    """Sections that could not be read, and why."""


def varied(count: int = 40) -> list[Case]:
    """Return hosts of every kind, the ordinary ones last."""
    special = [
        Case("db-1.lon", HostState.DOWN, "no answer on port 22", age_s=420, period_s=10, groups=("postgres",)),
        Case("mq-2.lon", HostState.AUTH_FAILED, "publickey refused for ops", age_s=4000, period_s=10, groups=("mq",)),
        Case("edge-1.par", HostState.KEY_CHANGED, "offers another ed25519 key", age_s=310, period_s=10, site="par"),
        Case("new-1.par", HostState.KEY_UNKNOWN, "ed25519 key waits for trust", age_s=None, site="par"),
        Case("db-2.lon", severity=Severity.WARNING, reason="/ 91 % full, 7.2 GiB left", cpu=38, groups=("postgres",)),
        Case("web-07.lon", severity=Severity.WARNING, reason="load 14.2 on 2 CPUs", cpu=97, groups=("web",)),
        Case("web-11.lon", severity=Severity.CRITICAL, reason="memory 99 %", cpu=3, groups=("web",)),
        Case("nas-1.lon", cpu=4, age_s=60, period_s=10, groups=("storage",)),
        Case("par-web-1", HostState.UNREACHABLE, "jump par-gw is down", age_s=300, period_s=10, site="par"),
        Case("par-web-2", HostState.UNREACHABLE, "jump par-gw is down", age_s=300, period_s=10, site="par"),
        Case("fresh-1", HostState.PENDING, "", age_s=None, site="nyc"),
    ]
    dice = random.Random(7)
    rest = [
        Case(f"{ROLES[n % len(ROLES)]}-{n:02}.{('lon', 'par', 'nyc')[n % 3]}", cpu=dice.random() * 30,
             site=("lon", "par", "nyc")[n % 3], groups=(ROLES[n % len(ROLES)],), address=f"10.0.1.{n % 250}")
        for n in range(max(0, count - len(special)))
    ]  # fmt: skip
    return [*special, *rest][:count]


def spark_bytes(level: float, minute: int) -> bytes:
    sparks = Sparks()
    for step in range(60):
        wave = level * (1 + 0.5 * math.sin(step / 6 + level))
        sparks.push((minute - 59 + step) * 60.0, {"cpu": wave, "memory": 40 + level / 4, "load1": wave / 20,
                    "disk": 30 + level / 3, "disk_busy": wave / 3, "net_rx": wave * 1e5, "net_tx": wave * 2e4,
                    "psi_io": wave / 10})  # fmt: skip
    return sparks.encode()


def values_of(case: Case) -> dict[str, float]:
    cpu = case.cpu
    return {
        "cpu": cpu, "user": cpu * 0.7, "system": cpu * 0.2, "iowait": cpu * 0.1, "steal": 0.0, "memory": 40 + cpu / 4,
        "swap": 1.0, "load1": cpu / 7, "load5": cpu / 8, "load15": cpu / 9, "cpus": 4.0, "disk": 30 + cpu / 3,
        "disk_busy": cpu / 3, "net_rx": cpu * 1e5, "net_tx": cpu * 2e4, "psi_cpu": 1.0, "psi_io": cpu / 10,
        "psi_memory": 0.0, "tcp": 12.0, "retransmits": 0.1, "files": 4.0, "uptime_s": 41 * 86400.0 + cpu * 3600,
    }  # fmt: skip


DETAIL = {
    "memory.available": 18.4 * 2**30, "disk.reads sda": 12.0, "disk.writes sda": 40.0, "disk.read_bytes sda": 4e5,
    "disk.write_bytes sda": 2.1e6, "disk.read_ms sda": 30.0, "disk.write_ms sda": 280.0, "disk.busy_ms sda": 410.0,
    "net.rx_bytes eth0": 2.6e7, "net.tx_bytes eth0": 4.2e6, "net.rx_errors eth0": 0.0, "net.tx_errors eth0": 0.0,
    "net.rx_drops eth0": 0.0, "net.tx_drops eth0": 0.0,
}  # fmt: skip

FILESYSTEMS: dict[str, object] = {"filesystems": [
    {"mount": "/", "percent": 91.0, "size": 80 * 2**30, "available": int(7.2 * 2**30), "state": "ok"},
    {"mount": "/var/lib/postgresql", "percent": 64.0, "size": 500 * 2**30, "available": 180 * 2**30, "state": "ok"},
    {"mount": "/boot", "percent": 22.0, "size": 2**30, "available": int(0.7 * 2**30), "state": "ok"},
]}  # fmt: skip


class World:
    """The store, written as the engine writes it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ids: dict[str, int] = {}
        self.cases: dict[str, Case] = {}
        self.writer: Writer

    async def build(self, cases: list[Case], source: str = "/etc/tui-ops/inventory.yaml") -> "World":
        paths: StatePaths = prepare(self.root)
        upgrade(paths)
        self.writer = await Writer.open(paths)
        self.cases = {case.name: case for case in cases}
        await self.sync()
        present = now()
        await self.writer.note(
            lambda session: tell_engine(
                session, fleet="shop-prod", source=source, version=__version__, pid=1, boot_id=boot_id(),
                started_at=present.at, beat_at=present.at, beat_mono=present.mono, hosts=len(cases),
                loaded_at=present.at,
            )
        )  # fmt: skip
        await self.tell(list(self.cases))
        await self.writer.act(self._records)
        await self._facts(present.at)
        return self

    async def _facts(self, at: float) -> None:
        """A package was upgraded, an account made and a file changed, on the host that is up in the end."""
        name = next((name for name, case in self.cases.items() if case.state is HostState.UP), None)
        if name is None:
            return
        readings = (
            ("packages", {"openssl": {"version": "3.0.14"}}, {"openssl": {"version": "3.0.15"}}),
            ("accounts", {"root": {"uid": 0}}, {"root": {"uid": 0}, "eve": {"uid": 1001, "shell": "/bin/bash"}}),
            ("files", {"/etc/motd": {"text": ["a", "b"]}}, {"/etc/motd": {"text": ["a", "c"]}}),
        )  # fmt: skip
        for topic, before, after in readings:
            for seen_at, items in ((at - 7200, before), (at - 3600, after)):
                found = FactReading(topic, {item: dict(fields) for item, fields in items.items()})
                await self.writer.facts([FactWrite(self.ids[name], topic, 3600.0, seen_at, found, title=topic)])

    async def sync(self) -> None:
        """Take the cases in as an inventory."""
        fleet = Fleet(
            "shop-prod",
            tuple(HostSpec(case.name, case.name, case.address, site=case.site, rack=case.rack, groups=case.groups,
                           period_s=case.period_s) for case in self.cases.values()),
            (SiteSpec("lon"), SiteSpec("par"), SiteSpec("nyc")),
            (ServiceSpec("shop-db", hosts=("db-2.lon",)), ServiceSpec("shop", depends_on=("shop-db",))),
        )  # fmt: skip
        result = await self.writer.act(lambda session: sync_fleet(session, fleet, now().at))
        self.ids = {spec.name: host_id for spec, host_id in result.hosts}

    def _records(self, session: Session) -> None:
        present = now()
        for name, state in ((name, case.state) for name, case in self.cases.items()):
            if state in (HostState.KEY_UNKNOWN, HostState.KEY_CHANGED):
                key_offered(session, self.ids[name], "ssh-ed25519", OFFERED, "ssh-ed25519 AAAA", present.at)
            if state is HostState.KEY_CHANGED:
                trust_key(session, self.ids[name], KNOWN, present.at - 1000, "alice")
        if "api-01.par" in self.ids:
            begin_maintenance(session, [self.ids["api-01.par"]], present.at - 60, present.at + 3600, "kernel", "alice")

    async def tell(self, names: list[str]) -> None:
        """Write the latest reading of these hosts."""
        present = now()
        minute = int(present.at // 60)
        rows, sections, events = [], [], []
        for name in names:
            case, host_id = self.cases[name], self.ids[name]
            good = None if case.age_s is None else Stamp(present.at - case.age_s, present.mono - case.age_s)
            rows.append(LatestWrite(
                host_id, case.state, case.reason, case.severity, present.at - 3 * 3600, present, good,
                boot_id="b", os=case.os, kernel=case.kernel, poll_ms=12.0, values=values_of(case), detail=DETAIL,
                sparks=spark_bytes(case.cpu, minute), sparks_minute=minute,
            ))  # fmt: skip
            if good is not None:
                document = case.document or FILESYSTEMS
                sections += [
                    SectionWrite(host_id, section, LONG_S, present, good, Severity.OK, "", found, {})
                    for section, found in {"filesystems": document, **case.sections}.items()
                ]
            sections += [
                SectionWrite(host_id, section, LONG_S, present, None, Severity.UNKNOWN, why)
                for section, why in case.failed.items()
            ]
            if case.state is not HostState.UP or case.event:
                text = case.event or f"up, then {case.state}: {case.reason}"
                events.append(EventWrite(host_id, present.at - 600, "state", text))
        await self.writer.write_latest(rows, sections, events)

    async def beat(self) -> None:
        """Write the engine's beat."""
        present = now()
        await self.writer.note(lambda session: tell_engine(session, beat_at=present.at, beat_mono=present.mono))

    async def close(self) -> None:
        await self.writer.close()


class Door:
    """A socket that greets, follows and answers as the engine does, and notes what was asked."""

    def __init__(self, root: Path, role: str = "admin", version: str = __version__) -> None:
        self.path = StatePaths(root).socket
        self.role, self.version = role, version
        self.asked: list[tuple[str, tuple[str, ...], dict[str, object]]] = []
        self.expected: list[dict[str, int]] = []
        self.refuse: ActError | None = None
        self.outcomes: dict[str, str] = {}
        """What an answer says of single things, those that were made included."""
        self.flow: list[dict[str, object]] = []
        """What a stream sends after it was opened; it stays open until the client goes, unless there is an end."""
        self.opened: list[tuple[str, tuple[str, ...], dict[str, object]]] = []
        self.stopped = asyncio.Event()
        self.looked: tuple[str, ...] = ()
        """The incident that was said to be looked at last."""
        self.seq = 0
        self._clients: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def open(self) -> "Door":
        self._server = await asyncio.start_unix_server(self._serve, str(self.path), limit=LINE_LIMIT)
        return self

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            for client in self._clients:
                client.close()
            self._server = None
            self.path.unlink(missing_ok=True)

    def news(self, *topics: str) -> None:
        """Tell every client that something changed."""
        self.seq += 1
        for client in self._clients:
            client.write(encode({"news": self.seq, "topics": list(topics)}))

    def beside(self, incident: str, *names: str) -> None:
        """Tell every client who else looks at an incident."""
        for client in self._clients:
            client.write(encode({"beside": incident, "names": list(names)}))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.append(writer)
        hello = {"version": self.version, "fleet": "shop-prod", "pid": 1, "seq": self.seq,
                 "you": {"name": "oncall", "role": self.role}}  # fmt: skip
        writer.write(encode({"hello": hello}))
        try:
            while line := await reader.readline():
                if b'"stop"' in line:
                    self.stopped.set()
                    continue
                request = read_request(line)
                if request.ask == "open":
                    self.opened.append((request.action, request.targets, request.params))
                    if self.refuse is not None:
                        writer.write(refusal(self.refuse, request.id))
                        continue
                    for message in ({"re": request.id, "ok": True, "message": "", "audit": 7}, *self.flow):
                        writer.write(encode(message))
                    continue
                if request.ask == "look" and request.action == LOOK_INCIDENT:
                    self.looked = request.targets
                if request.ask != "act":
                    writer.write(encode({"re": request.id, "ok": True}))
                    continue
                self.asked.append((request.action, request.targets, request.params))
                self.expected.append(request.expect)
                if self.refuse is not None:
                    writer.write(refusal(self.refuse, request.id))
                else:
                    targets = ", ".join(request.targets) or "the fleet"
                    writer.write(encode({"re": request.id, "ok": True, "message": f"{request.action} on {targets}",
                                         "outcomes": self.outcomes, "audit": 7}))  # fmt: skip
        except (ConnectionError, json.JSONDecodeError):
            pass
        finally:
            self._clients.remove(writer)
            writer.close()


REFUSED = ActError(Code.REFUSED, "maintenance runs already", "end it first")
