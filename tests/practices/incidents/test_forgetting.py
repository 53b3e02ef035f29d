"""Alerts from elsewhere that nobody repeats are taken for over, and said to be."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.incident_world import BEGIN, IncidentWorld
from tui_ops.model.alerts import Signal, Source
from tui_ops.model.states import Severity

DAY = 86400.0


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A store and a fleet."""
    with IncidentWorld() as made:
        yield made


def said(world: IncidentWorld, source: Source = Source.PAGERDUTY, until: float = 0.0) -> Signal:
    """Return what a source says of one trouble."""
    return Signal(source, "Full", "db-1", Severity.CRITICAL, "full", world.at, host="db-1", until=until)


def test_what_is_not_repeated_for_a_day_is_over(world: IncidentWorld) -> None:
    """The timeline says why; an identity that comes again is an episode of the same alert."""
    world.take(said(world))
    world.later(DAY - 1)
    assert world.alerts()[0].state == "firing"
    world.later(1)
    alert = world.alerts()[0]
    assert (alert.state, alert.ended_at, alert.expires_at) == ("cleared unseen", BEGIN + DAY, None)
    assert world.texts()[-1] == "db-1: over: pagerduty has not repeated it since 2023-11-14T22:13:20Z"
    world.take(said(world))
    assert [(one.state, one.episode) for one in world.alerts()] == [("firing", 2)]


def test_a_repetition_that_says_nothing_new_keeps_it(world: IncidentWorld) -> None:
    """Whatever its state: one that is silenced is kept as well as one that fires."""
    world.take(said(world))
    world.act("silence.add", match="rule=Full", reason="x", for_="5d")
    for _ in range(3):
        world.later(DAY - 1)
        world.take(said(world))
    assert world.alerts()[0].state == "suppressed"


def test_an_end_that_the_source_names_counts(world: IncidentWorld) -> None:
    """Prometheus posts until when it vouches for an alert, and moves that on with each post."""
    world.take(said(world, Source.ALERTMANAGER, world.at + 240))
    world.later(239)
    world.take(said(world, Source.ALERTMANAGER, world.at + 240))
    world.later(239)
    assert world.alerts()[0].state == "firing"
    world.later(1)
    assert world.alerts()[0].state == "cleared unseen"


@pytest.mark.parametrize("source", [Source.RULE, Source.HEARTBEAT])
def test_our_own_stand_until_their_end_is_told(world: IncidentWorld, source: Source) -> None:
    """The engine looks at them itself."""
    world.take(said(world, source))
    world.later(30 * DAY)
    assert world.alerts()[0].state == "firing"


def test_nothing_is_forgotten_where_the_inventory_says_so(world: IncidentWorld) -> None:
    """``forget: no``."""
    world.world = replace(world.world, forget_s=0.0)
    world.take(said(world))
    world.later(30 * DAY)
    assert world.alerts()[0].state == "firing"


def test_an_engine_that_was_away_waits_for_the_next_word(world: IncidentWorld) -> None:
    """What was said meanwhile nobody heard."""
    world.take(said(world))
    world.world = replace(world.world, listening_since=BEGIN + 2 * DAY)
    world.later(2 * DAY + 599)
    assert world.alerts()[0].state == "firing"
    world.later(1)
    assert world.alerts()[0].state == "cleared unseen"
