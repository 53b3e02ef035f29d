"""Checks in a running engine: on a real server and from here, through reloads, and into the host's own row."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.inventory.rules import default_rules
from tui_ops.model.fleet import ENGINE_NAME
from tui_ops.model.states import Severity
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.hosts import hosts
from tui_ops.store.views.parts import CheckRow, checks

WITHIN_S = 40.0
"""First runs are spread over twenty seconds after a start."""


@dataclass
class World:
    """An engine on a real server, with checks."""

    engine: EngineWorld
    farm: SshdFarm
    text: str

    def checks(self) -> dict[tuple[str, str], CheckRow]:
        """Return what is known of the checks, by host and name."""
        with open_reader(self.engine.state) as reader:
            names = {row.id: row.name for row in hosts(reader)}
            return {
                (names[row.host_id], row.check[6:]): row for row in checks(reader) if row.check.startswith("check:")
            }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    farm = SshdFarm(tmp_path / "farm")
    specs = [farm.sshd().spec("far")]
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    environ = {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""}
    text = (
        inventory_text(specs, period="1s", slow_period="300s") + "checks:\n"
        f"  ssh: {{tcp: '{{address}}:{farm.port}', hosts: [far], period: 5s}}\n"
        "  load: {plugin: 'check_load -w 1e4 -c 1e5', hosts: [far], on: host, period: 5s}\n"
        "  disk: {plugin: 'check_disk -w 1% -c 0% -p /', period: 5s}\n"
        "  closed: {tcp: '{address}:1', hosts: [far], period: 5s, retry: 1s}\n"
        # The machine is busy with other tests.
        f"rules: {{{', '.join(f'{rule.name}: no' for rule in default_rules())}}}\n"
    )
    engine = EngineWorld(tmp_path, text, environ)
    try:
        engine.start()
        yield World(engine, farm, text)
    finally:
        engine.kill()
        farm.close()


def test_checks_of_a_running_engine(world: World) -> None:
    """Every check has a row; a bad one judges its host after its attempts, and a new inventory takes it away again."""
    assert world.engine.act("fleet.reload").message.startswith("inventory reloaded: 1 host, 0 new")
    assert world.engine.run("audit", "verify").stdout == "the audit is whole: 1 entry\n"
    assert "watching 1 host of test, version" in world.engine.state.log.read_text()
    wanted = {("far", "ssh"), ("far", "load"), ("far", "closed"), (ENGINE_NAME, "disk")}
    until_sync(lambda: set(world.checks()) == wanted, WITHIN_S, lambda: f"{set(world.checks())}")
    until_sync(lambda: world.checks()["far", "closed"].severity is Severity.CRITICAL, WITHIN_S, "three attempts")
    assert {name: row.severity for name, row in world.checks().items() if name[1] != "closed"} == {
        ("far", "ssh"): Severity.OK, ("far", "load"): Severity.OK, (ENGINE_NAME, "disk"): Severity.OK,
    }  # fmt: skip
    until_sync(lambda: world.engine.rows()["far"].severity is Severity.CRITICAL, WITHIN_S, "the host's own row")
    assert world.engine.rows()["far"].reason.startswith("closed: ")
    shown = world.engine.run("show", "checks", "kind=tcp", "host=far")
    assert "refuses connections" in shown.stdout
    assert "check.time" in world.engine.run("show", "metrics", "host=far", "metric=check.time").stdout
    events = world.engine.run("show", "events", "kind=check").stdout
    assert "closed: ok → critical" in events
    world.engine.stop()
    world.engine.start()
    assert world.checks()["far", "closed"].severity is Severity.CRITICAL, "a start is no change"
    world.engine.inventory.write_text(
        world.text.replace("  closed:", "  open:").replace("{address}:1'", f"{{address}}:{world.farm.port}'")
    )
    until_sync(lambda: ("far", "open") in world.checks(), WITHIN_S, "the new inventory is in force")
    assert ("far", "closed") not in world.checks()
    until_sync(lambda: world.engine.rows()["far"].severity is Severity.OK, WITHIN_S, "the host is well again")
    assert world.engine.run("show", "events", "kind=check").stdout.count("closed: ") == 1
