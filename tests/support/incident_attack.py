"""What besets an engine while it is killed: senders at its door, operators at its socket, a service that it tells."""

import json
import random
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm, free_port
from tui_ops.actions.client import Answer
from tui_ops.actions.errors import ActError, Code

PEOPLE = 12
"""One step of the policy for each, since one person is told at most twice a minute by one way."""

WAYS = 3
IDENTITIES = 40
"""Alerts that the senders tell of, again and again."""

TOKEN = "a-token-that-is-long-enough"
TO_BE_EXPECTED = (Code.REFUSED, Code.CONFLICT, Code.NOT_FOUND)
"""What an operator is told who acts on what others, or the engine, have changed."""


class Sink:
    """A service on loopback that takes notifications, each a little slowly, and outlives the engine."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                sink.keys.append(self.headers.get("Idempotency-Key", ""))
                time.sleep(0.05)  # a service takes its time: the engine is killed in it now and then
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """It is no part of the test's output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Told:
    """What was said of one alert at the door and answered."""

    firing: bool = False
    doubt: bool = False
    """Whether something was said since that got no answer."""
    ever: bool = False


class AttackedWorld:
    """An engine with a host, a door, a policy of many steps and a service that is told.

    Args:
        folder: an own, empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.farm = SshdFarm(folder / "farm")
        with self.farm.ssh_config.open("a") as config:
            config.write(f"UserKnownHostsFile {self.farm.known_hosts}\n")
        self.sink = Sink()
        self.door = free_port()
        specs = [self.farm.sshd().spec("web", site="lon"), self.farm.sshd().spec("db", site="lon")]
        self.engine = EngineWorld(
            folder, inventory_text(specs, period="1s") + self._more(),
            {"TUI_OPS_SSH_CONFIG": str(self.farm.ssh_config), "SSH_AUTH_SOCK": "", "DOOR_TOKEN": TOKEN},
        )  # fmt: skip
        self.told: dict[str, Told] = {str(number): Told() for number in range(IDENTITIES)}

    def _more(self) -> str:
        people = [f"p{number}" for number in range(PEOPLE)]
        ways = {name: {f"w{way}": f"json://127.0.0.1:{self.sink.port}/{name}" for way in range(WAYS)}
                for name in people}  # fmt: skip
        oncall = {
            "contacts": {name: {"ways": found} for name, found in ways.items()},
            "policies": {"all": {"steps": [{"call": name, "after": "1s"} for name in people]}},
        }
        return (
            "sites: {lon: {}}\n"
            "alerting: {group_wait: 0s, group_interval: 2s, quiet: 1m}\n"
            f"door: {{token: !env DOOR_TOKEN, listen: '127.0.0.1:{self.door}'}}\n"
            f"operators: {{{', '.join(f'{name}: operator' for name in people)}}}\n"
            f"oncall: {json.dumps(oncall)}\n"
        )

    def close(self) -> None:
        self.engine.kill()
        self.sink.close()
        self.farm.close()

    def rows(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        """Read the database as it lies on the disk."""
        with closing(sqlite3.connect(self.engine.state.ops_db)) as connection:
            return connection.execute(query, given).fetchall()

    def post(self, alerts: list[dict[str, object]]) -> None:
        """Bring alerts to the door, as Alertmanager does; returns when they are on disk."""
        body = json.dumps({"version": "4", "status": "firing", "alerts": alerts}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.door}/alertmanager", body,
            {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"},
        )  # fmt: skip
        urllib.request.urlopen(request, timeout=30).read()


@dataclass
class Attacker(threading.Thread):
    """Does something without pause until no engine answers any more."""

    world: AttackedWorld
    seed: int
    surprise: BaseException | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.chance = random.Random(self.seed)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        try:
            while not self.over.is_set() and self.once():
                pass
        except BaseException as error:
            self.surprise = error

    def once(self) -> bool:
        """Do it once; return whether an engine answered."""
        raise NotImplementedError


class Sender(Attacker):
    """Says at the door that alerts fire and are over."""

    def once(self) -> bool:
        said = {str(self.chance.randrange(IDENTITIES)): self.chance.random() < 0.6 for _ in range(8)}
        alerts = [
            {
                "status": "firing" if firing else "resolved",
                "labels": {
                    "alertname": f"A{int(number) % 8}", "number": number, "severity": "critical",
                    "instance": _host(number),
                },
                "annotations": {"summary": f"number {number} of {self.seed}"},
            }
            for number, firing in said.items()
        ]  # fmt: skip
        for number in said:
            self.world.told[number].doubt = True
        try:
            self.world.post(alerts)
        except OSError:
            return False
        for number, firing in said.items():
            told = self.world.told[number]
            told.firing, told.doubt, told.ever = firing, False, told.ever or firing
        return True


def _host(number: str) -> str:
    """Return on which host an alert is: every third on none that the inventory names."""
    return ("web", "db", f"strange-{number}")[int(number) % 3]


class Operator(Attacker):
    """Acts on incidents by chance, and remembers what was answered: audit entry to act and incident."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answered: dict[int, tuple[str, str]] = {}
        self.refused: dict[str, int] = {}

    def once(self) -> bool:
        rows = self.world.rows("SELECT id, revision FROM incident ORDER BY id DESC LIMIT 8")
        if not rows:
            return not self.over.wait(0.02)
        number, revision = self.chance.choice(rows)
        action, params = self._act(number, [one for one, _ in rows])
        expect = {f"INC-{number}": revision} if self.chance.random() < 0.3 else None
        try:
            answer = self._asked(action, number, expect, params)
        except ActError as error:
            if error.code in TO_BE_EXPECTED:
                self.refused[error.code] = self.refused.get(error.code, 0) + 1
                return True
            if error.code is Code.AWAY:
                return False
            raise
        self.answered[answer.audit] = (action, f"incident:INC-{number}")
        return True

    def _asked(self, action: str, number: int, expect: dict[str, int] | None, params: dict[str, object]) -> Answer:
        return self.world.engine.act(action, f"INC-{number}", expect=expect, **params)

    def _act(self, number: int, others: list[int]) -> tuple[str, dict[str, object]]:
        why = {"reason": f"by {self.seed}"}
        alerts = self.world.rows("SELECT id FROM alert WHERE incident_id = ? LIMIT 1", number)
        choices: list[Callable[[], tuple[str, dict[str, object]]]] = [
            lambda: ("incident.acknowledge", {"for": "1m"}),
            lambda: ("incident.unacknowledge", {}),
            lambda: ("incident.note", {"text": f"note of {self.seed}"}),
            lambda: ("incident.resolve", {"cause": "software", "helped": "nothing"}),
            lambda: ("incident.reopen", why),
            lambda: ("incident.silence", {"for": "1m", **why}),
            lambda: ("incident.merge", {"into": f"INC-{self.chance.choice(others)}"}),
            lambda: ("incident.split", {"alerts": f"ALR-{alerts[0][0]}" if alerts else "ALR-1"}),
            lambda: ("incident.undo", {}),
            lambda: ("incident.escalate", why),
            lambda: ("incident.priority", {"priority": self.chance.choice("12345"), **why}),
            lambda: ("evidence.take", {}),
        ]
        return self.chance.choice(choices)()
