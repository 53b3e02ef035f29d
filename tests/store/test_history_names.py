"""Which series a host has: in rows, in chunks alone, in minutes and hours alone, and not of another host or time."""

from support.history_world import World, end_of

from tui_ops.model.metrics import Key
from tui_ops.model.readings import Reading
from tui_ops.store.samples import SampleWrite
from tui_ops.store.views.historynames import known_series

BEGIN = 1_700_006_400.0
RX, LOAD = ("net.rx_bytes", "eth0", True), ("load.1", "", False)
COUNT = 60


def known(world: World, host: int = 1, start: float = BEGIN, end: float = BEGIN + 3600) -> set[tuple[str, str, bool]]:
    return known_series(world, host, start, end)  # type: ignore[arg-type]


def written() -> World:
    """Ten minutes of two hosts, the second with a filesystem."""
    world = World()
    counters, gauges = {RX[:2]: 5}, {LOAD[:2]: 1.0}
    disk: dict[Key, float] = {("fs.used", "/"): 1.0}
    for n in range(COUNT):
        world.write([
            SampleWrite(BEGIN + 10 * n, 1, Reading(100.0 + 10 * n, "b", None, counters, gauges)),
            SampleWrite(BEGIN + 10 * n, 2, Reading(100.0 + 10 * n, "b", None, {}, disk)),
        ])  # fmt: skip
    return world


def test_wherever_they_are_kept_they_are_known() -> None:
    """First rows, then chunks, then nothing but minutes and hours; each time the same answer."""
    world = written()
    assert known(world) == {RX, LOAD}
    world.roll_up()
    assert world.dump()["sample"] == []
    assert known(world) == {RX, LOAD}
    world.condense(1, end_of(BEGIN))
    world.connection.execute("DELETE FROM chunk")
    assert known(world) == {RX, LOAD}
    world.connection.execute("DELETE FROM block")
    assert known(world) == set()


def test_of_another_host_or_another_time_nothing_is_known() -> None:
    """A host has its own, a year before there was none, and a name alone is no series of a host."""
    world = written()
    assert known(world, 2) == {("fs.used", "/", False)}
    world.roll_up()
    assert known(world, 2) == {("fs.used", "/", False)}
    assert known(world, 3) == set()
    assert known(world, 1, BEGIN - 400 * 86400, BEGIN - 300 * 86400) == set()
    assert known(world, 1, BEGIN + 300 * 86400, BEGIN + 400 * 86400) == set()
