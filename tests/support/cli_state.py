"""A state directory with a small fleet in it, and an engine's socket that answers from a script."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from sqlmodel import Session

from tui_ops import __version__
from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import Request, encode, read_request, refusal
from tui_ops.model.clock import Stamp, boot_id, now
from tui_ops.model.fleet import Fleet, HostSpec, ServiceSpec
from tui_ops.model.people import Role, Who
from tui_ops.model.states import HostState, Severity
from tui_ops.store import records
from tui_ops.store.audit import append_audit
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.live import EventWrite, LatestWrite, tell_engine
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

OFFERED = "SHA256:" + "A" * 43
KNOWN = "SHA256:" + "B" * 43
HOSTILE = "Evil \x1b[31mOS\x07 \u202e =cmd()"

FLEET = Fleet(
    "shop",
    (
        HostSpec("web-1", "web-1", "10.0.1.1", site="lon", groups=("web",), labels=(("tier", "1"),)),
        HostSpec("web-2", "web-2", "10.0.1.2", site="lon", groups=("web",)),
        HostSpec("db-1", "db-1", "10.0.2.1", port=2222, site="par", groups=("db",)),
        HostSpec("new-1", "new-1", "10.0.3.1", site="par"),
        HostSpec("moved-1", "moved-1", "10.0.3.2", site="par"),
    ),
    services=(ServiceSpec("shop", "The shop", ("web-1", "web-2")),),
)


def _latest(host_id: int, state: HostState, at: Stamp, **changes: object) -> LatestWrite:
    fields: dict[str, object] = {
        "state": state, "reason": "", "severity": Severity.OK, "since_at": at.at - 60, "tried": at,
        "good": at if state is HostState.UP else None, "boot_id": "b", "os": "", "kernel": "6.1", "poll_ms": 3.5,
        "values": {}, "detail": {}, "sparks": b"", "sparks_minute": 0,
    }  # fmt: skip
    return LatestWrite(host_id, **{**fields, **changes})  # type: ignore[arg-type]


async def seed(root: Path, stopped_at: float | None = None) -> StatePaths:
    """Write a fleet of five: two up, one of them with a warning, one down, one with an unknown key, one changed."""
    paths = prepare(root)
    upgrade(paths)
    writer = await Writer.open(paths)
    at = now()
    synced = await writer.act(lambda session: sync_fleet(session, FLEET, at.at))
    ids = {spec.name: host_id for spec, host_id in synced.hosts}

    def decide(session: Session) -> None:
        records.key_offered(session, ids["new-1"], "ssh-ed25519", OFFERED, "", at.at)
        records.trust_key(session, ids["moved-1"], KNOWN, at.at - 100, "alice")
        records.key_offered(session, ids["moved-1"], "ssh-ed25519", OFFERED, "", at.at)
        for number in range(3):
            alice = Who("alice", Role.ADMIN, 1000, "10.0.0.9")
            append_audit(session, alice, "host.read", "host:web-1", {"n": number}, "read", at.at)

    await writer.act(decide)
    values = {"cpu": 12.5, "memory": 40.0, "load1": 0.5, "load5": 0.4, "load15": 0.3, "cpus": 4.0, "uptime_s": 90000.0}
    detail = {"memory.total": 8e9, "fs.size /": 1e10, "fs.used /": 4e9, "fs.available /": 6e9}
    await writer.write_latest(
        [
            _latest(ids["web-1"], HostState.UP, at, values=values, detail=detail, os=HOSTILE),
            _latest(ids["web-2"], HostState.UP, at, values={**values, "cpu": 97.0}, severity=Severity.WARNING,
                    reason="CPU 97 %", os="Debian"),
            _latest(ids["db-1"], HostState.DOWN, at, reason="port 2222 refuses"),
            _latest(ids["new-1"], HostState.KEY_UNKNOWN, at),
            _latest(ids["moved-1"], HostState.KEY_CHANGED, at),
        ],
        [],
        [EventWrite(ids["db-1"], at.at, "state", "up → down: port 2222 refuses")],
    )  # fmt: skip
    await writer.note(
        lambda session: tell_engine(
            session, fleet="shop", version=__version__, pid=1, boot_id=boot_id(), beat_at=at.at, beat_mono=at.mono,
            started_at=at.at, stopped_at=stopped_at, hosts=5,
        )
    )  # fmt: skip
    await writer.close()
    return paths


class ScriptedEngine:
    """A real UNIX socket that greets and answers as the engine does; it remembers what it was asked.

    Args:
        path: of the socket.
        answer: gives the body of the answer to a request, or raises what the engine would refuse with.
    """

    def __init__(self, path: Path, answer: Callable[[Request], dict[str, object]] | None = None) -> None:
        self.asked: list[Request] = []
        self.answer = answer or self._did
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(8)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @staticmethod
    def _did(request: Request) -> dict[str, object]:
        return {"message": "done", "outcomes": dict.fromkeys(request.targets, "done"), "audit": 7}

    def _serve(self) -> None:
        hello = {"version": __version__, "fleet": "shop", "pid": 4, "you": {"name": "alice", "role": "admin"}, "seq": 0}
        while True:
            try:
                link, _ = self._server.accept()
            except OSError:
                return
            # A client that only looks whether someone listens is gone before the greeting.
            with suppress(ConnectionError), link, link.makefile("rb") as lines:
                link.sendall(encode({"hello": hello}))
                line = lines.readline()
                if line:
                    link.sendall(self._reply(line))

    def _reply(self, line: bytes) -> bytes:
        request = read_request(line)
        self.asked.append(request)
        try:
            return encode({"re": request.id, "ok": True, **self.answer(request)})
        except ActError as error:
            return refusal(error, request.id)

    def __enter__(self) -> "ScriptedEngine":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)


def rows_of(text: str) -> list[dict[str, object]]:
    """Return the rows of an answer in JSON."""
    rows: list[dict[str, object]] = json.loads(text)
    return rows
