"""Who looks at which hosts."""

from collections.abc import Collection

import pytest

from tui_ops.actions.errors import ActError, Code
from tui_ops.engine.looking import BESIDE_MOST, HOSTS_MOST, HOSTS_OF_ONE, Beside, Looking


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


class Watcher:
    """A client that looks at incidents, and notes what it was told."""

    def __init__(self, beside: Beside, who: str) -> None:
        self._beside, self._who = beside, who
        self.told: list[tuple[str, list[str]]] = []

    def at(self, incident: str) -> None:
        self._beside.at(self, incident, self._who, lambda name, others: self.told.append((name, list(others))))


def test_those_at_one_incident_are_told_of_each_other() -> None:
    """When one comes and when one goes; nobody is told of himself, and who looks elsewhere is told nothing."""
    beside = Beside()
    ann, bob, zoe = Watcher(beside, "ann"), Watcher(beside, "bob"), Watcher(beside, "zoe")
    ann.at("INC-1")
    zoe.at("INC-2")
    bob.at("INC-1")
    assert ann.told == [("INC-1", []), ("INC-1", ["bob"])]
    assert bob.told == [("INC-1", ["ann"])]
    bob.at("INC-2")
    assert ann.told[-1] == ("INC-1", [])
    assert bob.told[-1] == ("INC-2", ["zoe"])
    beside.gone(bob)
    assert zoe.told[-1] == ("INC-2", [])
    count = len(bob.told)
    ann.at("")
    beside.gone(ann)
    assert len(bob.told) == count


def test_two_terminals_of_one_operator_are_one() -> None:
    """He is not beside himself, and others see him once."""
    beside = Beside()
    first, second, bob = Watcher(beside, "ann"), Watcher(beside, "ann"), Watcher(beside, "bob")
    for one in (first, second, bob):
        one.at("INC-1")
    assert second.told == [("INC-1", []), ("INC-1", ["bob"])]
    assert bob.told == [("INC-1", ["ann"])]


def test_of_a_crowd_few_are_named() -> None:
    """A line has no room for more."""
    beside = Beside()
    for number in range(BESIDE_MOST + 5):
        Watcher(beside, f"op-{number:02}").at("INC-1")
    last = Watcher(beside, "zoe")
    last.at("INC-1")
    assert len(last.told[0][1]) == BESIDE_MOST
