"""Time that passes over ten thousand alerts: what rests is not read as a whole."""

from sqlalchemy import event
from support.incident_world import IncidentWorld

from tui_ops.model.alerts import AlertState
from tui_ops.model.incidents import IncidentState
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.incidents import Incident

RESTING = 200


def loaded(world: IncidentWorld, seconds: float) -> tuple[int, int]:
    """Let time pass; return how many alerts and incidents were read as a whole for it."""
    counts = {Alert: 0, Incident: 0}

    def count(row: Alert | Incident, _context: object) -> None:
        counts[type(row)] += 1

    for kind in counts:
        event.listen(kind, "load", count)
    try:
        world.later(seconds)
    finally:
        for kind in counts:
            event.remove(kind, "load", count)
    return counts[Alert], counts[Incident]


def test_what_rests_is_not_read() -> None:
    """Acknowledged, firing and silenced alerts of many incidents cost one query; the one that is due is read."""
    with IncidentWorld() as world:
        for number in range(RESTING):
            world.fires("db-1", rule=f"rule-{number}")
        assert len(world.incidents()) == RESTING
        world.later(1)
        assert loaded(world, 1) == (0, 0)
        world.clears("db-1", rule="rule-7")
        assert loaded(world, world.world.spec.quiet_s + 1) == (1, 1)
        assert world.incidents()[7].state == IncidentState.RESOLVED
        assert world.alert("db-1", rule="rule-7").state == AlertState.CLEARED
