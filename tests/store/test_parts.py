"""Parts of all hosts: interfaces, filesystems, checks, as the desk lists them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support import host_documents
from support.desk_world import FILESYSTEMS, Case, World

from tui_ops.model.states import Severity
from tui_ops.store.paths import StatePaths
from tui_ops.store.views import parts
from tui_ops.store.views.connect import Reader, open_reader

ODD: dict[str, object] = {"filesystems": ["no object", {"mount": "/x", "percent": "many", "state": None}]}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Three hosts: one ordinary, one never read, one whose document is odd."""
    cases = [Case("a-1"), Case("b-1", age_s=None), Case("c-1", document=ODD)]
    made = await World(tmp_path / "state").build(cases)
    yield made
    await made.close()


@pytest.fixture
def reader(world: World):
    with open_reader(StatePaths(world.root)) as opened:
        yield opened


async def test_interfaces_come_with_their_rates(world: World, reader: Reader):
    """One row an interface, both directions, errors and drops summed; a host never read has none."""
    rows = {row.host_id: row for row in parts.interfaces(reader)}
    one = rows[world.ids["a-1"]]
    assert (one.name, one.rx, one.tx, one.errors, one.drops) == ("eth0", 2.6e7, 4.2e6, 0.0, 0.0)
    assert one.age_s is not None
    assert world.ids["b-1"] not in rows


async def test_filesystems_come_with_what_is_known_of_them(world: World, reader: Reader):
    """One row a mount; what a document lacks is unknown, and what is no object is left out."""
    rows = parts.filesystems(reader)
    own = [row for row in rows if row.host_id == world.ids["a-1"]]
    assert [row.name for row in own] == [one["mount"] for one in FILESYSTEMS["filesystems"]]  # type: ignore[attr-defined]
    assert own[0].entry.number("percent") == 91.0
    odd = [row for row in rows if row.host_id == world.ids["c-1"]]
    assert [(row.name, row.entry.number("percent"), row.entry.text("state")) for row in odd] == [("/x", None, "")]


async def test_links_arrays_and_disks_come_with_them(tmp_path: Path):
    """An interface has its rates and its link, by name; arrays and disks stand beside the filesystems."""
    failed = {"units": "timed out after 10 s"}
    case = Case(
        "d-1", sections={name: host_documents.ALL[name] for name in ("interfaces", "arrays", "smart")}, failed=failed
    )
    old = Case("e-1", sections={"interfaces": host_documents.INTERFACES}, age_s=40 * 10_000.0)
    made = await World(tmp_path / "other").build([case, old])
    with open_reader(StatePaths(made.root)) as reader:
        found = {(row.host_id, row.name): row for row in parts.interfaces(reader)}
        storage = [(row.kind, row.name) for row in parts.filesystems(reader) if row.host_id == made.ids["d-1"]]
        checks = {row.check: row for row in parts.checks(reader) if row.host_id == made.ids["d-1"]}
    await made.close()
    one, other = found[made.ids["d-1"], "eth0"], found[made.ids["d-1"], "eth1"]
    assert (one.rx, one.link.number("speed_mbit")) == (2.6e7, 10000)
    assert (other.rx, other.errors, other.link.flag("carrier")) == (None, None, False)
    assert {name for host, name in found if host == made.ids["e-1"]} == {"eth0"}, "a link read so long ago says nothing"
    assert [one for one in storage if one[0] != "fs"] == [
        ("md", "md0"), ("md", "md1"), ("zfs", "tank"), ("disk", "/dev/sda"), ("disk", "/dev/sdb"),
        ("disk", "/dev/nvme0"),
    ]  # fmt: skip
    assert (checks["units"].failed, checks["units"].text) == (True, "timed out after 10 s")
    assert not checks["arrays"].failed


async def test_checks_say_how_each_section_is(world: World, reader: Reader):
    """One row a section of each host that was read."""
    found = {(row.host_id, row.check): row.severity for row in parts.checks(reader)}
    assert found == {
        (world.ids["a-1"], "filesystems"): Severity.OK, (world.ids["c-1"], "filesystems"): Severity.OK,
    }  # fmt: skip


async def test_an_engine_takes_over_checks_of_the_inventory_alone(tmp_path: Path):
    """Sections of the readings are as many again as there are hosts, and their judgements are no checks."""
    names = ("check:a", "check:b", "checks", "check", "check;", "units")
    case = Case("d-1", sections={name: {"since": 7.0} for name in names})
    made = await World(tmp_path / "other").build([case])
    with open_reader(StatePaths(made.root)) as reader:
        found = parts.kept_checks(reader)
        assert [(row.host_id, row.check, row.document.number("since")) for row in found] == [
            (made.ids["d-1"], "check:a", 7.0), (made.ids["d-1"], "check:b", 7.0),
        ]  # fmt: skip
        assert found[0].age_s is not None
    await made.close()


@pytest.mark.parametrize("read", [parts.interfaces, parts.filesystems, parts.checks])
async def test_chunks_give_the_same_as_one_read(world: World, reader: Reader, monkeypatch, read):
    """However few hosts are read at once, nothing is left out and nothing comes twice; and there is an end to it."""
    whole = [(row.host_id, str(row)[:60].split("age_s")[0]) for row in read(reader)]
    monkeypatch.setattr(parts, "CHUNK", 1)
    assert [(row.host_id, str(row)[:60].split("age_s")[0]) for row in read(reader)] == whole
    monkeypatch.setattr(parts, "MOST", 1)
    assert len(read(reader)) == 1
