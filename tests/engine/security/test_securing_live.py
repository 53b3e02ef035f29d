"""Two real hosts that are reached by an account without rights: what is unknown and why, what is read anew, one change.

Each host has a root of its own, with sudo's rules, accounts and modes that are wrong.
"""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.ownroot import RootedHost, Roots
from support.reports import as_json, ssh_audit
from support.showing import Showing
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.model.security import CheckResult, FindingState
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.exposed import end_certificates
from tui_ops.store.views.findings import FindingRow, findings
from tui_ops.store.views.verdicts import VerdictShown, verdicts

WITHIN_S = 60.0
"""Facts of a host are read and judged within fifteen seconds of the start; the machine may be busy."""

USER, UID = "watcher", 64210

PREPARED = f"""
echo '{USER}:x:{UID}:{UID}::/home/{USER}:/bin/sh' >>/etc/passwd
echo '{USER}:*:19000:0:99999:7:::' >>/etc/shadow
echo 'bob:x:4411:4411::/home/bob:/bin/sh' >>/etc/passwd
echo 'bob::19000:0:99999:7:::' >>/etc/shadow
chmod 666 /etc/passwd
rm -f /etc/sudoers.d/tui-ops
mkdir -p /home/{USER}
chown {UID} /home/{USER}
"""


class Watched:
    """An engine, and hosts whose account may do nothing."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self.farm = SshdFarm(folder / "farm")
        with self.farm.ssh_config.open("a") as config:
            config.write(f"UserKnownHostsFile {self.farm.known_hosts}\n")
        roots = Roots(folder, PREPARED)
        self.hosts: dict[str, RootedHost] = {}
        specs = []
        for name in ("web-1", "web-2"):
            server = self.farm.sshd(start=False)
            server.within = roots.words()
            specs.append(server.start().spec(name, user=USER))
            self.hosts[name] = RootedHost(server)
        self.shop = Showing(folder / "shop")
        asks = f"tls: '127.0.0.1:{self.shop.port}', ca: '{self.shop.ca}', hosts: [web-2], period: 24h, attempts: 1"
        self.engine = EngineWorld(
            folder,
            inventory_text(specs, more=f"checks: {{shop: {{{asks}}}}}\n"),
            {"TUI_OPS_SSH_CONFIG": str(self.farm.ssh_config), "SSH_AUTH_SOCK": ""},
        )

    def verdict(self, check: str, host: str = "web-1") -> VerdictShown | None:
        """Return what a check says of a host; None before it has said anything."""
        with open_reader(self.engine.state) as reader:
            return next((row for row in verdicts(reader, check=check) if row.host == host), None)

    def result(self, check: str, host: str = "web-1") -> str:
        """Return the result of a check on a host."""
        row = self.verdict(check, host)
        return str(row.result) if row is not None else "none"

    def until(self, check: str, result: str) -> None:
        """Wait until a check says something of the first host."""
        until_sync(
            lambda: self.result(check) == result, WITHIN_S,
            lambda: f"{self.verdict(check)} {self.engine.said[-2000:]}",
        )  # fmt: skip

    def found(self, check: str, everything: bool = False) -> dict[str, FindingRow]:
        """Return the findings of a check by their hosts."""
        with open_reader(self.engine.state) as reader:
            return {row.host: row for row in findings(reader, everything=everything, check=check)}

    def read_at(self, host: str) -> Mapping[str, float]:
        """Return when each topic of a host was read."""
        query = "SELECT f.topic, f.at FROM fact AS f JOIN host AS h ON h.id = f.host_id WHERE h.name = ?"
        with closing(sqlite3.connect(self.engine.state.ops_db)) as connection:
            return dict(connection.execute(query, (host,)).fetchall())

    def close(self) -> None:
        """End everything."""
        self.engine.kill()
        self.farm.close()
        self.shop.close()


@pytest.fixture(scope="module")
def live() -> Iterator[Watched]:
    with tempfile.TemporaryDirectory(prefix="tui-ops-watched-", ignore_cleanup_errors=True) as folder:
        world = Watched(Path(folder))
        try:
            world.engine.start()
            until_sync(
                lambda: all(world.result("fs-passwdfiles", host) == "fail" for host in world.hosts), WITHIN_S,
                lambda: world.engine.said[-3000:],
            )  # fmt: skip
            yield world
        finally:
            world.close()


def test_what_only_root_reads_is_unknown_and_known_with_the_very_lines_that_are_named(live: Watched) -> None:
    """The lines get into sudo's rules of one host, and somebody has its accounts read anew on the same connection."""
    row = live.verdict("acct-emptypw")
    assert row is not None
    assert (row.result, row.text) == (CheckResult.UNKNOWN, "takes privilege: states of passwords")
    assert row.needs
    assert live.found("acct-emptypw") == {}, "what is unknown is no finding"
    shown = live.engine.run("show", "verdicts", "check=acct-emptypw", "host=web-1", "--format", "json").stdout
    assert "/etc/shadow" in shown
    host = live.hosts["web-1"]
    rules = host.path("/etc/sudoers.d/tui-ops")
    rules.write_text("".join(f"{USER} ALL=(root) NOPASSWD: {line}\n" for line in row.needs))
    rules.chmod(0o440)
    assert "parsed OK" in host.run("visudo", "-c")
    of_accounts = live.found("acct-sysshell")["web-1"]
    done = live.engine.run("do", "finding.recheck", of_accounts.name)
    assert done.returncode == 0, done.stderr
    live.until("acct-emptypw", "fail")
    assert live.found("acct-emptypw")["web-1"].object == "bob"
    assert live.result("acct-emptypw", "web-2") == "unknown"
    assert live.result("fw-deny") == "unknown", "no line of it was allowed"
    assert live.hosts["web-1"].server.logins == 1


def test_what_is_looked_at_anew_is_what_its_check_reads_and_no_more(live: Watched) -> None:
    """A mode that was set right is seen by the reading that somebody asks for, on this host alone."""
    row = live.found("fs-passwdfiles")["web-1"]
    before = {host: live.read_at(host) for host in live.hosts}
    live.hosts["web-1"].path("/etc/passwd").chmod(0o644)
    assert live.engine.run("do", "finding.recheck", row.name).returncode == 0
    until_sync(
        lambda: live.found("fs-passwdfiles", everything=True)["web-1"].state is FindingState.VERIFIED, WITHIN_S,
        lambda: str(live.found("fs-passwdfiles", everything=True)),
    )  # fmt: skip
    after = live.read_at("web-1")
    assert after["modes"] > before["web-1"]["modes"]
    for topic in ("packages", "accounts", "authkeys", "sudoers", "sshdconf", "mounts", "patches"):
        assert after.get(topic) == before["web-1"].get(topic), topic
    assert live.read_at("web-2")["modes"] == before["web-2"]["modes"]
    assert live.found("fs-passwdfiles")["web-2"].state is FindingState.OPEN


def test_all_that_are_marked_go_into_one_change_and_what_has_no_plan_is_named(live: Watched, tmp_path: Path) -> None:
    """Findings of one check on two hosts, and one of another scanner, which no plan mends."""
    marked = [row.name for row in live.found("ssh-maxauth").values()]
    assert len(marked) == 2
    (tmp_path / "audit.json").write_bytes(as_json(ssh_audit(target="web-1:22")))
    assert live.engine.run("findings", "import", str(tmp_path / "audit.json")).returncode == 0
    bare = live.found("ssh-audit:kex")["web-1"]
    done = live.engine.run("do", "finding.fix", *marked, bare.name, "--yes")
    assert done.returncode == 0, done.stderr
    assert "CHG-1 made" in done.stderr
    assert "2 hosts" in done.stderr
    assert "CHG-2" not in done.stderr
    assert f"Left out: {bare.name}: it has no plan" in done.stderr, done.stderr
    assert "web-1 web-2" in live.engine.run("show", "changes").stdout
    assert {(row.state, row.change) for row in live.found("ssh-maxauth").values()} == {
        (FindingState.IN_PROGRESS, "CHG-1")
    }
    assert live.found("ssh-audit:kex")["web-1"].state is FindingState.OPEN


def test_an_endpoint_is_asked_anew_though_its_check_has_its_turn_tomorrow(live: Watched) -> None:
    """Its certificate was renewed; what it shows now is judged as soon as it is known."""

    def row() -> FindingRow:
        found = live.found("tls-expiry", everything=True)
        assert set(found) <= {"web-2"}
        return found["web-2"]

    def is_shown() -> bool:
        with open_reader(live.engine.state) as reader:
            return bool(end_certificates(reader))

    until_sync(is_shown, WITHIN_S, "its check has run")
    # The host was judged before that, or after; now it is for sure.
    live.engine.act("finding.recheck", live.found("fs-passwdfiles")["web-2"].name)
    until_sync(lambda: "web-2" in live.found("tls-expiry"), WITHIN_S, lambda: live.engine.said[-2000:])
    assert row().object == f"endpoint 127.0.0.1:{live.shop.port}"
    live.shop.show(90)
    answer = live.engine.act("finding.recheck", row().name)
    assert answer.message == f"{row().name}: its endpoint is asked anew"
    until_sync(lambda: row().state is FindingState.VERIFIED, WITHIN_S, lambda: str(row()))
