"""Real hosts with a fault each that a test makes and mends, and an engine that watches them by rules of its own."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.broken_things import PORT_FREE, SPIN_MARK, WITHIN_S, Listener, MountedSshd, Spin, Unit
from support.engine_world import EngineWorld, inventory_text
from support.sshd import Sshd, SshdFarm
from support.waiting import until_sync
from tui_ops.inventory.rules import default_rules
from tui_ops.model.alerts import AlertState
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import AlertRow, IncidentRow, TimelineRow
from tui_ops.store.views.incidents import alerts as read_alerts
from tui_ops.store.views.incidents import incidents as read_incidents
from tui_ops.store.views.incidents import timeline as read_timeline
from tui_ops.store.views.pages import host as read_host
from tui_ops.store.views.parts import checks as read_checks

BEHIND = ("inner-1", "inner-2", "inner-3")
KEPT = (
    "host-down", "host-unreachable", "host-not-reporting", "site-down", "units-failed", "check-failed", "disk-space",
)  # fmt: skip
"""Shipped rules that are in force; what the others say depends on the machine that runs the tests."""

ACT_AS = """
import os, sys
from pathlib import Path
from tui_ops.actions.client import ask_once
from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import Request
os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
try:
    print("done", ask_once(Path(sys.argv[2]), Request(1, "act", sys.argv[3], (sys.argv[4],), {}, {}))[1])
except ActError as error:
    print(error.code, error)
"""
"""The program's own client; the other account may not be allowed to read the program."""


def rules_text(more: str) -> str:
    """Return the section ``rules``: the kept ones, the others turned off, and ``more``."""
    off = "".join(f"  {rule.name}: no\n" for rule in default_rules() if rule.name not in KEPT)
    return f"rules:\n{off}{more}"


RULES = """\
  disk-space: {hosts: [disk], items: ["*/srv"]}
"""

SPINNING = """\
  spinning:
    hosts: [spun]
    value: cpu.nice / 100
    unit: CPUs
    crit: above 0.15 until 0.05
    text: "niced work takes {value}"
    flapping: no
"""
"""The CPU by the vitals, for a machine on which nothing else is niced."""


class IncidentFleet:
    """The hosts and the engine.

    Args:
        folder: an own, empty folder.
        period: of the vitals, as the inventory has it.
        more_rules: beside those of the tests.
    """

    def __init__(self, folder: Path, period: str = "2s", more_rules: str = "") -> None:
        self.farm = SshdFarm(folder / "farm")
        with self.farm.ssh_config.open("a") as config:
            config.write(f"UserKnownHostsFile {self.farm.known_hosts}\n")
        root = folder / "root"
        self.unit = Unit(root)
        self.spin = Spin()
        self.listener = Listener()
        self.listener.open()
        self.disk = self._mounted()
        self.servers: dict[str, Sshd] = {
            "units": self.farm.sshd(f"SetEnv HOME={root} TUI_OPS_ROOT={root}"),
            **{name: self.farm.sshd() for name in ("spun", "killed", "frozen", "checked", "jump", *BEHIND)},
            "disk": self.disk,
        }
        self._rules = rules_text(RULES + more_rules)
        self.text = inventory_text(self._specs(), period=period, slow_period="5s") + self._sections()
        self.engine = EngineWorld(
            folder, self.text, {"TUI_OPS_SSH_CONFIG": str(self.farm.ssh_config), "SSH_AUTH_SOCK": ""}
        )

    def _mounted(self) -> MountedSshd:
        plain = self.farm.sshd(start=False)
        self.farm.servers.remove(plain)
        server = MountedSshd(plain.folder, plain.address, plain.port, plain.host_keys, plain.authorized_keys)
        self.farm.servers.append(server)
        server.start()
        return server

    def _specs(self) -> Sequence[HostSpec]:
        behind = [self.servers[name].spec(name, via=("jump",), site="far") for name in BEHIND]
        alone = [name for name in self.servers if name not in BEHIND]
        return [*(self.servers[name].spec(name, site="far" if name == "jump" else name) for name in alone), *behind]

    def _sections(self) -> str:
        sites = sorted({"far", *self.servers} - {"jump", *BEHIND})
        return (
            f"sites: {{{', '.join(f'{name}: ' + '{}' for name in sites)}}}\n"
            "alerting: {quiet: 10s, reopen: 5s, group_interval: 5m}\n"
            "operators:\n  vera: {role: viewer, user: '4202'}\n"
            f"checks:\n  port: {{tcp: '{PORT_FREE}:{self.listener.port}', hosts: [checked], period: 5s, attempts: 1}}\n"
            f"  burn: {{plugin: 'check_procs -m CPU -c 3 -a {SPIN_MARK}', hosts: [spun], on: host,"
            " period: 5s, attempts: 1}\n" + self._rules
        )

    def start(self) -> "IncidentFleet":
        """Start the engine, and wait until every host is up and its sections are read."""
        self.engine.start()
        until_sync(self._is_well, WITHIN_S, lambda: f"all is up; now {self.states()}, {self.said()}")
        return self

    def mend(self) -> None:
        """Mend what a test left behind that failed."""
        self.unit.start()
        self.disk.empty()
        self.spin.stop()
        self.listener.open()
        for server in self.servers.values():
            server.thaw()
            if server.process is None:
                server.start()
        is_other = self.engine.inventory.read_text() != self.text
        if is_other:
            self.engine.inventory.write_text(self.text)
        if self.engine.process is None or self.engine.process.poll() is not None:
            self.engine.start()
        elif is_other:
            self.engine.act("fleet.reload")
        if not self._is_well():
            for row in self.open():
                self.engine.act("incident.resolve", row.name, cause="unknown", helped="the test was over")
            self.read_now(*self.servers)
            until_sync(self._is_well, WITHIN_S, lambda: f"all is up again; now {self.states()}, {self.said()}")

    def _is_well(self) -> bool:
        states = self.states()
        return bool(states) and all(state is HostState.UP for state in states.values()) and not self.open()

    def close(self) -> None:
        """End everything."""
        self.engine.kill()
        self.unit.kill()
        self.spin.stop()
        self.listener.close()
        self.farm.close()

    # What is there ----------------------------------------------------------------------------------------------------

    def states(self) -> Mapping[str, HostState]:
        """Return the state of each host."""
        return {name: row.state for name, row in self.engine.rows().items()}

    def incidents(self) -> list[IncidentRow]:
        """Return every incident, the first first."""
        with open_reader(self.engine.state) as reader:
            return read_incidents(reader, everything=True)[::-1]

    def open(self) -> list[IncidentRow]:
        """Return those in which somebody has something to do."""
        return [row for row in self.incidents() if row.is_open]

    def incident(self, number: int) -> IncidentRow:
        """Return one."""
        return next(row for row in self.incidents() if row.id == number)

    def after(self, number: int) -> list[IncidentRow]:
        """Return the incidents that were opened after one."""
        return [row for row in self.incidents() if row.id > number]

    @property
    def last(self) -> int:
        """The number of the last incident; 0 where there is none."""
        return max((row.id for row in self.incidents()), default=0)

    def alerts(self, host: str = "", rule: str = "") -> list[AlertRow]:
        """Return alerts, over or not."""
        with open_reader(self.engine.state) as reader:
            found = read_alerts(reader, everything=True)
        return [row for row in found if host in ("", row.host) and rule in ("", row.rule)]

    def alert(self, host: str, rule: str) -> AlertRow | None:
        """Return the one alert of a rule on a host; None before there is one."""
        found = self.alerts(host, rule)
        assert len(found) <= 1, found
        return found[0] if found else None

    def subject(self, name: str) -> AlertState | None:
        """Return the state of the alert that a host is down, by the name that it was told under."""
        return next((row.state for row in self.alerts(rule="host-down") if row.subject == name), None)

    def is_in(self, host: str, rule: str, state: AlertState) -> bool:
        """Whether the alert of a rule on a host is in a state."""
        alert = self.alert(host, rule)
        return alert is not None and alert.state is state

    def timeline(self, number: int) -> list[TimelineRow]:
        """Return what happened in an incident."""
        with open_reader(self.engine.state) as reader:
            return read_timeline(reader, number)

    def said(self) -> str:
        """Return what an assertion that failed should show."""
        rows = [f"{row.name} {row.state} {row.title} alerts {row.alerts}/{row.firing}" for row in self.incidents()]
        told = [
            f"{row.rule} {row.subject} {row.state} {row.suppressed_ref} INC-{row.incident_id}" for row in self.alerts()
        ]
        return "\n".join([*rows, *told])

    def until_alert(self, host: str, rule: str, state: AlertState) -> AlertRow:
        """Wait until the alert of a rule on a host is in a state, and return it."""
        until_sync(
            lambda: self.is_in(host, rule, state), WITHIN_S, lambda: f"{rule} on {host} is {state}; now\n{self.said()}"
        )
        found = self.alert(host, rule)
        assert found is not None
        return found

    def check_says(self, host: str, name: str) -> Severity | None:
        """Return what a check of a host says now; None before it has said anything."""
        number = self.engine.rows()[host].id
        with open_reader(self.engine.state) as reader:
            found = (
                row.severity for row in read_checks(reader) if (row.host_id, row.check) == (number, f"check:{name}")
            )
            return next(found, None)

    def flip_port(self) -> None:
        """Open or close the port, and wait until its check has seen it."""
        wanted = Severity.OK if self.listener.flip() else Severity.CRITICAL
        self.engine.act("host.read", "checked")
        until_sync(lambda: self.check_says("checked", "port") is wanted, WITHIN_S, f"the check says {wanted}")

    def look_at_port(self) -> None:
        """Let the check look at the open port once more."""
        self.listener.visits()
        self.engine.act("host.read", "checked")
        until_sync(self.listener.visits, WITHIN_S, "the check looks")

    def act_as(self, uid: int, action: str, target: str) -> str:
        """Act under another account, which may reach the socket; return what the engine says."""
        for folder in (self.engine.state.root, *self.engine.state.root.parents):
            if folder == Path("/tmp"):
                break
            folder.chmod(folder.stat().st_mode | 0o011)
        self.engine.state.socket.chmod(0o666)
        done = subprocess.run(
            [sys.executable, "-c", ACT_AS, str(uid), str(self.engine.state.socket), action, target],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def read_now(self, *hosts: str, section: str = "") -> None:
        """Let hosts be read, and wait until each was tried, and a section of the first was read.

        Args:
            hosts: their names.
            section: of the first of them; none is waited for otherwise.
        """
        began = time.time()
        self.engine.act("host.read", *hosts)

        def is_read() -> bool:
            rows = self.engine.rows()
            return all(rows[name].tried_at > began for name in hosts) and (
                not section or self._read(hosts[0], section, began)
            )

        until_sync(is_read, WITHIN_S, lambda: f"{hosts} are read; now {self.states()}")

    def _read(self, name: str, section: str, since: float) -> bool:
        with open_reader(self.engine.state) as reader:
            page = read_host(reader, name)
        found = [row.age_s for row in page.sections if row.section == section] if page is not None else []
        return any(age is not None and age < time.time() - since for age in found)
