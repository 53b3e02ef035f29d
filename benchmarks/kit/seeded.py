"""A store of many hosts as an engine leaves it, and the engine's side of the socket: news, but no polling."""

import asyncio
import contextlib
import math
import random
from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session

from tui_ops import __version__
from tui_ops.actions.protocol import LINE_LIMIT, encode, read_request
from tui_ops.model.clock import Stamp, boot_id, now
from tui_ops.model.fleet import Fleet, HostSpec, SiteSpec
from tui_ops.model.people import Role
from tui_ops.model.readings import VALUES
from tui_ops.model.sparks import Sparks
from tui_ops.model.states import HostState, Severity
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.live import LatestWrite, tell_engine
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

FLEET = "bench"
SITES = ("ams", "lon", "nyc", "par")
ROLES = ("api", "cache", "ci", "db", "mq", "web")
PERIOD_S = 60.0
"""So long that no host grows stale while nothing is polled."""

BATCH = 100

STEP = 0.04
"""How far a value wanders from one poll to the next, as a part of itself: the noise of an ordinary server."""


class Seeded:
    """Hosts with readings that wander.

    Args:
        root: the state directory; it is made.
        count: how many hosts; all are up, so that a row changes by its readings alone.
    """

    def __init__(self, root: Path, count: int) -> None:
        self.paths: StatePaths = prepare(root)
        self._dice = random.Random(11)
        self._count = count
        self._values: dict[int, dict[str, float]] = {}
        self._sparks: dict[int, bytes] = {}
        self._began = now().at - 3 * 86400
        self._writer: Writer
        self.ids: list[int] = []

    async def build(self) -> "Seeded":
        """Make the database and write every host once."""
        upgrade(self.paths)
        self._writer = await Writer.open(self.paths)
        specs = tuple(
            HostSpec(name, name, f"10.0.{number // 250}.{number % 250 + 1}", site=SITES[number % len(SITES)],
                     groups=(ROLES[number % len(ROLES)],), period_s=PERIOD_S)
            for number in range(self._count)
            for name in (f"{ROLES[number % len(ROLES)]}-{number:04}",)
        )  # fmt: skip
        fleet = Fleet(FLEET, specs, tuple(SiteSpec(site) for site in SITES))
        result = await self._writer.act(lambda session: sync_fleet(session, fleet, now().at))
        self.ids = [host_id for _, host_id in sorted(result.hosts, key=lambda pair: pair[0].name)]
        for host_id in self.ids:
            level = self._dice.expovariate(1 / 15)
            self._values[host_id] = {name: level * (1 + 7 * place % 5) for place, name in enumerate(VALUES)}
            self._values[host_id] |= {"cpu": min(90.0, level), "memory": 30 + level % 40, "cpus": 4.0, "disk": 41.0}
            self._sparks[host_id] = spark_bytes(level)
        present = now()
        await self._writer.note(
            lambda session: tell_engine(
                session, fleet=FLEET, source="inventory.yaml", version=__version__, pid=1, boot_id=boot_id(),
                started_at=present.at, beat_at=present.at, beat_mono=present.mono, hosts=self._count,
                loaded_at=present.at,
            )
        )  # fmt: skip
        await self.poll(self.ids)
        return self

    async def poll(self, host_ids: list[int]) -> None:
        """Write a new reading of these hosts."""
        for start in range(0, len(host_ids), BATCH):
            await self._writer.write_latest([self._row(host_id) for host_id in host_ids[start : start + BATCH]])

    def _row(self, host_id: int) -> LatestWrite:
        values, present = self._values[host_id], now()
        for name in values:
            if name not in ("cpus", "disk"):
                values[name] *= 1 + self._dice.uniform(-STEP, STEP)
        return LatestWrite(
            host_id, HostState.UP, "", Severity.OK, self._began, present, Stamp(present.at, present.mono),
            boot_id="b", os="Debian GNU/Linux 12 (bookworm)", kernel="6.1.0-28-amd64", poll_ms=4.0,
            values=dict(values), detail={}, sparks=self._sparks[host_id], sparks_minute=int(present.at // 60),
        )  # fmt: skip

    async def note(self, write: Callable[[Session], object]) -> None:
        """Write something else in one transaction."""
        await self._writer.note(write)

    async def beat(self) -> None:
        """Write that the engine lives."""
        present = now()
        await self._writer.note(lambda session: tell_engine(session, beat_at=present.at, beat_mono=present.mono))

    async def close(self) -> None:
        """Close the store."""
        await self._writer.close()


def spark_bytes(level: float) -> bytes:
    """Return an hour of sparklines around a level."""
    sparks, minute = Sparks(), int(now().at // 60)
    for step in range(60):
        wave = level * (1 + 0.5 * math.sin(step / 6 + level))
        sparks.push((minute - 59 + step) * 60.0, {"cpu": wave, "memory": 40 + level / 4, "load1": wave / 20,
                    "disk": 41.0, "net_rx": wave * 1e5, "net_tx": wave * 2e4})  # fmt: skip
    return sparks.encode()


class Door:
    """The engine's socket: it greets, and tells news.

    Args:
        path: of the socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seq = 0
        self._desks: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def open(self) -> "Door":
        """Listen."""
        self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=LINE_LIMIT)
        return self

    def news(self, *topics: str) -> None:
        """Tell every desk that something changed."""
        self._seq += 1
        for desk in self._desks:
            desk.write(encode({"news": self._seq, "topics": list(topics)}))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._desks.append(writer)
        you = {"name": "bench", "role": Role.ADMIN}
        writer.write(
            encode({"hello": {"version": __version__, "fleet": FLEET, "pid": 1, "seq": self._seq, "you": you}})
        )
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                writer.write(encode({"re": read_request(line).id, "ok": True}))
        self._desks.remove(writer)
        writer.close()

    async def close(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
        for desk in list(self._desks):
            desk.close()
