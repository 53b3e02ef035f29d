"""The slow sections of real hosts, and their processes while someone looks at them."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.collectors.sections import SECTIONS
from tui_ops.model.fleet import HostSpec
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.pages import host
from tui_ops.store.views.rows import SectionRow

WITHIN_S = 60.0
"""Ten sections of three hosts on a loaded machine, one after the other."""

HOSTS = ("far", "one-session", "here")


@dataclass
class World:
    """An engine on two real servers and on this machine itself."""

    engine: EngineWorld

    def sections(self, name: str) -> dict[str, SectionRow]:
        """Return what is known of a host's sections."""
        with open_reader(self.engine.state) as reader:
            page = host(reader, name)
        return {} if page is None else {section.section: section for section in page.sections}

    @contextmanager
    def looking_at(self, *names: str) -> Iterator[dict[str, object]]:
        """Look at hosts over a connection of its own, as a dashboard does; gives the engine's answer."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(20)
            link.connect(str(self.engine.state.socket))
            lines = link.makefile("rb")
            lines.readline()
            link.sendall(json.dumps({"v": 1, "id": 5, "ask": "look", "targets": list(names)}).encode() + b"\n")
            yield json.loads(lines.readline())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("sections")
    farm = SshdFarm(folder / "farm")
    specs = [farm.sshd().spec("far"), farm.sshd("MaxSessions 1").spec("one-session"), HostSpec("here", "here", "local")]
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    environ = {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""}
    engine = EngineWorld(folder, inventory_text(specs, period="5s", slow_period="300s"), environ)
    try:
        engine.start()
        yield World(engine)
    finally:
        engine.kill()
        farm.close()


@pytest.mark.parametrize("name", HOSTS)
def test_every_section_is_read_when_a_host_answers(world: World, name: str) -> None:
    """Over one channel or two, over SSH or here: each has a document, a period and an age of its own."""
    wanted = {section.name for section in SECTIONS}
    until_sync(
        lambda: wanted == {one for one, row in world.sections(name).items() if row.age_s is not None},
        WITHIN_S, f"all of {wanted}",
    )  # fmt: skip
    rows = world.sections(name)
    assert {one: row.period_s for one, row in rows.items()} == {one.name: one.periods * 300.0 for one in SECTIONS}
    assert all(row.document for row in rows.values())
    top = rows["processes"].document["top"]
    assert isinstance(top, list)
    assert any(process["user"] == "root" and process["command"].startswith("/") for process in top), top


@pytest.mark.parametrize("name", HOSTS)
def test_the_processes_are_read_often_while_someone_looks(world: World, name: str) -> None:
    """Every two seconds, with CPU over these two seconds; and no longer when the last one has gone."""
    until_sync(lambda: "processes" in world.sections(name), WITHIN_S, "they were read once")

    def over() -> object:
        return world.sections(name)["processes"].document["over_s"]

    with world.looking_at(name) as answer:
        assert answer["ok"] is True
        until_sync(lambda: isinstance(over(), float) and 1.0 < float(str(over())) < 6.0, WITHIN_S, "two looks")
        top = world.sections(name)["processes"].document["top"]
        assert isinstance(top, list)
        assert any(process["cpu"] is not None for process in top)
    until_sync(lambda: (world.sections(name)["processes"].age_s or 0) > 4.0, WITHIN_S, "nobody reads them any more")


def test_who_looks_at_a_host_that_is_not_there(world: World) -> None:
    """It is passed over: the inventory may have changed while the page was open."""
    with world.looking_at("gone") as answer:
        assert answer["ok"] is True


def test_read_now_reads_the_sections_too(world: World) -> None:
    """R does not wait for an hour to pass."""
    until_sync(lambda: "hardware" in world.sections("far"), WITHIN_S, "it was read once")
    began = time.time()
    world.engine.act("host.read", "far")

    def read_since() -> bool:
        rows = world.sections("far")
        return all(rows[one].age_s is not None and (rows[one].age_s or 0) < time.time() - began for one in rows)

    until_sync(read_since, WITHIN_S, "every section is younger than the act")
