"""Conditions of steps over a real store: what the inventory says, what was read, and what nobody knows."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tui_ops.engine.change.conditions import Conditions
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import Fleet, HostSpec, ServiceSpec
from tui_ops.plans.when import NotKnown
from tui_ops.store.facts import FactWrite
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer

FLEET = Fleet(
    "shop",
    (HostSpec("web-1", "web-1", "10.0.0.1", site="lon", groups=("web",), labels=(("role", "canary"),)),
     HostSpec("db-1", "db-1", "10.0.0.2")),
    services=(ServiceSpec("shop", hosts=("web-1",)),),
)  # fmt: skip


@pytest.fixture
def paths() -> Iterator[StatePaths]:
    """A state directory; preparing one sets the process's umask, which is given back."""
    before = os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="tui-ops-when-") as folder:
        found = prepare(Path(folder) / "state")
        upgrade(found)
        yield found
    os.umask(before)


@pytest.fixture
async def writer(paths: StatePaths) -> AsyncIterator[Writer]:
    """A store that knows the two hosts."""
    made = await Writer.open(paths)
    await made.act(lambda session: sync_fleet(session, FLEET, 1.0))
    yield made
    await made.close()


def read(host_id: int, topic: str, items: dict[str, Fields]) -> FactWrite:
    return FactWrite(host_id, topic, 3600.0, 10.0, FactReading(topic, items), "", topic)


async def test_what_the_inventory_says(writer: Writer, paths: StatePaths) -> None:
    with open_reader(paths) as reader:
        asked = Conditions(lambda: FLEET, reader)
        assert asked.applies("web-1", "")
        assert asked.applies("web-1", 'group("web") and service("shop") and label("role") == "canary"')
        assert asked.applies("web-1", 'host == "web-1" and address == "10.0.0.1" and site == "lon"')
        assert not asked.applies("db-1", 'group("web") or service("shop")')
        assert asked.address_of("db-1") == "10.0.0.2"


async def test_what_was_read_of_this_host(writer: Writer, paths: StatePaths) -> None:
    """And of no other; what comes later counts at once."""
    await writer.facts([read(1, "packages", {"nginx": {"version": "1.9"}}), read(2, "packages", {})])
    with open_reader(paths) as reader:
        asked = Conditions(lambda: FLEET, reader)
        assert asked.applies("web-1", 'installed("nginx") and version("nginx") < "1.10"')
        assert not asked.applies("db-1", 'installed("nginx")')
        await writer.facts([read(2, "packages", {"nginx": {"version": "2"}})])
        assert asked.applies("db-1", 'installed("nginx")')


@pytest.mark.parametrize(
    ("host", "when", "said"),
    [
        ("web-1", 'installed("nginx")', "what is installed of web-1 is not known"),
        ("gone-1", 'group("web")', "gone-1 is not in the inventory any more"),
        ("web-1", "nonsense (", "the condition of the step can't be read"),
    ],
)
async def test_what_nobody_can_say_is_no_answer(
    writer: Writer, paths: StatePaths, host: str, when: str, said: str
) -> None:
    with open_reader(paths) as reader, pytest.raises(NotKnown, match=said):
        Conditions(lambda: FLEET, reader).applies(host, when)
