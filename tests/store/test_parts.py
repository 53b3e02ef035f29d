"""Parts of all hosts: interfaces, filesystems, checks, as the desk lists them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
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
    assert [row.mount for row in own] == [one["mount"] for one in FILESYSTEMS["filesystems"]]  # type: ignore[attr-defined]
    assert own[0].percent == 91.0
    odd = [row for row in rows if row.host_id == world.ids["c-1"]]
    assert [(row.mount, row.percent, row.state) for row in odd] == [("/x", None, "ok")]


async def test_checks_say_how_each_section_is(world: World, reader: Reader):
    """One row a section of each host that was read."""
    found = {(row.host_id, row.check): row.severity for row in parts.checks(reader)}
    assert found == {
        (world.ids["a-1"], "filesystems"): Severity.OK, (world.ids["c-1"], "filesystems"): Severity.OK,
    }  # fmt: skip


@pytest.mark.parametrize("read", [parts.interfaces, parts.filesystems, parts.checks])
async def test_chunks_give_the_same_as_one_read(world: World, reader: Reader, monkeypatch, read):
    """However few hosts are read at once, nothing is left out and nothing comes twice; and there is an end to it."""
    whole = [(row.host_id, str(row)[:60].split("age_s")[0]) for row in read(reader)]
    monkeypatch.setattr(parts, "CHUNK", 1)
    assert [(row.host_id, str(row)[:60].split("age_s")[0]) for row in read(reader)] == whole
    monkeypatch.setattr(parts, "MOST", 1)
    assert len(read(reader)) == 1
