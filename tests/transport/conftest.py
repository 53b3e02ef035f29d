"""A farm of servers for this folder, and transports that trust it."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from support.sshd import SshdFarm

from tui_ops.model.fleet import HostSpec
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.limits import Limits
from tui_ops.transport.ssh import SshTransport

QUICK = Limits(connect_s=4.0, login_s=3.0, keepalive_s=1.0, keepalive_count=2, jump_keepalive_s=0.5, open_s=2.0)
"""Bounds that end a fault within seconds and are still far above what a busy machine needs."""


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def farm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshdFarm]:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    made = SshdFarm(tmp_path / "farm")
    yield made
    made.close()


@pytest.fixture
def keys(farm: SshdFarm) -> KeyBook:
    return KeyBook(user_files=[farm.known_hosts], system_files=[])


Fleet = dict[str, HostSpec]


@pytest.fixture
def fleet() -> Fleet:
    """The hosts that ``via`` may name."""
    return {}


@pytest.fixture
async def make(farm: SshdFarm, keys: KeyBook, fleet: Fleet) -> AsyncIterator[Callable[..., SshTransport]]:
    made: list[SshTransport] = []

    def new(limits: Limits = QUICK) -> SshTransport:
        made.append(SshTransport(keys, [farm.ssh_config], limits, fleet.get))
        return made[-1]

    yield new
    for transport in made:
        await transport.close()


@pytest.fixture
def transport(make: Callable[..., SshTransport]) -> SshTransport:
    return make()
