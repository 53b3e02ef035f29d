"""Who looks at which hosts."""

from collections.abc import Collection

import pytest

from tui_ops.actions.errors import ActError, Code
from tui_ops.engine.looking import HOSTS_MOST, HOSTS_OF_ONE, Looking


class World:
    def __init__(self) -> None:
        self.told: list[set[str]] = []
        self.looking = Looking(self.live)

    def live(self, names: Collection[str]) -> None:
        self.told.append(set(names))


def test_two_who_look_at_one_host_cost_it_one_reading() -> None:
    """The host is read as long as anyone looks; each change is told once."""
    world = World()
    world.looking.at("a", ["db-1"])
    world.looking.at("b", ["db-1"])
    world.looking.at("a", ["web-1"])
    world.looking.gone("b")
    world.looking.gone("b")
    world.looking.gone("a")
    assert world.told == [{"db-1"}, {"db-1", "web-1"}, {"web-1"}, set()]


def test_one_client_can_look_at_few_hosts() -> None:
    """More is refused and changes nothing."""
    world = World()
    world.looking.at("a", ["db-1"])
    with pytest.raises(ActError) as refused:
        world.looking.at("a", [f"web-{number}" for number in range(HOSTS_OF_ONE + 1)])
    assert refused.value.code is Code.TOO_LARGE
    assert world.told == [{"db-1"}]


def test_all_clients_together_too() -> None:
    """A crowd does not turn a slow lane into a fast one."""
    world = World()
    for number in range(HOSTS_MOST):
        world.looking.at(number, [f"web-{number}"])
    with pytest.raises(ActError) as refused:
        world.looking.at("late", ["one-more"])
    assert refused.value.code is Code.BUSY
    world.looking.at("late", ["web-3"])
    assert "one-more" not in world.told[-1]
