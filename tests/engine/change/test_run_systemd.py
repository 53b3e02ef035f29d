"""Changes by a real engine on hosts that systemd has started: its units outlive the engine, and are taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.change_live import LiveChanges
from support.ownsystem import BootedSshd, booted
from support.sshd import Sshd
from support.waiting import until_sync

UNITS = """
for name in old new; do cat >/lib/systemd/system/own-$name.service <<'unit'
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
unit
done
mkdir /etc/systemd/system/multi-user.target.wants
ln -s /lib/systemd/system/own-old.service /etc/systemd/system/multi-user.target.wants/
"""

HOSTS = ("web-01", "web-02")


class SystemdChanges(LiveChanges):
    """Hosts that systemd has started."""

    def _server(self, folder: Path) -> Sshd:
        del folder
        return booted(self.farm, UNITS)

    def asked(self, host: str, *words: str) -> list[str]:
        """Return what systemctl says on a host."""
        server = self.servers[host]
        assert isinstance(server, BootedSshd)
        return server.run("systemctl", *words, check=False).split("\n")[:-1]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[SystemdChanges]:
    world = SystemdChanges(tmp_path, len(HOSTS))
    for host in HOSTS:
        world.asked(host, "start", "own-old")
    world.engine.start()
    try:
        yield world
    finally:
        world.close()


def units(live: SystemdChanges, host: str) -> list[str]:
    """Return whether the old and the new one run, and whether they will at the next boot."""
    names = ("own-old", "own-new")
    return live.asked(host, "is-active", *names) + live.asked(host, "is-enabled", *names)


BEFORE, AFTER = ["active", "inactive", "enabled", "disabled"], ["inactive", "active", "disabled", "enabled"]

SWITCH = """
steps:
  - unit: {name: own-old, do: stop}
  - unit: {name: own-old, do: disable}
  - unit: {name: own-new, do: enable}
  - unit: {name: own-new, do: start}
post:
  - check: {unit: own-new, is: active}
  - check: {unit: own-new, is: enabled}
  - check: {file: /opt/healthy, exists: yes}
rollback:
  - unit: {name: own-new, do: stop}
  - unit: {name: own-new, do: disable}
  - unit: {name: own-old, do: enable}
  - unit: {name: own-old, do: start}
batches: [1, 1]
on_failure: roll back
"""


@pytest.mark.timeout(120)
def test_units_are_switched_and_those_of_a_batch_that_failed_are_switched_back(live: SystemdChanges) -> None:
    """The second of two hosts has no health: what runs there, and what will at its next boot, is as it was."""
    server = live.servers["web-01"]
    assert isinstance(server, BootedSshd)
    server.path("/opt/healthy").write_text("")
    assert [units(live, host) for host in HOSTS] == [BEFORE, BEFORE]
    live.engine.act("change.start", live.approved(SWITCH))
    found = live.until("ended", "paused")
    assert found["outcome"] == "rolled back", (found, live.lines())
    assert [units(live, host) for host in HOSTS] == [AFTER, BEFORE]


@pytest.mark.timeout(120)
def test_a_killed_engine_and_a_restarted_sshd_end_no_unit(live: SystemdChanges) -> None:
    """SIGKILL in the middle of a step, then all that the sshd had started is killed: the step goes on, alone."""
    at = live.at.parent
    words = (
        f"[sh, -c, 'echo begun >>\"$1\"; until [ -e \"$2\" ]; do sleep 0.05; done; echo over', sh, '{at}/farm/log-1', "
    )
    words += f"'{at}/farm/go']"
    plan = f"steps:\n  - command: {words}\npost:\n  - check: {{file: {at}/farm/log-1, contains: begun}}\n"
    name = live.approved(plan, hosts=["web-01"])
    live.engine.act("change.start", name)
    log = at / "farm/log-1"
    until_sync(log.exists, 30, lambda: f"it begins: {live.lines()}")
    live.engine.kill()
    live.asked("web-01", "restart", "own-sshd")
    ((token,),) = live.rows("SELECT token FROM change_run")
    unit = f"tui-ops-{token}-steps-1-1.service"
    assert live.asked("web-01", "is-active", unit) == ["active"]
    live.engine.start()
    assert live.change()["state"] == "interrupted"
    assert live.asked("web-01", "is-active", unit) == ["active"]
    (at / "farm/go").touch()
    until_sync(lambda: live.asked("web-01", "is-active", unit) == ["inactive"], 15, "it ends without anybody")
    live.engine.act("change.resume", name)
    assert live.until("ended", "paused")["outcome"] == "successful", live.lines()
    assert log.read_text() == "begun\n"
    ((code, attempt),) = live.rows("SELECT exit_status, attempt FROM change_cell WHERE step = 'steps-1'")
    assert (code, attempt) == (0, 1)
