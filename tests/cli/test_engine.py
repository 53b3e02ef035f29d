"""The command line beside a real engine and a real sshd: asked over its socket, answered from its store."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm, fingerprint
from support.waiting import until_sync

from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshdFarm]:
    """Where real servers are started."""
    farm = SshdFarm(tmp_path_factory.mktemp("farm"))
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    yield farm
    farm.close()


@pytest.fixture(scope="module")
def world(farm: SshdFarm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    """This machine and a host whose key nobody has trusted, watched by an engine."""
    specs = [HostSpec("here", "here", "local"), farm.sshd(known=False).spec("new-1")]
    environ = {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""}
    world = EngineWorld(tmp_path_factory.mktemp("world"), inventory_text(specs, period="1s"), environ)
    try:
        yield world.start()
    finally:
        world.kill()


def test_a_key_is_trusted_from_a_file_and_the_host_comes_up(world: EngineWorld, farm: SshdFarm) -> None:
    """The file of another key trusts nothing; that of the right one does, and the next reading is good."""
    until_sync(lambda: world.rows()["new-1"].state is HostState.KEY_UNKNOWN, 30, "the unknown key is told")
    place = f"[{world.rows()['new-1'].address}]:{world.rows()['new-1'].port}"
    wrong = world.run("trust", "--fingerprints", "-", "--yes", given=f"{place} SHA256:{'A' * 43}\n")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "which the file does not have" in wrong.stderr
    right = world.run("trust", "--fingerprints", "-", "--yes", given=f"{place} {fingerprint(farm.host_key)}\n")
    assert (right.returncode, right.stdout.split()[0]) == (0, "new-1"), right.stderr
    until_sync(lambda: world.rows()["new-1"].state is HostState.UP, 30, "the trusted host is up")


def test_an_act_is_answered_audited_and_shown(world: EngineWorld) -> None:
    """Maintenance is in the next table, its entry in a chain that is whole; a second time it is refused."""
    words = ("do", "host.maintenance", "here", "reason=new disk")
    assert world.run(*words).returncode == 0
    shown = json.loads(world.run("show", "hosts", "state=maintenance", "--format", "json").stdout)
    assert [row["name"] for row in shown] == ["here"]
    assert json.loads(world.run("show", "audit", "limit=1", "--format", "json").stdout)[0]["target"] == "host:here"
    assert world.run("audit", "verify").returncode == 0
    assert world.run(*words).returncode == 4
    assert world.run("do", "host.read", "nobody").returncode == 4


def test_a_second_engine_says_who_holds_the_state(world: EngineWorld) -> None:
    """It leaves with exit 1 and the process id of the first."""
    assert world.process is not None
    second = world.run("engine")
    assert second.returncode == 1
    assert f"process {world.process.pid}" in second.stderr


def test_one_round_without_a_service(tmp_path: Path) -> None:
    """``engine --once`` reads every host and ends; what it read is shown, with a word about its age."""
    world = EngineWorld(tmp_path, inventory_text([HostSpec("here", "here", "local")]))
    assert world.run("engine", "--once").returncode == 0
    table = world.run("show", "hosts", "--format", "json")
    assert json.loads(table.stdout)[0]["state"] == "up"
    assert "the engine was stopped" in table.stderr
    assert world.run("status").returncode == 3
    assert world.run("do", "host.read", "here").returncode == 3
