"""The named hosts of an ssh_config."""

from pathlib import Path

import pytest

from tui_ops.inventory import InventoryError, load, peek_name, ssh_config_of
from tui_ops.inventory.recognise import Kind, must_be_ssh_config, recognise
from tui_ops.inventory.watched import stamps


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ``.ssh`` of a home of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    return tmp_path / ".ssh"


def names(path: Path) -> list[str]:
    """Return the hosts that are watched."""
    return [host.name for host in load(path).hosts]


def test_named_hosts_are_watched_and_patterns_are_not(ssh: Path) -> None:
    """A ``Host`` line may hold several names; stars, negations and ``Match`` name nobody."""
    config = ssh / "config"
    config.write_text(
        "# mine\nUser ops\n\nHost web-1 web-2 *.lan !web-3\n  HostName 10.0.0.1\nhost=db 'quoted'  # the database\n"
        "  ProxyJump web-1\nMatch host never exec true\n  User x\nHost *\n  Port 22\nHost web-1 web-?\n"
    )
    fleet = load(config)
    assert [host.name for host in fleet.hosts] == ["web-1", "web-2", "db", "quoted"]
    # How they are reached stays with the file: the transport asks it by the name.
    assert {(host.address == host.name, host.port, host.user, host.via) for host in fleet.hosts} == {
        (True, None, None, ())
    }
    assert fleet.places["db"].line == 6
    assert (fleet.name, fleet.format, fleet.notes) == ("ssh-config", "ssh_config", ())
    assert peek_name(config) == "ssh-config"


def test_what_can_not_be_watched_is_told(ssh: Path) -> None:
    """A repository gives no shell, and some names can't be names here."""
    config = ssh / "config"
    config.write_text("Host hub\n  User git\nHost a,b\nHost local\nHost good\n")
    fleet = load(config)
    assert [host.name for host in fleet.hosts] == ["good"]
    assert [note.place.line for note in fleet.notes] == [1, 3, 4]
    config.write_text("Host hub\n  User git\nHost *\n")
    with pytest.raises(InventoryError, match="names no host that can be watched") as caught:
        load(config)
    assert [mistake.place.line for mistake in caught.value.mistakes] == [1, 1]


def test_included_files_are_followed_as_openssh_does(ssh: Path) -> None:
    """Relative paths count from ``~/.ssh``, patterns work, what is not there is passed over; all of it is watched."""
    (ssh / "config").write_text(
        "Include config.d/*.conf none ~/more\nHost *\n  Include for-all\nHost a\n  Include inner\n"
        "Match all\nInclude x\n"
    )
    (ssh / "config.d").mkdir()
    (ssh / "config.d/1.conf").write_text("Host one\n")
    (ssh / "config.d/2.txt").write_text("Host not\n")
    (ssh.parent / "more").write_text("Host more\n")
    (ssh / "for-all").write_text("Host all\n")
    (ssh / "inner").write_text("Host inner\n")
    fleet = load(ssh / "config")
    assert [host.name for host in fleet.hosts] == ["one", "more", "all", "a"]
    assert [note.place.line for note in fleet.notes] == [5]
    for new in (ssh / "config.d/3.conf", ssh / "none", ssh / "x"):
        before = load(ssh / "config").files
        new.write_text(f"Host new-{new.stem}\n")
        assert stamps(before) != before
    assert set(names(ssh / "config")) >= {"new-3", "new-none", "new-x"}


def test_includes_that_go_round_are_refused(ssh: Path) -> None:
    """Also a folder or a missing file in an ``Include`` is no reason to fail."""
    (ssh / "config").write_text("Host a\n\nMatch all\nInclude config\n")
    with pytest.raises(InventoryError, match="deep"):
        load(ssh / "config")
    (ssh / "config").write_text("Include . nowhere/*\nHost a\n")
    assert names(ssh / "config") == ["a"]


def test_only_another_file_than_the_users_own_has_to_be_named_to_the_transport(ssh: Path, tmp_path: Path) -> None:
    """OpenSSH's own file is read anyway, together with that of the system."""
    for path in (ssh / "config", tmp_path / "other.conf"):
        path.write_text("Host a\n")
    assert ssh_config_of(load(ssh / "config")) is None
    assert ssh_config_of(load(tmp_path / "other.conf")) == tmp_path / "other.conf"
    assert peek_name(tmp_path / "other.conf") == "other"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("config", "Host a\n", Kind.SSH_CONFIG),
        ("config", "\n# x\n  include=a\n", Kind.SSH_CONFIG),
        ("config", "StrictHostKeyChecking no\nHost a\n", Kind.SSH_CONFIG),
        ("hosts", "host ansible_host=10.0.0.1\n", Kind.ANSIBLE_INI),
        ("hosts", "web-1\nweb-2\n", Kind.ANSIBLE_INI),
        ("hosts", "web-1 ansible_ssh_common_args='-o A: b'\n", Kind.ANSIBLE_INI),
        ("hosts", "# c\n[all:vars]\nx: y\n", Kind.ANSIBLE_INI),
        ("hosts", "[web]\nhost\n", Kind.ANSIBLE_INI),
        ("hosts", "fe80::1\n", Kind.ANSIBLE_INI),
        ("hosts", "all:\n", Kind.ANSIBLE_YAML),
        ("x.yml", "web: {hosts: {a: {}}}\n", Kind.ANSIBLE_YAML),
        ("x.json", '{"web": {"children": {}}}', Kind.ANSIBLE_YAML),
        ("fleet", "hosts:\n  a: 10.0.0.1\n", Kind.OURS),
        ("x.yml", "groups: {vars: {user: x}}\nhosts: {all: local}\n", Kind.OURS),
        ("x.yml", "hosts: [a, b]\n", Kind.OURS),
        ("x.yml", "", Kind.OURS),
        ("x.yml", "nonsense", Kind.OURS),
        ("empty", "", Kind.OURS),
        ("x.yml", "host: {a: b}\n\t", Kind.OURS),
    ],
)  # fmt: skip
def test_a_format_is_told_by_the_content(tmp_path: Path, name: str, text: str, kind: Kind) -> None:
    """Neither a flag nor a name is needed."""
    assert recognise(Path(name), text) is kind
    (tmp_path / name).write_text(text)
    if kind is Kind.SSH_CONFIG:
        must_be_ssh_config(tmp_path / name)
    else:
        with pytest.raises(InventoryError, match="no ssh_config"):
            must_be_ssh_config(tmp_path / name)
