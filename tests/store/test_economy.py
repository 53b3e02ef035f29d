"""What a look at the store costs: as much as has changed, however many hosts there are. Counted in steps of SQLite."""

from collections.abc import Awaitable, Callable

from tui_ops.model.clock import Stamp
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState, Severity
from tui_ops.store.live import LatestWrite
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.hosts import hosts, reage
from tui_ops.store.writer import Writer

Sync = Callable[..., Awaitable[object]]

MANY = 400


def up(host_id: int, at: float) -> LatestWrite:
    return LatestWrite(
        host_id,
        HostState.UP,
        "",
        Severity.OK,
        1.0,
        Stamp(at, at),
        Stamp(at, at),
        values={"cpu": at},
        sparks=b"s" * 1000,
    )


def steps(reader: Reader, look: Callable[[], object]) -> int:
    """Return how many instructions of SQLite's machine a look takes."""
    count = 0

    def counted() -> int:
        nonlocal count
        count += 1
        return 0

    reader.read(lambda connection: connection.set_progress_handler(counted, 1))
    look()
    reader.read(lambda connection: connection.set_progress_handler(None, 0))
    return count


async def test_what_has_not_changed_is_not_read(writer: Writer, paths: StatePaths, sync: Sync) -> None:
    """One reading among many hosts, and none, are a small part of reading them all."""
    await sync(*(HostSpec(f"h{n:03}", f"h{n:03}", "x") for n in range(MANY)))
    await writer.write_latest([up(host_id, 100.0) for host_id in range(1, MANY + 1)])
    with open_reader(paths) as reader:
        newest = max(row.version for row in hosts(reader))
        whole = steps(reader, lambda: hosts(reader))
        assert steps(reader, lambda: hosts(reader, newest)) < whole / 50
        await writer.write_latest([up(7, 110.0), up(3, 110.0)])
        found: list[str] = []
        one = steps(reader, lambda: found.extend(row.name for row in hosts(reader, newest)))
        assert one < whole / 50
        assert found == ["h002", "h006"], "by name, as ever"


async def test_a_host_that_shows_what_is_kept_is_not_judged_again(
    writer: Writer, paths: StatePaths, sync: Sync
) -> None:
    """While its reading is fresh only its age changes; with the first period missed it is judged."""
    await sync(HostSpec("a", "a", "x"))
    await writer.write_latest([up(1, 100.0)])
    with open_reader(paths) as reader:
        row = hosts(reader, present=Stamp(101.0, 101.0))[0]
    values = row.values
    assert reage([row], Stamp(109.0, 109.0)) == []
    assert (row.age_s, row.state, row.values is values) == (9.0, HostState.UP, True)
    assert reage([row], Stamp(140.0, 140.0)) == [row]
    assert row.state is HostState.STALE
    assert reage([row], Stamp(109.0, 109.0)) == [row]
    assert (row.state, row.reason) == (HostState.UP, "")
