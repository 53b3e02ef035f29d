"""A host keeps its identity, or ends it; its history is never mixed with another's."""

from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import select

from tui_ops.model.fleet import Fleet, HostSpec, OperatorSpec, ServiceSpec, SiteSpec
from tui_ops.model.people import Role
from tui_ops.store.fleet_sync import SyncResult, sync_fleet
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables import Host
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.hosts import host_ids, hosts
from tui_ops.store.views.lists import events, operators, services, sites
from tui_ops.store.writer import Writer

Sync = Callable[..., Awaitable[SyncResult]]


def spec(name: str, address: str = "192.0.2.1", key: str = "", **more: object) -> HostSpec:
    return HostSpec(name, key or name, address, **more)  # type: ignore[arg-type]


def ids(result: SyncResult) -> list[int]:
    return [host_id for _, host_id in result.hosts]


async def test_the_same_inventory_again_changes_nothing(sync: Sync) -> None:
    """Ids stay, no event is written, no revision grows."""
    first = await sync(spec("a"), spec("b"))
    again = await sync(spec("a"), spec("b"))
    assert (ids(first), ids(again)) == ([1, 2], [1, 2])
    assert (first.summary, again.summary) == ("2 added", "nothing changed")


async def test_a_readdressed_host_keeps_its_history(sync: Sync, paths: StatePaths) -> None:
    """Its id stays, and an event says what changed."""
    await sync(spec("a"))
    result = await sync(spec("a", "192.0.2.9", port=2222))
    assert (ids(result), result.changed) == ([1], [1])
    with open_reader(paths) as reader:
        assert events(reader, "a")[0].text == "address 192.0.2.1 → 192.0.2.9, port none → 2222"
        assert (hosts(reader)[0].address, hosts(reader)[0].revision) == ("192.0.2.9", 2)


async def test_a_renamed_host_goes_on(sync: Sync) -> None:
    """``was`` names the former name; no host is added and none retired."""
    await sync(spec("old"))
    result = await sync(spec("new", was=("old",)))
    assert (ids(result), result.summary) == ([1], "1 changed")
    assert (await sync(spec("new", was=("old",)))).summary == "nothing changed"


async def test_a_former_name_that_is_still_in_the_inventory_stays_itself(sync: Sync) -> None:
    """``was`` never takes the history of a host that is still there."""
    await sync(spec("old"))
    result = await sync(spec("new", was=("old",)), spec("old"))
    assert ids(result) == [2, 1]


async def test_two_claims_on_one_former_name_give_it_to_the_first(sync: Sync) -> None:
    """One history has one heir."""
    await sync(spec("old"))
    assert ids(await sync(spec("x", was=("old",)), spec("y", was=("old",)))) == [1, 2]


async def test_a_removed_host_is_retired_and_comes_back_with_its_address(sync: Sync, paths: StatePaths) -> None:
    """The same name at the same address is the same host."""
    await sync(spec("a"), spec("b"))
    gone = await sync(spec("a"))
    assert gone.retired == [2]
    with open_reader(paths) as reader:
        assert host_ids(reader) == {"a": 1}
        back = await sync(spec("a"), spec("b"))
        assert (ids(back), back.resumed) == ([1, 2], [2])
        assert host_ids(reader) == {"a": 1, "b": 2}


async def test_a_name_that_comes_back_at_another_address_is_a_new_host(sync: Sync) -> None:
    """Names are reused: the new machine does not inherit the old one's history."""
    await sync(spec("a"))
    await sync()
    result = await sync(spec("a", "192.0.2.77"))
    assert (ids(result), result.added) == ([2], [2])
    assert ids(await sync(spec("a", "192.0.2.78"))) == [2], "while it lives, a new address is a move"


async def test_an_explicit_id_always_resumes(sync: Sync) -> None:
    """Who gives an id says by it which host is meant, wherever it is now."""
    await sync(spec("a", key="main"))
    await sync()
    result = await sync(spec("b", "192.0.2.77", key="main"))
    assert (ids(result), result.resumed) == ([1], [1])


async def test_giving_a_host_an_id_keeps_its_history(sync: Sync) -> None:
    """Adding ``id`` to an entry is no new host; taking it away is none at the same address."""
    await sync(spec("a"))
    assert ids(await sync(spec("a", key="main"))) == [1]
    assert ids(await sync(spec("a"))) == [1]
    assert ids(await sync(spec("a", key="main"))) == [1]
    assert ids(await sync(spec("a", "192.0.2.50"))) == [2]
    assert ids(await sync(spec("a", "192.0.2.50", key="other"), spec("z", key="third"))) == [2, 3]


async def test_two_hosts_exchange_their_names(sync: Sync, paths: StatePaths) -> None:
    """Identity is the id, so history follows the machine and not the name."""
    await sync(spec("a", key="x"), spec("b", key="y"))
    await sync(spec("b", key="x"), spec("a", key="y"))
    with open_reader(paths) as reader:
        assert host_ids(reader) == {"b": 1, "a": 2}


async def test_everything_happens_in_one_transaction(writer: Writer) -> None:
    """An error at the end takes all of it back."""

    def act(session: object) -> None:
        sync_fleet(session, Fleet("shop", (spec("a"),)), 1.0)  # type: ignore[arg-type]
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await writer.act(act)
    assert await writer.act(lambda session: session.exec(select(Host)).all()) == []


async def test_sites_services_and_operators_are_replaced(writer: Writer, paths: StatePaths) -> None:
    """What the inventory no longer says is gone; hosts that nobody polled yet are shown as pending."""
    full = Fleet(
        "shop",
        (spec("a", labels=(("tier", "1"),), groups=("web",), via=("jump",)),),
        (SiteSpec("lon", "London", ("b1", "b2")),),
        (ServiceSpec("shop", "The shop", ("a",), ("db",)),),
        (OperatorSpec("alice", Role.APPROVER, "al", "Alice"),),
    )
    await writer.act(lambda session: sync_fleet(session, full, 1.0))
    with open_reader(paths) as reader:
        assert [(site.name, site.racks) for site in sites(reader)] == [("lon", ("b1", "b2"))]
        assert [(row.name, row.role, row.user) for row in operators(reader)] == [("alice", Role.APPROVER, "al")]
        assert [(row.name, row.hosts, row.depends_on) for row in services(reader)] == [("shop", ("a",), ("db",))]
        row = hosts(reader)[0]
        assert (row.state, row.labels, row.groups, row.via) == ("pending", {"tier": "1"}, ("web",), ("jump",))
        await writer.act(lambda session: sync_fleet(session, Fleet("shop"), 2.0))
        assert (sites(reader), operators(reader), services(reader), hosts(reader)) == ([], [], [], [])
