"""Alerts of machines whose clock is ahead of ours."""

from dataclasses import replace

from support.incident_world import IncidentWorld

from tui_ops.model.states import Severity


def test_nothing_begins_after_it_is_known() -> None:
    """The onset of an incident is not in the future, where its evidence would be looked for and its times negative."""
    with IncidentWorld() as world:
        signal = world.signal("db-1", "cpu", Severity.CRITICAL)
        world.take(replace(signal, started_at=world.at + 7200.0))
        assert world.alert("db-1").started_at == world.at
        assert world.incident().started_at == world.at
