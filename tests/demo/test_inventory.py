"""The files by which an engine finds the fleet."""

import os
from pathlib import Path

import asyncssh
import pytest

from tui_ops.demo.errors import DemoError
from tui_ops.demo.inventory import write_files
from tui_ops.demo.keys import key_file
from tui_ops.demo.story import Story
from tui_ops.demo.wardens import REPORTS
from tui_ops.inventory import load
from tui_ops.model.people import Role


@pytest.mark.parametrize("count", [1, 2, 6, 24, 200])
def test_the_inventory_is_one_of_ours(tmp_path: Path, count: int) -> None:
    """It loads without a mistake and says what the story says, for a fleet of any size."""
    story = Story(1, count)
    fleet = load(write_files(tmp_path / "demo", story, 7722).inventory)
    assert fleet.name == "demo"
    assert [(host.name, host.address, host.port, host.user) for host in fleet.hosts] == [
        (host.name, host.address, 7722, "demo") for host in story.hosts
    ]
    assert [host.via for host in fleet.hosts] == [(host.via,) if host.via else () for host in story.hosts]
    assert all(host.site and host.rack and host.groups for host in fleet.hosts)
    *two, spectator = fleet.operators
    assert [(one.name, one.role) for one in two] == [("anna", Role.APPROVER), ("bert", Role.APPROVER)]
    assert (spectator.role, spectator.user) == (Role.ADMIN, str(os.geteuid()))
    assert all(contact.ways for contact in fleet.oncall.contacts)


def test_services_stand_on_each_other(tmp_path: Path) -> None:
    """A service whose hosts are not in the fleet is left out, and nothing depends on it."""
    services = {one.name: one for one in load(write_files(tmp_path / "all", Story(1), 7722).inventory).services}
    assert services["shop"].depends_on == ("shop-db", "queue", "sessions")
    assert "db-1.lon" in services["shop-db"].hosts
    few = {one.name: one for one in load(write_files(tmp_path / "few", Story(1, 2), 7722).inventory).services}
    assert list(few) == ["shop", "shop-db"]
    assert few["shop"].depends_on == ("shop-db",)


def test_backups_are_of_hosts_that_are_there(tmp_path: Path) -> None:
    """And one job is that which the demo's people report."""
    jobs = load(write_files(tmp_path / "all", Story(1), 7722).inventory).heartbeats
    assert {(one.name, one.backs_up) for one in jobs} == {("queues", ("mq-1.lon",)), ("sessions", ("cache-1.lon",))}
    assert REPORTS in {one.name for one in jobs}
    assert load(write_files(tmp_path / "few", Story(1, 2), 7722).inventory).heartbeats == ()


def test_only_trusted_keys_are_known(tmp_path: Path) -> None:
    """Every host's key but one stands in known_hosts, under its address and port."""
    story = Story(1)
    files = write_files(tmp_path, story, 7722)
    known = asyncssh.read_known_hosts(str(files.known_hosts))
    for host in story.hosts:
        trusted, *_ = known.match(host.address, "", 7722)
        key = asyncssh.read_private_key(files.host_key(host.name))
        assert [one.public_data for one in trusted] == ([] if host.name == "ci-02.nyc" else [key.public_data])


def test_the_ssh_configuration_names_the_demos_key(tmp_path: Path) -> None:
    """asyncssh reads from it the user, the key and the known hosts, also from a folder with a blank in its name."""
    files = write_files(tmp_path / "a folder", Story(1, 1), 7722)
    options = asyncssh.SSHClientConnectionOptions(config=[str(files.ssh_config)], host="127.77.0.1")
    assert options.config.get("User") == "demo"
    assert options.config.get("IdentityFile") == [str(files.client_key)]
    assert options.config.get("UserKnownHostsFile") == [str(files.known_hosts)]


def test_keys_are_kept_and_private(tmp_path: Path) -> None:
    """A demo that is kept finds its keys again; nobody else reads them."""
    folder = tmp_path / "demo"
    first, second = (write_files(folder, Story(1, 2), port) for port in (7722, 7723))
    assert first.client_key.read_bytes() == second.client_key.read_bytes()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert first.client_key.stat().st_mode & 0o777 == first.host_key("db-1.lon").stat().st_mode & 0o777 == 0o600
    assert "]:7723 " in second.known_hosts.read_text()


def test_what_is_no_key_is_told(tmp_path: Path) -> None:
    """A broken key file is named, with what to do."""
    path = tmp_path / "id_ed25519"
    path.write_text("no key")
    with pytest.raises(DemoError, match=r"id_ed25519.*remove it"):
        key_file(path)
    with pytest.raises(DemoError, match="can't write"):
        write_files(path / "below-a-file", Story(1, 1), 7722)
