"""Ansible's inventories as they are, each a folder of data: the inventory, Ansible's answer, and the fleet of it.

To add a case: put the inventory there, record its answer (see test_against_ansible.py) and write ``fleet.txt``.
"""

import contextlib
import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.ansible_cases import cases, ours, source, theirs
from support.fleets import rendered

from tui_ops.inventory import InventoryError, load, peek_name
from tui_ops.inventory.foreign.ssharguments import read_arguments
from tui_ops.inventory.locate import is_fleet_name
from tui_ops.inventory.watched import stamps
from tui_ops.inventory.wrong import Wrong

BAD = sorted(path for path in (Path(__file__).parent / "bad").iterdir() if path.suffix != ".txt")


@pytest.mark.parametrize("case", cases(), ids=lambda path: path.name)
def test_hosts_groups_and_connection_variables_are_those_of_ansible(case: Path) -> None:
    """What is read here equals what ``ansible-inventory --list`` said."""
    assert ours(case) == theirs((case / "answer.json").read_text())


@pytest.mark.parametrize("case", cases(), ids=lambda path: path.name)
def test_what_becomes_of_it(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hosts with their jump hosts and keys, and everything that is left out, with its place."""
    monkeypatch.setenv("HOME", "/home/alice")
    fleet = load(source(case))
    said = rendered(fleet) + "".join(f"note {note}\n" for note in fleet.notes)
    assert said.replace(f"{case}/", "") == (case / "fleet.txt").read_text()


@pytest.mark.parametrize("file", BAD, ids=lambda path: path.name)
def test_every_mistake_has_its_place(file: Path) -> None:
    """What Ansible would only warn of is refused as a whole, each mistake with its line."""
    with pytest.raises(InventoryError) as caught:
        load(Path(file.name), file.read_text())
    assert caught.value.report(excerpts=True) + "\n" == file.with_name(f"{file.name}.txt").read_text()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("shop.ini", "shop"), ("hosts", "{folder}"), ("prod/hosts.yml", "prod"), ("prod/inventory/hosts", "prod"),
        ("Prod Site/hosts.ini", "prod-site"),
    ],
)  # fmt: skip
def test_a_fleet_is_called_as_its_file_or_the_folder_around_it(tmp_path: Path, path: str, name: str) -> None:
    """``hosts`` says nothing, and two files of that name must not share one history."""
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("all:\n  hosts:\n    a:\n" if file.suffix == ".yml" else "[web]\na\n")
    found = peek_name(file)
    assert found == load(file).name
    assert found == name.format(folder=tmp_path.name.lower())
    assert is_fleet_name(found)


@pytest.mark.parametrize(
    ("name", "text"),
    [("dynamic.py", "#!/usr/bin/env python3\nprint()\n"), ("aws.yml", "plugin: aws_ec2\n"), ("x.toml", "[web]\n")],
)
def test_a_dynamic_inventory_is_refused_with_what_to_do(tmp_path: Path, name: str, text: str) -> None:
    """A program is never run; Ansible can write down what it says. So it is within a folder."""
    (tmp_path / name).write_text(text)
    for path in (tmp_path / name, tmp_path):
        with pytest.raises(InventoryError, match=rf"ansible-inventory -i \S+{name} --list --yaml > hosts.yaml"):
            load(path)


def test_an_encrypted_file_of_variables_is_left_out_and_an_encrypted_inventory_refused(tmp_path: Path) -> None:
    """The vault is said where it is met."""
    (tmp_path / "hosts").write_text("[web]\na\n")
    (tmp_path / "group_vars/web").mkdir(parents=True)
    (tmp_path / "group_vars/web/vault.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    (tmp_path / "group_vars/web/plain.yml").write_text("ansible_user: ops\n")
    fleet = load(tmp_path / "hosts")
    assert fleet.hosts[0].user == "ops"
    assert [note.place.file for note in fleet.notes] == [str(tmp_path / "group_vars/web/vault.yml")]
    (tmp_path / "hosts").write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    with pytest.raises(InventoryError, match="encrypted by ansible-vault"):
        load(tmp_path / "hosts")


def test_every_file_that_was_looked_at_is_known(tmp_path: Path) -> None:
    """A change of any of them can be noticed, also of what is not there yet, and also after a mistake."""
    (tmp_path / "hosts").write_text("[web]\na\n")
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars/a.yml").write_text("ansible_port: 22\n")
    files = load(tmp_path / "hosts").files
    assert {str(Path(path).relative_to(tmp_path)) for path in files} == {
        "hosts", "group_vars", "host_vars", "host_vars/a.yml"
    }  # fmt: skip
    assert stamps(files) == files
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/all").write_text("ansible_user: [\n")
    assert stamps(files) != files
    with pytest.raises(InventoryError) as caught:
        load(tmp_path / "hosts")
    assert str(tmp_path / "group_vars/all") in caught.value.files


def test_a_secret_of_an_inventory_is_never_shown(tmp_path: Path) -> None:
    """Neither in notes nor in the report of a mistake, with its excerpt."""
    for name, text in (
        ("hosts", "[web]\na ansible_password='hunter2' oops\n"),
        ("hosts.yml", "all:\n  hosts:\n    a: {ansible_password: hunter2\n"),
        ("good", "[web]\na ansible_password=hunter2 ansible_ssh_pass='{{ hunter2 }}'\n"),
    ):
        (tmp_path / name).write_text(text)
        try:
            fleet = load(tmp_path / name)
        except InventoryError as error:
            said = error.report(excerpts=True)
        else:
            said = repr(fleet) + "".join(map(str, fleet.notes))
            assert len(fleet.notes) == 2
        assert "hunter2" not in said


PIECES = st.sampled_from(
    [
        *("[web]\n", "[web:vars]\n", "[web:children]\n", "[db]\n", "[all:vars]\n", "web\n", "db\n", "a\n", "b:22\n"),
        *("a ansible_host=10.0.0.1\n", "ansible_user=x\n", "c[1:3]\n", "[::1]:22\n", "x='\n", "ansible_port=x # y\n"),
        *(
            "a ansible_ssh_common_args='-J b'\n",
            "b ansible_ssh_common_args='-J a'\n",
            "tui_ops_site=x\n",
            "\\\n",
            "[\n",
        ),
        *(
            "all:\n",
            "  hosts:\n",
            "    a: {ansible_port: 22}\n",
            "  children: &x\n",
            "  vars:\n",
            "    web: *x\n",
            "- ",
        ),
        *("    ansible_user: !vault x\n", "ungrouped: {hosts: {a: {}}}\n", "\t", "    <<: *x\n", "tui_ops_rack=x\n"),
    ]
)
"""What such inventories are made of, so that chance gets further than the first line."""


def outcome(text: str, name: str) -> None:
    """Load a text and ask its name; anything but a fleet and the one error is raised."""
    try:
        load(Path(name), text)
    except InventoryError as error:
        found = error
    else:
        return
    assert found.mistakes
    assert found.report(excerpts=True).replace("\n", "").isprintable() or not text.isprintable()


@settings(deadline=None)
@given(st.text() | st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["hosts", "hosts.ini", "hosts.yml"]))
@example("[a:children]\nb\n[b:children]\na\n", "hosts")
@example("[a]\n" + "h[0:999999999]\n", "hosts")
@example("[a]\n" + "h[0:99][0:99][0:99]\n", "hosts")
@example("[a]\nx ansible_port=" + "(" * 400 + "\n", "hosts")
@example("[a]\nx ansible_port=0x" + "f" * 400 + "\n", "hosts")
@example("[a]\nx ansible_host='\x1b[2J\u202e'\n", "hosts")
@example("all: {hosts: {a: {ansible_port: 0x" + "f" * 400 + "}}}", "hosts.yml")
@example("all: {hosts: {a: {ansible_port: 2024-99-99}}}", "hosts.yml")
@example("all: {children: " * 40 + "}" * 40, "hosts.yml")
@example("all: {hosts: {? [a] : b}}", "hosts.yml")
@example("Host a\nInclude ~nobody/x \x00\n", "config")
def test_any_text_is_a_fleet_or_a_report(text: str, name: str) -> None:
    """No text raises anything but the one error."""
    outcome(text, name)


@settings(deadline=None)
@given(st.binary(), st.sampled_from(["hosts", "group_vars/all", "host_vars/a.yml"]))
@example(b"\x7fELF\x00", "hosts")
@example(b"$ANSIBLE_VAULT;", "group_vars/all")
def test_any_bytes_are_a_fleet_or_a_report(data: bytes, name: str) -> None:
    """Neither does any file, of the inventory or beside it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "hosts").write_text("[web]\na\n")
        file = Path(folder) / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
        for read in (load, peek_name):
            with contextlib.suppress(InventoryError):
                read(Path(folder) / "hosts")
        with contextlib.suppress(InventoryError):
            load(Path(folder))


WORDS = st.sampled_from(
    [
        "-J",
        "-o",
        "ProxyJump=a",
        "ProxyCommand=ssh -W %h:%p",
        "-W",
        "a,b",
        "-",
        "--",
        "'",
        "-p22",
        "%h:%p",
        "ssh://",
        "@",
    ]
)


@settings(deadline=None)
@given(st.text() | st.lists(WORDS, max_size=10).map(" ".join))
def test_any_arguments_are_read_or_refused(text: str) -> None:
    """No arguments for ssh raise anything but a refusal, and none give a jump host that looks like an option."""
    with contextlib.suppress(Wrong):
        assert not any(hop.startswith("-") or not hop for hop in read_arguments(text).hops or ())


@pytest.mark.parametrize(
    "text",
    [
        "[a:children]\n" + "\n".join(f"g{n}" for n in range(30_000)),
        "\n".join(f"[g{n}]\nh[1:2000]" for n in range(1000)),
        "[x]\nh[1:9000]\n" + "\n".join(f"[g{n}:children]\n{'x' if n == 0 else f'g{n - 1}'}" for n in range(2000)),
        "\n".join(f"h{n}[1:500]" for n in range(50)),
    ],
    ids=["groups", "members", "depth", "hosts"],
)
def test_small_files_do_not_grow_in_memory(text: str) -> None:
    """What ranges and nesting multiply is bounded, and told."""
    began = time.process_time()
    with pytest.raises(InventoryError):
        load(Path("hosts"), text)
    assert time.process_time() - began < 20


def test_folders_and_what_is_no_file_are_told(tmp_path: Path) -> None:
    """An empty folder, one that contains itself, and a pipe among variables end in the one error."""
    with pytest.raises(InventoryError, match="no host that can be watched"):
        load(tmp_path)
    (tmp_path / "hosts").write_text("[web]\na\n")
    (tmp_path / "loop").symlink_to(tmp_path)
    with pytest.raises(InventoryError, match="folders lie more than"):
        load(tmp_path)
    (tmp_path / "loop").unlink()
    (tmp_path / "host_vars").mkdir()
    os.mkfifo(tmp_path / "host_vars/a")
    with pytest.raises(InventoryError, match="not a regular file"):
        load(tmp_path)


def test_ten_thousand_hosts_are_read_within_seconds() -> None:
    """A large inventory costs seconds, not minutes."""
    text = "[web]\n" + "\n".join(f"h{n} ansible_host=10.0.{n // 250}.{n % 250} ansible_port=22" for n in range(10_000))
    began = time.process_time()
    assert len(load(Path("hosts"), text + "\n[web:vars]\nansible_ssh_common_args='-J gate'\n").hosts) == 10_000
    assert time.process_time() - began < 10
