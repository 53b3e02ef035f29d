"""Incidents whose alerts have an excuse ask for nobody, and whoever reads what changed hears of it."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.incident_world import IncidentWorld
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import IncidentRow, incidents
from tui_ops.ui.incidents.model import is_unseen

Steps = list[tuple[Callable[[IncidentWorld], object], tuple[int, tuple[str, ...]]]]
"""What is done, and what the incident's row says after it: alerts that ask, and the excuses of the others."""


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """An incident with an alert on each of two hosts."""
    with IncidentWorld() as made:
        made.fires("web-1")
        made.fires("web-2")
        yield made


def since(world: IncidentWorld, version: int) -> list[IncidentRow]:
    """Return what a desk reads that knows this version."""
    with open_reader(world.paths) as reader:
        return incidents(reader, version)


WAYS: dict[str, Steps] = {
    "silence": [
        (lambda world: world.act("incident.silence", "INC-1", for_="2h", reason="known"), (0, ("silence 1",))),
        (lambda world: world.later(7201), (2, ())),
    ],
    "silence, taken back": [
        (lambda world: world.act("incident.silence", "INC-1", reason="known"), (0, ("silence 1",))),
        (lambda world: world.act("incident.undo", "INC-1"), (2, ())),
    ],
    "silence by conditions": [
        (lambda world: silenced(world, "host=web-1"), (1, ("silence 1",))),
        (lambda world: silenced(world, "host=web-2"), (0, ("silence 1", "silence 2"))),
        (lambda world: world.later(7202), (2, ())),
    ],
    "shelving": [
        (lambda world: world.act("alert.shelve", "ALR-1", for_="1h", reason="later"), (1, ("shelving",))),
        (lambda world: world.act("alert.shelve", "ALR-2", for_="1h", reason="later"), (0, ("shelving",))),
        (lambda world: world.act("alert.unshelve", "ALR-1"), (1, ("shelving",))),
        (lambda world: world.later(3601), (2, ())),
    ],
    "silence of what is shelved": [
        (lambda world: world.act("alert.shelve", "ALR-1", for_="8h", reason="later"), (1, ("shelving",))),
        (lambda world: silenced(world, "host=web-1"), (1, ("silence 1",))),
        (lambda world: world.later(7202), (1, ("shelving",))),
    ],
}  # fmt: skip


def silenced(world: IncidentWorld, match: str) -> None:
    """Silence by conditions; the engine applies it with its next look."""
    world.act("silence.add", match=match, for_="2h", reason="known")
    world.later(1)


@pytest.mark.parametrize("way", list(WAYS))
def test_readers_hear_of_every_excuse(world: IncidentWorld, way: str) -> None:
    """With the version alone, and at once; the revision is as it was, so that nobody's act is refused for it."""
    (known,) = since(world, 0)
    assert (known.asking, known.excuses) == (2, ())
    for act, told in WAYS[way]:
        act(world)
        (row,) = since(world, known.version)
        assert (row.firing, row.asking, row.excuses) == (2, *told)
        assert is_unseen(row, world.at) is (told[0] > 0)
        assert row.revision == known.revision
        known = row


def test_what_is_over_is_no_excuse(world: IncidentWorld) -> None:
    """An incident whose one true alert is covered asks for nobody, whatever the others were; then it asks as before."""
    world.clears("web-2")
    silenced(world, "host=web-1")
    (row,) = since(world, 0)
    assert (row.alerts, row.firing, row.asking, row.is_excused) == (2, 1, 0, True)
    world.clears("web-1")
    (row,) = since(world, row.version)
    assert (row.firing, row.excuses, is_unseen(row, world.at)) == (0, (), True)
