"""Exposure with a real engine: it asks a real sshd from outside by itself, and takes a host as it is by an act."""

import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import Sshd, SshdFarm
from support.waiting import until_sync

from tui_ops.actions.errors import ActError
from tui_ops.engine.security.elsewhere import OFFERED
from tui_ops.engine.security.outside import SPREAD_S, share_of
from tui_ops.model.fleet import ENGINE_NAME
from tui_ops.practices.security.lookout import OWNERS, Lookout
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.exposed import baselines
from tui_ops.store.views.facts import items_of
from tui_ops.store.views.findings import findings

WITHIN_S = 90.0

EARLY = next(name for name in (f"web-{number}" for number in range(100_000)) if SPREAD_S * share_of(name) < 1.0)
"""A host whose turn comes within the first second after the start of an engine."""

KEY = f"SHA256:{'a' * 43}"


LOW_PORTS = range(20_000, 32_000)
"""Below those that the kernel draws from, which a host tells as one."""


def low_port() -> int:
    """Return a port that is free on every address, and that is told by its number."""
    for port in random.sample(LOW_PORTS, len(LOW_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("", port))
            return port
    raise AssertionError("there is no free port")


class Live:
    """An engine, and a host with two sshds that offer a weak cipher."""

    def __init__(self, folder: Path) -> None:
        self.farm = SshdFarm(folder / "farm")
        with self.farm.ssh_config.open("a") as config:
            config.write(f"UserKnownHostsFile {self.farm.known_hosts}\n")
        weak = ("Ciphers aes128-gcm@openssh.com,aes256-cbc", "MACs hmac-sha2-256")
        self.server: Sshd = self.farm.sshd(*weak, address="0.0.0.0")
        self.second: Sshd = self.farm.sshd(*weak, address="0.0.0.0", start=False)
        self.second.port = low_port()
        self.second.start()
        more = f"security: {{key_owners: {{'{KEY}': Anna}}}}\n"
        self.engine = EngineWorld(
            folder, inventory_text([self.server.spec(EARLY)], period="10s", more=more),
            {"TUI_OPS_SSH_CONFIG": str(self.farm.ssh_config), "SSH_AUTH_SOCK": ""},
        )  # fmt: skip

    def states(self, check: str) -> dict[str, str]:
        with open_reader(self.engine.state) as reader:
            return {row.object: str(row.state) for row in findings(reader, everything=True, check=check)}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    world = Live(tmp_path_factory.mktemp("exposed"))
    world.engine.start()
    yield world
    world.engine.kill()
    world.farm.close()


@pytest.mark.timeout(240)
def test_what_a_host_offers_is_asked_judged_mended_and_verified_by_asking_anew(live: Live) -> None:
    until_sync(
        lambda: live.states("ssh-cipher").get("aes256-cbc") == "open", WITHIN_S, lambda: live.engine.said[-3000:]
    )
    with open_reader(live.engine.state) as reader:
        kept = items_of(reader, EARLY, [OFFERED])[OFFERED]["ssh"]
        row = next(one for one in findings(reader, check="ssh-cipher") if one.object == "aes256-cbc")
    assert kept["ciphers"] == ["aes128-gcm@openssh.com", "aes256-cbc"]
    assert kept["methods"] == ["publickey"]
    live.server.extra = ["Ciphers aes128-gcm@openssh.com"]
    live.server.restart()
    live.engine.act("finding.recheck", row.name)
    # By now the host has told where its sshds listen, and the second one is asked as well.
    wanted = {"aes256-cbc": "verified", f"port {live.second.port} aes256-cbc": "open"}
    until_sync(lambda: live.states("ssh-cipher") == wanted, WITHIN_S, lambda: live.engine.said[-3000:])


@pytest.mark.timeout(240)
def test_a_host_is_taken_as_it_is_by_an_act_and_its_keys_have_owners(live: Live) -> None:
    def kinds() -> dict[str, str]:
        with open_reader(live.engine.state) as reader:
            return {row.kind: row.set_by for row in baselines(reader) if row.host == EARLY}

    until_sync(lambda: kinds().get("listeners") == "", WITHIN_S, lambda: live.engine.said[-3000:])
    answer = live.engine.act("baseline.take", EARLY, what="listeners", reason="it is a test")
    assert answer.audit > 0
    assert kinds()["listeners"] != ""
    with pytest.raises(ActError, match="reason"):
        live.engine.act("baseline.take", EARLY, what="listeners")
    with open_reader(live.engine.state) as reader:
        assert items_of(reader, ENGINE_NAME, [OWNERS]) == {OWNERS: {KEY: {"person": "Anna"}}}
        assert Lookout().exposure(reader)
    assert "baseline.take" in live.engine.run("show", "audit", "--format", "json").stdout
