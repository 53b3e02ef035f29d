"""Findings with a real engine: from a host's own sshd to a change and to verified gone; and four eyes at the socket."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.change_live import LiveChanges
from support.engine_world import EngineWorld, inventory_text
from support.ownsystem import BootedSshd, booted
from support.sshd import Sshd, SshdFarm
from support.waiting import until_sync

from tui_ops.model.security import CheckResult
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import FindingPage, FindingRow, finding, findings
from tui_ops.store.views.verdicts import verdicts

WITHIN_S = 60.0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class SshdChanges(LiveChanges):
    """A host that systemd has started, with an sshd of its own beside the one by which we come."""

    def _server(self, folder: Path) -> Sshd:
        del folder
        port = _free_port()
        unit = (
            "cat >/etc/systemd/system/ssh.service <<'unit'\n[Service]\nExecStart=/usr/sbin/sshd -D\n"
            "ExecReload=/bin/kill -HUP $MAINPID\nunit\n"
            "sed -i 's/^Wants=.*/& ssh.service/' /etc/systemd/system/own.target\n"
            f"printf 'Include /etc/ssh/sshd_config.d/*.conf\\nPort {port}\\nListenAddress 127.0.0.1\\n"
            "PermitRootLogin yes\\nPermitEmptyPasswords yes\\nPermitUserEnvironment yes\\n' >/etc/ssh/sshd_config\n"
            "rm -f /etc/ssh/sshd_config.d/*; mkdir -p /run/sshd /etc/ssh/sshd_config.d\n"
        )
        return booted(self.farm, unit)

    def found(self, check: str) -> FindingRow | None:
        """Return the one finding of a check, whatever its state; None before there is one."""
        with open_reader(self.engine.state) as reader:
            return next(iter(findings(reader, everything=True, check=check)), None)

    def page(self, number: int) -> FindingPage:
        """Return a finding with its list."""
        with open_reader(self.engine.state) as reader:
            page = finding(reader, number)
        assert page is not None
        return page

    def state(self, check: str) -> str:
        """Return the state of the finding of a check."""
        row = self.found(check)
        return str(row.state) if row is not None else "none"

    def effective(self) -> str:
        """Return what the host's own sshd says of variables that a login brings for itself."""
        server = self.servers["web-01"]
        assert isinstance(server, BootedSshd)
        said = server.run("/usr/sbin/sshd", "-T")
        return next(line for line in said.splitlines() if line.startswith("permituserenvironment"))


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshdChanges]:
    world = SshdChanges(tmp_path_factory.mktemp("findings"), 1)
    world.engine.start()
    try:
        yield world
    finally:
        world.close()


@pytest.mark.timeout(120)
def test_a_critical_finding_opens_an_incident_that_ends_when_its_risk_is_accepted(live: SshdChanges) -> None:
    """By the way of all alerts: who takes on the finding has taken on the alert, and nobody is told of it twice."""

    def alerts() -> list[tuple[str, str, str, int]]:
        query = "SELECT subject, severity, state, episode FROM alert WHERE source = 'findings'"
        return [tuple(row) for row in live.rows(query)]  # type: ignore[misc]

    def incidents() -> list[tuple[str, str]]:
        query = "SELECT i.title, i.state FROM incident AS i JOIN alert AS a ON a.incident_id = i.id"
        return [tuple(row) for row in live.rows(f"{query} WHERE a.source = 'findings'")]  # type: ignore[misc]

    until_sync(lambda: alerts() == [("ssh-empty", "critical", "firing", 1)], WITHIN_S, lambda: str(alerts()))
    row = live.found("ssh-empty")
    assert row is not None
    ((title, state),) = incidents()
    assert (title, state) == (f"web-01: {row.name} on web-01: {row.title}", "triage")
    live.engine.act("finding.acknowledge", row.name)
    until_sync(lambda: alerts() == [("ssh-empty", "critical", "acknowledged", 1)], WITHIN_S, lambda: str(alerts()))
    live.engine.act("finding.accept", row.name, reason="a try", control="none", **{"for": "7d"})
    live.engine.act("finding.approve", row.name)
    until_sync(lambda: alerts() == [("ssh-empty", "critical", "resolved", 1)], WITHIN_S, lambda: str(alerts()))


@pytest.mark.timeout(240)
def test_a_setting_is_found_mended_by_the_change_that_f_makes_and_verified_by_a_new_reading(live: SshdChanges) -> None:
    """Nobody says that it is gone but the check, after it has read the host's own sshd once more."""
    until_sync(lambda: live.state("ssh-userenv") == "open", WITHIN_S, lambda: live.engine.said[-3000:])
    row = live.found("ssh-userenv")
    assert row is not None
    assert live.effective() == "permituserenvironment yes"
    first = row.first_seen_at
    answer = live.engine.act("finding.fix", row.name)
    assert "CHG-1" in answer.message, answer.message
    assert live.state("ssh-userenv") == "in progress"
    live.engine.act("change.submit", "CHG-1")
    live.engine.act("change.approve", "CHG-1")
    live.engine.act("change.start", "CHG-1", reason="its incident is about something else")
    found = live.until("ended", "paused", within_s=90)
    assert (found["state"], found["outcome"]) == ("ended", "successful"), (found, live.lines())
    assert live.effective() == "permituserenvironment no"
    until_sync(
        lambda: live.state("ssh-userenv") == "verified", WITHIN_S,
        lambda: f"{live.page(row.id).lines} {live.engine.said[-3000:]}",
    )  # fmt: skip
    page = live.page(row.id)
    assert [line.kind for line in page.lines if line.kind in ("seen", "link", "state", "gone")] == [
        "seen", "link", "state", "gone"
    ]  # fmt: skip
    assert page.row.first_seen_at == first
    assert page.row.closed_at is not None
    with open_reader(live.engine.state) as reader:
        (said,) = verdicts(reader, check="ssh-userenv")
    # What was found is gone; the sshd by which we come reads a file elsewhere, of which nothing is known.
    assert said.result is CheckResult.UNKNOWN
    assert "another sshd runs" in said.text
    assert isinstance(said.evidence["topics"], dict)
    assert said.evidence["topics"]["sshdconf"] == said.read_at


@pytest.mark.timeout(120)
def test_a_plan_that_would_shut_this_desk_out_does_nothing(live: SshdChanges) -> None:
    """Root may log in, and should not; but here it is by root that we come."""
    row = live.found("ssh-root")
    assert row is not None
    live.engine.act("finding.fix", row.name)
    for act, more in (("submit", {}), ("approve", {}), ("start", {"reason": "a try"})):
        live.engine.act(f"change.{act}", "CHG-2", **more)
    until_sync(
        lambda: any("would shut itself out" in str(line) for line in live.rows("SELECT text FROM change_line")),
        WITHIN_S, lambda: str(live.lines()),
    )  # fmt: skip
    server = live.servers["web-01"]
    assert isinstance(server, BootedSshd)
    assert "permitrootlogin yes" in server.run("/usr/sbin/sshd", "-T")


@pytest.mark.timeout(120)
def test_a_host_that_does_not_answer_closes_nothing(live: SshdChanges) -> None:
    """Its sshd is stopped; what is read anew is nothing, and its findings stay."""
    row = live.found("ssh-maxauth")
    assert row is not None
    assert row.is_live
    live.engine.act("finding.claim", row.name)
    server = live.servers["web-01"]
    until_sync(lambda: live.state("ssh-maxauth") == "open", WITHIN_S, lambda: f"seen again: {live.page(row.id).lines}")
    assert isinstance(server, BootedSshd)
    server.stop()
    live.engine.act("finding.claim", row.name)
    host = "web-01"
    until_sync(lambda: live.engine.rows()[host].state != "up", WITHIN_S, lambda: str(live.engine.rows()[host]))
    live.engine.act("finding.recheck", row.name)
    looked = time.time()
    until_sync(lambda: time.time() - looked > 3, 10, "the judge has had its turn")
    assert live.state("ssh-maxauth") == "resolved"


# --- four eyes ------------------------------------------------------------------------------------------------------

BOB, CAT, DAN = 4311, 4312, 4313

OPERATORS = f"""operators:
  bob: {{role: operator, user: "{BOB}"}}
  cat: {{role: approver, user: "{CAT}"}}
  dan: {{role: approver, user: "{DAN}"}}
"""

ASK_AS = """
import os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
link = socket.socket(socket.AF_UNIX)
link.connect(sys.argv[1])
lines = link.makefile("rb")
lines.readline()
for line in sys.stdin:
    link.sendall(line.encode())
    print(lines.readline().decode().strip())
"""


class KeyWorld:
    """An engine, a host whose key is another one than the one that is trusted, and people of other accounts."""

    def __init__(self, folder: Path) -> None:
        self.farm = SshdFarm(folder / "farm")
        server = self.farm.sshd()
        server.change_host_key()
        with self.farm.ssh_config.open("a") as config:
            config.write(f"UserKnownHostsFile {self.farm.known_hosts}\n")
        self.engine = EngineWorld(
            folder, inventory_text([server.spec("web-01")], period="1s") + OPERATORS,
            {"TUI_OPS_SSH_CONFIG": str(self.farm.ssh_config), "SSH_AUTH_SOCK": ""},
        )  # fmt: skip

    def as_(self, uid: int, action: str, *targets: str, **params: object) -> Mapping[str, Any]:
        """Ask as an account, by the socket; return the answer."""
        given = {name.removesuffix("_"): value for name, value in params.items()}
        line = {"v": 1, "id": 1, "ask": "act", "action": action, "targets": list(targets), "params": given}
        done = subprocess.run(
            [sys.executable, "-c", ASK_AS, str(self.engine.state.socket), str(uid)], input=json.dumps(line) + "\n",
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        # A stranger is shown the door.
        answer: dict[str, Any] = json.loads(done.stdout or "{}")
        return answer

    def rows(self) -> list[FindingRow]:
        """Return every finding."""
        with open_reader(self.engine.state) as reader:
            return findings(reader, everything=True)


@pytest.fixture(scope="module")
def keys() -> Iterator[KeyWorld]:
    assert os.geteuid() == 0, "other accounts are taken on: make test runs as root"
    with tempfile.TemporaryDirectory(prefix="tui-ops-finding-keys-") as folder:
        world = KeyWorld(Path(folder))
        try:
            world.engine.start()
            Path(folder).chmod(0o755)
            world.engine.state.root.chmod(0o755)
            world.engine.state.socket.chmod(0o666)
            yield world
        finally:
            world.engine.kill()
            world.farm.close()


def test_another_host_key_is_a_critical_finding(keys: KeyWorld) -> None:
    until_sync(lambda: bool(keys.rows()), WITHIN_S, lambda: f"{keys.engine.rows()} {keys.engine.said[-2000:]}")
    (row,) = keys.rows()
    assert (row.check, row.severity, row.state, row.host) == ("host-key-changed", "critical", "open", "web-01")


def test_nobody_goes_round_four_eyes_at_the_socket(keys: KeyWorld) -> None:
    """Not by asking and approving, not by the other act, not with a role that is not enough, not twice."""
    until_sync(lambda: bool(keys.rows()), WITHIN_S, lambda: keys.engine.said[-2000:])
    given = {"reason": "it was set up anew", "control": "nobody logs in", "for_": "7d"}
    assert "asked" in keys.as_(CAT, "finding.accept", "FND-1", **given)["message"]
    for uid, action, why in (
        (CAT, "finding.approve", "four eyes"),
        (BOB, "finding.approve", "takes the role approver"),
        (BOB, "finding.reject", "takes the role approver"),
        (BOB, "finding.revoke", "takes the role approver"),
        (4399, "finding.approve", ""),
    ):
        answer = keys.as_(uid, action, "FND-1", **({"reason": "x"} if action != "finding.approve" else {}))
        assert not answer.get("ok"), (uid, action, answer)
        assert why in json.dumps(answer), (uid, action, answer)
    assert keys.rows()[0].state == "open"
    assert keys.as_(DAN, "finding.approve", "FND-1").get("ok")
    assert keys.rows()[0].state == "accepted"
