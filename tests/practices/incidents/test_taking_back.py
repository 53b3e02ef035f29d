"""What is taken back of acts that have no incident as their target: silences, opened incidents, links."""

from collections.abc import Iterator

import pytest
from sqlmodel import select

from tests.support.incident_world import BEGIN, BOB, IncidentWorld
from tui_ops.practices.asked import Refused
from tui_ops.practices.incidents.linking import linked
from tui_ops.store.tables import Silence


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """An incident with an alert."""
    with IncidentWorld() as made:
        made.fires("web-1")
        yield made


def silences(world: IncidentWorld) -> list[Silence]:
    """Return the silences that there are."""
    return world.run(lambda session: list(session.exec(select(Silence)).all()))


def test_a_silence_that_was_made_is_ended_and_its_alerts_are_back(world: IncidentWorld) -> None:
    """They ask for somebody as they did."""
    world.act("silence.add", match="host=web-1", for_="2h", reason="work on the power")
    world.later(1)
    assert world.alert("web-1").state == "suppressed"
    kept = world.act("silence.undo")
    assert kept.done.message == "undone: silence 1 is ended, its alerts ask for somebody again"
    world.later(1)
    assert world.alert("web-1").state == "firing"
    with pytest.raises(Refused, match="nothing of yours"):
        world.act("silence.undo")


def test_a_silence_that_was_ended_goes_on(world: IncidentWorld) -> None:
    """To the end that it had; undone once more, it is ended for good."""
    world.act("silence.add", match="host=web-1", for_="2h", reason="work on the power")
    world.at += 60
    world.act("silence.end", silence="1")
    world.later(1)
    assert world.alert("web-1").state == "firing"
    world.act("silence.undo")
    assert (silences(world)[0].ended_at, silences(world)[0].ends_at) == (None, BEGIN + 7200)
    world.later(1)
    assert world.alert("web-1").state == "suppressed"
    world.act("silence.undo")
    world.later(1)
    assert world.alert("web-1").state == "firing"


def test_each_takes_back_his_own(world: IncidentWorld) -> None:
    """The last of his own, whatever another did since; and nothing that another changed after him."""
    world.act("silence.add", match="host=web-1", for_="2h", reason="ann's")
    world.at += 1
    world.act("silence.add", match="host=web-2", for_="2h", reason="bob's", who=BOB)
    world.at += 1
    world.act("silence.undo")
    assert [one.ended_at is None for one in silences(world)] == [False, True]
    world.act("silence.end", silence="2")
    with pytest.raises(Refused, match="over already"):
        world.act("silence.undo", who=BOB)


def test_a_silence_whose_time_is_over_stays_so(world: IncidentWorld) -> None:
    """It would cover nothing."""
    world.act("silence.add", match="host=web-1", for_="2h", reason="work on the power")
    world.act("silence.end", silence="1")
    world.at += 7200
    with pytest.raises(Refused, match="would be over by now"):
        world.act("silence.undo")


def test_an_incident_that_was_opened_by_hand_is_cancelled(world: IncidentWorld) -> None:
    """Its number was said aloud, so it stays as one that was none; the answer names it for the undo."""
    kept = world.act("incident.open", title="the door is open", host="db-1")
    assert world.incident(2).state == "investigating"
    assert list(kept.done.outcomes) == ["INC-2"]
    world.act("incident.undo", "INC-2")
    assert world.incident(2).state == "cancelled"
    assert [text.partition(" until")[0] for text in world.texts(2)] == [
        "opened by hand on db-1", "acknowledged", "undone: opened by hand on db-1",
    ]  # fmt: skip
    world.act("incident.reopen", "INC-2", reason="it was one")
    assert world.incident(2).state == "triage"


def test_a_link_is_taken_back_and_unlinked(world: IncidentWorld) -> None:
    """Each leaves its line; what is linked is replayed from them, and an undo reaches for no act before."""
    world.act("incident.priority", "INC-1", priority="1", reason="the shop is down")
    world.act("incident.link", "INC-1", to="CHG-7", text="the deploy")
    world.act("incident.link", "INC-1", to="T-1")
    assert list(linked(world.lines())) == ["CHG-7", "T-1"]
    world.act("incident.undo", "INC-1")
    assert (list(linked(world.lines())), world.incident().priority) == (["CHG-7"], 1)
    world.act("incident.unlink", "INC-1", to="CHG-7")
    assert not linked(world.lines())
    with pytest.raises(Refused, match="is not linked to INC-1"):
        world.act("incident.unlink", "INC-1", to="CHG-7")
    world.act("incident.undo", "INC-1")
    assert list(linked(world.lines())) == ["CHG-7"]
