"""Facts: the first reading is no change, what differs is kept and dated, what was not looked at stays."""

import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest

from tui_ops.model.clock import Stamp
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import HostSpec
from tui_ops.store import facts as writing
from tui_ops.store.facts import FactWrite
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.facts import DifferenceRow, differences, items, topics, unpacked
from tui_ops.store.views.lists import events
from tui_ops.store.writer import Writer

Sync = Callable[..., Awaitable[object]]

BASH: Fields = {"version": "5.1"}


def write(at: float, found: FactReading | None, why: str = "", host_id: int = 1) -> FactWrite:
    return FactWrite(host_id, "packages", 3600.0, at, found, why, "Packages", frozenset({"seen"}))


def read(*packages: tuple[str, Fields], unread: tuple[str, ...] = (), fields: tuple[str, ...] = ()) -> FactReading:
    return FactReading("packages", dict(packages), unread, fields)


@pytest.fixture
async def kept(writer: Writer, sync: Sync) -> Writer:
    await sync(HostSpec("web-1", "web-1", "x"), HostSpec("web-2", "web-2", "y"))
    return writer


def told(paths: StatePaths, host: str | None = None) -> list[DifferenceRow]:
    with open_reader(paths) as reader:
        return differences(reader, host)


async def test_the_first_reading_differs_from_nothing(kept: Writer, paths: StatePaths) -> None:
    assert await kept.facts([write(10.0, read(("bash", BASH)))]) == []
    assert told(paths) == []
    with open_reader(paths) as reader:
        (topic,) = topics(reader, present=Stamp(70.0, 0.0))
        (row,) = items(reader)
    assert (topic.host, topic.count, topic.age_s, topic.changed_at, topic.failed) == ("web-1", 1, 60.0, None, "")
    assert (row.item, row.fields) == ("bash", BASH)


async def test_every_difference_is_kept_and_dated(kept: Writer, paths: StatePaths) -> None:
    """New, gone and changed, with the moment of the reading that saw it and of the one before; and one event."""
    await kept.facts([write(10.0, read(("bash", BASH), ("vim", {"version": "9"})))])
    await kept.facts([write(20.0, read(("bash", {"version": "5.2"}), ("curl", {"version": "8"})))])
    found = {one.item: one for one in told(paths)}
    assert {name: one.kind for name, one in found.items()} == {"bash": "changed", "curl": "new", "vim": "gone"}
    assert (found["bash"].before, found["bash"].after) == ({"version": "5.1"}, {"version": "5.2"})
    assert {(one.since_at, one.at) for one in found.values()} == {(10.0, 20.0)}
    with open_reader(paths) as reader:
        assert next(event.text for event in events(reader)) == "Packages: bash changed, curl new, vim gone"
        assert topics(reader)[0].changed_at == 20.0


async def test_a_reading_that_says_the_same_only_renews_the_age(kept: Writer, paths: StatePaths) -> None:
    """Also where the host sends nothing because all is as before."""
    await kept.facts([write(10.0, read(("bash", BASH)))])
    await kept.facts([write(20.0, read(("bash", BASH))), write(30.0, None)])
    with open_reader(paths) as reader:
        (topic,) = topics(reader, present=Stamp(35.0, 0.0))
    assert (topic.age_s, told(paths)) == (5.0, [])


async def test_what_failed_leaves_everything_with_its_age(kept: Writer, paths: StatePaths) -> None:
    await kept.facts([write(10.0, read(("bash", BASH))), write(20.0, None, "dpkg-query is missing")])
    with open_reader(paths) as reader:
        (topic,) = topics(reader, present=Stamp(25.0, 0.0))
        assert (topic.age_s, topic.failed, topic.tried_at) == (15.0, "dpkg-query is missing", 20.0)
        assert [row.item for row in items(reader)] == ["bash"]
    await kept.facts([write(30.0, None, "again", host_id=2)])
    with open_reader(paths) as reader:
        assert [(one.host, one.age_s) for one in topics(reader, lambda name: name == "web-2")] == [("web-2", None)]


async def test_what_was_not_looked_at_is_not_gone(kept: Writer, paths: StatePaths) -> None:
    """Keys of alice take privilege that is missing today; her one key stays, and comes back without a difference."""
    alice: tuple[str, Fields] = ("alice SHA256:a", {"type": "ed25519", "state": "locked"})
    root: tuple[str, Fields] = ("root SHA256:r", {"type": "rsa"})
    await kept.facts([write(10.0, read(alice, root))])
    await kept.facts([write(20.0, read(root, unread=("alice ",)))])
    await kept.facts([write(30.0, read(("alice SHA256:a", {"type": "ed25519"}), root, fields=("state",)))])
    assert told(paths) == []
    await kept.facts([write(40.0, read(root))])
    assert [(one.item, one.kind, one.before) for one in told(paths)] == [("alice SHA256:a", "gone", alice[1])]


async def test_what_may_be_read_from_now_on_is_not_new(kept: Writer, paths: StatePaths) -> None:
    """A drop-in is installed: keys and states of passwords come into sight, and nobody is told that they are new."""
    root: tuple[str, Fields] = ("root SHA256:r", {"type": "rsa"})
    await kept.facts([write(10.0, read(root, unread=("alice ",), fields=("state",)))])
    seen: tuple[str, Fields] = ("alice SHA256:a", {"type": "ed25519", "state": "locked"})
    await kept.facts([write(20.0, read(seen, ("root SHA256:r", {"type": "rsa", "state": "set"})))])
    assert told(paths) == []
    await kept.facts([write(30.0, read(seen, ("root SHA256:r", {"type": "rsa", "state": "locked"})))])
    assert [(one.item, one.after) for one in told(paths)] == [("root SHA256:r", {"state": "locked"})]


async def test_noise_is_kept_and_is_no_difference(kept: Writer, paths: StatePaths) -> None:
    await kept.facts([write(10.0, read(("timer", {"seen": 1, "state": "on"})))])
    await kept.facts([write(20.0, read(("timer", {"seen": 2, "state": "on"})))])
    assert told(paths) == []
    with open_reader(paths) as reader:
        assert [row.fields["seen"] for row in items(reader)] == [2]


async def test_hosts_and_topics_are_kept_apart(kept: Writer, paths: StatePaths) -> None:
    await kept.facts([write(10.0, read(("bash", BASH))), write(10.0, read(("bash", BASH)), host_id=2)])
    assert await kept.facts([write(20.0, read(("bash", {"version": "6"})), host_id=2)]) == [2]
    assert ([one.host for one in told(paths)], told(paths, "web-1")) == (["web-2"], [])


async def test_old_differences_are_removed_in_chunks(
    kept: Writer, paths: StatePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "DELETE_CHUNK", 2)
    for at in range(1, 8):
        await kept.facts([write(float(at), read(("bash", {"version": str(at)})))])
    assert await kept.delete_differences_before(5.0) == 3
    assert [one.at for one in told(paths)] == [7.0, 6.0, 5.0]


async def test_one_reading_is_kept_within_bounds(
    kept: Writer, paths: StatePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By number and by size; the event says how many there were, and the items themselves are all there."""
    monkeypatch.setattr(writing, "READING_ROWS", 5)
    await kept.facts([write(10.0, read())])
    await kept.facts([write(20.0, read(*((f"p{number}", BASH) for number in range(8))))])
    assert len(told(paths)) == 5
    with open_reader(paths) as reader:
        assert next(event.text for event in events(reader)).endswith(
            "and 5 more; 3 of them are not kept, it is too much"
        )
        assert len(list(items(reader))) == 8
    monkeypatch.setattr(writing, "READING_BYTES", 1000)
    long: Fields = {"version": "x" * 300}
    await kept.facts([write(30.0, read(*((f"p{number}", long) for number in range(8))))])
    assert len([one for one in told(paths) if one.at == 30.0]) == 3


@pytest.mark.parametrize("bound", ["HOST_ROWS", "HOST_BYTES"])
async def test_one_host_does_not_fill_the_disk(
    kept: Writer, paths: StatePaths, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    """Its oldest differences go; those of the other hosts stay."""
    monkeypatch.setattr(writing, bound, 20 if bound == "HOST_ROWS" else 600)
    for host_id in (2, 1):
        for number in range(1, 60 if host_id == 1 else 4):
            version: Fields = {"version": str(number)}
            await kept.facts([write(float(number), read(("bash", version)), host_id=host_id)])
    assert 10 <= len(told(paths, "web-1")) <= 21
    assert told(paths, "web-1")[0].after == {"version": "59"}
    assert len(told(paths, "web-2")) == 2


async def test_items_are_deflated_and_bytes_that_are_none_give_nothing(kept: Writer, paths: StatePaths) -> None:
    many = [(f"package-{number}", dict[str, object](version="1.0")) for number in range(500)]
    await kept.facts([write(1.0, FactReading("packages", dict(many)))])  # type: ignore[arg-type]
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        (packed,) = connection.execute("SELECT items FROM fact").fetchone()
    assert len(packed) < len(json.dumps(dict(many))) / 4
    assert unpacked(packed)["package-7"] == {"version": "1.0"}
    assert unpacked(b"\x00strange") == {}
    assert unpacked(packed[:-20]) == {}
