"""The inventory changes while the engine runs, and what lies behind a jump host moves with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.model.states import HostState


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[SshdFarm]:
    made = SshdFarm(tmp_path / "farm")
    yield made
    made.close()


def test_a_jump_host_that_moves_takes_its_hosts_along(farm: SshdFarm, tmp_path: Path) -> None:
    """Readdressed, the old jump host keeps no session of ours, and what lies behind it goes the new way."""
    old, new, inner = farm.sshd(), farm.sshd(), farm.sshd()
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    specs = [old.spec("gw"), inner.spec("inner", via=("gw",))]
    text = inventory_text(specs, period="1s")
    world = EngineWorld(tmp_path, text, {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""})
    try:
        world.start()
        both_up = lambda: {row.state for row in world.rows().values()} == {HostState.UP}  # noqa: E731
        until_sync(both_up, 30, "both are up")
        world.inventory.write_text(text.replace(old.address, new.address))
        assert "1 changed" in world.act("fleet.reload").message
        until_sync(lambda: len(old.processes()) == 1, 30, "the old jump host has no session left")
        until_sync(lambda: new.logins >= 2, 30, "the new one carries its own watch and the way to what lies behind")
        until_sync(both_up, 30, "both are up again")
        assert world.stop() == 0
    finally:
        world.kill()
