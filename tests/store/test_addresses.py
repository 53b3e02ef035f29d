"""What addresses mean: one answer for the targets of a change, for a freeze, and for whoever else asks."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select
from support.assess_world import ChangeWorld

from tui_ops.store.addresses import meant_by
from tui_ops.store.assessing import KnownHost, known_fleet
from tui_ops.store.changes import UnknownTarget, hosts_of
from tui_ops.store.tables import Host

LABELS = {"web-1": {"tier": "1", "env": "prod"}, "web-2": {"tier": "2"}, "db-1": {"tier": "1", "note": ""}}

HOST = KnownHost(1, "a", "lon", "b4", ("web",), {"tier": "1", "": "x"}, True)


@pytest.fixture(scope="module")
def world() -> Iterator[ChangeWorld]:
    with ChangeWorld() as made:

        def write(session: Session) -> None:
            for host in session.exec(select(Host)).all():
                host.labels = json.dumps(LABELS.get(host.name, {}))
                host.rack = "b4" if host.name == "web-1" else ""

        made.run(write)
        yield made


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("web-1", ["web-1"]),
        ("host:web-1", ["web-1"]),
        ("group:web", ["web-1", "web-2"]),
        ("site:lon", ["db-1"]),
        ("rack:b4", ["web-1"]),
        ("service:shop-db", ["db-1"]),
        ("label:tier=1", ["web-1", "db-1"]),
        ("label:env=prod", ["web-1"]),
        ("label:tier=3", []),
        ("label:tier", []),
        ("label:tier=", []),
        ("label:note=", []),
        ("rack:", []),
        ("site:", []),
        ("service:none", []),
        ("web-9", []),
        ("colour:red", []),
    ],
)
def test_targets_and_freezes_mean_the_same(world: ChangeWorld, address: str, names: list[str]) -> None:
    """An address that means nothing is refused where a change is written, and is no host where a freeze is read."""

    assert world.run(lambda session: known_fleet(session).meant([address])) == frozenset(names)
    if names:
        assert world.run(lambda session: hosts_of(session, [address])) == names
        return
    with pytest.raises(UnknownTarget) as refused:
        world.run(lambda session: hosts_of(session, [address]))
    assert "label:NAME=VALUE" in refused.value.hint


@given(st.text(max_size=30) | st.from_regex(r"(host|group|site|rack|service|label):.{0,10}", fullmatch=True))
def test_whatever_is_written_means_hosts_that_there_are(address: str) -> None:
    """Nothing is raised, and nobody is meant who is not there."""
    assert meant_by(address, [HOST], {"shop": ("a", "gone")}) <= {"a"}
