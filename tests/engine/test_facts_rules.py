"""Rules over facts on a real host: a file that changes raises an alert, and a new rule sees what was read before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.facts import topics
from tui_ops.store.views.incidents import alerts

WITHIN_S = 60.0
"""Sixteen topics of a host on a loaded machine."""

CHANGED = """\
rules:
  followed: {fact: files, warn: changed(1h), text: "{label} is other than it was"}
"""
PACKAGED = """\
  packaged: {fact: packages, items: [dpkg], warn: 'field("version") > "1.0"', text: "{label} {field('version')}"}
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[EngineWorld]:
    farm = SshdFarm(tmp_path / "farm")
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    (tmp_path / "app.conf").write_text("port = 80\n")
    text = inventory_text([farm.sshd().spec("far")], period="5s", slow_period="300s", more=CHANGED).replace(
        "slow_period: 300s}", f"slow_period: 300s, files: ['{tmp_path}/app.conf']}}"
    )
    engine = EngineWorld(tmp_path, text, {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""})
    try:
        yield engine.start()
    finally:
        engine.kill()
        farm.close()


def firing(world: EngineWorld) -> dict[str, str]:
    """Return subjects and texts of the alerts by our two rules, by rule."""
    with open_reader(world.state) as reader:
        rows = alerts(reader)
    return {row.rule: f"{row.subject}: {row.text}" for row in rows if row.rule in ("followed", "packaged")}


def is_read(world: EngineWorld, topic: str, after: float = 0.0) -> bool:
    with open_reader(world.state) as reader:
        found = {row.topic: row for row in topics(reader, lambda name: name == "far")}
    return topic in found and found[topic].tried_at > after and found[topic].age_s is not None


def test_a_change_is_an_alert_and_a_new_rule_is_asked_of_what_is_known(world: EngineWorld, tmp_path: Path) -> None:
    """The host says of its packages that they are as before, and they are sent again for the rule."""
    file = tmp_path / "app.conf"
    world.act("host.read", "far")
    until_sync(lambda: is_read(world, "files") and is_read(world, "packages"), WITHIN_S, "all is read")
    assert firing(world) == {}
    file.write_text("port = 8080\n")
    world.act("host.read", "far")
    until_sync(lambda: "followed" in firing(world), WITHIN_S, "the change is an alert")
    assert firing(world) == {"followed": f"far {file}: {file} is other than it was"}

    world.inventory.write_text(world.inventory.read_text() + PACKAGED)
    world.act("fleet.reload")
    world.act("host.read", "far")
    until_sync(lambda: "packaged" in firing(world), WITHIN_S, "the new rule has seen the packages")
    assert firing(world)["packaged"].startswith("far dpkg: dpkg 1.")
