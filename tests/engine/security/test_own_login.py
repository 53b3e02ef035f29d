"""Whom the desk logs in as on a host: what the inventory says, else what the host does; the readings are that one's."""

from collections.abc import Iterator, Mapping

import pytest
from support.finding_world import FindingWorld

from tui_ops.engine.security.elsewhere import elsewhere
from tui_ops.store.tables import Host
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.judged import judged


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


def known(world: FindingWorld, user: str, said: str) -> Mapping[str, object]:
    """Return what checks are shown of a host from elsewhere.

    Args:
        world: its store.
        user: what the inventory says.
        said: what the host does; empty where it was not asked.
    """
    number = world.host_id("web-1")

    def write(session: object) -> None:
        session.get_one(Host, number).user = user  # type: ignore[attr-defined]

    world.run(write)
    with open_reader(world.paths) as reader:
        (host,) = judged(reader, [number], ["sudoers"])
        host.rights = {"user": said} if said else {}
        return elsewhere(reader, [host])[number]


def test_checks_are_shown_whom_the_desk_logs_in_as(world: FindingWorld) -> None:
    assert known(world, "ops", "root")["login"] == "ops"
    assert known(world, "", "anna")["login"] == "anna"
    assert "login" not in known(world, "", "")
