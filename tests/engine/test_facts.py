"""Facts of real hosts: every topic is read, what changes is told with its moment, what fails leaves the rest."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.waiting import until_sync

from tui_ops.collectors.facts.topics import TOPICS
from tui_ops.engine.slow import RARE_PERIODS
from tui_ops.model.fleet import HostSpec
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.facts import DifferenceRow, FactRow, TopicRow, differences, items, topics
from tui_ops.store.views.lists import events

AT_ONCE = frozenset(topic.name for topic in TOPICS if topic.periods < RARE_PERIODS)
"""What is read when somebody asks for everything."""

WITHIN_S = 120.0
"""Two dozen topics of two hosts on a loaded machine."""


@dataclass
class World:
    """An engine on a real server and on this machine itself, each with a file to follow."""

    engine: EngineWorld
    followed: Path

    def topics(self, host: str) -> dict[str, TopicRow]:
        with open_reader(self.engine.state) as reader:
            return {row.topic: row for row in topics(reader, lambda name: name == host)}

    def differences(self, host: str) -> list[DifferenceRow]:
        with open_reader(self.engine.state) as reader:
            return differences(reader, host)

    def items(self, host: str, topic: str) -> dict[str, FactRow]:
        with open_reader(self.engine.state) as reader:
            return {row.item: row for row in items(reader, lambda one: one == host, lambda one: one == topic)}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("facts")
    followed = folder / "app.conf"
    followed.write_text("port = 80\npassword = first\n")
    farm = SshdFarm(folder / "farm")
    specs = [farm.sshd().spec("far"), HostSpec("here", "here", "local")]
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    text = inventory_text(specs, period="5s", slow_period="300s").replace(
        "slow_period: 300s}", f"slow_period: 300s, files: ['{followed}', '{folder}/missing']}}"
    )
    engine = EngineWorld(folder, text, {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""})
    try:
        engine.start()
        world = World(engine, followed)
        for name in ("far", "here"):
            engine.act("host.read", name)
            until_sync(lambda name=name: is_whole(world, name), WITHIN_S, lambda name=name: f"{world.topics(name)}")
        yield world
    finally:
        engine.kill()
        farm.close()


def is_whole(world: World, host: str) -> bool:
    """Whether every topic was tried; one that is never read at once is tried again with R."""
    found = world.topics(host)
    return all(name in found and (found[name].age_s is not None or found[name].failed) for name in AT_ONCE)


@pytest.mark.parametrize("host", ["far", "here"])
def test_every_topic_is_read_over_ssh_and_here(world: World, host: str) -> None:
    """Each has its period; this system has accounts, packages, mounts and kernel settings in any case."""
    found = world.topics(host)
    assert {name: found[name].period_s for name in AT_ONCE} == {
        one.name: one.periods * 300.0 for one in TOPICS if one.name in AT_ONCE
    }
    assert not [row for row in found.values() if row.failed]
    assert all(found[name].count > 0 for name in ("accounts", "packages", "mounts", "sysctl", "files"))
    root = world.items(host, "accounts")["root"].fields
    assert (root["uid"], root["home"]) == (0, "/root")
    assert world.items(host, "packages")["dpkg"].fields["source"] == "dpkg"
    assert world.items(host, "files")[str(world.followed)].fields["text"] == ["port = 80", "password = ***"]


def read_again(world: World, host: str) -> None:
    """Ask for everything, and wait until every topic was read anew."""
    before = max(row.tried_at for row in world.topics(host).values())
    world.engine.act("host.read", host)
    until_sync(
        lambda: all(row.tried_at > before for name, row in world.topics(host).items() if name in AT_ONCE),
        WITHIN_S,
        "all are read again",
    )


def test_a_change_is_told_once_with_what_it_was(world: World) -> None:
    """A followed file gets other content; a reading says so, an event names it, and the next reading is silent."""
    before = world.topics("far")["files"]
    world.followed.write_text("port = 8080\npassword = second\n")
    world.engine.act("host.read", "far")
    (found,) = until_sync(
        lambda: [one for one in world.differences("far") if one.topic == "files"], WITHIN_S, "a difference is told"
    )  # type: ignore[misc]
    assert (found.item, found.kind) == (str(world.followed), "changed")
    assert found.before is not None
    assert found.after is not None
    assert (found.before["text"], found.after["text"]) == (
        ["port = 80", "password = ***"],
        ["port = 8080", "password = ***"],
    )
    assert found.since_at <= found.at
    assert before.changed_at is None
    with open_reader(world.engine.state) as reader:
        told = [event.text for event in events(reader, "far") if event.kind == "change"]
    assert f"Named files: {world.followed} changed" in told
    read_again(world, "far")
    assert len([one for one in world.differences("far") if one.topic == "files"]) == 1


def test_packages_that_have_not_changed_are_not_sent_again(world: World) -> None:
    """The host says that all is as before: the age is new, and the engine has not compared anything."""
    read_again(world, "far")
    found = world.topics("far")["packages"]
    assert found.age_s is not None
    assert (found.failed, found.changed_at) == ("", None)
    assert found.count > 100


def test_a_restart_finds_no_difference(world: World) -> None:
    """What was known before the engine stopped is what the next one compares with."""
    read_again(world, "here")
    known = {name: row.changed_at for name, row in world.topics("here").items()}
    differing = len(world.differences("here"))
    assert world.engine.stop() == 0
    world.engine.start()
    read_again(world, "here")
    # Other tests start and end servers of SSH, which are told of as well.
    moved = {"sockets", "interfaces", "mounts", "units", "routes", "sshdconf"}
    assert {name: at for name, at in known.items() if name not in moved} == {
        name: row.changed_at for name, row in world.topics("here").items() if name not in moved
    }
    assert len([one for one in world.differences("here") if one.topic not in moved]) <= differing


def test_the_command_line_shows_them(world: World) -> None:
    """Topics, items and differences, narrowed as everywhere; what is filtered away is not even unpacked."""
    shown = world.engine.run("show", "facts", "host=here", "topic=accounts", "item=root").stdout
    assert "uid 0" in shown
    assert shown.count("\n") == 2
    assert "packages" in world.engine.run("show", "topics", "host=far").stdout
    told = world.engine.run("show", "differences", "topic=files", "--format", "json").stdout
    assert str(world.followed) in told
    assert os.fspath(world.followed) in world.engine.run("show", "differences", "host=far", "kind=changed").stdout
