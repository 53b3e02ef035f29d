"""``tui-ops --ssh-config``: the named hosts of an ssh_config, reached by what it says of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.cli.arguments import before_verbs, global_parser
from tui_ops.model.states import HostState


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[SshdFarm]:
    made = SshdFarm(tmp_path / "farm")
    yield made
    made.close()


class SshConfigWorld(EngineWorld):
    """An engine that is given an ssh_config in place of an inventory."""

    words: tuple[str, ...] = ("--ssh-config",)

    def command(self, *words: str) -> list[str]:
        """Return the command line of the program on this world."""
        command = super().command(*words)
        at = command.index("-i")
        return [*command[:at], *self.words, *command[at + 2 :]]


def config_text(farm: SshdFarm) -> str:
    """Return an ssh_config with a jump host, a host behind it, and one that is only a pattern."""
    gate, inner = farm.sshd(), farm.sshd()
    return (
        f"Host gate\n  HostName {gate.address}\nHost inner inner-2\n  HostName {inner.address}\n  ProxyJump gate\n"
        f"Host *.lan\n  User nobody\nHost *\n  User root\n  Port {farm.port}\n  IdentityFile {farm.user_key}\n"
        f"  IdentitiesOnly yes\n  UserKnownHostsFile {farm.known_hosts}\n"
    )


@pytest.mark.parametrize("default", [True, False], ids=["the user's own", "another file"])
def test_named_hosts_come_up_behind_their_jump_host(tmp_path: Path, farm: SshdFarm, default: bool) -> None:
    """The alias is all that the fleet knows: address, user, key and jump host stay with the file."""
    config = tmp_path / ".ssh/config" if default else tmp_path / "other.conf"
    config.parent.mkdir(exist_ok=True)
    config.write_text(config_text(farm))
    world = SshConfigWorld(tmp_path, "", {"HOME": str(tmp_path), "SSH_AUTH_SOCK": ""})
    world.environ.pop("TUI_OPS_SSH_CONFIG", None)
    world.words = ("--ssh-config",) if default else ("--ssh-config", str(config))
    try:
        world.start()
        up = lambda: {name for name, row in world.rows().items() if row.state is HostState.UP}  # noqa: E731
        until_sync(lambda: up() == {"gate", "inner", "inner-2"}, 60, "every named host is up")
        config.write_text("Host here-too\n  HostName gate\n" + config.read_text())
        until_sync(lambda: "here-too" in world.rows(), 30, "a new entry is watched")
        assert "inner-2" in world.run("show", "hosts").stdout
        assert world.stop() == 0
    finally:
        world.kill()


@pytest.mark.parametrize(
    ("words", "file", "verb"),
    [
        (["--ssh-config"], "~/.ssh/config", None),
        (["--ssh-config", "show", "hosts"], "~/.ssh/config", "show"),
        (["--ssh-config", "./show", "show"], "./show", "show"),
        (["--ssh-config=x", "check"], "x", "check"),
        (["do", "host.run", "--ssh-config", "check"], None, "do"),
        (["--ssh-config", "--read-only"], "~/.ssh/config", None),
        (["-v"], None, None),
    ],
)
def test_a_verb_is_not_taken_for_the_file(words: list[str], file: str | None, verb: str | None) -> None:
    """The file may be left away before a verb too."""
    options = global_parser().parse_args(before_verbs(words))
    assert (options.ssh_config, options.verb) == (file, verb)


def test_what_is_wrong_with_the_file_is_told(run, tmp_path) -> None:
    """A missing file, one of another format, one without hosts, and both options at once."""
    (tmp_path / "ini").write_text("[web]\na\n")
    (tmp_path / "none").write_text("Host *\n  User x\n")
    missing = run("--ssh-config", "check")
    assert missing.code == 1
    assert "there is no such file, and --ssh-config names it" in missing.err
    assert "this is no ssh_config" in run("--ssh-config", str(tmp_path / "ini"), "check").err
    assert "names no host that can be watched" in run("--ssh-config", str(tmp_path / "none"), "check").out
    assert run("-i", "x", "--ssh-config", "y", "check").code == 2
