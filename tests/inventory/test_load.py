"""What a fleet carries besides its parts, and how long a large file takes."""

import hashlib
import time
from pathlib import Path

import pytest

from tui_ops.inventory import InventoryError, load
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.fleet import Place

ROOT = Path(__file__).parents[2]


def test_a_fleet_knows_its_file(tmp_path: Path) -> None:
    """Source, digest of the bytes and the place of each host come along; hosts of a range share theirs."""
    file = tmp_path / "f.yaml"
    data = "\ufeffhosts:\r\n  a: local\r\n  b-[1:2]: {address: '10.0.0.[1:2]'}\r\n".encode()
    file.write_bytes(data)
    fleet = load(file)
    assert fleet.source == str(file)
    assert fleet.digest == hashlib.sha256(data).hexdigest()
    assert fleet.places == {
        "a": Place(str(file), 2, 3),
        "b-1": Place(str(file), 3, 3),
        "b-2": Place(str(file), 3, 3),
    }


def test_text_that_is_given_is_not_read_from_disk() -> None:
    """A caller that holds the text gets the fleet without the file."""
    assert load(Path("/nowhere/f.yaml"), "hosts: {a: local}").hosts[0].is_local


def test_the_error_speaks_as_all_errors_do() -> None:
    """One mistake is the message itself, several are counted; as text they are all told."""
    with pytest.raises(TuiOpsError) as one:
        load(Path("f.yaml"), "hosts: {a: {port: x}}")
    assert one.value.message == "'x' is not a port"
    assert one.value.hint == "write a number from 1 to 65535"
    with pytest.raises(InventoryError) as two:
        load(Path("f.yaml"), "hosts: {a: {port: x}, b: {port: y}}")
    assert two.value.message == "2 mistakes in f.yaml"
    assert str(two.value).splitlines() == [str(mistake) for mistake in two.value.mistakes]


def test_the_caret_stands_below_the_place() -> None:
    """Wide characters take two cells, and a long line is cut around its mistake."""
    with pytest.raises(InventoryError) as caught:
        load(Path("f.yaml"), "hosts: {a: {labels: {x: 東京}, port: x}}")
    line, caret = caught.value.report(excerpts=True).splitlines()[1:]
    assert line[caret.index("^") - 2 :].startswith("x}")
    with pytest.raises(InventoryError) as far:
        load(Path("f.yaml"), "hosts: {a: {labels: {x: " + "y" * 150 + "}, port: x}}")
    line, caret = far.value.report(excerpts=True).splitlines()[1:]
    assert line[caret.index("^") :].startswith("x}")


def test_the_sample_is_right_as_it_stands_and_with_every_example_in_it() -> None:
    """The first file a person sees loads, watches this machine, and its commented examples are correct."""
    text = (ROOT / "sample_inventory.yaml").read_text()
    fleet = load(ROOT / "sample_inventory.yaml")
    assert fleet.name == "sample"
    assert [host.is_local for host in fleet.hosts] == [True]
    head, body = text.split("\n\n", 1)
    shown = [line.replace("# ", "", 1) if line.lstrip().startswith("# ") else line for line in body.splitlines()]
    whole = load(Path("sample.yaml"), "\n".join([head, *shown]))
    assert len(whole.hosts) == 23
    assert len(whole.operators) == 2
    assert [contact.person for contact in whole.oncall.contacts] == ["alice", "bob"]
    assert whole.oncall.policies
    assert whole.door is not None
    assert [beat.name for beat in whole.heartbeats] == ["dump"]


@pytest.mark.parametrize("text", ["a\x00b: c\n", "a: \x1b[0m\n"])
def test_a_character_that_yaml_forbids_has_a_place(text: str) -> None:
    """A control character is told where it stands."""
    with pytest.raises(InventoryError) as caught:
        load(Path("f.yaml"), "hosts:\n  " + text)
    assert caught.value.mistakes[0].place.line == 2


def test_wrong_bytes_have_a_place(tmp_path: Path) -> None:
    """A file in Latin-1 is told by the first byte that is not UTF-8."""
    file = tmp_path / "f.yaml"
    file.write_bytes("hosts:\n  é: x\n".encode() + "  ü: y\n".encode("latin-1"))
    with pytest.raises(InventoryError, match=r":3:3: the byte 0xfc is not UTF-8"):
        load(file)


def test_a_thousand_hosts_load_within_a_second() -> None:
    """A thousand hosts written out, each with seven keys, take less than a second of CPU; the best of three tries."""
    host = "{address: 10.0.0.%d, site: s, rack: r, groups: [web, all], labels: {a: b, c: d}, via: j, period: 5s}"
    text = "sites: {s: {racks: [r]}}\nhosts:\n  j: 10.1.1.1\n" + "".join(
        f"  h-{n}: {host % (n % 256)}\n" for n in range(1000)
    )
    took = []
    for _ in range(3):
        began = time.process_time()
        assert len(load(Path("f.yaml"), text).hosts) == 1001
        took.append(time.process_time() - began)
    assert min(took) < 1
