"""The inventory's files change while an engine runs, and it takes that over by itself or refuses it once."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.engine.following import Following
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.pages import engine

HERE = HostSpec("here", "here", "local")


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[SshdFarm]:
    made = SshdFarm(tmp_path / "farm")
    yield made
    made.close()


def world_of(tmp_path: Path, text: str, name: str = "inventory.yaml") -> EngineWorld:
    """Return an engine's world on a file of this name."""
    world = EngineWorld(tmp_path, "", {"SSH_AUTH_SOCK": "", "HOME": str(tmp_path)})
    world.inventory = tmp_path / name
    world.inventory.write_text(text)
    return world


def error_of(world: EngineWorld) -> str:
    """Return what the header would show."""
    with open_reader(world.state) as reader:
        return engine(reader).error


def reloads(world: EngineWorld) -> list[tuple[str, str]]:
    """Return origin and outcome of every reload in the audit, the oldest first."""
    with open_reader(world.state) as reader:
        rows = audit(reader, filters={"action": "fleet.reload"})
    return [(row.origin, row.outcome) for row in reversed(rows)]


def test_a_changed_file_is_taken_over_and_a_broken_one_refused_once(tmp_path: Path) -> None:
    """A new host comes; a mistake is shown and changes nothing; what is mended then counts again, and is audited."""
    text = inventory_text([HERE], period="1s")
    world = world_of(tmp_path, text)
    try:
        world.start()
        assert set(world.rows()) == {"here"}
        world.inventory.write_text(text + "  added: {address: 127.0.0.1, port: 1}\n")
        until_sync(lambda: set(world.rows()) == {"here", "added"}, 30, "the new host is watched")
        world.inventory.write_text(text + "  worse: {port: x}\n")
        until_sync(lambda: "'x' is not a port" in error_of(world), 30, "the mistake is shown")
        assert set(world.rows()) == {"here", "added"}
        log = world.state.log.read_text()
        assert log.count("'x' is not a port") == 1
        world.inventory.write_text(text.replace("name: test", "name: other"))
        until_sync(lambda: "another fleet" in error_of(world), 30, "another fleet's file is refused as well")
        world.inventory.write_text(text)
        until_sync(lambda: set(world.rows()) == {"here"}, 30, "the mended file counts")
        until_sync(lambda: not error_of(world), 30, "and nothing is wrong any more")
        assert [origin for origin, _ in reloads(world)] == ["file change", "file change"]
        assert world.stop() == 0
    finally:
        world.kill()


def test_variables_beside_an_ansible_inventory_are_followed_and_sighup_still_reads(
    tmp_path: Path, farm: SshdFarm
) -> None:
    """A host's address comes with a file of ``host_vars`` that was not there before; a hang-up reads as well.

    The host is reached with the inventory's key, through a jump host that only ssh_config knows.
    """
    server, gate = farm.sshd(), farm.sshd()
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh/config").write_text(
        f"UserKnownHostsFile {farm.known_hosts}\nHost gate\n  HostName {gate.address}\n  Port {gate.port}\n"
        f"  IdentityFile {farm.user_key}\n"
    )
    way = f"ansible_ssh_private_key_file={farm.user_key}\nansible_ssh_common_args='-J root@gate'"
    variables = f"[web:vars]\n{way}\nansible_user=root\nansible_port={server.port}\ntui_ops_period=1s\n"
    world = world_of(tmp_path, f"[web]\nw1 ansible_host=127.0.0.1\n{variables}", "fleet.ini")
    world.environ["TUI_OPS_SSH_CONFIG"] = str(tmp_path / ".ssh/config")
    try:
        world.start()
        assert world.rows()["w1"].state is not HostState.UP
        (tmp_path / "host_vars").mkdir()
        (tmp_path / "host_vars/w1.yml").write_text(f"ansible_host: {server.address}\n")
        until_sync(lambda: world.rows()["w1"].state is HostState.UP, 60, "the host is reached by its new address")
        assert gate.logins >= 1
        (tmp_path / "host_vars/w1.yml").write_text("ansible_host: [\n")
        until_sync(lambda: "refused" in error_of(world), 30, "a broken file of variables is refused")
        (tmp_path / "host_vars/w1.yml").write_text(f"ansible_host: {server.address}\ntui_ops_site: lon\n")
        assert world.process is not None
        world.process.send_signal(signal.SIGHUP)
        until_sync(lambda: world.rows()["w1"].site == "lon", 30, "the mended file counts")
        assert world.stop() == 0
    finally:
        world.kill()


class TestFollowing:
    """When a change counts, without an engine."""

    async def test_a_change_counts_when_it_has_come_to_rest_and_only_once(self, tmp_path: Path) -> None:
        """Two looks see the same; a file that moves on is waited for, and a refused one is left alone."""
        file = tmp_path / "f"
        asked: list[str] = []

        async def refuse() -> None:
            asked.append(file.read_text())

        following = Following(refuse)
        following.take({str(file): ""})
        await following.look()
        for text in ("1", "12", "123"):
            file.write_text(text)
            await following.look()
            assert asked == []
        for _ in range(3):
            await following.look()
        assert asked == ["123"]
        file.unlink()
        file.write_text("back")
        await following.look()
        await following.look()
        assert asked == ["123", "back"]

    async def test_after_a_refusal_what_was_not_reached_is_followed_too(self, tmp_path: Path) -> None:
        """A reading that ended early does not lose sight of the other files."""
        first, second = tmp_path / "1", tmp_path / "2"
        asked: list[str] = []

        async def note() -> None:
            asked.append("asked")

        following = Following(note)
        following.take({str(first): "", str(second): ""})
        following.take({str(first): ""}, refused=True)
        second.touch()
        await following.look()
        await following.look()
        assert asked == ["asked"]
